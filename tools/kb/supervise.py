"""The process between `kb run` and one kernel: it keeps the limits, kills what is left, and alone writes the record.

`python -m kb.supervise` is a fork server.  Each child reads one job (a JSON line) and then only waits for its input to
end; it prints events, one JSON object a line: `cell`, `says`, and at the end `done` or `failed`.
"""

import json
import os
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, DeadKernelError

from kb.dataset import read_manifest
from kb.fork_server import serve
from kb.kernel_client import client_of, emit, events, first_error, preload
from kb.key import key_of
from kb.limits import MARK, Watch, adopt_orphans, end_run
from kb.problem import Trouble
from kb.results import MIME
from kb.run import write_run
from kb.snippet import read_snippet

LONGEST = 82
ALIVE = "import kb.contain as _; "


class Broken(Exception):
    """The run does not count, and why; `line` is where in the program."""

    def __init__(self, message: str, line: int = 1):
        super().__init__(message)
        self.line = line


def contained(job: dict) -> nbformat.NotebookNode:
    """The program's notebook between a first cell that contains it and a last that reads its results."""
    notebook = nbformat.from_dict(job["notebook"])
    begin = nbformat.v4.new_code_cell(f"{ALIVE}_.begin(globals(), **{job['contain']!r}); del _")
    end = nbformat.v4.new_code_cell(f"{ALIVE}_.end(globals())")
    notebook.cells = [begin, *notebook.cells, end]
    return notebook


def execute(job: dict, watch: Watch) -> tuple[dict, nbformat.NotebookNode]:
    """Run every cell; the report of the last one and the notebook, or Broken."""
    notebook = contained(job)
    client = client_of(notebook, job["folder"], job["enclosure"], watch)
    titles = [cell.metadata.get("section", "") for cell in notebook.cells]
    started: list[nbformat.NotebookNode] = []

    def on_cell_start(cell: nbformat.NotebookNode, cell_index: int) -> None:
        if started and (wrote := watch.over_disk()):  # in less time than lies between two looks
            raise Broken(wrote, started[-1].metadata.get("first", 1))
        started.append(cell)
        if len(started) == 2:
            emit(uncontained=report_of(notebook.cells[0])["uncontained"])
        emit(cell=titles[cell_index], at=cell_index, of=len(titles) - 2)

    client.on_cell_start = on_cell_start
    watch.start()
    try:
        client.execute(env=job["environment"])
    except CellExecutionError as error:
        message, line = first_error(notebook, error)
        raise Broken(watch.over_disk() or message, line) from None
    except (DeadKernelError, RuntimeError) as error:
        line = started[-1].metadata.get("first", 1) if started else 1
        gone = "its process ended before its last cell (os._exit, a crash, or a kill)"
        gone = gone if started else "its kernel could not be started"
        raise Broken(watch.reason or (gone if "died" in str(error).lower() else str(error)), line) from None
    finally:
        watch.stop()
    report = report_of(notebook.cells.pop(0)) | report_of(notebook.cells.pop())
    if watch.reason or "metrics" not in report:
        raise Broken(watch.reason or "its last cell was not reached")
    return report, notebook


def report_of(cell: nbformat.NotebookNode) -> dict:
    """What a cell of the runner's own, the first or the last, displayed."""
    reports = [json.loads(output.data[MIME]) for output in cell.outputs if MIME in output.get("data", {})]
    return reports[0] if reports else {}


def supervise(job: dict) -> None:
    """One run, from the program to its record."""
    root = Path(job["root"])
    snippet = read_snippet(root, job["path"])
    key = key_of(root, snippet, read_manifest(root))
    if key.hash != job["key"]:
        raise Broken("it changed while it waited; run it again")
    watch = Watch(job["mark"], job["limits"], job["folder"])
    started = datetime.now(UTC).isoformat(timespec="seconds")
    report, notebook = execute(job, watch)
    if report["broken"]:
        raise Broken("; ".join(report["broken"]))
    if key_of(root, read_snippet(root, job["path"]), read_manifest(root)).hash != key.hash:
        raise Broken("a file that it depends on changed while it ran; run it again")
    record = {
        "name": snippet.name,
        "key": key.hash,
        "parts": key.parts,
        "started": started,
        "metrics": report["metrics"],
        "seconds": round(report["seconds"], 3),
        "cpu_seconds": round(report["cpu_seconds"], 3),
        "memory": max(report["memory"], watch.peak),
        "alone": snippet.alone,
        "revision": job["revision"],
        "machine": job["machine"],
        "uncontained": report["uncontained"],
    }
    try:
        write_run(root, key, record, nbformat.writes(notebook))
    except OSError as error:
        raise Broken(f"its record could not be written: {error.strerror or error}; nothing was kept") from None


def _die_with_parent(job: dict, folder: tempfile.TemporaryDirectory) -> None:
    sys.stdin.read()
    end_run(job["mark"], folder)
    os._exit(1)


def _outcome(job: dict) -> dict:
    """How the run ended, as an event."""
    try:
        # the name of a socket in it has its limit, some 100 bytes
        short = None if len(os.fsencode(tempfile.gettempdir())) < LONGEST else "/tmp"
        folder = tempfile.TemporaryDirectory(prefix="kb-", dir=short, ignore_cleanup_errors=True)
        # after it, so that whenever the parent ends there is somebody who removes it
        threading.Thread(target=_die_with_parent, args=(job, folder), daemon=True).start()
        try:
            writes = [os.path.realpath(folder.name) + os.sep, *job["contain"]["writes"]]
            job["folder"] = folder.name
            job["contain"]["writes"] = writes
            job["enclosure"] = {
                "writes": [path for path in writes if not path.startswith("/dev")],
                "network": job["contain"]["network"],
                "disk": job["limits"]["disk"],
            }
            job["environment"] |= {"TMPDIR": folder.name, "IPYTHONDIR": folder.name, MARK: job["mark"]}
            supervise(job)
        finally:
            end_run(job["mark"], folder)
    except Broken as broken:
        return {"failed": str(broken), "line": broken.line}
    except Trouble as trouble:
        return {"failed": trouble.problem.message, "line": trouble.problem.line}
    except OSError as error:
        return {"failed": f"it could not be started: {error.strerror or error}; nothing was kept"}
    return {"done": True}


def main() -> None:
    """Read the job, run it, say how it ended."""
    events()
    adopt_orphans()
    emit(**_outcome(json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    preload()
    serve(main)

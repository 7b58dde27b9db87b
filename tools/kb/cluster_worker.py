"""What happens on a Dask worker: it is looked at, given files by content, and runs programs in a copy made of them."""

import atexit
import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path

from distributed import Status, Worker, get_worker

import kb
from kb.execute import carry_out, supervisors
from kb.fork_server import ForkServer
from kb.installed import dot_version, installed_versions
from kb.key import here
from kb.limits import end_processes
from kb.problem import Trouble
from kb.run import FILES, STORE, SUMS

POLL = 0.3  # seconds between two looks whether the caller still wants a run
GONE = (Status.closing, Status.closed, Status.failed)  # the worker, or the scheduler that it lost


class Unprepared(Exception):
    """The worker has no copy of the repository: it is another process than the one that was given the files."""


def surroundings(packages: list[str], programs: list[str]) -> dict[str, str]:
    """What the key names of a machine, and the tools themselves, each with its version."""
    installed = installed_versions()
    found = {name: installed.get(name, "absent") for name in packages}
    with contextlib.suppress(Trouble):  # no `dot` is an absent one
        found |= {name: dot_version() for name in programs}
    return {name: str(value) for name, value in here().items()} | found | {"kb": tools()}


@cache
def tools() -> str:
    """The hash of these tools: two that run a program in different ways do not mix."""
    folder = Path(kb.__file__).parent
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    parts = [part for path in paths for part in (path.encode(), (folder / path).read_bytes())]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def look(packages: list[str], programs: list[str], tree: dict[str, str], dask_worker: Worker) -> tuple[dict, list[str]]:
    """What the worker has: its surroundings, and which contents of the tree it lacks."""
    contents = _contents(dask_worker)
    kept = {path.name for path in contents.iterdir() if _digest(path.read_bytes()) == path.name}
    return surroundings(packages, programs), [sha256 for sha256 in dict.fromkeys(tree.values()) if sha256 not in kept]


def keep(sha256: str, data: bytes, dask_worker: Worker) -> None:
    """Keep a file under the hash of what it holds."""
    if _digest(data) != sha256:
        raise OSError(f"what arrived for {sha256[:12]}… is something else")
    contents = _contents(dask_worker)
    (contents / "arriving").write_bytes(data)
    os.replace(contents / "arriving", contents / sha256)


def lay_out(tree: dict[str, str], name: str, dask_worker: Worker) -> None:
    """Make a copy of the repository of what is kept; all copies of a worker share what programs leave for the next."""
    root = _root(dask_worker, name)
    if root.is_dir():
        return
    shared = root.parent / "shared"
    shared.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent) as folder:
        whole = Path(folder) / name
        for path, sha256 in tree.items():
            (whole / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_contents(dask_worker) / sha256, whole / path)
        (whole / ".cache").mkdir()
        (whole / ".cache/shared").symlink_to(shared)
        os.rename(whole, root)


def run_there(task: dict, tree: str, topic: str) -> tuple[dict, list[str], dict[str, bytes]]:
    """Run a task in that copy; the end, what was said, and the files of the run."""
    worker = get_worker()
    root, number = _root(worker, tree), worker.get_current_task()
    if not root.is_dir():
        raise Unprepared
    marks: list[str] = []
    last = 0.0

    def tell(event: dict) -> None:
        nonlocal last
        if mark := event.get("mark"):
            marks.append(mark)
        if "says" not in event or time.monotonic() - last > POLL:  # of what it prints, what a person could follow
            last = time.monotonic()
            worker.log_event(topic, [str(number), event])

    def unwanted() -> bool:
        return worker.status in GONE or worker.state.tasks[number].state == "cancelled"

    with _ending(unwanted, marks):
        end, said = carry_out(_supervisors(), root, task, tell)
    folder = root / STORE / task["key"]
    contents = {name: (folder / name).read_bytes() for name in (*FILES, SUMS) if end.get("done")}
    shutil.rmtree(folder, ignore_errors=True)
    return end, said, contents


@cache
def _supervisors() -> ForkServer:
    mine = supervisors()
    atexit.register(mine.close)
    return mine


@contextlib.contextmanager
def _ending(unwanted: Callable[[], bool], marks: list[str]) -> Generator[None]:
    """Kill the processes of a run as soon as it is no longer wanted."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(POLL):
            with contextlib.suppress(KeyError):  # the worker has forgotten the task just now
                if not unwanted():
                    continue
            for mark in marks:
                end_processes(mark)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _root(worker: Worker, tree: str) -> Path:
    return Path(worker.local_directory).resolve() / "kb" / tree


def _contents(worker: Worker) -> Path:
    folder = Path(worker.local_directory) / "kb/contents"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

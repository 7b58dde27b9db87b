"""Bring runs up to date: one supervisor process for each program, as many at a time as there are cores."""

import json
import subprocess
import sys
import tempfile
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import psutil

from kb.cells import executable
from kb.dataset import problems as dataset_problems
from kb.git import revision
from kb.key import Key
from kb.limits import end_processes
from kb.machine import environment, machine
from kb.notebook import Notebook
from kb.problem import Problem, Trouble
from kb.run import earlier_records, read_run
from kb.snippet import Snippet

UNKNOWN_COST = 1e9  # seconds: a program of which nothing is known starts first, it may be the longest


@dataclass(frozen=True)
class Outcome:
    """How it went with one snippet: `fresh` (nothing to do), `ran` or `failed`."""

    name: str
    status: str
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0
    problem: Problem | None = None
    tail: str = ""

    def as_json(self) -> dict:
        """The published shape: `name, status, seconds, cpu_seconds, memory, problem, tail`."""
        return asdict(self)


def bring_up_to_date(
    notebook: Notebook, names: list[str], *, jobs: int, again: bool, tell: Callable[[str, dict], None]
) -> list[Outcome]:
    """Run what is not fresh, the longest first, and what measures time last and alone.

    `tell(name, event)` hears `start`, `cell`, `says` and `end` of each program as it goes on.
    """
    stale = [name for name in names if again or name not in notebook.runs]
    outcomes = [_outcome(name, "fresh", notebook.runs[name].record) for name in names if name not in stale]
    stale.sort(key=lambda name: _cost(notebook, name), reverse=True)
    together = [name for name in stale if not notebook.snippets[name].alone]
    alone = [name for name in stale if notebook.snippets[name].alone]
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        try:
            outcomes += pool.map(lambda name: _run_one(notebook, name, tell), together)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for supervisor in psutil.Process().children():
                supervisor.kill()
            raise
    outcomes += [_run_one(notebook, name, tell) for name in alone]
    return sorted(outcomes, key=lambda outcome: names.index(outcome.name))


def _cost(notebook: Notebook, name: str) -> float:
    stated = notebook.snippets[name].amount("Cost") or UNKNOWN_COST
    return next((record["seconds"] for record in earlier_records(notebook.root, name)), stated)


def _outcome(name: str, status: str, record: dict) -> Outcome:
    return Outcome(name, status, record["seconds"], record["cpu_seconds"], record["memory"])


def _run_one(notebook: Notebook, name: str, tell: Callable[[str, dict], None]) -> Outcome:
    tell(name, {"start": True})
    try:
        outcome = _outcome_of(notebook, name, lambda event: tell(name, event))
    except OSError as error:
        message = f"it could not be started: {error.strerror or error}; nothing was kept"
        outcome = _failed(notebook.snippets[name], message)
    tell(name, {"end": outcome.status})
    return outcome


def _outcome_of(notebook: Notebook, name: str, tell: Callable[[dict], None]) -> Outcome:
    snippet, key = notebook.snippets[name], notebook.keys.get(name)
    if key is None:
        return _failed(snippet, "a program that it imports cannot be read; mend that one first")
    needed = {name: dataset for name, dataset in notebook.datasets.items() if dataset.path in key.files}
    for problem in dataset_problems(notebook.root, needed):
        return _failed(snippet, problem.message)
    try:
        cells = executable(snippet)
    except Trouble as trouble:
        return _failed(snippet, trouble.problem.message)
    end, said = _supervised(_job(notebook, snippet, key) | {"notebook": cells}, tell)
    run = read_run(notebook.root, key) if end.get("done") else None
    if run:
        return _outcome(name, "ran", run.record)
    message = end.get("failed") or f"its supervisor ended without a record ({end['ended']}); nothing was kept"
    return _failed(snippet, message, end.get("line", 1), "\n".join(list(said)[-5:]))


def _failed(snippet: Snippet, message: str, line: int = 1, tail: str = "") -> Outcome:
    return Outcome(snippet.name, "failed", problem=Problem(snippet.path, line, message, "run"), tail=tail)


def _supervised(job: dict, tell: Callable[[dict], None]) -> tuple[dict, deque[str]]:
    """Start a supervisor and listen to it; what its program left alive is killed, even where the supervisor was."""
    command = [sys.executable, "-m", "kb.supervise"]
    end: dict = {}
    said: deque[str] = deque(maxlen=200)
    with (
        tempfile.TemporaryFile("w+", errors="replace") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        ) as process,
    ):
        try:
            for event in _events(process, job):
                said += [event["says"]] if "says" in event else []
                end = event if "done" in event or "failed" in event else end
                tell(event)
        finally:
            process.kill()
            end_processes(job["mark"])
        errors.seek(0)
        said += [] if end else errors.read().strip().splitlines()[-5:]
    return {"ended": f"exit status {process.returncode}", **end}, said


def _events(process: subprocess.Popen, job: dict) -> Iterator[dict]:
    assert process.stdin and process.stdout
    try:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return
    for line in process.stdout:
        event = json.loads(line)
        yield event
        if "done" in event or "failed" in event:
            process.wait()


def _job(notebook: Notebook, snippet: Snippet, key: Key) -> dict:
    root = notebook.root.resolve()
    contain = {
        "program": str(root / snippet.path),
        "root": str(root),
        "reads": [str((root / path).resolve()) for path in key.files],
        "writes": ["/dev/", f"{root}/.cache/shared/"],
        "network": snippet.header.get("Network", "").startswith("yes"),
    }
    return {
        "root": str(root),
        "path": snippet.path,
        "key": key.hash,
        "mark": uuid.uuid4().hex,
        "limits": notebook.limits(snippet),
        "contain": contain,
        "environment": environment(root / ".cache/shared", snippet.alone),
        "revision": revision(root),
        "machine": machine(),
    }

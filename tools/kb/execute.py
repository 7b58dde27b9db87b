"""Bring runs up to date: one supervisor process for each program, as many at a time as there are cores or workers."""

import contextlib
import json
import tempfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from kb.cells import executable
from kb.dataset import problems as dataset_problems
from kb.fork_server import ForkServer
from kb.limits import end_descendants, end_processes
from kb.notebook import Notebook
from kb.problem import Problem, Trouble
from kb.run import STORE, read_run
from kb.snippet import Snippet
from kb.task import Place, Tell, job_of, task_of

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
    notebook: Notebook,
    names: list[str],
    *,
    jobs: int,
    again: bool,
    tell: Callable[[str, dict], None],
    place: Place | None = None,
) -> list[Outcome]:
    """Run what is not fresh, the longest first, and what measures time last, alone and here.

    `tell(name, event)` hears `start`, `cell`, `says` and `end` of each program as it goes on, and any `notice`.
    """
    stale = [name for name in names if again or name not in notebook.runs]
    outcomes = [_outcome(name, "fresh", notebook.runs[name].record) for name in names if name not in stale]
    ordered = _longest_first(notebook, stale) if len(stale) > 1 else stale
    together = [name for name in ordered if not notebook.snippets[name].alone]
    alone = [name for name in ordered if notebook.snippets[name].alone]
    for name in alone if place else ():
        tell(name, {"notice": "it measures time: it runs here, alone, after the others"})
    with contextlib.closing(supervisors()) as mine:
        here = partial(carry_out, mine, notebook.root)
        away = place.carry_out if place else here
        with ThreadPoolExecutor(max(1, len(together) if place else jobs)) as pool:
            try:
                outcomes += pool.map(lambda name: _run_one(notebook, name, tell, away), together)
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                if place:
                    place.stop()
                end_descendants()
                raise
        outcomes += [_run_one(notebook, name, tell, here) for name in alone]
    return sorted(outcomes, key=lambda outcome: names.index(outcome.name))


def _longest_first(notebook: Notebook, names: list[str]) -> list[str]:
    """By what the last record says, read once and unchecked, since it is only to plan by; else by the header."""
    known = []
    for path in (notebook.root / STORE).glob("*/record.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            record = json.loads(path.read_bytes())
            known.append((record["started"], record["name"], float(record["seconds"])))
    seconds = {name: last for _, name, last in sorted(known)}
    cost = {name: seconds.get(name) or notebook.snippets[name].amount("Cost") or UNKNOWN_COST for name in names}
    return sorted(names, key=cost.__getitem__, reverse=True)


def _outcome(name: str, status: str, record: dict) -> Outcome:
    return Outcome(name, status, record["seconds"], record["cpu_seconds"], record["memory"])


def _run_one(notebook: Notebook, name: str, tell: Callable[[str, dict], None], carry_out: Callable) -> Outcome:
    try:
        outcome = _outcome_of(notebook, name, lambda event: tell(name, event), carry_out)
    except OSError as error:
        message = f"it could not be started: {error.strerror or error}; nothing was kept"
        outcome = _failed(notebook.snippets[name], message)
    tell(name, {"end": outcome.status})
    return outcome


def _outcome_of(notebook: Notebook, name: str, tell: Tell, carry_out: Callable) -> Outcome:
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
    end, said = carry_out(task_of(notebook, snippet, key, cells), tell)
    run = read_run(notebook.root, key) if end.get("done") else None
    if run:
        return _outcome(name, "ran", run.record)
    message = end.get("failed") or f"its supervisor ended without a record ({end['ended']}); nothing was kept"
    return _failed(snippet, message, end.get("line", 1), "\n".join(said[-5:]))


def _failed(snippet: Snippet, message: str, line: int = 1, tail: str = "") -> Outcome:
    return Outcome(snippet.name, "failed", problem=Problem(snippet.path, line, message, "run"), tail=tail)


def supervisors() -> ForkServer:
    """What forks a supervisor for each run."""
    return ForkServer("kb.supervise")


def carry_out(supervisors: ForkServer, root: Path, task: dict, tell: Tell) -> tuple[dict, list[str]]:
    """Give a supervisor the task and listen to it; what its program left alive is killed, even where it was killed."""
    job = job_of(root, task)
    tell({"start": True, "mark": job["mark"]})
    end: dict = {"ended": "killed with what started it"}
    said: deque[str] = deque(maxlen=200)
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        try:
            with supervisors.child(errors) as (told, lines):
                with contextlib.suppress(BrokenPipeError):
                    print(json.dumps(job), file=told, flush=True)
                for event in map(json.loads, lines):
                    said += [event["says"]] if "says" in event else []
                    end |= event if event.keys() & {"done", "failed", "ended"} else {}
                    tell(event)
        finally:
            end_processes(job["mark"])
        errors.seek(0)
        said += [] if end.keys() & {"done", "failed"} else errors.read().strip().splitlines()[-5:]
    return end, list(said)

"""How the last attempt to run a snippet failed: kept beside the runs until it runs again."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.problem import Problem

FAILED = ".cache/failed"


@dataclass(frozen=True)
class Failure:
    """When it was, where in the program, what ended it, and the last that it printed."""

    when: str
    line: int
    message: str
    tail: str


def keep_failure(root: Path, name: str, problem: Problem, tail: str) -> None:
    """Remember it, over an earlier one; where nothing can be written it is told all the same."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    place = root / FAILED / f"{name}.json"
    waiting = place.with_name(f".{name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        waiting.write_text(json.dumps(asdict(Failure(when, problem.line, problem.message, tail)), indent=1))
        waiting.rename(place)


def forget_failure(root: Path, name: str) -> None:
    """It ran."""
    with contextlib.suppress(OSError):
        (root / FAILED / f"{name}.json").unlink()


def last_failure(root: Path, name: str) -> Failure | None:
    """The failure since which the snippet has not run."""
    try:
        return Failure(**json.loads((root / FAILED / f"{name}.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None

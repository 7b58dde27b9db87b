"""What a supervisor is told of one run: a task, which can travel, becomes a job in one copy of the repository."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kb.git import revision
from kb.key import Key
from kb.machine import environment, machine
from kb.notebook import Notebook
from kb.snippet import Snippet

Tell = Callable[[dict], None]  # hears the events of one program


class Place(Protocol):
    """Where programs run that need not run here."""

    def carry_out(self, task: dict, tell: Tell) -> tuple[dict, list[str]]:
        """Run a task; the last event of its supervisor and what its program said; its run is in the store here."""
        ...

    def stop(self) -> None:
        """Give up whatever is running there."""


def task_of(notebook: Notebook, snippet: Snippet, key: Key, cells: dict) -> dict:
    """Everything but where the repository lies and on what it runs."""
    return {
        "path": snippet.path,
        "key": key.hash,
        "reads": list(key.files),
        "network": snippet.header.get("Network", "").startswith("yes"),
        "alone": snippet.alone,
        "limits": notebook.limits(snippet),
        "revision": revision(notebook.root.resolve()),
        "notebook": cells,
    }


def job_of(root: Path, task: dict) -> dict:
    """The task in the copy of the repository at `root`, on this machine."""
    root = root.resolve()
    shared = (root / ".cache/shared").resolve()
    contain = {
        "program": str(root / task["path"]),
        "root": str(root),
        "reads": [str((root / path).resolve()) for path in task["reads"]],
        "writes": ["/dev/", str(shared) + os.sep],
        "network": task["network"],
    }
    told = {name: task[name] for name in ("path", "key", "limits", "revision", "notebook")}
    return told | {
        "root": str(root),
        "mark": uuid.uuid4().hex,
        "contain": contain,
        "environment": environment(shared, task["alone"]),
        "machine": machine(),
    }

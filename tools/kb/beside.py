"""Another revision of the notebook, read by these tools with its own packages, and run where it has no run."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from kb.git import checked_out
from kb.problem import Trouble
from kb.run import STORE
from kb.snapshot import Snapshot

LOCK = "requirements.lock"


def snapshot_of(root: Path, revision: str, say: Callable[[str], None]) -> Snapshot:
    """What the notebook stated and measured at a revision; `say` hears what takes long."""
    with checked_out(root, revision) as place:
        _share(root, place)
        kb, python = _tools(root, place, revision, say)
        found = _read(python, place, revision)
        if found.missing:
            count = f"{len(found.missing)} programs" if len(found.missing) > 1 else found.missing[0]
            say(f"{revision}: no run of {count}; running what is missing, which may take as long as it did then")
            subprocess.run([kb, "run", *found.missing], cwd=place, stdout=sys.stderr)
            found = _read(python, place, revision)
    return found


def _share(root: Path, place: Path) -> None:
    """One store of runs for both: a key names the same run wherever it was made."""
    (root / STORE).mkdir(parents=True, exist_ok=True)
    for path in (STORE, ".cache/uv"):
        if (root / path).exists():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).symlink_to((root / path).resolve())


def _tools(root: Path, place: Path, revision: str, say: Callable[[str], None]) -> tuple[Path, Path]:
    """The `kb` to run with and the Python to read with: ours, or where other packages are locked, its own."""
    if _bytes(root / LOCK) == _bytes(place / LOCK):
        return Path(sys.executable).with_name("kb"), Path(sys.executable)
    say(f"{revision}: other packages are locked; setting them up beside these")
    for path in ("tools", "kb"):  # one hand writes the records of both
        if (root / path).is_dir():
            shutil.copytree(root / path, place / path, dirs_exist_ok=True)
        elif (root / path).exists():
            shutil.copy(root / path, place / path)
    if subprocess.run([place / "kb", "--help"], cwd=place, stdout=subprocess.DEVNULL).returncode:
        raise Trouble(LOCK, 1, f"the packages of {revision} cannot be set up; the lines above say why", "diff")
    return place / "kb", place / ".venv/bin/python"


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _read(python: Path, place: Path, revision: str) -> Snapshot:
    done = subprocess.run([python, "-m", "kb.snapshot"], cwd=place, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Trouble("mkdocs.yml", 1, f"the notebook of {revision} cannot be read: {reason}", "diff")
    return Snapshot(**json.loads(done.stdout))

"""What git knows of the notebook."""

import contextlib
import subprocess
import tempfile
from collections.abc import Generator
from functools import cache
from pathlib import Path

from kb.problem import Trouble


def changed_since(root: Path, revision: str) -> set[str]:
    """Every file that differs from a revision, or that git does not know yet."""
    known = _git(root, "diff", "--name-only", "--relative", revision, "--")
    if known.returncode:
        raise Trouble("mkdocs.yml", 1, f"git knows no revision '{revision}'; see `git log`")
    return {*known.stdout.splitlines(), *_git(root, "ls-files", "--others", "--exclude-standard").stdout.splitlines()}


@cache
def revision(root: Path) -> str:
    """The revision, with `+` where the working tree differs; empty outside git."""
    try:
        named = _git(root, "rev-parse", "--short=12", "HEAD").stdout.strip()
        return named + ("+" if named and _git(root, "status", "--porcelain").stdout.strip() else "")
    except OSError:
        return ""


@contextlib.contextmanager
def checked_out(root: Path, revision: str) -> Generator[Path]:
    """The notebook as it was at a revision, in a temporary folder beside this one."""
    named = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if named.returncode:
        raise Trouble("mkdocs.yml", 1, f"git knows no revision '{revision}'; see `git log`")
    below = _git(root, "rev-parse", "--show-prefix").stdout.strip()
    with tempfile.TemporaryDirectory(prefix="kb-diff-", ignore_cleanup_errors=True) as folder:
        place = Path(folder) / "notebook"
        try:
            done = _git(root, "worktree", "add", "--quiet", "--detach", str(place), named.stdout.strip())
            if done.returncode:
                reason = done.stderr.strip().splitlines()[-1]
                raise Trouble("mkdocs.yml", 1, f"'{revision}' cannot be checked out: {reason}")
            yield place / below
        finally:
            _git(root, "worktree", "remove", "--force", "--force", str(place))


def _git(root: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True)

"""What git knows of the notebook."""

import subprocess
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


def _git(root: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True)

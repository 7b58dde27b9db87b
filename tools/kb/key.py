"""The hash of all that a run depends on; a run is fresh while its key is today's key."""

import hashlib
import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from kb.dataset import Dataset, digest
from kb.installed import dot_version, versions_behind
from kb.snippet import Section, Snippet, read_snippet

MANY = 3
FORMAT = 1  # of the run record; raise it when what a record holds or how a program is run changes


@dataclass(frozen=True)
class Key:
    """What a run depends on, part by part, and the repository's files that it may open."""

    parts: dict
    files: tuple[str, ...]

    @cached_property
    def hash(self) -> str:
        """The name of the run's folder."""
        return hashlib.sha256(json.dumps(self.parts, sort_keys=True).encode()).hexdigest()[:32]


def key_of(root: Path, snippet: Snippet, datasets: dict[str, Dataset]) -> Key:
    """Everything counts but comments, blank lines, the header, the file's own name and where the repository lies."""
    imported = list(_imported(root, snippet))
    programs = [snippet, *imported]
    constants = {name for program in programs for name in program.names}
    data = [dataset for dataset in datasets.values() if PurePosixPath(dataset.file).name in constants]
    styles = [path for path in sorted((root / "snippets").glob("*.mplstyle")) if path.name in constants]
    versions = versions_behind({name for program in programs for name in modules(program)})
    style_paths = [f"snippets/{path.name}" for path in styles]
    parts = {
        "cells": [[section.name, section.tokens] for section in _cells(snippet)],
        "alone": snippet.alone,
        "imports": {program.path: program.tokens for program in imported},
        "datasets": {dataset.path: _digest(root, dataset.path) for dataset in data},
        "styles": {path: _digest(root, path) for path in style_paths},
        "versions": versions,
        "programs": {"dot": dot_version()} if "graphviz" in versions else {},
        **here(),
    }
    paths = [program.path for program in programs] + [dataset.path for dataset in data] + style_paths
    return Key(parts, tuple(paths))


def here() -> dict:
    """What counts of the machine, whatever the program."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, "machine": platform.machine(), "format": FORMAT}


def changes(before: dict, now: dict) -> Iterator[str]:
    """One sentence for each part of the key in which two runs differ."""
    old, new = dict(before["cells"]), dict(now["cells"])
    differ = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if len(differ) > MANY:
        yield f"{len(differ)} of its sections changed"
    for name in differ if len(differ) <= MANY else []:
        verb = "is new" if name not in old else "is gone" if name not in new else "changed"
        yield f"its section '{name or 'header'}' {verb}"
    if old == new and before["cells"] != now["cells"]:
        yield "the order of its sections changed"
    for part in ("imports", "datasets", "styles", "versions", "programs"):
        for name in sorted(before[part].keys() | now[part].keys()):
            was, is_ = before[part].get(name), now[part].get(name)
            if was != is_:
                told = f" ({was or 'absent'} -> {is_ or 'absent'})" if part in ("versions", "programs") else ""
                yield f"{name} changed{told}"
    for part, called in (
        ("python", "Python"),
        ("machine", "the machine"),
        ("format", "the format"),
        ("alone", "`Timing`"),
    ):
        if before.get(part) != now[part]:
            yield f"{called} changed ({before.get(part)} -> {now[part]})"


def _cells(snippet: Snippet) -> list[Section]:
    """The code cells, but for the header: it is prose, unless the program reads its own `__doc__`."""
    code = [section for section in snippet.sections if not section.markdown]
    if not code or code[0].title or not snippet.idea or "__doc__" in snippet.text:
        return code
    lines = range(code[0].first, code[0].first + code[0].source.count("\n") + 1)
    return code[1:] if sum(line in lines for line in snippet.statements) == 1 else code


def _digest(root: Path, path: str) -> str:
    return digest(root / path) if (root / path).is_file() else "absent"


def _imported(root: Path, snippet: Snippet, seen: set[str] | None = None) -> Iterator[Snippet]:
    seen = {snippet.name} if seen is None else seen
    for name in sorted(modules(snippet)):
        path = f"snippets/{name}.py"
        if name not in seen and (root / path).is_file():
            seen.add(name)
            program = read_snippet(root, path)
            yield program
            yield from _imported(root, program, seen)


def modules(snippet: Snippet) -> set[str]:
    """The names of the modules that a program imports, without what follows a dot."""
    return set(snippet.modules)

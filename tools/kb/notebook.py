"""The whole: a folder with `mkdocs.yml` that holds notes, snippets, datasets and the runs made of them."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from kb import relations
from kb.bibliography import Work, read_bibliography
from kb.dataset import Dataset, read_manifest
from kb.key import Key, changes, key_of
from kb.note import Note, read_note
from kb.problem import Problem, Trouble, read_each
from kb.run import Run, earlier_records, read_run
from kb.settings import read_settings
from kb.snippet import Snippet, read_snippet
from kb.tag import Tag, read_tags

MADE = ("index", "notes", "lab", "tags", "claims")  # pages that no note may take the name of


def find_root(start: Path) -> Path:
    """The nearest folder from here upwards that holds a notebook."""
    for folder in (start, *start.parents):
        if (folder / "mkdocs.yml").is_file():
            return folder
    raise Trouble(str(start), 1, "no mkdocs.yml here or in a folder above; go to the notebook's folder", "root")


@dataclass(frozen=True)
class Notebook:
    """Everything is read once, when it is first asked for; what cannot be read is a problem, and the rest goes on."""

    root: Path

    @cached_property
    def note_paths(self) -> list[str]:
        """Every published note; files that begin with `_` are templates."""
        return self._glob("notes/*.md")

    @cached_property
    def snippet_paths(self) -> list[str]:
        """Every program."""
        return self._glob("snippets/*.py")

    def _glob(self, pattern: str) -> list[str]:
        found = sorted(self.root.glob(pattern))
        return [path.relative_to(self.root).as_posix() for path in found if not path.name.startswith(("_", "."))]

    @cached_property
    def _notes(self) -> tuple[dict[str, Note], list[Problem]]:
        return read_each(self.root, self.note_paths, read_note)

    @cached_property
    def _snippets(self) -> tuple[dict[str, Snippet], list[Problem]]:
        return read_each(self.root, self.snippet_paths, read_snippet)

    @property
    def notes(self) -> dict[str, Note]:
        """Every note that can be read, by its name."""
        return self._notes[0]

    @cached_property
    def mentions(self) -> dict[str, list[Note]]:
        """The notes that link to a note, by its name."""
        return relations.mentions(self.notes, self.note_paths)

    @cached_property
    def users(self) -> dict[str, list[Note]]:
        """The notes that link to a snippet, or make a claim that it tests, by its name."""
        return relations.users(self.notes)

    @cached_property
    def tagged(self) -> dict[str, list[Note]]:
        """The notes that have a tag, by its name."""
        return relations.tagged(self.notes, self.tags)

    @property
    def snippets(self) -> dict[str, Snippet]:
        """Every snippet that can be read, by its name."""
        return self._snippets[0]

    @property
    def unreadable_snippets(self) -> list[Problem]:
        """One problem for each snippet that cannot be read."""
        return self._snippets[1]

    @property
    def unreadable(self) -> list[Problem]:
        """One problem for each note or snippet that cannot be read."""
        return self._notes[1] + self.unreadable_snippets

    @cached_property
    def datasets(self) -> dict[str, Dataset]:
        """The manifest's datasets, by name."""
        return read_manifest(self.root)

    @cached_property
    def tags(self) -> dict[str, Tag]:
        """The closed vocabulary."""
        return read_tags(self.root)

    @cached_property
    def bibliography(self) -> dict[str, Work]:
        """The works that notes cite, by their BibTeX keys."""
        return read_bibliography(self.root)

    @cached_property
    def keys(self) -> dict[str, Key]:
        """Today's key of each snippet; none where a program that it imports cannot be read."""
        keys = {}
        datasets = self.datasets
        for name, snippet in self.snippets.items():
            with contextlib.suppress(Trouble):  # it is among the unreadable
                keys[name] = key_of(self.root, snippet, datasets)
        return keys

    @cached_property
    def runs(self) -> dict[str, Run]:
        """The fresh run of each snippet that has one."""
        found = {name: read_run(self.root, key) for name, key in self.keys.items()}
        return {name: run for name, run in found.items() if run is not None}

    def why_stale(self, name: str) -> str:
        """Why a snippet has no fresh run."""
        if name not in self.keys:
            return "a program that it imports cannot be read; mend that one first"
        for record in earlier_records(self.root, name):
            changed = " and ".join(changes(record["parts"], self.keys[name].parts))
            return f"{changed} since its last run; run `kb run {name}`"
        return f"it has not been run; run `kb run {name}`"

    @cached_property
    def settings(self) -> dict[str, float]:
        """What a run may take: the settings of the project over the defaults."""
        return read_settings(self.root)

    def limits(self, snippet: Snippet) -> dict[str, float]:
        """What a run may take, in seconds and bytes: the settings, raised by the snippet's header."""
        limits = self.settings
        return {
            "seconds": snippet.amount("Limit") or limits["seconds"],
            "silence": limits["silence"],
            "memory": snippet.amount("Needs") or limits["memory_gb"] * 1e9,
            "processes": limits["processes"],
            "output": limits["output_mb"] * 1e6,
            "disk": limits["disk_gb"] * 1e9,
        }

    def place(self, note: Note, target: str) -> str | None:
        """Where in the repository a note's relative link leads; nothing where it leaves it, by `..` or by a symlink."""
        path = os.path.normpath(os.path.join(os.path.dirname(note.path), target))
        if path == ".." or path.startswith("../") or os.path.isabs(path):
            return None
        return path if self._stays(path) else None

    @cached_property
    def exists(self) -> Callable[[str], bool]:
        """Whether the repository has a file or folder of that path; many links ask it of few paths."""
        return cache(lambda path: (self.root / path).exists())

    @cached_property
    def _stays(self) -> Callable[[str], bool]:
        """Whether a path, its symlinks followed, is in the repository; many links ask it of few paths."""
        root = os.path.realpath(self.root)
        return cache(lambda path: os.path.commonpath([os.path.realpath(self.root / path), root]) == root)

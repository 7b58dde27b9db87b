"""The rules that the files of a notebook keep together."""

import os
import unicodedata
from collections.abc import Iterable, Iterator

from kb import dataset
from kb.notebook import Notebook
from kb.problem import Problem

FOLDERS = ("notes", "snippets", "datasets")


def datasets(notebook: Notebook) -> Iterator[Problem]:
    """Every dataset's bytes are those of the manifest."""
    yield from dataset.problems(notebook.root, notebook.datasets)


def anything(notebook: Notebook) -> Iterator[Problem]:
    """There is something to check: to have looked at nothing is not to have found no problem."""
    if not notebook.note_paths and not notebook.snippet_paths:
        message = "there is no note in notes/ and no program in snippets/; write one with `kb new TITLE`"
        yield Problem("mkdocs.yml", 1, message, "nothing")


def tree(notebook: Notebook) -> Iterator[Problem]:
    """Every file lies where it is read, under a name of its own, in the repository."""
    paths = list(_files(notebook))
    yield from _flat(notebook, paths)
    yield from _names(paths)
    yield from _links(notebook, paths)


def _flat(notebook: Notebook, paths: Iterable[str]) -> Iterator[Problem]:
    """A note or program lies where it is looked for, and nowhere else."""
    found = {*notebook.note_paths, *notebook.snippet_paths}
    for path in paths:
        top, (stem, suffix) = path.partition(os.sep)[0], os.path.splitext(os.path.basename(path))
        wanted = {"notes": (".md", ".markdown"), "snippets": (".py", ".ipynb")}.get(top, ("",))
        hidden = stem.startswith(("_", ".")) or path.startswith("notes/assets/")
        if suffix and suffix.lower() in wanted and path not in found and not hidden:
            message = f"nothing looks here; what is read are {top}/*{wanted[0]}"
            yield Problem(path, 1, message, "nothing")


def _names(paths: Iterable[str]) -> Iterator[Problem]:
    """No two files have one name but for case or the encoding of an accent: many a disk takes both for one."""
    seen: dict[str, str] = {}
    for path in paths:
        first = seen.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if first != path:
            yield Problem(path, 1, f"many a disk takes it and {first} for one file; rename one", "name")


def _links(notebook: Notebook, paths: Iterable[str]) -> Iterator[Problem]:
    """No symbolic link leads out of the repository: a clone would not have what it points at."""
    root = os.path.realpath(notebook.root)
    for path in (*FOLDERS, *paths):
        place = os.path.join(root, path)
        if os.path.islink(place) and not os.path.realpath(place).startswith(root + os.sep):
            message = "a symbolic link that leaves the repository; put the file itself here"
            yield Problem(path, 1, message, "link")


def _files(notebook: Notebook) -> Iterator[str]:
    """Every file and every linked folder, in order."""
    for top in FOLDERS:
        for folder, folders, files in os.walk(notebook.root / top):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            inside = os.path.relpath(folder, notebook.root)
            yield from (os.path.join(inside, name) for name in sorted([*files, *linked]))


RULES = (datasets, anything, tree)

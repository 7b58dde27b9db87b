"""A change to one place of a text file: shown as a diff, written whole or not at all, every other byte kept."""

import difflib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.problem import Trouble


@dataclass(frozen=True, order=True)
class Edit:
    """`old` stands in that line (from 1) at that column (from 0), and `new` is to stand there."""

    path: str
    line: int
    column: int
    old: str
    new: str


@dataclass(frozen=True)
class Rewrite:
    """A file as it was read and as it is to be."""

    path: str
    before: bytes
    after: bytes

    def diff(self) -> Iterator[str]:
        """Its unified diff, line by line."""
        before, after = ([row.decode() for row in io.BytesIO(text)] for text in (self.before, self.after))
        for row in difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"):
            yield row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"

    def write(self, root: Path) -> None:
        """Put it there by a rename, unless the file changed since it was read."""
        place = (root / self.path).resolve()
        if not place.is_relative_to(root.resolve()):
            raise Trouble(self.path, 1, "it is a link out of the notebook; change the file that it leads to", "edit")
        if place.read_bytes() != self.before:
            raise Trouble(self.path, 1, "it changed meanwhile; give the command again", "edit")
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")
        try:
            with open(handle, "wb") as file:
                file.write(self.after)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(place, name)
            os.replace(name, place)
        except BaseException:
            os.unlink(name)
            raise


def rows_of(root: Path, path: str) -> list[str]:
    """The lines of a file without their line feeds, but with all else, a carriage return too."""
    return (root / path).read_bytes().decode().split("\n")


def rewrite(root: Path, path: str, edits: list[Edit]) -> Rewrite:
    """A file with edits made; one whose `old` does not stand where it says is a mistake of ours."""
    before = (root / path).read_bytes()
    rows = before.decode().split("\n")
    for edit in sorted(edits, reverse=True):  # from the end, so that columns stay true
        row = rows[edit.line - 1]
        assert row.startswith(edit.old, edit.column), edit
        rows[edit.line - 1] = row[: edit.column] + edit.new + row[edit.column + len(edit.old) :]
    return Rewrite(path, before, "\n".join(rows).encode())

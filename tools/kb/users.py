"""The notes that use a program."""

from collections import defaultdict

from kb.note import Note
from kb.notebook import Notebook


def users(notebook: Notebook) -> dict[str, list[Note]]:
    """The notes that link to a snippet, or make a claim that it tests, by the snippet's name."""
    found: dict[str, list[Note]] = defaultdict(list)
    for note in notebook.notes.values():
        for name in sorted(note.programs):
            found[name].append(note)
    return found


def tags(notes: list[Note]) -> list[str]:
    """A snippet has the tags of the notes that use it."""
    return sorted({tag for note in notes for tag in note.tags})

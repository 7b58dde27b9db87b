"""How notes hang together: which of them mention a note, use a program, have a tag; each asked of all notes at once."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from kb.note import Note
from kb.tag import Tag, find


def mentions(notes: dict[str, Note], published: Iterable[str]) -> dict[str, list[Note]]:
    """The notes that link to a note, by its name; `published` are the paths of all notes."""
    known = set(published)
    found: dict[str, list[Note]] = {name: [] for name in notes}
    for note in notes.values():
        folder = os.path.dirname(note.path)
        targets = {os.path.normpath(os.path.join(folder, link.path)) for link in note.links if link.local}
        for target in targets & known - {note.path}:
            found.setdefault(PurePosixPath(target).stem, []).append(note)
    return found


def users(notes: dict[str, Note]) -> dict[str, list[Note]]:
    """The notes that link to a program, or make a claim that it tests, by the program's name."""
    found: dict[str, list[Note]] = defaultdict(list)
    for note in notes.values():
        for name in note.programs:
            found[name].append(note)
    return dict(found)


def tagged(notes: dict[str, Note], tags: dict[str, Tag]) -> dict[str, list[Note]]:
    """The notes that have a tag, whichever of its spellings they use, by the tag's name."""
    found: dict[str, list[Note]] = {name: [] for name in tags}
    for note in notes.values():
        for tag in filter(None, (find(word, tags) for word in note.tags)):
            found[tag.name].append(note)
    return found


def tags_of(notes: Iterable[Note]) -> list[str]:
    """A program has the tags of the notes that use it."""
    return sorted({tag for note in notes for tag in note.tags})

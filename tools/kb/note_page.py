"""What a note's page says beside its text: how long it reads, when its numbers were verified, where to go on."""

import math
import re

from kb.ledger import verdicts
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import by_date
from kb.related import Related

WORDS_A_MINUTE = 220
TAGS = 3  # that are named of those that two notes share


def facts(notebook: Notebook) -> dict[str, dict]:
    """What the pages of all notes say, by the names of the notes; another note is its name and its title."""
    order = by_date(notebook)[::-1]
    related = Related(notebook, order)
    found = {}
    for note, before, after in zip(order, [None, *order], [*order[1:], None], strict=False):
        mentions = {other.name: other.title for other in notebook.mentions[note.name]}
        found[note.name] = {
            "kind": note.kind,
            "verdicts": verdicts(note),
            "minutes": minutes(note),
            "verified": verified(notebook, note),
            "mentions": list(mentions.items()),
            "related": [(*_named(other), shared[:TAGS]) for other, shared in related.to(note, mentions)],
            "previous": _named(before) if before else None,
            "next": _named(after) if after else None,
        }
    return found


def minutes(note: Note) -> int:
    """How long its prose takes to read; code is looked at, not read."""
    words = sum(len(re.findall(r"\S+", line)) for line in note.markup.prose)
    return max(1, math.ceil(words / WORDS_A_MINUTE))


def verified(notebook: Notebook, note: Note) -> str:
    """The day since which every number of it stands: the oldest among its programs' runs; none where one has none."""
    days = [run.day if (run := notebook.runs.get(name)) else "" for name in note.programs]
    return min(days, default="")


def _named(note: Note) -> tuple[str, str]:
    return note.name, note.title

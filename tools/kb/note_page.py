"""What a note's page says beside its text: how long it reads, when its numbers were verified, where to go on."""

from kb.catalogue import minutes, verified
from kb.ledger import verdicts
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import by_date
from kb.related import Related

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


def _named(note: Note) -> tuple[str, str]:
    return note.name, note.title

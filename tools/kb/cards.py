"""Pieces of HTML that the made pages have in common: cards, badges, chips, dates."""

import datetime
from collections.abc import Iterable
from html import escape

from kb.figure import Figure
from kb.ledger import verdicts
from kb.note import Note
from kb.notebook import Notebook


def note_card(notebook: Notebook, note: Note) -> str:
    """A note on the home page: picture, title, date, verdicts, tags."""
    title = f'<h3><a href="{note.name}/">{escape(note.title)}</a></h3>{time(note)}{description(note)}'
    marks = badges(note) + chips(note.tags, "")
    return f'<article class="card">{note_thumb(notebook, note)}{title}{marks}</article>'


def description(note: Note) -> str:
    """The note's sentence."""
    text = note.meta.get("description")
    return f"<p>{escape(text)}</p>" if isinstance(text, str) else ""


def note_thumb(notebook: Notebook, note: Note) -> str:
    """The first picture that the note shows."""
    for link in note.links:
        run = notebook.runs.get(link.path.rpartition("/")[2].removesuffix(".py"))
        if run and (figures := run.figures(link.fragment)):
            return thumb(figures, f"figures/{run.record['name']}")
    return ""


def thumb(figures: list[Figure], folder: str) -> str:
    """The small copy of the first figure, or nothing."""
    return figures[0].thumb_tag(folder) if figures else ""


def badge(verdict: str, count: int | None = None) -> str:
    """A verdict, with a count where there is one."""
    return f'<span class="verdict {verdict}">{"" if count is None else f"{count} "}{verdict}</span>'


def badges(note: Note) -> str:
    """How many of the note's claims have each verdict."""
    rows = "".join(f"<li>{badge(verdict, count)}</li>" for verdict, count in verdicts(note).items())
    return f'<ul class="verdicts">{rows}</ul>' if rows else ""


def chips(names: Iterable[str], up: str) -> str:
    """Links to the pages of tags."""
    rows = "".join(
        f'<li><a class="chip" href="{up}tags/{escape(name.lower())}/">{escape(name)}</a></li>' for name in names
    )
    return f'<ul class="chips">{rows}</ul>'


def time(note: Note) -> str:
    """When the note was written."""
    day = note.meta.get("date")
    return dated(day) if isinstance(day, datetime.date) else ""


def dated(day: datetime.date) -> str:
    """A day as people write it."""
    return f'<time datetime="{day}">{day:%-d %B %Y}</time>'

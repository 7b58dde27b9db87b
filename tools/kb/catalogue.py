"""Every note with what is known of it; published as `notes.json`."""

import datetime
import math
import re
from collections.abc import Iterator

from kb.claim import VERDICTS
from kb.ledger import verdicts
from kb.note import Note
from kb.notebook import Notebook
from kb.site import NOTES_LICENCE, Site
from kb.tag import find

WORDS_A_MINUTE = 220
CORRECTION = re.compile(r"(?P<day>\d{4}-\d\d-\d\d): (?P<text>\S.*)", re.DOTALL)
SOURCES = {"arxiv:": "https://arxiv.org/abs/", "doi:": "https://doi.org/", "10.": "https://doi.org/10."}


def newest(notebook: Notebook) -> list[Note]:
    """Every note, the last updated first."""
    return sorted(notebook.notes.values(), key=updated, reverse=True)


def written(note: Note) -> str:
    """The day of a note, or nothing where it is no date."""
    day = note.meta.get("date")
    return day.isoformat() if type(day) is datetime.date else ""


def corrections(note: Note) -> list[tuple[str, str]]:
    """The day and the sentence of each correction."""
    listed = note.meta.get("corrections")
    found = (CORRECTION.fullmatch(item) for item in (listed if isinstance(listed, list) else []) if type(item) is str)
    return [(match["day"], match["text"]) for match in found if match]


def updated(note: Note) -> str:
    """The day of its last correction, or else of the note."""
    return max([written(note), *(day for day, _ in corrections(note))])


def verified(notebook: Notebook, note: Note) -> str:
    """The day since which every number of it stands: the oldest among its programs' runs; none where one has none."""
    days = [run.day if (run := notebook.runs.get(name)) else "" for name in note.programs]
    return min(days, default="")


def words(note: Note) -> int:
    """How many words its text has, code left out."""
    marks = 2  # what opens a block of code and what closes it
    return len(note.body.split()) - sum(len(fence.code.split()) + marks for fence in note.fences)


def minutes(note: Note) -> int:
    """How long its text takes to read; code is looked at, not read."""
    return math.ceil(max(1, words(note)) / WORDS_A_MINUTE)


def description(note: Note) -> str:
    """The note's sentence, or nothing."""
    text = note.meta.get("description")
    return " ".join(text.split()) if isinstance(text, str) else ""


def source(note: Note) -> str:
    """The address of what it is about: a DOI and an arXiv identifier have one too; other text stays text."""
    text = str(note.meta.get("source") or "").strip()
    for scheme, address in SOURCES.items():
        if text.lower().startswith(scheme):
            return address + text[len(scheme) :].strip()
    return text


def tags(notebook: Notebook, note: Note) -> list[str]:
    """Its tags by their names in the vocabulary."""
    found = (find(word, notebook.tags) for word in note.tags)
    return list(dict.fromkeys(tag.name for tag in found if tag))


def page(note: Note) -> str:
    """Where its page lies below the site's address."""
    return f"{note.name}/"


def copy(note: Note) -> str:
    """Where its copy in plain Markdown lies: beside the page, under the name that llmstxt.org proposes."""
    return f"{note.name}/index.html.md"


def catalogue(site: Site, notebook: Notebook) -> Iterator[dict]:
    """Every note, the last updated first; the published shape of `notes.json`."""
    return (entry(site, notebook, note) for note in newest(notebook))


def entry(site: Site, notebook: Notebook, note: Note) -> dict:
    """One note; what it does not have is `null`."""
    return {
        "name": note.name,
        "note": note.path,
        "url": site.url(page(note)),
        "markdown": site.url(copy(note)),
        "title": note.title,
        "description": description(note) or None,
        "kind": note.kind,
        "date": written(note) or None,
        "updated": updated(note) or None,
        "verified": verified(notebook, note) or None,
        "tags": tags(notebook, note),
        "source": source(note) or None,
        "verdicts": dict.fromkeys(VERDICTS, 0) | verdicts(note),
        "words": words(note),
        "minutes": minutes(note),
        "programs": sorted(note.programs),
        "mentioned_by": [other.name for other in notebook.mentions[note.name]],
        "corrections": [{"date": day, "text": text} for day, text in corrections(note)],
        "licence": NOTES_LICENCE[0],
    }

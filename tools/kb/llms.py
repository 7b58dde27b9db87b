"""`llms.txt`: what there is to read, for programs that read Markdown; its shape is that of llmstxt.org."""

from collections.abc import Iterator

from kb import catalogue
from kb.dialect import literal
from kb.ledger import verdicts
from kb.note import Note
from kb.notebook import Notebook
from kb.site import Site

ABOUT = """\
Each note is Markdown with its numbers, program outputs, claims and references filled in.
A claim is a sentence of a source beside what a program here measured; its verdict is
reproduced (every seed meets what is expected), partial (some do), differs (none does)
or untestable (nothing to measure)."""
FILES = {
    "claims.json": "every claim of every note with what was measured (schema: schemas/claims.schema.json)",
    "notes.json": "every note with its address, dates, tags and verdicts (schema: schemas/notes.schema.json)",
    "feed.xml": "the newest notes and corrections (Atom)",
}


def llms(site: Site, notebook: Notebook) -> Iterator[str]:
    """The file, line by line."""
    yield f"# {literal(site.name)}\n\n> {literal(site.description)}\n\n{ABOUT}\n\n## Notes\n\n"
    for note in catalogue.newest(notebook):
        yield _line(note.title, site.url(catalogue.copy(note)), _about(note))
    yield "\n## Programs\n\n"
    for name, snippet in notebook.snippets.items():
        yield _line(name, site.url(f"lab/{name}/{name}.py"), snippet.idea)
    yield "\n## Data\n\n"
    for name, text in FILES.items():
        yield _line(name, site.url(name), text)


def _about(note: Note) -> str:
    facts = [catalogue.updated(note), *(f"{count} {verdict}" for verdict, count in verdicts(note).items())]
    return f"{catalogue.description(note)} ({', '.join(filter(None, facts))})".strip()


def _line(title: str, address: str, text: str) -> str:
    name = literal(title).replace("[", r"\[").replace("]", r"\]")
    return f"- [{name}]({address}): {literal(text)}\n"

"""What made pages are put together from: front matter, blocks, HTML that stays as it is."""

from collections import Counter
from collections.abc import Iterable

from kb.note import Note
from kb.notebook import Notebook


def by_date(notebook: Notebook) -> list[Note]:
    """Every note, the newest first."""
    return newest_first(notebook.notes.values())


def newest_first(notes: Iterable[Note]) -> list[Note]:
    """The newest first; of one day, those with most claims."""

    def key(note: Note) -> tuple[str, int, str]:
        return str(note.meta.get("date", "")), len(note.claims), note.title

    return sorted(notes, key=key, reverse=True)


def tag_counts(notebook: Notebook) -> Counter:
    """How many notes have each tag."""
    return Counter({name: len(notes) for name, notes in notebook.tagged.items()})


def page(title: str, *blocks: str) -> str:
    """A page of that title, as wide as it needs."""
    # the listing pages are wide: no table of contents, no navigation beside them
    return "\n\n".join([f"---\ntitle: {title}\nhide: [navigation, toc]\n---", *blocks, ""])


def html(markup: str) -> str:
    """HTML that stays as it is; the site's `kb-html` fence emits it."""
    return f"```kb-html\n{markup}\n```"

"""What made pages are put together from: front matter, blocks, HTML that stays as it is."""

from collections import Counter

from kb.note import Note
from kb.notebook import Notebook
from kb.tag import find


def by_date(notebook: Notebook) -> list[Note]:
    """The newest first; of one day, those with most claims."""

    def key(note: Note) -> tuple[str, int, str]:
        return str(note.meta.get("date", "")), len(note.claims), note.title

    return sorted(notebook.notes.values(), key=key, reverse=True)


def tag_counts(notebook: Notebook) -> Counter:
    """How many notes have each tag."""
    found = (find(tag, notebook.tags) for note in notebook.notes.values() for tag in note.tags)
    return Counter(tag.name for tag in found if tag)


def page(title: str, *blocks: str) -> str:
    """A page of that title, as wide as it needs."""
    # the listing pages are wide: no table of contents, no navigation beside them
    return "\n\n".join([f"---\ntitle: {title}\nhide: [navigation, toc]\n---", *blocks, ""])


def html(markup: str) -> str:
    """HTML that stays as it is; the site's `kb-html` fence emits it."""
    return f"```kb-html\n{markup}\n```"

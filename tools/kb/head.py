"""What the head of each page tells other programs: search engines, reference managers, feed readers, previews."""

from dataclasses import dataclass

from kb import catalogue, linked_data, preview
from kb.citation import highwire
from kb.note import Note
from kb.notebook import Notebook
from kb.site import Site
from kb.snippet import Snippet

ABOUT = {
    "notes.md": "Every note by date, with its tags and verdicts.",
    "lab/index.md": "Every program, with what it printed and drew the last time it ran.",
    "tags.md": "Every tag with its meaning.",
    "claims.md": "Every claim of a source beside what our programs measured.",
}


@dataclass(frozen=True)
class Head:
    """`feed` and `markdown` are addresses below the site's; `updated` is a day; nothing where a page has none."""

    title: str
    description: str
    image: str
    kind: str = "website"
    written: str = ""
    updated: str = ""
    tags: tuple[str, ...] = ()
    feed: str = ""
    markdown: str = ""
    citation: tuple[tuple[str, str], ...] = ()
    data: str = ""


def head(site: Site, notebook: Notebook, uri: str, title: str) -> Head:
    """The head of the page that is made of a file among the notes."""
    name = uri.rpartition(".")[0]
    if note := notebook.notes.get(name):
        return _note(site, notebook, note)
    snippet = notebook.snippets.get(name.removeprefix("lab/")) if uri.startswith("lab/") else None
    if snippet:
        return _program(site, notebook, snippet)
    default = site.url(preview.DEFAULT)
    if uri == "index.md":
        return Head(site.name, site.description, default, data=linked_data.script(linked_data.website(site)))
    if uri == "lab/index.md":
        data = linked_data.script(linked_data.datasets(site, notebook))
        return Head(title, ABOUT[uri], default, data=data)
    for tag in notebook.tags.values():
        if name == f"tags/{tag.slug}":
            has_notes = any(tag.name in catalogue.tags(notebook, note) for note in notebook.notes.values())
            feed = f"{name}/feed.xml" if has_notes else ""
            return Head(tag.name, tag.description, default, feed=feed)
    return Head(title, ABOUT.get(uri, site.description), default)


def _note(site: Site, notebook: Notebook, note: Note) -> Head:
    image, tags = site.url(preview.address(notebook, note)), catalogue.tags(notebook, note)
    return Head(
        note.title,
        catalogue.description(note) or site.description,
        image,
        kind="article",
        written=catalogue.written(note),
        updated=catalogue.updated(note),
        tags=tuple(tags),
        markdown=catalogue.copy(note),
        citation=tuple(highwire(site, note, tags)),
        data=linked_data.script(linked_data.article(site, notebook, note, image)),
    )


def _program(site: Site, notebook: Notebook, snippet: Snippet) -> Head:
    run = notebook.runs.get(snippet.name)
    return Head(
        snippet.name,
        snippet.idea or site.description,
        site.url(preview.DEFAULT),
        updated=run.day if run else "",
        data=linked_data.script(linked_data.program(site, notebook, snippet)),
    )

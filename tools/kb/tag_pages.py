"""The pages of tags: all of them with their counts, and one for each."""

from html import escape

from kb.notebook import Notebook
from kb.pages import html, page, tag_counts
from kb.tag import Tag


def tags(notebook: Notebook) -> str:
    """Every tag with its count and its meaning; narrower tags below wider ones."""
    counts = tag_counts(notebook)

    def branch(parent: str | None) -> str:
        rows = (
            _entry(tag, counts[tag.name]) + branch(tag.name) for tag in notebook.tags.values() if tag.parent == parent
        )
        inner = "".join(f"<li>{row}</li>" for row in rows)
        return f"<ul>{inner}</ul>" if inner else ""

    return page("Tags", html(f'<div class="tagtree">{branch(None)}</div>'))


def _entry(tag: Tag, count: int) -> str:
    also = f"<small>also {escape(', '.join(tag.aliases))}</small>" if tag.aliases else ""
    name = f'<a class="chip" href="{tag.slug}/">{escape(tag.name)}<small>{count:,}</small></a>'
    return f'<div class="tag" id="{tag.slug}">{name}<p>{escape(tag.description)}{also}</p></div>'


def tag_page(notebook: Notebook, tag: Tag) -> str:
    """One tag: what it means, what has it, and the search filtered by it."""
    also = f" Also written {', '.join(tag.aliases)}." if tag.aliases else ""
    if not tag_counts(notebook)[tag.name]:
        return page(tag.name, tag.description + also, "Nothing has this tag yet.")
    button = f'<button class="search-tag" data-tag="{escape(tag.name)}">Search within {escape(tag.name)}</button>'
    return page(
        tag.name,
        tag.description + also,
        html(f'<p data-pagefind-ignore>{button} <a class="feed" href="feed.xml">Feed</a></p>'),
        f"<!-- material/tags {{ include: [{tag.name}], toc: false }} -->",
    )

"""The pages of tags: all of them with their counts, and one for each."""

from html import escape

from kb.notebook import Notebook
from kb.pages import html, page, tag_counts
from kb.tag import Tag


def tags(notebook: Notebook) -> str:
    """Every tag with its description and its count; narrower tags below wider ones."""
    counts = tag_counts(notebook)
    lines = []

    def branch(parent: str | None, depth: int) -> None:
        for tag in notebook.tags.values():
            if tag.parent == parent:
                also = f" Also: {', '.join(tag.aliases)}." if tag.aliases else ""
                lines.append(
                    f"{'    ' * depth}- [{tag.name}](tags/{tag.slug}.md) ({counts[tag.name]}): {tag.description}{also}"
                )
                branch(tag.name, depth + 1)

    branch(None, 0)
    return page("Tags", "\n".join(lines))


def tag_page(notebook: Notebook, tag: Tag) -> str:
    """One tag: what it means, what has it, and the search filtered by it."""
    also = f" Also written {', '.join(tag.aliases)}." if tag.aliases else ""
    if not tag_counts(notebook)[tag.name]:
        return page(tag.name, tag.description + also, "Nothing has this tag yet.")
    button = (
        f'<p><button class="search-tag" data-tag="{escape(tag.name)}">Search within {escape(tag.name)}</button></p>'
    )
    return page(
        tag.name,
        tag.description + also,
        html(button),
        f"<!-- material/tags {{ include: [{tag.name}], toc: false }} -->",
    )

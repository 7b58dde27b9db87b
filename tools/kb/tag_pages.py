"""The pages of tags: all of them with their counts, and one for each."""

import datetime
from html import escape

from kb.cards import dated
from kb.listing import SIZE, Listing
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import html, newest_first, page, tag_counts
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


def tag_pages(notebook: Notebook, tag: Tag) -> dict[str, str]:
    """One tag: what it means, the search within it, the notes that have it, and the programs that those show."""
    notes = newest_first(notebook.tagged[tag.name])
    if not notes:
        return {f"tags/{tag.slug}.md": page(tag.name, *_meaning(notebook, tag, ""), "Nothing has this tag yet.")}
    button = f'<button class="search-tag" data-tag="{escape(tag.name)}">Search within {escape(tag.name)}</button>'

    def above(up: str) -> list[str]:
        feed = f'<a class="feed" href="{up}feed.xml">Feed</a>'
        return [*_meaning(notebook, tag, up), html(f"<p data-pagefind-ignore>{button} {feed}</p>")]

    listing = Listing(f"tags/{tag.slug}", tag.name, notes)
    return listing.pages(above, below=_programs(notebook, notes))


def _meaning(notebook: Notebook, tag: Tag, up: str) -> list[str]:
    """What a tag means, its other spellings, and the tags next to it, wider and narrower."""
    also = f" Also written {', '.join(tag.aliases)}." if tag.aliases else ""
    narrower = [other for other in notebook.tags.values() if other.parent == tag.name]
    groups = {"wider": [notebook.tags[tag.parent]] if tag.parent else [], "narrower": narrower}
    rows = "".join(f'<li class="kin">{name}</li>{_chips(group, up)}' for name, group in groups.items() if group)
    return [tag.description + also, *([html(f'<ul class="chips" data-pagefind-ignore>{rows}</ul>')] if rows else [])]


def _chips(tags: list[Tag], up: str) -> str:
    return "".join(f'<li><a class="chip" href="{up}../{tag.slug}/">{escape(tag.name)}</a></li>' for tag in tags)


def _programs(notebook: Notebook, notes: list[Note]) -> list[str]:
    names = sorted({name for note in notes for name in note.programs} & notebook.snippets.keys())
    if not names:
        return []
    rows = "".join(f"<li>{_program(notebook, name)}</li>" for name in names[:SIZE])
    more = f'<p><a href="../../lab/">{len(names) - SIZE:,} more in the lab</a></p>' if len(names) > SIZE else ""
    return ["## Programs", html(f'<ul class="notelist" data-pagefind-ignore>{rows}</ul>{more}')]


def _program(notebook: Notebook, name: str) -> str:
    run = notebook.runs.get(name)
    title = f'<a class="title" href="../../lab/{name}/">{name}</a>'
    ran = dated(datetime.date.fromisoformat(run.day)) if run else "<small>no run</small>"
    return f"{ran}<div>{title}<p>{escape(notebook.snippets[name].idea)}</p></div>"

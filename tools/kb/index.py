"""The pages that are made, not written: home, notes, lab, tags and claims."""

from html import escape

from kb.cards import badges, chips, description, time
from kb.claims_page import claims
from kb.gallery import gallery
from kb.home import home
from kb.notebook import Notebook
from kb.pages import by_date, html, page
from kb.tag_pages import tag_page, tags

REDIRECT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="canonical" href="../{name}/">
<meta http-equiv="refresh" content="0; url=../{name}/">
<a href="../{name}/">{title}</a>
</html>
"""


def pages(notebook: Notebook) -> dict[str, str]:
    """Every made page, by its file among the notes."""
    made = {"index.md": home(notebook), "notes.md": notes(notebook), "lab/index.md": gallery(notebook)}
    made |= {"tags.md": tags(notebook), "claims.md": claims(notebook)}
    return made | {f"tags/{tag.slug}.md": tag_page(notebook, tag) for tag in notebook.tags.values()}


def redirects(notebook: Notebook) -> dict[str, str]:
    """A page at every address that a note had, which leads to where it is now."""
    return {
        f"{old}/index.html": REDIRECT.format(name=note.name, title=escape(note.title))
        for note in notebook.notes.values()
        for old in note.meta.get("redirect_from", [])
        if isinstance(old, str)
    }


def notes(notebook: Notebook) -> str:
    """Every note by date."""
    rows = "".join(
        f'<li>{time(note)}<div><a class="title" href="../{note.name}/">{escape(note.title)}</a>{description(note)}'
        f'<div class="marks">{badges(note)}{chips(note.tags, "../")}</div></div></li>'
        for note in by_date(notebook)
    )
    return page("Notes", html(f'<ul class="notelist">{rows}</ul>'))

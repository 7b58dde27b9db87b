"""The pages that are made, not written: home, notes, lab, tags and claims."""

from html import escape

from kb.claims_page import claims
from kb.gallery import gallery
from kb.home import home
from kb.listing import Listing
from kb.notebook import Notebook
from kb.pages import by_date
from kb.tag_pages import tag_pages, tags

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
    made = {"index.md": home(notebook), **Listing("notes", "Notes", by_date(notebook), tags=True).pages()}
    made |= {"lab/index.md": gallery(notebook), "tags.md": tags(notebook), "claims.md": claims(notebook)}
    for tag in notebook.tags.values():
        made |= tag_pages(notebook, tag)
    return made


def redirects(notebook: Notebook) -> dict[str, str]:
    """A page at every address that a note had, which leads to where it is now."""
    return {
        f"{old}/index.html": REDIRECT.format(name=note.name, title=escape(note.title))
        for note in notebook.notes.values()
        for old in note.meta.get("redirect_from", [])
        if isinstance(old, str)
    }

"""The pages that are made, not written: home, notes, lab, tags and claims; and the ledger of all claims."""

from html import escape

from kb.cards import badge, thumb
from kb.home import home
from kb.ledger import ledger
from kb.listing import Listing
from kb.metric import describe, show
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import by_date, html, page
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


def gallery(notebook: Notebook) -> str:
    """Every program, with the first picture that it drew."""
    cards = ""
    for name, snippet in notebook.snippets.items():
        run = notebook.runs.get(name)
        known = run.libraries if run else []
        picture = thumb(run.all_figures, f"../figures/{name}") if run else ""
        cost = f"{show(run.record['seconds'])} s" if run else "no run on this machine"
        cards += (
            f'<article class="card" data-library="{" ".join(known)}">{picture}<h3><a href="{name}/">{name}</a></h3>'
            f"<p>{escape(snippet.idea)}</p><p><small>{' · '.join([*known, cost])}</small></p></article>"
        )
    text = "Every program, with what it printed and drew the last time it ran."
    return page("Lab", text, html(f'<div class="gallery">{cards}</div>'), *_data(notebook))


def _data(notebook: Notebook) -> list[str]:
    """The datasets with their sources and licences; a licence is `unstated` where the source states none."""
    if not notebook.datasets:
        return []
    rows = [
        f"| `{data.path}` | {data.contents} | {show(data.bytes / 1e6)} MB | {data.source} | {data.licence} |"
        for data in notebook.datasets.values()
    ]
    head = "| file | contents | size | source | licence |\n|---|---|---|---|---|"
    return ["## Data", "\n".join([head, *rows])]


def claims(notebook: Notebook) -> str:
    """Every claim of every note."""
    titles = {note.path: note for note in notebook.notes.values()}
    rows = "".join(_ledger_row(notebook, titles[row["note"]], row) for row in ledger(notebook))
    head = "".join(
        f"<th>{title}</th>" for title in ("Claim", "Note", "Source", "Expected", "Measured", "Verdict", "Cost", "Run")
    )
    table = (
        f'<div class="claims"><table class="ledger"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    text = "What the sources say, and what our programs measured."
    return page("Claims", text, html(table), html('<p>For programs: <a href="../claims.json">claims.json</a></p>'))


def _ledger_row(notebook: Notebook, note: Note, row: dict) -> str:
    name, _, metric = (row["metric"] or "").partition(".")
    run = notebook.runs.get(name)
    measured = "–"
    if run and row["measured"] is not None:
        number, _, of = describe(run.metrics[metric]).partition(" (")
        measured = f'<a href="../lab/{name}/">{number}</a><small>{of.rstrip(")")}</small>'
    verdict = badge(row["verdict"]) + (
        "" if row["computed"] == row["verdict"] else "<small>not confirmed on this machine</small>"
    )
    cells = [
        f"{escape(row['says'])}<small>{escape(row['where'])}</small>",
        f'<a href="../{note.name}/">{escape(note.title)}</a>',
        "–" if row["paper"] is None else show(row["paper"]),
        escape(row["expect"] or "–"),
        measured,
        verdict + (f"<small>{escape(row['because'])}</small>" if row["because"] else ""),
        f"{show(run.record['seconds'])} s" if run else "–",
        "–" if not row["metric"] else f"fresh, {run.day}" if run else "no run",
    ]
    data = f'data-verdict="{row["verdict"]}" data-tags="{escape(" ".join(note.tags))}"'
    return f"<tr {data}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

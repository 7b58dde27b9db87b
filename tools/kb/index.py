"""The pages that are made, not written: home, notes, lab, tags and claims; and the ledger of all claims."""

from collections import Counter
from html import escape

from kb.cards import badge, badges, chips, description, note_card, thumb, time
from kb.claim import VERDICTS
from kb.ledger import ledger
from kb.metric import describe, show
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import html, page, tag_counts
from kb.tag_pages import tag_page, tags

NEWEST = 6
HERO = """\
<div class="hero"><h1>A notebook in which every number can be run</h1>
<p>Notes on machine learning, data science and physics-informed learning.
Each number with a mark was measured by a program that you can read, change and run;
each claim of a source stands beside what we measured.</p>
<p><a class="button" href="notes/">Read the notes</a><a class="button" href="lab/">See the programs</a></p></div>
"""


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


def by_date(notebook: Notebook) -> list[Note]:
    """The newest first; of one day, those with most claims."""

    def key(note: Note) -> tuple[str, int, str]:
        return str(note.meta.get("date", "")), len(note.claims), note.title

    return sorted(notebook.notes.values(), key=key, reverse=True)


def home(notebook: Notebook) -> str:
    """What this is, what holds, and what is new, in one screen."""
    counts = Counter(claim.verdict for note in notebook.notes.values() for claim in note.claims)
    badges = "".join(
        f'<a href="claims/?verdict={verdict}">{badge(verdict, counts[verdict])}</a>'
        for verdict in VERDICTS
        if counts[verdict]
    )
    tally = f'<div class="tally"><p>Of {counts.total()} claims</p>{badges}</div>'
    cards = "".join(note_card(notebook, note) for note in by_date(notebook)[:NEWEST])
    newest = html(f'<div class="cards">{cards}</div>')
    cloud = html(_cloud(notebook, "tags/"))
    return page("Home", html(HERO + tally), "## Newest notes", newest, "## Tags", cloud)


def notes(notebook: Notebook) -> str:
    """Every note by date."""
    rows = "".join(
        f'<li>{time(note)}<div><a class="title" href="../{note.name}/">{escape(note.title)}</a>{description(note)}'
        f'<div class="marks">{badges(note)}{chips(note.tags, "../")}</div></div></li>'
        for note in by_date(notebook)
    )
    return page("Notes", html(f'<ul class="notelist">{rows}</ul>'))


def gallery(notebook: Notebook) -> str:
    """Every program, with the first picture that it drew."""
    cards = ""
    for name, snippet in notebook.snippets.items():
        run = notebook.runs.get(name)
        known = run.libraries if run else []
        picture = thumb(run.all_figures, f"../figures/{name}") if run else ""
        cost = f"{show(run.record['seconds'])} s" if run else "no run on this machine"
        cards += (
            f'<article class="card" data-library="{" ".join(known)}">{picture}<h2><a href="{name}/">{name}</a></h2>'
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


def _cloud(notebook: Notebook, up: str) -> str:
    counts = tag_counts(notebook)
    shown = [tag for tag in notebook.tags.values() if counts[tag.name]]
    rows = "".join(
        f'<li><a href="{up}{tag.slug}/">{tag.name}<small>{counts[tag.name]}</small></a></li>' for tag in shown
    )
    return f'<ul class="tagcloud">{rows}</ul>'

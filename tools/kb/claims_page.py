"""The page of all claims: a line each, the rest of it on demand, under the notes that make them."""

import math
from html import escape

from kb.cards import badge, badges, time
from kb.claim import Claim
from kb.ledger import anchors, ledger
from kb.metric import describe, show
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import by_date, html, page
from kb.run import Run

MANY = 500  # rows, from which on those off the screen are laid out when they come near
MOST = 3000  # 3.3 MB, 0.4 MB compressed; what is older stands in its notes and in claims.json
COLUMNS = {  # with what sorts them: numbers of different claims compare only where they are shares of the source's
    "Verdict": "verdict", "Claim": "", "Source": "", "Measured": "", "Off by": "off", "Seeds": "seeds", "Cost": "cost",
}  # fmt: skip


def claims(notebook: Notebook) -> str:
    """Every claim of every note, the newest note first."""
    entries: dict[str, list[dict]] = {}
    for row in ledger(notebook):
        entries.setdefault(row["note"], []).append(row)
    bodies, left = [], MOST
    for note in by_date(notebook):
        rows = entries.get(note.path, [])
        if rows and len(rows) <= left:
            left -= len(rows)
            bodies.append(_body(notebook, note, rows))
        elif rows:
            break
    every, shown = sum(map(len, entries.values())), MOST - left
    few = "" if every == shown else f" These are the {shown:,} of the newest notes; all {every:,} are in claims.json."
    head = "".join(
        f'<th scope="col"{f' data-key="{key}"' if key else ""}>{title}</th>' for title, key in COLUMNS.items()
    )
    many = " many" if shown > MANY else ""
    table = f'<table class="ledger{many}"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'
    text = "What the sources say, and what our programs measured; each line opens."
    return page(
        "Claims", text + few, html(table), html('<p>For programs: <a href="../claims.json">claims.json</a></p>')
    )


def _body(notebook: Notebook, note: Note, rows: list[dict]) -> str:
    head = f'<a href="../{note.name}/">{escape(note.title)}</a>{time(note)}{badges(note)}'
    lines = "".join(
        _row(notebook, note, claim, row, name)
        for claim, row, name in zip(note.claims, rows, anchors(note), strict=True)
    )
    return f'<tbody><tr class="group"><th scope="rowgroup" colspan="{len(COLUMNS)}">{head}</th></tr>{lines}</tbody>'


def _row(notebook: Notebook, note: Note, claim: Claim, row: dict, name: str) -> str:
    run = notebook.runs.get(claim.snippet)
    number, off, key = "–", "–", None
    if run and row["measured"] is not None:
        number = describe(run.metrics[claim.metric_name]).partition(" (")[0]
        number = f'<a href="../lab/{claim.snippet}/">{number}</a>'
        off, key = deviation(row["measured"], claim.paper)
    unsure = "" if row["computed"] == claim.verdict else "<small>not confirmed on this machine</small>"
    cells = [
        badge(claim.verdict) + unsure,
        f"<details><summary>{escape(claim.says)}</summary>{_more(note, claim, name, run)}</details>",
        "–" if claim.paper is None else show(claim.paper),
        number,
        off,
        row["seeds"] or "–",
        f"{show(run.record['seconds'])} s" if run else "–",
    ]
    keys = {"off": key, "seeds": row["seeds"], "cost": run.record["seconds"] if run else None}
    data = "".join(f' data-{key}="{value:.6g}"' for key, value in keys.items() if value is not None)
    data += f' data-verdict="{claim.verdict}" data-tags="{escape(" ".join(note.tags))}"'
    return f'<tr id="{name}"{data}>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _more(note: Note, claim: Claim, name: str, run: Run | None) -> str:
    """What a line shows when it is opened."""
    facts = {"Source": escape(claim.where)}
    if claim.metric:
        facts["Expected"] = f"<code>{escape(claim.expect or '–')}</code>"
        ran = f"run {run.day}" if run else "no run on this machine"
        facts["Metric"] = f"<code>{escape(claim.metric)}</code>, {ran}"
    if claim.because:
        facts["Because"] = escape(claim.because)
    permalink = f'<a class="permalink" href="#{name}" title="the address of this claim">#</a>'
    facts["Note"] = f'<a href="../{note.name}/#{name}">{escape(note.title)}</a> {permalink}'
    return f"<dl>{''.join(f'<dt>{word}</dt><dd>{text}</dd>' for word, text in facts.items())}</dl>"


def deviation(measured: float, paper: float | None) -> tuple[str, float | None]:
    """How far a measured number is from the source's, in percent, from twice on as a ratio; and a key to sort by."""
    if paper is None or not math.isfinite(measured) or (paper == 0 != measured):
        return "–", None
    if measured == paper:
        return "0 %", 0.0
    ratio = measured / paper
    if ratio <= 0 or 0.5 < ratio < 2:
        return f"{'+' if ratio > 1 else '−'}{show(100 * abs(ratio - 1), 2)} %", abs(ratio - 1)
    return f"× {show(ratio)}", max(ratio, 1 / ratio) - 1

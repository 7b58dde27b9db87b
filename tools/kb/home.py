"""The front page: what this is, what is new, what holds and what does not."""

from collections import Counter
from html import escape
from itertools import islice

from kb.cards import badge, note_card, time
from kb.claim import VERDICTS, Claim
from kb.metric import describe, show
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import by_date, html, page, tag_counts

NEWEST, CARDS, CLAIMS = 4, 6, 3
COLUMNS = {"reproduced": "What holds", "differs": "What does not"}
BRIEF = 110  # characters of a claim that is shown without its note
TEXT = """\
<h1>A notebook in which every number can be run</h1>
<p>Notes on machine learning, data science and physics-informed learning.
Each number with a mark was measured by a program that you can read, change and run;
each claim of a source stands beside what we measured.</p>
<p><a class="button" href="notes/">Read the notes</a><a class="button" href="lab/">See the programs</a></p>
"""


def home(notebook: Notebook) -> str:
    """In one screen what this is, what is new, and what holds; then pictures and tags."""
    newest = by_date(notebook)
    hero = f'<div class="hero"><div>{TEXT}</div>{_tally(notebook)}</div>'
    holds = "".join(_column(notebook, newest, verdict, title) for verdict, title in COLUMNS.items())
    cards = "".join(note_card(notebook, note) for note in newest[:CARDS])
    tags = html(_cloud(notebook))
    news = html(f'{hero}<div class="news">{_new(newest)}{holds}</div>')
    return page("Home", news, "## In pictures", html(f'<div class="cards">{cards}</div>'), "## Tags", tags)


def _tally(notebook: Notebook) -> str:
    """How many claims have each verdict, as a bar and as links."""
    counts = Counter(claim.verdict for note in notebook.notes.values() for claim in note.claims)
    if not counts:
        return ""
    verdicts = [verdict for verdict in VERDICTS if counts[verdict]]
    bar = "".join(f'<i class="{verdict}" style="flex-grow: {counts[verdict]}"></i>' for verdict in verdicts)
    links = "".join(
        f'<li><a href="claims/?verdict={verdict}">{badge(verdict, counts[verdict])}</a></li>' for verdict in verdicts
    )
    text = f"<p>{counts.total():,} claims of sources, each tested by a program or said to be untestable</p>"
    return f'<div class="tally">{text}<div class="bar" aria-hidden="true">{bar}</div><ul>{links}</ul></div>'


def _new(newest: list[Note]) -> str:
    rows = "".join(f'<li><a href="{note.name}/">{escape(note.title)}</a>{time(note)}</li>' for note in newest[:NEWEST])
    more = f'<p><a href="notes/">All {len(newest):,} notes</a> · <a href="feed.xml">Feed</a></p>'
    return f"<section><h2>What is new</h2><ul>{rows}</ul>{more}</section>"


def _column(notebook: Notebook, newest: list[Note], verdict: str, title: str) -> str:
    """The first brief claim with a number and that verdict of each of the newest notes."""
    found = (
        next((row for claim in note.claims if (row := _claim(notebook, note, claim, verdict))), None) for note in newest
    )
    rows = "".join(islice((row for row in found if row), CLAIMS))
    if not rows:
        return ""
    return (
        f'<section><h2>{title}</h2><ul>{rows}</ul><p><a href="claims/?verdict={verdict}">All of them</a></p></section>'
    )


def _claim(notebook: Notebook, note: Note, claim: Claim, verdict: str) -> str:
    run = notebook.runs.get(claim.snippet)
    if claim.verdict != verdict or claim.paper is None or len(claim.says) > BRIEF or not run:
        return ""
    measured, _, _ = describe(run.metrics[claim.metric_name]).partition(" (")
    numbers = f"source {show(claim.paper)} · <b>measured {measured}</b>"
    return f'<li class="{verdict}"><a href="{note.name}/#claims">{escape(claim.says)}</a><small>{numbers}</small></li>'


def _cloud(notebook: Notebook) -> str:
    counts = tag_counts(notebook)
    shown = [tag for tag in notebook.tags.values() if counts[tag.name]]
    rows = "".join(
        f'<li><a href="tags/{tag.slug}/">{tag.name}<small>{counts[tag.name]}</small></a></li>' for tag in shown
    )
    return f'<ul class="tagcloud">{rows}</ul>'

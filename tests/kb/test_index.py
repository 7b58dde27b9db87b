"""The pages that are made, and the ledger of all claims."""

import re

import pytest
from kb.claims_page import deviation
from kb.index import pages
from kb.ledger import anchors, ledger, verdicts
from kb.pages import by_date

SVG = '<svg width="30" height="20"></svg>'
CLAIMS = """\
claims:
  - says: it is <small>
    where: Somebody (2020), Table 1
    paper: 2.3e-7
    metric: toy.error
    expect: "<= 0.3"
    verdict: reproduced
    because: smaller grid
  - says: it is always so
    where: p. 2
    metric: toy.accuracy
    expect: ">= 0.985"
    verdict: reproduced
  - says: it is beautiful
    where: p. 3
    verdict: untestable
"""


@pytest.fixture
def toy(book):
    book.snippet("toy", "# %% figure\nx = 1\n\n# %% result\nresults = {}\n")
    drawn = {"figure": [{"output_type": "display_data", "data": {"image/svg+xml": SVG}}]}
    book.measured("toy", {"error": 0.25, "accuracy": [0.97, 0.98, 0.99]}, drawn)
    book.note("heat", "![a line](../snippets/toy.py#figure)\n", claims=CLAIMS)
    book.note("cold", matter='title: "Cold & <dry>"\ndate: 2026-11-23\ntags: [DS, neural-networks]\n')
    return book


def test_the_made_pages_are_home_notes_lab_tags_claims_and_one_for_each_tag(toy):
    assert list(pages(toy.notebook)) == [
        "index.md", "notes.md", "lab/index.md", "tags.md", "claims.md",
        "tags/ml.md", "tags/neural-networks.md", "tags/ds.md",
    ]  # fmt: skip


def test_an_empty_notebook_has_its_pages_too(book):
    assert all(text.startswith("---\ntitle: ") for text in pages(book.notebook).values())


def test_notes_are_listed_the_newest_first(toy):
    assert [note.name for note in by_date(toy.notebook)] == ["cold", "heat"]
    listed = pages(toy.notebook)["notes.md"]
    assert re.findall(r'class="title" href="([^"]*)"', listed) == ["../cold/", "../heat/"]


def test_of_one_day_the_notes_with_most_claims_come_first(toy):
    toy.note("mild", matter='title: "Zero degrees"\ndate: 2026-11-21\ntags: [DS]\n')
    assert [note.name for note in by_date(toy.notebook)] == ["cold", "heat", "mild"]


def test_titles_are_escaped(toy):
    made = pages(toy.notebook)
    assert "Cold &amp; &lt;dry&gt;" in made["notes.md"]
    assert "<dry>" not in made["notes.md"] + made["index.md"]
    assert "it is &lt;small&gt;" in made["claims.md"]


def test_home_shows_the_newest_notes_the_tags_and_how_many_claims_hold(toy):
    home = pages(toy.notebook)["index.md"]
    assert "<p>3 claims of sources, each tested by a program or said to be untestable</p>" in home
    assert '<a href="claims/?verdict=reproduced"><span class="verdict reproduced">2 reproduced</span></a>' in home
    assert '<i class="reproduced" style="flex-grow: 2"></i><i class="untestable" style="flex-grow: 1"></i>' in home
    assert '<li><a href="tags/ml/">ML<small>1</small></a></li>' in home
    assert '<img class="thumb" src="figures/toy/figure.svg"' in home


def test_home_sets_brief_claims_with_a_number_beside_what_was_measured(toy):
    home = pages(toy.notebook)["index.md"]
    numbers = "<small>source 2.30e-7 · <b>measured 0.25</b></small>"
    assert f'<li class="reproduced"><a href="heat/#claims">it is &lt;small&gt;</a>{numbers}</li>' in home
    assert "What does not" not in home


def test_the_lab_shows_every_program_with_its_picture_and_its_cost(toy):
    toy.snippet("unrun")
    lab = pages(toy.notebook)["lab/index.md"]
    assert '<h2><a href="toy/">toy</a></h2><p>The idea.</p><p class="facts">1.5 s</p>' in lab
    assert '<h2><a href="unrun/">unrun</a></h2><p>The idea.</p><p class="facts">no run on this machine</p>' in lab


def test_a_program_is_found_by_the_libraries_that_it_imports_and_the_tags_of_its_notes(toy):
    toy.snippet("tree", "# %% setup\nimport jax.numpy as jnp\nfrom sklearn import tree\n\n# %% result\nresults = {}\n")
    lab = pages(toy.notebook)["lab/index.md"]
    assert '<article class="card" data-library="JAX scikit-learn" data-tags=""><h2><a href="tree/">' in lab
    assert '<article class="card" data-library="" data-tags="ML"><img class="thumb"' in lab


def test_the_lab_lists_the_datasets_with_their_sources_and_licences(toy):
    toy.dataset("wine.csv", b"1,2\n" * 1000)
    assert "| `datasets/wine.csv` |  | 0.004 MB | made up | CC0-1.0 |" in pages(toy.notebook)["lab/index.md"]


def test_narrower_tags_stand_below_wider_ones_with_counts_and_aliases(toy):
    tree = re.sub(r"<div[^>]*>|</div>|<a[^>]*>|</a>", "", pages(toy.notebook)["tags.md"].split("\n")[6])
    assert tree == (
        "<ul><li>ML<small>1</small><p>Machine learning.<small>also MachineLearning</small></p>"
        "<ul><li>neural-networks<small>1</small><p>Networks of layers.</p></li></ul></li>"
        "<li>DS<small>1</small><p>Data science.</p></li></ul>"
    )


def test_the_page_of_a_tag_lists_what_has_it(toy):
    page = pages(toy.notebook)["tags/ml.md"]
    assert re.findall(r'class="title" href="([^"]*)">([^<]*)<', page) == [
        ("../../heat/", "A note"),
        ("../../lab/toy/", "toy"),
    ]


def test_the_ledger_has_every_claim_beside_what_was_measured(toy):
    assert ledger(toy.notebook) == [
        {
            "note": "notes/heat.md", "says": "it is <small>", "where": "Somebody (2020), Table 1", "paper": 2.3e-7,
            "metric": "toy.error", "measured": 0.25, "spread": 0.0, "seeds": 1, "expect": "<= 0.3",
            "verdict": "reproduced", "computed": "reproduced", "fresh": True, "because": "smaller grid",
        },
        {
            "note": "notes/heat.md", "says": "it is always so", "where": "p. 2", "paper": None,
            "metric": "toy.accuracy", "measured": pytest.approx(0.98), "spread": pytest.approx(0.01), "seeds": 3,
            "expect": ">= 0.985", "verdict": "reproduced", "computed": "partial", "fresh": True, "because": None,
        },
        {
            "note": "notes/heat.md", "says": "it is beautiful", "where": "p. 3", "paper": None,
            "metric": None, "measured": None, "spread": None, "seeds": None, "expect": None,
            "verdict": "untestable", "computed": "untestable", "fresh": True, "because": None,
        },
    ]  # fmt: skip


def test_without_a_run_nothing_is_measured_and_nothing_is_fresh(toy):
    toy.snippet("toy", "# %% result\nresults = {'changed': 1}\n")
    row = ledger(toy.notebook)[0]
    assert (row["measured"], row["seeds"], row["computed"], row["fresh"]) == (None, None, None, False)


def test_a_note_s_verdicts_are_counted(toy):
    assert verdicts(toy.notebook.notes["heat"]) == {"reproduced": 2, "untestable": 1}


def test_the_page_of_claims_shows_stated_beside_measured(toy):
    rows = re.findall(r"<tr id=.*?</tr>", pages(toy.notebook)["claims.md"])
    assert len(rows) == 3
    assert rows[0].startswith(
        '<tr id="heat.error" data-off="1.08696e+06" data-seeds="1" data-cost="1.5"'
        ' data-verdict="reproduced" data-tags="ML">'
    )
    assert "<dt>Expected</dt><dd><code>&lt;= 0.3</code></dd>" in rows[0]
    assert "not confirmed on this machine" not in rows[0]
    assert "not confirmed on this machine" in rows[1]


def test_a_claim_is_named_by_its_metric_or_its_first_words_and_no_two_alike(toy):
    notebook = toy.notebook
    assert anchors(notebook.notes["heat"]) == ["heat.error", "heat.accuracy", "heat.it-is-beautiful"]
    toy.note("heat", claims=CLAIMS + CLAIMS.partition("\n")[2])
    assert anchors(toy.notebook.notes["heat"])[3:] == ["heat.error-2", "heat.accuracy-2", "heat.it-is-beautiful-2"]


@pytest.mark.parametrize(
    ("measured", "paper", "shown"),
    [
        (0.5, 0.5, "0 %"), (0.55, 0.5, "+10 %"), (0.45, 0.5, "−10 %"), (1.0, 0.5, "× 2"), (0.1, 0.5, "× 0.2"),
        (-0.5, 0.5, "−200 %"), (0.0, 0.5, "−100 %"), (0.5, 0.0, "–"), (0.0, 0.0, "0 %"), (0.5, None, "–"),
        (-0.55, -0.5, "+10 %"), (2.3e-9, 2.3e-7, "× 0.01"),
    ],
)  # fmt: skip
def test_how_far_a_number_is_off_is_said_in_percent_and_from_twice_on_as_a_ratio(measured, paper, shown):
    assert deviation(measured, paper)[0] == shown


def test_what_is_farther_off_sorts_higher():
    keys = [deviation(measured, 1.0)[1] for measured in (1.0, 0.95, 1.1, 0.4, 3.0, 0.1, 1e9)]
    assert keys == sorted(keys)


def test_of_more_claims_than_a_page_can_hold_it_shows_those_of_the_newest_notes_and_says_so(toy, monkeypatch):
    toy.note("old", matter="title: Old\ndate: 2020-01-01\ntags: [ML]\n", claims=CLAIMS)
    monkeypatch.setattr("kb.claims_page.MOST", 5)
    made = pages(toy.notebook)["claims.md"]
    assert "These are the 3 of the newest notes; all 6 are in claims.json." in made
    assert re.findall('<tr id="([a-z]+)', made) == ["heat"] * 3


@pytest.mark.parametrize(
    "matter",
    [
        "title: [a]\ndate: 2026-11-21\ntags: [ML]\n",
        "title: A\ndate: soon\ntags: [ML]\n",
        "title: A\ndate: 2026-11-21\ntags: ML\n",
        "title: A\ndate: 2026-11-21\ntags: [1, ML]\n",
        "title: A\ndate: 2026-11-21\ntags: [ML]\ndescription: 3\n",
        "title: A\ndate: 2026-11-21\ntags: [ML]\ndescription:\n",
        "title: A\ndate: 2026-13-41\ntags: [ML]\ndescription: [a]\n",
        "title: A\ndate: 2026-11-21\ntags: [JAX]\nkind: [a]\n",
        "description: only\n",
    ],
)
def test_a_note_whose_front_matter_is_wrong_is_a_problem_of_the_check_and_no_crash_while_serving(toy, matter):
    toy.note("broken", matter=matter)
    assert "notes.md" in pages(toy.notebook)

"""What is known of every note, as `notes.json` tells it."""

import pytest
from kb import catalogue
from kb.site import Site

SITE = Site("Notes", "https://notes.example/kb/", "", "", ())
MATTER = """\
title: Heat
date: 2026-11-21
tags: [MachineLearning, ML, unknown, DS]
kind: paper
description: "How heat
  spreads."
source: "arXiv: 2302.13163"
corrections:
  - "2026-11-23: the unit was wrong."
claims:
  - says: it is small
    where: p. 1
    metric: toy.error
    expect: "<= 0.3"
    verdict: reproduced
  - says: it is beautiful
    where: p. 3
    verdict: untestable
"""


@pytest.fixture
def toy(book):
    book.snippet("toy")
    book.measured("toy", {"error": 0.25})
    book.note("heat", "Four words of prose.\n\n```text\nnot these\n```\n", matter=MATTER)
    book.note("cold", "See [heat](heat.md).\n", matter="title: Cold\ndate: 2026-11-22\ntags: [DS]\n")
    return book


def test_a_note_is_told_with_all_that_is_known_of_it(toy):
    assert catalogue.entry(SITE, toy.notebook, toy.notebook.notes["heat"]) == {
        "name": "heat", "note": "notes/heat.md", "url": "https://notes.example/kb/heat/",
        "markdown": "https://notes.example/kb/heat/index.html.md", "title": "Heat",
        "description": "How heat spreads.", "kind": "paper", "date": "2026-11-21", "updated": "2026-11-23",
        "verified": "2026-11-21", "tags": ["ML", "DS"], "source": "https://arxiv.org/abs/2302.13163",
        "verdicts": {"reproduced": 1, "partial": 0, "differs": 0, "untestable": 1}, "words": 4, "minutes": 1,
        "programs": ["toy"], "mentioned_by": ["cold"],
        "corrections": [{"date": "2026-11-23", "text": "the unit was wrong."}], "licence": "CC-BY-4.0",
    }  # fmt: skip


def test_what_a_note_does_not_have_is_null(toy):
    toy.note("bare", "", matter="title: Bare\ndate: soon\ntags: [ML]\n")
    entry = catalogue.entry(SITE, toy.notebook, toy.notebook.notes["bare"])
    assert {name for name, value in entry.items() if value is None} == {
        "description", "date", "updated", "verified", "source",
    }  # fmt: skip
    assert (entry["words"], entry["minutes"]) == (0, 1)


def test_the_last_updated_note_comes_first(toy):
    assert [entry["name"] for entry in catalogue.catalogue(SITE, toy.notebook)] == ["heat", "cold"]


def test_numbers_are_verified_since_the_oldest_run_and_not_at_all_where_one_is_missing(toy):
    toy.snippet("late", "# %% result\nresults = {'x': 1}\n")
    toy.note("both", "[1](../snippets/late.py#x) [0.25](../snippets/toy.py#error)\n")
    assert catalogue.verified(toy.notebook, toy.notebook.notes["both"]) == ""
    toy.measured("late", {"x": 1}, started="2026-11-25T10:00:00+00:00")
    assert catalogue.verified(toy.notebook, toy.notebook.notes["both"]) == "2026-11-21"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("doi:10.1000/1", "https://doi.org/10.1000/1"),
        ("DOI: 10.1000/1", "https://doi.org/10.1000/1"),
        ("10.1000/1", "https://doi.org/10.1000/1"),
        ("arXiv:2302.13163", "https://arxiv.org/abs/2302.13163"),
        ("https://x.example/a", "https://x.example/a"),
        ("a book on a shelf", "a book on a shelf"),
    ],
)
def test_a_source_is_an_address_where_it_has_one(toy, typed, address):
    toy.note("heat", matter=f'title: A\ndate: 2026-11-21\ntags: [ML]\nsource: "{typed}"\n')
    assert catalogue.source(toy.notebook.notes["heat"]) == address


@pytest.mark.parametrize("listed", ["5", "[5]", "['no day']", "{a: b}"])
def test_corrections_that_cannot_be_read_are_none(toy, listed):
    toy.note("heat", matter=f"title: A\ndate: 2026-11-21\ntags: [ML]\ncorrections: {listed}\n")
    assert catalogue.corrections(toy.notebook.notes["heat"]) == []

"""A note is cited as BibTeX and by reference managers."""

import json
import re

import pybtex.database
import pytest
from kb import catalogue
from kb.citation import bibtex, highwire
from kb.site import Author, Site

PEOPLE = (Author("van Beethoven", "Ludwig"), Author("Smith & Sons"))
SITE = Site("Notes", "https://notes.example/kb/", "What we tried.", "https://code.example/notes", PEOPLE, "1.4.0")
HOSTILE = [
    "100 % of {braces} & #1 costs $5 at a_b",
    "an open { brace",
    "a closed } brace",
    r"a \LaTeX{} command",
    "x^2 ~ 3 < 4 > 1",
    'a "quoted" title, with @misc{x, y = {z}}',
    "größe, naïve, 中文",
]


@pytest.fixture
def toy(book):
    book.snippet("toy")
    book.measured("toy", {"error": 0.25})
    book.note("heat-2", "[0.25](../snippets/toy.py#error)\n")
    return book


def entry(toy, name="heat-2"):
    """The entry as BibTeX's own grammar reads it."""
    text = bibtex(SITE, toy.notebook, toy.notebook.notes[name])
    return pybtex.database.parse_string(text, "bibtex").entries


def test_an_entry_has_key_authors_title_date_address_and_what_was_verified(toy):
    assert bibtex(SITE, toy.notebook, toy.notebook.notes["heat-2"]) == (
        "@misc{heat-22026,\n"
        "  author = {van Beethoven, Ludwig and {Smith \\& Sons}},\n"
        "  title  = {{A note}},\n"
        "  year   = {2026},\n"
        "  month  = nov,\n"
        "  url    = {https://notes.example/kb/heat-2/},\n"
        "  note   = {Notes, version 1.4.0, numbers verified 2026-11-21},\n"
        "}"
    )


def test_its_last_correction_is_named(toy):
    toy.note(
        "heat-2", matter="title: A\ndate: 2026-11-21\ntags: [ML]\ncorrections: ['2026-11-23: x', '2026-11-24: y']\n"
    )
    note = entry(toy)["heat-22026"].fields["note"]
    assert note == "Notes, version 1.4.0, corrected 2026-11-24"


def test_a_group_stays_one_author(toy):
    people = entry(toy)["heat-22026"].persons["author"]
    assert [(person.last_names, person.first_names) for person in people] == [
        (["Beethoven"], ["Ludwig"]),
        (["{Smith \\& Sons}"], []),
    ]


@pytest.mark.parametrize("title", HOSTILE)
def test_any_title_comes_back_as_it_was(toy, title):
    toy.note("heat-2", matter=f"title: {json.dumps(title)}\ndate: 2026-11-21\ntags: [ML]\n")
    fields = entry(toy)["heat-22026"].fields
    assert fields["url"] == "https://notes.example/kb/heat-2/"
    assert plain(fields["title"]) == title


def plain(latex):
    """What LaTeX would print."""
    named = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~"}
    named |= {"textasciicircum": "^", "textless": "<", "textgreater": ">"}
    text = latex.removeprefix("{").removesuffix("}")
    return re.sub(r"\\(?:([a-z]+)\{\}|([&%$#_]))", lambda sign: named[sign[1]] if sign[1] else sign[2], text)


def test_a_name_that_bibtex_would_not_read_makes_a_key_that_it_does(toy):
    toy.note("größe, 1", matter="title: A\ndate: 2026-11-21\ntags: [ML]\n")
    assert list(entry(toy, "größe, 1")) == ["gr-e-12026"]


def test_a_note_without_a_date_is_cited_without_one(toy):
    toy.note("heat-2", matter="title: A\ndate: soon\ntags: [ML]\n")
    assert set(entry(toy)["heat-2"].fields) == {"title", "url", "note"}


def test_the_tags_of_reference_managers_make_a_report_of_the_note(toy):
    """Zotero reads a report where an institution is named, one author a tag, and keywords between semicolons."""
    note = toy.notebook.notes["heat-2"]
    assert highwire(SITE, note, [*catalogue.tags(toy.notebook, note), "DS"]) == [
        ("citation_title", "A note"),
        ("citation_author", "van Beethoven, Ludwig"),
        ("citation_author", "Smith & Sons"),
        ("citation_publication_date", "2026/11/21"),
        ("citation_technical_report_institution", "Notes"),
        ("citation_public_url", "https://notes.example/kb/heat-2/"),
        ("citation_keywords", "ML; DS"),
        ("citation_language", "en"),
    ]

"""What pages are, in the words of schema.org."""

import json

import pytest
from kb import linked_data
from kb.site import Author, Site

PEOPLE = (Author("Noether", "Emmy"), Author("The halfpenny society"))
SITE = Site("Notes", "https://notes.example/kb/", "What we tried.", "https://code.example/notes", PEOPLE)
MADE_BY = [
    {"@type": "Person", "name": "Emmy Noether", "familyName": "Noether", "givenName": "Emmy"},
    {"@type": "Organization", "name": "The halfpenny society"},
]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
PART = {"@type": "WebSite", "name": "Notes", "url": "https://notes.example/kb/"}
MATTER = """\
title: Heat
date: 2026-11-21
tags: [ML]
kind: paper
description: How heat spreads.
source: "doi:10.1000/1"
corrections: ["2026-11-23: the unit was wrong."]
"""
BIB = "@book{kahan, author = {Kahan, W.}, title = {Further_remarks}, year = 1965, publisher = {ACM}, url = {https://x.example/a_b}}\n"


@pytest.fixture
def toy(book):
    book.snippet("toy")
    book.measured("toy", {"error": 0.25})
    book.write("notes/references.bib", BIB)
    book.note("heat", "[0.25](../snippets/toy.py#error) of [Kahan](references.bib#kahan).\n", matter=MATTER)
    return book


def test_a_note_is_an_article_with_what_it_is_based_on_and_what_measured_it(toy):
    notebook = toy.notebook
    assert linked_data.article(SITE, notebook, notebook.notes["heat"], "https://notes.example/x.jpg") == {
        "@type": "ScholarlyArticle",
        "@id": "https://notes.example/kb/heat/",
        "url": "https://notes.example/kb/heat/",
        "headline": "Heat",
        "description": "How heat spreads.",
        "author": MADE_BY,
        "publisher": {"@type": "Organization", "name": "Notes", "url": "https://notes.example/kb/"},
        "isPartOf": PART,
        "datePublished": "2026-11-21",
        "dateModified": "2026-11-23",
        "correction": ["2026-11-23: the unit was wrong."],
        "keywords": ["ML"],
        "license": CC_BY,
        "isBasedOn": "https://doi.org/10.1000/1",
        "citation": ["W. Kahan. Further_remarks. ACM, 1965. URL: https://x.example/a_b."],
        "hasPart": [{"@type": "SoftwareSourceCode", "url": "https://notes.example/kb/lab/toy/"}],
        "image": "https://notes.example/x.jpg",
        "inLanguage": "en",
        "wordCount": 3,
    }


def test_a_note_that_is_no_paper_is_an_article_and_says_nothing_of_what_it_lacks(toy):
    toy.note("bare", "")
    notebook = toy.notebook
    article = linked_data.article(SITE, notebook, notebook.notes["bare"], "")
    assert article["@type"] == "Article"
    assert not {"description", "correction", "isBasedOn", "citation", "hasPart", "image"} & article.keys()


def test_a_program_is_source_code_with_its_run(toy):
    notebook = toy.notebook
    told = linked_data.program(SITE, notebook, notebook.snippets["toy"])
    versions = notebook.runs["toy"].record["parts"]["versions"]
    assert told.pop("softwareRequirements") == [f"{name} {version}" for name, version in versions.items()]
    assert told == {
        "@type": "SoftwareSourceCode",
        "@id": "https://notes.example/kb/lab/toy/",
        "url": "https://notes.example/kb/lab/toy/",
        "name": "toy",
        "description": "The idea.",
        "author": MADE_BY,
        "isPartOf": PART,
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {notebook.runs['toy'].record['parts']['python']}",
        "codeRepository": "https://code.example/notes/blob/main/snippets/toy.py",
        "encoding": {"@type": "MediaObject", "contentUrl": "https://notes.example/kb/lab/toy/toy.py"},
        "dateModified": "2026-11-21",
        "isBasedOn": "nobody",
        "license": "https://spdx.org/licenses/MIT.html",
    }


def test_the_lab_lists_datasets_and_says_no_licence_that_no_source_states(toy):
    toy.dataset("wine.csv", b"1,2\n")
    manifest = (toy.root / "datasets/manifest.toml").read_text()
    toy.write("datasets/manifest.toml", manifest + manifest.replace("wine", "beer").replace("CC0-1.0", "unstated"))
    wine, beer = linked_data.datasets(SITE, toy.notebook)["hasPart"]
    assert (wine["name"], wine["license"], wine["isBasedOn"]) == ("wine", "CC0-1.0", "made up")
    assert wine["distribution"]["contentUrl"] == "https://code.example/notes/blob/main/datasets/wine.csv"
    assert "license" not in beer


def test_the_front_page_is_a_website():
    assert linked_data.website(SITE) == PART | {
        "description": "What we tried.", "author": MADE_BY, "license": CC_BY, "inLanguage": "en",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- & ]]>", "a\u2028b", 'quotes " and \\'])
def test_no_text_ends_its_script(text):
    script = linked_data.script({"headline": text})
    assert json.loads(script) == {"@context": "https://schema.org", "headline": text}
    assert not set("<>&\u2028\u2029") & set(script)

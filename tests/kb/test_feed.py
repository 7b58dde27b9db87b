"""The newest notes as Atom: every element that RFC 4287 requires, whatever a title holds."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
from kb.feed import feeds
from kb.site import Author, Site

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = Site("Notes & more", "https://notes.example/kb/", "", "", (Author("Noether", "Emmy"),))
HOSTILE = '<script>alert(1)</script> & "quotes" ]]> \x01'
CORRECTED = """\
title: Cold
date: 2026-11-20
tags: [DS, neural-networks, MachineLearning]
description: "How cold it was."
corrections:
  - "2026-11-24: it was warm."
"""


@pytest.fixture
def toy(book):
    book.note("heat", matter="title: Heat\ndate: 2026-11-22\ntags: [ML]\n")
    book.note("cold", matter=CORRECTED)
    return book


def read(toy):
    """Each feed as an XML parser reads it, by its address."""
    return {address: ElementTree.fromstring(text) for address, text in feeds(SITE, toy.notebook)}


def texts(feed, path):
    return [node.text for node in feed.iterfind(path.replace("a:", ATOM))]


def test_there_is_one_of_all_notes_and_one_of_each_tag_that_a_note_has(toy):
    found = {address: texts(feed, "a:entry/a:title") for address, feed in read(toy).items()}
    assert found == {
        "feed.xml": ["Cold", "Heat"],
        "tags/ds/feed.xml": ["Cold"],
        "tags/ml/feed.xml": ["Cold", "Heat"],
        "tags/neural-networks/feed.xml": ["Cold"],
    }


def test_each_has_what_atom_requires(toy):
    for address, feed in read(toy).items():
        assert feed.tag == f"{ATOM}feed"
        for node in (feed, *feed.iterfind(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                (text,) = texts(node, f"a:{name}")
                assert text
            (updated,) = texts(node, "a:updated")
            assert datetime.fromisoformat(updated).tzinfo
            (page,) = (link.get("href") for link in node.iterfind(f"{ATOM}link[@rel='alternate']"))
            assert texts(node, "a:id") == [page]
        assert texts(feed, "a:author/a:name") == ["Emmy Noether"]
        assert [link.get("href") for link in feed.iterfind(f"{ATOM}link[@rel='self']")] == [SITE.url(address)]
        ids = texts(feed, "a:entry/a:id")
        assert len(set(ids)) == len(ids)


def test_a_correction_makes_a_note_new_again_and_is_told(toy):
    feed = read(toy)["feed.xml"]
    assert texts(feed, "a:updated") == ["2026-11-24T00:00:00Z"]
    assert texts(feed, "a:entry/a:published") == ["2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"]
    assert texts(feed, "a:entry/a:updated") == ["2026-11-24T00:00:00Z", "2026-11-22T00:00:00Z"]
    assert texts(feed, "a:entry/a:summary") == ["How cold it was. Corrected 2026-11-24: it was warm.", "Heat"]


def test_the_newest_fifty_are_told(toy):
    for number in range(60):
        toy.note(f"n{number}", matter=f"title: N{number}\ndate: 2025-01-{number % 28 + 1:02}\ntags: [DS]\n")
    found = read(toy)
    assert [len(texts(found[name], "a:entry/a:id")) for name in ("feed.xml", "tags/ds/feed.xml")] == [50, 50]
    days = texts(found["feed.xml"], "a:entry/a:updated")
    assert days == sorted(days, reverse=True)


def test_any_title_is_text(toy):
    matter = 'title: "<script>alert(1)</script> & \\"quotes\\" ]]> \\x01"\ndate: 2026-11-25\ntags: [DS]\n'
    toy.note("odd", matter=matter)
    assert toy.notebook.notes["odd"].title == HOSTILE
    assert texts(read(toy)["feed.xml"], "a:entry/a:title")[0] == HOSTILE.replace("\x01", "�")


def test_an_empty_notebook_has_a_feed_without_entries(book):
    feed = read(book)["feed.xml"]
    assert texts(feed, "a:updated") == ["1970-01-01T00:00:00Z"]
    assert texts(feed, "a:entry/a:id") == []

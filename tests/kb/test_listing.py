"""Lists of notes: one page while they are few, then pages that keep their addresses."""

import datetime
import re

import pytest
from kb.listing import Listing
from kb.note import parse

FIRST = datetime.date(2020, 1, 1)


def some_notes(count):
    """As many notes, one every ten days from the first of 2020 on, the newest first; each is named after its number."""
    days = [FIRST + datetime.timedelta(days=10 * number) for number in range(count)]
    texts = [f"---\ntitle: Note {at}\ndate: {day}\ntags: [ML, DS]\n---\n" for at, day in enumerate(days)]
    return [parse(f"notes/{at}.md", text) for at, text in enumerate(texts)][::-1]


def pages(count, **options):
    return Listing("notes", "Notes", some_notes(count), **options).pages()


def names(page):
    return [int(name) for name in re.findall(r'class="title" href="[./]*(\d+)/"', page)]


@pytest.mark.parametrize("count", [0, 1, 99, 149])
def test_a_short_list_is_one_page_without_years_or_pages(count):
    made = pages(count)
    assert list(made) == ["notes.md"]
    assert names(made["notes.md"]) == list(range(count))[::-1]
    assert "<nav" not in made["notes.md"]


@pytest.mark.parametrize(("count", "sizes"), [(150, [50, 100]), (249, [149, 100]), (250, [50, 100, 100])])
def test_a_long_list_has_about_a_hundred_notes_a_page_and_leaves_none_out(count, sizes):
    shown = [names(page) for page in pages(count).values()]
    assert [len(part) for part in shown] == sizes
    assert [name for part in shown for name in part] == list(range(count))[::-1]


def test_ten_thousand_notes_are_no_heavier_to_list_than_a_hundred():
    made = pages(10_000, tags=True)
    assert len(made) == 100
    assert max(map(len, made.values())) < 60_000


def test_older_pages_keep_their_address_and_their_notes_when_new_notes_are_written():
    before, after = pages(260), pages(470)
    assert list(before) == ["notes.md", "notes/2.md", "notes/1.md"]
    assert [names(after[path]) == names(before[path]) for path in ("notes/1.md", "notes/2.md")] == [True, True]


def test_the_pages_lead_to_newer_and_to_older_ones():
    turns = {path: re.findall(r'rel="(\w+)" href="([^"]*)"', page) for path, page in pages(260).items()}
    assert turns == {
        "notes.md": [("next", "2/")],
        "notes/2.md": [("prev", "../"), ("next", "../1/")],
        "notes/1.md": [("prev", "../2/")],
    }


def test_every_page_says_how_many_there_are_which_it_shows_and_where_each_year_begins():
    page = pages(260)["notes/2.md"]
    told = re.search(r"<p>(.*?)</p>", page)[1]
    assert re.sub(r"<[^>]*>", "", told) == ("260 notes, the newest first; here 13 June 2025 to 27 September 2022.")
    assert re.findall(r'<li><a class="chip" href="([^"]*)">(\d+)<small>(\d+)</small>', page) == [
        ("../#2027", "2027", "4"), ("../#2026", "2026", "36"), ("../#2025", "2025", "37"),
        ("../2/#2024", "2024", "36"), ("../2/#2023", "2023", "37"), ("../2/#2022", "2022", "36"),
        ("../1/#2021", "2021", "37"), ("../1/#2020", "2020", "37"),
    ]  # fmt: skip


def test_links_from_an_older_page_lead_as_far_up_as_it_lies_deep():
    assert 'href="../59/"' in Listing("notes", "Notes", some_notes(60)).pages()["notes.md"]
    page = Listing("tags/ml", "ML", some_notes(150), tags=True).pages()["tags/ml/1.md"]
    assert 'href="../../../99/"' in page
    assert 'class="chip" href="../../../tags/ds/"' in page


def test_what_belongs_to_the_list_stands_on_every_page_and_what_belongs_to_its_end_on_the_first():
    made = Listing("notes", "Notes", some_notes(150)).pages(above=lambda up: [f"ABOVE {up}feed"], below=["BELOW"])
    assert ["ABOVE feed" in page for page in made.values()] == [True, False]
    assert ["ABOVE ../feed" in page for page in made.values()] == [False, True]
    assert ["BELOW" in page for page in made.values()] == [True, False]


def test_notes_without_a_date_are_listed_too():
    undated = [parse(f"notes/{at}.md", f"---\ntitle: Note {at}\n---\n") for at in range(150)]
    assert len(names("".join(Listing("notes", "Notes", undated).pages().values()))) == 150

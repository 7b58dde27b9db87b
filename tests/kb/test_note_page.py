"""What a note's page says beside its text."""

from datetime import date, timedelta

import pytest
from kb.note_page import facts

TAGS = [f"t{number}" for number in range(9)]


def matter(title="A note", day="2026-11-21", tags="ML"):
    return f"title: {title}\ndate: {day}\ntags: [{tags}]\n"


@pytest.fixture
def book(book):
    book.write("notes/tags.toml", "".join(f'[{tag}]\ndescription = "A tag."\n' for tag in ["ML", *TAGS]))
    return book


def related(book, name):
    return [(other, shared) for other, _, shared in facts(book.notebook)[name]["related"]]


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (220, 1), (221, 2), (1100, 5)])
def test_prose_takes_a_minute_for_220_words(book, words, minutes):
    book.note("a", "word " * words + "\n\n```python\n" + "code = 1\n" * 900 + "```\n")
    assert facts(book.notebook)["a"]["minutes"] == minutes


def test_a_note_is_verified_since_the_oldest_run_of_its_programs(book):
    for name, day in (("early", "2026-11-01"), ("late", "2026-11-20")):
        book.snippet(name, f"# %% result\nresults = {{'{name}': 1}}\n")
        book.measured(name, {}, started=f"{day}T10:00:00+00:00")
    book.note("both", "[a](../snippets/early.py) and [b](../snippets/late.py)\n")
    book.note("one", "[b](../snippets/late.py)\n")
    book.note("none")
    assert {name: told["verified"] for name, told in facts(book.notebook).items()} == {
        "both": "2026-11-01", "one": "2026-11-20", "none": "",
    }  # fmt: skip


def test_a_note_with_a_program_that_has_no_run_is_not_verified(book):
    book.snippet("ran")
    book.measured("ran", {})
    book.snippet("unrun", "# %% result\nresults = {'never': 1}\n")
    book.note("a", "[a](../snippets/ran.py) and [b](../snippets/unrun.py)\n")
    assert facts(book.notebook)["a"]["verified"] == ""


def test_the_notes_before_and_after_are_those_by_date(book):
    for name, day in (("b", "2024-01-01"), ("a", "2025-01-01"), ("c", "2026-01-01")):
        book.note(name, matter=matter(name.upper(), day))
    told = facts(book.notebook)
    assert [(told[name]["previous"], told[name]["next"]) for name in "bac"] == [
        (None, ("a", "A")), (("b", "B"), ("c", "C")), (("a", "A"), None),
    ]  # fmt: skip


def test_a_rare_tag_relates_more_than_a_common_one(book):
    for number in range(12):
        book.note(f"n{number}", matter=matter(tags="ML" if number < 8 else "ML, t1"))
    book.note("a", matter=matter(tags="ML, t1, t2"))
    book.note("b", matter=matter(tags="ML, t2"))
    assert related(book, "a")[0] == ("b", ["t2", "ML"])
    assert related(book, "n0") == []


def test_a_link_relates_and_more_so_from_a_note_with_few(book):
    for number in range(9):
        book.note(f"n{number}")
    book.note("hub", " ".join(f"[n](n{number}.md)" for number in range(9)) + "\n")
    book.note("pointer", "[n](n3.md)\n")
    assert related(book, "pointer") == [("n3", ["ML"])]
    assert related(book, "hub") == []


def test_a_note_that_is_named_as_mentioning_it_is_not_named_twice(book):
    for number in range(9):
        book.note(f"n{number}")
    book.note("pointer", "[n](n3.md)\n", matter=matter(tags="t1"))
    told = facts(book.notebook)["n3"]
    assert (told["mentions"], told["related"]) == ([("pointer", "A note")], [])


def test_an_alias_is_the_tag_that_it_means(book):
    book.write("notes/tags.toml", '[ML]\ndescription = "A."\n[DS]\ndescription = "B."\naliases = ["DataScience"]\n')
    for number in range(9):
        book.note(f"n{number}")
    book.note("a", matter=matter(tags="DS"))
    book.note("b", matter=matter(tags="DataScience"))
    assert related(book, "a") == [("b", ["DS"])]


def test_of_a_tag_with_many_notes_only_those_near_by_date_are_weighed(book, monkeypatch):
    monkeypatch.setattr("kb.related.NEAR", 2)
    for number in range(9):
        book.note(f"x{number}", matter=matter(day=date(2020, 1, 1), tags="ML"))
    for number in range(9):
        book.note(f"n{number}", matter=matter(day=date(2026, 1, 1) + timedelta(number), tags="t1"))
    monkeypatch.setattr("kb.related.LEAST", 0.1)
    assert sorted(other for other, _ in related(book, "n4")) == ["n2", "n3", "n5", "n6"]

"""What `kb new` asks of a person, in a real terminal."""

import re

from kb.note import read_note


def test_everything_is_asked_for_and_a_note_and_a_program_with_its_test_are_written(book, in_terminal):
    status, shown = in_terminal("new", answers="Heat flows\nML, DS\npaper\narXiv:2302.13163\nheat\n")
    note = read_note(book.root, "notes/heat-flows.md")
    assert status == 0
    assert (note.title, note.tags, note.kind) == ("Heat flows", ["ML", "DS"], "paper")
    assert note.meta["source"] == "https://arxiv.org/abs/2302.13163"
    assert shown.endswith(
        "wrote notes/heat-flows.md\nwrote snippets/heat.py\nwrote tests/snippets/test_heat.py\n"
        "next: ./kb run heat, then ./kb serve\n"
    )


def test_enter_takes_what_most_notes_are(book, in_terminal):
    status, _ = in_terminal("new", "Heat", answers="ML\n\n\n\n")
    note = read_note(book.root, "notes/heat.md")
    assert (status, note.kind, "source" in note.meta, (book.root / "snippets/heat.py").exists()) == (
        0, "note", False, False,
    )  # fmt: skip


def test_the_vocabulary_is_shown_with_wider_tags_above(in_terminal):
    shown = in_terminal("new", "Heat", answers="ML\n\n\n\n")[1]
    vocabulary = "Tags:\n  ML  Machine learning.\n    neural-networks  Networks of layers.\n  DS  Data science.\n"
    assert vocabulary in shown


def test_a_near_miss_is_corrected_if_the_person_says_so(book, in_terminal):
    status, shown = in_terminal("new", "Heat", answers="neural-netwroks MachineLearning\ny\n\n\n\n")
    assert status == 0
    assert "  'neural-netwroks' is no tag; neural-networks? [Y/n] " in shown
    assert read_note(book.root, "notes/heat.md").tags == ["neural-networks", "ML"]


def test_what_cannot_be_used_is_said_and_asked_again(book, in_terminal):
    answers = "Tags\nHeat\nJAX\n\nML\npapre\npaper\nHigham\n\nrandom\nheat\n"
    status, shown = in_terminal("new", answers=answers)
    assert status == 0
    assert re.findall(r"  ((?:the site|unknown|a note|').*)$", shown, re.MULTILINE) == [
        "the site makes a page of this name; choose another title",
        "unknown tag 'JAX'; there are ML, neural-networks, DS",
        "a note has at least one tag",
        "unknown kind 'papre'; did you mean 'paper'?",
        "'Higham' is no source; give a DOI, an arXiv number or an address that begins with https://",
        "'random' is a module of Python; choose another name",
    ]
    assert (book.root / "snippets/heat.py").exists()


def test_with_tags_given_nothing_is_asked(book, in_terminal):
    status, shown = in_terminal("new", "Heat", "--tags", "ML", answers="")
    assert (status, shown) == (0, "wrote notes/heat.md\nnext: ./kb serve\n")


def test_a_person_who_leaves_finds_nothing_written(book, in_terminal):
    before = sorted(book.root.rglob("*"))
    status, shown = in_terminal("new", "Heat", answers="ML\n\x04")
    line = "notes/_template.md:1: the questions were not answered; nothing was written"
    assert (status, shown.splitlines()[-1][-len(line) :], sorted(book.root.rglob("*"))) == (1, line, before)

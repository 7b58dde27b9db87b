"""Notes: front matter, body, and the links of the prose."""

import time

import pytest
from kb.markup import read_markup
from kb.note import parse, read_note
from kb.problem import Trouble

HEAD = "---\ntitle: Heat\ndate: 2026-11-21\ntags: [ML]\n---\n"


def note(body: str):
    return parse("notes/heat.md", HEAD + body)


def found(body: str) -> list[tuple]:
    return [(link.line, link.text, link.target, link.image, link.alone) for link in note(body).links]


def test_a_note_is_its_front_matter_and_its_body():
    heat = note("One.\nTwo.\n")
    assert (heat.name, heat.title, heat.kind, heat.tags) == ("heat", "Heat", "note", ["ML"])
    assert (heat.body, heat.first) == ("One.\nTwo.\n", 6)


def test_lines_of_fields_count_from_the_top_of_the_file():
    assert (note("").line_of("tags"), note("").line_of("claims")) == (4, 1)


def test_a_body_may_hold_a_ruler():
    assert note("One.\n\n---\n\nTwo.\n").body == "One.\n\n---\n\nTwo.\n"


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_note_may_have_no_body(end):
    assert parse("notes/heat.md", HEAD.rstrip("\n") + end).body == ""


@pytest.mark.parametrize("text", ["", "# Heat\n", "title: Heat\n", "\n" + HEAD, " " + HEAD, "---\ntitle: Heat\n"])
def test_a_note_without_front_matter_says_what_to_write(text):
    with pytest.raises(Trouble) as caught:
        parse("notes/heat.md", text)
    assert str(caught.value) == (
        "notes/heat.md:1: no front matter; begin with a line ---, then title, date and tags, then ---"
    )


def test_a_value_that_begins_with_dashes_does_not_end_the_front_matter():
    assert parse("notes/heat.md", HEAD.replace("Heat", '"--- heat"')).title == "--- heat"


def test_a_note_that_is_not_utf_8_is_one_line(book):
    book.write("notes/heat.md", HEAD.encode() + b"M\xfcller\n")
    with pytest.raises(Trouble) as caught:
        read_note(book.root, "notes/heat.md")
    assert str(caught.value) == "notes/heat.md:6: not UTF-8 (byte 49); save the file as UTF-8"


def test_a_note_larger_than_a_megabyte_is_one_line(book):
    book.write("notes/heat.md", HEAD + "x" * 1_000_000)
    with pytest.raises(Trouble) as caught:
        read_note(book.root, "notes/heat.md")
    assert str(caught.value) == ("notes/heat.md:1: larger than 1 MB; a note is prose, put data into datasets/")


def test_line_ends_and_a_byte_order_mark_do_not_change_a_note(book):
    book.write("notes/heat.md", ("\ufeff" + HEAD + "One.\n").replace("\n", "\r\n"))
    assert read_note(book.root, "notes/heat.md").body == "One.\n"


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("[a](b)\n", [(6, "a", "b", False, True)]),
        ("![a](b)\n", [(6, "a", "b", True, True)]),
        ("See [a](b).\n", [(6, "a", "b", False, False)]),
        ("[a](b) [c](d)\n", [(6, "a", "b", False, False), (6, "c", "d", False, False)]),
        ("\n\n    [a](b)\n", []),  # indented code
        ("Text.\n\n[a](b)\n\nText.\n", [(8, "a", "b", False, True)]),
        ("Text.\n[a](b)\n", [(7, "a", "b", False, False)]),
        ("[a](b)\nText.\n", [(6, "a", "b", False, False)]),
        ("- item\n\n    [a](b)\n", [(8, "a", "b", False, True)]),
        ("!!! note\n\n    [a](b)\n", [(8, "a", "b", False, True)]),
        ("!!! note\n    [a](b)\n", [(7, "a", "b", False, True)]),
        ('=== "tab"\n\n    [a](b)\n', [(8, "a", "b", False, True)]),
        ('[a](b "title")\n', [(6, "a", "b", False, True)]),
        ("[a](b 'title')\n", [(6, "a", "b", False, True)]),
        ("[a](<b>)\n", [(6, "a", "b", False, True)]),
        ("[](b)\n", [(6, "", "b", False, True)]),
        ("[a]()\n", []),
        ("[a][b]\n", []),
        ("`[a](b)`\n", []),
        ("``[a](b) ` ``\n", []),
        ("`x` [a](b) `y`\n", [(6, "a", "b", False, False)]),
        ("```\n[a](b)\n```\n", []),
        ("~~~\n[a](b)\n~~~\n", []),
        ("<!-- [a](b) -->\n", []),
        ("<!--\n[a](b)\n-->\n\n[c](d)\n", [(10, "c", "d", False, True)]),
        ("\\[a](b)\n", []),
        ("[a\\](b)\n", []),
        ("| a |\n|---|\n| [a](b) |\n", [(8, "a", "b", False, False)]),
        ("*[a](b)*\n", [(6, "a", "b", False, False)]),
        ("$E[X](t)$ and [c](d)\n", [(6, "c", "d", False, False)]),
        ("$$\nE[X](t)\n$$\n", []),
        ("5 $ [c](d) 6 $\n", [(6, "c", "d", False, False)]),
    ],
)
def test_links_of_the_prose_are_found_with_their_lines(body, links):
    assert found(body) == links


def test_a_link_knows_its_path_its_fragment_and_whether_it_leads_into_the_repository():
    links = note("[a](../snippets/x.py#train) [b](#top) [c](https://x.y/z) [d](mailto:a@b) [e](/x) [f](xor.md)\n").links
    assert [(link.path, link.fragment, link.local) for link in links] == [
        ("../snippets/x.py", "train", True),
        ("", "top", False),
        ("https://x.y/z", "", False),
        ("mailto:a@b", "", False),
        ("/x", "", False),
        ("xor.md", "", True),
    ]


@pytest.mark.parametrize(
    "unit",
    [
        *("```python\n\n", "> ```python\n", "!!! note\n\n    ```\n\n", "<script>\n\n", "`\n\n", "$$\n\n", "[a](\n"),
        *("<!--\n\n", "```\n\n", "- a\n\n", "> > a\n", "[a](b)\n", "`` ` ``\n", "<!-- a -->\n", "    a\n\n"),
    ],
)
def test_a_long_note_is_read_in_a_time_that_grows_with_its_length(unit):
    """A hundred kilobytes of what opens and never closes: seconds of work would be its square."""
    body = unit * (100_000 // len(unit))
    began = time.process_time()
    assert len(read_markup(body).prose) == body.count("\n") + 1
    assert len(note(body).links) == body.count("[a](b)")
    assert time.process_time() - began < 10

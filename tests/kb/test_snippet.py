"""Programs, cut into titled sections; their headers."""

import pytest
from kb.problem import Trouble
from kb.snippet import parse, read_snippet, slug

PROGRAM = '''\
"""Count to three.

Source    nobody (2020), Counting,
          section 2
Differs   only to three
Cost      about 1 s
Timing    alone
Needs     1.5 GB
Limit     2 min
"""

# %% setup
import math

# %% [markdown]
# Why *three*.

# %% Learning curve
# a comment first
total = math.fsum([1, 2])


# %% result

results = {"total": total}
'''


@pytest.fixture
def program():
    return parse("snippets/count.py", PROGRAM)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("train", "train"),
        ("Learning curve", "learning-curve"),
        ("Adam, 3 seeds!", "adam-3-seeds"),
        ("größe", "größe"),
        ("a_b", "a_b"),
    ],
)
def test_a_section_is_named_by_its_title_in_lower_case_with_hyphens(title, name):
    assert slug(title) == name


def test_a_program_is_cut_at_its_titled_cells(program):
    assert [(section.title, section.markdown) for section in program.sections] == [
        ("", False),
        ("setup", False),
        ("", True),
        ("Learning curve", False),
        ("result", False),
    ]
    assert program.section_names == ["setup", "learning-curve", "result"]


def test_a_section_has_its_source_without_the_blank_lines_around_it(program):
    assert program.section("learning-curve").source == "# a comment first\ntotal = math.fsum([1, 2])"


def test_a_section_knows_the_line_of_its_marker_and_of_its_first_line(program):
    lines = PROGRAM.split("\n")
    for section in program.sections[1:]:
        assert lines[section.line - 1].startswith("# %%")
        assert lines[section.first - 1] == section.source.split("\n")[0]


def test_a_text_cell_is_no_section_that_a_note_can_show(program):
    assert program.section("") is None or not program.section("").markdown


@pytest.mark.parametrize("marker", ["# %% train", "#%% train", "# %%train", "# %%   train  ", '# %% train {"a": 1}'])
def test_a_marker_is_read_as_jupytext_reads_it(marker):
    assert parse("snippets/x.py", f"{marker}\nx = 1\n").section_names == ["train"]


@pytest.mark.parametrize(
    "text",
    [
        'x = """\n# %% no\n"""\n',
        "def f():\n    # %% no\n    return 1\n",
        "x = 1  # %% no\n",
    ],
)
def test_a_marker_inside_a_string_a_function_or_a_line_is_none(text):
    assert parse("snippets/x.py", f"# %% yes\n{text}").section_names == ["yes"]


@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
def test_characters_that_only_some_take_for_line_ends_do_not_shift_the_sections(odd):
    program = parse("snippets/x.py", f"# %% one\nx = 'a{odd}b'\n# %% two\ny = 2\n")
    assert [section.source for section in program.sections] == [f"x = 'a{odd}b'", "y = 2"]


def test_the_idea_is_the_first_paragraph_of_the_docstring(program):
    assert program.idea == "Count to three."


def test_the_header_s_fields_are_read_with_their_continuation_lines(program):
    assert program.header == {
        "Source": "nobody (2020), Counting, section 2",
        "Differs": "only to three",
        "Cost": "about 1 s",
        "Timing": "alone",
        "Needs": "1.5 GB",
        "Limit": "2 min",
    }


def test_the_header_says_what_a_run_may_take(program):
    assert (program.alone, program.amount("Needs"), program.amount("Limit")) == (True, 1.5e9, 120.0)


@pytest.mark.parametrize(
    ("cost", "seconds"),
    [("about 8 s on one core", 8), ("about 2.5 min", 150), ("a few. s", None), ("70 s of CPU, 40 s on 2 cores", 70)],
)
def test_the_first_amount_of_a_field_counts(cost, seconds):
    program = parse("snippets/x.py", f'"""Idea.\n\nCost      {cost}\n"""\n')
    assert program.amount("Cost") == seconds


def test_a_program_without_a_header_has_no_idea_and_no_fields():
    program = parse("snippets/x.py", "x = 1\n")
    assert (program.idea, program.header, program.alone, program.amount("Limit")) == ("", {}, False, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1\ny = (\n", "2: not valid Python: '(' was never closed"),
        ("# %% a\nfor\n", "2: not valid Python: invalid syntax"),
        ("%matplotlib inline\n", "1: not valid Python: invalid syntax"),
        ("x = 1\n  y = 2\n", "2: not valid Python: unexpected indent"),
        ("x = 'a\x00b'\n", "1: not valid Python: source code string cannot contain null bytes"),
        ("x = " + "(" * 300 + ")" * 300 + "\n", "1: not valid Python: too many nested parentheses"),
        ("x = " + "-" * 100_000 + "1\n", "1: not valid Python: too deeply nested"),
    ],
)
def test_a_program_that_is_no_python_is_one_line_with_its_place(text, problem):
    with pytest.raises(Trouble) as caught:
        parse("snippets/x.py", text)
    assert str(caught.value) == f"snippets/x.py:{problem}; mend the program"


def test_a_program_that_is_not_utf_8_is_one_line_with_its_place(book):
    book.write("snippets/x.py", b"x = 1\nname = 'M\xfcller'\n")
    with pytest.raises(Trouble) as caught:
        read_snippet(book.root, "snippets/x.py")
    assert str(caught.value) == "snippets/x.py:2: not UTF-8 (byte 15); save the file as UTF-8"


def test_line_ends_and_a_byte_order_mark_do_not_change_a_program(book):
    book.write("snippets/x.py", PROGRAM)
    book.write("snippets/y.py", ("\ufeff" + PROGRAM).replace("\n", "\r\n"))
    one, other = (read_snippet(book.root, f"snippets/{name}.py").sections for name in "xy")
    assert one == other

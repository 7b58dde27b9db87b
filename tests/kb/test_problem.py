"""What is wrong, where, and what to do: one line for each problem."""

from pathlib import Path

import pytest
from kb.problem import Problem, Trouble, nearest, read_text


def test_a_problem_reads_as_path_line_and_message():
    assert str(Problem("notes/heat.md", 8, "unknown tag 'MLL'; did you mean 'ML'?", "tag")) == (
        "notes/heat.md:8: unknown tag 'MLL'; did you mean 'ML'?"
    )


def test_a_warning_says_that_it_is_one():
    assert str(Problem("notes/heat.md", 8, "slower here", warning=True)) == "notes/heat.md:8: warning: slower here"


def test_problems_sort_by_file_and_line():
    later, earlier, other = Problem("b.md", 10, "x"), Problem("b.md", 9, "y"), Problem("a.md", 99, "z")
    assert sorted([later, earlier, other]) == [other, earlier, later]


def test_the_published_shape_has_path_line_rule_and_message():
    assert Problem("notes/heat.md", 8, "what; what to do", "tag").as_json() == {
        "path": "notes/heat.md",
        "line": 8,
        "rule": "tag",
        "message": "what; what to do",
        "warning": False,
    }


def test_trouble_carries_its_problem_and_reads_like_one():
    trouble = Trouble("notes/heat.md", 8, "what; what to do", "tag")
    assert str(trouble) == "notes/heat.md:8: what; what to do"
    assert trouble.problem == Problem("notes/heat.md", 8, "what; what to do", "tag")


@pytest.mark.parametrize(
    ("word", "names", "hint"),
    [
        ("tran", ["train", "test"], "; did you mean 'train'?"),
        ("TRAIN", ["train", "test"], "; did you mean 'train'?"),
        ("ml", ["ML", "DS"], "; did you mean 'ML'?"),
        ("zzz", ["train", "test"], "; there are train, test"),
        ("zzz", ["train"], "; there is train"),
        ("zzz", [], ""),
    ],
)
def test_a_wrong_word_is_answered_with_the_likely_one_or_with_those_there_are(word, names, hint):
    assert nearest(word, names) == hint


def test_a_text_is_read_without_a_byte_order_mark_and_with_plain_line_ends(tmp_path: Path):
    (tmp_path / "heat.md").write_bytes("\ufeffone\r\ntwo\r\n".encode())
    assert read_text(tmp_path / "heat.md", "notes/heat.md") == "one\ntwo\n"


def test_bytes_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path):
    (tmp_path / "heat.md").write_bytes(b"one\ntwo\nM\xfcller\n")
    with pytest.raises(Trouble) as caught:
        read_text(tmp_path / "heat.md", "notes/heat.md")
    assert str(caught.value) == "notes/heat.md:3: not UTF-8 (byte 9); save the file as UTF-8"


def test_a_missing_file_is_a_trouble_of_its_own(tmp_path: Path):
    with pytest.raises(Trouble) as caught:
        read_text(tmp_path / "heat.md", "notes/heat.md")
    assert str(caught.value) == "notes/heat.md:1: there is no such file"


def test_a_folder_where_a_file_should_be_is_a_trouble_and_no_traceback(tmp_path: Path):
    (tmp_path / "heat.md").mkdir()
    with pytest.raises(Trouble) as caught:
        read_text(tmp_path / "heat.md", "notes/heat.md")
    assert str(caught.value) == "notes/heat.md:1: cannot be read (Is a directory); put a readable file there"

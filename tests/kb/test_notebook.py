"""The whole folder: found from where one stands, read once, and robust against one bad file."""

import pytest
from kb.notebook import find_root
from kb.problem import Trouble


def test_the_notebook_is_found_from_a_folder_inside_it(book):
    assert find_root(book.root / "notes") == book.root
    assert find_root(book.root) == book.root


def test_a_folder_outside_any_notebook_says_so(tmp_path):
    with pytest.raises(Trouble) as caught:
        find_root(tmp_path)
    assert str(caught.value) == (f"{tmp_path}:1: no mkdocs.yml here or in a folder above; go to the notebook's folder")


def test_templates_and_hidden_files_are_neither_notes_nor_programs(book):
    book.note("heat")
    book.note("_draft")
    book.note(".hidden")
    book.snippet("toy")
    book.snippet("_draft")
    assert (book.notebook.note_paths, book.notebook.snippet_paths) == (["notes/heat.md"], ["snippets/toy.py"])


def test_one_bad_file_is_one_problem_and_the_rest_is_read(book):
    book.note("heat")
    book.write("notes/bad.md", "no front matter\n")
    book.write("notes/latin.md", b"\xff")
    book.snippet("toy")
    book.write("snippets/bad.py", "x = (\n")
    notebook = book.notebook
    assert (list(notebook.notes), list(notebook.snippets)) == (["heat"], ["toy"])
    assert [str(problem) for problem in notebook.unreadable] == [
        "notes/bad.md:1: no front matter; begin with a line ---, then title, date and tags, then ---",
        "notes/latin.md:1: not UTF-8 (byte 0); save the file as UTF-8",
        "snippets/bad.py:1: not valid Python: '(' was never closed; mend the program",
    ]


def test_a_program_that_imports_a_broken_one_does_not_take_the_others_with_it(book):
    book.snippet("toy")
    book.write("snippets/bad.py", "x = (\n")
    book.snippet("user", "# %% result\nimport bad\n\nresults = {}\n")
    assert "toy" in book.notebook.keys
    assert "toy" not in book.notebook.runs


def test_the_limits_of_a_run_are_the_defaults_then_the_settings_then_the_header(book):
    book.write("pyproject.toml", "[tool.kb.limits]\nsilence = 7\nmemory_gb = 2\n")
    book.snippet("plain")
    book.snippet("large", header='"""Idea.\n\nLimit     2 min\nNeeds     500 MB\n"""\n')
    notebook = book.notebook
    plain, large = (notebook.limits(notebook.snippets[name]) for name in ("plain", "large"))
    assert plain == {"seconds": 900.0, "silence": 7, "memory": 2e9, "processes": 64, "output": 10e6, "disk": 2e9}
    assert large == plain | {"seconds": 120.0, "memory": 500e6}


def test_a_notebook_without_settings_has_the_default_limits(book):
    (book.root / "pyproject.toml").unlink()
    book.snippet("plain")
    assert book.notebook.limits(book.notebook.snippets["plain"])["silence"] == 60.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = \n", "1: not TOML: Invalid value (at line 1, column 5); mend the file"),
        ("[tool.kb.limits]\nsecnods = 3\n", "1: unknown limit 'secnods'; did you mean 'seconds'?"),
        ('[tool.kb.limits]\nseconds = "3"\n', "1: the limit seconds is '3'; write a number"),
    ],
)
def test_settings_that_cannot_be_read_are_one_line(book, text, message):
    book.write("pyproject.toml", text)
    book.snippet("plain")
    with pytest.raises(Trouble) as caught:
        book.notebook.limits(book.notebook.snippets["plain"])
    assert str(caught.value) == f"pyproject.toml:{message}"


def test_a_note_knows_which_notes_link_to_it_each_once_and_without_itself(book):
    book.note("heat", "See [cold](cold.md) and [the same](./cold.md#end), not [gone](gone.md) or `[cold](cold.md)`.\n")
    book.note("cold", "[Here](cold.md), [warm](warm.md), [elsewhere](https://example.org/heat.md).\n")
    book.note("warm", "[Cold](<cold.md>).\n")
    mentions = book.notebook.mentions
    assert {name: [note.name for note in by] for name, by in mentions.items()} == {
        "cold": ["heat", "warm"],
        "heat": [],
        "warm": ["cold"],
    }

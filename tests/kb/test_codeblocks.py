"""Inline blocks of notes: what the site shows is what runs, and a failure says where and why."""

import re
import subprocess
import sys

import pytest

SETTINGS = """\
[tool.pytest.ini_options]
testpaths = ["notes"]
addopts = ["--codeblocks", "-p", "no:cacheprovider", "-p", "kb.codeblocks"]
filterwarnings = ["error"]
"""
HEAD = "---\ntitle: A\ndate: 2026-11-21\ntags: [ML]\n---\n"  # five lines


@pytest.fixture
def tested(book):
    """Run pytest over the notes of a notebook; what it printed."""
    book.write("pyproject.toml", SETTINGS)

    def test(*words):
        command = [sys.executable, "-m", "pytest", "-q", *words]
        done = subprocess.run(command, cwd=book.root, capture_output=True, text=True, timeout=100)
        return done.stdout + done.stderr

    return test


def ran(output):
    """Passed and failed blocks, by pytest's own count."""
    counts = {what: int(number) for number, what in re.findall(r"(\d+) (passed|failed|skipped)", output)}
    return {what: counts.get(what, 0) for what in ("passed", "failed")}


def lines_of(output):
    return re.findall(r"^(notes/\S+:\d+: .*)$", output, re.MULTILINE)


def test_blocks_that_are_shown_run_and_others_do_not(book, tested):
    book.note(
        "plain", "```python\nassert 1 + 1 == 2\n```\n\n!!! note\n\n    ```python\n    assert 2 + 2 == 4\n    ```\n"
    )
    book.note("shown_as_text", "Text.\n\n    ```python\n    1 / 0\n    ```\n\n````text\n```python\n1 / 0\n```\n````\n")
    book.note("_draft", "```python\n1 / 0\n```\n")
    assert ran(tested()) == {"passed": 2, "failed": 0}


def test_a_failure_says_the_line_of_the_file_and_the_kind_of_error(book, tested):
    book.note("wrong", "One.\n\n```python\nx = 1\n\nx / 0\n```\n")
    output = tested()
    assert ran(output)["failed"] == 1
    assert lines_of(output) == ["notes/wrong.md:11: ZeroDivisionError: division by zero"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("assert 1 == 2", "9: AssertionError: "),
        ("raise KeyError('a')", "9: KeyError: 'a'"),
        ("import sys\nsys.exit(3)", "10: SystemExit: 3"),
        ("import sys\nsys.exit()", "10: SystemExit: "),
        ("import warnings\nwarnings.warn('old')", "10: UserWarning: old"),
        ("x = (", "9: SyntaxError: '(' was never closed"),
    ],
)
def test_whatever_a_block_raises_is_a_failure_of_its_own_with_its_line(book, tested, code, said):
    book.note("wrong", f"One.\n\n```python\n{code}\n```\n\n```python\nassert True\n```\n")
    output = tested()
    assert (ran(output)["failed"], ran(output)["passed"]) == (1, 1)
    assert [line.rstrip() for line in lines_of(output)] == [f"notes/wrong.md:{said}".rstrip()]


def test_a_shell_block_that_fails_shows_its_status_and_what_it_said(book, tested):
    book.note("shell", "```sh\necho broken >&2; exit 7\n```\n")
    assert "notes/shell.md:6: ended with 7" in tested()
    assert "broken" in tested()


def test_blocks_run_in_the_root_of_the_repository_without_windows(book, tested):
    code = "import os\n\nassert os.path.exists('mkdocs.yml')\nassert os.environ['MPLBACKEND'] == 'Agg'"
    book.note("place", f"```python\n{code}\n```\n")
    assert ran(tested())["passed"] == 1


def test_a_block_that_changes_folder_or_environment_does_not_change_the_next_one_s(book, tested):
    book.note("one", "```python\nimport os\n\nos.chdir('/')\nos.environ['LEFT'] = '1'\n```\n")
    book.note(
        "two", "```python\nimport os\n\nassert os.path.exists('mkdocs.yml')\nassert 'LEFT' not in os.environ\n```\n"
    )
    assert ran(tested())["passed"] == 2


def test_continued_blocks_and_expected_output_work_as_documented(book, tested):
    book.note(
        "documented",
        "```python\nx = 1\n```\n\n<!--pytest-codeblocks:cont-->\n```python\nassert x == 1\n```\n\n"
        "```python\nprint('a')\n```\n\n<!--pytest-codeblocks:expected-output-->\n```text\na\n```\n\n"
        '<!--pytest.mark.skip(reason="slow")-->\n```python\n1 / 0\n```\n',
    )
    output = tested()
    assert (ran(output)["failed"], "1 skipped" in output) == (0, True)


def test_an_unexpected_output_is_named_with_its_line(book, tested):
    book.note("printed", "```python\nprint('b')\n```\n\n<!--pytest-codeblocks:expected-output-->\n```text\na\n```\n")
    assert [line.split(": ")[0] for line in lines_of(tested())] == ["notes/printed.md:6"]


def test_what_the_check_passes_and_what_is_run_are_the_same(book, tested):
    """A note that `kb check` finds no fault with has each of its Python blocks run."""
    body = (
        "```python\nx = 1\n```\n\n- a\n\n    ```python\n    x = 2\n    ```\n\n"
        '=== "tab"\n\n    ```python\n    x = 3\n    ```\n\n<!-- hidden\n```python\nx = 4\n```\n-->\n'
    )
    book.note("same", body)
    assert book.problems() == []
    assert ran(tested())["passed"] == 3

"""A note, and with it a program, from the templates."""

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from kb.new import new
from kb.note import read_note
from kb.problem import Trouble
from kb.snippet import read_snippet

RUFF = Path(sys.executable).with_name("ruff")


def names(book, paths):
    return [path.relative_to(book.root).as_posix() for path in paths]


def refusal(book, title="Heat", tags=("ML",), snippet=None, **more):
    before = sorted(book.root.rglob("*"))
    with pytest.raises(Trouble) as caught:
        new(book.notebook, title, list(tags), snippet, **more)
    assert sorted(book.root.rglob("*")) == before, "nothing half written"
    return str(caught.value)


def test_a_new_note_has_its_title_its_tags_and_today(book):
    paths = new(book.notebook, "Heat flows", ["ML", "DS"], None)
    note = read_note(book.root, "notes/heat-flows.md")
    assert names(book, paths) == ["notes/heat-flows.md"]
    assert (note.title, note.tags, note.problems) == ("Heat flows", ["ML", "DS"], [])
    assert note.meta["date"] == datetime.date.today()


def test_an_alias_becomes_its_tag(book):
    new(book.notebook, "Heat", ["#machinelearning"], None)
    assert read_note(book.root, "notes/heat.md").tags == ["ML"]


def test_two_words_for_one_tag_are_one_tag(book):
    new(book.notebook, "Heat", ["ML", "MachineLearning"], None)
    assert read_note(book.root, "notes/heat.md").tags == ["ML"]
    assert book.problems() == []


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("10.1137/0914050", "https://doi.org/10.1137/0914050"),
        ("doi:10.1137/0914050", "https://doi.org/10.1137/0914050"),
        ("arXiv:2302.13163", "https://arxiv.org/abs/2302.13163"),
        ("2302.13163v2", "https://arxiv.org/abs/2302.13163v2"),
        ("https://example.org/a:#b", "https://example.org/a:#b"),
    ],
)
def test_kind_and_source_are_kept_the_source_as_an_address(book, source, address):
    new(book.notebook, "Heat", ["ML"], None, kind="paper", source=source)
    note = read_note(book.root, "notes/heat.md")
    assert (note.kind, note.meta["source"], book.problems()) == ("paper", address, [])


def test_what_was_not_given_leaves_no_line(book):
    new(book.notebook, "Heat", ["ML"], None)
    assert read_note(book.root, "notes/heat.md").meta.keys() == {"title", "date", "tags", "description"}


def test_without_a_program_the_note_links_to_none(book):
    new(book.notebook, "Heat", ["ML"], None)
    text = (book.root / "notes/heat.md").read_text()
    assert "snippets/" not in text
    assert "<!--" not in text
    assert book.problems() == []


def test_with_a_program_the_note_links_to_it(book):
    paths = new(book.notebook, "Heat", ["ML"], "heat_jax")
    assert names(book, paths) == ["notes/heat.md", "snippets/heat_jax.py", "tests/snippets/test_heat_jax.py"]
    assert {link.path for link in read_note(book.root, "notes/heat.md").links} == {"../snippets/heat_jax.py"}
    assert read_snippet(book.root, "snippets/heat_jax.py").section("figure")


def test_what_the_templates_make_passes_every_rule_but_that_it_has_not_been_run(book):
    new(book.notebook, "Heat", ["ML"], "heat")
    assert book.problems() == ["snippets/heat.py:1: it has not been run; run `kb run heat`"]


@pytest.mark.parametrize(
    "title",
    [
        'The "best" fit',
        "Heat: a law",
        "C:\\new # 1",
        "It's 100 %",
        "What DATE and TAGS mean, and TITLE and SNIPPET",
        "Müller–Zeinhofer",
        "{braces} [brackets]",
        r"\1 and \g<0>",
    ],
)
def test_any_title_is_kept_as_it_is(book, title):
    path = new(book.notebook, title, ["ML"], None)[0]
    note = read_note(book.root, f"notes/{path.name}")
    assert (note.title, note.problems) == (title, [])


def test_the_file_is_named_by_the_title_in_lower_case_with_hyphens(book):
    paths = new(book.notebook, "Müller & Zeinhofer (2023): what?", ["ML"], None)
    assert names(book, paths) == ["notes/müller-zeinhofer-2023-what.md"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"title": "?!"}, "notes/_template.md:1: the title '?!' has no letters; give one that names the note"),
        ({"title": "a\nb"}, "notes/_template.md:1: the title 'a\\nb' has a line break; write it in one line"),
        ({"title": "x" * 300}, "notes/_template.md:1: the title is longer than 200 letters; give a shorter one"),
        ({"title": "Tags"}, "notes/tags.md:1: the site makes a page of this name; choose another title"),
        ({"tags": ["JAX"]}, "notes/tags.toml:1: unknown tag 'JAX'; there are ML, neural-networks, DS"),
        ({"tags": ["MLL"]}, "notes/tags.toml:1: unknown tag 'MLL'; did you mean 'ML'?"),
        ({"kind": "papre"}, "notes/_template.md:1: unknown kind 'papre'; did you mean 'paper'?"),
        (
            {"source": "Higham"},
            "notes/_template.md:1: 'Higham' is no source;"
            " give a DOI, an arXiv number or an address that begins with https://",
        ),
        (
            {"snippet": "Heat-JAX"},
            "snippets/_template.py:1: 'Heat-JAX' names no snippet; write it like a variable, such as heat_jax",
        ),
        (
            {"snippet": "../heat"},
            "snippets/_template.py:1: '../heat' names no snippet; write it like a variable, such as heat_jax",
        ),
        ({"snippet": ""}, "snippets/_template.py:1: '' names no snippet; write it like a variable, such as heat_jax"),
        ({"snippet": "lambda"}, "snippets/_template.py:1: 'lambda' is a word of Python; choose another name"),
        ({"snippet": "random"}, "snippets/_template.py:1: 'random' is a module of Python; choose another name"),
        ({"snippet": "numpy"}, "snippets/_template.py:1: 'numpy' is an installed package; choose another name"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(book, words, line):
    assert refusal(book, **words) == line


def test_a_file_that_exists_is_never_touched(book):
    book.note("heat", "Mine.\n")
    assert refusal(book) == "notes/heat.md:1: there is such a file already; choose another title or name"
    assert (book.root / "notes/heat.md").read_text().endswith("Mine.\n")


def test_a_test_that_exists_is_never_touched_and_nothing_is_left(book):
    book.write("tests/snippets/test_heat.py", "# mine\n")
    assert refusal(book, snippet="heat") == (
        "tests/snippets/test_heat.py:1: there is such a file already; choose another title or name"
    )


@pytest.mark.parametrize("name", ["aaa", "zzz"])  # before and behind numpy in the order of imports
def test_what_the_templates_make_is_formatted_and_linted(book, project, name):
    new(book.notebook, "Heat", ["ML"], name)
    book.write("pyproject.toml", (project / "pyproject.toml").read_bytes())
    for words in (["format", "--check"], ["check"]):
        done = subprocess.run([RUFF, *words, "--no-cache", "."], cwd=book.root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_test_that_the_template_makes_passes(book):
    new(book.notebook, "Heat", ["ML"], "heat")
    book.write("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["snippets"]\n')
    done = book.kb("test", "-q", "-p", "no:cacheprovider", "tests", MPLBACKEND="agg")
    assert (done.returncode, done.stdout.splitlines()[-1][:8]) == (0, "2 passed")


def test_a_program_that_exists_is_never_touched_and_no_note_is_left(book):
    book.snippet("heat")
    assert refusal(book, snippet="heat") == (
        "snippets/heat.py:1: there is such a file already; choose another title or name"
    )

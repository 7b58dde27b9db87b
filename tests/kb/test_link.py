"""What a note's link points at, or the line that says why it points nowhere."""

import pytest
from kb.link import Target, resolve

CELLS = "# %% train\nx = 1\n\n# %% figure\nx = 2\n\n# %% result\nresults = {}\n"


@pytest.fixture
def linked(book):
    """A notebook with a program, its run, a dataset and a second note."""
    book.snippet("toy", CELLS)
    book.measured("toy", {"error": 0.25, "errors": 3})
    book.dataset("wine.csv", b"1,2\n")
    book.note("other")
    return book


def leads(book, body: str):
    """Where the first link of a note leads: what, path and name; or the problem's line."""
    book.note("heat", body)
    note = book.notebook.notes["heat"]
    target = resolve(book.notebook, note, note.links[0])
    return (target.what, target.path, target.name) if isinstance(target, Target) else target and str(target)


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ("[train](../snippets/toy.py#train)", ("section", "snippets/toy.py", "train")),
        ("![a line](../snippets/toy.py#figure)", ("figure", "snippets/toy.py", "figure")),
        ("[0.25](../snippets/toy.py#error)", ("metric", "snippets/toy.py", "error")),
        ("[small](../snippets/toy.py#error)", ("metric", "snippets/toy.py", "error")),
        ("[… s](../snippets/toy.py#seconds)", ("metric", "snippets/toy.py", "seconds")),
        ("[… MB](../snippets/toy.py#memory)", ("metric", "snippets/toy.py", "memory")),
        ("[the program](../snippets/toy.py)", ("lab", "snippets/toy.py", "")),
        ("[the program](./../snippets/../snippets/toy.py)", ("lab", "snippets/toy.py", "")),
        ("[other](other.md)", ("note", "notes/other.md", "")),
        ("[other](other.md#part)", ("note", "notes/other.md", "")),
        ("[manifest](../datasets/manifest.toml)", ("file", "datasets/manifest.toml", "")),
        ("[style](../snippets/style.mplstyle)", ("file", "snippets/style.mplstyle", "")),
        ("[template](../snippets/_template.py)", ("file", "snippets/_template.py", "")),
        ("[folder](../datasets)", ("file", "datasets", "")),
        ("[address](https://example.org/a.py#b)", None),
        ("[mail](mailto:a@b.c)", None),
        ("[anchor](#part)", None),
    ],
)
def test_a_link_leads_to(linked, body, target):
    assert leads(linked, body) == target


HAS = "(it has train, figure, result)"
LEAVES = "leaves the repository; link to a file in it, or to an address"


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("[t](../snippets/toy.py#tran)", f"snippets/toy.py has no section 'tran'; did you mean 'train'? {HAS}"),
        ("[t](../snippets/toy.py#Train)", f"snippets/toy.py has no section 'Train'; did you mean 'train'? {HAS}"),
        ("[t](../snippets/toy.py#zzz)", "snippets/toy.py has no section 'zzz'; there are train, figure, result"),
        ("![t](../snippets/toy.py#figur)", f"snippets/toy.py has no section 'figur'; did you mean 'figure'? {HAS}"),
        ("![t](../snippets/toy.py#error)", "snippets/toy.py has no section 'error'; there are train, figure, result"),
        ("![t](../snippets/toy.py)", "an image of a whole program; name the section: snippets/toy.py#SECTION"),
        (
            "[1](../snippets/toy.py#eror)",
            "snippets/toy.py has no metric 'eror'; did you mean 'error'? (it has error, errors, seconds, memory)",
        ),
        (
            "[… s](../snippets/toy.py#time)",
            "snippets/toy.py has no metric 'time'; there are error, errors, seconds, memory",
        ),
        ("[1](../snippets/tyo.py#error)", "there is no snippets/tyo.py; did you mean 'toy'?"),
        ("[p](../snippets/tyo.py)", "there is no snippets/tyo.py; did you mean 'toy'?"),
        ("[o](othr.md)", "there is no notes/othr.md; did you mean 'other.md'?"),
        ("[w](../datasets/wien.csv)", "there is no datasets/wien.csv; did you mean 'wine.csv'?"),
        ("[w](../nowhere/wine.csv)", "there is no nowhere/wine.csv"),
        ("[w](../../wine.csv)", f"'../../wine.csv' {LEAVES}"),
        ("[w](../snippets/../../wine.csv)", f"'../snippets/../../wine.csv' {LEAVES}"),
    ],
)
def test_a_link_that_leads_nowhere_is_named_with_its_line_and_the_likely_one(linked, target, problem):
    assert leads(linked, f"Text.\n\n{target}\n") == f"notes/heat.md:8: {problem}"


def test_a_link_through_a_symlink_out_of_the_repository_leaves_it(linked, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.csv"
    outside.write_text("1")
    (linked.root / "datasets/inside.csv").symlink_to(outside)
    assert leads(linked, "[w](../datasets/inside.csv)") == (
        "notes/heat.md:6: '../datasets/inside.csv' leaves the repository; link to a file in it, or to an address"
    )


def test_a_program_behind_a_symlink_out_of_the_repository_leaves_it_too(linked, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "far.py"
    outside.write_text("results = {}\n")
    (linked.root / "snippets/far.py").symlink_to(outside)
    assert leads(linked, "[w](../snippets/far.py)") == (
        "notes/heat.md:6: '../snippets/far.py' leaves the repository; link to a file in it, or to an address"
    )


def test_a_folder_whose_name_begins_with_dots_is_inside(linked):
    linked.write("..data/wine.csv", "1")
    assert leads(linked, "[w](../..data/wine.csv)") == ("file", "..data/wine.csv", "")


def test_without_a_run_a_number_s_metric_is_taken_on_trust(book):
    book.snippet("toy", CELLS)
    assert leads(book, "[0.3](../snippets/toy.py#error)") == ("metric", "snippets/toy.py", "error")


def test_a_program_that_cannot_be_read_is_a_problem_of_its_own_and_not_the_link_s(book):
    book.write("snippets/toy.py", "x = (\n")
    assert leads(book, "[train](../snippets/toy.py#train)") is None

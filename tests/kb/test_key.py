"""The key: all that a run depends on, and nothing else."""

import json
import shutil
import sys

import pytest
from kb.key import changes

PROGRAM = '''\
"""The idea.

Source    nobody
Differs   nothing
Cost      about 1 s
"""

# %% setup
from pathlib import Path

import near

WINE = Path(__file__).parents[1] / "datasets/wine.csv"
STYLE = "style.mplstyle"


# %% train
def fit(first, second):
    if first:
        total = first + second
        total *= 2
    return total


# %% result
value = fit(1, near.TWO)
results = {"value": value}
print(f"{value}")
'''
NEAR = '"""A program beside it."""\nfrom far import THREE\n\nTWO = THREE - 1\n'
FAR = "THREE = 3\nDATA = 'iris.csv'\n"


@pytest.fixture
def world(book):
    """A program that imports another, which imports a third, and names a dataset and a style."""
    book.write("snippets/base.py", PROGRAM)
    book.write("snippets/near.py", NEAR)
    book.write("snippets/far.py", FAR)
    for file in ("wine.csv", "iris.csv", "other.csv"):
        book.dataset(file, b"1,2\n")
    book.write("snippets/other.mplstyle", "lines.linewidth: 2\n")
    return book


def key(book, name="base"):
    return book.notebook.keys[name].hash


def edit(book, path, old, new):
    text = (book.root / path).read_text()
    assert old in text
    book.write(path, text.replace(old, new, 1))


SAME = {
    "a comment added": ("# %% train\n", "# %% train\n# why this way\n"),
    "a comment at the end of a line": ("total *= 2", "total *= 2  # twice"),
    "a comment at the end": ('print(f"{value}")\n', 'print(f"{value}")\n\n# the end\n'),
    "a comment out of step inside a block": ("        total *= 2\n", "# here\n        total *= 2\n"),
    "a blank line added": ("        total *= 2\n", "\n        total *= 2\n"),
    "a blank line removed": ("from pathlib import Path\n\n", "from pathlib import Path\n"),
    "no line end at the end": ('print(f"{value}")\n', 'print(f"{value}")'),
    "a line broken inside brackets": ("fit(1, near.TWO)", "fit(\n    1,  # one\n    near.TWO\n)"),
    "spaces between tokens": ("first + second", "first  +  second"),
    "a line broken with a backslash": ("first + second", "first + \\\n            second"),
    "a title in another case": ("# %% train", "# %% Train"),
    "spaces behind a title": ("# %% train", "# %%  train "),
    "a text cell": ("# %% result", "# %% [markdown]\n# Why.\n\n# %% result"),
    "the header": ("The idea.", "Another idea."),
}

OTHER = {
    "a number": ("fit(1,", "fit(2,"),
    "an operator": ("first + second", "first - second"),
    "a name": ("total *= 2\n    return total", "total *= 2\n    return first"),
    "a string": ('"value": value', '"worth": value'),
    "a keyword argument": ("def fit(first, second)", "def fit(first, second=1)"),
    "a title": ("# %% train", "# %% fit"),
    "a cell cut in two": ("results = {", "# %% more\nresults = {"),
    "a line moved out of its block": ("        total *= 2\n", "    total *= 2\n"),
    "a line moved into the block": ("    return total", "        return total"),
    "a line moved to the next cell": ("STYLE = ", "# %% next\nSTYLE = "),
    "what an f-string shows": ('f"{value}"', 'f"{value!r}"'),
    "how an f-string formats": ('f"{value}"', 'f"{value:.2f}"'),
    "an f-string that names its value": ('f"{value}"', 'f"{value=}"'),
    "whether the program runs alone": ("Cost      about 1 s", "Cost      about 1 s\nTiming    alone"),
    "another style": ('"style.mplstyle"', '"other.mplstyle"'),
    "another dataset": ('"datasets/wine.csv"', '"datasets/other.csv"'),
}


@pytest.mark.parametrize("change", SAME)
def test_the_key_stays_with(world, change):
    before = key(world)
    edit(world, "snippets/base.py", *SAME[change])
    assert key(world) == before


@pytest.mark.parametrize("change", OTHER)
def test_the_key_changes_with(world, change):
    before = key(world)
    edit(world, "snippets/base.py", *OTHER[change])
    assert key(world) != before


def test_spaces_that_an_f_string_prints_change_the_key(world):
    edit(world, "snippets/base.py", 'f"{value}"', 'f"{value=}"')
    before = key(world)
    edit(world, "snippets/base.py", 'f"{value=}"', 'f"{value = }"')
    assert key(world) != before


def test_the_order_of_the_cells_changes_the_key(world):
    before = key(world)
    head, setup, train, result = PROGRAM.split("# %% ")
    world.write("snippets/base.py", "# %% ".join([head, train, setup, result]))
    assert key(world) != before


def test_the_header_counts_where_the_program_prints_it(world):
    edit(world, "snippets/base.py", 'print(f"{value}")', "print(__doc__)")
    before = key(world)
    edit(world, "snippets/base.py", "The idea.", "Another idea.")
    assert key(world) != before


def test_line_ends_and_a_byte_order_mark_do_not_change_the_key(world):
    before = key(world)
    world.write("snippets/base.py", ("\ufeff" + PROGRAM).replace("\n", "\r\n"))
    assert key(world) == before


def test_another_name_of_the_file_does_not_change_the_key(world):
    before = key(world)
    (world.root / "snippets/base.py").rename(world.root / "snippets/renamed.py")
    assert key(world, "renamed") == before


def test_another_place_of_the_repository_does_not_change_the_key(world, tmp_path_factory):
    before = key(world)
    moved = tmp_path_factory.mktemp("moved") / "deeper"
    shutil.copytree(world.root, moved)
    assert key(type(world)(moved)) == before


def test_the_key_holds_no_path_of_the_machine(world):
    assert str(world.root) not in json.dumps(world.notebook.keys["base"].parts)


@pytest.mark.parametrize("path", ["datasets/wine.csv", "datasets/iris.csv", "snippets/style.mplstyle"])
def test_a_byte_of_a_dataset_or_of_the_style_changes_the_key(world, path):
    before = key(world)
    world.write(path, (world.root / path).read_bytes() + b"#")
    assert key(world) != before


@pytest.mark.parametrize(
    "path", ["datasets/other.csv", "snippets/other.mplstyle", "notes/tags.toml", "mkdocs.yml", "snippets/new.py"]
)
def test_a_file_that_it_does_not_use_leaves_the_key(world, path):
    before = key(world)
    old = (world.root / path).read_bytes() if (world.root / path).exists() else b""
    world.write(path, old + b"# more\n")
    assert key(world) == before


def test_the_time_of_a_file_does_not_change_the_key(world):
    before = key(world)
    (world.root / "datasets/wine.csv").touch()
    (world.root / "snippets/base.py").touch()
    assert key(world) == before


@pytest.mark.parametrize(("path", "old", "new"), [("near", "- 1", "- 2"), ("far", "THREE = 3", "THREE = 4")])
def test_a_program_that_it_imports_changes_the_key_also_through_another(world, path, old, new):
    before = key(world)
    edit(world, f"snippets/{path}.py", old, new)
    assert key(world) != before


def test_a_comment_in_a_program_that_it_imports_leaves_the_key(world):
    before = key(world)
    edit(world, "snippets/far.py", "THREE = 3", "# three\nTHREE = 3")
    assert key(world) == before


def test_two_programs_that_import_each_other_have_keys(book):
    book.write("snippets/one.py", "import two\n")
    book.write("snippets/two.py", "import one\n")
    assert len({key(book, "one"), key(book, "two")}) == 2


def test_the_key_knows_the_files_that_a_run_may_open(world):
    assert sorted(world.notebook.keys["base"].files) == [
        "datasets/iris.csv",
        "datasets/wine.csv",
        "snippets/base.py",
        "snippets/far.py",
        "snippets/near.py",
        "snippets/style.mplstyle",
    ]


def test_a_docstring_that_names_a_dataset_does_not_open_it(book):
    book.dataset("wine.csv", b"1,2\n")
    book.write("snippets/base.py", '"""Not wine.csv."""\n')
    assert book.notebook.keys["base"].files == ("snippets/base.py",)


def test_a_missing_dataset_is_another_key_and_no_crash(world):
    before = key(world)
    (world.root / "datasets/wine.csv").unlink()
    assert key(world) != before


def test_only_distributions_that_it_imports_and_the_kernel_s_count(book):
    book.write("snippets/plain.py", "import json\n")
    book.write("snippets/array.py", "import numpy as np\n")
    plain, array = (book.notebook.keys[name].parts["versions"] for name in ("plain", "array"))
    assert "ipykernel" in plain
    assert "jax" not in plain
    assert array.keys() - plain.keys() == {"numpy"}


def test_what_an_imported_distribution_requires_counts_too(book):
    book.write("snippets/trees.py", "def fit():\n    from sklearn.tree import DecisionTreeClassifier\n")
    versions = book.notebook.keys["trees"].parts["versions"]
    assert {"scikit-learn", "numpy", "scipy", "joblib"} <= versions.keys()


def test_python_s_minor_version_counts_and_its_patch_does_not(book):
    book.snippet("plain")
    assert book.notebook.keys["plain"].parts["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize(
    ("path", "old", "new", "sentences"),
    [
        ("snippets/base.py", "fit(1,", "fit(2,", ["its section 'result' changed"]),
        ("snippets/base.py", "# %% train", "# %% fit", ["its section 'train' is gone", "its section 'fit' is new"]),
        ("snippets/near.py", "- 1", "- 2", ["snippets/near.py changed"]),
        ("datasets/wine.csv", "1,2", "1,3", ["datasets/wine.csv changed"]),
        ("snippets/style.mplstyle", "#", "##", ["snippets/style.mplstyle changed"]),
        ("snippets/base.py", "# %% train", "# %% train\n# comment", []),
    ],
)
def test_a_change_is_told_in_a_sentence(world, path, old, new, sentences):
    before = world.notebook.keys["base"].parts
    edit(world, path, old, new)
    assert list(changes(before, world.notebook.keys["base"].parts)) == sentences


def test_an_order_that_changed_is_told(world):
    before = world.notebook.keys["base"].parts
    head, setup, train, result = PROGRAM.split("# %% ")
    world.write("snippets/base.py", "# %% ".join([head, train, setup, result]))
    assert list(changes(before, world.notebook.keys["base"].parts)) == ["the order of its sections changed"]


def test_another_version_and_another_machine_are_told(world):
    now = world.notebook.keys["base"].parts
    before = now | {"versions": now["versions"] | {"ipykernel": "6.0"}, "machine": "sparc"}
    assert list(changes(before, now)) == [
        f"ipykernel changed (6.0 -> {now['versions']['ipykernel']})",
        f"the machine changed (sparc -> {now['machine']})",
    ]

"""Datasets: listed in the manifest, and the bytes that it says."""

import pytest
from kb.dataset import digest, problems, read_manifest
from kb.problem import Trouble

ROW = """\
[wine]
file = "wine.csv"
sha256 = "00"
bytes = 5
source = "made up"
licence = "CC0-1.0"
made_by = "make_wine.py"
"""


def test_without_a_manifest_there_are_no_datasets(book):
    assert read_manifest(book.root) == {}


def test_a_dataset_is_known_by_its_name_with_its_place_and_its_line(book):
    book.dataset("iris.csv", b"1,2\n")
    book.dataset("wine.csv", b"3,4\n")
    datasets = read_manifest(book.root)
    assert {name: (dataset.path, dataset.bytes) for name, dataset in datasets.items()} == {
        "iris": ("datasets/iris.csv", 4),
        "wine": ("datasets/wine.csv", 4),
    }
    lines = (book.root / "datasets/manifest.toml").read_text().split("\n")
    assert [lines[dataset.line - 1] for dataset in datasets.values()] == ["[iris]", "[wine]"]


def test_the_bytes_of_the_manifest_are_no_problem(book):
    book.dataset("wine.csv", b"1,2\n")
    assert list(problems(book.root, read_manifest(book.root))) == []


def test_a_changed_byte_is_named_with_the_line_of_the_manifest_and_the_remedy(book):
    book.dataset("wine.csv", b"1,2\n")
    book.write("datasets/wine.csv", b"a")
    assert [str(problem) for problem in problems(book.root, read_manifest(book.root))] == [
        "datasets/manifest.toml:2: the bytes of datasets/wine.csv are not those of the manifest (sha256 ca978112ca1b…);"
        " restore the file, or make it again with make_wine.py"
    ]


def test_a_missing_file_is_named_with_what_makes_it(book):
    book.dataset("wine.csv", b"1,2\n")
    (book.root / "datasets/wine.csv").unlink()
    assert [str(problem) for problem in problems(book.root, read_manifest(book.root))] == [
        "datasets/manifest.toml:2: datasets/wine.csv is missing; make_wine.py makes it"
    ]


def test_the_digest_follows_the_file(book):
    path = book.write("datasets/wine.csv", b"a")
    before = digest(path)
    path.write_bytes(b"b")
    assert (before[:8], digest(path)[:8]) == ("ca978112", "3e23e816")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[wine\n", "1: not TOML: Expected ']' at the end of a table declaration (at line 1, column 6); mend the file"),
        ("# data\n" + ROW + "\nx = \n", "10: not TOML: Invalid value (at line 10, column 5); mend the file"),
        (ROW.replace("sha256", "sha265"), "1: [wine] has the unknown field 'sha265'; did you mean 'sha256'?"),
        ("# data\n" + ROW.replace('licence = "CC0-1.0"\n', ""), "2: [wine] lacks 'licence'; add it"),
        ("wine = 1\n", "1: 'wine' is no table; begin it with [wine]"),
        (ROW.replace("wine.csv", "../mkdocs.yml"), "1: [wine] file is '../mkdocs.yml'; name a file in datasets/"),
        (ROW.replace("wine.csv", "/etc/passwd"), "1: [wine] file is '/etc/passwd'; name a file in datasets/"),
        (ROW.replace('"wine.csv"', "3"), "1: [wine] file is 3; name a file in datasets/"),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_read_is_one_line_with_its_place_and_a_remedy(book, text, message):
    book.write("datasets/manifest.toml", text)
    with pytest.raises(Trouble) as caught:
        read_manifest(book.root)
    assert str(caught.value) == f"datasets/manifest.toml:{message}"


def test_a_comment_that_names_a_table_does_not_move_its_line(book):
    book.write("datasets/manifest.toml", "# [wine] is below\n\n" + ROW)
    assert read_manifest(book.root)["wine"].line == 3


def test_every_dataset_of_the_project_has_the_bytes_of_its_manifest(project):
    assert list(problems(project, read_manifest(project))) == []

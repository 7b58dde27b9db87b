"""What is remembered of a program's text: the same as what is read, whatever became of the memory."""

import os
import shutil

import pytest
from kb import reading
from kb.reading import read, remembered

TEXT = '''\
"""Idea; docs.csv is only named here."""

# %% setup
import numpy.linalg
from pandas import read_csv
from . import near

# %% result
results = {"a": 1, "b": f"{read_csv}", "a": 2}
PLACE = "data/wine.csv"
'''


@pytest.fixture
def kept(book):
    """Where a text that was read once is remembered."""
    remembered(book.root, TEXT)
    (path,) = (book.root / ".cache/readings").iterdir()
    return path


def test_a_reading_holds_what_the_key_and_the_check_ask():
    found = read(TEXT)
    assert [section["title"] for section in found["sections"]] == ["", "setup", "result"]
    assert (found["modules"], found["names"]) == (["numpy", "pandas"], ["a", "b", "wine.csv"])
    assert found["results"] == [[["a", 9], ["b", 9], ["a", 9]]]
    assert (found["docstring"], found["statements"]) == ("Idea; docs.csv is only named here.", [1, 4, 5, 6, 9, 10])


def test_what_is_remembered_is_what_is_read(book, kept):
    assert remembered(book.root, TEXT) == read(TEXT)


def test_a_text_is_read_once_and_another_text_anew(book, kept, monkeypatch):
    monkeypatch.setattr(reading, "read", lambda text: {"read": text})
    assert remembered(book.root, TEXT)["modules"] == ["numpy", "pandas"]
    assert remembered(book.root, TEXT + "\n") == {"read": TEXT + "\n"}


@pytest.mark.parametrize("damage", [b"", b"{}", b"0" * 64 + b"\n{}"])
def test_a_damaged_memory_is_read_anew_and_mended(book, kept, damage):
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert remembered(book.root, TEXT) == read(TEXT)
    assert kept.read_bytes() == whole


def test_one_letter_of_the_memory_is_enough_to_distrust_it(book, kept):
    kept.write_bytes(kept.read_bytes().replace(b"wine", b"vine"))
    assert remembered(book.root, TEXT) == read(TEXT)


def test_the_date_of_a_file_says_nothing(book):
    """Other bytes under the same date and size are another program."""
    path = book.root / book.snippet("toy", "# %% result\nresults = {'a': 1}\n")
    before = book.notebook.keys["toy"].hash
    stat = path.stat()
    path.write_text(path.read_text().replace("1}", "2}"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert book.notebook.keys["toy"].hash != before


def test_where_nothing_can_be_remembered_it_is_read_each_time(book):
    book.write(".cache/readings", "a file where the folder should be")
    assert remembered(book.root, TEXT) == read(TEXT)


def test_a_lost_memory_costs_nothing_but_time(book, kept):
    shutil.rmtree(book.root / ".cache")
    assert remembered(book.root, TEXT) == read(TEXT)


def test_what_is_no_python_is_not_remembered(book):
    with pytest.raises(SyntaxError):
        remembered(book.root, "x = (\n")
    assert not (book.root / ".cache").exists()

"""Runs: complete or absent, and checked on every read."""

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import time

import pytest
from kb.run import earlier_records, read_run, write_run

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAFElEQVR4nGNkYGD4z8DAwMAEIhgAAA0FAQK7VgP5AAAAAElFTkSuQmCC"
SVG = '<svg width="30" height="20"></svg>'
CELLS = "# %% train\nx = 1\n\n# %% figure\n\n# %% result\nresults = {}\n"
OUTPUTS = {
    "train": [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
        {"output_type": "execute_result", "data": {"text/plain": "3"}},
        {"output_type": "display_data", "data": {"text/plain": "<Table>", "text/html": ["<b>", "4</b>"]}},
    ],
    "figure": [
        {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure size 640x480>"}},
        {"output_type": "display_data", "data": {"image/svg+xml": [SVG], "text/plain": "<Figure size 640x480>"}},
    ],
}


@pytest.fixture
def toy(book):
    """A program with a run that measured, printed and drew."""
    book.snippet("toy", CELLS)
    book.measured("toy", {"error": [0.1, 0.2]}, OUTPUTS)
    return book


def run_of(book, name="toy"):
    return book.notebook.runs.get(name)


def folder_of(book, name="toy"):
    return book.root / ".cache/runs" / book.notebook.keys[name].hash


def test_a_run_is_read_back_as_it_was_written(toy):
    assert run_of(toy).metrics == {"error": [0.1, 0.2], "seconds": 1.5, "memory": 100_000_000}
    assert sorted(path.name for path in folder_of(toy).iterdir()) == ["SHA256SUMS", "notebook.ipynb", "record.json"]


def test_nothing_but_the_run_is_left_in_the_store(toy):
    assert toy.stored == [folder_of(toy).name]


def test_a_program_that_changed_has_no_run(toy):
    toy.snippet("toy", CELLS.replace("x = 1", "x = 2"))
    assert run_of(toy) is None


def test_a_program_that_changed_back_has_its_run_again(toy):
    toy.snippet("toy", CELLS.replace("x = 1", "x = 2"))
    toy.snippet("toy", CELLS)
    assert run_of(toy) is not None


def test_what_a_section_printed_and_its_last_plain_value_are_its_texts(toy):
    assert run_of(toy).texts("train") == ["one\ntwo\n", "3"]


def test_what_a_section_displayed_as_html_is_its_markup(toy):
    assert run_of(toy).markups("train") == ["<b>4</b>"]


def test_what_a_section_drew_is_its_figures_numbered_from_the_second_on(toy):
    figures = run_of(toy).figures("figure")
    assert [(figure.file, figure.data[:4]) for figure in figures] == [
        ("figure.png", b"\x89PNG"),
        ("figure-2.svg", b"<svg"),
    ]
    assert run_of(toy).texts("figure") == []


def test_a_section_without_output_shows_nothing(toy):
    assert (run_of(toy).texts("result"), run_of(toy).figures("none"), run_of(toy).markups("none")) == ([], [], [])


@pytest.mark.parametrize("file", ["record.json", "notebook.ipynb", "SHA256SUMS"])
@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "garbage"])
def test_a_damaged_run_is_set_aside_and_absent(toy, file, damage):
    path = folder_of(toy) / file
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": data[:-5], "changed": data.replace(b"0", b"9"), "garbage": b"\xff\xfe"}[damage])
    assert run_of(toy) is None
    assert not folder_of(toy).exists()
    assert len(list((toy.root / ".cache/damaged").glob("*/*"))) == 1
    toy.measured("toy", {"error": 0.3})
    assert run_of(toy).metrics["error"] == 0.3


EDITED = {
    "another program's": {"key": "0" * 32},
    "a part of its key": {"parts": {"cells": []}},
    "a metric that is no number": {"metrics": {"error": "small"}},
    "a metric that is not finite": {"metrics": {"error": float("nan")}},
    "a metric of another name": {"metrics": {"<script>": 1}},
    "no metrics": {"metrics": None},
    "its time": {"started": "yesterday"},
    "its seconds": {"seconds": float("inf")},
    "its memory": {"memory": "much"},
    "its machine": {"machine": []},
    "its name": {"name": 3},
}


@pytest.mark.parametrize("edit", [*EDITED, "no mapping", "no JSON", "no notebook"])
def test_a_run_edited_by_hand_whose_sums_were_made_to_fit_is_set_aside(toy, edit):
    record, notebook = dict(run_of(toy).record), run_of(toy).notebook
    texts = {"no mapping": "[]", "no JSON": "{"}
    replaced = texts.get(edit) or json.dumps(record | EDITED.get(edit, {}))
    files = {
        "notebook.ipynb": "[]" if edit == "no notebook" else json.dumps(notebook),
        "record.json": replaced,
    }
    sums = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in files.items())
    for name, text in (files | {"SHA256SUMS": sums}).items():
        (folder_of(toy) / name).write_text(text)
    assert run_of(toy) is None
    assert toy.problems() == ["snippets/toy.py:1: it has not been run; run `kb run toy`"]
    assert len(list((toy.root / ".cache/damaged").glob("*/*"))) == 1


def test_a_run_renamed_to_today_s_key_is_no_run_of_today_s_program(toy):
    before = folder_of(toy)
    toy.snippet("toy", CELLS.replace("x = 1", "x = 2"))
    before.rename(folder_of(toy))
    assert run_of(toy) is None


def test_two_readers_of_a_damaged_run_both_find_it_absent(toy):
    (folder_of(toy) / "record.json").write_bytes(b"{}")
    one, other = toy.notebook, toy.notebook
    key = one.keys["toy"], other.keys["toy"]
    assert [read_run(toy.root, key[0]), read_run(toy.root, key[1])] == [None, None]


def test_a_run_written_again_replaces_the_first(toy):
    toy.measured("toy", {"error": 0.4})
    assert run_of(toy).metrics["error"] == 0.4
    assert toy.stored == [folder_of(toy).name]


def write_many(root, key, record, times):
    for _ in range(times):
        write_run(root, key, record, '{"cells": []}')


@pytest.fixture
def writer(toy):
    """A process that writes the toy's run again and again."""
    arguments = (toy.root, toy.notebook.keys["toy"], run_of(toy).record, 50)
    context = multiprocessing.get_context("spawn")
    return lambda: context.Process(target=write_many, args=arguments)


def test_many_writers_of_one_run_leave_one_whole_run(toy, writer):
    writers = [writer(), writer()]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0, 0]
    assert run_of(toy) is not None
    assert toy.stored == [folder_of(toy).name]


def test_a_reader_beside_a_writer_takes_no_whole_run_for_a_damaged_one(toy, writer):
    process, key = writer(), toy.notebook.keys["toy"]
    process.start()
    while process.is_alive():
        read_run(toy.root, key)
    process.join()
    assert process.exitcode == 0
    assert not (toy.root / ".cache/damaged").exists()
    assert run_of(toy) is not None


def test_a_writer_killed_at_any_moment_leaves_a_whole_run_or_none(toy, writer):
    moments, key = random.Random(20261121), toy.notebook.keys["toy"]
    found = []
    for _ in range(12):
        process = writer()
        process.start()
        while not list((toy.root / ".cache/runs/.writing").glob("*")) and process.is_alive():
            pass
        time.sleep(moments.uniform(0, 0.05))
        process.kill()
        process.join()
        found.append(read_run(toy.root, key) is not None)
        assert not (toy.root / ".cache/damaged").exists()
        for left in (toy.root / ".cache/runs/.writing").glob("*"):
            shutil.rmtree(left)
    toy.measured("toy", {"error": 0.5})
    assert run_of(toy).metrics["error"] == 0.5
    assert any(found)


def test_what_a_killed_writer_left_is_removed_when_it_is_an_hour_old(toy):
    writing = toy.root / ".cache/runs/.writing"
    for name, age in (("old", 4000), ("young", 60)):
        toy.write(f".cache/runs/.writing/{name}/record.json", "{")
        os.utime(writing / name, (time.time() - age,) * 2)
    toy.measured("toy", {})
    assert [path.name for path in writing.iterdir()] == ["young"]


def test_a_half_written_run_is_no_run(toy):
    half = toy.root / ".cache/runs/.writing/abc/whole"
    shutil.copytree(folder_of(toy), half)
    shutil.rmtree(folder_of(toy))
    assert run_of(toy) is None


def test_earlier_records_of_a_program_come_newest_first(toy):
    toy.measured("toy", {}, started="2026-01-01T00:00:00+00:00")
    toy.snippet("toy", CELLS.replace("x = 1", "x = 2"))
    toy.measured("toy", {}, started="2026-02-01T00:00:00+00:00")
    toy.snippet("other", CELLS.replace("x = 1", "x = 3"))
    toy.measured("other", {})
    assert [record["started"][:7] for record in earlier_records(toy.root, "toy")] == ["2026-02", "2026-01"]


@pytest.mark.parametrize("record", ['{"name": "toy"}', '{"name": "toy", "started": 1, "parts": {}}', "[]", "{", "null"])
def test_a_damaged_earlier_record_is_passed_over(toy, record):
    toy.write(".cache/runs/0123/record.json", record)
    assert [found["key"] for found in earlier_records(toy.root, "toy")] == [toy.notebook.keys["toy"].hash]


def test_a_store_that_does_not_exist_has_no_records(book):
    assert list(earlier_records(book.root, "toy")) == []


def test_a_record_is_json_that_anyone_can_read(toy):
    record = json.loads((folder_of(toy) / "record.json").read_text())
    assert {"name", "key", "parts", "started", "metrics", "seconds", "cpu_seconds", "memory"} <= record.keys()

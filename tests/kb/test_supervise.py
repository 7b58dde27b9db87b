"""Runs that are killed, interrupted, run twice at once, or whose record is spoilt: complete or absent."""

import json
import os
import signal
import time
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest

SLOW = """\
# %% train
import time

open("begun", "w").close()
time.sleep(2)

# %% result
results = {"kept": 1}
"""
TIMED = """\
# %% result
import time

began = time.time()
time.sleep(1)
results = {"began": began, "ended": time.time()}
"""


@pytest.fixture
def slow(book):
    """A program that takes two seconds after it has begun."""
    book.snippet("slow", SLOW)
    return book


def runs(book):
    store = book.root / ".cache/runs"
    return [path.name for path in store.iterdir() if not path.name.startswith(".")] if store.exists() else []


def below(process, words):
    """The first process below one whose command line holds these words."""
    found = psutil.Process(process.pid).children(recursive=True)
    return next(child for child in found if words in " ".join(child.cmdline()))


def alive(process):
    """Whether it still runs; one that ended and that nobody asked about does not."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def begun(slow, eventually):
    """A `kb run` whose program is at work: the command, its supervisor and its kernel."""

    def start():
        process = slow.start("run")
        eventually(lambda: list((slow.root / "scratch").glob("kb-*/begun")), 60)
        return process, below(process, "kb.supervise"), below(process, "ipykernel_launcher")

    return start


def test_a_killed_command_leaves_no_process_no_record_and_no_folder_and_the_next_one_succeeds(slow, begun, eventually):
    process, supervisor, kernel = begun()
    process.kill()
    eventually(lambda: not alive(supervisor) and not alive(kernel))
    assert (runs(slow), list((slow.root / "scratch").iterdir())) == ([], [])
    assert slow.kb("run").returncode == 0
    assert runs(slow) == [slow.notebook.keys["slow"].hash]


def test_a_killed_supervisor_takes_its_kernel_with_it_and_the_next_run_succeeds(slow, begun):
    process, supervisor, kernel = begun()
    supervisor.kill()
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[2]) == (
        1,
        "snippets/slow.py:1: its supervisor ended without a record (exit status -9); nothing was kept",
    )
    assert not alive(kernel)
    assert runs(slow) == []
    assert slow.kb("run").returncode == 0


def test_an_interrupted_command_ends_at_once_and_leaves_nothing(slow, begun, eventually):
    slow.snippet("slow", SLOW.replace("sleep(2)", "sleep(50)"))
    process, supervisor, kernel = begun()
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 10
    eventually(lambda: not alive(supervisor) and not alive(kernel))
    assert runs(slow) == []


def test_two_commands_at_once_both_succeed_and_leave_one_whole_run(slow):
    processes = [slow.start("run"), slow.start("run")]
    ends = [process.communicate(timeout=100) and process.returncode for process in processes]
    assert ends == [0, 0]
    assert runs(slow) == [slow.notebook.keys["slow"].hash]
    assert slow.notebook.runs["slow"].record["metrics"] == {"kept": 1}


def test_a_damaged_record_is_set_aside_and_run_again(book):
    book.snippet("toy")
    book.kb("run")
    record = next((book.root / ".cache/runs").glob("*/record.json"))
    record.write_text(record.read_text()[:100])
    assert book.kb("why", "toy").stdout == "it has not been run; run `kb run toy`\n"
    assert json.loads(book.kb("run", "--json").stdout)[0]["status"] == "ran"
    assert book.kb("why", "toy").stdout == "fresh\n"


def test_a_file_that_changes_while_its_program_runs_leaves_no_record(slow, begun):
    process, *_ = begun()
    slow.snippet("slow", SLOW.replace('"kept": 1', '"kept": 2'))
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[2]) == (
        1,
        "snippets/slow.py:1: a file that it depends on changed while it ran; run it again",
    )
    assert runs(slow) == []


def test_what_measures_time_runs_alone_after_the_others(book):
    """The two that sleep overlap; the one that measures starts when both are done."""
    for name, header in (("one", ""), ("two", ""), ("timed", "\nTiming    alone")):
        book.snippet(name, TIMED, header=f'"""Idea.\n{header}\n"""\n')
    assert book.kb("run", "-j", "2").returncode == 0
    one, timed, two = (run.record["metrics"] for run in book.notebook.runs.values())
    assert one["began"] < two["ended"]
    assert two["began"] < one["ended"]
    assert timed["began"] > max(one["ended"], two["ended"])


def test_a_full_disk_is_a_failure_with_its_reason(book):
    """A store that cannot be written, as where the disk is full or another owns it."""
    book.snippet("toy")
    book.write(".cache/runs", "a file where the store should be")
    done = book.kb("run")
    line = "snippets/toy.py:1: its record could not be written: File exists; nothing was kept"
    assert (done.returncode, line in done.stderr.splitlines()) == (1, True)
    assert (
        "snippets/toy.py:1: its record could not be written: File exists; nothing was kept" in done.stderr.splitlines()
    )


def test_the_record_says_on_what_it_ran(book):
    book.dataset("wine.csv", b"1,2\n")
    book.snippet("toy", "# %% result\nimport numpy\n\nresults = {}\nWINE = 'wine.csv'\n")
    book.kb("run")
    record = book.notebook.runs["toy"].record
    assert record["parts"]["versions"]["numpy"] == version("numpy")
    assert list(record["parts"]["datasets"]) == ["datasets/wine.csv"]
    assert record["seconds"] > 0
    assert record["memory"] > 10e6
    assert record["machine"]["cores"] == os.cpu_count()
    assert str(Path.home()) not in json.dumps(record["machine"])

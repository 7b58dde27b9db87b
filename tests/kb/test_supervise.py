"""Runs that are killed, interrupted, run twice at once, or whose record is spoilt: complete or absent."""

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

SLOW = "# %% train\nimport time\n\nprint('begun', flush=True)\ntime.sleep(2)\n\n# %% result\nresults = {'kept': 1}\n"


@pytest.fixture
def slow(book):
    """A program that takes two seconds after it has begun."""
    book.snippet("slow", SLOW)
    return book


def folders(book):
    store = book.root / ".cache/runs"
    return [path.name for path in store.iterdir() if not path.name.startswith(".")] if store.exists() else []


def descendants(process, words):
    """The processes below one whose command line holds a word."""
    try:
        found = psutil.Process(process.pid).children(recursive=True)
        return [child for child in found if words in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def started(eventually, process):
    """Wait until the kernel of a `kb run` is at work; the supervisor and the kernel."""
    kernel = eventually(lambda: next(iter(descendants(process, "ipykernel_launcher")), None))
    eventually(lambda: kernel.cpu_times().user > 0.3)
    return descendants(process, "kb.supervise")[0], kernel


def test_a_killed_command_leaves_no_process_and_no_record_and_the_next_one_succeeds(slow, eventually):
    process = slow.start("run")
    supervisor, kernel = started(eventually, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    eventually(lambda: not supervisor.is_running() and not kernel.is_running())
    assert folders(slow) == []
    assert slow.kb("run").returncode == 0
    assert folders(slow) == [slow.notebook.keys["slow"].hash]


def test_a_killed_supervisor_takes_its_kernel_with_it_and_the_next_run_succeeds(slow, eventually):
    process = slow.start("run")
    supervisor, kernel = started(eventually, process)
    supervisor.kill()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.splitlines()[2].startswith(
        "snippets/slow.py:1: its supervisor ended without a record (exit status -9)"
    )
    assert not kernel.is_running()
    assert folders(slow) == []
    assert slow.kb("run").returncode == 0


def test_an_interrupted_command_ends_at_once_and_leaves_nothing(book, eventually):
    book.snippet("slow", SLOW.replace("sleep(2)", "sleep(50)"))
    process = book.start("run")
    supervisor, kernel = started(eventually, process)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 10
    eventually(lambda: not supervisor.is_running() and not kernel.is_running(), 10)
    assert folders(book) == []


def test_two_commands_at_once_both_succeed_and_leave_one_whole_run(slow):
    processes = [slow.start("run"), slow.start("run")]
    ends = [process.communicate(timeout=100) and process.returncode for process in processes]
    assert ends == [0, 0]
    assert folders(slow) == [slow.notebook.keys["slow"].hash]
    assert slow.notebook.runs["slow"].record["metrics"] == {"kept": 1}


def test_a_damaged_record_is_set_aside_and_run_again(book):
    book.snippet("toy")
    book.kb("run")
    record = next((book.root / ".cache/runs").glob("*/record.json"))
    record.write_text(record.read_text()[:100])
    assert book.kb("why", "toy").stdout == "it has not been run\n"
    assert json.loads(book.kb("run", "--json").stdout)[0]["status"] == "ran"
    assert book.kb("why", "toy").stdout == "fresh\n"


def test_a_file_that_changes_while_its_program_runs_leaves_no_record(slow, eventually):
    process = slow.start("run")
    started(eventually, process)
    slow.snippet("slow", SLOW.replace("'kept': 1", "'kept': 2"))
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[2]) == (
        1,
        "snippets/slow.py:1: a file that it depends on changed while it ran; run it again",
    )
    assert folders(slow) == []


def test_what_measures_time_runs_alone_after_the_others(book):
    """The two that sleep overlap; the one that measures starts when both are done."""
    for name, header in (("one", ""), ("two", ""), ("timed", "\nTiming    alone")):
        cells = "# %% result\nimport time\n\nbegan = time.time()\ntime.sleep(1)\nresults = {'began': began, 'ended': time.time()}\n"
        book.snippet(name, cells, header=f'"""Idea.\n{header}\n"""\n')
    assert book.kb("run", "-j", "2").returncode == 0
    runs = {name: run.record["metrics"] for name, run in book.notebook.runs.items()}
    assert runs["one"]["began"] < runs["two"]["ended"]
    assert runs["two"]["began"] < runs["one"]["ended"]
    assert runs["timed"]["began"] > max(runs["one"]["ended"], runs["two"]["ended"])


def test_a_full_disk_is_a_failure_with_its_reason(book):
    """A store that cannot be written, as where the disk is full or another owns it."""
    book.snippet("toy")
    book.write(".cache/runs", "a file where the store should be")
    done = book.kb("run")
    assert done.returncode == 1
    assert (
        "snippets/toy.py:1: its record could not be written: File exists; nothing was kept" in done.stderr.splitlines()
    )


def test_no_folder_of_a_run_is_left_behind(slow, tmp_path, eventually):
    """Neither of a run that ended well nor of one whose command was killed."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert slow.kb("run", TMPDIR=str(scratch)).returncode == 0
    assert list(scratch.iterdir()) == []


def test_the_record_says_on_what_it_ran(book):
    book.dataset("wine.csv", b"1,2\n")
    book.snippet("toy", "# %% result\nimport numpy\n\nresults = {}\nWINE = 'wine.csv'\n")
    book.kb("run")
    record = book.notebook.runs["toy"].record
    assert record["parts"]["versions"]["numpy"] == numpy_version()
    assert list(record["parts"]["datasets"]) == ["datasets/wine.csv"]
    assert record["seconds"] > 0
    assert record["memory"] > 10e6
    assert record["machine"]["cores"] == os.cpu_count()
    assert str(Path.home()) not in json.dumps(record["machine"])


def numpy_version():
    import numpy

    return numpy.__version__

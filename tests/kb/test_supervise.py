"""Runs that are killed, interrupted, run twice at once, or whose record is spoilt: complete or absent."""

import ast
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest
from kb.run import read_run

KB = Path(sys.executable).with_name("kb")

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


JUMPS = """\
# %% result
import time

real = time.time
time.time = lambda: real() + 3600
print(time.time())
time.sleep(0.5)
time.time = lambda: real() - 86400
print(time.time())
results = {}
"""


WRITES_ONCE_MORE = """\
import os, tempfile
from kb.limits import end_run

class Folder(tempfile.TemporaryDirectory):
    times = 0

    def cleanup(self):
        super().cleanup()
        self.times += 1
        if self.times < 3:
            os.makedirs(self.name)
            open(f"{self.name}/kernel.json", "w").close()

end_run("no process carries it", Folder())
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

    def start(*words):
        process = slow.start("run", *words)
        eventually(lambda: list((slow.root / "tmp").glob("kb-*/begun")), 60)
        kernel = below(process, "ipykernel_launcher")
        return process, kernel.parent(), kernel

    return start


def test_a_killed_command_leaves_no_process_no_record_and_no_folder_and_the_next_one_succeeds(slow, begun, eventually):
    process, supervisor, kernel = begun()
    process.kill()
    eventually(lambda: not alive(supervisor) and not alive(kernel))
    assert (runs(slow), list((slow.root / "tmp").iterdir())) == ([], [])
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


def test_a_killed_fork_server_takes_all_that_it_started_with_it_and_the_next_program_has_another(slow, begun):
    slow.snippet("then", header='"""Idea.\n\nCost      about 1 s\n"""\n')
    slow.snippet("slow", SLOW.replace("sleep(2)", "sleep(50)"), header='"""Idea.\n\nCost      about 50 s\n"""\n')
    process, supervisor, kernel = begun("-j", "1")
    supervisor.parent().parent().kill()
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, [line for line in errors.splitlines() if line.startswith("snippets/")]) == (
        1,
        ["snippets/slow.py:1: its supervisor ended without a record (killed with what started it); nothing was kept"],
    )
    assert not alive(supervisor)
    assert not alive(kernel)
    assert runs(slow) == [slow.notebook.keys["then"].hash]


def test_a_kernel_goes_with_its_supervisor_even_where_the_command_is_killed_too(slow, begun, eventually):
    slow.snippet("slow", SLOW.replace("sleep(2)", "sleep(50)"))
    process, supervisor, kernel = begun()
    psutil.Process(process.pid).suspend()  # so that it cannot clean up
    supervisor.kill()
    process.kill()
    eventually(lambda: not alive(kernel))
    assert runs(slow) == []


def test_a_command_killed_at_any_moment_leaves_whole_runs_and_no_process_and_the_next_one_succeeds(slow, eventually):
    """Six moments, half of them in the last fifth of a run's time, when its record is written."""
    slow.snippet("slow", SLOW.replace("sleep(2)", "sleep(0.2)"))
    began = time.monotonic()
    assert slow.kb("run").returncode == 0
    took, moments, key = time.monotonic() - began, random.Random(20261121), slow.notebook.keys["slow"]
    for number in range(6):
        process = slow.start("run", "--again")
        time.sleep(took * moments.uniform(0.8 if number % 2 else 0, 1))
        process.kill()
        process.communicate()
        eventually(lambda: not started_in(slow.root), 60)
        assert read_run(slow.root, key) or not runs(slow)
        assert not (slow.root / ".cache/damaged").exists()
        assert list((slow.root / "tmp").glob("kb-*")) == []
    assert slow.kb("run", "--again").returncode == 0
    assert runs(slow) == [key.hash]


def test_what_is_written_into_the_folder_of_a_run_while_it_is_removed_goes_too(tmp_path):
    """As a supervisor whose parent is gone does: one thread ends the run while another still begins it."""
    ended = subprocess.run(
        [sys.executable, "-c", WRITES_ONCE_MORE], env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True
    )
    assert (ended.stderr, list(tmp_path.iterdir())) == (b"", [])


def started_in(root):
    """Every living process that was started for a run of that notebook."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TMPDIR", "").startswith(f"{root}/tmp") and alive(process):
                found.append(process)
    return found


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


def mounted(book, *commands):
    """Shell commands among mounts of their own, which root may make, and others where the system lets them."""
    tried = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no mount of one's own here: {tried.stderr.strip()}")
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", "\n".join(("set -e", *commands))],
        cwd=book.root,
        capture_output=True,
        text=True,
        timeout=200,
    )


def told(done):
    """The status, and the problems that were told."""
    return done.returncode, [line for line in done.stderr.splitlines() if line.startswith("snippets/")]


needs_mounts = pytest.mark.skipif(not shutil.which("unshare"), reason="no unshare to mount a disk with")
NOT_WRITTEN = "its record could not be written: {}; nothing was kept"
NOT_STARTED = "it could not be started: {}; nothing was kept"


@pytest.fixture
def large(book):
    """A program whose record takes more than half a megabyte, and one beside it."""
    book.snippet("large", "# %% result\nfor _ in range(600):\n    print('x' * 1000)\nresults = {}\n")
    book.snippet("small")
    return book


@needs_mounts
def test_a_full_disk_is_a_failure_with_its_reason_and_the_others_are_recorded(large):
    done = mounted(
        large,
        "mkdir -p .cache/runs kept",
        "mount -t tmpfs -o size=512k tmpfs .cache/runs",
        f"{KB} run || status=$?",
        "cp -r .cache/runs/. kept",
        "exit $status",
    )
    assert told(done) == (1, [f"snippets/large.py:1: {NOT_WRITTEN.format('No space left on device')}"])
    shutil.copytree(large.root / "kept", large.root / ".cache/runs", dirs_exist_ok=True)
    assert list(large.notebook.runs) == ["small"]


def test_a_record_larger_than_a_file_may_be_is_a_failure_with_its_reason_and_the_others_are_recorded(large):
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 600; exec {KB} run"], cwd=large.root, capture_output=True, text=True, timeout=200
    )
    assert told(done) == (1, [f"snippets/large.py:1: {NOT_WRITTEN.format('File too large')}"])
    assert list(large.notebook.runs) == ["small"]


@needs_mounts
def test_a_store_that_cannot_be_written_is_still_read(book):
    book.snippet("toy")
    book.note("heat")
    assert book.kb("run").returncode == 0
    book.snippet("later", "# %% result\nresults = {'later': 1}\n")
    done = mounted(
        book, "mount --bind .cache .cache", "mount -o remount,ro,bind .cache", f"{KB} run || true", f"{KB} check"
    )
    line = f"snippets/later.py:1: {NOT_WRITTEN.format('Read-only file system')}"
    assert told(done) == (1, [line, "snippets/later.py:1: it has not been run; run `kb run later`"])
    assert list(book.notebook.runs) == ["toy"]


@needs_mounts
def test_a_damaged_run_in_a_store_that_cannot_be_written_is_absent(book):
    book.snippet("toy")
    book.kb("run")
    next((book.root / ".cache/runs").glob("*/record.json")).write_text("{")
    done = mounted(book, "mount --bind .cache .cache", "mount -o remount,ro,bind .cache", f"{KB} check")
    assert told(done) == (1, ["snippets/toy.py:1: it has not been run; run `kb run toy`"])


def test_a_store_that_is_no_folder_is_a_failure_with_its_reason(book):
    book.snippet("toy")
    book.write(".cache/runs", "a file where the store should be")
    assert told(book.kb("run")) == (1, [f"snippets/toy.py:1: {NOT_WRITTEN.format('Not a directory')}"])


def test_a_cache_that_is_no_folder_is_a_failure_with_its_reason(book):
    book.snippet("toy")
    book.write(".cache", "a file where the cache should be")
    assert told(book.kb("run")) == (1, [f"snippets/toy.py:1: {NOT_STARTED.format('Not a directory')}"])


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


def test_a_long_name_of_the_folder_for_temporary_files_stops_no_program(book):
    book.snippet("toy")
    folder = book.root / ("x" * 90)
    folder.mkdir()
    assert told(book.kb("run", TMPDIR=str(folder))) == (0, [])


def test_a_clock_that_jumps_stops_no_program_and_stretches_no_limit(book):
    """The program sees an hour pass in a moment, and then a day go back; so does all of the runner within it."""
    book.snippet("jumps", JUMPS)
    assert told(book.kb("run")) == (0, [])
    assert 0 < book.notebook.runs["jumps"].record["seconds"] < 60


def test_nothing_that_keeps_a_limit_or_measures_a_run_reads_the_clock_on_the_wall(project):
    """A record's `started` and a failure's `when` are dates; the age of what a killed writer left is the other use."""
    uses = {
        (path.name, node.attr)
        for path in (project / "tools/kb").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("time.time", "datetime.now", "datetime.utcnow")
    }
    assert uses == {("supervise.py", "now"), ("failure.py", "now"), ("run.py", "time")}


def test_a_run_of_a_later_date_than_today_s_is_read_as_any_other(book):
    book.snippet("toy")
    book.measured("toy", {"error": 1}, started="2126-01-01T00:00:00+00:00")
    assert book.kb("why", "toy").stdout == "fresh\n"
    book.snippet("toy", "# %% result\nresults = {'error': 1}\n")
    assert book.kb("why", "toy").stdout == "its section 'result' changed since its last run; run `kb run toy`\n"

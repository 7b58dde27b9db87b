"""Programs on a Dask cluster: a real scheduler, and real workers that share no folder with the notebook."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import psutil
import pytest
from kb.cluster_client import differences

DASK = Path(sys.executable).with_name("dask")
SLOW = """\
# %% train
import time

open("begun", "w").close()
time.sleep({seconds})

# %% result
results = {{"kept": 1}}
"""
GOOD = """\
# %% setup
from pathlib import Path

from beside import DOUBLE

WINE = Path(__file__).parents[1] / "datasets/wine.csv"

# %% train
print("reading")

# %% result
results = {"bytes": DOUBLE * len(WINE.read_bytes())}
"""
FAILS = """\
# %% train
print("so far")
raise ValueError("no")

# %% result
results = {}
"""
ENDED = r"snippets/slow.py: its worker tcp://[\d.:]+ ended; it starts again on the next that is free"


@dataclass
class Dask:
    """A scheduler and workers as processes of their own, each in an empty folder."""

    folder: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    def start(self, *words: str, until: str, **environment: str) -> tuple[subprocess.Popen, str]:
        place = self.folder / str(len(self.started))
        place.mkdir(parents=True)
        log = place / "log"
        with log.open("w") as file:
            process = subprocess.Popen([*words], cwd=place, stdout=file, stderr=file, env=os.environ | environment)
        self.started.append(process)
        end = time.monotonic() + 120
        while not (found := re.search(until, log.read_text())):
            assert time.monotonic() < end and process.poll() is None, log.read_text()
            time.sleep(0.1)
        return process, found[1]

    def scheduler(self) -> str:
        words = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        return self.start(DASK, *words, until=r"Scheduler at: +(tcp://\S+)")[1]

    def worker(self, scheduler: str, *words: str, python: Path | str = sys.executable) -> tuple[psutil.Process, str]:
        words = (*words, "--nthreads", "1", "--local-directory", ".", "--dashboard-address", "127.0.0.1:0")
        command = (str(python), "-m", "dask", "worker", scheduler, *words)
        process, address = self.start(*command, until=r"Start worker at: +(tcp://\S+)[\s\S]*Registered to")
        return psutil.Process(process.pid), address

    def end(self) -> None:
        """A nanny that is asked to end while it starts a worker anew does not; nothing here is worth asking for."""
        for process in self.started:
            with contextlib.suppress(psutil.Error):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path_factory):
    dask = Dask(tmp_path_factory.mktemp("dask"))
    yield dask
    dask.end()


@pytest.fixture
def scheduler(dask):
    return dask.scheduler()


def alive(*workers):
    """The processes below worker processes that are alive."""
    found = []
    for worker in workers:
        with contextlib.suppress(psutil.Error):  # it has just ended
            found += [child for child in worker.children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    return found


def kernels(*workers):
    """The kernels among them."""
    return [process for process in alive(*workers) if is_kernel(process)]


def is_kernel(process):
    try:
        return "ipykernel_launcher" in process.cmdline()
    except psutil.Error:
        return False


def begun(dask):
    """Whether a program on a worker is at work."""
    return list(Path(dask.folder, "runs").glob("kb-*/begun"))


@pytest.fixture
def scratch(book, dask, monkeypatch):
    """Where programs have their folders, here and on workers; no limit ends them before a test does."""
    book.write("pyproject.toml", "[tool.kb.limits]\nseconds = 900\nsilence = 900\n")
    folder = dask.folder / "runs"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))


def test_a_run_on_a_worker_is_recorded_here_as_one_of_this_machine(book, dask, scheduler):
    dask.worker(scheduler, "--no-nanny")
    book.dataset("wine.csv", b"1,2\n")
    book.snippet("beside", "# %% setup\nDOUBLE = 2\n\n# %% result\nresults = {}\n")
    book.snippet("good", GOOD)
    book.snippet("fails", FAILS)
    book.snippet("timed", header='"""Idea.\n\nTiming    alone\n"""\n')
    done = book.kb("run", "--json", "--scheduler", scheduler)
    outcomes = {outcome["name"]: outcome for outcome in json.loads(done.stdout)}
    assert {name: outcome["status"] for name, outcome in outcomes.items()} == {
        "beside": "ran", "fails": "failed", "good": "ran", "timed": "ran",
    }  # fmt: skip
    assert outcomes["fails"]["problem"]["message"] == "ValueError: no (in section 'train')"
    assert (outcomes["fails"]["problem"]["line"], outcomes["fails"]["tail"]) == (10, "so far")
    runs = book.notebook.runs
    assert runs["good"].record["metrics"] == {"bytes": 8}
    assert runs["good"].texts("train") == ["reading\n"]
    assert runs["good"].record["parts"] == book.notebook.keys["good"].parts
    lines = [re.sub(r"[\d.]+ s", "T s", line) for line in done.stderr.splitlines()]
    assert lines[0] == "timed: it measures time: it runs here, alone, after the others"
    assert "good: started" in lines
    assert lines[-2:] == ["timed: started", "timed: ran after T s (0 left)"]


def test_a_file_is_sent_to_a_worker_once_whatever_changes_beside_it(book, dask, scheduler):
    dask.worker(scheduler, "--no-nanny")
    book.dataset("wine.csv", b"1,2\n")
    kept = []
    for text in ("one", "two"):
        book.snippet("reads", f"# %% result\nprint('{text}')\nWINE = 'wine.csv'\nresults = {{}}\n")
        assert book.kb("run", "--scheduler", scheduler).returncode == 0
        (file,) = [path for path in dask.folder.rglob("kb/contents/*") if path.read_bytes() == b"1,2\n"]
        kept.append((file.stat().st_ino, file.stat().st_mtime_ns))
    assert kept[0] == kept[1]
    assert len(list(dask.folder.rglob("kb/*/datasets/wine.csv"))) == 2


def test_a_killed_worker_loses_nothing_its_program_runs_again_on_another(book, dask, scheduler, scratch, eventually):
    workers = dict(reversed(dask.worker(scheduler, "--no-nanny")) for _ in range(2))
    book.snippet("slow", SLOW.format(seconds=3))
    process = book.start("run", "--scheduler", scheduler)
    eventually(lambda: begun(dask), 60)
    (kernel,) = kernels(*workers.values())
    dead = next(worker for worker in workers.values() if kernel in worker.children(recursive=True))
    dead.kill()
    _, errors = process.communicate(timeout=100)
    lines = errors.splitlines()
    assert (process.returncode, lines[0]) == (0, "slow: started")
    assert re.fullmatch(ENDED, lines[1])
    assert lines[2] == "slow: started"
    assert book.notebook.runs["slow"].record["metrics"] == {"kept": 1}
    eventually(lambda: not kernel.is_running())


def test_a_program_whose_worker_ends_each_time_is_given_up(book, dask, scheduler, eventually):
    """The nanny starts the worker anew, as often as it dies."""
    nanny, _ = dask.worker(scheduler)
    book.snippet("slow", SLOW.format(seconds=300))
    process = book.start("run", "--scheduler", scheduler)
    for _ in range(3):
        eventually(lambda: kernels(nanny), 90)
        (kernel,) = kernels(nanny)
        next(child for child in nanny.children() if kernel in child.children(recursive=True)).kill()
        eventually(lambda kernel=kernel: not kernel.is_running())
    _, errors = process.communicate(timeout=100)
    assert [line for line in errors.splitlines() if line.startswith("snippets/slow.py:1:")] == [
        "snippets/slow.py:1: 3 workers ended while they ran it; nothing was kept"
    ]
    assert process.returncode == 1


def test_a_worker_that_is_not_as_this_machine_runs_nothing_and_is_told_what_differs(book, dask, scheduler, tmp_path):
    place = tmp_path / "other"
    venv.create(place, symlinks=True)
    (site,) = place.glob("lib/python*/site-packages")
    info = site / "numpy-0.0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 0.0.1\n")
    here = Path(numpy.__file__).parents[1]
    (site / "a.pth").write_text(
        f"import site; site.addsitedir({str(here)!r})\nimport platform; platform.machine = lambda: 'sparc64'\n"
    )
    _, address = dask.worker(scheduler, "--no-nanny", python=place / "bin/python")
    book.snippet("toy", "# %% result\nimport numpy\n\nresults = {}\n")
    done = book.kb("run", "--scheduler", scheduler)
    assert (done.returncode, done.stderr.splitlines()) == (1, [
        f"{address}: refused: machine is sparc64 there and {os.uname().machine} here,"
        f" numpy is 0.0.1 there and {numpy.__version__} here; run `./kb` there on the same revision",
        f"--scheduler:1: every worker of {scheduler} is refused, as said above; mend or add one",
    ])  # fmt: skip
    assert not list(dask.folder.rglob("kb/*/snippets"))
    dask.worker(scheduler, "--no-nanny")
    assert book.kb("run", "--scheduler", scheduler).returncode == 0


def test_a_difference_in_python_in_packages_or_in_the_tools_is_named():
    here = {"python": "3.12", "machine": "x86_64", "numpy": "2.5.1", "scipy": "1.18.1", "jax": "0.12.0", "kb": "5a"}
    there = here | {"python": "3.13", "kb": "5b"}
    assert list(differences(here, here)) == []
    assert list(differences(here, there)) == ["python is 3.13 there and 3.12 here", "kb is 5b there and 5a here"]
    assert list(differences(here, {"machine": "x86_64"})) == [
        "python is absent there and 3.12 here", "numpy is absent there and 2.5.1 here",
        "scipy is absent there and 1.18.1 here", "jax is absent there and 0.12.0 here", "and 1 more differ",
    ]  # fmt: skip


@pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_command_that_is_stopped_leaves_no_kernel_on_a_worker(
    book, dask, scheduler, scratch, eventually, how, status
):
    worker, _ = dask.worker(scheduler, "--no-nanny")
    book.snippet("slow", SLOW.format(seconds=1000))
    process = book.start("run", "--scheduler", scheduler)
    eventually(lambda: begun(dask), 60)
    assert len(kernels(worker)) == 1
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode == status
    eventually(lambda: not kernels(worker), 60)
    eventually(lambda: len(alive(worker)) == 1, 60)  # what forks the next supervisor
    assert list(dask.folder.glob("runs/kb-*")) == []
    assert not (book.root / ".cache/runs").exists()


def test_a_scheduler_that_goes_away_is_told(book, dask, scheduler, scratch, eventually):
    worker, _ = dask.worker(scheduler, "--no-nanny")
    book.snippet("slow", SLOW.format(seconds=1000))
    process = book.start("run", "--scheduler", scheduler)
    eventually(lambda: begun(dask), 60)
    dask.started[0].kill()
    _, errors = process.communicate(timeout=100)
    assert re.fullmatch(
        r"slow: started\nslow: failed after [\d.]+ s \(0 left\)\n"
        r"snippets/slow.py:1: the scheduler went away \(\w+\); nothing was kept\n\n?",
        errors,
    )
    assert process.returncode == 1
    eventually(lambda: not kernels(worker), 60)


def test_a_scheduler_without_workers_is_waited_for_and_who_comes_gets_the_work(book, dask, scheduler, eventually):
    book.snippet("toy")
    process = book.start("run", "--scheduler", scheduler)
    assert process.stderr.readline() == f"{scheduler}: it has no worker yet; waiting for one (Ctrl-C ends)\n"
    dask.worker(scheduler, "--no-nanny")
    process.communicate(timeout=100)
    assert process.returncode == 0
    assert list(book.notebook.runs) == ["toy"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://no.such.host.invalid:8786"])
def test_where_no_scheduler_answers_it_says_so_within_seconds(book, address):
    book.snippet("toy")
    began = time.monotonic()
    done = book.kb("run", "--scheduler", address)
    assert time.monotonic() - began < 30
    assert done.returncode == 1
    assert re.fullmatch(
        rf"--scheduler:1: no Dask scheduler answers at {address} \(\w+\);"
        r" start one with `dask scheduler`, or mend the address\n",
        done.stderr,
    )


def test_where_nothing_is_to_be_run_elsewhere_no_scheduler_is_asked(book):
    book.snippet("timed", header='"""Idea.\n\nTiming    alone\n"""\n')
    assert book.kb("run", "--scheduler", "tcp://127.0.0.1:9").returncode == 0
    assert book.kb("run", "--scheduler", "tcp://127.0.0.1:9").stdout == "1 fresh\n"

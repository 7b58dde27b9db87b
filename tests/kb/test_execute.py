"""Runs through real kernels: what a run keeps, and what becomes of programs that misbehave."""

import ctypes
import json
import sys
from pathlib import Path

import psutil
import pytest

# Landlock holds signals from its version 6 on (Linux 6.12)
SIGNALS_ARE_HELD = sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, 0, 1) >= 6
LIMITS = "[tool.kb.limits]\nseconds = 100\nsilence = 6\nmemory_gb = 1\nprocesses = 20\noutput_mb = 1\ndisk_gb = 0.05\n"
PRECIOUS = ("precious/pearl.txt", "treasure/pearl.txt", "jewels/pearl.txt")
NO_RESULTS = "it ended without a `results` dict; end with `results = {...}` ({} says that it measures nothing)"
NUMBER = "give a plain number, or a list of one per seed"
GONE = "its process ended before its last cell (os._exit, a crash, or a kill)"
OUTSIDE = "which is outside its own folder; a run leaves nothing but its record"
DISK = "it wrote 0.05 GB into its folder; write less or raise disk_gb in pyproject.toml"
UNKNOWN = "which its key does not know; list the file in datasets/manifest.toml and name it in a string, or import it"

# what each program does, from line 9 of its file, and what is said of it

FAULTS = {
    "raises": (
        """
def fit():
    raise ValueError('two\\nlines')


# %% main
fit()
""",
        "10: ValueError: two lines (in section 'train')",
    ),
    "exits_at_once": (
        """
import os

os._exit(0)
""",
        f"9: {GONE}",
    ),
    "exits": (
        """
import sys

sys.exit(0)
""",
        "11: SystemExit: 0 (in section 'train')",
    ),
    "quits": (
        """
quit()
""",
        "9: SystemExit (in section 'train')",
    ),
    "crashes": (
        """
import ctypes

ctypes.string_at(0)
""",
        f"9: {GONE}",
    ),
    "kills_its_parent": (
        """
import os
import time

print('so long')
time.sleep(0.5)
os.kill(os.getppid(), 9)
time.sleep(60)
""",
        "14: PermissionError: [Errno 1] Operation not permitted (in section 'train')"
        if SIGNALS_ARE_HELD
        else "1: its supervisor ended without a record (exit status -9); nothing was kept",
    ),
    "hangs": (
        """
import threading

threading.Event().wait()
""",
        "9: it neither computed nor printed for 6 s; find what it waits for",
    ),
    "asks": (
        """
input('name? ')
""",
        "9: StdinNotImplementedError: raw_input was called, but this frontend does not support input requests."
        " (in section 'train')",
    ),
    "eats_memory": (
        """
held = []
while True:
    held.append(b'x' * 50_000_000)
""",
        "9: it took more than 1 GB of memory; use less or raise `Needs` in its header",
    ),
    "prints_without_end": (
        """
while True:
    print('x' * 1000)
""",
        "9: it printed more than 1 MB; print less",
    ),
    "prints_past_python": (
        """
import os

while True:
    os.write(1, b'x' * 1000)
""",
        "9: it printed more than 1 MB; print less",
    ),
    "starts_many": (
        """
import subprocess
import time

held = [subprocess.Popen(['sleep', '4711']) for _ in range(60)]
time.sleep(60)
""",
        "9: it had more than 20 processes at once; start fewer",
    ),
    "forks_200_children": (
        """
import os
import time

for _ in range(200):
    if not os.fork():
        time.sleep(4711)
time.sleep(60)
""",
        "9: it had more than 20 processes at once; start fewer",
    ),
    "fills_the_disk": (
        """
number = 0
while number < 1000:
    with open(f'{number}.bin', 'wb') as file:
        file.write(b'x' * 1_000_000)
    number += 1
while True:
    pass
""",
        f"9: {DISK}",
    ),
    "writes_a_large_file": (
        """
with open('large.bin', 'wb') as file:
    while True:
        file.write(b'x' * 1_000_000)
""",
        f"11: {DISK}",
    ),
    "makes_a_large_file": (
        """
import os

open('large.bin', 'w').close()
os.truncate('large.bin', 10**9)
""",
        "12: OSError: [Errno 27] File too large: 'large.bin' (in section 'train')",
    ),
    "fails_when_it_ends": (
        """
import atexit

atexit.register(lambda: 1 / 0)
""",
        "1: it failed when it ended: ZeroDivisionError: division by zero",
    ),
    "fails_in_a_thread": (
        """
import threading

thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
""",
        "1: a thread failed: ZeroDivisionError: division by zero",
    ),
    "fails_in_a_thread_late": (
        """
import threading

threading.Timer(1, lambda: 1 / 0).start()
""",
        "1: a thread failed: ZeroDivisionError: division by zero",
    ),
    "writes_beside_itself": (
        """
from pathlib import Path

Path(__file__).with_name('left.txt').write_text('x')
""",
        f"11: PermissionError: it changed snippets/left.txt, {OUTSIDE} (in section 'train')",
    ),
    "changes_what_is_not_its_own": (
        """
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREASURE = os.open(ROOT / 'treasure', os.O_RDONLY)

for change in (
    lambda: Path(__file__).with_name('left.txt').write_text('x'),
    lambda: Path(sys.prefix, 'kb-test-left.txt').write_text('x'),
    lambda: os.unlink('pearl.txt', dir_fd=TREASURE),
    lambda: os.rename(ROOT / 'jewels/pearl.txt', 'pearl.txt'),
    lambda: os.open(ROOT / 'jewels/pearl.txt', os.O_WRONLY | os.O_TRUNC),
    lambda: (ROOT / 'new').mkdir(),
    lambda: (ROOT / 'jewels/pearl.txt').chmod(0),
):
    try:
        change()
    except OSError:
        pass
""",
        "1: "
        + "; ".join(
            f"it changed {path}, {OUTSIDE}"
            for path in (
                "snippets/left.txt",
                Path(sys.prefix, "kb-test-left.txt"),
                "treasure/pearl.txt",
                "jewels/pearl.txt",
                "new",
            )
        ),
    ),
    "opens_what_its_key_does_not_know": (
        """
import importlib
from pathlib import Path

ROOT = Path(__file__).parents[1]

for read in (
    lambda: open(ROOT / 'notes/tags.toml'),
    lambda: open(ROOT / 'datasets' / ('win' + 'e.csv')),
    lambda: importlib.import_module('far'),
):
    try:
        read()
    except OSError:
        pass
""",
        "1: "
        + "; ".join(
            f"it opened {path}, {UNKNOWN}" for path in ("notes/tags.toml", "datasets/wine.csv", "snippets/far.py")
        ),
    ),
    "writes_when_it_ends": (
        """
import atexit
from pathlib import Path

LEFT = Path(__file__).with_name('left.txt')
atexit.register(lambda: LEFT.write_text('x'))
""",
        f"1: it changed snippets/left.txt, {OUTSIDE}",
    ),
    "removes_a_tree": (
        """
import shutil
from pathlib import Path

shutil.rmtree(Path(__file__).parents[1] / 'precious')
""",
        f"12: PermissionError: it changed precious, {OUTSIDE} (in section 'train')",
    ),
    "reads_changed_bytes": (
        """
from pathlib import Path

text = (Path(__file__).parents[1] / 'datasets/spoilt.csv').read_text()
""",
        "1: the bytes of datasets/spoilt.csv are not those of the manifest (sha256 ca978112ca1b…);"
        " restore the file, or make it again with make_spoilt.py",
    ),
    "asks_another_host": (
        """
import socket

socket.create_connection(('192.0.2.1', 80), timeout=1)
""",
        "11: PermissionError: it connected to 192.0.2.1; say `Network   yes` in its header, or ship the data"
        " (in section 'train')",
    ),
    "imports_a_broken_one": (
        """
import bad_syntax
""",
        "1: a program that it imports cannot be read; mend that one first",
    ),
}

RESULTS = {
    "missing": ("x = 1\n", NO_RESULTS),
    "not_a_number": ("results = {'a': float('nan')}\n", "results['a'] is nan, not finite"),
    "odd": (
        """
from decimal import Decimal

import jax.numpy as jnp
import numpy as np

results = {
    'a': [1.0, float('inf')], 'b': '1', 'c': True, 'd': [], 'e': None, 'f': np.ones(2), 'g h': 1, 3: 1, 'i': 10**400,
    'seconds': 1, 'j': 1j, 'k': np.array(0.5), 'l': jnp.asarray(0.5), 'm': Decimal('0.5'), 'n': np.ma.masked,
    '<script>': 1,
}
""",
        "results['a'] is inf, not finite; "
        f"results['b'] is str; {NUMBER}; "
        f"results['c'] is bool; {NUMBER}; "
        f"results['d'] is empty; {NUMBER}; "
        f"results['e'] is NoneType; {NUMBER}; "
        f"results['f'] is ndarray; {NUMBER}; "
        "results has the key 'g h'; name a metric like a variable; "
        "results has the key 3; name a metric like a variable; "
        "results['i'] is too large; give a number that a float holds; "
        "results['seconds'] is the runner's own; choose another name; "
        f"results['j'] is complex; {NUMBER}; "
        f"results['k'] is ndarray; {NUMBER}; "
        f"results['l'] is ArrayImpl; {NUMBER}; "
        f"results['m'] is Decimal; {NUMBER}; "
        f"results['n'] is MaskedConstant; {NUMBER}; "
        "results has the key '<script>'; name a metric like a variable",
    ),
}

GOOD = """\
# %% setup
import os
import sys
from pathlib import Path

import numpy as np

# %% train
print("one")
print("two", file=sys.stderr)
1 + 1

# %% result
if __name__ == "__main__":
    Path("scratch.txt").write_text("mine")
    results = {
        "answer": 42,
        "seeds": [1.0, 2],
        "array": np.float32(0.5),
        "whole": np.int64(3),
        "beside": int(sys.path[0] == str(Path(__file__).parent)),
        "argument": int(sys.argv == [__file__]),
    }
    results["threads"] = int(os.environ["OMP_NUM_THREADS"])
    results["own_folder"] = int(not list(Path(__file__).parents[1].glob("scratch.txt")))
"""


SLOW = """\
# %% result
import time

while True:
    print(time.time())
    time.sleep(0.5)
"""
LEAVES = """\
# %% result
import subprocess

subprocess.Popen(['sleep', '{}'], start_new_session=True{})
results = {{}}
"""


UPSETS = """\
# %% result
import atexit
import os
import random
import resource
import signal
import sys

import numpy as np

atexit.register(print, 1, file=0)
atexit.unregister(print)
random.seed(0)
np.random.seed(0)
np.seterr(all="raise")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
os.nice(5)
os.umask(0o777)
os.environ.clear()
sys.path.clear()
os.chdir("/")
results = {"kept": 1}
"""
REAPED = """\
# %% result
import subprocess

for _ in range(30):  # each leaves behind a process that ends at once
    subprocess.run(["sh", "-c", "sleep 0 &"])
results = {}
"""


def make(book):
    """One `kb run` over all of them; its outcomes by name, its status and what it said."""
    book.write("pyproject.toml", LIMITS)
    for path in PRECIOUS:
        book.write(path, "pearl")
    book.dataset("wine.csv", b"1,2\n")
    book.dataset("spoilt.csv", b"1,2\n")
    book.write("datasets/spoilt.csv", "a")
    for name, (code, _) in FAULTS.items():
        book.snippet(name, f"# %% train{code}\n# %% result\nresults = {{'kept': 1}}\n")
    for name, (code, _) in RESULTS.items():
        book.snippet(name, f"# %% result\n{code}")
    book.snippet("good", GOOD)
    book.snippet("shadows", "# %% result\ndisplay = print = json = 1\nresults = {'kept': 1}\n")
    book.snippet("upsets_everything", UPSETS)
    book.snippet("leaves_what_ends_at_once", REAPED)
    book.snippet("slow", SLOW, header='"""Idea.\n\nLimit     8 s\n"""\n')
    book.snippet("leaves_a_process", LEAVES.format(4712, ""))
    book.snippet("leaves_a_stranger", LEAVES.format(4713, ", env={}"))
    book.write("snippets/bad_syntax.py", "x = (\n")
    book.snippet("far")
    book.snippet("near", "# %% result\nimport far\n\nresults = {}\n")
    book.kb("run", "near")  # which leaves far's bytecode beside it
    done = book.kb("run", "-j", "3", "--json")
    outcomes = {outcome["name"]: outcome for outcome in json.loads(done.stdout)}
    return {"outcomes": outcomes, "status": done.returncode, "errors": done.stderr}


@pytest.fixture
def faults(once):
    """The notebook of all the programs above, and what `kb run` said of them."""
    return once("faults", make)


def line_of(answer, name):
    problem = answer["outcomes"][name]["problem"]
    return problem and f"{problem['path']}:{problem['line']}: {problem['message']}"


@pytest.mark.parametrize("name", FAULTS)
def test_a_program_that(faults, name):
    assert line_of(faults[1], name) == f"snippets/{name}.py:{FAULTS[name][1]}"


@pytest.mark.parametrize("name", RESULTS)
def test_a_program_whose_results_are(faults, name):
    assert line_of(faults[1], name) == f"snippets/{name}.py:1: {RESULTS[name][1]}"


def test_a_program_that_runs_too_long_is_stopped_at_its_own_limit(faults):
    assert line_of(faults[1], "slow") == (
        "snippets/slow.py:6: it ran longer than 8 s; make it faster or raise `Limit` in its header"
    )


def test_whatever_the_others_do_a_good_program_has_its_run(faults):
    book, answer = faults
    assert answer["outcomes"]["good"]["status"] == "ran"
    assert book.notebook.runs["good"].record["metrics"] == {
        "answer": 42, "seeds": [1.0, 2], "array": 0.5, "whole": 3,
        "beside": 1, "argument": 1, "threads": 1, "own_folder": 1,
    }  # fmt: skip


def test_what_a_good_program_printed_and_its_last_value_are_kept(faults):
    assert faults[0].notebook.runs["good"].texts("train") == ["one\n", "two\n", "2"]


def test_a_program_may_name_its_variables_as_it_likes(faults):
    assert faults[0].notebook.runs["shadows"].record["metrics"] == {"kept": 1}


def test_only_good_programs_have_a_record_and_nothing_is_half_written(faults):
    book, answer = faults
    ran = {name for name, outcome in answer["outcomes"].items() if outcome["status"] == "ran"}
    assert ran == {
        *("good", "shadows", "far", "leaves_a_process", "leaves_a_stranger"),
        *("upsets_everything", "leaves_what_ends_at_once"),
    }
    assert book.stored == sorted(book.notebook.keys[name].hash for name in ran | {"near"})


def test_one_failure_makes_the_command_fail(faults):
    assert faults[1]["status"] == 1


def test_a_program_that_cannot_be_read_is_named_beside_the_outcomes(faults):
    line = "snippets/bad_syntax.py:1: not valid Python: '(' was never closed; mend the program"
    assert line in faults[1]["errors"].splitlines()


def test_a_failure_comes_with_the_last_output(faults):
    assert faults[1]["outcomes"]["kills_its_parent"]["tail"] == "so long"


def test_the_notebook_is_as_it_was(faults):
    book, _ = faults
    assert [(book.root / path).read_text() for path in PRECIOUS] == ["pearl"] * len(PRECIOUS)
    assert not (book.root / "snippets/left.txt").exists()
    assert not Path(sys.prefix, "kb-test-left.txt").exists()


def test_nothing_that_a_program_started_lives_on(faults):
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if command in ("sleep 4711", "sleep 4712", "sleep 4713")] == []
    assert [command for command in commands if str(faults[0].root) in command] == []


@pytest.fixture(scope="module", autouse=True)
def clean_environment():
    """Whatever a program wrote into the environment, where nothing stopped it, is taken out again."""
    yield
    Path(sys.prefix, "kb-test-left.txt").unlink(missing_ok=True)


def test_of_programs_that_never_ran_those_start_first_that_say_nothing_or_most_of_their_cost(book):
    for name, cost in {
        "brief": "about 1 s",
        "long": "about 2 min",
        "silent": "unknown",
        "middling": "about 20 s",
    }.items():
        book.snippet(name, header=f'"""Idea.\n\nSource    a\nDiffers   b\nCost      {cost}\n"""\n\n')
    said = book.kb("run", "-j", "1").stderr.splitlines()
    assert [line.partition(":")[0] for line in said if line.endswith(": started")] == [
        "silent", "long", "middling", "brief",
    ]  # fmt: skip


def test_settings_that_cannot_be_read_are_named_and_not_the_program_that_needs_them(book):
    book.write("pyproject.toml", "[tool.kb.limits]\nsecnods = 3\n")
    book.snippet("toy")
    done = book.kb("run")
    assert done.returncode != 0
    assert "pyproject.toml:1: unknown limit 'secnods'; did you mean 'seconds'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr

"""What the system holds of a program, whatever it starts: files, network, signals; and what is said where it cannot."""

import ctypes
import os
import platform
import socket
import subprocess
import sys
import threading

import pytest

LINUX = sys.platform == "linux"
CREATE_RULESET, UNSHARE = 444, {"x86_64": 272, "aarch64": 97}.get(platform.machine())
ABSENT = {
    "network": "no network namespace: Operation not permitted",
    "files": "no Landlock, Linux 5.19 or newer",
    "signals": "no Landlock, Linux 5.19 or newer",
}

# what each program measures: 1 where it could
REACHES = """\
# %% setup
import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORT = {port}


def reaches(*command):
    return int(subprocess.run(command, capture_output=True, cwd=ROOT).returncode == 0)


def connects(port, host="127.0.0.1"):
    code = f"import socket; socket.create_connection(('{{host}}', {{port}}), timeout=20)"
    return reaches(sys.executable, "-c", code)


# %% result
libc = ctypes.CDLL(None)
mine = socket.create_server(("127.0.0.1", 0))
results = {{
    "shell_writes": reaches("sh", "-c", "echo x > left.txt"),
    "shell_removes": reaches("rm", "precious/pearl.txt"),
    "shell_empties": reaches("sh", "-c", ": > precious/pearl.txt"),
    "shell_renames": reaches("mv", "precious", "stolen"),
    "shell_links": reaches("ln", "-s", "precious", "left"),
    "shell_writes_elsewhere": reaches("sh", "-c", f"echo x > {{sys.prefix}}/left.txt"),
    "c_writes": int(libc.open(os.fsencode(ROOT / "left.txt"), os.O_WRONLY | os.O_CREAT, 0o600) >= 0),
    "c_truncates": int(libc.truncate(os.fsencode(ROOT / "precious/pearl.txt"), ctypes.c_long(0)) == 0),
    "c_signals": int(libc.kill(os.getppid(), 0) == 0),
    "shell_signals": reaches("sh", "-c", f"kill -0 {{os.getppid()}}"),
    "connects": connects(PORT),
    "own_folder": int(subprocess.run("mkdir a && echo x > a/b && mv a/b c && rm c", shell=True).returncode == 0),
    "own_children": int(subprocess.Popen(["sleep", "60"]).send_signal(9) is None),
    "own_network": connects(mine.getsockname()[1]),
    "ends_first_where_memory_ends": int(Path("/proc/self/oom_score_adj").read_text().strip() == "1000"),
    "devices": reaches("sh", "-c", "echo x > /dev/null && echo x > /dev/shm/kb-test && rm /dev/shm/kb-test"),
}}
"""
HELD = ("shell", "c_", "connects")
NETWORK = '"""Idea.\n\nSource    a\nDiffers   b\nCost      c\nNetwork   yes\n"""\n\n'


@pytest.fixture
def port():
    """A port of this machine at which someone listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        ended = threading.Event()

        def listen():
            while not ended.is_set():
                try:
                    server.accept()[0].close()
                except TimeoutError:
                    pass

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        thread.join()


@pytest.fixture
def reaching(book, port):
    """A notebook with something to lose, and a program that reaches for it past Python."""
    book.write("precious/pearl.txt", "pearl")
    book.snippet("reaches", REACHES.format(port=port))
    return book


def measured(book):
    return book.notebook.runs["reaches"].record["metrics"]


def in_a_system_without(book, *words):
    """`kb` where the system refuses Landlock and namespaces, as an older kernel or a container does."""
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import test_enclosure as test; test.become()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, os.path.join(os.path.dirname(sys.executable), "kb"), *words],
        cwd=book.root,
        capture_output=True,
        text=True,
        timeout=200,
    )


def become():
    """Refuse the two system calls from here on (seccomp), then become the command in the arguments."""
    rows = [(0x20, 0, 0, 0), (0x15, 0, 1, CREATE_RULESET), (0x06, 0, 0, 0x50000 | 38)]
    rows += [(0x15, 0, 1, UNSHARE), (0x06, 0, 0, 0x50000 | 1), (0x06, 0, 0, 0x7FFF0000)]

    class Row(ctypes.Structure):
        _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("rows", ctypes.POINTER(Row)))

    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(rows), (Row * len(rows))(*rows))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
    os.execv(sys.argv[1], sys.argv[1:])


needs_seccomp = pytest.mark.skipif(not (LINUX and UNSHARE), reason="the system's calls cannot be refused here")


def test_what_a_program_starts_reaches_no_file_no_process_and_no_host_but_its_own(reaching):
    done = reaching.kb("run")
    assert done.returncode == 0, done.stderr
    uncontained = reaching.notebook.runs["reaches"].record["uncontained"]
    if uncontained:
        pytest.skip(f"this system does not hold {uncontained}")
    assert measured(reaching) == {name: int(not name.startswith(HELD)) for name in measured(reaching)}
    assert (reaching.root / "precious/pearl.txt").read_text() == "pearl"
    assert not list(reaching.root.glob("left*"))
    assert "only Python" not in done.stderr


def test_a_program_whose_header_says_so_has_the_network_and_nothing_else(reaching, port):
    reaching.snippet("reaches", REACHES.format(port=port), header=NETWORK)
    assert reaching.kb("run").returncode == 0
    if uncontained := reaching.notebook.runs["reaches"].record["uncontained"]:
        pytest.skip(f"this system does not hold {uncontained}")
    allowed = {"connects"}
    assert measured(reaching) == {
        name: int(name in allowed or not name.startswith(HELD)) for name in measured(reaching)
    }


@needs_seccomp
def test_where_the_system_holds_nothing_the_record_says_so_and_the_terminal_once(book):
    for name in ("one", "two"):
        book.snippet(name)
    done = in_a_system_without(book, "run")
    assert done.returncode == 0, done.stderr
    assert [book.notebook.runs[name].record["uncontained"] for name in ("one", "two")] == [ABSENT, ABSENT]
    assert [line for line in done.stderr.splitlines() if "contains" in line] == [
        "only Python itself contains what programs do to: network (no network namespace: Operation not permitted),"
        " files (no Landlock, Linux 5.19 or newer), signals (no Landlock, Linux 5.19 or newer)"
    ]


@needs_seccomp
def test_where_the_system_holds_nothing_python_still_refuses_and_a_killed_supervisor_is_named(book):
    book.snippet("writes", "# %% result\nopen(__file__ + '.left', 'w')\nresults = {}\n")
    book.snippet("kills", "# %% result\nimport os\nimport time\n\nos.kill(os.getppid(), 9)\ntime.sleep(60)\n")
    done = in_a_system_without(book, "run")
    assert [line for line in done.stderr.splitlines() if line.startswith("snippets/")] == [
        "snippets/kills.py:1: its supervisor ended without a record (exit status -9); nothing was kept",
        "snippets/writes.py:9: PermissionError: it changed snippets/writes.py.left, which is outside its own folder;"
        " a run leaves nothing but its record (in section 'result')",
    ]
    assert not list(book.root.glob("snippets/*.left"))

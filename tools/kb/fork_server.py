"""A process that has imported what its children need, and forks one for each run: a fork server.

What a supervisor imports costs more than what it does, and is the same for every run.  Between the server and each
supervisor stands a keeper, which waits for that one alone and so can say how it ended.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from typing import TextIO

from kb.enclosure import PR_SET_PDEATHSIG, libc


class ForkServer:
    """`python -m MODULE`, which calls `serve`: started with the first child."""

    def __init__(self, module: str):
        self._command = [sys.executable, "-m", module]
        self._turn = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._asks: socket.socket | None = None

    @contextlib.contextmanager
    def child(self, errors: TextIO) -> Generator[tuple[TextIO, TextIO]]:
        """What to tell a child, and the lines that it prints; the last is `{"ended": "exit status 0"}`.

        It must end when its input does: at the end of the block it is waited for.
        """
        (its_input, told), (lines, its_output) = os.pipe(), os.pipe()
        with open(told, "w") as told, open(lines) as lines:
            try:
                with self._turn:
                    socket.send_fds(self._running(), [b"."], [its_input, its_output, errors.fileno()])
            finally:
                os.close(its_input)
                os.close(its_output)
            try:
                yield told, lines
            finally:
                with contextlib.suppress(BrokenPipeError):
                    told.close()
                for _ in lines:
                    pass

    def _running(self) -> socket.socket:
        """Where the server is asked; where the last was killed it is another."""
        if self._asks is None or self._process is None or self._process.poll() is not None:
            self.close()
            self._asks, its_end = socket.socketpair()
            with its_end:
                self._process = subprocess.Popen(self._command, stdin=its_end.fileno(), start_new_session=True)
        return self._asks

    def close(self) -> None:
        """Wait until it has ended: after its last child."""
        if self._asks:
            self._asks.close()
        if self._process:
            self._process.wait()


def serve(work: Callable[[], None]) -> None:
    """Fork for each child that is asked for, which does the work; return when no more can come and all have ended."""
    with socket.socket(fileno=os.dup(0)) as asked:
        while descriptors := socket.recv_fds(asked, 1, 3)[1]:
            if not _fork():
                asked.close()
                _keep(descriptors, work)
            for descriptor in descriptors:
                os.close(descriptor)
            _wait(os.WNOHANG)
    _wait()


def _wait(options: int = 0) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _keep(descriptors: list[int], work: Callable[[], None]) -> None:
    """Let another do the work, with these as its ordinary input, output and errors, and say how it ended."""
    os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if worker := _fork():
        status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        with contextlib.suppress(BrokenPipeError):
            os.write(1, json.dumps({"ended": f"exit status {status}"}).encode() + b"\n")
        os._exit(0)
    status = 1
    try:
        work()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _fork() -> int:
    """Fork; the child does not outlive its parent (Linux)."""
    parent = os.getpid()
    child = os.fork()
    if not child and sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    return child

"""What the processes of a run may take, and the end of those that take more."""

import contextlib
import ctypes
import os
import sys
import tempfile
import threading
import time

import psutil

MARK = "KB_RUN"  # an environment variable by which every process that a run started is found again
POLL = 0.2  # seconds
DISK_POLL = 5  # polls: a folder of many files is walked more rarely
ROUNDS = 50  # of killing, since what is killed may have started another meanwhile
PR_SET_CHILD_SUBREAPER = 36


class Watch(threading.Thread):
    """Polls every process of the run; what goes over a limit is killed and named in `reason`."""

    def __init__(self, mark: str, limits: dict, folder: str):
        super().__init__(daemon=True)
        self.mark, self.limits, self.folder = mark, limits, folder
        self.reason: str | None = None
        self.peak = 0
        self.heard = time.monotonic()
        self.output = 0
        self._cpu = 0.0
        self._stop_asked = threading.Event()

    def hear(self, size: int) -> None:
        """The program printed or displayed that many bytes, or finished a cell."""
        self.heard = time.monotonic()
        self.output += size

    def run(self) -> None:
        """Poll until asked to stop, or until a limit is broken."""
        began = time.monotonic()
        polls = 0
        while not self._stop_asked.wait(POLL) and not self.reason:
            self.reason = self._over(time.monotonic() - began) or (polls % DISK_POLL == 0 and self.over_disk()) or None
            polls += 1
        if self.reason:
            end_descendants()
            end_processes(self.mark)

    def stop(self) -> None:
        """Stop polling."""
        self._stop_asked.set()
        self.join()

    def over_disk(self) -> str | None:
        """What to say where its folder holds as much as it may."""
        if _disk_use(self.folder) < self.limits["disk"]:
            return None
        wrote = f"it wrote {self.limits['disk'] / 1e9:.3g} GB into its folder"
        return f"{wrote}; write less or raise disk_gb in pyproject.toml"

    def _over(self, elapsed: float) -> str | None:
        memory, count, cpu = self._use()
        self.peak = max(self.peak, memory)
        if cpu - self._cpu > 0.02 * POLL:
            self.heard, self._cpu = time.monotonic(), cpu
        limits = self.limits
        if elapsed > limits["seconds"]:
            return f"it ran longer than {limits['seconds']:.0f} s; make it faster or raise `Limit` in its header"
        if time.monotonic() - self.heard > limits["silence"]:
            return f"it neither computed nor printed for {limits['silence']:.0f} s; find what it waits for"
        # before memory: what forked children share is counted for each of them
        if count > limits["processes"]:
            return f"it had more than {limits['processes']} processes at once; start fewer"
        if memory > limits["memory"]:
            return (
                f"it took more than {limits['memory'] / 1e9:.3g} GB of memory; use less or raise `Needs` in its header"
            )
        if self.output > limits["output"]:
            return f"it printed more than {limits['output'] / 1e6:.3g} MB; print less"
        return None

    def _use(self) -> tuple[int, int, float]:
        memory, count, cpu = 0, 0, 0.0
        for process in psutil.Process().children(recursive=True):
            try:
                with process.oneshot():
                    memory += process.memory_info().rss
                    cpu += sum(process.cpu_times()[:2])
                    count += process.status() != psutil.STATUS_ZOMBIE
            except psutil.Error:
                continue
        return memory, count, cpu


def _disk_use(folder: str) -> int:
    """The bytes on disk of every file below a folder."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
    return total


def adopt_orphans() -> None:
    """Become the parent of whatever a descendant leaves behind (Linux), so that it is found and counted."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> None:
    """Kill every process below this one, and those that they start meanwhile."""
    for _ in range(ROUNDS):
        if not _end(psutil.Process().children(recursive=True)):
            return
        time.sleep(POLL / 10)


def end_processes(mark: str) -> None:
    """Kill every process that carries the mark, wherever it went, and those that they start meanwhile."""
    for _ in range(ROUNDS):
        if not _end(process for process in psutil.process_iter() if _carries(process, mark)):
            return
        time.sleep(POLL / 10)


def end_run(mark: str, folder: tempfile.TemporaryDirectory) -> None:
    """Kill what a run left alive and remove its folder, again where somebody wrote there meanwhile."""
    for _ in range(ROUNDS):
        end_descendants()
        end_processes(mark)
        folder.cleanup()
        if not os.path.exists(folder.name):
            return


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except psutil.Error:
        return False


def _end(processes) -> bool:
    """Kill them; whether there was one that lived."""
    found = False
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                found = True
                process.kill()
    return found

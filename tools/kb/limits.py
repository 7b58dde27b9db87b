"""What the processes of a run may take, and the end of those that take more."""

import contextlib
import ctypes
import sys
import threading
import time

import psutil

MARK = "KB_RUN"  # an environment variable by which every process that a run started is found again
POLL = 0.2  # seconds
PR_SET_CHILD_SUBREAPER = 36


class Watch(threading.Thread):
    """Polls every process of the run; what goes over a limit is killed and named in `reason`."""

    def __init__(self, mark: str, limits: dict):
        super().__init__(daemon=True)
        self.mark, self.limits = mark, limits
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
        while not self._stop_asked.wait(POLL) and not self.reason:
            self.reason = self._over(time.monotonic() - began)
        if self.reason:
            end_descendants()
            end_processes(self.mark)

    def stop(self) -> None:
        """Stop polling."""
        self._stop_asked.set()
        self.join()

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
        if memory > limits["memory"]:
            return (
                f"it took more than {limits['memory'] / 1e9:.3g} GB of memory; use less or raise `Needs` in its header"
            )
        if count > limits["processes"]:
            return f"it had more than {limits['processes']} processes at once; start fewer"
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
                count += 1
            except psutil.Error:
                continue
        return memory, count, cpu


def adopt_orphans() -> None:
    """Become the parent of whatever a descendant leaves behind (Linux), so that it is found and counted."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> None:
    """Kill every process below this one."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            process.kill()


def end_processes(mark: str) -> None:
    """Kill every process that carries the mark, wherever it went."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                process.kill()
        except psutil.Error:
            continue

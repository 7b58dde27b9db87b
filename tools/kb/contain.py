"""What runs inside a snippet's kernel: it may open what its key names, write in its own folder, and must end whole.

Standard library only; it knows nothing of the rest of `kb`.
"""

import json
import math
import numbers
import os
import resource
import sys
import threading
import time
from pathlib import Path

CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.symlink", "os.link", "os.chmod"}
RESULTS = "application/vnd.reproducible-notes.results+json"

_broken: list[str] = []  # rules that the program broke, even where it caught the error
_began = (0.0, 0.0)
_ended = False


def begin(namespace: dict, *, program: str, root: str, reads: list[str], writes: list[str], network: bool) -> None:
    """Define what `python PROGRAM` would, and hold the program to its files from here on."""
    global _began
    namespace["__file__"] = program
    sys.path[0] = str(Path(program).parent)
    sys.argv = [program]
    threading.excepthook = lambda args: _broken.append(f"a thread failed: {args.exc_type.__name__}: {args.exc_value}")
    sys.addaudithook(_hook(root, set(reads), tuple(writes), network))
    _began = (time.perf_counter(), _cpu())


def end(namespace: dict) -> dict:
    """What the last cell left: metrics, seconds, CPU seconds, peak memory (bytes) and every rule broken."""
    global _ended
    seconds, cpu = time.perf_counter() - _began[0], _cpu() - _began[1]
    _ended = True
    broken = list(dict.fromkeys(_broken))
    metrics, wrong = _metrics(namespace.get("results"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    report = {"metrics": metrics, "seconds": seconds, "cpu_seconds": cpu, "memory": peak, "broken": broken + wrong}
    return {RESULTS: json.dumps(report), "text/plain": ""}


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _metrics(results: object) -> tuple[dict, list[str]]:
    if not isinstance(results, dict):
        return {}, ["it ended without a `results` dict; end with `results = {...}` ({} says that it measures nothing)"]
    metrics, wrong = {}, []
    for name, value in results.items():
        values = value if isinstance(value, list | tuple) else [value]
        if not isinstance(name, str) or not name.isidentifier():
            wrong.append(f"results has the key {name!r}; name a metric like a variable")
        elif not values or not all(isinstance(item, numbers.Real) and not isinstance(item, bool) for item in values):
            kinds = " and ".join(sorted({type(item).__name__ for item in values})) or "empty"
            wrong.append(f"results['{name}'] is {kinds}; give a plain number, or a list of one per seed")
        elif not all(math.isfinite(item) for item in values):
            wrong.append(f"results['{name}'] is {next(item for item in values if not math.isfinite(item))}, not finite")
        else:
            plain = [int(item) if isinstance(item, numbers.Integral) else float(item) for item in values]
            metrics[name] = plain if isinstance(value, list | tuple) else plain[0]
    return metrics, wrong


def _hook(root: str, reads: set[str], writes: tuple[str, ...], network: bool):
    """An audit hook: files of the repository outside the key, writes elsewhere and other hosts are refused."""
    inside = root.rstrip(os.sep) + os.sep

    def check(path: str | bytes | os.PathLike, writing: bool) -> None:
        place = os.path.realpath(os.fsdecode(path))
        shown = place.removeprefix(inside)
        if writing and not (place + os.sep).startswith(writes):
            _refuse(f"it changed {shown}, which is outside its own folder; a run leaves nothing but its record")
        if place.startswith(inside) and place not in reads and not place.startswith(writes) and os.path.isfile(place):
            _refuse(
                f"it opened {shown}, which its key does not know;"
                " list the file in datasets/manifest.toml and name it in a string, or import it"
            )

    def hook(event: str, arguments: tuple) -> None:
        if event == "socket.connect" and not network and not _ended:
            _check_address(arguments[1])
        if _ended or (event != "open" and event not in CHANGES):
            return
        writing = event != "open" or _is_write(arguments[1], arguments[2])
        for path in arguments[:1] if event == "open" else arguments:
            if isinstance(path, str | bytes | os.PathLike):
                check(path, writing)

    return hook


def _check_address(address: object) -> None:
    host = address[0] if isinstance(address, tuple) else ""  # a path is a socket of this machine
    if host and host not in ("localhost", "::1") and not str(host).startswith("127."):
        _refuse(f"it connected to {host}; say `Network   yes` in its header, or ship the data")


def _is_write(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _refuse(message: str) -> None:
    _broken.append(message)
    raise PermissionError(message)

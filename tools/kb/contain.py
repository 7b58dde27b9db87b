"""What runs inside a snippet's kernel: it opens what its key names, writes in its own folder, and ends whole."""

import atexit
import contextlib
import importlib.util
import json
import os
import re
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from IPython import get_ipython
from IPython.display import display

from kb.enclosure import DEBUGGER, UNCONTAINED
from kb.results import MIME, read_results

# the arguments of an audit event that name what is changed, each with that of the folder it is relative to
CHANGES = {
    **dict.fromkeys(("os.remove", "os.rmdir", "shutil.rmtree"), ((0, 1),)),
    **dict.fromkeys(("os.mkdir", "os.chmod"), ((0, 2),)),
    **{"os.rename": ((0, 2), (1, 3)), "os.link": ((1, 3),), "os.symlink": ((1, 2),), "os.truncate": ((0, 9),)},
}

_broken: list[str] = []  # rules that the program broke, even where it caught the error
_at_exit: list[tuple[Callable, tuple, dict]] = []
_threads: set[threading.Thread] = set()
_began = (0.0, 0.0)


def begin(namespace: dict, *, program: str, root: str, reads: list[str], writes: list[str], network: bool) -> None:
    """Define what `python PROGRAM` would, and hold the program to its files from here on."""
    global _began
    namespace["__file__"] = program
    namespace["quit"] = namespace["exit"] = sys.exit  # the kernel's would end it without a word
    sys.path[0] = str(Path(program).parent)
    sys.argv = [program]
    sys.modules.pop(DEBUGGER, None)  # which only the kernel was to start without
    _show_where_it_exits()
    _threads.update(threading.enumerate())
    threading.excepthook = lambda args: _broken.append(f"a thread failed: {args.exc_type.__name__}: {args.exc_value}")
    vars(atexit)["register"], vars(atexit)["unregister"] = _remember, _forget
    sys.addaudithook(_hook(root.rstrip(os.sep) + os.sep, set(reads), tuple(writes), network))
    display({MIME: json.dumps({"uncontained": json.loads(os.environ.pop(UNCONTAINED))}), "text/plain": ""}, raw=True)
    _began = (time.perf_counter(), _cpu())


def end(namespace: dict) -> None:
    """Display what the last cell left: metrics, seconds, CPU seconds, peak memory (bytes), every rule broken."""
    metrics, wrong = read_results(namespace.get("results"))
    for thread in set(threading.enumerate()) - _threads:
        if not thread.daemon:
            thread.join()
    seconds, cpu = time.perf_counter() - _began[0], _cpu() - _began[1]
    for function, args, kwargs in reversed(_at_exit):
        try:
            function(*args, **kwargs)
        except Exception as error:
            if str(error) not in _broken:
                _broken.append(f"it failed when it ended: {type(error).__name__}: {error}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    broken = [*dict.fromkeys(_broken), *wrong]
    report = {"metrics": metrics, "seconds": seconds, "cpu_seconds": cpu, "memory": peak, "broken": broken}
    display({MIME: json.dumps(report), "text/plain": ""}, raw=True)


def _show_where_it_exits() -> None:
    shell = get_ipython()
    show = shell.showtraceback
    # of SystemExit alone IPython hides the traceback, and with it the line
    shell.showtraceback = lambda *args, exception_only=False, **kwargs: show(*args, exception_only=False, **kwargs)


def _remember(function: Callable, *args: object, **kwargs: object) -> Callable:
    _at_exit.append((function, args, kwargs))
    return function


def _forget(function: Callable) -> None:
    _at_exit[:] = [entry for entry in _at_exit if entry[0] != function]


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _hook(inside: str, reads: set[str], writes: tuple[str, ...], network: bool) -> Callable[[str, tuple], None]:
    """An audit hook: files of the repository outside the key, writes elsewhere and other hosts are refused."""
    environment = sys.prefix + os.sep

    def check(path: str, writing: bool) -> None:
        if ".pyc" in path:  # bytecode is written at will, and read like its source
            with contextlib.suppress(ValueError):
                path, writing = importlib.util.source_from_cache(re.sub(r"\.pyc\.\d+$", ".pyc", path)), False
        if writing and not (path + os.sep).startswith(writes):
            shown = path.removeprefix(inside)
            _refuse(f"it changed {shown}, which is outside its own folder; a run leaves nothing but its record")
        known = path in reads or path.startswith((*writes, environment)) or not path.startswith(inside)
        if not known and os.path.isfile(path):
            _refuse(
                f"it opened {path.removeprefix(inside)}, which its key does not know;"
                " list the file in datasets/manifest.toml and name it in a string, or import it"
            )

    def hook(event: str, arguments: tuple) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            check(_place(arguments[0]), _is_write(arguments[1], arguments[2]))
        elif event in CHANGES:
            for path in _changed(event, arguments):
                check(path, True)
        elif event == "socket.connect" and not network:
            _check_address(arguments[1])

    return hook


def _changed(event: str, arguments: tuple) -> Iterator[str]:
    for number, folder_number in CHANGES[event]:
        folder = arguments[folder_number] if folder_number < len(arguments) else None
        if isinstance(arguments[number], str | bytes | os.PathLike):
            yield _place(arguments[number], -1 if folder is None else folder)


def _place(path: str | bytes | os.PathLike, folder: int = -1) -> str:
    """The real path; a relative one is looked up from the open folder of that number, or from the current one."""
    beside = f"/proc/self/fd/{folder}"
    base = os.readlink(beside) if folder >= 0 and os.path.islink(beside) else ""
    return os.path.realpath(os.path.join(base, os.fsdecode(path)))


def _is_write(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _check_address(address: object) -> None:
    host = address[0] if isinstance(address, tuple) else ""  # a path is a socket of this machine
    if host and host not in ("localhost", "::1") and not str(host).startswith("127."):
        _refuse(f"it connected to {host}; say `Network   yes` in its header, or ship the data")


def _refuse(message: str) -> None:
    _broken.append(message)
    raise PermissionError(message)

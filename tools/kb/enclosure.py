"""Run a kernel in an enclosure that the system keeps: `python -m kb.enclosure ENCLOSURE MODULE ARGUMENT…`.

What Python's audit hook cannot see, the system refuses to every process that the program starts, in whatever language:
Landlock forbids writes outside a few folders and signals to other processes, a network namespace has only a loopback
of its own.  Where the system lacks one of them, the module runs without it and finds in `UNCONTAINED` what is not
held.  Standard library only: the interpreter is the kernel's, which begins enclosed.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import runpy
import signal
import socket
import struct
import sys
from collections.abc import Generator

UNCONTAINED = "KB_UNCONTAINED"
DEBUGGER = "debugpy"
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the numbers are those of every architecture
VERSION, PATH_BENEATH, SCOPE_SIGNALS = 1, 1, 2
WRITE_FILE, REFER, TRUNCATE = 1 << 1, 1 << 13, 1 << 14
# remove and make whatever there is (bits 4 to 12), and move it between folders
CHANGE = WRITE_FILE | sum(1 << bit for bit in range(4, 13)) | REFER | TRUNCATE
MOVES, TRUNCATES, SIGNALS = 2, 3, 6  # the versions that came with them: Linux 5.19, 6.2 and 6.12
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1  # of a network interface

libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Enclose this process, then be the module."""
    enclosure, sys.argv = json.loads(sys.argv[1]), sys.argv[2:]
    _limit(resource.RLIMIT_FSIZE, int(enclosure["disk"]))
    _limit(resource.RLIMIT_CORE, 0)
    missing: dict[str, str] = {}
    if sys.platform == "linux":
        _checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")  # where memory ends, the program ends and not another process
    if not enclosure["network"]:
        missing |= _leave_the_network()
    missing |= _hold_writes_and_signals(enclosure["writes"])
    os.environ[UNCONTAINED] = json.dumps(missing)
    sys.modules[DEBUGGER] = None  # ty: ignore  # nothing can attach it, and importing it is a fifth of a kernel's start
    runpy.run_module(sys.argv[0], run_name="__main__")


def _limit(what: int, amount: int) -> None:
    """No more than that, nor than what this process may have anyway."""
    allowed = resource.getrlimit(what)[1]
    amount = amount if allowed == resource.RLIM_INFINITY else min(amount, allowed)
    resource.setrlimit(what, (amount, amount))


def _leave_the_network() -> dict[str, str]:
    """A network namespace of its own, if a child can have one: what fails halfway would leave this process half in."""
    if sys.platform != "linux":
        return {"network": "only Linux has network namespaces"}
    child = os.fork()
    if not child:
        try:
            _new_network()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 1)
    failed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if failed:
        return {"network": f"no network namespace: {os.strerror(failed)}"}
    _new_network()
    return {}


def _new_network() -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _checked(libc.unshare(CLONE_NEWNET))
    else:
        _checked(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = fcntl.ioctl(any_socket, GET_FLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack_from("16xh", flags)[0]
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh22x", b"lo", flags | UP))


def _hold_writes_and_signals(folders: list[str]) -> dict[str, str]:
    version = libc.syscall(CREATE_RULESET, None, 0, VERSION) if sys.platform == "linux" else 0
    if version < MOVES:
        return dict.fromkeys(("files", "signals"), "no Landlock, Linux 5.19 or newer")
    change = CHANGE if version >= TRUNCATES else CHANGE & ~TRUNCATE
    scope = SCOPE_SIGNALS if version >= SIGNALS else 0
    ruleset = _checked(libc.syscall(CREATE_RULESET, struct.pack("QQQ", change, 0, scope), 24, 0))
    devices = change & (WRITE_FILE | TRUNCATE)
    for folder, access in (*((folder, change) for folder in (*folders, "/dev/shm")), ("/dev", devices)):
        with _opened(folder) as place:
            if place is not None:
                _checked(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", access, place), 0))
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return {} if scope else {"signals": "no Landlock that knows them, Linux 6.12 or newer"}


@contextlib.contextmanager
def _opened(folder: str) -> Generator[int | None]:
    try:
        place = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield place
    finally:
        os.close(place)


def _checked(returned: int) -> int:
    if returned < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return returned


if __name__ == "__main__":
    main()

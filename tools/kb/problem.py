"""What is wrong, where, and what to do about it."""

import difflib
import errno
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One line for the user; a warning does not turn the check red."""

    path: str
    line: int
    message: str
    rule: str = ""
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {'warning: ' if self.warning else ''}{self.message}"

    def as_json(self) -> dict:
        """The published shape: `path, line, rule, message` (and `warning`)."""
        return asdict(self)


class Trouble(Exception):
    """A problem that leaves nothing to go on with; the doors print it, never a traceback."""

    def __init__(self, path: str, line: int, message: str, rule: str = ""):
        super().__init__(message)
        self.problem = Problem(path, line, message, rule)

    def __str__(self) -> str:
        return str(self.problem)


def nearest(word: str, names: Iterable[str]) -> str:
    """A `; did you mean 'train'?`, or the names there are, or nothing where there is none."""
    names = list(names)
    lowered = {name.lower(): name for name in names}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    if close:
        return f"; did you mean '{lowered[close[0]]}'?"
    return f"; there {'is' if len(names) == 1 else 'are'} {', '.join(names)}" if names else ""


def html_in(text: str) -> str | None:
    """What to say of a text, shown on pages as it is, that a browser would take for HTML; nothing if it is plain."""
    found = re.search(r"<[A-Za-z/!?]\w*", text)
    return f"holds '{found[0]}', which a browser takes for HTML; put a space behind `<`" if found else None


def read_text(path: Path, shown: str) -> str:
    """The text of a UTF-8 file, without a byte-order mark and with plain line ends."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe would wait for ever
            raise OSError(errno.EINVAL, "no ordinary file")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Trouble(shown, line, f"not UTF-8 (byte {error.start}); save the file as UTF-8", "encoding") from None
    except FileNotFoundError:
        raise Trouble(shown, 1, "there is no such file", "missing") from None
    except OSError as error:
        message = f"cannot be read ({error.strerror}); put a readable file there"
        raise Trouble(shown, 1, message, "missing") from None


def read_each[Read](
    root: Path, paths: list[str], read: Callable[[Path, str], Read]
) -> tuple[dict[str, Read], list[Problem]]:
    """What can be read, by its name, and a problem for each of the rest."""
    found, problems = {}, []
    for path in paths:
        try:
            found[Path(path).stem] = read(root, path)
        except Trouble as trouble:
            problems.append(trouble.problem)
    return found, problems

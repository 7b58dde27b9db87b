"""One program in `snippets/`, in jupytext percent format, cut into titled sections."""

import re
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from kb.problem import Trouble, read_text
from kb.reading import read, remembered

FIELD = re.compile(r"(?P<name>[A-Z][a-z]+)\s{2,}(?P<value>\S.*)")
FIELDS = ("Source", "Differs", "Cost", "Notation", "Timing", "Needs", "Limit", "Network")
UNITS = {"MB": 1e6, "GB": 1e9, "s": 1.0, "min": 60.0}


def slug(title: str) -> str:
    """A section's name: its title in lower case with hyphens."""
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


@dataclass(frozen=True)
class Section:
    """One cell: its title, the lines of its marker and of its first line, its source and the hash of its tokens."""

    title: str
    line: int
    first: int
    source: str
    tokens: str
    markdown: bool = False

    @property
    def name(self) -> str:
        """What a note's link says behind `#`."""
        return slug(self.title)


@dataclass(frozen=True)
class Snippet:
    """A program: its sections in order, its docstring, and what its key and the check ask of it.

    `modules` are what it imports, `names` what may be a file's name in its strings, `results` the keys of each
    literal that becomes `results`, with their lines, and `statements` the lines of those at its top level.
    """

    path: str
    text: str
    sections: tuple[Section, ...]
    tokens: str
    modules: tuple[str, ...]
    names: tuple[str, ...]
    docstring: str
    statements: tuple[int, ...]
    results: tuple[tuple[tuple[str, int], ...], ...]

    @cached_property
    def name(self) -> str:
        """The file's name without `.py`."""
        return Path(self.path).stem

    def section(self, name: str) -> Section | None:
        """The code section of that name."""
        return next((section for section in self.sections if section.name == name and not section.markdown), None)

    @property
    def section_names(self) -> list[str]:
        """What a note can show."""
        return [section.name for section in self.sections if section.name and not section.markdown]

    @cached_property
    def idea(self) -> str:
        """The first paragraph of the docstring."""
        return " ".join(self.docstring.split("\n\n")[0].split())

    @cached_property
    def header(self) -> dict[str, str]:
        """The docstring's fields, such as `Source` and `Cost`; continuation lines are joined."""
        fields: dict[str, str] = {}
        name = None
        for line in self.docstring.split("\n")[1:]:
            if found := FIELD.fullmatch(line):
                name = found["name"]
                fields[name] = found["value"]
            elif name and line.startswith("  "):
                fields[name] += " " + line.strip()
            else:
                name = None
        return fields

    @property
    def alone(self) -> bool:
        """Whether it measures time and so has the machine to itself."""
        return self.header.get("Timing", "").startswith("alone")

    def amount(self, field: str) -> float | None:
        """The first amount in a header field, `Limit  120 s` or `Cost  about 2 min`, in seconds or bytes."""
        found = re.search(r"(\d+(?:\.\d+)?)\s*(MB|GB|s|min)\b", self.header.get(field, ""))
        return float(found[1]) * UNITS[found[2]] if found else None


def read_snippet(root: Path, path: str) -> Snippet:
    """Cut a program into its sections; raises Trouble where it is no Python."""
    text = read_text(root / path, path)
    return _snippet(path, text, partial(remembered, root))


def parse(path: str, text: str) -> Snippet:
    """The same from its text."""
    return _snippet(path, text, read)


def _snippet(path: str, text: str, reader: Callable[[str], dict]) -> Snippet:
    try:
        reading = reader(text)
    except (SyntaxError, tokenize.TokenError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or error.args[0]
        raise Trouble(path, line, f"not valid Python: {reason}; mend the program", "snippet") from None
    except (RecursionError, MemoryError):
        raise Trouble(path, 1, "not valid Python: too deeply nested; mend the program", "snippet") from None
    reading["sections"] = [Section(**section) for section in reading["sections"]]
    return Snippet(path, text, **{name: _fixed(value) for name, value in reading.items()})


def _fixed(value: Any) -> Any:
    return tuple(map(_fixed, value)) if isinstance(value, list) else value

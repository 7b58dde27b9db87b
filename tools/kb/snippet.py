"""One program in `snippets/`, in jupytext percent format, cut into titled sections."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from kb.problem import Trouble, read_text

MARKER = re.compile(r"#\s*%%\s*(?P<title>[^\[{]*?)\s*(?P<kind>\[markdown\]|\[md\])?\s*(?:\{.*\})?\s*")
FIELD = re.compile(r"(?P<name>[A-Z][a-z]+)\s{2,}(?P<value>\S.*)")
FIELDS = ("Source", "Differs", "Cost", "Notation", "Timing", "Needs", "Limit", "Network")
UNITS = {"MB": 1e6, "GB": 1e9, "s": 1.0, "min": 60.0}
IGNORED = (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER)
LAYOUT = {tokenize.NEWLINE: "\n", tokenize.INDENT: "→"}


def slug(title: str) -> str:
    """A section's name: its title in lower case with hyphens."""
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


@dataclass(frozen=True)
class Section:
    """One cell: its title, the line of its marker, that of its first line, its source and, for the key, its tokens."""

    title: str
    line: int
    first: int
    source: str
    tokens: tuple[str, ...]
    markdown: bool = False

    @property
    def name(self) -> str:
        """What a note's link says behind `#`."""
        return slug(self.title)


@dataclass(frozen=True)
class Snippet:
    """A program: its sections in order, its header fields and its syntax tree."""

    path: str
    text: str
    sections: tuple[Section, ...]
    tree: ast.Module

    @property
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
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree: walking it is most of what a key costs."""
        return list(ast.walk(self.tree))

    @cached_property
    def idea(self) -> str:
        """The first paragraph of the docstring."""
        return " ".join((ast.get_docstring(self.tree) or "").split("\n\n")[0].split())

    @cached_property
    def header(self) -> dict[str, str]:
        """The docstring's fields, such as `Source` and `Cost`; continuation lines are joined."""
        fields: dict[str, str] = {}
        name = None
        for line in (ast.get_docstring(self.tree) or "").split("\n")[1:]:
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
    return parse(path, text)


@cache  # a reload reads every program anew, and few have changed
def parse(path: str, text: str) -> Snippet:
    """The same from its text."""
    try:
        tree = ast.parse(text)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, tokenize.TokenError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or error.args[0]
        raise Trouble(path, line, f"not valid Python: {reason}; mend the program", "snippet") from None
    except (RecursionError, MemoryError):
        raise Trouble(path, 1, "not valid Python: too deeply nested; mend the program", "snippet") from None
    return Snippet(path, text, tuple(_sections(text, tokens)), tree)


def _sections(text: str, tokens: list[tokenize.TokenInfo]) -> Iterator[Section]:
    lines = io.StringIO(text).readlines()  # as the tokenizer counts them
    marks = [(0, "", False)]
    for token in tokens:
        found = MARKER.fullmatch(token.string) if token.type == tokenize.COMMENT and token.start[1] == 0 else None
        if found:
            marks.append((token.start[0], found["title"], bool(found["kind"])))
    ends = [line for line, *_ in marks[1:]] + [len(lines) + 1]
    for (line, title, markdown), end in zip(marks, ends, strict=True):
        body = "".join(lines[line : end - 1])
        source = body.strip("\n")
        first = line + 1 + len(body) - len(body.lstrip("\n"))
        cell = [token for token in tokens if line < token.start[0] < end and token.type not in IGNORED]
        if title or source.strip():
            yield Section(title, max(line, 1), first, source, tuple(_meaning(cell, lines)), markdown)


def _meaning(tokens: list[tokenize.TokenInfo], lines: list[str]) -> Iterator[str]:
    """What counts of a cell: every token, the ends of blocks, and f-strings letter for letter (`{x = }` prints)."""
    depth = nested = 0
    start = (0, 0)
    for token in tokens:
        if token.type == tokenize.FSTRING_START:
            start = start if nested else token.start
            nested += 1
        elif token.type == tokenize.FSTRING_END:
            nested -= 1
            if not nested:
                yield _between(lines, start, token.end)
        elif nested:
            continue
        elif token.type == tokenize.DEDENT:
            # the blocks of the cell above end, for the tokenizer, with the first statement of this one
            if depth:
                yield "←"
            depth -= bool(depth)
        else:
            depth += token.type == tokenize.INDENT
            yield LAYOUT.get(token.type, token.string)
    yield from "←" * depth


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    rows = lines[start[0] - 1 : end[0]]
    rows[-1] = rows[-1][: end[1]]
    rows[0] = rows[0][start[1] :]
    return "".join(rows)

"""Which lines of a Markdown text are prose, and which are code: the site's dialect, where content indents by four."""

import itertools
import re
from dataclasses import dataclass, field

# the dialect of pymdownx.superfences: a word or an option that it does not know makes a line no fence
OPENING = re.compile(
    r"""(?x) (?P<margin>[> ]*) (?P<marks>`{3,}|~{3,})
    (?P<info> (?:[ \t]*\.?[\w#.+-]+(?=[ \t]|$))?
    (?: [ \t]*\{[^\n]*\} | (?:[ \t]*(?:title|hl_lines|linenums)=(?:"[^"]*"|'[^']*')(?=[ \t]|$))+ )? ) [ \t]*"""
)
BLOCK = re.compile(r"(?:!!!|\?\?\?\+?|={3}[!+]*)\s|\[\^[^\]]+\]:|:\s{3}")
ITEM = re.compile(r"(?:[-*+]|\d+\.)\s+")
RAW = re.compile(r"\s*<(?P<tag>script|style)\b", re.IGNORECASE)
MASKED = re.compile(  # each branch begins with one character: Python finds those fast
    r"""(?xs) <!--.*?--> | \\[\[\]`$\\]
    | `(?<!``)(`*+).+?(?<!`)`\1(?!`)
    | \$\$.+?\$\$ | \$(?<![\\$\w]\$)(?!\s)[^$\n]+?(?<!\s)\$(?!\d)"""
)
PARAGRAPH = re.compile(r"((?:\n[ \t]*(?=\n))+)")
PYTHON = {
    *("python", "py", "python3", "py3", "python2", "py2", "pycon", "python-console", "pyi", "numpy"),
    *("ipython", "ipython3", "sage", "bazel", "starlark"),
}


@dataclass(frozen=True)
class Fence:
    """A fenced block that the site shows as code; `info` is all behind the opening marks."""

    line: int
    info: str
    code: str
    closed: bool = True

    @property
    def language(self) -> str:
        """The language it is highlighted as: the first word, or the first class of `{#id .python .x}`."""
        found = re.match(r"\.?([\w#.+-]+)", self.info) or re.search(r"(?<!\w)\.([\w+#-]+)", self.info)
        return found[1].lower() if found else ""

    @property
    def is_python(self) -> bool:
        """Whether the site shows it as Python."""
        return self.language in PYTHON


@dataclass
class Markup:
    """A text cut up: `prose` has every line, blank where it is code or comment; `fences` are those that are shown."""

    prose: list[str] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)


def read_markup(text: str) -> Markup:
    """Cut a text up, line for line."""
    return _Reader(text.split("\n")).read()


def mask(text: str) -> str:
    """The same text with inline code, comments, formulas and escapes blanked, character for character."""
    return MASKED.sub(lambda span: re.sub(r"[^\n]", "\x00", span[0]), text)


def opens_block(line: str) -> bool:
    """Whether a line opens an admonition, a tab or another block, whose content begins with the next."""
    return bool(BLOCK.match(line.strip() + " "))


class _Reader:
    """Reads a text from top to bottom; `indents` are the columns at which the open containers' content begins."""

    def __init__(self, lines: list[str]):
        self.lines = lines
        self.flat = [line.expandtabs(4) for line in lines]
        self.markup = Markup()
        self.indents, self.lists = [0], [False]
        self.blank = True
        self.at = 0
        # where a search ended that is not repeated from every line below
        self.unclosed: dict[tuple[str, str], int] = {}
        self.ends: dict[str, int] = {}

    def read(self) -> Markup:
        while self.at < len(self.lines):
            size = self._block()
            kept = [""] * size if size else [self._line()]
            self.markup.prose += kept
            self.at += len(kept)
        paragraphs = PARAGRAPH.split("\n".join(self.markup.prose))  # no span goes beyond one
        self.markup.prose = "".join(map(mask, paragraphs)).split("\n")
        return self.markup

    def _block(self) -> int:
        """The number of lines, from here on, that are no prose; 0 where this one is."""
        line = self.flat[self.at]
        indent = len(line) - len(line.lstrip(" "))
        if self.blank and line.strip():
            while indent < self.indents[-1]:
                self.indents.pop(), self.lists.pop()
            if indent >= self.indents[-1] + 4:
                return self._indented(self.indents[-1] + 4)
        if fence := self._fence():
            self.markup.fences.append(fence)
            self.blank = False
            return fence.code.count("\n") + (2 if fence.closed else 1)
        if raw := RAW.match(line):
            return self._until(f"</{raw['tag']}")
        if "<!--" in line and "<!--" in mask(line) and (size := self._until("-->")):
            # what stands behind the end of the comment is prose again
            self.blank = False
            last = self.at + size - 1
            behind = self.lines[last].partition("-->")[2]
            self.lines[last] = self.flat[last] = " " * (len(self.lines[last]) - len(behind)) + behind
            return size - 1 if behind.strip() else size
        return 0

    def _line(self) -> str:
        line = self.flat[self.at]
        indent = len(line) - len(line.lstrip(" "))
        content = line.lstrip(" ")
        is_item = bool(ITEM.match(content)) and (self.blank or self.lists[-1])
        if BLOCK.match(content) or is_item:
            while indent < self.indents[-1]:
                self.indents.pop(), self.lists.pop()
            self.indents.append(indent - indent % 4 + 4)
            self.lists.append(is_item)
        self.blank = not content or content.startswith("#")  # a heading needs no blank line
        return self.lines[self.at]

    def _fence(self) -> Fence | None:
        opening = OPENING.fullmatch(self.flat[self.at])
        if not opening or (re.search(r">     +$", opening["margin"]) and not self._quotes_a_list()):
            return None
        margin, info, marks = opening["margin"], opening["info"].strip(), opening["marks"]
        if self.at < self.unclosed.get((margin, marks), 0):
            return None if self.unclosed[margin, marks] < len(self.flat) else Fence(self.at + 1, info, "", closed=False)
        body: list[str] = []
        for number, line in enumerate(self.flat[self.at + 1 :], self.at + 1):
            if line.startswith(margin) and line[len(margin) :].rstrip(" \t") == marks:
                return Fence(self.at + 1, info, "".join(f"{line}\n" for line in body))
            if line.strip() and not line.startswith(margin.rstrip() if not line.strip("> ") else margin):
                self.unclosed[margin, marks] = number
                return None
            body.append(line[len(margin) :])
        self.unclosed[margin, marks] = len(self.flat)
        return Fence(self.at + 1, info, "", closed=False)

    def _quotes_a_list(self) -> bool:
        above = self.flat[: self.at]
        quoted = itertools.takewhile(lambda line: line.lstrip().startswith(">"), reversed(above))
        return any(ITEM.match(line.lstrip("> ")) for line in quoted)

    def _until(self, end: str) -> int:
        """How many lines it takes to a line with that end; 0 where there is none."""
        if end not in self.ends:
            self.ends[end] = max((number for number, line in enumerate(self.lines) if end in line), default=-1)
        size = range(1, self.ends[end] - self.at + 2)
        return next((number for number in size if end in self.lines[self.at + number - 1]), 0)

    def _indented(self, indent: int) -> int:
        last = number = self.at
        while number < len(self.flat) and (
            not self.flat[number].strip() or len(self.flat[number]) - len(self.flat[number].lstrip(" ")) >= indent
        ):
            last = number if self.flat[number].strip() else last
            number += 1
        return last - self.at + 1

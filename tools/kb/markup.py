"""Which lines of a Markdown text are prose, and which are code: the site's dialect, where content indents by four."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

OPENING = re.compile(r"(?P<quote>[> ]*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)")
CONTAINER = re.compile(r"(?:!!!|\?\?\?\+?|===[!+]*)\s|(?:[-*+]|\d+[.)])\s+|\[\^[^\]]+\]:|:\s{3}")
SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)
PYTHON = {"python", "py", "python3", "py3", "pycon", "python-console", "pyi", "ipython", "ipython3", "sage"}


@dataclass(frozen=True)
class Fence:
    """A fenced block that the site shows as code; `info` is all behind the opening marks."""

    line: int
    info: str
    code: str
    closed: bool = True

    @property
    def language(self) -> str:
        """The language it is highlighted as: the first word, or the first class of `{.python .x}`."""
        found = re.match(r"\{?[\s.:]*([\w+#-]*)", self.info.strip())
        return found[1].lower() if found else ""

    @property
    def is_python(self) -> bool:
        """Whether the site shows it as Python."""
        return self.language in PYTHON


@dataclass
class Markup:
    """A text cut up: `prose` has every line, blanked where it is code or comment; `fences` are those that are shown."""

    prose: list[str] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)


def read_markup(text: str) -> Markup:
    """Cut a text up, line for line."""
    lines = text.split("\n")
    markup = Markup()
    indents, blank, number = [0], True, 0
    while number < len(lines):
        line = lines[number]
        indent = len(line) - len(line.lstrip(" "))
        if blank and line.strip():
            while indent < indents[-1]:
                indents.pop()
        code = blank and line.strip() and indent >= indents[-1] + 4
        fence = None if code else _fence(lines, number)
        if fence:
            markup.fences.append(fence)
            size = fence.code.count("\n") + (2 if fence.closed else 1)
            markup.prose += [""] * size
            number, blank = number + size, True
            continue
        if "<!--" in mask(line):
            size = _comment(lines, number)
            markup.prose += [line[: line.index("<!--")], *[""] * (size - 1)]
            number += size
            continue
        if code:
            size = _indented(lines, number, indents[-1] + 4)
            markup.prose += [""] * size
            number, blank = number + size, True
            continue
        if CONTAINER.match(line.lstrip(" ")) and (blank or indent >= indents[-1]):
            while indent < indents[-1]:
                indents.pop()
            indents.append(indent + 4)
        markup.prose.append(line)
        blank, number = not line.strip(), number + 1
    markup.prose = mask("\n".join(markup.prose)).split("\n")
    return markup


def mask(text: str) -> str:
    """The same text with inline code and comments blanked, character for character."""
    return SPAN.sub(lambda span: re.sub(r"[^\n]", "\x00", span[0]), text)


def _fence(lines: list[str], number: int) -> Fence | None:
    opening = OPENING.fullmatch(lines[number])
    if not opening:
        return None
    close = re.compile(rf"[> ]*{opening['ticks']}\s*")
    indent = len(opening["quote"])
    for end in range(number + 1, len(lines)):
        if close.fullmatch(lines[end]):
            body = [line[min(indent, len(line) - len(line.lstrip("> "))) :] for line in lines[number + 1 : end]]
            return Fence(number + 1, opening["info"].strip(), "".join(f"{line}\n" for line in body))
    return Fence(number + 1, opening["info"].strip(), "", closed=False)


def _comment(lines: list[str], start: int) -> int:
    """How many lines a comment that is still open at the end of its first line takes; what follows its end is lost."""
    for end in range(start, len(lines)):
        if "-->" in lines[end]:
            return end - start + 1
    return len(lines) - start


def _indented(lines: list[str], start: int, indent: int) -> int:
    end = last = start
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip(" ")) >= indent):
        last = end if lines[end].strip() else last
        end += 1
    return last - start + 1


def links(markup: Markup) -> Iterator[tuple[int, re.Match]]:
    """Every inline link or image of the prose, with the number of its line (from 1)."""
    for number, line in enumerate(markup.prose, 1):
        for found in LINK.finditer(line):
            yield number, found


LINK = re.compile(r"(?P<image>!)?\[(?P<text>[^\[\]\n]*)\]\((?P<target>[^()\s]+)(?:\s+\"[^\"]*\")?\)")

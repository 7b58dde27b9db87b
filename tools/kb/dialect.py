"""What only the site's Markdown has, said in plain Markdown: boxes, tabs, attributes, comments, kinds of fences."""

import re
from collections.abc import Iterator

from kb.markup import Markup

MARKS = ("!!!", "???", "===")
BOX = re.compile(r'(?P<indent>\s*)(?:!!!|\?\?\?\+?|={3}[!+]*)\s+(?P<kind>[\w -]*?)\s*(?:"(?P<title>.*)")?\s*')
ATTRIBUTES = re.compile(r"""\s*\{:?\s*(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|'[^']*'|[^\s"'{}]+))[^{}]*\}""")
COMMENT = re.compile(r"\s*<!--.*-->\s*")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
Edit = tuple[int, int, int, str]  # a row, from where to where in it, and what to put there


def literal(text: str) -> str:
    """A text of one line in which nothing is HTML."""
    return TAG.sub(r"\<", " ".join(text.split()))


def plain(text: str, markup: Markup, edits: list[Edit]) -> str:
    """The text with edits made and all that only the site understands taken out."""
    written, rows = text.split("\n"), text.split("\n")
    dropped = ((row, found.start(), found.end(), "") for row, found in _attributes(markup))
    for row, start, end, new in sorted([*edits, *dropped], reverse=True):
        rows[row] = rows[row][:start] + new + rows[row][end:]
    code = set()
    for block in markup.fences:
        at = block.line - 1
        code |= set(range(at, at + block.code.count("\n") + 2))
        if not re.fullmatch(r"[\w+-]*", block.info):
            rows[at] = rows[at].replace(block.info, block.language, 1)
    kept = enumerate(_unboxed(written, rows, markup.prose))
    return "\n".join(row for at, row in kept if at in code or "<!--" not in row or not COMMENT.fullmatch(row))


def _attributes(markup: Markup) -> Iterator[tuple[int, re.Match]]:
    for row, line in enumerate(markup.prose):
        if "{" in line:
            yield from ((row, found) for found in ATTRIBUTES.finditer(line))


def _unboxed(written: list[str], rows: list[str], prose: list[str]) -> Iterator[str]:
    """Each row, a box as its title in bold and its content no longer indented; `written` are the rows as typed."""
    boxes: list[int] = []
    for typed, below, row, line in zip(written, [*written[1:], ""], rows, prose, strict=True):
        indent = len(typed) - len(typed.lstrip())
        while boxes and typed.strip() and indent < boxes[-1] + 4:
            boxes.pop()
        out = " " * 4 * len(boxes)
        shown = "\n".join(part.removeprefix(out) for part in row.split("\n")) if boxes else row
        if line.lstrip()[:3] in MARKS and (box := BOX.fullmatch(line)):
            # the title as typed: in `prose` its formulas and code are blank
            title = BOX.fullmatch(typed)
            name = (title and title["title"]) or box["kind"].capitalize()
            end = "\n" if below.strip() else ""  # its content is a paragraph of its own
            shown = f"{box['indent'].removeprefix(out)}**{name}**{end}" if name else ""
            boxes.append(indent)
        yield shown

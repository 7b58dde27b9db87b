"""One Markdown file in `notes/`: front matter, links to programs, and prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from kb.claim import Claim
from kb.front_matter import FrontMatter, read_front_matter
from kb.markup import Fence, Markup, opens_block, read_markup
from kb.problem import Problem, Trouble, read_text

LINK = re.compile(
    r"""(?x) (?P<image>!)? \[(?P<text>[^\[\]\n]*)\]
    \( \s* (?:<(?P<angled>[^<>\n]*)>|(?P<plain>[^()\s<>]+)) (?:\s+(?:"[^"]*"|'[^']*'))? \s* \)"""
)
LARGEST = 1_000_000  # bytes


@dataclass(frozen=True)
class Link:
    """A link or image as a note has it: `text` and `target` as typed, `alone` if it is a paragraph of its own."""

    line: int
    column: int
    end: int
    text: str
    target: str
    image: bool
    alone: bool

    @property
    def path(self) -> str:
        """The target before `#`."""
        return self.target.partition("#")[0]

    @property
    def fragment(self) -> str:
        """The target behind `#`."""
        return self.target.partition("#")[2]

    @property
    def local(self) -> bool:
        """Whether it leads into the repository: it has a path and no scheme."""
        return bool(self.path) and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/", self.target)


@dataclass(frozen=True)
class Note:
    """A note as it is written; `first` is the line at which its body begins."""

    path: str
    body: str
    first: int
    front_matter: FrontMatter

    @property
    def meta(self) -> dict:
        """The fields of its front matter."""
        return self.front_matter.fields

    @property
    def claims(self) -> list[Claim]:
        """Its claims, those that can be read."""
        return self.front_matter.claims

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with its front matter."""
        return self.front_matter.problems

    @cached_property
    def programs(self) -> set[str]:
        """The names of the snippets that it links to, or whose metrics test its claims."""
        linked = {Path(link.path).stem for link in self.links if link.path.startswith("../snippets/")}
        return linked | {claim.snippet for claim in self.claims if claim.metric}

    def line_of(self, name: str) -> int:
        """The line of a field of its front matter."""
        return self.front_matter.lines.get(name, 1)

    @cached_property
    def name(self) -> str:
        """The file's name without `.md`, which is its address on the site."""
        return Path(self.path).stem

    @property
    def title(self) -> str:
        """Its title, or its name while it has none."""
        return str(self.meta.get("title") or self.name)

    @property
    def kind(self) -> str:
        """What it is: a note unless it says otherwise."""
        return self.meta.get("kind", "note")

    @property
    def tags(self) -> list[str]:
        """Its tags as typed."""
        tags = self.meta.get("tags")
        return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []

    @property
    def old_names(self) -> list[str]:
        """The names that it had."""
        names = self.meta.get("redirect_from")
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    @property
    def links(self) -> list[Link]:
        """Every inline link and image of its prose; `line` counts from the top of the file."""
        return self._cut[0]

    @property
    def fences(self) -> list[Fence]:
        """Every fenced block that the site shows as code; `line` counts from the top of the body."""
        return self._cut[1]

    @cached_property
    def _cut(self) -> tuple[list[Link], list[Fence]]:
        """What is kept of its body when it is cut up; all of the prose would be the body once more."""
        markup = read_markup(self.body)
        return list(self._links(markup)), markup.fences

    def _links(self, markup: Markup) -> Iterator[Link]:
        rows = self.body.split("\n")
        for number, match in links(markup):
            row = rows[number - 1]
            above, below = (rows[at].strip() if 0 <= at < len(rows) else "" for at in (number - 2, number))
            alone = row.strip() == row[match.start() : match.end()] and not below and (not above or opens_block(above))
            text = row[match.start("text") : match.end("text")]
            where = (number + self.first - 1, match.start(), match.end())
            yield Link(*where, text, match["angled"] or match["plain"] or "", bool(match["image"]), alone)


def read_note(root: Path, path: str) -> Note:
    """Read a note; raises Trouble where there is no front matter to go on with."""
    if not (root / path).is_file():
        return parse(path, read_text(root / path, path))  # which says what stands there instead
    stat = (root / path).stat()
    if stat.st_size > LARGEST:
        raise Trouble(path, 1, f"larger than {LARGEST / 1e6:g} MB; a note is prose, put data into datasets/", "size")
    return _read(root / path, path, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)


@cache  # a reload reads every note anew, and of thousands only one has changed
def _read(file: Path, path: str, mtime_ns: int, ctime_ns: int, size: int) -> Note:
    return parse(path, read_text(file, path))


def parse(path: str, text: str) -> Note:
    """The same from its text."""
    found = re.match(r"---[ ]*\n(?P<yaml>.*?)(?:(?<=\n)---[ ]*(?:\n|$))(?P<body>.*)", text, re.DOTALL)
    if not found:
        raise Trouble(
            path, 1, "no front matter; begin with a line ---, then title, date and tags, then ---", "front-matter"
        )
    first = text[: found.start("body")].count("\n") + 1
    return Note(path, found["body"], first, read_front_matter(path, found["yaml"]))


def links(markup: Markup) -> Iterator[tuple[int, re.Match]]:
    """Every inline link or image of the prose, with the number of its line (from 1)."""
    for number, line in enumerate(markup.prose, 1):
        for found in LINK.finditer(line) if "](" in line else ():  # few lines have it, and the expression is slow
            yield number, found

"""The closed vocabulary of tags, `notes/tags.toml`: aliases, a description and a parent for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.problem import Trouble, nearest
from kb.table import read_tables

FILE = "notes/tags.toml"
REQUIRED = ("description",)
OPTIONAL = ("aliases", "parent")


@dataclass(frozen=True)
class Tag:
    """One word of the vocabulary."""

    name: str
    description: str
    aliases: Sequence[str] = ()
    parent: str | None = None

    @property
    def slug(self) -> str:
        """The name of its page: `tags/SLUG`."""
        return self.name.lower()


def read_tags(root: Path) -> dict[str, Tag]:
    """Every tag by its name; raises Trouble where one spelling means two tags, or a parent is none."""
    tags = {name: _tag(name, line, row) for name, (line, row) in read_tables(root, FILE, REQUIRED, OPTIONAL).items()}
    spellings: dict[str, str] = {}
    for tag in tags.values():
        for spelling in (tag.name, *tag.aliases):
            other = spellings.setdefault(spelling.lower(), tag.name)
            if other != tag.name:
                raise Trouble(FILE, 1, f"'{spelling}' means both '{other}' and '{tag.name}'; keep one", "tag")
        _check_ancestors(tag, tags)
    return tags


def _tag(name: str, line: int, row: dict) -> Tag:
    aliases = row.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise Trouble(FILE, line, f"[{name}] aliases is {aliases!r}; write a list of texts", "tag")
    return Tag(name, **row)


def _check_ancestors(tag: Tag, tags: dict[str, Tag]) -> None:
    line = [tag.name]
    while parent := tags[line[-1]].parent:
        if parent not in tags:
            raise Trouble(FILE, 1, f"'{line[-1]}' has the unknown parent '{parent}'{nearest(parent, tags)}", "tag")
        line.append(parent)
        if parent in line[:-1]:
            path = ", ".join(line)
            raise Trouble(FILE, 1, f"'{parent}' is its own ancestor ({path}); give one of them another parent", "tag")


def find(word: str, tags: dict[str, Tag]) -> Tag | None:
    """The tag that a word means: its name or an alias, whatever the case and with or without `#`."""
    if word in tags:  # nearly always, and asked once for each tag of each note
        return tags[word]
    wanted = word.removeprefix("#").lower()
    for tag in tags.values():
        if wanted in (tag.name.lower(), *(alias.lower() for alias in tag.aliases)):
            return tag
    return None

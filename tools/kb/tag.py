"""The closed vocabulary of tags, `notes/tags.toml`: aliases, a description and a parent for each."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.problem import Trouble, nearest, read_text

FILE = "notes/tags.toml"


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
    """Every tag by its name."""
    try:
        table = tomllib.loads(read_text(root / FILE, FILE))
        tags = {name: Tag(name, **row) for name, row in table.items()}
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise Trouble(FILE, 1, f"not a table of tags ({error}); see the entries there", "tag") from None
    for tag in tags.values():
        if tag.parent and tag.parent not in tags:
            raise Trouble(
                FILE, 1, f"'{tag.name}' has the unknown parent '{tag.parent}'{nearest(tag.parent, tags)}", "tag"
            )
    return tags


def find(word: str, tags: dict[str, Tag]) -> Tag | None:
    """The tag that a word means: its name or an alias, whatever the case and with or without `#`."""
    wanted = word.removeprefix("#").lower()
    for tag in tags.values():
        if wanted in (tag.name.lower(), *(alias.lower() for alias in tag.aliases)):
            return tag
    return None

"""The works that notes cite: BibTeX entries, each of which lives once, in `notes/references.bib`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.problem import Trouble, read_text

FILE = "notes/references.bib"


@dataclass(frozen=True)
class Work:
    """One entry: its key and how a list of references shows it, in Markdown."""

    key: str
    shown: str


def read_bibliography(root: Path) -> dict[str, Work]:
    """Every work by its key."""
    return _works(read_text(root / FILE, FILE)) if (root / FILE).is_file() else {}


@cache
def _works(text: str) -> dict[str, Work]:
    # imported here: most commands cite nothing, and it costs a quarter of a second
    import pybtex.database
    from pybtex.backends.markdown import Backend
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.unsrt import Style

    try:
        data = pybtex.database.parse_string(text, "bibtex")
        entries = Style().format_entries(data.entries.values())
        return {entry.key: Work(entry.key, entry.text.render(Backend("utf-8"))) for entry in entries}
    except PybtexError as error:
        raise Trouble(FILE, getattr(error, "lineno", None) or 1, f"not BibTeX: {error}", "reference") from None

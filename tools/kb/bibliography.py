"""The works that notes cite: BibTeX entries, each of which lives once, in `notes/references.bib`."""

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kb.cache import Cache, name_of
from kb.problem import Trouble, read_text

FILE = "notes/references.bib"
STORE = ".cache/bibliography"


@dataclass(frozen=True)
class Work:
    """One entry: its key and how a list of references shows it, in Markdown."""

    key: str
    shown: str


def read_bibliography(root: Path) -> dict[str, Work]:
    """Every work by its key; a file that was read before is not read again."""
    if not (root / FILE).is_file():
        return {}
    text, works = read_text(root / FILE, FILE), Cache(root / STORE)
    name = name_of(Path(__file__).read_bytes(), version("pybtex").encode(), text.encode())
    shown = json.loads(works.get(name, lambda: json.dumps(_shown(text)).encode()))
    works.sweep()
    return {key: Work(key, text) for key, text in shown.items()}


def _shown(text: str) -> dict[str, str]:
    # imported here: most commands cite nothing, and it costs a quarter of a second
    import pybtex.database
    from pybtex.backends.markdown import Backend
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.unsrt import Style

    try:
        data = pybtex.database.parse_string(text, "bibtex")
        entries = Style().format_entries(data.entries.values())
        return {entry.key: entry.text.render(Backend("utf-8")) for entry in entries}
    except PybtexError as error:
        raise Trouble(FILE, getattr(error, "lineno", None) or 1, f"not BibTeX: {error}", "reference") from None

"""What the site publishes for programs, beside its pages: one file after the other, so that none waits in memory."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb import catalogue
from kb.feed import feeds
from kb.ledger import ledger
from kb.llms import llms
from kb.notebook import Notebook
from kb.plain import plain
from kb.preview import previews
from kb.site import Site

SCHEMAS = Path(__file__).with_name("schemas")


def files(site: Site, notebook: Notebook) -> Iterator[tuple[str, bytes]]:
    """Each file with its address below the site's."""
    yield "claims.json", _json(ledger(notebook))
    yield "notes.json", _json(catalogue.catalogue(site, notebook))
    yield from feeds(site, notebook)
    yield "llms.txt", "".join(llms(site, notebook)).encode()
    yield "robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {site.url('sitemap.xml')}\n".encode()
    for path in sorted(SCHEMAS.glob("*.json")):
        yield f"schemas/{path.name}", _schema(site, path)
    for note in notebook.notes.values():
        yield catalogue.copy(note), plain(site, notebook, note).encode()
    yield from previews(site, notebook)


def _json(rows: Iterable[dict]) -> bytes:
    """A list with one row a line."""
    return ("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n").encode()


def _schema(site: Site, path: Path) -> bytes:
    """A schema that knows where it is published."""
    schema = json.loads(path.read_text())
    named = {"$schema": schema.pop("$schema"), "$id": site.url(f"schemas/{path.name}"), **schema}
    return (json.dumps(named, indent=1, ensure_ascii=False) + "\n").encode()

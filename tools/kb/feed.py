"""The newest notes as Atom feeds: one of all, and one of each tag."""

import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree import ElementTree

from kb import catalogue
from kb.note import Note
from kb.notebook import Notebook
from kb.site import NOTES_LICENCE, Site

ATOM = "http://www.w3.org/2005/Atom"
NEWEST = 50
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 has no way to write the rest


def feeds(site: Site, notebook: Notebook) -> Iterator[tuple[str, bytes]]:
    """Every feed with its address below the site's."""
    newest = catalogue.newest(notebook)
    yield "feed.xml", feed(site, notebook, newest[:NEWEST], site.name, "")
    tagged: dict[str, list[Note]] = defaultdict(list)
    for note in newest:
        for name in catalogue.tags(notebook, note):
            tagged[name].append(note)
    for name, notes in tagged.items():
        title, folder = f"{site.name}: {name}", f"tags/{notebook.tags[name].slug}/"
        yield f"{folder}feed.xml", feed(site, notebook, notes[:NEWEST], title, folder)


def feed(site: Site, notebook: Notebook, notes: list[Note], title: str, folder: str) -> bytes:
    """One feed, which lies beside the page that lists its notes; a correction makes a note new again."""
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", site.url(folder))
    _add(root, "title", title)
    _add(root, "updated", _moment(max(map(catalogue.updated, notes), default="")))
    _add(root, "link", rel="self", type="application/atom+xml", href=site.url(f"{folder}feed.xml"))
    _add(root, "link", rel="alternate", type="text/html", href=site.url(folder))
    for author in site.authors:
        _add(_add(root, "author"), "name", author.name)
    _add(root, "rights", NOTES_LICENCE[0])
    for note in notes:
        _entry(_add(root, "entry"), site, notebook, note)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(node: ElementTree.Element, site: Site, notebook: Notebook, note: Note) -> None:
    address = site.url(catalogue.page(note))
    corrected = [f"Corrected {day}: {text}" for day, text in catalogue.corrections(note)]
    _add(node, "id", address)
    _add(node, "title", note.title)
    _add(node, "published", _moment(catalogue.written(note)))
    _add(node, "updated", _moment(catalogue.updated(note)))
    _add(node, "link", rel="alternate", type="text/html", href=address)
    for name in catalogue.tags(notebook, note):
        _add(node, "category", term=name)
    _add(node, "summary", " ".join([catalogue.description(note) or note.title, *corrected]))


def _add(parent: ElementTree.Element, name: str, text: str | None = None, /, **attributes: str) -> ElementTree.Element:
    node = ElementTree.SubElement(parent, name, attributes)
    node.text = None if text is None else NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return node


def _moment(day: str) -> str:
    """A day as Atom writes moments; a note without a day is as old as can be."""
    return f"{day or '1970-01-01'}T00:00:00Z"

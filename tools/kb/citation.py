"""How a note is cited: a BibTeX entry to copy, and the tags that reference managers read."""

import re

from kb import catalogue
from kb.note import Note
from kb.notebook import Notebook
from kb.site import Author, Site

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# BibTeX counts every brace, one behind a backslash too: those of a text become commands
LATEX = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "&%$#_"},
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
    }
)


def bibtex(site: Site, notebook: Notebook, note: Note) -> str:
    """The entry of a note: its address, the site it is part of, and the day since which its numbers stand."""
    year, _, rest = catalogue.written(note).partition("-")
    told = [site.name, f"version {site.version}" if site.version else ""]
    told += [f"corrected {day}" for day, _ in catalogue.corrections(note)[-1:]]
    if day := catalogue.verified(notebook, note):
        told.append(f"numbers verified {day}")
    fields = {
        "author": " and ".join(map(_author, site.authors)),
        "title": f"{{{_latex(note.title)}}}",  # braces keep its capitals
        "year": year,
        "month": MONTHS[int(rest[:2]) - 1] if rest else "",
        "url": site.url(catalogue.page(note)),
        "note": _latex(", ".join(filter(None, told))),
    }
    shown = {name: value if name == "month" else f"{{{value}}}" for name, value in fields.items() if value}
    key = re.sub(r"[^A-Za-z0-9_-]+", "-", note.name).strip("-") + year
    rows = "".join(f"  {name:<6} = {value},\n" for name, value in shown.items())
    return f"@misc{{{key},\n{rows}}}"


def highwire(site: Site, note: Note, keywords: list[str]) -> list[tuple[str, str]]:
    """The Highwire Press tags: with an institution, Zotero and Google Scholar take a note for a report of it."""
    found = [
        ("citation_title", note.title),
        *(("citation_author", author.inverted) for author in site.authors),
        ("citation_publication_date", catalogue.written(note).replace("-", "/")),
        ("citation_technical_report_institution", site.name),
        ("citation_public_url", site.url(catalogue.page(note))),
        ("citation_abstract", catalogue.description(note)),
        ("citation_keywords", "; ".join(keywords)),
        ("citation_language", "en"),
    ]
    return [(name, value) for name, value in found if value]


def _author(author: Author) -> str:
    return _latex(author.inverted) if author.given else f"{{{_latex(author.family)}}}"


def _latex(text: str) -> str:
    return " ".join(text.split()).translate(LATEX)

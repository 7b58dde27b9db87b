"""`llms.txt`: a title, a quotation, and sections of links, as llmstxt.org has it."""

import re

from kb.llms import llms
from kb.site import Site

SITE = Site("Notes", "https://notes.example/kb/", "What we tried.", "", ())


def test_it_lists_notes_programs_and_files_with_what_they_are(book):
    book.snippet("toy")
    book.note("heat", matter="title: 'Heat [new]'\ndate: 2026-11-21\ntags: [ML]\ndescription: It spreads.\n")
    text = "".join(llms(SITE, book.notebook))
    assert text.startswith("# Notes\n\n> What we tried.\n\n")
    assert re.findall(r"^## .*", text, re.MULTILINE) == ["## Notes", "## Programs", "## Data"]
    assert re.findall(r"^- .*", text, re.MULTILINE) == [
        r"- [Heat \[new\]](https://notes.example/kb/heat/index.html.md): It spreads. (2026-11-21)",
        "- [toy](https://notes.example/kb/lab/toy/toy.py): The idea.",
        "- [claims.json](https://notes.example/kb/claims.json): every claim of every note with what was measured"
        " (schema: schemas/claims.schema.json)",
        "- [notes.json](https://notes.example/kb/notes.json): every note with its address, dates, tags and verdicts"
        " (schema: schemas/notes.schema.json)",
        "- [feed.xml](https://notes.example/kb/feed.xml): the newest notes and corrections (Atom)",
    ]


def test_verdicts_are_counted_and_a_description_is_not_needed(book):
    claims = "claims:\n  - says: a\n    where: b\n    verdict: untestable\n"
    book.note("heat", claims=claims)
    assert "index.html.md): (2026-11-21, 1 untestable)\n" in "".join(llms(SITE, book.notebook))

"""A note for those who read no HTML: plain Markdown with its numbers, outputs, claims and references filled in."""

import re

from kb import catalogue, dialect
from kb.claim import Claim, computed_verdict
from kb.dialect import literal
from kb.figure import KINDS
from kb.link import Target, resolve
from kb.markdown_table import table_row
from kb.markup import read_markup
from kb.metric import LATEST, describe, fill, show
from kb.note import Link, Note
from kb.notebook import Notebook
from kb.problem import Problem
from kb.render import fence
from kb.run import Run
from kb.site import NOTES_LICENCE, Site

NEEDLESS = re.compile(r"\\(?=[^\w\s*_`\[\]\\<])")  # pybtex escapes each sign, full stops too
LONGEST = 4000  # characters of one output
NUMBERS = ("Number", "Metric", "Measured", "Run")
CLAIMS = ("Claim", "Source", "Stated", "Expected", "Measured", "Metric", "Verdict", "Because")


def plain(site: Site, notebook: Notebook, note: Note) -> str:
    """The whole copy; addresses are absolute, so that it can be taken along."""
    copy = Copy(site, notebook, note)
    parts = [copy.head(), copy.body(), copy.numbers(), copy.claims(), copy.corrections(), copy.references()]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


class Copy:
    """What one note needs while it is copied."""

    def __init__(self, site: Site, notebook: Notebook, note: Note):
        self.site, self.notebook, self.note = site, notebook, note
        self.cited: set[str] = set()
        self.measured: dict[str, list[str]] = {}

    def head(self) -> str:
        """What the page shows above its text."""
        note, day = self.note, catalogue.updated(self.note)
        facts = {
            "Page": self.site.url(catalogue.page(note)),
            "Kind": note.kind,
            "Date": catalogue.written(note) + (f", corrected {day}" if day > catalogue.written(note) else ""),
            "Numbers verified": catalogue.verified(self.notebook, note),
            "Source": catalogue.source(note),
            "Tags": ", ".join(catalogue.tags(self.notebook, note)),
            "Authors": ", ".join(author.name for author in self.site.authors),
            "Licence": NOTES_LICENCE[0],
        }
        lines = "\n".join(f"- {name}: {literal(value)}" for name, value in facts.items() if value)
        quote = literal(catalogue.description(note))
        return "\n\n".join([f"# {literal(note.title)}", *([f"> {quote}"] if quote else []), lines])

    def body(self) -> str:
        """Its text with every link as what it points at."""
        links = [(link.line - self.note.first, link.column, link.end, self.shown(link)) for link in self.note.links]
        return dialect.plain(self.note.body, read_markup(self.note.body), links)

    def shown(self, link: Link) -> str:
        """What stands in a link's place."""
        target = resolve(self.notebook, self.note, link)
        if target is None or isinstance(target, Problem):
            return f"{'!' if link.image else ''}[{link.text}]({link.target})"
        if target.what == "note":
            return f"{'!' if link.image else ''}[{link.text}]({self._published(target, link)})"
        if target.what == "file":
            return f"[{link.text}]({self.site.source(target.path)})"
        if target.what == "work":
            self.cited.add(target.name)
            return link.text
        run = self.notebook.runs.get(target.snippet)
        if target.what == "metric":
            return self._number(target, link, run)
        if target.what == "lab" or not link.alone:
            return f"[{link.text}]({self._lab(target)})"
        block = self._figures(target, link, run) if link.image else self._section(target, link, run)
        return block.replace("\n", "\n" + " " * link.column)

    def _number(self, target: Target, link: Link, run: Run | None) -> str:
        if run is None:
            return link.text
        measured = run.metrics[target.name]
        text = fill(link.text, measured) if LATEST in link.text else link.text
        metric = f"{target.snippet}.{target.name}"
        self.measured[metric] = [text, metric, describe(measured), run.day]
        return text

    def _published(self, target: Target, link: Link) -> str:
        path = target.path.removeprefix("notes/")
        if path.endswith(".md"):
            path = f"{path.removesuffix('.md')}/index.html.md"
        return self.site.url(path) + (f"#{link.fragment}" if link.fragment else "")

    def _lab(self, target: Target) -> str:
        return self.site.url(f"lab/{target.snippet}/") + (f"#{target.name}" if target.name else "")

    def _section(self, target: Target, link: Link, run: Run | None) -> str:
        section = self.notebook.snippets[target.snippet].section(target.name)
        origin = f"Section `{target.name}` of [{target.path}]({self._lab(target)}):"
        code = fence("python", section.source if section else "")
        printed = [_output(text) for text in _printed(run, target.name)] if run else []
        return "\n\n".join([origin, code, *printed, self._figures(target, link, run)]).rstrip("\n")

    def _figures(self, target: Target, link: Link, run: Run | None) -> str:
        if run is None:
            return f"*(no run of {target.path} is recorded on the machine that made this copy)*"
        drawn = run.figures(target.name)
        if link.image and not drawn:
            return f"[{link.text}]({self._lab(target)})"
        folder = f"figures/{target.snippet}"
        return "\n\n".join(f"![{link.text}]({self.site.url(f'{folder}/{figure.file}')})" for figure in drawn)

    def numbers(self) -> str:
        """The numbers of its text beside what was measured."""
        return _table("Numbers", NUMBERS, list(self.measured.values()))

    def claims(self) -> str:
        """Its claims beside what was measured."""
        return _table("Claims", CLAIMS, [self._claim(claim) for claim in self.note.claims])

    def _claim(self, claim: Claim) -> list[str]:
        run = self.notebook.runs.get(claim.snippet)
        measured = run.metrics.get(claim.metric_name) if run else None
        confirmed = computed_verdict(claim, measured) == claim.verdict
        return [
            claim.says,
            claim.where,
            "" if claim.paper is None else show(claim.paper),
            claim.expect or "",
            "" if measured is None else describe(measured),
            claim.metric or "",
            claim.verdict + ("" if confirmed else " (not confirmed on this machine)"),
            claim.because or "",
        ]

    def corrections(self) -> str:
        """What was corrected, and when."""
        return _list("Corrections", [f"{day}: {literal(text)}" for day, text in catalogue.corrections(self.note)])

    def references(self) -> str:
        """The works that it cites, in the order of the bibliography."""
        works = [work.shown for key, work in self.notebook.bibliography.items() if key in self.cited]
        return _list("References", [" ".join(NEEDLESS.sub("", work).split()) for work in works])


def _printed(run: Run, section: str) -> list[str]:
    """What a section printed, and of what it displayed as HTML the plain text that came with it."""
    shown = [output["data"] for output in run.outputs.get(section, []) if "text/html" in output.get("data", {})]
    plain = ["".join(data.get("text/plain", "")) for data in shown if not KINDS.keys() & data.keys()]
    return run.texts(section) + [text for text in plain if text and not text.startswith("<")]


def _output(text: str) -> str:
    cut = text.rstrip("\n")
    return fence("text", cut if len(cut) <= LONGEST else f"{cut[:LONGEST]}\n… {len(cut) - LONGEST} characters more")


def _list(title: str, rows: list[str]) -> str:
    return "\n".join([f"## {title}\n", *(f"- {row}" for row in rows)]) if rows else ""


def _table(title: str, head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows] if rows else []
    shown = [table_row(map(literal, line)) for line in lines]
    return "\n".join([f"## {title}\n", *shown]) if rows else ""

"""A note's Markdown with its links to programs turned into what they point at: text in, text out."""

from html import escape
from urllib.parse import quote

from kb.claim import Claim, computed_verdict
from kb.figure import Figure
from kb.ledger import anchors
from kb.link import Target, resolve
from kb.markdown_table import table_row
from kb.metric import LATEST, agrees, describe, fill, show, typed
from kb.note import Link, Note
from kb.notebook import Notebook
from kb.problem import Problem
from kb.run import Run

LONGEST = 4000  # characters of one output that a note shows; the lab page has all


def render(notebook: Notebook, note: Note, repository: str = "", failures: dict[str, Problem] | None = None) -> str:
    """The Markdown of a note's page; `failures` are the runs that ended badly, `repository` where files are browsed."""
    page = Page(notebook, note, repository.rstrip("/"), failures or {})
    rows = note.body.split("\n")
    for link in reversed(note.links):
        at = link.line - note.first
        rows[at] = rows[at][: link.column] + page.shown(link) + rows[at][link.end :]
    return "\n".join(rows) + page.claims() + page.references()


class Page:
    """What one note needs while it is rendered."""

    def __init__(self, notebook: Notebook, note: Note, repository: str, failures: dict[str, Problem]):
        self.notebook, self.note, self.repository, self.failures = notebook, note, repository, failures
        self.cited: set[str] = set()

    def shown(self, link: Link) -> str:
        """What stands in the link's place; a block is indented as the link was."""
        target = resolve(self.notebook, self.note, link)
        written = f"{'!' if link.image else ''}[{link.text}]({link.target})"
        if isinstance(target, Problem):
            return self._indent(failure(str(target)), link) if link.alone else written
        if target is None or target.what == "note":
            return written
        if target.what == "file":
            return f"[{link.text}]({self.repository}/{quote(target.path)})" if self.repository else link.text
        if target.what == "work":
            self.cited.add(target.name)
            return f"[{link.text}](#{target.name})"
        if target.what == "lab":
            return f"[{link.text}]({lab(target)})"
        if target.what == "metric":
            return self._metric(link, target)
        if link.alone:
            return self._indent(self._figures(link, target) if link.image else self._section(link, target), link)
        return f"[{link.text}]({lab(target)})"

    def _indent(self, block: str, link: Link) -> str:
        return block.replace("\n", "\n" + " " * link.column)

    def _metric(self, link: Link, target: Target) -> str:
        run = self.notebook.runs.get(target.snippet)
        if run is None:
            title = f"{target.snippet} has no run on this machine"
            return f'[{link.text}]({lab(target, "")}){{ .measured .unconfirmed title="{title}" }}'
        measured = run.metrics[target.name]
        text = fill(link.text, measured) if LATEST in link.text else link.text
        number = typed(link.text)
        confirmed = number is None or agrees(number, measured)
        title = f"{target.snippet} · {target.name} {describe(measured)} · run {run.day}"
        title += "" if confirmed else " · not confirmed on this machine"
        marks = ".measured" if confirmed else ".measured .unconfirmed"
        return f'[{text}]({lab(target, "")}){{ {marks} title="{title}" }}'

    def _section(self, link: Link, target: Target) -> str:
        section = self.notebook.snippets[target.snippet].section(target.name)
        title = f"{target.path} · {target.name}"
        code = fence(f'{{ .python title="{title}" }}', section.source if section else "")
        run = self.notebook.runs.get(target.snippet)
        shown = self._outputs(run, link, target) if run else [self._missing(target)]
        origin = f"[the whole program]({lab(target)}){{ .origin }}"
        return "\n\n".join([code, *shown, origin])

    def _outputs(self, run: Run, link: Link, target: Target) -> list[str]:
        parts = [output_block(text) for text in run.texts(target.name)]
        parts += [html_block(f'<div class="html-output">{markup}</div>') for markup in run.markups(target.name)]
        return parts + [self._drawn(figure, target, link) for figure in run.figures(target.name)]

    def _figures(self, link: Link, target: Target) -> str:
        run = self.notebook.runs.get(target.snippet)
        if run is None:
            return self._missing(target)
        shown = [self._drawn(figure, target, link) for figure in run.figures(target.name)]
        shown = shown or [html_block(labelled(markup, link.text)) for markup in run.markups(target.name)]
        return "\n\n".join(shown) or failure(f"section '{target.name}' of {target.path} drew no figure")

    def _drawn(self, figure: Figure, target: Target, link: Link) -> str:
        return html_block(figure.drawn(f"../figures/{target.snippet}", link.text))

    def _missing(self, target: Target) -> str:
        problem = self.failures.get(target.snippet)
        return failure(str(problem) if problem else f"{target.path} has no run; `kb run {target.snippet}` makes one")

    def claims(self) -> str:
        """The table of the note's claims, which stands under its text."""
        if not self.note.claims:
            return ""
        head = "| Claim | Source | Expected | Measured | Verdict |\n|---|---|---|---|---|"
        rows = [self._claim(*named) for named in zip(self.note.claims, anchors(self.note), strict=True)]
        return "\n".join(['\n\n## Claims\n\n<div class="claims" markdown="1">\n', head, *rows, "\n</div>\n"])

    def references(self) -> str:
        """The works that the note cites, in the order of the bibliography."""
        if not self.cited:
            return ""
        works = [work for key, work in self.notebook.bibliography.items() if key in self.cited]
        return "\n".join(
            ["", "", "## References", *(f"\n{work.shown}\n{{: #{work.key} .reference }}" for work in works), ""]
        )

    def _claim(self, claim: Claim, name: str) -> str:
        run = self.notebook.runs.get(claim.snippet)
        measured = run.metrics.get(claim.metric_name) if run else None
        computed = computed_verdict(claim, measured)
        stated = f'<span class="verdict {claim.verdict}">{claim.verdict}</span>'
        if computed != claim.verdict:
            stated += " <small>not confirmed on this machine</small>"
        stated += f"<br><small>{claim.because}</small>" if claim.because else ""
        number = describe(measured) if measured is not None else "no run" if claim.metric else "–"
        link = f"[{number}](lab/{claim.snippet}.ipynb)<br><small>{claim.metric}</small>" if claim.metric else number
        paper = show(claim.paper) if claim.paper is not None else "–"
        says = f'{claim.says} <a class="permalink" id="{name}" href="../claims/#{name}" title="among all claims">#</a>'
        return table_row((f"{says}<br><small>{claim.where}</small>", paper, claim.expect or "–", link, stated))


def lab(target: Target, fragment: str | None = None) -> str:
    """The address of a lab page as MkDocs resolves it, at the section unless told otherwise."""
    name = target.name if fragment is None else fragment
    return f"lab/{target.snippet}.ipynb" + (f"#{name}" if name else "")


def fence(info: str, text: str) -> str:
    """A fenced block that no line of the text can close."""
    marks = "```"
    while marks in text:
        marks += "`"
    return f"{marks} {info}\n{text}\n{marks}"


def output_block(text: str) -> str:
    """What a program printed."""
    text = text.rstrip("\n")
    if len(text) > LONGEST:
        text = text[:LONGEST] + f"\n… {len(text) - LONGEST} characters more on the lab page"
    return fence("{ .text .output }", text)


def html_block(markup: str) -> str:
    """HTML that stays as it is, wherever it stands; the site's `kb-html` fence emits it."""
    return fence("kb-html", markup)


def labelled(markup: str, text: str) -> str:
    """What a program displayed as HTML, such as an animation with a switch, under the text that describes it."""
    return f'<figure class="drawn html-output" role="group" aria-label="{escape(text)}">{markup}</figure>'


def failure(message: str) -> str:
    """What stands where a result is missing."""
    return f'!!! failure "Nothing to show"\n    {message}'

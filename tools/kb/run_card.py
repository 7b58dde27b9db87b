"""What the site says of a program: what it measured, how it ran, who uses it, and how to take it along."""

import re
from html import escape
from pathlib import Path

from kb.metric import Measured, describe, show
from kb.note import Note
from kb.notebook import Notebook
from kb.problem import Problem
from kb.run import Run
from kb.snippet import Snippet

SHOWN = ("numpy", "scipy", "pandas", "scikit-learn", "jax", "jaxlib", "optax", "flax", "matplotlib", "dtreeviz")
FEW = 6  # measured numbers that stand first
ADDRESS = re.compile(r"https?://[^\s;,)]+|(?P<doi>doi:\s*)10\.\d+/[^\s;,]+|(?P<arxiv>arXiv:\s*)\d{4}\.\d{4,5}")


def card(notebook: Notebook, snippet: Snippet, notes: list[Note], problem: Problem | None, repository: str) -> str:
    """The card of a program: the numbers of its run first, then how it ran, its header, and the rest on demand."""
    run = notebook.runs.get(snippet.name)
    if run:
        measured = _measured(run, _quoted(snippet.name, notes))
        parts = [
            _results(measured[:FEW]),
            _more(f"{len(measured) - FEW} numbers more", _results(measured[FEW:])),
            _ran(run),
        ]
    else:
        parts = [f'<p class="ran">{escape(str(problem) if problem else "no run on this machine")}</p>']
    parts += [_ways(snippet, repository), _rows(_facts(notebook, snippet, notes, run))]
    parts += [_more("machine, revision and every package", _rows(_provenance(run)))] if run else []
    return f'<aside class="run{"" if run else " missing"}">{"".join(parts)}</aside>'


def _quoted(name: str, notes: list[Note]) -> set[str]:
    """The metrics of a program that notes quote or claim with."""
    linked = {link.fragment for note in notes for link in note.links if Path(link.path).stem == name}
    return linked | {claim.metric_name for note in notes for claim in note.claims if claim.snippet == name}


def _measured(run: Run, quoted: set[str]) -> list[tuple[str, Measured]]:
    return sorted(run.record["metrics"].items(), key=lambda metric: metric[0] not in quoted)


def _results(metrics: list[tuple[str, Measured]]) -> str:
    rows = ""
    for name, measured in metrics:
        number, _, of = describe(measured).partition(" ± ")
        spread = f" <small>± {of}</small>" if of else ""
        rows += f"<div><dt>{escape(name)}</dt><dd>{number}{spread}</dd></div>"
    return f'<dl class="results">{rows}</dl>' if rows else ""


def _rows(facts: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in facts if value)}</dl>"


def _more(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>{content}</details>" if content else ""


def _ran(run: Run) -> str:
    record, parts = run.record, run.record["parts"]
    took = f"{show(record['seconds'])} s, {show(record['cpu_seconds'])} CPU s, {show(record['memory'] / 1e6)} MB"
    versions = [f"{name} {version}" for name, version in parts["versions"].items() if name in SHOWN]
    programs = [version.removeprefix("dot - ") for version in parts["programs"].values()]
    ran = f"Run {record['started'][:16].replace('T', ' ')} UTC: {took}."
    return f'<p class="ran">{ran}<br>{" · ".join([f"Python {parts['python']}", *versions, *programs])}</p>'


def _ways(snippet: Snippet, repository: str) -> str:
    """How to take it along."""
    name = snippet.name
    links = [
        # '../NAME/', since mkdocs-jupyter takes a bare NAME.ipynb for the page itself
        f'<a href="../{name}/{name}.{kind}" download>{name}.{kind}</a>'
        for kind in ("ipynb", "py")
    ]
    address = colab(repository, name)
    links += [f'<a href="{address}">Open in Colab</a>'] if address else []
    return f'<p class="ways">{" ".join(links)}</p>'


def colab(repository: str, name: str) -> str:
    """Where Colab opens the published notebook: it reads GitHub only, so the branch on which the site is published."""
    found = re.fullmatch(r"https://github\.com/([^/]+/[^/]+?)(?:\.git)?/?", repository)
    return f"https://colab.research.google.com/github/{found[1]}/blob/gh-pages/lab/{name}/{name}.ipynb" if found else ""


def _facts(notebook: Notebook, snippet: Snippet, notes: list[Note], run: Run | None) -> list[tuple[str, str]]:
    used = ", ".join(f'<a href="../../{note.name}/">{escape(note.title)}</a>' for note in notes)
    licences = {data.path: data.licence for data in notebook.datasets.values()}
    data = [
        f"{path} (sha256 {digest[:12]}…, licence {escape(licences.get(path, 'unstated'))})"
        for path, digest in (run.record["parts"]["datasets"] if run else {}).items()
    ]
    header = [(name, linked(value)) for name, value in snippet.header.items()]
    again = f"<code>./kb run {snippet.name} --again</code> or <code>python {snippet.path}</code>"
    return [("Notes", used), *header, ("Data", "<br>".join(data)), ("Run it", again)]


def linked(text: str) -> str:
    """A text in which addresses, DOIs and arXiv numbers are links."""
    pieces, at = [], 0
    for found in ADDRESS.finditer(text):
        address = found[0].rstrip(".")
        target = address
        if found["doi"]:
            target = f"https://doi.org/{address.removeprefix(found['doi'])}"
        elif found["arxiv"]:
            target = f"https://arxiv.org/abs/{address.removeprefix(found['arxiv'])}"
        pieces += [escape(text[at : found.start()]), f'<a href="{escape(target)}">{escape(address)}</a>']
        at = found.start() + len(address)
    return "".join([*pieces, escape(text[at:])])


def _provenance(run: Run) -> list[tuple[str, str]]:
    record, machine = run.record, run.record["machine"]
    revision, changed, _ = record["revision"].partition("+")
    return [
        ("Machine", escape(f"{machine['processor']}, {machine['cores']} cores, {machine['system']}")),
        ("Revision", revision + (" and changes not committed" if changed else "")),
        ("Packages", " · ".join(f"{name} {version}" for name, version in record["parts"]["versions"].items())),
    ]

"""What to paste into an issue that says "this did not reproduce for me": all that the run depended on, and no name."""

import platform
import re
from collections.abc import Iterator

from kb.claim import computed_verdict
from kb.failure import Failure, last_failure
from kb.git import revision
from kb.markdown_table import table_row
from kb.metric import describe
from kb.notebook import Notebook
from kb.privacy import anonymous
from kb.problem import Problem
from kb.run import earlier_records, metrics_of

GIGA = 1e9


def report(notebook: Notebook, name: str, problems: list[Problem]) -> str:
    """Markdown for an issue; `problems` are what the check says of the snippet and of the notes that show it."""
    run = notebook.runs.get(name)
    record = run.record if run else next(earlier_records(notebook.root, name), None)
    failure = last_failure(notebook.root, name)
    parts = [f"### `{name}` on another machine", "", *_command(notebook, name, record)]
    if problems:
        parts += ["", "#### What `kb check` says", "", *_fenced("\n".join(map(str, problems)))]
    if failure:
        parts += ["", *_failed(failure)]
    if record:
        metrics = metrics_of(record)
        parts += ["", "#### Measured here", "", "| metric | measured |", "|---|---|"]
        parts += [table_row((metric, describe(measured))) for metric, measured in metrics.items()]
        parts += _claims(notebook, name, metrics)
        parts += ["", *_machine(record["machine"]), "", *_key(record["key"], record["parts"])]
    return anonymous("\n".join(parts), notebook.root) + "\n"


def _command(notebook: Notebook, name: str, record: dict | None) -> Iterator[str]:
    yield f"- command: `./kb run {name} --again`"
    yield f"- state: {'fresh' if name in notebook.runs else notebook.why_stale(name)}"
    yield f"- revision now: {revision(notebook.root) or 'not in git'}"
    if record:
        yield f"- recorded: {record['started']}, revision {record['revision'] or 'not in git'}"


def _failed(failure: Failure) -> Iterator[str]:
    yield "#### The last attempt failed"
    yield ""
    yield f"{failure.when}, line {failure.line}: {failure.message}"
    if failure.tail:
        yield ""
        yield from _fenced(failure.tail)


def _claims(notebook: Notebook, name: str, metrics: dict) -> Iterator[str]:
    rows = [
        (note.path, claim)
        for note in notebook.notes.values()
        for claim in note.claims
        if claim.metric and claim.snippet == name
    ]
    if rows:
        yield from ("", "#### Claims", "", "| note | line | metric | expected | stated | computed here |")
        yield "|---|---|---|---|---|---|"
    for path, claim in rows:
        computed = computed_verdict(claim, metrics.get(claim.metric_name)) or "not measured"
        yield table_row((path, str(claim.line), claim.metric_name, claim.expect or "", claim.verdict, computed))


def _machine(machine: dict) -> Iterator[str]:
    yield from ("#### Machine", "", f"- {machine['system']}, {machine['processor']}")
    yield f"- {machine['cores']} cores, {machine['memory'] / GIGA:.1f} GB, Python {platform.python_version()}"


def _key(key: str, parts: dict) -> Iterator[str]:
    """What the run depended on, as `kb why` compares it."""
    yield from ("<details><summary>What the run depended on</summary>", "", f"key {key}", "")
    rows = [f"python {parts['python']}", f"machine {parts['machine']}", f"format {parts['format']}"]
    rows += [f"section {section or 'header'} {digest}" for section, digest in parts["cells"]]
    for part in ("imports", "datasets", "styles", "programs", "versions"):
        rows += [f"{part} {name} {value[:16] if part != 'programs' else value}" for name, value in parts[part].items()]
    yield from _fenced("\n".join(rows))
    yield from ("", "</details>")


def _fenced(text: str) -> Iterator[str]:
    longest = max((len(marks) for marks in re.findall(r"`{3,}", text)), default=2)
    yield "`" * (longest + 1) + "text"
    yield text
    yield "`" * (longest + 1)

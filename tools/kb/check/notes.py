"""The rules that a note keeps."""

import io
from collections.abc import Iterator

from pytest_codeblocks.main import extract_from_buffer

from kb.claim import Claim, computed_verdict
from kb.link import Target, resolve
from kb.metric import LATEST, agrees, describe, finer_than_spread, typed
from kb.note import Link, Note
from kb.notebook import Notebook
from kb.problem import Problem, nearest
from kb.tag import find


def front_matter(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """Front matter has title, date and tags, and no field that is not known."""
    yield from note.problems


def tags(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """Every tag is one of the vocabulary, by its own name."""
    for tag in note.tags:
        found = find(tag, notebook.tags)
        if found is None:
            message = f"unknown tag '{tag}'{nearest(tag, notebook.tags)}; new ones go into notes/tags.toml"
            yield Problem(note.path, note.line_of("tags"), message, "tag")
        elif found.name != tag:
            yield Problem(note.path, note.line_of("tags"), f"'{tag}' is an alias; write '{found.name}'", "tag")


def redirects(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """An address that a note had is no other note's."""
    for old in note.meta.get("redirect_from") or []:
        if str(old) in notebook.notes:
            message = f"redirect_from names '{old}', which is a note; take it out"
            yield Problem(note.path, note.line_of("redirect_from"), message, "redirect")


def links(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """Every link into the repository leads somewhere, and every typed number agrees with its metric."""
    for link in note.links:
        target = resolve(notebook, note, link)
        if isinstance(target, Problem):
            yield target
        elif target and target.what == "metric" and LATEST not in link.text:
            yield from _number(notebook, note, link, target)
        elif target and target.what == "figure":
            yield from _figure(notebook, note, link, target)


def _number(notebook: Notebook, note: Note, link: Link, target: Target) -> Iterator[Problem]:
    run, number = notebook.runs.get(target.snippet), typed(link.text)
    if number is None:
        message = f"'{link.text}' is not a number; write it like 97.8 %, 2.1 ×, 12 s or 1.2e-7, or … for the last run's"
        yield Problem(note.path, link.line, message, "number")
    elif run and not agrees(number, run.metrics[target.name]):
        alone = notebook.snippets[target.snippet].alone
        here = " on this machine" if alone else "; correct the number"
        message = (
            f"'{link.text}' is typed, but {target.snippet}.{target.name} is {describe(run.metrics[target.name])}{here}"
        )
        yield Problem(note.path, link.line, message, "number", warning=alone)
    elif run and finer_than_spread(number, run.metrics[target.name]):
        message = f"'{link.text}' is finer than its spread over seeds: {describe(run.metrics[target.name])}; round it"
        yield Problem(note.path, link.line, message, "number")


def _figure(notebook: Notebook, note: Note, link: Link, target: Target) -> Iterator[Problem]:
    run = notebook.runs.get(target.snippet)
    if not link.text.strip():
        yield Problem(note.path, link.line, "a figure without a text; describe what it shows", "figure")
    if run and not run.figures(target.name):
        message = f"section '{target.name}' of {target.path} drew no figure; name the one that draws it"
        yield Problem(note.path, link.line, message, "figure")


def claims(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """Every claim's verdict is the one its metric gives."""
    for claim in note.claims:
        if claim.metric is None and claim.verdict == "untestable":
            continue
        message = _claim_message(notebook, claim)
        if message:
            snippet = notebook.snippets.get(claim.snippet)
            timing = bool(snippet and snippet.alone and message.startswith("the verdict"))
            yield Problem(note.path, claim.line, message, "claim", warning=timing)


def _claim_message(notebook: Notebook, claim: Claim) -> str | None:
    if claim.metric is None:
        return "no metric tests this claim; name one, or give it the verdict untestable"
    if not claim.metric_name or claim.snippet not in notebook.snippets:
        return (
            f"metric '{claim.metric}' is of no snippet; write SNIPPET.METRIC{nearest(claim.snippet, notebook.snippets)}"
        )
    run = notebook.runs.get(claim.snippet)
    if run is None:
        return None  # the missing run is one problem, that of the snippet
    if claim.metric_name not in run.metrics:
        return (
            f"snippets/{claim.snippet}.py has no metric '{claim.metric_name}'{nearest(claim.metric_name, run.metrics)}"
        )
    measured = run.metrics[claim.metric_name]
    computed = computed_verdict(claim, measured)
    if computed == claim.verdict:
        return None
    return f"the verdict is '{claim.verdict}', but {claim.metric} is {describe(measured)}, which gives '{computed}'"


def code_blocks(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """A Python block that the site shows is one that pytest-codeblocks runs."""
    for fence in note.markup.fences:
        if not fence.closed:
            yield Problem(note.path, fence.line + note.first - 1, f"the fence ```{fence.info} is never closed", "code")
    if not any(fence.is_python for fence in note.markup.fences):
        return
    try:
        blocks = extract_from_buffer(io.StringIO(note.body))
    except RuntimeError as error:
        yield Problem(note.path, note.first, f"pytest-codeblocks cannot read the note: {error}", "code")
        return
    run = "".join(block.code for block in blocks if block.syntax == "python")
    for fence in note.markup.fences:
        if fence.is_python and fence.closed and not (fence.info == "python" and fence.code in run):
            message = (
                f"nothing runs this Python block (```{fence.info}); begin it with ```python alone, or with ```text"
            )
            yield Problem(note.path, fence.line + note.first - 1, message, "code")


RULES = (front_matter, tags, redirects, links, claims, code_blocks)

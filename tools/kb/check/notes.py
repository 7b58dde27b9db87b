"""The rules that a note keeps."""

import io
import re
from collections.abc import Iterator

from pytest_codeblocks.main import CodeBlock, extract_from_buffer

from kb.claim import Claim, computed_verdict
from kb.link import Target, resolve
from kb.markup import Fence, read_markup
from kb.metric import LATEST, agrees, describe, finer_than_spread, typed
from kb.note import Link, Note
from kb.notebook import MADE, Notebook
from kb.problem import Problem, nearest
from kb.tag import find

MISPLACED = re.compile(r"claims:\s*")


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


def redirects(notebook: Notebook) -> Iterator[Problem]:
    """An address that a note had is no other note's, nor that of a page that the site makes."""
    pages = {name.casefold() for name in (*notebook.notes, *MADE)}
    first: dict[str, Note] = {}
    for note in notebook.notes.values():
        line = note.line_of("redirect_from")
        for old in note.old_names:
            other = first.setdefault(old.casefold(), note)
            if old.casefold() in pages:
                yield Problem(note.path, line, f"redirect_from names '{old}', which is a page; take it out", "redirect")
            if other is not note:
                message = f"redirect_from names '{old}', as {other.path} does; take one out"
                yield Problem(note.path, line, message, "redirect")


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
    if run and not run.figures(target.name) and not run.markups(target.name):
        message = f"section '{target.name}' of {target.path} drew no figure; name the one that draws it"
        yield Problem(note.path, link.line, message, "figure")


def images(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """Every image has a text for those who do not see it: words, not a file's name or a section's."""
    for link in note.links:
        if link.image and len(link.text.split()) < 2:
            what = f"'{link.text}' does not describe an image" if link.text.strip() else "an image without a text"
            yield Problem(note.path, link.line, f"{what}; say in a few words what it shows", "image")


def claims(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """Every claim's verdict is the one its metric gives, and none stands where it is not read."""
    prose = read_markup(note.body).prose if MISPLACED.search(note.body) else []
    for number, row in enumerate(prose, note.first):
        if MISPLACED.fullmatch(row):
            message = "claims stand in the text, where nothing checks them; move them above the second line ---"
            yield Problem(note.path, number, message, "claim")
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
    unclosed = [fence for fence in note.fences if not fence.closed]
    for fence in unclosed:
        yield Problem(note.path, fence.line + note.first - 1, f"the fence ```{fence.info} is never closed", "code")
    shown = [fence for fence in note.fences if fence.is_python]
    if unclosed or not shown:
        return
    try:
        blocks = extract_from_buffer(io.StringIO(note.body))
    except RuntimeError as error:
        yield Problem(note.path, note.first, f"pytest-codeblocks cannot read the note: {error}", "code")
        return
    rows = note.body.split("\n")
    for fence in shown:
        if not _is_run(fence, rows, [block for block in blocks if block.syntax == "python"]):
            opening = rows[fence.line - 1].strip()
            message = f"nothing runs this Python block ({opening}); begin it with ```python alone, or with ```text"
            yield Problem(note.path, fence.line + note.first - 1, message, "code")


def _is_run(fence: Fence, rows: list[str], blocks: list[CodeBlock]) -> bool:
    """Whether a block begins at the fence's line, or at an earlier one that it continues."""
    above = next((row for row in reversed(rows[: fence.line - 1]) if row.strip()), "")
    continues = re.match(r"<!--[-\s]*pytest-codeblocks:[-\s]*cont\b", above.strip())
    at = max((block.lineno for block in blocks if block.lineno <= fence.line), default=0)
    block = next((block for block in blocks if block.lineno == at), None)
    return bool(block) and fence.code in block.code and (at == fence.line or bool(continues))


def name(notebook: Notebook, note: Note) -> Iterator[Problem]:
    """A note does not take the name of a page that the site makes."""
    if note.name.casefold() in MADE:
        yield Problem(note.path, 1, "the site makes a page of this name; rename the note", "name")


RULES = (front_matter, tags, name, links, images, claims, code_blocks)

"""The rules that a program keeps."""

from collections.abc import Iterator
from itertools import pairwise

from kb.notebook import Notebook
from kb.problem import Problem, nearest
from kb.run import ALWAYS
from kb.snippet import FIELDS, Snippet

ORDER = ("setup", "data", "model", "loss", "train", "evaluate", "main", "result")
NEEDED = ("Source", "Differs", "Cost")


def header(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """A program says its idea, its source, how it differs and what it costs."""
    if not snippet.idea:
        yield Problem(
            snippet.path, 1, "no docstring; say the idea in one sentence, then Source, Differs and Cost", "header"
        )
        return
    for name in snippet.header:
        if name not in FIELDS:
            yield Problem(
                snippet.path, 1, f"the header has the unknown field '{name}'{nearest(name, FIELDS)}", "header"
            )
    for name in NEEDED:
        if name not in snippet.header:
            yield Problem(snippet.path, 1, f"the header lacks '{name}'; add it below the idea", "header")


def sections(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """Every cell has a title of its own, and the known ones come in the known order."""
    seen: dict[str, int] = {}
    titled = [section for section in snippet.sections if not section.markdown and section.line > 1]
    for section in titled:
        if not section.name:
            yield Problem(snippet.path, section.line, "a cell without a title; write `# %% TITLE`", "section")
        elif section.name in seen:
            yield Problem(
                snippet.path,
                section.line,
                f"the section '{section.name}' stands in line {seen[section.name]} too",
                "section",
            )
        seen.setdefault(section.name, section.line)
    known = [section for section in titled if section.name in ORDER]
    for before, after in pairwise(known):
        if ORDER.index(before.name) > ORDER.index(after.name):
            message = f"the section '{after.name}' comes after '{before.name}'; the order is {', '.join(ORDER)}"
            yield Problem(snippet.path, after.line, message, "section")
    run = notebook.runs.get(snippet.name)
    for name in run.metrics if run else ALWAYS:
        if name in seen:
            yield Problem(snippet.path, seen[name], f"'{name}' is a section and a metric; rename one", "section")


def fresh(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """Every snippet has a run of today's program, data and packages."""
    if snippet.name not in notebook.runs:
        yield Problem(snippet.path, 1, f"{notebook.why_stale(snippet.name)}; run `kb run {snippet.name}`", "run")


RULES = (header, sections, fresh)

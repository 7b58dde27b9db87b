"""The rules that a program keeps."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from kb.notebook import Notebook
from kb.problem import Problem, html_in, nearest
from kb.results import RESERVED
from kb.snippet import FIELDS, Snippet

ORDER = ("setup", "data", "model", "loss", "train", "evaluate", "main", "result")
NEEDED = ("Source", "Differs", "Cost")
VALUES = {
    "Timing": (r"alone\b", "write `alone`, or leave it out"),
    "Network": (r"yes\b", "write `yes`, or leave it out"),
    "Needs": (r"[\d.]+\s*(MB|GB)\b", "write it like `4 GB` or `500 MB`"),
    "Limit": (r"[\d.]+\s*(s|min)\b", "write it like `120 s` or `2 min`"),
}


def header(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """A program says its idea, its source, how it differs and what it costs."""
    if not snippet.idea:
        yield Problem(
            snippet.path, 1, "no docstring; say the idea in one sentence, then Source, Differs and Cost", "header"
        )
        return
    for name, text in {"idea": snippet.idea, **snippet.header}.items():
        if html := html_in(text):
            yield Problem(snippet.path, 1, f"the header's {name} {html}", "header")
    for name in snippet.header:
        if name not in FIELDS:
            yield Problem(
                snippet.path, 1, f"the header has the unknown field '{name}'{nearest(name, FIELDS)}", "header"
            )
    for name in NEEDED:
        if name not in snippet.header:
            yield Problem(snippet.path, 1, f"the header lacks '{name}'; add it below the idea", "header")


def values(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """What the header says to the runner is what the runner understands."""
    for field, (pattern, remedy) in VALUES.items():
        if field in snippet.header and not re.match(pattern, snippet.header[field]):
            message = f"the header's {field} is '{snippet.header[field]}'; {remedy}"
            yield Problem(snippet.path, 1, message, "header")


def metrics(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """No metric stands twice in `results`: Python would keep the last without a word."""
    for keys in snippet.results:
        for name, count in Counter(name for name, _ in keys).items():
            if count > 1:
                line = next(line for key, line in reversed(keys) if key == name)
                yield Problem(snippet.path, line, f"'{name}' stands twice in results; keep one", "metric")


def sections(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """Every cell has a title of its own, and the known ones come in the known order."""
    seen: dict[str, int] = {}
    titled = [section for section in snippet.sections if not section.markdown and section.line > 1]
    for section in titled:
        if html := html_in(section.title):
            yield Problem(snippet.path, section.line, f"the title {html}", "section")
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
    for name in run.metrics if run else RESERVED:
        if name in seen:
            yield Problem(snippet.path, seen[name], f"'{name}' is a section and a metric; rename one", "section")


def fresh(notebook: Notebook, snippet: Snippet) -> Iterator[Problem]:
    """Every snippet has a run of today's program, data and packages."""
    if snippet.name not in notebook.runs:
        yield Problem(snippet.path, 1, notebook.why_stale(snippet.name), "run")


RULES = (header, values, sections, metrics, fresh)

"""What has one right answer is repaired: a tag's alias, the form of a date, a last digit that moved."""

import datetime
import json
import re
from collections.abc import Iterator

import yaml

from kb.edit import Edit, rows_of
from kb.link import Target, resolve
from kb.metric import TYPED, Measured, finer_than_spread, mean, typed
from kb.note import Note
from kb.notebook import Notebook
from kb.problem import Problem
from kb.tag import find
from kb.yaml_node import compose, line_of

DATES = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d %B %Y", "%d %b %Y", "%d. %B %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y"),
)


def fixes(notebook: Notebook, note: Note) -> Iterator[Edit | Problem]:
    """An edit for each thing with one right answer; a problem for each with several."""
    rows = rows_of(notebook.root, note.path)
    matter = compose(note.path, "\n".join(row.rstrip("\r") for row in rows[1 : note.first - 2]) + "\n")
    for key, value in matter.value:
        if key.value == "tags" and isinstance(value, yaml.SequenceNode):
            yield from _tags(notebook, note, [item for item in value.value if isinstance(item, yaml.ScalarNode)], rows)
        elif key.value == "date" and isinstance(value, yaml.ScalarNode):
            yield from _date(note, value, rows)
    yield from _numbers(notebook, note)


def _tags(notebook: Notebook, note: Note, nodes: list[yaml.ScalarNode], rows: list[str]) -> Iterator[Edit | Problem]:
    """A tag is written by its own name, unless it stands there already."""
    meant = [find(node.value, notebook.tags) for node in nodes]
    for node, tag in zip(nodes, meant, strict=True):
        if tag is None or tag.name == node.value:
            continue
        if meant.count(tag) > 1:
            message = f"'{node.value}' is '{tag.name}', which the note has twice then; keep one of them"
            yield Problem(note.path, line_of(node.start_mark), message, "tag")
        else:
            plain = yaml.safe_load(f"[{tag.name}]") == [tag.name]
            quote = node.style if node.style in ("'", '"') else ""
            yield from _replace(note, node, rows, f"{quote}{tag.name}{quote}" if plain else json.dumps(tag.name))


def _date(note: Note, node: yaml.ScalarNode, rows: list[str]) -> Iterator[Edit | Problem]:
    """A date is written as 2026-11-21 where it can only mean one day."""
    if not node.style and re.fullmatch(r"\d{4}-\d\d-\d\d", node.value):
        return
    days = sorted(set(_days(node.value)))
    if len(days) == 1:
        yield from _replace(note, node, rows, f"{days[0]}")
    elif days:
        message = f"'{node.value}' is {' or '.join(map(str, days))}; write the one that is meant"
        yield Problem(note.path, line_of(node.start_mark), message, "front-matter")


def _days(text: str) -> Iterator[datetime.date]:
    forms = ("%Y%m%d",) if re.fullmatch(r"\d{8}", text) else DATES
    for form in forms:
        try:
            yield datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue


def _replace(note: Note, node: yaml.ScalarNode, rows: list[str], new: str) -> Iterator[Edit]:
    """The edit of a value of the front matter; none where it has escapes, or YAML counts lines otherwise than we do."""
    line, column = line_of(node.start_mark), node.start_mark.column
    old = rows[line - 1][column : node.end_mark.column]
    if old.strip("'\"") == node.value:
        yield Edit(note.path, line, column, old, new)


def _numbers(notebook: Notebook, note: Note) -> Iterator[Edit]:
    """A number is that of the last run, rounded as it is written; one that moved further wants its sentence read."""
    for link in note.links:
        target = resolve(notebook, note, link)
        if not isinstance(target, Target) or target.what != "metric" or target.snippet not in notebook.runs:
            continue
        new = retyped(link.text, notebook.runs[target.snippet].metrics[target.name])
        if new and not notebook.snippets[target.snippet].alone:  # that would be this machine's number
            yield Edit(note.path, link.line, link.column + 1, link.text, new)


def retyped(text: str, measured: Measured) -> str | None:
    """The text with the digits of what was measured; nothing where it has them, or is off by more than its last."""
    number, spaced = typed(text), re.sub(r"[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text)
    found = TYPED.search(spaced, len(text) - len(text.lstrip()))
    if number is None or found is None or finer_than_spread(number, measured):
        return None
    off = abs(number.value - mean(measured)) / number.unit
    if not 0.5 * (1 + 1e-9) < off <= 1 + 1e-9 or number.value * mean(measured) < 0:
        return None
    decimals = len(found["digits"].partition(".")[2])
    scaled = abs(mean(measured)) / (number.unit * 10**decimals)
    digits = f"{scaled:{',' if ',' in found['digits'] else ''}.{decimals}f}"
    digits = digits.removeprefix("0") if found["digits"].startswith(".") else digits
    new = text[: found.start("digits")] + digits + text[found.end("digits") :]
    same_shape = len(digits) == len(found["digits"]) or not (found["e"] or found["ten"])
    minus_zero = found["sign"] and not float(digits.replace(",", ""))
    return new if same_shape and not minus_zero else None

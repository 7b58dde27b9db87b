"""The YAML at the head of a note: its fields, the line of each, its claims, and what is wrong with it."""

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from kb.claim import FIELDS as CLAIM_FIELDS
from kb.claim import VERDICTS, Claim, expectation
from kb.problem import Problem, Trouble, nearest

KINDS = ("note", "paper", "lab", "link")
REQUIRED = ("title", "date", "tags")
FIELDS = (*REQUIRED, "kind", "description", "source", "claims", "corrections", "redirect_from")
OPTIONAL = ("metric", "expect", "because")
DEEPEST = 20


@dataclass
class FrontMatter:
    """What a note says of itself; a field with a problem is kept as it was read."""

    path: str
    fields: dict = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_front_matter(path: str, text: str) -> FrontMatter:
    """Read the YAML between the two lines `---`; raises Trouble where it is no mapping."""
    matter = FrontMatter(path)
    matter.problems += _fields(matter, _compose(path, text))
    return matter


def _compose(path: str, text: str) -> yaml.MappingNode:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _trouble(path, _line(event.start_mark), "an alias in front matter; write the value out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _trouble(path, _line(event.start_mark), "front matter is nested too deeply; write plain values")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark or error.context_mark)
        message = f"front matter is not YAML: {error.problem}; quote values that hold `:` or `#`"
        raise _trouble(path, line, message) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 2
        raise _trouble(path, line, f"front matter is not YAML: {error.reason}; take the character out") from None
    if not isinstance(node, yaml.MappingNode):
        raise _trouble(path, 2, "front matter has no fields; give title, date and tags")
    return node


def _trouble(path: str, line: int, message: str) -> Trouble:
    return Trouble(path, line, message, "front-matter")


def _line(mark: Any) -> int:
    # marks count from 0, and the line --- stands above
    return mark.line + 2 if mark else 1


def _value(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        return error
    finally:
        loader.dispose()


def _fields(matter: FrontMatter, node: yaml.MappingNode) -> Iterator[Problem]:
    for key, value in node.value:
        name, line = str(key.value), _line(key.start_mark)
        if name in matter.lines:
            yield _problem(matter, line, f"'{name}' stands twice (first in line {matter.lines[name]}); keep one")
        elif name not in FIELDS:
            yield _problem(matter, line, f"unknown field '{name}'{nearest(name, FIELDS)}")
        else:
            matter.lines[name] = line
            matter.fields[name] = _value(value)
            wrong = _wrong(name, value, matter.fields[name])
            if wrong:
                yield _problem(matter, line, wrong)
            elif name == "claims":
                yield from _claims(matter, value)
    for name in REQUIRED:
        if name not in matter.lines:
            yield _problem(matter, 1, f"no {name}; add a line `{name}: …`")


def _wrong(name: str, node: yaml.Node, value: Any) -> str | None:
    if isinstance(value, Exception):
        return f"{name} cannot be read ({type(value).__name__}); write a plain value"
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if name == "date" and type(value) is not datetime.date:
        shown = repr(node.value) if isinstance(node, yaml.ScalarNode) else "a list"
        return f"date is {shown}; write it as 2026-11-21"
    if name == "tags" and not (texts and value and getattr(node, "flow_style", False)):
        return "tags are a list in one line, such as `tags: [ML, JAX]`"
    if name == "tags" and (twice := [tag for tag, count in Counter(value).items() if count > 1]):
        return f"the tag '{twice[0]}' stands twice; keep one"
    if name == "kind" and value not in KINDS:
        return f"unknown kind '{value}'{nearest(str(value), KINDS)}"
    if name in ("title", "description", "source") and not (isinstance(value, str) and value.strip()):
        return f"{name} is not a text; put it in quotes"
    if name in ("claims", "redirect_from", "corrections") and not isinstance(value, list):
        return f"{name} is not a list; begin each entry with `- `"
    if name == "corrections" and not (texts and all(re.match(r"\d{4}-\d\d-\d\d: \S", item) for item in value)):
        return 'each correction is a dated sentence in quotes, such as "2026-11-21: the unit was wrong."'
    if name == "redirect_from" and not (texts and all(re.fullmatch(r"[\w-]+", item) for item in value)):
        return "redirect_from is a list of names that the note had, without `.md`"
    return None


def _claims(matter: FrontMatter, node: yaml.SequenceNode) -> Iterator[Problem]:
    for entry in node.value:
        line = _line(entry.start_mark)
        if not isinstance(entry, yaml.MappingNode):
            yield _problem(matter, line, "a claim is a mapping with says, where, paper, metric, expect and verdict")
            continue
        rows = [(str(key.value), _line(key.start_mark), _value(value)) for key, value in entry.value]
        rows = [(name, at, _number(value) if name == "paper" else value) for name, at, value in rows]
        rows = [row for row in rows if row[2] is not None or row[0] not in OPTIONAL]
        wrong = list(_claim_problems(matter, line, rows))
        yield from wrong
        if not wrong:
            matter.claims.append(Claim(line, **{name: value for name, _, value in rows}))


def _number(value: Any) -> Any:
    # YAML 1.1 takes 1e-6, without a point, for a text
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else value
    except ValueError:
        return value


def _claim_problems(matter: FrontMatter, line: int, rows: list[tuple[str, int, Any]]) -> Iterator[Problem]:
    claim = {name: value for name, _, value in rows}
    for name, at, value in rows:
        if name not in CLAIM_FIELDS:
            yield _problem(matter, at, f"a claim has no field '{name}'{nearest(name, CLAIM_FIELDS)}")
        elif [other for other, *_ in rows].count(name) > 1:
            yield _problem(matter, at, f"the claim has '{name}' twice; keep one")
        elif name == "paper" and not (value is None or (isinstance(value, float) and math.isfinite(value))):
            yield _problem(matter, at, f"paper is {value!r}; write the number the source gave, or null")
        elif name != "paper" and not (isinstance(value, str) and value.strip()):
            yield _problem(matter, at, f"{name} is not a text; put it in quotes")
    for name in ("says", "where", "verdict"):
        if name not in claim:
            yield _problem(matter, line, f"the claim lacks '{name}'; add it")
    if isinstance(claim.get("verdict"), str) and claim["verdict"] not in VERDICTS:
        yield _problem(matter, line, f"unknown verdict '{claim['verdict']}'{nearest(claim['verdict'], VERDICTS)}")
    if ("metric" in claim) != ("expect" in claim):
        yield _problem(matter, line, "metric and expect go together; give both, or neither for an untestable claim")
    if isinstance(claim.get("expect"), str) and expectation(claim["expect"]) is None:
        yield _problem(
            matter, line, f'expect is "{claim["expect"]}"; write "<= 1e-6", ">= 3", "0.97 ±0.01" or "2.3e-7 ±50%"'
        )


def _problem(matter: FrontMatter, line: int, message: str) -> Problem:
    return Problem(matter.path, line, message, "front-matter")

"""The YAML at the head of a note: its fields, the line of each, its claims, and what is wrong with it."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from kb.claim import Claim
from kb.claim_entries import read_claims
from kb.problem import Problem, html_in, nearest
from kb.yaml_node import compose, line_of, value_of

KINDS = ("note", "paper", "lab", "link")
REQUIRED = ("title", "date", "tags")
FIELDS = (*REQUIRED, "kind", "description", "source", "claims", "corrections", "redirect_from")


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
    matter.problems += _fields(matter, compose(path, text))
    return matter


def _fields(matter: FrontMatter, node: yaml.MappingNode) -> Iterator[Problem]:
    for key, value in node.value:
        name, line = key.value if isinstance(key, yaml.ScalarNode) else "?", line_of(key.start_mark)
        if name in matter.lines:
            yield _problem(matter, line, f"'{name}' stands twice (first in line {matter.lines[name]}); keep one")
        elif name not in FIELDS:
            yield _problem(matter, line, f"unknown field '{name}'{nearest(name, FIELDS)}")
        else:
            matter.lines[name] = line
            matter.fields[name] = value_of(value)
            wrong = _wrong(name, value, matter.fields[name])
            if wrong:
                yield _problem(matter, line, wrong)
            elif name == "claims":
                claims, problems = read_claims(matter.path, value)
                matter.claims += claims
                yield from problems
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
    if name in ("title", "description", "source", "corrections") and (html := html_in(str(value))):
        return f"{name} {html}"
    if name in ("claims", "redirect_from", "corrections") and not isinstance(value, list):
        return f"{name} is not a list; begin each entry with `- `"
    if name in ("claims", "redirect_from", "corrections") and not value:
        return f"{name} is empty; give an entry, or take the field out"
    if name == "corrections" and not (texts and all(re.match(r"\d{4}-\d\d-\d\d: \S", item) for item in value)):
        return 'each correction is a dated sentence in quotes, such as "2026-11-21: the unit was wrong."'
    if name == "redirect_from" and not (texts and all(re.fullmatch(r"[\w-]+", item) for item in value)):
        return "redirect_from is a list of names that the note had, without `.md`"
    return None


def _problem(matter: FrontMatter, line: int, message: str) -> Problem:
    return Problem(matter.path, line, message, "front-matter")

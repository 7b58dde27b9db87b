"""The claims of a note's front matter, entry by entry."""

import math
from collections.abc import Iterator
from typing import Any

import yaml

from kb.claim import FIELDS, VERDICTS, Claim, expectation
from kb.problem import Problem, html_in, nearest
from kb.yaml_node import line_of, value_of

OPTIONAL = ("metric", "expect", "because")


def read_claims(path: str, node: yaml.SequenceNode) -> tuple[list[Claim], list[Problem]]:
    """Every claim that is whole, and what is wrong with the others."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for entry in node.value:
        line = line_of(entry.start_mark)
        if not isinstance(entry, yaml.MappingNode):
            message = "a claim is a mapping with says, where, paper, metric, expect and verdict"
            problems.append(_problem(path, line, message))
            continue
        rows = [(str(key.value), line_of(key.start_mark), value_of(value)) for key, value in entry.value]
        rows = [(name, at, _number(value) if name == "paper" else value) for name, at, value in rows]
        rows = [row for row in rows if row[2] is not None or row[0] not in OPTIONAL]
        wrong = list(_problems(path, line, rows))
        problems += wrong
        problems += [_problem(path, at, f"{name} {html}") for name, at, value in rows if (html := html_in(str(value)))]
        if not wrong:
            claims.append(Claim(line, **{name: value for name, _, value in rows}))
    return claims, problems


def _number(value: Any) -> Any:
    # YAML 1.1 takes 1e-6, without a point, for a text
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else value
    except ValueError:
        return value


def _problems(path: str, line: int, rows: list[tuple[str, int, Any]]) -> Iterator[Problem]:
    claim = {name: value for name, _, value in rows}
    for name, at, value in rows:
        if name not in FIELDS:
            yield _problem(path, at, f"a claim has no field '{name}'{nearest(name, FIELDS)}")
        elif [other for other, *_ in rows].count(name) > 1:
            yield _problem(path, at, f"the claim has '{name}' twice; keep one")
        elif name == "paper" and not (value is None or (isinstance(value, float) and math.isfinite(value))):
            yield _problem(path, at, f"paper is {value!r}; write the number the source gave, or null")
        elif name != "paper" and not (isinstance(value, str) and value.strip()):
            yield _problem(path, at, f"{name} is not a text; put it in quotes")
    for name in ("says", "where", "verdict"):
        if name not in claim:
            yield _problem(path, line, f"the claim lacks '{name}'; add it")
    if isinstance(claim.get("verdict"), str) and claim["verdict"] not in VERDICTS:
        yield _problem(path, line, f"unknown verdict '{claim['verdict']}'{nearest(claim['verdict'], VERDICTS)}")
    if ("metric" in claim) != ("expect" in claim):
        yield _problem(path, line, "metric and expect go together; give both, or neither for an untestable claim")
    if isinstance(claim.get("expect"), str) and expectation(claim["expect"]) is None:
        yield _problem(
            path, line, f'expect is "{claim["expect"]}"; write "<= 1e-6", ">= 3", "0.97 ±0.01" or "2.3e-7 ±50%"'
        )


def _problem(path: str, line: int, message: str) -> Problem:
    return Problem(path, line, message, "front-matter")

"""The files for programs: each says what its schema says, whatever a note holds."""

import json
import re

import jsonschema
import pytest
from kb.execute import Outcome
from kb.problem import Problem
from kb.published import SCHEMAS, files
from kb.site import Author, Site
from referencing import Registry, Resource

SITE = Site("Notes", "https://notes.example/kb/", "What we tried.", "https://code.example/x", (Author("Noether"),))
MATTER = """\
title: "<script>alert(1)</script> & ]]>"
date: 2026-11-21
tags: [ML]
corrections: ["2026-11-23: the unit was wrong."]
claims:
  - says: it is small
    where: p. 1
    paper: 2.3e-7
    metric: toy.error
    expect: "<= 0.3"
    verdict: reproduced
    because: smaller grid
  - says: it is new
    where: p. 2
    metric: unrun.error
    expect: "<= 0.3"
    verdict: differs
  - says: it is beautiful
    where: p. 3
    verdict: untestable
"""


@pytest.fixture
def published(book):
    book.snippet("toy")
    book.snippet("unrun", "# %% result\nresults = {'error': 1}\n")
    book.measured("toy", {"error": [0.25, 0.26]})
    book.note("heat", matter=MATTER)
    book.note("bare", "", matter="title: Bare\ndate: soon\ntags: [ML]\n")
    return dict(files(SITE, book.notebook))


def schemas():
    return {path.name.partition(".")[0]: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}


def validator(name):
    found = schemas()
    registry = Registry().with_resources(
        (f"{other}.schema.json", Resource.from_contents(schema)) for other, schema in found.items()
    )
    return jsonschema.Draft202012Validator(
        found[name], registry=registry, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def problems(name, data):
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(data)]


def test_what_is_published(published):
    assert list(published) == [
        "claims.json", "notes.json", "feed.xml", "tags/ml/feed.xml", "llms.txt", "robots.txt",
        "schemas/check.schema.json", "schemas/claims.schema.json", "schemas/notes.schema.json",
        "schemas/run.schema.json", "bare/index.html.md", "heat/index.html.md", "previews/index.jpg",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "count"), [("claims", 3), ("notes", 2)])
def test_each_file_is_valid_by_its_schema(published, name, count):
    rows = json.loads(published[f"{name}.json"])
    assert len(rows) == count
    assert problems(name, rows) == []


@pytest.mark.parametrize("name", ["claims", "notes"])
def test_a_field_more_or_less_is_an_error(published, name):
    rows = json.loads(published[f"{name}.json"])
    for field in rows[0]:
        less = [{key: value for key, value in rows[0].items() if key != field}]
        assert problems(name, less) == [f"$[0]: '{field}' is a required property"]
    assert problems(name, [rows[0] | {"more": 1}]) == [
        "$[0]: Additional properties are not allowed ('more' was unexpected)"
    ]


def test_the_problems_of_the_check_are_valid(book):
    book.note("wrong", "[a](nowhere.md)\n", matter="title: A\ndate: soon\ntags: [ML]\n")
    found = json.loads(book.kb("check", "--json").stdout)
    assert len(found) >= 2
    assert problems("check", found) == []
    assert problems("check", [found[0] | {"line": 0}]) == ["$[0].line: 0 is less than the minimum of 1"]


def test_the_outcomes_of_a_run_are_valid():
    problem = Problem("snippets/a.py", 3, "it failed; mend it", "run")
    outcomes = [Outcome("a", "failed", 1.5, 1.25, 100, problem, "tail"), Outcome("b", "fresh")]
    rows = [outcome.as_json() for outcome in outcomes]
    assert problems("run", rows) == []
    rows[0]["problem"]["more"] = 1
    assert len(problems("run", rows)) == 1


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_strict_and_describes_every_field(name):
    jsonschema.Draft202012Validator.check_schema(schemas()[name])
    described = []

    def walk(schema):
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is False
                assert set(schema["required"]) == set(schema["properties"])
                described.extend("description" in field for field in schema["properties"].values())
            for part in schema.values():
                walk(part)
        elif isinstance(schema, list):
            for part in schema:
                walk(part)

    walk(schemas()[name])
    assert described and all(described)


def test_a_published_schema_says_where_it_is_published(published):
    for name in ("claims", "notes", "check", "run"):
        schema = json.loads(published[f"schemas/{name}.schema.json"])
        assert schema["$id"] == f"https://notes.example/kb/schemas/{name}.schema.json"


def test_robots_are_told_of_the_sitemap(published):
    lines = published["robots.txt"].decode().splitlines()
    assert lines == ["User-agent: *", "Allow: /", "", "Sitemap: https://notes.example/kb/sitemap.xml"]


def test_an_empty_notebook_is_published_too(book):
    published = dict(files(SITE, book.notebook))
    assert json.loads(published["claims.json"]) == json.loads(published["notes.json"]) == []


def test_a_list_has_one_row_a_line(published):
    assert len(re.findall(rb"(?m)^\{", published["claims.json"])) == 3

"""The head of a note: its fields, their lines, its claims, and what is wrong with them."""

import datetime

import pytest
from kb.claim import Claim
from kb.front_matter import FIELDS, read_front_matter
from kb.problem import Trouble

GOOD = "title: Heat\ndate: 2026-11-21\ntags: [ML, DS]\n"
QUOTE = "quote values that hold `:` or `#`"
TOGETHER = "metric and expect go together; give both, or neither for an untestable claim"
CLAIM = """\
claims:
  - says: it is small
    where: Somebody (2020), Table 1
    paper: 2.3e-7
    metric: toy.error
    expect: "<= 1e-6"
    verdict: reproduced
    because: smaller grid
"""


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_front_matter("notes/heat.md", text).problems]


def trouble(text: str) -> str:
    with pytest.raises(Trouble) as caught:
        read_front_matter("notes/heat.md", text)
    return str(caught.value)


def test_fields_are_read_with_their_lines():
    matter = read_front_matter("notes/heat.md", GOOD)
    assert matter.fields == {"title": "Heat", "date": datetime.date(2026, 11, 21), "tags": ["ML", "DS"]}
    assert matter.lines == {"title": 2, "date": 3, "tags": 4}
    assert matter.problems == []


def test_every_optional_field_may_stand():
    text = GOOD + (
        'kind: paper\ndescription: "It cools."\nsource: 10.1000/xyz\nredirect_from: [old-heat]\n'
        'corrections:\n  - "2026-11-22: the unit was wrong."\n'
    )
    assert problems(text + CLAIM) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("date: 2026-11-21\ntags: [ML]\n", ["1: no title; add a line `title: …`"]),
        ("title: Heat\ntags: [ML]\n", ["1: no date; add a line `date: …`"]),
        ("title: Heat\ndate: 2026-11-21\n", ["1: no tags; add a line `tags: …`"]),
        (GOOD + "titel: Cold\n", ["5: unknown field 'titel'; did you mean 'title'?"]),
        (GOOD + "tag: [ML]\n", ["5: unknown field 'tag'; did you mean 'tags'?"]),
        (GOOD + "title: Cold\n", ["5: 'title' stands twice (first in line 2); keep one"]),
        (GOOD.replace("Heat", "[a]"), ["2: title is not a text; put it in quotes"]),
        (GOOD.replace("Heat", "42"), ["2: title is not a text; put it in quotes"]),
        (GOOD.replace("Heat", ""), ["2: title is not a text; put it in quotes"]),
        (GOOD.replace("Heat", '"  "'), ["2: title is not a text; put it in quotes"]),
        (GOOD + "description: 3\n", ["5: description is not a text; put it in quotes"]),
        (GOOD + "source: [a]\n", ["5: source is not a text; put it in quotes"]),
        (GOOD.replace("2026-11-21", "yesterday"), ["3: date is 'yesterday'; write it as 2026-11-21"]),
        (GOOD.replace("2026-11-21", "21.11.2026"), ["3: date is '21.11.2026'; write it as 2026-11-21"]),
        (GOOD.replace("2026-11-21", '"2026-11-21"'), ["3: date is '2026-11-21'; write it as 2026-11-21"]),
        (
            GOOD.replace("2026-11-21", "2026-11-21T10:00:00Z"),
            ["3: date is '2026-11-21T10:00:00Z'; write it as 2026-11-21"],
        ),
        (GOOD.replace("2026-11-21", "2026-13-45"), ["3: date cannot be read (ValueError); write a plain value"]),
        (GOOD.replace("2026-11-21", "[2026]"), ["3: date is a list; write it as 2026-11-21"]),
        (GOOD.replace("[ML, DS]", "ML"), ["4: tags are a list in one line, such as `tags: [ML, JAX]`"]),
        (GOOD.replace("[ML, DS]", "[]"), ["4: tags are a list in one line, such as `tags: [ML, JAX]`"]),
        (GOOD.replace("[ML, DS]", "[1]"), ["4: tags are a list in one line, such as `tags: [ML, JAX]`"]),
        (GOOD.replace("[ML, DS]", "\n  - ML"), ["4: tags are a list in one line, such as `tags: [ML, JAX]`"]),
        (GOOD.replace("[ML, DS]", "[ML, ML]"), ["4: the tag 'ML' stands twice; keep one"]),
        (GOOD + "kind: papr\n", ["5: unknown kind 'papr'; did you mean 'paper'?"]),
        (GOOD + "kind: [note]\n", ["5: unknown kind '['note']'; did you mean 'note'?"]),
        (GOOD + "claims: none\n", ["5: claims is not a list; begin each entry with `- `"]),
        (GOOD + "redirect_from: old\n", ["5: redirect_from is not a list; begin each entry with `- `"]),
        (
            GOOD + "corrections: [the unit was wrong]\n",
            ['5: each correction is a dated sentence in quotes, such as "2026-11-21: the unit was wrong."'],
        ),
        (GOOD + "1: 2\n", [f"5: unknown field '1'; there are {', '.join(FIELDS)}"]),
        (GOOD + "? [a]\n: b\n", [f"5: unknown field '?'; there are {', '.join(FIELDS)}"]),
        (GOOD + "corrections: []\n", ["5: corrections is empty; give an entry, or take the field out"]),
        *(
            (GOOD.replace("Heat", value), [f"2: title cannot be read ({kind}); write a plain value"])
            for value, kind in (
                ("!!python/object/apply:os.system ['touch here']", "ConstructorError"),
                ('!!int ""', "IndexError"),
                ("!!float x", "ValueError"),
                ("!!timestamp x", "AttributeError"),
                ("!!bool x", "KeyError"),
                ("!!binary x", "ConstructorError"),
                ("9" * 400, "OverflowError"),
                ("0x" + "f" * 5000, "OverflowError"),
            )
        ),
        (GOOD.replace("Heat", "!!python/x y"), ["2: title cannot be read (ConstructorError); write a plain value"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text, wanted):
    assert problems(text) == [f"notes/heat.md:{line}" for line in wanted]


def test_every_problem_of_a_note_is_told_at_once():
    assert problems("titel: Heat\ndate: soon\ntags: ML\n") == [
        "notes/heat.md:2: unknown field 'titel'; did you mean 'title'?",
        "notes/heat.md:3: date is 'soon'; write it as 2026-11-21",
        "notes/heat.md:4: tags are a list in one line, such as `tags: [ML, JAX]`",
        "notes/heat.md:1: no title; add a line `title: …`",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("title: a: b\n", f"2: front matter is not YAML: mapping values are not allowed in this context; {QUOTE}"),
        ("title: [Heat\ndate: 2026\n", f"3: front matter is not YAML: did not find expected ',' or ']'; {QUOTE}"),
        ('title: "Heat\n', f"3: front matter is not YAML: found unexpected end of stream; {QUOTE}"),
        ("title: @heat\n", f"2: front matter is not YAML: found character that cannot start any token; {QUOTE}"),
        ("", "2: front matter has no fields; give title, date and tags"),
        ("# nothing\n", "2: front matter has no fields; give title, date and tags"),
        ("- a\n- b\n", "2: front matter has no fields; give title, date and tags"),
        ("just text\n", "2: front matter has no fields; give title, date and tags"),
        ("title: &a Heat\ndescription: *a\n", "3: an alias in front matter; write the value out"),
        ("a: &a [x]\nb: &b [*a, *a]\n", "3: an alias in front matter; write the value out"),
    ],
)  # fmt: skip
def test_what_leaves_nothing_to_go_on_with_is_one_line_with_its_place(text, wanted):
    assert trouble(text) == f"notes/heat.md:{wanted}"


@pytest.mark.parametrize("text", ["title: a\x00b\n", "title: a\x07b\n", "title: " + "[" * 5_000 + "]" * 5_000 + "\n"])
def test_bytes_and_depths_that_yaml_cannot_hold_are_one_line(text):
    assert trouble(text).startswith("notes/heat.md:")
    assert "\n" not in trouble(text)
    assert "; " in trouble(text)


def test_a_claim_is_read_with_its_line():
    matter = read_front_matter("notes/heat.md", GOOD + CLAIM)
    assert matter.problems == []
    assert matter.claims == [
        Claim(
            line=6,
            says="it is small",
            where="Somebody (2020), Table 1",
            verdict="reproduced",
            paper=2.3e-7,
            metric="toy.error",
            expect="<= 1e-6",
            because="smaller grid",
        )
    ]


@pytest.mark.parametrize("paper", ["1e-6", "3", "0.5", "-2.5", '"1e-6"'])
def test_the_paper_s_number_is_a_number_however_yaml_takes_it(paper):
    matter = read_front_matter("notes/heat.md", GOOD + CLAIM.replace("2.3e-7", paper))
    assert (matter.problems, matter.claims[0].paper) == ([], float(paper.strip('"')))


@pytest.mark.parametrize("paper", ["null", "~", ""])
def test_the_paper_may_have_given_no_number(paper):
    matter = read_front_matter("notes/heat.md", GOOD + CLAIM.replace("2.3e-7", paper))
    assert (matter.problems, matter.claims[0].paper) == ([], None)


def test_an_untestable_claim_has_neither_metric_nor_expectation():
    text = GOOD + "claims:\n  - says: it is beautiful\n    where: p. 1\n    verdict: untestable\n"
    matter = read_front_matter("notes/heat.md", text)
    assert (matter.problems, matter.claims[0].metric) == ([], None)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("says: it is small\n    ", "", "6: the claim lacks 'says'; add it"),
        ("    where: Somebody (2020), Table 1\n", "", "6: the claim lacks 'where'; add it"),
        ("    verdict: reproduced\n", "", "6: the claim lacks 'verdict'; add it"),
        ("verdict: reproduced", "verdict: true", "11: verdict is not a text; put it in quotes"),
        ("verdict: reproduced", "verdict: reproducd", "6: unknown verdict 'reproducd'; did you mean 'reproduced'?"),
        ("    metric: toy.error\n", "", f"6: {TOGETHER}"),
        ('    expect: "<= 1e-6"\n', "", f"6: {TOGETHER}"),
        ("expect: ", "expects: ", "10: a claim has no field 'expects'; did you mean 'expect'?"),
        ('"<= 1e-6"', "small", '6: expect is "small"; write "<= 1e-6", ">= 3", "0.97 ±0.01" or "2.3e-7 ±50%"'),
        ('"<= 1e-6"', "3", "10: expect is not a text; put it in quotes"),
        ("2.3e-7", "2.3 %", "8: paper is '2.3 %'; write the number the source gave, or null"),
        ("2.3e-7", "'x' ", "8: paper is 'x'; write the number the source gave, or null"),
        ("2.3e-7", "9" * 400, "5: claims cannot be read (OverflowError); write a plain value"),
        ("2.3e-7", "!!int ''", "5: claims cannot be read (IndexError); write a plain value"),
        ("    because:", "    ? [a]\n    : b\n    because:", "5: claims cannot be read (ConstructorError);"
         " write a plain value"),
        ("2.3e-7", ".nan", "8: paper is nan; write the number the source gave, or null"),
        ("2.3e-7", "true", "8: paper is True; write the number the source gave, or null"),
        ("    because:", "    because: once\n    because:", "12: the claim has 'because' twice; keep one"),
        ("it is small", "[it, is]", "6: says is not a text; put it in quotes"),
        ("it is small", '"  "', "6: says is not a text; put it in quotes"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_claim_is_said_with_its_line(old, new, wanted):
    assert old in CLAIM
    assert problems(GOOD + CLAIM.replace(old, new))[0] == f"notes/heat.md:{wanted}"


def test_a_claim_that_is_a_sentence_only_is_an_error():
    assert problems(GOOD + "claims:\n  - it is small\n") == [
        "notes/heat.md:6: a claim is a mapping with says, where, paper, metric, expect and verdict"
    ]


def test_a_broken_claim_leaves_the_next_one_read():
    second = CLAIM.removeprefix("claims:\n").replace("small", "large")
    matter = read_front_matter("notes/heat.md", GOOD + CLAIM.replace("verdict: reproduced", "verdict: yes!") + second)
    assert [claim.says for claim in matter.claims] == ["it is large"]

"""`kb report NAME`: what to paste into an issue that says "this did not reproduce for me"."""

import re

import pytest
from kb.failure import Failure, forget_failure, keep_failure, last_failure
from kb.problem import Problem

CLAIM = """\
claims:
  - says: it is small
    where: Somebody (2020)
    metric: toy.error
    expect: "<= 0.2"
    verdict: reproduced
"""
START = """\
### `toy` on another machine

- command: `./kb run toy --again`
- state: fresh
- revision now: not in git
- recorded: 2026-11-21T10:00:00+00:00, revision not in git

#### What `kb check` says

```text
notes/heat.md:6: the verdict is 'reproduced', but toy.error is 0.250 ± 0.050 (3 seeds), which gives 'partial'
```

#### Measured here

| metric | measured |
|---|---|
| error | 0.250 ± 0.050 (3 seeds) |
| seconds | 1.5 |
| memory | 1.000e8 |

#### Claims

| note | line | metric | expected | stated | computed here |
|---|---|---|---|---|---|
| notes/heat.md | 6 | error | <= 0.2 | reproduced | partial |

#### Machine

- Linux, a processor
- 2 cores, 0.0 GB, Python 3."""


@pytest.fixture
def toy(book):
    book.dataset("wine.csv", b"1,2\n")
    book.snippet("toy", "# %% data\nWINE = 'wine.csv'\n\n# %% result\nresults = {}\n")
    book.measured("toy", {"error": [0.2, 0.25, 0.3]})
    book.note("heat", "Nothing.\n", claims=CLAIM)
    book.snippet("other")
    return book


def report(book, name="toy"):
    done = book.kb("report", name)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_command_state_verdicts_metrics_and_machine_are_told(toy):
    assert report(toy).startswith(START)


def test_every_part_of_the_key_is_told(toy):
    key = toy.notebook.keys["toy"]
    told = re.search(r"```text\n(python .*?)```\n\n</details>\n$", report(toy), re.DOTALL)[1].splitlines()
    assert f"key {key.hash}" in report(toy)
    assert told[:6] == [
        f"python {key.parts['python']}",
        f"machine {key.parts['machine']}",
        f"format {key.parts['format']}",
        *(f"section {name} {digest}" for name, digest in key.parts["cells"]),
        f"datasets datasets/wine.csv {key.parts['datasets']['datasets/wine.csv'][:16]}",
    ]
    assert told[6:] == [f"versions {name} {version}" for name, version in key.parts["versions"].items()]


def test_a_stale_run_is_told_as_such_with_what_it_measured(toy):
    toy.snippet("toy", "# %% result\nresults = {1: 2}\n")
    shown = report(toy)
    assert "- state: its section 'data' is gone and its section 'result' changed and datasets/wine.csv changed" in shown
    assert "| error | 0.250 ± 0.050 (3 seeds) |" in shown


def test_without_a_run_it_says_that_there_is_none(toy):
    assert report(toy, "other") == (
        "### `other` on another machine\n\n- command: `./kb run other --again`\n"
        "- state: it has not been run; run `kb run other`\n- revision now: not in git\n\n"
        "#### What `kb check` says\n\n```text\nsnippets/other.py:1: it has not been run; run `kb run other`\n```\n"
    )


def test_the_last_output_of_a_failed_run_is_told_without_a_place_or_a_name(book):
    book.snippet("bad", "# %% result\nprint('see ```')\nraise ValueError(__file__)\n")
    assert book.kb("run", "bad").returncode == 1
    shown = report(book, "bad")
    assert re.search(r"#### The last attempt failed\n\n\S+, line 10: .*ValueError", shown)
    assert "````text\nsee ```\n" in shown
    assert str(book.root) not in shown
    assert not re.search(r"(?<!\w)/(tmp|home|root|usr|work)/", shown)


def test_a_failure_is_kept_until_the_snippet_runs(book):
    keep_failure(book.root, "toy", Problem("snippets/toy.py", 3, "it failed"), "last words")
    failure = last_failure(book.root, "toy")
    assert failure == Failure(failure.when, 3, "it failed", "last words")
    forget_failure(book.root, "toy")
    forget_failure(book.root, "toy")
    assert last_failure(book.root, "toy") is None


def test_a_record_of_a_failure_that_cannot_be_read_is_none(book):
    for text in ("", "{}", "[]"):
        book.write(".cache/failed/toy.json", text)
        assert last_failure(book.root, "toy") is None


def test_a_snippet_that_is_not_there_is_named_with_the_likely_one(toy):
    done = toy.kb("report", "tyo")
    line = "snippets/tyo.py:1: there is no such snippet; did you mean 'toy'?\n"
    assert (done.returncode, done.stderr) == (1, line)

"""`kb diff`: what changed since another revision, and what of it was weakened without a word."""

import json
import signal
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from kb.diff import as_markdown, diff
from kb.snapshot import Snapshot, snapshot

CLAIM = {
    "says": "it is small", "where": "Somebody (2020)", "metric": "toy.error", "expect": "<= 0.3",
    "verdict": "reproduced", "because": "as written",
}  # fmt: skip
REASON = "say why: change its `because`, or add a dated correction to the note"


def claims(*rows):
    """Front matter with these claims, each a change of the one above."""
    fields = [{**CLAIM, **row} for row in rows]
    lines = [f"    {name}: {json.dumps(value)}\n" for row in fields for name, value in row.items() if value is not None]
    return "claims:\n" + "".join("  - " + line[4:] if line.startswith("    says") else line for line in lines)


def taken(book, *rows, error=0.25, corrections=(), name="heat"):
    """A snapshot of a notebook with one program and one note."""
    book.snippet("toy")
    book.measured("toy", {"error": error})
    listed = "".join(f'  - "{text}"\n' for text in corrections)
    book.note(name, "Text.\n", claims=(f"corrections:\n{listed}" if listed else "") + (claims(*rows) if rows else ""))
    return snapshot(book.notebook)


@pytest.fixture
def compared(book):
    """The changes, as tuples, and the problems, as lines, between a note with the one claim and one with others."""

    def compared(*rows, before=({},), old_error=0.25, **more):
        old = taken(book, *before, error=old_error)
        changes = diff(old, taken(book, *rows, **more))
        told = [(c.kind, c.where, c.what, c.before, c.after) for c in changes]
        return told, [str(change.problem) for change in changes if change.problem]

    return compared


HEAT = "notes/heat.md:6"
SMALL = "it is small"


def test_where_nothing_changed_nothing_is_told(compared):
    assert compared({}) == ([], [])


@pytest.mark.parametrize(
    ("expect", "before", "after"),
    [("<= 0.4", "<= 0.3", "<= 0.4"), ("0.3 ±0.1", "<= 0.3", "0.3 ±0.1")],
)
def test_an_expectation_that_accepts_more_is_weakened_and_needs_a_reason(compared, expect, before, after):
    assert compared({"expect": expect}) == (
        [("weakened", HEAT, SMALL, before, after)],
        [f'{HEAT}: expects "{after}" instead of "{before}" without a reason; {REASON}'],
    )


def test_another_because_is_a_reason(compared):
    changes, problems = compared({"expect": "<= 0.4", "because": "float32 rounds more"})
    assert (changes, problems) == ([("weakened", HEAT, SMALL, "<= 0.3", "<= 0.4")], [])


def test_no_because_at_all_is_no_reason(compared):
    assert len(compared({"expect": "<= 0.4", "because": None})[1]) == 1


def test_a_dated_correction_that_was_not_there_is_a_reason(compared):
    corrections = ["2026-11-25: the bound was misread."]
    assert compared({"expect": "<= 0.4"}, corrections=corrections)[1] == []


def test_a_correction_that_was_there_before_is_no_reason(book):
    corrections = ["2026-11-25: another matter."]
    old = taken(book, {}, corrections=corrections)
    changes = diff(old, taken(book, {"expect": "<= 0.4"}, corrections=corrections))
    assert [change.problem is not None for change in changes] == [True]


def test_a_stricter_expectation_is_nobody_s_business(compared):
    assert compared({"expect": "<= 0.26"}) == ([], [])


def test_a_softer_verdict_is_weakened(compared):
    changes, problems = compared({"verdict": "differs"}, error=0.5)
    assert ("weakened", HEAT, SMALL, "reproduced", "differs") in changes
    assert problems == [f"{HEAT}: says 'differs' instead of 'reproduced' without a reason; {REASON}"]


def test_a_better_verdict_needs_its_reason_too(compared):
    changes, problems = compared({}, before=({"verdict": "differs"},), old_error=0.5)
    assert ("verdict", HEAT, SMALL, "differs", "reproduced") in changes
    assert problems == [f"{HEAT}: says 'reproduced' instead of 'differs' without a reason; {REASON}"]


def test_a_verdict_that_its_metric_left_is_told_though_the_note_is_the_same(compared):
    changes, problems = compared({}, error=0.5)
    assert changes == [
        ("verdict", HEAT, SMALL, "reproduced", "differs"),
        ("moved", "toy.error", "spread 0", "0.25 (1)", "0.5 (1)"),
    ]
    assert problems == [f"{HEAT}: says 'reproduced', but toy.error gives 'differs' now; correct the verdict"]


def test_a_verdict_about_the_machine_only_warns(book):
    header = '"""Idea.\n\nSource    a\nDiffers   b\nCost      c\nTiming    alone\n"""\n'
    found = []
    for ratio in (0.25, 0.5):
        book.snippet("timed", header=header)
        book.measured("timed", {"ratio": ratio})
        book.note("heat", claims=claims({"metric": "timed.ratio"}))
        found.append(snapshot(book.notebook))
    assert [str(change.problem) for change in diff(*found)] == [
        f"{HEAT}: warning: says 'reproduced', but timed.ratio gives 'differs' now; correct the verdict",
        "None",
    ]
    assert diff(*found)[1].what == "spread 0 (about the machine)"


def test_another_metric_is_another_test(compared):
    changes, problems = compared({"metric": "toy.easier"})
    assert changes == [("weakened", HEAT, SMALL, "toy.error", "toy.easier")]
    assert problems == [f"{HEAT}: tested by toy.easier instead of toy.error without a reason; {REASON}"]


def test_a_claim_that_is_given_up_as_untestable_is_weakened(compared):
    changes, problems = compared({"metric": None, "expect": None, "verdict": "untestable"})
    assert [change[0] for change in changes] == ["weakened", "weakened"]
    assert len(problems) == 2


def test_a_claim_in_other_words_is_the_same_claim(compared):
    assert compared({"says": "it is tiny", "expect": "<= 0.4"})[0] == [
        ("weakened", HEAT, "it is tiny", "<= 0.3", "<= 0.4")
    ]


def test_a_claim_of_a_note_with_another_name_is_the_same_claim(book):
    old = taken(book, {})
    (book.root / "notes/heat.md").unlink()
    changes = diff(old, taken(book, {"expect": "<= 0.4"}, name="warmth"))
    assert [(change.kind, change.where) for change in changes] == [("weakened", "notes/warmth.md:6")]


def test_new_and_gone_claims_are_told_and_a_gone_one_needs_a_correction(compared):
    other = {"says": "it is fast", "where": "p. 2", "metric": "toy.speed"}
    changes, problems = compared(other)
    assert changes == [
        ("new", HEAT, "it is fast", "", "reproduced"),
        ("gone", "notes/heat.md", SMALL, "reproduced", ""),
    ]
    assert problems == [
        'notes/heat.md:1: the claim "it is small" is gone without a reason; add a dated correction to the note'
    ]
    assert compared(other, corrections=["2026-11-25: not what it says."])[1] == []


def test_claims_of_a_note_that_is_gone_are_told(book):
    old = taken(book, {})
    (book.root / "notes/heat.md").unlink()
    (change,) = diff(old, snapshot(book.notebook))
    assert (change.kind, change.where, change.problem) == ("gone", "notes/heat.md", None)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (0.25, 0.25, False),
        (0.25, 0.25 * (1 + 1e-7), False),
        (0.25, 0.2501, True),
        ([0.2, 0.25, 0.3], [0.29, 0.34, 0.39], False),  # by less than two standard deviations
        ([0.2, 0.25, 0.3], [0.31, 0.36, 0.41], True),
        (0.25, [0.2, 0.3, 0.4], False),
        (0.0, 0.0, False),
        (0.0, 1e-12, True),
    ],
)
def test_a_metric_moved_if_it_left_its_spread_over_seeds(compared, before, after, moved):
    changes, _ = compared(before=(), old_error=before, error=after)
    assert [change[:2] for change in changes] == [("moved", "toy.error")] * moved


def test_seconds_and_memory_are_not_compared(book):
    old = taken(book)
    book.measured("toy", {"error": 0.25}, seconds=99.0)
    assert diff(old, snapshot(book.notebook)) == []


def test_metrics_that_are_new_or_gone_are_told_by_program(book):
    old = taken(book)
    book.measured("toy", {"loss": 1, "steps": 2})
    changes = [(c.kind, c.where, c.what) for c in diff(old, snapshot(book.notebook))]
    assert changes == [
        ("new", "snippets/toy.py", "metrics: loss, steps"),
        ("gone", "snippets/toy.py", "metrics: error"),
    ]


def test_what_has_no_run_is_neither_new_nor_gone(book):
    new = taken(book, {})
    book.snippet("toy", "# %% result\nresults = {1: 2}\n")
    old = snapshot(book.notebook)
    assert old.missing == ["toy"]
    assert diff(old, new) == diff(new, old) == []


def test_the_summary_of_a_job_is_a_table_with_the_problems_below(book):
    old = taken(book, {"says": "a | b"})
    changes = diff(old, taken(book, {"says": "a | b", "expect": "<= 0.4"}))
    assert as_markdown(changes, "main", ["other"]) == (
        "### Claims and metrics against `main`\n\n"
        "| | where | what | before | after |\n|---|---|---|---|---|\n"
        "| **weakened** | `notes/heat.md:6` | a \\| b | <= 0.3 | <= 0.4 |\n\n"
        f'- `notes/heat.md:6`: expects "<= 0.4" instead of "<= 0.3" without a reason; {REASON}\n\n'
        "Not compared, for want of a run: other.\n"
    )
    assert as_markdown([], "main", []) == "### Claims and metrics against `main`\n\nNothing changed.\n"


# the command, with git and with kept claims


def git(book, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(["git", *identity, *words], cwd=book.root, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def history(book):
    """A notebook with a first revision, whose run is in the store."""
    book.write(".gitignore", "/.cache/\n/.venv/\n")
    taken(book, {})
    git(book, "init", "-q")
    git(book, "add", ".")
    git(book, "commit", "-qm", "first")
    return book


def test_a_revision_is_read_with_its_runs_from_the_store_and_nothing_is_left_behind(history):
    history.snippet("toy", "# %% result\nresults = {'error': 0.35}\n")
    history.measured("toy", {"error": 0.35})
    history.note("heat", claims=claims({"expect": "<= 0.4"}))
    done = history.kb("diff", "HEAD", "--markdown")
    line = f'notes/heat.md:6: expects "<= 0.4" instead of "<= 0.3" without a reason; {REASON}\n'
    assert (done.returncode, done.stderr) == (1, line)
    assert done.stdout.splitlines()[4:6] == [
        "| **weakened** | `notes/heat.md:6` | it is small | <= 0.3 | <= 0.4 |",
        "| moved | `toy.error` | spread 0 | 0.25 (1) | 0.35 (1) |",
    ]
    assert len(git(history, "worktree", "list").splitlines()) == 1
    assert "kb-diff" not in git(history, "status", "--porcelain")


def test_nothing_changed_is_status_0(history):
    done = history.kb("diff", "HEAD")
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing changed\n", "")


def test_what_has_no_run_at_the_revision_is_run_there_and_said(history):
    history.snippet("toy", "# %% result\nresults = {'error': 0.3}\n")
    git(history, "commit", "-qam", "second")
    history.snippet("toy", "# %% result\nresults = {'error': 0.2}\n")
    history.measured("toy", {"error": 0.2})
    done = history.kb("diff", "HEAD")
    assert done.returncode == 0
    assert done.stderr.splitlines()[:2] == [
        "HEAD: no run of toy; running what is missing, which may take as long as it did then",
        "toy: started",
    ]
    assert [line.split() for line in done.stdout.splitlines()[1:]] == [
        ["moved", "toy.error", "spread", "0", "0.3", "(1)", "0.2", "(1)"],
        ["1", "moved"],
    ]
    assert history.kb("diff", "HEAD").stderr == ""  # its run is in the store now


def test_with_other_packages_the_revision_s_own_door_sets_up_runs_and_reads(history):
    """The door of the small notebook stands in for the real one: it makes a `.venv` that says when it was used."""
    kb, used = Path(sys.executable).with_name("kb"), history.root / "used"
    door = history.write(
        "kb",
        f"#!/bin/sh\necho door $1 >> {used}\nmkdir -p .venv/bin\n"
        f"printf '#!/bin/sh\\necho python >> {used}\\nexec {sys.executable} \"$@\"\\n' > .venv/bin/python\n"
        f'chmod +x .venv/bin/python\nexec {kb} "$@"\n',
    )
    door.chmod(door.stat().st_mode | stat.S_IXUSR)
    history.write("requirements.lock", "old")
    git(history, "add", ".")
    git(history, "commit", "-qm", "second")
    history.write("requirements.lock", "new")
    done = history.kb("diff", "HEAD")
    assert (done.returncode, done.stdout) == (0, "nothing changed\n")
    assert done.stderr == "HEAD: other packages are locked; setting them up beside these\n"
    assert used.read_text() == "door --help\npython\n"


def test_kept_claims_are_compared_and_only_a_because_can_excuse_them(history):
    kept = history.write("kept.json", history.kb("claims", "--json").stdout)
    assert history.kb("diff", "kept.json").stdout == "nothing changed\n"
    history.note("heat", claims='corrections: ["2026-11-25: so."]\n' + claims({"expect": "<= 0.4"}))
    done = history.kb("diff", str(kept))
    assert (done.returncode, done.stderr) == (
        1,
        'notes/heat.md:7: expects "<= 0.4" instead of "<= 0.3" without a reason; say why: change its `because`\n',
    )


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("nowhere", "mkdocs.yml:1: git knows no revision 'nowhere'; see `git log`"),
        ("--upload-pack=x", None),
        ("none.json", "none.json:1: there is no such file"),
        ("bad.json", "bad.json:1: it holds no list of claims; give what `kb claims --json` wrote"),
        ("worse.json", "worse.json:1: it holds no list of claims; give what `kb claims --json` wrote"),
    ],
)
def test_what_cannot_be_compared_is_one_line(history, word, line):
    history.write("bad.json", '[{"says": "it"}]')
    history.write("worse.json", "{")
    done = history.kb("diff", word)
    assert (done.returncode, done.stderr) == (1, f"{line}\n") if line else done.returncode == 2


def test_a_revision_that_is_no_notebook_is_one_line(history):
    git(history, "rm", "-q", "--cached", "mkdocs.yml")
    git(history, "commit", "-qm", "second")
    done = history.kb("diff", "HEAD")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith("mkdocs.yml:1: the notebook of HEAD cannot be read: ")


def test_an_interrupted_comparison_leaves_no_folder(history):
    history.snippet("toy", "# %% result\nimport time\n\ntime.sleep(60)\nresults = {}\n")
    git(history, "commit", "-qam", "second")
    process = history.start("diff", "HEAD")
    while process.stderr.readline() != "toy: started\n":
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    assert len(git(history, "worktree", "list").splitlines()) == 1
    assert list((history.root / "scratch").glob("kb-diff-*")) == []


def test_a_snapshot_survives_its_journey_as_json(history):
    found = snapshot(history.notebook)
    assert Snapshot(**json.loads(json.dumps(asdict(found)))) == found

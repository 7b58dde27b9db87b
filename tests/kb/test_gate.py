"""The gate can go red: in a copy of this notebook each wrong thing, alone, is an error at its line."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KB = Path(sys.executable).with_name("kb")
NOTE, PROGRAM = "notes/reproducible-notes.md", "snippets/float_sum.py"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".cache", "site", "__pycache__", "*.egg-info")
SUM = "[0.07](../snippets/float_sum.py#order_agreement)"


def kb(folder, *words):
    return subprocess.run([KB, *words], cwd=folder, capture_output=True, text=True, timeout=250)


@pytest.fixture(scope="module")
def whole(project, tmp_path_factory):
    """A copy of the notebook with the runs of this one; that of the program to be spoiled is made if there is none."""
    copy = tmp_path_factory.mktemp("gate") / "notebook"
    shutil.copytree(project, copy, ignore=LEFT_OUT)
    (project / ".cache/runs").mkdir(parents=True, exist_ok=True)
    (copy / ".cache").mkdir()
    (copy / ".cache/runs").symlink_to(project / ".cache/runs")
    assert kb(copy, "run", "float_sum").returncode == 0
    return copy


@pytest.fixture
def check(whole):
    """Spoil one file, check the note and the program, and mend it again."""

    def check(path="", old="", new=""):
        place = whole / (path or NOTE)
        text = place.read_text()
        assert old in text
        try:
            place.write_text(text.replace(old, new, 1))
            done = kb(whole, "check", NOTE, PROGRAM)
        finally:
            place.write_text(text)
        return done.returncode, done.stderr.splitlines()

    return check


def line_of(whole, path, text, nth=0):
    """The line at which a text stands for the nth time."""
    found = [number for number, row in enumerate((whole / path).read_text().splitlines(), 1) if text in row]
    return found[nth]


def test_it_is_green_as_it_stands(check):
    assert check() == (0, [])


def test_a_wrong_number_makes_it_red(whole, check):
    status, problems = check(NOTE, SUM, SUM.replace("0.07", "0.57"))
    at = line_of(whole, NOTE, SUM)
    assert (status, len(problems)) == (1, 1)
    assert re.fullmatch(
        rf"{NOTE}:{at}: '0\.57' is typed, but float_sum\.order_agreement is [\d.]+ ± [\d.]+ \(5 seeds\);"
        " correct the number",
        problems[0],
    )


def test_a_wrong_verdict_makes_it_red(whole, check):
    status, problems = check(NOTE, "verdict: differs", "verdict: reproduced")
    at = line_of(whole, NOTE, "- says: The order in which")
    assert (status, len(problems)) == (1, 1)
    assert re.fullmatch(
        rf"{NOTE}:{at}: the verdict is 'reproduced', but float_sum\.order_agreement is [^,]*, which gives 'differs'",
        problems[0],
    )


def test_a_claim_bound_to_nothing_makes_it_red(whole, check):
    bound = '    metric: float_sum.order_agreement\n    expect: ">= 1"\n'
    at = line_of(whole, NOTE, "- says: The order in which")
    assert check(NOTE, bound, "") == (
        1,
        [f"{NOTE}:{at}: no metric tests this claim; name one, or give it the verdict untestable"],
    )


def test_a_claim_bound_to_a_metric_that_is_not_there_makes_it_red(whole, check):
    at = line_of(whole, NOTE, "- says: The order in which")
    status, problems = check(NOTE, "float_sum.order_agreement\n", "float_sum.order_agreements\n")
    message = "snippets/float_sum.py has no metric 'order_agreements'; did you mean 'order_agreement'?"
    assert (status, problems) == (1, [f"{NOTE}:{at}: {message}"])


def test_a_stale_run_makes_it_red(check):
    assert check(PROGRAM, "def recursive(", "def recursively(") == (
        1,
        [f"{PROGRAM}:1: its section 'recursive' changed since its last run; run `kb run float_sum`"],
    )


def test_another_style_makes_every_run_that_draws_with_it_stale(check):
    status, problems = check("snippets/style.mplstyle", "\n", "\nlines.linewidth: 7\n")
    message = "snippets/style.mplstyle changed since its last run; run `kb run float_sum`"
    assert (status, problems) == (1, [f"{PROGRAM}:1: {message}"])


def test_a_comment_leaves_it_green(check):
    assert check(PROGRAM, "# %% recursive\n", "# %% recursive\n# one after the other\n") == (0, [])

"""Claims: every seed is held to the expectation, and the verdict is computed."""

import math

import pytest
from kb.claim import Claim, computed_verdict, expectation


def claim(expect: str | None, metric: str | None = "toy.error") -> Claim:
    return Claim(4, "it is small", "Somebody (2020), Table 1", "reproduced", metric=metric, expect=expect)


def test_a_metric_names_its_snippet_and_its_place_in_the_results():
    assert (claim("< 1").snippet, claim("< 1").metric_name) == ("toy", "error")


@pytest.mark.parametrize(
    ("text", "meets", "misses"),
    [
        ("<= 1e-6", [1e-6, 0, -5], [1.0001e-6]),
        ("< 3", [2.999], [3, 4]),
        (">= 3", [3, 4], [2.999]),
        ("> 0", [1e-300], [0, -0.0, -1]),
        (">=3", [3], [2]),
        ("<= -0.5", [-0.5, -1], [0, -0.4]),
        ("<= −0.5", [-0.5], [0.5]),
        (">= .5", [0.5], [0.4]),
        ("0.97 ±0.01", [0.96, 0.97, 0.98], [0.959, 0.981]),
        ("0.97 ± 0.01", [0.96], [0.95]),
        ("2.3e-7 ±50%", [1.15e-7, 3.45e-7], [1.1e-7, 3.5e-7, 0, -2.3e-7]),
        ("-2 ±50%", [-1, -3], [1, -3.1]),
        ("5 ±0", [5], [5.001]),
        ("0 ±10%", [0], [1e-12]),
    ],
)
def test_an_expectation_is_a_bound_or_a_band(text, meets, misses):
    met = expectation(text)
    assert met is not None
    assert [met(value) for value in meets] == [True] * len(meets)
    assert [met(value) for value in misses] == [False] * len(misses)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "small",
        "== 3",
        "= 3",
        "3",
        "about 3",
        "<= x",
        "<= nan",
        "0.97 +- 0.01",
        "3 ± 1 ms",
        "<= 3, >= 2",
        "<= toy.b",
    ],
)
def test_another_text_is_no_expectation(text):
    assert expectation(text) is None


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (0.5, "reproduced"),
        ([0.5, 0.9, 1.0], "reproduced"),
        ([0.5, 0.9, 1.1], "partial"),
        ([1.1, 0.1, 1.2], "partial"),  # a lucky seed does not pass for the others
        ([1.1, 1.2], "differs"),
        (1.1, "differs"),
    ],
)
def test_every_seed_is_held_to_the_expectation(measured, verdict):
    assert computed_verdict(claim("<= 1"), measured) == verdict


def test_the_mean_does_not_save_a_seed_that_misses():
    assert computed_verdict(claim("<= 1"), [0.1, 0.1, 1.5]) == "partial"


@pytest.mark.parametrize("measured", [None, math.nan, math.inf, -math.inf, [0.5, math.nan], [-math.inf, 0.5]])
def test_a_missing_or_non_finite_metric_never_passes(measured):
    assert computed_verdict(claim("<= 1"), measured) is None


def test_an_expectation_that_cannot_be_read_never_passes():
    assert computed_verdict(claim("small"), 0.5) is None


def test_without_a_metric_a_claim_is_untestable():
    assert computed_verdict(claim(None, metric=None), None) == "untestable"

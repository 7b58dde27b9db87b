"""Which of two expectations accepts more."""

import pytest
from kb.claim import expectation
from kb.tolerance import tolerance


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ("<= 1e-6", "<= 1e-6", False),
        ("<= 1e-6", "<= 0.000001", False),
        ("<= 1e-6", "<= 1e-5", True),
        ("<= 1e-5", "<= 1e-6", False),
        ("< 1", "<= 1", True),
        ("<= 1", "< 1", False),
        ("< 1", "<= 2", True),
        (">= 3", ">= 2", True),
        (">= 2", ">= 3", False),
        ("> 3", ">= 3", True),
        (">= −3", ">= −4", True),
        ("0.5 ±0.02", "0.5 ±0.03", True),
        ("0.5 ±0.02", "0.5 ±4%", False),
        ("0.5 ±0.02", "0.5 ±5%", True),
        ("0.5 ±0.02", "0.6 ±0.02", True),  # a band that moved accepts what it refused
        ("0.5 ±0.02", "0.5 ±0.01", False),
        ("0.5 ±0.02", "<= 0.52", True),
        ("<= 0.52", "0.5 ±0.02", False),
        ("<= 1", ">= 1", True),
    ],
)
def test_what_accepts_a_number_that_was_refused_accepts_more(before, after, more):
    assert tolerance(after).accepts_more_than(tolerance(before)) is more


@pytest.mark.parametrize("text", ["<= 1e-6", "< 1", ">= 3", "> −3", "0.5 ±0.02", "2e-7 ±50%", "-2 ±10%"])
def test_its_edges_are_those_of_the_expectation(text):
    accepts, found = expectation(text), tolerance(text)
    for edge in {found.low, found.high} - {float("inf"), float("-inf")}:
        outside = 1 if edge == found.high else -1
        assert accepts(edge) is not found.open
        assert accepts(edge - outside * 1e-9)
        assert not accepts(edge + outside * 1e-7)


def test_other_text_has_none():
    assert tolerance("about 3") is None

"""Numbers as runs measure them and as people type them."""

import math

import pytest
from kb.metric import agrees, describe, fill, finer_than_spread, mean, seeds, show, spread, typed

THREE = [0.97, 0.98, 0.99]  # mean 0.98, standard deviation 0.01


def test_a_plain_number_is_a_single_seed_without_spread():
    assert (seeds(0.5), mean(0.5), spread(0.5)) == ([0.5], 0.5, 0.0)


def test_a_list_holds_one_value_per_seed():
    assert (seeds(THREE), mean(THREE)) == (THREE, pytest.approx(0.98))
    assert spread(THREE) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0.5", 0.5, 0.1),
        (".5", 0.5, 0.1),
        ("12", 12, 1),
        ("1,234", 1234, 1),
        ("1,234.5", 1234.5, 0.1),
        ("+3", 3, 1),
        ("-0.3", -0.3, 0.1),
        ("−0.3", -0.3, 0.1),
        ("97.8 %", 0.978, 0.001),
        ("97.8%", 0.978, 0.001),
        ("97.8\N{NO-BREAK SPACE}%", 0.978, 0.001),
        ("97.8\N{NARROW NO-BREAK SPACE}%", 0.978, 0.001),
        ("1.5 pp", 0.015, 0.001),
        ("2.1 ×", 2.1, 0.1),
        ("2.1×", 2.1, 0.1),
        ("12 s", 12, 1),
        ("350 ms", 0.35, 0.001),
        ("20 µs", 2e-5, 1e-6),
        ("350 MB", 3.5e8, 1e6),
        ("1.5 GB", 1.5e9, 1e8),
        ("20 kB", 2e4, 1e3),
        ("45 °", 45, 1),
        ("1.2e-7", 1.2e-7, 1e-8),
        ("1.2e−7", 1.2e-7, 1e-8),
        ("1.2E3", 1200, 100),
        ("1.2 × 10⁻⁷", 1.2e-7, 1e-8),
        ("1.2·10³", 1200, 100),
        ("3 splits", 3, 1),
        ("60,000 digits", 60000, 1),
    ],
)
def test_numbers_are_read_as_people_write_them(text, value, unit):
    number = typed(text)
    assert number is not None
    assert (number.value, number.unit) == (pytest.approx(value, rel=1e-12), pytest.approx(unit, rel=1e-12))


@pytest.mark.parametrize(
    "text", ["", "accuracy", "%", "about 5", "5 to 7", "5 ± 2", "1.2.3", "v2", "…", "--3", "x = 3"]
)
def test_other_text_is_no_number(text):
    assert typed(text) is None


@pytest.mark.parametrize("text", ["1e400", "1e-99999", f"1e{'9' * 5000}", f"{'9' * 400}e400"])
def test_a_number_past_what_a_computer_holds_is_no_crash(text):
    number = typed(text)
    assert number is None or not math.isnan(number.value)


@pytest.mark.parametrize(
    ("text", "measured", "agree"),
    [
        ("97.8 %", 0.9781, True),
        ("97.8 %", 0.9789, True),  # within one unit of the last digit
        ("97.8 %", 0.9791, False),
        ("97.8 %", 0.978 + 0.001, True),
        ("97.8", 0.978, False),
        ("1,234", 1233.2, True),
        ("12 s", 12.9, True),
        ("12 s", 13.1, False),
        ("98 %", THREE, True),
        ("96 %", THREE, True),  # two standard deviations over seeds
        ("95.9 %", THREE, False),
        ("0.0", 0.05, True),
        ("0.0", 0.11, False),
        ("0", 0, True),
        ("0.3", -0.3, False),
        ("−0.3", -0.3, True),
        ("−0.3", 0.3, False),
        ("1.2e-7", 1.21e-7, True),
        ("1.2e-7", 1.2e-6, False),
        ("1.2e-7", 0.0, False),
    ],
)
def test_a_typed_number_agrees_within_a_unit_of_its_last_digit_or_two_standard_deviations(text, measured, agree):
    assert agrees(typed(text), measured) is agree


@pytest.mark.parametrize(
    ("text", "measured", "finer"),
    [
        ("98 %", THREE, False),  # the spread's first digit is that of 1 %
        ("98.0 %", THREE, True),
        ("0.98", THREE, False),
        ("0.980", THREE, True),
        ("0.9812345", 0.9812345, False),
        ("0.98123", [0.98123] * 3, False),
        ("0.9810", [0.9806, 0.9810, 0.9814], False),
        ("0.98100", [0.9806, 0.9810, 0.9814], True),
    ],
)
def test_a_number_is_too_fine_where_its_last_digit_lies_below_the_first_of_its_spread(text, measured, finer):
    assert finer_than_spread(typed(text), measured) is finer


@pytest.mark.parametrize(
    ("text", "measured", "filled"),
    [
        ("… s", 12.345, "12.3 s"),
        ("…", 12.345, "12.3"),
        ("… ms", 0.0123, "12.3 ms"),
        ("… MB", 350e6, "350 MB"),
        ("… %", 0.978, "97.8 %"),
        ("…\N{NO-BREAK SPACE}s", 2.0, "2\N{NO-BREAK SPACE}s"),
        ("…", THREE, "0.98"),
    ],
)
def test_three_dots_become_the_last_run_s_value_in_the_unit_named(text, measured, filled):
    assert fill(text, measured) == filled


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.0, "0"),
        (0.5, "0.5"),
        (2 / 3, "0.667"),
        (-2 / 3, "-0.667"),
        (12.345, "12.3"),
        (1234.5, "1,234"),
        (999_999.0, "999,999"),
        (1e6, "1.00e6"),
        (1.25e7, "1.25e7"),
        (0.001, "0.001"),
        (0.000999, "9.99e-4"),
        (1.234e-12, "1.23e-12"),
        (100, "100"),
        (1000.0, "1,000"),
    ],
)
def test_a_number_is_shown_with_three_digits_and_without_needless_exponents(value, shown):
    assert show(value) == shown


@pytest.mark.parametrize(
    ("measured", "described"),
    [
        (0.97221, "0.9722"),
        (10, "10"),
        (THREE, "0.980 ± 0.010 (3 seeds)"),
        ([0.9717, 0.9722, 0.9727], "0.97220 ± 0.00050 (3 seeds)"),
        ([5, 5, 5], "5 ± 0 (3 seeds)"),
        ([1e-7, 3e-7], "2.0e-7 ± 1.4e-7 (2 seeds)"),
        ([100.0, 140.0], "120 ± 28 (2 seeds)"),
    ],
)
def test_a_metric_is_described_with_its_spread_and_its_seeds(measured, described):
    assert describe(measured) == described

"""What float_sum promises: three ways to add that are what they say, and errors measured against exact sums."""

import math
from itertools import pairwise as neighbours

import float_sum as snippet
import numpy as np
import pytest

U = 2.0**-24


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_recursive_summation_is_the_loop_in_float32(rng):
    x = snippet.unrelated(rng, 513, 3)
    total = x[0]
    for row in x[1:]:
        total = total + row
    np.testing.assert_array_equal(snippet.recursive(x), total)


def test_pairwise_summation_is_the_recursion_on_neighbours(rng):
    def halves(x):
        return x[0] if len(x) == 1 else halves(x[: len(x) // 2]) + halves(x[len(x) // 2 :])

    x = snippet.unrelated(rng, 64, 3)
    np.testing.assert_array_equal(snippet.pairwise(x), halves(x))


def test_compensated_summation_keeps_what_single_additions_lose():
    x = np.float32([[1]] + [[U]] * 1024)
    assert snippet.recursive(x)[0] == 1
    assert snippet.compensated(x)[0] == 1 + 1024 * U


@pytest.mark.parametrize("method", [snippet.recursive, snippet.pairwise, snippet.compensated])
def test_whole_numbers_add_up_without_error_in_every_way(method, rng):
    x = rng.integers(0, 100, size=(256, 5)).astype(np.float32)
    np.testing.assert_array_equal(method(x), x.astype(int).sum(axis=0))
    np.testing.assert_array_equal(snippet.relative_error(method, x), 0)


def test_the_error_is_measured_against_the_exactly_rounded_sum(rng):
    x = snippet.unrelated(rng, 1024, 4)
    exact = [math.fsum(map(float, column)) for column in x.T]
    expected = [abs(float(got) - true) / true / U for got, true in zip(snippet.recursive(x), exact, strict=True)]
    np.testing.assert_allclose(snippet.relative_error(snippet.recursive, x), expected, rtol=1e-6)


def test_every_way_stays_within_its_bound():
    sizes, errors, _ = snippet.main(powers=range(4, 10), shuffles=1, seed=3)
    assert np.all(errors["recursive"] <= (sizes - 1)[:, None])
    assert np.all(errors["repeated"] <= (sizes - 1)[:, None])
    assert np.all(errors["pairwise"] <= np.log2(sizes)[:, None])
    assert np.all(errors["compensated"] <= 2)


@pytest.mark.parametrize("power", [0, 0.5, 1])
def test_the_growth_of_a_power_law_is_its_exponent(power):
    sizes = 2 ** np.arange(3, 9)
    errors = 0.3 * sizes[:, None] ** power * np.array([1, 2, 3])
    assert snippet.growth(sizes, errors) == pytest.approx(power, abs=1e-12)


def test_all_orders_of_whole_numbers_agree_and_those_of_fractions_do_not(rng):
    assert snippet.orders_agree(np.arange(50, dtype=np.float32), rng, shuffles=20) == 1
    assert snippet.orders_agree(snippet.unrelated(rng, 1000, 1)[:, 0], rng, shuffles=100) < 1


def test_repeated_numbers_do_not_change_within_a_stream(rng):
    x = snippet.repeated(rng, 5, 3)
    assert all(np.array_equal(one, next_one) for one, next_one in neighbours(x))
    assert len(np.unique(x)) == 3

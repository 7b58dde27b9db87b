"""What descent_subgradient promises: true subgradients, exact minima to compare with, and the bound of the rate."""

from itertools import product

import descent_subgradient as sub
import numpy as np
import pytest


@pytest.mark.parametrize("name", ["hardest", "deviations"])
def test_a_subgradient_never_promises_more_than_the_function_holds(name):
    rng = np.random.default_rng(0)
    x, y = sub.measurements(rng, rows=30, columns=4)
    function = sub.hardest if name == "hardest" else lambda w: sub.deviations(w, x, y)
    for here, there in rng.normal(size=(50, 2, 4)):
        value, subgradient = function(here)
        assert function(there)[0] >= value + subgradient @ (there - here) - 1e-12


def test_the_linear_programme_finds_the_median():
    y = np.array([3.0, -1.0, 10.0, 4.0, 2.5])
    least, weights = sub.least_deviations(np.ones((5, 1)), y)
    np.testing.assert_allclose(weights, [3.0])
    np.testing.assert_allclose(least, abs(y - 3).mean())


def test_no_weights_nearby_have_smaller_deviations_than_the_programme_s():
    rng = np.random.default_rng(0)
    x, y = sub.measurements(rng)
    least, weights = sub.least_deviations(x, y)
    assert sub.deviations(weights, x, y)[0] == pytest.approx(least)
    assert all(sub.deviations(weights + 1e-3 * d, x, y)[0] >= least for d in rng.normal(size=(50, 8)))


def test_the_hardest_case_is_least_where_all_coordinates_are_minus_one_nth():
    n = 7
    assert sub.hardest(np.full(n, -1 / n))[0] == pytest.approx(-1 / (2 * n))
    assert all(sub.hardest(-1 / n + 0.1 * d)[0] > -1 / (2 * n) for d in np.random.default_rng(0).normal(size=(50, n)))


def test_the_best_of_k_steps_is_within_nesterov_s_bound():
    n, k = 50, 400
    values = sub.descend(sub.hardest, np.zeros(n), lengths=np.full(k, n**-0.5 / k**0.5))
    assert values.min() + 1 / (2 * n) <= n**-0.5 * (1 + n**-0.5) / k**0.5


def test_where_the_function_is_smooth_the_line_search_goes_down_to_the_minimum():
    path = sub.armijo(lambda p: (p @ p / 2, p), np.array([1.0, -2.0]), steps=50)
    np.testing.assert_allclose(path[-1], 0, atol=1e-6)


def test_the_fewest_mistakes_are_those_of_trying_many_lines():
    rng = np.random.default_rng(3)
    x, labels = sub.two_clouds(rng, rows=14)
    grid = product(np.linspace(-np.pi, np.pi, 181), np.linspace(-4, 4, 401))
    assert sub.fewest_mistakes(x, labels) == pytest.approx(min(sub.mistakes(place, x, labels) for place in grid))


def test_points_that_a_line_can_part_cost_no_mistake():
    x = np.array([[0.0, 0.1], [1.0, -0.2], [0.3, 2.0], [1.1, 2.2]])
    assert sub.fewest_mistakes(x, np.array([-1.0, -1.0, 1.0, 1.0])) == 0


def test_the_exponent_of_a_power_is_found():
    assert sub.rate_of(np.arange(1, 1001) ** -0.5, 10) == pytest.approx(-0.5)

"""What table09_degree promises: gradient descent that goes to least squares, and errors with known values."""

import jax
import numpy as np
import pytest
import table09_degree as table
from numpy.polynomial import Polynomial


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def points(size=30, seed=0, truth="wave"):
    return table.sample(np.random.default_rng(seed), table.TRUTHS[truth], size=size)


@pytest.mark.parametrize("basis", table.BASES.values(), ids=table.BASES)
def test_gradient_descent_goes_to_least_squares(basis):
    x, y = points()
    features = basis(x, 2)
    weights, losses = table.descend(features, y, table.fastest_rate(features), steps=500)
    np.testing.assert_allclose(weights, table.least_squares(features, y), rtol=1e-6)
    assert (np.diff(losses) <= 1e-9).all()


def test_both_bases_span_the_same_curves_as_numpy_s_fit():
    x, y = points()
    fit = Polynomial.fit(x, y, 5)(x)
    for basis in table.BASES.values():
        features = basis(x, 5)
        np.testing.assert_allclose(features @ table.least_squares(features, y), fit, rtol=1e-8)


def test_legendre_s_polynomials_are_orthonormal_over_the_interval():
    nodes, weights = np.polynomial.legendre.leggauss(20)
    features = table.polynomials(nodes, 15)
    np.testing.assert_allclose(features.T @ (features * weights[:, None]) / 2, np.eye(16), atol=1e-12)


def test_a_rate_a_little_above_the_fastest_is_slower_and_far_above_it_diverges():
    x, y = points()
    features = table.powers(x, 3)
    least = np.mean((features @ table.least_squares(features, y) - y) ** 2)
    rate = table.fastest_rate(features)
    left = [float(table.descend(features, y, factor * rate, steps=300)[1][-1]) - least for factor in (0.5, 1, 1.1)]
    assert left[1] < left[0]
    assert left[2] > 1e6


def test_the_truth_itself_errs_by_the_noise_alone():
    cubic = np.array([0, -60, 0, 80])
    assert table.expected_error(cubic, table.TRUTHS["cubic"], table.powers) == pytest.approx(table.NOISE**2)


def test_zero_errs_by_the_wave_s_mean_square_and_the_noise():
    expected = 200 + table.NOISE**2  # 20² / 2, one and a half periods
    assert table.expected_error(np.zeros(1), table.TRUTHS["wave"], table.powers) == pytest.approx(expected, rel=1e-2)


def test_iterations_are_counted_until_a_hundredth_of_the_gain_is_left():
    losses = 1 + 0.5 ** np.arange(20)
    assert table.iterations_until(losses, 1.0) == 7
    assert table.iterations_until(losses, 0.5) == 20


def test_columns_of_zeros_change_nothing():
    measured = table.main(degrees=(1, 2), size=10, steps=200, seeds=2)
    x, y = table.sample(np.random.default_rng(1), table.TRUTHS["cubic"], size=10)
    features = table.polynomials(x, 1)
    least = np.mean((features @ table.least_squares(features, y) - y) ** 2)
    assert measured["cubic"].shape == (3, 2, 2, 2)
    assert measured["cubic"][0, 1, 0, 1] == pytest.approx(least)

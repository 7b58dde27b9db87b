import diffeq_logistic as logistic
import jax
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def found():
    with jax.enable_x64(True):
        return logistic.main(hidden=(3,), steps=5, patience=2, newton=1, width=3, seeds=2)


def a_network(seed=3, hidden=(4, 3)):
    return logistic.source_parameters(seed, hidden)


def network_in_numpy(P, point):
    values = np.asarray(point)
    for layer in P[:-1]:
        values = 1 / (1 + np.exp(-layer @ np.append(1, values)))
    return (P[-1] @ np.append(1, values))[0]


def test_the_network_is_sigmoid_layers_with_biases_in_the_first_column():
    P, point = a_network(), np.array([0.3])
    assert logistic.network(P, point) == pytest.approx(network_in_numpy(P, point), rel=1e-12)


def test_parameters_are_drawn_as_the_source_draws_them():
    np.random.seed(4155)
    wanted = [np.random.randn(*shape) for shape in ((100, 2), (50, 101), (25, 51), (1, 26))]
    for layer, drawn in zip(logistic.source_parameters(4155, (100, 50, 25)), wanted, strict=True):
        np.testing.assert_array_equal(layer, drawn)


def test_the_solution_grows_as_it_should_and_starts_at_six_fifths():
    for t in (0.0, 0.4, 1.0):
        g = float(logistic.exact(np.array([t])))
        assert jax.grad(logistic.exact)(np.array([t]))[0] == pytest.approx(2 * g * (1 - g), rel=1e-12)
    assert logistic.exact(np.array([0.0])) == pytest.approx(1.2, rel=1e-15)


def test_nothing_changes_at_the_capacity():
    assert logistic.growth(logistic.CAPACITY) == logistic.growth(0.0) == 0


def test_the_trial_solution_starts_at_six_fifths_whatever_the_network_says():
    assert logistic.trial(a_network(), np.array([0.0])) == 1.2


def test_the_residual_is_that_of_finite_differences():
    P, t, h = a_network(), 0.3, 1e-5
    low, middle, high = (float(logistic.trial(P, np.array([t + shift]))) for shift in (-h, 0, h))
    wanted = (high - low) / (2 * h) - 2 * middle * (1 - middle)
    assert logistic.residual(P, np.array([t])) == pytest.approx(wanted, rel=1e-7)


def test_it_prints_what_the_book_prints():
    start, points = logistic.source_parameters(4155, (100, 50, 25)), logistic.grid(10)
    P, costs = logistic.gradient_descent(start, points, rate=1e-3, steps=1000)
    assert f"{costs[0]:g}" == "0.221805"
    assert f"{logistic.cost(P, points):g}" == "0.000417932"
    assert f"{logistic.errors(P, points).max():g}" == "0.00424909"
    assert f"{logistic.scheme_errors(logistic.simple_scheme(10), points).max():g}" == "0.011225"


def order_of(scheme):
    """How often the error halves when the steps do."""
    first, second = (logistic.scheme_errors(scheme(count), logistic.grid(count)).max() for count in (41, 81))
    return np.log2(first / second)


def test_euler_is_of_first_order_and_runge_kutta_of_fourth():
    assert order_of(logistic.simple_scheme) == pytest.approx(1, abs=0.1)
    assert order_of(logistic.better_scheme) == pytest.approx(4, abs=0.1)


def test_a_gauss_newton_step_is_that_of_least_squares(found):
    start, _, stepped, _ = found
    flat, unravel = jax.flatten_util.ravel_pytree(start)
    residuals = jax.jit(lambda flat: jax.vmap(logistic.residual, (None, 0))(unravel(flat), logistic.grid(10)))
    J = np.asarray(jax.jit(jax.jacobian(residuals))(flat))
    damped = np.vstack([J, np.sqrt(1e-9 * np.sum(J**2)) * np.eye(len(flat))])
    wanted = -np.linalg.lstsq(damped, np.append(residuals(flat), np.zeros(len(flat))))[0]
    moved = np.asarray(jax.flatten_util.ravel_pytree(stepped)[0] - flat)
    length = np.log2(moved @ wanted / (wanted @ wanted))
    assert length == pytest.approx(round(length), abs=1e-5)
    np.testing.assert_allclose(moved, 2 ** round(length) * wanted, rtol=1e-4, atol=1e-6)


def test_gauss_newton_never_raises_the_cost():
    _, costs = logistic.gauss_newton(logistic.ridge_parameters(jax.random.key(1), 2), logistic.grid(9), steps=20)
    assert (np.diff(costs) <= 0).all()
    assert costs[-1] < costs[0]


def test_main_goes_on_from_where_it_was(found):
    start, descent, _, ours = found
    assert (len(descent), len(ours)) == (2, 2)
    at_once, _ = logistic.gradient_descent(start, logistic.grid(10), rate=1e-3, steps=10)
    for layer, wanted in zip(descent[-1], at_once, strict=True):
        np.testing.assert_allclose(layer, wanted, rtol=1e-12, atol=1e-14)

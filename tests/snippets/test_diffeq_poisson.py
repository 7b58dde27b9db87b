import diffeq_poisson as poisson
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
        return poisson.main(hidden=(3,), steps=5, patience=2, newton=1, width=3, seeds=2)


def a_network(seed=3, hidden=(4, 3)):
    return poisson.source_parameters(seed, hidden)


def network_in_numpy(P, point):
    values = np.asarray(point)
    for layer in P[:-1]:
        values = 1 / (1 + np.exp(-layer @ np.append(1, values)))
    return (P[-1] @ np.append(1, values))[0]


def test_the_network_is_sigmoid_layers_with_biases_in_the_first_column():
    P, point = a_network(), np.array([0.3])
    assert poisson.network(P, point) == pytest.approx(network_in_numpy(P, point), rel=1e-12)


def test_parameters_are_drawn_as_the_source_draws_them():
    np.random.seed(4155)
    wanted = [np.random.randn(*shape) for shape in ((200, 2), (100, 201), (1, 101))]
    for layer, drawn in zip(poisson.source_parameters(4155, (200, 100)), wanted, strict=True):
        np.testing.assert_array_equal(layer, drawn)


def test_the_solution_bends_as_the_load_says_and_is_zero_at_both_ends():
    for x in (0.0, 0.4, 1.0):
        curvature = jax.hessian(poisson.exact)(np.array([x]))[0, 0]
        assert -curvature == pytest.approx(poisson.load(x), rel=1e-12, abs=1e-12)
        assert x * (1 - x) > 0 or poisson.exact(np.array([x])) == 0


def test_the_trial_solution_is_zero_at_both_ends_whatever_the_network_says():
    assert [float(poisson.trial(a_network(), np.array([x]))) for x in (0.0, 1.0)] == [0, 0]


def test_the_residual_is_that_of_finite_differences():
    P, x, h = a_network(), 0.3, 1e-4
    low, middle, high = (float(poisson.trial(P, np.array([x + shift]))) for shift in (-h, 0, h))
    wanted = -(low - 2 * middle + high) / h**2 - poisson.load(x)
    assert poisson.residual(P, np.array([x])) == pytest.approx(wanted, rel=1e-5)


def test_it_prints_what_the_book_prints():
    start, points = poisson.source_parameters(4155, (200, 100)), poisson.grid(10)
    P, costs = poisson.gradient_descent(start, points, rate=1e-3, steps=1000)
    assert f"{costs[0]:g}" == "457.256"
    assert f"{poisson.cost(P, points):g}" == "0.00310113"
    assert f"{poisson.errors(P, points).max():g}" == "0.000464088"
    assert f"{poisson.scheme_errors(poisson.simple_scheme(10), points).max():g}" == "0.00266858"


def order_of(scheme):
    """How often the error halves when the steps do."""
    first, second = (poisson.scheme_errors(scheme(count), poisson.grid(count)).max() for count in (41, 81))
    return np.log2(first / second)


def test_differences_are_of_second_order_and_numerov_of_fourth():
    assert order_of(poisson.simple_scheme) == pytest.approx(2, abs=0.1)
    assert order_of(poisson.better_scheme) == pytest.approx(4, abs=0.1)


def test_a_gauss_newton_step_is_that_of_least_squares(found):
    start, _, stepped, _ = found
    flat, unravel = jax.flatten_util.ravel_pytree(start)
    residuals = jax.jit(lambda flat: jax.vmap(poisson.residual, (None, 0))(unravel(flat), poisson.grid(10)))
    J = np.asarray(jax.jit(jax.jacobian(residuals))(flat))
    damped = np.vstack([J, np.sqrt(1e-9 * np.sum(J**2)) * np.eye(len(flat))])
    wanted = -np.linalg.lstsq(damped, np.append(residuals(flat), np.zeros(len(flat))))[0]
    moved = np.asarray(jax.flatten_util.ravel_pytree(stepped)[0] - flat)
    length = np.log2(moved @ wanted / (wanted @ wanted))
    assert length == pytest.approx(round(length), abs=1e-5)
    np.testing.assert_allclose(moved, 2 ** round(length) * wanted, rtol=1e-4, atol=1e-6)


def test_main_goes_on_from_where_it_was(found):
    start, descent, _, ours = found
    assert (len(descent), len(ours)) == (2, 2)
    at_once, _ = poisson.gradient_descent(start, poisson.grid(10), rate=1e-3, steps=10)
    for layer, wanted in zip(descent[-1], at_once, strict=True):
        np.testing.assert_allclose(layer, wanted, rtol=1e-12, atol=1e-14)

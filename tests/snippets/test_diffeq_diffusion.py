import diffeq_diffusion as diffusion
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
        return diffusion.main(hidden=(3,), seed=3, steps=5, patience=2, newton=1, width=3, seeds=0)


def a_network(seed=3, hidden=(4, 3)):
    return diffusion.source_parameters(seed, hidden)


def network_in_numpy(P, point):
    values = np.asarray(point)
    for layer in P[:-1]:
        values = 1 / (1 + np.exp(-layer @ np.append(1, values)))
    return (P[-1] @ np.append(1, values))[0]


def test_the_network_is_sigmoid_layers_with_biases_in_the_first_column():
    P, point = a_network(), np.array([0.3, 0.6])
    assert diffusion.network(P, point) == pytest.approx(network_in_numpy(P, point), rel=1e-12)


def test_parameters_are_drawn_as_the_source_draws_them():
    np.random.seed(15)
    wanted = [np.random.randn(*shape) for shape in ((100, 3), (25, 101), (1, 26))]
    for layer, drawn in zip(diffusion.source_parameters(15, (100, 25)), wanted, strict=True):
        np.testing.assert_array_equal(layer, drawn)


def test_the_solution_diffuses_from_a_sine_and_is_zero_at_both_ends():
    slope, curvature = jax.jit(jax.grad(diffusion.exact)), jax.jit(jax.hessian(diffusion.exact))
    for point in np.array([[0.2, 0.1], [0.7, 0.9]]):
        assert slope(point)[1] == pytest.approx(float(curvature(point)[0, 0]), rel=1e-12)
    assert diffusion.exact(np.array([0.3, 0.0])) == pytest.approx(np.sin(0.3 * np.pi), rel=1e-15)
    assert diffusion.exact(np.array([1.0, 0.3])) == pytest.approx(0, abs=1e-15)


def test_the_trial_solution_is_right_at_the_start_and_at_both_ends_whatever_the_network_says():
    sides = np.array([[0.3, 0.0], [0.8, 0.0], [0.0, 0.5], [1.0, 0.7]])
    np.testing.assert_allclose(diffusion.errors(a_network(), sides), 0, atol=1e-15)


def test_the_residual_is_that_of_finite_differences():
    P, (x, t), h = a_network(), (0.3, 0.6), 1e-4

    def g(x, t):
        return (1 - t) * np.sin(np.pi * x) + x * (1 - x) * t * network_in_numpy(P, [x, t])

    wanted = (g(x, t + h) - g(x, t - h)) / (2 * h) - (g(x - h, t) - 2 * g(x, t) + g(x + h, t)) / h**2
    assert jax.jit(diffusion.residual)(P, np.array([x, t])) == pytest.approx(wanted, rel=1e-5)


def test_the_cost_at_the_start_is_the_one_that_the_book_prints_before_its_run_is_interrupted():
    start = diffusion.source_parameters(15, (100, 25))
    assert jax.jit(diffusion.cost)(start, diffusion.grid(10)) == pytest.approx(41.05505310046363, rel=1e-13)


def test_the_scheme_damps_a_sine_by_the_factor_of_crank_and_nicolson():
    decay = 4 * np.sin(np.pi / 18) ** 2 * 9  # step times eigenvalue of the three-point differences
    g = diffusion.better_scheme(10)
    np.testing.assert_allclose(g[1:-1, 1:] / g[1:-1, :-1], (1 - decay / 2) / (1 + decay / 2), rtol=1e-10)


def order_of(scheme):
    """How often the error halves when the steps do."""
    first, second = (diffusion.scheme_errors(scheme(count).ravel(), diffusion.grid(count)).max() for count in (41, 81))
    return np.log2(first / second)


def test_backward_euler_is_of_first_order_and_crank_nicolson_of_second():
    assert order_of(diffusion.simple_scheme) == pytest.approx(1, abs=0.1)
    assert order_of(diffusion.better_scheme) == pytest.approx(2, abs=0.1)


def test_a_gauss_newton_step_is_that_of_least_squares(found):
    start, _, stepped, _ = found
    flat, unravel = jax.flatten_util.ravel_pytree(start)
    residuals = jax.jit(lambda flat: jax.vmap(diffusion.residual, (None, 0))(unravel(flat), diffusion.grid(10)))
    J = np.asarray(jax.jit(jax.jacobian(residuals))(flat))
    damped = np.vstack([J, np.sqrt(1e-9 * np.sum(J**2)) * np.eye(len(flat))])
    wanted = -np.linalg.lstsq(damped, np.append(residuals(flat), np.zeros(len(flat))))[0]
    moved = np.asarray(jax.flatten_util.ravel_pytree(stepped)[0] - flat)
    length = np.log2(moved @ wanted / (wanted @ wanted))
    assert length == pytest.approx(round(length), abs=1e-5)
    np.testing.assert_allclose(moved, 2 ** round(length) * wanted, rtol=1e-4, atol=1e-6)


def test_main_goes_on_from_where_it_was(found):
    start, descent, _, ours = found
    assert (len(descent), len(ours)) == (2, 0)
    at_once, _ = diffusion.gradient_descent(start, diffusion.grid(10), rate=1e-2, steps=10)
    for layer, wanted in zip(descent[-1], at_once, strict=True):
        np.testing.assert_allclose(layer, wanted, rtol=1e-12, atol=1e-14)

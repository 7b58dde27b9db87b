import engd_heat as engd
import jax
import jax.numpy as jnp
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def points():
    return jax.device_put(engd.collocation(side=8))


def a_network(seed=0, width=8):
    return engd.start(jax.random.key(seed), width)


def test_there_are_784_points_inside_and_29_on_each_of_three_sides():
    interior, initial, walls = engd.collocation()
    assert [len(each) for each in (interior, initial, walls)] == [784, 29, 58]
    assert ((interior > 0) & (interior < 1)).all()
    assert (initial[:, 0] == 0).all()
    assert [np.sum(walls[:, 1] == wall) for wall in (0, 1)] == [29, 29]
    assert len(np.unique(np.concatenate([interior, initial, walls]), axis=0)) == 784 + 29 + 58


def test_the_solution_solves_the_equation_and_vanishes_on_the_walls():
    tx = np.random.default_rng(0).random((20, 2))
    slopes, hessians = jax.jit(jax.vmap(jax.grad(engd.solution)))(tx), jax.jit(jax.vmap(jax.hessian(engd.solution)))(tx)
    np.testing.assert_allclose(slopes[:, 0], hessians[:, 1, 1] / 4, rtol=1e-12, atol=1e-13)
    _, initial, walls = engd.collocation()
    np.testing.assert_allclose(engd.solution(walls), 0, atol=1e-15)
    np.testing.assert_allclose(engd.solution(initial), np.sin(np.pi * initial[:, 1]), rtol=1e-13, atol=1e-15)


def test_the_heat_operator_in_closed_form_is_that_of_automatic_differentiation():
    theta, tx = a_network(), np.random.default_rng(1).random((9, 2))

    def single(tx):
        return engd.network(theta, tx[None])[0]

    expected = jax.jit(jax.vmap(jax.grad(single)))(tx)[:, 0] - jax.jit(jax.vmap(jax.hessian(single)))(tx)[:, 1, 1] / 4
    np.testing.assert_allclose(engd.heat(theta, tx), expected, rtol=1e-12, atol=1e-13)


def test_a_network_that_is_constant_loses_only_at_the_walls_and_at_the_beginning(points):
    theta = jnp.zeros(33).at[-1].set(0.5)
    _, initial, _ = points
    expected = np.mean((0.5 - np.sin(np.pi * initial[:, 1])) ** 2) + 2 * 0.5**2
    assert engd.loss(theta, points) == pytest.approx(expected, rel=1e-13)


def test_the_network_of_the_paper_has_257_parameters():
    assert engd.start(jax.random.key(0)).size == 2 * 64 + 64 + 64 + 1


def test_the_jacobian_is_the_derivative_of_the_residuals_and_gives_the_gradient(points):
    theta = a_network()
    J, r = jax.jit(engd.jacobian)(theta, *points), engd.residuals(theta, *points)
    np.testing.assert_allclose(J, jax.jit(jax.jacfwd(engd.residuals))(theta, *points), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(2 * r @ J, jax.jit(jax.grad(engd.loss))(theta, points), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("cut", [1e-2, 1e-5])
def test_the_natural_gradient_is_twice_the_truncated_least_squares_solution(points, cut):
    theta = a_network()
    J, r = np.asarray(jax.jit(engd.jacobian)(theta, *points)), np.asarray(engd.residuals(theta, *points))
    oracle = 2 * np.linalg.lstsq(J, r, rcond=cut)[0]
    np.testing.assert_allclose(engd.natural_gradient(J, r, cut), oracle, rtol=1e-7, atol=1e-8 * abs(oracle).max())


def test_no_step_raises_the_loss(points):
    starts = jnp.stack([a_network(seed) for seed in range(2)])
    before = jnp.stack([engd.loss(each, points) for each in starts])
    _, losses, errors, _ = engd.train(starts, points, jax.device_put(engd.quadrature(nodes=12)), 1e-6, steps=10)
    assert (np.diff(np.c_[before, losses], axis=1) <= 0).all()
    assert errors.shape == (2, 10)


def test_the_norm_of_the_solution_is_known():
    x, weight = engd.quadrature()
    # half, times the mean of exp(-pi^2 t / 2)
    exact = 0.5 * (1 - np.exp(-(np.pi**2) / 2)) / (np.pi**2 / 2)
    assert weight @ engd.solution(x) ** 2 == pytest.approx(exact, rel=1e-13)
    assert engd.relative_error(jnp.zeros(257), x, weight) == pytest.approx(1, rel=1e-14)


def test_main_runs_both_cut_offs():
    runs = engd.main(steps=2, seeds=2, width=2)
    assert list(runs) == [1e-6, 1e-7]
    assert [each.shape for each in runs[1e-6]] == [(2, 2, 9), (2, 2), (2, 2), (2, 2)]

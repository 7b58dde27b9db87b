import engd_ritz as engd
import jax
import jax.numpy as jnp
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def rule():
    return jax.device_put(engd.gauss(40))


def a_network(seed=0, width=6):
    return engd.start(jax.random.key(seed), width)


def test_gauss_is_exact_to_degree_2n_minus_1_and_the_trapezoidal_rule_for_lines():
    x, weight = engd.gauss(4)
    assert weight @ x**6 == pytest.approx(2 / 7, rel=1e-14)
    assert abs(weight @ x**8 - 2 / 9) > 1e-3
    x, weight = engd.trapezoid(11)
    assert weight @ (3 * x + 1) == pytest.approx(2, rel=1e-14)
    assert weight @ x**2 - 2 / 3 == pytest.approx(0.2**2 / 3)  # h^2 / 12 times f' at the ends


def test_the_solution_solves_the_euler_lagrange_equation_with_flat_ends():
    x = np.linspace(-1, 1, 21)
    curvature = jax.vmap(jax.grad(jax.grad(engd.solution)))(x)
    np.testing.assert_allclose(-curvature + engd.solution(x) ** 3, engd.force(x), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose([jax.grad(engd.solution)(end) for end in (-1.0, 1.0)], 0, atol=1e-14)


def test_the_least_energy_is_minus_pi_squared_halves_minus_nine_sixteenths():
    x, weight = engd.gauss(60)
    u, slope = engd.solution(x), jax.vmap(jax.grad(engd.solution))(x)
    least = weight @ (slope**2 / 2 + u**4 / 4 - engd.force(x) * u)
    assert least == pytest.approx(-(np.pi**2) / 2 - 9 / 16, rel=1e-13)


def test_a_constant_network_has_the_energy_of_its_fourth_power(rule):
    theta = jnp.zeros(97).at[-1].set(0.7)
    assert engd.energy(theta, *rule) == pytest.approx(0.7**4 / 2, rel=1e-12)  # the force integrates to zero


def test_the_slope_in_closed_form_is_that_of_automatic_differentiation():
    theta, x = a_network(), np.linspace(-1, 1, 9)
    expected = jax.vmap(jax.grad(lambda x: engd.network(theta, x[None])[0]))(x)
    np.testing.assert_allclose(engd.slope(theta, x), expected, rtol=1e-12)


def test_the_network_of_the_paper_has_97_parameters_and_bends_inside_the_interval():
    theta = engd.start(jax.random.key(0))
    w, b, _, _ = engd.split(theta)
    assert theta.size == 32 + 32 + 32 + 1
    assert (abs(b / w) <= 1).all()


def test_where_the_network_is_linear_the_gram_matrix_is_the_hessian_of_the_energy(rule):
    theta = a_network()
    outputs = slice(2 * 6, None)
    hessian = jax.jit(jax.hessian(engd.energy))(theta, *rule)
    G = jax.jit(engd.gram)(theta, *rule)
    np.testing.assert_allclose(G[outputs, outputs], hessian[outputs, outputs], rtol=1e-10)
    assert not np.allclose(G, hessian, rtol=1e-2)  # elsewhere the Hessian also knows how the network bends


def test_the_gram_matrix_is_symmetric_and_has_no_negative_eigenvalue(rule):
    G = jax.jit(engd.gram)(a_network(), *rule)
    np.testing.assert_allclose(G, G.T, rtol=1e-12)
    assert np.linalg.eigvalsh(G)[0] > -1e-12 * np.linalg.eigvalsh(G)[-1]


def test_the_natural_gradient_is_the_gradient_through_the_pseudo_inverse_of_the_gram_matrix(rule):
    theta = a_network()
    G, gradient = jax.jit(engd.gram)(theta, *rule), jax.grad(engd.energy)(theta, *rule)
    oracle = np.linalg.pinv(np.asarray(G), rcond=1e-8, hermitian=True) @ np.asarray(gradient)
    np.testing.assert_allclose(engd.natural_gradient(G, gradient, 1e-4), oracle, rtol=1e-6)


def test_a_step_along_the_natural_gradient_falls_as_steeply_as_the_energy_norm_says(rule):
    theta = a_network()
    G, gradient = jax.jit(engd.gram)(theta, *rule), jax.grad(engd.energy)(theta, *rule)
    descent = engd.natural_gradient(G, gradient, 1e-5)
    assert gradient @ descent == pytest.approx(float(descent @ G @ descent), rel=1e-6)


def test_no_step_raises_the_energy_nor_goes_below_the_least(rule):
    starts = jnp.stack([a_network(seed) for seed in range(2)])
    before = jnp.stack([engd.energy(each, *rule) for each in starts])
    _, energies, _, _ = engd.train(starts, rule, rule, 1e-6, steps=10)
    assert (np.diff(np.c_[before, energies], axis=1) <= 0).all()
    assert (energies > -(np.pi**2) / 2 - 9 / 16 - 1e-9).all()


def test_a_rule_makes_no_detour_from_itself(rule):
    cosine, ratio = engd.detour(a_network(), rule, rule, 1e-6)
    assert (cosine, ratio) == (pytest.approx(1), pytest.approx(1))


def test_main_runs_every_rule():
    runs, _ = engd.main(gauss_nodes=(10,), trapezoid_nodes=(11,), steps=2, seeds=2, width=2)
    assert list(runs) == [("gauss", 10), ("trapezoid", 11)]
    assert [each.shape for each in runs["gauss", 10]] == [(2, 2, 7), (2, 2), (2, 2), (2, 2)]

import engd_poisson as engd
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


@pytest.fixture
def grid():
    return jax.device_put(engd.quadrature(nodes=12))


def a_network(seed=0, width=8):
    return engd.start(jax.random.key(seed), width)


@pytest.fixture(scope="module")
def tangent():
    """Parameters, Jacobian, residuals and gradient of the loss of one network."""
    with jax.enable_x64(True):
        theta, points = a_network(), jax.device_put(engd.collocation(side=8))
        J, r = jax.jit(engd.jacobian)(theta, *points), jax.jit(engd.residuals)(theta, *points)
        return theta, np.asarray(J), np.asarray(r), np.asarray(jax.jit(jax.grad(engd.loss))(theta, points))


def test_there_are_784_points_inside_and_116_on_the_boundary_and_no_two_are_the_same():
    interior, boundary = engd.collocation()
    assert (len(interior), len(boundary)) == (28 * 28, 4 * 29)
    assert len(np.unique(np.concatenate([interior, boundary]), axis=0)) == 900
    assert np.isin(boundary, [0, 1]).any(axis=1).all()
    assert ((interior > 0) & (interior < 1)).all()


def test_the_quadrature_is_exact_for_polynomials_of_degree_2n_minus_1_and_not_beyond():
    x, weight = engd.quadrature(nodes=4)
    exact = {degree: 1 / (degree + 1) ** 2 for degree in (0, 3, 7, 8)}
    found = {degree: weight @ np.prod(x**degree, axis=1) for degree in exact}
    assert [abs(found[degree] - exact[degree]) < 1e-15 for degree in exact] == [True, True, True, False]


def test_no_error_is_measured_at_a_training_point():
    x, _ = engd.quadrature()
    training = np.concatenate(engd.collocation())
    assert not (abs(x[:, None] - training) < 1e-9).all(axis=-1).any()


def test_the_solution_solves_the_equation():
    x = np.random.default_rng(0).random((20, 2))
    hessians = jax.vmap(jax.hessian(engd.solution))(x)
    np.testing.assert_allclose(
        -jnp.trace(hessians, axis1=1, axis2=2), 2 * np.pi**2 * engd.solution(x), rtol=1e-12, atol=1e-12
    )
    _, boundary = engd.collocation()
    np.testing.assert_allclose(engd.solution(boundary), 0, atol=1e-15)


def test_the_laplacian_in_closed_form_is_that_of_automatic_differentiation():
    theta, x = a_network(), np.random.default_rng(1).random((9, 2))
    hessians = jax.vmap(jax.hessian(lambda x: engd.network(theta, x[None])[0]))(x)
    np.testing.assert_allclose(engd.laplacian(theta, x), jnp.trace(hessians, axis1=1, axis2=2), rtol=1e-12, atol=1e-13)


def test_the_network_of_the_paper_has_129_parameters():
    for draw in (engd.start, engd.source_start):
        theta = draw(jax.random.key(0))
        assert theta.size == 2 * 32 + 32 + 32 + 1
        np.testing.assert_array_equal(jnp.concatenate([jnp.ravel(part) for part in engd.split(theta)]), theta)


def test_every_neuron_of_our_start_bends_inside_the_square():
    w, b, _, _ = engd.split(engd.start(jax.random.key(0)))
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) @ w + b
    assert ((corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)).all()


def test_the_start_of_the_scripts_has_a_standard_deviation_of_a_tenth():
    assert np.std(engd.source_start(jax.random.key(0), width=2000)) == pytest.approx(0.1, rel=0.05)


def test_the_loss_is_the_mean_over_the_square_plus_the_integral_over_its_boundary(points):
    theta, (interior, boundary) = a_network(), points
    equation = engd.laplacian(theta, interior) + 2 * np.pi**2 * engd.solution(interior)
    expected = np.mean(equation**2) + 4 * np.mean(engd.network(theta, boundary) ** 2)
    np.testing.assert_allclose(engd.loss(theta, points), expected, rtol=1e-13)


def test_the_jacobian_is_the_derivative_of_the_residuals(tangent, points):
    theta, J, _, _ = tangent
    expected = jax.jit(jax.jacfwd(engd.residuals))(theta, *points)
    np.testing.assert_allclose(J, expected, rtol=1e-10, atol=1e-12)


def test_the_gradient_of_the_loss_is_twice_j_transposed_r(tangent, points):
    theta, _, _, gradient = tangent
    _, found = engd.first_directions(theta, points, 1e-6)
    np.testing.assert_allclose(found, gradient, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("cut", [1e-2, 1e-4, 1e-6])
def test_the_natural_gradient_is_twice_the_truncated_least_squares_solution(tangent, cut):
    _, J, r, _ = tangent
    oracle = 2 * np.linalg.lstsq(J, r, rcond=cut)[0]
    np.testing.assert_allclose(engd.natural_gradient(J, r, cut), oracle, rtol=1e-7, atol=1e-8 * abs(oracle).max())


def test_the_gram_matrix_maps_the_natural_gradient_to_the_gradient_as_the_paper_defines_it(tangent):
    _, J, r, gradient = tangent
    natural = np.asarray(engd.natural_gradient(J, r, 1e-13))
    np.testing.assert_allclose(J.T @ J @ natural, gradient, atol=1e-8 * abs(gradient).max())


def test_half_the_natural_gradient_removes_the_projection_of_the_residual_onto_the_tangent_space(tangent):
    _, J, r, _ = tangent
    kept = r - J @ np.asarray(engd.natural_gradient(J, r, 1e-13)) / 2
    assert np.linalg.norm(J.T @ kept) < 1e-9 * np.linalg.norm(J.T @ r)
    np.testing.assert_allclose(kept @ kept + (r - kept) @ (r - kept), r @ r, rtol=1e-9)  # Pythagoras


@pytest.fixture
def trained(points, grid):
    """Three starts and what twelve steps make of them."""
    starts = jnp.stack([a_network(seed) for seed in range(3)])
    return starts, engd.train(starts, points, grid, 1e-4, steps=12)


def test_no_step_raises_the_loss(trained, points):
    starts, (_, losses, _, lengths) = trained
    before = jnp.stack([engd.loss(each, points) for each in starts])
    assert (np.diff(np.c_[before, losses], axis=1) <= 0).all()
    assert set(np.unique(lengths)) <= {0, *(0.5**k for k in range(16))}


def test_training_many_starts_is_the_plain_loop_for_each(trained, points, grid):
    starts, (thetas, losses, errors, _) = trained
    for seed, theta in enumerate(starts):
        for step in range(3):
            theta, value, _ = engd.update(theta, points, 1e-4, 16)
            np.testing.assert_allclose(losses[seed, step], value, rtol=1e-6)
            np.testing.assert_allclose(errors[seed, step], engd.relative_error(theta, *grid), rtol=1e-6)
            np.testing.assert_allclose(thetas[seed, step], theta, rtol=1e-5, atol=1e-7)


def test_a_network_that_is_zero_has_a_relative_error_of_one(grid):
    assert engd.relative_error(jnp.zeros(129), *grid) == pytest.approx(1, rel=1e-14)


def test_the_push_forward_is_the_finite_difference_of_the_network(grid):
    theta, direction = a_network(), a_network(seed=1)
    nearby = (engd.network(theta + 1e-6 * direction, grid[0]) - engd.network(theta - 1e-6 * direction, grid[0])) / 2e-6
    np.testing.assert_allclose(engd.push_forward(theta, direction, grid[0]), nearby, rtol=1e-6, atol=1e-8)


def test_the_cosine_is_one_along_minus_one_against_and_zero_across(grid):
    x, weight = grid
    sine, double = jnp.sin(jnp.pi * x[:, 0]), jnp.sin(2 * jnp.pi * x[:, 0])
    found = [engd.cosine(sine, other, weight) for other in (3 * sine, -sine, double)]
    np.testing.assert_allclose(found, [1, -1, 0], atol=1e-12)


def test_the_spectrum_begins_at_one_and_falls(points):
    values = engd.spectrum(a_network(), points)
    assert values[0] == 1
    assert (np.diff(values) <= 0).all()


def test_main_runs_every_variant_from_the_same_starts():
    runs, starts, _, _ = engd.main(steps=2, seeds=2, patience=2, few=2, width=2)
    assert list(runs) == ["default", "cut 1e-07", "cut 1e-08", "nudged", "tightened", "source", "float32"]
    assert {errors.shape for name, (_, _, errors, _) in runs.items() if name != "tightened"} == {(2, 2)}
    assert starts.shape == (2, 9)
    assert {name for name, (theta, *_) in runs.items() if theta.dtype == np.float32} == {"float32"}
    assert {each.dtype for each in runs["float32"]} == {np.dtype("float32")}

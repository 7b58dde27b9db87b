import activation_curves as curves
import jax
import jax.numpy as jnp
import numpy as np
import pytest

JAX = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.1),
}


@pytest.mark.parametrize("name", list(curves.ACTIVATIONS))
def test_curve_and_slope_are_those_of_automatic_differentiation(name):
    x = np.linspace(-4, 4, 80)  # an even number of points: none of them is the kink
    np.testing.assert_allclose(curves.ACTIVATIONS[name](x), JAX[name](x), atol=1e-6)
    np.testing.assert_allclose(curves.SLOPES[name](x), jax.vmap(jax.grad(JAX[name]))(x.astype(np.float32)), atol=1e-6)


@pytest.mark.parametrize("name", list(curves.ACTIVATIONS))
def test_slope_is_the_limit_of_finite_differences(name):
    x, h = np.linspace(-4, 4, 80), 1e-6
    difference = (curves.ACTIVATIONS[name](x + h) - curves.ACTIVATIONS[name](x - h)) / (2 * h)
    np.testing.assert_allclose(curves.SLOPES[name](x), difference, atol=1e-8)


def test_the_largest_slopes_are_one_quarter_and_one():
    _, slopes, _ = curves.main()
    largest = {name: slope.max() for name, slope in slopes.items()}
    assert largest == {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "leaky_relu": 1.0}


def test_the_source_s_hundred_points_step_over_the_largest_slope_of_sigmoid():
    _, slopes, _ = curves.main(inputs=np.linspace(-3, 3, 100))
    assert 0.2499 < slopes["sigmoid"].max() < 0.25


def test_tanh_is_a_stretched_and_shifted_sigmoid():
    x = curves.INPUTS
    np.testing.assert_allclose(np.tanh(x), 2 * curves.sigmoid(2 * x) - 1, atol=1e-15)
    np.testing.assert_allclose(curves.sigmoid(-x), 1 - curves.sigmoid(x), atol=1e-15)


def test_relu_is_half_of_x_and_its_size_and_the_leak_is_a_mirrored_relu():
    x = curves.INPUTS
    np.testing.assert_allclose(curves.relu(x), (x + abs(x)) / 2)
    np.testing.assert_allclose(curves.leaky_relu(x), curves.relu(x) - 0.1 * curves.relu(-x))


def test_sigmoid_of_large_numbers_is_zero_or_one_without_overflow():
    assert curves.sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_normal_means_are_the_known_moments():
    for power, moment in [(0, 1), (1, 0), (2, 1), (3, 0), (4, 3), (6, 15)]:
        np.testing.assert_allclose(curves.normal_mean(lambda z, p=power: z**p), moment, atol=1e-9)


def test_mean_square_slopes_agree_with_exact_values_and_with_gauss_hermite():
    _, _, mean_squares = curves.main()
    np.testing.assert_allclose(mean_squares["relu"], 1 / 2)
    np.testing.assert_allclose(mean_squares["leaky_relu"], (1 + 0.1**2) / 2)
    z, weight = np.polynomial.hermite_e.hermegauss(100)
    for name in ("sigmoid", "tanh"):
        by_gauss = np.sum(weight * curves.SLOPES[name](z) ** 2) / np.sqrt(2 * np.pi)
        np.testing.assert_allclose(mean_squares[name], by_gauss, rtol=1e-6)

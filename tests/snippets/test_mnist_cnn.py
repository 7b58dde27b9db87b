from functools import partial

import jax
import jax.numpy as jnp
import mnist_cnn
import numpy as np
import pytest


@pytest.fixture(scope="module")
def digits():
    return mnist_cnn.digits(examples=64)


@pytest.mark.parametrize(("size", "channels"), [(5, 1), (3, 16)])
def test_patches_times_filters_are_xlas_convolution(size, channels):
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.normal(size=(4, 28, 28, channels)), jnp.float32)
    filters = jnp.asarray(rng.normal(size=(size, size, channels, 8)), jnp.float32)
    convolved = jax.lax.conv_general_dilated(x, filters, (2, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    product = mnist_cnn.patches(x, size) @ filters.reshape(-1, 8)
    np.testing.assert_allclose(product, convolved, atol=1e-4)


def test_a_digit_moved_by_two_pixels_moves_its_patches_by_one(digits):
    patches = mnist_cnn.patches(digits[0], 5)
    moved = mnist_cnn.patches(jnp.roll(digits[0], 2, axis=2), 5)
    assert jnp.array_equal(moved[:, :, 1:], patches[:, :, :-1])


def test_the_network_has_56970_parameters_fewer_than_the_dense_one():
    count = sum(param.size for param in jax.tree.leaves(mnist_cnn.init(jax.random.key(0))))
    assert count == (25 + 1) * 16 + (144 + 1) * 32 + (800 + 1) * 64 + (64 + 1) * 10 == 56970 < 62020


def test_relu_layers_keep_the_variance_of_what_goes_in(digits):
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.normal(size=(500, 28, 28, 1)), jnp.float32)
    outs = [mnist_cnn.logits(mnist_cnn.init(key), x) for key in jax.random.split(jax.random.key(0), 20)]
    # He's factor 2 doubles what comes out of the last layer, which has no ReLU behind it
    assert np.mean(np.square(outs)) == pytest.approx(2, rel=0.35)


def test_the_cross_entropys_gradient_is_the_finite_difference(digits):
    with jax.enable_x64(True):
        x, y = jnp.asarray(digits[0][:8], float), jnp.asarray(digits[1][:8])
        rng = np.random.default_rng(0)
        # biases off zero: on blank paper the ReLU would stand exactly at its kink
        params = jax.tree.map(
            lambda param: param + 0.05 * rng.normal(size=param.shape), mnist_cnn.init(jax.random.key(0))
        )
        direction = jax.tree.map(lambda param: jnp.asarray(rng.normal(size=param.shape)), params)
        ahead, behind = (jax.tree.map(lambda p, d, h=h: p + h * d, params, direction) for h in (1e-7, -1e-7))
        loss = jax.jit(mnist_cnn.cross_entropy)
        difference = (loss(ahead, x, y) - loss(behind, x, y)) / 2e-7
        slopes = jax.jit(jax.grad(loss))(params, x, y)
        slope = sum(jax.tree.leaves(jax.tree.map(jnp.vdot, slopes, direction)))
        assert slope == pytest.approx(float(difference), rel=1e-5)


def test_64_digits_are_learnt_by_heart(digits):
    x, y = digits[:2]
    fit = jax.jit(partial(mnist_cnn.train, batch=16, epochs=40, rate=0.004))
    params, (_, accuracies) = fit(jax.random.key(0), x, y, x, y)
    assert accuracies[-1] == mnist_cnn.accuracy(params, x, y) == 1

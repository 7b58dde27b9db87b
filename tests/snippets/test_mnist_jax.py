from functools import partial

import jax
import jax.numpy as jnp
import mnist_jax
import numpy as np
import pytest
from scipy.special import log_softmax


@pytest.fixture(scope="module")
def digits():
    return mnist_jax.digits(examples=64)


def test_the_network_has_the_62020_parameters_of_784_78_10():
    assert sum(param.size for param in mnist_jax.init(jax.random.key(0), 78)) == 62020


def test_weights_begin_with_the_variance_of_one_over_inputs():
    weights1, _, weights2, _ = mnist_jax.init(jax.random.key(0), 1000)
    assert weights1.var() * 784 == pytest.approx(1, abs=0.01)
    assert weights2.var() * 1000 == pytest.approx(1, abs=0.05)


def test_the_cross_entropy_is_that_of_scipys_log_softmax(digits):
    params = mnist_jax.init(jax.random.key(0), 78)
    x, y = digits[:2]
    out = np.asarray(mnist_jax.logits(params, x), float)
    expected = -log_softmax(out, axis=1)[np.arange(64), y].mean()
    assert mnist_jax.cross_entropy(params, x, y) == pytest.approx(expected, rel=1e-5)


def test_the_cross_entropys_gradient_is_the_finite_difference(digits):
    with jax.enable_x64(True):
        x, y = jnp.asarray(digits[0], float), jnp.asarray(digits[1])
        params = [jnp.asarray(param, float) for param in mnist_jax.init(jax.random.key(0), 8)]
        rng = np.random.default_rng(0)
        direction = [jnp.asarray(rng.normal(size=param.shape)) for param in params]
        ahead, behind = ([p + h * d for p, d in zip(params, direction, strict=True)] for h in (1e-6, -1e-6))
        loss = jax.jit(mnist_jax.cross_entropy)
        difference = (loss(ahead, x, y) - loss(behind, x, y)) / 2e-6
        slopes = jax.jit(jax.grad(loss))(params, x, y)
        assert sum(map(jnp.vdot, slopes, direction)) == pytest.approx(float(difference), rel=1e-6)


def test_64_digits_are_learnt_by_heart(digits):
    x, y = digits[:2]
    fit = jax.jit(partial(mnist_jax.train, width=78, batch=16, epochs=40, rate=0.01))
    params, (_, accuracies) = fit(jax.random.key(0), x, y, x, y)
    assert accuracies[-1] == mnist_jax.accuracy(params, x, y) == 1


def test_an_epoch_of_one_batch_does_not_depend_on_the_order_of_its_digits(digits):
    x, y = digits[:2]
    fit = jax.jit(partial(mnist_jax.train, width=8, batch=64, epochs=3, rate=0.01))
    params, _ = fit(jax.random.key(0), x, y, x, y)
    turned, _ = fit(jax.random.key(0), x[::-1], y[::-1], x, y)
    for param, other in zip(params, turned, strict=True):
        np.testing.assert_allclose(param, other, atol=1e-4)


def test_the_confusion_matrix_counts_each_digit_in_its_row_and_each_answer_in_its_column():
    rng = np.random.default_rng(0)
    y, named = rng.integers(0, 10, 500), rng.integers(0, 10, 500)
    counts = mnist_jax.confusion(y, named)
    assert np.array_equal(counts.sum(axis=1), np.bincount(y, minlength=10))
    assert np.array_equal(counts.sum(axis=0), np.bincount(named, minlength=10))
    assert np.trace(counts) == np.sum(y == named)


def test_networks_trained_side_by_side_are_those_trained_alone(digits):
    x, y = digits[:2]
    fit = partial(mnist_jax.train, width=8, batch=16, epochs=2, rate=0.01)
    keys = jax.vmap(jax.random.key)(jnp.arange(2))
    both, _ = jax.jit(jax.vmap(fit, in_axes=(0, None, None, None, None)))(keys, x, y, x, y)
    alone, _ = jax.jit(fit)(keys[1], x, y, x, y)
    for pair, param in zip(both, alone, strict=True):
        np.testing.assert_allclose(pair[1], param, atol=1e-4)
    assert not np.allclose(both[0][0], both[0][1], atol=1e-2)

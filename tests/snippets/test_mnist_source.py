import jax
import jax.numpy as jnp
import mnist_source
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

LOSSES = [mnist_source.missed_probability, mnist_source.cross_entropy]


@pytest.fixture
def problem():
    """A network whose weights are not small, 20 random images and labels."""
    rng = np.random.default_rng(0)
    params = tuple(jnp.asarray(rng.normal(0, 0.1, n), jnp.float32) for n in [(784, 6), (6,), (6, 10), (10,)])
    return params, jnp.asarray(rng.random((20, 784)), jnp.float32), jnp.asarray(rng.integers(0, 10, 20))


def test_the_network_has_the_62020_parameters_of_784_78_10():
    assert (
        sum(param.size for param in mnist_source.init(jax.random.key(0), 78)) == 784 * 78 + 78 + 78 * 10 + 10 == 62020
    )


def test_a_network_that_knows_nothing_misses_nine_tenths_and_has_the_entropy_log_10(problem):
    _, x, y = problem
    nothing = jax.tree.map(jnp.zeros_like, mnist_source.init(jax.random.key(0), 78))
    assert mnist_source.missed_probability(nothing, x, y) == pytest.approx(0.9)
    assert mnist_source.cross_entropy(nothing, x, y) == pytest.approx(np.log(10))


def test_both_losses_are_those_of_scipys_softmax(problem):
    params, x, y = problem
    out = np.asarray(mnist_source.logits(params, x), float)
    right = np.arange(20), np.asarray(y)
    assert mnist_source.missed_probability(*problem) == pytest.approx(1 - softmax(out, axis=1)[right].mean(), rel=1e-5)
    assert mnist_source.cross_entropy(*problem) == pytest.approx(-log_softmax(out, axis=1)[right].mean(), rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_the_finite_difference(loss, problem):
    with jax.enable_x64(True):
        params, x = jax.tree.map(lambda array: jnp.asarray(array, float), problem[:2])
        y = problem[2]
        rng = np.random.default_rng(1)
        direction = [jnp.asarray(rng.normal(size=param.shape)) for param in params]
        moved = [[p + h * d for p, d in zip(params, direction, strict=True)] for h in (1e-6, -1e-6)]
        difference = (loss(moved[0], x, y) - loss(moved[1], x, y)) / 2e-6
        slopes = jax.grad(loss)(params, x, y)
        slope = sum(jnp.vdot(g, d) for g, d in zip(slopes, direction, strict=True))
        assert slope == pytest.approx(float(difference), rel=1e-6)


def test_the_sources_loss_weighs_each_digits_cross_entropy_gradient_by_the_belief_in_it(problem):
    params, x, y = problem

    def slopes(loss):
        biased = lambda bias: loss((*params[:3], bias), x[:1], y[:1])  # noqa: E731  one image, its logits' gradient
        return jax.grad(biased)(params[3])

    belief = jax.nn.softmax(mnist_source.logits(params, x[:1]))[0, y[0]]
    expected = belief * slopes(mnist_source.cross_entropy)
    np.testing.assert_allclose(slopes(mnist_source.missed_probability), expected, rtol=1e-4)


def test_the_sources_softmax_overflows_at_logits_of_100_and_the_cross_entropy_does_not():
    params = jnp.zeros((784, 1)), jnp.zeros(1), jnp.zeros((1, 10)), 100 * jnp.eye(10)[3]
    x, y = jnp.zeros((1, 784)), jnp.array([3])
    assert jnp.isnan(mnist_source.missed_probability(params, x, y))
    assert mnist_source.cross_entropy(params, x, y) == 0


def test_training_is_gradient_descent_on_one_batch_after_the_other(problem):
    _, x, y = problem
    settings = {"width": 6, "batch": 10, "steps": 2, "rate": 0.5}
    params, (losses, _) = mnist_source.train(LOSSES[1], jax.random.key(3), x, y, x, y, **settings)
    expected = mnist_source.init(jax.random.key(3), 6)
    for rows in (slice(0, 10), slice(0, 10), slice(10, 20), slice(10, 20)):
        expected = descend(expected, np.asarray(x[rows]), np.asarray(y[rows]), rate=0.5)
    assert losses.shape == (2,)
    for param, wanted in zip(params, expected, strict=True):
        np.testing.assert_allclose(param, wanted, atol=1e-6)


def descend(params, x, y, rate):
    """One step down the cross-entropy, by hand in NumPy."""
    weights1, bias1, weights2, bias2 = (np.asarray(param) for param in params)
    hidden = np.tanh(x @ weights1 + bias1)
    slope = (softmax(hidden @ weights2 + bias2, axis=1) - np.eye(10)[y]) / len(y)
    back = slope @ weights2.T * (1 - hidden**2)
    slopes = x.T @ back, back.sum(axis=0), hidden.T @ slope, slope.sum(axis=0)
    return [param - rate * d for param, d in zip((weights1, bias1, weights2, bias2), slopes, strict=True)]


def test_recall_weighted_by_the_digits_is_accuracy():
    rng = np.random.default_rng(2)
    x, y = jnp.asarray(rng.random((200, 784)), jnp.float32), jnp.asarray(rng.integers(0, 10, 200))
    params = mnist_source.init(jax.random.key(1), 78)
    share = jnp.bincount(y, length=10) / 200
    assert float(jnp.sum(mnist_source.recall(params, x, y) * share)) == pytest.approx(
        float(mnist_source.accuracy(params, x, y))
    )

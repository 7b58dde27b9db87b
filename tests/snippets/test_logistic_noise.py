"""What logistic_noise promises: the best accuracy there is, a true gradient, and scikit-learn's weights."""

import jax
import logistic_noise as logistic
import numpy as np
import optax
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression


@pytest.mark.parametrize("randomness", [0.25, 1.0, 8.0])
def test_the_best_accuracy_is_that_of_the_true_line_on_many_points(randomness):
    x, y = logistic.sample(np.random.default_rng(0), randomness, n=400_000)
    found = logistic.accuracy(logistic.W, logistic.B, x, y)
    assert found == pytest.approx(logistic.bayes(randomness), abs=4 * 0.5 / 400_000**0.5)


def test_without_randomness_all_can_be_known_and_with_endless_randomness_nothing():
    assert logistic.bayes(1e-3) == pytest.approx(1, abs=1e-3)
    assert logistic.bayes(1e4) == pytest.approx(0.5, abs=1e-3)


def test_the_gradient_is_the_mean_of_the_points_times_what_the_probability_is_off():
    x, y = logistic.sample(np.random.default_rng(0), 1.0, n=50)
    graph, params = logistic.model(3)
    gradient = jax.grad(logistic.cross_entropy)(params, graph, x, y)
    weights, bias = params["kernel"].get_value()[:, 0], params["bias"].get_value()
    off = expit(x @ weights + bias) - y
    np.testing.assert_allclose(gradient["kernel"].get_value()[:, 0], x.T @ off / 50, atol=1e-6)
    np.testing.assert_allclose(gradient["bias"].get_value(), [off.mean()], atol=1e-6)


def test_flax_and_optax_end_where_scikit_learn_does():
    x, y = logistic.sample(np.random.default_rng(0), 1.0, n=300)
    graph, params = logistic.model(0)
    optimizer = optax.adam(optax.cosine_decay_schedule(0.3, 800))
    last, _ = logistic.train(params, x[None], y[None], graph=graph, optimizer=optimizer, epochs=800)
    check = LogisticRegression(C=np.inf, tol=1e-8).fit(x, y)
    np.testing.assert_allclose(last["kernel"].get_value()[0, :, 0], check.coef_[0], atol=2e-3)
    np.testing.assert_allclose(last["bias"].get_value()[0], check.intercept_, atol=2e-3)


def test_a_threshold_on_the_logit_is_not_one_on_the_probability():
    x, y = np.array([[0.3], [1.0]]), np.array([1.0, 1.0])
    assert logistic.accuracy(np.ones(1), 0.0, x, y) == 1
    assert logistic.accuracy(np.ones(1), 0.0, x, y, above=0.5) == 0.5


def test_the_angle_to_the_true_line_is_zero_and_of_its_normal_ninety_degrees():
    assert logistic.angle(5 * logistic.W) == pytest.approx(0)
    assert logistic.angle(np.array([-3.0, 1.0])) == pytest.approx(90)

"""What descent_noise promises: errors by Cochran's formula, and steps on the rows that were asked for."""

import descent_noise as noise
import jax
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def a_sample(n=64, d=3):
    return noise.sample(np.random.default_rng(0), n=n, d=d)


def test_a_batch_of_all_samples_has_the_gradient_of_the_loss():
    x, y = a_sample()
    gradients = noise.batch_gradients(np.random.default_rng(1), x, y, batch=64, draws=3)
    np.testing.assert_allclose(gradients, np.tile(x.T @ (x @ np.zeros(3) - y) / 64, (3, 1)))
    assert noise.expected_error(x, y, 64) == 0


@pytest.mark.parametrize("batch", [1, 8, 48])
def test_the_error_of_a_batch_without_putting_back_is_cochran_s(batch):
    x, y = a_sample()
    gradients = noise.batch_gradients(np.random.default_rng(1), x, y, batch=batch, draws=20_000)
    measured = noise.relative_error(gradients, -x.T @ y / 64)
    assert measured == pytest.approx(noise.expected_error(x, y, batch), rel=0.02)


def test_descent_takes_the_steps_of_a_plain_loop():
    x, y = a_sample()
    rows = np.random.default_rng(2).integers(64, size=(12, 5))
    paths = np.asarray(noise.descend(x, y, rows, np.array([0.1, 0.3]), looks=4))
    for rate, path in zip((0.1, 0.3), paths, strict=True):
        w = np.zeros(3)
        for step, row in enumerate(rows):
            if step % 3 == 0:
                np.testing.assert_allclose(path[step // 3], w, rtol=1e-10)
            w = w - rate * x[row].T @ (x[row] @ w - y[row]) / 5


def test_excess_is_the_loss_less_the_least_loss():
    x, y = a_sample()
    best, w = np.linalg.lstsq(x, y, rcond=None)[0], np.array([0.5, 2.0, -1.0])
    gap = noise.squared_error(w, x, y) - noise.squared_error(best, x, y)
    np.testing.assert_allclose(noise.excess(w, x, y), gap)


def test_at_rest_a_small_rate_leaves_an_excess_of_rate_times_noise_over_four_batches():
    x, y = a_sample(n=512, d=4)
    rows = np.random.default_rng(1).integers(512, size=(40_000, 4))
    w = noise.descend(x, y, rows, np.array([0.02]), looks=4000)[0, 500:]
    assert noise.excess(w, x, y).mean() == pytest.approx(0.02 * 4 / (4 * 4), rel=0.2)


def test_samples_are_counted_to_the_first_time_below_the_goal():
    height = np.array([[1.0, 0.5, 0.09, 0.3], [1.0, 0.9, 0.8, 0.7]])
    assert noise.samples_to(height, 0.1, 16).tolist() == [32, 64]

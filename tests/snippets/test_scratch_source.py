"""What scratch_source promises: the lecture's step, its sum and its mean, and its two ways to split."""

import numpy as np
import scratch_source as source


def a_problem():
    rng = np.random.default_rng(0)
    x, y, _, _ = source.split(rng)
    return source.initial(rng), x[:40] / 16, y[:40]


def test_a_step_down_the_mean_is_a_step_down_the_sum_with_a_smaller_rate():
    params, x, y = a_problem()
    mean = source.step(params, x, y, rate=0.4, penalty=0.0, mean=True)
    total = source.step(params, x, y, rate=0.4 / len(x), penalty=0.0, mean=False)
    for a, b in zip(mean, total, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-14)


def test_a_small_step_lowers_the_loss_by_the_rate_times_the_square_of_the_gradient():
    params, x, y = a_problem()

    def loss(params):
        return -np.mean(np.log(source.forward(params, x)[1][np.arange(len(x)), y]))

    rate = 1e-6
    moved = source.step(params, x, y, rate=rate, penalty=0.0, mean=True)
    square = sum(float(np.sum((a - b) ** 2)) for a, b in zip(params, moved, strict=True)) / rate**2
    np.testing.assert_allclose(loss(params) - loss(moved), rate * square, rtol=1e-3)


def test_the_penalty_moves_weights_towards_zero_and_leaves_biases():
    params, x, y = a_problem()
    without, with_it = (source.step(params, x, y, rate=0.1, penalty=penalty, mean=True) for penalty in (0.0, 0.5))
    np.testing.assert_allclose(without[0] - with_it[0], 0.05 * params[0])
    np.testing.assert_array_equal(without[1], with_it[1])


def test_our_split_keeps_images_with_their_labels_and_the_printed_one_does_not():
    x, y = np.arange(100.0).reshape(100, 1), np.arange(100)
    inputs, labels = source.split_as_printed(np.random.default_rng(0), x, y)
    assert sorted(labels) == list(range(100))
    assert np.mean(inputs[:, 0] == labels) < 0.1


def test_four_fifths_are_for_training():
    x, y, x_test, y_test = source.split(np.random.default_rng(0))
    assert (x.shape, len(y), x_test.shape, len(y_test)) == ((1437, 64), 1437, (360, 64), 360)

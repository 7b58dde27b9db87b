"""What scratch_digits promises: scikit-learn's own steps, and flaws that are the ones they are said to be."""

import numpy as np
import pytest
import scratch_digits as digits


def a_problem(seed=0, hidden=6):
    rng = np.random.default_rng(seed)
    (x, y), _, _ = digits.split(rng)
    return digits.initial(rng, hidden), x[:50], y[:50], rng.normal(size=(10, hidden))


def loss(params, x, y):
    return -np.mean(np.log(digits.forward(params, x)[1][np.arange(len(x)), y]))


def test_backpropagation_is_the_slope_of_the_cross_entropy():
    params, x, y, feedback = a_problem()
    slopes = digits.gradient(params, x, y, "backpropagation", feedback)
    for which, place in [(0, (20, 3)), (1, (2,)), (2, (4, 7)), (3, (9,))]:
        values = []
        for h in (1e-5, -1e-5):
            moved = [each.copy() for each in params]
            moved[which][place] += h
            values.append(loss(moved, x, y))
        np.testing.assert_allclose(slopes[which][place], (values[0] - values[1]) / 2e-5, atol=1e-9)


def test_two_epochs_of_ours_are_two_epochs_of_scikit_learn():
    gaps, differ, _ = digits.side_by_side(3, hidden=8, size=100, epochs=2)
    assert len(gaps) == 20
    assert gaps.max() < 1e-14
    assert differ == 0


@pytest.mark.parametrize("way", digits.WAYS)
def test_a_flaw_is_in_the_hidden_layer_only(way):
    params, x, y, feedback = a_problem()
    right = digits.gradient(params, x, y, "backpropagation", feedback)
    flawed = digits.gradient(params, x, y, way, feedback)
    np.testing.assert_array_equal(flawed[2], right[2])
    np.testing.assert_array_equal(flawed[3], right[3])
    assert np.array_equal(flawed[0], right[0]) == (way == "backpropagation")


def test_feedback_by_the_transposed_weights_is_backpropagation():
    params, x, y, _ = a_problem()
    right = digits.gradient(params, x, y, "backpropagation", None)
    same = digits.gradient(params, x, y, "random feedback", params[2].T)
    np.testing.assert_array_equal(same[0], right[0])


def test_a_forgotten_slope_has_the_sign_of_the_right_share_of_every_unit():
    params, x, y, feedback = a_problem()
    for i in range(len(x)):  # one image, whose pixels are not negative
        right, flawed = (
            digits.gradient(params, x[i : i + 1], y[i : i + 1], way, feedback)[1] for way in digits.WAYS[:2]
        )
        np.testing.assert_array_equal(np.sign(right), np.sign(flawed))


def test_an_epoch_shows_every_row_once():
    rows = digits.batches(np.random.default_rng(0), 60, size=20, epochs=2)
    assert rows.shape == (6, 20)
    assert sorted(rows[:3].ravel()) == sorted(rows[3:].ravel()) == list(range(60))


def test_training_validation_and_test_digits_are_apart():
    parts = digits.split(np.random.default_rng(0))
    assert [len(y) for _, y in parts] == [1000, 297, 500]

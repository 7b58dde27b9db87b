import mnist_sklearn
import numpy as np
import pytest


@pytest.fixture(scope="module")
def digits():
    return mnist_sklearn.digits(examples=1000)


@pytest.fixture(scope="module")
def classifier(digits):
    return mnist_sklearn.train(*digits[:2], width=20, tol=0.05, seed=1)


def test_scaling_maps_the_bytes_to_the_unit_interval_and_changes_nothing_else(digits):
    as_bytes = mnist_sklearn.digits(examples=1000, scale=1)
    assert (digits[0].min(), digits[0].max()) == (0, 1)
    assert (as_bytes[0].min(), as_bytes[0].max()) == (0, 255)
    assert np.allclose(255 * digits[2], as_bytes[2], atol=1e-4)
    assert np.array_equal(digits[3], as_bytes[3])


def test_the_predictions_are_those_of_a_relu_layer_and_a_linear_one(digits, classifier):
    hidden = np.maximum(digits[2] @ classifier.coefs_[0] + classifier.intercepts_[0], 0)
    named = np.argmax(hidden @ classifier.coefs_[1] + classifier.intercepts_[1], axis=1)
    assert np.array_equal(classifier.predict(digits[2]), named)
    assert mnist_sklearn.accuracy(classifier, digits[2], digits[3]) == np.mean(named == digits[3])


def test_training_stops_at_the_eleventh_epoch_in_a_row_that_gains_less_than_tol(classifier):
    best, idle = np.inf, 0
    for epoch, loss in enumerate(classifier.loss_curve_, 1):
        idle = idle + 1 if loss > best - 0.05 else 0
        best = min(best, loss)
        assert (idle > 10) == (epoch == classifier.n_iter_)


def test_the_same_seed_gives_the_same_network(digits, classifier):
    again = mnist_sklearn.train(*digits[:2], width=20, tol=0.05, seed=1)
    assert again.loss_curve_ == classifier.loss_curve_


def test_main_measures_every_seed_on_both_scales():
    runs, x_test, _ = mnist_sklearn.main(examples=300, width=5, tol=1.0)
    assert list(runs) == ["scaled", "bytes"]
    assert [len(run["accuracy"]) for run in runs.values()] == [3, 3]
    assert [len(run["predictions"]) for run in runs.values()] == [len(x_test)] * 2

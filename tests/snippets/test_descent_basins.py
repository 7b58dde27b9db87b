"""What descent_basins promises: landscapes with known minima, batches that are fair, and methods that count as said."""

import descent_basins as basins
import jax
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def test_the_pulls_of_the_samples_cancel():
    np.testing.assert_allclose(basins.tilts(np.random.default_rng(1)).mean(axis=0), 0, atol=1e-14)


def test_the_ripples_are_rastrigin_s_whatever_the_pulls():
    data = basins.tilts(np.random.default_rng(1))
    for x in np.random.default_rng(2).uniform(-5, 5, size=(5, 2)):
        np.testing.assert_allclose(basins.ripples(x, data), 20 + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)))


def test_descent_at_a_small_rate_ends_in_the_dent_where_it_began():
    data = basins.tilts(np.random.default_rng(1))
    starts = np.array([[0.3, -0.2], [1.2, 0.9], [-2.1, 3.2]])
    last = basins.descend(starts, data, 0.001, 0.0, 1.0, name="ripples", steps=300)
    np.testing.assert_allclose(last, np.round(starts), atol=0.03)  # the bowl shifts a dent a little
    assert basins.arrived(last, data, name="ripples").tolist() == [True, False, False]


def test_a_batch_of_every_sample_once_is_descent_on_all_of_them():
    data = basins.recording(np.random.default_rng(1))
    starts = np.array([[5.5], [12.0]])
    rows = np.tile(np.arange(basins.SAMPLES, dtype=np.uint8), (20, 2, 1))
    all_of_them = basins.descend(starts, data, 0.01, 0.5, 0.0, name="frequency", steps=20)
    batches = basins.descend(starts, data, 0.01, 0.5, 0.0, rows, name="frequency", steps=20)
    np.testing.assert_allclose(batches, all_of_them, rtol=1e-12)


def test_the_fitted_frequency_is_near_the_true_one():
    assert basins.goal(basins.recording(np.random.default_rng(0)), name="frequency")[0] == pytest.approx(6, abs=0.2)


def test_annealing_keeps_the_best_place_it_met():
    data = basins.recording(np.random.default_rng(1))
    starts = np.array([[2.0], [9.0]])
    best = basins.anneal(jax.random.key(0), starts, data, 1.0, 1.0, name="frequency", steps=50)
    assert (basins.best_of(np.stack([best, starts], axis=1).reshape(-1, 1), data, 2, name="frequency") == best).all()


def test_the_best_of_several_tries_is_the_lowest():
    x = np.array([[1.0, 0.0], [0.0, 0.0], [2.0, 2.0], [np.nan, 0.0]])
    found = basins.best_of(x, basins.tilts(np.random.default_rng(1)), 2, name="ripples")
    np.testing.assert_array_equal(found, [[0, 0], [2, 2]])

"""What descent_adaptive promises: descent as its formula has it, and measures that count what they say."""

import descent_adaptive as adaptive
import jax
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


CURVATURE = np.array([1.0, 4.0, 20.0])


def paths(method, rates, *, turned=False, steps=30):
    axes, start = adaptive.valley(np.random.default_rng(1), turned=turned, dimensions=3)
    return np.asarray(adaptive.descend(axes[None], start[None], CURVATURE, np.array(rates), method=method, steps=steps))


@pytest.mark.parametrize("turned", [False, True])
def test_a_fixed_rate_shrinks_every_coordinate_by_its_own_factor_however_the_valley_lies(turned):
    z = paths("gd", [0.05], turned=turned)[0, 0]
    np.testing.assert_allclose(z[30], (1 - 0.05 * CURVATURE) ** 30 * z[0], atol=1e-12)


def test_adam_s_first_step_is_the_rate_in_every_coordinate_of_a_valley_along_the_axes():
    z = paths("adam", [0.03])[0, 0]
    np.testing.assert_allclose(z[0] - z[1], 0.03 * np.sign(z[0]), rtol=1e-6)


def test_adagrad_divides_by_the_root_of_all_squares_so_far():
    z = paths("adagrad", [0.1])[0, 0]
    slopes = CURVATURE * z[:5]
    np.testing.assert_allclose(z[4] - z[5], 0.1 * slopes[4] / np.sqrt((slopes**2).sum(axis=0)), rtol=1e-6)


def test_a_valley_that_is_turned_does_not_matter_to_a_fixed_rate_and_does_to_adam():
    for method, same in (("gd", True), ("adam", False)):
        axes, start = adaptive.valley(np.random.default_rng(1), turned=True, dimensions=3)
        turned = adaptive.descend(axes[None], start[None], CURVATURE, np.array([0.04]), method=method, steps=9)
        along = adaptive.descend(
            np.eye(3)[None], (axes.T @ start)[None], CURVATURE, np.array([0.04]), method=method, steps=9
        )
        assert np.allclose(turned, along) == same


def test_steps_are_counted_to_the_last_time_that_the_loss_is_above_its_goal():
    z = np.sqrt(np.array([1.0, 0.4, 0.05, 0.2, 0.05, 0.01]))[:, None]
    assert adaptive.steps_to(z, np.ones(1), 0.1) == 4
    assert adaptive.steps_to(z, np.ones(1), 1e-3) == 6


def test_overshoot_is_how_far_past_the_minimum_and_crossings_how_often():
    z = np.array([[2.0], [-1.0], [0.5], [-0.1], [-0.05]])
    assert adaptive.overshoot(z) == 0.5
    assert adaptive.crossings(z, 4) == 3
    assert adaptive.overshoot(abs(z)) == 0


def test_a_rate_that_rises_above_the_start_is_not_chosen_though_it_arrive_first():
    z = np.array([[[[1.0], [2.0], [0.0], [0.0]]], [[[1.0], [0.5], [0.2], [0.0]]]])
    assert adaptive.fastest(z, adaptive.steps_to(z, np.ones(1), 1e-4), np.ones(1)) == 1

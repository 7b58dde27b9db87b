import glossary_overfitting as fit
import jax
import jax.numpy as jnp
import numpy as np
import pytest

RECIPES = {
    "plain": (0.0, 0.0, 0.0, 0.0),
    "dropout": (0.5, 0.0, 0.0, 0.0),
    "l2": (0.0, 0.1, 0.0, 0.0),
    "l1_gradient": (0.0, 0.0, 0.05, 0.0),
    "l1_proximal": (0.0, 0.0, 0.0, 0.05),
}


@pytest.fixture(scope="module")
def trained():
    """Data, final weights of the first layer by recipe, and curves, after 100 steps at rate 0.3 of eight units."""
    data = fit.digits(range(2), examples=20, validation=10, test=30, wrong=0.0)
    keys = jax.vmap(jax.random.key)(np.arange(2))
    recipe = tuple(np.array(list(RECIPES.values()), np.float32).T)
    params, curves = fit.train(recipe, keys, data, rate=0.3, steps=100, every=10, width=8)
    return data, dict(zip(RECIPES, np.asarray(params["weights1"]), strict=True)), np.asarray(curves)


@pytest.fixture(scope="module")
def blank(trained):
    """The pixels that no training digit inks, (seeds, 64): their weights have no slope but that of a penalty."""
    return np.all(trained[0][0][0] == 0, axis=1)


@pytest.mark.parametrize("weight", [-2.0, -0.3, 0.0, 0.1, 0.7, 3.0])
def test_the_soft_threshold_is_the_proximal_step_of_the_absolute_value(weight):
    grid = np.linspace(-4, 4, 80_001)
    least = grid[np.argmin((grid - weight) ** 2 / 2 + 0.5 * abs(grid))]
    assert float(fit.soft_threshold(weight, 0.5)) == pytest.approx(least, abs=2e-4)


def test_the_soft_threshold_makes_exact_zeros_of_all_that_is_smaller():
    assert fit.soft_threshold(jnp.array([-0.4, 0.5, 0.6]), 0.5).tolist()[:2] == [0, 0]


def test_a_kept_unit_makes_up_for_the_dropped_ones():
    kept = fit.kept_units(jax.random.key(0), (400, 100), 0.8)
    assert set(np.unique(kept).round(4).tolist()) == {0.0, 5.0}
    assert float(kept.mean()) == pytest.approx(1, abs=0.05)
    assert (fit.kept_units(jax.random.key(0), (3, 3), 0.0) == 1).all()


def test_penalties_of_nothing_change_nothing_and_others_are_half_the_squares_and_the_absolute_values():
    params = fit.initial(jax.random.key(1), width=5)
    x, y = jnp.ones((3, 64)), jnp.array([1, 2, 3])
    plain = fit.cross_entropy(params, x, y)
    weights = np.r_[np.ravel(params["weights1"]), np.ravel(params["weights2"])]
    assert fit.penalised(params, x, y, 1.0, 0.0, 0.0) == plain
    assert float(fit.penalised(params, x, y, 1.0, 2.0, 0.0) - plain) == pytest.approx(np.sum(weights**2), rel=1e-4)
    assert float(fit.penalised(params, x, y, 1.0, 0.0, 1.0) - plain) == pytest.approx(np.sum(abs(weights)), rel=1e-4)


def test_gradient_steps_leave_no_exact_zero_where_proximal_steps_do(trained):
    _, weights, _ = trained
    assert np.mean(weights["l1_gradient"] == 0) == 0
    assert np.mean(weights["l1_proximal"] == 0) > 0.5


def test_gradient_steps_of_the_l1_penalty_swing_about_zero_by_no_more_than_rate_times_strength(trained, blank):
    _, weights, _ = trained
    assert abs(weights["l1_gradient"][blank]).max() <= 0.3 * 0.05 + 1e-6


def test_l2_shrinks_a_weight_without_slope_by_the_same_factor_each_step(trained, blank):
    _, weights, _ = trained
    np.testing.assert_allclose(weights["l2"][blank], weights["plain"][blank] * (1 - 0.3 * 0.1) ** 100, rtol=1e-4)


def test_every_recipe_of_a_seed_begins_at_the_same_network(trained):
    _, _, curves = trained
    assert curves.shape == (5, 2, 10, 3, 2)
    np.testing.assert_allclose(curves[:, :, 0], np.broadcast_to(curves[:1, :, 0], curves[:, :, 0].shape), rtol=1e-6)


def test_redrawn_labels_are_about_nine_tenths_of_their_share_wrong_and_the_test_labels_stay():
    right = fit.digits(range(3), examples=300, validation=300, test=100, wrong=0.0)
    wrong = fit.digits(range(3), examples=300, validation=300, test=100, wrong=0.2)
    for before, after in zip(right[:2], wrong[:2], strict=True):
        np.testing.assert_array_equal(before[0], after[0])
        assert np.mean(before[1] != after[1]) == pytest.approx(0.18, abs=0.04)
    np.testing.assert_array_equal(right[2][1], wrong[2][1])


def test_stopping_takes_the_row_of_the_least_validation_loss_whatever_the_test_says():
    curve = np.zeros((1, 3, 3, 2))
    curve[0, :, 1, 0] = [3, 1, 2]
    curve[0, :, 2, 0] = [7, 8, 0]
    assert fit.stopped(curve)[0, 2, 0] == 8

import jax
import numpy as np
import pytest
import table05_penalty as table

PARTS = table.split(np.random.default_rng(0))
PARAMS = table.initial(np.random.default_rng(1))


def test_the_three_parts_are_all_of_the_digits():
    assert [len(y) for _, y in PARTS] == [150, 500, 1147]


def test_the_price_is_the_sum_of_absolute_and_of_squared_weights_and_biases_are_free():
    x, y = PARTS[0]
    weights = np.concatenate([each.ravel() for each, _ in PARAMS]).astype(float)
    shifted = [(each, bias + 1) for each, bias in PARAMS]
    for params in (PARAMS, shifted):
        plain = float(table.cross_entropy(params, x, y))
        for strength, price in (((0.1, 0), abs(weights).sum()), ((0, 0.1), (weights**2).sum())):
            found = float(table.penalised(params, x, y, np.array(strength))) - plain
            assert found == pytest.approx(0.1 * price, rel=1e-4)


def test_the_penalty_adds_a_slope_of_one_size_or_in_proportion_to_the_weight():
    x, y = PARTS[0]
    plain = jax.jit(jax.grad(table.cross_entropy))(PARAMS, x, y)
    penalised = jax.jit(jax.grad(table.penalised))
    for strength, slope in (((0.1, 0), lambda w: 0.1 * np.sign(w)), ((0, 0.1), lambda w: 0.2 * w)):
        found = penalised(PARAMS, x, y, np.array(strength, np.float32))
        for (weights, _), (before, bias_before), (after, bias_after) in zip(PARAMS, plain, found, strict=True):
            np.testing.assert_allclose(after - before, slope(weights), atol=1e-5)
            np.testing.assert_allclose(bias_before, bias_after, atol=1e-6)


def test_weights_that_cost_too_much_vanish_and_all_digits_look_alike():
    data = [table.stack([(x[:100], y[:100])]) for x, y in PARTS]
    strengths = np.array([(1.0, 0.0), (0.0, 1.0)], np.float32)
    found = table.train_all(table.stack([PARAMS]), strengths, data, rate=0.01, steps=2000)
    np.testing.assert_allclose(found[:, 0, 0, 1], np.log(10), atol=0.1)


def test_a_strength_of_zero_is_no_penalty():
    penalties = table.main(l1=(0.0, 1e-2), l2=(0.0, 1e-2), steps=20, seeds=2)
    none = penalties["none"][1]
    for name in ("l1", "l2"):
        strengths, found = penalties[name]
        np.testing.assert_allclose(strengths, [0, 1e-2])
        np.testing.assert_allclose(found[0], none[0], atol=1e-5)
        assert abs(found[1] - none[0]).max() > 1e-3

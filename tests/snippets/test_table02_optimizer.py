import jax
import numpy as np
import pytest
import table02_optimizer as table
from scipy.special import softmax
from sklearn.metrics import log_loss

PARTS = table.split(np.random.default_rng(0))
PARAMS = table.initial(np.random.default_rng(1))


def probabilities(x):
    """Of the ten digits, in double precision and without JAX."""
    weights = [[each.astype(float) for each in layer] for layer in PARAMS]
    for each, bias in weights[:-1]:
        x = np.maximum(x @ each + bias, 0)
    return softmax(x @ weights[-1][0] + weights[-1][1], axis=1)


def test_the_three_parts_are_all_of_the_digits_once():
    assert [len(y) for _, y in PARTS] == [1024, 380, 393]
    together = np.concatenate([x for x, _ in PARTS])
    whole = (table.load_digits().data / 16).astype(np.float32)
    np.testing.assert_array_equal(np.unique(together, axis=0), np.unique(whole, axis=0))


def test_the_network_has_the_parameters_of_its_three_layers():
    assert sum(each.size for each in jax.tree.leaves(PARAMS)) == 65 * 32 + 33 * 32 + 33 * 10


def test_the_loss_is_scikit_learn_s():
    x, y = PARTS[1]
    assert float(jax.jit(table.cross_entropy)(PARAMS, x, y)) == pytest.approx(
        log_loss(y, probabilities(x), labels=range(10)), rel=1e-4
    )


def test_the_slope_by_the_last_bias_is_what_the_probabilities_are_too_high():
    x, y = PARTS[1]
    gradient = jax.jit(jax.grad(table.cross_entropy))(PARAMS, x, y)[-1][1]
    np.testing.assert_allclose(gradient, (probabilities(x) - np.eye(10)[y]).mean(axis=0), atol=1e-5)


def test_an_epoch_takes_every_row_once_in_another_order_than_the_last():
    rows = table.order(np.random.default_rng(0), size=64, batch=16, steps=8, every=2)
    assert rows.shape == (4, 2, 16)
    first, second = rows.reshape(2, 64)
    assert sorted(first) == sorted(second) == list(range(64))
    assert first.tolist() != second.tolist()


def test_with_all_rows_in_a_step_gradient_descent_does_not_mind_their_order():
    data = [table.stack([(x[:100], y[:100])] * 2) for x, y in PARTS]
    orders = [table.order(np.random.default_rng(seed), size=100, batch=100, steps=20, every=1) for seed in (0, 1)]
    rates = np.array([0.1], np.float32)
    one, other = table.train_all(table.stack([PARAMS] * 2), np.stack(orders), rates, data, optimizer=table.optax.sgd)[0]
    np.testing.assert_allclose(one, other, atol=0.02)  # two digits of 100


def test_steps_are_counted_to_the_look_that_first_sees_the_goal():
    seen = np.array([[0.5, 0.9, 0.8, 0.95], [0.1, 0.2, 0.3, 0.4]])
    assert table.steps_until(seen, 0.9, every=4).tolist() == [8, 20]


def test_a_full_batch_step_is_an_epoch_and_32_small_ones_are():
    sizes = {name: batch for name, (_, batch, *_) in table.RACERS.items()}
    assert sizes == {"gd": 1024, "sgd": 32, "adam": 32, "adam_full_batch": 1024}

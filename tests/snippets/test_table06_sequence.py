"""What table06_sequence promises: a task that only memory solves, a known cell, and arms that differ as they say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import table06_sequence as table


def rng():
    return np.random.default_rng(0)


def test_every_sequence_occurs_once_and_none_is_both_trained_and_tested_on():
    inputs, symbols, inputs_test, symbols_test = table.recall(rng(), length=2, delay=3, test=56)
    assert inputs.shape == (200, 7)
    seen, held = set(map(tuple, symbols)), set(map(tuple, symbols_test))
    assert len(seen) == 200
    assert len(seen | held) == table.SYMBOLS**2
    np.testing.assert_array_equal(inputs_test[:, :2], symbols_test)


def test_after_the_symbols_all_inputs_are_alike():
    inputs, *_ = table.recall(rng(), length=2, delay=3, test=56)
    assert {tuple(each[2:]) for each in inputs} == {(table.BLANK,) * 3 + (table.CUE,) * 2}


def test_an_epoch_shows_every_row_once_in_batches():
    rows = table.shuffled(rng(), 12, batch=4, epochs=2)
    assert rows.shape == (2, 3, 4)
    assert [sorted(epoch.ravel()) for epoch in rows] == [list(range(12))] * 2


def test_the_cell_is_cho_s_equations():
    params = table.initial(rng(), width=3)
    state, token = rng().normal(size=(1, 3)), 5
    z_in, r_in, n_in = params["token"][token].reshape(3, 3)
    z_state, r_state, n_state = (state[0] @ params["state"]).reshape(3, 3)
    z, r = 1 / (1 + np.exp(-z_in - z_state)), 1 / (1 + np.exp(-r_in - r_state))
    expected = z * state[0] + (1 - z) * np.tanh(n_in + r * n_state)
    np.testing.assert_allclose(table.cell(params, state, params["token"][[token]])[0], expected, rtol=1e-5)


def test_a_network_without_a_read_out_guesses():
    params = table.initial(rng(), width=3) | {"read": jnp.zeros((3, table.SYMBOLS))}
    inputs, symbols, *_ = table.recall(rng(), length=2, delay=1, test=0 + 1)
    assert float(table.cross_entropy(params, inputs, symbols)) == pytest.approx(np.log(16), rel=1e-5)


def test_a_sequence_counts_only_when_all_its_symbols_are_right(monkeypatch):
    symbols = np.array([[1, 2], [3, 4]])
    said = jax.nn.one_hot(np.array([[1, 2], [3, 5]]), table.SYMBOLS)
    monkeypatch.setattr(table, "logits", lambda params, inputs, length: said)
    assert float(table.sequence_accuracy(None, None, symbols)) == 0.5


def test_the_first_epoch_at_the_goal_is_counted_and_one_more_than_all_if_there_is_none():
    accuracy = np.array([[0.2, 0.95, 0.9], [0.1, 0.2, 0.3]])
    assert table.epochs_until(accuracy, 0.93).tolist() == [2, 4]


def test_a_batch_twice_as_large_is_trained_for_twice_the_epochs_and_at_equal_epochs_with_the_scaled_rate():
    fixed, scaled = table.main(batches=(8, 16), epochs=1, length=2, delay=1, test=96, width=4, seeds=range(2))
    assert {batch: each.shape for batch, each in fixed.items()} == {8: (2, 1), 16: (2, 2)}
    assert {batch: each.shape for batch, each in scaled.items()} == {8: (2, 1), 16: (2, 1)}
    np.testing.assert_array_equal(fixed[8], scaled[8])

"""What table10_patience promises: texts that do not overlap, a stop that waits as told, and what it restores."""

import jax.numpy as jnp
import numpy as np
import pytest
import table10_patience as table


def test_letters_keep_words_and_turn_runs_of_anything_else_into_one_space():
    text = table.letters("Yield  from\n\n42 `x`, (y).")
    assert "".join(table.LETTERS[each] for each in text) == "yield from x , (y)."


def test_each_window_begins_where_the_one_before_ends():
    cut = table.windows(np.arange(11), 5)
    assert cut.tolist() == [[0, 1, 2, 3, 4, 5], [5, 6, 7, 8, 9, 10]]


def test_the_three_texts_and_those_of_other_seeds_follow_one_another():
    sizes = {"train": 3, "validate": 2, "test": 1, "length": 4}
    parts = [part for seed in (0, 1) for part in table.texts(seed, **sizes)]
    numbers = table.letters("\n".join(table.topics.topics[name] for name in sorted(table.topics.topics)))
    assert [len(part) for part in parts] == [3, 2, 1, 3, 2, 1]
    joined = np.concatenate([np.append(part[:, :-1].ravel(), part[-1, -1]) for part in parts])
    np.testing.assert_array_equal(joined, numbers[: len(joined)])


@pytest.mark.parametrize(("patience", "stop"), [(1, 3), (2, 4), (3, 8)])
def test_training_stops_after_as_many_evaluations_in_a_row_without_a_better_one(patience, stop):
    losses = [5, 4, 3, 3.5, 3.2, 2, 2.1, 2.2, 2.3, 1]
    assert table.early_stop(losses, patience) == (stop, 2 if patience < 3 else 5)


def test_an_equal_loss_is_not_better_and_an_endless_fall_never_stops():
    assert table.early_stop([1, 1, 1, 0], 2) == (2, 0)
    assert table.early_stop([3, 2, 1], 1) == (2, 2)


def test_more_patience_never_restores_a_higher_validation_loss():
    losses = np.random.default_rng(0).normal(size=(50, 40))
    restored = [[each[table.early_stop(each, patience)[1]] for each in losses] for patience in (1, 3, 9, 27)]
    assert (np.diff(restored, axis=0) <= 0).all()


def test_a_network_without_a_read_out_guesses():
    params = table.initial(np.random.default_rng(0), width=3) | {"read": jnp.zeros((3, len(table.LETTERS)))}
    pieces = np.zeros((2, 5), np.int32)
    assert float(table.cross_entropy(params, pieces)) == pytest.approx(np.log(len(table.LETTERS)), rel=1e-5)
    assert float(table.accuracy(params, pieces)) == 1  # of equal scores the first is said, and all are spaces


def test_no_letter_is_predicted_from_itself_or_from_what_follows():
    params = table.initial(np.random.default_rng(0), width=4)
    pieces = np.arange(6, dtype=np.int32)[None]
    other = pieces.copy()
    other[0, 4:] = 20
    scores, changed = table.logits(params, pieces), table.logits(params, other)
    assert scores.shape == (1, 5, len(table.LETTERS))
    np.testing.assert_array_equal(scores[0, :4], changed[0, :4])


def test_main_measures_every_evaluation_of_every_seed():
    small = {"train_size": 8, "validate": 2, "test": 2, "length": 4, "width": 4}
    measured = table.main(evaluations=3, every=2, batch=4, seeds=2, **small)
    assert [each.shape for each in measured] == [(2, 3)] * 3

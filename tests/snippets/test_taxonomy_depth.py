from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import taxonomy_depth as deep


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_network_of_two_units_a_layer_is_the_sawtooth_exactly(k):
    x = np.array([Fraction(n, 3 * 2**k) for n in range(3 * 2**k + 1)], dtype=object)
    hidden = x[:, None]
    *layers, (read, bias) = deep.tent_network(k)
    for weights, shift in layers:
        hidden = np.maximum(hidden @ weights + shift, 0)
    assert ((hidden @ read + bias)[:, 0] == deep.sawtooth(x, k)).all()


@pytest.mark.parametrize("k", range(1, 9))
def test_every_layer_doubles_the_pieces(k):
    assert deep.pieces(deep.tent_network(k)) == 2**k


def test_the_sawtooth_is_zero_and_one_in_turn_at_its_corners():
    x, y = deep.corners(3)
    np.testing.assert_array_equal(deep.sawtooth(x, 3), y)


def test_pieces_are_those_that_a_fine_grid_shows():
    params = [(w.astype(float), b.astype(float)) for w, b in deep.initial(np.random.default_rng(3), (6, 6, 6))]
    x = np.linspace(0, 1, 200_001)
    hidden = x[:, None]
    for weights, bias in params[:-1]:
        hidden = np.maximum(hidden @ weights + bias, 0)
    slopes = np.diff((hidden @ params[-1][0])[:, 0]) * 200_000
    kinks = np.abs(np.diff(slopes)) > 1e-6
    assert deep.pieces(params) == 1 + np.count_nonzero(kinks[1:] & ~kinks[:-1]) + kinks[0]


@pytest.mark.parametrize("seed", range(5))
def test_a_layer_of_n_units_makes_at_most_n_plus_one_pieces(seed):
    params = [(w.astype(float), b.astype(float)) for w, b in deep.initial(np.random.default_rng(seed), (20,))]
    assert 1 < deep.pieces(params) <= 21


def test_hinges_in_a_row_make_one_piece_more_than_there_are():
    params = [(np.ones((1, 3)), -np.array([0.25, 0.5, 0.75])), (np.array([[1.0], [-2.0], [2.0]]), np.zeros(1))]
    assert deep.pieces(params) == 4


@pytest.mark.parametrize(("n", "pieces"), [(9, 1), (9, 3), (8, 2), (5, 9)])
def test_the_most_that_few_pieces_can_get_right_is_what_trying_all_answers_finds(n, pieces):
    labels = np.arange(n) % 2
    answers = np.array(list(product([0, 1], repeat=n)))
    runs = 1 + np.count_nonzero(np.diff(answers, axis=1), axis=1)
    assert deep.most_right(n, pieces) == (answers[runs <= pieces + 1] == labels).sum(axis=1).max()


def test_two_units_a_layer_have_as_many_parameters_as_two_k_in_one():
    assert all(deep.parameters((2,) * k) == deep.parameters((2 * k,)) == 6 * k + 1 for k in range(1, 12))


def test_training_lowers_the_error_and_main_measures_every_start():
    shapes = {"shallow": (8,)}
    settings = {"k": 1, "depths": [1, 2], "shapes": shapes, "rates": {"shallow": 0.03}, "points": 33}
    counts, trained, fits = deep.main(steps=400, seeds=range(2), **settings)
    assert counts.tolist() == [2, 4]
    assert trained["shallow"].shape == (3, 2)
    assert fits["shallow"].shape == (2, 33)
    assert (trained["shallow"][2] < 1 / 12 / 2).all()

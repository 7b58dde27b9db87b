"""What logistic_bigger promises: data of the stated probability, models of the stated size, fair choices."""

import jax
import logistic_bigger as bigger
import numpy as np
import pytest
from scipy.special import expit


@pytest.mark.parametrize("bend", [0.0, 0.5])
def test_labels_are_as_frequent_as_their_probability(bend):
    x, y = bigger.sample(np.random.default_rng(0), n=200_000, bend=bend)
    p = expit(bigger.score(x, bend=bend))
    for low in (0.1, 0.4, 0.8):
        near = (p > low) & (p < low + 0.1)
        assert y[near].mean() == pytest.approx(p[near].mean(), abs=0.02)


def test_one_model_has_three_parameters_and_the_other_1185():
    sizes = [
        sum(leaf[0].size for leaf in jax.tree.leaves(bigger.initial(name, 1)[1])) for name in ("logistic", "network")
    ]
    assert sizes == [3, 1185]


def test_every_seed_begins_elsewhere():
    leaves = jax.tree.leaves(bigger.initial("network", 2)[1])
    assert any(not np.array_equal(*leaf) for leaf in leaves)


def test_expected_accuracy_of_the_true_line_is_the_best_and_of_its_opposite_the_rest():
    points, _ = bigger.sample(np.random.default_rng(0), n=500, bend=0.0)
    p = expit(bigger.score(points, bend=0.0)).astype(np.float32)
    graph, params = bigger.initial("logistic", 2)
    kernel = np.array([[[1.0], [3.0]], [[-1.0], [-3.0]]], np.float32)
    params["kernel"].set_value(kernel)
    params["bias"].set_value(np.array([[0.1], [-0.1]], np.float32))
    data = np.stack([points] * 2), np.stack([p] * 2)
    rows = np.zeros((2, 4, 8), int)
    looks = bigger.train(params, rows, 0.0, 0.0, data, data, (points, p), graph=graph, every=2)
    best = np.maximum(p, 1 - p).mean()
    np.testing.assert_allclose(looks[:, :, 1], [[best] * 2, [1 - best] * 2], rtol=1e-5)


def test_the_choice_looks_at_held_out_loss_alone():
    held = np.array([[[3.0, 1.0, 2.0]], [[2.0, 4.0, 0.5]]])  # two decays, one seed, three looks
    accuracy = np.array([[[0.1, 0.2, 0.3]], [[0.4, 0.5, 0.6]]])
    chosen = bigger.choose(np.stack([held, accuracy, 0 * held], axis=-1))
    assert {way: each.tolist() for way, each in chosen.items()} == {"stopped": [0.2], "decayed": [0.6], "both": [0.6]}

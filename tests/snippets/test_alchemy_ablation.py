"""What alchemy_ablation promises: variants that differ by one ingredient, and pairs that share all their chance."""

import alchemy_ablation as alchemy
import jax
import jax.numpy as jnp
import numpy as np
import pytest

SHAPE = {"epochs": 3, "batch": 20, "hidden": 16}
TRAIN = jax.jit(alchemy.train, static_argnames=("epochs", "batch", "hidden"))
NOTHING = np.zeros((1, 5), np.float32)


def test_there_are_nothing_everything_and_two_variants_for_each_ingredient():
    names, strengths = alchemy.variants()
    used = (strengths > 0).sum(axis=1)
    assert used.tolist() == [0, 1, 1, 1, 1, 1, 4, 4, 4, 4, 4, 5]
    assert names[2] == "only weight decay"
    assert names[7] == "no weight decay"
    np.testing.assert_array_equal(strengths[2] + strengths[7], alchemy.STRENGTHS)


def test_a_split_uses_every_digit_once():
    parts = alchemy.splits([0, 1])
    assert [points.shape for points, _ in parts] == [(2, 400, 64), (2, 400, 64), (2, 997, 64)]
    both = np.concatenate([points for points, _ in parts], axis=1)
    whole = alchemy.load_digits().data / 16
    for each in both:
        np.testing.assert_allclose(np.sort(each, axis=0), np.sort(whole, axis=0), atol=1e-7)
    assert (both[0] != both[1]).any()


def test_probabilities_add_up_to_one_and_an_even_guess_costs_the_logarithm_of_ten():
    params = alchemy.initial(jax.random.key(0), hidden=16)
    points = np.random.default_rng(0).random((7, 64))
    np.testing.assert_allclose(jnp.exp(alchemy.forward(params, points)).sum(axis=1), 1, rtol=1e-5)
    even = jax.tree.map(jnp.zeros_like, params)
    for smoothing in (0.0, 0.3):
        loss = alchemy.cross_entropy(even, points, np.arange(7), smoothing)
        assert float(loss) == pytest.approx(np.log(10), rel=1e-5)


def test_the_loss_of_a_smoothed_label_is_the_mixture_of_the_losses_of_all_labels():
    params = alchemy.initial(jax.random.key(0), hidden=16)
    points = np.random.default_rng(0).random((7, 64))
    plain = [alchemy.cross_entropy(params, points, np.full(7, label), 0.0) for label in range(10)]
    smoothed = alchemy.cross_entropy(params, points, np.full(7, 4), 0.2)
    assert float(smoothed) == pytest.approx(0.8 * float(plain[4]) + 0.2 * float(np.mean(plain)), rel=1e-5)


def test_the_first_step_of_adam_has_the_length_of_the_rate_in_every_parameter_that_has_a_gradient():
    points, labels = map(jnp.asarray, alchemy.splits([0])[0])
    key = jax.random.key(0)
    trained = TRAIN(key, points[0], labels[0], NOTHING[0], 0.01, epochs=1, batch=400, hidden=16)
    before = alchemy.initial(jax.random.split(key)[0], hidden=16)
    moved = np.abs(trained["bias2"] - before["bias2"])
    np.testing.assert_allclose(moved, 0.01, rtol=1e-3)


def test_a_decayed_rate_changes_nothing_in_the_first_step_and_all_later_ones():
    points, labels = map(jnp.asarray, alchemy.splits([0])[0])
    decayed = np.array([0, 0, 0, 1, 0], np.float32)
    for steps, same in ((1, True), (4, False)):
        shape = {"epochs": steps, "batch": 400, "hidden": 16}
        ends = [TRAIN(jax.random.key(0), points[0], labels[0], each, 0.01, **shape) for each in (NOTHING[0], decayed)]
        assert np.allclose(ends[0]["weights2"], ends[1]["weights2"], atol=1e-6) == same


def test_variants_with_the_same_ingredients_share_all_chance():
    training, _, test = alchemy.splits([0, 1])
    keys = jax.vmap(jax.random.key)(np.arange(2))
    twice = np.repeat(alchemy.STRENGTHS[None], 2, axis=0)
    accuracy = np.asarray(alchemy.accuracies(keys, training, test, twice, np.full(2, 0.01, np.float32), **SHAPE))
    np.testing.assert_array_equal(accuracy[0], accuracy[1])
    assert accuracy[0, 0] != accuracy[0, 1]


def test_labels_drawn_at_random_are_not_learned():
    training, _, test = alchemy.splits([0, 1])
    shuffled = training[0], np.random.default_rng(0).permuted(training[1], axis=1)
    keys = jax.vmap(jax.random.key)(np.arange(2))
    variants = np.repeat(NOTHING, 2, axis=0), np.full(2, 0.01, np.float32)
    assert np.max(alchemy.accuracies(keys, shuffled, test, *variants, **SHAPE)) < 0.3
    assert np.min(alchemy.accuracies(keys, training, test, *variants, **SHAPE)) > 0.6


def test_an_interval_of_ten_like_numbers_is_student_s():
    mean, half = alchemy.interval(np.arange(10.0))
    assert mean == 4.5
    assert half == pytest.approx(2.2622 * np.sqrt(55 / 6) / np.sqrt(10), rel=1e-4)

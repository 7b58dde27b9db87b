from functools import partial

import jax
import mnist_race
import numpy as np
import pytest

SETTINGS = {"batch": 64, "epochs": 5, "rate": 1e-3}


@pytest.fixture(scope="module")
def digits():
    return mnist_race.digits(examples=64)


@pytest.fixture(scope="module")
def beginning(digits):
    """The weights with which scikit-learn begins at seed 0: a rate this small leaves them as they are."""
    model = mnist_race.fit(mnist_race.classifier(0, width=20, **SETTINGS | {"rate": 1e-30}), *digits[:2])
    return model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]


def test_five_steps_from_the_same_weights_are_the_same_in_jax_and_in_scikit_learn(digits, beginning):
    # one batch holds all 64 digits, so that the order of the digits cannot matter
    model = mnist_race.fit(mnist_race.classifier(0, width=20, **SETTINGS), *digits[:2])
    params = jax.jit(partial(mnist_race.train, **SETTINGS))(beginning, jax.random.key(0), *digits[:2])
    ours = [np.asarray(param[-1]) for param in params]
    theirs = [model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]]
    for first, mine, wanted in zip(beginning, ours, theirs, strict=True):
        # Adam's epsilon stands at another place in the two, felt where a gradient is about 1e-7
        assert np.linalg.norm(mine - wanted) < 5e-3 * np.linalg.norm(wanted - first)


def test_the_loss_is_the_one_that_scikit_learn_reports(digits, beginning):
    model = mnist_race.fit(mnist_race.classifier(0, width=20, **SETTINGS), *digits[:2])
    assert mnist_race.cross_entropy(beginning, *digits[:2]) == pytest.approx(model.loss_curve_[0], rel=1e-5)


def test_both_draw_their_first_weights_from_the_same_interval(digits, beginning):
    ours = mnist_race.init(jax.random.key(0), 20)
    for mine, theirs in zip(ours, beginning, strict=True):
        assert mine.shape == theirs.shape
    for mine, theirs in zip(ours[::2], beginning[::2], strict=True):
        assert np.abs(mine).max() == pytest.approx(np.abs(theirs).max(), rel=0.05)
        assert np.std(mine) == pytest.approx(np.std(theirs), rel=0.15)


def test_the_network_has_the_79510_parameters_of_784_100_10():
    assert sum(param.size for param in mnist_race.init(jax.random.key(0), 100)) == 79510


def test_all_epochs_are_run_and_none_stops_early(digits):
    model = mnist_race.fit(mnist_race.classifier(0, width=5, batch=64, epochs=15, rate=1e-9), *digits[:2])
    assert model.n_iter_ == 15


def test_timed_hands_on_the_value_and_two_clocks():
    value, seconds = mnist_race.timed(sum, [1, 2, 3])
    assert value == 6
    assert seconds.shape == (2,)
    assert (seconds >= 0).all()


def test_main_races_every_round_and_measures_every_epoch():
    race = mnist_race.main(examples=400, width=5, epochs=2, rounds=3)
    assert race["jax"].shape == race["sklearn"].shape == (3, 2)
    assert race["jax_accuracy"].shape == (3, 2)
    assert race["sklearn_curve"].shape == (2,)
    assert race["sklearn_accuracy"].shape == (3,)

import numpy as np
import pytest
import taxonomy_dimensions as wide


def test_the_line_between_the_clouds_is_as_good_as_the_normal_distribution_says():
    x, y = wide.clouds(np.random.default_rng(0), 200_000, 3)
    assert np.mean((x[:, 0] + x[:, 1] > 0) == y) == pytest.approx(wide.BEST, abs=0.002)


def test_only_two_features_tell_the_classes_apart():
    x, y = wide.clouds(np.random.default_rng(0), 100_000, 5)
    gap = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)
    np.testing.assert_allclose(gap, [3 / 2**0.5, 3 / 2**0.5, 0, 0, 0], atol=0.02)


def test_no_machine_beats_the_best_and_all_beat_a_guess_in_two_dimensions():
    found = wide.main(dimensions=(2,), seeds=range(2))
    for each in found.values():
        assert (each > 0.85).all()
        assert (each < wide.BEST + 0.02).all()


def test_a_network_without_hidden_bends_left_is_a_logistic_regression():
    x, y = wide.clouds(np.random.default_rng(0), 60, 2)
    answers = {name: wide.MACHINES[name](0).fit(x, y).predict(x) for name in ("network", "logistic")}
    assert np.mean(answers["network"] == answers["logistic"]) > 0.95


def test_main_measures_every_machine_for_every_dimension_and_draw():
    machines = {name: wide.MACHINES[name] for name in ("linear", "rbf")}
    found = wide.main(dimensions=(2, 5, 9), machines=machines, test=50, seeds=range(2))
    assert {name: each.shape for name, each in found.items()} == {"linear": (3, 2), "rbf": (3, 2)}

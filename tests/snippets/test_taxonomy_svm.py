import numpy as np
import pytest
import taxonomy_svm as svm


@pytest.mark.parametrize("power", [0.5, 1, 2, 3])
def test_a_known_exponent_is_recovered_whatever_the_factor(power):
    sizes = np.array([600, 1200, 2400, 4800])
    for factor in (1e-9, 3.0):
        assert svm.exponent(sizes, factor * sizes.astype(float) ** power) == pytest.approx(power)


def test_noise_in_the_times_moves_the_exponent_little():
    sizes = np.array([600, 1200, 2400, 4800])
    noise = np.exp(np.random.default_rng(0).normal(size=(1000, 4)) * 0.1)
    slopes = [svm.exponent(sizes, sizes**2.0 * row) for row in noise]
    assert np.mean(slopes) == pytest.approx(2, abs=0.01)
    assert np.std(slopes) < 0.1


def test_the_share_of_flipped_labels_is_what_was_asked_for():
    x, y = svm.samples(np.random.default_rng(0), 20_000, flipped=0.2)
    assert np.mean(y != (x[:, 0] + x[:, 1] / 2 > 0)) == pytest.approx(0.2, abs=0.01)
    x, y = svm.samples(np.random.default_rng(0), 1000, flipped=0)
    assert (y == (x[:, 0] + x[:, 1] / 2 > 0)).all()


def test_flipped_labels_become_support_vectors():
    count = {}
    for share in (0, 0.2):
        x, y = svm.samples(np.random.default_rng(1), 500, flipped=share)
        count[share] = svm.MACHINES["linear"]().fit(x, y).n_support_.sum()
    assert count[0.2] > 0.4 * 500 > count[0]


def test_a_machine_keeps_its_answers_when_all_but_its_support_vectors_are_taken_away():
    x, y = svm.samples(np.random.default_rng(2), 300, flipped=0)
    full = svm.MACHINES["linear"]().fit(x, y)
    less = svm.MACHINES["linear"]().fit(x[full.support_], y[full.support_])
    np.testing.assert_allclose(less.decision_function(x), full.decision_function(x), atol=0.02)


def test_main_times_every_machine_on_every_data_set():
    sizes = {name: (50, 100) for name in svm.MACHINES}
    measured = svm.main(sizes=sizes, repeats=1, seeds=2)
    assert {each.shape for each in measured.values()} == {(2, 2, 2)}
    assert len(measured) == 2 * len(svm.MACHINES)
    assert all((each[0] > 0).all() for each in measured.values())

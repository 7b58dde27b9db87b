import numpy as np
import pytest
import xor_sklearn


def by_hand(weights, biases, activation="relu"):
    """A fitted classifier whose weights (two arrays) and biases (two arrays) are set."""
    classifier = xor_sklearn.fit(0, solver="lbfgs", activation=activation, hidden=len(biases[0]), max_iter=1)
    classifier.coefs_, classifier.intercepts_ = weights, biases
    return classifier


def test_the_source_s_seed_gets_all_four_points_right():
    source, trained = xor_sklearn.main(variants=())
    assert trained == {}
    assert source.predict(xor_sklearn.POINTS).tolist() == [0, 1, 1, 0]


def test_a_number_in_parentheses_is_no_tuple_but_means_the_same_network():
    a, b = (xor_sklearn.network(1, hidden=4, solver="lbfgs").set_params(hidden_layer_sizes=h) for h in [(4), (4,)])
    a.fit(xor_sklearn.POINTS, xor_sklearn.TARGETS), b.fit(xor_sklearn.POINTS, xor_sklearn.TARGETS)
    for left, right in zip(a.coefs_, b.coefs_, strict=True):
        np.testing.assert_array_equal(left, right)


def test_the_network_has_seventeen_parameters():
    source = xor_sklearn.fit(1, **xor_sklearn.SOURCE)
    assert sum(each.size for each in source.coefs_ + source.intercepts_) == 2 * 4 + 4 + 4 + 1


def test_the_probability_is_a_sigmoid_of_a_sum_of_tanh():
    source = xor_sklearn.fit(1, **xor_sklearn.SOURCE)
    hidden = np.tanh(xor_sklearn.POINTS @ source.coefs_[0] + source.intercepts_[0])
    score = (hidden @ source.coefs_[1] + source.intercepts_[1]).ravel()
    np.testing.assert_allclose(source.predict_proba(xor_sklearn.POINTS)[:, 1], 1 / (1 + np.exp(-score)), rtol=1e-12)


def test_two_relu_units_with_weights_set_by_hand_are_xor():
    ones = np.ones((2, 2))
    gate = by_hand([ones, np.array([[100.0], [-200.0]])], [np.array([0.0, -1.0]), np.array([-50.0])])
    np.testing.assert_allclose(gate.predict_proba(xor_sklearn.POINTS)[:, 1], [0, 1, 1, 0], atol=1e-12)


def test_swapping_hidden_units_changes_nothing():
    source = xor_sklearn.fit(1, **xor_sklearn.SOURCE)
    order = [2, 0, 3, 1]
    swapped = by_hand(
        [source.coefs_[0][:, order], source.coefs_[1][order]],
        [source.intercepts_[0][order], source.intercepts_[1]],
        activation="tanh",
    )
    np.testing.assert_allclose(
        swapped.predict_proba(xor_sklearn.POINTS), source.predict_proba(xor_sklearn.POINTS), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("zeros", "ones", "loss"),
    [(2, 2, np.log(2)), (1, 1, np.log(2) / 2), (2, 1, 0.75 * np.log(3) - 0.5 * np.log(2))],
)
def test_points_that_are_told_apart_by_nothing_cost_their_entropy(zeros, ones, loss):
    np.testing.assert_allclose(xor_sklearn.merged_loss(zeros, ones), loss)
    p = np.linspace(0.001, 0.999, 9999)
    by_search = np.min(-(zeros * np.log(1 - p) + ones * np.log(p))) / 4
    np.testing.assert_allclose(xor_sklearn.merged_loss(zeros, ones), by_search, atol=1e-7)


def test_a_dead_relu_layer_is_merged_and_a_solution_is_not():
    dead = xor_sklearn.fit(0, solver="lbfgs", activation="relu")
    dead.loss_ = np.log(2)
    assert xor_sklearn.is_merged(dead)
    assert not xor_sklearn.is_merged(xor_sklearn.fit(1, **xor_sklearn.SOURCE))


def test_adam_at_its_default_rate_uses_all_its_steps_and_a_hundred_times_the_rate_does_not():
    slow = xor_sklearn.fit(0, **xor_sklearn.VARIANTS["adam_default_tanh"])
    fast = xor_sklearn.fit(0, **xor_sklearn.VARIANTS["adam_fast_tanh"])
    assert slow.n_iter_ == slow.max_iter == 200
    assert fast.n_iter_ < 200

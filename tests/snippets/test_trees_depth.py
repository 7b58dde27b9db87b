"""What trees_depth promises: accuracies by depth that agree with a tree counted by hand, and the rule of one error."""

import numpy as np
import pytest
import trees_depth as snippet


def test_one_question_leaves_one_of_three_equal_classes_out():
    _, train, test, n = snippet.main(name="iris", depths=[1], repeats=1)
    assert n == 150
    np.testing.assert_allclose([train[0], test[0]], 2 / 3, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", snippet.DATA)
def test_a_tree_of_depth_d_asks_at_most_d_questions_and_ends_in_at_most_2_to_the_d_leaves(name):
    X, y = snippet.DATA[name](return_X_y=True)
    for depth in (1, 2, 3):
        tree = snippet.tree(depth, seed=0).fit(X, y)
        assert tree.get_depth() == depth
        assert tree.get_n_leaves() <= 2**depth


def test_deeper_trees_fit_the_cases_that_they_grew_on_better_until_none_is_wrong():
    _, train, test, _ = snippet.main(name="wine", depths=range(1, 8), repeats=1)
    assert np.all(np.diff(train) >= 0)
    assert train[-1] == 1 > test.max()


def test_the_folds_are_those_of_a_loop_written_out():
    X, y = snippet.DATA["iris"](return_X_y=True)
    folds = snippet.RepeatedStratifiedKFold(n_splits=5, n_repeats=1, random_state=3)
    shares = [
        np.mean(snippet.tree(2, 3).fit(X[train], y[train]).predict(X[test]) == y[test])
        for train, test in folds.split(X, y)
    ]
    assert len(shares) == 5
    assert snippet.accuracies(X, y, [2], repeats=1, seed=3)[1, 0] == pytest.approx(np.mean(shares), abs=1e-12)


def test_the_standard_error_is_that_of_a_binomial_share():
    draws = np.random.default_rng(0).binomial(200, 0.9, size=200_000) / 200
    assert snippet.standard_error(0.9, 200) == pytest.approx(draws.std(), rel=0.01)


def test_the_simplest_depth_is_the_first_within_one_standard_error_of_the_best():
    depths, test = np.array([1, 2, 3, 4]), np.array([0.6, 0.85, 0.88, 0.9])
    assert snippet.standard_error(0.9, 100) == pytest.approx(0.03)
    assert snippet.simplest_depth(depths, test, 100) == 3
    assert snippet.simplest_depth(depths, test, 10**6) == 4
    assert snippet.simplest_depth(depths, test, 2) == 2

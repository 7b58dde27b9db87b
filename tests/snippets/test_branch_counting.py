"""What branch_counting promises: exact chances, which agree with enumeration and with SciPy."""

from fractions import Fraction
from itertools import combinations

import pytest
from branch_counting import BRANCHES, FEATURES, all_in_branch, all_in_one_branch, fewest, main
from scipy.stats import hypergeom


def test_the_chance_is_the_share_of_all_ways_to_place_the_features():
    branch, layer, features = {0, 1, 2, 3}, range(9), 3
    ways = list(combinations(layer, features))
    assert all_in_branch(features, len(branch), len(layer)) == Fraction(
        sum(branch >= set(way) for way in ways), len(ways)
    )


def test_the_chance_for_any_branch_is_the_share_of_ways_that_one_of_them_holds():
    parts = {"a": {0, 1, 2}, "b": {3, 4, 5, 6}, "c": {7, 8, 9}}
    ways = list(combinations(range(10), 3))
    held = sum(any(part >= set(way) for part in parts.values()) for way in ways)
    small = sum(any(part >= set(way) for part in (parts["a"], parts["c"])) for way in ways)
    neurons = {name: len(part) for name, part in parts.items()}
    assert all_in_one_branch(3, neurons, up_to=10) == Fraction(held, len(ways))
    assert all_in_one_branch(3, neurons, up_to=3) == Fraction(small, len(ways))


@pytest.mark.parametrize(("layer", "branch", "size"), [("mixed3a", 32, 256), ("mixed3b", 96, 480)])
def test_the_article_s_counts_give_what_scipy_s_hypergeometric_distribution_gives(layer, branch, size):
    features = FEATURES[layer]
    assert (BRANCHES[layer]["5x5"], sum(BRANCHES[layer].values())) == (branch, size)
    expected = hypergeom.pmf(features, size, branch, features)
    assert float(main()[layer][0]) == pytest.approx(expected, rel=1e-9)


def test_a_named_branch_is_less_likely_than_any_as_small_and_that_less_than_any():
    for named, as_small, any_size in main().values():
        assert named < as_small < any_size < 1


def test_one_feature_is_in_a_branch_with_the_branch_s_share_and_in_some_branch_for_certain():
    assert all_in_branch(1, 32, 256) == Fraction(1, 8)
    assert all_in_one_branch(1, BRANCHES["mixed3b"], up_to=480) == 1


def test_more_features_than_neurons_do_not_fit():
    assert all_in_branch(33, 32, 256) == 0


def test_the_fewest_are_the_first_below():
    for branch, layer in ((32, 256), (96, 480)):
        count = fewest(branch, layer, below=Fraction(1, 1000))
        assert all_in_branch(count, branch, layer) < Fraction(1, 1000) <= all_in_branch(count - 1, branch, layer)

"""What hierarchy_docstrings promises: HiClass's classifiers and metrics, and a split over which nothing leaks."""

import re
from itertools import pairwise

import hierarchy_docstrings as hierarchy
import numpy
import numpy as np
import pytest
import scipy
from hiclass import LocalClassifierPerLevel, LocalClassifierPerNode, LocalClassifierPerParentNode, metrics
from scipy.optimize import check_grad
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

# two packages; the first has two subpackages, one of them with two modules
TREE = np.array([[0, 0, 0, 1], [0, 0, 1, 2], [0, 1, 2, 3]])
ALONE = np.tile(np.arange(4), (3, 1))  # every leaf a package of its own: no hierarchy at all
LOGISTIC = LogisticRegression(C=10.0, max_iter=1000, tol=1e-8)


@pytest.fixture(scope="module")
def found():
    return hierarchy.docstrings()


@pytest.fixture(scope="module")
def rows(found):
    return hierarchy.texts(found[0])


@pytest.fixture(scope="module")
def task(rows):
    return hierarchy.task(rows)


@pytest.fixture(scope="module")
def words(rows):
    """Features and leaves of the few largest modules, known and unseen, and their tree."""
    texts, leaf, group, _, tree = hierarchy.task(rows, smallest=30)
    test = hierarchy.split(leaf, group, np.random.default_rng(0))
    vectorizer = TfidfVectorizer(token_pattern=r"\S+", min_df=3)
    return vectorizer.fit_transform(texts[~test]), leaf[~test], tree, vectorizer.transform(texts[test])


@pytest.fixture(scope="module")
def dots():
    """A small dense problem with the four leaves of TREE."""
    rng = np.random.default_rng(1)
    leaf = np.repeat(np.arange(4), 12)
    return rng.normal(size=(48, 5)) + np.eye(4, 5)[leaf], leaf, rng.normal(size=(30, 5))


def labels(leaf, tree):
    return np.array([[f"{level}:{node}" for level, node in enumerate(tree[:, each])] for each in leaf], dtype=object)


# the data


def test_a_function_is_at_home_where_it_was_written_and_not_where_it_says():
    assert numpy.sum.__module__ == "numpy"
    assert hierarchy.home(numpy.sum) == "numpy._core.fromnumeric"
    assert hierarchy.home(scipy.stats.ttest_ind) == "scipy.stats._stats_py"


def test_a_path_leaves_out_what_is_private_and_stops_at_the_module():
    assert hierarchy.path("jax._src.lax.slicing") == ("jax", "jax.lax", "jax.lax.slicing")
    assert hierarchy.path("sklearn.metrics.cluster._supervised")[-1] == "sklearn.metrics.cluster"
    assert hierarchy.path("numpy") == ("numpy",)


def test_all_four_packages_are_read_and_hardly_a_module_fails(found):
    docs, failed = found
    assert {module.partition(".")[0] for module, _ in docs} == {"jax", "numpy", "scipy", "sklearn"}
    assert len(failed) < 20
    assert not any(hierarchy.LEFT_OUT.search(module) for module, _ in docs)


def test_a_text_is_the_prose_before_the_first_heading_without_signature_or_place():
    doc = "dot(a, b)\n\nThe product of NumPy arrays, see :func:`numpy.dot` or scipy.linalg.\n\nReturns\n-------\narray"
    assert [part for part in hierarchy.paragraphs(doc) if part] == ["the product arrays see"]
    assert [part for part in hierarchy.paragraphs("Adds to a jaxpr.\n\nArgs:\n  x: what") if part] == ["adds"]


def test_a_paragraph_that_occurs_twice_is_cut_from_both():
    docs = {("a.b.c", "f"): "one two three four\n\nsame old words", ("a.b.d", "g"): "same old words\n\nfive six"}
    assert [text for _, text in hierarchy.texts(docs, least=2)] == ["one two three four", "five six"]


def test_no_text_stands_twice_and_none_names_its_package(rows):
    assert len({text for _, text in rows}) == len(rows)
    assert not [text for _, text in rows if re.search(r"\b(jax|numpy|scipy|sklearn)\b", text)]


def test_near_duplicates_share_half_of_their_words_also_by_a_chain():
    words = ["a b c d", "a b c d e", "b c d e f", "x y z", "a x p q"]
    assert len(set(hierarchy.near_duplicates(words)[:3])) == 1
    assert len(set(hierarchy.near_duplicates(words))) == 3
    assert len(set(hierarchy.near_duplicates(words, threshold=0.9))) == 5


def test_the_tree_says_of_each_leaf_what_its_path_says(task):
    _, leaf, _, paths, tree = task
    for level in range(3):
        names = sorted({path[level] for path in paths})
        assert [names[node] for node in tree[level]] == [path[level] for path in paths]
    assert np.array_equal(tree[2], np.arange(len(paths)))
    assert set(leaf) == set(tree[2])


def test_every_node_has_one_parent(task):
    tree = task[-1]
    for level in (1, 2):
        assert np.array_equal(hierarchy.parents(tree, level)[tree[level]], tree[level - 1])


@pytest.mark.parametrize("seed", range(3))
def test_no_group_of_near_duplicates_is_on_both_sides_of_a_split(task, seed):
    _, leaf, group, _, _ = task
    test = hierarchy.split(leaf, group, np.random.default_rng(seed))
    assert not set(group[test]) & set(group[~test])
    assert set(leaf[test]) <= set(leaf[~test])
    assert 0.15 < test.mean() < 0.35


def test_two_splits_differ(task):
    _, leaf, group, _, _ = task
    first, second = (hierarchy.split(leaf, group, np.random.default_rng(seed)) for seed in range(2))
    assert np.mean(first != second) > 0.2


# what is measured


def test_precision_recall_and_f_of_an_example_by_hand():
    nodes = hierarchy.membership(TREE) > 0
    true, predicted = nodes[[0, 0]].copy(), nodes[[1, 3]].copy()
    predicted[1, nodes.shape[1] - 4 :] = False  # the second stops above the leaf
    # shared: package and subpackage of the first; predicted 3 + 2 nodes, true 3 + 3
    assert hierarchy.hierarchical(true, predicted) == pytest.approx((2 / 5, 2 / 6, 4 / 11))


def test_precision_recall_and_f_are_those_of_hiclass():
    rng = np.random.default_rng(2)
    true, predicted = rng.integers(0, 4, (2, 200))
    depth = rng.integers(1, 4, 200)
    nodes = hierarchy.membership(TREE) > 0
    sets = nodes[predicted] & (np.repeat(np.arange(3), TREE.max(axis=1) + 1) < depth[:, None])
    stopped = labels(predicted, TREE)
    stopped[np.arange(3) >= depth[:, None]] = ""
    oracle = [score(labels(true, TREE), stopped) for score in (metrics.precision, metrics.recall, metrics.f1)]
    assert hierarchy.hierarchical(nodes[true], sets) == pytest.approx(oracle)


def test_on_full_paths_the_f_score_is_the_mean_accuracy_of_the_levels():
    true, predicted = np.random.default_rng(3).integers(0, 4, (2, 100))
    accuracies = [np.mean(level[true] == level[predicted]) for level in TREE]
    assert hierarchy.f_score(true, predicted, TREE) == pytest.approx(np.mean(accuracies))
    nodes = hierarchy.membership(TREE) > 0
    precision, recall, _ = hierarchy.hierarchical(nodes[true], nodes[predicted])
    assert precision == recall


def test_a_path_parts_from_the_right_one_at_one_level():
    assert hierarchy.first_errors(np.array([0, 0, 0, 0]), np.array([0, 1, 2, 3]), TREE).tolist() == [3, 2, 1, 0]


def test_levels_are_inconsistent_where_their_choices_are_on_no_path():
    package, subpackage, leaf = np.eye(2)[[0, 0, 1]], np.eye(3)[[0, 1, 0]], np.eye(4)[[1, 0, 0]]
    assert hierarchy.inconsistent([package, subpackage, leaf], TREE) == pytest.approx(2 / 3)


def test_stopping_earlier_leaves_a_part_of_the_path_that_begins_at_the_root():
    probability = np.random.default_rng(4).dirichlet(np.ones(4), 50)
    sets = [hierarchy.stop_early(probability, TREE, threshold) for threshold in (0, 0.4, 0.8, 1.1)]
    assert np.all(sets[0].sum(axis=1) == 3)
    assert np.all(sets[3].sum(axis=1) == 1)
    for longer, shorter in pairwise(sets):
        assert np.all(longer | ~shorter)
    depth = np.repeat(np.arange(3), TREE.max(axis=1) + 1)
    for each in sets[1]:
        assert sorted(depth[each]) == list(range(each.sum()))


# the classifiers


@pytest.mark.parametrize(
    ("fit", "oracle"),
    [
        (hierarchy.per_node, LocalClassifierPerNode),
        (hierarchy.per_parent, LocalClassifierPerParentNode),
        (hierarchy.per_level, LocalClassifierPerLevel),
    ],
)
@pytest.mark.parametrize("base", [LOGISTIC, MultinomialNB(alpha=0.1)])
def test_local_classifiers_predict_what_those_of_hiclass_predict(words, fit, oracle, base):
    features, leaf, tree, unseen = words
    predicted = hierarchy.descend(fit(base, features, leaf, tree, unseen), tree)
    expected = oracle(local_classifier=base).fit(features, labels(leaf, tree)).predict(unseen)
    assert np.array_equal(labels(predicted, tree), expected)


def test_top_down_takes_the_best_child_of_the_best_child():
    scores = [
        np.array([[0.4, 0.6], [0.6, 0.4]]),
        np.array([[0.9, 0.1, 1], [0.2, 0.8, 1]]),
        np.array([[1, 0, 1, 1]] * 2),
    ]
    assert hierarchy.descend(scores, TREE).tolist() == [3, 2]
    assert hierarchy.multiply(scores, TREE).argmax(axis=1).tolist() == [3, 2]
    scores[0] = np.array([[0.51, 0.49], [0.51, 0.49]])
    scores[1] = np.array([[0.5, 0.5, 1], [0.5, 0.5, 1]])
    assert hierarchy.multiply(scores, TREE).argmax(axis=1).tolist() == [3, 3], "what comes later can still outweigh it"


def test_the_product_of_the_decisions_at_parents_is_a_probability_over_leaves(dots):
    scores = hierarchy.per_parent(LOGISTIC, *dots[:2], TREE, dots[2])
    assert np.allclose(hierarchy.multiply(scores, TREE).sum(axis=1), 1)


def test_for_naive_bayes_a_classifier_at_each_parent_is_one_for_each_level_read_top_down(words):
    features, leaf, tree, unseen = words
    base = MultinomialNB(alpha=0.1)
    parent, level = (fit(base, features, leaf, tree, unseen) for fit in (hierarchy.per_parent, hierarchy.per_level))
    assert np.array_equal(hierarchy.descend(parent, tree), hierarchy.descend(level, tree))
    for depth, (given_parent, scores) in enumerate(zip(parent, level, strict=True)):
        above = hierarchy.parents(tree, depth)
        among = np.stack([scores[:, above == node].sum(axis=1) for node in above], axis=1)
        assert np.allclose(scores / among, given_parent)


def test_the_slope_of_the_path_loss_is_that_of_finite_differences(dots):
    features, leaf, _ = dots
    paths, hot = hierarchy.membership(TREE), np.eye(4)[leaf]
    weights = np.random.default_rng(5).normal(size=(features.shape[1] + 1) * paths.shape[1])
    loss, slope = (lambda w, part=part: hierarchy.path_loss(w, features, hot, paths, 3.0)[part] for part in (0, 1))
    assert check_grad(loss, slope, weights) < 1e-4 * np.linalg.norm(slope(weights))


def test_with_one_node_per_leaf_the_path_loss_is_least_at_the_weights_of_logistic_regression(dots):
    features, leaf, _ = dots
    fitted = LOGISTIC.fit(features, leaf)
    weights = np.vstack([fitted.coef_.T, fitted.intercept_]).ravel()
    slope = hierarchy.path_loss(weights, features, np.eye(4)[leaf], np.eye(4), LOGISTIC.C)[1]
    assert np.abs(slope).max() < 1e-3


def test_without_a_hierarchy_the_global_classifiers_are_the_flat_ones(dots, words):
    features, leaf, unseen = dots
    whole = hierarchy.path_logistic(10.0, features, leaf, ALONE, unseen)
    assert np.allclose(whole, LOGISTIC.fit(features, leaf).predict_proba(unseen), atol=0.02)
    counts, leaf, tree, unseen = words
    alone = np.tile(tree[2], (3, 1))
    flat = MultinomialNB(alpha=0.1).fit(counts, leaf).predict_proba(unseen)
    assert np.allclose(hierarchy.path_bayes(0.1, counts, leaf, alone, unseen), flat)


def test_shrinkage_pulls_the_words_of_a_leaf_towards_those_of_its_siblings(dots):
    leaf = np.array([0, 1, 2, 3])
    counts, word = np.eye(4), np.eye(4)[:1]  # one word for each leaf
    shared = hierarchy.path_bayes(0.01, scipy.sparse.csr_array(counts), leaf, TREE, scipy.sparse.csr_array(word))[0]
    assert shared[0] > shared[1] > shared[2] > shared[3], "nearer in the tree, likelier"


# the whole


@pytest.fixture(scope="module")
def measured(rows):
    return hierarchy.main(splits=2, smallest=40, strengths={"naive_bayes": (1.0, 0.1)}, rows=rows)


def test_main_measures_every_approach_at_every_strength_on_the_same_texts(measured):
    _, leaf, paths, tree, runs = measured
    assert len(runs) == 2 and len(paths) == tree.shape[1]
    for test, tried in runs:
        assert list(tried) == [("naive_bayes", 1.0), ("naive_bayes", 0.1)]
        for chosen, _ in tried.values():
            assert set(chosen) == set(hierarchy.APPROACHES)
            assert all(each.shape == leaf[test].shape and set(each) <= set(tree[2]) for each in chosen.values())


def test_the_flat_classifier_is_the_one_of_the_lowest_level(measured):
    for _, tried in measured[-1]:
        chosen, scores = tried["naive_bayes", 0.1]
        assert np.array_equal(chosen["flat"], scores["level"][2].argmax(axis=1))

"""What trees_iris promises: the tree three questions deep, and its rules in words that hold for every flower."""

import numpy as np
import pytest
import trees_iris as snippet


@pytest.fixture(scope="module")
def grown():
    X, y, features, classes = snippet.data()
    return snippet.tree(5, seed=0).fit(X, y), X, y, features, classes


def obeys(rule, X, names):
    """Which rows obey a printed rule such as `petal width (cm) > 0.8`, read back from its text."""
    name, sign, threshold = rule.rsplit(" ", 2)
    column = np.float32(X)[:, names.index(name)]
    return column <= float(threshold) if sign == "<=" else column > float(threshold)


def test_the_printed_rules_select_exactly_the_flowers_of_the_leaf_that_the_tree_gives(grown):
    model, X, _, features, _ = grown
    leaf = model.apply(X)
    for x, own in zip(X, leaf, strict=True):
        selected = np.all([obeys(rule, X, features) for rule in snippet.rules(model, x, features)], axis=0)
        np.testing.assert_array_equal(selected, leaf == own)


def test_there_are_as_many_rules_as_questions_on_the_way(grown):
    model, X, _, features, _ = grown
    questions = np.ravel(model.decision_path(X).sum(axis=1)) - 1
    assert [len(snippet.rules(model, x, features)) for x in X] == questions.tolist()


def test_the_tree_asks_about_petals_alone_so_that_the_map_of_petals_is_the_whole_tree(grown):
    model, _, _, features, _ = grown
    asked = {features[feature] for feature in model.tree_.feature if feature >= 0}
    assert asked == set(snippet.FEATURES)


def test_a_limit_of_five_leaves_takes_nothing_from_the_depth_three_tree(grown):
    model, X, y, _, _ = grown
    free = snippet.tree(None, seed=0).fit(X, y)
    np.testing.assert_array_equal(free.predict(X), model.predict(X))
    assert free.get_n_leaves() == model.get_n_leaves() == 5


def test_one_question_leaves_one_of_three_equal_classes_out():
    X, y, _, _ = snippet.data()
    assert snippet.accuracies(X, y, leaves=2, repeats=1, seed=0) == pytest.approx(2 / 3, abs=1e-12)


def test_without_the_program_dot_there_is_a_line_instead_of_a_picture(monkeypatch, capsys):
    monkeypatch.setattr(snippet.shutil, "which", lambda name: None)
    assert snippet.draw(None) is None
    assert capsys.readouterr().out == "no picture: dtreeviz needs Graphviz's program `dot` on PATH\n"

"""What trees_wine promises: rules that hold for every wine, and a picture that needs no other file."""

import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import trees_wine as snippet


@pytest.fixture(scope="module")
def grown():
    X, y, features, classes = snippet.data()
    return snippet.tree(5, seed=0).fit(X, y), X, y, features, classes


def obeys(rule, X, names):
    """Which rows obey a printed rule such as `proline <= 755`, read back from its text."""
    name, sign, threshold = rule.rsplit(" ", 2)
    column = np.float32(X)[:, names.index(name)]
    return column <= float(threshold) if sign == "<=" else column > float(threshold)


def test_the_printed_rules_select_exactly_the_wines_of_the_leaf_that_the_tree_gives(grown):
    model, X, _, features, _ = grown
    leaf = model.apply(X)
    for x, own in zip(X, leaf, strict=True):
        selected = np.all([obeys(rule, X, features) for rule in snippet.rules(model, x, features)], axis=0)
        np.testing.assert_array_equal(selected, leaf == own)


def test_the_map_shows_two_of_the_features_that_the_tree_asks_about(grown):
    model, _, _, features, _ = grown
    asked = {features[feature] for feature in model.tree_.feature if feature >= 0}
    assert set(snippet.FEATURES) < asked
    assert len(asked) == 4


def test_the_drawn_tree_has_five_leaves_and_the_tree_without_that_limit_all_eight(grown):
    model, X, y, _, _ = grown
    assert (model.get_depth(), model.get_n_leaves()) == (3, 5)
    assert snippet.tree(None, seed=0).fit(X, y).get_n_leaves() == 2**3


@pytest.fixture
def dot(tmp_path, monkeypatch):
    """The program `dot`: the system's, or graphviz-pure under that name."""
    if shutil.which("dot") is None:
        (tmp_path / "dot").symlink_to(Path(sys.executable).with_name("graphviz-pure"))
        monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))


@pytest.mark.usefixtures("dot")
def test_the_picture_counts_every_leaf_and_refers_to_no_other_file(grown):
    model, X, y, features, classes = grown
    explainer = snippet.dtreeviz.model(model, X, y, feature_names=features, target_name="wine", class_names=classes)
    picture = snippet.draw(explainer).svg()
    counts = np.unique(model.apply(X), return_counts=True)[1]
    assert sorted(map(int, re.findall(r"n=(\d+)", picture))) == sorted(counts)
    assert "<image" not in picture
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', picture))

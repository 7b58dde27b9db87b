"""What hierarchy_leak promises: its careful step is hierarchy_docstrings, and each further step leaks what it says."""

import hierarchy_docstrings as hierarchy
import hierarchy_leak as leak
import numpy as np
import pytest

DOCS = {
    ("numpy.lib._a", "f"): "Sort an array along one axis, as numpy.sort does.\n\nThis function is slow.",
    ("scipy.lib._b", "g"): "Invert a matrix of full rank very quickly.\n\nThis function is slow.",
}


@pytest.fixture(scope="module")
def docs():
    return leak.docstrings()[0]


@pytest.fixture(scope="module")
def rows(docs):
    return leak.texts(docs)


def test_each_step_of_carelessness_adds_words_to_the_text():
    (_, careful, boilerplate, named), _ = leak.texts(DOCS)
    assert careful == "sort array along one axis does"
    assert boilerplate == "sort array along one axis does this function slow"
    assert named == "sort array along one axis numpy sort does this function slow"


def test_the_careful_texts_are_those_of_the_other_program(docs, rows):
    assert [(where, text) for where, text, *_ in rows] == hierarchy.texts(docs)


def test_only_the_texts_of_the_last_step_name_a_package(rows):
    def named(text):
        return bool({"numpy", "scipy", "sklearn", "jax"} & set(text.split()))

    shares = [np.mean([named(row[1 + variant]) for row in rows]) for variant in range(3)]
    assert shares[:2] == [0, 0]
    assert shares[2] > 0.05


def test_a_split_at_random_parts_near_duplicates_and_a_careful_one_does_not(rows):
    _, leaf, group, _, _ = leak.task(rows)
    rng = np.random.default_rng(0)
    careful, random = leak.split(leaf, group, rng), leak.split(leaf, np.arange(len(leaf)), rng)
    assert not set(group[careful]) & set(group[~careful])
    assert len(set(group[random]) & set(group[~random])) > 100


def test_the_careful_step_measures_what_the_other_program_measures(rows):
    options = {"splits": 1, "smallest": 50, "seed": 3}
    _, _, f = leak.main(**options, rows=rows)
    rows, strengths = [row[:2] for row in rows], {"logistic": (10.0,)}
    _, leaf, _, tree, [(test, tried)] = hierarchy.main(**options, strengths=strengths, rows=rows)
    chosen = tried["logistic", 10.0][0]
    for approach in ("flat", "parent"):
        assert f["careful", approach] == pytest.approx([hierarchy.f_score(leaf[test], chosen[approach], tree)])

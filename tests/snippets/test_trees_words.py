"""What trees_words promises: dtreeviz's words are read as they are written, and paths are those that the tree took."""

import numpy as np
import pytest
import trees_words as snippet


@pytest.fixture(scope="module", params=snippet.DATA)
def grown(request):
    data = snippet.DATA[request.param]()
    return snippet.fit(data.data, data.target, depth=3, seed=0), data


def test_the_questions_of_the_path_answered_as_the_tree_does_select_exactly_its_leaf(grown):
    model, data = grown
    X, leaf = np.float32(data.data), model.apply(data.data)
    for x, own in zip(data.data, leaf, strict=True):
        answers = [(X[:, feature] <= threshold) == left for feature, threshold, left in snippet.path(model, x)]
        np.testing.assert_array_equal(np.all(answers, axis=0), leaf == own)


def test_a_path_has_the_nodes_that_scikit_learn_passes(grown):
    model, data = grown
    for x in data.data[::10]:
        nodes = model.decision_path([x]).indices[:-1]
        steps = snippet.path(model, x)
        assert [feature for feature, _, _ in steps] == model.tree_.feature[nodes].tolist()
        assert [threshold for _, threshold, _ in steps] == model.tree_.threshold[nodes].tolist()


def test_rounding_to_two_decimals_selects_what_the_words_of_dtreeviz_select(grown):
    model, data = grown
    names = list(map(str, data.feature_names))
    explainer = snippet.dtreeviz.model(model, data.data, data.target, feature_names=names, target_name="class")
    for x in data.data[::5]:
        printed = snippet.read(explainer.explain_prediction_path(x), names)
        ours = snippet.rounded(snippet.path(model, x), x, decimals=2)
        np.testing.assert_array_equal(snippet.select(printed, data.data), snippet.select(ours, data.data))


def test_words_are_read_with_one_bound_or_two():
    words = "2.45 <= petal length (cm)  < 4.75\npetal width (cm) < 1.65\n0.1 <= hue \n"
    names = ["hue", "petal width (cm)", "petal length (cm)"]
    assert snippet.read(words, names) == [(2, 2.45, 4.75), (1, -np.inf, 1.65), (0, 0.1, np.inf)]


def test_the_words_always_hold_for_the_case_that_they_explain(grown):
    model, data = grown
    for i, x in enumerate(data.data):
        assert snippet.select(snippet.rounded(snippet.path(model, x), x, decimals=2), data.data)[i]


def test_a_case_at_the_threshold_is_denied_its_answer_however_many_decimals_are_kept():
    steps = [(0, 1.5, True)]
    assert snippet.denied(steps, np.array([1.5]), decimals=6)
    assert not snippet.denied(steps, np.array([1.4]), decimals=6)
    assert not snippet.denied([(0, 1.5, False)], np.array([1.6]), decimals=6)


def test_rounding_a_threshold_past_a_case_denies_its_answer():
    steps = [(0, 0.1358, True)]
    assert snippet.denied(steps, np.array([0.134]), decimals=2) is False
    assert snippet.denied([(0, 0.1342, True)], np.array([0.132]), decimals=2) is True

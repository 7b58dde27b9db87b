"""What frame_correlation promises: the networks that their patterns describe, and correlations of ranks."""

import frame_correlation as snippet
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

INPUTS = 5


@pytest.fixture(autouse=True)
def less_padding(monkeypatch):
    """Pad to less than the published run does: what is tested does not depend on it, and compiling takes long."""
    monkeypatch.setattr(snippet, "DEEPEST", 5)
    monkeypatch.setattr(snippet, "WIDEST", 7)


def a_network(family, width, depth, seed=0):
    """Parameters, and the arrays that say which network they are."""
    learned, _ = snippet.pattern(family, width, depth, inputs=INPUTS)
    params = jax.jit(snippet.initial, static_argnames="inputs")(jax.random.key(seed), learned, inputs=INPUTS)
    params = params | {"biases": params["biases"] + 0.1}
    closes = np.array([snippet.ends_block(family, layer + 1) for layer in range(snippet.DEEPEST)], np.float32)
    last = (np.arange(snippet.DEEPEST) == depth - 1).astype(np.float32)
    return params, (jnp.asarray(learned), closes, last)


def logits_in_numpy(params, family, width, depth, x):
    """The network again, unpadded and in float64."""
    below, layers = [x], []
    for layer in range(depth):
        stacked = np.asarray(params["weights"][layer], dtype=float)[:, :width]
        parts = [stacked[:INPUTS]]
        parts += [stacked[INPUTS + each * snippet.WIDEST :][:width] for each in range(layer)]
        used = zip(below, parts, strict=True) if family == "dense" else [(below[-1], parts[-1])]
        z = sum(each @ part for each, part in used) + np.asarray(params["biases"])[layer, :width]
        if family == "residual" and layer in (2, 4, 6):
            z = z + layers[layer - 2]
        layers.append(np.maximum(z, 0))
        below.append(layers[-1])
    return layers[-1] @ np.asarray(params["readout"], dtype=float)[:width] + np.asarray(params["offset"])


@pytest.mark.parametrize("family", snippet.FAMILIES)
def test_the_padded_network_is_the_plain_one(family):
    params, network = a_network(family, 4, 5)
    x = np.random.default_rng(0).normal(size=(6, INPUTS))
    logits = jax.jit(snippet.forward)(params, *network, x.astype(np.float32))
    np.testing.assert_allclose(logits, logits_in_numpy(params, family, 4, 5, x), atol=2e-5)


@pytest.mark.parametrize("family", snippet.FAMILIES)
def test_as_many_numbers_have_a_gradient_as_are_counted(family):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(100, INPUTS)).astype(np.float32), rng.integers(10, size=100)
    slope, moved = jax.jit(jax.grad(snippet.cross_entropy)), 0
    for seed in range(3):  # a unit may be dead in one of them
        params, network = a_network(family, 6, 3, seed)
        gradient = jax.tree.leaves(slope(params, *network, x, y))
        moved = moved + np.concatenate([abs(np.ravel(each)) for each in gradient])
    assert np.sum(moved > 0) == snippet.parameters(np.asarray(network[0]), 6, 3)


def test_parameters_of_a_chain_are_counted_as_by_hand():
    learned, _ = snippet.pattern("chain", 6, 3, inputs=INPUTS)
    assert snippet.parameters(learned, 6, 3) == (5 * 6 + 6) + 2 * (6 * 6 + 6) + (6 * 10 + 10)
    learned, _ = snippet.pattern("dense", 6, 3, inputs=INPUTS)
    assert snippet.parameters(learned, 6, 3) == (5 * 6 + 6) + (11 * 6 + 6) + (17 * 6 + 6) + (6 * 10 + 10)


def test_the_gradient_is_that_of_finite_differences():
    params, network = a_network("residual", 4, 3)
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, INPUTS)), rng.integers(10, size=7)
    gradient = jax.jit(jax.grad(snippet.cross_entropy))(params, *network, x.astype(np.float32), y)

    def loss(offset):
        logits = logits_in_numpy(params | {"readout": np.asarray(params["readout"]) + offset}, "residual", 4, 3, x)
        largest = logits.max(axis=1, keepdims=True)
        norms = (largest + np.log(np.exp(logits - largest).sum(axis=1, keepdims=True)))[:, 0]
        return np.mean(norms - logits[np.arange(7), y])

    for place in [(0, 0), (1, 7), (3, 9)]:
        nudge = np.zeros((snippet.WIDEST, 10))
        nudge[place] = 1e-5
        slope = (loss(nudge) - loss(-nudge)) / 2e-5
        np.testing.assert_allclose(gradient["readout"][place], slope, atol=1e-5)


def test_rank_correlation_is_that_of_scipy_ties_and_all():
    rng = np.random.default_rng(3)
    a, b = rng.integers(6, size=30), rng.normal(size=30)
    np.testing.assert_allclose(snippet.rank_correlation(a, b), spearmanr(a, b).statistic)
    np.testing.assert_allclose(snippet.rank_correlation(b, np.exp(b)), 1)


def test_partial_rank_correlation_is_that_of_what_lines_through_the_ranks_leave_over():
    rng = np.random.default_rng(4)
    given = rng.normal(size=40)
    a, b = given + rng.normal(size=40), rng.normal(size=40) - given
    ranks = [snippet.rankdata(each) for each in (a, b, given)]
    rest = [each - np.polyval(np.polyfit(ranks[2], each, 1), ranks[2]) for each in ranks[:2]]
    np.testing.assert_allclose(snippet.partial_rank_correlation(a, b, given), np.corrcoef(rest)[0, 1])


def test_components_come_from_the_training_images_alone():
    x, _, x_val, y_val = snippet.digits(np.random.default_rng(0), inputs=8, train=1000)
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    pca = PCA(8, svd_solver="full").fit(images[order[:1000]])
    expected = pca.transform(images[order])
    expected /= np.sqrt(np.mean(expected[:1000] ** 2))
    np.testing.assert_allclose(abs(x), abs(expected[:1000]), atol=1e-4)  # the sign of a component is free
    np.testing.assert_allclose(abs(x_val), abs(expected[1000:]), atol=1e-4)
    np.testing.assert_array_equal(y_val, labels[order[1000:]])


def test_main_says_what_the_closed_form_says_and_trains_to_better_than_chance(monkeypatch):
    monkeypatch.setattr(snippet, "DEEPEST", 3)
    networks, potential, counts, train_error, error = snippet.main(
        inputs=4, widths=(7,), depths=(3,), epochs=3, steps=20, seeds=2
    )
    assert [each[0] for each in networks] == list(snippet.FAMILIES)
    free = [snippet.free_entries(*snippet.pattern(*each, inputs=4)) for each in networks]
    for place in range(2):
        np.testing.assert_allclose(potential[place] * free[place], snippet.closed_form(*networks[place], inputs=4))
    assert counts[0] == counts[1] < counts[2]
    assert error.shape == train_error.shape == (2, 3)
    assert error.max() < 0.8  # guessing among ten classes errs in nine cases of ten

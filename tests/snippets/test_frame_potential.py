"""What frame_potential promises: the frame it describes, its bounds, and minima that no start goes below."""

import jax
import numpy as np
import pytest
from frame_potential import (
    DEEPEST,
    FAMILIES,
    WIDEST,
    closed_form,
    flat_chain_coherence,
    frame,
    frame_potential,
    free_entries,
    main,
    minimise,
    pattern,
    residual_floor,
    unchangeable,
    welch,
)

INPUTS = 3


def random_weights(learned, seed=0):
    return np.random.default_rng(seed).normal(size=learned.shape).astype(np.float32)


def small_frame(family, width, depth, weights, *, inputs=INPUTS):
    """The frame again, unpadded, built block by block in float64."""
    heights = [inputs, *[width] * (depth - 1)]
    tops = np.cumsum([0, *heights])
    columns = []
    for layer in range(1, depth + 1):
        column = np.zeros((tops[-1], width))
        for below in range(layer) if family == "dense" else [layer - 1]:
            start = 0 if below == 0 else inputs + (below - 1) * WIDEST
            block = weights[start : start + heights[below], (layer - 1) * WIDEST : (layer - 1) * WIDEST + width]
            column[tops[below] : tops[below + 1]] = block
        column /= np.linalg.norm(column, axis=0)
        if layer < depth:
            column[tops[layer] : tops[layer + 1]] -= np.eye(width)
        if family == "residual" and layer in (3, 5, 7):
            column[tops[layer - 2] : tops[layer - 1]] += np.eye(width)
        columns.append(column / np.linalg.norm(column, axis=0))
    return np.hstack(columns)


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_changes_nothing(family):
    learned, fixed = pattern(family, 4, 5, inputs=INPUTS)
    weights = random_weights(learned)
    columns = small_frame(family, 4, 5, weights)
    gram = columns.T @ columns
    np.testing.assert_allclose(np.diag(gram), 1)
    expected = np.sum((gram - np.eye(len(gram))) ** 2)
    np.testing.assert_allclose(frame_potential(weights, learned, fixed), expected, rtol=1e-5)
    used = np.arange(DEEPEST * WIDEST).reshape(DEEPEST, WIDEST)[:5, :4].ravel()
    padded = np.asarray(frame(weights, learned, fixed))[:, used]
    np.testing.assert_allclose(padded.T @ padded, gram, atol=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_gradient_is_that_of_finite_differences(family):
    learned, fixed = pattern(family, 3, 3, inputs=INPUTS)
    weights = random_weights(learned, seed=1)
    gradient = np.asarray(jax.grad(frame_potential)(weights, learned, fixed))
    assert (gradient[learned == 0] == 0).all()

    def exact(weights):
        columns = small_frame(family, 3, 3, weights)
        return np.sum((columns.T @ columns) ** 2) - columns.shape[1]

    for place in np.argwhere(learned)[::4]:
        nudge = np.zeros(weights.shape)
        nudge[*place] = 1e-5
        slope = (exact(weights + nudge) - exact(weights - nudge)) / 2e-5
        np.testing.assert_allclose(gradient[*place], slope, atol=2e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_entries_that_are_not_free_are_zero_and_those_that_are_need_not_be(family):
    learned, fixed = pattern(family, 4, 5, inputs=INPUTS)
    columns = np.asarray(frame(random_weights(learned), learned, fixed))
    differs = abs(columns.T @ columns) > 1e-7
    np.fill_diagonal(differs, False)
    np.testing.assert_array_equal(differs, free_entries(learned, fixed))


def test_a_chain_leaves_its_layers_and_their_neighbours_free():
    k, depth = 4, 5
    assert (
        free_entries(*pattern("chain", k, depth, inputs=INPUTS)).sum() == depth * k * (k - 1) + 2 * (depth - 1) * k**2
    )
    skips = 2 * 2 * k  # from the columns of layers 1 and 3 to those of 3 and 5, and back
    assert free_entries(*pattern("residual", k, depth, inputs=INPUTS)).sum() == (
        depth * k * (k - 1) + 2 * (depth - 1) * k**2 + skips
    )
    assert free_entries(*pattern("dense", k, depth, inputs=INPUTS)).sum() == depth * k * (depth * k - 1)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(3))
def test_no_weights_go_below_the_bounds(family, seed):
    learned, fixed = pattern(family, 5, 5, inputs=INPUTS)
    potential = frame_potential(random_weights(learned, seed), learned, fixed)
    assert potential >= welch(5, 5, inputs=INPUTS)
    if family != "dense":
        assert potential >= closed_form(family, 5, 5, inputs=INPUTS)


def test_one_layer_is_welch_s_frame_and_three_vectors_in_the_plane_attain_it():
    learned, fixed = pattern("chain", 3, 1, inputs=2)
    angles = 2 * np.pi * np.arange(3) / 3
    weights = np.zeros_like(learned)
    weights[:2, :3] = np.cos(angles), np.sin(angles)
    least = welch(3, 1, inputs=2)
    assert least == closed_form("chain", 3, 1, inputs=2) == 1.5
    np.testing.assert_allclose(frame_potential(weights, learned, fixed), least, rtol=1e-6)
    largest = np.sqrt(least / free_entries(learned, fixed).sum())
    np.testing.assert_allclose(largest, np.sqrt((3 / 2 - 1) / (3 - 1)))  # Welch's bound on the mutual coherence


@pytest.mark.parametrize("family", ["chain", "residual"])
def test_weights_made_by_hand_attain_the_closed_form(family):
    width, depth = 4, 5
    learned, fixed = pattern(family, width, depth, inputs=2)
    weights = np.zeros_like(learned)
    angles = np.pi * np.arange(width) / width
    weights[:2, :width] = np.cos(angles), np.sin(angles)  # a tight frame of the plane
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(width, width)))[0]
    for layer in range(1, depth):
        row, column = 2 + (layer - 1) * WIDEST, layer * WIDEST
        block = turn if layer % 2 else turn.T  # the second layer of a block undoes the first
        weights[row : row + width, column : column + width] = block
    least = closed_form(family, width, depth, inputs=2)
    np.testing.assert_allclose(frame_potential(weights, learned, fixed), least, rtol=1e-5)


def test_the_closed_form_of_a_chain_is_the_one_in_the_note():
    for k, l, d in [(4, 2, 8), (8, 3, 8), (12, 5, 8), (24, 7, 8)]:
        assert closed_form("chain", k, l, inputs=d) == pytest.approx(max(k**2 / d - k, 0) / 4 + k * l / 2)


def test_a_dense_network_no_wider_than_its_inputs_can_be_orthogonal():
    width, depth, inputs = 3, 5, 3
    learned, fixed = pattern("dense", width, depth, inputs=inputs)
    rng = np.random.default_rng(0)
    stacks = []  # what each layer's columns are, down to but without their own identities
    for _ in range(depth):
        lift = np.vstack([np.eye(inputs), *np.zeros((len(stacks), width, inputs))])
        for layer, stack in enumerate(stacks):  # the identity of an earlier layer answers for its overlap
            rows = slice(inputs + layer * width, inputs + (layer + 1) * width)
            lift[rows] = stack.T @ lift[: rows.start]
        values, vectors = np.linalg.eigh(lift.T @ lift)
        stacks.append(lift @ (vectors / np.sqrt(values)) @ np.linalg.qr(rng.normal(size=(inputs, width)))[0])
    weights = np.zeros_like(learned)
    for layer, stack in enumerate(stacks):
        column = slice(layer * WIDEST, layer * WIDEST + width)
        weights[:inputs, column] = stack[:inputs]
        for below in range(layer):
            start = inputs + below * WIDEST
            weights[start : start + width, column] = stack[inputs + below * width : inputs + (below + 1) * width]
    assert abs(frame_potential(weights, learned, fixed)) < 1e-5


def test_adam_finds_the_closed_form_and_keeps_the_order_of_the_families():
    networks, _, _, potential = main(inputs=2, widths=(4,), depths=(3,), steps=300, starts=2)
    found = dict(zip([each[0] for each in networks], potential.T, strict=True))
    for family in ("chain", "residual"):
        np.testing.assert_allclose(found[family], closed_form(family, 4, 3, inputs=2), rtol=1e-5)
    assert (found["dense"] < found["residual"]).all()
    assert (found["residual"] < found["chain"]).all()
    assert (found["dense"] >= welch(4, 3, inputs=2) * (1 - 1e-6)).all()


def test_minimising_a_stack_is_minimising_each():
    patterns = [pattern(family, 3, 3, inputs=2) for family in FAMILIES]
    keys = jax.vmap(jax.random.key)(np.arange(1))
    _, together = minimise(keys, *map(np.stack, zip(*patterns, strict=True)), steps=20)
    for place, each in enumerate(patterns):
        _, alone = minimise(keys, each[0][None], each[1][None], steps=20)
        np.testing.assert_allclose(together[0, place], alone[0, 0], rtol=1e-4)


def test_a_skip_meets_a_skip_where_no_weights_can_help():
    learned, fixed = pattern("residual", 4, 5, inputs=INPUTS)
    entries = unchangeable(learned, fixed)
    assert entries.sum() == 2 * 2 * 4
    first, second = (np.asarray(frame(random_weights(learned, seed), learned, fixed)) for seed in range(2))
    np.testing.assert_allclose((first.T @ first)[entries], (second.T @ second)[entries], rtol=1e-6)
    assert not unchangeable(*pattern("chain", 4, 5, inputs=INPUTS)).any()
    np.testing.assert_allclose(residual_floor(4, 5, inputs=INPUTS), 1 / np.sqrt(6), rtol=1e-6)
    np.testing.assert_allclose(residual_floor(4, 3, inputs=INPUTS), 1 / 2, rtol=1e-6)


def test_the_flat_chain_is_least_coherent_in_its_last_layer():
    np.testing.assert_allclose(flat_chain_coherence(4, 5, inputs=4), 1 / np.sqrt(2 * 4), rtol=1e-6)
    np.testing.assert_allclose(flat_chain_coherence(8, 5, inputs=8), 1 / np.sqrt(2 * 8), rtol=1e-6)

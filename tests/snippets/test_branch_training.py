"""What branch_training promises: what a colour is, what chance gives, and branches that do not hear of each other."""

from itertools import combinations

import branch_training as snippet
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import kstest


@pytest.fixture(scope="module")
def cut():
    return snippet.tiles(snippet.photographs())


def filters(luminance, chroma):
    """One filter (KERNEL² · 3, 1) of a luminance pattern and red less green and blue in the given strengths."""
    pattern = np.random.default_rng(0).normal(size=(snippet.KERNEL**2, 1))
    return np.ravel(luminance * pattern * np.ones(3) + chroma * pattern * np.array([2.0, -1.0, -1.0]))[:, None]


def test_a_grey_filter_has_no_colour_and_one_of_red_against_green_and_blue_nothing_else():
    np.testing.assert_allclose(snippet.colour_index(filters(1.0, 0.0)), 0, atol=1e-15)
    np.testing.assert_allclose(snippet.colour_index(filters(0.0, 1.0)), 1)
    np.testing.assert_allclose(snippet.colour_index(filters(1.0, 1.0)), 6 / (3 + 6))  # energies add up


def test_noise_is_two_thirds_colour():
    noise = np.random.default_rng(1).normal(size=(snippet.KERNEL**2 * 3, 2000))
    np.testing.assert_allclose(snippet.colour_index(noise).mean(), 2 / 3, atol=0.005)


def test_shuffling_gives_the_distribution_over_all_ways_to_deal_the_filters(monkeypatch):
    monkeypatch.setattr(snippet, "FILTERS", 3)
    index = np.array([0.1, 0.2, 0.35, 0.5, 0.9, 0.97])
    ways = [sum(index[list(way)]) / 3 - (sum(index) - sum(index[list(way)])) / 3 for way in combinations(range(6), 3)]
    chance = snippet.shuffled_differences(np.random.default_rng(0), index, shuffles=20_000)
    measured = snippet.difference(index)
    exact = np.mean(abs(np.array(ways)) >= abs(measured) - 1e-12)
    assert snippet.p_value(measured, chance) == pytest.approx(exact, abs=0.01)
    assert set(chance.round(9)) == set(np.round(ways, 9))


def test_when_there_is_nothing_to_find_every_p_value_is_as_likely_as_any_other():
    rng = np.random.default_rng(2)
    values = []
    for _ in range(300):
        index = rng.random(2 * snippet.FILTERS)
        chance = snippet.shuffled_differences(rng, index, shuffles=200)
        values.append(snippet.p_value(snippet.difference(index), chance))
    assert kstest(values, "uniform").pvalue > 0.01


def test_shuffled_correlations_are_correlations_of_some_order():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=8), rng.normal(size=8)
    orders = np.random.default_rng(4).permuted(np.tile((b - b.mean()) / b.std(), (5, 1)), axis=1)
    expected = [np.corrcoef(a, order)[0, 1] for order in orders]
    np.testing.assert_allclose(snippet.shuffled_correlations(np.random.default_rng(4), a, b, shuffles=5), expected)


def test_windows_and_a_product_are_a_convolution_of_stride_two():
    rng = np.random.default_rng(5)
    x, kernel = rng.normal(size=(2, 9, 9, 3)), rng.normal(size=(5, 5, 3, 4))
    ours = snippet.windows(jnp.asarray(x), size=5) @ kernel.reshape(-1, 4)
    theirs = jax.lax.conv_general_dilated(
        x.astype(np.float32), kernel.astype(np.float32), (2, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def split_and_joined(key=0):
    """A split network and the joined one that has zeros where the branches would meet."""
    split = snippet.initial(jax.random.key(key), classes=7, joined=False)
    block = np.zeros((9, 2 * snippet.FILTERS, 2 * snippet.FILTERS), np.float32)
    for branch, weights in enumerate(np.asarray(split["second"])):
        some = slice(branch * snippet.FILTERS, (branch + 1) * snippet.FILTERS)
        block[:, some, some] = weights.reshape(9, snippet.FILTERS, -1)
    return split, split | {"second": jnp.asarray(block.reshape(1, 9 * 2 * snippet.FILTERS, -1))}


def test_a_split_network_is_a_joined_one_without_the_weights_between_branches():
    split, joined = split_and_joined()
    x = np.random.default_rng(6).normal(size=(3, snippet.CROP, snippet.CROP, 3)).astype(np.float32)
    forward = jax.jit(snippet.forward)
    np.testing.assert_allclose(forward(split, x), forward(joined, x), atol=1e-5)


def test_what_a_branch_s_second_layer_says_does_not_depend_on_the_other_branch_s_filters():
    split, _ = split_and_joined()
    other = split | {"first": split["first"].at[:, snippet.FILTERS :].set(0.3)}
    other = other | {"readout": other["readout"].reshape(4, 2, -1, 7).at[:, 1].set(0).reshape(-1, 7)}
    split = split | {"readout": other["readout"]}
    x = np.random.default_rng(7).normal(size=(2, snippet.CROP, snippet.CROP, 3)).astype(np.float32)
    forward = jax.jit(snippet.forward)
    np.testing.assert_allclose(forward(split, x), forward(other, x), atol=1e-6)


def test_the_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(8)
    with jax.enable_x64(True):
        params = jax.tree.map(lambda each: jnp.asarray(each, dtype=float), split_and_joined(1)[0])
        x, labels = jnp.asarray(rng.normal(size=(2, snippet.CROP, snippet.CROP, 3))), rng.integers(7, size=2)
        loss = jax.jit(snippet.cross_entropy)
        gradient = jax.jit(jax.grad(snippet.cross_entropy))(params, x, labels)
        for name, place in (("first", (3, 5)), ("second", (1, 20, 4)), ("readout", (9, 2))):
            up, down = (params | {name: params[name].at[place].add(nudge)} for nudge in (1e-6, -1e-6))
            slope = (loss(up, x, labels) - loss(down, x, labels)) / 2e-6
            np.testing.assert_allclose(gradient[name][place], slope, rtol=1e-5, atol=1e-9)


def test_the_tiles_are_squares_of_seven_photographs_in_even_contrast(cut):
    shapes = [photograph.shape for photograph in snippet.photographs()]
    assert len(shapes) == 7
    assert len(cut) == sum((height // 48) * (width // 48) for height, width, _ in shapes)
    np.testing.assert_allclose(cut.mean(axis=(0, 1, 2), dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(cut.std(), 1, rtol=1e-5)


def test_halving_takes_the_mean_of_four_pixels_and_drops_an_odd_row():
    image = np.arange(5 * 4 * 3, dtype=float).reshape(5, 4, 3)
    expected = [[image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].mean(axis=(0, 1)) for j in range(2)] for i in range(2)]
    np.testing.assert_allclose(snippet.halved(image), expected)


def test_training_never_sees_the_part_of_a_tile_that_is_held_out(cut):
    marked = cut.copy()
    marked[:, -snippet.HELD_OUT :] = 1e6
    x, labels = snippet.crops(jax.random.key(0), jnp.asarray(marked), batch=256, jitter=0.0)
    assert abs(x).max() < 100
    whole = jnp.asarray(np.broadcast_to(np.arange(len(cut), dtype=np.float32)[:, None, None, None], cut.shape))
    x, labels = snippet.crops(jax.random.key(1), whole, batch=64, jitter=0.0)
    np.testing.assert_array_equal(x[:, 3, 4, 1], labels)


def test_the_leading_direction_is_the_one_along_which_rows_were_made_to_differ():
    rng = np.random.default_rng(9)
    along = rng.normal(size=32)
    rows = 5 + np.outer(along, rng.normal(size=60)) + 0.01 * rng.normal(size=(32, 60))
    assert abs(np.corrcoef(snippet.leading_direction(rows), along)[0, 1]) > 0.999


def test_sizes_has_a_row_for_each_unit_of_the_first_layer():
    second = np.arange(9 * 32 * 32, dtype=float).reshape(1, 9 * 32, 32)
    rows = snippet.sizes(-second)
    np.testing.assert_array_equal(rows[3, :32], second[0, 3])
    np.testing.assert_array_equal(rows[3, 32:64], second[0, 32 + 3])


@pytest.mark.slow
def test_main_trains_split_and_joined_networks_from_the_same_filters():
    cut, networks = snippet.main(steps=3, batch=8, seeds=2)
    np.testing.assert_allclose(networks["split"][0], networks["joined"][0])
    assert networks["split"][1]["second"].shape == (2, 2, 9 * 16, 16)
    assert networks["joined"][1]["second"].shape == (2, 1, 9 * 32, 32)
    assert networks["split"][1]["readout"].shape == (2, 4 * 32, len(cut))
    moved = abs(np.asarray(networks["split"][1]["first"] - networks["split"][0])).max(axis=(1, 2))
    assert (moved > 0).all()

"""What life_portrait promises: Conway's rule, flips that do not meet, the source's climb, a still animation."""

import base64
import io
import re

import jax
import jax.numpy as jnp
import life_portrait as life
import numpy as np
import pytest
from PIL import Image


def world_of(*cells, size=12):
    world = np.zeros((size, size), np.uint8)
    world[tuple(np.transpose(cells))] = 1
    return world


def a_random_world(size=21, seed=0):
    return life.random_world(jax.random.key(seed), size)


BLINKER = (5, 4), (5, 5), (5, 6)
BLOCK = (5, 5), (5, 6), (6, 5), (6, 6)
GLIDER = (1, 2), (2, 3), (3, 1), (3, 2), (3, 3)


def test_a_blinker_turns_and_turns_back():
    assert life.after(world_of(*BLINKER), 1).tolist() == world_of((4, 5), (5, 5), (6, 5)).tolist()
    assert life.after(world_of(*BLINKER), 2).tolist() == world_of(*BLINKER).tolist()


def test_a_block_stays():
    assert life.after(world_of(*BLOCK), 3).tolist() == world_of(*BLOCK).tolist()


def test_a_glider_moves_by_one_cell_down_and_one_to_the_right_in_four_generations():
    assert life.after(world_of(*GLIDER), 4).tolist() == np.roll(world_of(*GLIDER), (1, 1), (0, 1)).tolist()


def test_a_glider_goes_round_the_joined_edges():
    assert life.after(world_of(*GLIDER), 4 * 12).tolist() == world_of(*GLIDER).tolist()


def test_every_third_row_alive_fills_a_world_one_generation_later_if_the_rows_fit():
    assert life.white_after_stripes(12) == 1
    assert life.white_after_stripes(13) < 1


@pytest.mark.parametrize("generations", [1, 2, 3])
def test_whatever_tiles_accept_the_error_changes_by_the_sum_of_their_own_changes(generations):
    world, target = a_random_world(28), a_random_world(28, seed=1)
    picture = life.after(world, generations)
    shift = jnp.array([2, 5])
    flipped, outcome, change = life.proposals(world, picture, target, generations, shift)
    for seed in range(5):
        accepted = jax.random.bernoulli(jax.random.key(seed), 0.5, change.shape)
        inside = life.spread(accepted, shift)
        new_world, new_picture = jnp.where(inside, flipped, world), jnp.where(inside, outcome, picture)
        assert (life.after(new_world, generations) == new_picture).all()
        assert int(jnp.sum(new_picture != target)) - int(jnp.sum(picture != target)) == int(change[accepted].sum())


def test_a_proposal_flips_one_cell_in_each_tile():
    world = a_random_world()
    flipped, _, change = life.proposals(world, life.after(world, 3), world, 3, jnp.array([0, 0]))
    cells = np.argwhere(np.asarray(flipped != world))
    assert change.shape == (3, 3)
    assert cells.tolist() == [[i, j] for i in (3, 10, 17) for j in (3, 10, 17)]


@pytest.mark.parametrize("generations", [1, 3])
@pytest.mark.parametrize("cell", [(0, 0), (10, 20), (7, 3)])
def test_running_what_a_flip_reaches_gives_what_running_the_world_gives(generations, cell):
    world, target = a_random_world(), a_random_world(seed=1)
    picture = life.after(world, generations)
    window, change = life.flip_outcome(jnp.array(cell), world, picture, target, generations)
    whole = life.after(world.at[cell].set(1 - world[cell]), generations)
    assert (life.around(whole, jnp.array(cell), life.REACH) == window).all()
    assert int(change) == int(jnp.sum(whole != target)) - int(jnp.sum(picture != target))


def test_the_climb_never_gets_worse_and_ends_with_the_world_whose_mismatch_it_reports():
    target = a_random_world(seed=1)
    worlds, curves = life.climb(jax.vmap(jax.random.key)(jnp.arange(2)), target, 2, iterations=40, batch=10)
    assert (np.diff(curves) <= 0).all()
    assert all(life.mismatch(life.after(w, 2), target) <= c[-1] for w, c in zip(worlds, curves, strict=True))


def test_without_temperature_the_search_never_gets_worse_and_strictly_it_refuses_what_changes_nothing():
    keys = jax.vmap(jax.random.key)(jnp.arange(2))
    start = jax.vmap(lambda key: life.random_world(jax.random.split(key)[0], 21))(keys)
    dead = jnp.zeros((21, 21), jnp.uint8)  # most flips of a sparse world leave no trace
    sideways, curves = life.search(keys, jnp.zeros((5, 40)), dead, 3)
    strict, strict_curves = life.search(keys, jnp.full((5, 40), life.STRICT), dead, 3)
    assert (np.diff(curves) <= 0).all() and (np.diff(strict_curves) <= 0).all()
    assert jnp.sum(strict != start) < jnp.sum(sideways != start)


def test_the_mismatch_is_the_square_of_the_root_mean_square_error():
    picture, target = a_random_world(), a_random_world(seed=1)
    root_mean_square = np.sqrt(np.mean((np.asarray(picture, float) - np.asarray(target, float)) ** 2))
    np.testing.assert_allclose(life.mismatch(picture, target), root_mean_square**2, rtol=1e-6)


def test_dithering_keeps_the_brightness_and_rounding_does_not():
    grey = life.photograph(105)
    assert abs(life.dithered(grey).mean() - grey.mean()) < 0.01
    assert abs(life.rounded(grey).mean() - grey.mean()) > 0.1


def test_a_picture_is_like_itself_and_unlike_its_negative():
    world = np.asarray(a_random_world(30))
    assert life.likeness(world, world, 0) == pytest.approx(1)
    assert life.likeness(world, 1 - world, 0) == pytest.approx(-1)


def test_a_late_gain_is_the_part_of_the_gain_that_comes_after_23_percent_of_the_iterations():
    curve = np.interp(np.arange(101), [0, 23, 100], [0.5, 0.3, 0.25])
    np.testing.assert_allclose(life.late_gain(curve[None, :]), [0.2], atol=1e-3)


def test_the_strip_holds_every_generation_bit_by_bit():
    worlds = [np.asarray(a_random_world(seed=seed)) for seed in range(3)]
    picture = base64.b64decode(life.strip(worlds).removeprefix("data:image/png;base64,"))
    assert (np.asarray(Image.open(io.BytesIO(picture))) == np.vstack(worlds)).all()


def test_the_animation_is_small_asks_nobody_and_touches_nothing_else_on_the_page():
    markup = life.animation([np.asarray(a_random_world(168, seed=seed)) for seed in range(8)], still=3)
    assert len(markup) < 45_000
    assert "<script" not in markup and "http" not in markup
    assert 'role="img" aria-label="' in markup and '<label for="life-pause">pause</label>' in markup
    style = re.sub(r"url\([^)]*\)", "", markup.partition("<style>")[2].partition("</style>")[0])
    selectors = [each.strip() for each in re.findall(r"^\s*([.@a-z][^{}\n]*)\{", style, flags=re.MULTILINE)]
    assert all(each.startswith((".life-", "@keyframes life-", "@media (prefers-reduced-motion")) for each in selectors)


def test_the_animation_dwells_on_the_portrait_and_can_stand_still():
    markup = life.animation([np.asarray(a_random_world(seed=seed)) for seed in range(5)], still=2)
    assert "0.000% { background-position: 0 0.000% } 18.182% { background-position: 0 25.000% }" in markup
    assert "27.273% { background-position: 0 50.000% } 81.818%" in markup
    assert "prefers-reduced-motion: reduce" in markup and "animation: none; background-position: 0 50.000%" in markup
    assert ".life-pause:checked ~ .life-frames" in markup and "animation-play-state: paused" in markup

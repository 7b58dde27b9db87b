"""What life_speed promises: four programs for one rule, three searches that do what they say."""

import jax
import jax.numpy as jnp
import life_speed as speed
import numpy as np
import pytest


def random_worlds(count, size=14, seed=0):
    return np.random.default_rng(seed).integers(0, 2, (count, size, size), dtype=np.uint8)


def packed(worlds):
    """Bit k is world k."""
    return np.sum([world.astype(np.uint32) << k for k, world in enumerate(worlds)], axis=0, dtype=np.uint32)


def test_scipy_and_jax_do_what_plain_python_does():
    for world in random_worlds(5):
        expected = speed.python_step(world.tolist())
        assert speed.scipy_step(world).tolist() == expected
        assert speed.jax_step(world).tolist() == expected


def test_the_sliced_program_does_what_the_plain_one_does_in_each_of_its_32_worlds():
    worlds = random_worlds(32)
    for _ in range(4):
        new = np.array([speed.jax_step(world) for world in worlds])
        assert (np.asarray(speed.sliced_step(packed(worlds))) == packed(new)).all()
        worlds = new


def test_the_sliced_program_is_right_for_every_neighbourhood():
    places = [(i, j) for i in (0, 1, 2) for j in (0, 1, 2)]
    for first in range(0, 512, 32):
        worlds = np.zeros((32, 5, 5), np.uint8)
        for k in range(32):
            for bit, (i, j) in enumerate(places):
                worlds[k, 1 + i, 1 + j] = (first + k) >> bit & 1
        centre = np.asarray(speed.sliced_step(packed(worlds)))[2, 2]
        for k, world in enumerate(worlds):
            neighbours = int(world.sum()) - int(world[2, 2])
            assert centre >> k & 1 == (neighbours == 3 or (neighbours == 2 and world[2, 2] == 1))


def test_a_glider_moves_by_one_and_one_in_four_generations_in_every_program():
    world = np.zeros((10, 10), np.uint8)
    world[[1, 2, 3, 3, 3], [2, 3, 1, 2, 3]] = 1
    moved = np.roll(world, (1, 1), (0, 1))
    lists, scipy = world.tolist(), world
    for _ in range(4):
        lists, scipy = speed.python_step(lists), speed.scipy_step(scipy)
    assert lists == moved.tolist()
    assert scipy.tolist() == moved.tolist()
    assert speed.run(world, 4, step=speed.jax_step).tolist() == moved.tolist()
    assert speed.run(packed([world]), 4, step=speed.sliced_step).tolist() == moved.tolist()


@pytest.mark.parametrize("name", list(speed.SEARCHES))
def test_a_search_keeps_the_picture_of_its_world_and_never_gets_worse(name):
    target, world = random_worlds(2, size=20, seed=1)  # tiles for two generations are five cells wide
    state = jnp.asarray(world), speed.run(world, 2, step=speed.jax_step)
    wrong = [int(jnp.sum(state[1] != target))]
    for key in jax.random.split(jax.random.key(0), 8):
        state, share = speed.stretch(state, key, target, search=speed.SEARCHES[name][0], steps=5, generations=2)
        assert (speed.run(state[0], 2, step=speed.jax_step) == state[1]).all()
        wrong.append(round(float(share) * target.size))
    assert wrong == sorted(wrong, reverse=True)
    assert wrong[-1] < wrong[0]


def test_the_flips_that_are_counted_are_those_that_are_made():
    assert {name: flips for name, (*_, flips) in speed.SEARCHES.items()} == {
        "whole": 100,
        "window": 1,
        "tiles": (105 // 7) ** 2,
    }


def test_rates_count_a_generation_of_32_worlds_as_32():
    rates = speed.rates(16, 1, np.random.default_rng(0))
    assert set(rates) == {"python", "scipy", "jax", "sliced"}
    assert all(rate.shape == (1,) and rate[0] > 0 for rate in rates.values())

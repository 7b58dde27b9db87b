"""What descent_chain promises: an exact equilibrium, a true gradient, and descent from anywhere to it."""

from functools import partial

import descent_chain as chain
import jax
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


SHAPE = {"span": 1.0, "length": 1.5, "k": 30.0}


@pytest.mark.parametrize("k", [10.0, 1000.0])
def test_at_the_exact_equilibrium_nothing_pulls(k):
    shape = SHAPE | {"k": k}
    inner = chain.exact(links=12, **shape)
    np.testing.assert_allclose(jax.grad(partial(chain.energy, **shape))(inner), 0, atol=1e-10)


def test_a_stiff_chain_of_many_links_hangs_as_a_catenary():
    gap = []
    for links in (50, 100):
        inner = chain.exact(links=links, span=1.0, length=1.5, k=1e7)
        gap.append(abs(inner[:, 1] - chain.catenary(inner[:, 0], span=1.0, length=1.5)).max())
    assert gap[1] < 1e-4
    assert gap[0] / gap[1] == pytest.approx(4, rel=0.05)  # an error of second order in the length of a link


def test_the_catenary_is_as_long_as_it_is_said_to_be_and_hangs_from_both_hooks():
    x = np.linspace(0, 1, 20_001)
    y = chain.catenary(x, span=1.0, length=1.5)
    np.testing.assert_allclose(np.hypot(np.diff(x), np.diff(y)).sum(), 1.5, rtol=1e-6)
    np.testing.assert_allclose(y[[0, -1]], 0, atol=1e-9)


def test_every_step_at_the_rate_of_main_lowers_the_energy():
    start = chain.tangle(np.random.default_rng(3), 1.0, 8)[None, 1:-1]
    path = chain.descend(start, 1.5 / 8 / 120, steps=200, every=1, **SHAPE)[0]
    heights = np.array([chain.energy(beads, **SHAPE) for beads in path])
    assert (np.diff(heights) < 0).all()


def test_the_path_begins_at_the_start():
    start = chain.tangle(np.random.default_rng(3), 1.0, 8)[None, 1:-1]
    np.testing.assert_array_equal(chain.descend(start, 1e-3, steps=4, every=2, **SHAPE)[:, 0], start)


def test_newton_s_method_squares_its_error_near_the_equilibrium():
    truth = chain.exact(links=6, **SHAPE)
    far = chain.distance(chain.newton(truth + 1e-4, steps=3, **SHAPE), truth)
    assert far[2] < 100 * far[1] ** 2
    assert far[3] < 1e-12


def test_main_brings_a_short_chain_to_rest():
    paths, quick, truth = chain.main(links=6, steps=20_000, seeds=2)
    assert chain.distance(paths[:, -1], truth).max() < 1e-6
    assert chain.distance(quick[-1], truth) < 1e-12

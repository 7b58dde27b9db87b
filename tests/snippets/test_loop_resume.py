"""What loop_resume promises: the same bits, and a count that sees a single one that is not."""

import jax
import jax.numpy as jnp
import loop_resume as resume
import numpy as np
import pytest
from flax import nnx


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return jnp.array(rng.random((40, 64), np.float32)), jnp.array(np.arange(40) % 10)


@pytest.fixture(scope="module")
def stopped(data):
    graph, state = resume.start(0, width=8)
    key = jax.random.key(1)
    state, _ = resume.train(graph, state, key, range(2), data, batch=20)
    end, _ = resume.train(graph, state, key, range(2, 4), data, batch=20)
    return graph, key, state, end


def test_a_resumed_run_ends_in_the_same_bits(stopped, data, tmp_path):
    graph, key, state, end = stopped
    resume.save(tmp_path, 2, state)
    number, restored = resume.restore(tmp_path, resume.start(9, width=8)[1])
    assert number == 2
    assert resume.differing(restored, state) == 0
    again, _ = resume.train(graph, restored, key, range(number, 4), data, batch=20)
    assert resume.differing(again, end) == 0


@pytest.mark.parametrize("way", list(resume.WAYS)[1:])
def test_a_run_that_forgot_something_does_not(way, stopped, data):
    graph, key, state, end = stopped
    partial = resume.WAYS[way](graph, resume.start(9, width=8)[1], state)
    again, _ = resume.train(graph, partial, key, range(2, 4), data, batch=20)
    assert resume.differing(again, end) > 0.5


def test_weights_only_keeps_the_weights_and_nothing_else(stopped):
    graph, _, state, _ = stopped
    _, new = resume.start(9, width=8)
    network, optimizer = nnx.merge(graph, resume.weights_only(graph, new, state))
    trained, _ = nnx.merge(graph, state)
    np.testing.assert_array_equal(network.first.kernel[...], trained.first.kernel[...])
    assert int(optimizer.step[...]) == 0
    assert int(network.dropout.rngs.count[...]) == 0


def test_one_number_that_differs_in_its_last_bit_is_seen():
    one = {"a": jnp.ones(10), "key": jax.random.key(0)}
    other = {"a": one["a"].at[3].set(np.nextafter(np.float32(1), np.float32(2))), "key": one["key"]}
    assert resume.differing(one, other) == 1 / 12
    assert resume.differing(one, one | {"key": jax.random.key(1)}) == 1 / 12


def test_minus_zero_is_not_zero_and_nan_is_nan():
    assert resume.differing({"a": jnp.array([0.0])}, {"a": jnp.array([-0.0])}) == 1
    assert resume.differing({"a": jnp.array([jnp.nan])}, {"a": jnp.array([jnp.nan])}) == 0


def test_when_saving_returns_nothing_is_half_written(stopped, tmp_path):
    resume.save(tmp_path, 2, stopped[2])
    assert [path.name for path in tmp_path.iterdir()] == ["2"]
    assert not list(tmp_path.rglob("*tmp*"))

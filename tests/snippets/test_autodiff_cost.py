"""What autodiff_cost promises: counts that can be made by hand, and one value by every route."""

import autodiff_cost as cost
import jax
import jax.numpy as jnp
import numpy as np
import pytest


def test_a_sine_is_one_operation_and_a_product_of_matrices_is_two_for_each_pair():
    assert cost.operations(jnp.sin, np.ones(7, np.float32)) == 7
    assert cost.operations(jnp.matmul, np.ones((2, 3), np.float32), np.ones((3, 5), np.float32)) == 2 * 2 * 3 * 5


def test_a_sine_pushed_forward_is_a_sine_a_cosine_and_a_product():
    assert cost.relative_operations(cost.pushforward, jnp.sin, np.ones(1000, np.float32)) == 3


def test_the_gradient_of_a_product_of_matrices_is_two_more_of_them():
    args = np.ones((40, 50), np.float32), np.ones((50, 60), np.float32)
    assert cost.relative_operations(cost.gradient_of_sum, jnp.matmul, *args) == pytest.approx(3, rel=0.02)


def test_both_jacobians_are_the_same_matrix():
    function, x = cost.mapping(np.random.default_rng(0), 5, 7)
    forward, reverse = jax.jacfwd(function)(x), jax.jacrev(function)(x)
    assert forward.shape == (7, 5)
    np.testing.assert_allclose(forward, reverse, atol=1e-6)


def test_a_jacobian_costs_by_the_input_forwards_and_by_the_output_backwards():
    counted = cost.jacobian_operations(np.random.default_rng(0), (64, 256))
    grow = {key: each[1] / each[0] for key, each in counted.items()}
    assert grow["jacfwd", "inputs"] == pytest.approx(4, rel=0.1)
    assert grow["jacrev", "outputs"] == pytest.approx(4, rel=0.1)
    assert grow["jacrev", "inputs"] == pytest.approx(1, rel=0.1)
    assert grow["jacfwd", "outputs"] == pytest.approx(1, rel=0.1)


def test_checkpoints_change_the_memory_and_not_the_gradient():
    rng = np.random.default_rng(0)
    x, weights = cost.normal(rng, 8, 8), cost.normal(rng, 8, 8) / 8**0.5
    plain = jax.grad(lambda x: cost.stack(x, weights, depth=64))
    saving = jax.grad(lambda x: cost.checkpointed(x, weights, depth=64))
    np.testing.assert_allclose(plain(x), saving(x), atol=1e-5)
    assert cost.memory(saving, x) < cost.memory(plain, x) / 2


def test_calls_take_turns_and_each_is_timed_in_every_round():
    seconds = cost.cpu_seconds({"one": lambda: jnp.ones(1), "two": lambda: jnp.ones(2)}, rounds=3, least=1e-4)
    assert {name: each.shape for name, each in seconds.items()} == {"one": (3,), "two": (3,)}

"""What table08_momentum promises: the cart-pole's mechanics, REINFORCE's gradient, and rates paired with momenta."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import table08_momentum as table


def params(seed=0):
    start = table.initial(np.random.default_rng(seed), width=4)
    return start | {"weights2": np.random.default_rng(seed + 1).normal(size=4).astype(np.float32)}


def test_a_push_right_is_the_mirror_image_of_a_push_left():
    state = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32) / 10
    np.testing.assert_allclose(table.push(state, True), -table.push(-state, False), atol=1e-6)


def test_the_mechanics_solve_the_two_equations_of_motion():
    _, speed, angle, spin = state = np.array([0.1, -0.3, 0.15, 0.8], np.float32)
    after = np.asarray(table.push(state, True), float)
    slide, turn = (after[1] - speed) / table.TICK, (after[3] - spin) / table.TICK
    mass, moment = table.POLE * table.HALF_LENGTH, 4 / 3 * table.HALF_LENGTH
    cart = (table.CART + table.POLE) * slide + mass * (turn * np.cos(angle) - spin**2 * np.sin(angle))
    pole = moment * turn + slide * np.cos(angle) - table.GRAVITY * np.sin(angle)
    assert cart == pytest.approx(table.FORCE, rel=1e-3)
    assert pole == pytest.approx(0, abs=1e-2)


def test_once_fallen_a_pole_stays_fallen_and_its_state_does_not_change():
    states, _, stands = table.play(params(), jax.random.key(0), episodes=6, ticks=60)
    stands = np.asarray(stands)
    assert (np.diff(stands.astype(int), axis=0) <= 0).all()
    assert not stands[-1].all()
    fallen = ~stands[:-1]
    np.testing.assert_array_equal(np.asarray(states)[1:][fallen], np.asarray(states)[:-1][fallen])


def test_the_advantage_is_the_standardised_time_still_to_stand():
    stands = jnp.array([[1, 1], [1, 1], [1, 0.0]])
    found = np.asarray(table.advantage(stands, 1.0))
    to_go = np.array([3, 2, 1, 2, 1])  # of the ticks that stood
    expected = (to_go - to_go.mean()) / to_go.std()
    np.testing.assert_allclose(found[[0, 1, 2, 0, 1], [0, 0, 0, 1, 1]], expected, rtol=1e-4)
    assert found[2, 1] == 0


def test_the_surrogate_s_gradient_is_reinforce_s():
    states = np.random.default_rng(3).normal(size=(4, 2, 4)).astype(np.float32)
    right, weight = np.array([[1, 0]] * 4, bool), np.full((4, 2), 0.5, np.float32)
    gradient = jax.grad(table.surrogate)(params(), states, right, weight)["weights2"]
    hidden = np.tanh(states @ params()["weights1"])
    chance = 1 / (1 + np.exp(-hidden @ params()["weights2"]))
    expected = -np.mean(0.5 * (right - chance)[..., None] * hidden, axis=(0, 1))
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6)


def test_an_untrained_policy_is_a_coin():
    start = table.initial(np.random.default_rng(0), width=4)
    assert float(table.logit(start, np.ones(4, np.float32))) == 0


def test_no_momentum_is_plain_gradient_descent_and_equal_rates_give_equal_runs():
    small = {"updates": 5, "episodes": 2, "ticks": 20, "width": 4, "seeds": 2}
    twice = table.main(betas=(0.0, 0.5), effective_rates=(0.1, 0.1), **small)
    assert twice.shape == (2, 2, 2, 5)
    np.testing.assert_array_equal(twice[0], twice[1])
    assert twice[0, 0, 0, 0] == twice[0, 1, 0, 0]  # before the first update all are alike


def test_updates_are_counted_until_the_mean_of_a_window_is_at_the_goal():
    returns = np.concatenate([np.zeros(20), np.full(20, 100.0)])
    assert table.updates_until(returns, 50, window=10) == 25
    assert table.updates_until(returns, 101, window=10) == 40

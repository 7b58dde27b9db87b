import jax
import numpy as np
import xor_jax

NAMES = ("weights1", "bias1", "weights2", "bias2")


def loss_in_numpy(params, points, targets):
    """The loss again, in float64 and without JAX."""
    hidden = np.tanh(points @ params["weights1"] + params["bias1"])
    probability = 1 / (1 + np.exp(-(hidden @ params["weights2"] + params["bias2"])))
    return np.mean((probability - targets) ** 2)


def in_float64(params):
    return {name: np.asarray(params[name], dtype=float) for name in NAMES}


def a_network(seed=3):
    params = xor_jax.initial(jax.random.key(seed))
    return params | {"bias1": params["bias1"] + 0.3, "bias2": params["bias2"] - 0.1}


def test_the_gradient_is_that_of_finite_differences():
    params = a_network()
    gradient = jax.grad(xor_jax.squared_error)(params, xor_jax.POINTS, xor_jax.TARGETS)
    exact = in_float64(params)
    for name in NAMES:
        for place in np.ndindex(exact[name].shape):
            nudge = np.zeros_like(exact[name])
            nudge[place] = 1e-5
            up, down = exact | {name: exact[name] + nudge}, exact | {name: exact[name] - nudge}
            data = xor_jax.POINTS.astype(float), xor_jax.TARGETS.astype(float)
            slope = (loss_in_numpy(up, *data) - loss_in_numpy(down, *data)) / 2e-5
            np.testing.assert_allclose(gradient[name][place], slope, atol=2e-6)


def test_the_network_has_seventeen_parameters():
    assert sum(each.size for each in jax.tree.leaves(a_network())) == 2 * 4 + 4 + 4 + 1


def test_two_tanh_units_with_weights_set_by_hand_are_xor():
    k = 40.0
    gate = {
        "weights1": np.full((2, 2), k),
        "bias1": np.array([-0.5 * k, -1.5 * k]),  # is the sum above a half, above one and a half?
        "weights2": np.array([[k], [-k]]),
        "bias2": np.array([-k]),
    }
    np.testing.assert_allclose(xor_jax.forward(gate, xor_jax.POINTS), xor_jax.TARGETS, atol=1e-12)
    assert xor_jax.solves(jax.tree.map(lambda each: each[None], gate), xor_jax.POINTS, xor_jax.TARGETS).tolist() == [
        True
    ]


def test_swapping_hidden_units_or_turning_one_s_sign_changes_nothing():
    params = a_network()
    order, sign = np.array([2, 0, 3, 1]), np.array([1.0, -1.0, 1.0, -1.0], np.float32)
    other = params | {
        "weights1": params["weights1"][:, order] * sign,
        "bias1": params["bias1"][order] * sign,
        "weights2": params["weights2"][order] * sign[:, None],
    }
    np.testing.assert_allclose(
        xor_jax.forward(other, xor_jax.POINTS), xor_jax.forward(params, xor_jax.POINTS), rtol=1e-5
    )


def test_without_output_weights_it_says_one_half_and_loses_one_quarter():
    params = xor_jax.initial(jax.random.key(0), scale2=0.0)
    assert (np.asarray(xor_jax.forward(params, xor_jax.POINTS)) == 0.5).all()
    assert xor_jax.squared_error(params, xor_jax.POINTS, xor_jax.TARGETS) == 0.25
    assert (xor_jax.centre(jax.tree.map(lambda each: each[None], params)) == 0.5).all()


def test_the_first_key_starts_where_the_source_starts():
    key1, key2 = jax.random.split(jax.random.PRNGKey(0))
    params = xor_jax.initial(jax.random.key(0))
    np.testing.assert_allclose(params["weights1"], 0.5 * jax.random.normal(key1, (2, 4), np.float32), rtol=1e-6)
    np.testing.assert_allclose(params["weights2"], 0.5 * jax.random.normal(key2, (4, 1), np.float32), rtol=1e-6)


def test_training_many_seeds_at_once_is_the_plain_loop_for_each():
    keys = jax.vmap(jax.random.key)(np.arange(2))
    data = xor_jax.POINTS, xor_jax.TARGETS
    stack, losses = xor_jax.train(keys, 10.0, *data, steps=5)
    for seed in range(2):
        params = xor_jax.initial(jax.random.key(seed))
        history = [xor_jax.squared_error(params, *data)]
        for _ in range(5):
            params = xor_jax.update(params, 10.0, *data)
            history.append(xor_jax.squared_error(params, *data))
        np.testing.assert_allclose(losses[seed], history, rtol=1e-4)
        np.testing.assert_allclose(stack["weights1"][seed], params["weights1"], rtol=1e-3, atol=1e-5)


def test_losses_begin_before_the_first_step():
    by_rate, patient, zeroed = xor_jax.main(rates=(0.5,), steps=3, patience=2, seeds=4)
    params = xor_jax.initial(jax.random.key(0))
    _, losses = by_rate[0.5]
    assert losses.shape == (4, 3 + 1)
    assert patient[0.5][1].shape == (4, 2 * 3 + 1)
    np.testing.assert_allclose(
        losses[0, 0], loss_in_numpy(in_float64(params), xor_jax.POINTS, xor_jax.TARGETS), rtol=1e-5
    )
    np.testing.assert_allclose(zeroed[1][:, 0], 0.25)


def test_small_steps_never_raise_the_loss():
    by_rate, _, _ = xor_jax.main(rates=(0.1,), steps=50, patience=1, seeds=8)
    assert (np.diff(by_rate[0.1][1], axis=1) <= 1e-7).all()

import constraints_dynamics as dynamics
import jax
import jax.numpy as jnp
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def random_states(size, seed=0):
    return jnp.asarray(np.random.default_rng(seed).normal(size=(size, 4)))


def rate(state, tendency):
    """dH/dt along a tendency, and the size of its terms."""
    terms = np.asarray(dynamics.energy_slope(state) * tendency)
    return terms.sum(axis=-1), abs(terms).sum(axis=-1)


def test_the_slope_of_the_energy_is_that_of_automatic_differentiation():
    state = random_states(50)
    np.testing.assert_allclose(dynamics.energy_slope(state), jax.vmap(jax.grad(dynamics.energy))(state), rtol=1e-12)


def test_hamiltons_equations_keep_the_energy():
    left, sizes = rate(random_states(50), dynamics.motion(random_states(50)))
    assert (abs(left) <= 1e-15 * sizes).all()


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("layer", ["residual", "projection"])
def test_a_layer_keeps_the_energy_whatever_the_network_says(layer, scale):
    outputs, constrain = dynamics.LAYERS[layer]
    state = random_states(1000, seed=1)
    raw = scale * np.random.default_rng(2).standard_cauchy(size=(1000, outputs))
    left, sizes = rate(state, constrain(state, raw))
    assert (abs(left) <= 1e-14 * (sizes + np.linalg.norm(dynamics.energy_slope(state) * scale, axis=1))).all()


@pytest.mark.parametrize("layer", ["residual", "projection"])
def test_a_network_with_a_layer_keeps_the_energy_with_any_weights(layer):
    rng = np.random.default_rng(3)
    for seed in range(20):
        params = dynamics.initial(jax.random.key(seed), dynamics.LAYERS[layer][0], width=8)
        params = [(10.0 ** rng.uniform(-2, 2) * weights, bias + rng.normal()) for weights, bias in params]
        state = random_states(100, seed=seed)
        raw = dynamics.forward(params, state, "none") if layer == "projection" else jnp.zeros(4)
        left, sizes = rate(state, dynamics.forward(params, state, layer))
        assert (abs(left) <= 1e-14 * (sizes + rate(state, raw)[1])).all()


def test_the_projection_changes_the_tendency_only_along_the_slope():
    state, raw = random_states(50), random_states(50, seed=5)
    moved = raw - dynamics.projection(state, raw)
    unit = dynamics.energy_slope(state) / jnp.linalg.norm(dynamics.energy_slope(state), axis=1, keepdims=True)
    np.testing.assert_allclose(moved, unit * jnp.sum(unit * raw, axis=1, keepdims=True), atol=1e-12)


def test_both_layers_give_the_true_tendency_back():
    state = random_states(200)
    right = dynamics.motion(state)
    np.testing.assert_allclose(dynamics.projection(state, right), right, atol=1e-12)
    np.testing.assert_allclose(dynamics.residual(state, right[:, :3]), right, rtol=1e-9, atol=1e-9)


def test_at_rest_the_projection_has_nothing_to_keep_and_the_residual_layer_no_answer():
    still, raw = jnp.zeros((1, 4)), jnp.ones((1, 4))
    np.testing.assert_array_equal(dynamics.projection(still, raw), raw)
    assert np.isnan(dynamics.residual(still, raw[:, :3])[0, 3])


def test_an_error_in_the_other_tendencies_grows_without_bound_in_the_one_filled_in():
    state = jnp.array([[0.3, 0.1, 0.2, p] for p in (1e-1, 1e-3, 1e-5)])
    right = dynamics.motion(state)[:, :3]
    wrong = dynamics.residual(state, right + 0.01) - dynamics.residual(state, right)
    np.testing.assert_allclose(wrong[1:, 3] / wrong[:-1, 3], 100, rtol=1e-6)


def test_the_step_is_of_order_four():
    start = jnp.asarray(dynamics.starts(np.random.default_rng(0), 8))
    end = {
        count: dynamics.orbits(dynamics.true_tendency, (), start, 4 / count, times=1, every=count)[-1]
        for count in (20, 40, 640)
    }
    coarse, fine = (np.linalg.norm(end[count] - end[640]) for count in (20, 40))
    assert coarse / fine == pytest.approx(16, rel=0.15)


def test_a_small_oscillation_is_back_after_two_pi():
    start = 1e-6 * jnp.asarray(dynamics.starts(np.random.default_rng(0), 8))
    states = dynamics.orbits(dynamics.true_tendency, (), start, 2 * np.pi / 400, times=1, every=400)
    np.testing.assert_allclose(states[-1], start, atol=1e-11)


def test_starts_have_the_energy_asked_for_and_data_cannot_escape():
    rng = np.random.default_rng(6)
    np.testing.assert_allclose(dynamics.energy(dynamics.starts(rng, 100)), 1 / 12, rtol=1e-12)
    state = dynamics.bound_states(rng, 1000)
    assert len(state) == 1000 and (dynamics.energy(state) < 1 / 6).all()
    later = dynamics.orbits(dynamics.true_tendency, (), jnp.asarray(state[:50]), 0.05, times=1, every=400)[-1]
    assert abs(np.asarray(later)).max() < 1.2


def test_a_short_run_keeps_the_energy_by_projection_alone_and_leaves_float32_the_default():
    with jax.enable_x64(False):
        found = dynamics.main(size=512, steps=100, batch=32, width=8, count=2, times=10, every=20)
        assert jnp.ones(1).dtype == jnp.float32
    assert found["projection"]["states"].shape == (11, 3, 2, 4)
    assert found["projection"]["drift"].max() < 10 * found["truth"]["drift"].max() + 1e-6
    assert found[0.0]["drift"][-1].min() > 1e-4
    assert (found["truth"]["distance"] == 0).all()

import constraints_column as column
import jax
import jax.numpy as jnp
import numpy as np
import pytest

EPSILON = np.finfo(np.float32).eps
CONSERVING = ("residual", "projection")


def budgets(state, outputs):
    """The four budgets again, level by level in float64: what is left over, and the sizes of what was summed."""
    state, outputs = np.asarray(state, float), np.asarray(outputs, float)
    mass = np.array([1 + 8 * ((k + 1) ** 2 - k**2) / 64 * (state[:, 16] - 1) for k in range(8)]).T
    moistening, heating, longwave, shortwave = (mass * outputs[:, 8 * i : 8 * i + 8] for i in range(4))
    sun_top, sun_surface, longwave_top, longwave_surface, rain = outputs[:, 32:].T
    latent, sensible = state[:, 17], state[:, 18]
    terms = [
        [*shortwave.T, -sun_top, sun_surface],
        [*longwave.T, longwave_top, -longwave_surface],
        [*moistening.T, rain, -latent],
        [*(moistening + heating).T, -sun_top, sun_surface, longwave_top, -longwave_surface, -latent, -sensible],
    ]
    return np.array([sum(each) for each in terms]).T, np.array([np.abs(each).sum(axis=0) for each in terms]).T


def wild_states(rng, size):
    """States far outside of any climate: pressures of a half to one and a half, fluxes of both signs and any size."""
    state = column.draw(rng, size, warming=rng.uniform(-40, 40))
    state[:, 16] = rng.uniform(0.5, 1.5, size)
    state[:, 17:] = rng.normal(size=(size, 3)) * 10.0 ** rng.uniform(-3, 5, (size, 1))
    return state.astype(np.float32)


def a_scaling(rng):
    state = column.draw(rng, 500)
    return state.mean(axis=0).astype(np.float32), state.std(axis=0).astype(np.float32)


@pytest.mark.parametrize("warming", [0.0, 4.0, -20.0])
def test_the_truth_closes_its_four_budgets(warming):
    rng = np.random.default_rng(0)
    state = column.draw(rng, 300, warming=warming)
    left, sizes = budgets(state, column.truth(rng, state))
    assert (abs(left) <= 1e-13 * sizes).all()


def test_the_four_budgets_are_those_written_out_by_hand():
    rng = np.random.default_rng(1)
    state = wild_states(rng, 200)
    outputs = (100 * rng.normal(size=(200, 37))).astype(np.float32)
    left, sizes = budgets(state, outputs)
    assert (abs(column.violation(state, outputs) - left) <= 16 * EPSILON * sizes).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e3, 1e8])
@pytest.mark.parametrize("layer", CONSERVING)
def test_a_layer_conserves_whatever_the_network_says(layer, scale):
    rng = np.random.default_rng(2)
    outputs, constrain = column.LAYERS[layer]
    for _ in range(5):
        state = wild_states(rng, 400)
        raw = (scale * rng.standard_cauchy(size=(400, outputs))).astype(np.float32)
        left, sizes = budgets(state, constrain(state, raw))
        asked = np.abs(raw).sum(axis=1, keepdims=True) + np.abs(state[:, 17:]).sum(axis=1, keepdims=True)
        assert (abs(left) <= 64 * EPSILON * (sizes + asked)).all()


@pytest.mark.parametrize("layer", CONSERVING)
def test_a_network_with_a_layer_conserves_with_any_weights(layer):
    rng = np.random.default_rng(3)
    scaling = a_scaling(rng)
    for seed in range(20):
        params = column.initial(jax.random.key(seed), column.LAYERS[layer][0], width=16)
        params = [(10.0 ** rng.uniform(-2, 2) * weights, bias + rng.normal()) for weights, bias in params]
        state = wild_states(rng, 100)
        outputs = column.forward(params, state, scaling, layer)
        raw = column.forward(params, state, scaling, "none") if layer == "projection" else outputs
        left, sizes = budgets(state, outputs)
        asked = np.abs(raw).sum(axis=1, keepdims=True)
        assert (abs(left) <= 64 * EPSILON * (sizes + asked)).all()


def test_without_a_layer_random_weights_conserve_nothing():
    rng = np.random.default_rng(4)
    params = column.initial(jax.random.key(0), 37, width=16)
    state = wild_states(rng, 100)
    left, sizes = budgets(state, column.forward(params, state, a_scaling(rng), "none"))
    assert np.mean(abs(left) > 1e-3 * sizes) > 0.95


def test_the_residual_layer_leaves_what_the_network_says_and_fills_in_four():
    rng = np.random.default_rng(5)
    raw = rng.normal(size=(50, 33)).astype(np.float32)
    outputs = column.residual(wild_states(rng, 50), raw)
    np.testing.assert_array_equal(np.delete(outputs, column.RESIDUALS, axis=1), raw)


def test_either_layer_gives_the_truth_back():
    rng = np.random.default_rng(6)
    state, right = column.dataset(rng, 300)
    kept = np.delete(right, column.RESIDUALS, axis=1)
    np.testing.assert_allclose(column.residual(state, kept), right, atol=2e-3)
    np.testing.assert_allclose(column.projection(state, right), right, atol=2e-3)


def test_the_projection_is_the_least_change_that_numpy_finds_too():
    rng = np.random.default_rng(7)
    state, raw = wild_states(rng, 50), rng.normal(size=(50, 37)).astype(np.float32)
    coefficients, right = (np.asarray(each, float) for each in column.matrix(state))
    for each, row, side, outputs in zip(raw, coefficients, right, column.projection(state, raw), strict=True):
        least, *_ = np.linalg.lstsq(row, side - row @ each, rcond=None)
        np.testing.assert_allclose(outputs, each + least, rtol=1e-4, atol=1e-4 * abs(side).max())


def test_projecting_never_takes_an_output_away_from_the_truth():
    rng = np.random.default_rng(8)
    state, right = column.dataset(rng, 200)
    raw = right + 30 * rng.normal(size=right.shape).astype(np.float32)
    nearer = np.asarray(column.projection(state, raw), float)
    before, after, moved = (np.sum(each**2, axis=1) for each in (raw - right, nearer - right, raw - nearer))
    np.testing.assert_allclose(before, after + moved, rtol=1e-4)


def test_projecting_twice_is_projecting_once():
    rng = np.random.default_rng(9)
    state, raw = column.dataset(rng, 100)[0], 100 * rng.normal(size=(100, 37)).astype(np.float32)
    once = column.projection(state, raw)
    np.testing.assert_allclose(column.projection(state, once), once, atol=1e-3)


def test_a_column_of_one_temperature_shines_as_its_skin_does():
    warm = np.full((3, 8), 280.0)
    vapour = np.array([[0.0], [1e-3], [1e-2]]) * np.ones(8)
    heating, sun, *fluxes = column.radiation(
        vapour, warm, np.ones((3, 8)), 280.0 * np.ones(3), np.zeros(3), np.zeros(3)
    )
    np.testing.assert_allclose(fluxes[2], column.SIGMA * 280**4)  # at the top
    depth = 8 * 0.1 + 8 * 0.06 * column.MASS * vapour[:, 0]
    np.testing.assert_allclose(fluxes[3], column.SIGMA * 280**4 * np.exp(-depth))  # through the window
    assert (sun == 0).all() and (heating < 0).all()


def test_air_saturated_at_the_triple_point_holds_as_much_as_bolton_says():
    assert column.saturation(273.15, 1e5) == pytest.approx(0.622 * 611.2 / 1e5)


def test_the_loss_is_mse_for_alpha_zero_and_penalty_for_alpha_one():
    rng = np.random.default_rng(10)
    state, right = column.dataset(rng, 100)
    scaling, params = a_scaling(rng), column.initial(jax.random.key(1), 37, width=16)
    outputs = np.asarray(column.forward(params, state, scaling, "none"), float)
    mse, penalty = np.mean((outputs - right) ** 2), np.mean(budgets(state, outputs)[0] ** 2)
    for alpha in (0.0, 0.25, 1.0):
        loss = column.loss(params, alpha, state, right, scaling, "none")
        assert loss == pytest.approx(alpha * penalty + (1 - alpha) * mse, rel=1e-5)


def test_linear_regression_conserves_where_the_masses_do_not_vary():
    rng = np.random.default_rng(11)
    state = column.draw(rng, 2000)
    penalties = []
    for spread in (0.0, 1.0):
        varied = state.copy()
        varied[:, 16] = 1 + spread * (state[:, 16] - 1)
        right = column.truth(rng, varied)
        scaling = varied.mean(axis=0), varied.std(axis=0) + 1e-9
        outputs = column.regress(column.linear_regression(varied, right, scaling), varied, scaling)
        penalties.append(np.mean(budgets(varied, outputs)[0] ** 2))
    assert penalties[0] < 1e-18 and penalties[1] > 1


def test_the_hidden_strength_alone_makes_columns_of_one_state_differ():
    rng = np.random.default_rng(12)
    state = column.draw(rng, 200)
    many = np.stack([column.truth(rng, state) for _ in range(60)])
    assert column.hidden_variance(rng, np.tile(state, (10, 1))) == pytest.approx(
        many.var(axis=0, ddof=1).mean(), rel=0.3
    )


def test_a_short_run_measures_what_the_published_one_does():
    measured, left, short, floor = column.main(columns=512, test_columns=256, epochs=2, batch=64, width=8)
    test = measured["test"]
    assert {name for name in test if isinstance(name, str)} == {
        *CONSERVING,
        "afterwards",
        "linear",
        "truth",
    }
    assert [name for name in test if isinstance(name, float)] == list(column.ALPHAS)
    assert all(test[name]["penalty"].max() < 1e-6 < test[0.0]["penalty"].min() for name in (*CONSERVING, "afterwards"))
    assert (test["afterwards"]["mse"] < test[0.0]["mse"]).all()
    assert (test["truth"]["mse"] == 0).all() and floor > 0
    np.testing.assert_allclose(np.mean(left["linear"] ** 2), test["linear"]["penalty"][0], rtol=1e-4)
    assert (short["none"] > test[0.0]["mse"]).all() and short["residual"].shape == (3,)
    assert jnp.ones(1).dtype == jnp.float32

import constraints_column as column
import constraints_units as units
import jax
import jax.numpy as jnp
import numpy as np
import pytest


def test_the_columns_and_budgets_are_those_of_the_first_program():
    for made, original in zip(*(each.dataset(np.random.default_rng(0), 200) for each in (units, column)), strict=True):
        np.testing.assert_array_equal(made, original)
    state = column.dataset(np.random.default_rng(1), 50)[0]
    for made, original in zip(units.matrix(state), column.matrix(state), strict=True):
        np.testing.assert_array_equal(made, original)


def test_a_kilogram_of_rain_a_second_is_its_latent_heat_in_watts():
    drying = np.zeros(37)
    drying[3] = -1 / units.MASS  # kg of water per kg of air and second, in a layer of that mass
    assert (drying * units.TO_WATTS)[3] == pytest.approx(-2.5e6)


def test_a_kelvin_a_day_in_a_layer_is_about_fifteen_watts():
    warming = np.zeros(37)
    warming[8] = 1 / 86_400
    assert (warming * units.TO_WATTS)[8] == pytest.approx(1004 * 1274.2 / 86_400, rel=1e-3)


def test_projection_in_watts_is_that_of_the_first_program():
    rng = np.random.default_rng(2)
    state, right = units.dataset(rng, 100)
    raw = right + 10 * rng.normal(size=right.shape).astype(np.float32)
    nearer = units.projection(state, raw, np.ones(37), np.float64)
    np.testing.assert_allclose(nearer, column.projection(state, raw), atol=2e-3)


@pytest.mark.parametrize("unit", [np.ones(37), 1.0 * units.TO_WATTS])
def test_in_float64_the_nearest_outputs_keep_the_budgets_in_either_unit(unit):
    rng = np.random.default_rng(3)
    state, right = units.dataset(rng, 50)
    raw = right + 10 * rng.normal(size=right.shape)
    nearer = units.projection(state, raw, unit, np.float64)
    coefficients, side = (np.asarray(each, float) for each in units.matrix(state))
    np.testing.assert_allclose(np.einsum("nco,no->nc", coefficients, nearer), side, atol=1e-5)
    other = right.astype(float)  # keeps them as well, to rounding: so it cannot be nearer
    near, far = (np.linalg.norm((each - raw) / unit, axis=1) for each in (nearer, other))
    assert (near <= far).all()


def test_in_si_units_the_nearest_outputs_leave_the_fluxes_alone():
    rng = np.random.default_rng(4)
    state, right = units.dataset(rng, 50)
    raw = right + 10 * rng.normal(size=right.shape)
    moved = units.projection(state, raw, 1.0 * units.TO_WATTS, np.float64) - raw
    assert abs(moved[:, 32:]).max() < 1e-9 < 0.1 < abs(moved[:, :32]).max()


def test_a_singular_matrix_gives_no_number():
    gram = np.stack([np.eye(4), np.ones((4, 4))]).astype(np.float32)
    found = units.solve(gram, np.ones((2, 4), np.float32))
    assert (found[0] == 1).all() and np.isnan(found[1]).all()


def test_the_condition_number_is_the_square_of_that_of_the_coefficients():
    state = units.dataset(np.random.default_rng(5), 9)[0]
    values = np.linalg.svd(np.asarray(units.matrix(state)[0], float), compute_uv=False)
    assert units.condition(state, np.ones(37)) == pytest.approx(np.median((values[:, 0] / values[:, -1]) ** 2))


def test_the_mean_explains_nothing_and_the_truth_everything():
    right = units.dataset(np.random.default_rng(6), 300)[1]
    both = np.stack([np.broadcast_to(right.mean(axis=0), right.shape), right])
    np.testing.assert_allclose(units.unexplained(both, right), [1, 0], rtol=1e-4)


def test_each_choice_of_units_says_the_same_of_the_same_column():
    state, right = units.dataset(np.random.default_rng(7), 300)
    for centre, unit, out_centre, out_unit in units.scales(state, right).values():
        assert (centre.shape, unit.shape, out_centre.shape, out_unit.shape) == ((20,), (20,), (37,), (37,))
        np.testing.assert_allclose((right - out_centre) / out_unit * out_unit + out_centre, right, rtol=1e-4, atol=1e-3)
    seen = (state - units.scales(state, right)["dimensionless"][0]) / units.scales(state, right)["dimensionless"][1]
    assert abs(seen).max() < 12
    pressure = (state / units.scales(state, right)["si"][1])[:, 16]
    assert 0.9e5 < pressure.min() < 1e5 < pressure.max() < 1.1e5


def test_a_network_of_zeros_says_the_centre_of_its_choice():
    state, right = units.dataset(np.random.default_rng(8), 20)
    scale = tuple(jnp.asarray(each, jnp.float32)[None] for each in units.scales(state, right)["standardised"])
    nothing = jax.tree.map(lambda each: 0 * each[None], units.initial(jax.random.key(0), 37, width=8))
    outputs = units.predict(nothing, scale, state)[0]
    np.testing.assert_allclose(outputs, np.broadcast_to(right.mean(axis=0), outputs.shape), rtol=1e-5)


def test_a_short_run_finds_one_rate_for_each_choice():
    outputs, rate, (state, right) = units.main(columns=256, test_columns=128, epochs=2, batch=64, width=8)
    assert list(outputs) == ["si", "si_outputs", "si_inputs", "dimensionless", "standardised"]
    assert set(rate.values()) <= set(units.RATES)
    assert all(each.shape == (3, 128, 37) for each in outputs.values())
    found = units.nearest(state, right, outputs["dimensionless"], np.ones(37), np.float64)
    assert (found["broken"] == 0).all() and (found["mse_ratio"] < 1).all()

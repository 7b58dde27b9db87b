from functools import partial

import glossary_lbfgs as race
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def quadratic(params, x, y):
    return jnp.sum(jnp.arange(1.0, 6.0) * params**2) / 2


NOTHING = np.zeros((1, 1)), np.zeros(1, int)


def test_l_bfgs_finds_the_bottom_of_a_quadratic_in_a_few_times_its_dimensions():
    losses = race.lbfgs(quadratic, np.ones(5), *NOTHING, evaluations=100)
    assert losses.min() < 1e-10
    assert len(losses) < 20


def test_l_bfgs_makes_about_as_many_evaluations_as_it_may():
    losses = race.lbfgs(race.valley, np.full(20, -1.0), *NOTHING, evaluations=30)
    assert 30 <= len(losses) <= 50  # SciPy finishes the line search it is in


def test_rosenbrock_s_valley_has_its_least_at_ones_and_is_scipy_s():
    from scipy.optimize import rosen

    point = np.random.default_rng(0).normal(size=7)
    assert float(race.valley(jnp.asarray(point), *NOTHING)) == pytest.approx(rosen(point))
    assert float(race.valley(jnp.ones(7), *NOTHING)) == 0


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [("descent", optax.sgd(0.1)), ("momentum", optax.sgd(0.1, momentum=0.9)), ("adam", optax.adam(0.1))],
)
def test_the_three_methods_walk_as_optax_s_do(name, optimizer):
    losses = race.first_order(
        race.settings([0.1], [name]),
        np.ones((1, 5)),
        jax.random.split(jax.random.key(0), 1),
        *NOTHING,
        loss=quadratic,
        steps=20,
    )[0, 0]
    params = jnp.ones(5)
    memory, walked = optimizer.init(params), []
    for _ in range(20):
        value, slope = jax.value_and_grad(quadratic)(params, *NOTHING)
        walked.append(float(value))
        change, memory = optimizer.update(slope, memory, params)
        params = optax.apply_updates(params, change)
    np.testing.assert_allclose(losses, walked, rtol=1e-6)


def test_a_batch_of_all_data_is_no_batch():
    x, y = race.digits(30)
    start = np.random.default_rng(0).normal(size=(1, 650)) * 0.1
    keys = jax.random.split(jax.random.key(0), 1)
    run = partial(race.first_order, race.settings([0.1], ["adam"]), start, keys, x, y, loss=race.softmax, steps=10)
    np.testing.assert_allclose(run(batch=30), run(), rtol=1e-9)


def test_l_bfgs_on_batches_of_all_data_goes_down_at_every_step_and_counts_more_evaluations_than_steps():
    start = np.random.default_rng(0).normal(size=(1, 5))
    x, y = np.zeros((4, 1)), np.zeros(4, int)
    losses, made = race.lbfgs_on_batches(
        start, jax.random.split(jax.random.key(0), 1), x, y, loss=quadratic, steps=8, batch=4
    )
    assert (np.diff(losses[0]) <= 1e-15).all()
    assert losses[0, -1] < 1e-6
    assert made[0, -1] >= 16


def test_the_untrained_models_say_every_digit_is_as_likely():
    x, y = race.digits(20)
    assert float(race.softmax(jnp.zeros(650), x, y)) == pytest.approx(np.log(10))
    assert float(race.network(jnp.zeros(64 * 16 + 16 + 16 * 10 + 10), x, y)) == pytest.approx(np.log(10))


def test_count_is_one_more_than_were_made_where_the_target_is_not_reached():
    assert race.count([[3.0, 2.0, 1.0], [3.0, 3.0, np.nan]], 2.0).tolist() == [2, 4]


def test_padding_repeats_the_least_loss():
    assert race.padded(np.array([3.0, 1.0, 2.0]), 5).tolist() == [3, 1, 2, 1, 1]
    assert race.padded(np.array([3.0, 1.0, 2.0]), 2).tolist() == [3, 1]

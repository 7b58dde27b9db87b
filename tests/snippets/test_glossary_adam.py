from functools import partial

import glossary_adam as units
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def some_data(n=40, size=5):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, size)), np.where(rng.random(n) < 0.5, 1.0, -1.0)


def path_of(step, scale=None, gradient_scale=None, *, steps=30):
    x, y = some_data()
    ones = jnp.ones(x.shape[1])
    return np.asarray(
        units.descend(
            step,
            ones if scale is None else scale,
            ones if gradient_scale is None else gradient_scale,
            x,
            y,
            steps=steps,
        )
    )


@pytest.mark.parametrize(
    ("step", "optimizer"),
    [(partial(units.plain, rate=0.1), optax.sgd(0.1)), (partial(units.adam, rate=0.1), optax.adam(0.1))],
)
def test_both_methods_walk_as_optax_s_do(step, optimizer):
    x, y = some_data()
    w = jnp.zeros(5)
    memory = optimizer.init(w)
    walked = [w]
    for _ in range(30):
        change, memory = optimizer.update(jax.grad(units.logistic)(w, x, y), memory)
        w = optax.apply_updates(w, change)
        walked.append(w)
    np.testing.assert_allclose(path_of(step), np.array(walked), rtol=1e-6, atol=1e-9)


def test_without_epsilon_adam_s_path_is_the_same_to_the_last_bit_when_its_gradient_is_rescaled_by_powers_of_two():
    by = 2.0 ** np.array([-9, -3, 0, 4, 12])
    step = partial(units.adam, rate=0.1, epsilon=0.0)
    np.testing.assert_array_equal(path_of(step, gradient_scale=by), path_of(step))


def test_gradient_descent_is_moved_by_what_leaves_adam_alone():
    step = partial(units.plain, rate=0.1)
    assert abs(path_of(step, gradient_scale=2.0 ** np.arange(5)) - path_of(step)).max() > 0.1


def test_a_change_of_units_is_for_gradient_descent_a_rate_for_each_parameter_of_its_square():
    scale = 2.0 ** np.array([-2, -1, 0, 1, 2])
    step = partial(units.plain, rate=0.05)
    np.testing.assert_allclose(path_of(step, scale=scale), path_of(step, gradient_scale=scale**2), rtol=1e-10)


def test_a_change_of_units_is_for_adam_a_rate_for_each_parameter_of_its_first_power():
    scale = 2.0 ** np.array([-2, -1, 0, 1, 2])
    changed = path_of(partial(units.adam, rate=0.05, epsilon=0.0), scale=scale)
    np.testing.assert_allclose(abs(changed[1]), 0.05 * scale, rtol=1e-12)  # Adam's first step has the rate's length


def test_individual_rates_are_those_that_adam_s_memory_gives():
    x, y = some_data()
    path = path_of(partial(units.adam, rate=0.1), steps=7)
    square = np.zeros(5)
    for w in path[:-1]:
        square = 0.999 * square + 0.001 * np.asarray(jax.grad(units.logistic)(w, x, y)) ** 2
    np.testing.assert_allclose(
        units.individual_rates(path, x, y, rate=0.1), 0.1 / np.sqrt(square / (1 - 0.999**7)), rtol=1e-9
    )


def test_the_least_loss_is_where_the_gradient_vanishes_and_no_path_is_below_it():
    x, y = some_data()
    least = units.least_loss(x, y)
    ends = path_of(partial(units.adam, rate=0.03), steps=400)[-1]
    assert 0 <= float(units.logistic(ends, x, y)) - least < 1e-3


def test_scales_are_powers_of_two_within_the_decades_asked_for():
    scale = units.scales(3, size=200, decades=2)
    assert (np.log2(scale) == np.round(np.log2(scale))).all()
    assert 0.05 < scale.min() < 0.2
    assert 5 < scale.max() < 20


def test_steps_to_is_the_first_time_at_or_below_the_target_and_all_steps_where_there_is_none():
    assert units.steps_to([[3.0, 1.0, 2.0, 0.5], [3.0, 3.0, 3.0, 3.0]], 1.0).tolist() == [1, 3]

import diffeq_autograd as timed
import jax
import numpy as np
import pytest

COSTS = {
    "decay": [timed.decay_cost],
    "diffusion": [timed.diffusion_cost_in_loops, timed.diffusion_cost_in_arrays],
}


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("name", COSTS)
def test_all_programs_begin_at_the_cost_that_the_book_prints(name):
    printed = {"decay": "367.01", "diffusion": "41.0551"}
    for cost in COSTS[name]:
        assert f"{cost(*timed.problem(name)):g}" == printed[name]


@pytest.mark.parametrize("name", COSTS)
def test_autograd_takes_the_step_that_jax_takes(name):
    for cost in COSTS[name]:
        assert timed.disagreement(cost, name) < 1e-12


def test_the_cost_in_loops_is_that_in_arrays_at_any_points():
    P, _ = timed.problem("diffusion")
    points = np.random.default_rng(0).random((3, 2))
    in_loops, in_arrays = (cost(P, points) for cost in COSTS["diffusion"])
    assert in_loops == pytest.approx(in_arrays, rel=1e-12)


def test_steps_in_autograd_follow_one_another():
    P, points = timed.problem("decay")
    twice = timed.gradient_descent(timed.decay_cost, P, points, rate=1e-3, steps=2)
    for _ in range(2):
        P = timed.gradient_descent(timed.decay_cost, P, points, rate=1e-3, steps=1)
    for layer, wanted in zip(twice, P, strict=True):
        np.testing.assert_array_equal(layer, wanted)


def test_seconds_are_of_the_processor_and_come_with_the_value():
    seconds, value = timed.cpu_seconds(sum, [1, 2, 3])
    assert value == 6
    assert 0 <= seconds < 1


def test_main_times_each_program_in_each_round():
    seconds = timed.main(rounds=1, decay=3, loops=1, arrays=1)
    assert sorted(seconds) == sorted(
        [
            "decay, Autograd",
            "decay, JAX",
            "decay, compiling",
            "diffusion, Autograd",
            "diffusion, Autograd without loops",
            "diffusion, JAX",
            "diffusion, compiling",
        ]
    )
    assert all(each.shape == (1,) and (each > 0).all() for each in seconds.values())

import activation_cost as cost
import activation_curves as curves
import numpy as np
import pytest

X = np.linspace(-2, 2, 10, dtype=np.float32)


@pytest.mark.parametrize("name", list(cost.ACTIVATIONS))
def test_the_functions_that_are_timed_are_those_that_are_drawn(name):
    np.testing.assert_allclose(cost.ACTIVATIONS[name](X), curves.ACTIVATIONS[name](X), atol=1e-6)


@pytest.mark.parametrize("name", list(cost.ACTIVATIONS))
def test_the_compiled_loop_applies_the_function_that_many_times(name):
    y = X
    for _ in range(3):
        y = curves.ACTIVATIONS[name](1.5 * y - 0.2)
    np.testing.assert_allclose(cost.elementwise(X, name=name, times=3), y, rtol=1e-4, atol=1e-5)


def test_the_compiled_loop_of_layers_applies_weights_and_function():
    rng = np.random.default_rng(0)
    x, weights = cost.samples(rng, 3, 4), cost.samples(rng, 4, 4)
    y = x
    for _ in range(2):
        y = np.tanh((x + 0.01 * y) @ weights)
    np.testing.assert_allclose(cost.layers(x, weights, name="tanh", times=2), y, rtol=1e-3, atol=1e-5)


def test_relu_costs_one_relu_in_every_round():
    alone, inside = cost.main(size=64, times=20, batch=2, widths=(8,), rounds=3)
    assert alone["relu"].tolist() == [1.0] * 3
    assert inside[8]["relu"].tolist() == [1.0] * 3
    assert set(alone) == set(cost.ACTIVATIONS)


def test_a_hundred_times_the_work_takes_longer():
    calls = {
        "relu": lambda: cost.elementwise(X, name="relu", times=2_000),
        "more": lambda: cost.elementwise(np.tile(X, 400), name="tanh", times=2_000),
    }
    assert np.median(cost.relative_cost(calls, rounds=3)["more"]) > 1

"""What scratch_backprop promises: the chain rule, checked from outside."""

import numpy as np
import pytest
import scratch_backprop as scratch


def a_problem(sizes=(5, 4, 3), batch=6, seed=1):
    rng = np.random.default_rng(seed)
    params = scratch.initial(rng, sizes)
    return params, rng.normal(size=(batch, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=batch)]


@pytest.mark.parametrize("sizes", [(5, 3), (5, 4, 3), (5, 4, 6, 3)])
def test_the_chain_rule_gives_the_differences_of_every_parameter(sizes):
    params, x, y = a_problem(sizes)
    gradient = scratch.backward(params, x, y)
    for place in scratch.places(np.random.default_rng(0), params, 15):
        layer, kind, index = place
        slope = scratch.difference(params, x, y, place, 1e-5, central=True)
        np.testing.assert_allclose(gradient[layer][kind][index], slope, atol=1e-9)


def test_the_chain_rule_gives_the_gradient_of_jax():
    params, x, y = a_problem((5, 4, 6, 3))
    ours, theirs = scratch.flat(scratch.backward(params, x, y)), scratch.flat(scratch.jax_gradient(params, x, y))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)  # tests leave JAX in single precision


def test_a_mean_over_a_batch_has_the_mean_of_the_gradients():
    params, x, y = a_problem()
    each = [scratch.flat(scratch.backward(params, x[i : i + 1], y[i : i + 1])) for i in range(len(x))]
    np.testing.assert_allclose(scratch.flat(scratch.backward(params, x, y)), np.mean(each, axis=0))


def test_the_deltas_of_the_last_layer_sum_to_zero_over_the_classes():
    params, x, y = a_problem()
    _, bias = scratch.backward(params, x, y)[-1]
    assert bias.sum() == pytest.approx(0, abs=1e-15)


def test_a_network_without_hidden_layers_has_the_gradient_of_softmax_regression():
    params, x, y = a_problem((5, 3))
    ((weights, bias),) = scratch.backward(params, x, y)
    z = x @ params[0][0]
    error = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - y
    np.testing.assert_allclose(weights, x.T @ error / len(x))
    np.testing.assert_allclose(bias, error.mean(axis=0))


@pytest.mark.parametrize("slip", list(scratch.SLIPS))
def test_every_slip_changes_the_gradient_and_has_its_shapes(slip):
    params, x, y = a_problem((5, 4, 6, 3))
    right, wrong = scratch.backward(params, x, y), scratch.SLIPS[slip](params, x, y)
    assert [each.shape for pair in right for each in pair] == [each.shape for pair in wrong for each in pair]
    assert scratch.distance(scratch.flat(wrong), scratch.flat(right)) > 1e-3


def test_the_logarithm_of_softmax_does_not_overflow():
    np.testing.assert_array_equal(scratch.log_softmax(np.array([[1e4, 0.0]])), [[0.0, -1e4]])

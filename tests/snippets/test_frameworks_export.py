import frameworks_export as ex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export


@pytest.fixture(scope="module")
def network():
    params = ex.initial(np.random.default_rng(0), 8)
    return params, *ex.exported(params)


def softmax_network(params, x):
    (weights1, bias1), (weights2, bias2) = params
    scores = np.maximum(x @ weights1 + bias1, 0) @ weights2 + bias2
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def test_a_new_process_computes_what_numpy_does_from_the_bytes_alone(network):
    params, program, predict = network
    x = np.random.default_rng(1).random((5, 64), dtype=np.float32)
    outputs = ex.elsewhere(program.serialize(), {"a": x, "b": x[:2]})
    np.testing.assert_allclose(outputs["a"], softmax_network(params, x), atol=1e-6)
    assert ex.same_bits(outputs["a"], predict(x)) == ex.same_bits(outputs["b"], predict(x[:2])) == 1


def test_the_stranger_is_told_nothing_of_the_network():
    assert not any(word in ex.STRANGER for word in ("relu", "softmax", "digits", "frameworks"))


@pytest.mark.parametrize("size", [1, 3, 40])
def test_one_program_takes_batches_of_any_size(network, size):
    params, program, _ = network
    x = np.random.default_rng(size).random((size, 64), dtype=np.float32)
    np.testing.assert_allclose(program.call(x), softmax_network(params, x), atol=1e-6)


def test_a_wrong_number_of_pixels_is_refused(network):
    with pytest.raises(ValueError, match="63"):
        network[1].call(jnp.zeros((2, 63), jnp.float32))


def test_a_program_for_another_platform_is_refused(network):
    program, _ = ex.exported(network[0], platforms=("tpu",))
    with pytest.raises(ValueError, match="tpu"):
        program.call(jnp.zeros((2, 64), jnp.float32))


def test_what_was_read_back_has_no_derivative(network):
    program = export.deserialize(network[1].serialize())
    with pytest.raises(ValueError, match="No VJP"):
        jax.grad(lambda x: program.call(x).sum())(jnp.zeros((2, 64), jnp.float32))


def test_bits_that_differ_are_counted():
    assert (
        ex.same_bits(np.float32([1, 2, 3, 4]), np.float32([1, 2, 3, np.nextafter(np.float32(4), np.float32(5))]))
        == 0.75
    )
    assert ex.same_bits(np.float32([0.0]), np.float32([-0.0])) == 0


def test_the_text_holds_two_matrix_products_and_one_exponential(network):
    counts = ex.operations(network[1])
    assert (counts["dot_general"], counts["exponential"], counts["divide"]) == (2, 1, 1)
    lines = ex.excerpt(network[1], ("dot_general",))
    assert len(lines) == 2
    assert "tensor<?x64xf32>, tensor<64x8xf32>" in lines[0]


def test_a_fixed_batch_needs_no_shapes_computed():
    fixed, _ = ex.exported(ex.initial(np.random.default_rng(0), 8), size=4)
    assert not export.is_symbolic_dim(fixed.in_avals[0].shape[0])
    assert ex.operations(fixed)["dynamic_broadcast_in_dim"] == 0

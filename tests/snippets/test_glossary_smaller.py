import glossary_smaller as small
import jax
import numpy as np
import pytest


def a_network(width=6, seed=0):
    return tuple(np.asarray(each, np.float32) for each in small.init(jax.random.key(seed), width))


def scores(params):
    return [abs(each) for each in params[::2]]


def test_removing_nothing_changes_nothing():
    params = a_network()
    for cut in (small.without_links(params, scores(params), 0.0), small.without_nodes(params, np.arange(6), 0.0)):
        for before, after in zip(params, cut, strict=True):
            np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_of_each_layer_the_share_that_is_asked_for_is_zero_and_the_rest_is_larger_and_untouched(share):
    params = a_network()
    cut = small.without_links(params, scores(params), share)
    for before, after in zip(params[::2], cut[::2], strict=True):
        assert np.sum(after == 0) == round(share * after.size)
        np.testing.assert_array_equal(after[after != 0], before[after != 0])
        assert abs(before[after == 0]).max() <= abs(after[after != 0]).min()


def test_small_links_are_the_best_to_remove_if_the_weights_alone_are_to_change_least():
    params = a_network()
    rng = np.random.default_rng(0)
    by_size = small.without_links(params, scores(params), 0.5)
    by_chance = small.without_links(params, [rng.random(each.shape) for each in params[::2]], 0.5)
    for before, size, chance in zip(params[::2], by_size[::2], by_chance[::2], strict=True):
        assert np.linalg.norm(before - size) < np.linalg.norm(before - chance)


def test_removing_a_node_is_removing_all_its_links():
    params = a_network()
    x = np.random.default_rng(0).random((5, 784), dtype=np.float32)
    fewer = small.without_nodes(params, np.array([5, 0, 4, 3, 1, 2]), 1 / 3)  # nodes 1 and 4 have the least scores
    assert fewer[0].shape == (784, 4)
    outgoing = params[2].copy()
    outgoing[[1, 4]] = 0
    expected = small.logits((params[0], params[1], outgoing, params[3]), x)
    np.testing.assert_allclose(small.logits(fewer, x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bits", range(2, 9))
def test_a_quantized_weight_is_at_most_half_a_step_off_and_zero_stays_zero(bits):
    weights = np.append(np.random.default_rng(bits).normal(size=500), 0).astype(np.float32)
    whole, step = small.quantize(weights, bits)
    assert abs(whole).max() == 2 ** (bits - 1) - 1
    assert whole[-1] == 0
    assert abs(whole * step - weights).max() <= step / 2 * (1 + 1e-5)


@pytest.mark.parametrize("bits", range(2, 9))
def test_packed_weights_come_back_as_they_were_in_as_many_bits_as_they_need(bits):
    most = 2 ** (bits - 1) - 1
    whole = np.random.default_rng(0).integers(-most, most + 1, (13, 7)).astype(np.int8)
    packed = small.pack(whole, bits)
    assert packed.nbytes == -(-13 * 7 * bits // 8)
    np.testing.assert_array_equal(small.unpack(packed, bits, (13, 7)), whole)


def test_stored_bytes_are_packed_weights_biases_and_one_step_a_layer():
    params = a_network()
    back, size = small.stored(params, 4)
    assert size == (784 * 6 + 6 * 10) // 2 + 4 * (6 + 10) + 2 * 4
    assert [each.shape for each in back] == [each.shape for each in params]


def test_numpy_s_answers_are_those_of_the_trained_model():
    params = a_network()
    x = np.random.default_rng(0).random((50, 784), dtype=np.float32)
    y = np.asarray(small.logits(params, x)).argmax(axis=1)
    assert small.accuracy(params, x, y) == 1

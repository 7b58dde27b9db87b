"""What hopfield_capacity promises: a memory that settles downhill, noise of a known size, and a known limit."""

import hopfield_capacity as hop
import jax
import jax.numpy as jnp
import numpy as np
import pytest


def stored(load, *, neurons=60, seed=0):
    xi = hop.patterns(jax.random.key(seed), load, slots=load, neurons=neurons)
    return xi, hop.hebb(xi)


def test_one_stored_pattern_and_its_negative_are_fixed_points():
    xi, weights = stored(1)
    for state in (xi, -xi):
        np.testing.assert_array_equal(hop.settle(jax.random.key(1), weights, state), state)


def test_one_stored_pattern_is_found_from_anywhere_closer_to_it_than_to_its_negative():
    xi, weights = stored(1)
    start = xi * jnp.where(jnp.arange(60) < 29, -1, 1)
    np.testing.assert_array_equal(hop.settle(jax.random.key(1), weights, start), xi)


def test_the_energy_never_rises_while_neurons_follow_their_fields_one_at_a_time():
    _, weights = stored(12)
    rng = np.random.default_rng(0)
    state = jnp.asarray(rng.choice([-1.0, 1.0], 60), jnp.float32)
    energies = [float(hop.energy(weights, state))]
    for neuron in rng.permutation(60):
        heard = hop.field(weights, state[None], neuron, zero_one=0.0)[0]
        state = state.at[neuron].set(jnp.where(heard == 0, state[neuron], jnp.sign(heard)))
        energies.append(float(hop.energy(weights, state)))
    assert (np.diff(energies) <= 1e-3).all()
    assert energies[-1] < energies[0]


def test_a_settled_state_is_one_in_which_every_neuron_agrees_with_its_field():
    xi, weights = stored(12)
    final = hop.settle(jax.random.key(1), weights, xi, sweeps=100)
    assert (np.asarray(final @ weights) * final >= 0).all()


def crosstalk(shift, *, load=21, neurons=200, seeds=40):
    """What the other patterns add to the field of every neuron of a stored state, times its sign, over N."""
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    xi = jax.vmap(lambda key: hop.patterns(key, load, slots=load, neurons=neurons))(keys)
    others = jnp.einsum("sqj,spj->spq", xi, xi + shift) * (1 - jnp.eye(load))  # overlaps with every other pattern
    return np.asarray(jnp.einsum("spq,sqi->spi", others, xi) * xi) / neurons


def test_the_other_patterns_are_noise_of_variance_p_less_one_over_n():
    noise = crosstalk(0.0)
    assert noise.mean() == pytest.approx(20 / 200, rel=0.05)  # a neuron is among those that it hears; without it, 0
    assert noise.var() == pytest.approx(20 / 200, rel=0.05)


def test_neurons_of_0_and_1_hear_the_same_signal_in_noise_of_twice_the_variance():
    assert crosstalk(1.0).var() == pytest.approx(2 * crosstalk(0.0).var(), rel=0.1)


def test_nobody_hears_himself_and_weights_are_mutual():
    _, weights = stored(7)
    assert (np.diag(weights) == 0).all()
    np.testing.assert_array_equal(weights, weights.T)


def test_slots_beyond_the_load_store_nothing():
    roomy = hop.patterns(jax.random.key(3), 4, slots=9, neurons=30)
    np.testing.assert_array_equal(hop.hebb(roomy), hop.hebb(roomy[:4]))


def test_the_theory_fails_at_a_load_of_0_138_with_an_overlap_of_0_967():
    loads, overlap = hop.retrieval_branch()
    assert loads[0] == pytest.approx(0.138, abs=0.0005)
    assert overlap[0] == pytest.approx(0.967, abs=0.0005)
    assert loads[-1] < 0.04
    assert overlap[-1] == pytest.approx(1)


def test_a_sure_sign_tells_one_bit_and_a_coin_none():
    np.testing.assert_allclose(hop.bits(np.array([[1.0, 1.0], [0.0, 0.0]])), [1, 0], atol=1e-9)
    np.testing.assert_allclose(hop.bits(np.array([[0.5, np.nan]])), [1 + 0.25 * np.log2(0.25) + 0.75 * np.log2(0.75)])


def test_a_pattern_counts_as_recalled_with_fewer_than_one_wrong_sign_in_twenty():
    one_in_twenty = 1 - 2 * 5 / 100
    assert hop.recalled(np.array([[1, 1 - 2 * 4 / 100, one_in_twenty, np.nan]])) == pytest.approx(2 / 3)


def test_the_load_at_a_share_lies_on_the_line_between_two_measurements():
    assert hop.load_at(0.5, np.array([0.1, 0.2, 0.3]), np.array([1, 0.75, 0.25])) == pytest.approx(0.25)


def test_few_patterns_are_recalled_by_either_kind_of_network_and_many_by_none():
    keys = jax.vmap(jax.random.key)(np.arange(3))
    for zero_one in (0.0, 1.0):
        overlap = hop.overlaps(keys, np.array([2, 60]), zero_one, neurons=100, slots=60, probes=4)
        share = hop.recalled(np.asarray(overlap)).mean(axis=1)
        assert share[0] == 1
        assert share[1] < 0.1
        assert np.isnan(overlap[0, :, 2:]).all()

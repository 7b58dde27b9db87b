import jax
import jax.numpy as jnp
import numpy as np
import pytest
import taxonomy_memory as memory


def parameters(kind, seed=0, **settings):
    start = memory.MODELS[kind][0](np.random.default_rng(seed), **settings)
    return {name: jnp.asarray(leaf, jnp.float32) for name, leaf in start.items()}


def test_the_symbol_stands_as_many_tokens_before_the_end_as_the_delay_says_and_nowhere_else():
    tokens, symbol = memory.sequences(np.random.default_rng(0), 3, (5, 2), 9)
    assert tokens.shape == (5, 2, 9)
    assert (tokens[..., 5] == symbol).all()
    assert (np.delete(tokens, 5, axis=-1) >= memory.SYMBOLS).all()


def test_an_lstm_whose_forget_gate_is_one_and_whose_entry_is_shut_keeps_its_memory():
    params = parameters("lstm", width=3) | {"bias": jnp.repeat(jnp.array([-50.0, 50, 0, 0]), 3)}
    start = jnp.array([[0.3, -2.0, 1.7]])
    carry = jnp.zeros((1, 3)), start
    for token in range(memory.SYMBOLS + memory.NOISE):
        carry = memory.lstm_cell(params, carry, jnp.array([token]))
    np.testing.assert_allclose(carry[1], start, rtol=1e-6)


def test_an_lstm_whose_forget_gate_is_a_half_halves_its_memory_at_each_token():
    params = jax.tree.map(jnp.zeros_like, parameters("lstm", width=2))
    carry = jnp.zeros((1, 2)), jnp.array([[8.0, -4.0]])
    for _ in range(3):
        carry = memory.lstm_cell(params, carry, jnp.array([0]))
    np.testing.assert_allclose(carry[1], [[1.0, -0.5]], rtol=1e-6)


def test_the_recurrent_network_is_its_formula_step_by_step():
    params = parameters("rnn", width=5)
    tokens = np.array([[1, 6, 4, 7]])
    state = np.zeros(5)
    for token in tokens[0]:
        state = np.tanh(params["token"][token] + state @ params["state"] + params["bias"])
    np.testing.assert_allclose(memory.rnn(params, tokens)[0], state @ params["read"], atol=1e-5)


def test_the_state_of_the_recurrent_network_is_turned_and_not_stretched():
    state = memory.rnn_initial(np.random.default_rng(0))["state"]
    np.testing.assert_allclose(state @ state.T, np.eye(len(state)), atol=1e-12)


def test_attention_without_places_does_not_see_the_order_of_what_came_before():
    params = parameters("attention", length=6)
    params["place"] = jnp.zeros_like(params["place"])
    tokens = np.array([[0, 5, 6, 4, 7, 5], [4, 7, 0, 6, 5, 5]])
    scores = memory.attention(params, tokens)
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-5)


def test_attention_of_equal_keys_is_the_mean_of_the_values():
    params = parameters("attention", length=4)
    params["query"] = jnp.zeros_like(params["query"])
    tokens = np.array([[0, 5, 6, 4]])
    mean = (params["token"][tokens[0]] + params["place"]).mean(axis=0)
    np.testing.assert_allclose(memory.attention(params, tokens)[0], mean @ params["value"] @ params["read"], atol=1e-5)


@pytest.mark.parametrize(("kind", "count"), [("rnn", 1440), ("lstm", 1664), ("attention", 1616)])
def test_the_networks_are_of_about_one_size(kind, count):
    assert memory.parameters(kind) == count


def test_training_learns_a_short_delay_from_every_start():
    found = memory.main(delays=(2,), kinds={"attention": {"length": 3}}, rates={"attention": 0.01}, steps=300)
    assert found["attention"].shape == (1, 4)
    assert (found["attention"] > 0.7).all()

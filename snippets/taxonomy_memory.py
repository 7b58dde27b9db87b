"""An LSTM remembers over long delays if its forget gate starts open enough; attention does, whatever the delay.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Taxonomy:
          LSTM "adds memory to handle long-range dependencies", a Transformer "adds attention" for the same
          S. Hochreiter and J. Schmidhuber (1997), Long Short-Term Memory, 10.1162/neco.1997.9.8.1735
Differs   the source measures nothing; ours keep one symbol while noise passes, with about as many weights each; the
          LSTM has the forget gate that Gers et al. (2000) added, its bias at one or at three; rates of 0.001 to 0.03
          were tried on other seeds, and the best over all delays taken for each network
Cost      about 15 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SYMBOLS, NOISE = 4, 4  # four symbols, one of which is to be kept, and four that pass


# %% data
def sequences(rng, delay, size, length):
    """Tokens (*size, length) of noise with one symbol, `delay` tokens before the last, and that symbol, (*size,)."""
    tokens = rng.integers(SYMBOLS, SYMBOLS + NOISE, size=(*size, length), dtype=np.int8)
    symbol = rng.integers(SYMBOLS, size=size, dtype=np.int8)
    tokens[..., length - 1 - delay] = symbol
    return tokens, symbol


# %% model
def normal(rng, *shape):
    """Normal weights whose columns have length one on average."""
    return rng.normal(size=shape) / shape[0] ** 0.5


def rnn_initial(rng, *, width=32):
    """A row of weights for each token, an orthogonal matrix for the state, biases and a read-out."""
    state, _ = np.linalg.qr(rng.normal(size=(width, width)))
    token = rng.normal(size=(SYMBOLS + NOISE, width)) / 2
    return {"token": token, "state": state, "bias": np.zeros(width), "read": normal(rng, width, SYMBOLS)}


def rnn(params, tokens):
    """Scores (n, SYMBOLS) after all tokens: what the network says is fed back to it (Elman 1990)."""

    def cell(state, token):
        return jnp.tanh(params["token"][token] + state @ params["state"] + params["bias"]), None

    start = jnp.zeros((len(tokens), len(params["state"])))
    return jax.lax.scan(cell, start, tokens.T)[0] @ params["read"]


def lstm_initial(rng, *, width=16, forget=1.0):
    """Four times as much as for the recurrent network: gates to enter, to forget and to leave, and what is new."""
    bias = np.repeat([0, forget, 0, 0], width)
    token = rng.normal(size=(SYMBOLS + NOISE, 4 * width)) / 2
    return {"token": token, "state": normal(rng, width, 4 * width), "bias": bias, "read": normal(rng, width, SYMBOLS)}


def lstm_cell(params, carry, token):
    """The next output and memory, (n, width) each: old memory times forget gate plus new times gate to enter."""
    state, memory = carry
    gates = params["token"][token] + state @ params["state"] + params["bias"]
    enter, forget, leave, new = jnp.split(gates, 4, axis=-1)
    memory = jax.nn.sigmoid(forget) * memory + jax.nn.sigmoid(enter) * jnp.tanh(new)
    return jax.nn.sigmoid(leave) * jnp.tanh(memory), memory


def lstm(params, tokens):
    """Scores (n, SYMBOLS) after all tokens."""
    start = (jnp.zeros((len(tokens), len(params["state"]))),) * 2
    (state, _), _ = jax.lax.scan(lambda carry, token: (lstm_cell(params, carry, token), None), start, tokens.T)
    return state @ params["read"]


def attention_initial(rng, *, width=16, length=41):
    """A row for each token and for each place, matrices for query, key and value, and a read-out."""
    rows = {"token": rng.normal(size=(SYMBOLS + NOISE, width)), "place": rng.normal(size=(length, width))}
    matrices = {name: normal(rng, width, width) for name in ("query", "key", "value")}
    return rows | matrices | {"read": normal(rng, width, SYMBOLS)}


def attention(params, tokens):
    """Scores (n, SYMBOLS) of the last place, which looks at all places at once (Vaswani et al. 2017)."""
    x = params["token"][tokens] + params["place"]
    query = x[:, -1] @ params["query"] @ params["key"].T / len(params["query"]) ** 0.5
    weights = jax.nn.softmax(jnp.einsum("nd,nld->nl", query, x))
    return jnp.einsum("nl,nld->nd", weights, x) @ params["value"] @ params["read"]


MODELS = {"rnn": (rnn_initial, rnn), "lstm": (lstm_initial, lstm), "attention": (attention_initial, attention)}


# %% loss
def cross_entropy(forward, params, tokens, symbol):
    """Mean of -log of the probability of the kept symbol; ln 4 for a network that guesses."""
    return optax.softmax_cross_entropy_with_integer_labels(forward(params, tokens), symbol).mean()


# %% train
def train(params, data, test, rate, *, forward):
    """Accuracy on the test sequences after a step of Adam on each of the batches (steps, batch, length)."""
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate))

    def step(state, batch):
        params, moments = state
        updates, moments = optimizer.update(jax.grad(partial(cross_entropy, forward))(params, *batch), moments)
        return (optax.apply_updates(params, updates), moments), None

    (params, _), _ = jax.lax.scan(step, (params, optimizer.init(params)), data)
    return accuracy(forward, params, *test)


@partial(jax.jit, static_argnames="forward")
def train_all(params, data, test, rate, *, forward):
    """The accuracy of each network; all differ in their start, most in their data."""
    return jax.vmap(partial(train, forward=forward), in_axes=(0, 0, 0, None))(params, data, test, rate)


# %% evaluate
def accuracy(forward, params, tokens, symbol):
    """Share of the sequences of which the symbol is named; one quarter for a network that guesses."""
    return jnp.mean(forward(params, tokens).argmax(axis=1) == symbol)


def parameters(name):
    """How many weights and biases a network has."""
    return sum(leaf.size for leaf in MODELS[name][0](np.random.default_rng(0)).values())


# %% main
KINDS = {"rnn": {}, "lstm": {}, "lstm_open": {"forget": 3.0}, "attention": {}}
RATES = {"rnn": 0.01, "lstm": 0.003, "lstm_open": 0.003, "attention": 0.003}


def main(*, delays=(5, 10, 20, 40), kinds=KINDS, rates=RATES, steps=500, batch=32, seeds=range(4)):
    """Accuracies (delays, seeds) of each network; all sequences are as long as the longest delay needs."""
    length, grid = max(delays) + 1, [(delay, seed) for delay in delays for seed in seeds]
    rngs = [np.random.default_rng([seed, delay]) for delay, seed in grid]
    draws = [
        (sequences(rng, delay, (steps, batch), length), sequences(rng, delay, (1000,), length))
        for rng, (delay, _) in zip(rngs, grid, strict=True)
    ]
    data, test = jax.tree.map(lambda *leaves: np.stack(leaves), *draws)
    found = {}
    for kind, settings in kinds.items():
        initial, forward = MODELS[kind.partition("_")[0]]
        starts = [initial(np.random.default_rng([seed, delay, 1]), **settings) for delay, seed in grid]
        params = jax.tree.map(lambda *leaves: np.stack(leaves).astype(np.float32), *starts)
        found[kind] = np.asarray(train_all(params, data, test, rates[kind], forward=forward)).reshape(len(delays), -1)
    return found


# %% result
if __name__ == "__main__":
    measured = main()
    delays = (5, 10, 20, 40)
    results = {
        **{
            f"{name}_{delay}": row.tolist()
            for name, each in measured.items()
            for delay, row in zip(delays, each, strict=True)
        },
        **{f"parameters_{name}": parameters(name) for name in ("rnn", "lstm", "attention")},
    }
    print("accuracy by delay, mean of 4 starts" + "".join(f"{delay:8d}" for delay in delays))
    for name, each in measured.items():
        print(f"{name:34s}" + "".join(f"{value:8.2f}" for value in each.mean(axis=1)))

# %% figure
if __name__ == "__main__":
    labels = {
        "rnn": "recurrent network",
        "lstm": "LSTM, forget bias 1",
        "lstm_open": "LSTM, forget bias 3",
        "attention": "one layer of attention",
    }
    figure, axis = plt.subplots()
    for index, (name, label) in enumerate(labels.items()):
        place = np.arange(len(delays)) + 0.16 * (index - 1.5)
        axis.bar(place, measured[name].mean(axis=1), 0.13, color=f"C{index}", alpha=0.5, label=label)
        axis.plot(place, measured[name], "o", color=f"C{index}", markersize=4)
    axis.axhline(1 / SYMBOLS, color="black", linewidth=1, linestyle=":")
    axis.text(3.42, 1 / SYMBOLS + 0.01, "guessing", ha="right", va="bottom", fontsize=8)
    axis.set_xticks(range(len(delays)), delays)
    axis.set(xlabel="delay in tokens", ylabel="accuracy", ylim=(0, 1.38), yticks=np.arange(0, 1.1, 0.25))
    axis.set_title("An LSTM keeps what its forget gate lets it keep (dots: 4 starts)")
    axis.grid(axis="x", visible=False)
    axis.legend(ncols=2, loc="upper center")
    plt.show()

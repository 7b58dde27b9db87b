"""Which batch is best for a recurrent network depends on what else is held fixed: the epochs, the rate or the steps.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 6: batches of 32, 128 and 256
          K. Cho et al. (2014), arXiv 1406.1078: the gated recurrent unit
          S. Malladi et al. (2022), arXiv 2205.10287: with Adam the rate is to grow as the root of the batch
Differs   the article names no task, network or rate; ours recalls three symbols after a delay, with Adam, whose rate
          was chosen for batches of 32 on other seeds; time is counted in steps and in sequences, not in seconds
Cost      about 12 s of one core
"""

# %% setup
from itertools import product
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SYMBOLS, BLANK, CUE = 16, 16, 17  # sixteen symbols, and two tokens more: nothing, and the sign to recall


# %% data
def recall(rng, *, length, delay, test):
    """All sequences, in random order: inputs (n, 2 length + delay) of symbols, blanks and cues, and their symbols.

    The last `test` of them are held back: inputs and symbols to train on, inputs and symbols to test on.
    """
    symbols = rng.permutation(list(product(range(SYMBOLS), repeat=length)))
    blanks, cues = np.full((len(symbols), delay), BLANK), np.full((len(symbols), length), CUE)
    inputs = np.concatenate([symbols, blanks, cues], axis=1)
    return inputs[:-test], symbols[:-test], inputs[-test:], symbols[-test:]


def shuffled(rng, size, *, batch, epochs):
    """Every row once in each epoch, in a new order, (epochs, size / batch, batch)."""
    return np.stack([rng.permutation(size).reshape(-1, batch) for _ in range(epochs)])


# %% model
def initial(rng, *, width):
    """A gated recurrent unit: a row of weights for each token, weights for the state, and a read-out."""
    return {
        "token": rng.normal(size=(SYMBOLS + 2, 3 * width)).astype(np.float32) / 2,
        "state": rng.normal(size=(width, 3 * width)).astype(np.float32) / np.float32(width**0.5),
        "read": rng.normal(size=(width, SYMBOLS)).astype(np.float32) / np.float32(width**0.5),
    }


def cell(params, state, incoming):
    """The next state (batch, width), from the state and what the token sends in."""
    update_in, reset_in, new_in = jnp.split(incoming, 3, axis=-1)
    update_state, reset_state, new_state = jnp.split(state @ params["state"], 3, axis=-1)
    update, reset = jax.nn.sigmoid(update_in + update_state), jax.nn.sigmoid(reset_in + reset_state)
    return update * state + (1 - update) * jnp.tanh(new_in + reset * new_state)


def logits(params, inputs, length):
    """Scores of the symbols at the last `length` places, (batch, length, SYMBOLS)."""
    start = jnp.zeros((len(inputs), len(params["state"])))
    incoming = params["token"][inputs.T]
    _, states = jax.lax.scan(lambda state, each: (cell(params, state, each),) * 2, start, incoming)
    return states[-length:].swapaxes(0, 1) @ params["read"]


# %% loss
def cross_entropy(params, inputs, symbols):
    """Mean of -log of the probability of the right symbol; ln 16 for a network that guesses."""
    scores = logits(params, inputs, symbols.shape[1])
    return optax.softmax_cross_entropy_with_integer_labels(scores, symbols).mean()


# %% train
def train(state, rate, rows, inputs, symbols, inputs_test, symbols_test):
    """The state after all epochs of `rows`, and the sequence accuracy on the held-back sequences after each."""
    optimizer = optax.adam(rate)

    def step(state, rows):
        params, moments = state
        gradient = jax.grad(cross_entropy)(params, inputs[rows], symbols[rows])
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(params, updates), moments), None

    def epoch(state, rows):
        state, _ = jax.lax.scan(step, state, rows)
        return state, sequence_accuracy(state[0], inputs_test, symbols_test)

    return jax.lax.scan(epoch, state, rows)


@jax.jit
def train_all(state, rate, rows, *data):
    """`train` for each seed of stacked states, rows and data."""
    return jax.lax.map(lambda each: train(each[0], rate, *each[1:]), (state, rows, *data))


# %% evaluate
def sequence_accuracy(params, inputs, symbols):
    """Share of the sequences of which every symbol is recalled."""
    return jnp.mean(jnp.all(logits(params, inputs, symbols.shape[1]).argmax(axis=-1) == symbols, axis=1))


def epochs_until(accuracy, goal):
    """The first epoch that ends at or above the goal, or one more than there are, for each row."""
    reached = np.asarray(accuracy) >= goal
    return np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1]) + 1


# %% main
def stacked(trees):
    """One tree of stacked arrays from a list of trees."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def main(*, batches=(32, 128, 256), epochs=8, rate=0.02, length=3, delay=3, test=256, width=32, seeds=range(5)):
    """Accuracy after each epoch (seeds, ·) by batch size: at a fixed rate up to equal steps, at rate ~ sqrt(batch)."""
    data = stacked([recall(np.random.default_rng([seed, 0]), length=length, delay=delay, test=test) for seed in seeds])
    params = stacked([initial(np.random.default_rng([seed, 1]), width=width) for seed in seeds])
    moments = jax.vmap(optax.adam(rate).init)(params)
    fixed, scaled = {}, {}
    for batch in batches:
        rngs = [np.random.default_rng([seed, 2]) for seed in seeds]
        state, curves = (params, moments), []
        for _ in range(batch // batches[0]):  # as many times the epochs as make the steps equal
            rows = np.stack([shuffled(rng, data[0].shape[1], batch=batch, epochs=epochs) for rng in rngs])
            if not curves:
                scaled[batch] = np.asarray(train_all(state, rate * (batch / batches[0]) ** 0.5, rows, *data)[1])
            state, accuracy = train_all(state, rate, rows, *data)
            curves.append(np.asarray(accuracy))
        fixed[batch] = np.concatenate(curves, axis=1)
    return fixed, scaled


# %% result
if __name__ == "__main__":
    fixed, scaled = main()
    epochs = scaled[32].shape[1]
    by_fixed_rate = {batch: curve[:, epochs - 1] for batch, curve in fixed.items()}
    by_scaled_rate = {batch: curve[:, -1] for batch, curve in scaled.items()}
    by_fixed_steps = {batch: curve[:, -1] for batch, curve in fixed.items()}
    arms = {"fixed_rate": by_fixed_rate, "scaled_rate": by_scaled_rate, "fixed_steps": by_fixed_steps}
    until = {
        arm: {b: epochs_until(c, 0.93) for b, c in curves.items()}
        for arm, curves in (("fixed_rate", fixed), ("scaled_rate", scaled))
    }
    results = {
        **{f"accuracy_{arm}_{b}": each.tolist() for arm, of in arms.items() for b, each in of.items()},
        **{f"gain_{arm}": (of[256] - of[32]).tolist() for arm, of in arms.items()},
        **{f"epochs_ratio_{arm}": (of[256] / of[32]).tolist() for arm, of in until.items()},
        **{f"steps_ratio_{arm}": (of[256] / of[32] / 8).tolist() for arm, of in until.items()},
        "higher_scaled_rate": float(np.mean(by_scaled_rate[256] > by_scaled_rate[32])),
        "never_reached_fixed_rate": float(np.mean(until["fixed_rate"][256] > fixed[256].shape[1])),
        "never_reached_scaled_rate": float(np.mean(until["scaled_rate"][256] > epochs)),
    }
    print(f"sequence accuracy on 256 sequences held back, mean of {len(by_fixed_rate[32])} seeds")
    print(f"{'batch':>12s}" + "".join(f"{batch:>8d}" for batch in fixed))
    for arm, of in arms.items():
        print(f"{arm.replace('_', ' '):>12s}" + "".join(f"{each.mean():8.3f}" for each in of.values()))
    for arm, of in until.items():
        print(f"epochs until 0.93, {arm.replace('_', ' ')}: " + ", ".join(f"{b}: {n.tolist()}" for b, n in of.items()))

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    styles = {
        "fixed_rate": ("o-", "8 epochs, fixed rate"),
        "scaled_rate": ("s--", "8 epochs, rate ~ √batch"),
        "fixed_steps": ("D:", "as many steps as batch 32 takes in 8 epochs"),
    }
    for color, (arm, of) in enumerate(arms.items()):
        style, label = styles[arm]
        axis.plot(range(3), [each.mean() for each in of.values()], style, color=f"C{color}", label=label)
        for place, each in enumerate(of.values()):
            axis.plot(np.full(len(each), place + 0.03 * (color - 1)), each, ".", color=f"C{color}", alpha=0.5)
    axis.plot(range(3), [0.93, 0.95, 0.96], "k_", markersize=26, label="printed in the article")
    axis.set_xticks(range(3), [f"{batch}" for batch in fixed])
    axis.set(xlabel="sequences in a batch", ylabel="sequence accuracy (dots: seeds)", ylim=(0, 1.05), xlim=(-0.3, 2.3))
    axis.set_title("Larger batches recall worse at a fixed rate, as well at equal steps")
    axis.legend(loc="lower left")
    plt.show()

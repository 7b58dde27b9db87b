"""How long early stopping should wait: longer costs steps, and restores nearly the same.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 10: patience of 5, 10 and 15
          L. Prechelt (1998), Neural Networks 11, 761-767: slower stopping buys little for much time
Differs   the article names no task, network or unit of patience; ours predicts the next letter of Python's own help
          texts, trains with Adam on few of them, and counts evaluations, one in 25 or in 5 steps; time is steps
Cost      about 17 s of one core
"""

# %% setup
from functools import partial
from pathlib import Path
from pydoc_data import topics

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))

LETTERS = " abcdefghijklmnopqrstuvwxyz.,()_"


# %% data
def letters(text):
    """Numbers of the letters of a text in lower case; runs of anything not among LETTERS become one space."""
    known = "".join(letter if letter in LETTERS else " " for letter in text.lower())
    return np.array([LETTERS.index(letter) for letter in " ".join(known.split())], np.int32)


def windows(numbers, length):
    """The text cut into pieces (n, length + 1); each begins with the last letter of the one before."""
    return np.stack([numbers[start : start + length + 1] for start in range(0, len(numbers) - length, length)])


def texts(seed, *, train, validate, test, length):
    """Pieces of three neighbouring stretches of the help texts, another place for each seed."""
    numbers = letters("\\n".join(topics.topics[name] for name in sorted(topics.topics)))
    sizes = np.array([train, validate, test]) * length + 1
    start = seed * sizes.sum()
    parts = np.split(numbers[start : start + sizes.sum()], np.cumsum(sizes)[:-1])
    return [windows(part, length) for part in parts]


# %% model
def initial(rng, *, width):
    """A gated recurrent unit: a row of weights for each letter, weights for the state, and a read-out."""
    count = len(LETTERS)
    return {
        "token": rng.normal(size=(count, 3 * width)).astype(np.float32) / 2,
        "state": rng.normal(size=(width, 3 * width)).astype(np.float32) / np.float32(width**0.5),
        "read": rng.normal(size=(width, count)).astype(np.float32) / np.float32(width**0.5),
        "bias": np.zeros(count, np.float32),
    }


def cell(params, state, incoming):
    """The next state (batch, width), from the state and what the letter sends in."""
    update_in, reset_in, new_in = jnp.split(incoming, 3, axis=-1)
    update_state, reset_state, new_state = jnp.split(state @ params["state"], 3, axis=-1)
    update, reset = jax.nn.sigmoid(update_in + update_state), jax.nn.sigmoid(reset_in + reset_state)
    return update * state + (1 - update) * jnp.tanh(new_in + reset * new_state)


def logits(params, pieces):
    """Scores of the next letter after each letter but the last, (batch, length, letters)."""
    start = jnp.zeros((len(pieces), len(params["state"])))
    incoming = params["token"][pieces[:, :-1].T]
    _, states = jax.lax.scan(lambda state, each: (cell(params, state, each),) * 2, start, incoming)
    return states.swapaxes(0, 1) @ params["read"] + params["bias"]


# %% loss
def cross_entropy(params, pieces):
    """Mean of -log of the probability of the next letter."""
    return optax.softmax_cross_entropy_with_integer_labels(logits(params, pieces), pieces[:, 1:]).mean()


# %% train
def train(key, params, rate, pieces, validation, test, *, evaluations, every, batch):
    """Validation loss, test loss and test accuracy after every `every` steps, three arrays (evaluations,)."""
    optimizer = optax.adam(rate)

    def step(state, rows):
        params, moments = state
        gradient = jax.grad(cross_entropy)(params, pieces[rows])
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(params, updates), moments), None

    def evaluation(state, key):
        rows = jax.random.randint(key, (every, batch), 0, len(pieces))
        state, _ = jax.lax.scan(step, state, rows)
        losses = cross_entropy(state[0], validation), cross_entropy(state[0], test)
        return state, (*losses, accuracy(state[0], test))

    return jax.lax.scan(evaluation, (params, optimizer.init(params)), jax.random.split(key, evaluations))[1]


# %% evaluate
def accuracy(params, pieces):
    """Share of the letters that are predicted."""
    return jnp.mean(logits(params, pieces).argmax(axis=-1) == pieces[:, 1:])


def early_stop(losses, patience):
    """The evaluation (from 0) at which training stops, and the best one up to then, whose parameters are restored."""
    best = 0
    for now, loss in enumerate(losses):
        if loss < losses[best]:
            best = now
        if now - best == patience:
            return now, best
    return len(losses) - 1, best


# %% main
def main(
    *,
    evaluations=160,
    every=5,
    batch=16,
    rate=0.005,
    train_size=400,
    validate=64,
    test=128,
    length=32,
    width=64,
    seeds=6,
):
    """Validation loss, test loss and test accuracy, each (seeds, evaluations), of training that is never stopped."""
    sizes = {"train": train_size, "validate": validate, "test": test, "length": length}
    data = [texts(seed, **sizes) for seed in range(seeds)]
    params = [initial(np.random.default_rng(seed), width=width) for seed in range(seeds)]
    params = jax.tree.map(lambda *leaves: np.stack(leaves), *params)
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    fit = partial(train, evaluations=evaluations, every=every, batch=batch)

    @jax.jit
    def over_seeds(keys, params, *data):
        return jax.lax.map(lambda each: fit(each[0], each[1], rate, *each[2:]), (keys, params, *data))

    return tuple(np.asarray(each) for each in over_seeds(keys, params, *map(np.stack, zip(*data, strict=True))))


# %% result
if __name__ == "__main__":
    validation, test_loss, test_accuracy = main()
    seeds, patiences, steps_each = range(len(validation)), (5, 10, 15), (5, 25)
    stops = {
        (steps, patience): [early_stop(losses[steps // 5 - 1 :: steps // 5], patience) for losses in validation]
        for steps in steps_each
        for patience in patiences
    }
    stopped = {key: np.array([key[0] * (stop + 1) for stop, _ in each]) for key, each in stops.items()}
    best = {key: [key[0] * (place + 1) // 5 - 1 for _, place in each] for key, each in stops.items()}
    restored = {key: test_accuracy[seeds, places] for key, places in best.items()}
    results = {
        **{f"steps_{patience}_every_{steps}": each.tolist() for (steps, patience), each in stopped.items()},
        **{f"accuracy_{patience}_every_{steps}": each.tolist() for (steps, patience), each in restored.items()},
        **{f"steps_ratio_every_{steps}": (stopped[steps, 15] / stopped[steps, 5]).tolist() for steps in steps_each},
        **{f"gain_every_{steps}": (restored[steps, 15] - restored[steps, 5]).tolist() for steps in steps_each},
        "accuracy_never_stopped": test_accuracy[:, -1].tolist(),
        "loss_never_stopped": test_loss[:, -1].tolist(),
        "loss_15_every_25": test_loss[seeds, best[25, 15]].tolist(),
        "loss_saved_by_stopping": (test_loss[:, -1] - test_loss[seeds, best[25, 15]]).tolist(),
        "accuracy_gained_by_stopping": (restored[25, 15] - test_accuracy[:, -1]).tolist(),
    }
    print("patience in evaluations   steps   accuracy restored")
    for (steps, patience), each in restored.items():
        print(f"{patience:3d}, one in {steps:2d} steps {stopped[steps, patience].mean():13.0f} {each.mean():12.3f}")
    print(f"never stopped {800:20d} {test_accuracy[:, -1].mean():12.3f}")

# %% figure
if __name__ == "__main__":
    steps = 5 * np.arange(1, 161)
    figure, axes = plt.subplots(1, 2)
    for axis, each, label in zip(
        axes, (validation, test_accuracy), ("validation loss (nats)", "test accuracy"), strict=True
    ):
        axis.plot(steps, each.T, color="C0", alpha=0.25, linewidth=0.8)
        axis.plot(steps, each.mean(axis=0), color="C0")
        axis.set(xlabel="step", ylabel=label)
    axes[0].set_ylim(1.8, 3)
    axes[1].set_ylim(0.2, 0.5)
    for color, patience in enumerate(patiences, start=1):
        for axis, each in zip(axes, (validation, test_accuracy), strict=True):
            stop, place = stopped[25, patience].mean(), int(np.mean(best[25, patience]))
            axis.plot(
                stop,
                each[:, int(stop // 5) - 1].mean(),
                "os^"[color - 1],
                color=f"C{color}",
                label=f"patience {patience}",
            )
            axis.plot(5 * (place + 1), each[:, place].mean(), "k*", markersize=9)
    axes[0].legend(loc="upper left")
    axes[1].annotate(
        "restored",
        (5 * (place + 1), test_accuracy[:, place].mean()),
        (480, 0.34),
        arrowprops={"arrowstyle": "-", "shrinkB": 6},
    )
    figure.suptitle("Patience moves the stop, not what is restored", x=0.01, ha="left", fontsize=11)
    plt.show()

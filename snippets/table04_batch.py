"""Whether a larger batch is more accurate depends on what is held fixed: the rate, the choice of it, or the steps.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 4: batches of 16, 64 and 128
          P. Goyal et al. (2017), arXiv 1706.02677: the rate in proportion to the batch
Differs   the article names no images, network, rate or number of epochs; ours is a small convolutional network on the
          8x8 digits of scikit-learn, with plain SGD; a convolution is the matrix product of patches and filters; time
          is another matter (table04_time.py)
Cost      about 13 s of one core
"""

# %% setup
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def split(rng, *, train=1024, validation=380):
    """3x3 patches of images (n, 36, 9) in [0, 1] and labels in three parts: training, validation, test (393)."""
    x, y = load_digits(return_X_y=True)
    rows = rng.permutation(len(x))
    x, y = (x[rows] / 16).astype(np.float32).reshape(-1, 8, 8), y[rows].astype(np.int32)
    x = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2)).reshape(-1, 36, 9)
    ends = [train, train + validation]
    return tuple(zip(np.split(x, ends), np.split(y, ends), strict=True))


def order(rng, *, size, batch, epochs):
    """Rows of every step, (epochs, steps, batch): each epoch all of the data once, in a new order."""
    return np.stack([rng.permutation(size).reshape(-1, batch) for _ in range(epochs)])


# %% model
def initial(rng, *, filters=(8, 16)):
    """Weights and biases of 3x3 filters, 2x2 filters and the read-out (He et al. 2015)."""
    shapes = (9, filters[0]), (4 * filters[0], filters[1]), (9 * filters[1], 10)
    return [
        (rng.normal(size=shape, scale=(2 / shape[0]) ** 0.5).astype(np.float32), np.zeros(shape[1], np.float32))
        for shape in shapes
    ]


def forward(params, patches):
    """The logits of the ten digits, (n, 10); the images shrink to 6 x 6 and 3 x 3."""
    (filters1, bias1), (filters2, bias2), (weights, bias) = params
    x = jax.nn.relu(patches @ filters1 + bias1)
    squares = x.reshape(-1, 3, 2, 3, 2, x.shape[-1]).swapaxes(2, 3).reshape(len(x), 9, -1)
    x = jax.nn.relu(squares @ filters2 + bias2)
    return x.reshape(len(x), -1) @ weights + bias


# %% loss
def cross_entropy(params, x, y):
    """Mean of -log of the probability of the right digit."""
    return -jnp.mean(jax.nn.log_softmax(forward(params, x))[jnp.arange(len(y)), y])


# %% train
def train(params, rows, rate, data):
    """Validation and test accuracy after each epoch, (epochs, 2)."""
    (x, y), *unseen = data

    def step(params, rows):
        gradient = jax.grad(cross_entropy)(params, x[rows], y[rows])
        return jax.tree.map(lambda parameter, slope: parameter - rate * slope, params, gradient), None

    def epoch(params, rows):
        params, _ = jax.lax.scan(step, params, rows)
        return params, jnp.stack([accuracy(params, *part) for part in unseen])

    return jax.lax.scan(epoch, params, rows)[1]


@jax.jit
def train_all(params, rows, rates, data):
    """Accuracies (rates, seeds, epochs, 2)."""
    over_seeds = jax.vmap(train, in_axes=(0, 0, None, 0))
    return jax.vmap(over_seeds, in_axes=(None, None, 0, None))(params, rows, rates, data)


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    return jnp.mean(forward(params, x).argmax(axis=1) == y)


def passes_until(accuracies, goal):
    """Passes until the accuracy is first at or above the goal, along the last axis; if never, one too many."""
    reached = accuracies >= goal
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1), reached.shape[-1]) + 1


# %% main
def stack(trees):
    """One tree of arrays out of many, with the seeds as the first axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def main(*, batches=(16, 64, 128), epochs=12, rates=(0.1, 0.2, 0.4, 0.8), fixed=0.1, seeds=8):
    """By batch, accuracies (rates, seeds, epochs, 2), and (seeds, ·, 2) at the fixed rate up to equal steps."""
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    data, params = stack(split(rng) for rng in rngs), stack(initial(rng) for rng in rngs)
    by_rate, longer = {}, {}
    for batch in batches:
        more = batch // batches[0]
        rows = stack(order(rng, size=1024, batch=batch, epochs=more * epochs) for rng in rngs)
        by_rate[batch] = np.asarray(train_all(params, rows[:, :epochs], np.array(rates), data))
        longer[batch] = np.asarray(train_all(params, rows, np.array([fixed]), data))[0]
    return by_rate, longer


# %% result
if __name__ == "__main__":
    rates = (0.1, 0.2, 0.4, 0.8)
    by_rate, longer = main(rates=rates)
    tuned = {batch: int(each[:, :, -1, 0].mean(axis=1).argmax()) for batch, each in by_rate.items()}
    test = {batch: each[:, :, -1, 1] for batch, each in by_rate.items()}
    accuracies = {
        "fixed_rate": {batch: each[0] for batch, each in test.items()},
        "proportional": {16: test[16][0], 64: test[64][2], 128: test[128][3]},
        "tuned": {batch: each[tuned[batch]] for batch, each in test.items()},
        "fixed_steps": {batch: each[:, -1, 1] for batch, each in longer.items()},
    }
    passes = {batch: passes_until(each[..., 1], 0.95) for batch, each in longer.items()}
    results = {
        **{f"{way}_{batch}": row[batch].tolist() for way, row in accuracies.items() for batch in row},
        **{f"gain_{way}": (row[128] - row[16]).tolist() for way, row in accuracies.items()},
        **{f"passes_{batch}": each.tolist() for batch, each in passes.items()},
        "passes_ratio": (passes[128] / passes[16]).tolist(),
    }
    print(f"{'test accuracy with batches of':30s} {'16':>6s} {'64':>6s} {'128':>6s}")
    for way, row in accuracies.items():
        print(f"{way:30s} " + " ".join(f"{each.mean():6.3f}" for each in row.values()))
    print("passes until 95 % at rate 0.1: " + ", ".join(f"{each.mean():.0f}" for each in passes.values()))
    print("tuned rates: " + ", ".join(f"{rates[place]:g} for {batch}" for batch, place in tuned.items()))

# %% figure
if __name__ == "__main__":
    styles = {16: "-", 64: "--", 128: "-."}
    figure, axes = plt.subplots(1, 2, sharey=True)
    for color, batch in enumerate(by_rate):
        each = test[batch]
        axes[0].fill_between(rates, each.min(axis=1), each.max(axis=1), color=f"C{color}", alpha=0.15, linewidth=0)
        axes[0].plot(rates, each.mean(axis=1), f"o{styles[batch]}", color=f"C{color}", label=f"batches of {batch}")
        curve = longer[batch][..., 1].mean(axis=0)
        axes[1].plot(1024 // batch * np.arange(1, len(curve) + 1), curve, styles[batch], color=f"C{color}")
    axes[0].set(xscale="log", xlabel="rate (12 passes over the data)", ylim=(0.8, 1))
    axes[0].set_ylabel("test accuracy (mean; shade: range of 8 seeds)")
    axes[0].set_xticks(rates, rates)
    axes[0].minorticks_off()
    axes[0].legend(loc="lower center")
    axes[1].set(xlabel="gradient steps (rate 0.1)", xlim=(0, None))
    axes[0].set_title("Equal passes: the smallest batch leads")
    axes[1].set_title("Equal steps: none leads")
    plt.show()

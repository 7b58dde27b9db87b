"""Take a training recipe apart, one ingredient at a time and from nothing upwards, with every variant's rate tuned.

Source    M. Hutson (2018), "Has artificial intelligence become alchemy?", doi 10.1126/science.360.6388.478, and the
          ablation studies that A. Rahimi asks for in it
Differs   ours throughout: a small network on the digits of scikit-learn, with 400 of them to learn from
Cost      about 12 s on 2 CPU cores
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import t as student
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
INGREDIENTS = ("dropout", "weight decay", "input noise", "rate decay", "label smoothing")
STRENGTHS = np.array([0.2, 0.01, 0.3, 1.0, 0.1], np.float32)  # settled before the first run
RATES = np.array([0.003, 0.01, 0.03, 0.1], np.float32)
DEFAULT_RATE = 0.001  # of Adam in optax, PyTorch and Keras


def variants():
    """Names and strengths (variants, ingredients): nothing, each ingredient alone, all but each one, and all."""
    one = np.eye(len(INGREDIENTS), dtype=np.float32)
    names = [
        "nothing",
        *(f"only {each}" for each in INGREDIENTS),
        *(f"no {each}" for each in INGREDIENTS),
        "everything",
    ]
    return names, np.concatenate([0 * one[:1], one, 1 - one, 0 * one[:1] + 1]) * STRENGTHS


def splits(seeds, *, train=400, validation=400):
    """Digits in three parts, shuffled anew for every seed: [(points, labels), …], each (seeds, size, …)."""
    digits = load_digits()
    points, labels = (digits.data / 16).astype(np.float32), digits.target
    order = np.array([np.random.default_rng(seed).permutation(len(points)) for seed in seeds])
    parts = np.split(order, [train, train + validation], axis=1)
    return [(points[part], labels[part]) for part in parts]


# %% model
def initial(key, *, hidden):
    """He's weights, biases zero."""
    first, second = jax.random.split(key)
    return {
        "weights1": jax.random.normal(first, (64, hidden)) * jnp.sqrt(2 / 64),
        "bias1": jnp.zeros(hidden),
        "weights2": jax.random.normal(second, (hidden, 10)) * jnp.sqrt(2 / hidden),
        "bias2": jnp.zeros(10),
    }


def forward(params, points, keep=1.0):
    """Log-probabilities, (n, 10); `keep` multiplies the hidden units."""
    hidden = jax.nn.relu(points @ params["weights1"] + params["bias1"]) * keep
    return jax.nn.log_softmax(hidden @ params["weights2"] + params["bias2"])


# %% loss
def cross_entropy(params, points, labels, smoothing, keep=1.0):
    """Cross-entropy with a share of each label spread evenly over all ten classes."""
    targets = (1 - smoothing) * jax.nn.one_hot(labels, 10) + smoothing / 10
    return -jnp.mean(jnp.sum(targets * forward(params, points, keep), axis=1))


# %% train
def train(key, points, labels, strengths, rate, *, epochs, batch, hidden):
    """One network, by Adam; all randomness comes from the key, so that variants with one key share it."""
    dropout, decay, noise, schedule, smoothing = strengths
    start, shuffle = jax.random.split(key)
    params = initial(start, hidden=hidden)
    zeros = jax.tree.map(jnp.zeros_like, params)
    batches = len(points) // batch
    steps = epochs * batches

    def step(carry, inputs):
        params, mean, square = carry
        count, index, key = inputs
        for_noise, for_dropout = jax.random.split(key)
        noisy = points[index] + noise * jax.random.normal(for_noise, (batch, 64))
        keep = (jax.random.uniform(for_dropout, (batch, hidden)) >= dropout) / (1 - dropout)
        gradient = jax.grad(cross_entropy)(params, noisy, labels[index], smoothing, keep)
        now = rate * (1 - schedule + schedule * (1 + jnp.cos(jnp.pi * count / steps)) / 2)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g**2, square, gradient)

        def update(parameter, m, s):
            m, s = m / (1 - 0.9 ** (count + 1)), s / (1 - 0.999 ** (count + 1))
            return parameter - now * (m / (jnp.sqrt(s) + 1e-8) + decay * parameter)

        return (jax.tree.map(update, params, mean, square), mean, square), None

    orders = jax.vmap(lambda key: jax.random.permutation(key, len(points)))(jax.random.split(shuffle, epochs))
    inputs = jnp.arange(steps), orders.reshape(steps, batch), jax.random.split(jax.random.fold_in(key, 1), steps)
    return jax.lax.scan(step, (params, zeros, zeros), inputs)[0][0]


# %% evaluate
@partial(jax.jit, static_argnames=("epochs", "batch", "hidden"))
def accuracies(keys, training, held_out, strengths, rates, *, epochs, batch, hidden):
    """Accuracy on the held-out digits, (variants, seeds), of networks with a rate for each variant."""

    def one(key, points, labels, test_points, test_labels):
        def variant(strengths, rate):
            params = train(key, points, labels, strengths, rate, epochs=epochs, batch=batch, hidden=hidden)
            return jnp.mean(jnp.argmax(forward(params, test_points), axis=1) == test_labels)

        return jax.vmap(variant)(strengths, rates)

    return jax.lax.map(lambda each: one(*each), (keys, *training, *held_out)).T


def interval(differences):
    """Mean and half of the 95 % interval of paired differences."""
    return differences.mean(), student.ppf(0.975, len(differences) - 1) * differences.std(ddof=1) / len(
        differences
    ) ** 0.5


# %% main
def main(*, epochs=64, batch=50, hidden=64, tuning_seeds=10, seeds=20):
    """Rates, validation accuracies at them (variants, rates), test accuracies (variants + 2, seeds).

    The last two rows are nothing, at the rate that nobody chose, and everything, tuned on half of the tuning seeds.
    """
    shape = {"epochs": epochs, "batch": batch, "hidden": hidden}
    _, strengths = variants()
    apart = np.arange(1000, 1000 + tuning_seeds)
    training, validation, _ = splits(apart)
    keys = jax.vmap(jax.random.key)(apart)
    every = np.repeat(strengths, len(RATES), axis=0), np.tile(RATES, len(strengths))
    tuning = np.asarray(accuracies(keys, training, validation, *every, **shape))
    tuning = tuning.reshape(len(strengths), len(RATES), tuning_seeds)
    hasty = RATES[tuning[-1, :, : tuning_seeds // 2].mean(axis=1).argmax()]
    tuning = tuning.mean(axis=2)
    rates = RATES[tuning.argmax(axis=1)]
    training, _, test = splits(np.arange(seeds))
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    strengths = np.concatenate([strengths, strengths[[0, -1]]])
    rates = np.concatenate([rates, np.array([DEFAULT_RATE, hasty], np.float32)])
    return rates, tuning, np.asarray(accuracies(keys, training, test, strengths, rates, **shape), float)


# %% result
if __name__ == "__main__":
    names, _ = variants()
    rates, tuning, accuracy = main()
    nothing, everything, untuned, hasty = accuracy[[0, -3, -2, -1]]
    short = [each.replace(" ", "_") for each in INGREDIENTS]
    added, removed = accuracy[1:6] - nothing, accuracy[6:11] - everything
    gain = everything - nothing
    single = 1 + int(tuning[1:6].max(axis=1).argmax())  # chosen on the validation digits
    results = {
        "accuracy_nothing": nothing.tolist(),
        "accuracy_untuned": untuned.tolist(),
        "accuracy_everything": everything.tolist(),
        "accuracy_single": accuracy[single].tolist(),
        "gain": gain.tolist(),
        "gain_better": float(np.mean(gain > 0)),
        **{f"added_{name}": each.tolist() for name, each in zip(short, added, strict=True)},
        **{f"removed_{name}": each.tolist() for name, each in zip(short, removed, strict=True)},
        "removed_dropout_better": float(np.mean(removed[0] > 0)),
        "single_no_worse": float(np.mean(accuracy[single] >= everything)),
        "removal_explains": float(-removed.sum(axis=0).mean() / gain.mean()),
        "addition_explains": float(added.sum(axis=0).mean() / gain.mean()),
        "tuning_explains": float((nothing - untuned).mean() / (everything - untuned).mean()),
        "tuning_gain": (nothing - untuned).tolist(),
        "lost_by_haste": (everything - hasty).tolist(),
        "idle": float(sum(np.subtract(*interval(-each)) <= 0 for each in removed)),
    }
    print(f"{'variant':22s}{'rate':>7s}{'accuracy':>10s}{'to nothing, pp':>18s}{'to everything, pp':>20s}")
    for name, rate, each in zip([*names, "nothing, untuned", "everything, hasty"], rates, accuracy, strict=True):
        row = f"{name:22s}{rate:7.3f}{each.mean():10.4f}"
        for base, columns in ((nothing, 11), (everything, 13)):
            mean, half = interval(100 * (each - base))
            row += f"{mean:+{columns}.2f} ± {half:.2f}"
        print(row)
    print("best single ingredient on the validation digits:", names[single])

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for axis, differences, color, title in (
        (axes[0], added, "C0", "alone, against nothing"),
        (axes[1], removed, "C1", "left out, against everything"),
    ):
        for place, each in enumerate(differences[::-1]):
            mean, half = interval(100 * each)
            axis.plot(100 * each, np.full(len(each), place), "|", color=color, alpha=0.4, markersize=9)
            axis.errorbar(mean, place, xerr=half, fmt="o", color=color, capsize=4)
        axis.axvline(0, color="black", linewidth=1)
        axis.set(title=title, xlabel="test accuracy, percentage points", ylim=(-0.5, 4.5))
    axes[0].set_yticks(range(5), labels=[each.replace(" ", "\n") for each in INGREDIENTS[::-1]])
    figure.suptitle(
        "What an ingredient does depends on the others (20 seeds, mean with 95 % interval)",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

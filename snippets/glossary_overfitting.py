"""A network that learns 100 digits by heart, and what early stopping, dropout and penalties on its weights change.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Training:
          early stopping, dropout, "L2 for weight norm, L1 for weight sparsity"
          N. Srivastava et al. (2014), Dropout, JMLR 15
          I. Daubechies et al. (2004), An iterative thresholding algorithm for linear inverse problems with a sparsity
          constraint, Communications on Pure and Applied Mathematics 57 (the proximal step)
Differs   the source names no problem; ours is a network 64-64-10 on scikit-learn's digits, full-batch gradient descent;
          each strength is, of three or four, the one of least cross-entropy on validation digits of six other seeds
Cost      about 8 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def digits(seeds, *, examples, validation, test, wrong):
    """Pixels and labels to train on, validate on and test on, (seeds, n, ...); a share of the first two is redrawn."""
    x, y = load_digits(return_X_y=True)
    x, y = (x / 16).astype(np.float32), y.astype(np.int32)
    sets = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(x))[: examples + validation + test]
        redrawn = np.where(rng.random(len(x)) < wrong, rng.integers(0, 10, len(x)), y).astype(np.int32)
        parts = np.split(order, [examples, examples + validation])
        sets.append([(x[part], labels[part]) for part, labels in zip(parts, (redrawn, redrawn, y), strict=True)])
    return jax.tree.map(lambda *each: np.stack(each), *sets)


# %% model
def initial(key, *, width):
    """Weights and biases of the network 64-width-10 as He et al. (2015) draw them."""
    key1, key2 = jax.random.split(key)
    return {
        "weights1": jax.random.normal(key1, (64, width)) * (2 / 64) ** 0.5,
        "bias1": jnp.zeros(width),
        "weights2": jax.random.normal(key2, (width, 10)) * (2 / width) ** 0.5,
        "bias2": jnp.zeros(10),
    }


def logits(params, x, kept=1.0):
    """(n, 64) pixels to (n, 10) logits; kept multiplies the hidden units."""
    hidden = jax.nn.relu(x @ params["weights1"] + params["bias1"]) * kept
    return hidden @ params["weights2"] + params["bias2"]


# %% loss
def cross_entropy(params, x, y, kept=1.0):
    """The mean of -log of the probability of the right digit."""
    return -jnp.mean(jax.nn.log_softmax(logits(params, x, kept))[jnp.arange(len(y)), y])


def penalised(params, x, y, kept, l2, l1):
    """Cross-entropy plus the penalties on the weights, not on the biases."""
    weights = jnp.concatenate([params["weights1"].ravel(), params["weights2"].ravel()])
    return cross_entropy(params, x, y, kept) + l2 / 2 * jnp.sum(weights**2) + l1 * jnp.sum(abs(weights))


# %% train
def soft_threshold(weights, threshold):
    """The proximal step of the L1 penalty: every weight moves by the threshold to zero, and stops there."""
    return jnp.sign(weights) * jnp.maximum(abs(weights) - threshold, 0)


def kept_units(key, shape, drop):
    """Zero with the chance drop, else 1 / (1 - drop), so that the mean stays one."""
    return jnp.where(jax.random.bernoulli(key, 1 - drop, shape), 1 / (1 - drop), 0.0)


@partial(jax.jit, static_argnames=("rate", "steps", "every", "width"))
def train(recipe, keys, data, *, rate, steps, every, width):
    """Final parameters, and the curve of cross-entropies and accuracies on the three sets, for each recipe and seed."""

    def one(recipe, key, sets):
        drop, l2, l1, proximal = recipe
        (x, y), key_init = sets[0], jax.random.fold_in(key, steps)

        def step(params, key):
            kept = kept_units(key, (len(x), width), drop)
            slope = jax.grad(penalised)(params, x, y, kept, l2, l1)
            params = jax.tree.map(lambda parameter, slope: parameter - rate * slope, params, slope)
            thresholded = {
                name: soft_threshold(each, rate * proximal) if "weights" in name else each
                for name, each in params.items()
            }
            return thresholded, None

        def block(params, keys):
            measured = jnp.array([[cross_entropy(params, *each), accuracy(params, *each)] for each in sets])
            return jax.lax.scan(step, params, keys)[0], measured

        keys = jax.random.split(key, steps).reshape(steps // every, every)
        return jax.lax.scan(block, initial(key_init, width=width), keys)

    return jax.vmap(jax.vmap(one, in_axes=(None, 0, 0)), in_axes=(0, None, None))(recipe, keys, data)


# %% evaluate
def accuracy(params, x, y):
    """The share of digits that are named right."""
    return jnp.mean(jnp.argmax(logits(params, x), axis=1) == y)


def stopped(curve):
    """The row of each seed's curve where the validation digits have the least cross-entropy, (seeds, 3, 2)."""
    return curve[np.arange(len(curve)), curve[:, :, 1, 0].argmin(axis=1)]


# %% main
RECIPES = ("plain", "dropout", "l2", "l1_gradient", "l1_proximal")
STRENGTHS = {0.0: (0.3, 0.002, 3e-4, 3e-4), 0.2: (0.8, 0.03, 0.01, 0.01)}  # by share of redrawn labels


def main(*, examples=100, strengths=STRENGTHS, width=64, rate=0.3, steps=800, seeds=8):
    """By share of redrawn labels: curves {recipe: (seeds, blocks, 3 sets, 2)}, final weights of the first layer."""
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    runs = {}
    for wrong, strength in strengths.items():
        data = digits(range(seeds), examples=examples, validation=100, test=600, wrong=wrong)
        recipes = np.vstack([np.zeros(4), np.diag(strength)]).astype(np.float32)
        params, curves = train(tuple(recipes.T), keys, data, rate=rate, steps=steps, every=20, width=width)
        weights = np.asarray(params["weights1"]).reshape(len(RECIPES), seeds, -1)
        runs[wrong] = (
            dict(zip(RECIPES, np.asarray(curves, dtype=float), strict=True)),
            dict(zip(RECIPES, weights, strict=True)),
        )
    return runs


# %% result
if __name__ == "__main__":
    runs = main()
    ends, results = {}, {}
    for wrong, name in ((0.0, "right"), (0.2, "wrong")):
        curves, weights = runs[wrong]
        ends[name] = {recipe: curve[:, -1] for recipe, curve in curves.items()}
        ends[name]["stopped"] = stopped(curves["plain"])
        for recipe, end in ends[name].items():
            results[f"train_loss_{recipe}_{name}"] = end[:, 0, 0].tolist()
            results[f"test_loss_{recipe}_{name}"] = end[:, 2, 0].tolist()
            results[f"test_accuracy_{recipe}_{name}"] = end[:, 2, 1].tolist()
    plain = ends["right"]["plain"]
    weights = runs[0.2][1]
    results |= {
        **{
            f"accuracy_gain_{recipe}": (ends["wrong"][recipe][:, 2, 1] - ends["wrong"]["plain"][:, 2, 1]).tolist()
            for recipe in ("stopped", "dropout", "l2", "l1_proximal")
        },
        **{
            f"gap_ratio_{recipe}": ((end[:, 2, 0] - end[:, 0, 0]) / (plain[:, 2, 0] - plain[:, 0, 0])).tolist()
            for recipe, end in ends["right"].items()
            if recipe != "plain"
        },
        "norm_ratio_l2": (np.linalg.norm(weights["l2"], axis=1) / np.linalg.norm(weights["plain"], axis=1)).tolist(),
        **{f"zeros_{recipe}": np.mean(weights[recipe] == 0, axis=1).tolist() for recipe in RECIPES},
        **{f"near_zeros_{recipe}": np.mean(abs(weights[recipe]) < 0.01, axis=1).tolist() for recipe in RECIPES},
    }
    print("mean of 8 seeds      loss: train    test   accuracy: test")
    for name, each in ends.items():
        for recipe, end in each.items():
            (train_loss, _), _, (test_loss, share) = end.mean(axis=0)
            print(f"labels {name:5s} {recipe:12s} {train_loss:6.3f}  {test_loss:6.3f}  {100 * share:12.1f} %")

# %% figure
if __name__ == "__main__":
    names = {"plain": "nothing", "dropout": "dropout", "l2": "L2", "l1_proximal": "L1"}
    steps = 20 * np.arange(40)
    figure, axis = plt.subplots(figsize=(7.2, 3.8))
    for color, (recipe, name) in enumerate(names.items()):
        mean = 100 * runs[0.2][0][recipe][:, :, 2, 1].mean(axis=0)
        axis.plot(steps, mean, color=f"C{color}")
        axis.text(790, mean[-1], name, color=f"C{color}", va="center")
    when = 20 * runs[0.2][0]["plain"][:, :, 1, 0].argmin(axis=1).mean()
    axis.plot(when, 100 * ends["wrong"]["stopped"][:, 2, 1].mean(), "o", color="C0", markersize=9)
    axis.annotate(
        "stopped by validation digits",
        (when, 100 * ends["wrong"]["stopped"][:, 2, 1].mean()),
        (120, 84),
        color="C0",
        arrowprops={"arrowstyle": "-", "color": "C0", "linewidth": 0.8},
    )
    axis.set(xlabel="step", ylabel="test digits named right, %", xlim=(0, 900), ylim=(60, 87))
    axis.set_title("Of 100 labels a fifth was redrawn: learnt by heart, they cost the test (mean of 8 seeds)")
    plt.show()

# %% weights
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.8))
    styles = {"plain": ("C0", "-", "none"), "l2": ("C2", "-", "L2"), "l1_gradient": ("C4", "-", "L1, gradient steps")}
    styles["l1_proximal"] = ("C3", "--", "L1, proximal steps (the rest is zero)")
    for recipe, (color, line, label) in styles.items():
        sizes = np.sort(abs(weights[recipe].ravel()))[::-1]
        share = 100 * np.arange(1, len(sizes) + 1) / len(sizes)
        axis.plot(share[sizes > 0], sizes[sizes > 0], line, color=color, label=label)
    axis.set(xlabel="share of the weights that are at least as large, %", ylabel="size of the weight", yscale="log")
    axis.set(ylim=(1e-6, 3), xlim=(0, 100))
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 0))
    axis.set_title("L2 makes weights small, L1 leaves few; only the proximal step makes zeros")
    plt.show()

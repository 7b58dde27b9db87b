"""Where the boundary is a line, four hundred times the parameters win nothing; where it bends, they win a lot.

Source    K. Subudhi (2023), Building a classifier using JAX, blog post, conclusion: increasing the model size may
          not be the solution; overfitting can be a concern when the data are generated from a linear boundary
Differs   the post trains no bigger model; ours is a network of 1185 parameters beside the post's three, trained
          plainly, stopped early and with weight decay, on three sizes of data and, for fairness, on a bent boundary too
Cost      about 10 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx
from scipy.special import expit

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SIZES = (100, 400, 1600)
DECAYS = (0.0, 0.3, 1.0, 3.0)


# %% data
def score(x, *, bend):
    """The logit of the true probability: the post's line, or the line bent into a parabola."""
    return x[:, 0] + 3 * x[:, 1] + 0.1 - bend * (x[:, 0] ** 2 - 4)


def sample(rng, *, n, bend):
    """Points as in the post (n, 2) and labels of 0 or 1 (n,)."""
    x = rng.normal(size=(n, 2)) * [2.0, 1.0]
    return x.astype(np.float32), (rng.random(n) < expit(score(x, bend=bend))).astype(np.float32)


# %% model
class Network(nnx.Module):
    """Two hidden layers of 32 ReLU units."""

    def __init__(self, rngs):
        """Three layers."""
        self.first, self.second = nnx.Linear(2, 32, rngs=rngs), nnx.Linear(32, 32, rngs=rngs)
        self.last = nnx.Linear(32, 1, rngs=rngs)

    def __call__(self, x):
        """The logits, (n, 1)."""
        return self.last(nnx.relu(self.second(nnx.relu(self.first(x)))))


MODELS = {"logistic": lambda rngs: nnx.Linear(2, 1, rngs=rngs), "network": Network}


def initial(name, seeds):
    """What stays of a model, and parameters for each seed."""
    graph = nnx.split(MODELS[name](nnx.Rngs(0)))[0]
    each = [nnx.split(MODELS[name](nnx.Rngs(seed)))[1] for seed in range(seeds)]
    return graph, jax.tree.map(lambda *leaves: jnp.stack(leaves), *each)


# %% loss
def cross_entropy(params, graph, x, y):
    """Mean of -log of the probability of the right label."""
    return optax.sigmoid_binary_cross_entropy(nnx.merge(graph, params)(x)[:, 0], y).mean()


# %% train
@partial(jax.jit, static_argnames=("graph", "every"))
def train(params, rows, decay, rate, fit, held, test, *, graph, every):
    """Of one model per seed, at every look: loss on held-out points, and on test points, whose labels are
    probabilities, expected accuracy and expected loss: (seeds, looks, 3).
    """

    def step(state, rows, fit):
        params, memory = state
        gradient = jax.grad(cross_entropy)(params, graph, fit[0][rows], fit[1][rows])
        updates, memory = optax.adamw(rate, weight_decay=decay).update(gradient, memory, params)
        return (optax.apply_updates(params, updates), memory), None

    def one(params, rows, fit, held):
        def stretch(state, rows):
            state, _ = jax.lax.scan(lambda state, row: step(state, row, fit), state, rows)
            right = jnp.where(nnx.merge(graph, state[0])(test[0])[:, 0] > 0, test[1], 1 - test[1])
            losses = cross_entropy(state[0], graph, *held), cross_entropy(state[0], graph, *test)
            return state, jnp.stack([losses[0], right.mean(), losses[1]])

        start = params, optax.adamw(rate).init(params)
        return jax.lax.scan(stretch, start, rows.reshape(-1, every, rows.shape[-1]))[1]

    return jax.vmap(one)(params, rows, fit, held)


# %% evaluate
def choose(paths):
    """Accuracy of each way to train, (seeds,), from looks (decays, seeds, looks, 3) of fits on three quarters."""
    held, accuracy = paths[..., 0], paths[..., 1]
    seeds = np.arange(paths.shape[1])
    stopped = held[0].argmin(axis=1)
    decay = held[..., -1].argmin(axis=0)
    flat = held.transpose(1, 0, 2).reshape(len(seeds), -1).argmin(axis=1)
    return {
        "stopped": accuracy[0, seeds, stopped],
        "decayed": accuracy[decay, seeds, -1],
        "both": accuracy.transpose(1, 0, 2).reshape(len(seeds), -1)[seeds, flat],
    }


# %% main
def main(*, bends=(0.0, 0.5), sizes=SIZES, decays=DECAYS, seeds=10, steps=1000, every=50, batch=64, test=4000):
    """{(bend, size): {way: accuracy (seeds,)}} with the best possible accuracy, and looks of plain training."""
    found, looks = {}, {}
    for bend in bends:
        points, _ = sample(np.random.default_rng(1000), n=test, bend=bend)
        unseen = points, expit(score(points, bend=bend)).astype(np.float32)
        best = np.mean(np.maximum(unseen[1], 1 - unseen[1]))
        rngs = [np.random.default_rng(seed) for seed in range(seeds)]
        x, y = map(np.stack, zip(*[sample(rng, n=max(sizes), bend=bend) for rng in rngs], strict=True))

        def fit(name, decay, rate, *, first, held, x=x, y=y, rngs=rngs, unseen=unseen):
            graph, params = initial(name, seeds)
            rows = np.stack([rng.integers(first, size=(steps, batch)) for rng in rngs])
            aside = x[:, held], y[:, held]
            return np.asarray(train(params, rows, decay, rate, (x, y), aside, unseen, graph=graph, every=every))

        for n in sizes:
            held = np.resize(np.arange(3 * n // 4, n), max(sizes) // 4)  # repeated, so that all sizes compile to one
            plain = fit("network", 0.0, 0.01, first=n, held=held)
            ways = choose(np.stack([fit("network", decay, 0.01, first=3 * n // 4, held=held) for decay in decays]))
            logistic = fit("logistic", 0.0, 0.05, first=n, held=held)
            looks[bend, n] = plain, logistic
            found[bend, n] = {"best": best, "logistic": logistic[:, -1, 1], "plain": plain[:, -1, 1], **ways}
    return found, looks


# %% result
if __name__ == "__main__":
    found, looks = main()
    ways = ("plain", "stopped", "decayed", "both")
    shapes = {0.0: "line", 0.5: "bent"}
    results = {
        f"{way}_{shapes[bend]}_{n}": np.asarray(row[way], dtype=float).tolist()
        for (bend, n), row in found.items()
        for way in ("best", "logistic", *ways)
    }
    for bend, shape in shapes.items():
        for way in ways:
            gains = [found[bend, n][way] - found[bend, n]["logistic"] for n in SIZES]
            results[f"gain_{way}_{shape}"] = np.mean(gains, axis=0).tolist()
    results["lost_plain_100"] = (found[0.0, 100]["logistic"] - found[0.0, 100]["plain"]).tolist()
    results["parameters"] = sum(leaf[0].size for leaf in jax.tree.leaves(initial("network", 1)[1]))
    for (bend, n), row in found.items():
        print(f"{shapes[bend]} {n:5d} points: " + ", ".join(f"{way} {np.mean(each):.3f}" for way, each in row.items()))

# %% figure
if __name__ == "__main__":
    labels = {
        "logistic": ("three parameters", "C0", "o"),
        "plain": ("network, plain", "C1", "s"),
        "stopped": ("stopped early", "C2", "^"),
        "both": ("stopped early, decayed", "C3", "D"),
    }
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.9), sharey=True)
    for axis, (bend, title) in zip(axes, ((0.0, "true boundary: a line"), (0.5, "a parabola")), strict=True):
        for index, (way, (label, color, marker)) in enumerate(labels.items()):
            each = np.array([found[bend, n][way] for n in SIZES])
            axis.errorbar(
                np.array(SIZES) * 1.06 ** (index - 1.5),
                each.mean(axis=1),
                each.std(axis=1),
                fmt=marker,
                color=color,
                capsize=2,
                markersize=5,
                label=label,
            )
        axis.axhline(found[bend, 100]["best"], color="black", linewidth=1)
        axis.text(1900, found[bend, 100]["best"] + 0.002, "the rule itself", ha="right", va="bottom", fontsize=9)
        axis.set(xlabel="points to learn from", xscale="log", title=title, ylim=(0.75, 0.88))
        axis.set_xticks(SIZES, [str(n) for n in SIZES])
        axis.minorticks_off()
    axes[0].set_ylabel("expected accuracy")
    axes[0].legend(loc="lower right", fontsize=8)
    figure.suptitle(
        "Bigger loses on a line and wins on a parabola (mean and sd of ten draws)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% overfitting
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    steps = 50 * np.arange(1, 21)
    for color, n in enumerate(SIZES):
        plain, logistic = looks[0.0, n]
        axis.plot(steps, plain[..., 2].mean(axis=0), color=f"C{color}", label=f"network, {n} points")
        axis.plot(steps, logistic[..., 2].mean(axis=0), ":", color=f"C{color}")
    axis.set(xlabel="step", ylabel="expected loss on new points", ylim=(0.29, 0.8))
    axis.legend(loc="upper left", title="dotted: logistic regression")
    axis.set_title("A line to learn: the network's loss turns, the sooner the fewer points it has")
    plt.show()

"""Adam does not feel that a gradient is rescaled, entry by entry; that a parameter is measured in other units it does.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Training:
          "adjust learning rate for parameters individually"
          D. P. Kingma and J. Ba (2015), Adam: a method for stochastic optimization, arXiv 1412.6980, algorithm 1
Differs   full-batch logistic regression on scikit-learn's breast-cancer data, so that nothing but the scale varies
Cost      about 8 s on one core
Notation  w = scale * u: the optimizer works on u, whose gradient is scale times that of w
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # an import must not change the precision of others

RATES = tuple(10.0 ** (np.arange(13) / 4 - 2))


# %% data
def tumours():
    """Standardised features with a column of ones, (569, 31), and classes as -1 and 1."""
    x, y = load_breast_cancer(return_X_y=True)
    return np.c_[(x - x.mean(axis=0)) / x.std(axis=0), np.ones(len(x))], 2.0 * y - 1


def scales(seed, *, size, decades):
    """Powers of two, for which rescaling makes no rounding error, spread over so many decades."""
    return 2.0 ** np.round(np.random.default_rng(seed).uniform(-decades / 2, decades / 2, size) * np.log2(10))


# %% loss
def logistic(w, x, y, decay=0.01):
    """Mean logistic loss plus half the decay times the squared length of w."""
    return jnp.logaddexp(0, -y * (x @ w)).mean() + decay / 2 * w @ w


# %% train
def descend(step, scale, gradient_scale, x, y, *, steps):
    """Every w on the way of an optimizer on u, (steps + 1, size); its gradients come multiplied by gradient_scale."""

    def advance(state, count):
        u, memory = state
        slope = gradient_scale * jax.grad(lambda u: logistic(scale * u, x, y))(u)
        change, memory = step(slope, memory, count)
        return (u - change, memory), scale * u

    memory = jnp.zeros((2, x.shape[1]))
    (u, _), path = jax.lax.scan(advance, (jnp.zeros(x.shape[1]), memory), 1.0 + jnp.arange(steps))
    return jnp.vstack([path, scale * u])


def plain(slope, memory, count, *, rate):
    """One step of gradient descent."""
    return rate * slope, memory


def adam(slope, memory, count, *, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step of Adam; the memory holds the means of the gradient and of its square."""
    mean, square = beta1 * memory[0] + (1 - beta1) * slope, beta2 * memory[1] + (1 - beta2) * slope**2
    individual = rate / (jnp.sqrt(square / (1 - beta2**count)) + epsilon)
    return individual * mean / (1 - beta1**count), jnp.stack([mean, square])


@partial(jax.jit, static_argnames=("steps", "epsilon"))
def rescaled_path(gradient_scale, x, y, *, epsilon, steps, rate=0.01):
    """Adam's path when each entry of its gradient is multiplied by a constant."""
    step = partial(adam, rate=rate, epsilon=epsilon)
    return descend(step, jnp.ones(x.shape[1]), gradient_scale, x, y, steps=steps)


@partial(jax.jit, static_argnames=("method", "steps"))
def losses(rates, scale, x, y, *, method, steps):
    """Losses on the way for each rate and each row of scales, (rates, rows, steps + 1)."""

    def one(rate, scale):
        path = descend(partial(method, rate=rate), scale, jnp.ones_like(scale), x, y, steps=steps)
        return jax.vmap(logistic, in_axes=(0, None, None))(path, x, y)

    return jax.vmap(jax.vmap(one, in_axes=(None, 0)), in_axes=(0, None))(rates, scale)


# %% evaluate
def steps_to(losses, target):
    """First step at which the loss is at most the target, over the last axis; all steps where there is none."""
    there = np.asarray(losses) <= target
    return np.where(there.any(axis=-1), there.argmax(axis=-1), there.shape[-1] - 1)


def least_loss(x, y):
    """The least loss there is, by Newton's method."""
    w = jnp.zeros(x.shape[1])
    for _ in range(12):
        w -= jnp.linalg.solve(jax.hessian(logistic)(w, x, y), jax.grad(logistic)(w, x, y))
    return float(logistic(w, x, y))


def individual_rates(path, x, y, *, rate, beta2=0.999):
    """The rate that Adam has for each parameter at the end of a path: rate over the root mean square of its slopes."""
    slopes = np.asarray(jax.vmap(jax.grad(logistic), in_axes=(0, None, None))(path[:-1], x, y))
    weights = beta2 ** np.arange(len(slopes))[::-1]
    return rate / np.sqrt(weights @ slopes**2 / weights.sum())


def farthest(path, other):
    """The largest distance between two paths, as a share of the length of the first's end."""
    return float(np.linalg.norm(path - other, axis=1).max() / np.linalg.norm(path[-1]))


# %% main
def main(*, steps=1000, decades=2, seeds=5, rates=RATES):
    """Adam's individual rates; how far rescaled gradients move its path; steps to a loss by method, units and rate."""
    x, y = tumours()
    scale = np.array([scales(seed, size=x.shape[1], decades=decades) for seed in range(seeds)])
    same = np.ones((1, x.shape[1]))
    moved = {}
    for epsilon in (0.0, 1e-8):
        path = np.asarray(rescaled_path(same[0], x, y, epsilon=epsilon, steps=300))
        others = [np.asarray(rescaled_path(each**2, x, y, epsilon=epsilon, steps=300)) for each in scale]
        moved[epsilon] = [farthest(path, other) for other in others]
    individual = individual_rates(path, x, y, rate=0.01)
    least = least_loss(x, y)
    target = least + 0.01 * (np.log(2) - least)
    counts = {
        (method.__name__, units): steps_to(losses(np.array(rates), rows, x, y, method=method, steps=steps), target)
        for method in (plain, adam)
        for units, rows in (("same", same), ("other", scale))
    }
    return individual, moved, counts


# %% result
if __name__ == "__main__":
    individual, moved, counts = main()
    best = {pair: each.min(axis=0) for pair, each in counts.items()}
    results = {
        "rate_spread": float(individual.max() / individual.min()),
        "moved_by_gradient_scale": moved[0.0],
        "moved_by_gradient_scale_default_epsilon": moved[1e-8],
        "steps_plain": int(best["plain", "same"][0]),
        "steps_plain_other_units": best["plain", "other"].tolist(),
        "arrived_plain_other_units": float(np.mean(best["plain", "other"] < 1000)),
        "steps_adam": int(best["adam", "same"][0]),
        "steps_adam_other_units": best["adam", "other"].tolist(),
        "slowdown_plain": (best["plain", "other"] / best["plain", "same"]).tolist(),
        "slowdown_adam": (best["adam", "other"] / best["adam", "same"]).tolist(),
    }
    print(f"individual rates of Adam from {individual.min():.2g} to {individual.max():.2g}")
    print(
        f"gradient rescaled: Adam's path moves by {max(moved[0.0]):.1g}, with its usual epsilon {max(moved[1e-8]):.1g}"
    )
    for (name, units), each in best.items():
        print(f"{name:5s} {units:5s} units: {each.tolist()} steps at the best of 13 rates (1000: not there)")

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.6), sharey=True)
    for axis, name, title in zip(axes, ("plain", "adam"), ("gradient descent", "Adam"), strict=True):
        axis.plot(RATES, counts[name, "same"], "o-", color="C0", label="standardised")
        axis.plot(RATES, counts[name, "other"], "s--", color="C1", linewidth=1, markersize=4, alpha=0.8)
        axis.plot([], [], "s--", color="C1", linewidth=1, markersize=4, label="other units (5 draws)")
        axis.set(xlabel="rate", xscale="log", yscale="log", ylim=(6, 1900), title=title)
    axes[0].set_ylabel("steps to 99 % of the gain")
    axes[1].legend(loc="lower right", fontsize=9)
    axes[1].text(10, 1180, "1000: not there", ha="right", fontsize=9)
    figure.suptitle(
        "Other units for each parameter stop gradient descent and slow Adam down", x=0.01, ha="left", fontsize=11
    )
    plt.show()

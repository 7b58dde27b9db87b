"""A larger learning rate gets to the same place sooner; it ends lower only where both are stopped too early.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 1: rates of 0.001, 0.01 and 0.1
Differs   the article names no data and no stopping rule; ours is the diabetes data of scikit-learn, standardised, and
          counts iterations instead of seconds; a fourth rate, 0.3, lies beyond what the curvature allows
Cost      about 5 s of one core
Notation  w weights, H = 2 XᵀX / n the curvature of the loss, with eigenvalues lambda
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def split(seed, *, train):
    """Training patients x (train, 10), y (train,), all columns with mean 0 and variance 1."""
    x, y = load_diabetes(return_X_y=True)
    rows = np.random.default_rng(seed).permutation(len(x))[:train]
    x, y = x[rows], y[rows]
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32), ((y - y.mean()) / y.std()).astype(np.float32)


# %% model
def forward(weights, x):
    """The predicted progression of the disease, (n,); the columns are centred, so no bias is needed."""
    return x @ weights


# %% loss
def squared_error(weights, x, y):
    """Mean squared error; 1 for weights of zero."""
    return jnp.mean((forward(weights, x) - y) ** 2)


# %% train
@partial(jax.jit, static_argnames="steps")
def train(rates, x, y, *, steps):
    """Errors (seeds, rates, steps + 1) of gradient descent from zero, before each step and after the last."""

    def one(rate, x, y):
        def step(weights, _):
            error, gradient = jax.value_and_grad(squared_error)(weights, x, y)
            return weights - rate * gradient, error

        weights, errors = jax.lax.scan(step, jnp.zeros(x.shape[1]), length=steps)
        return jnp.append(errors, squared_error(weights, x, y))

    return jax.vmap(jax.vmap(one, in_axes=(0, None, None)), in_axes=(None, 0, 0))(rates, x, y)


# %% evaluate
def least(x, y):
    """The least error that any weights have."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    return np.mean((x @ np.linalg.lstsq(x, y)[0] - y) ** 2)


def iterations_until(errors, goal):
    """The first step after which an error is at or below the goal, along the last axis."""
    reached = errors <= goal
    if not reached.any(axis=-1).all():
        raise ValueError("some errors never reach the goal: more steps are needed")
    return reached.argmax(axis=-1)


def largest_stable_rate(x):
    """2 / lambda_max: beyond it, gradient descent leaves along the steepest direction."""
    x = np.asarray(x, float)
    return 2 / np.linalg.eigvalsh(2 * x.T @ x / len(x))[-1]


# %% theory
def errors_after(rate, steps, x, y):
    """The errors after the given numbers of steps, without taking them: each eigenvector of H decays by itself."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    curvatures, directions = np.linalg.eigh(2 * x.T @ x / len(x))
    best = directions.T @ np.linalg.lstsq(x, y)[0]
    left = best * (1 - rate * curvatures) ** np.asarray(steps)[:, None]
    return least(x, y) + (left**2 * curvatures).sum(axis=1) / 2


# %% main
def main(*, rates=(0.001, 0.01, 0.1, 0.3), steps=10_000, patients=353, seeds=10):
    """Training data of each seed, and errors (seeds, rates, steps + 1)."""
    data = [split(seed, train=patients) for seed in range(seeds)]
    x, y = (np.stack(each) for each in zip(*data, strict=True))
    return x, y, np.asarray(train(np.array(rates, np.float32), x, y, steps=steps))


# %% result
if __name__ == "__main__":
    x, y, errors = main()
    rates, budget, patience = (0.001, 0.01, 0.1), 1000, 10_000_000
    floor = np.array([least(*each) for each in zip(x, y, strict=True)])
    iterations = iterations_until(errors[:, :3], 1.01 * floor[:, None, None])
    limits = np.array([[errors_after(rate, [patience], *each)[0] for rate in rates] for each in zip(x, y, strict=True)])
    excess = errors[:, :3, budget] / floor[:, None] - 1
    results = {
        **{
            f"iterations_{rate}".replace(".", "_"): float(np.median(iterations[:, at])) for at, rate in enumerate(rates)
        },
        "iterations_ratio": (iterations[:, 2] / iterations[:, 0]).tolist(),
        **{f"excess_{rate}".replace(".", "_"): excess[:, at].tolist() for at, rate in enumerate(rates)},
        "budget_gain": (errors[:, 2, budget] - errors[:, 0, budget]).tolist(),
        "budget_ratio": (errors[:, 2, budget] / errors[:, 0, budget]).tolist(),
        "limit_ratio": (limits[:, 2] / limits[:, 0]).tolist(),
        "largest_stable_rate": [largest_stable_rate(each) for each in x],
        "diverged_0_3": float(np.mean(~(errors[:, 3, -1] < errors[:, 3, 0]))),
    }
    print("rate    iterations until 1 % above the least error   error after 1000   after ten million")
    for at, rate in enumerate(rates):
        row = np.median(iterations[:, at]), errors[:, at, budget].mean(), limits[:, at].mean()
        print(f"{rate:5g} {row[0]:12.0f} {row[1]:40.4f} {row[2]:19.4f}")
    print(f"  0.3 diverges in {results['diverged_0_3']:.0%} of the seeds")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    places = np.unique(np.geomspace(1, 10_000, 200).astype(int))
    for at, (rate, label) in enumerate(
        zip((*rates, 0.3), ((400, 0.35), (42, 0.13), (4.5, 0.25), (6.5, 45)), strict=True)
    ):
        above = errors[:, at, places] / floor[:, None] - 1
        above[~(above < 200)] = np.nan
        axis.plot(places, np.median(above, axis=0), color=f"C{at}")
        axis.text(*label, f"rate {rate:g}", color=f"C{at}")
    axis.axhline(0.01, color="black", linewidth=1, linestyle="--")
    axis.text(1.1, 0.0105, "1 % above", va="bottom")
    axis.set(xlabel="iteration", ylabel="error above the least possible, relative", xscale="log", yscale="log")
    axis.set(xlim=(1, 10_000), ylim=(1e-4, 200))
    axis.set_title("The same road, ten times as fast; past 0.24 it leads away (median of 10 seeds)")
    plt.show()

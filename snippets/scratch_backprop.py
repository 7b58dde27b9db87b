"""A network's gradient by the chain rule in NumPy, against JAX's and against finite differences.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Training:
          back propagation
          M. Hjorth-Jensen, FYS-STK3155/4155, University of Oslo, lecture notes of week 42 (2024): the network
          64-50-10, sigmoid and softmax; derivatives "to numerical precision", differences "error prone"
Differs   three layers of weights instead of two; the mean of the losses instead of their sum
Cost      about 4 s on one core
Notation  z pre-activation, a activation, delta gradient of the cost by z, h step of a difference
"""

# %% setup
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)


# %% data
def digits():
    """(1797, 64) images in [0, 1] and their one-hot labels (1797, 10)."""
    x, y = load_digits(return_X_y=True)
    return x / 16, np.eye(10)[y]


# %% model
def initial(rng, sizes):
    """Weights of variance 1 / inputs and zero biases: a list of (W, b)."""
    return [(rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)) for n, m in pairwise(sizes)]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(params, x):
    """Activations of all layers, the input first, and the logits of the last."""
    activations = [x]
    for weights, bias in params[:-1]:
        activations.append(sigmoid(activations[-1] @ weights + bias))
    weights, bias = params[-1]
    return activations, activations[-1] @ weights + bias


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


# %% loss
def cost(params, x, y):
    """Mean cross-entropy."""
    _, logits = forward(params, x)
    return -np.mean(np.sum(y * log_softmax(logits), axis=1))


# %% backward
def backward(params, x, y):
    """Gradient by every (W, b): the last delta is probability minus truth; each layer below takes its share."""
    activations, logits = forward(params, x)
    delta = (np.exp(log_softmax(logits)) - y) / len(x)
    gradient = []
    for (weights, _), a in zip(params[::-1], activations[::-1], strict=True):
        gradient.append((a.T @ delta, delta.sum(axis=0)))
        delta = (delta @ weights.T) * a * (1 - a)  # a (1 - a) is the slope of the sigmoid
    return gradient[::-1]


# %% slips
def flat(gradient):
    return np.concatenate([each.ravel() for pair in gradient for each in pair])


def without_slope(params, x, y):
    """The same, but the slope of the sigmoid is forgotten."""
    activations, logits = forward(params, x)
    delta = (np.exp(log_softmax(logits)) - y) / len(x)
    gradient = []
    for (weights, _), a in zip(params[::-1], activations[::-1], strict=True):
        gradient.append((a.T @ delta, delta.sum(axis=0)))
        delta = delta @ weights.T
    return gradient[::-1]


def slope_of_activation(params, x, y):
    """The same, but the slope is taken at a instead of at z."""
    activations, logits = forward(params, x)
    delta = (np.exp(log_softmax(logits)) - y) / len(x)
    gradient = []
    for (weights, _), a in zip(params[::-1], activations[::-1], strict=True):
        gradient.append((a.T @ delta, delta.sum(axis=0)))
        delta = (delta @ weights.T) * sigmoid(a) * (1 - sigmoid(a))
    return gradient[::-1]


def without_bias(params, x, y):
    """The same, but the biases are never moved."""
    return [(weights, np.zeros_like(bias)) for weights, bias in backward(params, x, y)]


SLIPS = {
    "forgot the slope": without_slope,
    "slope at a, not z": slope_of_activation,
    "biases forgotten": without_bias,
}


# %% differences
def nudged(params, place, h):
    """The parameters with one entry moved by h; place is (layer, 0 for W or 1 for b, index)."""
    layer, kind, index = place
    moved = [[each.copy() for each in pair] for pair in params]
    moved[layer][kind][index] += h
    return moved


def difference(params, x, y, place, h, *, central):
    """Slope of the cost along one parameter from two evaluations."""
    low = cost(nudged(params, place, -h), x, y) if central else cost(params, x, y)
    return (cost(nudged(params, place, h), x, y) - low) / (2 * h if central else h)


def places(rng, params, count):
    """That many parameters, drawn from all of them alike."""
    every = [
        (i, kind, index) for i, pair in enumerate(params) for kind in (0, 1) for index in np.ndindex(pair[kind].shape)
    ]
    return [every[i] for i in rng.choice(len(every), count, replace=False)]


# %% evaluate
def jax_gradient(params, x, y):
    """The gradient of the same cost, written once more for JAX."""

    def cost(params):
        a = x
        for weights, bias in params[:-1]:
            a = 1 / (1 + jnp.exp(-(a @ weights + bias)))
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(a @ params[-1][0] + params[-1][1]), axis=1))

    return jax.jit(jax.grad(cost))(params)


def distance(gradient, truth):
    """Length of the difference over the length of the truth."""
    return float(np.linalg.norm(gradient - truth) / np.linalg.norm(truth))


# %% main
def main(*, sizes=(64, 50, 20, 10), batch=100, count=40, steps=29, seeds=5):
    """Distances from the gradient of JAX, {name: (seeds,)}, and of differences, {name: (seeds, steps)}."""
    x, y = digits()
    steps = np.logspace(-14, 0, steps)
    exact = {name: np.empty(seeds) for name in ("chain rule", *SLIPS)}
    stepped = {name: np.empty((seeds, len(steps))) for name in ("one-sided", "central")}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        params = initial(rng, sizes)
        rows = rng.choice(len(x), batch, replace=False)
        truth = flat(jax_gradient(params, x[rows], y[rows]))
        exact["chain rule"][seed] = distance(flat(backward(params, x[rows], y[rows])), truth)
        for name, slip in SLIPS.items():
            exact[name][seed] = distance(flat(slip(params, x[rows], y[rows])), truth)
        chosen = places(rng, params, count)
        gradient = backward(params, x[rows], y[rows])
        known = np.array([gradient[i][kind][index] for i, kind, index in chosen])
        for name in stepped:
            for j, h in enumerate(steps):
                slopes = [difference(params, x[rows], y[rows], at, h, central=name == "central") for at in chosen]
                stepped[name][seed, j] = distance(np.array(slopes), known)
    return exact, stepped, steps


# %% result
if __name__ == "__main__":
    exact, stepped, steps = main()
    parameters = sum(each.size for pair in initial(np.random.default_rng(0), (64, 50, 20, 10)) for each in pair)
    results = {
        "chain_rule_error": exact["chain rule"].tolist(),
        "slip_slope_forgotten": exact["forgot the slope"].tolist(),
        "slip_slope_misplaced": exact["slope at a, not z"].tolist(),
        "slip_biases_forgotten": exact["biases forgotten"].tolist(),
        "one_sided_error": stepped["one-sided"].min(axis=1).tolist(),
        "central_error": stepped["central"].min(axis=1).tolist(),
        "one_sided_step": float(steps[np.median(stepped["one-sided"], axis=0).argmin()]),
        "central_step": float(steps[np.median(stepped["central"], axis=0).argmin()]),
        "central_error_tiny_step": stepped["central"][:, np.argmin(abs(steps - 1e-12))].tolist(),
        "parameters": parameters,
        "evaluations_central": 2 * parameters,
    }
    print("distance from the gradient of JAX, relative to its length; median of 5 networks")
    for name, each in exact.items():
        print(f"  {name:22s}{np.median(each):10.1e}")
    for name, each in stepped.items():
        best = np.median(each, axis=0)
        print(f"  {name + ' difference':22s}{best.min():10.1e}   at step {steps[best.argmin()]:.0e}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, each in enumerate(stepped.values()):
        axis.fill_between(steps, each.min(axis=0), each.max(axis=0), color=f"C{color}", alpha=0.2)
        axis.loglog(steps, np.median(each, axis=0), color=f"C{color}")
    axis.text(2e-4, 4e-3, "one-sided", color="C0", ha="right")
    axis.text(2e-4, 3e-10, "central", color="C1", ha="left")
    axis.text(1.5e-14, 2e-6, "rounding:\nerror ~ 1/h", fontsize=9)
    axis.text(0.03, 1e-7, "truncation:\n~ h and h²", fontsize=9)
    axis.axhline(np.median(exact["chain rule"]), color="black", linestyle="--", linewidth=1.2)
    axis.text(1e-14, np.median(exact["chain rule"]) * 1.8, "chain rule in NumPy against JAX")
    axis.set(xlabel="step h", ylabel="error of the gradient, relative", ylim=(3e-17, 30))
    axis.set_title("Differences are caught between truncation and rounding (5 networks)")
    plt.show()

"""XOR learned from scratch: four tanh units, one sigmoid, squared error and plain gradient descent.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section XOR, Jax
Differs   the two lines that stop the source's program are mended; 200 seeds and eight learning rates beside its one
Cost      about 6 s on 2 CPU cores
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from scipy.stats import binomtest

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
TARGETS = np.array([[0], [1], [1], [0]], dtype=np.float32)


# %% model
def initial(key, *, hidden=4, scale2=0.5):
    """Parameters as in the source: normal weights of standard deviation 0.5, biases zero."""
    key1, key2 = jax.random.split(key)
    return {
        "weights1": 0.5 * jax.random.normal(key1, (2, hidden), jnp.float32),
        "bias1": jnp.zeros(hidden, jnp.float32),
        "weights2": scale2 * jax.random.normal(key2, (hidden, 1), jnp.float32),
        "bias2": jnp.zeros(1, jnp.float32),
    }


def forward(params, points):
    """Probability of class 1 at each point, (n, 1)."""
    hidden = jnp.tanh(points @ params["weights1"] + params["bias1"])
    return jax.nn.sigmoid(hidden @ params["weights2"] + params["bias2"])


# %% loss
def squared_error(params, points, targets):
    """Mean squared error; 1/4 for a network that always says 1/2."""
    return jnp.mean((forward(params, points) - targets) ** 2)


# %% train
def update(params, rate, points, targets):
    """One step of gradient descent."""
    gradient = jax.grad(squared_error)(params, points, targets)
    return jax.tree.map(lambda parameter, slope: parameter - rate * slope, params, gradient)


@partial(jax.jit, static_argnames=("steps", "scale2"))
def train(keys, rate, points, targets, *, steps, scale2=0.5):
    """Parameters and losses of one network per key; losses (keys, steps + 1) begin before the first step."""

    def step(params, _):
        return update(params, rate, points, targets), squared_error(params, points, targets)

    def one(key):
        params, losses = jax.lax.scan(step, initial(key, scale2=scale2), length=steps)
        return params, jnp.append(losses, squared_error(params, points, targets))

    return jax.vmap(one)(keys)


# %% evaluate
def solves(params, points, targets):
    """Whether all points are on their side of 1/2, for each network of a stack."""
    probability = jax.vmap(forward, in_axes=(0, None))(params, points)
    return np.asarray(jnp.all((probability > 0.5) == (targets > 0.5), axis=(1, 2)))


def centre(params):
    """Probability of class 1 halfway between the four points, where XOR says nothing, for each network of a stack."""
    return np.asarray(jax.vmap(forward, in_axes=(0, None))(params, np.full((1, 2), 0.5, np.float32))).ravel()


# %% main
def main(*, rates=(0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0), steps=201, patience=20, seeds=200):
    """Networks with losses: by rate; by the slowest and fastest with more steps; from output weights that are zero."""
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    data = POINTS, TARGETS
    by_rate = {rate: train(keys, rate, *data, steps=steps) for rate in rates}
    patient = {rate: train(keys, rate, *data, steps=patience * steps) for rate in (rates[0], rates[-1])}
    zeroed = train(keys, 10.0, *data, steps=steps, scale2=0.0)
    return by_rate, patient, zeroed


# %% result
if __name__ == "__main__":
    by_rate, patient, zeroed = main()
    losses = {rate: np.asarray(history) for rate, (_, history) in by_rate.items()}
    solved = {rate: solves(params, POINTS, TARGETS) for rate, (params, _) in by_rate.items()}
    source = jax.tree.map(lambda stack: stack[0], by_rate[10.0][0])  # key 0, rate 10
    results = {
        **{f"solved_rate_{rate:g}".replace(".", "_"): float(each.mean()) for rate, each in solved.items()},
        "solved_rate_0_5_patient": float(solves(patient[0.5][0], POINTS, TARGETS).mean()),
        "solved_rate_30_patient": float(solves(patient[30.0][0], POINTS, TARGETS).mean()),
        "solved_from_zero_output_weights": float(solves(zeroed[0], POINTS, TARGETS).mean()),
        "centre_is_one": float(np.mean(centre(by_rate[10.0][0])[solved[10.0]] > 0.5)),
        "source_loss_at_start": float(losses[10.0][0, 0]),
        "source_loss_after_1_step": float(losses[10.0][0, 1]),
        "source_loss_after_201_steps": float(losses[10.0][0, 201]),
        "saturated_rate_30": float(np.mean(abs(losses[30.0][:, -1] - 0.5) < 0.01)),
    }
    print(f"before training      loss={losses[10.0][0, 0]:.4f}")
    for step in (0, 100, 200):
        print(f"what it calls step {step:3d} loss={losses[10.0][0, step + 1]:.4f}")
    predictions = np.asarray(forward(source, POINTS), dtype=float).ravel()
    print(f"\npredictions: {predictions.round(2).tolist()}\n")
    for rate, each in solved.items():
        print(f"rate {rate:4g}: {each.sum():3d} of {len(each)} seeds learn XOR in 201 steps")

# %% learned-surface
if __name__ == "__main__":
    horizontal, vertical = np.meshgrid(np.linspace(-0.2, 1.2, 141), np.linspace(-0.2, 1.2, 141))
    grid = np.c_[horizontal.ravel(), vertical.ravel()].astype(np.float32)
    height = np.asarray(forward(source, grid)).reshape(horizontal.shape)
    figure, axis = plt.subplots(figsize=(4.8, 4.05))
    classes = LinearSegmentedColormap.from_list("classes", ["#0072B2", "white", "#D55E00"])
    surface = axis.pcolormesh(horizontal, vertical, height, cmap=classes, vmin=0, vmax=1, rasterized=True)
    axis.contour(horizontal, vertical, height, levels=[0.5], colors="black", linestyles="--", linewidths=1)
    for point, target in zip(POINTS, TARGETS.ravel().astype(int), strict=True):
        axis.plot(*point, "os"[target], color="white", markersize=10, markeredgecolor="black")
    figure.colorbar(surface, label="probability of class 1")
    axis.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1], aspect="equal")
    axis.set_title("Gradient descent in JAX: a band of zeros between two ones")
    axis.grid(False)
    plt.show()

# %% learning-curves
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, rate in enumerate((0.5, 1.0, 10.0, 30.0)):
        history = losses[rate]
        low, middle, high = np.quantile(history, [0.1, 0.5, 0.9], axis=0)
        axis.fill_between(range(history.shape[1]), low, high, color=f"C{color}", alpha=0.18, linewidth=0)
        axis.plot(middle, color=f"C{color}", label=f"rate {rate:g}")
    axis.set(xlabel="step", ylabel="mean squared error", yscale="log", xlim=(0, 201))
    axis.set_title("Rate 10 gets there in 201 steps, rate 30 sticks at 1/2 (median, 10 to 90 % of seeds)")
    axis.legend()
    plt.show()

# %% success-rates
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for place, each in enumerate(solved.values()):
        share = each.mean()
        interval = binomtest(int(each.sum()), len(each)).proportion_ci(method="wilson")
        reach = [[share - interval.low], [interval.high - share]]
        axis.bar(place, share, 0.6, yerr=reach, capsize=4, color="C0", error_kw={"linewidth": 1})
        axis.text(place, interval.high + 0.02, f"{100 * share:.0f} %", ha="center")
    axis.set_xticks(range(len(solved)), [f"{rate:g}" for rate in solved])
    axis.set(xlabel="learning rate", ylabel="seeds that learn XOR (95 % interval)", ylim=(0, 1.15))
    axis.set_yticks(np.linspace(0, 1, 5))
    axis.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axis.set_title("The source's rate of 10 is good; past it lies a cliff (201 steps, 200 seeds)")
    axis.grid(axis="x", visible=False)
    plt.show()

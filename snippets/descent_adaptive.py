"""Adaptive rates forgive a wrong rate; whether they overshoot less and arrive sooner depends on how the valley lies.

Source    "Gradient Descent Jax" (web article, anonymous, undated), misconception 4: AdaGrad, RMSprop and Adam can
          improve convergence speed and help avoid overshooting and oscillations
          D. P. Kingma and J. Ba (2015), Adam: a method for stochastic optimization, arXiv 1412.6980
Differs   the article names no problem; ours are quadratic valleys of ten dimensions, along the axes and turned; every
          method is judged at the rate, out of 61, that gets it there first without ever rising above the start
Cost      about 5 s on one core
Notation  z distance from the minimum along the curvature's own axes, L the largest curvature
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # an import must not change the precision of others

RATES = 10 ** np.linspace(-3, 2, 61)
STEPS = 1000
METHODS = {
    "gd": optax.sgd,
    "cosine": lambda rate: optax.sgd(optax.cosine_decay_schedule(rate, STEPS)),
    "adagrad": lambda rate: optax.adagrad(rate, initial_accumulator_value=0.0, eps=1e-10),
    "rmsprop": lambda rate: optax.rmsprop(rate, eps=1e-10, bias_correction=True),
    "adam": lambda rate: optax.adam(rate, eps=1e-10),
    "adam_cosine": lambda rate: optax.adam(optax.cosine_decay_schedule(rate, STEPS), eps=1e-10),
}


# %% data
def valley(rng, *, turned, dimensions=10):
    """The curvature's axes as columns, (dimensions, dimensions), and a start (dimensions,)."""
    start = rng.normal(size=dimensions)  # the same for both
    axes = np.linalg.qr(rng.normal(size=(dimensions, dimensions)))[0] if turned else np.eye(dimensions)
    return axes, axes @ start


# %% loss
def loss(x, axes, curvature):
    """Half the curvature times the square of z, summed."""
    return curvature @ (axes.T @ x) ** 2 / 2


# %% train
@partial(jax.jit, static_argnames=("method", "steps"))
def descend(axes, start, curvature, rates, *, method, steps):
    """z along the way, (rates, valleys, steps + 1, dimensions)."""

    def one(rate, axes, start):
        optimizer = METHODS[method](rate)

        def step(state, _):
            x, memory = state
            move, memory = optimizer.update(jax.grad(loss)(x, axes, curvature), memory, x)
            return (optax.apply_updates(x, move), memory), axes.T @ x

        return jax.lax.scan(step, (start, optimizer.init(start)), length=steps + 1)[1]

    return jax.vmap(jax.vmap(one, in_axes=(None, 0, 0)), in_axes=(0, None, None))(rates, axes, start)


# %% evaluate
def steps_to(z, curvature, share):
    """Steps after which the loss stays below a share of the first; one more than there are if never."""
    height = np.nan_to_num(np.clip(z, -1e9, 1e9) ** 2 @ curvature, nan=np.inf)
    above = ~(height < share * height[..., :1])
    return np.where(above.any(axis=-1), above.shape[-1] - above[..., ::-1].argmax(axis=-1), 0)


def fastest(z, count, curvature):
    """The rate with the fewest steps, among those at which no loss is ever above its first: its place in the grid."""
    height = np.nan_to_num(np.clip(z, -1e9, 1e9) ** 2 @ curvature, nan=np.inf)
    tame = (height <= height[..., :1]).all(axis=(1, 2))
    return int(np.argmin(np.where(tame, count.mean(axis=1), np.inf)))


def overshoot(z):
    """How far the steepest coordinate goes past the minimum, as a share of where it began."""
    return np.maximum(-(z[..., -1] / z[..., :1, -1]).min(axis=-1), 0)


def crossings(z, steps):
    """How often the steepest coordinate changes sides in its first steps, by more than a hundredth of its start."""
    path = z[: steps + 1, -1] / z[0, -1]
    return int((np.diff(np.sign(path[abs(path) > 0.01])) != 0).sum())


# %% main
def main(*, kappa=100.0, rates=RATES, steps=STEPS, share=1e-4, valleys=10, dimensions=10):
    """{(lie, method): (z by valley at the best rate, steps to the share by rate and valley, its place)}."""
    curvature = np.geomspace(1, kappa, dimensions)
    found = {}
    for lie in ("along", "turned"):
        rngs = [np.random.default_rng(seed) for seed in range(valleys)]
        drawn = [valley(rng, turned=lie == "turned", dimensions=dimensions) for rng in rngs]
        axes, start = map(np.stack, zip(*drawn, strict=True))
        for method in METHODS:
            z = np.asarray(descend(axes, start, curvature, rates, method=method, steps=steps))
            count = steps_to(z, curvature, share)
            best = fastest(z, count, curvature)
            found[lie, method] = z[best].copy(), count, best
    return found


# %% result
if __name__ == "__main__":
    found = main()
    a_decade = 1 / np.log10(RATES[1] / RATES[0])  # rates
    count = {key: each[best] for key, (_, each, best) in found.items()}
    results = {}
    for (lie, method), (z, each, _) in found.items():
        results |= {
            f"steps_{lie}_{method}": count[lie, method].tolist(),
            f"overshoot_{lie}_{method}": overshoot(z).tolist(),
            f"crossings_{lie}_{method}": [crossings(path, 100) for path in z],
            f"decades_{lie}_{method}": float((each <= STEPS).all(axis=1).sum() / a_decade),
        }
    for lie in ("along", "turned"):
        first = min(("adagrad", "rmsprop", "adam"), key=lambda method, lie=lie: count[lie, method].mean())
        results[f"speedup_{lie}"] = (count[lie, "gd"] / count[lie, first]).tolist()
    for (lie, method), (_, _, best) in found.items():
        row = {name: np.mean(results[f"{name}_{lie}_{method}"]) for name in ("overshoot", "crossings", "decades")}
        print(
            f"{lie:7s}{method:12s} rate {RATES[best]:7.3g}: {count[lie, method].mean():5.0f} steps, overshoot "
            f"{row['overshoot']:.2f}, {row['crossings']:3.0f} crossings, {row['decades']:.1f} decades of rates will do"
        )

# %% figure
if __name__ == "__main__":
    labels = {
        "gd": ("fixed rate", "C0"),
        "adagrad": ("AdaGrad", "C1"),
        "rmsprop": ("RMSprop", "C2"),
        "adam": ("Adam", "C3"),
    }
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.6), sharey=True)
    for axis, (lie, title) in zip(axes, (("along", "valley along an axis"), ("turned", "turned valley")), strict=True):
        for method, (label, color) in labels.items():
            steps = found[lie, method][1].mean(axis=1)
            steps[(found[lie, method][1] > STEPS).any(axis=1)] = np.nan
            axis.plot(RATES, steps, color=color, label=label)
        axis.set(xlabel="learning rate", xscale="log", yscale="log", title=title)
    axes[0].set_ylabel("steps to 1/10000 of the loss")
    axes[1].legend(loc="lower left", fontsize=8)
    figure.suptitle(
        "AdaGrad and Adam forgive the rate; turn the valley, and their lead is gone", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% oscillation
if __name__ == "__main__":
    figure, axes = plt.subplots(4, 1, figsize=(7.2, 4.6), sharex=True)
    for axis, (method, (label, color)) in zip(axes, labels.items(), strict=True):
        path = found["turned", method][0][0, :121, -1]
        axis.plot(path / path[0], color=color, linewidth=1.2)
        axis.axhline(0, color="black", linewidth=0.6)
        axis.set(ylim=(-1.2, 1.2), yticks=[-1, 0, 1])
        axis.text(119, 0.5, label, color=color, ha="right")
    axes[-1].set_xlabel("step, each method at its fastest rate")
    figure.supylabel("steepest coordinate, start = 1", fontsize=10)
    figure.suptitle("Across a turned valley: who swings, and who creeps", x=0.01, ha="left", fontsize=11)
    plt.show()

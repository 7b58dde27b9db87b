"""L-BFGS untuned against three tuned optimizers, counted in gradients: on all of the data, and on small batches of it.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Training:
          "using curvature as well as slope, which can converge faster and need less tuning"
          D. C. Liu and J. Nocedal (1989), On the limited memory BFGS method for large scale optimization, Mathematical
          Programming 45
Differs   the source names no problem; ours are softmax regression and a small network on scikit-learn's digits, and
          Rosenbrock's valley; an evaluation is one loss with its gradient over all data
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
from scipy.optimize import minimize
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # an import must not change the precision of others

RATES = tuple(10.0 ** (np.arange(9) / 2 - 3))


# %% data
def digits(examples):
    """Pixels in [0, 1], (examples, 64), and digits."""
    x, y = load_digits(return_X_y=True)
    return x[:examples] / 16, y[:examples]


# %% model
def linear_logits(params, x):
    """Softmax regression, 650 parameters in one vector."""
    return x @ params[:640].reshape(64, 10) + params[640:]


def network_logits(params, x, *, width=16):
    """A network 64-16-10 of tanh units, its 1,210 parameters in one vector."""
    first, bias, second = jnp.split(params[:-10], [64 * width, 65 * width])
    return jnp.tanh(x @ first.reshape(64, width) + bias) @ second.reshape(width, 10) + params[-10:]


# %% loss
def cross_entropy(logits, params, x, y, *, decay=1e-4):
    """Mean cross-entropy plus half the decay times the squared length of the parameters."""
    right = jnp.take_along_axis(jax.nn.log_softmax(logits(params, x)), y[:, None], axis=1)
    return -right.mean() + decay / 2 * params @ params


softmax = partial(cross_entropy, linear_logits)
network = partial(cross_entropy, network_logits)


def valley(params, x, y):
    """Rosenbrock's function in as many variables as there are parameters; no data."""
    return jnp.sum(100 * (params[1:] - params[:-1] ** 2) ** 2 + (1 - params[:-1]) ** 2)


# %% train
@partial(jax.jit, static_argnames="loss")
def value_and_slope(params, x, y, *, loss):
    """One evaluation: the loss and its gradient."""
    return jax.value_and_grad(loss)(params, x, y)


def lbfgs(loss, start, x, y, *, evaluations):
    """Losses at each evaluation of SciPy's L-BFGS with its defaults, ten pairs of steps and slopes among them."""
    losses = []

    def counted(params):
        value, slope = value_and_slope(params, x, y, loss=loss)
        losses.append(float(value))
        return float(value), np.asarray(slope)

    minimize(
        counted,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxfun": evaluations, "maxiter": evaluations, "ftol": 1e-14},
    )
    return np.array(losses)


# what is kept of the mean slope, what is taken of the new one, and whether it is divided by its root mean square
METHODS = {"descent": (0.0, 1.0, False), "momentum": (0.9, 1.0, False), "adam": (0.9, 0.1, True)}


def one_step(setting, params, memory, slope, count):
    """Parameters and memory after a step of gradient descent, of momentum or of Adam."""
    rate, keep, take, adaptive = setting
    mean, square = keep * memory[0] + take * slope, 0.999 * memory[1] + 0.001 * slope**2
    adam = mean / (1 - keep**count) / (jnp.sqrt(square / (1 - 0.999**count)) + 1e-8)
    return params - rate * jnp.where(adaptive, adam, mean), jnp.stack([mean, square])


@partial(jax.jit, static_argnames=("loss", "steps", "batch"))
def first_order(settings, starts, keys, x, y, *, loss, steps, batch=None):
    """Losses on all data before each step for every setting and start, (settings, starts, steps)."""

    def one(setting, start, key):
        def step(state, now):
            params, memory = state
            count, key = now
            value, slope = jax.value_and_grad(loss)(params, x, y)
            if batch:
                rows = jax.random.choice(key, len(x), (batch,), replace=False)
                slope = jax.grad(loss)(params, x[rows], y[rows])
            return one_step(setting, params, memory, slope, count), value

        memory = jnp.zeros((2, len(start)))
        return jax.lax.scan(step, (start, memory), (1.0 + jnp.arange(steps), jax.random.split(key, steps)))[1]

    return jax.vmap(jax.vmap(one, in_axes=(None, 0, 0)), in_axes=(0, None, None))(settings, starts, keys)


def settings(rates, methods=tuple(METHODS)):
    """Every method with every rate, as four arrays."""
    every = np.array([(rate, *METHODS[name]) for name in methods for rate in rates])
    return every[:, 0], every[:, 1], every[:, 2], every[:, 3] > 0


@partial(jax.jit, static_argnames=("loss", "steps", "batch"))
def lbfgs_on_batches(starts, keys, x, y, *, loss, steps, batch):
    """Loss on all data after each step of Optax's L-BFGS, each on a new batch, and the evaluations made by then."""
    optimizer = optax.lbfgs()

    def step(state, key):
        params, memory = state
        rows = jax.random.choice(key, len(x), (batch,), replace=False)
        on_batch = partial(loss, x=x[rows], y=y[rows])
        value, slope = jax.value_and_grad(on_batch)(params)
        change, memory = optimizer.update(slope, memory, params, value=value, grad=slope, value_fn=on_batch)
        params = optax.apply_updates(params, change)
        return (params, memory), (loss(params, x, y), 1 + memory[-1].info.num_linesearch_steps)

    def one(start, key):
        losses, evaluations = jax.lax.scan(step, (start, optimizer.init(start)), jax.random.split(key, steps))[1]
        return losses, jnp.cumsum(evaluations)

    return jax.vmap(one)(starts, keys)


# %% evaluate
def count(losses, target):
    """Evaluations until the loss is at most the target, over the last axis; one more than were made where it is not."""
    there = np.asarray(losses) <= target
    return np.where(there.any(axis=-1), there.argmax(axis=-1) + 1, there.shape[-1] + 1)


def padded(losses, length):
    """Losses of a run that stopped by itself, its least one repeated up to the length."""
    return np.append(losses, np.full(max(length - len(losses), 0), losses.min()))[:length]


# %% main
def main(*, examples=200, shares=(0.01, 0.001), rates=RATES, seeds=3, batches=(20, 100), passes=20):
    """Evaluations {(problem, share): (of L-BFGS, of the others, most)}; the network's losses, full and by batch."""
    x, y = digits(examples)
    rng = np.random.default_rng(0)
    keys = jax.random.split(jax.random.key(0), seeds)
    nets = rng.normal(size=(seeds, 65 * 16 + 17 * 10)) * 0.15
    problems = {
        "softmax": (softmax, np.zeros((1, 650)), 200),
        "network": (network, nets, 200),
        "valley": (valley, rng.uniform(-1, 1, size=(seeds, 20)), 1000),
    }
    counts, full = {}, None
    for name, (loss, starts, evaluations) in problems.items():
        quasi = np.array([padded(lbfgs(loss, start, x, y, evaluations=evaluations), evaluations) for start in starts])
        others = first_order(settings(rates), starts, keys[: len(starts)], x, y, loss=loss, steps=evaluations)
        others = np.nan_to_num(np.asarray(others).reshape(len(METHODS), len(rates), len(starts), -1), nan=np.inf)
        least = min(quasi.min(), others.min())
        for share in shares:
            target = least + share * (quasi[:, 0].mean() - least)
            counts[name, share] = count(quasi, target), count(others, target), evaluations
        full = quasi if name == "network" else full
    small = {}
    for batch in batches:
        steps = passes * examples // batch
        quasi, made = lbfgs_on_batches(nets, keys, x, y, loss=network, steps=steps // 2, batch=batch)
        others = first_order(settings(rates, ["adam"]), nets, keys, x, y, loss=network, steps=steps, batch=batch)
        small[batch] = np.asarray(quasi), np.asarray(made), np.asarray(others)
    return counts, full, small


# %% result
if __name__ == "__main__":
    counts, full, small = main()
    fastest = {key: other.min(axis=1) for key, (_, other, _) in counts.items()}  # of all rates, (methods, starts)
    reached = {key: (other <= limit).mean(axis=(1, 2)) for key, (_, other, limit) in counts.items()}
    untuned, tuned = {}, {}
    for batch, (quasi, made, others) in small.items():
        evaluations = others.shape[-1]
        untuned[batch] = np.array([loss[at <= evaluations][-1] for loss, at in zip(quasi, made, strict=True)])
        tuned[batch] = others[:, :, -1].min(axis=0)
    results = {
        **{
            f"speedup_{name}{'_strict' if share == 0.001 else ''}": (fastest[name, share].min(axis=0) / own).tolist()
            for (name, share), (own, _, _) in counts.items()
        },
        **{f"evaluations_{name}": own.tolist() for (name, share), (own, _, _) in counts.items() if share == 0.01},
        **{f"evaluations_adam_{name}": fastest[name, 0.01][2].tolist() for name in ("softmax", "network", "valley")},
        "reached_lbfgs": float(np.mean(np.concatenate([own <= limit for own, _, limit in counts.values()]))),
        **{
            f"reached_{method}": float(
                np.mean([reached[name, 0.01][place] for name in ("softmax", "network", "valley")])
            )
            for place, method in enumerate(METHODS)
        },
        "batch_loss_lbfgs": untuned[20].tolist(),
        "batch_loss_adam": tuned[20].tolist(),
        "batch_advantage_lbfgs": (tuned[20] / untuned[20]).tolist(),
        "half_loss_lbfgs": untuned[100].tolist(),
        "half_loss_adam": tuned[100].tolist(),
        "full_loss_lbfgs": full[:, 19].tolist(),
    }
    for (name, share), (own, _, limit) in counts.items():
        print(f"{name:8s} {share:5g}: L-BFGS {own.tolist()}, others at their best rate", end=" ")
        print(", ".join(f"{m} {each.tolist()}" for m, each in zip(METHODS, fastest[name, share], strict=True)), end=" ")
        print(f"({limit + 1}: not there)")
    for batch in small:
        print(f"20 passes in batches of {batch}: L-BFGS {untuned[batch].round(3)}, tuned Adam {tuned[batch].round(3)}")

# %% figure
if __name__ == "__main__":
    titles = {"softmax": "softmax regression", "network": "network", "valley": "Rosenbrock"}
    figure, axes = plt.subplots(3, 1, figsize=(7.2, 4.6), sharex=True)
    for axis, (name, title) in zip(axes, titles.items(), strict=True):
        own, other, limit = counts[name, 0.01]
        axis.plot(own, np.full(len(own), 3), "D", color="C1")
        for place, each in enumerate(other[::-1]):
            there = np.sort(np.median(each, axis=1))
            there = there[there <= limit]
            axis.plot(there, np.full(len(there), place), "o", color="C0", alpha=0.7)
            axis.text(1500, place, f"{len(each) - len(there)} of {len(each)}", va="center", ha="center", fontsize=9)
        axis.set(yticks=range(4), xscale="log", xlim=(8, 2300), ylim=(-0.6, 3.6))
        axis.set_yticklabels(["Adam", "momentum", "descent", "L-BFGS"])
        axis.text(1500, 3, "not there:", va="center", ha="center", fontsize=9)
        axis.set_title(title, fontsize=10, pad=2)
    axes[-1].set_xlabel("evaluations until all but 1 % of the excess loss is gone (a dot is a rate)")
    axes[-1].set_xticks([10, 20, 50, 100, 200, 500, 1000], ["10", "20", "50", "100", "200", "500", "1000"])
    figure.suptitle("L-BFGS with its defaults is ahead of the best of nine rates", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% small-batches
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    quasi, made, others = small[20]
    adam = others[others[:, :, -1].mean(axis=1).argmin()]
    axis.plot(1 + np.arange(full.shape[1]), np.median(full, axis=0), color="C1", label="L-BFGS, all 200 digits")
    axis.plot(made.T / 10, quasi.T, "--", color="C1", linewidth=1)
    axis.plot(np.arange(adam.shape[1]) / 10, adam.T, color="C0", linewidth=1)
    axis.plot([], [], "--", color="C1", linewidth=1, label="L-BFGS, batches of 20 (3 seeds)")
    axis.plot([], [], color="C0", linewidth=1, label="Adam, batches of 20 (3 seeds)")
    axis.set(xlabel="passes over the data", ylabel="loss on all digits", yscale="log", xlim=(0, 20), ylim=(0.01, 4))
    axis.legend(loc="upper right")
    axis.set_title("On batches of 20 the curvature is that of noise: L-BFGS falls behind Adam")
    plt.show()

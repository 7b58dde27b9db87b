"""A batch of b samples makes a gradient 1 / sqrt(b) as noisy; per sample looked at, the noisy ones are the faster.

Source    "Gradient Descent Jax" (web article, anonymous, undated), the three variants and the questions on them
          L. Bottou (2010), Large-scale machine learning with stochastic gradient descent
Differs   the article names no problem; ours is least squares with 1024 samples and ten weights, where every number has
          a formula; cost is counted in gradients of single samples, not in seconds
Cost      about 3 s on one core
Notation  n samples, b samples in a batch, d weights
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # an import must not change the precision of others

BATCHES = (1, 4, 16, 64, 256, 1024)
RATES = tuple(np.geomspace(0.002, 1.6, 14))


# %% data
def sample(rng, *, n, d):
    """Inputs (n, d) and noisy values (n,) of weights that are all 1."""
    x = rng.normal(size=(n, d))
    return x, x.sum(axis=1) + rng.normal(size=n)


# %% loss
def squared_error(w, x, y):
    """Half the mean squared error."""
    return jnp.mean((x @ w - y) ** 2) / 2


# %% train
@partial(jax.jit, static_argnames="looks")
def descend(x, y, rows, rates, *, looks):
    """Weights at `looks` moments, from before the first step on, (rates, looks, d); rows of each step (steps, b)."""
    slope = jax.grad(squared_error)

    def one(rate):
        def stretch(w, rows):
            return jax.lax.scan(lambda w, row: (w - rate * slope(w, x[row], y[row]), None), w, rows)[0], w

        return jax.lax.scan(stretch, jnp.zeros(x.shape[1]), rows.reshape(looks, -1, rows.shape[1]))[1]

    return jax.vmap(one)(rates)


# %% evaluate
def batch_gradients(rng, x, y, *, batch, draws):
    """Gradients at w = 0 of batches drawn without putting back, (draws, d)."""
    rows = rng.permuted(np.tile(np.arange(len(x)), (draws, 1)), axis=1)[:, :batch]
    return -np.einsum("kbd,kb->kd", x[rows], y[rows]) / batch


def relative_error(gradients, truth):
    """Root mean square of the distance to a gradient, as a share of its length."""
    return np.sqrt(np.mean(np.sum((gradients - truth) ** 2, axis=1))) / np.linalg.norm(truth)


def expected_error(x, y, batch):
    """The same against the gradient of all samples, from the variance of one sample's (Cochran's correction)."""
    single = -x * y[:, None]
    left = (len(x) - batch) / (len(x) - 1) / batch
    return np.sqrt(single.var(axis=0).sum() * left) / np.linalg.norm(single.mean(axis=0))


def excess(w, x, y):
    """How far the loss of all samples is above its least."""
    best = np.linalg.lstsq(x, y, rcond=None)[0]
    away = np.clip(np.nan_to_num(np.asarray(w), nan=1e6), -1e6, 1e6) - best
    return np.sum((away @ (x.T @ x / len(x))) * away, axis=-1) / 2


def samples_to(height, goal, stride):
    """Samples seen when the excess is first at or below the goal; if never, all of them and a stride."""
    below = height <= goal
    return stride * np.where(below.any(axis=-1), below.argmax(axis=-1), below.shape[-1])


# %% main
def main(
    *,
    n=1024,
    d=10,
    epochs=64,
    rates=RATES,
    fixed=0.02,
    resting=BATCHES[:4],
    seeds=5,
    draws=200,
):
    """Errors {b: (against all samples, expected, against the truth)}, excess {b: (seeds, rates, looks)}, at `fixed`."""
    errors, height, floor = {}, {}, {}
    for batch in BATCHES:
        per_seed, paths, ends = [], [], []
        stride = max(batch, 16)
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            x, y = sample(rng, n=n, d=d)
            gradients = batch_gradients(rng, x, y, batch=batch, draws=draws)
            full = -x.T @ y / n
            per_seed.append(
                (relative_error(gradients, full), expected_error(x, y, batch), relative_error(gradients, -np.ones(d)))
            )
            rows = np.concatenate([rng.permutation(n) for _ in range(epochs)]).reshape(-1, batch)
            looks = n * epochs // stride
            paths.append(excess(descend(x, y, rows, np.array(rates), looks=looks), x, y))
            if batch in resting:
                drawn = rng.integers(n, size=rows.shape)  # with putting back, for which the floor has a formula
                w = descend(x, y, drawn, np.full(len(rates), fixed), looks=looks)[0]
                ends.append(excess(w[looks // 2 :], x, y).mean())
        errors[batch], height[batch] = np.array(per_seed), np.array(paths)
        if batch in resting:
            floor[batch] = np.array(ends)
    return errors, height, floor


# %% result
if __name__ == "__main__":
    errors, height, floor = main()
    goals = {"rough": 0.05, "middle": 0.005, "fine": 1e-6}  # the noise alone costs 0.5
    need = {}
    for batch, each in height.items():
        for name, goal in goals.items():
            count = samples_to(each, goal, max(batch, 16))
            need[batch, name] = count[:, count.mean(axis=0).argmin()]  # at the best rate for this goal
    least = {name: min(need[batch, name].mean() for batch in BATCHES) for name in goals}
    exponent = {
        name: np.polyfit(np.log(list(floor)), np.log([row[batch].mean() for batch in floor]), 1)[0]
        for name, row in {"noise": {batch: errors[batch][:, 0] for batch in floor}, "floor": floor}.items()
    }
    results = {
        "noise_exponent": float(exponent["noise"]),
        "floor_exponent": float(exponent["floor"]),
        **{f"error_{batch}": errors[batch][:, 0].tolist() for batch in (1, 16)},
        "error_of_all_against_truth": errors[1024][:, 2].tolist(),
        "noisier_than_batch": (errors[1][:, 2] / errors[1024][:, 2]).tolist(),
        **{f"passes_{name}_{batch}": (each / 1024).tolist() for (batch, name), each in need.items()},
        "batch_over_single_rough": (need[1024, "rough"] / need[1, "rough"]).tolist(),
        "batch_over_single_fine": (need[1024, "fine"] / need[1, "fine"]).tolist(),
        **{
            f"regret_{batch}": float(max(need[batch, name].mean() / least[name] for name in ("rough", "fine")))
            for batch in BATCHES
        },
    }
    print("relative error of a gradient; samples seen until the excess loss is first below a goal, at the best rate")
    print(f"{'b':>5s} {'measured':>9s} {'expected':>9s} {'vs truth':>9s}" + "".join(f"{name:>9s}" for name in goals))
    for batch in BATCHES:
        row = "".join(f"{each:10.3f}" for each in errors[batch].mean(axis=0))
        print(f"{batch:5d}{row}" + "".join(f"{need[batch, name].mean():9.0f}" for name in goals))
    print("excess loss at which rate 0.02 rests: " + ", ".join(f"b {b}: {e.mean():.2g}" for b, e in floor.items()))

# %% figure
if __name__ == "__main__":
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.7))
    fine = np.arange(1, 1025)
    expected = errors[1][:, 1].mean() * np.sqrt((1024 - fine) / 1023 / fine)
    left.plot(fine[:-1], expected[:-1], color="black", linewidth=1, label="theory")
    left.plot(
        BATCHES[:-1], [errors[b][:, 0].mean() for b in BATCHES[:-1]], "o", color="C0", label="against all samples"
    )
    left.plot(
        BATCHES, [errors[b][:, 2].mean() for b in BATCHES], "s", color="C1", markersize=4, label="against the truth"
    )
    left.set(
        xlabel="samples in a batch", ylabel="relative error of a gradient", xscale="log", yscale="log", ylim=(0.03, 6)
    )
    left.legend(loc="lower left", fontsize=8)
    for color, batch in enumerate((1, 16, 1024)):
        path = height[batch].mean(axis=0)
        lowest = np.minimum.accumulate(np.minimum(path.min(axis=0), 1e3))
        seen = max(batch, 16) * np.arange(len(lowest))
        right.plot(seen[1:], lowest[1:], color=f"C{color}", label=f"{batch} a batch")
    right.set(xlabel="samples seen", ylabel="lowest excess loss, best rate", xscale="log", yscale="log")
    right.set(ylim=(1e-9, 10), xlim=(16, 7e4))
    right.legend(loc="lower left", fontsize=8)
    figure.suptitle(
        "Noisy steps are the first to be nearly right, exact ones to be right", x=0.01, ha="left", fontsize=11
    )
    plt.show()

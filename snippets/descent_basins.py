"""Which minimum descent ends in is decided where it starts; what helps depends on what the landscape looks like.

Source    "Gradient Descent Jax" (web article, anonymous, undated), misconception 2 and the question on local minima
          S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi (1983), Optimization by simulated annealing, Science 220
Differs   the article names no function; ours are two: a bowl with ripples and the frequency of a noisy sine; both are
          means over 64 samples, so that stochastic descent is what its name says; all methods but L-BFGS
          have 500 gradients or losses, counted over all samples, and the settings of a grid that are the best for
          400 other starts
Cost      about 9 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize
from scipy.stats import binomtest

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # an import must not change the precision of others

SAMPLES = 64


# %% data
def tilts(rng):
    """A pull for each sample, (samples, 2), whose mean is zero."""
    pull = rng.normal(scale=5.0, size=(SAMPLES, 2))
    return pull - pull.mean(axis=0)


def recording(rng):
    """Times and noisy values of sin 6t, (samples, 2)."""
    time = np.sort(rng.uniform(-3, 3, size=SAMPLES))
    return np.stack([time, np.sin(6 * time) + 0.3 * rng.normal(size=SAMPLES)], axis=1)


# %% loss
def ripples(x, data):
    """A bowl with a dent at every whole number (Rastrigin's), tilted by each sample; least at 0."""
    return jnp.sum(x**2 + 10 * (1 - jnp.cos(2 * jnp.pi * x))) + (data @ x).mean()


def frequency(x, data):
    """Mean squared error of sin xt; least near x = 6."""
    return jnp.mean((jnp.sin(x[0] * data[:, 0]) - data[:, 1]) ** 2)


LANDSCAPES = {  # loss, lower and upper end of the starts, dimensions, rates to try
    "ripples": (ripples, -5.12, 5.12, 2, (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)),
    "frequency": (frequency, 0.0, 20.0, 1, (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)),
}


# %% train
@partial(jax.jit, static_argnames=("name", "steps"))
def descend(starts, data, rate, momentum, last, rows=None, *, name, steps):
    """Last places, (starts, dimensions), of descent whose rate falls to `last` of itself.

    Every step sees all samples, or those of its rows, (steps, starts, batch).
    """
    slope = jax.grad(LANDSCAPES[name][0])

    def step(state, now):
        x, speed = state
        time, rows = now
        pull = jax.vmap(slope, in_axes=(0, None))(x, data) if rows is None else jax.vmap(slope)(x, data[rows])
        speed = momentum * speed - rate * (1 - (1 - last) * time / steps) * pull
        return (x + speed, speed), None

    return jax.lax.scan(step, (starts, jnp.zeros_like(starts)), (jnp.arange(steps), rows))[0][0]


@partial(jax.jit, static_argnames=("name", "steps"))
def anneal(key, starts, data, heat, stride, *, name, steps):
    """Best places that Metropolis' rule met while it cooled from `heat` to a thousandth of it."""
    height = jax.vmap(LANDSCAPES[name][0], in_axes=(0, None))

    def step(state, now):
        x, value, best, least = state
        key, temperature = now
        move, chance = jax.random.split(key)
        there = x + stride * jax.random.normal(move, x.shape)
        new = height(there, data)
        go = jax.random.uniform(chance, new.shape) < jnp.exp((value - new) / temperature)
        x, value = jnp.where(go[:, None], there, x), jnp.where(go, new, value)
        better = value < least
        return (x, value, jnp.where(better[:, None], x, best), jnp.where(better, value, least)), None

    first = height(starts, data)
    cooling = jax.random.split(key, steps), heat * jnp.geomspace(1, 1e-3, steps)
    return jax.lax.scan(step, (starts, first, starts, first), cooling)[0][2]


def lbfgs(starts, data, *, name):
    """Last places of SciPy's L-BFGS with its own settings."""
    value_and_slope = jax.jit(jax.value_and_grad(LANDSCAPES[name][0]))

    def function(x):
        value, slope = value_and_slope(x, data)
        return float(value), np.asarray(slope)

    return np.array([minimize(function, start, jac=True, method="L-BFGS-B").x for start in starts])


# %% evaluate
def goal(data, *, name):
    """Where the least loss is: known for the ripples, the best point of a fine grid for the frequency."""
    if name == "ripples":
        return np.zeros(2)
    line = np.linspace(0, 20, 20_001)[:, None]
    return line[np.argmin(jax.vmap(frequency, in_axes=(0, None))(line, data))]


def arrived(x, data, *, name):
    """Whether each place lies in the dent of the least loss, and not in its neighbour, (starts,)."""
    return np.asarray(jnp.abs(x - goal(data, name=name)).max(axis=1) < 0.25)


def best_of(x, data, tries, *, name):
    """The lowest of each `tries` places in a row."""
    height = np.asarray(jax.vmap(LANDSCAPES[name][0], in_axes=(0, None))(x, data)).reshape(-1, tries)
    height = np.where(np.isnan(height), np.inf, height)
    return np.asarray(x).reshape(-1, tries, x.shape[1])[np.arange(len(height)), height.argmin(axis=1)]


# %% main
def methods(rng, name, *, budget, tries, starts, batch):
    """For each method its settings, and a function of key, starts, data and setting that gives the last places."""
    low, high, dimensions, rates = LANDSCAPES[name][1:]
    again = rng.uniform(low, high, size=(starts, tries - 1, dimensions))
    rows = rng.integers(SAMPLES, size=(budget * SAMPLES // batch, starts, batch), dtype=np.uint8)
    run = partial(descend, name=name, steps=budget)

    def restarts(key, start, data, rate):
        every = np.concatenate([start[:, None], again], axis=1).reshape(-1, dimensions)
        return best_of(descend(every, data, rate, 0.0, 1.0, name=name, steps=budget // tries), data, tries, name=name)

    return {
        "small_rate": (rates[:1], lambda key, start, data, rate: run(start, data, rate, 0.0, 1.0)),
        "descent": (rates, lambda key, start, data, rate: run(start, data, rate, 0.0, 1.0)),
        "fading": (rates, lambda key, start, data, rate: run(start, data, rate, 0.0, 0.0)),
        "momentum": (
            [(rate, momentum) for rate in rates for momentum in (0.5, 0.9, 0.98, 0.99)],
            lambda key, start, data, setting: run(start, data, *setting, 1.0),
        ),
        "restarts": (rates, restarts),
        "stochastic": (
            rates,
            lambda key, start, data, rate: descend(start, data, rate, 0.0, 0.0, rows, name=name, steps=len(rows)),
        ),
        "annealing": (
            [(heat, stride) for heat in (0.3, 1.0, 3.0, 10.0, 30.0) for stride in (0.3, 1.0, 3.0)],
            lambda key, start, data, setting: anneal(key, start, data, *setting, name=name, steps=budget),
        ),
    }


def main(*, budget=500, tries=10, starts=400, batch=16, seed=0):
    """{landscape: {method: whether each start arrives}}, {landscape: {method: setting}}, and the data."""
    found, chosen, known = {}, {}, {}
    for name, (_, low, high, dimensions, _) in LANDSCAPES.items():
        rng = np.random.default_rng(seed)
        data = known[name] = tilts(rng) if name == "ripples" else recording(rng)
        rehearsal, start = rng.uniform(low, high, size=(2, starts, dimensions))
        keys = jax.random.split(jax.random.key(seed))
        found[name], chosen[name] = {}, {}
        shape = {"budget": budget, "tries": tries, "starts": starts, "batch": batch}
        for method, (settings, run) in methods(rng, name, **shape).items():
            share = [arrived(run(keys[0], rehearsal, data, each), data, name=name).mean() for each in settings]
            chosen[name][method] = settings[int(np.argmax(share))]
            found[name][method] = arrived(run(keys[1], start, data, chosen[name][method]), data, name=name)
        found[name]["l_bfgs"] = arrived(lbfgs(start, data, name=name), data, name=name)
    return found, chosen, known


# %% result
if __name__ == "__main__":
    found, chosen, known = main()
    share = {name: {method: float(each.mean()) for method, each in row.items()} for name, row in found.items()}
    helped = [method for method in share["ripples"] if method not in ("descent", "small_rate", "fading")]
    results = {
        **{f"share_{name}_{method}": each for name, row in share.items() for method, each in row.items()},
        **{f"best_gain_{method}": max(row[method] - row["descent"] for row in share.values()) for method in helped},
        "best_gain_rate": max(max(row["descent"], row["fading"]) - row["small_rate"] for row in share.values()),
    }
    for name, row in share.items():
        for method, each in row.items():
            print(f"{name:10s} {method:11s} {100 * each:5.1f} % {chosen[name].get(method, '')}")

# %% landscapes
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2))
    for axis, name, label in zip(axes, LANDSCAPES, ("place along the first axis", "frequency"), strict=True):
        line = np.linspace(*LANDSCAPES[name][1:3], 1500)
        places = np.stack([line, 0 * line], axis=1)[:, : LANDSCAPES[name][3]]
        height = jax.vmap(LANDSCAPES[name][0], in_axes=(0, None))(places, known[name])
        best = goal(known[name], name=name)[0]
        axis.plot(line, height, color="C0", linewidth=1.2)
        axis.plot(best, height[np.argmin(abs(line - best))], "o", color="C1")
        axis.set(
            xlabel=label, ylabel="loss", title={"ripples": "a bowl with ripples", "frequency": "a sine to fit"}[name]
        )
    figure.suptitle("Two ways to have many minima (dot: the global one)", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% figure
if __name__ == "__main__":
    labels = {
        "descent": "descent",
        "momentum": "momentum",
        "l_bfgs": "L-BFGS",
        "fading": "large rate,\nfading",
        "stochastic": "stochastic,\nfading",
        "annealing": "simulated\nannealing",
        "restarts": "ten starts",
    }
    figure, axis = plt.subplots(figsize=(7.2, 4.0))
    for side, (name, color, label) in enumerate((("ripples", "C0", "ripples"), ("frequency", "C1", "frequency"))):
        for place, method in enumerate(labels):
            each = found[name][method]
            interval = binomtest(int(each.sum()), len(each)).proportion_ci(method="wilson")
            where, high = place + 0.4 * side - 0.2, each.mean()
            reach = [[max(high - interval.low, 0)], [interval.high - high]]
            axis.bar(where, high, 0.38, yerr=reach, color=color, capsize=2, label=label if place == 0 else None)
            axis.text(where, interval.high + 0.01, f"{100 * high:.0f}", ha="center", fontsize=9)
    axis.set_xticks(range(len(labels)), list(labels.values()), fontsize=8)
    axis.set(ylabel="starts that reach the global minimum", ylim=(0, 1))
    axis.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axis.grid(axis="x", visible=False)
    axis.legend(loc="upper left", title="landscape")
    axis.set_title("Chance and large steps get out of minima; momentum and L-BFGS do not")
    plt.show()

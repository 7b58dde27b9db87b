"""More momentum at a fixed rate is also a longer step: with the step held fixed the gain of momentum is gone.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 8: momentum .9, .95 and .99
          R. J. Williams (1992), Machine Learning 8, 229-256: REINFORCE
Differs   the article names no game, algorithm or rate; ours is REINFORCE on the cart-pole of Barto and Sutton, cut
          off at 200 steps; time is counted in updates, not in hours
Cost      about 9 s of one core
Notation  beta momentum, effective rate = rate / (1 - beta), the sum of the steps that one gradient causes
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
GRAVITY, CART, POLE, HALF_LENGTH, FORCE, TICK = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02


def push(state, right):
    """The state (..., 4) of place, speed, angle and its speed after one tick of a push to the left or right."""
    _, speed, angle, spin = jnp.moveaxis(state, -1, 0)
    force = jnp.where(right, FORCE, -FORCE)
    sine, cosine = jnp.sin(angle), jnp.cos(angle)
    thrust = (force + POLE * HALF_LENGTH * spin**2 * sine) / (CART + POLE)
    turn = (GRAVITY * sine - cosine * thrust) / (HALF_LENGTH * (4 / 3 - POLE * cosine**2 / (CART + POLE)))
    slide = thrust - POLE * HALF_LENGTH * turn * cosine / (CART + POLE)
    return state + TICK * jnp.stack([speed, slide, spin, turn], axis=-1)


def upright(state):
    """Whether the cart is within 2.4 of the middle and the pole within 12 degrees of upright."""
    return (abs(state[..., 0]) <= 2.4) & (abs(state[..., 2]) <= 12 * np.pi / 180)


# %% model
def initial(rng, *, width):
    """Weights of a network of one hidden layer from a state to the logit of a push to the right."""
    first = rng.normal(size=(4, width)).astype(np.float32) / 2
    return {"weights1": first, "bias1": np.zeros(width, np.float32), "weights2": np.zeros(width, np.float32)}


def logit(params, state):
    """Log odds of a push to the right; zero, a coin, before training."""
    return jnp.tanh(state @ params["weights1"] + params["bias1"]) @ params["weights2"]


def play(params, key, *, episodes, ticks):
    """States (ticks, episodes, 4), pushes and whether the pole stood before each push, (ticks, episodes)."""
    key_start, key_chance = jax.random.split(key)
    start = jax.random.uniform(key_start, (episodes, 4), minval=-0.05, maxval=0.05)
    chance = jax.random.uniform(key_chance, (ticks, episodes))

    def tick(carry, chance):
        state, stands = carry
        right = chance < jax.nn.sigmoid(logit(params, state))
        after = jnp.where(stands[:, None], push(state, right), state)
        return (after, stands & upright(after)), (state, right, stands)

    return jax.lax.scan(tick, (start, jnp.ones(episodes, bool)), chance)[1]


# %% loss
def advantage(stands, discount):
    """Discounted number of ticks still to stand, standardised over all ticks that stood, (ticks, episodes)."""
    to_go = jax.lax.scan(
        lambda sum, stand: ((stand + discount * sum) * stand,) * 2, 0.0 * stands[0], stands, reverse=True
    )[1]
    count = stands.sum()
    mean = (to_go * stands).sum() / count
    deviation = jnp.sqrt((((to_go - mean) * stands) ** 2).sum() / count)
    return (to_go - mean) / (deviation + 1e-6) * stands


def surrogate(params, states, right, weight):
    """Minus the mean of weight times the log-probability of each push: its gradient is REINFORCE's."""
    odds = logit(params, states)
    return -jnp.sum(weight * jax.nn.log_sigmoid(jnp.where(right, odds, -odds))) / jnp.sum(weight != 0)


# %% train
def train(params, key, rate, beta, *, updates, episodes, ticks, discount):
    """Mean return of each update's episodes, (updates,); gradient descent with momentum."""

    def update(state, key):
        params, velocity = state
        states, right, stands = play(params, key, episodes=episodes, ticks=ticks)
        stands = stands.astype(jnp.float32)
        gradient = jax.grad(surrogate)(params, states, right, advantage(stands, discount))
        velocity = jax.tree.map(lambda v, slope: beta * v + slope, velocity, gradient)
        params = jax.tree.map(lambda parameter, v: parameter - rate * v, params, velocity)
        return (params, velocity), stands.sum(axis=0).mean()

    state = params, jax.tree.map(jnp.zeros_like, params)
    return jax.lax.scan(update, state, jax.random.split(key, updates))[1]


# %% evaluate
def updates_until(returns, goal, *, window=10):
    """Updates until the mean over a window reaches the goal, or all of them if it never does, along the last axis."""
    sums = np.cumsum(np.concatenate([np.zeros((*returns.shape[:-1], 1)), returns], axis=-1), axis=-1)
    reached = (sums[..., window:] - sums[..., :-window]) / window >= goal
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1) + window, returns.shape[-1])


# %% main
def main(
    *,
    betas=(0.9, 0.95, 0.99),
    effective_rates=(0.5, 1, 2, 5, 10),
    updates=200,
    episodes=8,
    ticks=200,
    discount=0.99,
    width=16,
    seeds=10,
):
    """Returns (effective rate, momentum, seed, update); at rate 0.05 the effective rates are 0.5, 1 and 5."""
    params = [initial(np.random.default_rng(seed), width=width) for seed in range(seeds)]
    params = jax.tree.map(lambda *leaves: np.stack(leaves), *params)
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    beta = np.array(betas, np.float32)
    rates = np.outer(effective_rates, 1 - beta).astype(np.float32)
    fit = partial(train, updates=updates, episodes=episodes, ticks=ticks, discount=discount)
    over_seeds = jax.vmap(fit, in_axes=(0, 0, None, None))
    over_betas = jax.vmap(over_seeds, in_axes=(None, None, 0, 0))
    over_rates = jax.jit(jax.vmap(over_betas, in_axes=(None, None, 0, None)))
    return np.asarray(over_rates(params, keys, rates, beta))


# %% result
if __name__ == "__main__":
    betas, effective_rates = (0.9, 0.95, 0.99), (0.5, 1, 2, 5, 10)
    returns = main()
    last = returns[..., -20:].mean(axis=-1)
    updates = updates_until(returns, 163.5)  # the lowest reward in the article's table
    fixed_rate, fixed_effective = ((0, 0), (1, 1), (3, 2)), ((1, 0), (1, 1), (1, 2))  # rate 0.05; effective rate 1
    names = [f"{beta:g}".replace(".", "_") for beta in betas]
    results = {
        **{f"return_fixed_rate_{name}": last[at].tolist() for name, at in zip(names, fixed_rate, strict=True)},
        **{
            f"return_fixed_effective_{name}": last[at].tolist() for name, at in zip(names, fixed_effective, strict=True)
        },
        **{f"updates_fixed_rate_{name}": updates[at].tolist() for name, at in zip(names, fixed_rate, strict=True)},
        **{
            f"updates_fixed_effective_{name}": updates[at].tolist()
            for name, at in zip(names, fixed_effective, strict=True)
        },
        **{f"best_return_{name}": float(last.mean(axis=-1)[:, b].max()) for b, name in enumerate(names)},
        "gain_fixed_rate": (last[3, 2] - last[0, 0]).tolist(),
        "gain_fixed_effective": (last[1, 2] - last[1, 0]).tolist(),
        "higher_fixed_rate": float(np.mean(last[3, 2] > last[0, 0])),
        "higher_fixed_effective": float(np.mean(last[1, 2] > last[1, 0])),
        "sooner_fixed_rate": float(np.mean(updates[3, 2] < updates[0, 0])),
        "sooner_fixed_effective": float(np.mean(updates[1, 2] < updates[1, 0])),
    }
    print("return over the last 20 of 200 updates, mean of 10 seeds; * rate 0.05")
    print("rate / (1 - beta)" + "".join(f"  beta {beta:4g}" for beta in betas))
    for row, effective in enumerate(effective_rates):
        marks = ["*" if (row, column) in fixed_rate else " " for column in range(3)]
        cells = zip(last[row].mean(axis=-1), marks, strict=True)
        print(f"{effective:17g}" + "".join(f"{value:10.1f}{mark}" for value, mark in cells))

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for b, beta in enumerate(betas):
        style = dict(marker="os^"[b], linestyle=("-", "--", "-.")[b], color=f"C{b}", label=f"momentum {beta:g}")
        axes[0].plot((1 - beta) * np.array(effective_rates), last[:, b].mean(axis=-1), **style)
        axes[1].plot(effective_rates, last[:, b].mean(axis=-1), **style)
    axes[0].axvline(0.05, color="black", linewidth=1, linestyle=":")
    axes[0].set(xlabel="rate", ylabel="return, last 20 of 200 updates", xscale="log", ylim=(40, 205))
    axes[0].text(0.047, 45, "rate 0.05", rotation=90, ha="right", va="bottom")
    axes[1].axvline(1, color="black", linewidth=1, linestyle=":")
    axes[1].text(0.95, 45, "effective rate 1", rotation=90, ha="right", va="bottom")
    axes[1].set(xlabel="effective rate = rate / (1 - momentum)", xscale="log", xticks=effective_rates)
    axes[1].xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes[1].minorticks_off()
    axes[1].legend(loc="lower right")
    figure.suptitle("More momentum helps at one rate and hurts at one effective rate", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% learning-curves
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for axis, cells, title in zip(
        axes, (fixed_rate, fixed_effective), ("rate 0.05", "rate / (1 - momentum) = 1"), strict=True
    ):
        for b, at in enumerate(cells):
            low, high = returns[at].mean(axis=0) + np.array([[-1], [1]]) * returns[at].std(axis=0) / 10**0.5
            axis.fill_between(range(200), low, high, color=f"C{b}", alpha=0.18, linewidth=0)
            axis.plot(returns[at].mean(axis=0), ("-", "--", "-.")[b], color=f"C{b}", label=f"momentum {betas[b]:g}")
        axis.set(xlabel="update", title=title, ylim=(0, 205))
    axes[0].set_ylabel("return (mean, standard error)")
    axes[1].legend(loc="lower right")
    figure.suptitle("The order of the momenta turns with what is held fixed", x=0.01, ha="left", fontsize=11)
    plt.show()

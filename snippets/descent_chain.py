"""A chain hangs where its energy is least, and gradient descent on the energy finds how it hangs.

Source    "Gradient Descent Jax" (web article, anonymous, undated), misconception 1: gradient descent can be used in
          physical simulations to find the minimum energy state of a system
Differs   the article names no system; ours is a chain of beads on springs, hung at its ends, whose equilibrium is
          known: the horizontal part of the pull is the same in every spring, so one number is left to solve for
Cost      about 2 s on one core
Notation  H horizontal pull, V vertical pull in each spring, k stiffness of a spring times its length at rest
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import brentq

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # an import must not change the precision of others


# %% model
def straight(span, links):
    """Beads on the line between the two hooks, (links + 1, 2)."""
    return np.stack([np.linspace(0, span, links + 1), np.zeros(links + 1)], axis=1)


def tangle(rng, span, links):
    """Beads thrown anywhere into a square below and above the hooks."""
    return span * rng.uniform([0, -1], [1, 1], size=(links + 1, 2))


# %% loss
def energy(inner, *, span, length, k):
    """Energy of the springs and of the beads in the field of gravity; the chain weighs 1."""
    hooks = jnp.array([[0.0, 0.0], [span, 0.0]])
    beads = jnp.concatenate([hooks[:1], inner, hooks[1:]])
    links = len(beads) - 1
    rest = length / links
    stretched = jnp.linalg.norm(jnp.diff(beads, axis=0), axis=1)
    return jnp.sum(k / (2 * rest) * (stretched - rest) ** 2) + jnp.sum(inner[:, 1]) / links


# %% train
@partial(jax.jit, static_argnames=("steps", "every", "span", "length", "k"))
def descend(starts, rate, *, steps, every, span, length, k):
    """Beads between the hooks, every so many steps of gradient descent: (starts, steps / every + 1, links - 1, 2)."""
    slope = jax.grad(partial(energy, span=span, length=length, k=k))

    def stretch(beads, _):
        return jax.lax.fori_loop(0, every, lambda _, each: each - rate * slope(each), beads), beads

    def one(start):
        return jax.lax.scan(stretch, start, length=steps // every + 1)[1]

    return jax.vmap(one)(starts)


def newton(inner, *, steps, span, length, k):
    """The same beads by Newton's method, one Hessian a step; its steps are cut to a tenth of the span."""
    function = partial(energy, span=span, length=length, k=k)
    slope = jax.jit(jax.grad(function))
    curvature = jax.jit(jax.hessian(function))
    path = [np.asarray(inner)]
    for _ in range(steps):
        size = path[-1].size
        move = np.linalg.solve(np.asarray(curvature(path[-1])).reshape(size, size), np.asarray(slope(path[-1])).ravel())
        path.append(path[-1] - (move * min(1, span / 10 / abs(move).max())).reshape(-1, 2))
    return np.array(path)


# %% evaluate
def exact(*, links, span, length, k):
    """Beads between the hooks in equilibrium: every spring is pulled by H sideways and by the weight below it."""
    vertical = (np.arange(links) - (links - 1) / 2) / links

    def springs(horizontal):
        pull = np.hypot(horizontal, vertical)
        return length / links * (1 / pull + 1 / k)[:, None] * np.stack([np.full(links, horizontal), vertical], axis=1)

    horizontal = brentq(lambda pull: springs(pull)[:, 0].sum() - span, 1e-9, 1e3, xtol=1e-15)
    return np.cumsum(springs(horizontal), axis=0)[:-1]


def catenary(x, *, span, length):
    """Height of a chain that does not stretch and has infinitely many links."""
    a = brentq(lambda a: 2 * a * np.sinh(span / (2 * a)) - length, 0.05 * span, 100 * span)
    return a * (np.cosh((x - span / 2) / a) - np.cosh(span / (2 * a)))


def distance(path, truth):
    """The farthest that any bead is from its place in equilibrium, along the first axis of a path."""
    return np.linalg.norm(path - truth, axis=-1).max(axis=-1)


# %% main
def main(*, links=20, span=1.0, length=1.5, k=30.0, steps=80_000, every=100, seeds=10):
    """Beads along gradient descent, from a straight line and from tangles; along Newton's method; in equilibrium."""
    shape = {"span": span, "length": length, "k": k}
    rate = length / links / (4 * k)  # the stiffest motion is that of neighbours against each other
    tangles = [tangle(np.random.default_rng(seed), span, links) for seed in range(seeds)]
    starts = np.stack([straight(span, links), *tangles])[:, 1:-1]
    paths = np.asarray(descend(starts, rate, steps=steps, every=every, **shape))
    truth = exact(links=links, **shape)
    near = paths[0][np.argmax(distance(paths[0], truth) < 0.1)]
    return paths, newton(near, steps=8, **shape), truth


# %% result
if __name__ == "__main__":
    paths, quick, truth = main()
    far, newton_far = distance(paths, truth), distance(quick, truth)
    within = {goal: (far[0] < goal).argmax() * 100 for goal in (0.1, 1e-6)}
    results = {
        "farthest_bead": far[1:, -1].tolist(),
        "farthest_bead_straight": float(far[0, -1]),
        "steps_to_a_tenth": int(within[0.1]),
        "steps_to_a_millionth": int(within[1e-6]),
        "newton_steps": int((newton_far < 1e-6).argmax()),
        "off_catenary": float(abs(truth[:, 1] - catenary(truth[:, 0], span=1.0, length=1.5)).max()),
    }
    print("farthest bead from equilibrium, in spans")
    for step in (0, 10_000, 20_000, 40_000, 80_000):
        print(f"step {step:6d}: straight {far[0, step // 100]:.1e}, worst tangle {far[1:, step // 100].max():.1e}")
    print(f"Newton's method, from {newton_far[0]:.2f}: " + ", ".join(f"{each:.0e}" for each in newton_far[1:]))

# %% figure
if __name__ == "__main__":
    figure, (picture, curve) = plt.subplots(1, 2, figsize=(7.2, 4.6), width_ratios=[1, 1.5])
    hooks = np.array([[0.0, 0.0], [1.0, 0.0]])
    for step, color in ((0, "#c9c9c9"), (3000, "#56B4E9"), (12_000, "C0")):
        beads = np.concatenate([hooks[:1], paths[1, step // 100], hooks[1:]])
        picture.plot(*beads.T, ".-", color=color, linewidth=1, markersize=4, label=f"after {step:,} steps")
    beads = np.concatenate([hooks[:1], truth, hooks[1:]])
    picture.plot(*beads.T, "o", color="C1", markerfacecolor="none", markersize=6, label="exact equilibrium")
    line = np.linspace(0, 1, 100)
    picture.plot(line, catenary(line, span=1.0, length=1.5), ":", color="black", linewidth=1, label="catenary")
    picture.set(xlabel="across, in spans", ylabel="up, in spans", aspect="equal", xlim=(-0.05, 1.05))
    steps = 100 * np.arange(far.shape[1])
    curve.plot(steps / 1000, far[1:].T, color="C0", linewidth=0.8)
    curve.set(xlabel="thousand steps of gradient descent", yscale="log", ylim=(1e-7, 3))
    curve.set_ylabel("farthest bead from equilibrium (spans)")
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    figure.suptitle("Ten tangled chains fall into the one shape of least energy", x=0.01, ha="left", fontsize=11)
    plt.show()

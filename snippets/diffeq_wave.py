"""A standing wave by a network in a trial solution: the lecture's gradient descent, then Gauss-Newton.

Source    M. Hjorth-Jensen, Applied Data Analysis and Machine Learning, lecture notes of week 43 (2025),
          Solving the wave equation with Neural Networks; nothing that this program prints is in them
Differs   jitted; Gauss-Newton, ten times the steps, errors between the points and both schemes are ours
Cost      about 14 s on 2 CPU cores
Notation  g the solution, N the network, P its parameters: one matrix a layer, biases in the first column
"""

# %% setup
from functools import partial
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax.flatten_util import ravel_pytree
from matplotlib.colors import LogNorm

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # the source's precision; an import must not change that of others


# %% data
def grid(count):
    """Equally spaced points (x, t) of the unit square, (count * count, 2)."""
    line = np.linspace(0, 1, count)
    return np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)


def exact(point):
    """The solution g at a point (x, t)."""
    x, t = point
    return jnp.sin(jnp.pi * x) * (jnp.cos(jnp.pi * t) - jnp.sin(jnp.pi * t))


# %% model
def source_parameters(seed, hidden):
    """Standard normal weights and biases in the source's order; NumPy's old generator, which it seeds."""
    rng, sizes = np.random.RandomState(seed), (2, *hidden, 1)
    return [rng.randn(units, 1 + inputs) for inputs, units in pairwise(sizes)]


def ridge_parameters(key, width, *, steepness=6.0):
    """One hidden layer whose every unit turns at a random point of the square: (width, 3) and (1, 1 + width)."""
    keys = jax.random.split(key, 3)
    weights = steepness * jax.random.normal(keys[0], (width, 2))
    turns = jax.random.uniform(keys[1], (width, 2))
    biases = -jnp.sum(weights * turns, axis=1)
    return [jnp.column_stack([biases, weights]), jax.random.normal(keys[2], (1, 1 + width))]


def network(P, point):
    """N(point, P), one number: sigmoid layers, then a linear one."""
    *hidden, output = P
    for layer in hidden:
        point = jax.nn.sigmoid(layer[:, 0] + layer[:, 1:] @ point)
    return output[0, 0] + output[0, 1:] @ point


def trial(P, point):
    """The trial solution, right in value and speed at the start and at both ends whatever the network says."""
    x, t = point
    return (1 - t**2 - jnp.pi * t) * jnp.sin(jnp.pi * x) + x * (1 - x) * t**2 * network(P, point)


# %% loss
def residual(P, point):
    """What the trial solution leaves of g_tt - g_xx at a point."""
    curvature = jax.hessian(trial, argnums=1)(P, point)
    return curvature[1, 1] - curvature[0, 0]


def cost(P, points):
    """The mean square of the residuals."""
    return jnp.mean(jax.vmap(residual, (None, 0))(P, points) ** 2)


# %% train
@partial(jax.jit, static_argnames="steps")
def gradient_descent(P, points, *, rate, steps):
    """Parameters after that many plain steps, and the cost before each."""

    def step(P, _):
        value, gradient = jax.value_and_grad(cost)(P, points)
        return jax.tree.map(lambda weight, slope: weight - rate * slope, P, gradient), value

    return jax.lax.scan(step, P, length=steps)


# %% gauss-newton
@partial(jax.jit, static_argnames="steps")
def gauss_newton(P, points, *, steps, damping=1e-9):
    """Parameters after that many damped steps, each cut to the best of twelve lengths, and the cost before each.

    The system has a row for each point, so that the number of weights does not matter.
    """
    start, unravel = ravel_pytree(P)
    lengths = 0.5 ** jnp.arange(12)

    def row(weights, point):
        return residual(unravel(weights), point)

    def step(weights, _):
        residuals, J = jax.vmap(jax.value_and_grad(row), (None, 0))(weights, points)
        gram = J @ J.T
        gram += damping * jnp.trace(gram) * jnp.eye(len(points))
        direction = J.T @ jax.scipy.linalg.solve(gram, residuals, assume_a="pos")
        candidates = weights - lengths[:, None] * direction
        costs = jax.vmap(lambda weights: cost(unravel(weights), points))(candidates)
        best, now = jnp.nanargmin(costs), jnp.mean(residuals**2)
        return jnp.where(costs[best] < now, candidates[best], weights), now

    weights, costs = jax.lax.scan(step, start, length=steps)
    return unravel(weights), costs


# %% schemes
SCHEMES = "leapfrog, Euler start", "leapfrog, Taylor start"


def simple_scheme(count):
    """Leapfrog whose first step is one of forward Euler: g on the grid, (count, count)."""
    step, u = 1 / (count - 1), np.sin(np.pi * np.linspace(0, 1, count))
    return leapfrog(u, u - step * np.pi * u)


def better_scheme(count):
    """Leapfrog whose first step knows the acceleration too: g on the grid, (count, count)."""
    step, u = 1 / (count - 1), np.sin(np.pi * np.linspace(0, 1, count))
    acceleration = np.pad(u[:-2] - 2 * u[1:-1] + u[2:], 1) / step**2
    return leapfrog(u, u - step * np.pi * u + step**2 / 2 * acceleration)


def leapfrog(u, first):
    """All times from the first two; with steps in t as long as those in x each later one is exact."""
    g = [u, first]
    while len(g) < len(u):
        g.append(np.pad(g[-1][:-2] + g[-1][2:], 1) - g[-2])
    return np.stack(g, axis=1)


# %% evaluate
def errors(P, points):
    """Distance of the trial solution from the solution at each point, (points,)."""
    return jnp.abs(jax.vmap(partial(trial, P))(points) - jax.vmap(exact)(points))


def scheme_errors(values, points):
    """The same for a scheme that gave these values, (points,)."""
    return np.abs(values - np.asarray(jax.vmap(exact)(points)))


# %% main
def main(*, count=10, hidden=(50, 20), seed=15, steps=1000, rate=1e-2, patience=10, newton=100, width=40, seeds=5):
    """The source's start; its parameters after 1 to `patience` times its steps; after Gauss-Newton; ours."""
    start, points = source_parameters(seed, hidden), grid(count)
    descent = [gradient_descent(start, points, rate=rate, steps=steps)[0]]
    while len(descent) < patience:
        descent.append(gradient_descent(descent[-1], points, rate=rate, steps=steps)[0])
    same, _ = gauss_newton(start, points, steps=newton)
    ridges = [ridge_parameters(jax.random.key(seed), width) for seed in range(seeds)]
    ours = [gauss_newton(P, grid(2 * count), steps=newton)[0] for P in ridges]
    return start, descent, same, ours


# %% result
if __name__ == "__main__":
    start, descent, same, ours = main()
    points, fine = grid(10), grid(101)
    at_points = float(errors(descent[0], points).max())
    anywhere = [float(errors(P, fine).max()) for P in (descent[0], descent[-1], same)]
    simple, better = (
        float(scheme_errors(scheme(10).ravel(), points).max()) for scheme in (simple_scheme, better_scheme)
    )
    results = {
        "weights": sum(layer.size for layer in start),
        "cost_start": float(cost(start, points)),
        "cost_gradient_descent": float(cost(descent[0], points)),
        "cost_gauss_newton": float(cost(same, points)),
        "error_gradient_descent": at_points,
        "error_between_points": anywhere[0],
        "error_patient": anywhere[1],
        "error_gauss_newton": anywhere[2],
        "error_ours": [float(errors(P, fine).max()) for P in ours],
        "error_simple_scheme": simple,
        "error_better_scheme": better,
        "gain_of_patience": anywhere[0] / anywhere[1],
        "gain_of_gauss_newton": anywhere[0] / anywhere[2],
        "error_over_simple_scheme": at_points / simple,
        "error_over_better_scheme": at_points / better,
    }
    print(f"{results['weights']} weights; cost {results['cost_start']:g} at the start,")
    print(f"{results['cost_gradient_descent']:g} after the lecture's gradient descent,")
    print(f"{results['cost_gauss_newton']:.0e} after Gauss-Newton\n")
    print("largest error of")
    print(f"  the lecture's gradient descent, at its points  {results['error_gradient_descent']:.6g}")
    print(f"  ... at and between its points                  {results['error_between_points']:.6g}")
    print(f"  ... with ten times the steps                   {results['error_patient']:.2g}")
    print(f"  Gauss-Newton, same network, start and points   {results['error_gauss_newton']:.2g}")
    print(f"  Gauss-Newton, our network and points           {', '.join(f'{e:.1g}' for e in results['error_ours'])}")
    for name, error in zip(SCHEMES, (simple, better), strict=True):
        print(f"  {name + ', at the points':45s}  {error:.2g}")

# %% figure
if __name__ == "__main__":
    maps = {
        "lecture's network,\ngradient descent": descent[0],
        "lecture's network,\nGauss-Newton": same,
        "our network,\nGauss-Newton": ours[0],
    }
    figure, axes = plt.subplots(1, 3, sharey=True, figsize=(7.2, 3.2))
    for axis, (name, P) in zip(axes, maps.items(), strict=True):
        surface = np.asarray(errors(P, fine)).reshape(101, 101)
        image = axis.imshow(np.maximum(surface, 1e-7), norm=LogNorm(1e-6, 1), origin="lower", extent=(0, 1, 0, 1))
        axis.set(xlabel="$t$", xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        axis.set_title(name, fontsize=10)
        axis.grid(False)
    for axis in axes[:2]:
        axis.plot(*points.T[::-1], ".", color="white", markersize=2, clip_on=False)
    axes[0].set_ylabel("$x$")
    figure.suptitle("From left to middle only the optimizer changed", x=0.01, ha="left", fontsize="medium")
    figure.colorbar(image, ax=axes, label="error", shrink=0.8, extend="min")
    plt.show()

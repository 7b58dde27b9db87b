"""Exponential decay by a network in a trial solution: the lecture's gradient descent, then Gauss-Newton.

Source    M. Hjorth-Jensen, Applied Data Analysis and Machine Learning, lecture notes of week 43 (2025),
          Example: Exponential decay; what it printed is in chapter 15 of the course's book
Differs   jitted; Gauss-Newton, ten times the steps, errors between the points and both schemes are ours
Cost      about 5 s on 2 CPU cores
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

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # the source's precision; an import must not change that of others

# %% data
GAMMA, START = 2.0, 10.0


def grid(count):
    """Equally spaced points of [0, 1], (count, 1)."""
    return np.linspace(0, 1, count)[:, None]


def exact(point):
    """The solution g at a point (1,)."""
    return START * jnp.exp(-GAMMA * point[0])


# %% model
def source_parameters(seed, hidden):
    """Standard normal weights and biases in the source's order; NumPy's old generator, which it seeds."""
    rng, sizes = np.random.RandomState(seed), (1, *hidden, 1)
    return [rng.randn(units, 1 + inputs) for inputs, units in pairwise(sizes)]


def ridge_parameters(key, width, *, steepness=6.0):
    """One hidden layer whose every unit turns at a random point of [0, 1]: (width, 2) and (1, 1 + width)."""
    keys = jax.random.split(key, 3)
    weights = steepness * jax.random.normal(keys[0], (width, 1))
    turns = jax.random.uniform(keys[1], (width, 1))
    biases = -jnp.sum(weights * turns, axis=1)
    return [jnp.column_stack([biases, weights]), jax.random.normal(keys[2], (1, 1 + width))]


def network(P, point):
    """N(point, P), one number: sigmoid layers, then a linear one."""
    *hidden, output = P
    for layer in hidden:
        point = jax.nn.sigmoid(layer[:, 0] + layer[:, 1:] @ point)
    return output[0, 0] + output[0, 1:] @ point


def trial(P, point):
    """The trial solution, which starts right whatever the network says."""
    return START + point[0] * network(P, point)


# %% loss
def residual(P, point):
    """What the trial solution leaves of g' + gamma g at a point."""
    slope = jax.grad(trial, argnums=1)(P, point)
    return slope[0] + GAMMA * trial(P, point)


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
SCHEMES = "forward Euler", "Runge-Kutta"


def simple_scheme(count):
    """Forward Euler: g at that many points, (count,)."""
    factor = 1 - GAMMA / (count - 1)
    return START * factor ** np.arange(count)


def better_scheme(count):
    """The classical Runge-Kutta method of fourth order: g at that many points, (count,)."""
    z = -GAMMA / (count - 1)
    return START * (1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24) ** np.arange(count)


# %% evaluate
def errors(P, points):
    """Distance of the trial solution from the solution at each point, (points,)."""
    return jnp.abs(jax.vmap(partial(trial, P))(points) - jax.vmap(exact)(points))


def scheme_errors(values, points):
    """The same for a scheme that gave these values, (points,)."""
    return np.abs(values - np.asarray(jax.vmap(exact)(points)))


# %% main
def main(*, count=10, hidden=(10,), seed=15, steps=10_000, rate=1e-3, patience=10, newton=60, width=16, seeds=5):
    """The source's start; its parameters after 1 to `patience` times its steps; after Gauss-Newton; ours."""
    start, points = source_parameters(seed, hidden), grid(count)
    descent = [gradient_descent(start, points, rate=rate, steps=steps)[0]]
    while len(descent) < patience:
        descent.append(gradient_descent(descent[-1], points, rate=rate, steps=steps)[0])
    same, _ = gauss_newton(start, points, steps=newton)
    ridges = [ridge_parameters(jax.random.key(seed), width) for seed in range(seeds)]
    ours = [gauss_newton(P, grid(4 * count), steps=newton)[0] for P in ridges]
    return start, descent, same, ours


# %% result
if __name__ == "__main__":
    start, descent, same, ours = main()
    points, fine = grid(10), grid(1001)
    at_points = float(errors(descent[0], points).max())
    anywhere = [float(errors(P, fine).max()) for P in (descent[0], descent[-1], same)]
    simple, better = (float(scheme_errors(scheme(10), points).max()) for scheme in (simple_scheme, better_scheme))
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
    x, tenths = fine[:, 0], points[:, 0]
    figure, (left, right) = plt.subplots(1, 2, width_ratios=(1, 1.5))
    left.plot(x, jax.vmap(exact)(fine), color="black", linewidth=1, label="solution")
    left.plot(tenths, jax.vmap(partial(trial, descent[0]))(points), "o", color="C1", markersize=5)
    left.plot(tenths, simple_scheme(10), "s", color="C3", markersize=4)
    left.set(xlabel="$x$", ylabel="$g(x)$", title="Solutions")
    right.plot(x, errors(descent[0], fine), color="C1", label="gradient descent (lecture)")
    right.plot(x, errors(same, fine), color="C0", label="Gauss-Newton instead")
    for k, P in enumerate(ours):
        right.plot(x, errors(P, fine), color="C2", linewidth=0.8, label=None if k else "Gauss-Newton, our network")
    right.plot(tenths, scheme_errors(simple_scheme(10), points), "s", color="C3", markersize=4, label=SCHEMES[0])
    right.plot(tenths, scheme_errors(better_scheme(10), points), "D", color="C4", markersize=4, label=SCHEMES[1])
    right.set(xlabel="$x$", ylabel="error", yscale="log", ylim=(1e-10, None))
    right.set_title("Blue: only the optimizer changed")
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    plt.show()

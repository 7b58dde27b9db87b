"""Exponential decay by a network in a trial solution: the lecture's gradient descent, and Gauss-Newton in its place.

Source    M. Hjorth-Jensen, lecture notes of FYS-STK3155/4155, week 43 (20 October 2025), Example: Exponential decay;
          what its program printed: chapter 15 of the course's book
Differs   jitted; Gauss-Newton, ten times the steps, errors between the points and both schemes are ours
Cost      about 7 s on 2 CPU cores
Notation  g the solution, N the network, P its parameters: one matrix a layer, biases in the first column
"""

# %% setup
from functools import partial
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
    return [rng.randn(units, 1 + inputs) for inputs, units in zip(sizes, sizes[1:], strict=False)]


def ridge_parameters(key, width, *, steepness=6.0):
    """One hidden layer whose every unit turns at a random point of [0, 1]: (width, 2) and (1, 1 + width)."""
    keys = jax.random.split(key, 3)
    weights = steepness * jax.random.normal(keys[0], (width, 1))
    turns = jax.random.uniform(keys[1], (width, 1))
    biases = -jnp.sum(weights * turns, axis=1)
    return [jnp.column_stack([biases, weights]), jax.random.normal(keys[2], (1, 1 + width)) / width**0.5]


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
def gauss_newton(P, points, *, steps, damping=1e-10):
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
def on(function, points):
    """The function at each of the points, an array."""
    return np.asarray(jax.vmap(function)(points))


def largest_error(P, points):
    """The largest distance of the trial solution from the solution, over the points."""
    return float(np.max(np.abs(on(partial(trial, P), points) - on(exact, points))))


# %% main
def main(*, count=10, hidden=(10,), seed=15, steps=10_000, rate=1e-3, patience=10, width=16, newton=60, seeds=5):
    """Parameters: the source's start, after 1 to `patience` times its steps, after Gauss-Newton; `seeds` of our own."""
    start, points = source_parameters(seed, hidden), grid(count)
    descent, P = [], start
    for _ in range(patience):
        P, _ = gradient_descent(P, points, rate=rate, steps=steps)
        descent.append(P)
    same, _ = gauss_newton(start, points, steps=newton)
    ours = []
    for key in map(jax.random.key, range(seeds)):
        P, _ = gauss_newton(ridge_parameters(key, width), grid(4 * count), steps=newton)
        ours.append(P)
    return {"start": start, "descent": descent, "same": same, "ours": ours}


# %% result
if __name__ == "__main__":
    found, points, fine = main(), grid(10), grid(1001)
    once, patient = found["descent"][0], found["descent"][-1]
    results = {
        "cost_start": float(cost(found["start"], points)),
        "cost_gradient_descent": float(cost(once, points)),
        "error_gradient_descent": largest_error(once, points),
        "error_between_points": largest_error(once, fine),
        "error_patient": largest_error(patient, fine),
        "gain_of_patience": largest_error(once, fine) / largest_error(patient, fine),
        "error_gauss_newton": largest_error(found["same"], fine),
        "gain_of_gauss_newton": largest_error(once, fine) / largest_error(found["same"], fine),
        "error_ours": [largest_error(P, fine) for P in found["ours"]],
        "error_simple_scheme": float(np.max(np.abs(simple_scheme(10) - on(exact, points)))),
        "error_better_scheme": float(np.max(np.abs(better_scheme(10) - on(exact, points)))),
    }
    print(f"cost {results['cost_start']:g} at the start, {results['cost_gradient_descent']:g} at the end")
    print("largest error")
    print(f"  gradient descent, as the lecture runs it   {results['error_gradient_descent']:.6g}")
    print(f"  the same between the points                {results['error_between_points']:.6g}")
    print(f"  ten times its steps                        {results['error_patient']:.1e}")
    print(f"  Gauss-Newton, same network, start, points  {results['error_gauss_newton']:.1e}")
    print(f"  Gauss-Newton, our network, five starts     {', '.join(f'{e:.1e}' for e in results['error_ours'])}")
    print(f"  {SCHEMES[0]:42s} {results['error_simple_scheme']:.1e}")
    print(f"  {SCHEMES[1]:42s} {results['error_better_scheme']:.1e}")

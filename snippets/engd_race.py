"""Energy natural gradient against Adam, L-BFGS and BFGS on the 2-D Poisson equation, at equal CPU time.

Source    J. Müller and M. Zeinhofer (2023), Achieving High Accuracy with PINNs via Energy Natural Gradient Descent,
          ICML 2023, arXiv 2302.13163; network, points and Adam's schedule from the authors' scripts for Poisson in 2-D
Differs   every method as a compiled loop on the closed-form Laplacian, from the start of engd_poisson.py; clocks stop
          while errors are measured and do not count compilation; 3 s a run, not 200 000 steps of Adam and 50 of BFGS
Cost      about 40 s on one core
Timing    alone
Limit     600 s
Notation  theta parameters, u network, r weighted residuals, J Jacobian of r, H BFGS's inverse Hessian
"""

# %% setup
import os
import time
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    # read when NumPy and XLA start their threads, so before they are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NPROC="1")

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)


# %% data
def collocation(side=30):
    """The source's points: 28 x 28 inside the unit square, 116 on its boundary, all on one grid of spacing 1/29."""
    ticks = np.arange(side) / (side - 1)
    grid = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = ((grid > 0) & (grid < 1)).all(axis=1)
    return grid[inside], grid[~inside]


def quadrature(nodes=48):
    """Gauss-Legendre points (nodes**2, 2) and weights of the unit square; none of them is a training point."""
    x, weight = np.polynomial.legendre.leggauss(nodes)
    x, weight = (x + 1) / 2, weight / 2
    return np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2), np.outer(weight, weight).ravel()


def solution(x):
    """The exact u at points (n, 2); minus its Laplacian is 2 pi^2 u."""
    return jnp.sin(jnp.pi * x[..., 0]) * jnp.sin(jnp.pi * x[..., 1])


# %% model
def split(theta):
    """Input weights (2, width), biases, output weights (width,) and output bias of the flat parameters."""
    width = theta.size // 4
    return theta[: 2 * width].reshape(2, width), theta[2 * width : 3 * width], theta[3 * width : -1], theta[-1]


def network(theta, x):
    """u at points (n, 2): one hidden layer of tanh."""
    w, b, a, c = split(theta)
    return jnp.tanh(x @ w + b) @ a + c


def laplacian(theta, x):
    """Laplacian of u at points (n, 2); in closed form, which a gradient descends at a third of autodiff's cost."""
    w, b, a, _ = split(theta)
    t = jnp.tanh(x @ w + b)
    return (-2 * t * (1 - t**2)) @ (a * (w**2).sum(axis=0))


def start(key, width=32):
    """Normal input weights; each neuron's bend runs through a random point of the square."""
    direction, place, out = jax.random.split(key, 3)
    w = jax.random.normal(direction, (2, width))
    b = -(w * jax.random.uniform(place, (2, width))).sum(axis=0)
    return jnp.concatenate([w.ravel(), b, jax.random.normal(out, (width,)) / width**0.5, jnp.zeros(1)])


# %% loss
def residuals(theta, interior, boundary):
    """Residuals r of -Laplace u = f inside and u = 0 on the boundary, weighted: r @ r is the source's loss."""
    equation = laplacian(theta, interior) + 2 * jnp.pi**2 * solution(interior)
    return jnp.concatenate([equation / len(interior) ** 0.5, network(theta, boundary) * (4 / len(boundary)) ** 0.5])


def loss(theta, points):
    r = residuals(theta, *points)
    return r @ r


# %% jacobian
def jacobian(theta, interior, boundary):
    """J (points, parameters), a row of reverse mode for each point."""

    def row(theta, x, of):
        return of(theta, x[None])[0]

    rows = jax.vmap(jax.grad(row), in_axes=(None, 0, None))
    inside = rows(theta, interior, laplacian) / len(interior) ** 0.5
    return jnp.concatenate([inside, rows(theta, boundary, network) * (4 / len(boundary)) ** 0.5])


# %% natural-gradient
def natural_gradient(J, r, cut):
    """The energy natural gradient G^+ (2 J'r) = 2 J^+ r, without singular values below `cut` times the largest."""
    # the R of [J r] holds all that is needed of J and r: its SVD is 129 x 129 and takes half the time of J's
    R = jnp.linalg.qr(jnp.column_stack([J, r]), mode="r")
    U, S, Vt = jnp.linalg.svd(R[:-1, :-1])
    inverse = jnp.where(S > cut * S[0], 1 / S, 0)
    return 2 * Vt.T @ (inverse * (U.T @ R[:-1, -1]))


# %% train
def natural(theta, state, points, *, cut=1e-6, halvings=16):
    """One step of energy natural gradient descent with line search, as in engd_poisson.py."""
    descent = natural_gradient(jacobian(theta, *points), residuals(theta, *points), cut)
    steps = jnp.append(0.5 ** jnp.arange(halvings), 0)
    losses = jax.vmap(lambda step: loss(theta - step * descent, points))(steps)
    return theta - steps[jnp.argmin(losses)] * descent, state


# the source's: 0.001, from step 15 000 on a tenth of it every 10 000 steps
ADAM = optax.adam(optax.exponential_decay(1e-3, 10_000, 0.1, transition_begin=15_000, end_value=1e-7))


def adam(theta, state, points):
    """One step of Adam."""
    change, state = ADAM.update(jax.grad(loss)(theta, points), state)
    return theta + change, state


LBFGS = optax.lbfgs(memory_size=30)


def lbfgs(theta, state, points):
    """One step of L-BFGS with 30 pairs in memory; its line search keeps the new value and gradient."""
    objective = partial(loss, points=points)
    value, gradient = optax.value_and_grad_from_state(objective)(theta, state=state)
    change, state = LBFGS.update(gradient, state, theta, value=value, grad=gradient, value_fn=objective)
    return theta + change, state


ZOOM = optax.scale_by_zoom_linesearch(max_linesearch_steps=20, initial_guess_strategy="one")


def bfgs_start(theta, points):
    """A first H that makes the first trial step as long as 1, and an empty line search."""
    gradient = jax.grad(loss)(theta, points)
    return jnp.eye(theta.size) / jnp.linalg.norm(gradient), ZOOM.init(theta)


def bfgs(theta, state, points):
    """One step of BFGS with the same line search (Nocedal and Wright 2006, equation 6.17)."""
    H, search = state
    objective = partial(loss, points=points)
    value, gradient = optax.value_and_grad_from_state(objective)(theta, state=search)
    s, search = ZOOM.update(-H @ gradient, search, theta, value=value, grad=gradient, value_fn=objective)
    y = search.grad - gradient
    curvature = s @ y
    Hy = H @ y
    grown = (
        H + (1 + y @ Hy / curvature) * jnp.outer(s, s) / curvature - (jnp.outer(Hy, s) + jnp.outer(s, Hy)) / curvature
    )
    return theta + s, (jnp.where(curvature > 0, grown, H), search)


# %% evaluate
def relative_error(theta, x, weight):
    """Relative L2 error of the network by quadrature."""
    exact = solution(x)
    return jnp.sqrt(weight @ (network(theta, x) - exact) ** 2 / (weight @ exact**2))


# %% race
def compiled(step, theta, state, points, chunk):
    """`chunk` steps as one program, and the CPU seconds that its compilation took."""

    def steps(theta, state, points):
        return jax.lax.scan(lambda both, _: (step(*both, points), None), (theta, state), length=chunk)[0]

    before = time.process_time()
    program = jax.jit(steps).lower(theta, state, points).compile()
    return program, time.process_time() - before


def run(program, theta, state, points, grid, seconds):
    """CPU seconds spent and relative L2 errors, before the first chunk and after each, until `seconds` are spent."""
    error = jax.jit(relative_error)
    spent, history = 0.0, [(0.0, float(error(theta, *grid)))]
    while spent < seconds:
        before = time.process_time()
        theta, state = jax.block_until_ready(program(theta, state, points))
        spent += time.process_time() - before
        history.append((spent, float(error(theta, *grid))))  # outside the clock
    return np.array(history)


# %% main
def main(*, seconds=3.0, seconds_natural=1.2, seeds=3, width=32):
    """By method: histories (CPU seconds, errors) of each seed, steps per measurement, CPU seconds to compile."""
    points, grid = jax.device_put((collocation(), quadrature()))
    starts = [start(jax.random.key(seed), width) for seed in range(seeds)]
    methods = {  # step, first state, steps between two measurements: a few hundredths of a second
        "natural gradient": (natural, lambda theta: (), 2),
        "BFGS": (bfgs, lambda theta: bfgs_start(theta, points), 50),
        "L-BFGS": (lbfgs, LBFGS.init, 50),
        "Adam": (adam, ADAM.init, 200),
    }
    histories, compiling = {}, {}
    for name, (step, first, chunk) in methods.items():
        program, compiling[name] = compiled(step, starts[0], first(starts[0]), points, chunk)
        budget = seconds_natural if name == "natural gradient" else seconds
        histories[name] = [run(program, theta, first(theta), points, grid, budget) for theta in starts]
    return histories, {name: chunk for name, (_, _, chunk) in methods.items()}, compiling


# %% result
if __name__ == "__main__":
    histories, chunks, compiling = main()

    def at(seconds):
        """Errors at the last measurement within so many CPU seconds, by method: one per seed."""
        return {
            name: np.array([each[each[:, 0] <= seconds][-1, 1] for each in runs]) for name, runs in histories.items()
        }

    after = {seconds: at(seconds) for seconds in (0.3, 1.0, 2.0, 3.0)}
    done = after[1.0]["natural gradient"]
    steps = {name: np.array([chunks[name] * (len(each) - 1) for each in runs]) for name, runs in histories.items()}
    spent = {name: np.array([each[-1, 0] for each in runs]) for name, runs in histories.items()}
    results = {
        "rel_l2_engd_1s": done.tolist(),
        "rel_l2_bfgs_1s": after[1.0]["BFGS"].tolist(),
        "rel_l2_bfgs_50_steps": [float(each[1, 1]) for each in histories["BFGS"]],
        "rel_l2_adam_3s": after[3.0]["Adam"].tolist(),
        "rel_l2_lbfgs_3s": after[3.0]["L-BFGS"].tolist(),
        "rel_l2_bfgs_3s": after[3.0]["BFGS"].tolist(),
        "adam_over_engd": (after[3.0]["Adam"] / done).tolist(),
        "lbfgs_over_engd": (after[3.0]["L-BFGS"] / done).tolist(),
        "bfgs_over_engd": (after[3.0]["BFGS"] / done).tolist(),
        "bfgs_over_engd_1s": (after[1.0]["BFGS"] / done).tolist(),
        "steps_bfgs_3s": steps["BFGS"].astype(float).tolist(),
        "steps_adam_3s": steps["Adam"].astype(float).tolist(),
        "seconds_per_step_engd": (spent["natural gradient"] / steps["natural gradient"]).tolist(),
        "seconds_compile_engd": compiling["natural gradient"],
    }
    print("relative L2 error (median) after 0.3 s    1 s    2 s    3 s of CPU time     a step   compilation")
    for name in histories:
        medians = "".join(f"{np.median(errors[name]):7.0e}" for errors in after.values())
        print(f"{name:30}{medians} {1e3 * np.mean(spent[name] / steps[name]):21.2f} ms {compiling[name]:9.1f} s")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (name, runs) in enumerate(histories.items()):
        for seed, each in enumerate(runs):
            axis.plot(each[1:, 0], each[1:, 1], color=f"C{color}", linewidth=1.2, label="_" if seed else name)
    axis.set(xlabel="CPU time in seconds", ylabel="relative $L^2$ error", xscale="log", yscale="log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.set_title("BFGS needs seconds to come near, Adam stops at 0.001 (three starts each)")
    axis.legend()
    plt.show()

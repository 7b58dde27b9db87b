"""Energy natural gradient on the heat equation: time is one more coordinate of the same least-squares problem.

Source    J. Müller and M. Zeinhofer (2023), Achieving High Accuracy with PINNs via Energy Natural Gradient Descent,
          ICML 2023, arXiv 2302.13163; settings from the authors' script engd_heat.py
Differs   Jacobian and singular values instead of Gram matrix and lstsq, derivatives in closed form, cut-off 1e-6, a
          start that spreads the neurons over the square, 150 steps instead of 2000; five starts
Cost      about 20 s on one core
Notation  theta parameters, u network, r weighted residuals, J Jacobian of r, G = J'J the energy Gram matrix
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
    jax.config.update("jax_enable_x64", True)

DIFFUSIVITY = 0.25


# %% data
def collocation(side=30):
    """The source's points (t, x): 784 inside the unit square, 29 at t = 0 and 29 on each of x = 0 and x = 1."""
    ticks = np.arange(side) / (side - 1)
    interior = np.stack(np.meshgrid(ticks[1:-1], ticks[1:-1], indexing="ij"), axis=-1).reshape(-1, 2)
    early, late, zero = ticks[:-1], ticks[1:], np.zeros(side - 1)
    walls = np.concatenate([np.c_[early, zero], np.c_[late, zero + 1]])
    return interior, np.c_[zero, late], walls


def quadrature(nodes=48):
    """Gauss-Legendre points (nodes**2, 2) and weights of the unit square; none of them is a training point."""
    x, weight = np.polynomial.legendre.leggauss(nodes)
    x, weight = (x + 1) / 2, weight / 2
    return np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2), np.outer(weight, weight).ravel()


def solution(tx):
    """The exact u at points (n, 2): a sine that decays."""
    return jnp.exp(-(jnp.pi**2) * DIFFUSIVITY * tx[..., 0]) * jnp.sin(jnp.pi * tx[..., 1])


# %% model
def split(theta):
    """Input weights (2, width), biases, output weights (width,) and output bias of the flat parameters."""
    width = theta.size // 4
    return theta[: 2 * width].reshape(2, width), theta[2 * width : 3 * width], theta[3 * width : -1], theta[-1]


def network(theta, tx):
    """u at points (n, 2): one hidden layer of tanh."""
    w, b, a, c = split(theta)
    return jnp.tanh(tx @ w + b) @ a + c


def heat(theta, tx):
    """u_t - u_xx / 4 at points (n, 2); in closed form, which a gradient descends at a third of autodiff's cost."""
    w, b, a, _ = split(theta)
    h = jnp.tanh(tx @ w + b)
    return (1 - h**2) @ (a * w[0]) - DIFFUSIVITY * (-2 * h * (1 - h**2)) @ (a * w[1] ** 2)


def start(key, width=64):
    """Normal input weights; each neuron's bend runs through a random point of the square."""
    direction, place, out = jax.random.split(key, 3)
    w = jax.random.normal(direction, (2, width))
    b = -(w * jax.random.uniform(place, (2, width))).sum(axis=0)
    return jnp.concatenate([w.ravel(), b, jax.random.normal(out, (width,)) / width**0.5, jnp.zeros(1)])


# %% loss
def residuals(theta, interior, initial, walls):
    """Residuals r of the equation, of u = sin(pi x) at t = 0 and of u = 0 on the walls: r @ r is the source's loss."""
    return jnp.concatenate(
        [
            heat(theta, interior) / len(interior) ** 0.5,
            (network(theta, initial) - solution(initial)) / len(initial) ** 0.5,
            network(theta, walls) / (len(walls) / 2) ** 0.5,  # each wall has length 1
        ]
    )


def loss(theta, points):
    r = residuals(theta, *points)
    return r @ r


# %% jacobian
def jacobian(theta, interior, initial, walls):
    """J (points, parameters), a row of reverse mode for each point."""

    def row(theta, tx, of):
        return of(theta, tx[None])[0]

    rows = jax.vmap(jax.grad(row), in_axes=(None, 0, None))
    return jnp.concatenate(
        [
            rows(theta, interior, heat) / len(interior) ** 0.5,
            rows(theta, initial, network) / len(initial) ** 0.5,
            rows(theta, walls, network) / (len(walls) / 2) ** 0.5,
        ]
    )


# %% natural-gradient
def natural_gradient(J, r, cut):
    """The energy natural gradient G^+ (2 J'r) = 2 J^+ r, without singular values below `cut` times the largest."""
    # the R of [J r] holds all that is needed of J and r: its SVD is 257 x 257
    R = jnp.linalg.qr(jnp.column_stack([J, r]), mode="r")
    U, S, Vt = jnp.linalg.svd(R[:-1, :-1])
    inverse = jnp.where(S > cut * S[0], 1 / S, 0)
    return 2 * Vt.T @ (inverse * (U.T @ R[:-1, -1]))


# %% train
def update(theta, points, cut, halvings):
    """The best of the steps 1, 1/2, 1/4, ... along the natural gradient, or none if all of them raise the loss."""
    descent = natural_gradient(jacobian(theta, *points), residuals(theta, *points), cut)
    steps = jnp.append(0.5 ** jnp.arange(halvings), 0).astype(theta.dtype)
    losses = jax.vmap(lambda step: loss(theta - step * descent, points))(steps)
    best = jnp.argmin(losses)
    return theta - steps[best] * descent, losses[best], steps[best]


@partial(jax.jit, static_argnames=("steps", "halvings"))
def train(theta, points, grid, cut, *, steps, halvings=16):
    """From each start in the stack `theta`: parameters, loss, relative L2 error and step length after each step."""

    def step(theta, _):
        theta, value, length = update(theta, points, cut, halvings)
        return theta, (theta, value, relative_error(theta, *grid), length)

    return jax.lax.map(lambda one: jax.lax.scan(step, one, length=steps)[1], theta)


# %% evaluate
def relative_error(theta, tx, weight):
    """Relative L2 error over space and time by quadrature."""
    exact = solution(tx)
    return jnp.sqrt(weight @ (network(theta, tx) - exact) ** 2 / (weight @ exact**2))


# %% main
def main(*, cuts=(1e-6, 1e-7), steps=100, seeds=5, width=64):
    """By cut-off: parameters, losses, errors and step lengths with axes (seed, step)."""
    starts = jax.vmap(partial(start, width=width))(jax.vmap(jax.random.key)(np.arange(seeds)))
    points, grid = jax.device_put((collocation(), quadrature()))
    return {cut: [np.asarray(each) for each in train(starts, points, grid, cut, steps=steps)] for cut in cuts}


# %% result
if __name__ == "__main__":
    runs = main()
    last = {cut: errors[:, -1] for cut, (_, _, errors, _) in runs.items()}
    results = {
        "rel_l2": last[1e-6].tolist(),
        "rel_l2_median": float(np.median(last[1e-6])),
        "digits": (-np.log10(last[1e-6])).tolist(),
        "digits_cut_1e_7": (-np.log10(last[1e-7])).tolist(),
    }
    print("relative L2 error after 100 steps   best   median    worst   (5 starts)")
    for cut, end in last.items():
        print(f"cut-off {cut:.0e}                   {end.min():8.0e} {np.median(end):8.0e} {end.max():8.0e}")

# %% error-map
if __name__ == "__main__":
    ticks = np.linspace(0, 1, 101)
    square = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    theta = runs[1e-6][0][:, -1][int(np.argsort(last[1e-6])[2])]  # the median of five
    exact, error = solution(square), network(theta, square) - solution(square)
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2), sharey=True)
    for axis, name, values, colors in zip(
        axes, ("$u^*$", "$u - u^*$"), (exact, error), ("viridis", "RdBu_r"), strict=True
    ):
        reach = float(abs(values).max())
        low = 0 if name == "$u^*$" else -reach
        shown = np.asarray(values).reshape(101, 101).T
        image = axis.pcolormesh(ticks, ticks, shown, cmap=colors, vmin=low, vmax=reach, rasterized=True)
        figure.colorbar(image, ax=axis)
        axis.set(title=name, xlabel="time $t$", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
        axis.grid(False)
    axes[0].set_ylabel("place $x$")
    figure.suptitle("What is left of the error sits at the edges (start of median error)", x=0.02, ha="left")
    plt.show()

# %% learning-curves
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (cut, (_, _, errors, _)) in enumerate(runs.items()):
        steps = np.arange(1, 1 + errors.shape[1])
        label = [f"cut-off {cut:.0e}"] + ["_"] * (len(errors) - 1)
        axis.plot(steps, errors.T, color=f"C{color}", linewidth=1.2, label=label)
    axis.set(xlabel="step", ylabel="relative $L^2$ error", yscale="log", xlim=(0, steps[-1]))
    axis.set_title("The heat equation: plunges and plateaus again (five starts each)")
    axis.legend()
    plt.show()

"""Energy natural gradient on the 2-D Poisson equation: each step solves a least-squares problem in function space.

Source    J. Müller and M. Zeinhofer (2023), Achieving High Accuracy with PINNs via Energy Natural Gradient Descent,
          ICML 2023, arXiv 2302.13163; settings from the authors' script engd_poisson_2d.py
Differs   Jacobian and singular values instead of Gram matrix and lstsq, closed-form Laplacian, the whole loop compiled;
          cut-off 1e-6; a start that spreads the neurons over the square; error by Gauss-Legendre quadrature
Cost      about 25 s on one core
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


def source_start(key, width=32):
    """All weights and biases normal with standard deviation 0.1, as in the authors' scripts."""
    return 0.1 * jax.random.normal(key, (4 * width + 1,))


# %% loss
def residuals(theta, interior, boundary):
    """Residuals r of -Laplace u = f inside and of u = 0 on the boundary, weighted so that r @ r is the source's loss."""
    equation = laplacian(theta, interior) + 2 * jnp.pi**2 * solution(interior)
    return jnp.concatenate(
        [equation / len(interior) ** 0.5, network(theta, boundary) * (4 / len(boundary)) ** 0.5]
    )


def loss(theta, *points):
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
def update(theta, points, cut, halvings):
    """The best of the steps 1, 1/2, 1/4, ... along the natural gradient, or none if all of them raise the loss."""
    descent = natural_gradient(jacobian(theta, *points), residuals(theta, *points), cut)
    steps = jnp.append(0.5 ** jnp.arange(halvings), 0).astype(theta.dtype)
    losses = jax.vmap(lambda step: loss(theta - step * descent, *points))(steps)
    best = jnp.argmin(losses)
    return theta - steps[best] * descent, losses[best], steps[best]


@partial(jax.jit, static_argnames="halvings")
def train(theta, points, grid, *, cuts, halvings=16):
    """Parameters after each step of each start in the stack `theta`, with loss, relative L2 error and step length."""

    def step(theta, cut):
        theta, value, length = update(theta, points, cut, halvings)
        return theta, (theta, value, relative_error(theta, *grid), length)

    return jax.lax.map(lambda one: jax.lax.scan(step, one, cuts)[1], theta)


# %% evaluate
def relative_error(theta, x, weight):
    """Relative L2 error of the network by quadrature."""
    exact = solution(x)
    return jnp.sqrt(weight @ (network(theta, x) - exact) ** 2 / (weight @ exact**2))

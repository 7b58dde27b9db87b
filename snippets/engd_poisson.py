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
def relative_error(theta, x, weight):
    """Relative L2 error of the network by quadrature."""
    exact = solution(x)
    return jnp.sqrt(weight @ (network(theta, x) - exact) ** 2 / (weight @ exact**2))


def push_forward(theta, direction, x):
    """How u changes at points (n, 2) when theta moves in `direction`."""
    return jax.jvp(lambda moved: network(moved, x), (theta,), (direction,))[1]


def cosine(f, g, weight):
    """Cosine of the angle between two functions in L2, from their values at the quadrature points."""
    return (weight @ (f * g)) / jnp.sqrt((weight @ f**2) * (weight @ g**2))


@jax.jit
def first_directions(theta, points, cut):
    """The natural gradient and the gradient, both of the loss."""
    J, r = jacobian(theta, *points), residuals(theta, *points)
    return natural_gradient(J, r, cut), 2 * J.T @ r


@jax.jit
def alignment(theta, points, grid, cut):
    """Cosines of the error u - u* with the push-forwards of the natural gradient and of the gradient."""
    x, weight = grid
    error = network(theta, x) - solution(x)
    return [cosine(push_forward(theta, way, x), error, weight) for way in first_directions(theta, points, cut)]


@jax.jit
def spectrum(theta, points):
    """Singular values of the Jacobian, as shares of the largest."""
    values = jnp.linalg.svd(jacobian(theta, *points), compute_uv=False)
    return values / values[0]


# %% main
def main(*, cut=1e-6, steps=60, seeds=10, lower=(1e-7, 1e-8), patience=150, few=5, width=32):
    """Runs by name, each (parameters, losses, errors, step lengths) with axes (seed, step); starts, points, grid."""
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    points, grid = jax.device_put((collocation(), quadrature()))
    starts, source = (jax.vmap(partial(draw, width=width))(keys) for draw in (start, source_start))
    runs = {"default": train(starts, points, grid, cut, steps=steps)}
    runs |= {f"cut {low:g}": train(starts[:few], points, grid, low, steps=patience) for low in lower}
    runs["nudged"] = train(starts * (1 + 2**-50), points, grid, cut, steps=steps)
    runs["tightened"] = train(runs["default"][0][:few, -1], points, grid, lower[-1], steps=steps // 2)
    # what the scripts' lstsq does with the Gram matrix, whose eigenvalues are squares of singular values
    lstsq = float((source.shape[1] * jnp.finfo(source.dtype).eps) ** 0.5)
    runs["source"] = train(source, points, grid, lstsq, steps=steps, halvings=31)
    single = jax.tree.map(lambda each: each.astype(jnp.float32), (starts[:few], points, grid))
    runs["float32"] = train(*single, cut, steps=steps)
    return runs, starts, points, grid


# %% result
if __name__ == "__main__":
    runs, starts, points, grid = main()
    ends = runs["default"][0][:, -1]
    errors = {name: np.asarray(run[2], dtype=float) for name, run in runs.items()}
    last = {name: error[:, -1] for name, error in errors.items()}
    thetas = {"at the start": starts, "after 60 steps": ends}
    aligned = {
        name: np.array([alignment(each, points, grid, 1e-6) for each in stack]) for name, stack in thetas.items()
    }
    angles = np.degrees(np.arccos(aligned["at the start"]))
    spectra = {name: np.array([spectrum(each, points) for each in stack]) for name, stack in thetas.items()}
    goal = 1e-5
    results = {
        "rel_l2": last["default"].tolist(),
        "digits": (-np.log10(last["default"])).tolist(),
        "digits_float32": (-np.log10(last["float32"])).tolist(),
        "solved": float(np.mean(last["default"] <= goal)),
        "rel_l2_median": float(np.median(last["default"])),
        "gain_by_tightening": float(np.median(last["default"][:5] / last["tightened"])),
        "solved_51_steps": float(np.mean(errors["default"][:, 50] <= goal)),
        "solved_source_51_steps": float(np.mean(errors["source"][:, 50] <= goal)),
        "nudge_changes_end": float(np.mean(abs(last["nudged"] / last["default"] - 1) > 0.01)),
        "rel_l2_best_cut_1e_7": float(last["cut 1e-07"].min()),
        "rel_l2_worst_cut_1e_7": float(last["cut 1e-07"].max()),
        "rel_l2_best_cut_1e_8": float(last["cut 1e-08"].min()),
        "rel_l2_worst_cut_1e_8": float(last["cut 1e-08"].max()),
        "push_forward_cosine": aligned["at the start"][:, 0].tolist(),
        "push_forward_cosine_median_end": float(np.median(aligned["after 60 steps"][:, 0])),
        "push_forward_angle_median": float(np.median(angles[:, 0])),
        "gradient_angle_median": float(np.median(angles[:, 1])),
        "first_step_length_median": float(np.median(runs["default"][3][:, 0])),
        "rank_kept": (spectra["after 60 steps"] > 1e-6).sum(axis=1).astype(float).tolist(),
        "smallest_singular_value_log10": np.log10(spectra["after 60 steps"][:, -1]).tolist(),
    }
    print("relative L2 error   best   median    worst  <= 1e-5")
    for name, end in last.items():
        count = f"{(end <= goal).sum()} of {len(end)}"
        print(f"{name:15} {end.min():8.0e} {np.median(end):8.0e} {end.max():8.0e} {count:>8}")
    for name, (natural, plain) in {name: np.median(each, axis=0) for name, each in aligned.items()}.items():
        print(f"cosine with the error {name}: natural gradient {natural:.3f}, gradient {plain:.3f} (median)")

# %% push-forward
if __name__ == "__main__":
    ticks = np.linspace(0, 1, 81)
    square = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    hardest = int(np.argmin(aligned["at the start"][:, 1]))
    figure, axes = plt.subplots(2, 3, figsize=(7.2, 4.7), sharex=True, sharey=True)
    for row, (name, theta) in zip(
        axes, {"start": starts[hardest], "after 60 steps": ends[hardest]}.items(), strict=True
    ):
        natural, plain = first_directions(theta, points, 1e-6)
        maps = {
            "error $u - u^*$": network(theta, square) - solution(square),
            "natural gradient": push_forward(theta, natural / 2, square),
            "gradient": push_forward(theta, plain, square),
        }
        for axis, (title, values) in zip(row, maps.items(), strict=True):
            reach, shown = float(abs(values).max()), np.asarray(values).reshape(81, 81)
            image = axis.pcolormesh(ticks, ticks, shown, cmap="RdBu_r", vmin=-reach, vmax=reach, rasterized=True)
            bar = figure.colorbar(image, ax=axis, shrink=0.8, ticks=[-reach, 0, reach])
            bar.ax.set_yticklabels([f"{-reach:.0e}", "0", f"{reach:.0e}"], fontsize=8)
            axis.set_title(title, fontsize=10)
            axis.set(aspect="equal", xticks=[0, 1], yticks=[0, 1])
            axis.grid(False)
        row[0].set_ylabel(f"{name}\n$x_2$")
    for axis in axes[1]:
        axis.set_xlabel("$x_1$")
    figure.suptitle(
        "The natural gradient points along the error, until only what is cut off is left", x=0.02, ha="left"
    )
    plt.show()

# %% singular-values
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (name, stack) in zip("C5 C0".split(), spectra.items(), strict=True):
        axis.plot(
            np.arange(1, 130), stack.T, color=color, linewidth=1, alpha=0.7, label=[name] + ["_"] * (len(stack) - 1)
        )
    for cut in (1e-6, 1e-7, 1e-8):
        axis.axhline(cut, color="C1", linewidth=1, linestyle="-" if cut == 1e-6 else ":")
        axis.annotate(f"cut-off {cut:.0e}", (1, cut), xytext=(2, 2), textcoords="offset points", color="C1", fontsize=8)
    axis.set(xlabel="index", ylabel="singular value of $J$ / the largest", yscale="log", xlim=(0, 130))
    axis.set_title("The Jacobian has no gap at which to cut (ten starts)")
    axis.legend()
    plt.show()

# %% cut-offs
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for place, name in enumerate(("default", "cut 1e-07", "cut 1e-08")):
        end = np.sort(last[name][:5])  # the same five starts
        axis.plot(place + np.linspace(-0.2, 0.2, 5), end, "o", color="C0", markersize=6)
        axis.plot([place - 0.25, place + 0.25], [np.median(end)] * 2, color="C1")
    axis.set_xticks(range(3), ["$10^{-6}$\n60 steps", "$10^{-7}$\n150 steps", "$10^{-8}$\n150 steps"])
    axis.set(xlabel="cut-off, as a share of the largest singular value", ylabel="relative $L^2$ error", yscale="log")
    axis.set_title("A lower cut-off: the best start ends better, the worst ends worse (bar: median)")
    plt.show()

# %% learning-curves
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (name, label) in enumerate(
        {
            "source": "start and cut-off of the scripts",
            "default": "neurons spread over the square, cut-off 1e-6",
        }.items()
    ):
        color = ("C1", "C0")[color]
        curves = errors[name].T
        axis.plot(np.arange(1, 61), curves, color=color, linewidth=1.2, label=[label] + ["_"] * (curves.shape[1] - 1))
    axis.axvline(51, color="grey", linewidth=1, linestyle=":")
    note = {"ha": "right", "fontsize": 8, "textcoords": "offset points"}
    axis.annotate("the script ends after 51 steps", (51, 30), xytext=(-4, 0), **note)
    axis.set(xlabel="step", ylabel="relative $L^2$ error", yscale="log", xlim=(0, 60), ylim=(1e-8, 100))
    axis.set_title("From the start of the scripts few runs converge; from ours most do")
    axis.legend(loc="lower left")
    plt.show()

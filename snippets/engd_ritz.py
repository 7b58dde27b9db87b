"""Energy natural gradient on a deep Ritz problem: the metric is the Hessian of a nonlinear energy.

Source    J. Müller and M. Zeinhofer (2023), Achieving High Accuracy with PINNs via Energy Natural Gradient Descent,
          ICML 2023, arXiv 2302.13163; settings from the authors' script engd_nonlinear.py
Differs   Gauss-Legendre quadrature with 200 nodes beside the script's trapezoidal rule with 20 000; closed-form
          derivatives; cut-off 1e-6 instead of lstsq's; a start that spreads the neurons over the interval
Cost      about 20 s on one core
Notation  theta parameters, u network, E energy, G energy Gram matrix, u* solution
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
def gauss(nodes):
    """Gauss-Legendre points and weights of (-1, 1); exact for polynomials of degree 2 nodes - 1."""
    return np.polynomial.legendre.leggauss(nodes)


def trapezoid(nodes):
    """Equally spaced points of [-1, 1] with weights of the trapezoidal rule; exact for lines."""
    weight = np.full(nodes, 2 / (nodes - 1))
    weight[[0, -1]] /= 2
    return np.linspace(-1, 1, nodes), weight


def solution(x):
    """The u that minimises the energy; its slope is zero at both ends, so nothing need be said there."""
    return jnp.cos(jnp.pi * x)


def force(x):
    """f in -u'' + u^3 = f."""
    return jnp.pi**2 * solution(x) + solution(x) ** 3


# %% model
def split(theta):
    """Input weights (width,), biases, output weights (width,) and output bias of the flat parameters."""
    width = theta.size // 3
    return theta[:width], theta[width : 2 * width], theta[2 * width : -1], theta[-1]


def network(theta, x):
    """u at points (n,): one hidden layer of tanh."""
    w, b, a, c = split(theta)
    return jnp.tanh(x[:, None] * w + b) @ a + c


def slope(theta, x):
    """u' at points (n,), in closed form."""
    w, b, a, _ = split(theta)
    return (1 - jnp.tanh(x[:, None] * w + b) ** 2) @ (a * w)


def start(key, width=32):
    """Normal input weights; each neuron's bend lies at a random point of the interval."""
    direction, place, out = jax.random.split(key, 3)
    w = jax.random.normal(direction, (width,))
    b = -w * jax.random.uniform(place, (width,), minval=-1, maxval=1)
    return jnp.concatenate([w, b, jax.random.normal(out, (width,)) / width**0.5, jnp.zeros(1)])


# %% loss
def energy(theta, x, weight):
    """E(u), the integral of u'^2 / 2 + u^4 / 4 - f u."""
    u = network(theta, x)
    return weight @ (slope(theta, x) ** 2 / 2 + u**4 / 4 - force(x) * u)


# %% gram
def gram(theta, x, weight):
    """G (parameters, parameters) of the energy's Hessian E''(u)[v, v], the integral of v'^2 + 3 u^2 v^2."""

    def row(theta, x, of):
        return of(theta, x[None])[0]

    rows = jax.vmap(jax.grad(row), in_axes=(None, 0, None))
    slopes, values = rows(theta, x, slope), rows(theta, x, network)
    return slopes.T @ (weight[:, None] * slopes) + values.T @ ((3 * weight * network(theta, x) ** 2)[:, None] * values)


# %% natural-gradient
def natural_gradient(G, gradient, cut):
    """The energy natural gradient G^+ gradient, without eigenvalues below `cut` squared times the largest."""
    # the gradient is no J'r here, so the Gram matrix itself: its eigenvalues are squares of singular values
    eigenvalues, V = jnp.linalg.eigh(G)
    inverse = jnp.where(eigenvalues > cut**2 * eigenvalues[-1], 1 / eigenvalues, 0)
    return V @ (inverse * (V.T @ gradient))


# %% train
def update(theta, rule, cut, halvings):
    """The best of the steps 1, 1/2, 1/4, ... along the natural gradient, or none if all of them raise the energy."""
    descent = natural_gradient(gram(theta, *rule), jax.grad(energy)(theta, *rule), cut)
    steps = jnp.append(0.5 ** jnp.arange(halvings), 0).astype(theta.dtype)
    energies = jax.vmap(lambda step: energy(theta - step * descent, *rule))(steps)
    best = jnp.argmin(energies)
    return theta - steps[best] * descent, energies[best], steps[best]


@partial(jax.jit, static_argnames=("steps", "halvings"))
def train(theta, rule, grid, cut, *, steps, halvings=16):
    """From each start in the stack `theta`: parameters, energy, relative L2 error and step length after each step."""

    def step(theta, _):
        theta, value, length = update(theta, rule, cut, halvings)
        return theta, (theta, value, relative_error(theta, *grid), length)

    return jax.lax.map(lambda one: jax.lax.scan(step, one, length=steps)[1], theta)


# %% evaluate
def relative_error(theta, x, weight):
    """Relative L2 error by quadrature."""
    exact = solution(x)
    return jnp.sqrt(weight @ (network(theta, x) - exact) ** 2 / (weight @ exact**2))


@jax.jit
def detour(theta, rule, fine, cut):
    """Natural gradient by a rule against a fine one: cosine of the push-forwards in the energy norm, length ratio."""
    G = gram(theta, *fine)
    exact = natural_gradient(G, jax.grad(energy)(theta, *fine), cut)
    rough = natural_gradient(gram(theta, *rule), jax.grad(energy)(theta, *rule), cut)
    cosine = rough @ G @ exact / jnp.sqrt((rough @ G @ rough) * (exact @ G @ exact))
    return cosine, jnp.linalg.norm(rough) / jnp.linalg.norm(exact)


# %% main
def main(*, gauss_nodes=(25, 50, 100, 200), trapezoid_nodes=(200, 2000, 20_000), cut=1e-6, steps=30, seeds=5, width=32):
    """By rule and nodes: parameters, energies, errors and step lengths with axes (seed, step); a fine rule."""
    starts = jax.vmap(partial(start, width=width))(jax.vmap(jax.random.key)(np.arange(seeds)))
    grid = jax.device_put(gauss(300))
    rules = [(gauss, nodes) for nodes in gauss_nodes] + [(trapezoid, nodes) for nodes in trapezoid_nodes]
    runs = {}
    for rule, nodes in rules:
        history = train(starts, jax.device_put(rule(nodes)), grid, cut, steps=steps)
        runs[rule.__name__, nodes] = [np.asarray(each) for each in history]
    return runs, grid


# %% result
if __name__ == "__main__":
    runs, grid = main()
    last = {rule: errors[:, -1] for rule, (_, _, errors, _) in runs.items()}
    least = -(np.pi**2) / 2 - 9 / 16  # E(u*)
    true = {rule: np.array([energy(each, *grid) for each in run[0][:, -1]]) - least for rule, run in runs.items()}
    seen = runs["trapezoid", 200][1][:, -1] - least  # by the rule that was minimised
    early = runs["gauss", 200][0][:, 7]  # after eight steps, well on the way
    turned, longer = np.array([detour(each, trapezoid(200), grid, 1e-6) for each in early]).T
    results = {
        "rel_l2": last["gauss", 200].tolist(),
        "digits": (-np.log10(last["gauss", 200])).tolist(),
        "digits_trapezoid_20000": (-np.log10(last["trapezoid", 20_000])).tolist(),
        "rel_l2_median_trapezoid_200": float(np.median(last["trapezoid", 200])),
        "rel_l2_median_trapezoid_2000": float(np.median(last["trapezoid", 2000])),
        "energy_above_least_trapezoid_200": float(np.median(seen)),
        "push_forward_cosine_trapezoid_200": turned.tolist(),
        "length_ratio_trapezoid_200": float(np.median(longer)),
    }
    print("relative L2 error    best   median    worst    energy above the least (median)")
    for (rule, nodes), end in last.items():
        gap = np.median(true[rule, nodes])
        print(f"{rule:10}{nodes:6}{end.min():9.0e} {np.median(end):8.0e} {end.max():8.0e}{gap:16.0e}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (name, label) in enumerate({"gauss": "Gauss-Legendre", "trapezoid": "trapezoidal"}.items()):
        ends = {nodes: end for (rule, nodes), end in last.items() if rule == name}
        axis.plot(list(ends), [np.median(end) for end in ends.values()], color=f"C{color}", label=label)
        axis.plot(list(ends), np.array(list(ends.values())), "o", color=f"C{color}", markersize=5)
    axis.set(xlabel="quadrature nodes", ylabel="relative $L^2$ error", xscale="log", yscale="log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.set_title("Fifty well-placed nodes do what 20 000 equally spaced ones do (line: median)")
    axis.legend()
    plt.show()

# %% too-few-nodes
if __name__ == "__main__":
    x = np.linspace(-1, 1, 4001)
    figure, axis = plt.subplots()
    for color, rule in (("C1", ("trapezoid", 200)), ("C0", ("gauss", 200))):
        label = {"trapezoid": "trapezoidal, 200 nodes", "gauss": "Gauss-Legendre, 200 nodes"}[rule[0]]
        for seed, theta in enumerate(runs[rule][0][:, -1]):
            axis.plot(x, network(theta, x), color=color, linewidth=1.2, label="_" if seed else label)
    axis.plot(x, solution(x), color="black", linestyle=":", linewidth=1.5, label="$u^*$")
    axis.set(xlabel="$x$", ylabel="$u$", xlim=(-1, 1))
    axis.set_title("With 200 equally spaced nodes, 30 steps do not arrive (five starts each)")
    axis.legend()
    plt.show()

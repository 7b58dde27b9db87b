"""How gradient descent, conjugate gradients and Newton's method pay for a badly conditioned problem.

Source    "Gradient Descent Jax" (web article, anonymous, undated), misconception 3: gradient descent is not always the
          most efficient
Differs   the article names no problem; ours are quadratics of 200 unknowns and a logistic regression, counted in
          products of the curvature matrix with a vector, not in seconds
Cost      about 2 s on one core
Notation  H curvature, m and L its least and largest eigenvalue, kappa = L / m
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def quadratic(rng, kappa, *, size):
    """A curvature with eigenvalues spread evenly in their logarithm from 1 to kappa, and a slope b at zero."""
    axes = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return (axes * np.geomspace(1, kappa, size)) @ axes.T, axes @ rng.normal(size=size)


def patients(rng, spread, *, rows=500, columns=10):
    """Columns whose units differ by up to `spread`, (rows, columns), and labels with logistic noise."""
    x = rng.normal(size=(rows, columns))
    return x * np.geomspace(1, spread, columns), (rng.random(rows) < expit(x.sum(axis=1))).astype(float)


# %% loss
def logistic(w, x, y):
    """Mean cross entropy with a small penalty that keeps the weights finite."""
    z = x @ w
    return np.mean(np.logaddexp(0, z) - y * z) + 5e-4 * w @ w


def slope(w, x, y):
    """Gradient of the logistic loss."""
    return x.T @ (expit(x @ w) - y) / len(y) + 1e-3 * w


def curvature(w, x):
    """Hessian of the logistic loss."""
    p = expit(x @ w)
    return x.T @ (x * (p * (1 - p))[:, None]) / len(x) + 1e-3 * np.eye(x.shape[1])


# %% train
def descend(H, b, *, goal):
    """Steps of gradient descent from zero at the best fixed rate, 2 / (m + L), until |Hx - b| <= goal |b|."""
    values, axes = np.linalg.eigh(H)
    shrink, parts = 1 - 2 * values / (values[0] + values[-1]), axes.T @ b

    def residual(steps):  # along an eigenvector every step multiplies what is left by the same number
        return np.linalg.norm(shrink**steps * parts) / np.linalg.norm(parts)

    low, high = 0, 1
    while residual(high) > goal:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if residual(middle) > goal else (low, middle)
    return high


def conjugate(H, b, *, goal):
    """Steps of the conjugate gradient method to the same goal, one product with H each."""
    x, rest, steps = np.zeros_like(b), b.copy(), 0
    way, square = rest.copy(), rest @ rest
    while square > goal**2 * (b @ b):
        product = H @ way
        length = square / (way @ product)
        x, rest, steps = x + length * way, rest - length * product, steps + 1
        square, before = rest @ rest, square
        way = rest + square / before * way
    return steps


def direct(H, b):
    """Newton's method on a quadratic: the one step to the minimum, by Cholesky's decomposition."""
    return cho_solve(cho_factor(H), b)


def newton(x, y, *, goal, limit=50):
    """Slopes |g| / |g at zero| along Newton's method on the logistic loss, until the goal."""
    w, path = np.zeros(x.shape[1]), [1.0]
    first = np.linalg.norm(slope(w, x, y))
    while path[-1] > goal and len(path) <= limit:
        w = w - direct(curvature(w, x), slope(w, x, y))
        path.append(np.linalg.norm(slope(w, x, y)) / first)
    return path


def descend_logistic(x, y, *, goal, limit=30_000):
    """The same along gradient descent at the rate 1 / L of the largest curvature that the loss can have."""
    w, path = np.zeros(x.shape[1]), [1.0]
    first, rate = np.linalg.norm(slope(w, x, y)), 1 / (np.linalg.eigvalsh(x.T @ x / len(x))[-1] / 4 + 1e-3)
    while path[-1] > goal and len(path) <= limit:
        w = w - rate * slope(w, x, y)
        path.append(np.linalg.norm(slope(w, x, y)) / first)
    return path


# %% evaluate
def products(size):
    """Cost of one Cholesky solution in products with H: size³ / 3 + 2 size² operations over 2 size² for a product."""
    return size / 6 + 1


def kept(size):
    """Numbers that each method keeps besides the problem: its place, its vectors and its matrices."""
    return {"descent": 2 * size, "conjugate": 4 * size, "l_bfgs": (2 * 10 + 2) * size, "newton": size**2 + 2 * size}


# %% main
def main(*, size=200, kappas=(1e1, 1e2, 1e3, 1e4, 1e5, 1e6), goal=1e-6, spread=10.0, seeds=5):
    """{method: steps (kappas, seeds)}, residual of the direct step (kappas, seeds), logistic paths per seed."""
    steps = {"descent": [], "conjugate": []}
    left = []
    for kappa in kappas:
        problems = [quadratic(np.random.default_rng(seed), kappa, size=size) for seed in range(seeds)]
        steps["descent"].append([descend(H, b, goal=goal) for H, b in problems])
        steps["conjugate"].append([conjugate(H, b, goal=goal) for H, b in problems])
        left.append([np.linalg.norm(H @ direct(H, b) - b) / np.linalg.norm(b) for H, b in problems])
    clinics = [patients(np.random.default_rng(seed), spread) for seed in range(seeds)]
    paths = [(newton(x, y, goal=goal), descend_logistic(x, y, goal=goal)) for x, y in clinics]
    return {method: np.array(each) for method, each in steps.items()}, np.array(left), paths


# %% result
if __name__ == "__main__":
    kappas = (1e1, 1e2, 1e3, 1e4, 1e5, 1e6)
    steps, left, paths = main(kappas=kappas)
    memory = kept(200)
    results = {
        **{
            f"{method}_1e{power}": [int(each) for each in steps[method][power - 1]]
            for method in steps
            for power in (1, 4, 6)
        },
        "direct_products": products(200),
        "descent_over_direct_1e4": (steps["descent"][3] / products(200)).tolist(),
        "descent_over_direct_1e1": (steps["descent"][0] / products(200)).tolist(),
        "direct_residual_1e6": left[5].tolist(),
        "newton_steps_logistic": [len(quick) - 1 for quick, _ in paths],
        "descent_steps_logistic": [len(slow) - 1 for _, slow in paths],
        "least_memory_ratio": min(each for method, each in memory.items() if method != "descent") / memory["descent"],
        "newton_memory_ratio": memory["newton"] / memory["descent"],
    }
    print(f"{'kappa':>8s} {'descent':>9s} {'conjugate':>9s} {'direct':>9s}")
    for index, kappa in enumerate(kappas):
        row = [np.median(steps[method][index]) for method in steps]
        print(f"{kappa:8.0e} {row[0]:9.0f} {row[1]:9.0f} {products(200):9.0f}")
    print("logistic regression: Newton", results["newton_steps_logistic"], "descent", results["descent_steps_logistic"])

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.9))
    fine = np.geomspace(10, 1e6, 50)
    axis.plot(kappas, steps["descent"], "o", color="C0", markersize=5)
    axis.plot(fine, np.log(1e6) * fine / 2, color="C0", linewidth=1)
    axis.text(3e4, 1.2e6, "gradient descent", color="C0", ha="right")
    axis.plot(kappas, steps["conjugate"], "s", color="C1", markersize=5)
    axis.plot(fine, np.log(2e6) * np.sqrt(fine) / 2, color="C1", linewidth=1)
    axis.text(1.2e6, 500, "conjugate gradients", color="C1", ha="right", va="top")
    axis.axhline(products(200), color="C2", linestyle="--")
    axis.text(1.2e6, products(200) * 0.88, "one direct solution", color="C2", ha="right", va="top")
    axis.set(xlabel="condition number $\\kappa$", ylabel="products with the matrix", xscale="log", yscale="log")
    axis.set_ylim(8, 3e7)
    axis.set_title("Descent pays $\\kappa$, conjugate gradients its root, one solution nothing (lines: theory)")
    plt.show()

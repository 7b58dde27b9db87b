"""A polynomial of higher degree fits its points ever better; new points it fits better only up to what is there.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 9: degrees 1, 3 and 5
Differs   the article names no data; ours are 30 noisy points of a wave and of a cubic, and degrees up to 15; time is
          counted in iterations, not in seconds
Cost      about 6 s of one core
"""

# %% setup
from functools import partial
from itertools import product
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from numpy.polynomial import legendre

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # powers of x up to the fifteenth; an import must not change others

# %% data
TRUTHS = {
    "wave": lambda x: 20 * np.sin(1.5 * np.pi * x),
    "cubic": lambda x: 20 * (4 * x**3 - 3 * x),
}
NOISE = 5.0


def sample(rng, truth, *, size):
    """Points x in [-1, 1] and noisy heights, each (size,)."""
    x = rng.uniform(-1, 1, size)
    return x, truth(x) + NOISE * rng.normal(size=size)


# %% model
def powers(x, degree):
    """1, x, x², ..., (n, degree + 1)."""
    return np.vander(x, degree + 1, increasing=True)


def polynomials(x, degree):
    """Legendre's polynomials, scaled to mean square one over [-1, 1], (n, degree + 1)."""
    return legendre.legvander(x, degree) * np.sqrt(2 * np.arange(degree + 1) + 1)


BASES = {"powers": powers, "legendre": polynomials}


# %% loss
def squared_error(weights, features, y):
    """Mean squared error."""
    return jnp.mean((features @ weights - y) ** 2)


# %% train
def fastest_rate(features):
    """The fixed rate at which the slowest and the steepest direction shrink alike: 2 / (smallest + largest)."""
    curvature = 2 * np.linalg.svd(features, compute_uv=False) ** 2 / len(features)
    return 2 / (curvature[-1] + curvature[0])


def descend(features, y, rate, *, steps):
    """Weights after all steps of gradient descent from zero, and the loss before each of them, (steps,)."""

    def step(weights, _):
        loss, gradient = jax.value_and_grad(squared_error)(weights, features, y)
        return weights - rate * gradient, loss

    return jax.lax.scan(step, jnp.zeros(features.shape[1]), length=steps)


def least_squares(features, y):
    """The weights that gradient descent goes to."""
    return np.linalg.lstsq(features, y)[0]


# %% evaluate
GRID = np.linspace(-1, 1, 2001)


def expected_error(weights, truth, basis):
    """Mean squared error on new points: of the curve over [-1, 1], and of the noise."""
    return np.mean((basis(GRID, len(weights) - 1) @ weights - truth(GRID)) ** 2) + NOISE**2


def iterations_until(losses, least, *, left=0.01):
    """Steps until 1 % of what can be gained is left to gain; the number of steps if it never is."""
    reached = np.asarray(losses) - least <= left * (losses[0] - least)
    return int(reached.argmax()) if reached.any() else len(losses)


# %% main
def main(*, degrees=(1, 3, 5, 7, 9, 12, 15), size=30, steps=10_000, seeds=100):
    """{truth: training error, expected error and iterations of gradient descent (3, bases, degrees, seeds)}.

    Features are padded with columns of zeros up to the highest degree, so that all is one batch.
    """
    fit = jax.jit(jax.vmap(partial(descend, steps=steps)))
    measured = {}
    for name, truth in TRUTHS.items():
        cases, features, heights, rates = [], [], [], []
        for basis, degree, seed in product(BASES.values(), degrees, range(seeds)):
            x, y = sample(np.random.default_rng(seed), truth, size=size)
            columns = basis(x, degree)
            cases.append((basis, degree, np.mean((columns @ least_squares(columns, y) - y) ** 2)))
            features.append(np.pad(columns, ((0, 0), (0, max(degrees) - degree))))
            heights.append(y)
            rates.append(fastest_rate(columns))
        weights, losses = map(np.asarray, fit(np.stack(features), np.stack(heights), np.array(rates)))
        found = [
            (loss[-1], expected_error(each[: degree + 1], truth, basis), iterations_until(loss, least))
            for (basis, degree, least), each, loss in zip(cases, weights, losses, strict=True)
        ]
        measured[name] = np.array(found).T.reshape(3, len(BASES), len(degrees), seeds)
    return measured


# %% result
if __name__ == "__main__":
    degrees = (1, 3, 5, 7, 9, 12, 15)
    measured = main()
    at = {degree: place for place, degree in enumerate(degrees)}
    train_error, test_error = ({name: each[row, 1] for name, each in measured.items()} for row in (0, 1))
    iterations = {basis: measured["wave"][2, row] for row, basis in enumerate(BASES)}
    results = {
        **{f"train_{name}_{d}": float(np.median(train_error[name][at[d]])) for name in TRUTHS for d in degrees},
        **{f"test_{name}_{d}": float(np.median(test_error[name][at[d]])) for name in TRUTHS for d in degrees},
        **{f"train_ratio_5_to_1_{name}": (train_error[name][2] / train_error[name][0]).tolist() for name in TRUTHS},
        **{f"better_5_than_1_{name}": float(np.mean(test_error[name][2] < test_error[name][0])) for name in TRUTHS},
        **{f"better_5_than_3_{name}": float(np.mean(test_error[name][2] < test_error[name][1])) for name in TRUTHS},
        **{f"better_9_than_5_{name}": float(np.mean(test_error[name][4] < test_error[name][2])) for name in TRUTHS},
        **{f"iterations_{basis}_{d}": float(np.median(iterations[basis][at[d]])) for basis in BASES for d in (1, 3, 5)},
        **{f"iterations_ratio_5_to_1_{basis}": (each[2] / each[0]).tolist() for basis, each in iterations.items()},
        "test_wave_15_powers": float(np.median(measured["wave"][1, 0, at[15]])),
        "train_wave_15_powers": float(np.median(measured["wave"][0, 0, at[15]])),
    }
    print("median over 100 samples   " + "".join(f"{f'degree {degree}':>11s}" for degree in degrees))
    for name in TRUTHS:
        for kind, error in (("training", train_error), ("new points", test_error)):
            print(f"{name:8s}{kind:18s}" + "".join(f"{value:11.1f}" for value in np.median(error[name], axis=1)))
    for basis, each in iterations.items():
        print(f"iterations in {basis:12s}" + "".join(f"{value:11.0f}" for value in np.median(each, axis=1)))

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for axis, name in zip(axes, TRUTHS, strict=True):
        for color, (label, error) in enumerate((("the 30 points", train_error), ("new points", test_error))):
            low, middle, high = np.quantile(error[name], [0.1, 0.5, 0.9], axis=1)
            axis.fill_between(degrees, low, high, color=f"C{color}", alpha=0.18, linewidth=0)
            axis.plot(degrees, middle, "os"[color] + "-", color=f"C{color}", label=label)
        axis.plot((1, 3, 5), (82.3, 45.6, 33.8), "k_", markersize=18, label="printed in the article")
        axis.axhline(NOISE**2, color="black", linewidth=1, linestyle=":")
        axis.set(
            xlabel="degree", xlim=(0, 15.5), xticks=degrees, yscale="log", ylim=(4, 3000), title=f"points of a {name}"
        )
    axes[0].set_ylabel("mean squared error")
    axes[0].text(0.2, NOISE**2, "noise", va="bottom")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.suptitle("New points say when to stop; the points themselves never do", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% iterations
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (basis, label) in enumerate((("powers", "1, x, x², …"), ("legendre", "Legendre's polynomials"))):
        axis.plot(degrees, np.median(iterations[basis], axis=1), "os"[color] + "-", color=f"C{color}", label=label)
    axis.axhline(10_000, color="black", linewidth=1, linestyle=":")
    axis.text(1, 11_000, "as many as were tried", va="bottom")
    axis.set(xlabel="degree", ylabel="iterations to 99 % of the gain", xticks=degrees, yscale="log", ylim=(0.7, 40_000))
    axis.set_title("Up to degree 5, powers of x cost thousands of iterations, Legendre's polynomials a handful")
    axis.legend(loc="lower right")
    plt.show()

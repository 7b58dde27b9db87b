"""Subgradients find the bottom of a convex kink, if their steps shrink; on a staircase they find nothing.

Source    "Gradient Descent Jax" (web article, anonymous, undated), misconception 5: subgradient methods for
          non-differentiable convex functions, derivative-free algorithms for others
          Y. Nesterov (2018), Lectures on convex optimization, section 3.2: the rate, and why it is not to be had faster
          A. Asl and M. L. Overton (2017), arXiv 1711.08517: gradient descent with a line search can stop at a kink
Differs   the article names no function; ours are Nesterov's hardest case, least absolute
          deviations with gross errors, a kink with a line search, and the number of points that a line gets wrong
Cost      about 3 s on one core
Notation  f* the least value, k steps, R distance of the start from the minimum, G the longest subgradient
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import differential_evolution, linprog

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def measurements(rng, *, rows=200, columns=8):
    """Inputs (rows, columns) and values of weights that are all 1; one value in ten is off by about 20."""
    x = rng.normal(size=(rows, columns))
    wrong = rng.random(rows) < 0.1
    return x, x.sum(axis=1) + 0.1 * rng.normal(size=rows) + wrong * rng.normal(scale=20, size=rows)


def two_clouds(rng, *, rows=60):
    """Points (rows, 2) and labels of -1 or 1; the clouds overlap."""
    labels = np.repeat([-1.0, 1.0], rows // 2)
    return rng.normal(size=(rows, 2)) + 0.8 * labels[:, None] * [1, 0.5], labels


# %% loss
def hardest(x):
    """Nesterov's example: the largest coordinate and half the square; least, -1 / 2n, where all are -1 / n."""
    subgradient = x.copy()
    subgradient[np.argmax(x)] += 1  # the first of equal ones
    return x.max() + x @ x / 2, subgradient


def deviations(w, x, y):
    """Mean absolute error and a subgradient."""
    error = x @ w - y
    return np.mean(abs(error)), x.T @ np.sign(error) / len(y)


def mistakes(angle_and_shift, x, labels):
    """Share of points on the wrong side of a line; flat wherever it has a gradient."""
    angle, shift = angle_and_shift
    return np.mean(labels * (x @ [np.cos(angle), np.sin(angle)] - shift) <= 0)


# %% train
def descend(function, start, *, lengths):
    """Values before each step of the given lengths along the unit subgradient, (steps,)."""
    x, values = start.copy(), []
    for length in lengths:
        value, subgradient = function(x)
        values.append(value)
        x = x - length * subgradient / max(np.linalg.norm(subgradient), 1e-300)
    return np.array(values)


def kinked(place, a=5.0):
    """a|x| + y, which has no least value, and a subgradient."""
    return a * abs(place[0]) + place[1], np.array([a * np.sign(place[0]), 1.0])


def armijo(function, start, *, steps, share=0.1):
    """Places of gradient descent that halves every step until the loss falls by a share of what the slope promises."""
    path = [start]
    for _ in range(steps):
        value, slope = function(path[-1])
        rates = 0.5 ** np.arange(60)
        falls = (rate for rate in rates if function(path[-1] - rate * slope)[0] <= value - share * rate * slope @ slope)
        path.append(path[-1] - next(falls, 0.0) * slope)
    return np.array(path)


# %% evaluate
def least_deviations(x, y):
    """The least mean absolute error and its weights, by linear programming."""
    rows, columns = x.shape
    cost = np.concatenate([np.zeros(columns), np.full(rows, 1 / rows)])
    one = np.eye(rows)
    above = np.block([[x, -one], [-x, -one]])
    bounds = [(None, None)] * columns + [(0, None)] * rows
    found = linprog(cost, A_ub=above, b_ub=np.concatenate([y, -y]), bounds=bounds)
    return found.fun, found.x[:columns]


def fewest_mistakes(x, labels):
    """The least share of mistakes of any line: a best one can be moved until it all but touches two of the points."""
    least = 1.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            along = x[j] - x[i]
            score = (x - x[i]) @ [-along[1], along[0]]
            score[[i, j]] = 0
            settled = np.delete(np.arange(len(x)), [i, j])
            for side in (-1.0, 1.0):
                wrong = (side * labels[settled] * score[settled] < 0).sum()
                least = min(least, wrong / len(x))  # tilted or shifted, the line can take the two to either side
    return least


def slopes(function, places, *, reach=1e-9):
    """Central differences of a function of two numbers, (places, 2)."""
    nudges = reach * np.eye(2)
    return np.array([[(function(p + d) - function(p - d)) / (2 * reach) for d in nudges] for p in places])


def rate_of(gap, first):
    """Exponent of the best gap so far against the step, fitted from step `first` on."""
    best = np.minimum.accumulate(gap)
    steps = np.arange(1, len(gap) + 1)
    chosen = np.unique(np.geomspace(first, len(gap), 40).astype(int)) - 1
    return np.polyfit(np.log(steps[chosen]), np.log(np.maximum(best[chosen], 1e-300)), 1)[0]


# %% main
def main(*, steps=5000, sizes=(10, 30, 100, 300, 1000), seeds=5, clouds=10):
    """Hardest case; gaps {lengths: (seeds, steps)}; errors of weights; the kink; mistakes and their slopes."""
    hard = {}
    for n in sizes:
        values = descend(hardest, np.zeros(n), lengths=np.full(n, n**-0.5 / n**0.5))  # R / sqrt(k + 1), k = n - 1
        hard[n] = (values.min() + 1 / (2 * n)) / (n**-0.5 * (1 + n**-0.5))  # over R G
    k = np.arange(1, steps + 1)
    lengths = {
        "fixed, 0.1": np.full(steps, 0.1),
        "fixed, 0.01": np.full(steps, 0.01),
        "root": 1 / np.sqrt(k),
        "geometric": 0.996**k,
    }
    gaps, weights = {name: [] for name in lengths}, []
    for seed in range(seeds):
        x, y = measurements(np.random.default_rng(seed))
        least, best = least_deviations(x, y)
        weights.append((abs(best - 1).max(), abs(np.linalg.lstsq(x, y, rcond=None)[0] - 1).max()))
        for name, each in lengths.items():
            gaps[name].append(descend(lambda w, x=x, y=y: deviations(w, x, y), np.zeros(8), lengths=each) - least)
    stairs, flat = [], []
    for seed in range(clouds):
        rng = np.random.default_rng(seed)
        x, labels = two_clouds(rng)
        places = rng.uniform(-3, 3, size=(100, 2))
        flat.append(slopes(lambda place, x=x, labels=labels: mistakes(place, x, labels), places))
        found = differential_evolution(mistakes, [(-np.pi, np.pi), (-4, 4)], args=(x, labels), rng=seed, polish=False)
        stairs.append((fewest_mistakes(x, labels), found.fun))
    start = np.array([2**-0.5, 0.0])
    kink = armijo(kinked, start, steps=100), descend(kinked, start, lengths=lengths["root"])
    gaps = {name: np.array(each) for name, each in gaps.items()}
    return hard, gaps, np.array(weights), kink, np.array(stairs), np.array(flat)


# %% result
if __name__ == "__main__":
    hard, gaps, weights, (path, values), stairs, flat = main()
    best = {name: np.minimum.accumulate(each, axis=1) for name, each in gaps.items()}
    results = {
        "hard_exponent": float(np.polyfit(np.log(list(hard)), np.log(list(hard.values())), 1)[0]),
        "gap_share_root": (best["root"][:, -1] / best["root"][:, 0]).tolist(),
        "gap_share_fixed": (best["fixed, 0.1"][:, -1] / best["fixed, 0.1"][:, 0]).tolist(),
        "gap_share_geometric": (best["geometric"][:, -1] / best["geometric"][:, 0]).tolist(),
        "root_exponent": [float(rate_of(each, 100)) for each in gaps["root"]],
        "uphill_root": (np.diff(gaps["root"], axis=1) > 0).mean(axis=1).tolist(),
        "error_deviations": weights[:, 0].tolist(),
        "error_squares": weights[:, 1].tolist(),
        "kink_fall_line_search": float(values[0] - kinked(path[-1])[0]),
        "kink_fall_last_half": float(kinked(path[50])[0] - kinked(path[-1])[0]),
        "kink_fall_shrinking": float(values[0] - values.min()),
        "staircase_slope": float(abs(flat).max()),
        "excess_mistakes": (stairs[:, 1] - stairs[:, 0]).tolist(),
        "staircases_solved": float(np.mean(stairs[:, 1] <= stairs[:, 0] + 1e-9)),
    }
    for name, each in best.items():
        print(f"steps {name:12s}: gap {each[:, -1].min():.1e} to {each[:, -1].max():.1e} after 5000 steps")
    print("weights off by at most (absolute, squared errors):", weights.max(axis=0).round(3).tolist())
    print("line search at the kink ends at", path[-1].round(3).tolist())
    print("mistakes, fewest and found:", (60 * stairs).round().astype(int).tolist())

# %% figure
if __name__ == "__main__":
    names = {"fixed, 0.1": "length 0.1", "fixed, 0.01": "0.01", "root": "$1/\\sqrt{k}$", "geometric": "$0.996^k$"}
    places = {
        "fixed, 0.1": (4700, 9e-3),
        "fixed, 0.01": (4700, 2.5e-5),
        "root": (4700, 8e-4),
        "geometric": (1900, 1e-9),
    }
    figure, axis = plt.subplots(figsize=(7.2, 3.9))
    k = np.arange(1, 5001)
    for color, (name, label) in enumerate(names.items()):
        axis.plot(k, np.median(best[name], axis=0), color=f"C{color}")
        axis.text(*places[name], label, color=f"C{color}", ha="right")
    axis.plot(k, best["root"][:, 0].mean() / np.sqrt(k), ":", color="black", linewidth=1)
    axis.text(200, 0.35, "slope of the bound, $1/\\sqrt{k}$")
    axis.set(xlabel="step $k$", ylabel="best loss so far, less the least", xscale="log", yscale="log", ylim=(1e-12, 10))
    axis.set_title("Absolute errors: a fixed step stalls, a shrinking one arrives (median of 5)")
    plt.show()

# %% kink
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    x, y = np.meshgrid(np.linspace(-0.8, 0.8, 201), np.linspace(-1.2, 0.2, 101))
    lines = axis.contour(x, y, 5 * abs(x) + y, levels=np.arange(-1, 4.5, 0.5), colors="#9a9a9a", linewidths=0.8)
    axis.clabel(lines, fontsize=7)
    axis.plot(*path.T, "o-", color="C0", markersize=3, linewidth=1)
    axis.plot(*path[-1], "o", color="C1")
    axis.annotate("stops here", path[-1], (0.2, -0.55), color="C1", arrowprops={"arrowstyle": "-", "color": "C1"})
    axis.annotate("the loss falls for ever", (0, -1.18), (0, -0.8), ha="left", arrowprops={"arrowstyle": "->"})
    axis.set(xlabel="$x$", ylabel="$y$")
    axis.set_title("$5|x| + y$: descent with a line search stops halfway down a crease")
    axis.grid(False)
    plt.show()

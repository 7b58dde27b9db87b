"""No straight line separates XOR: the best of all lines gets three of its four points right.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section XOR
Differs   the source says that XOR "can't be done linearly" and shows no linear model; all of them are tried here
Cost      about 4 s on 2 CPU cores, most of it imports
Notation  w, b  weights and bias of the line w·x + b = 0; class 1 where w·x + b > 0
"""

# %% setup
import itertools
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from scipy.optimize import linprog
from sklearn.linear_model import LogisticRegression

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
TARGETS = np.array([0, 1, 1, 0])


# %% model
def score(line, points):
    """Score of each point (n,) for a line (w, b); positive means class 1."""
    w, b = line
    return points @ w + b


def probability(line, points):
    """Logistic model: chance of class 1 at each point, (n,)."""
    return 1 / (1 + np.exp(-score(line, points)))


# %% loss
def cross_entropy(line, points, targets):
    """Mean cross-entropy in nats; convex in (w, b), so that it has one least value."""
    return np.mean(np.logaddexp(0, score(line, points)) - targets * score(line, points))


# %% train
def descend(line, points, targets, *, rate, steps):
    """The logistic model after `steps` of gradient descent."""
    w, b = line
    for _ in range(steps):
        error = probability((w, b), points) - targets
        w, b = w - rate * points.T @ error / len(points), b - rate * error.mean()
    return w, b


def separate(points, labels):
    """The line with the widest margin that gives every point its label, or None if there is none.

    A linear programme: least |w|₁ such that ±(w·x + b) >= 1 at every point (margin in the maximum norm).
    """
    side = np.where(labels == 1, 1.0, -1.0)[:, None]
    constraints = -side * np.c_[points, -points, np.ones(len(points))]  # w in two parts, none negative
    bounds = [(0, None)] * 4 + [(None, None)]
    answer = linprog([1, 1, 1, 1, 0], constraints, -np.ones(len(points)), bounds=bounds)
    infeasible = 2
    if answer.status == infeasible:
        return None
    assert answer.status == 0, answer.message
    return answer.x[:2] - answer.x[2:4], answer.x[4]


# %% evaluate
def accuracy(line, points, targets):
    """Fraction of the points on the right side of the line."""
    return np.mean((score(line, points) > 0) == targets)


# %% main
def main(*, rate=1.0, steps=2000, starts=5, seed=0):
    """Every labelling of the four points with the line that makes it (or None), and logistic regressions."""
    labellings = [np.array(labels) for labels in itertools.product([0, 1], repeat=len(POINTS))]
    lines = {tuple(labels.tolist()): separate(POINTS, labels) for labels in labellings}
    rng = np.random.default_rng(seed)
    logistic = [
        descend((rng.normal(size=2), rng.normal()), POINTS, TARGETS, rate=rate, steps=steps) for _ in range(starts)
    ]
    return lines, logistic


# %% result
if __name__ == "__main__":
    lines, logistic = main()
    found = {labels: line for labels, line in lines.items() if line is not None}
    accuracies = {labels: accuracy(line, POINTS, TARGETS) for labels, line in found.items()}
    unregularised = LogisticRegression(C=np.inf).fit(POINTS, TARGETS)
    best = [labels for labels in found if accuracies[labels] == max(accuracies.values())]
    results = {
        "best_linear_accuracy": float(max(accuracies.values())),
        "best_linear_labellings": len(best),
        "separable_labellings": len(found),
        "logistic_cross_entropy": [float(cross_entropy(line, POINTS, TARGETS)) for line in logistic],
        "logistic_distance_from_half": [float(abs(probability(line, POINTS) - 0.5).max()) for line in logistic],
        "logistic_accuracy": float(unregularised.score(POINTS, TARGETS)),
    }
    print(f"{len(found)} of the {len(lines)} ways to label four points are made by a line")
    for labels, line in lines.items():
        if line is None:
            print(f"  not {labels}{': XOR' if labels == tuple(TARGETS.tolist()) else ': its complement'}")
    print(f"best accuracy of any line on XOR: {max(accuracies.values()):.2f}, by {len(best)} labellings")
    print(f"least cross-entropy: {np.max(results['logistic_cross_entropy']):.6f} nats, ln 2 = {np.log(2):.6f}")

# %% figure
if __name__ == "__main__":
    horizontal, vertical = np.meshgrid(np.linspace(-0.3, 1.3, 400), np.linspace(-0.3, 1.3, 400))
    grid = np.c_[horizontal.ravel(), vertical.ravel()]
    figure, axes = plt.subplots(1, len(best), figsize=(7.2, 2.5), sharey=True)
    for axis, labels in zip(axes, best, strict=True):
        side = (score(found[labels], grid) > 0).reshape(horizontal.shape)
        axis.pcolormesh(horizontal, vertical, side, cmap=ListedColormap(["#d6e6f2", "#f9dfcc"]), rasterized=True)
        for point, target in zip(POINTS, TARGETS, strict=True):
            axis.plot(*point, "os"[target], color=f"C{target}", markersize=9, markeredgecolor="black")
        wrong = np.flatnonzero(np.array(labels) != TARGETS)[0]
        axis.plot(*POINTS[wrong], "x", color="black", markersize=18, markeredgewidth=1.5)
        axis.set(xlabel="$x_1$", xticks=[0, 1], yticks=[0, 1], aspect="equal")
        axis.set_title(f"wrong at ({POINTS[wrong][0]:.0f}, {POINTS[wrong][1]:.0f})", fontsize=9)
        axis.grid(False)
    axes[0].set_ylabel("$x_2$")
    figure.suptitle(
        "The best lines get three points of XOR right and one wrong (crossed out)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

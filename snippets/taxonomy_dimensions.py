"""Among a thousand features of noise a support vector machine beats a network, until the network gets its penalty.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Taxonomy:
          support vector machines "can perform better in large dimensions"
Differs   the source names no data; ours are sixty samples of two normal clouds three deviations apart, and up to 998
          features of noise; each penalty is scikit-learn's default, or the best of five on other seeds
Cost      about 5 s on one core
"""

# %% setup
import os
from pathlib import Path

if __name__ == "__main__":
    # read when NumPy starts its threads, so before it is imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtr
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

plt.style.use(Path(__file__).with_name("style.mplstyle"))

DISTANCE = 3.0


# %% data
def clouds(rng, size, dimensions):
    """Two classes in equal parts, DISTANCE apart along the diagonal of the first two features; the rest is noise."""
    y = np.arange(size) % 2
    x = rng.normal(size=(size, dimensions))
    x[:, :2] += np.where(y, 1, -1)[:, None] * DISTANCE / 2 / np.sqrt(2)
    return x, y


BEST = float(ndtr(DISTANCE / 2))  # the accuracy of the line midway between the clouds


# %% model
MACHINES = {
    "linear_default": lambda seed: SVC(kernel="linear"),
    "network_default": lambda seed: network(1e-4, seed),
    "linear": lambda seed: SVC(kernel="linear", C=0.01),
    "rbf": lambda seed: SVC(kernel="rbf", C=1.0),
    "logistic": lambda seed: LogisticRegression(C=1e-4),
    "network": lambda seed: network(30.0, seed),
}


def network(alpha, seed):
    """Twenty units of ReLU, trained until L-BFGS is done; alpha is the weight of the squared weights."""
    return MLPClassifier((20,), solver="lbfgs", alpha=alpha, max_iter=5000, random_state=seed)


# %% main
DIMENSIONS = (2, 10, 100, 1000)


def main(*, dimensions=DIMENSIONS, machines=MACHINES, train=60, test=2000, seeds=range(8)):
    """Test accuracies {machine: (dimensions, seeds)}."""
    found = {name: np.empty((len(dimensions), len(seeds))) for name in machines}
    for row, dimension in enumerate(dimensions):
        for column, seed in enumerate(seeds):
            rng = np.random.default_rng([seed, dimension])
            x, y = clouds(rng, train, dimension)
            x_test, y_test = clouds(rng, test, dimension)
            for name, machine in machines.items():
                found[name][row, column] = machine(seed).fit(x, y).score(x_test, y_test)
    return found


# %% result
if __name__ == "__main__":
    found = main()
    results = {
        **{
            f"{name}_{dimension}": row.tolist()
            for name, each in found.items()
            for dimension, row in zip(DIMENSIONS, each, strict=True)
        },
        "best": BEST,
        "gain_default": (found["linear_default"] - found["network_default"])[-1].tolist(),
        "gain_tuned": (found["rbf"] - found["network"])[-1].tolist(),
        "gain_tuned_linear": (found["linear"] - found["network"])[-1].tolist(),
    }
    print("test accuracy, mean of 8 draws    " + "".join(f"{dimension:8d}" for dimension in DIMENSIONS))
    for name, each in found.items():
        print(f"{name:34s}" + "".join(f"{value:8.3f}" for value in each.mean(axis=1)))

# %% figure
if __name__ == "__main__":
    labels = {
        "linear_default": "SVM, linear",
        "network_default": "network",
        "linear": "SVM, linear",
        "rbf": "SVM, RBF",
        "logistic": "logistic regression",
        "network": "network",
    }
    looks = {"linear": "C0o-", "rbf": "C5^-", "logistic": "C4D-", "network": "C1s-"}
    figure, axes = plt.subplots(1, 2, sharey=True)
    for name, label in labels.items():
        axis = axes[0] if name.endswith("default") else axes[1]
        axis.semilogx(DIMENSIONS, found[name].mean(axis=1), looks[name.partition("_")[0]], label=label)
    for axis, title in zip(axes, ("penalties as they come", "penalties chosen"), strict=True):
        axis.axhline(BEST, color="black", linewidth=1, linestyle=":")
        axis.set(xlabel="features, two of which matter", title=title)
        axis.legend(loc="lower left")
    axes[0].text(1000, BEST, "best possible", ha="right", va="bottom", fontsize=8)
    axes[0].set_ylabel("test accuracy, mean of 8 draws")
    figure.suptitle("60 samples: with its penalty chosen the network keeps up", x=0.01, ha="left", fontsize=11)
    plt.show()

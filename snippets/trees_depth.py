"""How deep a decision tree must be: accuracy on flowers, wines and tumours that the tree has not seen, by depth.

Source    Breiman, Friedman, Olshen and Stone (1984), Classification and Regression Trees, chapter 3: cross-validation
          and the rule of one standard error, by which the simplest tree not clearly worse than the best is taken
Differs   the depth is limited before the tree grows, where the source grows the whole tree and prunes it
Cost      about 9 s on one CPU core
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.model_selection import RepeatedStratifiedKFold, cross_validate
from sklearn.tree import DecisionTreeClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SEEDS = range(5)

# %% data
DATA = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer}


# %% model
def tree(depth, seed):
    """CART with Gini impurity; the seed breaks ties between equally good questions."""
    return DecisionTreeClassifier(max_depth=depth, random_state=seed)


# %% evaluate
def accuracies(X, y, depths, repeats, seed):
    """Train and test accuracy by depth, two arrays: means over 5 folds, cut anew `repeats` times."""
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=seed)
    scores = [cross_validate(tree(depth, seed), X, y, cv=folds, return_train_score=True) for depth in depths]
    return np.array([[s["train_score"].mean(), s["test_score"].mean()] for s in scores]).T


def standard_error(accuracy, n):
    """Of a share among n cases: how far another sample of n would move it."""
    return np.sqrt(accuracy * (1 - accuracy) / n)


def simplest_depth(depths, test, n):
    """The smallest depth whose accuracy is within one standard error of the best."""
    best = np.max(test)
    return int(np.min(depths[test >= best - standard_error(best, n)]))


# %% main
def main(*, name="iris", depths=range(1, 8), repeats=4, seed=0):
    """Train and test accuracy by depth, and how many cases the set has."""
    X, y = DATA[name](return_X_y=True)
    train, test = accuracies(X, y, depths, repeats, seed)
    return np.array(depths), train, test, len(y)


# %% result
if __name__ == "__main__":
    runs = {name: [main(name=name, seed=seed) for seed in SEEDS] for name in DATA}
    results = {}
    print(f"{'':14} cases  depth 3          best            simplest depth within one standard error")
    for name, seeds in runs.items():
        third = [float(test[depths == 3][0]) for depths, _, test, _ in seeds]
        best = [float(test.max()) for _, _, test, _ in seeds]
        results[f"depth_3_{name}"] = third
        results[f"gap_{name}"] = [b - t for b, t in zip(best, third, strict=True)]
        results[f"simplest_depth_{name}"] = [simplest_depth(depths, test, n) for depths, _, test, n in seeds]
        results[f"train_deepest_{name}"] = [float(train[-1]) for _, train, _, _ in seeds]
        results[f"test_deepest_{name}"] = [float(test[-1]) for _, _, test, _ in seeds]
        print(f"{name:14} {seeds[0][3]:5}  {np.mean(third):.3f} ± {np.std(third, ddof=1):.3f}", end="    ")
        print(f"{np.mean(best):.3f} ± {np.std(best, ddof=1):.3f}   {results[f'simplest_depth_{name}']}")

# %% figure
if __name__ == "__main__":
    fig, axes = plt.subplots(1, 3, sharex=True, sharey=True, figsize=(7.2, 3.4))
    for ax, (name, seeds) in zip(axes, runs.items(), strict=True):
        depths, _, _, n = seeds[0]
        train, test = (np.mean([run[k] for run in seeds], axis=0) for k in (1, 2))
        ax.plot(depths, train, "s:", color="C1", markersize=4, label="cases it grew on")
        ax.plot(depths, test, "o-", color="C0", markersize=4, label="cases it has not seen")
        best = test.max()
        ax.axhspan(
            best - standard_error(best, n), best, color="C0", alpha=0.15, lw=0, label="within one standard error"
        )
        ax.axvline(3, color="black", lw=1, ls="--", zorder=0)
        ax.set(title=f"{name.replace('_', ' ')} ({n})", xlabel="depth (questions)", xticks=depths[::2])
    axes[0].set(ylabel="accuracy", ylim=(0.6, 1.01))
    axes[2].legend(loc="lower right", fontsize=8)
    fig.suptitle("Three questions are enough, or nearly", x=0.01, ha="left", fontsize="medium")
    plt.show()

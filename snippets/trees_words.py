"""dtreeviz explains a prediction in words: how often do those words say what the decision tree did?

Source    dtreeviz 2.3.2, explain_prediction_path: "a range of values for each feature, based on data instance values
          and its tree prediction path"
Differs   each tree is grown on four fifths of the cases, chosen anew by each seed; the words are read by a program
Cost      about 4 s on one CPU core
"""

# %% setup
import re
from pathlib import Path

import dtreeviz
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SEEDS = range(10)

# %% data
DATA = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer}


# %% model
def fit(X, y, depth, seed):
    """CART with Gini impurity, grown on four fifths of the cases."""
    X_train, _, y_train, _ = train_test_split(X, y, train_size=0.8, stratify=y, random_state=seed)
    return DecisionTreeClassifier(max_depth=depth, random_state=seed).fit(X_train, y_train)


# %% path
def path(model, x):
    """The questions that the tree asks about a case: a list of (feature, threshold, whether x <= threshold)."""
    tree, node, steps = model.tree_, 0, []
    while tree.children_left[node] >= 0:
        feature, threshold = tree.feature[node], tree.threshold[node]
        left = bool(np.float32(x[feature]) <= threshold)  # scikit-learn compares in this precision
        steps.append((int(feature), float(threshold), left))
        node = (tree.children_left if left else tree.children_right)[node]
    return steps


# %% words
def read(words, names):
    """dtreeviz's words as a list of (feature, low, high), each meaning low <= x[feature] < high."""
    line = re.compile(r"(?:(\S+) <= )?(.+?) ?(?: < (\S+))?")
    parts = [line.fullmatch(text.strip()).groups() for text in words.strip().splitlines()]
    return [(names.index(name), float(low or -np.inf), float(high or np.inf)) for low, name, high in parts]


def rounded(steps, x, decimals):
    """What dtreeviz does with the questions: thresholds are rounded first, and x is compared with the rounded ones."""
    cuts = [(feature, round(threshold, decimals)) for feature, threshold, _ in steps]
    return [(f, cut, np.inf) if cut <= x[f] else (f, -np.inf, cut) for f, cut in cuts]


def denied(steps, x, decimals):
    """Whether the words give one of the questions the answer that the tree did not give."""
    return any((round(threshold, decimals) <= x[feature]) == left for feature, threshold, left in steps)


# %% evaluate
def select(ranges, X):
    """Which of the cases lie in all the ranges."""
    return np.all([(low <= X[:, feature]) & (X[:, feature] < high) for feature, low, high in ranges], axis=0)


def faithful(explanations, model, X):
    """The share of cases whose explanation selects exactly the cases that the tree sends to the same leaf."""
    leaf = model.apply(X)
    return np.mean([np.array_equal(select(e, X), leaf == own) for e, own in zip(explanations, leaf, strict=True)])


# %% main
def main(*, name="iris", depth=3, decimals=range(7), seed=0):
    """Share of cases with faithful words: as dtreeviz prints them, by decimals kept; share with a denied answer."""
    data = DATA[name]()
    X, names, classes = data.data, list(map(str, data.feature_names)), list(map(str, data.target_names))
    model = fit(X, data.target, depth, seed)
    explainer = dtreeviz.model(model, X, data.target, feature_names=names, target_name="class", class_names=classes)
    printed = faithful([read(explainer.explain_prediction_path(x), names) for x in X], model, X)
    cases = [(path(model, x), x) for x in X]
    kept = np.array([faithful([rounded(steps, x, d) for steps, x in cases], model, X) for d in decimals])
    return printed, kept, np.mean([denied(steps, x, 2) for steps, x in cases])


# %% result
if __name__ == "__main__":
    runs = {name: [main(name=name, seed=seed) for seed in SEEDS] for name in DATA}
    results = {f"faithful_{name}": [float(printed) for printed, _, _ in seeds] for name, seeds in runs.items()}
    results |= {f"faithful_trees_{name}": float(np.mean([words == 1 for words, _, _ in runs[name]])) for name in DATA}
    results |= {f"denied_{name}": [float(share) for _, _, share in seeds] for name, seeds in runs.items()}
    print(f"{'':14} words select the leaf   words deny the tree   (mean over {len(SEEDS)} trees, and range)")
    for name in DATA:
        faith, denial = np.array(results[f"faithful_{name}"]), np.array(results[f"denied_{name}"])
        print(f"{name:14} {faith.mean():6.1%} ({faith.min():.1%} to {faith.max():.1%})", end="   ")
        print(f"{denial.mean():.1%} ({denial.min():.1%} to {denial.max():.1%})")

# %% figure
if __name__ == "__main__":
    for (name, seeds), style in zip(runs.items(), ("C0-o", "C1-s", "C2-^"), strict=True):
        kept = np.array([kept for _, kept, _ in seeds])
        plt.plot(kept.T, style[:2], lw=0.6, alpha=0.5)
        plt.plot(kept.mean(axis=0), style, label=name.replace("_", " "))
    plt.axvline(2, color="black", lw=1, ls="--", zorder=0)
    plt.xticks(range(7), ["0", "1", "2\n(dtreeviz)", "3", "4", "5", "6"])
    plt.xlabel("decimals to which the thresholds are rounded")
    plt.ylabel("share of cases whose words\nselect their leaf")
    plt.title("Two decimals explain flowers measured in centimetres, not tumours")
    plt.legend(loc="lower right", title="mean of ten trees")
    plt.show()

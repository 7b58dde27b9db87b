"""Three questions about a flower: a decision tree on the iris data, drawn for someone who has never seen one.

Source    dtreeviz 2.3.2 and Parr and Grover (2018), How to visualize decision trees,
          https://explained.ai/decision-tree-viz/; trees after Breiman, Friedman, Olshen and Stone (1984)
Differs   at most five leaves, the most that stays legible on a page; colours that the colour-blind can tell apart
Cost      about 5 s on one CPU core
"""

# %% setup
import shutil
from pathlib import Path

import dtreeviz
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SEEDS = range(5)
FEATURES = "petal length (cm)", "petal width (cm)"  # the two that the tree asks about


# %% data
def data():
    """Measurements of shape (150, 4), species of shape (150,), and the names of both."""
    iris = load_iris()
    return iris.data, iris.target, list(iris.feature_names), list(map(str, iris.target_names))


# %% model
def tree(leaves, seed):
    """CART with Gini impurity, three questions deep; the seed breaks ties between equally good questions."""
    return DecisionTreeClassifier(max_depth=3, max_leaf_nodes=leaves, random_state=seed)


# %% rules
def rules(model, x, names):
    """The questions that the tree asks about x and their answers, as it asks them: `<=` goes left, `>` goes right."""
    inner = model.decision_path([x]).indices[:-1]
    answers = np.float32(x)[model.tree_.feature[inner]] <= model.tree_.threshold[inner]
    steps = zip(model.tree_.feature[inner], answers, model.tree_.threshold[inner], strict=True)
    return [f"{names[feature]} {'<=' if left else '>'} {threshold:.6g}" for feature, left, threshold in steps]


# %% evaluate
def accuracies(X, y, leaves, repeats, seed):
    """Accuracy on flowers that the tree has not seen: mean over 5 folds, cut anew `repeats` times."""
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=seed)
    return np.mean(cross_val_score(tree(leaves, seed), X, y, cv=folds))


# %% main
def main(*, leaves=5, repeats=4, seed=0):
    """The tree grown on all the flowers, and its accuracy on unseen ones with few and with any number of leaves."""
    X, y, _, _ = data()
    model = tree(leaves, seed).fit(X, y)
    return model, accuracies(X, y, leaves, repeats, seed), accuracies(X, y, None, repeats, seed)


# %% result
if __name__ == "__main__":
    runs = [main(seed=seed) for seed in SEEDS]
    X, y, features, classes = data()
    model = runs[0][0]
    results = {
        "accuracy": [float(accuracy) for _, accuracy, _ in runs],
        "accuracy_any_leaves": [float(accuracy) for _, _, accuracy in runs],
        "train_accuracy": [float(model.score(X, y)) for model, _, _ in runs],
        "leaves": [int(model.get_n_leaves()) for model, _, _ in runs],
    }
    for name, values in results.items():
        print(f"{name:20} {np.mean(values):.3f} ± {np.std(values, ddof=1):.3f} over {len(values)} seeds")

# %% pictures
COLORS = plt.rcParams["axes.prop_cycle"].by_key()["color"]
PALETTE = {"classes": [None, None, None, COLORS[:3]], "highlight": "#882255"}
LOOKS = {"colors": PALETTE, "fontname": "DejaVu Sans", "label_fontsize": 13, "ticks_fontsize": 11}


def draw(explainer, **options):
    """dtreeviz's picture of the tree, or a line that says what is missing to lay it out."""
    if shutil.which("dot") is None:
        print("no picture: dtreeviz needs Graphviz's program `dot` on PATH")
        return None
    with plt.rc_context({"figure.constrained_layout.use": False}):  # dtreeviz sets its own margins
        return explainer.view(show_root_edge_labels=False, **LOOKS, **options)


if __name__ == "__main__":
    explainer = dtreeviz.model(model, X, y, feature_names=features, target_name="species", class_names=classes)
    puzzle = np.flatnonzero(model.predict(X) != y)[0]  # the first flower that the tree gets wrong

# %% tree
# to be read from the top: at most the value at the triangle goes left, more goes right
draw(explainer, scale=1.8) if __name__ == "__main__" else None

# %% feature-space
if __name__ == "__main__":
    fig, ax = plt.subplots()
    explainer.ctree_feature_space(
        features=list(FEATURES),
        show={"splits", "legend"},
        colors=PALETTE,
        fontname="DejaVu Sans",
        ticks_fontsize=10,
        ax=ax,
    )
    for dots in ax.collections:
        dots.set_zorder(3)  # dtreeviz lays its rectangles over the dots
    ax.set_title("The same tree as a map: each rectangle is a leaf")
    plt.show()

# %% path
draw(explainer, x=X[puzzle], show_just_path=True, max_X_features_TD=4, scale=1.6) if __name__ == "__main__" else None

# %% explained
if __name__ == "__main__":
    x, shares = X[puzzle], model.predict_proba(X[[puzzle]])[0]
    print("in dtreeviz's words:", *explainer.explain_prediction_path(x).strip().splitlines(), sep="\n    ")
    print("what the tree asked:", *rules(model, x, features), sep="\n    ")
    print("in its leaf:", ", ".join(f"{share:.0%} {name}" for name, share in zip(classes, shares, strict=True)))
    print("it was:", classes[y[puzzle]])

"""A hierarchy of classes helps a classifier that trusts its data too little; against a well chosen one few ways gain.

Source    C. N. Silla Jr. and A. A. Freitas (2011), A survey of hierarchical classification across different
          application domains, Data Mining and Knowledge Discovery 22, 31-72, doi:10.1007/s10618-010-0175-9
Differs   one small task where the survey reviews many: find package, subpackage and module of a docstring; linear
          models on words; best strengths chosen by the mean over the splits, which flatters all approaches alike
Cost      about 50 s on 2 CPU cores
Notation  hP, hR, hF  hierarchical precision, recall and F-score
Limit     300 s
"""

# %% setup
import importlib
import inspect
import pkgutil
import re
import warnings
from collections import Counter
from pathlib import Path

import jax
import matplotlib.pyplot as plt
import numpy
import numpy as np
import scipy
import sklearn
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
PACKAGES = (jax, numpy, scipy, sklearn)
# tests, tools and copies of other projects; what needs a GPU or changes state when it is imported
LEFT_OUT = re.compile(
    r"\.(_?test\w*|\w*_test\w*|\w*testutils|_?tst\w*|conftest|\w*_checks|tools|_?external\w*|array_api_\w+|_array_api\w*"
    r"|_?build\w*|_precompute|_pyinstaller|f2py|distutils|collect_profile|extend|experimental|pallas|misc|__main__)(\.|$)"
)


def modules(package):
    """The modules of a package, imported, and the names of those that cannot be."""
    loaded, failed = [package], []
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if LEFT_OUT.search(found.name):
            continue
        try:
            module = importlib.import_module(found.name)
        except Exception:  # whatever an optional dependency that is missing makes of it
            failed.append(found.name)
            continue
        more, lost = modules(module) if found.ispkg else ([module], [])
        loaded, failed = loaded + more, failed + lost
    return loaded, failed


def home(thing):
    """Where a function or class was written: `numpy.sum` says that it lives in `numpy`, its globals know better."""
    return getattr(inspect.unwrap(thing), "__globals__", {}).get("__name__") or getattr(thing, "__module__", None)


def docstrings(packages=PACKAGES):
    """{(module, name): docstring} of all public functions and classes, and the names of modules that failed."""
    found, failed = {}, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old modules announce that they will go
        for package in packages:
            loaded, lost = modules(package)
            failed += lost
            for module in loaded:
                found |= public(module, package.__name__)
    return dict(sorted(found.items())), failed


def public(module, package):
    """{(module, name): docstring} of what can be called in a module and was written in its package."""
    found = {}
    for name, thing in vars(module).items():
        if name.startswith("_") or not (callable(thing) and hasattr(thing, "__name__")):
            continue
        written = home(thing)
        doc = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
        if isinstance(written, str) and isinstance(doc, str) and not LEFT_OUT.search(written):
            if written.partition(".")[0] == package:
                found[written, thing.__name__] = inspect.cleandoc(doc)
    return found


def path(module):
    """Package, subpackage and module, as far as there are so many: `jax._src.lax.slicing` is jax > lax > slicing."""
    parts = [part.strip("_") for part in module.split(".") if part != "_src"]
    return tuple(".".join(parts[: level + 1]) for level in range(min(3, len(parts))))


# %% text
SECTION = re.compile(
    r"^(?:\w[\w ]*\n\s*[-=~]{3,}|\s*(?:Args|Arguments|Parameters|Returns|Yields|Raises|Examples?|Notes?|Attributes"
    r"|Keyword Args|See Also|References|Usage)\s*:|>>>|\.\. (?!math)\w+::)",
    re.MULTILINE,
)
SIGNATURE = re.compile(r"^\w+\(.*?\).*$", re.MULTILINE)
PLACE = re.compile(
    r":\w+(?::\w+)?:`[^`]*`|\b\w+(?:\.\w+)+\b|\w*(?:jax|numpy|scipy|sklearn|scikit-learn|xla)\w*|\blax\b", re.IGNORECASE
)


def paragraphs(doc):
    """What a docstring says before its first heading, as words per paragraph, without any name of a place."""
    heading = SECTION.search(doc)
    prose = PLACE.sub(" ", SIGNATURE.sub(" ", doc[: heading.start()] if heading else doc))
    return [" ".join(re.findall(r"[a-z]{3,}", part.lower())) for part in re.split(r"\n\s*\n", prose)]


def texts(docs, least=5):
    """[(path, text)]: a paragraph that occurs twice is cut wherever it stands, so no copy is left."""
    split = {place: paragraphs(doc) for place, doc in docs.items()}
    count = Counter(part for parts in split.values() for part in parts)
    kept = {place: " ".join(part for part in parts if count[part] == 1) for place, parts in split.items()}
    rows = [(path(module), text) for (module, _), text in kept.items()]
    return [(where, text) for where, text in rows if len(where) == 3 and len(text.split()) >= least]


def near_duplicates(words, threshold=0.5):
    """A number per text; two texts that share half of their words (Jaccard index) have the same, also by a chain."""
    seen = CountVectorizer(binary=True, token_pattern=r"\S+").fit_transform(words).astype(float)
    shared = (seen @ seen.T).tocoo()
    size = np.asarray(seen.sum(axis=1)).ravel()
    shared.data = shared.data / (size[shared.row] + size[shared.col] - shared.data) >= threshold
    shared.eliminate_zeros()
    return connected_components(shared, directed=False)[1]


# %% hierarchy
def task(rows, smallest=10):
    """Texts, their leaves, their groups, the leaves' paths, and the tree.

    Leaves with fewer groups of near-duplicates than `smallest` are left out.  tree (3, leaves): the number of each
    leaf's package, subpackage and module, so that tree[level][leaf] is an ancestor and tree[2][leaf] is leaf.
    """
    group = near_duplicates([text for _, text in rows])
    sizes = Counter(where for where, _ in {(where, number) for (where, _), number in zip(rows, group, strict=True)})
    paths = sorted(where for where, size in sizes.items() if size >= smallest)
    names = [sorted({where[level] for where in paths}) for level in range(3)]
    tree = np.array([[names[level].index(where[level]) for where in paths] for level in range(3)])
    kept = [i for i, (where, _) in enumerate(rows) if sizes[where] >= smallest]
    leaf = np.array([paths.index(rows[i][0]) for i in kept])
    return np.array([rows[i][1] for i in kept], dtype=object), leaf, group[kept], paths, tree


def parents(tree, level):
    """The parent of each node of a level, (nodes of that level,); at the top all have the same."""
    above = np.zeros_like(tree[0]) if level == 0 else tree[level - 1]
    return above[np.unique(tree[level], return_index=True)[1]]


def split(leaf, group, rng, share=0.25):
    """Mask of the test texts: a quarter of every leaf's groups, where a group belongs to its commonest leaf."""
    test = np.zeros(len(leaf), dtype=bool)
    owners = {number: Counter(leaf[group == number].tolist()).most_common(1)[0][0] for number in np.unique(group)}
    for owner in np.unique(leaf):
        mine = rng.permutation([number for number, other in owners.items() if other == owner])
        test |= np.isin(group, mine[: max(1, round(share * len(mine)))])
    return test


# %% model
def chances(base, features, labels, unseen):
    """Probability of each label, (unseen, labels); where there is only one, nothing needs to be learned."""
    if len(np.unique(labels)) == 1:
        return np.ones((unseen.shape[0], 1))
    return clone(base).fit(features, labels).predict_proba(unseen)


def per_level(base, features, leaf, tree, unseen):
    """One classifier for each level: a list of scores, (unseen, nodes of the level)."""
    return [chances(base, features, level[leaf], unseen) for level in tree]


def per_parent(base, features, leaf, tree, unseen):
    """One classifier at each parent, trained on what lies under it, to choose among its children."""
    scores = [np.zeros((unseen.shape[0], level.max() + 1)) for level in tree]
    for level, score in enumerate(scores):
        parent = parents(tree, level)
        for node in np.unique(parent):
            under = parent[tree[level][leaf]] == node
            score[:, parent == node] = chances(base, features[under], tree[level][leaf[under]], unseen)
    return scores


def per_node(base, features, leaf, tree, unseen):
    """One binary classifier at each node, trained to tell it from its siblings."""
    scores = [np.zeros((unseen.shape[0], level.max() + 1)) for level in tree]
    for level, score in enumerate(scores):
        parent = parents(tree, level)
        for node, above in enumerate(parent):
            near = parent[tree[level][leaf]] == above
            score[:, node] = chances(base, features[near], tree[level][leaf[near]] == node, unseen)[:, -1]
    return scores


def descend(scores, tree):
    """Top down: the best child of the root, then its best child, and so on to a leaf, (unseen,)."""
    chosen = np.zeros(len(scores[0]), dtype=int)
    for level, score in enumerate(scores):
        chosen = np.where(parents(tree, level) == chosen[:, None], score, -1).argmax(axis=1)
    return chosen


def multiply(scores, tree):
    """Probability of each leaf, (unseen, leaves): the product of the decisions on its path."""
    return np.prod([score[:, level] for score, level in zip(scores, tree, strict=True)], axis=0)


# %% loss
def membership(tree):
    """Matrix (leaves, nodes of all levels) that says which nodes are on the path to a leaf."""
    return np.hstack([np.eye(level.max() + 1)[level] for level in tree])


def path_loss(weights, features, hot, paths, strength):
    """Cross-entropy of leaves whose score is the sum over the nodes on their path, weights of all nodes in one vector.

    The prior is that of `LogisticRegression`: C times the summed loss plus half the squared weights, no prior on the
    intercepts (the last row).  With one node per leaf this is the flat classifier.
    """
    weights = weights.reshape(features.shape[1] + 1, -1)
    logs = log_softmax((features @ weights[:-1] + weights[-1]) @ paths.T, axis=1)
    error = (np.exp(logs) - hot) @ paths
    slope = strength * np.vstack([features.T @ error, error.sum(axis=0)])
    slope[:-1] += weights[:-1]
    return -strength * np.sum(logs * hot) + np.sum(weights[:-1] ** 2) / 2, slope.ravel()


# %% train
def path_logistic(strength, features, leaf, tree, unseen):
    """Logistic regression over paths: probability of each leaf, (unseen, leaves), from one model of the whole tree."""
    paths = membership(tree) / np.sqrt(len(tree))  # a leaf's weights then vary as much as in the flat classifier
    hot = np.eye(tree.shape[1])[leaf]
    start = np.zeros((features.shape[1] + 1) * paths.shape[1])
    found = minimize(
        path_loss, start, (features, hot, paths, strength), "L-BFGS-B", jac=True, options={"maxiter": 300, "ftol": 1e-5}
    )
    weights = found.x.reshape(-1, paths.shape[1])
    return softmax((unseen @ weights[:-1] + weights[-1]) @ paths.T, axis=1)


def path_bayes(strength, features, leaf, tree, unseen):
    """Naive Bayes with shrinkage: the words of a leaf are those of its path, in equal parts."""
    hot = np.eye(tree.shape[1])[leaf]
    words = (features.T @ hot @ membership(tree)) + strength
    mixed = words / words.sum(axis=0) @ membership(tree).T / len(tree)
    return softmax(unseen @ np.log(mixed) + np.log(hot.mean(axis=0)), axis=1)


BASES = {
    "logistic": (lambda strength: LogisticRegression(C=strength, max_iter=300, tol=1e-3), path_logistic),
    "naive_bayes": (lambda strength: MultinomialNB(alpha=strength), path_bayes),
}
# scikit-learn's defaults first
STRENGTHS = {"logistic": (1.0, 10.0, 100.0), "naive_bayes": (1.0, 0.1, 0.03, 0.01, 0.003)}
LOCAL = {"node": per_node, "parent": per_parent, "level": per_level}
SPOKEN = {
    "flat": "flat",
    "node": "per node",
    "parent": "per parent",
    "level": "per level",
    "product": "per parent, product",
    "global": "global",
}
APPROACHES = tuple(SPOKEN)


def predictions(name, strength, features, leaf, tree, unseen):
    """The leaves that each approach predicts, {approach: (unseen,)}, and the scores of flat and local classifiers."""
    base, whole = BASES[name][0](strength), BASES[name][1]
    scores = {approach: fit(base, features, leaf, tree, unseen) for approach, fit in LOCAL.items()}
    scores["flat"] = scores["level"][-1]  # the last of the levels, on its own, is the flat classifier
    chosen = {approach: descend(scores[approach], tree) for approach in LOCAL}
    chosen["flat"] = scores["flat"].argmax(axis=1)
    chosen["product"] = multiply(scores["parent"], tree).argmax(axis=1)
    chosen["global"] = whole(strength, features, leaf, tree, unseen).argmax(axis=1)
    return chosen, scores


# %% evaluate
def hierarchical(true, predicted):
    """hP, hR and hF of boolean node sets (texts, nodes), each closed under ancestors."""
    shared = np.sum(true & predicted)
    precision, recall = shared / np.sum(predicted), shared / np.sum(true)
    return precision, recall, 2 * precision * recall / (precision + recall)


def f_score(leaf, predicted, tree):
    """hF of predicted leaves; as all paths are of one length, it is the mean accuracy of the levels."""
    nodes = membership(tree) > 0
    return hierarchical(nodes[leaf], nodes[predicted])[2]


def stop_early(probability, tree, threshold):
    """Node sets (texts, nodes) of those paths that go on only while the chance of the node is above the threshold."""
    nodes = membership(tree)
    best = nodes[descend([probability @ np.eye(level.max() + 1)[level] for level in tree], tree)] > 0
    return best & ((probability @ nodes >= threshold) | (np.arange(nodes.shape[1]) <= tree[0].max()))


def inconsistent(scores, tree):
    """Share of the texts for which classifiers of the levels, each on its own, choose nodes that are on no one path."""
    package, subpackage, leaf = (score.argmax(axis=1) for score in scores)
    return np.mean((tree[0][leaf] != package) | (tree[1][leaf] != subpackage))


def first_errors(leaf, predicted, tree):
    """Level at which each path leaves the true one, (texts,); 3 where it never does."""
    wrong = tree[:, leaf] != tree[:, predicted]
    return np.where(wrong.any(axis=0), wrong.argmax(axis=0), len(tree))


# %% main
def main(*, splits=5, smallest=10, strengths=STRENGTHS, rows=None, seed=0):
    """The task, and for each split its test texts, the leaves predicted and the scores, by base and strength."""
    docs, failed = docstrings() if rows is None else ({}, [])
    words, leaf, group, paths, tree = task(texts(docs) if rows is None else rows, smallest)
    runs = []
    for rng in np.random.default_rng(seed).spawn(splits):
        test = split(leaf, group, rng)
        vectorizer = TfidfVectorizer(token_pattern=r"\S+", sublinear_tf=True, min_df=2)
        features, unseen = vectorizer.fit_transform(words[~test]), vectorizer.transform(words[test])
        tried = {
            (name, strength): predictions(name, strength, features, leaf[~test], tree, unseen)
            for name, several in strengths.items()
            for strength in several
        }
        runs.append((test, tried))
    return {"docs": len(docs), "failed": failed, "words": words, "group": group}, leaf, paths, tree, runs


# %% result
if __name__ == "__main__":
    read, leaf, paths, tree, runs = main()
    f = {
        (approach, *key): np.array([f_score(leaf[test], tried[key][0][approach], tree) for test, tried in runs])
        for key in runs[0][1]
        for approach in APPROACHES
    }
    best = {
        (approach, name): STRENGTHS[name][np.argmax([f[approach, name, each].mean() for each in STRENGTHS[name]])]
        for name in BASES
        for approach in APPROACHES
    }
    shown = {("default", name, approach): f[approach, name, STRENGTHS[name][0]] for approach, name in best}
    shown |= {("best", name, approach): f[approach, name, strength] for (approach, name), strength in best.items()}
    gains = {key: each - shown[*key[:2], "flat"] for key, each in shown.items() if key[2] != "flat"}

    others, well_chosen = APPROACHES[1:], ("logistic", 10.0)
    outcomes = [(leaf[test], *tried[well_chosen]) for test, tried in runs]
    lost = {name: [first_errors(true, guess[name], tree) for true, guess, _ in outcomes] for name in ("parent", "flat")}
    nodes = membership(tree) > 0
    stopped = [hierarchical(nodes[true], stop_early(score["flat"], tree, 0.5)) for true, _, score in outcomes]
    results = {
        "docstrings_read": read["docs"],
        "modules_failed": len(read["failed"]),
        "texts": len(leaf),
        "groups": len(np.unique(read["group"])),
        **{name: int(level.max() + 1) for name, level in zip(("packages", "subpackages", "leaves"), tree, strict=True)},
        **{f"f_{approach}_{name}_{when}": each.tolist() for (when, name, approach), each in shown.items()},
        **{f"gain_{approach}_{name}_{when}": each.tolist() for (when, name, approach), each in gains.items()},
        **{f"gain_{name}_well_chosen": (f[name, *well_chosen] - f["flat", *well_chosen]).tolist() for name in others},
        **{f"best_strength_{approach}_{name}": strength for (approach, name), strength in best.items()},
        "product_minus_top_down": (f["product", *well_chosen] - f["parent", *well_chosen]).tolist(),
        "global_minus_top_down": (shown["best", "logistic", "global"] - shown["best", "logistic", "parent"]).tolist(),
        "levels_inconsistent": [float(inconsistent(score["level"], tree)) for _, _, score in outcomes],
        **{f"wrong_package_{name}": [float(np.mean(at[at < 3] == 0)) for at in each] for name, each in lost.items()},
        **{f"wrong_subpackage_{name}": [float(np.mean(at[at < 3] < 2)) for at in each] for name, each in lost.items()},
        **{f"wrong_leaf_{name}": [float(np.mean(at < 3)) for at in each] for name, each in lost.items()},
        **{
            f"{name}_stopped": [float(each[i]) for each in stopped]
            for i, name in enumerate(("precision", "recall", "f"))
        },
        "f_flat_not_stopped": f["flat", *well_chosen].tolist(),
    }
    print(f"{len(leaf)} texts of {len(paths)} modules, {tree[1].max() + 1} subpackages, {tree[0].max() + 1} packages\n")
    print(f"hF, mean of {len(runs)} splits        " + "".join(f"{approach:>8s}" for approach in APPROACHES))
    for name, several in STRENGTHS.items():
        for strength in several:
            row = "".join(f"{f[approach, name, strength].mean():8.3f}" for approach in APPROACHES)
            print(f"{name:11s} {'C' if name == 'logistic' else 'alpha':>5s} = {strength:<8g}{row}")

# %% tree
if __name__ == "__main__":
    true, at = np.concatenate([true for true, _, _ in outcomes]), np.concatenate(lost["parent"])
    rows = -np.cumsum(0.6 + (np.diff(tree[:2], prepend=0) != 0).T @ [0.9, 0.7])
    places = [sorted({where[level] for where in paths}) for level in range(3)]
    heights = [[rows[level == node].mean() for node in range(level.max() + 1)] for level in tree]
    colors = LinearSegmentedColormap.from_list("lost", ["#b4c3ce", "#E69F00", "#D55E00", "#5c1500"])
    bend = np.linspace(0, 1, 40)
    figure, axis = plt.subplots(figsize=(7.2, 8.6))
    edges = [(level, *edge) for level in (2, 1, 0) for edge in enumerate(parents(tree, level))]
    for level, node, parent in edges:
        here = tree[level][true] == node
        arrived, went = np.sum(here & (at >= level)), np.sum(here & (at > level))
        start = heights[level - 1][parent] if level else rows.mean()
        way = start + (heights[level][node] - start) * (3 * bend**2 - 2 * bend**3)
        axis.plot(
            level + bend, way, color=colors(1 - went / max(arrived, 1)), linewidth=0.7 + arrived / 60, zorder=3 - level
        )
        if level < 2:
            label = f"{places[level][node].rpartition('.')[2]}  {100 * np.mean(at[here] <= level):.0f} %"
            patch = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
            axis.text(
                level + 1, heights[level][node], label, fontsize=8, ha="center", va="center", bbox=patch, zorder=9
            )
    for level, label in enumerate(("docstring", "package", "subpackage", "module")):
        axis.text(level, 2, label, ha="center", fontsize=9, fontweight="bold")
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, 1), colors), ax=axis, location="bottom", aspect=50, pad=0.01, shrink=0.7
    )
    bar.set_label("share of the texts arriving at an edge that should take it and do not")
    bar.ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axis.set(xlim=(-0.25, 3.15), ylim=(rows.min() - 1, 4))
    axis.axis("off")
    early, late = (100 * np.mean(at[at < 3] < level) for level in (1, 2))
    title = (
        f"Of the wrong paths {early:.0f} % part from the right one at the root, {late:.0f} % before the last decision"
    )
    details = "(one classifier at each parent, top down; width: texts that arrive; numbers: lost so far)"
    figure.suptitle(f"{title}\n{details}", x=0.01, ha="left", fontsize=10)
    plt.show()

# %% strengths
if __name__ == "__main__":
    styles = {"flat": ("black", "-"), "node": ("C0", "--"), "parent": ("C1", "--"), "level": ("C2", ":")}
    styles |= {"product": ("C1", "-"), "global": ("C3", "-")}
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.9), sharey=True)
    for axis, (name, several) in zip(axes, STRENGTHS.items(), strict=True):
        for approach, (color, line) in styles.items():
            means = [f[approach, name, strength].mean() for strength in several]
            axis.plot(several, means, line, color=color, marker="o", markersize=3, label=SPOKEN[approach])
        axis.axvline(several[0], color="#888888", linewidth=0.8)
        axis.text(several[0], 0.385, " default", fontsize=8, color="#555555")
        axis.set(xscale="log", ylim=(0.38, 0.77))
    axes[0].set(xlabel="C, weight of the data", ylabel="hierarchical F-score (mean over splits)")
    axes[0].set_title("Logistic regression", fontsize=10)
    axes[1].set(xlabel="alpha, weight of the prior (falls to the right)")
    axes[1].invert_xaxis()
    axes[1].set_title("Naive Bayes", fontsize=10)
    axes[1].legend(fontsize=8, loc="lower right", handlelength=3.5)
    figure.suptitle(
        "With too strong a prior (left) any use of the hierarchy helps; at its best, flat is hard to beat",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

# %% gains
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2), sharex=True, sharey=True)
    others = APPROACHES[:0:-1]  # from the bottom up
    for axis, (name, title) in zip(
        axes, {"logistic": "Logistic regression", "naive_bayes": "Naive Bayes"}.items(), strict=True
    ):
        for shift, (when, face) in enumerate({"default": "white", "best": "C0"}.items()):
            for place, approach in enumerate(others):
                each = gains[when, name, approach]
                height = np.full(len(each), place + 0.16 - 0.32 * shift)
                axis.plot(
                    each,
                    height,
                    "o",
                    color="C0",
                    markerfacecolor=face,
                    markersize=5,
                    label=when if place == 0 else None,
                )
                axis.plot(each.mean(), height[0], "|", color="black", markersize=13)
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_yticks(range(len(others)), [SPOKEN[approach] for approach in others])
        axis.set(xlabel="hF minus hF of flat, split by split")
        axis.set_title(title, fontsize=10)
        axis.grid(axis="y", visible=False)
    axes[0].legend(title="strength", fontsize=8, title_fontsize=8, loc="lower right")
    figure.suptitle(
        "At its best strength only the global logistic model beats flat in every split", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% stopping
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    marked = (0.0, 0.3, 0.5, 0.7, 0.9)
    for approach, color in {"flat": "black", "product": "C1"}.items():
        curve = []
        for threshold in np.linspace(0, 0.95, 20):
            sets = [
                stop_early(score["flat"] if approach == "flat" else multiply(score["parent"], tree), tree, threshold)
                for _, _, score in outcomes
            ]
            curve.append(hierarchical(nodes[true], np.vstack(sets)))
        precision, recall, _ = np.transpose(curve)
        axis.plot(recall, precision, color=color, label=SPOKEN[approach])
        for threshold in marked:
            i = round(threshold / 0.05)
            axis.plot(recall[i], precision[i], "o", color=color, markersize=5)
            if approach == "flat":
                axis.annotate(
                    f"{threshold:g}", (recall[i], precision[i]), (5, 4), textcoords="offset points", fontsize=8
                )
    axis.set(xlabel="hierarchical recall", ylabel="hierarchical precision")
    axis.set_title("Stopping where a node is less likely than a threshold (numbers): precision for recall")
    axis.legend()
    plt.show()

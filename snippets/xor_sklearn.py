"""Four hidden tanh units learn XOR from nearly every start; four ReLU units get stuck from about half of them.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section XOR
Differs   50 seeds where the source has one; ReLU and Adam beside the source's tanh and L-BFGS
Cost      about 10 s on 2 CPU cores
"""

# %% setup
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from scipy.stats import binomtest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
TARGETS = np.array([0, 1, 1, 0])

# %% model
SOURCE = {"solver": "lbfgs", "activation": "tanh"}
VARIANTS = {
    "lbfgs_tanh": SOURCE,
    "lbfgs_relu": {"solver": "lbfgs", "activation": "relu"},
    "adam_default_tanh": {"solver": "adam", "activation": "tanh"},
    "adam_default_relu": {"solver": "adam", "activation": "relu"},
    "adam_fast_tanh": {"solver": "adam", "activation": "tanh", "learning_rate_init": 0.1},
    "adam_fast_relu": {"solver": "adam", "activation": "relu", "learning_rate_init": 0.1},
}


def network(seed, *, hidden=4, **options):
    """The source's classifier, untrained: one hidden layer, sigmoid output, cross-entropy with a little L2."""
    return MLPClassifier(hidden_layer_sizes=(hidden,), random_state=seed, **options)


# %% loss
def merged_loss(zeros, ones):
    """Least cross-entropy (nats per point of four) of a network that cannot tell zeros + ones of the points apart.

    It can do no better than to give all of them the same probability, the fraction of ones among them.
    """
    p = ones / (zeros + ones)
    return -(zeros * np.log(1 - p) + ones * np.log(p)) / 4


# %% train
def fit(seed, **options):
    """One trained classifier; Adam at its default rate uses up its 200 steps, which is a result and no mishap."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network(seed, **options).fit(POINTS, TARGETS)


# %% evaluate
def accuracy(classifier):
    """Fraction of the four points that are classified rightly."""
    return classifier.score(POINTS, TARGETS)


def is_merged(classifier, tolerance=0.005):
    """Whether the loss is that of a network for which two, three or four points of both classes are one."""
    losses = np.array([merged_loss(1, 1), merged_loss(2, 1), merged_loss(2, 2)])
    return bool(np.any(abs(classifier.loss_ - losses) < tolerance))


def centre(classifier):
    """Probability of class 1 halfway between the four points, where XOR says nothing."""
    return classifier.predict_proba([[0.5, 0.5]])[0, 1]


# %% main
def main(*, seeds=50, source_seed=1, variants=tuple(VARIANTS)):
    """The source's classifier, and each variant trained from `seeds` starts: {variant: [classifier, ...]}."""
    trained = {variant: [fit(seed, **VARIANTS[variant]) for seed in range(seeds)] for variant in variants}
    return fit(source_seed, **SOURCE), trained


# %% result
if __name__ == "__main__":
    source, trained = main()
    solved = {variant: [accuracy(each) == 1 for each in classifiers] for variant, classifiers in trained.items()}
    stuck = [each for each in trained["lbfgs_relu"] if accuracy(each) < 1]
    results = {
        "accuracy_source_seed": float(accuracy(source)),
        "steps_source_seed": int(source.n_iter_),
        **{f"solved_{variant}": float(np.mean(each)) for variant, each in solved.items()},
        "centre_is_one": float(np.mean([centre(each) > 0.5 for each in trained["lbfgs_tanh"] if accuracy(each) == 1])),
        "stuck_relu_merged": float(np.mean([is_merged(each) for each in stuck])),
    }
    print(f"score: {accuracy(source)}, after {source.n_iter_} steps")
    print(f"predictions: {source.predict(POINTS).tolist()}, targets: {TARGETS.tolist()}\n")
    for variant, each in solved.items():
        print(f"{variant:18s} solves XOR from {sum(each):2d} of {len(each)} starts")
    print(f"\nlosses of the stuck ReLU networks: {sorted({round(float(each.loss_), 2) for each in stuck})}")

# %% learned-surface
if __name__ == "__main__":
    horizontal, vertical = np.meshgrid(np.linspace(-0.2, 1.2, 141), np.linspace(-0.2, 1.2, 141))
    grid = np.c_[horizontal.ravel(), vertical.ravel()]
    height = source.predict_proba(grid)[:, 1].reshape(horizontal.shape)
    figure, axis = plt.subplots(figsize=(4.8, 4.05))
    classes = LinearSegmentedColormap.from_list("classes", ["#0072B2", "white", "#D55E00"])
    surface = axis.pcolormesh(horizontal, vertical, height, cmap=classes, vmin=0, vmax=1, rasterized=True)
    axis.contour(horizontal, vertical, height, levels=[0.5], colors="black", linestyles="--", linewidths=1)
    for point, target in zip(POINTS, TARGETS, strict=True):
        axis.plot(*point, "os"[target], color="white", markersize=10, markeredgecolor="black")
    figure.colorbar(surface, label="probability of class 1")
    axis.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1], aspect="equal")
    axis.set_title("L-BFGS in scikit-learn: a band of ones between two zeros")
    axis.grid(False)
    plt.show()

# %% success-rates
if __name__ == "__main__":
    labels = {"lbfgs": "L-BFGS", "adam_default": "Adam, rate 0.001\n(the default)", "adam_fast": "Adam, rate 0.1"}
    figure, axis = plt.subplots()
    for column, (activation, name) in enumerate({"tanh": "tanh", "relu": "ReLU"}.items()):
        rates = [results[f"solved_{solver}_{activation}"] for solver in labels]
        intervals = [
            binomtest(sum(each), len(each)).proportion_ci(method="wilson")
            for each in (solved[f"{solver}_{activation}"] for solver in labels)
        ]
        reach = np.array([[r - i.low, i.high - r] for r, i in zip(rates, intervals, strict=True)]).T
        place = np.arange(len(labels)) + 0.38 * (column - 0.5)
        axis.bar(place, rates, 0.34, yerr=reach, capsize=4, label=name, error_kw={"linewidth": 1})
        for x, rate, high in zip(place, rates, reach[1], strict=True):
            axis.text(x, rate + high + 0.02, f"{100 * rate:.0f} %", ha="center")
    axis.set_xticks(range(len(labels)), labels.values())
    axis.set(ylabel="starts that learn XOR (95 % interval)", ylim=(0, 1.15), yticks=np.linspace(0, 1, 5))
    axis.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axis.set_title("Tanh learns XOR, ReLU from half the starts; Adam's default rate is too slow")
    axis.grid(axis="x", visible=False)
    axis.legend(loc="center")
    plt.show()

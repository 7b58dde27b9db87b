"""The lecture's own network guesses because gradients of 1,437 images are added up, not averaged.

Source    M. Hjorth-Jensen, FYS-STK3155/4155, University of Oslo, lecture notes of week 42 (2024), from "Train and test
          datasets" to "scikit-learn implementation"
Differs   softmax and sigmoid that do not overflow; five learning rates of its seven, one penalty (1e-5) of its seven
Cost      about 9 s on one core
"""

# %% setup
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def split(rng):
    """Four fifths of the images, whose values are 0 to 16, to train on, the others to test on."""
    x, y = load_digits(return_X_y=True)
    rows, cut = rng.permutation(len(x)), int(0.8 * len(x))
    return x[rows[:cut]], y[rows[:cut]], x[rows[cut:]], y[rows[cut:]]


def split_as_printed(rng, inputs, labels):
    """What the notes call equivalent: images and labels are shuffled, each on their own."""
    inputs_shuffled, labels_shuffled = inputs.copy(), labels.copy()
    rng.shuffle(inputs_shuffled)
    rng.shuffle(labels_shuffled)
    return inputs_shuffled, labels_shuffled


# %% model
def initial(rng, hidden=50):
    """Standard normal weights, biases of 0.01."""
    return [rng.normal(size=(64, hidden)), np.full(hidden, 0.01), rng.normal(size=(hidden, 10)), np.full(10, 0.01)]


def forward(params, x):
    hidden_weights, hidden_bias, output_weights, output_bias = params
    a = (1 + np.tanh((x @ hidden_weights + hidden_bias) / 2)) / 2
    z = a @ output_weights + output_bias
    exponential = np.exp(z - z.max(axis=1, keepdims=True))
    return a, exponential / exponential.sum(axis=1, keepdims=True)


# %% train
def step(params, x, y, *, rate, penalty, mean):
    """One step down the gradient of the sum (as printed) or of the mean of the losses."""
    a, probability = forward(params, x)
    delta = probability - np.eye(10)[y]
    if mean:
        delta /= len(x)
    below = (delta @ params[2].T) * a * (1 - a)
    slopes = [
        x.T @ below + penalty * params[0],
        below.sum(axis=0),
        a.T @ delta + penalty * params[2],
        delta.sum(axis=0),
    ]
    return [parameter - rate * slope for parameter, slope in zip(params, slopes, strict=True)]


def in_batches(rng, params, x, y, *, rate, penalty, epochs, size=100):
    """The notes' class: every step draws a batch anew."""
    for _ in range(epochs * (len(x) // size)):
        rows = rng.choice(len(x), size, replace=False)
        params = step(params, x[rows], y[rows], rate=rate, penalty=penalty, mean=False)
    return params


# %% evaluate
def accuracy(params, x, y):
    return float(np.mean(forward(params, x)[1].argmax(axis=1) == y))


def sklearn_accuracy(seed, x, y, x_test, y_test, *, rate, penalty, epochs):
    """Test accuracy of the classifier as the notes call it."""
    network = MLPClassifier(
        50, activation="logistic", alpha=penalty, learning_rate_init=rate, max_iter=epochs, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the notes stop there too
        network.fit(x, y)
    return float(network.score(x_test, y_test))


# %% main
def main(*, steps=1000, rates=(1e-4, 1e-3, 1e-2, 1e-1, 1.0), penalty=1e-5, epochs=30, seeds=3):
    """Curves of the first program, {name: (seeds, points)}, and test accuracies, {name: (seeds, rates)}."""
    curves = {name: np.empty((seeds, steps // 20)) for name in ("sum", "mean")}
    grid = {name: np.empty((seeds, len(rates))) for name in ("ours", "scikit-learn")}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x, y, x_test, y_test = split(rng)
        start = initial(rng)
        for name, curve in curves.items():
            params = start
            for i in range(steps):
                params = step(params, x, y, rate=0.01, penalty=0.01, mean=name == "mean")
                if i % 20 == 19:
                    curve[seed, i // 20] = accuracy(params, x, y)
        for j, rate in enumerate(rates):
            params = in_batches(rng, initial(rng), x, y, rate=rate, penalty=penalty, epochs=epochs)
            grid["ours"][seed, j] = accuracy(params, x_test, y_test)
            grid["scikit-learn"][seed, j] = sklearn_accuracy(
                seed, x, y, x_test, y_test, rate=rate, penalty=penalty, epochs=epochs
            )
    return curves, grid


# %% result
if __name__ == "__main__":
    RATES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
    curves, grid = main(rates=RATES)
    kept = []
    for seed in range(10):
        x, y = load_digits(return_X_y=True)
        labels = np.arange(len(x))  # stands for the image, so that one sees where it went
        images, shuffled = split_as_printed(np.random.default_rng(seed), labels, y)
        kept.append(float(np.mean(y[images] == shuffled)))
    results = {
        "accuracy_sum": curves["sum"][:, -1].tolist(),
        "accuracy_mean": curves["mean"][:, -1].tolist(),
        "labels_kept": kept,
        "best_ours": grid["ours"].max(axis=1).tolist(),
        "best_sklearn": grid["scikit-learn"].max(axis=1).tolist(),
        "sklearn_gain_best": (grid["scikit-learn"].max(axis=1) - grid["ours"].max(axis=1)).tolist(),
        "sklearn_gain_overall": (grid["scikit-learn"].mean(axis=1) - grid["ours"].mean(axis=1)).tolist(),
    }
    print(f"training accuracy after 1000 steps: sum {curves['sum'][:, -1]}, mean {curves['mean'][:, -1]}")
    print("test accuracy by rate" + "".join(f"{rate:9g}" for rate in RATES))
    for name, each in grid.items():
        print(f"{name:21s}" + "".join(f"{value:9.3f}" for value in each.mean(axis=0)))

# %% sum-or-mean
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    shown = 20 * np.arange(1, curves["sum"].shape[1] + 1)
    for color, (name, each) in enumerate(curves.items()):
        axis.plot(shown, each.T, "--" if name == "sum" else "-", color=f"C{1 - color}")
    axis.axhline(0.1, color="black", linewidth=0.8, linestyle=":")
    axis.text(990, 0.115, "guessing", ha="right", fontsize=9)
    axis.text(600, 0.03, "sum of 1,437 gradients, as printed", color="C1", ha="center")
    axis.text(600, 0.68, "their mean", color="C0", ha="center")
    axis.set(xlabel="step of rate 0.01", ylabel="training accuracy", ylim=(0, 1))
    axis.set_title("The lecture's network learns once gradients are averaged (3 starts)")
    plt.show()

# %% rates
if __name__ == "__main__":
    labels = {"ours": "the lecture's class", "scikit-learn": "MLPClassifier"}
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    for color, (name, each) in enumerate(grid.items()):
        axis.semilogx(RATES, each.mean(axis=0), color=f"C{color}", marker="os"[color], label=labels[name])
        axis.fill_between(RATES, each.min(axis=0), each.max(axis=0), color=f"C{color}", alpha=0.2)
    axis.set(xlabel="learning rate", ylabel="test accuracy", ylim=(0, 1.03), xticks=RATES)
    axis.legend(loc="lower left")
    axis.set_title("scikit-learn's is better at every rate (mean and range of 3 starts)")
    plt.show()

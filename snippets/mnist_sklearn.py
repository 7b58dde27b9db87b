"""Scikit-learn's multilayer perceptron on MNIST: one call, and what the scale of the input does to it.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section MNIST,
          scikit-learn
Differs   the notebook's files are not given, so both scales are run: bytes / 255 and bytes, as float32 (float64 takes
          twice as long); random_state 1, 2, 3 instead of 1; mended: plt and jnp were not imported
Cost      about 45 s on one core
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.neural_network import MLPClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MNIST = Path(__file__).parents[1] / "datasets/mnist.npz"


def digits(examples=60_000, scale=255):
    """Training images (examples, 784) and labels, test images (10000, 784) and labels; a byte is divided by `scale`."""
    with np.load(MNIST) as file:
        x, x_test = (file[name].reshape(-1, 784).astype(np.float32) / scale for name in ("x_train", "x_test"))
        return x[:examples], file["y_train"][:examples], x_test, file["y_test"]


# %% train
def train(x, y, *, width, tol, seed):
    """The source's classifier; it stops when ten epochs in a row improve the training loss by less than `tol` each."""
    classifier = MLPClassifier(
        solver="adam", hidden_layer_sizes=(width,), activation="relu", random_state=seed, tol=tol
    )
    return classifier.fit(x, y)


# %% evaluate
def accuracy(classifier, x, y):
    """The fraction of digits that are named right."""
    return float(np.mean(classifier.predict(x) == y))


# %% main
def main(*, examples=60_000, width=100, tol=0.05, seeds=(1, 2, 3)):
    runs = {}
    for name, scale in {"scaled": 255, "bytes": 1}.items():
        x, y, x_test, y_test = digits(examples, scale)
        classifiers = [train(x, y, width=width, tol=tol, seed=seed) for seed in seeds]
        runs[name] = {
            "accuracy": [accuracy(classifier, x_test, y_test) for classifier in classifiers],
            "iterations": [classifier.n_iter_ for classifier in classifiers],
            "loss": [classifier.loss_curve_ for classifier in classifiers],
            "predictions": classifiers[0].predict(x_test),
        }
    return runs, x_test, y_test


# %% result
if __name__ == "__main__":
    runs, x_test, y_test = main()
    results = {
        "test_accuracy": runs["scaled"]["accuracy"],
        "test_accuracy_bytes": runs["bytes"]["accuracy"],
        "iterations": runs["scaled"]["iterations"],
        "iterations_bytes": runs["bytes"]["iterations"],
    }
    for name, run in runs.items():
        print(f"{name:8} test accuracy {np.round(run['accuracy'], 4)} after {run['iterations']} epochs")

# %% predictions
if __name__ == "__main__":
    fig, axes = plt.subplots(1, 5, figsize=(7.2, 1.9))
    for i, axis in enumerate(axes):
        axis.imshow(x_test[i].reshape(28, 28), cmap="gray_r")
        axis.set_title(f"predict: {runs['scaled']['predictions'][i]}", loc="center")
        axis.axis("off")
    plt.show()

# %% loss-curve
if __name__ == "__main__":
    fig, axis = plt.subplots()
    for name, label, color in [("scaled", "bytes / 255", "C0"), ("bytes", "bytes 0 to 255", "C1")]:
        for seed, losses in enumerate(runs[name]["loss"]):
            axis.semilogy(range(1, len(losses) + 1), losses, color=color, label=None if seed else label)
            axis.plot(len(losses), losses[-1], "o", color=color)
    axis.set(xlabel="epoch", ylabel="training loss (cross-entropy)")
    axis.set_title("tol=0.05 stops the training while the loss still falls")
    axis.legend()
    plt.show()

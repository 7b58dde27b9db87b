"""Columns brought to one scale help a linear support vector machine; which scale it is hardly matters.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 3: three kinds of preprocessing
Differs   the article names no data and does not say what "normalization" and "feature scaling" do; ours are five
          things that go by these names, on the breast cancer data of scikit-learn, ten splits, the rate chosen on
          validation data
Cost      about 5 s of one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def split(rng, *, train=341, validation=114):
    """Cells (n, 30) and classes (n,), 1 for malignant and -1 for benign, in three parts: training, validation, test."""
    x, benign = load_breast_cancer(return_X_y=True)
    rows = rng.permutation(len(x))
    ends = [train, train + validation]
    return tuple(zip(np.split(x[rows], ends), np.split(1.0 - 2 * benign[rows], ends), strict=True))


# All that a scale is made of comes from the training data x; it is then used on any z.
SCALINGS = {
    "raw": lambda x: lambda z: z,
    "row_norm": lambda x: lambda z: z / np.linalg.norm(z, axis=1, keepdims=True),
    "min_max": lambda x: lambda z: (z - x.min(axis=0)) / np.ptp(x, axis=0),
    "max_abs": lambda x: lambda z: z / abs(x).max(axis=0),
    "z_score": lambda x: lambda z: (z - x.mean(axis=0)) / x.std(axis=0),
}


def scaled(name, parts):
    """The parts of a split, each scaled by what its training part shows."""
    scale = SCALINGS[name](parts[0][0])
    return tuple((scale(x).astype(np.float32), y.astype(np.float32)) for x, y in parts)


# %% model
def forward(params, x):
    """Distance from the plane, not normalised, (n,); its sign is the class."""
    weights, bias = params
    return x @ weights + bias


# %% loss
def hinge(params, x, y, *, ridge=1e-4):
    """What the margins fall short of one, on average, and a small price for long weights."""
    return jnp.mean(jax.nn.relu(1 - y * forward(params, x))) + ridge * jnp.sum(params[0] ** 2)


# %% train
def train(rate, x, y, *, steps):
    """Weights (30,) and bias after so many steps of gradient descent from zero."""

    def step(params, _):
        gradient = jax.grad(hinge)(params, x, y)
        return jax.tree.map(lambda parameter, slope: parameter - rate * slope, params, gradient), None

    return jax.lax.scan(step, (jnp.zeros(x.shape[1]), 0.0), length=steps)[0]


@partial(jax.jit, static_argnames="steps")
def train_all(rates, data, *, steps):
    """Predicted distances of validation and test data for every scaling, split and rate."""
    (x, y), (x_validation, _), (x_test, _) = data

    def one(rate, x, y, x_validation, x_test):
        params = train(rate, x, y, steps=steps)
        return forward(params, x_validation), forward(params, x_test)

    over_rates = jax.vmap(one, in_axes=(0, None, None, None, None))
    over_splits = jax.vmap(over_rates, in_axes=(None, 0, 0, 0, 0))
    return jax.vmap(over_splits, in_axes=(None, 0, 0, 0, 0))(rates, x, y, x_validation, x_test)


# %% evaluate
def accuracy(distances, y):
    """The fraction of cells on their side of the plane, along the last axis."""
    return np.mean((distances > 0) == (y > 0), axis=-1)


def f1(distances, y):
    """Harmonic mean of precision and recall of the class y > 0, along the last axis."""
    hits = np.sum((distances > 0) & (y > 0), axis=-1)
    return 2 * hits / (np.sum(distances > 0, axis=-1) + np.sum(y > 0, axis=-1))


# %% main
def main(*, rates=tuple(10.0**power for power in range(-7, 3)), steps=1000, splits=10):
    """Test distances (scalings, splits, 114) at the rate that is best on validation data, the classes, that rate."""
    parts = [split(np.random.default_rng(seed)) for seed in range(splits)]
    data = [[scaled(name, each) for each in parts] for name in SCALINGS]
    data = jax.tree.map(lambda *leaves: np.stack(leaves), *(stack(each) for each in data))
    validation, test = (np.asarray(each) for each in train_all(np.array(rates, np.float32), data, steps=steps))
    best = accuracy(validation, data[1][1][:, :, None]).argmax(axis=-1)
    chosen = np.take_along_axis(test, best[..., None, None], axis=2)[:, :, 0]
    return chosen, data[2][1][0], np.array(rates)[best]


def stack(trees):
    """One tree of arrays out of many."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


# %% result
if __name__ == "__main__":
    distances, classes, rates = main()
    right = dict(zip(SCALINGS, accuracy(distances, classes), strict=True))
    malignant = dict(zip(SCALINGS, f1(distances, classes), strict=True))
    benign = dict(zip(SCALINGS, f1(-distances, -classes), strict=True))
    results = {
        **{f"accuracy_{name}": each.tolist() for name, each in right.items()},
        **{f"f1_{name}": each.tolist() for name, each in malignant.items()},
        "min_max_less_z_score": (right["min_max"] - right["z_score"]).tolist(),
        "row_norm_less_z_score": (right["row_norm"] - right["z_score"]).tolist(),
        "max_abs_less_z_score": (right["max_abs"] - right["z_score"]).tolist(),
        "min_max_less_raw": (right["min_max"] - right["raw"]).tolist(),
        "accuracy_less_f1": (right["min_max"] - malignant["min_max"]).tolist(),
        "accuracy_less_f1_benign": (right["min_max"] - benign["min_max"]).tolist(),
    }
    print(f"{'':10s} {'accuracy':>8s} {'F1 malignant':>13s} {'F1 benign':>10s}   rates chosen")
    for name, chosen in zip(SCALINGS, rates, strict=True):
        row = f"{right[name].mean():8.3f} {malignant[name].mean():13.3f} {benign[name].mean():10.3f}"
        print(f"{name:10s} {row}   {', '.join(f'{rate:.0e}' for rate in np.unique(chosen))}")

# %% figure
if __name__ == "__main__":
    labels = {
        "raw": "raw",
        "row_norm": "rows of length 1",
        "min_max": "min-max",
        "max_abs": "max-abs",
        "z_score": "z-score",
    }
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    for place, each in enumerate(right.values()):
        axis.plot(each, place + np.linspace(-0.2, 0.2, len(each)), "o", color=f"C{place}", markersize=5)
        axis.plot([each.mean()] * 2, [place - 0.35, place + 0.35], color="black")
    axis.set_yticks(range(len(labels)), labels.values())
    axis.invert_yaxis()
    axis.set(xlabel="test accuracy: ten splits and their mean")
    axis.set_title("Scaling the columns matters; how they are scaled is lost in the spread")
    plt.show()

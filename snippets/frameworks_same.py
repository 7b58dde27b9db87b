"""One network in scikit-learn, in JAX and in Flax: from the same weights, on the same batches, to the same answers.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Frameworks
Differs   the source trains in scikit-learn and in JAX, from other weights, on other batches and with other losses; here
          only the program differs; scikit-learn's digits of 8 x 8 pixels
Cost      about 8 s on one core
"""

# %% setup
import ast
import inspect
import os
import textwrap
import warnings
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    # read when NumPy and XLA start their threads, so before they are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NPROC="1")

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # arrays keep their precision; an import must not change that of others


# %% data
def digits(dtype, train=1500):
    """Images (train, 64) in [0, 1] and their digits, and the other 297 of each."""
    data = load_digits()
    rows = np.random.default_rng(0).permutation(len(data.data))
    x, y = (data.data[rows] / 16).astype(dtype), data.target[rows]
    return x[:train], y[:train], x[train:], y[train:]


# %% model
def initial(seed, dtype, width=32):
    """Weights after Glorot and Bengio (2010) and zero biases: two matrices, two vectors."""
    rng = np.random.default_rng(seed)
    shapes = (64, width), (width, 10)
    weights = [(rng.uniform(-1, 1, size=shape) * np.sqrt(6 / sum(shape))).astype(dtype) for shape in shapes]
    return weights, [np.zeros(shape[1], dtype) for shape in shapes]


# %% in-sklearn
def sklearn_train(weights, biases, x, y, *, batch, epochs, rate):
    """The classifier after all epochs; a first fit makes the arrays that ours replace."""
    settings = {"solver": "adam", "alpha": 0, "shuffle": False, "batch_size": batch, "learning_rate_init": rate}
    model = MLPClassifier(weights[0].shape[1:], max_iter=1, n_iter_no_change=epochs, warm_start=True, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that it stops after the epochs is meant
        model.fit(x, y)
        model.coefs_, model.intercepts_ = [w.copy() for w in weights], [b.copy() for b in biases]
        return model.set_params(max_iter=epochs).fit(x, y)


def sklearn_predict(model, x):
    """Probabilities (n, 10)."""
    return model.predict_proba(x)


# %% in-jax
def logits(params, x):
    """(n, 64) images to (n, 10) logits."""
    weights, biases = params
    return jax.nn.relu(x @ weights[0] + biases[0]) @ weights[1] + biases[1]


def cross_entropy(params, x, y):
    """The mean of -log of the probability of the right digit."""
    return -jnp.mean(jax.nn.log_softmax(logits(params, x))[jnp.arange(len(y)), y])


@partial(jax.jit, static_argnames=("batch", "epochs", "rate"))
def jax_train(params, x, y, *, batch, epochs, rate):
    """The parameters after all epochs of Adam as scikit-learn writes it: 1e-8 is added before the bias is corrected."""

    def step(state, rows):
        params, first, second, count = state
        gradient = jax.grad(cross_entropy)(params, x[rows], y[rows])
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, second, gradient)
        size = (rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)).astype(x.dtype)
        params = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8), params, first, second)
        return (params, first, second, count + 1), None

    zeros = jax.tree.map(jnp.zeros_like, params)
    rows = jnp.tile(jnp.arange(len(x)).reshape(-1, batch), (epochs, 1))
    return jax.lax.scan(step, (params, zeros, zeros, 1.0), rows)[0][0]


def jax_predict(params, x):
    """Probabilities (n, 10)."""
    return jax.nn.softmax(logits(params, x))


# %% in-flax
class Network(nnx.Module):
    """The same network, its layers those of Flax."""

    def __init__(self, sizes, rngs, dtype):
        self.first = nnx.Linear(sizes[0], sizes[1], rngs=rngs, param_dtype=dtype)
        self.second = nnx.Linear(sizes[1], sizes[2], rngs=rngs, param_dtype=dtype)

    def __call__(self, x):
        return self.second(nnx.relu(self.first(x)))


def flax_loss(model, x, y):
    """The mean of -log of the probability of the right digit."""
    return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()


def flax_train(weights, biases, x, y, *, batch, epochs, rate):
    """The model after all epochs of Optax's Adam."""
    model = Network((64, *map(len, biases)), nnx.Rngs(0), x.dtype)
    for layer, weight, bias in zip((model.first, model.second), weights, biases, strict=True):
        layer.kernel[...], layer.bias[...] = weight, bias
    optimizer = nnx.Optimizer(model, optax.adam(rate), wrt=nnx.Param)

    @nnx.jit
    @nnx.scan(in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)
    def fit(state, batch):
        model, optimizer = state
        optimizer.update(model, nnx.grad(flax_loss)(model, *batch))
        return state

    batches = (np.tile(each.reshape(-1, batch, *each.shape[1:]), (epochs,) + (1,) * each.ndim) for each in (x, y))
    return fit((model, optimizer), tuple(map(jnp.asarray, batches)))[0]


def flax_predict(model, x):
    """Probabilities (n, 10)."""
    return nnx.softmax(model(x))


# %% evaluate
def statements(*parts):
    """Statements in the source of functions and classes; docstrings do not count."""
    trees = [ast.parse(textwrap.dedent(inspect.getsource(part))) for part in parts]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return sum(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in nodes)


PROGRAMS = {
    "sklearn": (sklearn_train, sklearn_predict),
    "jax": (logits, cross_entropy, jax_train.__wrapped__, jax_predict),
    "flax": (Network, flax_loss, flax_train, flax_predict),
}


# %% main
def main(*, dtype=np.float64, frameworks=("sklearn", "jax", "flax"), batch=100, epochs=15, rate=1e-3, seeds=range(3)):
    """Probabilities of the test images (seeds, 297, 10) by framework, and the right digits."""
    x, y, x_test, y_test = digits(dtype)
    settings = {"batch": batch, "epochs": epochs, "rate": rate}
    found = {name: [] for name in frameworks}
    for seed in seeds:
        weights, biases = initial(seed, dtype)
        trained = {"sklearn": lambda *args: sklearn_predict(sklearn_train(*args, **settings), x_test)}
        trained["jax"] = lambda w, b, x, y: jax_predict(jax_train((w, b), x, y, **settings), x_test)
        trained["flax"] = lambda *args: flax_predict(flax_train(*args, **settings), x_test)
        for name in frameworks:
            found[name].append(np.asarray(trained[name](weights, biases, x, y)))
    return {name: np.array(each) for name, each in found.items()}, y_test


# %% result
if __name__ == "__main__":
    double, y_test = main()
    single, _ = main(dtype=np.float32, frameworks=("sklearn", "jax"))
    counts = {name: statements(*parts) for name, parts in PROGRAMS.items()}
    gaps = {
        "jax_double": np.abs(double["jax"] - double["sklearn"]),
        "jax_single": np.abs(single["jax"] - single["sklearn"]),
        "flax_double": np.abs(double["flax"] - double["sklearn"]),
    }
    answers = {name: each.argmax(axis=-1) for name, each in double.items()}
    results = {
        **{f"gap_{name}": gap.max(axis=(1, 2)).tolist() for name, gap in gaps.items()},
        **{f"accuracy_{name}": np.mean(each == y_test, axis=1).tolist() for name, each in answers.items()},
        "same_answers_jax": np.mean(answers["jax"] == answers["sklearn"], axis=1).tolist(),
        "same_answers_flax": np.mean(answers["flax"] == answers["sklearn"], axis=1).tolist(),
        **{f"statements_{name}": count for name, count in counts.items()},
        "statements_sklearn_over_jax": counts["sklearn"] / counts["jax"],
        "statements_flax_over_jax": counts["flax"] / counts["jax"],
    }
    print("largest difference of a probability from scikit-learn's, for three starts")
    for name, gap in gaps.items():
        print(f"{name:12s}" + "".join(f"{value:10.1e}" for value in gap.max(axis=(1, 2))))
    print("statements:", ", ".join(f"{name} {count}" for name, count in counts.items()))

# %% figure
if __name__ == "__main__":
    labels = {
        "flax_double": "Flax with Optax's Adam, double",
        "jax_single": "JAX, single precision",
        "jax_double": "JAX, double precision",
    }
    figure, axis = plt.subplots()
    for color, (name, label) in zip(("C1", "C5", "C0"), labels.items(), strict=True):
        each = np.sort(gaps[name].max(axis=-1).ravel())
        axis.semilogy(np.linspace(0, 100, len(each)), np.maximum(each, 1e-17), color=color)
        axis.text(2, 3 * each[len(each) // 2], label, color=color)
    axis.set(xlabel="test images of three starts, by difference, in %", ylabel="difference from scikit-learn")
    axis.set_title("Largest difference of a probability: rounding, but for where Adam's ε stands")
    axis.set(ylim=(1e-18, 0.1))
    plt.show()

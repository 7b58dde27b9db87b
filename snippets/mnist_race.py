"""The same network, optimizer, batches and number of epochs in JAX and in scikit-learn, raced on one thread each.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Frameworks:
          scikit-learn is "easy-to-use", Jax has "lower-level control, more scalable performance"
Differs   the source times nothing; the network is that of mnist_sklearn.py, with scikit-learn's early stop and weight
          penalty off, so that both do 10 epochs of the same work; JAX's compilation is timed apart; three rounds in
          turn, the best of each counts, since other work on the machine can only slow one down
Cost      about 30 s on one core
Timing    alone
"""

# %% setup
import os
import time
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
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MNIST = Path(__file__).parents[1] / "datasets/mnist.npz"


def digits(examples=60_000):
    """Training images (examples, 784) in [0, 1] and labels, test images (10000, 784) and labels."""
    with np.load(MNIST) as file:
        x, x_test = (file[name].reshape(-1, 784).astype(np.float32) / 255 for name in ("x_train", "x_test"))
        y, y_test = (file[name].astype(np.int32) for name in ("y_train", "y_test"))
    return x[:examples], y[:examples], x_test, y_test


# %% model
def init(key, width):
    """Weights and biases of the network 784-width-10, drawn as scikit-learn draws them (Glorot and Bengio 2010)."""
    shapes = (784, width), (width,), (width, 10), (10,)
    bounds = (
        (6 / (784 + width)) ** 0.5,
        (6 / (784 + width)) ** 0.5,
        (6 / (width + 10)) ** 0.5,
        (6 / (width + 10)) ** 0.5,
    )
    keys = jax.random.split(key, 4)
    return tuple(
        jax.random.uniform(key, shape, minval=-bound, maxval=bound)
        for key, shape, bound in zip(keys, shapes, bounds, strict=True)
    )


def logits(params, x):
    """(n, 784) images to (n, 10) logits."""
    weights1, bias1, weights2, bias2 = params
    return jax.nn.relu(x @ weights1 + bias1) @ weights2 + bias2


# %% loss
def cross_entropy(params, x, y):
    """The mean of -log of the probability of the right digit."""
    return -jnp.mean(jax.nn.log_softmax(logits(params, x))[jnp.arange(len(y)), y])


# %% train
def train(params, key, x, y, *, batch, epochs, rate):
    """Every epoch all digits once, in a new order, with Adam: the parameters after each epoch."""
    steps = len(x) // batch
    optimizer = optax.adam(rate)

    def step(state, rows):
        params, moments = state
        gradient = jax.grad(cross_entropy)(params, x[rows], y[rows])
        updates, moments = optimizer.update(gradient, moments, params)
        return (optax.apply_updates(params, updates), moments), None

    def epoch(state, key):
        rows = jax.random.permutation(key, len(x))[: steps * batch].reshape(steps, batch)
        state, _ = jax.lax.scan(step, state, rows)
        return state, state[0]

    return jax.lax.scan(epoch, (params, optimizer.init(params)), jax.random.split(key, epochs))[1]


# %% train-sklearn
def classifier(seed, *, width, batch, epochs, rate):
    """Scikit-learn's network with the same settings; it never stops early."""
    return MLPClassifier(
        (width,),
        alpha=0,
        batch_size=batch,
        learning_rate_init=rate,
        max_iter=epochs,
        n_iter_no_change=epochs,
        random_state=seed,
    )


def fit(model, x, y):
    """All epochs; that they end at `max_iter` is meant, not a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(x, y)


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    return jnp.mean(jnp.argmax(logits(params, x), axis=1) == y)


def timed(function, *args):
    """What the function returns when it is done, and the wall and CPU seconds that it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = jax.block_until_ready(function(*args))
    return value, np.array([time.perf_counter() - wall, time.process_time() - cpu])


def sklearn_curve(model, x, y, x_test, y_test, epochs):
    """Test accuracy after each epoch."""
    steps = (model.partial_fit(x, y, classes=np.arange(10)) for _ in range(epochs))
    return [step.score(x_test, y_test) for step in steps]


# %% main
def main(*, examples=60_000, width=100, batch=200, epochs=10, rate=1e-3, rounds=3):
    x, y, x_test, y_test = digits(examples)
    settings = {"batch": batch, "epochs": epochs, "rate": rate}
    on_device = jax.device_put((x, y))
    start = [(init(jax.random.key(seed), width), jax.random.key(seed + rounds)) for seed in range(rounds)]
    race = {"jax": [], "sklearn": [], "jax_accuracy": [], "sklearn_accuracy": []}
    lowered = jax.jit(partial(train, **settings)).lower(*start[0], *on_device)
    compiled, race["compile"] = timed(lowered.compile)
    for seed in range(rounds):
        model, seconds = timed(fit, classifier(seed, width=width, **settings), x, y)
        race["sklearn"].append(seconds)
        race["sklearn_accuracy"].append(model.score(x_test, y_test))
        params, seconds = timed(compiled, *start[seed], *on_device)
        race["jax"].append(seconds)
        race["jax_accuracy"].append(jax.vmap(accuracy, in_axes=(0, None, None))(params, x_test, y_test))
    model = classifier(0, width=width, **settings)
    race["sklearn_curve"] = sklearn_curve(model, x, y, x_test, y_test, epochs)
    return {name: np.array(values) for name, values in race.items()}


# %% result
if __name__ == "__main__":
    race = main()
    best_jax, best_sklearn = race["jax"].min(axis=0), race["sklearn"].min(axis=0)
    speedup, speedup_cpu = best_sklearn / best_jax
    results = {
        "speedup": float(speedup),
        "speedup_cpu": float(speedup_cpu),
        "speedup_with_compilation": float(best_sklearn[0] / (best_jax[0] + race["compile"][0])),
        "seconds_jax": float(best_jax[0]),
        "seconds_sklearn": float(best_sklearn[0]),
        "seconds_compile": float(race["compile"][0]),
        "test_accuracy_jax": race["jax_accuracy"][:, -1].tolist(),
        "test_accuracy_sklearn": race["sklearn_accuracy"].tolist(),
    }
    for name, (wall, cpu) in {"JAX": best_jax, "scikit-learn": best_sklearn, "compilation": race["compile"]}.items():
        print(f"{name:12} {wall:5.2f} s wall {cpu:5.2f} s CPU")
    print(f"scikit-learn / JAX: {speedup:.2f} in wall seconds, {speedup_cpu:.2f} in CPU seconds")

# %% figure
if __name__ == "__main__":
    fig, axis = plt.subplots()
    # epochs do the same work, so each is given the same share of its program's best time
    share = np.arange(1, 1 + len(race["sklearn_curve"])) / len(race["sklearn_curve"])
    compiling = race["compile"][0]
    axis.plot(best_jax[0] * share, race["jax_accuracy"][0], "o-", label="JAX")
    label = "JAX, its compilation included"
    axis.plot(compiling + best_jax[0] * share, race["jax_accuracy"][0], "o--", color="C0", alpha=0.4, label=label)
    axis.plot(best_sklearn[0] * share, race["sklearn_curve"], "s-", label="scikit-learn")
    axis.set(xlabel="training time in seconds (wall, one thread)", ylabel="test accuracy", xlim=(0, None))
    axis.set_title("The same epochs, the same accuracy, in fewer seconds; one mark per epoch")
    axis.legend()
    plt.show()

"""A course notebook's JAX program for MNIST, mended just enough to run: its loss, not its network, holds it back.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section MNIST, Jax
Differs   plt.subplopts, an AttributeError after all the training, is gone with its figure; accuracy is computed beside
          the "test loss"; three keys instead of 0; bytes / 255 and bytes, since the notebook's files are not given;
          beside the notebook's loss the cross-entropy, which is one line.
          Left as they were: each batch of 5000 is trained on 25 times in a row and never seen again, nothing is
          shuffled, weights begin at 0.01 times a normal, exp(logits) may overflow
Cost      about 45 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MNIST = Path(__file__).parents[1] / "datasets/mnist.npz"


def digits(examples=60_000, scale=255):
    """Training images (examples, 784) and labels, test images (10000, 784) and labels; a byte is divided by `scale`."""
    with np.load(MNIST) as file:
        x, x_test = (file[name].reshape(-1, 784).astype(np.float32) / scale for name in ("x_train", "x_test"))
        y, y_test = (file[name].astype(np.int32) for name in ("y_train", "y_test"))
    return x[:examples], y[:examples], x_test, y_test


# %% model
def init(key, width):
    """Weights and biases of the network 784-width-10; key 0 gives the source's."""
    key1, key = jax.random.split(key)
    key2, key = jax.random.split(key)
    weights1, weights2 = jax.random.normal(key1, (784, width)), jax.random.normal(key2, (width, 10))
    return 0.01 * weights1, jnp.zeros(width), 0.01 * weights2, jnp.zeros(10)


def logits(params, x):
    """(n, 784) images to (n, 10) logits."""
    weights1, bias1, weights2, bias2 = params
    return jnp.tanh(x @ weights1 + bias1) @ weights2 + bias2


# %% loss
def missed_probability(params, x, y):
    """The source's loss: 1 - the mean probability of the right digit."""
    out = logits(params, x)
    probabilities = jnp.exp(out) / jnp.sum(jnp.exp(out), axis=1, keepdims=True)
    return 1 - jnp.mean(probabilities[jnp.arange(len(y)), y])


def cross_entropy(params, x, y):
    """The mean of -log of the same probabilities."""
    return -jnp.mean(jax.nn.log_softmax(logits(params, x))[jnp.arange(len(y)), y])


# %% train
def train(loss, key, x, y, x_test, y_test, *, width, batch, steps, rate):
    """Gradient descent, `steps` times on one batch, then on the next: parameters, (loss, accuracy) after each batch."""

    def visit(params, digits):
        def step(params, _):
            gradient = jax.grad(loss)(params, *digits)
            return jax.tree.map(lambda param, slope: param - rate * slope, params, gradient), None

        params, _ = jax.lax.scan(step, params, length=steps)
        return params, (loss(params, *digits), accuracy(params, x_test, y_test))

    return jax.lax.scan(visit, init(key, width), (x.reshape(-1, batch, 784), y.reshape(-1, batch)))


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    return jnp.mean(jnp.argmax(logits(params, x), axis=1) == y)


def recall(params, x, y):
    """Of each digit, 0 to 9, the fraction that is named right: shape (10,)."""
    right = jnp.argmax(logits(params, x), axis=1) == y
    return jnp.bincount(y, weights=right.astype(float), length=10) / jnp.bincount(y, length=10)


# %% main
def main(*, examples=60_000, width=78, batch=5000, steps=25, rate=0.5, seeds=3):
    keys = jax.vmap(jax.random.key)(jnp.arange(seeds))
    over_seeds = partial(jax.vmap, in_axes=(0, None, None))
    runs = {}
    for loss in (missed_probability, cross_entropy):
        fit = partial(train, loss, width=width, batch=batch, steps=steps, rate=rate)
        fit = jax.jit(jax.vmap(fit, in_axes=(0, None, None, None, None)))
        for scale in (255, 1):
            x, y, x_test, y_test = digits(examples, scale)
            params, (losses, accuracies) = fit(keys, x, y, x_test, y_test)
            run = {
                "loss": losses,
                "accuracy": accuracies,
                "test_loss": over_seeds(missed_probability)(params, x_test, y_test),
                "recall": over_seeds(recall)(params, x_test, y_test),
                "last_batch": over_seeds(accuracy)(params, x[-batch:], y[-batch:]),
                "other_batches": over_seeds(accuracy)(params, x[:-batch], y[:-batch]),
            }
            runs[loss.__name__, scale] = jax.tree.map(np.asarray, run)
    return runs


# %% result
if __name__ == "__main__":
    runs = main()
    source, source_bytes = runs["missed_probability", 255], runs["missed_probability", 1]
    mended, mended_bytes = runs["cross_entropy", 255], runs["cross_entropy", 1]
    results = {
        "test_accuracy": source["accuracy"][:, -1].tolist(),
        "test_accuracy_bytes": source_bytes["accuracy"][:, -1].tolist(),
        "test_accuracy_cross_entropy": mended["accuracy"][:, -1].tolist(),
        "test_accuracy_cross_entropy_bytes": mended_bytes["accuracy"][:, -1].tolist(),
        "test_loss": source["test_loss"].tolist(),
        "test_loss_bytes": source_bytes["test_loss"].tolist(),
        "loss_after_first_batch": source["loss"][:, 0].tolist(),
        "recall_of_fives": source["recall"][:, 5].tolist(),
        "recall_of_fives_cross_entropy": mended["recall"][:, 5].tolist(),
        "last_batch_advantage": (source["last_batch"] - source["other_batches"]).tolist(),
        "last_batch_advantage_bytes": (source_bytes["last_batch"] - source_bytes["other_batches"]).tolist(),
    }
    print("loss                scale  test accuracy           source's test loss   recall of fives")
    for (name, scale), run in runs.items():
        columns = run["accuracy"][:, -1], run["test_loss"], run["recall"][:, 5]
        print(f"{name:19} 1/{scale:<4}", *(np.array2string(column, precision=3) for column in columns), sep="  ")

# %% learning-curves
if __name__ == "__main__":
    fig, axis = plt.subplots()
    for (name, scale), run in runs.items():
        label = f"{name.replace('_', ' ')}, {'bytes / 255' if scale == 255 else 'bytes 0 to 255'}"
        color, line = "C1" if name == "missed_probability" else "C0", "-" if scale == 255 else "--"
        axis.plot(range(1, 13), run["accuracy"].T, line, color=color, label=[label, None, None])
    axis.set(xlabel="batches of 5000 digits seen, 25 steps on each", ylabel="test accuracy", ylim=(0, 1))
    axis.set_title("With the notebook's loss, scaling the input hurts; with cross-entropy it helps")
    axis.legend(loc="lower right")
    plt.show()

# %% recall-per-digit
if __name__ == "__main__":
    fig, axis = plt.subplots(figsize=(7.2, 3.2))
    for shift, color, label, run in [
        (-0.15, "C1", "missed probability", source),
        (0.15, "C0", "cross entropy", mended),
    ]:
        axis.plot(np.arange(10) + shift, run["recall"].T, "o", color=color, alpha=0.7, label=[label, None, None])
    axis.set(xlabel="digit", ylabel="fraction named right", xticks=range(10), ylim=(-0.05, 1.05))
    axis.set_title("With the notebook's loss almost no five is ever named (bytes / 255, three keys)")
    axis.legend(loc="center right")
    plt.show()

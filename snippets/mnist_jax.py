"""The course notebook's network on MNIST, trained as networks are: cross-entropy, shuffled small batches, AdamW.

Source    the network of mnist_source.py; I. Loshchilov and F. Hutter (2019), Decoupled weight decay regularization,
          arXiv 1711.05101 (AdamW); L. N. Smith and N. Topin (2018), Super-convergence, arXiv 1708.07120 (one cycle)
Differs   ten passes over the digits where the notebook takes 25; weights begin at 1 / sqrt(inputs); rate 0.006 was
          chosen on the last 5,000 training digits, the test digits chose nothing
Cost      about 15 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

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
    """Weights and biases of the network 784-width-10."""
    key1, key2 = jax.random.split(key)
    weights1, weights2 = jax.random.normal(key1, (784, width)), jax.random.normal(key2, (width, 10))
    return weights1 / 784**0.5, jnp.zeros(width), weights2 / width**0.5, jnp.zeros(10)


def logits(params, x):
    """(n, 784) images to (n, 10) logits."""
    weights1, bias1, weights2, bias2 = params
    return jnp.tanh(x @ weights1 + bias1) @ weights2 + bias2


# %% loss
def cross_entropy(params, x, y):
    """The mean of -log of the probability of the right digit."""
    return -jnp.mean(jax.nn.log_softmax(logits(params, x))[jnp.arange(len(y)), y])


# %% train
def train(key, x, y, x_test, y_test, *, width, batch, epochs, rate):
    """Every epoch all digits once, in a new order: parameters, (mean loss, test accuracy) after each epoch."""
    steps = len(x) // batch
    optimizer = optax.adamw(optax.cosine_onecycle_schedule(epochs * steps, rate))

    def step(state, rows):
        params, moments = state
        value, gradient = jax.value_and_grad(cross_entropy)(params, x[rows], y[rows])
        updates, moments = optimizer.update(gradient, moments, params)
        return (optax.apply_updates(params, updates), moments), value

    def epoch(state, key):
        rows = jax.random.permutation(key, len(x))[: steps * batch].reshape(steps, batch)
        state, losses = jax.lax.scan(step, state, rows)
        return state, (losses.mean(), accuracy(state[0], x_test, y_test))

    key, key_init = jax.random.split(key)
    params = init(key_init, width)
    (params, _), curve = jax.lax.scan(epoch, (params, optimizer.init(params)), jax.random.split(key, epochs))
    return params, curve


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    return jnp.mean(jnp.argmax(logits(params, x), axis=1) == y)


def confusion(y, named):
    """(10, 10) counts: row, the digit that it is; column, the digit that it was named."""
    return np.bincount(10 * np.ravel(y) + np.ravel(named), minlength=100).reshape(10, 10)


# %% main
def main(*, examples=60_000, width=78, batch=128, epochs=10, rate=0.006, seeds=3):
    x, y, x_test, y_test = digits(examples)
    keys = jax.vmap(jax.random.key)(jnp.arange(seeds))
    fit = partial(train, width=width, batch=batch, epochs=epochs, rate=rate)
    params, (losses, accuracies) = jax.jit(jax.vmap(fit, in_axes=(0, None, None, None, None)))(
        keys, x, y, x_test, y_test
    )
    answers = jax.jit(jax.vmap(lambda params, x: jax.nn.softmax(logits(params, x)), in_axes=(0, None)))
    return {
        "losses": np.asarray(losses),
        "accuracies": np.asarray(accuracies),
        "parameters": sum(param[0].size for param in params),
        "probabilities": np.asarray(answers(params, x_test)),
        "x_test": x_test,
        "y_test": y_test,
    }


# %% result
if __name__ == "__main__":
    run = main()
    named = run["probabilities"].argmax(axis=2)
    counts = np.array([confusion(run["y_test"], answers) for answers in named])
    results = {
        "test_accuracy": run["accuracies"][:, -1].tolist(),
        "test_accuracy_first_epoch": run["accuracies"][:, 0].tolist(),
        "train_loss": run["losses"][:, -1].tolist(),
        "parameters": run["parameters"],
        "confused_4_9": (counts[:, 4, 9] + counts[:, 9, 4]).tolist(),
        "missed_by_all": int(np.sum(np.all(named != run["y_test"], axis=0))),
    }
    print(f"test accuracy {np.round(run['accuracies'][:, -1], 4)}, {run['parameters']} parameters")
    print(f"{results['missed_by_all']} of {len(run['y_test'])} test digits are missed by every network")

# %% learning-curve
if __name__ == "__main__":
    fig, axis = plt.subplots()
    epochs = np.arange(1, run["accuracies"].shape[1] + 1)
    axis.plot(epochs, run["accuracies"].T, color="C0")
    axis.set(xlabel="epoch", ylabel="test accuracy", xticks=epochs)
    axis.set_title("Three keys: most is learnt in one epoch; the keys agree as the rate falls")
    plt.show()

# %% confusion-matrix
if __name__ == "__main__":
    fig, axis = plt.subplots(figsize=(5.6, 5.2))
    total = counts.sum(axis=0)
    errors = np.where(np.eye(10, dtype=bool), 0, total)
    axis.imshow(errors, cmap="Oranges", vmax=1.5 * errors.max())
    for (i, j), count in np.ndenumerate(total):
        axis.text(j, i, count, ha="center", va="center", fontsize=9, color="dimgrey" if i == j else "black")
    axis.grid(False)
    axis.set(xlabel="named as", ylabel="digit", xticks=range(10), yticks=range(10))
    pair = np.unravel_index(np.argmax(errors + errors.T), (10, 10))
    axis.set_title(f"Most confused are {pair[0]} and {pair[1]}; {total.sum():,} answers of three networks")
    plt.show()

# %% most-wrong
if __name__ == "__main__":
    believed = run["probabilities"][:, np.arange(len(run["y_test"])), run["y_test"]]
    worst = np.argsort(np.log(believed).mean(axis=0))[:12]
    fig, axes = plt.subplots(2, 6, figsize=(7.2, 3.2))
    for axis, i in zip(axes.flat, worst, strict=True):
        axis.imshow(run["x_test"][i].reshape(28, 28), cmap="gray_r")
        axis.set_title(f"{run['y_test'][i]}, named {' '.join(map(str, np.unique(named[:, i])))}", loc="center")
        axis.axis("off")
    fig.suptitle("The twelve test digits that the three networks believe least", x=0.01, ha="left", fontsize="medium")
    plt.show()

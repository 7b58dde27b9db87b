"""A penalty on the weights of a network that has few examples lowers its loss more surely than its errors.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 5: L1, L2 and no regularization
Differs   the article names no data, network, strength or loss; ours is a network of one hidden layer on 150 of the
          8x8 digits of scikit-learn, trained by gradient descent on all of them at once; of five strengths validation
          digits choose one for the accuracy and one for the loss, which is the test cross-entropy without the penalty
Cost      about 10 s of one core
"""

# %% setup
from functools import partial
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def split(rng, *, train=150, validation=500):
    """Images in [0, 1] and labels in three parts: training, validation, test (1147)."""
    x, y = load_digits(return_X_y=True)
    rows = rng.permutation(len(x))
    x, y = (x[rows] / 16).astype(np.float32), y[rows].astype(np.int32)
    ends = [train, train + validation]
    return tuple(zip(np.split(x, ends), np.split(y, ends), strict=True))


# %% model
def initial(rng, *, sizes=(64, 32, 10)):
    """Weights and biases of each layer; ReLU keeps the variance (He et al. 2015)."""
    return [
        (rng.normal(size=shape, scale=(2 / shape[0]) ** 0.5).astype(np.float32), np.zeros(shape[1], np.float32))
        for shape in pairwise(sizes)
    ]


def forward(params, x):
    """The logits of the ten digits, (n, 10)."""
    *hidden, (weights, bias) = params
    for each, shift in hidden:
        x = jax.nn.relu(x @ each + shift)
    return x @ weights + bias


# %% loss
def cross_entropy(params, x, y):
    """Mean of -log of the probability of the right digit."""
    return optax.softmax_cross_entropy_with_integer_labels(forward(params, x), y).mean()


def penalised(params, x, y, strength):
    """Cross-entropy, and the price of the weights: strength[0] Σ|w| + strength[1] Σw²; biases are free."""
    weights = [weights for weights, _ in params]
    price = strength[0] * sum(jnp.sum(abs(each)) for each in weights)
    return cross_entropy(params, x, y) + price + strength[1] * sum(jnp.sum(each**2) for each in weights)


# %% train
def train(params, strength, data, *, rate, steps):
    """Validation and test accuracy, and cross-entropy, after so many steps: (2, 2)."""
    (x, y), *unseen = data

    def step(params, _):
        gradient = jax.grad(penalised)(params, x, y, strength)
        return jax.tree.map(lambda parameter, slope: parameter - rate * slope, params, gradient), None

    params, _ = jax.lax.scan(step, params, length=steps)
    return jnp.array([[accuracy(params, *part), cross_entropy(params, *part)] for part in unseen])


@partial(jax.jit, static_argnames="steps")
def train_all(params, strengths, data, *, rate, steps):
    """What `train` finds, (strengths, seeds, 2, 2)."""
    over_seeds = jax.vmap(partial(train, rate=rate, steps=steps), in_axes=(0, None, 0))
    return jax.vmap(over_seeds, in_axes=(None, 0, None))(params, strengths, data)


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    return jnp.mean(forward(params, x).argmax(axis=1) == y)


# %% main
def stack(trees):
    """One tree of arrays out of many, with the seeds as the first axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def main(*, l1=(3e-5, 1e-4, 3e-4, 1e-3, 3e-3), l2=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2), rate=0.3, steps=3000, seeds=10):
    """By penalty, its strengths and what training with each finds, (strengths, seeds, 2, 2)."""
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    data, params = stack(split(rng) for rng in rngs), stack(initial(rng) for rng in rngs)
    strengths = {"none": [(0, 0)], "l1": [(each, 0) for each in l1], "l2": [(0, each) for each in l2]}
    every = np.array([each for kind in strengths.values() for each in kind], np.float32)
    found = np.asarray(train_all(params, every, data, rate=rate, steps=steps))
    found = np.split(found, [1, 1 + len(l1)])
    return {name: (np.sum(kind, axis=1), each) for (name, kind), each in zip(strengths.items(), found, strict=True)}


# %% result
if __name__ == "__main__":
    penalties = main()
    right, loss = {}, {}
    for name, (_, found) in penalties.items():
        seeds = np.arange(found.shape[1])
        right[name] = found[found[..., 0, 0].argmax(axis=0), seeds, 1, 0]
        loss[name] = found[found[..., 0, 1].argmin(axis=0), seeds, 1, 1]
    results = {
        **{f"accuracy_{name}": each.tolist() for name, each in right.items()},
        **{f"loss_{name}": each.tolist() for name, each in loss.items()},
    }
    for one, other in (("l1", "none"), ("l2", "none"), ("l2", "l1")):
        results[f"accuracy_{one}_less_{other}"] = (right[one] - right[other]).tolist()
        results[f"loss_{one}_less_{other}"] = (loss[one] - loss[other]).tolist()
        results[f"more_right_{one}_than_{other}"] = float(np.mean(right[one] > right[other]))
    print(f"{'penalty':8s} {'accuracy':>8s} {'loss':>6s}")
    for name in penalties:
        print(f"{name:8s} {right[name].mean():8.3f} {loss[name].mean():6.3f}")

# %% figure
if __name__ == "__main__":
    labels = {"l1": "L1", "l2": "L2"}
    figure, axes = plt.subplots(1, 2)
    for at, axis in enumerate(axes):
        none = penalties["none"][1][0, :, 1, at]
        axis.axhline(0, color="black", linewidth=1)
        for color, (name, label) in enumerate(labels.items()):
            strengths, found = penalties[name]
            change = found[..., 1, at] - none
            axis.fill_between(
                strengths, *np.quantile(change, [0, 1], axis=1), color=f"C{color}", alpha=0.15, linewidth=0
            )
            axis.plot(strengths, change.mean(axis=1), "os"[color] + "-", color=f"C{color}", label=label)
        axis.set(xscale="log", xlabel="strength of the penalty")
    axes[0].set_title("Accuracy gains half a point, if that")
    axes[1].set_title("Loss gains in nearly every seed")
    axes[0].set_ylabel("change of test accuracy (mean; shade: range)")
    axes[1].set_ylabel("change of test cross-entropy, nats")
    axes[0].legend(loc="lower left")
    plt.show()

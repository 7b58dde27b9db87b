"""Logistic regression on labels that it could have drawn itself: as accurate as can be, and it knows the noise.

Source    K. Subudhi (2023), Building a classifier using JAX, blog post: data, model, rate and number of epochs
Differs   Flax NNX for Linen; ten draws beside its one, and 100 000 points to test on, where the post tests on those it
          trained on; seven levels of randomness; a second fit, to convergence
Cost      about 5 s on one core
Notation  w weights and b bias of the true boundary, s randomness: the labels follow sigmoid((w·x + b) / s)
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

plt.style.use(Path(__file__).with_name("style.mplstyle"))

W, B = np.array([1.0, 3.0]), 0.1  # the post's line
SPREAD = np.array([2.0, 1.0])  # and its points
RANDOMNESS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


# %% data
def sample(rng, randomness, *, n):
    """Points (n, 2), labels of 0 or 1 (n,)."""
    x = rng.normal(size=(n, 2)) * SPREAD
    y = rng.random(n) < expit((x @ W + B) / randomness)
    return x.astype(np.float32), y.astype(np.float32)


# %% model
def model(seed):
    """One linear layer, taken apart into what stays and what is learned."""
    return nnx.split(nnx.Linear(2, 1, rngs=nnx.Rngs(seed)))


# %% loss
def cross_entropy(params, graph, x, y):
    """Mean of -log of the probability of the right label, from the logits."""
    logits = nnx.merge(graph, params)(x)[:, 0]
    return optax.sigmoid_binary_cross_entropy(logits, y).mean()


# %% train
@partial(jax.jit, static_argnames=("graph", "optimizer", "epochs"))
def train(params, x, y, *, graph, optimizer, epochs):
    """Parameters of every data set after some epochs, each a step on all of its points; x (sets, n, 2), y (sets, n)."""

    def one(x, y):
        def step(state, _):
            params, memory = state
            loss, gradient = jax.value_and_grad(cross_entropy)(params, graph, x, y)
            updates, memory = optimizer.update(gradient, memory, params)
            return (optax.apply_updates(params, updates), memory), loss

        (last, _), _ = jax.lax.scan(step, (params, optimizer.init(params)), length=epochs)
        return last, cross_entropy(last, graph, x, y)

    return jax.vmap(one)(x, y)


# %% evaluate
def bayes(randomness):
    """Accuracy of the rule that drew the labels: the mean of the larger probability over the points' scores."""
    mean, deviation = B / randomness, np.linalg.norm(W * SPREAD) / randomness

    def integrand(u):
        return expit(abs(mean + deviation * u)) * norm.pdf(u)

    return quad(integrand, -9, 9, points=(-mean / deviation,), limit=200)[0]


def accuracy(weights, bias, x, y, *, above=0.0):
    """Share of points whose logit is on the right side of a threshold."""
    return np.mean((x @ weights + bias > above) == (y > 0.5))


def angle(weights):
    """Between the learned and the true boundary, in degrees."""
    return np.degrees(abs(np.arctan2(W[0] * weights[1] - W[1] * weights[0], W @ weights)))


# %% main
def main(*, randomness=RANDOMNESS, n=1000, test=100_000, seeds=10, epochs=100, rate=0.3, patience=1500):
    """Weights (randomness, seeds, 3) and training losses by the post's recipe and to convergence; the data sets."""
    sets = [[sample(np.random.default_rng(seed), s, n=n) for seed in range(seeds)] for s in randomness]
    unseen = [sample(np.random.default_rng(1000 + i), s, n=test) for i, s in enumerate(randomness)]
    x, y = (np.stack([each[part] for row in sets for each in row]) for part in (0, 1))
    graph, params = model(0)
    fits = {}
    for name, optimizer, steps in (
        ("recipe", optax.sgd(rate), epochs),
        ("converged", optax.adam(optax.cosine_decay_schedule(0.3, patience)), patience),
    ):
        last, loss = train(params, x, y, graph=graph, optimizer=optimizer, epochs=steps)
        weights = np.concatenate([last["kernel"].get_value()[..., 0], last["bias"].get_value()], axis=-1)
        fits[name] = weights.reshape(len(randomness), seeds, 3), np.asarray(loss).reshape(len(randomness), seeds)
    return fits, sets, unseen


# %% result
if __name__ == "__main__":
    fits, sets, unseen = main()
    post = RANDOMNESS.index(1.0)  # the post multiplies its weights by 1
    tested = {
        name: np.array([[accuracy(e[:2], e[2], *unseen[i]) for e in row] for i, row in enumerate(weights)])
        for name, (weights, _) in fits.items()
    }
    best = np.array([bayes(s) for s in RANDOMNESS])
    length = {
        name: np.linalg.norm(weights[..., :2], axis=2) * np.array(RANDOMNESS)[:, None] / np.linalg.norm(W)
        for name, (weights, _) in fits.items()
    }
    recipe, converged = fits["recipe"][0][post], fits["converged"][0][post]
    check = [LogisticRegression(C=np.inf, tol=1e-8).fit(*each) for each in sets[post]]
    results = {
        "accuracy_as_posted": [
            float(accuracy(e[:2], e[2], *each, above=0.5)) for e, each in zip(recipe, sets[post], strict=True)
        ],
        "accuracy_at_half": [float(accuracy(e[:2], e[2], *each)) for e, each in zip(recipe, sets[post], strict=True)],
        "loss_as_posted": fits["recipe"][1][post].tolist(),
        "loss_converged": fits["converged"][1][post].tolist(),
        "gain_after_100": (tested["converged"][post] - tested["recipe"][post]).tolist(),
        "angle_recipe": [float(angle(e[:2])) for e in recipe],
        "length_recipe": length["recipe"][post].tolist(),
        "least_fall": (-np.diff(tested["converged"], axis=0)).min(axis=0).tolist(),
        "largest_gap_to_best": float((best[:, None] - tested["converged"]).max()),
        "off_scikit_learn": [
            float(np.abs(e[:2] - fit.coef_[0]).max()) for e, fit in zip(converged, check, strict=True)
        ],
    }
    for i, s in enumerate(RANDOMNESS):
        name = f"{s:g}".replace(".", "_")
        results |= {
            f"accuracy_{name}": tested["converged"][i].tolist(),
            f"best_{name}": float(best[i]),
            f"noise_{name}": (1 / length["converged"][i]).tolist(),
        }
        print(
            f"randomness {s:5g}: accuracy {tested['converged'][i].mean():.4f}, best possible {best[i]:.4f}, "
            f"length of the weights times s {length['converged'][i].mean():.2f} ± {length['converged'][i].std():.2f}"
        )
    print("as posted:", {name: np.round(np.mean(results[name]), 3).item() for name in list(results)[:7]})

# %% figure
if __name__ == "__main__":
    fine = np.geomspace(0.15, 25, 60)
    figure, axis = plt.subplots(figsize=(7.2, 3.9))
    axis.plot(fine, [bayes(s) for s in fine], color="black", linewidth=1)
    axis.text(0.6, 0.935, "the rule that drew the labels", ha="left")
    for i, s in enumerate(RANDOMNESS):
        axis.plot(np.full(10, s), tested["converged"][i], "o", color="C0", markersize=5, alpha=0.6)
    axis.text(6.5, 0.635, "logistic regression,\nten draws", color="C0")
    axis.plot(1, 0.86, "D", color="C1", markersize=6)
    axis.text(0.93, 0.835, "the post: 86 %", color="C1", ha="right")
    axis.set(xlabel="randomness $s$", ylabel="accuracy on points not trained on", xscale="log", ylim=(0.5, 1))
    axis.set_title("The more random the labels, the less anyone could know; the model knows all of it")
    plt.show()

# %% weights
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    for color, (name, label) in enumerate({"converged": "to convergence", "recipe": "100 epochs at rate 0.3"}.items()):
        mean, spread = length[name].mean(axis=1), length[name].std(axis=1)
        shift = 1.03 if color else 0.97
        axis.errorbar(
            np.array(RANDOMNESS) * shift, mean, spread, fmt="os"[color], capsize=3, color=f"C{color}", label=label
        )
    axis.axhline(1, color="black", linewidth=0.8)
    axis.set(xlabel="randomness $s$", ylabel="length of weights $\\times\\ s$, truth = 1", xscale="log", ylim=(0, 1.6))
    axis.legend(loc="lower right")
    axis.set_title("The weights' length tells the noise, once training is done (mean and sd of ten draws)")
    plt.show()

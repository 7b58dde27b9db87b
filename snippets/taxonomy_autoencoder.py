"""Autoencoders against as many principal components: up to eight, the bend is worth a quarter of the error.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Taxonomy:
          autoencoders find "compact representations" through "a lower-dimensional intermediate layer", and make data
          D. P. Kingma and M. Welling (2013), Auto-Encoding Variational Bayes, arXiv 1312.6114
Differs   the source measures nothing; scikit-learn's digits of 8 x 8 pixels, 1,200 to train on; a linear autoencoder is
          the control, which can at best do what the principal components do (Baldi and Hornik 1989); beta was chosen
          from 0.3, 0.5 and 1 on other seeds
Cost      about 10 s on one core
Notation  z the code, mu and s its mean and deviation, beta the weight of its divergence from the standard normal
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
from sklearn.neighbors import KNeighborsClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def digits(seed, train=1200):
    """Images (train, 64) in [0, 1] and their digits, and the other 597 of each."""
    data = load_digits()
    rows = np.random.default_rng(seed).permutation(len(data.data))
    x, y = (data.data[rows] / 16).astype(np.float32), data.target[rows]
    return x[:train], y[:train], x[train:], y[train:]


# %% model
def initial(rng, sizes):
    """Weights after He et al. (2015) and biases of layers of these sizes."""
    return [(np.float32(rng.normal(size=(m, n)) * (2 / m) ** 0.5), np.zeros(n, np.float32)) for m, n in pairwise(sizes)]


def layers(params, x, linear):
    """Layers with ReLU between them, or with nothing."""
    for weights, bias in params[:-1]:
        x = x @ weights + bias
        x = jnp.where(linear, x, jax.nn.relu(x))
    weights, bias = params[-1]
    return x @ weights + bias


def encode(params, x, linear, mask):
    """Mean and log-deviation of each image's code; the mask leaves as many dimensions as there are to be."""
    mu, log_s = jnp.split(layers(params["encoder"], x, linear), 2, axis=-1)
    return mu * mask, log_s * mask


def decode(params, z, linear):
    """Images (n, 64) of codes."""
    return layers(params["decoder"], z, linear)


# %% loss
def loss(params, key, x, linear, mask, beta):
    """Squared error of the image, and beta times the divergence of its noisy code; without beta there is no noise."""
    mu, log_s = encode(params, x, linear, mask)
    noise = jax.random.normal(key, mu.shape) * mask * (beta > 0)
    error = jnp.sum((decode(params, mu + jnp.exp(log_s) * noise, linear) - x) ** 2, axis=1)
    divergence = jnp.sum(mask * (jnp.exp(2 * log_s) + mu**2 - 1 - 2 * log_s), axis=1) / 2
    return jnp.mean(error + beta * divergence)


# %% train
def train(params, x, key, linear, mask, beta, *, steps, batch, rate):
    """The parameters after that many steps of Adam on random batches; the rate falls to zero along a cosine."""
    optimizer = optax.adam(optax.cosine_decay_schedule(rate, steps))

    def step(state, key):
        params, moments = state
        key_rows, key_noise = jax.random.split(key)
        rows = jax.random.randint(key_rows, (batch,), 0, len(x))
        gradient = jax.grad(loss)(params, key_noise, x[rows], linear, mask, beta)
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(params, updates), moments), None

    return jax.lax.scan(step, (params, optimizer.init(params)), jax.random.split(key, steps))[0][0]


@partial(jax.jit, static_argnames=("steps", "batch", "rate"))
def train_all(params, x, key, linear, mask, beta, **settings):
    """Parameters for each seed (params, x and key differ) and each kind (linear, mask and beta differ)."""
    over_kinds = jax.vmap(partial(train, **settings), in_axes=(None, None, None, 0, 0, 0))
    return jax.vmap(over_kinds, in_axes=(0, 0, 0, None, None, None))(params, x, key, linear, mask, beta)


# %% evaluate
def unexplained(image, x, mean):
    """Squared error of the images over that of the mean image."""
    return np.sum((image - x) ** 2) / np.sum((x - mean) ** 2)


def principal(x, x_test, dimension):
    """The images rebuilt from their first principal components, which are those of the training images."""
    mean = x.mean(axis=0)
    axes = np.linalg.svd(x - mean, full_matrices=False)[2][:dimension]
    return (x_test - mean) @ axes.T @ axes + mean


def gaussian_samples(rng, x, dimension, size):
    """Images made from normal principal components with the variances of the training images."""
    mean = x.mean(axis=0)
    _, scales, axes = np.linalg.svd(x - mean, full_matrices=False)
    return rng.normal(size=(size, dimension)) * scales[:dimension] / np.sqrt(len(x)) @ axes[:dimension] + mean


def plausible(samples, x, x_test):
    """Share of the samples that lie as near to a training image as 95 % of the test images do."""
    nearest = KNeighborsClassifier(1).fit(x, np.zeros(len(x)))
    return np.mean(nearest.kneighbors(samples)[0] <= np.quantile(nearest.kneighbors(x_test)[0], 0.95))


def variety(samples, x, y):
    """Entropy of the digits that the nearest training image names, over ln 10."""
    share = np.bincount(KNeighborsClassifier(1).fit(x, y).predict(samples), minlength=10) / len(samples)
    return -np.sum(share * np.log(np.maximum(share, 1e-12))) / np.log(10)


# %% main
KINDS = [("bent", 2), ("bent", 4), ("bent", 8), ("bent", 16), ("linear", 2), ("variational", 8)]


def main(*, kinds=KINDS, width=64, steps=3000, batch=100, rate=3e-3, beta=0.3, seeds=range(3)):
    """{(kind, dimension): unexplained share (seeds,)}, and of the samples (share plausible, variety), and images."""
    data = [digits(seed) for seed in seeds]
    x = np.stack([each[0] for each in data])
    most = max(dimension for _, dimension in kinds)
    starts = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        encoder, decoder = initial(rng, (64, width, 2 * most)), initial(rng, (most, width, 64))
        encoder[-1][0][:, most:] = 0  # all deviations start at one
        starts.append({"encoder": encoder, "decoder": decoder})
    params = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)
    linear = np.array([kind == "linear" for kind, _ in kinds])
    mask = np.array([np.arange(most) < dimension for _, dimension in kinds], np.float32)
    betas = np.array([beta * (kind == "variational") for kind, _ in kinds], np.float32)
    keys = jax.vmap(jax.random.key)(np.array(list(seeds)))
    trained = train_all(params, x, keys, linear, mask, betas, steps=steps, batch=batch, rate=rate)
    trained = jax.tree.map(np.asarray, trained)
    errors, samples, images = {}, {}, {}
    for row, (x, y, x_test, _) in enumerate(data):
        rng, mean = np.random.default_rng([row, 1]), x.mean(axis=0)
        made = {}
        for column, (kind, dimension) in enumerate(kinds):
            one = jax.tree.map(lambda leaf, at=(row, column): leaf[at], trained)
            image = decode(one, encode(one, x_test, linear[column], mask[column])[0], linear[column])
            images[kind, dimension] = np.asarray(image)
            errors.setdefault((kind, dimension), []).append(unexplained(images[kind, dimension], x_test, mean))
            if kind == "variational":
                z = np.float32(rng.normal(size=(1000, most))) * mask[column]
                made["variational"] = np.asarray(decode(one, z, linear[column]))
        for dimension in sorted({dimension for _, dimension in kinds}):
            images["principal", dimension] = principal(x, x_test, dimension)
            error = unexplained(images["principal", dimension], x_test, mean)
            errors.setdefault(("principal", dimension), []).append(error)
        made["gaussian"] = gaussian_samples(rng, x, 8, 1000)
        for name, each in made.items():
            samples.setdefault(name, []).append((plausible(each, x, x_test), variety(each, x, y)))
    return errors, samples, images | made | {"test": x_test}


# %% result
if __name__ == "__main__":
    errors, samples, images = main()
    dimensions = (2, 4, 8, 16)
    results = {
        **{f"unexplained_{kind}_{dimension}": list(map(float, each)) for (kind, dimension), each in errors.items()},
        **{
            f"bent_over_principal_{d}": [
                float(bent / straight) for bent, straight in zip(errors["bent", d], errors["principal", d], strict=True)
            ]
            for d in dimensions
        },
        **{f"plausible_{name}": [float(each[0]) for each in values] for name, values in samples.items()},
        **{f"variety_{name}": [float(each[1]) for each in values] for name, values in samples.items()},
    }
    print("unexplained share of the test images, mean of 3 splits" + "".join(f"{d:8d}" for d in dimensions))
    for kind in ("principal", "bent", "linear", "variational"):
        row = [f"{np.mean(errors[kind, d]):8.3f}" if (kind, d) in errors else " " * 8 for d in dimensions]
        print(f"{kind:54s}" + "".join(row))
    for name, each in samples.items():
        near, entropy = np.mean(each, axis=0)
        print(f"{name} samples: {near:.2f} as near to a digit as digits are, variety {entropy:.2f}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for mark, (kind, label) in zip(
        ("o-", "s-"), {"principal": "principal components", "bent": "autoencoder, 64 hidden units"}.items(), strict=True
    ):
        axis.plot(dimensions, [np.mean(errors[kind, d]) for d in dimensions], mark, label=label)
    axis.plot(2, np.mean(errors["linear", 2]), "D", color="C3", label="linear autoencoder")
    axis.set_xscale("log", base=2)
    axis.set_xticks(dimensions, dimensions)
    axis.set(xlabel="dimensions of the code", ylabel="unexplained share of test images", ylim=(0, None))
    axis.set_title("Up to eight numbers the bend saves a quarter of the error or more")
    axis.legend()
    plt.show()

# %% rebuilt-and-made
if __name__ == "__main__":
    rows = {
        "test digits": images["test"],
        "2 components": images["principal", 2],
        "autoencoder, 2": images["bent", 2],
        "made by the variational one, 8": images["variational"],
        "made from 8 normal components": images["gaussian"],
    }
    figure, axes = plt.subplots(len(rows), 1, figsize=(7.2, 4.8))
    for axis, (label, each) in zip(axes, rows.items(), strict=True):
        strip = np.pad(each[:12].reshape(12, 8, 8), ((0, 0), (0, 0), (0, 1))).transpose(1, 0, 2).reshape(8, -1)
        axis.imshow(strip, cmap="gray_r", vmin=0, vmax=1)
        axis.set_title(label, fontsize=9)
        axis.axis("off")
    figure.suptitle(
        "Digits, the same through two numbers, and digits that nobody wrote", x=0.01, ha="left", fontsize=11
    )
    plt.show()

"""Half of a network's weights, or three quarters of their bits, can go before it is missed.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Training:
          pruning, quantization
          S. Han et al. (2015), Learning both weights and connections for efficient neural networks, arXiv 1506.02626
          B. Jacob et al. (2018), Quantization and training of neural networks for efficient integer-arithmetic-only
          inference, arXiv 1712.05877
Differs   the network of mnist_jax.py after three epochs at a fixed rate; no training after the cut, biases stay as they
          are; one step size a layer, zero is a level, and sums are still taken in float32
Cost      about 8 s on one core
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
def train(key, x, y, *, width, batch, epochs, rate):
    """Parameters after some epochs of Adam, each with all digits once in a new order."""
    steps = len(x) // batch
    optimizer = optax.adam(rate)

    def step(state, rows):
        params, moments = state
        updates, moments = optimizer.update(jax.grad(cross_entropy)(params, x[rows], y[rows]), moments, params)
        return (optax.apply_updates(params, updates), moments), None

    def epoch(state, key):
        rows = jax.random.permutation(key, len(x))[: steps * batch].reshape(steps, batch)
        return jax.lax.scan(step, state, rows)

    key, key_init = jax.random.split(key)
    params = init(key_init, width)
    return jax.lax.scan(epoch, (params, optimizer.init(params)), jax.random.split(key, epochs))[0][0]


# %% prune
def without_links(params, scores, share):
    """The share of each layer's weights that has the least scores set to zero."""
    weights1, bias1, weights2, bias2 = params

    def cut(weights, score):
        kept = np.ones(weights.size, dtype=bool)
        kept[np.argsort(score, axis=None)[: round(share * weights.size)]] = False
        return np.where(kept.reshape(weights.shape), weights, np.float32(0))

    return cut(weights1, scores[0]), bias1, cut(weights2, scores[1]), bias2


def without_nodes(params, score, share):
    """The share of the hidden nodes that has the least scores removed, with its links."""
    weights1, bias1, weights2, bias2 = params
    kept = np.sort(np.argsort(score)[round(share * len(score)) :])
    return weights1[:, kept], bias1[kept], weights2[kept], bias2


# %% quantize
def quantize(weights, bits):
    """Whole numbers from 1 - 2 ** (bits - 1) to its opposite, and the step: weights are about one times the other."""
    most = 2 ** (bits - 1) - 1
    step = np.abs(weights).max() / most
    return np.rint(weights / step).astype(np.int8), np.float32(step)


def pack(whole, bits):
    """The numbers' bits one after another, as bytes."""
    offset = (whole.ravel().astype(np.int16) + 2 ** (bits - 1)).astype(np.uint8)
    return np.packbits(np.unpackbits(offset[:, None], axis=1)[:, -bits:])


def unpack(packed, bits, shape):
    """What `pack` packed."""
    every = np.unpackbits(packed)[: bits * np.prod(shape)].reshape(-1, bits)
    offset = np.packbits(np.pad(every, ((0, 0), (8 - bits, 0))), axis=1).ravel()
    return (offset.astype(np.int16) - 2 ** (bits - 1)).astype(np.int8).reshape(shape)


def stored(params, bits):
    """Parameters read back from packed weights, and the bytes that the network takes, biases and steps included."""
    back, size = [], 0
    for each in params:
        if each.ndim == 1:
            back.append(each)
            size += each.nbytes
        else:
            whole, step = quantize(each, bits)
            packed = pack(whole, bits)
            back.append(unpack(packed, bits, each.shape) * step)
            size += packed.nbytes + step.nbytes
    return tuple(back), size


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    weights1, bias1, weights2, bias2 = params
    return float(np.mean(np.argmax(np.tanh(x @ weights1 + bias1) @ weights2 + bias2, axis=1) == y))


# %% main
SHARES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)


def main(*, examples=60_000, width=78, batch=128, epochs=3, rate=0.002, seeds=3, shares=SHARES, bits=range(8, 1, -1)):
    """Accuracy whole, pruned by way and share, quantized by bits; bytes by bits; share of zeros at 2 bits."""
    x, y, x_test, y_test = digits(examples)
    keys = jax.vmap(jax.random.key)(jnp.arange(seeds))
    fit = jax.jit(jax.vmap(partial(train, width=width, batch=batch, epochs=epochs, rate=rate), in_axes=(0, None, None)))
    stack = [np.asarray(each) for each in fit(keys, x, y)]
    networks = [tuple(each[seed] for each in stack) for seed in range(seeds)]
    pruned = {way: np.empty((len(shares), seeds)) for way in ("small links", "any links", "small nodes", "any nodes")}
    quantized, size = np.empty((len(bits), seeds)), {}
    for seed, params in enumerate(networks):
        rng = np.random.default_rng(seed)
        chance = [rng.random(each.shape) for each in params[::2]]
        length = np.linalg.norm(params[0], axis=0) * np.linalg.norm(params[2], axis=1)
        for place, share in enumerate(shares):
            cut = {
                "small links": without_links(params, [abs(each) for each in params[::2]], share),
                "any links": without_links(params, chance, share),
                "small nodes": without_nodes(params, length, share),
                "any nodes": without_nodes(params, chance[0][0], share),
            }
            for way, each in cut.items():
                pruned[way][place, seed] = accuracy(each, x_test, y_test)
        for place, count in enumerate(bits):
            back, size[count] = stored(params, count)
            quantized[place, seed] = accuracy(back, x_test, y_test)
    whole = np.array([accuracy(params, x_test, y_test) for params in networks])
    rounded_away = np.array([np.mean(quantize(params[0], 2)[0] == 0) for params in networks])
    size[32] = sum(each.nbytes for each in networks[0])
    return whole, pruned, quantized, size, rounded_away


# %% result
if __name__ == "__main__":
    whole, pruned, quantized, size, rounded_away = main()
    at = {share: place for place, share in enumerate(SHARES)}
    results = {
        "accuracy": whole.tolist(),
        "lost_half_small_links": (whole - pruned["small links"][at[0.5]]).tolist(),
        "lost_half_any_links": (whole - pruned["any links"][at[0.5]]).tolist(),
        "advantage_small_links": (pruned["small links"][at[0.5]] - pruned["any links"][at[0.5]]).tolist(),
        "lost_quarter_small_links": (whole - pruned["small links"][at[0.25]]).tolist(),
        "lost_90_small_links": (whole - pruned["small links"][at[0.9]]).tolist(),
        "accuracy_half_small_nodes": pruned["small nodes"][at[0.5]].tolist(),
        "accuracy_half_any_nodes": pruned["any nodes"][at[0.5]].tolist(),
        "advantage_small_nodes": (pruned["small nodes"][at[0.5]] - pruned["any nodes"][at[0.5]]).tolist(),
        **{f"accuracy_{bits}_bits": each.tolist() for bits, each in zip(range(8, 1, -1), quantized, strict=True)},
        "rounded_away_2_bits": rounded_away.tolist(),
        "lost_8_bits": (whole - quantized[0]).tolist(),
        "lost_4_bits": (whole - quantized[4]).tolist(),
        **{f"bytes_{bits}_bits": each for bits, each in size.items()},
        "smaller_8_bits": size[32] / size[8],
        "smaller_4_bits": size[32] / size[4],
    }
    print(f"whole: {100 * whole.mean():.1f} % of the test digits, {size[32]:,} bytes")
    for way, each in pruned.items():
        rows = zip(SHARES, each.mean(axis=1), strict=True)
        print(f"without {way:12s}" + "".join(f"{100 * share:5.0f} %: {100 * right:4.1f}" for share, right in rows))
    for bits, each in zip(range(8, 1, -1), quantized, strict=True):
        print(f"{bits} bits: {100 * each.mean():.1f} %, {size[bits]:,} bytes")

# %% figure
if __name__ == "__main__":
    figure, (links, few) = plt.subplots(1, 2, figsize=(7.2, 3.8), sharey=True, width_ratios=[1.3, 1])
    styles = {"small links": "C0-o", "any links": "C0--o", "small nodes": "C1-s", "any nodes": "C1--s"}
    for way, style in styles.items():
        filled = "white" if "any" in way else style[:2]
        links.plot(100 * np.array(SHARES), 100 * pruned[way].mean(axis=1), style, markerfacecolor=filled, label=way)
    links.set(xlabel="removed, %", ylabel="test digits named right, %", ylim=(0, 100))
    links.legend(loc="lower left")
    few.plot(range(8, 1, -1), 100 * quantized.mean(axis=1), "C2-D")
    for bits in (8, 4, 3, 2):
        where = (bits, 100 * quantized[8 - bits].mean() - (9 if bits > 2 else -6))
        few.annotate(f"{size[bits] / 1000:.0f} kB", where, ha="center" if bits > 2 else "right", fontsize=9)
    few.set(xlabel="bits a weight", xticks=range(2, 9), xlim=(8.5, 1.5))
    figure.suptitle(
        "Half the links and all but four bits go almost unnoticed (means of 3 networks)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

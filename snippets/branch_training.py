"""Two branches trained on photographs: does one take the colours, as in AlexNet, and is it more than chance?

Source    C. Voss et al., "Branch Specialization", Distill (2021), doi 10.23915/distill.00024.008
          A. Krizhevsky et al., NIPS (2012): AlexNet, whose first two layers are split in two
          A. Dosovitskiy et al., arXiv 1406.6909 (2014): patches as classes, so that no labels are needed
Differs   seven photographs that ship with scikit-image and scikit-learn instead of ImageNet; the class of a crop is
          the tile it was cut from; 2 x 16 filters of 5x5 instead of 2 x 48 of 11x11; half a minute instead of days
Cost      about 20 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from scipy.stats import combine_pvalues
from skimage import data as images
from sklearn.datasets import load_sample_images

plt.style.use(Path(__file__).with_name("style.mplstyle"))

TILE, HELD_OUT, CROP = 48, 16, 16  # pixels
KERNEL, FILTERS = 5, 16  # of the first layer; filters in each branch


# %% data
def photographs():
    """Seven colour photographs of people, animals, things and places, at half their size, values in [0, 1]."""
    skimage = [images.astronaut(), images.chelsea(), images.coffee(), images.rocket(), images.stereo_motorcycle()[0]]
    return [halved(each / 255) for each in [*skimage, *load_sample_images().images]]


def halved(image):
    """Means of 2x2 pixels."""
    height, width = (size // 2 for size in image.shape[:2])
    return image[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3).mean(axis=(1, 3))


def tiles(photographs):
    """Squares (n, TILE, TILE, 3) cut from them side by side; each channel has mean zero, all together deviation one."""
    cut = [
        photograph[top : top + TILE, left : left + TILE]
        for photograph in photographs
        for top in range(0, photograph.shape[0] - TILE + 1, TILE)
        for left in range(0, photograph.shape[1] - TILE + 1, TILE)
    ]
    cut = np.stack(cut) - np.mean(cut, axis=(0, 1, 2))
    return (cut / cut.std()).astype(np.float32)


def crops(key, tiles, *, batch, jitter):
    """Crops from the upper part of random tiles, at random mirrored, paler or tinted, and the tiles' numbers."""
    keys = jax.random.split(key, 6)
    labels = jax.random.randint(keys[0], (batch,), 0, len(tiles))
    top = jax.random.randint(keys[1], (batch,), 0, TILE - HELD_OUT - CROP + 1)
    left = jax.random.randint(keys[2], (batch,), 0, TILE - CROP + 1)
    cut = jax.vmap(lambda label, *place: jax.lax.dynamic_slice(tiles[label], (*place, 0), (CROP, CROP, 3)))
    x = cut(labels, top, left)
    x = jnp.where(jax.random.bernoulli(keys[3], shape=(batch, 1, 1, 1)), x[:, :, ::-1], x)
    contrast = jnp.exp(jitter * jax.random.normal(keys[4], (batch, 1, 1, 1)))
    tint = jitter * jax.random.normal(keys[5], (batch, 1, 1, 3))
    return contrast * x + tint, labels


# %% model
def windows(x, *, size):
    """Every second window of a stack of images, flattened: (n, rows, columns, size * size * channels)."""
    reach = x.shape[1] - size + 1
    return jnp.concatenate([x[:, i : i + reach : 2, j : j + reach : 2] for i in range(size) for j in range(size)], -1)


def initial(key, *, classes, joined):
    """Small first-layer weights, He's second layer (one block when joined, one for each branch when not), read-out."""
    keys = jax.random.split(key, 3)
    blocks, fan = (1, 2) if joined else (2, 1)
    first = jax.random.normal(keys[0], (KERNEL**2 * 3, 2 * FILTERS)) * np.sqrt(2 / (KERNEL**2 * 3))
    second = jax.random.normal(keys[1], (blocks, 9 * fan * FILTERS, fan * FILTERS)) * np.sqrt(2 / (9 * fan * FILTERS))
    return {
        "first": 0.1 * first,  # He's own weights leave the noise they begin with visible in the filters
        "bias1": jnp.zeros(2 * FILTERS),
        "second": second,
        "bias2": jnp.zeros(2 * FILTERS),
        "readout": jax.random.normal(keys[2], (4 * 2 * FILTERS, classes)) / np.sqrt(4 * 2 * FILTERS),
        "offset": jnp.zeros(classes),
    }


def forward(params, x):
    """Logits; the branches meet after the second layer, or, with one block of weights, already before it."""
    hidden = jax.nn.relu(windows(x, size=KERNEL) @ params["first"] + params["bias1"])
    parts = jnp.split(hidden, len(params["second"]), axis=-1)
    outputs = [windows(part, size=3) @ block for part, block in zip(parts, params["second"], strict=True)]
    hidden = jax.nn.relu(jnp.concatenate(outputs, axis=-1) + params["bias2"])
    return hidden.reshape(len(x), -1) @ params["readout"] + params["offset"]


# %% loss
def cross_entropy(params, x, labels):
    """Mean cross-entropy in nats."""
    return optax.softmax_cross_entropy_with_integer_labels(forward(params, x), labels).mean()


# %% train
@partial(jax.jit, static_argnames=("joined", "steps", "batch"))
def train(keys, tiles, *, joined, steps, batch, jitter, rate=0.003, decay=0.1):
    """First-layer weights before training, and all parameters after it, of one network per key."""
    adam = optax.adamw(optax.cosine_decay_schedule(rate, steps), weight_decay=decay)

    def step(state, key):
        params, momentum = state
        gradient = jax.grad(cross_entropy)(params, *crops(key, tiles, batch=batch, jitter=jitter))
        change, momentum = adam.update(gradient, momentum, params)
        return (optax.apply_updates(params, change), momentum), None

    def one(key):
        start, order = jax.random.split(key)
        params = initial(start, classes=len(tiles), joined=joined)
        before = params["first"]
        (params, _), _ = jax.lax.scan(step, (params, adam.init(params)), jax.random.split(order, steps))
        return before, params

    return jax.lax.map(one, keys)  # side by side (vmap) they took twice as long


# %% evaluate
def colour_index(first):
    """Share of a filter's energy that differs between red, green and blue; 0 black and white, 2/3 noise, 1 colour."""
    filters = np.asarray(first, dtype=float).reshape(KERNEL**2, 3, -1)
    chroma = filters - filters.mean(axis=1, keepdims=True)
    return np.sum(chroma**2, axis=(0, 1)) / np.sum(filters**2, axis=(0, 1))


def difference(index):
    """Mean of the first half, branch A, less mean of the second half, branch B; over the last axis."""
    return index[..., :FILTERS].mean(axis=-1) - index[..., FILTERS:].mean(axis=-1)


def shuffled_differences(rng, index, *, shuffles=10_000):
    """The same after the filters were dealt to the branches at random, (shuffles,): what chance gives."""
    return difference(rng.permuted(np.tile(index, (shuffles, 1)), axis=1))


def p_value(measured, chance):
    """Share of chance, what was measured included, that is at least as far from zero."""
    return float((1 + np.sum(abs(chance) >= abs(measured) - 1e-12)) / (1 + len(chance)))


def sizes(second):
    """Absolute weights of a joined second layer, a row for each unit of the first: (2 FILTERS, 9 * 2 FILTERS)."""
    weights = abs(np.asarray(second, dtype=float)[0]).reshape(9, 2 * FILTERS, -1)
    return weights.transpose(1, 0, 2).reshape(2 * FILTERS, -1)


def leading_direction(rows):
    """How rows differ most: the first singular vector after their mean is taken away, one entry for each row."""
    return np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[0][:, 0]


def shuffled_correlations(rng, a, b, *, shuffles=10_000):
    """Correlations of a with b in random order, (shuffles,)."""
    a, b = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    return rng.permuted(np.tile(b, (shuffles, 1)), axis=1) @ a / len(a)


def accuracy(params, tiles):
    """Share of crops from the held-out lower part of the tiles that are told to be from their tile."""
    x = tiles[:, -CROP:, (TILE - CROP) // 2 : (TILE + CROP) // 2]
    return float(np.mean(np.asarray(forward(params, x)).argmax(axis=1) == np.arange(len(tiles))))


# %% main
def main(*, steps=600, batch=128, jitter=0.3, seeds=8):
    """Tiles, and for split and joined networks the first layers before training and the parameters after it.

    Without jitter a tile's colours give it away, and hardly a filter for edges grows.
    """
    cut = tiles(photographs())
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    options = {"steps": steps, "batch": batch, "jitter": jitter}
    split, joined = (train(keys, cut, joined=joined, **options) for joined in (False, True))
    return cut, {"split": split, "joined": joined}


# %% result
if __name__ == "__main__":
    cut, networks = main()
    rng = np.random.default_rng(0)
    first = {
        "initial": networks["split"][0],
        "split": networks["split"][1]["first"],
        "joined": networks["joined"][1]["first"],
    }
    index = {name: np.array([colour_index(each) for each in stack]) for name, stack in first.items()}
    chance = {name: [shuffled_differences(rng, each) for each in rows] for name, rows in index.items()}
    p = {name: list(map(p_value, difference(index[name]), chance[name])) for name in index}

    seeds = range(len(index["joined"]))
    params = [jax.tree.map(lambda stack, seed=seed: stack[seed], networks["joined"][1]) for seed in seeds]
    rows = [sizes(each["second"]) for each in params]
    even = [each / each.sum(axis=1, keepdims=True) for each in rows]
    leading = {"leading": list(map(leading_direction, rows)), "even": list(map(leading_direction, even))}
    correlation, shuffled = {}, {}
    for name, vectors in leading.items():
        pairs = list(zip(vectors, index["joined"], strict=True))
        correlation[name] = [float(abs(np.corrcoef(*pair)[0, 1])) for pair in pairs]
        shuffled[name] = [shuffled_correlations(rng, *pair) for pair in pairs]
        p[name] = list(map(p_value, correlation[name], shuffled[name]))
    results = {
        **{f"p_{name}": each for name, each in p.items()},
        **{f"clear_{name}": float(np.mean(np.array(each) <= 0.05)) for name, each in p.items()},
        **{f"together_{name}": float(combine_pvalues(each).pvalue) for name, each in p.items()},
        **{f"difference_{name}": abs(difference(each)).tolist() for name, each in index.items()},
        **{f"deviation_{name}": each.std(axis=1).tolist() for name, each in index.items()},
        **{f"correlation_{name}": each for name, each in correlation.items()},
        "largest_entry": [float(np.max(each**2)) for each in leading["leading"]],
        "accuracy_joined": [accuracy(each, cut) for each in params],
    }
    print(f"{len(cut)} tiles; colour index of branch A less that of branch B (p), seed by seed")
    for name in index:
        cells = [f"{d:+.2f} ({each:.3f})" for d, each in zip(difference(index[name]), p[name], strict=True)]
        print(f"{name:8s} {' '.join(cells)}; together p = {results[f'together_{name}']:.2g}")
    print("\njoined networks: correlation of the first singular vector of layer 2 with colour (p)")
    for name, label in {"leading": "as it is", "even": "even"}.items():
        cells = [f" {r:.2f} ({each:.3f})" for r, each in zip(correlation[name], p[name], strict=True)]
        print(f"{label:8s} {' '.join(cells)}")

# %% filters
if __name__ == "__main__":
    figure, axes = plt.subplots(4, 2, figsize=(7.2, 3.7))
    for seed, axis in enumerate(axes.T.ravel()):
        mosaic = np.ones((2 * (KERNEL + 1) + 1, FILTERS * (KERNEL + 1) + 1, 3))
        for branch in range(2):
            some = slice(branch * FILTERS, (branch + 1) * FILTERS)
            order = np.argsort(index["split"][seed, some])
            filters = np.asarray(first["split"][seed])[:, some][:, order].reshape(KERNEL, KERNEL, 3, FILTERS)
            for place in range(FILTERS):
                top, left = 1 + branch * (KERNEL + 1), 1 + place * (KERNEL + 1)
                tile = filters[..., place] / (2 * abs(filters[..., place]).max()) + 0.5
                mosaic[top : top + KERNEL, left : left + KERNEL] = tile
        axis.imshow(mosaic, interpolation="nearest")
        axis.set_yticks([3, 9], ["A", "B"])
        axis.set_xticks([])
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        axis.grid(False)
        axis.set_title(f"seed {seed}: p = {p['split'][seed]:.2g}", fontsize=9)
    figure.suptitle("Filters of both branches, black and white left, colour right", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% differences
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 3, sharey=True)
    titles = {"initial": "before training", "split": "two branches", "joined": "joined after layer 1"}
    for axis, (name, title) in zip(axes, titles.items(), strict=True):
        seeds = np.arange(len(index[name]))
        reach = np.quantile(chance[name], [0.025, 0.975], axis=1)
        axis.bar(seeds, reach[1] - reach[0], 0.7, bottom=reach[0], color="0.88", label="95 % of chance")
        clear = np.array(p[name]) <= 0.05
        axis.plot(seeds[clear], difference(index[name])[clear], "D", color="C1", label="p ≤ 0.05")
        axis.plot(seeds[~clear], difference(index[name])[~clear], "o", color="C0", label="p > 0.05")
        axis.axhline(0, color="black", linewidth=0.8)
        axis.set(xlabel="seed", xticks=seeds, title=title)
        axis.grid(axis="x", visible=False)
    axes[0].set_ylabel("colour index, branch A less branch B")
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9)
    count = int(sum(np.array(p["split"]) <= 0.05))
    figure.suptitle(
        f"In {count} of {len(p['split'])} trainings one branch took the colours, A or B", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% leading-direction
if __name__ == "__main__":
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4))
    left.plot(index["joined"][0], leading["leading"][0], "o", color="C0")
    left.set(xlabel="colour index of the filter", ylabel="entry of the first singular vector", title="seed 0, as it is")
    seeds = np.arange(len(params))
    right.bar(seeds, np.quantile(np.abs(shuffled["leading"]), 0.95, axis=1), 0.7, color="0.88", label="95 % of chance")
    right.plot(seeds, correlation["leading"], "o", color="C0", label="as it is")
    right.plot(seeds, correlation["even"], "D", color="C1", label="filters made even")
    right.set(xlabel="seed", xticks=seeds, ylabel="correlation with colour, absolute", ylim=(0, 1), title="all seeds")
    right.grid(axis="x", visible=False)
    right.legend(loc="upper right")
    figure.suptitle(
        "Joined networks: weights to layer 2 differ with colour, much of it in their size",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

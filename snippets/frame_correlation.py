"""The least frame potential ranks networks by validation error within chains and residual networks, and fails in dense.

Source    C. Murdock, G. Cazenavette and S. Lucey, arXiv 2103.05804: correlation with generalization error
          C. Murdock and S. Lucey, CVPR (2020), arXiv 2003.13866: the same for CIFAR-10
Differs   54 small dense networks on 8x8 digits instead of CIFAR-10; inputs are the first 8 principal components, so
          that layers wider than 8 are overcomplete; the scale of the columns is our reconstruction (frame_potential)
Cost      about 35 s on 2 CPU cores
Notation  w_j activations of layer j (w_0 the input, of d numbers), B_j weights into layer j, k width, l depth,
          B the frame of the whole network, G = BᵀB its Gram matrix, F² the sum of G_ij² over i ≠ j,
          N how many of these entries the connections leave free to differ from zero
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from scipy.stats import rankdata
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))

FAMILIES = ("chain", "residual", "dense")
WIDEST, DEEPEST = 24, 7  # every network is padded to this size, so that one program trains all of them


# %% data
def digits(rng, *, inputs, train):
    """Principal components of the training images, of mean square one, and labels: x, y to train, x, y to validate."""
    x, y = load_digits(return_X_y=True)
    order = rng.permutation(len(x))
    x, y = x[order] - x[order[:train]].mean(axis=0), y[order]
    components = np.linalg.svd(x[:train], full_matrices=False)[2][:inputs]
    x = x @ components.T
    x = (x / np.sqrt(np.mean(x[:train] ** 2))).astype(np.float32)
    return x[:train], y[:train], x[train:], y[train:]


# %% model
def ends_block(family, layer):
    """Whether a layer closes a residual block: it adds what entered the layer below it (layers 3, 5, 7, ...)."""
    return family == "residual" and layer >= 3 and layer % 2 == 1


def pattern(family, width, depth, *, inputs):
    """Where the frame has weights, and its identities: two arrays (inputs + (DEEPEST - 1) WIDEST, DEEPEST WIDEST).

    Block column j holds what neurons of layer j are made of, block row j reconstructs w_j from w_(j+1), w_(j+2), ...
    """
    learned = np.zeros((inputs + (DEEPEST - 1) * WIDEST, DEEPEST * WIDEST), np.float32)
    fixed = np.zeros_like(learned)

    def row(layer):
        start = inputs + (layer - 1) * WIDEST
        return slice(start, start + width) if layer else slice(0, inputs)

    for layer in range(1, depth + 1):
        column = slice((layer - 1) * WIDEST, (layer - 1) * WIDEST + width)
        for below in range(layer) if family == "dense" else [layer - 1]:
            learned[row(below), column] = 1
        if layer < depth:
            fixed[row(layer), column] = -np.eye(width)
        if ends_block(family, layer):
            fixed[row(layer - 2), column] = np.eye(width)
    return learned, fixed


def unit_columns(matrix):
    """Each column divided by its length; columns of zeros, which pad a smaller network, stay."""
    squares = jnp.sum(matrix**2, axis=0)
    return matrix / jnp.sqrt(jnp.where(squares > 0, squares, 1))


def frame(weights, learned, fixed):
    """The frame B of a network: unit weights into each neuron, identities of one, then unit columns."""
    return unit_columns(unit_columns(weights * learned) + fixed)


def blocks(matrix, *, inputs):
    """The part of a frame above its identities -1 for each layer: the weights into it from all that lies below."""
    rows = [inputs + layer * WIDEST for layer in range(DEEPEST)]
    return [matrix[:row, layer * WIDEST : (layer + 1) * WIDEST] for layer, row in enumerate(rows)]


def initial(key, learned, *, inputs):
    """He's initial weights for each layer, zero biases and a read-out for ten classes."""
    keys = jax.random.split(key, DEEPEST + 1)
    masks = blocks(learned, inputs=inputs)
    fans = [jnp.maximum(mask.sum(axis=0), 1) for mask in masks]
    return {
        "weights": [
            jax.random.normal(k, mask.shape) * jnp.sqrt(2 / fan)
            for k, mask, fan in zip(keys, masks, fans, strict=False)
        ],
        "biases": jnp.zeros((DEEPEST, WIDEST)),
        "readout": jax.random.normal(keys[-1], (WIDEST, 10)) / jnp.sqrt(masks[0][0].sum()),
        "offset": jnp.zeros(10),
    }


def forward(params, learned, closes, last, x):
    """Logits (n, 10) read from the last layer; `closes` and `last` (DEEPEST,) mark where blocks and the network end."""
    below, layers = x, []
    masks = blocks(learned, inputs=x.shape[1])
    for layer, (weights, mask) in enumerate(zip(params["weights"], masks, strict=True)):
        z = below @ (weights * mask) + params["biases"][layer]
        skip = closes[layer] * layers[layer - 2] if layer >= 2 else 0
        layers.append(jax.nn.relu(z + skip) * mask.max(axis=0))  # neurons that pad the layer stay zero
        below = jnp.concatenate([below, layers[-1]], axis=1)
    return sum(map(jnp.multiply, last, layers)) @ params["readout"] + params["offset"]


# %% loss
def frame_potential(weights, learned, fixed):
    """F²: the sum of squared inner products over all ordered pairs of different columns."""
    columns = frame(weights, learned, fixed)
    gram = columns.T @ columns
    return jnp.sum(gram**2) - jnp.sum(jnp.diag(gram) ** 2)


def cross_entropy(params, learned, closes, last, x, y):
    """Mean cross-entropy in nats."""
    logits = forward(params, learned, closes, last, x)
    return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()


# %% closed-form
def closed_form(family, width, depth, *, inputs):
    """The least F² of a chain or residual network (frame_potential shows that Adam finds no other)."""
    squares = {j: 1 + (j < depth) + ends_block(family, j) for j in range(1, depth + 1)}
    least = max(width**2 / inputs - width, 0) / squares[1] ** 2
    for layer in range(2, depth + 1):
        other = layer - 2 if ends_block(family, layer) else layer - 1
        least += 2 * width / (squares[layer] * squares[other])
    return least


# %% train
@partial(jax.jit, static_argnames=("steps",))
def minimise(key, learned, fixed, *, steps):
    """Least F² that Adam finds, for every pattern of a stack."""
    adam = optax.adam(optax.linear_schedule(0.2, 0.0, steps), b2=0.95)

    def one(learned, fixed):
        def step(state, _):
            weights, momentum = state
            gradient = jax.grad(frame_potential)(weights, learned, fixed)
            change, momentum = adam.update(gradient, momentum)
            return (weights + change, momentum), None

        weights = jax.random.normal(key, learned.shape)
        (weights, _), _ = jax.lax.scan(step, (weights, adam.init(weights)), length=steps)
        return frame_potential(weights, learned, fixed)

    return jax.vmap(one)(learned, fixed)


@partial(jax.jit, static_argnames=("epochs", "batch"))
def train(keys, patterns, data, *, epochs, batch, rate=0.01):
    """Share of wrong labels in training and validation data after Adam: two arrays (seeds, networks)."""

    def one(key, patterns, x, y, x_val, y_val):
        adam = optax.adam(optax.cosine_decay_schedule(rate, epochs * (len(x) // batch)))
        params = initial(key, patterns[0], inputs=x.shape[1])

        def step(state, place):
            params, momentum = state
            some = [jax.lax.dynamic_slice_in_dim(each, place * batch, batch) for each in (x, y)]
            change, momentum = adam.update(jax.grad(cross_entropy)(params, *patterns, *some), momentum)
            return (optax.apply_updates(params, change), momentum), None

        places = jnp.tile(jnp.arange(len(x) // batch), epochs)
        (params, _), _ = jax.lax.scan(step, (params, adam.init(params)), places)
        return [jnp.mean(forward(params, *patterns, a).argmax(axis=1) != b) for a, b in ((x, y), (x_val, y_val))]

    networks = jax.vmap(one, in_axes=(None, 0, None, None, None, None))
    return jax.vmap(networks, in_axes=(0, None, 0, 0, 0, 0))(keys, patterns, *data)


# %% evaluate
def free_entries(learned, fixed):
    """How many entries of the Gram matrix may differ from zero, diagonal excluded."""
    used = ((learned != 0) | (fixed != 0)).astype(float)
    free = used.T @ used > 0
    return int(free.sum() - np.diag(free).sum())


def parameters(learned, width, depth):
    """How many numbers are trained: weights, biases, and the read-out for ten classes."""
    return int(learned.sum()) + width * depth + 10 * (width + 1)


def rank_correlation(a, b):
    """Spearman's: the correlation of the ranks."""
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def partial_rank_correlation(a, b, given):
    """Rank correlation of a and b with what the ranks of `given` say of both taken away."""
    ab, ag, bg = rank_correlation(a, b), rank_correlation(a, given), rank_correlation(b, given)
    return (ab - ag * bg) / np.sqrt((1 - ag**2) * (1 - bg**2))


# %% main
def main(*, inputs=8, widths=(4, 6, 8, 12, 16, 24), depths=(3, 5, 7), epochs=30, batch=50, steps=400, seeds=3):
    """Networks, their least F²/N, parameter counts, and errors (seeds, networks) in training and validation."""
    networks = [(family, width, depth) for family in FAMILIES for depth in depths for width in widths]
    learned, fixed = map(np.stack, zip(*(pattern(*each, inputs=inputs) for each in networks), strict=True))
    dense = np.array([each[0] == "dense" for each in networks])
    least = np.array([0 if each[0] == "dense" else closed_form(*each, inputs=inputs) for each in networks], dtype=float)
    least[dense] = np.maximum(minimise(jax.random.key(0), learned[dense], fixed[dense], steps=steps), 0)
    free = np.array([free_entries(*each) for each in zip(learned, fixed, strict=True)])
    counts = np.array([parameters(mask, *each[1:]) for mask, each in zip(learned, networks, strict=True)])

    closes = np.array([[ends_block(each[0], layer + 1) for layer in range(DEEPEST)] for each in networks], np.float32)
    last = np.array([np.arange(DEEPEST) == each[2] - 1 for each in networks], np.float32)
    data = [digits(np.random.default_rng(seed), inputs=inputs, train=1000) for seed in range(seeds)]
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    errors = train(
        keys, (learned, closes, last), list(map(np.stack, zip(*data, strict=True))), epochs=epochs, batch=batch
    )
    return networks, least / free, counts, *(np.asarray(each, dtype=float) for each in errors)


# %% result
if __name__ == "__main__":
    networks, potential, counts, train_error, error = main()
    family, width, depth = (np.array(each) for each in zip(*networks, strict=True))
    groups = {**{name: family == name for name in FAMILIES}, "all": family != ""}

    def better(worse, than):
        """Share of networks `than` with a lower validation error than their partners `worse`, for each seed."""
        return np.mean(error[:, than] < error[:, worse], axis=1).tolist()

    chain, residual, dense = (groups[name] for name in FAMILIES)
    narrow = chain & (width == 4)
    results = {
        **{f"spearman_{name}": [rank_correlation(potential[g], e[g]) for e in error] for name, g in groups.items()},
        **{f"parameters_{name}": [rank_correlation(counts[g], e[g]) for e in error] for name, g in groups.items()},
        **{
            f"partial_{name}": [partial_rank_correlation(potential[g], e[g], counts[g]) for e in error]
            for name, g in groups.items()
        },
        "spearman_gap": [rank_correlation(potential, e - t) for e, t in zip(error, train_error, strict=True)],
        "residual_beats_chain": better(chain, residual),
        "dense_beats_residual": better(residual, dense),
        "deeper_chain_is_better": better(chain & (depth < 7), chain & (depth > 3)),
        "deeper_chain_has_less": float(np.mean(potential[chain & (depth > 3)] < potential[chain & (depth < 7)])),
        "error_narrow_depth_3": error[:, narrow & (depth == 3)][:, 0].tolist(),
        "error_narrow_depth_7": error[:, narrow & (depth == 7)][:, 0].tolist(),
        "error_least": error.min(axis=1).tolist(),
        "dense_networks": int(dense.sum()),
        "dense_zero": int(np.sum(dense & (np.sqrt(potential) < 1e-3))),
    }
    print(f"rank correlation with validation error, {len(networks)} networks, {len(error)} seeds")
    print(f"{'':10s}{'potential':>24s}{'parameters':>24s}{'potential | parameters':>24s}")
    for name in groups:
        cells = [results[f"{kind}_{name}"] for kind in ("spearman", "parameters", "partial")]
        print(f"{name:10s}" + "".join(f"{' '.join(f'{each:6.2f}' for each in cell):>24s}" for cell in cells))

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    measures = {"least root mean square inner product": np.sqrt(potential), "parameters": counts}
    for axis, (label, measure) in zip(axes, measures.items(), strict=True):
        for color, name in enumerate(FAMILIES):
            for size, each in zip((14, 36, 70), (3, 5, 7), strict=True):
                shown = groups[name] & (depth == each)
                style = {"facecolors": "none", "edgecolors": f"C{color}", "linewidths": 1.3}
                label_here = f"{name}, depth {each}"
                mean = 100 * error[:, shown].mean(axis=0)
                axis.scatter(measure[shown], mean, size, marker="os^"[color], label=label_here, **style)
        axis.set(xlabel=label, yscale="log", yticks=[5, 10, 20, 50])
        axis.yaxis.set_major_formatter(lambda percent, _: f"{percent:g} %")
        axis.yaxis.set_minor_formatter(lambda percent, _: "")
    for label, kind, axis in zip("ab", ("spearman", "parameters"), axes, strict=True):
        rho = np.mean(results[f"{kind}_all"])
        axis.set_title(f"({label}) rank correlation {rho:.2f}".replace("-", "\N{MINUS SIGN}"))
    axes[1].set_xscale("log")
    axes[0].set_ylabel("validation error, mean of 3 seeds")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    figure.suptitle(
        "The potential ranks chains and residual networks; parameters rank all three families",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

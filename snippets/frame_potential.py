"""A network's layers and skips are one large frame, and how little its columns can overlap is known before any data.

Source    C. Murdock, G. Cazenavette and S. Lucey, arXiv 2103.05804: deep frame approximation, deep frame potential
          C. Murdock and S. Lucey, CVPR (2020), arXiv 2003.13866: Gram matrices of chains, ResNets and DenseNets
Differs   dense layers instead of convolutions; the scale of the columns is our reconstruction: unit weights into each
          neuron, identities of one, then unit columns; the form for residual networks is ours
Cost      about 15 s on 2 CPU cores
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
from scipy.linalg import hadamard

plt.style.use(Path(__file__).with_name("style.mplstyle"))

FAMILIES = ("chain", "residual", "dense")
WIDEST, DEEPEST = 16, 7  # every frame is padded to this size, so that one program minimises all of them


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


# %% loss
def frame_potential(weights, learned, fixed):
    """F²: the sum of squared inner products over all ordered pairs of different columns."""
    columns = frame(weights, learned, fixed)
    gram = columns.T @ columns
    return jnp.sum(gram**2) - jnp.sum(jnp.diag(gram) ** 2)


# %% closed-form
def closed_form(family, width, depth, *, inputs):
    """The least F² of a chain or residual network: Welch's bound in its first layer, and the identities' share.

    A column of layer j has the squared length 1 + [not last] + [closes a block].  A square layer can be orthogonal, and
    within a block B_j = B_(j-1)ᵀ cancels the two ways in which its columns meet.
    """
    squares = {j: 1 + (j < depth) + ends_block(family, j) for j in range(1, depth + 1)}
    least = max(width**2 / inputs - width, 0) / squares[1] ** 2
    for layer in range(2, depth + 1):
        other = layer - 2 if ends_block(family, layer) else layer - 1
        least += 2 * width / (squares[layer] * squares[other])
    return least


def welch(width, depth, *, inputs):
    """Welch's bound on F² for any frame of as many columns and rows, whatever its pattern."""
    columns, rows = depth * width, inputs + (depth - 1) * width
    return columns * max(columns / rows - 1, 0)


# %% train
@partial(jax.jit, static_argnames=("steps",))
def minimise(keys, learned, fixed, *, steps):
    """Weights and F² after Adam from one start per key, for every pattern of a stack: (keys, patterns, ...)."""
    # the usual memory of 0.999 for squared gradients leaves narrow dense networks short of their minimum
    adam = optax.adam(optax.linear_schedule(0.2, 0.0, steps), b2=0.95)

    def one(key, learned, fixed):
        def step(state, _):
            weights, momentum = state
            gradient = jax.grad(frame_potential)(weights, learned, fixed)
            change, momentum = adam.update(gradient, momentum)
            return (weights + change, momentum), None

        weights = jax.random.normal(key, learned.shape)
        (weights, _), _ = jax.lax.scan(step, (weights, adam.init(weights)), length=steps)
        return weights, frame_potential(weights, learned, fixed)

    return jax.vmap(jax.vmap(one, in_axes=(None, 0, 0)), in_axes=(0, None, None))(keys, learned, fixed)


# %% evaluate
def free_entries(learned, fixed):
    """Which entries of the Gram matrix the connections leave free to differ from zero, diagonal excluded."""
    used = ((learned != 0) | (fixed != 0)).astype(float)
    free = used.T @ used > 0
    return free & ~np.eye(len(free), dtype=bool)


def unchangeable(learned, fixed):
    """Which entries of the Gram matrix are an identity over an identity, the same for all weights."""
    weights, identities = (learned != 0).astype(float), (fixed != 0).astype(float)
    touched = weights.T @ weights + weights.T @ identities + identities.T @ weights > 0
    return free_entries(learned, fixed) & ~touched


def coherence(weights, learned, fixed, entries):
    """The largest inner product, in magnitude, among these entries of the Gram matrix."""
    columns = np.asarray(frame(weights, learned, fixed))
    return float(abs(columns.T @ columns)[entries].max())


def flat_chain_coherence(width, depth, *, inputs):
    """Mutual coherence of a chain of orthogonal layers as flat as can be: Hadamard matrices (width a power of two)."""
    learned, fixed = pattern("chain", width, depth, inputs=inputs)
    weights = np.zeros_like(learned)
    weights[:width, :width] = np.eye(width)
    for layer in range(1, depth):
        row, column = inputs + (layer - 1) * WIDEST, layer * WIDEST
        weights[row : row + width, column : column + width] = hadamard(width)
    return coherence(weights, learned, fixed, free_entries(learned, fixed))


def residual_floor(width, depth, *, inputs):
    """The part of a residual network's mutual coherence that no weights can change, so any will do to find it."""
    learned, fixed = pattern("residual", width, depth, inputs=inputs)
    return coherence(learned, learned, fixed, unchangeable(learned, fixed))


# %% main
def main(*, inputs=8, widths=(4, 6, 8, 12, 16), depths=(3, 5, 7), steps=400, starts=3):
    """Architectures, their patterns (learned, fixed), weights at the minimum and F² (starts, architectures)."""
    networks = [(family, width, depth) for family in FAMILIES for depth in depths for width in widths]
    learned, fixed = map(np.stack, zip(*(pattern(*each, inputs=inputs) for each in networks), strict=True))
    keys = jax.vmap(jax.random.key)(np.arange(starts))
    weights, potential = minimise(keys, learned, fixed, steps=steps)
    return networks, (learned, fixed), np.asarray(weights), np.asarray(potential, dtype=float)


# %% result
if __name__ == "__main__":
    inputs = 8
    networks, patterns, weights, potential = main(inputs=inputs)
    index = {each: place for place, each in enumerate(networks)}
    shapes = [each[1:] for each in networks if each[0] == "chain"]
    free = np.array([free_entries(*each).sum() for each in zip(*patterns, strict=True)])
    rms = np.sqrt(np.maximum(potential, 0) / free)  # rounding can leave F² a hair below zero

    def gap(family):
        """Largest relative distance of the minimum found from the closed form, for each start."""
        exact = {each: closed_form(*each, inputs=inputs) for each in networks if each[0] == family}
        return np.max([abs(potential[:, index[each]] / least - 1) for each, least in exact.items()], axis=0)

    ordered = np.array(
        [[np.all(np.diff([row[index[f, *shape]] for f in FAMILIES]) < 0) for shape in shapes] for row in rms]
    )
    narrow = [index["dense", *shape] for shape in shapes if shape[0] <= inputs]
    wide = {shape: index["dense", *shape] for shape in shapes if shape[0] > inputs}
    over_welch = [potential[:, place] / welch(*shape, inputs=inputs) for shape, place in wide.items()]
    example, size = (12, 5), 12 * 5
    results = {
        "chain_gap": gap("chain").tolist(),
        "residual_gap": gap("residual").tolist(),
        "ordered_share": ordered.mean(axis=1).tolist(),
        "dense_narrow_rms": rms[:, narrow].max(axis=1).tolist(),
        "dense_over_welch": np.max(over_welch, axis=0).tolist(),
        **{f"rms_{family}": rms[:, index[family, *example]].tolist() for family in FAMILIES},
        **{f"free_{family}": float(free[index[family, *example]] / (size * (size - 1))) for family in FAMILIES},
        "coherence_chain": flat_chain_coherence(8, 5, inputs=inputs),
        "coherence_residual": residual_floor(8, 5, inputs=inputs),
        "residual_over_chain": min(
            residual_floor(*shape, inputs=inputs) / flat_chain_coherence(*shape, inputs=inputs)
            for shape in shapes
            if shape[0] in (4, 8)
        ),
    }
    print(f"least root mean square inner product, {inputs} inputs, best of {len(potential)} starts")
    print(f"{'width':>5s} {'depth':>5s}" + "".join(f"{family:>10s}" for family in FAMILIES))
    for width, depth in shapes:
        cells = [rms[:, index[family, width, depth]].min() for family in FAMILIES]
        print(f"{width:5d} {depth:5d}" + "".join(f"{each:10.4f}" for each in cells))
    print(f"\nlargest relative distance from the closed form: {max(gap('chain').max(), gap('residual').max()):.1e}")
    print(f"coherence, width 8, depth 5: residual at least {results['coherence_residual']:.3f}, whatever its weights,")
    print(f"                             chain at most {results['coherence_chain']:.3f}, with the right ones")

# %% gram-patterns
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 3, figsize=(7.2, 3.1), sharey=True)
    used = np.arange(DEEPEST * WIDEST).reshape(DEEPEST, WIDEST)[: example[1], : example[0]].ravel()
    for axis, family in zip(axes, FAMILIES, strict=True):
        place = index[family, *example]
        parts = [each[place] for each in patterns]
        columns = np.asarray(frame(weights[potential[:, place].argmin(), place], *parts))
        shown = free_entries(*parts)[np.ix_(used, used)]
        gram = np.ma.masked_where(~shown, abs(columns.T @ columns)[np.ix_(used, used)])
        image = axis.imshow(gram, vmin=0, vmax=0.5, interpolation="nearest")
        layers = np.arange(example[1]) * example[0]
        axis.set_xticks(layers + (example[0] - 1) / 2, [f"{layer + 1}" for layer in range(example[1])])
        axis.set_yticks(layers + (example[0] - 1) / 2, [f"{layer + 1}" for layer in range(example[1])])
        axis.tick_params(length=0)
        axis.grid(False)
        axis.set_xlabel("layer")
        axis.set_title(f"{family}: {100 * results[f'free_{family}']:.0f} % free")
    axes[0].set_ylabel("layer")
    figure.colorbar(image, ax=axes, label="inner product $|G_{ij}|$", shrink=0.8)
    figure.suptitle(
        "A residual skip frees few pairs and empties whole blocks (white: never free)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% least-coherence
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 3, sharey=True)
    for axis, depth in zip(axes, (3, 5, 7), strict=True):
        for color, family in enumerate(FAMILIES):
            places = {width: index[family, width, d] for width, d in shapes if d == depth}
            found = [rms[:, place].min() for place in places.values()]
            axis.plot(list(places), found, "os^"[color], color=f"C{color}", label=f"{family}, found")
            curve = np.arange(4, WIDEST + 1)
            if family == "dense":
                least, label = [welch(width, depth, inputs=inputs) for width in curve], "Welch, whole frame"
            else:
                least, label = [closed_form(family, width, depth, inputs=inputs) for width in curve], "closed form"
            count = [free_entries(*pattern(family, width, depth, inputs=inputs)).sum() for width in curve]
            style = ":" if family == "dense" else "-"
            axis.plot(curve, np.sqrt(np.divide(least, count)), style, color=f"C{color}", label=f"{family}, {label}")
        axis.set(xlabel="width", xticks=[4, 8, 12, 16], title=f"depth {depth}", ylim=(-0.005, None))
    axes[0].set_ylabel("least root mean square inner product")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=8)
    figure.suptitle(
        "Skips lower the least coherence at every width and depth; dense up to 8 reach zero",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

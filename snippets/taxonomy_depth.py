"""Two units in each of k layers fold a line into 2^k pieces, 2k side by side into 2k + 1; training such a net fails.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Neural Networks:
          "exponential expressive power of network depth vs breadth"
          M. Telgarsky (2015), Representation Benefits of Deep Feedforward Networks, arXiv 1509.08101: the sawtooth
Differs   the source names no function; the paper trains nothing; of rates 0.001, 0.003, 0.01 and 0.03, tried on 30
          other seeds, each network has the one with the least error
Cost      about 9 s on one core
Notation  k layers, n points at the sawtooth's corners, r runs of equal answers along them
"""

# %% setup
from fractions import Fraction
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def corners(k):
    """The 2^k + 1 multiples of 2^-k in [0, 1] and what the sawtooth is there: 0, 1, 0, 1, ..., 0."""
    return np.arange(2**k + 1) / 2**k, np.arange(2**k + 1) % 2


def sawtooth(x, k):
    """The tent map, 2x up to one half and 2 - 2x from there, applied k times."""
    for _ in range(k):
        x = 1 - abs(1 - 2 * x)
    return x


# %% model
def tent_network(k):
    """Exact weights (inputs, outputs) and biases of k layers of two ReLU units and a read-out: the sawtooth."""
    fractions = np.vectorize(Fraction, otypes=[object])
    fold = fractions([[2, 2], [-4, -4]])  # the tent of what the two units before it say: 2a - 4b
    first = (fractions([[1, 1]]), fractions([0, Fraction(-1, 2)]))
    inner = [(fold, fractions([0, Fraction(-1, 2)]))] * (k - 1)
    return [first, *inner, (fold[:, :1], fractions([0]))]


def initial(rng, widths):
    """Weights after He et al. (2015); the biases put the first layer's corners into [0, 1]."""
    layers = []
    for inputs, outputs in zip((1, *widths), (*widths, 1), strict=True):
        weights = rng.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs)
        layers.append([weights, np.zeros(outputs)])
    layers[0][1] = -layers[0][0][0] * rng.random(widths[0])
    return jax.tree.map(np.float32, [tuple(layer) for layer in layers])


def network(params, x):
    """(n,) numbers to (n,) numbers through layers of ReLU."""
    x = x[:, None]
    for weights, bias in params[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = params[-1]
    return (x @ weights + bias)[:, 0]


# %% loss
def squared_error(params, x, y):
    """Mean squared error; 1/12 for the sawtooth's mean everywhere."""
    return jnp.mean((network(params, x) - y) ** 2)


# %% train
@partial(jax.jit, static_argnames="steps")
@partial(jax.vmap, in_axes=(0, None, None, None, None))
def train(params, x, y, rate, steps):
    """The parameters after that many steps of Adam on all points; the rate falls to zero along a cosine."""
    optimizer = optax.adam(optax.cosine_decay_schedule(rate, steps))

    def step(state, _):
        params, moments = state
        updates, moments = optimizer.update(jax.grad(squared_error)(params, x, y), moments)
        return (optax.apply_updates(params, updates), moments), None

    return jax.lax.scan(step, (params, optimizer.init(params)), length=steps)[0][0]


# %% evaluate
def pieces(params):
    """Exact linear pieces of the network on [0, 1]: every unit's sign changes are found, layer by layer.

    With fractions for weights the count is exact; with floats two slopes are one if they differ by less than 1e-6.
    """
    dtype = params[0][0].dtype
    x = np.array([0, 1], dtype=dtype)
    values = x[:, None]
    for weights, bias in params[:-1]:
        before = values @ weights + bias
        left, right = before[:-1], before[1:]
        place, unit = np.nonzero(left * right < 0)
        share = left[place, unit] / (left[place, unit] - right[place, unit])
        order = np.lexsort((share, place))
        place, share = place[order], share[order]
        x = np.insert(x, place + 1, x[place] + share * (x[place + 1] - x[place]))
        new = before[place] + share[:, None] * (before[place + 1] - before[place])
        values = np.maximum(np.insert(before, place + 1, new, axis=0), 0)
    weights, bias = params[-1]
    y = (values @ weights + bias)[:, 0]
    wide = np.diff(x) > 1e-9
    slopes = (np.diff(y)[wide] / np.diff(x)[wide]).astype(float)
    return int(1 + np.count_nonzero(np.abs(np.diff(slopes)) > 1e-6 * (1 + np.abs(slopes[1:]))))


def parameters(widths):
    """Weights and biases of a network with one input, one output and these hidden layers."""
    return sum((m + 1) * n for m, n in zip((1, *widths), (*widths, 1), strict=True))


def most_right(n, pieces):
    """Of n labels that alternate, the most that a function with so many linear pieces can have on the right side.

    Each piece crosses one half at most once, so there are r <= pieces + 1 runs; of l points in one, (l + 1) / 2 can be.
    """
    return (n + min(pieces + 1, n)) // 2


def right(params, k):
    """Share of the sawtooth's corners that the network has on the right side of one half."""
    x, labels = corners(k)
    return np.mean((np.asarray(network(params, np.float32(x))) > 0.5) == labels)


# %% main
SHAPES = {"exact": (2,) * 4, "deep": (16,) * 4, "shallow": (283,)}
RATES = {"exact": 0.003, "deep": 0.003, "shallow": 0.01}


def main(*, k=4, depths=range(1, 13), shapes=SHAPES, rates=RATES, points=257, steps=3000, seeds=range(20)):
    """Exact pieces by depth; of trained networks, {shape: (share of corners right, pieces, error)} and outputs."""
    counts = np.array([pieces(tent_network(depth)) for depth in depths])
    x = np.linspace(0, 1, points, dtype=np.float32)
    y = sawtooth(x, k)
    trained, fits = {}, {}
    for name, widths in shapes.items():
        starts = [initial(np.random.default_rng([seed, len(widths)]), widths) for seed in seeds]
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)
        params = jax.tree.map(np.asarray, train(stacked, x, y, rates[name], steps))
        each = [jax.tree.map(lambda leaf, i=i: leaf[i], params) for i in range(len(starts))]
        double = [jax.tree.map(np.float64, one) for one in each]
        fits[name] = np.array([network(one, x) for one in each])
        error = np.mean((fits[name] - y) ** 2, axis=1)
        trained[name] = np.array([[right(one, k) for one in each], [pieces(one) for one in double], error])
    return counts, trained, fits


# %% result
if __name__ == "__main__":
    counts, trained, fits = main()
    found = {name: float(np.mean(share == 1)) for name, (share, _, _) in trained.items()}
    results = {
        "pieces_depth_4": int(counts[3]),
        "pieces_depth_10": int(counts[9]),
        "parameters_depth_10": parameters((2,) * 10),
        "parameters_shallow_20": parameters((20,)),
        "pieces_shallow_20": 20 + 1,
        "units_shallow_depth_10": 2**10 - 1,
        "most_right_shallow_20": most_right(1025, 21) / 1025,
        **{f"found_{name}": share for name, share in found.items()},
        **{f"pieces_{name}": each[1].tolist() for name, each in trained.items()},
        **{f"error_{name}": each[2].tolist() for name, each in trained.items()},
        "parameters_deep": parameters(SHAPES["deep"]),
        "parameters_shallow": parameters(SHAPES["shallow"]),
        "deep_beats_shallow": float(np.mean(trained["deep"][2] < trained["shallow"][2])),
    }
    print("pieces by depth:", *counts)
    print("trained on the sawtooth of 16 pieces, 20 starts")
    print("hidden units   parameters   all corners right   pieces (median)   error (median)")
    for name, widths in SHAPES.items():
        sizes = " x ".join(map(str, (widths[0], len(widths))))
        _, count, error = np.median(trained[name], axis=1)
        print(f"{sizes:12s}{parameters(widths):13d}{found[name]:20.2f}{count:18.0f}{error:17.4f}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    depths = np.arange(1, 13)
    axis.plot(depths, counts, "o-", label="two units in each of k layers: $2^k$")
    axis.plot(depths, 2 * depths + 1, "s-", label="2k units in one layer: at most 2k + 1")
    axis.set(xlabel="k", xticks=depths, ylabel="linear pieces on [0, 1]", yscale="log")
    axis.set_title("With about six parameters for each k: depth multiplies, breadth adds")
    axis.legend()
    plt.show()

# %% what-training-finds
if __name__ == "__main__":
    labels = {"exact": "2 units x 4 layers (25)", "deep": "16 x 4 (865)", "shallow": "283 x 1 (850)"}
    x = np.linspace(0, 1, 257)
    figure, axes = plt.subplots(1, 3, sharey=True)
    for axis, (name, label) in zip(axes, labels.items(), strict=True):
        axis.plot(x, sawtooth(x, 4), color="#bbbbbb", linewidth=4)
        for seed in np.argsort(trained[name][2])[[0, 10, 19]]:
            axis.plot(x, fits[name][seed], linewidth=1.2)
        axis.set(xlabel="x", xticks=[0, 0.5, 1], title=label)
    axes[0].set_ylabel("sawtooth (grey) and best, median, worst fit")
    title = "Two units a layer could be exact; training never finds it (in brackets: parameters)"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    plt.show()

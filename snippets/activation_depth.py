"""Whether a gradient survives twenty layers is decided by activation and initial weights together.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Neural Networks
          X. Glorot and Y. Bengio, AISTATS (2010); K. He et al., arXiv 1502.01852 (2015): the two usual initialisations
          S. Schoenholz et al., ICLR (2017), arXiv 1611.01232: the expected factor per layer
Differs   the source states, and measures nothing; its own initial weights are those of its MNIST program
Cost      about 6 s on 2 CPU cores
Notation  z pre-activation, h = f(z) activation, delta gradient of the loss by z, q mean square of z,
          sigma2 variance of a weight times the width
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def samples(rng, *, batch, width):
    """Standard normal inputs (batch, width) and targets of -1 or 1 (batch,)."""
    return rng.normal(size=(batch, width)), rng.choice([-1.0, 1.0], size=batch)


# %% model
def sigmoid(x):
    """1 / (1 + e⁻ˣ), written so that no exponential overflows."""
    return (1 + np.tanh(x / 2)) / 2


def relu(x):
    """max(0, x)."""
    return np.maximum(x, 0)


def leaky_relu(x, leak=0.1):
    """x where it is positive, leak·x where it is not."""
    return np.where(x > 0, x, leak * x)


ACTIVATIONS = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": relu, "leaky_relu": leaky_relu}
SLOPES = {
    "sigmoid": lambda x: sigmoid(x) * (1 - sigmoid(x)),
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
    "relu": lambda x: np.where(x > 0, 1.0, 0.0),
    "leaky_relu": lambda x, leak=0.1: np.where(x > 0, 1.0, leak),
}
DEVIATIONS = {
    "source": lambda width: 0.01,
    "glorot": lambda width: np.sqrt(2 / (width + width)),
    "he": lambda width: np.sqrt(2 / width),
}


def initial(rng, deviation, *, depth, width):
    """Weights (depth, width, width) with the given standard deviation, and a read-out (width,); biases are zero."""
    return deviation * rng.normal(size=(depth, width, width)), rng.normal(size=width) / np.sqrt(width)


def forward(weights, inputs, function):
    """Pre-activations z of every layer, each (batch, width)."""
    z = [inputs @ weights[0]]
    for each in weights[1:]:
        z.append(function(z[-1]) @ each)
    return z


# %% loss
def squared_error(output, targets):
    """Half the squared error of every sample, (batch,)."""
    return (output - targets) ** 2 / 2


# %% train
def backward(weights, readout, z, targets, function, slope):
    """Gradients of each sample's loss by the pre-activations of every layer, found from the last one back."""
    error = function(z[-1]) @ readout - targets
    delta = [error[:, None] * readout * slope(z[-1])]
    for each, below in zip(weights[:0:-1], z[-2::-1], strict=True):
        delta.append((delta[-1] @ each.T) * slope(below))
    return delta[::-1]


# %% evaluate
def norms(delta):
    """Root mean square over the batch of the length of each layer's gradient, (depth,)."""
    return np.array([np.sqrt(np.mean(np.sum(each**2, axis=1))) for each in delta])


def weight_norms(inputs, z, delta, function):
    """Length of the gradient of the mean loss by each layer's weights, (depth,)."""
    below = [inputs, *map(function, z[:-1])]
    return np.array([np.linalg.norm(h.T @ each) / len(inputs) for h, each in zip(below, delta, strict=True)])


def dead_share(z, slope):
    """Share of a layer's units whose slope is zero for every sample, for each layer, (depth,)."""
    return np.array([np.mean(np.all(slope(each) == 0, axis=0)) for each in z])


# %% theory
def normal_mean(function, *, reach=10, cells=20_000):
    """Mean of function(z) over standard normal z; midpoints, so that the kink at zero lies between two of them."""
    width = 2 * reach / cells
    z = -reach + width * (np.arange(cells) + 0.5)
    return np.sum(function(z) * np.exp(-(z**2) / 2)) * width / np.sqrt(2 * np.pi)


def expected(function, slope, sigma2, *, depth):
    """Gradient length of each layer over the last layer's at infinite width, (depth,) (Schoenholz et al. 2017)."""
    q, factors = sigma2, []
    for _ in range(depth - 1):
        factors.append(sigma2 * normal_mean(lambda z, q=q: slope(np.sqrt(q) * z) ** 2))
        q = sigma2 * normal_mean(lambda z, q=q: function(np.sqrt(q) * z) ** 2)
    return np.sqrt(np.append(np.cumprod(factors[::-1])[::-1], 1.0))


# %% main
def measure(seed, name, initialisation, *, depth, width, batch):
    """Gradient norms by pre-activations and by weights, and the share of dead units: three arrays (depth,)."""
    rng = np.random.default_rng(seed)
    inputs, targets = samples(rng, batch=batch, width=width)
    weights, readout = initial(rng, DEVIATIONS[initialisation](width), depth=depth, width=width)
    z = forward(weights, inputs, ACTIVATIONS[name])
    delta = backward(weights, readout, z, targets, ACTIVATIONS[name], SLOPES[name])
    return norms(delta), weight_norms(inputs, z, delta, ACTIVATIONS[name]), dead_share(z, SLOPES[name])


def main(*, depth=20, width=256, batch=64, seeds=10):
    """{(activation, initialisation): array (seeds, 3, depth) of what `measure` finds}."""
    shape = {"depth": depth, "width": width, "batch": batch}
    return {
        (name, initialisation): np.array([measure(seed, name, initialisation, **shape) for seed in range(seeds)])
        for initialisation in DEVIATIONS
        for name in ACTIVATIONS
    }


# %% result
if __name__ == "__main__":
    measured = main()
    ratios = {key: each[:, 0, 0] / each[:, 0, -1] for key, each in measured.items()}
    weight_ratios = {key: each[:, 1, 0] / each[:, 1, -1] for key, each in measured.items()}
    results = {
        **{f"gradient_ratio_{name}_{way}": ratio.tolist() for (name, way), ratio in ratios.items()},
        **{f"weight_gradient_ratio_relu_{way}": weight_ratios["relu", way].tolist() for way in DEVIATIONS},
        **{f"weight_gradient_relu_{way}": measured["relu", way][:, 1, 0].tolist() for way in DEVIATIONS},
        **{f"dead_share_{name}": measured[name, "he"][:, 2, -1].tolist() for name in ACTIVATIONS},
    }
    print("gradient of the first layer over that of the last, geometric mean of 10 seeds")
    print(f"{'':12s}" + "".join(f"{way:>12s}" for way in DEVIATIONS))
    for name in ACTIVATIONS:
        print(f"{name:12s}" + "".join(f"{np.exp(np.log(ratios[name, way]).mean()):12.2g}" for way in DEVIATIONS))

# %% figure
if __name__ == "__main__":
    labels = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU (0.1)"}
    titles = {"source": "source: 0.01", "glorot": "Glorot: $1/\\sqrt{n}$", "he": "He: $\\sqrt{2/n}$"}
    colors = {name: f"C{index}" for index, name in enumerate(labels)}
    styles = {name: "--" if name == "leaky_relu" else "-" for name in labels}
    layers = np.arange(1, 21)
    figure, axes = plt.subplots(1, 3, sharey=True)
    for axis, (way, title) in zip(axes, titles.items(), strict=True):
        for name, label in labels.items():
            relative = measured[name, way][:, 0] / measured[name, way][:, 0, -1:]
            theory = expected(ACTIVATIONS[name], SLOPES[name], 256 * DEVIATIONS[way](256) ** 2, depth=20)
            axis.plot(layers, np.median(relative, axis=0), styles[name], color=colors[name], label=label)
            axis.plot(layers[::3], theory[::3], "o", color=colors[name], markersize=4)
        axis.set(xlabel="layer", xticks=[1, 10, 20], yscale="log", title=title)
    axes[0].set_ylabel("gradient by pre-activation, last layer = 1")
    axes[2].legend(loc="lower right")
    figure.suptitle(
        "Only weights that fit the activation carry a gradient through 20 layers (dots: theory)",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

# %% spread-over-seeds
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for axis, way in zip(axes, ("glorot", "he"), strict=True):
        for name in ("tanh", "relu", "leaky_relu"):
            relative = measured[name, way][:, 0] / measured[name, way][:, 0, -1:]
            axis.fill_between(layers, relative.min(axis=0), relative.max(axis=0), color=colors[name], alpha=0.2)
            axis.plot(layers, np.median(relative, axis=0), styles[name], color=colors[name], label=labels[name])
        axis.set(xlabel="layer", xticks=[1, 5, 10, 15, 20], yscale="log", title=titles[way])
    axes[0].set_ylabel("gradient by pre-activation, last layer = 1")
    axes[1].legend(loc="lower left")
    figure.suptitle(
        "With Glorot's weights tanh keeps more than ReLU (median and range of 10 seeds)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% two-gradients
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for row, (axis, by) in enumerate(zip(axes, ("by pre-activation", "by weights"), strict=True)):
        for color, (way, title) in enumerate(titles.items()):
            each = measured["relu", way][:, row]
            axis.fill_between(layers, each.min(axis=0), each.max(axis=0), color=f"C{color}", alpha=0.2)
            axis.plot(layers, np.median(each, axis=0), color=f"C{color}", label=title)
        axis.set(xlabel="layer", xticks=[1, 5, 10, 15, 20], yscale="log", title=by)
    axes[0].set_ylabel("length of the gradient")
    axes[0].legend()
    figure.suptitle(
        "ReLU: seen by its weights, a sunken gradient looks level (median and range of 10 seeds)",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    plt.show()

"""Four activation functions and their slopes: in every layer a gradient is multiplied by the slope.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Neural Networks
Differs   the slopes are drawn beside the curves; 601 points instead of 100, so that x = 0 is one of them
Cost      about 2 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
INPUTS = np.linspace(-3, 3, 601)


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


# %% evaluate
def normal_mean(function, *, reach=10, cells=20_000):
    """Mean of function(z) over standard normal z; midpoints, so that the kink at zero lies between two of them."""
    width = 2 * reach / cells
    z = -reach + width * (np.arange(cells) + 0.5)
    return np.sum(function(z) * np.exp(-(z**2) / 2)) * width / np.sqrt(2 * np.pi)


# %% main
def main(*, inputs=INPUTS):
    """Value, slope and mean square slope over standard normal inputs of every activation function."""
    curves = {name: function(inputs) for name, function in ACTIVATIONS.items()}
    slopes = {name: slope(inputs) for name, slope in SLOPES.items()}
    mean_squares = {name: normal_mean(lambda z, slope=slope: slope(z) ** 2) for name, slope in SLOPES.items()}
    return curves, slopes, mean_squares


# %% result
if __name__ == "__main__":
    curves, slopes, mean_squares = main()
    results = {
        **{f"largest_slope_{name}": float(slope.max()) for name, slope in slopes.items()},
        **{f"slope_at_minus_3_{name}": float(slope[0]) for name, slope in slopes.items()},
        **{f"mean_square_slope_{name}": float(value) for name, value in mean_squares.items()},
        "mean_sigmoid": float(normal_mean(sigmoid)),
    }
    print("            largest   at x = -3   mean square")
    for name, slope in slopes.items():
        print(f"{name:10s}  {slope.max():7.4f}   {slope[0]:9.4f}   {mean_squares[name]:11.4f}")

# %% figure
if __name__ == "__main__":
    names = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU (0.1)"}
    figure, axes = plt.subplots(1, 2)
    for name, label in names.items():
        style = "--" if name == "leaky_relu" else "-"
        axes[0].plot(INPUTS, curves[name], style, label=label)
        axes[1].plot(INPUTS, slopes[name], style)
    axes[0].set(xlabel="x", ylabel="f(x)", ylim=(-1.2, 3.1), title="The curves")
    axes[1].set(xlabel="x", ylabel="slope df/dx", ylim=(-0.05, 1.1), title="Their slopes: sigmoid's is 1/4 at most")
    axes[0].legend()
    plt.show()

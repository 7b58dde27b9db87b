"""ReLU is cheaper than tanh and sigmoid, and inside a layer of usual width the difference nearly disappears.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Neural Networks
Differs   the source states "easier to compute" and measures nothing
Cost      about 6 s on 2 CPU cores
Timing    alone
"""

# %% setup
import time
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def samples(rng, *shape):
    """Standard normal numbers in single precision."""
    return rng.normal(size=shape).astype(np.float32)


# %% model
ACTIVATIONS = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": lambda x: jnp.maximum(x, 0),
    "leaky_relu": lambda x: jnp.where(x > 0, x, 0.1 * x),
}


@partial(jax.jit, static_argnames=("name", "times"))
def elementwise(x, *, name, times):
    """The function applied `times` times in one compiled loop, so that calling costs nothing."""
    return jax.lax.fori_loop(0, times, lambda _, y: ACTIVATIONS[name](1.5 * y - 0.2), x)


@partial(jax.jit, static_argnames=("name", "times"))
def layers(x, weights, *, name, times):
    """A dense layer of that activation computed `times` times; a trace of the last output keeps all of them needed."""
    return jax.lax.fori_loop(0, times, lambda _, y: ACTIVATIONS[name]((x + 0.01 * y) @ weights), x)


# %% evaluate
def cpu_seconds(call):
    """CPU seconds of one call, all threads together."""
    start = time.process_time()
    call().block_until_ready()
    return time.process_time() - start


def relative_cost(calls, *, rounds):
    """CPU seconds over those of ReLU, {name: (rounds,)}; the calls take turns, so that a busy moment hits all alike."""
    for call in calls.values():
        call().block_until_ready()  # compiles
    seconds = [{name: cpu_seconds(call) for name, call in calls.items()} for _ in range(rounds)]
    return {name: np.array([each[name] / each["relu"] for each in seconds]) for name in calls}


# %% main
def main(*, size=4096, times=4000, batch=64, widths=(64, 128, 256), rounds=9, seed=0):
    """Cost relative to ReLU: of the functions alone, and of dense layers by width."""
    rng = np.random.default_rng(seed)
    x = samples(rng, size)
    alone = relative_cost({n: partial(elementwise, x, name=n, times=times) for n in ACTIVATIONS}, rounds=rounds)
    inside = {}
    for width in widths:
        inputs, weights = samples(rng, batch, width), samples(rng, width, width) * np.float32(np.sqrt(2 / width))
        repeats = times * 16 // width
        calls = {n: partial(layers, inputs, weights, name=n, times=repeats) for n in ACTIVATIONS}
        inside[width] = relative_cost(calls, rounds=rounds)
    return alone, inside


# %% result
if __name__ == "__main__":
    alone, inside = main()
    results = {
        **{f"cost_{name}": cost.tolist() for name, cost in alone.items() if name != "relu"},
        **{f"layer_cost_tanh_{width}": costs["tanh"].tolist() for width, costs in inside.items()},
    }
    print("CPU time over ReLU's, median of 9 rounds")
    print(f"{'':12s}     alone" + "".join(f"{f'width {width}':>11s}" for width in inside))
    for name, cost in alone.items():
        print(
            f"{name:12s}{np.median(cost):10.2f}" + "".join(f"{np.median(each[name]):11.2f}" for each in inside.values())
        )

# %% figure
if __name__ == "__main__":
    labels = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU"}
    groups = {"the function alone": alone, **{f"in a layer\nof width {width}": each for width, each in inside.items()}}
    figure, axis = plt.subplots()
    for column, (name, label) in enumerate(labels.items()):
        middles = [np.median(each[name]) for each in groups.values()]
        place = np.arange(len(groups)) + 0.2 * (column - 1.5)
        axis.bar(place, middles, 0.18, label=label)
        for x, middle in zip(place, middles, strict=True):
            axis.text(x, middle + 0.1, f"{middle:.2f}", ha="center", fontsize=8)
    axis.set_xticks(range(len(groups)), groups)
    axis.set(ylabel="CPU time, ReLU = 1", title="The wider the layer, the less its activation costs")
    axis.grid(axis="x", visible=False)
    axis.legend()
    plt.show()

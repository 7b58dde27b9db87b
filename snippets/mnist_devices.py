"""One network on MNIST with each batch parted among 1, 2 and 4 devices: the same sums in another order.

Source    JAX documentation, Distributed arrays and automatic parallelization (computation follows data); the network
          is that of mnist_jax.py
Differs   the devices are threads of one processor, so nothing is faster; one pass over 20,000 digits
Cost      about 10 s on one core
"""

# %% setup
import os
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    # read when XLA starts, so before it is imported
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=4"

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MNIST = Path(__file__).parents[1] / "datasets/mnist.npz"


def digits(examples):
    """Training images (examples, 784) in [0, 1] and labels, test images (10000, 784) and labels."""
    with np.load(MNIST) as file:
        x, x_test = (file[name].reshape(-1, 784).astype(np.float32) / 255 for name in ("x_train", "x_test"))
        y, y_test = (file[name].astype(np.int32) for name in ("y_train", "y_test"))
    return x[:examples], y[:examples], x_test, y_test


def batches(rng, x, y, batch):
    """All digits once in a new order: (steps, batch, 784) images and (steps, batch) labels."""
    rows = rng.permutation(len(x))[: len(x) // batch * batch].reshape(-1, batch)
    return x[rows], y[rows]


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


# %% part
def parted(devices, *arrays):
    """The arrays, (steps, batch, ...), with each batch parted evenly among so many devices."""
    mesh = Mesh(jax.devices()[:devices], ("batch",), axis_types=(AxisType.Auto,))
    return jax.device_put(arrays, NamedSharding(mesh, PartitionSpec(None, "batch")))


# %% train
@partial(jax.jit, static_argnames="rate")
def train(params, xs, ys, *, rate):
    """One step for each batch, with Adam: parameters and the loss of every step, (steps,)."""
    optimizer = optax.adam(rate)

    def step(state, batch):
        params, moments = state
        value, gradient = jax.value_and_grad(cross_entropy)(params, *batch)
        updates, moments = optimizer.update(gradient, moments, params)
        return (optax.apply_updates(params, updates), moments), value

    (params, _), losses = jax.lax.scan(step, (params, optimizer.init(params)), (xs, ys))
    return params, losses


# %% evaluate
def accuracy(params, x, y):
    """The fraction of digits that are named right."""
    return jnp.mean(jnp.argmax(logits(params, x), axis=1) == y)


def distance(params, others):
    """The largest difference of two networks' parameters over the largest parameter."""
    pairs = list(zip(jax.tree.leaves(params), jax.tree.leaves(others), strict=True))
    largest = max(np.abs(np.asarray(one)).max() for one, _ in pairs)
    return max(np.abs(np.asarray(one) - np.asarray(other)).max() for one, other in pairs) / largest


# %% main
def main(*, examples=10_000, width=78, batch=128, rate=1e-3, devices=(1, 2, 4), seeds=3):
    """By precision: losses (seeds, devices, steps), distances from one device and test accuracies (seeds, devices)."""
    x, y, x_test, y_test = digits(examples)
    found = {}
    for dtype in (jnp.float32, jnp.float64):
        losses, apart, accuracies = [], [], []
        for seed in range(seeds):
            xs, ys = batches(np.random.default_rng(seed), x, y, batch)
            with jax.enable_x64(dtype == jnp.float64):
                params = jax.tree.map(lambda leaf, dtype=dtype: leaf.astype(dtype), init(jax.random.key(seed), width))
                trained = [train(params, *parted(count, xs.astype(dtype), ys), rate=rate) for count in devices]
                losses.append([np.asarray(each) for _, each in trained])
                apart.append([distance(trained[0][0], each) for each, _ in trained])
                accuracies.append([float(accuracy(each, x_test, y_test)) for each, _ in trained])
        found[dtype.__name__] = {
            "losses": np.array(losses),
            "apart": np.array(apart),
            "accuracies": np.array(accuracies),
        }
    return found


# %% result
if __name__ == "__main__":
    DEVICES = (1, 2, 4)
    found = main(devices=DEVICES)
    single, double = found["float32"], found["float64"]
    images, _ = parted(4, np.zeros((1, 128, 784)), np.zeros((1, 128)))
    results = {
        "rows_on_each_of_4": images.addressable_shards[0].data.shape[1],
        "apart_2": single["apart"][:, 1].tolist(),
        "apart_4": single["apart"][:, 2].tolist(),
        "apart_4_float64": double["apart"][:, 2].tolist(),
        "test_accuracy_1": single["accuracies"][:, 0].tolist(),
        "test_accuracy_4": single["accuracies"][:, 2].tolist(),
    }
    for place, count in enumerate(DEVICES):
        accuracies, apart = single["accuracies"][:, place], [run["apart"][:, place].max() for run in (single, double)]
        print(f"{count} devices: accuracy {np.round(accuracies, 4)}, apart {apart[0]:.0e}, in float64 {apart[1]:.0e}")

# %% figure
if __name__ == "__main__":
    fig, axis = plt.subplots()
    for (name, run), color in zip(found.items(), ("C1", "C0"), strict=True):
        apart = np.abs(run["losses"] / run["losses"][:, :1] - 1)
        for place, style in ((1, ":"), (2, "-")):
            label = f"{DEVICES[place]} devices, {name}"
            axis.plot(np.maximum.accumulate(apart[:, place].max(axis=0)), style, color=color, label=label)
    axis.set(
        yscale="log",
        xlabel="step",
        ylabel="loss: largest relative difference\nfrom one device's so far, worst of three",
    )
    axis.set(ylim=(1e-17, 1e-3))
    axis.legend(fontsize=9, ncols=2, loc="upper center")
    axis.set_title("Parted batches differ by the rounding of their sums, whatever the precision")
    plt.show()

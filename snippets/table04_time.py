"""A pass over the data takes less time in larger batches, on one thread of a processor too.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 4: batches of 16, 64 and 128
Differs   the article names no images, network, machine or number of epochs; ours is the network of table04_batch.py;
          one thread, CPU seconds beside wall seconds, compilation not counted; nine rounds in turn
Cost      about 4 s of one core
Timing    alone
"""

# %% setup
import os
import time
from functools import partial

if __name__ == "__main__":
    # read when NumPy and XLA start their threads, so before they are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NPROC="1")

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.datasets import load_digits


# %% data
def data(rng, *, size):
    """3x3 patches of images (size, 36, 9) in [0, 1] and their labels."""
    x, y = load_digits(return_X_y=True)
    rows = rng.permutation(len(x))[:size]
    x, y = (x[rows] / 16).astype(np.float32).reshape(-1, 8, 8), y[rows].astype(np.int32)
    return np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2)).reshape(-1, 36, 9), y


def order(rng, *, size, batch, epochs):
    """Rows of every step, (steps, batch): each epoch all of the data once, in a new order."""
    return np.concatenate([rng.permutation(size).reshape(-1, batch) for _ in range(epochs)])


# %% model
def initial(rng, *, filters=(8, 16)):
    """Weights and biases of 3x3 filters, 2x2 filters and the read-out (He et al. 2015)."""
    shapes = (9, filters[0]), (4 * filters[0], filters[1]), (9 * filters[1], 10)
    return [
        (rng.normal(size=shape, scale=(2 / shape[0]) ** 0.5).astype(np.float32), np.zeros(shape[1], np.float32))
        for shape in shapes
    ]


def forward(params, patches):
    """The logits of the ten digits, (n, 10); the images shrink to 6 x 6 and 3 x 3."""
    (filters1, bias1), (filters2, bias2), (weights, bias) = params
    x = jax.nn.relu(patches @ filters1 + bias1)
    squares = x.reshape(-1, 3, 2, 3, 2, x.shape[-1]).swapaxes(2, 3).reshape(len(x), 9, -1)
    x = jax.nn.relu(squares @ filters2 + bias2)
    return x.reshape(len(x), -1) @ weights + bias


# %% loss
def cross_entropy(params, x, y):
    """Mean of -log of the probability of the right digit."""
    return -jnp.mean(jax.nn.log_softmax(forward(params, x))[jnp.arange(len(y)), y])


# %% train
@jax.jit
def train(params, rows, rate, x, y):
    """Parameters after one step of SGD for each row of rows (steps, batch)."""

    def step(params, rows):
        gradient = jax.grad(cross_entropy)(params, x[rows], y[rows])
        return jax.tree.map(lambda parameter, slope: parameter - rate * slope, params, gradient), None

    return jax.lax.scan(step, params, rows)[0]


# %% evaluate
def seconds(call):
    """CPU seconds of one call, all threads together, and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    jax.block_until_ready(call())
    return time.process_time() - cpu, time.perf_counter() - wall


# %% main
def main(*, batches=(16, 64, 128), passes=20, rate=0.1, rounds=9, seed=0):
    """CPU and wall seconds of a pass over 1024 digits, {batch: (rounds, 2)}; the batches take turns."""
    rng = np.random.default_rng(seed)
    x, y = data(rng, size=1024)
    params = initial(rng)
    rows = {batch: order(rng, size=1024, batch=batch, epochs=passes) for batch in batches}
    calls = {batch: partial(train, params, each, rate, x, y) for batch, each in rows.items()}
    for call in calls.values():
        jax.block_until_ready(call())  # compiles
    taken = [{batch: seconds(call) for batch, call in calls.items()} for _ in range(rounds)]
    return {batch: np.array([each[batch] for each in taken]) / passes for batch in batches}


# %% result
if __name__ == "__main__":
    taken = main()
    cpu, wall = ({batch: each[:, which] for batch, each in taken.items()} for which in (0, 1))
    results = {
        "cpu_ratio": (cpu[128] / cpu[16]).tolist(),
        "cpu_ratio_64": (cpu[64] / cpu[16]).tolist(),
        "wall_ratio": (wall[128] / wall[16]).tolist(),
        "cpu_ratio_of_best": float(cpu[128].min() / cpu[16].min()),
    }
    print("a pass over 1024 digits, best of 9 rounds")
    for batch in taken:
        print(f"batches of {batch:3d}: {1000 * cpu[batch].min():6.2f} ms CPU, {1000 * wall[batch].min():6.2f} ms wall")

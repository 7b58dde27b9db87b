"""Where compiling with JAX pays: four programs beside NumPy, scikit-learn and what this machine could do at best.

Source    S. Williams, A. Waterman and D. Patterson (2009), Roofline: an insightful visual performance model for
          multicore architectures, Communications of the ACM 52(4), 65-76, doi:10.1145/1498765.1498785
          A. Ilic, F. Pratas and L. Sousa (2014), Cache-aware Roofline model: upgrading the loft, IEEE Computer
          Architecture Letters 13(1), 21-24, doi:10.1109/L-CA.2013.6: bytes that the core asks for, not the memory
          JAX documentation, Frequently asked questions, Is JAX faster than NumPy?, and Just-in-time compilation
Differs   one thread of a virtual machine, no graphics card, CPU seconds; operations and bytes of a step are those that
          XLA counts in its own program, with a Cholesky factorization, which it does not count, added by hand; the
          roofs are the best that this run saw a product, additions and two loops over memory do
Cost      about 50 s on one core
Timing    alone
Notation  theta parameters, r weighted residuals, J Jacobian of r, G = J'J the energy Gram matrix
"""

# %% setup
import os
import time
import warnings
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    # read when NumPy and XLA start their threads, so before they are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NPROC="1")

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import as_strided
from scipy.linalg import cho_factor, cho_solve
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # for the natural gradient; what is given in float32 stays so

# %% data
MNIST = Path(__file__).parents[1] / "datasets/mnist.npz"


def digits(*, batch, steps):
    """Batches of MNIST for so many steps: images (steps, batch, 784) in [0, 1] and labels (steps, batch)."""
    with np.load(MNIST) as file:
        x, y = file["x_train"][: batch * steps], file["y_train"][: batch * steps]
    return x.reshape(steps, batch, 784).astype(np.float32) / 255, y.reshape(steps, batch).astype(np.int32)


def weights(rng, *, width):
    """Weights and biases of the network 784-width-10 (Glorot and Bengio 2010)."""
    shapes = (784, width), (width, 10)
    drawn = [rng.uniform(-1, 1, shape) * (6 / sum(shape)) ** 0.5 for shape in shapes]
    return tuple(each.astype(np.float32) for each in (drawn[0], np.zeros(width), drawn[1], np.zeros(10)))


def collocation(side=30):
    """Points inside the unit square and on its boundary, all on one grid."""
    ticks = np.arange(side) / (side - 1)
    grid = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = ((grid > 0) & (grid < 1)).all(axis=1)
    return grid[inside], grid[~inside]


def start(rng, *, width=32):
    """Parameters of one hidden layer of tanh on the square; each neuron's bend runs through a random point."""
    w = rng.normal(size=(2, width))
    b = -(w * rng.uniform(size=(2, width))).sum(axis=0)
    return np.concatenate([w.ravel(), b, rng.normal(size=width) / width**0.5, np.zeros(1)])


def diabetes(*, patients=353):
    """Ten measurements of each patient and the progression of the disease, all with mean 0 and variance 1."""
    x, y = load_diabetes(return_X_y=True)
    x, y = x[:patients], y[:patients]
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32), ((y - y.mean()) / y.std()).astype(np.float32)


# %% network
def cross_entropy(params, x, y):
    """The mean of -log of the probability of the right digit."""
    weights1, bias1, weights2, bias2 = params
    logits = jax.nn.relu(x @ weights1 + bias1) @ weights2 + bias2
    return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(len(y)), y])


def network_jax(state, x, y):
    """One step of Adam on the next batch, as scikit-learn writes it."""
    params, first, second, count = state
    gradient = jax.grad(cross_entropy)(params, x[count], y[count])
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, second, gradient)
    after = (count + 1).astype(x.dtype)
    size = 1e-3 * jnp.sqrt(1 - 0.999**after) / (1 - 0.9**after)
    params = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8), params, first, second)
    return params, first, second, count + 1


def network_numpy(state, x, y):
    """The same step with the gradient by hand."""
    params, first, second, count = state
    weights1, bias1, weights2, bias2 = params
    x, y = x[count], y[count]
    hidden = np.maximum(x @ weights1 + bias1, 0)
    logits = hidden @ weights2 + bias2
    error = np.exp(logits - logits.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(y)), y] -= 1
    error /= len(y)
    back = (error @ weights2.T) * (hidden > 0)
    gradient = x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)
    first = tuple(0.9 * m + 0.1 * g for m, g in zip(first, gradient, strict=True))
    second = tuple(0.999 * v + 0.001 * g**2 for v, g in zip(second, gradient, strict=True))
    size = 1e-3 * float(np.sqrt(1 - 0.999 ** (count + 1)) / (1 - 0.9 ** (count + 1)))
    moved = zip(params, first, second, strict=True)
    return tuple(p - size * m / (np.sqrt(v) + 1e-8) for p, m, v in moved), first, second, count + 1


# %% natural-gradient
def residuals(theta, interior, boundary):
    """Residuals r of -Laplace u = 2 pi² sin(pi x) sin(pi y) inside and of u = 0 on the boundary, weighted."""
    width = theta.size // 4
    w, b, a = theta[: 2 * width].reshape(2, width), theta[2 * width : 3 * width], theta[3 * width : -1]
    t = jnp.tanh(interior @ w + b)
    laplacian = (-2 * t * (1 - t**2)) @ (a * (w**2).sum(axis=0))
    equation = laplacian + 2 * jnp.pi**2 * jnp.prod(jnp.sin(jnp.pi * interior), axis=-1)
    edge = jnp.tanh(boundary @ w + b) @ a + theta[-1]
    return jnp.concatenate([equation / len(interior) ** 0.5, edge * (4 / len(boundary)) ** 0.5])


def natural_jax(theta, interior, boundary):
    """One step of energy natural gradient descent: J by automatic differentiation, G and its Cholesky factor."""

    def row(theta, x, inside):
        return residuals(theta, x[None], x[None])[0 if inside else 1]

    rows = jax.vmap(jax.grad(row), in_axes=(None, 0, None))
    inside = rows(theta, interior, True) / len(interior) ** 0.5
    J = jnp.concatenate([inside, rows(theta, boundary, False) / len(boundary) ** 0.5])
    r = residuals(theta, interior, boundary)
    # damped by the loss itself, which goes to zero with it
    G = J.T @ J + (r @ r) * jnp.eye(theta.size)
    return theta - jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(G), J.T @ r)


def natural_numpy(theta, interior, boundary):
    """The same step with J by hand."""
    width = theta.size // 4
    w, b, a = theta[: 2 * width].reshape(2, width), theta[2 * width : 3 * width], theta[3 * width : -1]
    inside, edge = 1 / len(interior) ** 0.5, (4 / len(boundary)) ** 0.5
    t = np.tanh(interior @ w + b)
    q, curved = 1 - t**2, (w**2).sum(axis=0)
    second = -2 * t * q
    third = a * curved * (-2 * q * (1 - 3 * t**2))
    columns = [third * interior[:, [k]] + 2 * a * w[k] * second for k in (0, 1)]
    J_inside = np.hstack([*columns, third, curved * second, np.zeros((len(interior), 1))])
    equation = second @ (a * curved) + 2 * np.pi**2 * np.prod(np.sin(np.pi * interior), axis=-1)
    t = np.tanh(boundary @ w + b)
    first = a * (1 - t**2)
    columns = [first * boundary[:, [k]] for k in (0, 1)]
    J_edge = np.hstack([*columns, first, t, np.ones((len(boundary), 1))])
    J = np.vstack([inside * J_inside, edge * J_edge])
    r = np.concatenate([inside * equation, edge * (t @ a + theta[-1])])
    G = J.T @ J + (r @ r) * np.eye(theta.size)
    return theta - cho_solve(cho_factor(G), J.T @ r)


# %% life
def life_jax(world):
    """One generation by sums of shifted worlds."""
    padded = jnp.pad(world, 1, mode="wrap")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    block = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return ((block == 3) | ((block == 4) & (world == 1))).astype(jnp.uint8)


def life_numpy(world):
    """The same lines in NumPy."""
    padded = np.pad(world, 1, mode="wrap")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    block = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return ((block == 3) | ((block == 4) & (world == 1))).astype(np.uint8)


# %% linear
RATE = 0.1


def linear_jax(weights, x, y):
    """One step of gradient descent on the mean squared error of all patients."""
    return weights - RATE * jax.grad(lambda weights: jnp.mean((x @ weights - y) ** 2))(weights)


def linear_numpy(weights, x, y):
    """The same step with the gradient by hand."""
    return weights - (2 * RATE / len(y)) * ((x @ weights - y) @ x)


# %% scikit-learn
def sklearn_network(params, x, y):
    """A call that does the steps of an epoch from the given weights, and gives the new ones."""
    _, batch, pixels = x.shape
    settings = {"alpha": 0, "batch_size": batch, "shuffle": False, "max_iter": 1, "warm_start": True}
    return sklearn_steps(MLPClassifier((len(params[1]),), **settings), params, x.reshape(-1, pixels), y.ravel())


def sklearn_linear(weights, x, y, *, steps):
    """The same for the linear model: a network without a hidden layer, whose only batch is the data."""
    settings = {"alpha": 0, "batch_size": len(x), "shuffle": False, "max_iter": steps, "warm_start": True}
    settings |= {"solver": "sgd", "momentum": 0, "learning_rate_init": 2 * RATE, "n_iter_no_change": np.inf}
    bias = np.zeros(1, np.float32)  # stays zero, since the columns are centred
    call = sklearn_steps(MLPRegressor(hidden_layer_sizes=(), **settings), (weights[:, None], bias), x, y)
    return lambda: call()[0]


def sklearn_steps(model, params, x, y):
    """A call of `fit` that always begins with the given weights; scikit-learn takes them only after a first fit."""

    def fit():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # that it ends at `max_iter` is meant
            model.fit(x, y)
        return [each for pair in zip(model.coefs_, model.intercepts_, strict=True) for each in pair]

    def call():
        model.coefs_, model.intercepts_ = ([each.copy() for each in params[k::2]] for k in (0, 1))
        return fit()

    fit()
    return call


# %% roofs
def product(dtype, size=512):
    """Operations of a matrix product, and calls for it in NumPy and in JAX."""
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(size, size)).astype(dtype) for _ in range(2))
    out, multiply, on_device = np.empty_like(a), jax.jit(jnp.matmul), jax.device_put((a, b))
    return 2 * size**3, partial(np.matmul, a, b, out=out), partial(multiply, *on_device)


def additions(size=16_384, depth=16, times=1000):
    """Operations of sums and exclusive ors of bytes, and a call for them: many to a byte that is read."""

    def chain(x, _):
        for k in range(depth // 2):
            x = (x ^ np.uint8(31 * k + 11)) + np.uint8(2 * k + 1)  # no two of these can be made one
        return x, None

    call = jax.jit(lambda x: jax.lax.scan(chain, x, length=times)[0])
    return size * depth * times, partial(call, np.zeros(size, np.uint8))


def traffic(footprint, total=200e6):
    """Bytes moved and a call, for a sum of two vectors (two read, one written) and for their dot product (two read).

    The vectors have `footprint` bytes in all and are gone through as often as makes `total`; rows that are one and
    the same row keep that loop out of Python.
    """
    times = max(1, int(total / footprint))
    add = [np.ones(int(footprint) // 24) for _ in range(3)]
    dot = [np.ones(int(footprint) // 16) for _ in range(2)]
    a, b, c = (as_strided(each, (times, len(each)), (0, 8)) for each in add)
    d, e = (as_strided(each, (times, len(each)), (0, 8)) for each in dot)
    return {
        "sum": (3 * a.size * 8, partial(np.add, b, c, out=a)),
        "dot": (2 * d.size * 8, partial(np.vecdot, d, e)),
    }


# %% counts
def counted(step, state, data):
    """Operations and bytes of one step, as XLA counts them in the program that it made of it."""
    cost = jax.jit(step).lower(state, *data).compile().cost_analysis()
    return np.array([cost["flops"], cost["bytes accessed"]])


def cholesky_counted(size):
    """Operations of a Cholesky factorization and its two triangular solutions, a call of LAPACK to XLA."""
    return size**3 / 3 + 2 * size**2


def bound(counts, operations_a_second, bytes_a_second):
    """The seconds that a step takes at least."""
    return max(counts[0] / operations_a_second, counts[1] / bytes_a_second)


# %% versions
def compiled(step, state, data, steps):
    """All steps as one program, a call of it, and the CPU seconds that its compilation took."""

    def scan(state, *data):
        return jax.lax.scan(lambda state, _: (step(state, *data), None), state, length=steps)[0]

    before = time.process_time()
    program = jax.jit(scan).lower(state, *data).compile()
    return partial(program, state, *data), time.process_time() - before


def one_by_one(step, state, data, steps):
    """The state after a loop in Python."""
    for _ in range(steps):
        state = step(state, *data)
    return state


# %% evaluate
def cpu_seconds(call, least=0.03):
    """CPU seconds of a call, all threads together; repeated until `least` is spent."""
    calls, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < least or not calls:
        jax.block_until_ready(call())
        calls += 1
    return spent / calls


def race(calls, rounds):
    """CPU seconds for one of what each call does many of, {name: (rounds,)}; the calls take turns."""
    taken = [{name: cpu_seconds(call) / amount for name, (amount, call) in calls.items()} for _ in range(rounds)]
    return {name: np.array([each[name] for each in taken]) for name in calls}


def learned(state):
    """The numbers of a state that are compared: without Adam's moments and its count, where there are any."""
    leaves = jax.tree.leaves(state[0] if isinstance(state, tuple) else state)
    return np.concatenate([np.ravel(leaf).astype(float) for leaf in leaves])


def gap(found, wanted, begin):
    """The norm of the difference of two states, relative to how far the wanted one came from the beginning."""
    found, wanted, begin = learned(found), learned(wanted), learned(begin)
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted - begin))


# %% main
def programs(rng, *, size, batch, width, steps):
    """{program: (JAX's step, NumPy's, first state, data)} and, where there is one, {program: scikit-learn's call}."""
    digit = digits(batch=batch, steps=steps["network"])
    params = weights(rng, width=width)
    zeros = jax.tree.map(np.zeros_like, params)
    patients, still = diabetes(), np.zeros(10, np.float32)
    world = rng.integers(0, 2, (size, size), dtype=np.uint8)
    return {
        "network": (network_jax, network_numpy, (params, zeros, zeros, np.int32(0)), digit),
        "natural": (natural_jax, natural_numpy, start(rng), collocation()),
        "life": (life_jax, life_numpy, world, ()),
        "linear": (linear_jax, linear_numpy, still, patients),
    }, {
        "network": sklearn_network(params, *digit),
        "linear": sklearn_linear(still, *patients, steps=steps["linear"]),
    }


def probes(footprints):
    """{probe: (operations or bytes, a call)}: what the roofs are made of, and one operation on ten numbers."""
    found = {("uint8", "jax"): additions()}
    for library, few in {"numpy": np.ones(10, np.float32), "jax": jnp.ones(10, jnp.float32)}.items():
        found["one", library] = 1000, lambda few=few: [few + few for _ in range(1000)]
    for dtype in ("float32", "float64"):
        operations, in_numpy, in_jax = product(dtype)
        found |= {(dtype, "numpy"): (operations, in_numpy), (dtype, "jax"): (operations, in_jax)}
    for footprint in footprints:
        found |= {(footprint, kind): each for kind, each in traffic(footprint).items()}
    return found


STEPS = {"network": 20, "natural": 10, "life": 500, "linear": 200}


def main(*, size=128, batch=200, width=100, steps=STEPS, footprints=(36e3, 6e5, 8e6, 256e6), rounds=7, seed=0):
    """CPU seconds {(program, version) or probe: (rounds,)} of a step, an operation or a byte; for each program what
    XLA counts, the gap between each version and NumPy's, and the CPU seconds of compilation."""
    cases, in_sklearn = programs(np.random.default_rng(seed), size=size, batch=batch, width=width, steps=steps)
    calls, counts, gaps, compiling = probes(footprints), {}, {}, {}
    for name, (step, step_numpy, state, data) in cases.items():
        on_device = jax.device_put((state, data))
        jitted, compiling[name] = compiled(step, *on_device, steps[name])
        versions = {
            "numpy": partial(one_by_one, step_numpy, state, data, steps[name]),
            "jax": jitted,
            "op_by_op": partial(one_by_one, step, *on_device, steps[name]),
            "sklearn": in_sklearn.get(name),
        }
        versions = {version: call for version, call in versions.items() if call}
        ends = {version: call() for version, call in versions.items()}
        gaps[name] = {version: gap(end, ends["numpy"], state) for version, end in ends.items()}
        counts[name] = counted(step, *on_device)
        calls |= {(name, version): (steps[name], call) for version, call in versions.items()}
    counts["natural"] += cholesky_counted(cases["natural"][2].size), 0
    return race(calls, rounds), counts, gaps, compiling


# %% result
if __name__ == "__main__":
    seconds, counts, gaps, compiling = main()
    TYPES = {"network": "float32", "natural": "float64", "life": "uint8", "linear": "float32"}
    # other work on the machine can only lower a roof, so the best of all rounds is the roof
    peaks = {dtype: max(1 / seconds[key].min() for key in seconds if key[0] == dtype) for dtype in set(TYPES.values())}
    bandwidths = {
        size: max(1 / seconds[size, kind].min() for kind in ("sum", "dot"))
        for size in sorted({key[0] for key in seconds if isinstance(key[0], float)})
    }
    cache, memory = max(bandwidths.values()), bandwidths[max(bandwidths)]
    least = {name: bound(counts[name], peaks[dtype], cache) for name, dtype in TYPES.items()}
    least_memory = {name: bound(counts[name], peaks[dtype], memory) for name, dtype in TYPES.items()}
    ratios = {
        (name, version): seconds[name, version] / seconds[name, "jax"]
        for name, version in seconds
        if name in TYPES and version != "jax"
    }
    reached = {name: least[name] / seconds[name, "jax"] for name in TYPES}
    results = {
        **{f"{version}_over_jax_{name}": each.tolist() for (name, version), each in ratios.items()},
        **{f"reached_{name}": each.tolist() for name, each in reached.items()},
        "reached_most": np.max(list(reached.values()), axis=0).tolist(),
        **{f"reached_from_memory_{n}": (least_memory[n] / seconds[n, "jax"]).tolist() for n in TYPES},
        **{f"reached_numpy_{name}": (least[name] / seconds[name, "numpy"]).tolist() for name in TYPES},
        **{f"microseconds_{name}": (1e6 * seconds[name, "jax"]).tolist() for name in TYPES},
        **{f"operations_{name}": float(counts[name][0]) for name in TYPES},
        **{f"bytes_{name}": float(counts[name][1]) for name in TYPES},
        **{f"giga_operations_{dtype}": peak / 1e9 for dtype, peak in peaks.items()},
        "gigabytes_cache": cache / 1e9,
        "gigabytes_memory": memory / 1e9,
        **{
            f"product_numpy_over_jax_{dtype}": (seconds[dtype, "numpy"] / seconds[dtype, "jax"]).tolist()
            for dtype in ("float32", "float64")
        },
        "one_operation_jax_over_numpy": (seconds["one", "jax"] / seconds["one", "numpy"]).tolist(),
        **{f"compile_seconds_{name}": each for name, each in compiling.items()},
        **{
            f"compile_in_numpy_steps_{name}": compiling[name] / float(np.median(seconds[name, "numpy"]))
            for name in TYPES
        },
        **{f"gap_{version}_{n}": each[version] for n, each in gaps.items() for version in each if version != "numpy"},
    }
    for dtype, unit in {"float32": "GFLOP/s", "float64": "GFLOP/s", "uint8": "10^9 operations a second"}.items():
        print(f"{dtype:10s}{peaks[dtype] / 1e9:7.0f} {unit}")
    for size, each in bandwidths.items():
        print(f"{size / 1e6:7.3f} MB{each / 1e9:7.0f} GB/s")
    print("\nmedian of a step, us   least     JAX   NumPy op by op  scikit-learn   of the least   largest gap")
    for name in TYPES:
        each = {version: 1e6 * np.median(seconds[key, version]) for key, version in seconds if key == name}
        row = f"{1e6 * least[name]:7.2f} {each['jax']:7.2f} {each['numpy']:7.2f} {each['op_by_op']:8.0f}"
        row += f"{each['sklearn']:14.1f}" if "sklearn" in each else " " * 14
        print(f"{name:20s} {row} {np.median(reached[name]):13.0%} {max(gaps[name].values()):13.0e}")

# %% figure
if __name__ == "__main__":
    labels = {"network": "network", "natural": "natural gradient", "life": "Game of Life", "linear": "linear"}
    colors = {"uint8": "C2", "float32": "C0", "float64": "C1"}
    figure, axis = plt.subplots(figsize=(7.2, 4.8))
    low, high = 0.2, 60
    axis.set(xscale="log", yscale="log", xlim=(low, high), ylim=(2, 1.8 * max(peaks.values()) / 1e9))
    for rate, label in ((cache, "cache"), (memory, "memory")):
        ends = np.array([low, max(peaks.values()) / rate])
        axis.plot(ends, ends * rate / 1e9, color="black", linewidth=1.2, linestyle="-" if rate == cache else "--")
        place = 1.1 * low, 1.25 * 1.1 * low * rate / 1e9
        axis.text(*place, f"{label}, {rate / 1e9:.0f} GB/s", fontsize=9, rotation=31, rotation_mode="anchor")
    for dtype, peak in peaks.items():
        axis.plot([peak / cache, high], [peak / 1e9] * 2, color=colors[dtype], linewidth=1.5)
        axis.text(high, 1.04 * peak / 1e9, f"{dtype}, {peak / 1e9:.0f}", color=colors[dtype], ha="right", fontsize=9)
    for name, label in labels.items():
        operations, moved = counts[name]
        color = colors[TYPES[name]]
        slow, fast = (operations / np.median(seconds[name, version]) / 1e9 for version in ("numpy", "jax"))
        axis.plot([operations / moved] * 2, [slow, fast], color=color, linewidth=1)
        axis.plot(operations / moved, slow, "o", color=color, markerfacecolor="white", markersize=7)
        axis.plot(operations / moved, fast, "o", color=color, markersize=7)
        axis.annotate(label, (operations / moved, fast), xytext=(6, 6), textcoords="offset points", fontsize=9)
    axis.set(xlabel="operations for a byte that the core asks for", ylabel="$10^9$ operations in a CPU second")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.set_title("Under the roofs: compiled (filled) and in NumPy (hollow)")
    plt.show()

# %% ratios
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    styles = {
        "bound": ("what the machine could do", "|", "black"),
        "jax": ("JAX, compiled", "o", "C0"),
        "numpy": ("NumPy", "s", "C1"),
        "sklearn": ("scikit-learn", "^", "C2"),
        "op_by_op": ("JAX, op by op", "D", "C3"),
    }
    for version, (label, marker, color) in styles.items():
        for place, name in enumerate(labels):
            each = {**ratios, (name, "bound"): reached[name], (name, "jax"): np.ones(1)}.get((name, version))
            if each is not None:
                axis.plot(each, [place] * len(each), marker, color=color, alpha=0.35, markersize=6)
                axis.plot(np.median(each), place, marker, color=color, markersize=9, label=None if place else label)
    axis.set_yticks(range(len(labels)), labels.values())
    axis.invert_yaxis()
    axis.set(xscale="log", xlabel="CPU seconds of a step, JAX compiled = 1: rounds and their median", ylim=(3.6, -0.6))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside lower center", ncols=5, fontsize=8, handletextpad=0.2, columnspacing=1)
    axis.set_title("Compiling pays where a step is many small operations")
    plt.show()

"""A run that was stopped and resumed ends in the same bits as one that was not, if the checkpoint holds all of it.

Source    google/brax, issue 655: training restored without the optimizer's state degrades before it recovers
          Orbax documentation, Working with Checkpointables: what else belongs into a checkpoint
Differs   scikit-learn's 8x8 digits and a small network with dropout; four ways to forget something, and three Adams
Cost      about 10 s on one core
"""

# %% setup
import tempfile
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def digits():
    """Images in [0, 1] and labels: 1,297 to train on, 500 to test on."""
    x, y = load_digits(return_X_y=True)
    x, y = jnp.array(x / 16, jnp.float32), jnp.array(y)
    return (x[:1297], y[:1297]), (x[1297:], y[1297:])


# %% model
class Network(nnx.Module):
    """64-width-10 with dropout, whose random numbers are counted in the state."""

    def __init__(self, width, rngs):
        self.first = nnx.Linear(64, width, rngs=rngs)
        self.last = nnx.Linear(width, 10, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)

    def __call__(self, x, *, deterministic=True):
        return self.last(self.dropout(nnx.relu(self.first(x)), deterministic=deterministic))


ADAM = optax.adam(3e-3)
OTHERS = {"short memory": optax.adam(3e-3, b2=0.9), "higher rate": optax.adam(1e-2)}


def start(seed, *, width=64, optimizer=ADAM):
    """Network and optimizer as a graph, which is code, and a state, which is arrays."""
    network = Network(width, nnx.Rngs(seed))
    return nnx.split((network, nnx.Optimizer(network, optimizer, wrt=nnx.Param)))


# %% loss
def cross_entropy(network, x, y, **how):
    return optax.softmax_cross_entropy_with_integer_labels(network(x, **how), y).mean()


# %% train
@partial(jax.jit, static_argnames=("graph", "batch"))
def epoch(graph, state, key, x, y, *, batch):
    """All rows once, in the order of the key: the state after them and the loss of each batch."""

    def step(state, rows):
        network, optimizer = nnx.merge(graph, state)
        loss, gradient = nnx.value_and_grad(partial(cross_entropy, deterministic=False))(network, x[rows], y[rows])
        optimizer.update(network, gradient)
        return nnx.state((network, optimizer)), loss

    steps = len(x) // batch
    return jax.lax.scan(step, state, jax.random.permutation(key, len(x))[: steps * batch].reshape(steps, batch))


def train(graph, state, key, numbers, data, *, batch):
    """The state after those epochs; the order of each follows from its number, and from nothing before it."""
    losses = []
    for number in numbers:
        state, each = epoch(graph, state, jax.random.fold_in(key, number), *data, batch=batch)
        losses.append(each)
    return state, np.concatenate(losses)


# %% checkpoint
def save(folder, number, state):
    """Writes the state; synchronous, so that nothing is still being written when this returns."""
    options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=False)
    with ocp.CheckpointManager(folder, options=options) as checkpoints:
        checkpoints.save(number, args=ocp.args.StandardSave(state))


def restore(folder, like):
    """The number of the last checkpoint and its state, in the shape of another."""
    with ocp.CheckpointManager(folder) as checkpoints:
        number = checkpoints.latest_step()
        shape = jax.tree.map(ocp.utils.to_shape_dtype_struct, like)
        return number, checkpoints.restore(number, args=ocp.args.StandardRestore(shape))


# %% forget
def everything(graph, new, restored):
    return restored


def weights_only(graph, new, restored):
    """The usual "model file": nothing of the optimizer, nothing of the dropout."""
    return merged(graph, new, restored, lambda path, of: isinstance(of, nnx.Param))


def without_optimizer(graph, new, restored):
    """Weights and dropout, with an optimizer that begins anew."""
    return merged(graph, new, restored, lambda path, of: path[0] == 0)


def without_dropout_count(graph, new, restored):
    """Weights and optimizer, with the dropout of the first epochs once more."""
    return merged(graph, new, restored, lambda path, of: not isinstance(of, nnx.RngState))


def merged(graph, new, restored, wanted):
    """The restored state where it is wanted, the new one elsewhere."""
    old = dict(nnx.to_flat_state(restored))
    return nnx.from_flat_state(
        [(path, old[path] if wanted(path, of) else of) for path, of in nnx.to_flat_state(new)],
    )


WAYS = {
    "everything": everything,
    "no dropout count": without_dropout_count,
    "no optimizer": without_optimizer,
    "weights only": weights_only,
}


# %% evaluate
def bits(leaf):
    """The bytes of an array; of a random key, those of its numbers."""
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(leaf) if is_key else leaf)


def differing(one, other):
    """Share of all numbers of two states of which any bit differs."""
    pairs = [(bits(a), bits(b)) for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)]
    changed = sum(int(np.sum(a.view(np.uint32) != b.view(np.uint32))) for a, b in pairs)
    return changed / sum(a.size for a, _ in pairs)


@partial(jax.jit, static_argnames="graph")
def accuracy(graph, state, x, y):
    network, _ = nnx.merge(graph, state)
    return jnp.mean(network(x).argmax(axis=1) == y)


# %% optimizer
def restarted(optimizer, *, epochs, stop, batch, seeds):
    """Loss of each epoch after the stop with a new optimizer, over that with the old one, (seeds, epochs - stop)."""
    data, _ = digits()
    ratios = []
    for seed in range(seeds):
        graph, state = start(seed, optimizer=optimizer)
        _, new = start(1000 + seed, optimizer=optimizer)
        key, after = jax.random.key(100 + seed), range(stop, epochs)
        stopped, _ = train(graph, state, key, range(stop), data, batch=batch)
        _, kept = train(graph, stopped, key, after, data, batch=batch)
        _, lost = train(graph, without_optimizer(graph, new, stopped), key, after, data, batch=batch)
        ratios.append([each.reshape(epochs - stop, -1).mean(axis=1) for each in (lost, kept)])
    lost, kept = np.array(ratios).swapaxes(0, 1)
    return lost / kept


# %% main
def main(*, epochs=12, stop=6, batch=50, seeds=5):
    """For each seed: the uninterrupted losses, and of each way the losses after the stop and the share that differs."""
    data, test = digits()
    whole, resumed, right = [], [], []
    for seed in range(seeds):
        graph, state = start(seed)
        key, options = jax.random.key(100 + seed), {"batch": batch}
        stopped, before = train(graph, state, key, range(stop), data, **options)
        straight, after = train(graph, stopped, key, range(stop, epochs), data, **options)
        whole.append(np.concatenate([before, after]))
        row, named = {}, {"uninterrupted": float(accuracy(graph, straight, *test))}
        with tempfile.TemporaryDirectory() as folder:
            save(folder, stop, stopped)
            _, new = start(1000 + seed)  # another start, so that nothing agrees by accident
            number, restored = restore(folder, new)
        for way, keep in WAYS.items():
            end, losses = train(graph, keep(graph, new, restored), key, range(number, epochs), data, **options)
            row[way] = losses, differing(end, straight)
            named[way] = float(accuracy(graph, end, *test))
        end, losses = train(graph, restored, key, range(epochs - number), data, **options)  # begins to count at zero
        row["epochs counted anew"] = losses, differing(end, straight)
        named["epochs counted anew"] = float(accuracy(graph, end, *test))
        resumed.append(row)
        right.append(named)
    return np.array(whole), resumed, right


# %% result
if __name__ == "__main__":
    whole, resumed, right = main()
    others = {name: restarted(each, epochs=12, stop=6, batch=50, seeds=5) for name, each in OTHERS.items()}
    ways = list(resumed[0])
    steps = len(resumed[0]["everything"][0]) // 6
    after = whole[:, 6 * steps :]
    first = after[:, :steps].mean(axis=1)
    jump = {way: np.array([row[way][0][:steps].mean() for row in resumed]) / first for way in ways}
    end = {
        way: np.array([row[way][0][-steps:].mean() for row in resumed]) / after[:, -steps:].mean(axis=1) for way in ways
    }
    lost = {way: np.array([each["uninterrupted"] - each[way] for each in right]) for way in ways}
    results = {
        **{f"differing_{way.replace(' ', '_')}": [row[way][1] for row in resumed] for way in ways},
        **{f"first_epoch_{way.replace(' ', '_')}": jump[way].tolist() for way in ways},
        **{f"last_epoch_{way.replace(' ', '_')}": end[way].tolist() for way in ways},
        "first_batches_no_optimizer": [
            float(row["no optimizer"][0][:5].mean() / each[:5].mean()) for row, each in zip(resumed, after, strict=True)
        ],
        **{
            f"{which}_epoch_{name.replace(' ', '_')}": ratio[:, at].tolist()
            for name, ratio in others.items()
            for which, at in (("first", 0), ("last", -1))
        },
        "worst_accuracy_change": float(max(np.abs(each).max() for each in lost.values())),
    }
    print(f"{'':22s} numbers that differ   loss of first, last epoch after the stop (uninterrupted = 1)")
    for way in ways:
        share = np.mean([row[way][1] for row in resumed])
        print(f"{way:22s}{100 * share:15.1f} % {jump[way].mean():19.3f}{end[way].mean():12.3f}")
    for name, ratio in others.items():
        print(f"{'no optimizer, ' + name:39s}{ratio[:, 0].mean():20.3f}{ratio[:, -1].mean():12.3f}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, way in enumerate(ways):
        ratio = np.array([row[way][0] for row in resumed]).reshape(len(after), 6, steps).mean(axis=2)
        ratio /= after.reshape(len(after), 6, steps).mean(axis=2)
        places = np.arange(7, 13) + 0.06 * (color - 2)
        middle = np.median(ratio, axis=0)
        reach = np.abs([ratio.min(axis=0) - middle, ratio.max(axis=0) - middle])
        axis.errorbar(places, middle, reach, color=f"C{color}", marker="osv^D"[color], linewidth=1.2, label=way)
    axis.set(xlabel="epoch", ylabel="training loss, uninterrupted = 1")
    axis.legend(loc="lower left")
    axis.set_title("What the checkpoint forgot shows after the stop (median and range of 5 seeds)")
    plt.show()

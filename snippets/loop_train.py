"""A training loop in Flax NNX: compiled epochs, a validation loss that stops it, a checkpoint of the best, two logs.

Source    "Writing a Training Loop in JAX and Flax", a report on Weights & Biases, and a summary of it in a student's
          reading notes on JAX: model, loss, optimizer, batches, tracking
Differs   Flax NNX instead of Linen; scikit-learn's 8x8 digits; JSONL and TensorBoard files instead of an account
Cost      about 10 s on one core
"""

# %% setup
import json
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
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sklearn.datasets import load_digits
from tensorboardX import SummaryWriter

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def digits(rng, *, train=600, validation=400):
    """Three pairs of images in [0, 1] and labels; few to train on, so that a network can learn them by heart."""
    x, y = load_digits(return_X_y=True)
    rows = np.split(rng.permutation(len(x)), [train, train + validation])
    return [(jnp.array(x[each] / 16, jnp.float32), jnp.array(y[each])) for each in rows]


# %% model
class Network(nnx.Module):
    """64-width-width-10 with dropout."""

    def __init__(self, width, rngs):
        self.first = nnx.Linear(64, width, rngs=rngs)
        self.second = nnx.Linear(width, width, rngs=rngs)
        self.last = nnx.Linear(width, 10, rngs=rngs)
        self.dropout = nnx.Dropout(0.1, rngs=rngs)

    def __call__(self, x, *, deterministic=True):
        x = self.dropout(nnx.relu(self.first(x)), deterministic=deterministic)
        return self.last(self.dropout(nnx.relu(self.second(x)), deterministic=deterministic))


ADAM = optax.adam(2e-3)  # one object for all runs: compiled code is found again by its identity


def start(seed, *, width=128):
    """A network and its optimizer."""
    network = Network(width, nnx.Rngs(seed))
    return network, nnx.Optimizer(network, ADAM, wrt=nnx.Param)


# %% loss
def cross_entropy(network, x, y, **how):
    return optax.softmax_cross_entropy_with_integer_labels(network(x, **how), y).mean()


# %% train
@partial(jax.jit, static_argnames=("graph", "batch"))
def epoch(graph, state, key, x, y, *, batch):
    """All rows once, in an order that the key decides: the state after them and the mean loss."""

    def step(state, rows):
        network, optimizer = nnx.merge(graph, state)
        loss, gradient = nnx.value_and_grad(partial(cross_entropy, deterministic=False))(network, x[rows], y[rows])
        optimizer.update(network, gradient)
        return nnx.state((network, optimizer)), loss

    steps = len(x) // batch
    rows = jax.random.permutation(key, len(x))[: steps * batch].reshape(steps, batch)
    state, losses = jax.lax.scan(step, state, rows)
    return state, losses.mean()


# %% evaluate
@partial(jax.jit, static_argnames="graph")
def evaluate(graph, state, x, y):
    """Loss and accuracy without dropout."""
    network, _ = nnx.merge(graph, state)
    return cross_entropy(network, x, y), jnp.mean(network(x).argmax(axis=1) == y)


# %% track
class Tracker:
    """Every row goes to a line of JSON, which is the truth, and to a TensorBoard file, which is for looking."""

    def __init__(self, folder):
        self.lines = (Path(folder) / "log.jsonl").open("a")
        self.events = SummaryWriter(str(folder))

    def log(self, epoch, **values):
        self.lines.write(json.dumps({"epoch": epoch, **values}) + "\n")
        self.lines.flush()
        for name, value in values.items():
            self.events.add_scalar(name, value, epoch)

    def close(self):
        self.lines.close()
        self.events.close()


def read(folder):
    """The rows of the log, the last one for each epoch: a resumed run repeats some."""
    rows = map(json.loads, (Path(folder) / "log.jsonl").read_text().splitlines())
    return list({row["epoch"]: row for row in rows}.values())


# %% checkpoint
def write_and_read(folder, number, state):
    """The state as it comes back from disk; synchronous, so that no thread outlives the loop."""
    options = ocp.CheckpointManagerOptions(max_to_keep=1, enable_async_checkpointing=False)
    with ocp.CheckpointManager(folder, options=options) as checkpoints:
        checkpoints.save(number, args=ocp.args.StandardSave(state))
        like = jax.tree.map(ocp.utils.to_shape_dtype_struct, state)
        return checkpoints.restore(number, args=ocp.args.StandardRestore(like))


# %% loop
def fit(folder, seed, data, *, epochs, patience, batch, report=lambda epoch: None):
    """Trains until the validation loss has not fallen for `patience` epochs (None: to the end); logs to the folder."""
    (x, y), held, test = data
    graph, state = nnx.split(start(seed))
    key, tracker, best = jax.random.key(seed), Tracker(folder), (np.inf, 0, state)
    for number in range(1, epochs + 1):
        state, train_loss = epoch(graph, state, jax.random.fold_in(key, number), x, y, batch=batch)
        loss, right = evaluate(graph, state, *held)
        tracker.log(number, train_loss=float(train_loss), loss=float(loss), accuracy=float(right))
        report(number)
        if loss < best[0]:
            best = float(loss), number, state  # arrays of JAX do not change: to keep them is to name them
        if patience and number - best[1] >= patience:
            break
    tracker.close()
    restored = write_and_read(Path(folder) / "best", *best[1:])
    last, kept = (evaluate(graph, each, *test) for each in (state, restored))
    return {
        "log": read(folder),
        "best": best[1],
        "stopped": number,
        "held_loss_restored": float(evaluate(graph, restored, *held)[0]),
        "test_last": tuple(map(float, last)),
        "test_kept": tuple(map(float, kept)),
    }


# %% main
def main(*, epochs=120, patience=10, batch=50, seeds=5):
    """What each seed logged with early stopping, and what it logs without."""
    stopped, patient = [], []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[text]}")
    with Progress(
        *columns, console=Console(width=78, force_jupyter=False), auto_refresh=False
    ) as bar:  # refreshed by hand: no thread
        for seed in range(seeds):
            data = digits(np.random.default_rng(seed))
            for runs, wait, name in ((stopped, patience, "stopping"), (patient, None, "to the end")):
                task = bar.add_task(f"seed {seed}, {name}", total=epochs, text="")
                with tempfile.TemporaryDirectory() as folder:
                    run = fit(
                        folder,
                        seed,
                        data,
                        epochs=epochs,
                        patience=wait,
                        batch=batch,
                        report=lambda number, task=task: bar.update(task, completed=number),
                    )
                runs.append(run)
                bar.update(task, text=f"test {run['test_kept' if wait else 'test_last'][1]:.3f}")
        bar.refresh()
    return stopped, patient


# %% result
if __name__ == "__main__":
    stopped, patient = main()
    results = {
        "epochs_stopped": [run["stopped"] for run in stopped],
        "best_epoch": [run["best"] for run in stopped],
        "test_accuracy_kept": [run["test_kept"][1] for run in stopped],
        "test_accuracy_last": [run["test_last"][1] for run in patient],
        "test_loss_kept": [run["test_kept"][0] for run in stopped],
        "test_loss_last": [run["test_last"][0] for run in patient],
        "loss_saved": [b["test_last"][0] / a["test_kept"][0] for a, b in zip(stopped, patient, strict=True)],
        "restored_loss_difference": [
            run["held_loss_restored"] - run["log"][run["best"] - 1]["loss"] for run in stopped
        ],
        "rows_logged": [len(run["log"]) for run in stopped],
    }
    for name in ("epochs_stopped", "best_epoch"):
        print(f"{name:16s}{results[name]}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    run, whole = stopped[0], patient[0]
    numbers = np.array([row["epoch"] for row in whole["log"]])
    for color, (name, label) in enumerate({"train_loss": "training, with dropout", "loss": "validation"}.items()):
        values = np.array([row[name] for row in whole["log"]])
        until = numbers <= run["stopped"]
        axis.semilogy(numbers[until], values[until], color=f"C{color}", label=label)
        axis.semilogy(numbers[~until], values[~until], color=f"C{color}", alpha=0.4)
    lowest = run["log"][run["best"] - 1]["loss"]
    axis.plot(run["best"], lowest, "o", color="black", markersize=5)
    axis.annotate(
        f"kept: epoch {run['best']}",
        (run["best"], lowest),
        (run["best"] - 24, lowest * 4),
        arrowprops={"arrowstyle": "-", "linewidth": 0.8},
    )
    axis.axvline(run["stopped"], color="black", linewidth=0.8, linestyle=":")
    axis.text(run["stopped"] + 1, 2.0, f"stops after epoch {run['stopped']}", va="top")
    axis.set(xlabel="epoch", ylabel="cross-entropy")
    axis.legend(loc="lower left")
    axis.set_title("Training loss goes on falling after validation has stopped (seed 0)")
    plt.show()

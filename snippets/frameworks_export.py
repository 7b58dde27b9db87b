"""A trained network leaves JAX as StableHLO and comes back in a process that never saw its program: bit for bit.

Source    JAX, "Exporting and serializing staged-out computations", docs.jax.dev/en/latest/501/export.html;
          N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Frameworks:
          "HLO: code export from Jax"
Differs   the documentation's example is the sine of a scalar; here it is a network with its weights, for any batch
Cost      about 4 s on one core
"""

# %% setup
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from jax import export
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))

if __name__ == "__main__":
    jax.config.update(
        "jax_traceback_in_locations_limit", 0
    )  # else the file also names the lines of Python it came from


# %% data
def digits(train=1500):
    """Images (train, 64) in [0, 1] and their digits, and the other 297 of each."""
    data = load_digits()
    rows = np.random.default_rng(0).permutation(len(data.data))
    x, y = (data.data[rows] / 16).astype(np.float32), data.target[rows]
    return x[:train], y[:train], x[train:], y[train:]


# %% model
def initial(rng, width):
    """Weights after Glorot and Bengio (2010) and zero biases."""
    shapes = (64, width), (width, 10)
    return [(np.float32(rng.uniform(-1, 1, size=n) * (6 / sum(n)) ** 0.5), np.zeros(n[1], np.float32)) for n in shapes]


def logits(params, x):
    """(n, 64) images to (n, 10) logits."""
    (weights1, bias1), (weights2, bias2) = params
    return jax.nn.relu(x @ weights1 + bias1) @ weights2 + bias2


# %% train
@jax.jit
def train(params, x, y, batches):
    """The parameters after a step of Adam on each of the batches, rows of indices."""
    optimizer = optax.adam(1e-2)

    def loss(params, rows):
        return optax.softmax_cross_entropy_with_integer_labels(logits(params, x[rows]), y[rows]).mean()

    def step(state, rows):
        params, moments = state
        updates, moments = optimizer.update(jax.grad(loss)(params, rows), moments)
        return (optax.apply_updates(params, updates), moments), None

    return jax.lax.scan(step, (params, optimizer.init(params)), batches)[0][0]


# %% export
def exported(params, platforms=None, size="n"):
    """The network with its weights inside, for batches of any size or of one, and the same as JAX runs it here."""
    predict = jax.jit(lambda x: jax.nn.softmax(logits(params, x)))
    shape = export.symbolic_shape(f"{size}, 64")
    return export.export(predict, platforms=platforms)(jax.ShapeDtypeStruct(shape, jnp.float32)), predict


STRANGER = """
import sys
import numpy as np
from jax import export

with open(sys.argv[1], "rb") as file:
    program = export.deserialize(bytearray(file.read()))
with np.load(sys.argv[2]) as batches:
    np.savez(sys.argv[3], **{name: program.call(x) for name, x in batches.items()})
"""


def elsewhere(program, batches):
    """What a new process, which gets nothing but the bytes and the batches, computes, {name: probabilities}."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("program", "inputs.npz", "outputs.npz")]
        Path(files[0]).write_bytes(program)
        np.savez(files[1], **batches)
        subprocess.run([sys.executable, "-I", "-c", STRANGER, *files], check=True, cwd=folder)
        with np.load(files[2]) as outputs:
            return dict(outputs)


# %% evaluate
def same_bits(a, b):
    """Share of the numbers that are the same in every bit."""
    return np.mean(np.asarray(a).view(np.uint32) == np.asarray(b).view(np.uint32))


def operations(program):
    """How often each operation stands in the text of the program."""
    return Counter(re.findall(r"stablehlo\.(\w+)", program.mlir_module()))


def excerpt(program, names):
    """The lines with these operations, without the places in the Python source that they came from."""
    lines = re.sub(r" loc\(.*", "", program.mlir_module(), flags=re.MULTILINE).splitlines()
    return [line.strip() for line in lines if any(f" stablehlo.{name} " in line for name in names)]


# %% main
def main(*, width=32, epochs=20, sizes=(1, 7, 297), widths=(4, 16, 64, 256)):
    """Bits kept by batch size, accuracy, programs by name, and parameters and bytes by width (widths, 2)."""
    x, y, x_test, y_test = digits()
    rng = np.random.default_rng(0)
    batches = np.stack([rng.permutation(len(x)) for _ in range(epochs)]).reshape(-1, 100)
    params = train(initial(rng, width), x, y, batches)
    program, predict = exported(params)
    inputs = {str(size): x_test[:size] for size in sizes}
    outputs = elsewhere(program.serialize(), inputs)
    kept = {name: same_bits(outputs[name], predict(each)) for name, each in inputs.items()}
    accuracy = np.mean(outputs[str(sizes[-1])].argmax(axis=1) == y_test[: sizes[-1]])
    programs = {"any": program, "one": exported(params, size=1)[0]}
    programs["everywhere"] = exported(params, platforms=("cpu", "cuda", "tpu"))[0]
    lengths = []
    for each in widths:
        weights = initial(rng, each)
        count = sum(leaf.size for leaf in jax.tree.leaves(weights))
        lengths.append((count, len(exported(weights)[0].serialize())))
    return kept, accuracy, programs, np.array(lengths)


# %% result
if __name__ == "__main__":
    kept, accuracy, programs, lengths = main()
    size = {name: len(program.serialize()) for name, program in programs.items()}
    results = {
        "same_bits": list(map(float, kept.values())),
        "test_accuracy": float(accuracy),
        "bytes": size["any"],
        "bytes_one_batch": size["one"],
        "bytes_of_weights": 4 * (64 * 32 + 32 + 32 * 10 + 10),
        "three_platforms_over_one": size["everywhere"] / size["any"],
        "overhead_smallest": int(lengths[0, 1] - 4 * lengths[0, 0]),
        "overhead_largest": int(lengths[-1, 1] - 4 * lengths[-1, 0]),
        "operations_any": operations(programs["any"]).total(),
        "operations_one": operations(programs["one"]).total(),
    }
    print(f"{size['any']:,} bytes, of which {results['bytes_of_weights']:,} are weights; same bits elsewhere:", kept)
    print(*excerpt(programs["any"], ("dot_general", "exponential", "divide")), sep="\n")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    axis.loglog(*lengths.T, "o-", label="the file")
    axis.loglog(lengths[:, 0], 4 * lengths[:, 0], "--", color="C1", label="the weights, four bytes each")
    for count, length in lengths:
        axis.text(count, 1.15 * length, f"{length:,}", ha="center", va="bottom", fontsize=8)
    axis.set(xlabel="weights and biases", ylabel="bytes", ylim=(1e3, 2e5), xlim=(200, 30000))
    axis.set_title("The program itself takes two to three kilobytes, whatever the network's width")
    axis.legend()
    plt.show()

"""A frozen network under a new head: what the wrong input scale in front costs, and the wrong scale behind.

Source    the last cell of the notebook N. Gershenfeld, "Data Science: Machine Learning" (2025), in a student's copy:
          a frozen MobileNetV2, then Rescaling(1/255), global average pooling, Dense 128 and softmax, Adam, 15 epochs;
          M. Sandler et al. (2018), MobileNetV2, arXiv 1801.04381 (ReLU6)
Differs   the frozen network is our own: three layers of filters with ReLU6, trained on MNIST with pixels in [-1, 1];
          the new tasks are ten digits of another scanner and ten photographs of which small patches are to be told
          apart, 1,280 images to train and 320 to test; each seed has its own network, split and head
Cost      about 12 s on one core
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from skimage import color
from skimage import data as images
from sklearn.datasets import load_digits

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MNIST = Path(__file__).parents[1] / "datasets/mnist.npz"
PHOTOGRAPHS = "astronaut camera chelsea coffee rocket brick grass gravel hubble_deep_field".split()


def source_digits(examples):
    """MNIST images of bytes (examples, 28, 28) and labels, and 2,000 test images and labels."""
    with np.load(MNIST) as file:
        parts = [file[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    return *(part[:examples] for part in parts[:2]), *(part[:2000] for part in parts[2:])


def new_digits(rng, each):
    """scikit-learn's 8 x 8 digits enlarged to 28 x 28 bytes, `each` of every digit, and labels."""
    digits = load_digits()
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(digits.target == label), each, replace=False) for label in range(10)]
    )
    enlarged = jax.image.resize(digits.images[rows] * (255 / 16), (len(rows), 28, 28), "linear")
    return np.round(enlarged).astype(np.uint8), digits.target[rows]


def patches_of_photographs(rng, each):
    """28 x 28 bytes cut from ten photographs, `each` of every one, none overlapping another; which photograph."""
    greys = [getattr(images, name)() for name in PHOTOGRAPHS] + [images.stereo_motorcycle()[0]]
    greys = [each if each.ndim == 2 else np.round(255 * color.rgb2gray(each)).astype(np.uint8) for each in greys]
    patches = []
    for grey in greys:
        rows, columns = (length // 28 for length in grey.shape)
        grid = grey[: 28 * rows, : 28 * columns].reshape(rows, 28, columns, 28).swapaxes(1, 2).reshape(-1, 28, 28)
        patches.append(rng.choice(grid, each, replace=False))
    return np.concatenate(patches), np.repeat(np.arange(len(greys)), each)


# %% model
def init(key, shapes):
    """Weights and biases; He's deviation."""
    keys = jax.random.split(key, len(shapes))
    return [(jax.random.normal(k, n) * (2 / n[0]) ** 0.5, jnp.zeros(n[1])) for k, n in zip(keys, shapes, strict=True)]


BASE = (16, 24), (9 * 24, 48), (48, 48), (48, 10)  # the last is MNIST's head, thrown away later
HEAD = (48, 128), (128, 10)


def relu6(x):
    return jnp.clip(x, 0, 6)


@jax.jit
def last_layer(base, x):
    """(n, 28, 28) images to (n, 3, 3, 48) values from 0 to 6: 4 x 4 squares, 3 x 3 neighbours, each place alone."""
    (filters1, bias1), (filters2, bias2), (filters3, bias3), _ = base
    x = x.reshape(-1, 7, 4, 7, 4).swapaxes(2, 3).reshape(-1, 7, 7, 16)
    x = relu6(x @ filters1 + bias1)
    x = jnp.concatenate([x[:, i : i + 5 : 2, j : j + 5 : 2] for i in range(3) for j in range(3)], axis=-1)
    x = relu6(x @ filters2 + bias2)
    return relu6(x @ filters3 + bias3)


def features(base, x):
    """Global average pooling: (n, 48)."""
    return last_layer(base, x).mean(axis=(1, 2))


def base_logits(base, x):
    weights, bias = base[3]
    return features(base, x) @ weights + bias


def head_logits(head, x):
    (weights1, bias1), (weights2, bias2) = head
    return jax.nn.relu(x @ weights1 + bias1) @ weights2 + bias2


# %% scales
SCALES = {  # what the base sees of bytes x; what the features are divided by
    "correct": (lambda x: x / 127.5 - 1, 1),
    "correct_after": (lambda x: x / 127.5 - 1, 255),
    "unit": (lambda x: x / 255, 1),
    "raw": (lambda x: x, 1),
    "source": (lambda x: x, 255),
    "twice": (lambda x: x / 255 / 255, 1),
}


# %% loss
def cross_entropy(logits, y):
    return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(len(y)), y])


# %% train
def fit(key, params, logits, x, y, *, optimizer, epochs, batch):
    """Parameters after so many epochs, each in a new order."""
    steps = len(x) // batch

    def step(state, rows):
        params, moments = state
        gradient = jax.grad(lambda params: cross_entropy(logits(params, x[rows]), y[rows]))(params)
        updates, moments = optimizer.update(gradient, moments, params)
        return (optax.apply_updates(params, updates), moments), None

    orders = jax.vmap(lambda key: jax.random.permutation(key, len(x)))(jax.random.split(key, epochs))
    orders = orders[:, : steps * batch].reshape(-1, batch)
    (params, _), _ = jax.lax.scan(step, (params, optimizer.init(params)), orders)
    return params


@partial(jax.jit, static_argnames=("epochs", "batch", "rate"))
def train_bases(keys, x, y, *, epochs, batch, rate):
    """A base for each key, trained on MNIST in [-1, 1]."""

    def one(key):
        key_init, key_fit = jax.random.split(key)
        schedule = optax.cosine_onecycle_schedule(epochs * (len(x) // batch), rate)
        scaled = SCALES["correct"][0](x.astype(jnp.float32))
        return fit(
            key_fit,
            init(key_init, BASE),
            base_logits,
            scaled,
            y,
            optimizer=optax.adam(schedule),
            epochs=epochs,
            batch=batch,
        )

    return jax.lax.map(one, keys)


@partial(jax.jit, static_argnames=("epochs", "batch"))
def train_head(key, x, y, x_test, y_test, epochs, batch):
    """The accuracy on training and on test features of a new head: Adam as Keras sets it."""
    key_init, key_fit = jax.random.split(key)
    optimizer = optax.adam(0.001, eps=1e-7)
    head = fit(key_fit, init(key_init, HEAD), head_logits, x, y, optimizer=optimizer, epochs=epochs, batch=batch)
    return accuracy(head_logits(head, x), y), accuracy(head_logits(head, x_test), y_test)


# %% evaluate
def accuracy(logits, y):
    return jnp.mean(jnp.argmax(logits, axis=1) == y)


def dead(x):
    """Share of features that are the same for every image."""
    return np.mean(np.ptp(x, axis=0) < 1e-6)


def saturated(values):
    """Share of the last layer's values that are stuck at 6."""
    return np.mean(values >= 6)


def probe(x, y, x_test, y_test):
    """Test accuracy of least squares on standardized features: what a linear head could know, whatever their scale."""
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-12
    design, design_test = (np.c_[(each - mean) / deviation, np.ones(len(each))] for each in (x, x_test))
    weights = np.linalg.lstsq(design, np.eye(10)[y], rcond=1e-6)[0]
    return np.mean((design_test @ weights).argmax(axis=1) == y_test)


# %% main
COLUMNS = "train test probe dead at_6".split()


def main(*, examples=20_000, base_epochs=3, each=160, test=320, epochs=15, patience=10, batch=32, seeds=5):
    """Bases' MNIST accuracy; {task: (scales, seeds, COLUMNS)}; test accuracy after `patience` times the epochs."""
    x, y, x_test, y_test = source_digits(examples)
    bases = train_bases(jax.vmap(jax.random.key)(jnp.arange(seeds)), x, y, epochs=base_epochs, batch=64, rate=0.004)
    mnist = jax.vmap(lambda base, x: accuracy(base_logits(base, x), y_test), (0, None))
    on_mnist = np.asarray(jax.jit(mnist)(bases, SCALES["correct"][0](x_test)))
    heads = jax.vmap(train_head, (None, 0, None, 0, None, None, None))
    measured, patient = {}, []
    for task, make in {"digits": new_digits, "photographs": patches_of_photographs}.items():
        rows = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            pictures, labels = make(rng, each)
            order = rng.permutation(len(labels))
            pictures, labels = pictures[order].astype(np.float32), labels[order]
            base = jax.tree.map(lambda stack, seed=seed: stack[seed], bases)
            values = np.array([last_layer(base, before(pictures)) for before, _ in SCALES.values()])
            pooled = values.mean(axis=(2, 3))
            divisors = np.array([after for _, after in SCALES.values()], np.float32)
            x = pooled / divisors[:, None, None]
            split = x[:, test:], labels[test:], x[:, :test], labels[:test]
            train, held = heads(jax.random.key(seed), *split, epochs, batch)
            known = [probe(x[test:], labels[test:], x[:test], labels[:test]) for x in pooled]
            rows.append([train, held, known, list(map(dead, pooled)), list(map(saturated, values))])
            if task == "digits":
                late = [list(SCALES).index(scale) for scale in ("correct_after", "source")]
                split = x[late, test:], labels[test:], x[late, :test], labels[:test]
                patient.append(heads(jax.random.key(seed), *split, patience * epochs, batch)[1])
        measured[task] = np.array(rows, float).transpose(2, 0, 1)
    return on_mnist, measured, np.array(patient, float).T


# %% result
if __name__ == "__main__":
    on_mnist, measured, patient = main()
    test = {(task, scale): measured[task][i, :, 1] for task in measured for i, scale in enumerate(SCALES)}
    results = {
        "mnist_accuracy": on_mnist.tolist(),
        **{f"{task}_{scale}": each.tolist() for (task, scale), each in test.items()},
        **{
            f"cost_{name}_{task}": (test[task, "correct"] - test[task, scale]).tolist()
            for task in measured
            for name, scale in {"front": "raw", "behind": "correct_after", "both": "source", "unit": "unit"}.items()
        },
        **{
            f"probe_{task}_{scale}": measured[task][list(SCALES).index(scale), :, 2].tolist()
            for task in measured
            for scale in ("correct", "unit", "raw", "twice")
        },
        **{
            f"{name}_{scale}": measured["digits"][list(SCALES).index(scale), :, column].tolist()
            for name, column in {"dead": 3, "at_6": 4}.items()
            for scale in ("correct", "unit", "raw", "twice")
        },
        "patient_behind": patient[0].tolist(),
        "patient_both": patient[1].tolist(),
    }
    for task, by_scale in measured.items():
        print(f"{task:16s}" + "".join(f"{name:>8s}" for name in COLUMNS))
        for scale, rows in zip(SCALES, by_scale, strict=True):
            print(f"  {scale:14s}" + "".join(f"{each:8.3f}" for each in rows.mean(axis=0)))

# %% figure
if __name__ == "__main__":
    labels = {
        "correct": "[−1, 1] in front",
        "correct_after": "[−1, 1] in front, /255 behind",
        "unit": "[0, 1] in front",
        "raw": "0 to 255 in front",
        "source": "0 to 255 in front, /255 behind:\nthe cell",
        "twice": "/255 twice in front",
    }
    figure, axes = plt.subplots(1, 2, sharey=True, figsize=(7.2, 4.05))
    for axis, (task, rows) in zip(axes, measured.items(), strict=True):
        for place, (scale, values) in enumerate(zip(labels, rows, strict=True)):
            axis.barh(-place, values[:, 1].mean(), 0.6, color="C1" if scale == "source" else "C0")
            axis.plot(values[:, 1], np.full(len(values), -place), "o", color="black", markersize=2.5)
            known = values[:, 2].mean()
            axis.plot([known] * 2, [-place - 0.4, -place + 0.4], color="black", linewidth=2)
        axis.axvline(0.1, color="grey", linestyle=":", linewidth=1)
        axis.text(0.11, -5.62, "guessing", fontsize=8, color="dimgrey")
        axis.set(xlabel="test accuracy", xlim=(0, 1), title=f"ten {task}", ylim=(-5.75, 0.55))
        axis.grid(axis="y", visible=False)
    axes[0].set_yticks([-place for place in range(len(labels))], labels.values())
    title = "In front, 0 to 255 loses information (black: least squares on the features);"
    figure.suptitle(f"{title}\nbehind, /255 only slows the head down", x=0.01, ha="left", fontsize=11)
    plt.show()

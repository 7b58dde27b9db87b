"""One step of the lecture's training in HIPS Autograd and the same step compiled by JAX, timed side by side.

Source    M. Hjorth-Jensen, Applied Data Analysis and Machine Learning, lecture notes of week 43 (2025), Example: The
          diffusion equation: "fairly slow", "not optimal in its implementation", "Using TensorFlow results in a much
          better execution time"
Differs   JAX in the place of TensorFlow; Autograd does a few of its steps in each of three rounds, JAX all of them
Cost      about 20 s on one core
Timing    alone
"""

# %% setup
import time
from pathlib import Path

import autograd.numpy as anp
import diffeq_decay
import diffeq_diffusion
import jax
import matplotlib.pyplot as plt
import numpy as np
from autograd import elementwise_grad, grad, hessian, jacobian

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # Autograd computes in double precision too

# %% data
PROBLEMS = {
    "decay": {"hidden": (10,), "rate": 1e-3, "steps": 10_000},
    "diffusion": {"hidden": (100, 25), "rate": 1e-2, "steps": 250},
}
MODULES = {"decay": diffeq_decay, "diffusion": diffeq_diffusion}


def problem(name):
    """The source's first parameters and its points."""
    return MODULES[name].source_parameters(15, PROBLEMS[name]["hidden"]), MODULES[name].grid(10)


# %% model
def network(P, columns):
    """N of each column, (columns,); biases meet a row of ones, as in the source."""
    *hidden, output = P
    ones = anp.ones((1, columns.shape[1]))
    for layer in hidden:
        columns = 1 / (1 + anp.exp(-anp.matmul(layer, anp.concatenate((ones, columns)))))
    return anp.matmul(output, anp.concatenate((ones, columns)))[0]


def decay_trial(x, P):
    """The trial solution of all points at once."""
    return 10 + x * network(P, anp.reshape(x, (1, -1)))


def diffusion_trial(x, t, P):
    """The trial solution of all points at once."""
    return (1 - t) * anp.sin(anp.pi * x) + x * (1 - x) * t * network(P, anp.stack((x, t)))


def diffusion_trial_at(point, P):
    """The trial solution of one point."""
    x, t = point
    return (1 - t) * anp.sin(anp.pi * x) + x * (1 - x) * t * network(P, anp.reshape(point, (2, 1)))[0]


# %% loss
def decay_cost(P, points):
    """All points at once, as in the source, which also takes a slope of the network that nothing uses."""
    x = points[:, 0]
    elementwise_grad(lambda x: network(P, anp.reshape(x, (1, -1))))(x)
    return anp.mean((elementwise_grad(decay_trial)(x, P) + 2 * decay_trial(x, P)) ** 2)


def diffusion_cost_in_loops(P, points):
    """Point by point, as in the source: a gradient and a whole Hessian for each, of which two entries are used."""
    total = 0.0
    for point in points:
        slope = jacobian(diffusion_trial_at)(point, P)
        curvature = hessian(diffusion_trial_at)(point, P)
        total = total + (slope[1] - curvature[0][0]) ** 2
    return total / len(points)


def diffusion_cost_in_arrays(P, points):
    """The same for all points at once: each value depends on its own point only."""
    x, t = points.T
    slope = elementwise_grad(diffusion_trial, 1)(x, t, P)
    curvature = elementwise_grad(elementwise_grad(diffusion_trial))(x, t, P)
    return anp.mean((slope - curvature) ** 2)


# %% train
def gradient_descent(cost, P, points, *, rate, steps):
    """Parameters after that many steps in Autograd."""
    gradient_of = grad(cost)
    for _ in range(steps):
        gradient = gradient_of(P, points)
        P = [layer - rate * slope for layer, slope in zip(P, gradient, strict=True)]
    return P


# %% evaluate
def cpu_seconds(function, *args, **settings):
    """CPU seconds of one call, all threads together, and what it returned."""
    start = time.process_time()
    value = jax.block_until_ready(function(*args, **settings))
    return time.process_time() - start, value


def disagreement(cost, name):
    """How far a step of Autograd is from the step of JAX, relative to its length."""
    P, points = problem(name)
    rate = PROBLEMS[name]["rate"]
    theirs = gradient_descent(cost, P, points, rate=rate, steps=1)
    ours, _ = MODULES[name].gradient_descent(P, points, rate=rate, steps=1)
    far, long = (sum(np.sum((a - b) ** 2) for a, b in zip(theirs, each, strict=True)) for each in (ours, P))
    return float((far / long) ** 0.5)


# %% main
def main(*, rounds=3, decay=500, loops=1, arrays=50):
    """CPU seconds of a whole training, {label: (rounds,)}; a round times all in turn: a busy moment hits all."""
    seconds, compiled = {}, {}
    for name in PROBLEMS:
        P, points = problem(name)
        lowered = MODULES[name].gradient_descent.lower(P, points, **{k: PROBLEMS[name][k] for k in ("rate", "steps")})
        compiling, compiled[name] = cpu_seconds(lowered.compile)
        seconds[f"{name}, compiling"] = np.full(rounds, compiling)
    autograd = {
        "decay, Autograd": (decay_cost, decay),
        "diffusion, Autograd": (diffusion_cost_in_loops, loops),
        "diffusion, Autograd without loops": (diffusion_cost_in_arrays, arrays),
    }
    rows = []
    for _ in range(rounds):
        row = {}
        for label, (cost, steps) in autograd.items():
            name = label.partition(",")[0]
            rate, whole = PROBLEMS[name]["rate"], PROBLEMS[name]["steps"]
            some, _ = cpu_seconds(gradient_descent, cost, *problem(name), rate=rate, steps=steps)
            row[label] = some * whole / steps
        for name in PROBLEMS:
            row[f"{name}, JAX"], _ = cpu_seconds(compiled[name], *problem(name), rate=PROBLEMS[name]["rate"])
        rows.append(row)
    return seconds | {label: np.array([row[label] for row in rows]) for label in rows[0]}


# %% result
if __name__ == "__main__":
    seconds = main()
    results = {
        "speedup_decay": (seconds["decay, Autograd"] / seconds["decay, JAX"]).tolist(),
        "speedup_diffusion": (seconds["diffusion, Autograd"] / seconds["diffusion, JAX"]).tolist(),
        "speedup_without_loops": (
            seconds["diffusion, Autograd"] / seconds["diffusion, Autograd without loops"]
        ).tolist(),
        "speedup_of_compiling": (seconds["diffusion, Autograd without loops"] / seconds["diffusion, JAX"]).tolist(),
        "seconds_decay_autograd": float(np.median(seconds["decay, Autograd"])),
        "seconds_diffusion_autograd": float(np.median(seconds["diffusion, Autograd"])),
        "seconds_diffusion_jax": float(np.median(seconds["diffusion, JAX"])),
        "disagreement_decay": disagreement(decay_cost, "decay"),
        "disagreement_in_loops": disagreement(diffusion_cost_in_loops, "diffusion"),
        "disagreement_in_arrays": disagreement(diffusion_cost_in_arrays, "diffusion"),
    }
    for name in PROBLEMS:
        with_compilation = seconds[f"{name}, JAX"] + seconds[f"{name}, compiling"]
        results[f"speedup_{name}_with_compilation"] = (seconds[f"{name}, Autograd"] / with_compilation).tolist()
    for label in sorted(seconds):
        print(f"{label:34s} {np.median(seconds[label]):9.3f} s of CPU time")

# %% figure
if __name__ == "__main__":
    middle = {label: np.median(each) for label, each in seconds.items()}
    labels = [label for label in middle if "compiling" not in label]
    labels.sort(key=lambda label: (label.startswith("diffusion"), -middle[label]))
    figure, axis = plt.subplots(figsize=(7.2, 3.2))
    for place, label in enumerate(labels):
        compiling = middle.get(label.replace("JAX", "compiling"), 0.0) if "JAX" in label else 0.0
        color = "C0" if "JAX" in label else "C1"
        axis.barh(place, middle[label] + compiling, 0.6, color=color, alpha=0.35)
        axis.barh(place, middle[label], 0.6, color=color)
        told = f"{middle[label]:.3g} s" + (f" + {compiling:.2g} s to compile" if compiling else "")
        axis.text((middle[label] + compiling) * 1.15, place, told, va="center")
    axis.set_yticks(range(len(labels)), labels)
    axis.invert_yaxis()
    axis.set(xscale="log", xlabel="CPU seconds of the whole training", xlim=(5e-3, 1e4))
    axis.grid(axis="y", visible=False)
    axis.set_title("Most of the cost is the loop over points")
    plt.show()

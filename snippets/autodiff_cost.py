"""Forward mode costs by the input, reverse mode by the output and by memory: counted in operations, then timed.

Source    JAX documentation, The Autodiff Cookbook: costs of jvp, vjp, jacfwd and jacrev; jax.checkpoint
          Griewank and Walther, Evaluating derivatives (2008), as cited by Kakade and Lee (2018): the cheap gradient
          Hjorth-Jensen, FYS-STK3155/4155, University of Oslo, lecture notes of week 42 (2024): operations of exp(x²)
Differs   the sources state and do not measure
Cost      about 9 s on one core
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
def normal(rng, *shape):
    """Standard normal numbers in single precision."""
    return rng.normal(size=shape).astype(np.float32)


# %% model
def sines(x):
    """Twenty sines, one after the other, of each number."""
    for _ in range(20):
        x = jnp.sin(x)
    return x


def network(weights, x):
    """Four dense layers of 64 tanh units."""
    for each in weights:
        x = jnp.tanh(x @ each)
    return x


def rosenbrock(x):
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def log_determinant(matrix):
    return jnp.linalg.slogdet(matrix)[1]


def scalars(rng):
    """{name: (function, its arguments)}; a gradient is that of the sum of the outputs by all arguments."""
    weights = normal(rng, 4, 64, 64) / 8
    return {
        "20 sines": (sines, (normal(rng, 1000),)),
        "network": (network, (weights, normal(rng, 128, 64))),
        "Rosenbrock": (rosenbrock, (normal(rng, 1000),)),
        "log-sum-exp": (jax.nn.logsumexp, (normal(rng, 1000),)),
        "log-determinant": (log_determinant, (normal(rng, 64, 64) + 8 * np.eye(64, dtype=np.float32),)),
        "product": (jnp.prod, (1 + normal(rng, 4096) / 100,)),
    }


def mapping(rng, inputs, outputs, *, hidden=64):
    """A map of that many inputs to that many outputs through one layer, and a point."""
    first, second = normal(rng, inputs, hidden) / hidden, normal(rng, hidden, outputs) / hidden
    return lambda x: jnp.tanh(x @ first) @ second, normal(rng, inputs)


def layer(weights, x):
    return jnp.tanh(x @ weights)


def stack(x, weights, *, depth):
    """The same layer that many times, in a scan."""
    return jnp.sum(jax.lax.scan(lambda x, _: (layer(weights, x), None), x, length=depth)[0])


def checkpointed(x, weights, *, depth):
    """The same value; the reverse pass keeps every √depth-th state and computes the others anew."""
    segment = int(depth**0.5)

    @jax.checkpoint
    def several(x, _):
        return jax.lax.scan(lambda x, _: (layer(weights, x), None), x, length=segment)

    return jnp.sum(jax.lax.scan(several, x, length=depth // segment)[0])


# %% evaluate
def operations(function, *args, compiled=False):
    """Floating-point operations of one call, an elementary function being one: as written, or as compiled here."""
    lowered = jax.jit(function).lower(*args)
    cost = (lowered.compile() if compiled else lowered).cost_analysis()
    return cost.get("flops", 0) + cost.get("transcendentals", 0)


def unfused(function, *args):
    """Operations as compiled, but with every operation in a loop of its own."""
    lowered = jax.jit(function).lower(*args)
    cost = lowered.compile(compiler_options={"xla_disable_hlo_passes": "fusion"}).cost_analysis()
    return cost.get("flops", 0) + cost.get("transcendentals", 0)


def gradient_of_sum(function, *args):
    """Value and gradient by all arguments of the sum of the outputs."""
    return jax.value_and_grad(lambda *args: jnp.sum(function(*args)), argnums=tuple(range(len(args))))(*args)


def pushforward(function, *args):
    """Value and directional derivative, the direction being the point itself."""
    return jax.jvp(function, args, args)


def relative_operations(transform, function, *args, compiled=False):
    """Operations of the transformed function over those of the function."""
    plain = operations(function, *args, compiled=compiled)
    return operations(partial(transform, function), *args, compiled=compiled) / plain


def memory(function, *args):
    """Bytes that the compiled function needs beside its arguments and results."""
    return jax.jit(function).lower(*args).compile().memory_analysis().temp_size_in_bytes


def cpu_seconds(calls, *, rounds, least=0.01):
    """CPU seconds of one call, {name: (rounds,)}; the calls take turns, each repeated until it lasts."""
    repeats = {}
    for name, call in calls.items():
        call().block_until_ready()  # compiles
        start = time.process_time()
        call().block_until_ready()
        repeats[name] = max(1, int(least / max(time.process_time() - start, 1e-5)))
    seconds = {name: np.empty(rounds) for name in calls}
    for turn in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(repeats[name]):
                call().block_until_ready()
            seconds[name][turn] = (time.process_time() - start) / repeats[name]
    return seconds


# %% jacobians
def jacobian_operations(rng, sizes, *, fixed=8):
    """Operations of jacfwd and jacrev over one evaluation, by inputs and by outputs: {(way, axis): (sizes,)}."""
    counted = {}
    for axis in ("inputs", "outputs"):
        shapes = [(size, fixed) if axis == "inputs" else (fixed, size) for size in sizes]
        for way, transform in (("jacfwd", jax.jacfwd), ("jacrev", jax.jacrev)):
            each = [mapping(rng, *shape) for shape in shapes]
            counted[way, axis] = np.array([operations(transform(f), x) / operations(f, x) for f, x in each])
    return counted


def jacobian_seconds(rng, shapes, *, rounds):
    """CPU seconds of jacfwd and jacrev: {(inputs, outputs): {way: (rounds,)}}."""
    timed = {}
    for shape in shapes:
        function, x = mapping(rng, *shape)
        calls = {name: partial(jax.jit(way(function)), x) for name, way in (("fwd", jax.jacfwd), ("rev", jax.jacrev))}
        timed[shape] = cpu_seconds(calls, rounds=rounds)
    return timed


# %% main
def main(
    *,
    sizes=(1, 4, 16, 64, 256),
    shapes=((4, 1024), (64, 64), (128, 128), (256, 256), (1024, 4)),
    depths=(16, 64, 256, 1024),
    rounds=9,
):
    rng = np.random.default_rng(0)
    ratios = {
        name: {
            "gradient": relative_operations(gradient_of_sum, function, *args),
            "gradient, compiled": relative_operations(gradient_of_sum, function, *args, compiled=True),
            "jvp": relative_operations(pushforward, function, *args),
        }
        for name, (function, args) in scalars(rng).items()
    }
    x, weights = normal(rng, 32, 32), normal(rng, 32, 32) / 32**0.5
    passes = {
        "forward mode": lambda depth: lambda x, w: jax.jvp(lambda x: stack(x, w, depth=depth), (x,), (x,))[1],
        "reverse mode": lambda depth: jax.grad(partial(stack, depth=depth)),
        "reverse, checkpointed": lambda depth: jax.grad(partial(checkpointed, depth=depth)),
    }
    bytes_needed = {name: np.array([memory(of(d), x, weights) for d in depths]) for name, of in passes.items()}
    calls = {
        name: partial(jax.jit(passes[name](depths[-1])), x, weights)
        for name in ("reverse mode", "reverse, checkpointed")
    }
    return {
        "ratios": ratios,
        "jacobians": jacobian_operations(rng, sizes),
        "seconds": jacobian_seconds(rng, shapes, rounds=rounds),
        "bytes": bytes_needed,
        "depth_seconds": cpu_seconds(calls, rounds=rounds),
    }


# %% result
if __name__ == "__main__":
    SIZES, DEPTHS = (1, 4, 16, 64, 256), (16, 64, 256, 1024)
    measured = main(sizes=SIZES, depths=DEPTHS)
    ratios, jacobians, needed = (measured[name] for name in ("ratios", "jacobians", "bytes"))
    seconds = {shape: each["rev"].min() / each["fwd"].min() for shape, each in measured["seconds"].items()}
    product, numbers = scalars(np.random.default_rng(0))["product"]
    x = np.float32(1.3)

    def lecture(x):
        a = x * x
        return jnp.sqrt(a + jnp.exp(a))

    results = {
        "jvp_sines": ratios["20 sines"]["jvp"],
        "jvp_network": ratios["network"]["jvp"],
        "gradient_network": ratios["network"]["gradient"],
        "gradient_worst": max(each["gradient"] for each in ratios.values()),
        "gradient_product": ratios["product"]["gradient"],
        "gradient_product_compiled": ratios["product"]["gradient, compiled"],
        "gradient_product_unfused": unfused(jax.value_and_grad(product), *numbers) / unfused(product, *numbers),
        "gradient_logsumexp": ratios["log-sum-exp"]["gradient"],
        "operations_exp": operations(jax.value_and_grad(lambda x: jnp.exp(x * x)), x, compiled=True),
        "operations_root": operations(jax.value_and_grad(lecture), x, compiled=True),
        "jacfwd_by_inputs": float(jacobians["jacfwd", "inputs"][-1] / jacobians["jacfwd", "inputs"][-2]),
        "jacrev_by_inputs": float(jacobians["jacrev", "inputs"][-1] / jacobians["jacrev", "inputs"][-2]),
        "jacfwd_by_outputs": float(jacobians["jacfwd", "outputs"][-1] / jacobians["jacfwd", "outputs"][-2]),
        "jacrev_by_outputs": float(jacobians["jacrev", "outputs"][-1] / jacobians["jacrev", "outputs"][-2]),
        "time_tall": float(seconds[4, 1024]),
        "time_square": [float(ratio) for (n, m), ratio in seconds.items() if n == m],
        "time_wide": float(1 / seconds[1024, 4]),
        "memory_forward_growth": float(needed["forward mode"][-1] / needed["forward mode"][0]),
        "memory_reverse_growth": float(needed["reverse mode"][-1] / needed["reverse mode"][0]),
        "checkpoint_memory": float(needed["reverse mode"][-1] / needed["reverse, checkpointed"][-1]),
        "checkpoint_time": float(
            measured["depth_seconds"]["reverse, checkpointed"].min() / measured["depth_seconds"]["reverse mode"].min()
        ),
    }
    print("operations over one evaluation   jvp   gradient   gradient, as compiled")
    for name, each in ratios.items():
        print(f"{name:28s}{each['jvp']:8.2f}{each['gradient']:11.2f}{each['gradient, compiled']:13.2f}")
    print("\njacobian: inputs, outputs   CPU time of jacrev over that of jacfwd")
    for (inputs, outputs), ratio in seconds.items():
        print(f"{inputs:18d}{outputs:8d}{ratio:16.2f}")
    print("\nbytes at depth" + "".join(f"{depth:12d}" for depth in DEPTHS))
    for name, each in needed.items():
        print(f"{name:22s}" + "".join(f"{count:12,d}" for count in each))

# %% jacobian-operations
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True, figsize=(7.2, 3.6))
    for axis, by in zip(axes, ("inputs", "outputs"), strict=True):
        other = "outputs" if by == "inputs" else "inputs"
        for way, color, marker in (("jacfwd", "C0", "o"), ("jacrev", "C1", "s")):
            axis.loglog(SIZES, jacobians[way, by], color=color, marker=marker)
        axis.set(xlabel=f"{by} (8 {other})")
    axes[0].set_ylabel("operations, one evaluation = 1")
    axes[0].text(11, 40, "forward\n(jacfwd)", color="C0", ha="right")
    axes[0].text(50, 5.2, "reverse (jacrev)", color="C1", ha="center")
    axes[1].text(11, 40, "reverse\n(jacrev)", color="C1", ha="right")
    axes[1].text(50, 5.2, "forward (jacfwd)", color="C0", ha="center")
    figure.suptitle("A Jacobian costs by the input forwards, by the output backwards", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% cheap-gradient
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    for place, (_, each) in enumerate(ratios.items()):
        axis.barh(place - 0.18, each["gradient"], 0.34, color="C0")
        axis.barh(place + 0.18, each["gradient, compiled"], 0.34, color="C1")
        axis.text(each["gradient"] + 0.15, place - 0.18, f"{each['gradient']:.2f}", va="center", fontsize=8)
        axis.text(
            each["gradient, compiled"] + 0.15,
            place + 0.18,
            f"{each['gradient, compiled']:.2f}",
            va="center",
            fontsize=8,
        )
    axis.axvline(5, color="black", linestyle="--", linewidth=1.2)
    axis.text(5.15, -0.62, "factor 5", va="center", fontsize=9)
    axis.set_yticks(range(len(ratios)), list(ratios))
    axis.invert_yaxis()
    axis.set_ylim(len(ratios) - 0.5, -0.9)
    axis.text(10, 1.2, "as written", color="C0")
    axis.text(10, 1.8, "as compiled on this CPU", color="C1")
    axis.set(xlabel="operations of value and gradient, value alone = 1", xlim=(0, 18.5))
    axis.grid(axis="y", visible=False)
    axis.set_title("A gradient is cheap, unless the compiler makes it dear")
    plt.show()

# %% memory-by-depth
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, (name, each) in enumerate(needed.items()):
        axis.loglog(DEPTHS, each / 1024, color=f"C{color}", marker="os^"[color])
        axis.text(DEPTHS[-1] * 1.1, each[-1] / 1024, name, color=f"C{color}", va="center")
    axis.set(xlabel="layers", ylabel="memory beside arguments and results (KiB)", xticks=DEPTHS, xlim=(13, 7000))
    axis.set_xticks(DEPTHS, [str(depth) for depth in DEPTHS])
    axis.minorticks_off()
    axis.set_title("Reverse mode remembers every layer; checkpoints remember the root of that")
    plt.show()

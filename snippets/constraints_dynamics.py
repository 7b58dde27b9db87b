"""A nonlinear invariant kept by a layer: its rate of change is linear in what the network predicts.

Source    T. Beucler, M. Pritchard, S. Rasp, J. Ott, P. Baldi, P. Gentine (2021), Enforcing analytic constraints in
          neural networks emulating physical systems, PRL 126, 098302, arXiv 1909.00912: nonlinear constraints by
          conversion of variables
          M. Hénon and C. Heiles (1964), The applicability of the third integral of motion, Astron. J. 69, 73
Differs   the source converts to relative humidity in a climate model; here a star moves in the potential of Hénon and
          Heiles and the invariant is its energy; the network learns the tendencies with 1 % noise
Cost      about 20 s on one core
Notation  q place, p momentum, H energy; alpha weight of the penalty P in the loss; UC, LC, AC as in the source
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))

ALPHAS = (0.0, 0.01, 0.5, 0.9, 0.99)


# %% truth
def energy(state):
    """H of states (..., 4) of two places and two momenta."""
    q1, q2, p1, p2 = jnp.moveaxis(state, -1, 0)
    return (p1**2 + p2**2 + q1**2 + q2**2) / 2 + q1**2 * q2 - q2**3 / 3


def energy_slope(state):
    """The gradient of H, (..., 4)."""
    q1, q2, p1, p2 = jnp.moveaxis(state, -1, 0)
    return jnp.stack([q1 + 2 * q1 * q2, q2 + q1**2 - q2**2, p1, p2], axis=-1)


def motion(state):
    """Hamilton's equations: the tendency (..., 4) of a state."""
    by_q, by_p = jnp.split(energy_slope(state), 2, axis=-1)
    return jnp.concatenate([by_p, -by_q], axis=-1)


# %% data
def bound_states(rng, size):
    """States (size, 4) that cannot escape: within the triangle of the potential, energy below 1/6."""
    states = rng.uniform(-1, 1, (40 * size, 4)) * [0.9, 1, 0.6, 0.6]
    q1, q2 = states[:, 0], states[:, 1]
    inside = (q2 > -0.5) & (q2 < 1 - np.sqrt(3) * abs(q1))
    return states[inside & (np.asarray(energy(states)) < 1 / 6)][:size]


def starts(rng, size, *, start_energy=1 / 12):
    """States (size, 4), float64, of one energy, at which most orbits are regular."""
    q = rng.uniform(-0.25, 0.25, (size, 2))
    potential = (q**2).sum(axis=1) / 2 + q[:, 0] ** 2 * q[:, 1] - q[:, 1] ** 3 / 3
    angle = rng.uniform(0, 2 * np.pi, size)
    speed = np.sqrt(2 * (start_energy - potential))
    return np.c_[q, speed * np.cos(angle), speed * np.sin(angle)]


def dataset(rng, size, *, noise):
    """States (size, 4) and their tendencies (size, 4) with normal noise relative to their spread, float32."""
    state = bound_states(rng, size)
    tendency = np.asarray(motion(state))
    tendency = tendency + noise * tendency.std(axis=0) * rng.normal(size=tendency.shape)
    return state.astype(np.float32), tendency.astype(np.float32)


# %% constraint-layer
def unconstrained(state, raw):
    """The tendency as the network gives it."""
    return raw


def residual(state, raw):
    """The last tendency is what the other three leave over of dH/dt = 0 (the source's layer)."""
    slope = energy_slope(state)
    last = -jnp.sum(slope[..., :3] * raw, axis=-1, keepdims=True) / slope[..., 3:]
    return jnp.concatenate([raw, last], axis=-1)


def projection(state, raw):
    """The tendency nearest to the network's along which H does not change: f - ∇H (∇H·f) / |∇H|²."""
    slope = energy_slope(state)
    square = jnp.sum(slope**2, axis=-1, keepdims=True)
    rate = jnp.sum(slope * raw, axis=-1, keepdims=True)
    return raw - slope * rate / jnp.where(square > 0, square, 1)


LAYERS = {"none": (4, unconstrained), "residual": (3, residual), "projection": (4, projection)}


# %% model
def initial(key, outputs, *, width=64, inputs=4, hidden=2):
    """Weights (Glorot) and biases (zero) of a tanh network."""
    shapes = [(inputs, width), *[(width, width)] * (hidden - 1), (width, outputs)]
    ends = np.cumsum([a * b for a, b in shapes])
    # one draw for all layers: each would take half a second to compile
    parts = jnp.split(jax.random.normal(key, (ends[-1],)), ends[:-1])
    return [
        ((2 / (a + b)) ** 0.5 * part.reshape(a, b), jnp.zeros(b)) for part, (a, b) in zip(parts, shapes, strict=True)
    ]


def forward(params, state, layer):
    """Tendencies (n, 4): network, constraint layer."""
    hidden = state
    for weights, bias in params[:-1]:
        hidden = jnp.tanh(hidden @ weights + bias)
    weights, bias = params[-1]
    return LAYERS[layer][1](state, hidden @ weights + bias)


# %% loss
def squared_error(tendency, targets):
    """MSE, mean over states and components."""
    return jnp.mean((tendency - targets) ** 2)


def penalty(state, tendency):
    """P, the mean square of dH/dt."""
    return jnp.mean(jnp.sum(energy_slope(state) * tendency, axis=-1) ** 2)


def loss(params, alpha, state, targets, layer):
    """The source's loss: alpha P + (1 - alpha) MSE."""
    tendency = forward(params, state, layer)
    return alpha * penalty(state, tendency) + (1 - alpha) * squared_error(tendency, targets)


# %% train
@partial(jax.jit, static_argnames=("layer", "steps", "batch", "width"))
def train(keys, alphas, state, targets, *, layer, steps, batch, width):
    """One network for each pair of key and alpha, by Adam with a rate that falls to zero: stacked parameters."""
    optimizer = optax.adam(optax.cosine_decay_schedule(5e-3, steps))

    def one(key, alpha):
        start, key = jax.random.split(key)
        params = initial(start, LAYERS[layer][0], width=width)
        batches = jax.random.randint(key, (steps, batch), 0, len(state))

        def step(carry, rows):
            params, memory = carry
            slope = jax.grad(loss)(params, alpha, state[rows], targets[rows], layer)
            change, memory = optimizer.update(slope, memory)
            return (optax.apply_updates(params, change), memory), None

        (params, _), _ = jax.lax.scan(step, (params, optimizer.init(params)), batches)
        return params

    return jax.vmap(one)(keys, alphas)


# %% evaluate
def runge_kutta(tendency, state, step):
    """One classical step of order four."""
    k1 = tendency(state)
    k2 = tendency(state + step / 2 * k1)
    k3 = tendency(state + step / 2 * k2)
    k4 = tendency(state + step * k3)
    return state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@partial(jax.jit, static_argnames=("tendency", "times", "every"))
def orbits(tendency, params, state, step, *, times, every):
    """States (times + 1, n, 4) every so many steps from the start on."""

    def advance(state, _):
        state = jax.lax.fori_loop(0, every, lambda _, s: runge_kutta(partial(tendency, params), s, step), state)
        return state, state

    return jnp.concatenate([state[None], jax.lax.scan(advance, state, length=times)[1]])


def true_tendency(_, state):
    """`motion`, in the form that `orbits` wants."""
    return motion(state)


TENDENCIES = {layer: jax.vmap(partial(forward, layer=layer)) for layer in LAYERS}


def judge(layer, params, state, begin, **times):
    """Scores and orbits of a stack of networks, in float64."""
    params = jax.tree.map(lambda each: jnp.asarray(each, float), params)
    made = jax.vmap(partial(forward, layer=layer), (0, None))(params, jnp.asarray(state))
    return {
        "mse": np.array([squared_error(each, motion(state)) for each in made]),
        "penalty": np.array([penalty(state, each) for each in made]),
        "states": np.asarray(orbits(TENDENCIES[layer], params, begin, **times)),
    }


# %% main
def main(*, size=8192, noise=0.01, steps=5000, batch=128, width=64, count=16, times=100, every=20, seeds=3, seed=0):
    """{network: {"mse", "penalty": (seeds,), "states": (times + 1, seeds, count, 4), "drift" of the energy relative
    to its start and "distance" to the true orbit: (times + 1, seeds, count)}}, one unit of time apart.

    Networks are the alphas (0 is unconstrained), "residual" and "projection" (constrained by a layer); "truth" is the
    right equation, integrated alike.  Training is in float32, judgement in float64.
    """
    rng = np.random.default_rng(seed)
    state, targets = dataset(rng, size, noise=noise)
    clean, begin = bound_states(rng, size), np.tile(starts(rng, count), (seeds, 1, 1))
    keys, shape = jax.vmap(jax.random.key)(jnp.arange(seeds)), {"steps": steps, "batch": batch, "width": width}
    pairs = {layer: (keys, jnp.zeros(seeds)) for layer in LAYERS}
    pairs["none"] = jnp.tile(keys, len(ALPHAS)), jnp.repeat(jnp.array(ALPHAS), seeds)
    trained = {layer: train(*pair, state, targets, layer=layer, **shape) for layer, pair in pairs.items()}
    trained = jax.tree.map(np.asarray, trained)  # JAX would compile each slice
    by_loss = trained.pop("none")
    networks = {name: (name, params) for name, params in trained.items()}
    for place, alpha in enumerate(ALPHAS):
        rows = slice(place * seeds, (place + 1) * seeds)
        networks[alpha] = "none", jax.tree.map(lambda each, rows=rows: each[rows], by_loss)
    clock = {"step": 1 / every, "times": times, "every": every}
    with jax.enable_x64(True):
        found = {name: judge(*network, clean, begin, **clock) for name, network in networks.items()}
        found["truth"] = {"states": np.asarray(orbits(true_tendency, (), begin, **clock))}
        for each in found.values():
            each["drift"] = abs(np.asarray(energy(each["states"]) / energy(begin)) - 1)
            each["distance"] = np.linalg.norm(each["states"] - found["truth"]["states"], axis=-1)
    return found


# %% result
if __name__ == "__main__":
    found = main()
    names = {
        **{alpha: f"alpha_{alpha:g}".replace(".", "_") for alpha in ALPHAS},
        **{name: name for name in ("residual", "projection")},
    }
    drift = {name: np.median(each["drift"][-1], axis=-1) for name, each in found.items()}
    distance = {name: np.median(each["distance"][-1], axis=-1) for name, each in found.items()}
    lowest = np.min([drift[alpha] for alpha in ALPHAS], axis=0)
    results = {
        **{f"mse_{name}": found[key]["mse"].tolist() for key, name in names.items()},
        **{f"penalty_{name}": found[key]["penalty"].tolist() for key, name in names.items()},
        **{f"drift_{name}": drift[key].tolist() for key, name in names.items()},
        **{f"distance_{name}": distance[key].tolist() for key, name in names.items()},
        "drift_truth": float(drift["truth"][0]),
        "drift_ratio_projection_to_truth": (drift["projection"] / drift["truth"]).tolist(),
        "drift_ratio_best_alpha_to_projection": (lowest / drift["projection"]).tolist(),
        "mse_ratio_projection": (found["projection"]["mse"] / found[0.0]["mse"]).tolist(),
        "mse_ratio_residual": (found["residual"]["mse"] / found[0.0]["mse"]).tolist(),
        "distance_ratio_projection": (distance["projection"] / distance[0.0]).tolist(),
    }
    print("mean of 3 seeds              MSE         P   drift of the energy  distance at t = 100")
    for key in (*names, "truth"):
        label = f"alpha = {key:g}" if isinstance(key, float) else key
        score = "".join(f"{found[key][name].mean():10.2g}" for name in ("mse", "penalty")) if key in names else " " * 20
        print(f"{label:22s}{score}{drift[key].mean():22.2g}{distance[key].mean():21.2g}")

# %% energy-drift
if __name__ == "__main__":
    figure, axis = plt.subplots()
    shown = {
        "residual": ("residual layer", "C1"),
        0.0: ("unconstrained", "C0"),
        0.5: ("penalty, α = 0.5", "C3"),
        0.99: ("penalty, α = 0.99", "C4"),
        "projection": ("projection layer", "C2"),
        "truth": ("the right equation", "C6"),
    }
    time = np.arange(101)
    for name, (label, color) in shown.items():
        middle = np.median(found[name]["drift"], axis=-1)[1:]
        axis.fill_between(time[1:], middle.min(axis=1), middle.max(axis=1), color=color, alpha=0.2, linewidth=0)
        style = "--" if name == "truth" else "-"
        axis.plot(time[1:], np.median(middle, axis=1), style, color=color, label=label)
    axis.set(xlabel="time (the oscillators' period is 2π)", ylabel="change of energy over energy", yscale="log")
    axis.set_title("Only the projection keeps the energy, as well as the integrator does")
    figure.legend(loc="outside right center")
    plt.show()

# %% distance
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for name in (0.0, "projection"):
        label, color = shown[name]
        middle = np.median(found[name]["distance"], axis=-1)
        axis.fill_between(time, middle.min(axis=1), middle.max(axis=1), color=color, alpha=0.2, linewidth=0)
        axis.plot(time, np.median(middle, axis=1), color=color, label=label)
    axis.set(xlabel="time", ylabel="distance to the true orbit, in (q, p)")
    axis.set_title("A kept energy is not yet a right orbit (median of 16 orbits, range of 3 seeds)")
    axis.legend()
    plt.show()

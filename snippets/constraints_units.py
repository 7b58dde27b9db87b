"""The same network in SI units and without dimensions; and why "nearest" needs a unit.

Source    "When physicists work on problems, they like dimensionlessness [...] One should always make it dimensionless
          before implementing the equations in code": a post on T. Beucler et al. (2021), Enforcing analytic
          constraints in neural networks emulating physical systems, PRL 126, 098302, arXiv 1909.00912
Differs   neither measures it; columns, budgets and network are those of constraints_column.py, with an eighth of the
          training columns; every choice of units gets the best of four learning rates
Cost      about 20 s on one core
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

RATES = (1e-1, 1e-2, 1e-3, 1e-4)

# %% units
LEVELS = 8
GRAVITY, HEAT, LATENT, SIGMA = 9.81, 1004.0, 2.5e6, 5.67e-8  # m s-2, J kg-1 K-1, J kg-1, W m-2 K-4
PRESSURE = 1e5  # Pa
EDGES = np.linspace(0, 1, LEVELS + 1)
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2
MASS = PRESSURE / LEVELS / GRAVITY  # of a layer where the surface pressure is PRESSURE, kg m-2
STRETCH = LEVELS * np.diff(EDGES**2)  # how much a layer's mass follows the surface pressure: little aloft, most below


# %% truth
def saturation(temperature, pressure):
    """Saturation specific humidity (kg/kg) by Bolton's formula for the vapour pressure; kelvin and pascals."""
    return 0.622 * 611.2 * np.exp(17.67 * (temperature - 273.15) / (temperature - 29.65)) / pressure


def draw(rng, columns, *, warming=0.0):
    """States (columns, 20): humidity (kg/kg) and temperature (K) by level from the top, surface pressure over
    PRESSURE, latent and sensible heat flux, sunlight (W m-2)."""
    surface = 298 + warming + 3 * rng.normal(size=(columns, 1))
    noise = np.cumsum(rng.normal(size=(columns, LEVELS)), axis=1) / np.sqrt(LEVELS)
    temperature = surface - 90 * (1 - MIDDLES) ** 1.5 + 1.5 * noise
    humidity = 1.05 / (1 + np.exp(-rng.normal(1.0, 0.7, (columns, 1)) - rng.normal(0, 0.7, (columns, LEVELS))))
    pressure = 1 + 0.02 * rng.normal(size=(columns, 1))
    latent, sensible = 120 * rng.gamma(4, 0.25, (columns, 1)), 20 * rng.normal(1, 0.7, (columns, 1))
    sunlight = 1000 * np.maximum(np.cos(np.pi * rng.uniform(-1, 1, (columns, 1))), 0)
    vapour = humidity * saturation(temperature, MIDDLES * PRESSURE)
    return np.hstack([vapour, temperature, pressure, latent, sensible, sunlight])


def convection(vapour, temperature, weights, strength):
    """Moistening, heating (W m-2) and rain (W m-2) by condensation, evaporation of falling rain and mixing.

    Water and enthalpy leave one level as they enter another, so both columns are closed by construction.
    """
    excess = vapour / saturation(temperature, MIDDLES * PRESSURE) - 0.85
    condensed = strength * LATENT * MASS * weights * vapour * 0.05 * np.logaddexp(0, excess / 0.05) / 43_200
    rain, moistening, heating = 0.0, -condensed, condensed.copy()
    for level in range(LEVELS):
        evaporated = rain * (1 - np.exp(-0.3 * np.maximum(-excess[:, level], 0)))
        rain = rain - evaporated + condensed[:, level]
        moistening[:, level] += evaporated
        heating[:, level] -= evaporated
    theta = temperature * MIDDLES ** -(287 / HEAT)
    buoyancy = np.diff(theta + 0.5 * LATENT / HEAT * vapour, axis=1)  # moist and warm below: unstable
    exchange = strength * 0.003 * np.logaddexp(0, buoyancy / 3)  # kg m-2 s-1
    for tendency, carried in ((moistening, LATENT * vapour), (heating, HEAT * theta)):
        flux = exchange * np.diff(carried, axis=1)
        tendency[:, :-1] += flux
        tendency[:, 1:] -= flux
    return moistening, heating, rain


def radiation(vapour, temperature, weights, skin, sunlight, cloud):
    """Longwave and shortwave heating by level, and net fluxes at top and surface: grey, no scattering in the air."""
    depth = MASS * weights * vapour
    opacity, emitted = 1 - np.exp(-0.1 * weights - 0.06 * depth), SIGMA * temperature**4
    up, down = np.empty((2, len(vapour), LEVELS + 1))
    down[:, 0], up[:, -1] = 0, SIGMA * skin**4
    for level in range(LEVELS):
        down[:, level + 1] = down[:, level] + opacity[:, level] * (emitted[:, level] - down[:, level])
    for level in reversed(range(LEVELS)):
        up[:, level] = up[:, level + 1] + opacity[:, level] * (emitted[:, level] - up[:, level + 1])
    beam = np.empty_like(down)
    beam[:, 0] = sunlight * (1 - 0.5 * np.tanh(cloud / 200))
    beam[:, 1:] = beam[:, :1] * np.exp(-np.cumsum(0.01 * depth, axis=1))
    surface = 0.9 * beam[:, -1]
    top = surface + beam[:, 0] - beam[:, -1]
    return np.diff(up - down, axis=1), -np.diff(beam, axis=1), top, surface, (up - down)[:, 0], (up - down)[:, -1]


def truth(rng, state):
    """Outputs (columns, 37) in W m-2: moistening, heating, longwave, shortwave by level (of a layer of mass MASS),
    net shortwave at top and surface (down), net longwave at top and surface (up), rain."""
    vapour, temperature = state[:, :LEVELS], state[:, LEVELS : 2 * LEVELS]
    pressure, latent, sensible, sunlight = state[:, 2 * LEVELS :].T
    weights = 1 + STRETCH * (pressure[:, None] - 1)
    strength = rng.lognormal(0, 0.3, (len(state), 1))  # hidden from the networks, as the clouds of the source are
    moistening, heating, rain = convection(vapour, temperature, weights, strength)
    skin = temperature[:, -1] + sensible / 15
    longwave, shortwave, *fluxes = radiation(vapour, temperature, weights, skin, sunlight, rain)
    moistening[:, -1] += latent
    heating[:, -1] += sensible
    tendencies = (moistening, heating + longwave + shortwave, longwave, shortwave)
    return np.hstack([each / weights for each in tendencies] + [np.stack([*fluxes, rain], axis=1)])


# %% data
def dataset(rng, columns, *, warming=0.0):
    """States (columns, 20) and outputs (columns, 37), float32."""
    state = draw(rng, columns, warming=warming)
    return state.astype(np.float32), truth(rng, state).astype(np.float32)


# %% scales
TO_SI = np.repeat([1, PRESSURE, 1], [2 * LEVELS, 1, 3])  # state: the surface pressure in pascals
TO_WATTS = np.repeat([LATENT * MASS, HEAT * MASS, 1], [LEVELS, 3 * LEVELS, 5])  # outputs from kg kg-1 s-1, K s-1, W m-2
PROFILE = 298 - 90 * (1 - MIDDLES) ** 1.5  # a typical temperature of each level, K


def scales(state, targets):
    """{choice: (centre, unit of the state, centre, unit of the outputs)} in which the network sees them."""
    si = np.zeros(20), 1 / TO_SI, np.zeros(37), 1.0 * TO_WATTS
    humid = saturation(PROFILE, MIDDLES * PRESSURE)
    centre = np.concatenate([np.zeros(LEVELS), PROFILE, [1, 0, 0, 0]])
    unit = np.concatenate([humid, np.full(LEVELS, 10), [0.02, 100, 100, 100]])
    without = centre, unit, np.zeros(37), np.full(37, 100)
    statistics = state.mean(axis=0), state.std(axis=0), targets.mean(axis=0), targets.std(axis=0)
    return {
        "si": si,
        "si_outputs": without[:2] + si[2:],
        "si_inputs": si[:2] + without[2:],
        "dimensionless": without,
        "standardised": statistics,
    }


# %% constraints
def layer_weights(state):
    """Mass of each layer over MASS, (n, 8), from the surface pressure."""
    return 1 + STRETCH.astype(np.float32) * (state[:, 2 * LEVELS, None] - 1)


def matrix(state):
    """Coefficients C (n, 4, 37) and right side b (n, 4) of the four budgets C y = b: sun, longwave, water, enthalpy."""
    weights, none = layer_weights(state), jnp.zeros((len(state), LEVELS))
    ends = jnp.array([[-1.0, 1, 0, 0, 0], [0, 0, 1, -1, 0], [0, 0, 0, 0, 1], [-1, 1, 1, -1, 0]])
    by_level = [
        [none, none, none, weights],
        [none, none, weights, none],
        [weights, none, none, none],
        [weights, weights, none, none],
    ]
    rows = [jnp.hstack([*row, jnp.broadcast_to(end, (len(state), 5))]) for row, end in zip(by_level, ends, strict=True)]
    latent, sensible = state[:, 2 * LEVELS + 1], state[:, 2 * LEVELS + 2]
    zero = jnp.zeros(len(state))
    return jnp.stack(rows, axis=1), jnp.stack([zero, zero, latent, latent + sensible], axis=1)


def violation(state, outputs):
    """What the four budgets C y - b leave over, (n, 4), W m-2."""
    coefficients, right = matrix(state)
    return jnp.einsum("nco,no->nc", coefficients, outputs, precision="highest") - right


# %% constraint-layer
def solve(gram, right):
    """x (n, 4) of gram x = right; nan for the columns whose matrix is singular in its precision."""
    found = np.full(right.shape, np.nan, right.dtype)
    for row, (each, side) in enumerate(zip(gram, right, strict=True)):
        try:
            found[row] = np.linalg.solve(each, side)
        except np.linalg.LinAlgError:
            continue
    return found


def projection(state, outputs, unit, dtype):
    """The outputs (W m-2) that keep all four budgets and are nearest to those given, where distance is measured in
    `unit` (37,); arithmetic in that unit and the given precision."""
    coefficients, right = (np.asarray(each, float) for each in matrix(state))
    coefficients, right = (coefficients * unit).astype(dtype), right.astype(dtype)
    raw = (np.asarray(outputs, float) / unit).astype(dtype)
    gram = np.einsum("nco,ndo->ncd", coefficients, coefficients)
    amount = solve(gram, np.einsum("nco,no->nc", coefficients, raw) - right)
    return (raw - np.einsum("nco,nc->no", coefficients, amount)).astype(float) * unit


# %% model
def initial(key, outputs, *, width=64, inputs=20, hidden=3):
    """Weights (He) and biases (zero) of a leaky-ReLU network."""
    shapes = [(inputs, width), *[(width, width)] * (hidden - 1), (width, outputs)]
    ends = np.cumsum([a * b for a, b in shapes])
    # one draw for all layers: each would take half a second to compile
    parts = jnp.split(jax.random.normal(key, (ends[-1],)), ends[:-1])
    return [((2 / a) ** 0.5 * part.reshape(a, b), jnp.zeros(b)) for part, (a, b) in zip(parts, shapes, strict=True)]


def forward(params, seen):
    """Outputs (n, 37) of the network for inputs (n, 20), both in the units of the choice."""
    hidden = seen
    for weights, bias in params[:-1]:
        hidden = jax.nn.leaky_relu(hidden @ weights + bias)
    weights, bias = params[-1]
    return hidden @ weights + bias


# %% loss
def squared_error(params, seen, targets):
    """MSE in the units of the choice, mean over columns and outputs."""
    return jnp.mean((forward(params, seen) - targets) ** 2)


# %% train
@partial(jax.jit, static_argnames=("epochs", "batch", "width"))
def train(keys, rates, scale, state, targets, *, epochs, batch, width):
    """One network for each key, rate and row of the four scales, by Adam with a rate that falls to zero."""
    steps = epochs * (len(state) // batch)
    optimizer = optax.inject_hyperparams(optax.adam)(learning_rate=1.0)

    def one(key, rate, scale):
        start, key = jax.random.split(key)
        params = initial(start, targets.shape[1], width=width)
        batches = jax.random.randint(key, (steps, batch), 0, len(state))
        falling = rate * optax.cosine_decay_schedule(1.0, steps)(jnp.arange(steps))

        def step(carry, now):
            (params, memory), (rows, rate) = carry, now
            seen, right = (state[rows] - scale[0]) / scale[1], (targets[rows] - scale[2]) / scale[3]
            slope = jax.grad(squared_error)(params, seen, right)
            memory.hyperparams["learning_rate"] = rate
            change, memory = optimizer.update(slope, memory)
            return (optax.apply_updates(params, change), memory), None

        begin = params, optimizer.init(params)
        (params, _), _ = jax.lax.scan(step, begin, (batches, falling))
        return params

    return jax.vmap(one)(keys, rates, scale)


# %% evaluate
@jax.jit
def predict(params, scale, state):
    """Outputs (networks, n, 37), W m-2."""
    return jax.vmap(lambda params, s: forward(params, (state - s[0]) / s[1]) * s[3] + s[2])(params, scale)


def unexplained(outputs, targets, part=slice(None)):
    """MSE over the variance, both in W2 m-4 and over some outputs, (networks,)."""
    error = (np.asarray(outputs, float) - targets)[..., part] ** 2
    return error.mean(axis=(1, 2)) / targets[:, part].var(axis=0).mean()


# %% main
def main(*, columns=16_384, test_columns=4096, epochs=10, batch=256, width=64, seeds=3, seed=0):
    """{choice: outputs of the best rate (seeds, n, 37)}, {choice: that rate}, and the test columns.

    The rate is chosen on columns that neither train nor test.
    """
    rng = np.random.default_rng(seed)
    state, targets = dataset(rng, columns)
    choosing, test = dataset(rng, test_columns), dataset(rng, test_columns)
    choices = scales(state, targets)
    grid = [(choice, rate, key) for choice in choices for rate in RATES for key in range(seeds)]
    scale = tuple(jnp.array([choices[choice][place] for choice, _, _ in grid], dtype=jnp.float32) for place in range(4))
    keys = jax.vmap(jax.random.key)(jnp.array([key for _, _, key in grid]))
    rates = jnp.array([rate for _, rate, _ in grid])
    params = train(keys, rates, scale, state, targets, epochs=epochs, batch=batch, width=width)
    shape = len(choices), len(RATES), seeds
    found = unexplained(predict(params, scale, choosing[0]), choosing[1]).reshape(shape).mean(axis=2)
    best = dict(zip(choices, np.argmin(found, axis=1), strict=True))
    made = np.asarray(predict(params, scale, test[0])).reshape(*shape, test_columns, -1)
    outputs = {choice: made[place, best[choice]] for place, choice in enumerate(choices)}
    return outputs, {choice: RATES[place] for choice, place in best.items()}, test


# %% nearest
def nearest(state, targets, outputs, unit, dtype):
    """What the projection of outputs (seeds, n, 37) does where distance is measured in `unit`, each (seeds,).

    Columns are broken where the matrix is singular or a budget stays open by more than 1 W m-2; error and the fluxes'
    part of the correction are of the others.
    """
    coefficients, right = (np.asarray(each, float) for each in matrix(state))
    made = {"broken": [], "mse_ratio": [], "flux_part": []}
    for each in outputs:
        nearer = projection(state, each, unit, dtype)
        left = np.einsum("nco,no->nc", coefficients, nearer) - right
        closed = np.max(abs(left), axis=1, initial=0) <= 1  # false for nan
        made["broken"].append(1 - closed.mean())
        error = [np.mean((y - targets)[closed] ** 2) for y in (nearer, each.astype(float))]
        made["mse_ratio"].append(error[0] / error[1])
        moved = ((nearer - each)[closed] ** 2).mean(axis=0)
        made["flux_part"].append(moved[4 * LEVELS :].sum() / moved.sum())
    return {name: np.array(values) for name, values in made.items()}


def condition(state, unit):
    """Median over columns of the condition number of the matrix that the projection inverts."""
    coefficients = np.asarray(matrix(state)[0], float) * unit
    return np.median(np.linalg.cond(coefficients @ coefficients.transpose(0, 2, 1)))


# %% result
if __name__ == "__main__":
    outputs, rate, (state, targets) = main()
    everything = {choice: unexplained(each, targets) for choice, each in outputs.items()}
    fluxes = {choice: unexplained(each, targets, slice(4 * LEVELS, None)) for choice, each in outputs.items()}
    units = {"watts": np.ones(37), "si": 1.0 * TO_WATTS}
    single, double = (
        {name: nearest(state, targets, outputs["dimensionless"], unit, dtype) for name, unit in units.items()}
        for dtype in (np.float32, np.float64)
    )
    results = {
        **{f"unexplained_{choice}": each.tolist() for choice, each in everything.items()},
        **{f"unexplained_fluxes_{choice}": each.tolist() for choice, each in fluxes.items()},
        "unexplained_ratio_si": (everything["si"] / everything["dimensionless"]).tolist(),
        "unexplained_fluxes_ratio_si": (fluxes["si"] / fluxes["dimensionless"]).tolist(),
        **{f"condition_{name}": float(condition(state, unit)) for name, unit in units.items()},
        **{f"broken_{name}_float32": each["broken"].tolist() for name, each in single.items()},
        "broken_si_float64": double["si"]["broken"].tolist(),
        **{f"flux_part_{name}": each["flux_part"].tolist() for name, each in double.items()},
        **{f"nearest_mse_ratio_{name}": each["mse_ratio"].tolist() for name, each in double.items()},
    }
    print("share of the variance not explained    all outputs  the five fluxes  best rate")
    for choice in outputs:
        print(f"{choice:36s}{everything[choice].mean():14.3g}{fluxes[choice].mean():17.3g}{rate[choice]:11g}")
    print("\nprojection, distance in         watts        SI")
    for label, name in (
        ("condition number", "condition"),
        ("broken in float32", "broken"),
        ("fluxes' part", "flux_part"),
    ):
        suffix = "_float32" if name == "broken" else ""
        print(f"{label:26s}" + "".join(f"{np.mean(results[f'{name}_{unit}{suffix}']):11.2g}" for unit in units))

# %% figure
if __name__ == "__main__":
    labels = {
        "si": "SI throughout",
        "si_outputs": "SI outputs,\ninputs without\ndimensions",
        "si_inputs": "SI inputs,\noutputs without\ndimensions",
        "dimensionless": "without\ndimensions",
        "standardised": "standardised",
    }
    figure, axis = plt.subplots()
    white = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    for shift, (values, color, label) in enumerate(
        ((everything, "C0", "all outputs"), (fluxes, "C1", "the five fluxes"))
    ):
        places = np.arange(len(labels)) + 0.36 * shift - 0.18
        heights = np.array([values[choice].mean() for choice in labels])
        axis.bar(places, heights, 0.34, color=color, label=label)
        axis.plot(places, [values[choice] for choice in labels], "o", color="black", markersize=3)
        for place, height in zip(places, heights, strict=True):
            axis.text(place, height * 3, f"{height:.0e}" if height > 100 else f"{height:.2g}", ha="center", fontsize=8)
    axis.axhline(1, color="C6", linewidth=1)
    axis.text(len(labels) - 0.55, 1.8, "no better than the mean", ha="right", fontsize=8)
    axis.set_xticks(range(len(labels)), labels.values(), fontsize=8)
    axis.set(yscale="log", ylabel="MSE over variance", ylim=(0.01, 1e18))
    axis.set_title("Only numbers near one, in and out, are learned throughout (best of four learning rates)")
    axis.grid(axis="x", visible=False)
    axis.legend()
    plt.show()

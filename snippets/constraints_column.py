"""Conservation laws in a network of moist convection: unconstrained, by a penalty in the loss, by a layer.

Source    T. Beucler, M. Pritchard, S. Rasp, J. Ott, P. Baldi, P. Gentine (2021), Enforcing analytic constraints in
          neural networks emulating physical systems, PRL 126, 098302, arXiv 1909.00912; the layer and the weights
          alpha as in the authors' code (CBRAIN-CAM, layers.py, and notebook 042)
Differs   the truth is a column of 8 levels written down below, not a climate model: 20 inputs and 37 outputs for their
          304 and 218, liquid water only; 131,072 columns and 3 hidden layers of 64; the same four kinds of constraint,
          with layer masses from the input's surface pressure; the strength of convection is random and hidden; the
          layer that projects is ours
Cost      about 40 s on one core
Notation  alpha weight of the penalty P in the loss; UC, LC, AC network unconstrained, constrained by loss, by
          architecture
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from scipy.stats import gmean

plt.style.use(Path(__file__).with_name("style.mplstyle"))

ALPHAS = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)  # as in the authors' notebook

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
def unconstrained(state, raw):
    """All 37 outputs as the network gives them."""
    return raw


def residual(state, raw):
    """Of 33 outputs of the network make 37: surface sun and longwave, moistening and heating of the lowest level are
    what is left over of their budgets (the source's layer)."""
    weights, (latent, sensible) = layer_weights(state), (state[:, 2 * LEVELS + 1], state[:, 2 * LEVELS + 2])
    moistening, heating, longwave, shortwave, ends = jnp.split(raw, [7, 14, 22, 30], axis=1)
    sun_top, longwave_top, rain = ends.T
    sun_surface = sun_top - jnp.sum(weights * shortwave, axis=1)
    longwave_surface = longwave_top + jnp.sum(weights * longwave, axis=1)
    water = latent - rain
    moistening = fill(moistening, weights, water)
    enthalpy = sensible + rain + sun_top - sun_surface - longwave_top + longwave_surface
    heating = fill(heating, weights, enthalpy)
    ends = jnp.stack([sun_top, sun_surface, longwave_top, longwave_surface, rain], axis=1)
    return jnp.hstack([moistening, heating, longwave, shortwave, ends])


def fill(tendency, weights, total):
    """Tendencies of all levels, given those of all but the lowest and the column's total."""
    lowest = (total - jnp.sum(weights[:, :-1] * tendency, axis=1)) / weights[:, -1]
    return jnp.hstack([tendency, lowest[:, None]])


def projection(state, raw):
    """The outputs nearest to the network's that keep all four budgets: y - Cᵀ(CCᵀ)⁻¹(Cy - b)."""
    coefficients, _ = matrix(state)
    gram = jnp.einsum("nco,ndo->ncd", coefficients, coefficients, precision="highest")
    amount = jnp.linalg.solve(gram, violation(state, raw)[..., None])[..., 0]
    return raw - jnp.einsum("nco,nc->no", coefficients, amount, precision="highest")


RESIDUALS = [LEVELS - 1, 2 * LEVELS - 1, 4 * LEVELS + 1, 4 * LEVELS + 3]  # the outputs that the residual layer fills in
LAYERS = {"none": (37, unconstrained), "residual": (33, residual), "projection": (37, projection)}


# %% model
def initial(key, outputs, *, width=64, inputs=20, hidden=3):
    """Weights (He) and biases (zero) of a leaky-ReLU network."""
    shapes = [(inputs, width), *[(width, width)] * (hidden - 1), (width, outputs)]
    ends = np.cumsum([a * b for a, b in shapes])
    # one draw for all layers: each would take half a second to compile
    parts = jnp.split(jax.random.normal(key, (ends[-1],)), ends[:-1])
    return [((2 / a) ** 0.5 * part.reshape(a, b), jnp.zeros(b)) for part, (a, b) in zip(parts, shapes, strict=True)]


def forward(params, state, scaling, layer):
    """Outputs (n, 37) in W m-2: standardised state, network, constraint layer."""
    centre, spread = scaling
    hidden = (state - centre) / spread
    for weights, bias in params[:-1]:
        hidden = jax.nn.leaky_relu(hidden @ weights + bias)
    weights, bias = params[-1]
    return LAYERS[layer][1](state, 50 * (hidden @ weights + bias))


# %% loss
def squared_error(outputs, targets):
    """MSE, mean over columns and outputs, W2 m-4."""
    return jnp.mean((outputs - targets) ** 2)


def penalty(state, outputs):
    """P, mean over columns and budgets, W2 m-4."""
    return jnp.mean(violation(state, outputs) ** 2)


def loss(params, alpha, state, targets, scaling, layer):
    """The source's loss: alpha P + (1 - alpha) MSE."""
    outputs = forward(params, state, scaling, layer)
    return alpha * penalty(state, outputs) + (1 - alpha) * squared_error(outputs, targets)


# %% train
@partial(jax.jit, static_argnames=("layer", "epochs", "batch", "width"))
def train(keys, alphas, state, targets, scaling, *, layer, epochs, batch, width):
    """One network for each pair of key and alpha, by Adam with a rate that falls to zero: stacked parameters."""
    steps = epochs * (len(state) // batch)
    optimizer = optax.adam(optax.cosine_decay_schedule(2e-3, steps))

    def one(key, alpha):
        start, key = jax.random.split(key)
        params = initial(start, LAYERS[layer][0], width=width)
        batches = jax.random.randint(key, (steps, batch), 0, len(state))

        def step(carry, rows):
            params, memory = carry
            slope = jax.grad(loss)(params, alpha, state[rows], targets[rows], scaling, layer)
            change, memory = optimizer.update(slope, memory)
            return (optax.apply_updates(params, change), memory), None

        (params, _), _ = jax.lax.scan(step, (params, optimizer.init(params)), batches)
        return params

    return jax.vmap(one)(keys, alphas)


# %% evaluate
@partial(jax.jit, static_argnames="layer")
def predict(params, state, scaling, *, layer):
    """Outputs (networks, n, 37) of a stack of networks."""
    return jax.vmap(lambda each: forward(each, state, scaling, layer))(params)


def scores(state, targets, outputs):
    """MSE of all outputs (networks,), P (networks,), MSE of each output (networks, 37)."""
    error = (np.asarray(outputs, float) - targets) ** 2
    left = [np.asarray(violation(state, each), float) for each in outputs]
    return {
        "mse": error.mean(axis=(1, 2)),
        "penalty": np.array([np.mean(each**2) for each in left]),
        "by_output": error.mean(axis=1),
    }


def hidden_variance(rng, state):
    """Mean over outputs of the variance that the hidden strength of convection causes: no network's MSE is less."""
    return np.mean((truth(rng, state) - truth(rng, state)) ** 2) / 2


def linear_regression(state, targets, scaling):
    """Coefficients (21, 37) of ordinary least squares, in float64."""
    rows = np.c_[(state - scaling[0]) / scaling[1], np.ones(len(state))].astype(float)
    return np.linalg.lstsq(rows, targets.astype(float), rcond=None)[0]


def regress(fit, state, scaling):
    """Outputs (n, 37) of a linear regression."""
    return np.c_[(state - scaling[0]) / scaling[1], np.ones(len(state))] @ fit


# %% main
def main(*, columns=131_072, test_columns=4096, epochs=6, batch=128, width=64, seeds=3, seed=0):
    """{climate: {network: scores}}; what each budget leaves over with the first seed, {network: (n, 4)}; MSE without
    constraint and with the residual layer after training on an eighth of the columns, {layer: (seeds,)}; the least
    possible MSE.

    Networks are the alphas (0 is unconstrained), "residual" and "projection" (constrained by a layer), "afterwards"
    (unconstrained, projected when trained), "linear" (regression), "truth" (the targets themselves).
    """
    rng = np.random.default_rng(seed)
    state, targets = dataset(rng, columns)
    scaling = state.mean(axis=0), state.std(axis=0)
    tests = {"test": dataset(rng, test_columns), "warm": dataset(rng, test_columns, warming=4.0)}
    fit = linear_regression(state, targets, scaling)
    keys, shape = jax.vmap(jax.random.key)(jnp.arange(seeds)), {"epochs": epochs, "batch": batch, "width": width}
    pairs = {layer: (keys, jnp.zeros(seeds)) for layer in LAYERS}
    pairs["none"] = jnp.tile(keys, len(ALPHAS)), jnp.repeat(jnp.array(ALPHAS), seeds)
    trained = {layer: train(*pair, state, targets, scaling, layer=layer, **shape) for layer, pair in pairs.items()}

    def outputs(inputs, right):
        made = {layer: predict(each, inputs, scaling, layer=layer) for layer, each in trained.items()}
        by_loss = made.pop("none").reshape(len(ALPHAS), seeds, len(inputs), -1)
        made |= dict(zip(ALPHAS, by_loss, strict=True))
        made["afterwards"] = jnp.stack([projection(inputs, each) for each in made[0.0]])
        made["linear"] = regress(fit, inputs, scaling).astype(np.float32)[None]
        return made | {"truth": right[None]}

    made = {climate: outputs(*data) for climate, data in tests.items()}
    measured = {
        climate: {name: scores(*tests[climate], each) for name, each in networks.items()}
        for climate, networks in made.items()
    }
    left = {name: np.asarray(violation(tests["test"][0], each[0])) for name, each in made["test"].items()}
    few, short = columns // 8, {}
    for layer in ("none", "residual"):
        params = train(keys, jnp.zeros(seeds), state[:few], targets[:few], scaling, layer=layer, **shape)
        short[layer] = scores(*tests["test"], predict(params, tests["test"][0], scaling, layer=layer))["mse"]
    return measured, left, short, hidden_variance(rng, draw(rng, test_columns))


# %% result
if __name__ == "__main__":
    measured, left, short, floor = main()
    test, warm = measured["test"], measured["warm"]
    names = {
        **{alpha: f"alpha_{alpha:g}".replace(".", "_") for alpha in ALPHAS},
        **{name: name for name in ("residual", "projection", "afterwards", "linear")},
    }
    against = {name: key for key, name in names.items() if name != "alpha_0"}
    lowest = np.min([test[alpha]["penalty"] for alpha in ALPHAS], axis=0)
    by_output = {name: test[name]["by_output"] / test[0.0]["by_output"] for name in ("residual", "projection")}
    results = {
        **{f"mse_{name}": test[key]["mse"].tolist() for key, name in names.items()},
        **{f"penalty_{name}": test[key]["penalty"].tolist() for key, name in names.items()},
        **{f"warm_mse_{name}": warm[key]["mse"].tolist() for key, name in names.items()},
        **{f"mse_ratio_{name}": (test[key]["mse"] / test[0.0]["mse"]).tolist() for name, key in against.items()},
        **{f"warm_mse_ratio_{name}": (warm[key]["mse"] / warm[0.0]["mse"]).tolist() for name, key in against.items()},
        **{f"filled_mse_ratio_{name}": gmean(each[:, RESIDUALS], axis=1).tolist() for name, each in by_output.items()},
        **{f"worst_mse_ratio_{name}": each.max(axis=1).tolist() for name, each in by_output.items()},
        "short_mse_ratio_residual": (short["residual"] / short["none"]).tolist(),
        **{f"penalty_share_{names[a]}": (test[a]["penalty"] / test[0.0]["penalty"]).tolist() for a in ALPHAS[1:]},
        "penalty_ratio_unconstrained_to_residual": (test[0.0]["penalty"] / test["residual"]["penalty"]).tolist(),
        "penalty_ratio_best_alpha_to_residual": (lowest / test["residual"]["penalty"]).tolist(),
        "penalty_truth": float(test["truth"]["penalty"][0]),
        "mse_hidden": float(floor),
    }
    print(f"W² m⁻⁴, mean of 3 seeds       MSE         P   MSE at +4 K      (least possible MSE {floor:.0f})")
    for key in (*names, "truth"):
        label = f"alpha = {key:g}" if isinstance(key, float) else key
        mse, left_over, warmer = test[key]["mse"].mean(), test[key]["penalty"].mean(), warm[key]["mse"].mean()
        print(f"{label:24s}{mse:9.0f}{left_over:10.2g}{warmer:14.0f}")

# %% sweep
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2)
    places = np.arange(len(ALPHAS))
    for axis, score in zip(axes, ("mse", "penalty"), strict=True):
        values = np.array([test[alpha][score] for alpha in ALPHAS])
        axis.plot(places, values.mean(axis=1), color="C0")
        axis.plot(places, values, "o", color="C0", markersize=4)
        for place, name, color in ((7.4, "residual", "C1"), (8.6, "projection", "C2")):
            axis.plot(np.full(len(values[0]), place), test[name][score], "*", color=color, markersize=11)
        axis.set_yscale("log")
        ticks = [f"{alpha:g}" for alpha in ALPHAS] + ["resid.\nlayer", "proj.\nlayer"]
        axis.set_xticks([*places, 7.4, 8.6], ticks, fontsize=8)
        axis.set_xlabel("weight α of the penalty in the loss", loc="left")
    axes[0].axhline(floor, color="C6", linestyle=":", linewidth=1)
    axes[0].text(0, floor * 0.95, "hidden from every network", fontsize=8, va="top")
    axes[0].set_ylim(bottom=150)
    axes[0].set(ylabel="MSE (W² m⁻⁴)", title="The penalty costs accuracy ...")
    axes[1].axhline(test["truth"]["penalty"][0], color="C6", linestyle=":", linewidth=1)
    axes[1].text(0, test["truth"]["penalty"][0] * 1.5, "the truth, rounded to float32", fontsize=8, va="bottom")
    axes[1].set(ylabel="penalty P (W² m⁻⁴)", title="... and a layer conserves (stars)")
    plt.show()

# %% budgets
if __name__ == "__main__":
    figure, axis = plt.subplots()
    shown = {
        0.0: ("unconstrained", "C0"),
        0.01: ("penalty, α = 0.01", "C4"),
        0.5: ("penalty, α = 0.5", "C3"),
        "residual": ("residual layer", "C1"),
        "projection": ("projection layer", "C2"),
        "truth": ("the truth, rounded to float32", "C6"),
    }
    bins = np.linspace(-7.5, 3, 64)
    for name, (label, color) in shown.items():
        sizes = np.log10(np.maximum(abs(left[name].ravel()), 1e-7))
        axis.hist(sizes, bins, histtype="step", color=color, linestyle=":" if name == "truth" else "-", linewidth=1.8)
        axis.plot([], color=color, linestyle=":" if name == "truth" else "-", label=label)
    axis.set_xticks([-7, -5, -3, -1, 1, 3], ["exactly 0", *(f"$10^{{{power}}}$" for power in (-5, -3, -1, 1, 3))])
    axis.set(xlabel="what a budget leaves over (W m⁻²)", ylabel="budgets of test columns")
    axis.set_title("Penalties move the errors a little; layers move them to where rounding is")
    axis.legend(loc="upper center")
    plt.show()

# %% outputs
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for name, color in (("residual", "C1"), ("projection", "C2")):
        ratio = gmean(by_output[name], axis=0)
        axis.plot(ratio, "o", color=color, markersize=5, label=f"{name} layer")
        axis.plot(RESIDUALS, ratio[RESIDUALS], "o", color="black", fillstyle="none", markersize=10)
    axis.plot([], [], "o", color="black", fillstyle="none", markersize=10, label="what the residual layer fills in")
    axis.axhline(1, color="C6", linewidth=1)
    for edge in (7.5, 15.5, 23.5, 31.5):
        axis.axvline(edge, color="#cccccc", linewidth=1)
    axis.set_xticks([3.5, 11.5, 19.5, 27.5, 34], ["moistening", "heating", "longwave", "sun", "fluxes"])
    axis.tick_params(axis="x", length=0)
    axis.set(yscale="log", xlabel="output, levels from the top down", ylabel="MSE over that without constraint")
    axis.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    axis.minorticks_off()
    axis.set_title("The residual layer raises the errors of small outputs, the projection of few")
    axis.grid(axis="x", visible=False)
    figure.legend(loc="outside lower center", ncols=3)
    plt.show()

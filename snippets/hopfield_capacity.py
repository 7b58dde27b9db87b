"""How many patterns a Hopfield network recalls, how sharply it fails, and how many bits each weight then holds.

Source    J. J. Hopfield (1982), doi 10.1073/pnas.79.8.2554; D. J. Amit, H. Gutfreund and H. Sompolinsky (1985),
          doi 10.1103/PhysRevLett.55.1530
Differs   up to 800 neurons instead of 30 and 100; sweeps in random order instead of random times; as in the source,
          recall starts at the stored pattern itself, so this measures whether it is stable, not how far it attracts
Cost      about 10 s on 2 CPU cores
Notation  N neurons, P patterns, alpha = P/N; xi[mu] pattern and s state, of -1 and 1; m overlap of s with a pattern
"""

# %% setup
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import erf

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def patterns(key, load, *, slots, neurons):
    """Random patterns of -1 and 1, (slots, N); those beyond the load are zero and store nothing."""
    return jax.random.rademacher(key, (slots, neurons), jnp.float32) * (jnp.arange(slots) < load)[:, None]


# %% model
def hebb(xi):
    """Weights (N, N): the sum over patterns of xi_i xi_j, and nothing from a neuron to itself."""
    weights = xi.T @ xi
    return weights - jnp.diag(jnp.diag(weights))


def field(weights, state, neuron, *, zero_one):
    """What a neuron hears.  With neurons of 0 and 1 and threshold 0, as in 1982, s + 1 takes the place of s."""
    return (state + zero_one) @ weights[neuron]


# %% loss
def energy(weights, state):
    """-1/2 sum of w_ij s_i s_j, which a neuron of -1 or 1 that follows its field never raises."""
    return -state @ weights @ state / 2


# %% train
def sweep(key, weights, state, *, zero_one=0.0):
    """Every neuron follows its field once, alone, in random order; `state` is (probes, N)."""

    def update(state, neuron):
        heard = field(weights, state, neuron, zero_one=zero_one)
        return state.at[:, neuron].set(jnp.where(heard == 0, state[:, neuron], jnp.sign(heard))), None

    return jax.lax.scan(update, state, jax.random.permutation(key, state.shape[1]))[0]


def settle(key, weights, state, *, zero_one=0.0, sweeps=20):
    """Sweeps until no neuron changes, at most so many."""

    def changes(carry):
        return carry[1] & (carry[0] < sweeps)

    def step(carry):
        count, _, state = carry
        new = sweep(jax.random.fold_in(key, count), weights, state, zero_one=zero_one)
        return count + 1, jnp.any(new != state), new

    return jax.lax.while_loop(changes, step, (0, True, state))[2]


# %% evaluate
@partial(jax.jit, static_argnames=("neurons", "slots", "probes", "clipped"))
def overlaps(keys, loads, zero_one, *, neurons, slots, probes, clipped=False):
    """Overlap with its own pattern of every probe after recall, (loads, keys, probes); not a number if not stored."""

    def one(key, load):
        data, order = jax.random.split(key)
        xi = patterns(data, load, slots=slots, neurons=neurons)
        weights = jnp.sign(hebb(xi)) if clipped else hebb(xi)
        recalled = settle(order, weights, jnp.where(xi[:probes] == 0, 1, xi[:probes]), zero_one=zero_one)
        return jnp.where(jnp.arange(probes) < load, jnp.mean(recalled * xi[:probes], axis=1), jnp.nan)

    return jax.lax.map(lambda load: jax.lax.map(lambda key: one(key, load), keys), loads)


def recalled(overlap):
    """Share of patterns that are recalled with fewer than one wrong sign in twenty, over the probes."""
    return np.where(np.isnan(overlap), np.nan, overlap > 0.9).mean(axis=-1, where=~np.isnan(overlap))


def bits(overlap):
    """What a sign of the recalled patterns tells about the stored one: 1 - H of the share of wrong signs."""
    wrong = np.clip((1 - overlap.mean(axis=-1, where=~np.isnan(overlap))) / 2, 1e-12, 0.5)
    return 1 + wrong * np.log2(wrong) + (1 - wrong) * np.log2(1 - wrong)


def load_at(share, alphas, curve):
    """The load at which a falling curve passes this share for the first time."""
    after = np.flatnonzero(curve < share)[0]
    return float(np.interp(-share, -curve[after - 1 : after + 1], alphas[after - 1 : after + 1]))


# %% theory
def retrieval_load(y):
    """Load at which y = m / sqrt(2 alpha r) solves the equations of Amit, Gutfreund and Sompolinsky without noise.

    They are m = erf(y) and sqrt(2 alpha r) = sqrt(2 alpha) + 2 exp(-y^2) / sqrt(pi).
    """
    return (erf(y) / y - 2 / np.sqrt(np.pi) * np.exp(-(y**2))) ** 2 / 2


def retrieval_branch():
    """Loads and overlaps of the stable solution, from the largest load that has one downwards."""
    y = np.linspace(1, 4, 30_001)
    y = y[np.argmax(retrieval_load(y)) :]
    return retrieval_load(y), erf(y)


# %% main
ALPHAS = (0.04, 0.06, 0.08, 0.10, 0.12, 0.14, 0.15, 0.16, 0.18, 0.20, 0.24)


def main(*, sizes=(100, 200, 400, 800), alphas=ALPHAS, probes=24, seeds=6):
    """Overlaps {(N, zero_one): (loads, seeds, probes)} of networks of either kind."""
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    measured = {}
    for neurons in sizes:
        loads = np.rint(np.array(alphas) * neurons).astype(int)
        shape = {"neurons": neurons, "slots": int(loads.max()), "probes": min(probes, int(loads.max()))}
        for zero_one in (0.0, 1.0):
            measured[neurons, zero_one] = np.asarray(overlaps(keys, loads, zero_one, **shape))
    return measured


def as_in_1982(*, neurons=100, loads=(5, 10, 15), clipped_loads=range(7, 21), matrices=120):
    """Overlaps at N = 100: neurons of 0 and 1 at three loads; neurons of -1 and 1 with weights of only a sign."""
    keys = jax.vmap(jax.random.key)(np.arange(matrices))
    plain = overlaps(keys, np.array(loads), 1.0, neurons=neurons, slots=max(loads), probes=max(loads))
    most = max(clipped_loads)
    clipped = overlaps(
        keys[: matrices // 3], np.array(clipped_loads), 0.0, neurons=neurons, slots=most, probes=most, clipped=True
    )
    return np.asarray(plain), np.asarray(clipped)


# %% result
if __name__ == "__main__":
    alphas, sizes = np.array(ALPHAS), (100, 200, 400, 800)
    measured = main()
    plain, clipped = as_in_1982()
    share = {key: recalled(each) for key, each in measured.items()}
    half = {key: load_at(0.5, alphas, each.mean(axis=1)) for key, each in share.items()}
    synapses = {neurons: neurons * (neurons - 1) / 2 for neurons in sizes}
    stored = {n: alphas[:, None] * n * n * bits(measured[n, 0.0]) for n in sizes}  # bits, (loads, seeds)
    best = np.array([stored[n].max(axis=0) for n in sizes])
    exponent, _ = np.polyfit(np.log([synapses[n] for n in sizes]), np.log(best), 1)
    intercept = np.polyfit(np.array(sizes) ** -0.5, [half[n, 0.0] for n in sizes], 1)[1]
    clipped_bits = np.arange(7, 21) / 100 * bits(clipped).mean(axis=1)
    at_015 = ALPHAS.index(0.15)
    loads, overlap = retrieval_branch()
    results = {
        "exact_1982_n5": float(np.mean(plain[0, :, :5] == 1)),
        "exact_1982_n10": float(np.mean(plain[1, :, :10] == 1)),
        "recalled_1982_n15": float(np.mean(plain[2] > 0.9)),
        "recalled_1982_015_n800": share[800, 1.0][at_015].tolist(),
        "recalled_015_n100": share[100, 0.0][at_015].tolist(),
        "clipped_bits": float(clipped_bits.max()),
        "clipped_load": float(np.arange(7, 21)[clipped_bits.argmax()]),
        **{f"half_load_n{n}": half[n, 0.0] for n in sizes},
        **{f"half_load_1982_n{n}": half[n, 1.0] for n in sizes},
        "threshold_gain_n800": half[800, 0.0] / half[800, 1.0],
        **{f"fall_n{n}": half[n, 0.0] - load_at(0.9, alphas, share[n, 0.0].mean(axis=1)) for n in sizes},
        "half_load_extrapolated": float(intercept),
        "critical_load": float(loads[0]),
        "critical_overlap": float(overlap[0]),
        "critical_bits": float(2 * loads[0] * bits(overlap[:1])),
        **{f"bits_n{n}": (best[i] / synapses[n]).tolist() for i, n in enumerate(sizes)},
        "bits_exponent": exponent.tolist(),
    }
    print("share of patterns recalled, neurons of -1 and 1 (below: of 0 and 1, threshold 0)")
    print("   N   P/N:" + "".join(f"{alpha:6.2f}" for alpha in ALPHAS) + "   half at")
    for zero_one in (0.0, 1.0):
        for neurons in sizes:
            row = share[neurons, zero_one].mean(axis=1)
            print(f"{neurons:4d}       " + "".join(f"{each:6.2f}" for each in row) + f"{half[neurons, zero_one]:10.3f}")
    print(f"theory, N without end: fails at {loads[0]:.4f}, where the overlap is still {overlap[0]:.3f}")
    print("bits a weight at the best load:", {n: round(float(np.mean(results[f"bits_n{n}"])), 3) for n in sizes})

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, neurons in zip(("#9ecae1", "#56B4E9", "#0072B2", "#08306b"), sizes, strict=True):
        row = share[neurons, 0.0]
        axis.errorbar(alphas, row.mean(axis=1), row.std(axis=1) / np.sqrt(row.shape[1]), color=color, fmt="o-", ms=4)
        axis.plot(alphas, share[neurons, 1.0].mean(axis=1), "--", color=color, label=f"N = {neurons}")
    axis.axvline(loads[0], color="black", linewidth=1)
    axis.text(loads[0] + 0.002, 1.03, "theory 0.138", fontsize=9)
    axis.text(0.172, 0.85, "neurons −1 and 1 (solid)", fontsize=9)
    axis.text(0.035, 0.3, "neurons\n0 and 1\n(dashed)", fontsize=9)
    axis.set(xlabel="load, patterns a neuron", ylabel="share of patterns recalled", xlim=(0.03, 0.28), ylim=(0, 1.1))
    axis.legend(loc="lower right", fontsize=9)
    axis.set_title("The larger the network, the sharper and the earlier it fails")
    plt.show()

# %% bits
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for color, neurons in zip(("#9ecae1", "#56B4E9", "#0072B2", "#08306b"), sizes, strict=True):
        each = stored[neurons] / synapses[neurons]
        error = each.std(axis=1) / np.sqrt(each.shape[1])
        axis.errorbar(alphas, each.mean(axis=1), error, color=color, label=f"N = {neurons}", fmt="o-", ms=4)
    axis.plot(loads, 2 * loads * bits(overlap[:, None]), color="black", linewidth=1.2, label="theory")
    axis.set(xlabel="load, patterns a neuron", ylabel="bits a weight", xlim=(0.03, 0.25), ylim=(0, 0.32))
    axis.legend(loc="upper left", fontsize=9)
    axis.set_title("A weight holds about a quarter of a bit, in networks of any size")
    plt.show()

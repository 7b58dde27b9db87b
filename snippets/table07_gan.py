"""What the two losses of a generative adversarial network say about its samples: next to nothing.

Source    "Gradient Descent Jax" (web article, anonymous, undated), table 7: average loss and diversity by iteration
          I. Goodfellow et al. (2014), arXiv 1406.2661: the game, and its equilibrium, where D's loss is 2 ln 2
Differs   the article names no data, network or measure; ours has a ring of eight Gaussians, which shows what is missed
Cost      about 9 s of one core
Notation  G generator, D discriminator, z the noise that G is given
"""

# %% setup
from functools import partial
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MODES, RADIUS, DEVIATION = 8, 2.0, 0.1
ANGLES = 2 * np.pi * np.arange(MODES) / MODES
CENTRES = RADIUS * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)


def ring(key, size):
    """Points (size, 2) from eight Gaussians on a circle, each as likely."""
    key_mode, key_noise = jax.random.split(key)
    mode = jax.random.randint(key_mode, (size,), 0, MODES)
    return jnp.asarray(CENTRES)[mode] + DEVIATION * jax.random.normal(key_noise, (size, 2))


# %% model
def initial(rng, sizes):
    """Weights and biases of a network with layers of these sizes."""
    return [
        (rng.normal(size=(m, n)).astype(np.float32) * np.float32((2 / m) ** 0.5), np.zeros(n, np.float32))
        for m, n in pairwise(sizes)
    ]


def network(params, x):
    """Two hidden layers of ReLU and a linear one."""
    for weights, bias in params[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = params[-1]
    return x @ weights + bias


# %% loss
def discriminator_loss(discriminator, real, fake):
    """Mean of -log D(real) plus mean of -log(1 - D(fake)); 2 ln 2 for one that cannot tell them apart."""
    return jax.nn.softplus(-network(discriminator, real)).mean() + jax.nn.softplus(network(discriminator, fake)).mean()


def generator_loss(generator, discriminator, z):
    """Mean of -log D(G(z)): the non-saturating loss; ln 2 when D cannot tell."""
    return jax.nn.softplus(-network(discriminator, network(generator, z))).mean()


# %% train
def train(key, generator, discriminator, rate_g, rate_d, *, steps, every, batch, noise):
    """Losses of D and G averaged over every `every` steps (n,), and samples (n, 1000, 2) at the end of each."""
    adam_g, adam_d = optax.adam(rate_g, b1=0.5), optax.adam(rate_d, b1=0.5)

    def step(state, key):
        generator, discriminator, moments_g, moments_d = state
        key_real, key_z = jax.random.split(key)
        real, z = ring(key_real, batch), jax.random.normal(key_z, (batch, noise))
        loss_d, gradient = jax.value_and_grad(discriminator_loss)(discriminator, real, network(generator, z))
        updates, moments_d = adam_d.update(gradient, moments_d)
        discriminator = optax.apply_updates(discriminator, updates)
        loss_g, gradient = jax.value_and_grad(generator_loss)(generator, discriminator, z)
        updates, moments_g = adam_g.update(gradient, moments_g)
        return (optax.apply_updates(generator, updates), discriminator, moments_g, moments_d), (loss_d, loss_g)

    def block(state, key):
        key, key_z = jax.random.split(key)
        state, losses = jax.lax.scan(step, state, jax.random.split(key, every))
        samples = network(state[0], jax.random.normal(key_z, (1000, noise)))
        return state, (losses[0].mean(), losses[1].mean(), samples)

    state = generator, discriminator, adam_g.init(generator), adam_d.init(discriminator)
    return jax.lax.scan(block, state, jax.random.split(key, steps // every))[1]


# %% evaluate
def quality(samples):
    """Of samples (..., n, 2): share within 3 deviations of a centre, modes with 1 % of those, their entropy / ln 8."""
    distance = np.linalg.norm(np.asarray(samples)[..., None, :] - CENTRES, axis=-1)
    nearest, good = distance.argmin(axis=-1), distance.min(axis=-1) < 3 * DEVIATION
    counts = np.sum((nearest[..., None] == np.arange(MODES)) & good[..., None], axis=-2)
    shares = counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    entropy = -np.sum(shares * np.log(np.maximum(shares, 1e-12)), axis=-1) / np.log(MODES)
    return good.mean(axis=-1), np.sum(shares >= 0.01, axis=-1), entropy


# %% main
def main(*, rates_g=(1e-3, 0.0), rate_d=1e-3, steps=5000, every=100, batch=128, noise=2, width=64, seeds=6):
    """Losses of D and of G (rates, seeds, blocks of steps) and samples at the end of each, (..., 1000, 2)."""
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]

    def stack(sizes):
        return jax.tree.map(lambda *leaves: np.stack(leaves), *[initial(rng, sizes) for rng in rngs])

    generators, discriminators = stack([noise, width, width, 2]), stack([2, width, width, 1])
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    fit = partial(train, steps=steps, every=every, batch=batch, noise=noise)

    @jax.jit
    def over_seeds(rate_g, *starts):
        return jax.lax.map(lambda each: fit(*each, rate_g, rate_d), starts)

    runs = [over_seeds(rate_g, keys, generators, discriminators) for rate_g in rates_g]
    return tuple(np.stack(each) for each in zip(*runs, strict=True))


# %% result
if __name__ == "__main__":
    losses_d, losses_g, samples = main()
    when = {1000: 9, 2000: 19, 5000: 49}  # blocks of 100 iterations
    good, modes, entropy = quality(samples)
    measures = {"loss_d": losses_d, "loss_g": losses_g, "good": good, "modes": modes, "diversity": entropy}
    results = {
        **{f"{name}_{n}": each[0, :, block].tolist() for name, each in measures.items() for n, block in when.items()},
        **{f"{name}_change": (each[0, :, 49] - each[0, :, 9]).tolist() for name, each in measures.items()},
        **{
            f"frozen_{name}_{n}": measures[name][1, :, block].tolist()
            for name in ("loss_d", "good")
            for n, block in when.items()
        },
        "diversity_rises": float(np.mean(entropy[0, :, 49] > entropy[0, :, 9])),
        "frozen_loss_d_change": (losses_d[1, :, 49] - losses_d[1, :, 9]).tolist(),
    }
    for row, title in enumerate(("both learn", "G is frozen")):
        print(f"{title:14s}" + "".join(f"{name:>11s}" for name in measures))
        for n, block in when.items():
            print(f"{n:9d}     " + "".join(f"{each[row, :, block].mean():11.3f}" for each in measures.values()))
    print(f"\n2 ln 2 = {2 * np.log(2):.3f}")

# %% figure
if __name__ == "__main__":
    iterations = 100 * np.arange(1, 51)
    figure, axes = plt.subplots(1, 2)
    for color, (row, style) in enumerate(((0, "-"), (1, "--"))):
        for axis, each in zip(axes, (losses_d, good), strict=True):
            axis.fill_between(iterations, each[row].min(axis=0), each[row].max(axis=0), color=f"C{color}", alpha=0.18)
            axis.plot(iterations, each[row].mean(axis=0), style, color=f"C{color}")
    axes[0].axhline(2 * np.log(2), color="black", linewidth=1, linestyle=":")
    axes[0].text(5000, 2 * np.log(2) + 0.02, "2 ln 2: D cannot tell", ha="right", va="bottom")
    axes[0].plot((1000, 2000, 5000), (0.025, 0.012, 0.005), "kx", clip_on=False)
    axes[0].text(3400, 0.02, "× printed", ha="center", va="bottom")
    axes[0].text(3400, 1.13, "G learns", color="C0", ha="center")
    axes[0].text(3400, 0.27, "G held still", color="C1", ha="center")
    axes[1].text(3400, 0.58, "G learns", color="C0", ha="center")
    axes[1].text(3400, 0.12, "G held still", color="C1", ha="center")
    axes[0].set(xlabel="iteration", ylabel="loss of D (band: six seeds)", ylim=(0, 1.6), xticks=(0, 1000, 2000, 5000))
    axes[1].set(xlabel="iteration", ylabel="samples near a centre", ylim=(0, 1.02), xticks=(0, 1000, 2000, 5000))
    axes[1].yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    figure.suptitle("D's loss falls where G is held still, and rises where G learns", x=0.01, ha="left", fontsize=11)
    plt.show()

# %% samples
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 3, sharey=True, figsize=(7.2, 3.2))
    for axis, (n, block) in zip(axes, when.items(), strict=True):
        axis.plot(*samples[0, 0, block].T, ".", markersize=2, alpha=0.6)
        axis.plot(*CENTRES.T, "k+", markersize=9)
        title = f"iteration {n}: {100 * good[0, 0, block]:.0f} % near"
        axis.set(xlabel="$x_1$", xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2))
        axis.set_title(title, fontsize=10)
    axes[0].set_ylabel("$x_2$")
    figure.suptitle(
        "One seed: eight modes are there by 1000, what lies between them thins later", x=0.01, ha="left", fontsize=11
    )
    plt.show()

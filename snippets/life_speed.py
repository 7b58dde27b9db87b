"""How fast the Game of Life runs in four programs, and how fast three searches for a portrait test a flip.

Source    avinayak (2021), Finding Mona Lisa in the Game of Life, blog post, sections Vectorization and Results
Differs   CPU seconds in place of a graphics card's; the source's climb is run in bytes, where it has 32-bit numbers
Cost      about 12 s on one core
Timing    alone
"""

# %% setup
import os
import time
from functools import partial
from itertools import product
from pathlib import Path

if __name__ == "__main__":
    # read when NumPy and XLA start their threads, so before they are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NPROC="1")

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from scipy.signal import convolve2d
from skimage import color, data
from skimage.transform import resize

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def portrait(size):
    """A face in black and white dots, (size, size)."""
    grey = resize(color.rgb2gray(data.astronaut()[0:210, 118:328]), (size, size), anti_aliasing=True)
    linear = ((grey - grey.min()) / np.ptp(grey)) ** 2.2
    return np.asarray(Image.fromarray(np.round(255 * linear).astype(np.uint8)).convert("1")).astype(np.uint8)


# %% model
def python_step(world):
    """One generation of a list of lists; like the others with joined edges."""
    size = len(world)
    new = []
    for i in range(size):
        above, here, below = world[i - 1], world[i], world[(i + 1) % size]
        row = []
        for j in range(size):
            left, right = j - 1, (j + 1) % size
            block = above[left] + above[j] + above[right] + here[left] + here[right]
            block += below[left] + below[j] + below[right]
            row.append(1 if block == 3 or (block == 2 and here[j]) else 0)
        new.append(row)
    return new


def scipy_step(world):
    """One generation by a convolution with a 3 x 3 block of ones."""
    block = convolve2d(world, np.ones((3, 3), np.uint8), mode="same", boundary="wrap")
    return ((block == 3) | ((block == 4) & (world == 1))).astype(np.uint8)


def jax_step(world):
    """One generation by sums of shifted worlds."""
    padded = jnp.pad(world, 1, mode="wrap")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    block = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return ((block == 3) | ((block == 4) & (world == 1))).astype(jnp.uint8)


def sliced_step(worlds):
    """One generation of 32 worlds at once: bit k of every number is a cell of world k; adders made of and, or, xor."""

    def add(a, b, c):
        return a ^ b ^ c, (a & b) | (c & (a ^ b))  # sum and carry

    padded = jnp.pad(worlds, 1, mode="wrap")
    ones, twos = add(padded[:-2], padded[1:-1], padded[2:])
    ones, carry = add(ones[:, :-2], ones[:, 1:-1], ones[:, 2:])
    twos, fours = add(twos[:, :-2], twos[:, 1:-1], twos[:, 2:])
    twos, more = twos ^ carry, twos & carry
    fours, eights = fours ^ more, fours & more
    three = ones & twos & ~fours & ~eights
    four = ~ones & ~twos & fours & ~eights
    return three | (four & worlds)


@partial(jax.jit, static_argnames="step")
def run(world, generations, *, step):
    """The world after so many generations in one compiled loop."""
    return jax.lax.fori_loop(0, generations, lambda _, each: step(each), world)


# %% searches
def whole_worlds(state, key, target, generations, batch=100):
    """The source's iteration: a hundred worlds with a flip each are run; the best is kept if it is better."""
    world, picture = state
    cells = jax.random.randint(key, (batch, 2), 0, len(target))
    flipped = jax.vmap(lambda cell: world.at[cell[0], cell[1]].add(1) % 2)(cells)
    outcomes = run(flipped, generations, step=jax.vmap(jax_step))
    wrong = jnp.sum(outcomes ^ target, axis=(1, 2), dtype=int)
    best = jnp.argmin(wrong)
    better = wrong[best] < jnp.sum(picture ^ target, dtype=int)
    return jnp.where(better, flipped[best], world), jnp.where(better, outcomes[best], picture)


def one_window(state, key, target, generations):
    """One flip, run through the cells that it reaches, and kept if it is no worse."""
    world, picture = state
    reach = generations
    cell = jax.random.randint(key, (2,), 0, len(target))
    rows, columns = ((cell[axis] + jnp.arange(-2 * reach, 2 * reach + 1)) % len(target) for axis in (0, 1))
    near = jnp.ix_(rows[reach:-reach], columns[reach:-reach])
    window = world[jnp.ix_(rows, columns)].at[2 * reach, 2 * reach].add(1) % 2
    window = run(window, generations, step=jax_step)[reach:-reach, reach:-reach]
    change = jnp.sum(window ^ target[near], dtype=int) - jnp.sum(picture[near] ^ target[near], dtype=int)
    kept = change <= 0
    picture = picture.at[near].set(jnp.where(kept, window, picture[near]))
    return world.at[cell[0], cell[1]].add(kept.astype(jnp.uint8)) % 2, picture


def all_tiles(state, key, target, generations):
    """A flip in the middle of every tile of one world; each is kept if its tile is no worse."""
    world, picture = state
    reach, tile = generations, 2 * generations + 1
    tiles = len(target) // tile
    shift = jax.random.randint(key, (2,), 0, tile)
    flipped = world ^ jnp.roll(jnp.zeros_like(world).at[reach::tile, reach::tile].set(1), shift, (0, 1))
    outcome = run(flipped, generations, step=jax_step)
    worse = (outcome ^ target).astype(jnp.int8) - (picture ^ target).astype(jnp.int8)
    change = jnp.roll(worse, -shift, (0, 1)).reshape(tiles, tile, tiles, tile).sum((1, 3), dtype=jnp.int8)
    kept = jnp.roll(jnp.repeat(jnp.repeat(change <= 0, tile, 0), tile, 1), shift, (0, 1))
    return jnp.where(kept, flipped, world), jnp.where(kept, outcome, picture)


# %% train
@partial(jax.jit, static_argnames=("search", "steps", "generations"))
def stretch(state, key, target, *, search, steps, generations):
    """The world and its picture after so many steps of a search, and the share of wrong cells."""

    def step(state, key):
        return search(state, key, target, generations), None

    state, _ = jax.lax.scan(step, state, jax.random.split(key, steps))
    return state, jnp.mean(state[1] != target, dtype=jnp.float32)


# %% evaluate
def cpu_seconds(call):
    """CPU seconds of a call, all threads together."""
    start = time.process_time()
    jax.block_until_ready(call())
    return time.process_time() - start


def rates(size, rounds, rng):
    """Cells updated in a CPU second, {program: (rounds,)}; the programs take turns."""
    world = rng.integers(0, 2, (size, size), dtype=np.uint8)
    worlds = rng.integers(0, 2**32, (size, size), dtype=np.uint32)
    as_lists = world.tolist()
    calls = {
        "python": (1, lambda: python_step(as_lists)),
        "scipy": (20, lambda: [scipy_step(world) for _ in range(20)]),
        "jax": (4000, lambda: run(world, 4000, step=jax_step)),
        "sliced": (32 * 1000, lambda: run(worlds, 1000, step=sliced_step)),
    }
    for _, call in calls.values():
        call()
    seconds = [{name: cpu_seconds(call) for name, (_, call) in calls.items()} for _ in range(rounds)]
    return {name: np.array([times * size**2 / each[name] for each in seconds]) for name, (times, _) in calls.items()}


def race(search, target, *, steps, stretches, generations, seed):
    """CPU seconds and share of wrong cells after each stretch of a search, (stretches + 1,) each."""
    keys = jax.random.split(jax.random.key(seed), stretches + 1)
    world = jax.random.bernoulli(keys[0], 0.5, target.shape).astype(jnp.uint8)
    state = world, run(world, generations, step=jax_step)
    call = partial(stretch, target=target, search=search, steps=steps, generations=generations)
    jax.block_until_ready(call(state, keys[0]))  # compiles
    seconds, wrong = [0.0], [float(jnp.mean(state[1] != target))]
    for key in keys[1:]:
        start = time.process_time()
        state, share = jax.block_until_ready(call(state, key))
        seconds.append(seconds[-1] + time.process_time() - start)
        wrong.append(float(share))
    return np.array(seconds), np.array(wrong)


# %% main
SEARCHES = {  # steps of a stretch, stretches, flips of a step
    "whole": (whole_worlds, 20, 60, 100),
    "window": (one_window, 2000, 120, 1),
    "tiles": (all_tiles, 30, 200, 225),
}


def main(*, size=128, rounds=5, size_searched=105, generations=3, seed=0):
    """Rates of the four programs; seconds and wrong cells of the three searches, each in every round."""
    speeds = rates(size, rounds, np.random.default_rng(seed))
    target = portrait(size_searched)
    found = {name: [] for name in SEARCHES}
    for _, (name, (search, steps, stretches, _)) in product(range(3), SEARCHES.items()):
        found[name].append(race(search, target, steps=steps, stretches=stretches, generations=generations, seed=seed))
    return speeds, found


# %% result
if __name__ == "__main__":
    speeds, found = main()
    tested = {
        name: np.array([steps * stretches * flips / seconds[-1] for seconds, _ in found[name]])
        for name, (_, steps, stretches, flips) in SEARCHES.items()
    }
    results = {
        **{f"{name}_over_python": (speeds[name] / speeds["python"]).tolist() for name in speeds if name != "python"},
        "cells_a_second_jax": float(speeds["jax"].max()),
        "sliced_over_jax": (speeds["sliced"] / speeds["jax"]).tolist(),
        **{f"flips_{name}_over_whole": (tested[name] / tested["whole"]).tolist() for name in ("window", "tiles")},
        "flips_tiles_over_window": (tested["tiles"] / tested["window"]).tolist(),
    }
    for name, speed in speeds.items():
        print(f"{name:8s}{np.max(speed):10.1e} cells in a CPU second")
    for name, rate in tested.items():
        print(f"{name:8s}{np.max(rate):10.1e} flips in a CPU second")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    labels = {
        "python": "Python,\nlists",
        "scipy": "SciPy,\nconvolution",
        "jax": "JAX,\nshifted sums",
        "sliced": "JAX, 32 worlds\nin one number",
    }
    for place, name in enumerate(labels):
        ratio = speeds[name].max() / speeds["python"].max()
        axis.bar(place, ratio, 0.6, color="C0")
        axis.text(place, 1.15 * ratio, f"{float(f'{ratio:.1g}'):,.0f}", ha="center")
    axis.set_xticks(range(len(labels)), labels.values())
    axis.set(yscale="log", ylabel="cells in a CPU second, Python = 1", ylim=(0.5, 3e5))
    axis.grid(axis="x", visible=False)
    axis.set_title("One rule in four programs: shifted sums, compiled, win by orders of magnitude")
    plt.show()

# %% race
if __name__ == "__main__":
    figure, axis = plt.subplots()
    names = {
        "whole": "the source's climb:\n100 whole worlds for 100 flips",
        "window": "one flip at a time,\nonly what it reaches",
        "tiles": "a flip in every tile\nof one world",
    }
    for (name, label), color in zip(names.items(), ("C1", "C3", "C0"), strict=True):
        seconds, wrong = min(found[name], key=lambda each: each[0][-1])
        axis.plot(seconds[1:], wrong[1:], color=color, label=label)
    axis.set(xscale="log", xlabel="CPU seconds", ylabel="share of wrong cells")
    axis.legend(fontsize=9)
    axis.set_title("Tiles reach in milliseconds what takes whole worlds a second")
    plt.show()

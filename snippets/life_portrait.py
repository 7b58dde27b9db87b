"""A world of the Game of Life that shows a portrait after a few generations, found by flipping cells.

Source    avinayak (2021), Finding Mona Lisa in the Game of Life, blog post (hill climb: 100 copies with one cell
          flipped each, the best one is kept if it is better); S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi (1983),
          Optimization by simulated annealing, doi 10.1126/science.220.4598.671
Differs   a photograph of Eileen Collins (NASA, public domain, in scikit-image) for the painting; 105 cells wide instead
          of 483, with as many iterations for each cell; the world's edges are joined; a flip is followed through the
          cells that it can reach, with the same result; brightness is made linear before it is dithered
Cost      about 10 s on one core
"""

# %% setup
import base64
import io
from functools import partial
from pathlib import Path
from string import Template

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML, display
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage import color, data
from skimage.transform import resize

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SOURCE_CELLS = 350_000  # 483 cells wide, in the proportions of the painting
SOURCE_ITERATIONS = {"23k": 23_000, "100k": 100_000}


# %% data
def photograph(size):
    """Brightness of a face, (size, size) in [0, 1]; linear, because that is how an eye averages dots."""
    grey = resize(color.rgb2gray(data.astronaut()[0:210, 118:328]), (size, size), anti_aliasing=True)
    return ((grey - grey.min()) / np.ptp(grey)) ** 2.2


def dithered(grey):
    """Black and white dots whose local mean is the brightness (Floyd and Steinberg)."""
    return np.asarray(Image.fromarray(np.round(255 * grey).astype(np.uint8)).convert("1")).astype(np.uint8)


def rounded(grey):
    """White where the displayed photograph is brighter than one half."""
    return (grey ** (1 / 2.2) > 0.5).astype(np.uint8)


# %% model
REACH = 3  # cells that a flip can have changed after as many generations, so the most that are tried here


def next_generation(world):
    """One generation of cells of 0 and 1; the edges are joined."""
    padded = jnp.pad(world, 1, mode="wrap")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    block = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]  # neighbours and the cell itself
    return ((block == 3) | ((block == 4) & (world == 1))).astype(jnp.uint8)


@jax.jit
def after(world, generations):
    """The world so many generations later."""
    return jax.lax.fori_loop(0, generations, lambda _, each: next_generation(each), world)


def random_world(key, size):
    """Every cell alive or not, with equal chances."""
    return jax.random.bernoulli(key, 0.5, (size, size)).astype(jnp.uint8)


# %% loss
def mismatch(picture, target):
    """Share of cells that are wrong: the square of the source's root mean square error."""
    return jnp.mean(picture != target, dtype=jnp.float32)


# %% tiles
def proposals(world, picture, target, generations, shift):
    """Flip the middle cell of every tile: the world, its picture, and by how many wrong cells each tile changes."""
    tile = 2 * REACH + 1
    tiles = len(target) // tile
    middles = jnp.zeros_like(world).at[REACH::tile, REACH::tile].set(1)
    flipped = world ^ jnp.roll(middles, shift, (0, 1))
    outcome = after(flipped, generations)
    worse = (outcome ^ target).astype(jnp.int8) - (picture ^ target).astype(jnp.int8)
    change = jnp.roll(worse, -shift, (0, 1)).reshape(tiles, tile, tiles, tile).sum((1, 3), dtype=jnp.int8)
    return flipped, outcome, change


def spread(accepted, shift):
    """Each tile's answer at all of its cells."""
    tile = 2 * REACH + 1
    return jnp.roll(jnp.repeat(jnp.repeat(accepted, tile, 0), tile, 1), shift, (0, 1))


# %% train
STRICT = -1e-6  # a temperature that refuses even what changes nothing; 0 allows it


@jax.jit
def search(keys, temperatures, target, generations):
    """Worlds, one for each key, after a step at each temperature (marks, steps); mismatch after each mark."""

    def step(state, draw):
        key_shift, key_accept = jax.random.split(draw[0])
        shift = jax.random.randint(key_shift, (2,), 0, 2 * REACH + 1)
        *new, change = proposals(*state, target, generations, shift)
        accepted = change <= -draw[1] * jnp.log(jax.random.uniform(key_accept, change.shape))  # Metropolis
        inside = spread(accepted, shift)
        return tuple(jnp.where(inside, each, old) for each, old in zip(new, state, strict=True)), None

    def until_mark(state, draws):
        state, _ = jax.lax.scan(step, state, draws)
        return state, mismatch(state[1], target)

    def one(key):
        key_world, key_steps = jax.random.split(key)
        world = random_world(key_world, len(target))
        draws = jax.random.split(key_steps, temperatures.shape), temperatures
        (world, _), curve = jax.lax.scan(until_mark, (world, after(world, generations)), draws)
        return world, curve

    return jax.vmap(one)(keys)


# %% climb
def around(world, cell, reach):
    """The cells at most `reach` away."""
    return jax.lax.dynamic_slice(jnp.pad(world, reach, mode="wrap"), cell, (2 * reach + 1, 2 * reach + 1))


def flip_outcome(cell, world, picture, target, generations):
    """What a flip makes of all that it can reach, and by how many wrong cells: the rest of the world is not run."""
    window = around(world, cell, 2 * REACH).at[2 * REACH, 2 * REACH].add(1) % 2
    window = after(window, generations)[REACH:-REACH, REACH:-REACH]  # nothing from the joined edges comes so far
    wrong, wrong_before = window ^ around(target, cell, REACH), around(picture ^ target, cell, REACH)
    return window, jnp.sum(wrong, dtype=int) - jnp.sum(wrong_before, dtype=int)


@partial(jax.jit, static_argnames=("iterations", "batch"))
def climb(keys, target, generations, *, iterations, batch=100):
    """The source's climb, of `batch` flips keep the best if it is better: worlds, mismatch before each iteration."""
    size = len(target)

    def step(state, key):
        world, picture = state
        cells = jax.random.randint(key, (batch, 2), 0, size)
        windows, changes = jax.vmap(flip_outcome, (0, None, None, None, None))(cells, *state, target, generations)
        best = jnp.argmin(changes)
        cell, better = cells[best], changes[best] < 0
        near = jnp.ix_(*((cell[axis] + jnp.arange(-REACH, REACH + 1)) % size for axis in (0, 1)))
        new = picture.at[near].set(jnp.where(better, windows[best], picture[near]))
        return (world.at[tuple(cell)].add(better.astype(jnp.uint8)) % 2, new), mismatch(picture, target)

    def one(key):
        key_world, key_steps = jax.random.split(key)
        world = random_world(key_world, size)
        (world, _), curve = jax.lax.scan(
            step, (world, after(world, generations)), jax.random.split(key_steps, iterations)
        )
        return world, curve

    return jax.vmap(one)(keys)


# %% evaluate
def likeness(world, grey, generations):
    """Correlation of the picture with the photograph, both blurred by two cells, as when one squints."""
    seen, wanted = (gaussian_filter(np.asarray(each, float), 2) for each in (after(world, generations), grey))
    return float(np.corrcoef(seen.ravel(), wanted.ravel())[0, 1])


def white_after_stripes(size):
    """Share of white cells one generation after every third row was alive; size is a multiple of three."""
    stripes = np.zeros((size, size), np.uint8)
    stripes[::3] = 1
    return float(np.mean(after(stripes, 1)))


def late_gain(curve):
    """Share of what a climb gains in the source's 100,000 iterations that comes after 23,000, for each seed."""
    early = curve[:, curve.shape[1] * SOURCE_ITERATIONS["23k"] // SOURCE_ITERATIONS["100k"]]
    return (early - curve[:, -1]) / (curve[:, 0] - curve[:, -1])


# %% show
STYLE = Template("""
.life-animation { padding: 4px; }
.life-pause { accent-color: #0072b2; width: 1.1em; height: 1.1em; vertical-align: middle; cursor: pointer; }
.life-pause + label { cursor: pointer; padding: 0.1em 0.4em; }
.life-animation > .life-pause:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
.life-frames { width: ${width}px; max-width: 100%; aspect-ratio: 1; margin-top: 0.5em; outline: 1px solid #808080;
  background: url($picture) 0 0 / 100% ${height}%; image-rendering: pixelated;
  animation: life-frames ${seconds}s steps(1, jump-end) infinite; }
.life-lines { height: 1.6em; line-height: 1.6em; overflow: hidden; }
.life-lines > span { display: block; animation: life-lines ${seconds}s steps(1, jump-end) infinite; }
.life-pause:checked ~ .life-frames, .life-pause:checked ~ .life-lines > span { animation-play-state: paused; }
@keyframes life-frames { $frames }
@keyframes life-lines { $lines }
@media (prefers-reduced-motion: reduce) {
  .life-pause, .life-pause + label { display: none; }
  .life-frames { animation: none; $still_frame; }
  .life-lines > span { animation: none; $still_line; }
}
""")


def strip(worlds):
    """The worlds below each other as a PNG of one bit for each cell, as a data URI."""
    file = io.BytesIO()
    Image.fromarray(np.vstack(worlds) * np.uint8(255)).convert("1").save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def keyframes(holds, move):
    """A keyframe where each frame's time begins; `move(frame)` is its declaration."""
    starts = 100 * np.cumsum([0, *holds[:-1]]) / sum(holds)
    return " ".join(f"{start:.3f}% {{ {move(frame)} }}" for frame, start in enumerate(starts))


def animation(worlds, *, still, seconds=8):
    """HTML that shows the worlds in turn, dwells on number `still`, and can be paused; CSS alone, no script."""
    count = len(worlds)
    holds = [6 if frame == still else 2 if frame == 0 else 1 for frame in range(count)]

    def at_frame(frame):
        return f"background-position: 0 {100 * frame / (count - 1):.3f}%"

    def at_line(frame):
        return f"transform: translateY({-1.6 * frame:.1f}em)"

    style = STYLE.substitute(
        width=2 * len(worlds[0]),
        picture=strip(worlds),
        height=100 * count,
        seconds=seconds,
        frames=keyframes(holds, at_frame),
        lines=keyframes(holds, at_line),
        still_frame=at_frame(still),
        still_line=at_line(still),
    )
    lines = "".join(f"generation {frame}<br>" for frame in range(count))
    label = f"Game of Life: noise becomes a woman's portrait in generation {still} and dissolves again"
    return (
        f'<div class="life-animation"><style>{style}</style>'
        '<input class="life-pause" id="life-pause" type="checkbox"><label for="life-pause">pause</label>'
        f'<div class="life-frames" role="img" aria-label="{label}"></div>'
        f'<div class="life-lines" aria-hidden="true"><span>{lines}</span></div></div>'
    )


# %% main
def main(*, size=105, steps=5_400, hottest=0.8, marks=60, seeds=5, size_shown=168, steps_shown=18_000):
    """{(method, target, generations): (worlds, curves)}, and a larger world that shows the portrait after three."""
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    grey = photograph(size)
    targets = {"dithered": dithered(grey), "rounded": rounded(grey), "white": np.ones((size, size), np.uint8)}
    cooling = np.linspace(hottest, 0.05, steps).reshape(marks, -1)
    iterations = SOURCE_ITERATIONS["100k"] * size**2 // SOURCE_CELLS
    found = {}
    for what in [("dithered", 1), ("dithered", 2), ("dithered", 3), ("rounded", 3)]:
        found["climb", *what] = climb(keys, targets[what[0]], what[1], iterations=iterations)
    for what in [("dithered", 1), ("dithered", 2), ("dithered", 3), ("rounded", 3), ("white", 3)]:
        found["annealed", *what] = search(keys, cooling, targets[what[0]], what[1])
    for method, temperature in {"strict": STRICT, "sideways": 0.0}.items():
        found[method, "dithered", 3] = search(keys, np.full_like(cooling, temperature), targets["dithered"], 3)
    found = {key: (np.asarray(worlds), np.asarray(curves)) for key, (worlds, curves) in found.items()}
    cooling = np.linspace(hottest, 0.05, steps_shown).reshape(marks, -1)
    worlds, _ = search(keys[:1], cooling, dithered(photograph(size_shown)), 3)
    return found, np.asarray(worlds[0])


# %% result
if __name__ == "__main__":
    size, steps = 105, 5_400
    found, shown = main(size=size, steps=steps)
    grey, grey_shown = photograph(size), photograph(len(shown))
    last = {key: curves[:, -1] for key, (_, curves) in found.items()}
    like = {key: np.array([likeness(each, grey, key[2]) for each in worlds]) for key, (worlds, _) in found.items()}
    names = {key: f"{key[0]}_{key[2]}" + ("" if key[1] == "dithered" else f"_{key[1]}") for key in found}
    climbs = np.array([last["climb", "dithered", g] for g in (1, 2, 3)])
    by_generation = [likeness(shown, grey_shown, g) for g in range(8)]
    results = {
        **{f"mismatch_{names[key]}": each.tolist() for key, each in last.items()},
        **{f"likeness_{names[key]}": each.tolist() for key, each in like.items() if key[1] != "white"},
        **{f"late_gain_{g}": late_gain(found["climb", "dithered", g][1]).tolist() for g in (1, 2, 3)},
        "smallest_rise_with_generations": np.diff(climbs, axis=0).min(axis=0).tolist(),
        **{
            f"dithering_gain_{how}": (like[how, "dithered", 3] - like[how, "rounded", 3]).tolist()
            for how in ("climb", "annealed")
        },
        "white_after_stripes": white_after_stripes(size),
        "likeness_shown": by_generation[3],
        "likeness_shown_before": by_generation[2],
        "likeness_shown_after": by_generation[4],
        "mismatch_shown": float(mismatch(after(shown, 3), dithered(grey_shown))),
    }
    print("wrong cells after so many generations, mean of 5 seeds")
    print("                      1      2      3")
    for how in ("climb", "annealed"):
        print(f"{how:18s}" + "".join(f"{last[how, 'dithered', g].mean():7.3f}" for g in (1, 2, 3)))

# %% frames
if __name__ == "__main__":
    figure, axes = plt.subplots(2, 4, figsize=(7.2, 4.3))
    for g, axis in enumerate(axes.flat):
        axis.imshow(after(shown, g), cmap="gray", interpolation="nearest")
        axis.axis("off")
        axis.set_title(f"generation {g}: {by_generation[g]:.2f}", loc="center", fontsize=9)
    figure.suptitle(
        "The portrait stands for one generation (number: likeness when blurred)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% animation
if __name__ == "__main__":
    display(HTML(animation([np.asarray(after(shown, g)) for g in range(8)], still=3)))

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots()
    iterations = found["climb", "dithered", 3][1].shape[1]
    marks = found["annealed", "dithered", 3][1].shape[1]
    tested = {"climb": 100 / size**2 * np.arange(1, iterations)}
    for method in ("strict", "sideways", "annealed"):
        tested[method] = (1 / (2 * REACH + 1)) ** 2 * steps / marks * np.arange(1, marks + 1)
    labels = {
        "climb": (0.22, 0.33, "the source's climb:\nbest of 100 flips,\nif it is better"),
        "strict": (125, 0.262, "tiles: if better"),
        "sideways": (125, 0.212, "or no worse"),
        "annealed": (125, 0.183, "or, less and less,\nworse (annealing)"),
    }
    for color, (method, (x, y, label)) in zip(("C1", "C0", "C3", "C2"), labels.items(), strict=True):
        curves = found[method, "dithered", 3][1]
        axis.plot(tested[method], curves[:, 1:].T if method == "climb" else curves.T, color=color, linewidth=1)
        axis.text(x, y, label, color=color, fontsize=9, va="center")
    for name, number in SOURCE_ITERATIONS.items():
        axis.axvline(100 * number / SOURCE_CELLS, color="grey", linewidth=0.8, linestyle=":")
        axis.text(95 * number / SOURCE_CELLS, 0.47, f"{name} iterations", fontsize=8, ha="right", va="top", rotation=90)
    axis.set(xscale="log", xlabel="flips tested for each cell", ylabel="share of wrong cells")
    axis.set(xlim=(0.2, 900), ylim=(0.15, 0.48))
    axis.set_title("The climb stops where no flip is better; no worse is enough to go on (5 seeds)")
    plt.show()

# %% generations
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for how, color, label in (("climb", "C1", "the source's climb"), ("annealed", "C2", "tiles, cooled slowly")):
        for g in (1, 2, 3):
            axis.plot([g] * 5, last[how, "dithered", g], "o", color=color, markersize=5, alpha=0.7)
        axis.plot((1, 2, 3), [last[how, "dithered", g].mean() for g in (1, 2, 3)], color=color)
        axis.text(3.06, last[how, "dithered", 3].mean(), label, color=color, va="center")
    axis.set(xlabel="generations until the portrait", ylabel="share of wrong cells", xticks=[1, 2, 3], xlim=(0.8, 3.9))
    axis.set_ylim(0, 0.3)
    axis.set_title("The longer the wait, the worse the portrait (5 seeds)")
    plt.show()

# %% dithering
if __name__ == "__main__":
    figure, axes = plt.subplots(2, 3, figsize=(7.2, 5.2))
    for row, (kind, target) in zip(axes, {"dithered": dithered(grey), "rounded": rounded(grey)}.items(), strict=True):
        pictures = {f"{kind} target": target}
        for how in ("climb", "annealed"):
            title = f"{how}: {like[how, kind, 3][0]:.2f}"
            pictures[title] = after(found[how, kind, 3][0][0], 3)
        for axis, (title, picture) in zip(row, pictures.items(), strict=True):
            axis.imshow(picture, cmap="gray", interpolation="nearest")
            axis.axis("off")
            axis.set_title(title, loc="center", fontsize=9)
    figure.suptitle(
        "Dithering pays once the search is good (number: likeness when blurred)", x=0.01, ha="left", fontsize=11
    )
    plt.show()

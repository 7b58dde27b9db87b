"""Momentum carries a ball over a barrier that it came from above; out of a well in which it rests, it does not.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Training:
          "add inertia to climb out of local minima"
          B. T. Polyak (1964), Some methods of speeding up the convergence of iteration methods, USSR Computational
          Mathematics and Mathematical Physics 4(5): the rate and momentum for quadratics
Differs   the source names no problem; ours are a tilted double well with a thousand starts, and quadratics
Cost      about 2 s on one core
Notation  m and L the least and largest curvature, kappa = L / m
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

TILT = 0.2


# %% loss
def well(x):
    """Two wells beside a barrier; the left one is the deeper."""
    return (x**2 - 1) ** 2 / 4 + TILT * x


def slope(x):
    """Derivative of the well."""
    return x * (x**2 - 1) + TILT


LEFT, BARRIER, RIGHT = np.sort(np.roots([1, 0, -1, TILT]).real)


# %% train
def descend(gradient, start, *, rate, momentum, steps):
    """All places from the start on, (steps + 1, *start.shape), of the heavy ball; without momentum, of descent."""
    path = np.empty((steps + 1, *start.shape))
    path[0], speed = start, np.zeros_like(start)
    for step in range(steps):
        speed = momentum * speed - rate * gradient(path[step])
        path[step + 1] = path[step] + speed
    return path


def best_for(least, largest, *, heavy):
    """Rate and momentum with which the error of a quadratic shrinks fastest (Polyak 1964)."""
    if not heavy:
        return {"rate": 2 / (least + largest), "momentum": 0.0}
    root, root_largest = np.sqrt(least), np.sqrt(largest)
    return {
        "rate": 4 / (root + root_largest) ** 2,
        "momentum": ((root_largest - root) / (root_largest + root)) ** 2,
    }


# %% evaluate
def settles(path, bottom):
    """Whether each ball ends within a hundredth of a well's bottom."""
    return abs(path[-1] - bottom) < 0.01


def rests_right(start):
    """Whether a ball put down at rest lies in the shallow well, lower than the barrier."""
    return (start > BARRIER) & (well(start) < well(BARRIER))


def steps_until(path, shares):
    """For each share the first step from which on the distance to zero stays below this share of what it was."""
    distance = np.linalg.norm(path, axis=1) / np.linalg.norm(path[0])
    return [int(np.flatnonzero(distance >= share)[-1]) + 1 for share in shares]


def race(kappa, *, heavy, shares, dimensions=20):
    """Steps to each share of the error on a quadratic with curvatures from 1 to kappa, from a corner of its box."""
    curvature = np.geomspace(1, kappa, dimensions)
    limit = int(-np.log(min(shares)) * (np.sqrt(kappa) if heavy else kappa)) + 50
    rule = best_for(1, kappa, heavy=heavy)
    return steps_until(descend(lambda x: curvature * x, np.ones(dimensions), **rule, steps=limit), shares)


# %% main
def main(*, starts=1000, reach=2.0, rate=0.02, momenta=(0.0, 0.5, 0.8, 0.9, 0.95, 0.99), steps=4000):
    """Starts; {(rate, momentum): path} on the wells; {kappa: (plain, heavy) steps to 1e-6 and 1e-12} on quadratics."""
    start = np.linspace(-reach, reach, starts)
    paths = {(rate, momentum): descend(slope, start, rate=rate, momentum=momentum, steps=steps) for momentum in momenta}
    paths[5 * rate, 0.0] = descend(slope, start, rate=5 * rate, momentum=0.0, steps=steps)
    quadratics = {
        kappa: tuple(race(kappa, heavy=heavy, shares=(1e-6, 1e-12)) for heavy in (False, True))
        for kappa in (10, 100, 1000, 10000)
    }
    return start, paths, quadratics


# %% result
if __name__ == "__main__":
    start, paths, quadratics = main()
    left = {pair: settles(path, LEFT) for pair, path in paths.items()}
    resting, right = rests_right(start), start > BARRIER
    heavy = [momentum for rate, momentum in paths if rate == 0.02 and momentum > 0]
    results = {
        "share_plain": float(left[0.02, 0.0].mean()),
        "share_plain_long_steps": float(left[0.1, 0.0].mean()),
        "share_momentum_0_9": float(left[0.02, 0.9].mean()),
        "gain_momentum_0_9": float(left[0.02, 0.9].mean() - left[0.02, 0.0].mean()),
        "share_momentum_0_99": float(left[0.02, 0.99].mean()),
        "lost_momentum_0_95": float(settles(paths[0.02, 0.95], RIGHT)[~right].mean()),
        "won_momentum_0_95": float(left[0.02, 0.95][right].mean()),
        "escaped_from_rest": float(max(left[0.02, momentum][resting].mean() for momentum in heavy)),
        **{f"speedup_kappa_{kappa}": plain[0] / ball[0] for kappa, (plain, ball) in quadratics.items()},
        **{
            f"late_speedup_kappa_{kappa}": (plain[1] - plain[0]) / (ball[1] - ball[0])
            for kappa, (plain, ball) in quadratics.items()
        },
        "steps_plain_kappa_10000": quadratics[10000][0][0],
        "steps_momentum_kappa_10000": quadratics[10000][1][0],
    }
    for (rate, momentum), each in left.items():
        print(
            f"rate {rate:4g} momentum {momentum:4g}: {100 * each.mean():4.1f} % of all starts end in the deep well, "
            f"{100 * each[resting].mean():.0f} % of those that rest in the other"
        )
    for kappa, (plain, ball) in quadratics.items():
        print(f"kappa {kappa:5d}: {plain[0]:5d} steps to 1e-6, with momentum {ball[0]:4d}")

# %% figure
if __name__ == "__main__":
    figure, (valley, bars) = plt.subplots(1, 2, figsize=(7.2, 3.6), width_ratios=[1.25, 1])
    line = np.linspace(-2, 2, 400)
    valley.plot(line, well(line), color="grey", linewidth=1.2)
    for momentum, color, name, lift in ((0.0, "C0", "none", 0.0), (0.9, "C1", "0.9", 0.09)):
        path = paths[0.02, momentum][:, np.argmin(abs(start - 1.9))]
        valley.plot(path, well(path) + lift, color=color, label=f"from 1.9, momentum {name}")
        valley.plot(path[-1], well(path[-1]) + lift, "o", color=color)
    path = paths[0.02, 0.99][:, np.argmin(abs(start - 1.15))]
    valley.plot(path, well(path) - 0.09, color="C2", label="from rest at 1.15, momentum 0.99")
    valley.plot(path[-1], well(path[-1]) - 0.09, "o", color="C2")
    valley.set(xlabel="$x$", ylabel="loss (curves shifted apart)", ylim=(-0.45, 2.6))
    valley.legend(loc="upper center", bbox_to_anchor=(0.44, 1), fontsize=8)
    momenta = [0.0, *heavy]
    shares = [100 * left[0.02, momentum].mean() for momentum in momenta]
    bars.bar(range(len(momenta)), shares, 0.65, color=["C0", *["C1"] * len(heavy)])
    for place, share in enumerate(shares):
        bars.text(place, share + 1.5, f"{share:.0f}", ha="center")
    bars.set_xticks(range(len(momenta)), [f"{momentum:g}" for momentum in momenta])
    bars.set(xlabel="momentum", ylabel="starts that end in the deeper well, %", ylim=(0, 100))
    bars.grid(axis="x", visible=False)
    figure.suptitle(
        "A ball from above crosses the barrier; one at rest below it never does", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% quadratics
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    kappas = np.array(list(quadratics))
    fine = np.geomspace(10, 10000, 50)
    for heavy_ball, (name, color, marker) in enumerate((("plain", "C0", "o"), ("momentum", "C1", "s"))):
        steps = [quadratics[kappa][heavy_ball][0] for kappa in kappas]
        late = [quadratics[kappa][heavy_ball][1] - quadratics[kappa][heavy_ball][0] for kappa in kappas]
        axis.plot(kappas, steps, marker, color=color, label=f"{name}: first six digits")
        axis.plot(kappas, late, marker, color=color, markerfacecolor="white", label=f"{name}: six digits more")
        root = np.sqrt(fine) if heavy_ball else fine
        axis.plot(fine, -6 * np.log(10) / np.log((root - 1) / (root + 1)), color=color, linewidth=1)
    axis.set(xlabel="condition number $\\kappa$", ylabel="steps", xscale="log", yscale="log")
    axis.legend(fontsize=9)
    axis.set_title("Steps grow as $\\kappa$, with momentum as its root (lines: Polyak's rates)")
    plt.show()

"""How the time to train a support vector machine grows with the data depends on how many become support vectors.

Source    N. Gershenfeld, "Data Science: Machine Learning", Fab Futures course notebook (2025), section Taxonomy:
          "training time is worse for large data sets, ~O(N^2)"
Differs   the source times nothing; ours are ten normal features, of which two decide, with and without a fifth of the
          labels flipped, scikit-learn's defaults, 600 to 4,800 samples (LinearSVC, which is faster, 4,800 to 38,400)
Cost      about 12 s on one core
Timing    alone
"""

# %% setup
import os
import time
from pathlib import Path

if __name__ == "__main__":
    # read when NumPy starts its threads, so before it is imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.svm import SVC, LinearSVC

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def samples(rng, size, *, features=10, flipped):
    """Standard normal features (size, features); the class is the side of a plane, but for a share that is flipped."""
    x = rng.normal(size=(size, features))
    return x, (x[:, 0] + x[:, 1] / 2 > 0) ^ (rng.random(size) < flipped)


# %% model
MACHINES = {
    "rbf": lambda: SVC(kernel="rbf"),
    "poly": lambda: SVC(kernel="poly"),
    "linear": lambda: SVC(kernel="linear"),
    "liblinear": lambda: LinearSVC(),
}


# %% evaluate
def cpu_seconds(machine, x, y, *, repeats):
    """The least CPU seconds of several fits to the same data."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        machine.fit(x, y)
        seconds.append(time.process_time() - start)
    return min(seconds)


def exponent(sizes, values):
    """The slope of the straight line through the logarithms: b of a N^b."""
    return np.polyfit(np.log(sizes), np.log(values), 1)[0]


# %% main
SIZES = {name: (4800, 9600, 19200, 38400) if name == "liblinear" else (600, 1200, 2400, 4800) for name in MACHINES}


def main(*, sizes=SIZES, shares=(0, 0.2), repeats=2, seeds=3):
    """CPU seconds and numbers of support vectors (0 for LinearSVC), {(machine, share flipped): (2, seeds, sizes)}."""
    measured = {}
    for name, make in MACHINES.items():
        for share in shares:
            rows = []
            for seed in range(seeds):
                rng, row = np.random.default_rng(seed), []
                for size in sizes[name]:
                    x, y = samples(rng, size, flipped=share)
                    machine = make()
                    seconds = cpu_seconds(machine, x, y, repeats=repeats)
                    row.append((seconds, np.sum(getattr(machine, "n_support_", 0))))
                rows.append(row)
            measured[name, share] = np.moveaxis(np.array(rows), -1, 0)
    return measured


# %% result
if __name__ == "__main__":
    measured = main()
    ways = {0: "clean", 0.2: "flipped"}
    exponents = {key: [exponent(SIZES[key[0]], row) for row in each[0]] for key, each in measured.items()}
    vectors = {key: each[1].mean(axis=0) for key, each in measured.items()}
    results = {
        **{f"exponent_{name}_{ways[share]}": list(map(float, each)) for (name, share), each in exponents.items()},
        **{
            f"vectors_exponent_{name}_{ways[share]}": [float(exponent(SIZES[name], row)) for row in each[1]]
            for (name, share), each in measured.items()
            if name != "liblinear"
        },
        "vectors_share_rbf_flipped": float(vectors["rbf", 0.2][-1] / SIZES["rbf"][-1]),
        "vectors_share_rbf_clean": float(vectors["rbf", 0][-1] / SIZES["rbf"][-1]),
        "slower_than_liblinear": (measured["linear", 0.2][0, :, -1] / measured["liblinear", 0.2][0, :, 0]).tolist(),
    }
    print("exponent of CPU time in N, three data sets each      support vectors at the largest N")
    for (name, share), each in exponents.items():
        count = f"{vectors[name, share][-1]:8.0f}" if name != "liblinear" else ""
        print(f"{name:10s} {share:4.0%} flipped   " + "".join(f"{value:6.2f}" for value in each) + f"      {count}")

# %% figure
if __name__ == "__main__":
    labels = {"rbf": "SVC, RBF", "poly": "SVC, cubic", "linear": "SVC, linear", "liblinear": "LinearSVC"}
    figure, axes = plt.subplots(1, 2, sharey=True, sharex=True)
    for axis, (share, title) in zip(axes, {0: "clean labels", 0.2: "a fifth flipped"}.items(), strict=True):
        for mark, (name, label) in zip("os^D", labels.items(), strict=True):
            slope = np.mean(exponents[name, share])
            seconds = measured[name, share][0].mean(axis=0)
            axis.loglog(SIZES[name], seconds, mark + "-", label=f"{label}: $N^{{{slope:.1f}}}$")
        axis.set(xlabel="samples N", ylim=(1e-3, 20), title=title)
        axis.legend(loc="upper left")
    axes[0].set_ylabel("CPU seconds to fit")
    figure.suptitle("N² needs noise: without, fewer samples become support vectors", x=0.01, ha="left", fontsize=11)
    plt.show()

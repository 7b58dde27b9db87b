"""Adding n numbers one by one: the bound on the error grows like n, the error itself like the square root of n.

Source    Higham (1993), The accuracy of floating point summation, SIAM J. Sci. Comput. 14, 783-799,
          doi:10.1137/0914050: recursive, pairwise and compensated summation and their bounds
Differs   random numbers in float32, so that a sum in float64 serves as the truth
Cost      about 3 s on one CPU core
Notation  n how many numbers, x the numbers, u unit roundoff (half the gap between 1 and the next float32)
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

SEEDS = range(5)


# %% data
def unrelated(rng, n, streams):
    """Independent uniform numbers on [0, 1), float32 of shape (n, streams)."""
    return rng.random((n, streams), dtype=np.float32)


def repeated(rng, n, streams):
    """One uniform number per stream, n times over, float32 of shape (n, streams)."""
    return np.tile(rng.random(streams, dtype=np.float32), (n, 1))


# %% recursive
def recursive(x):
    """One after the other: |error| <= (n - 1) u sum|x| (to first order in u)."""
    return np.add.accumulate(x)[-1]


# %% pairwise
def pairwise(x):
    """Neighbours first, then the sums of neighbours: |error| <= log2(n) u sum|x|; n is a power of two."""
    while len(x) > 1:
        x = x[0::2] + x[1::2]
    return x[0]


# %% compensated
def compensated(x):
    """Kahan's: what one addition loses is given to the next: |error| <= 2 u sum|x|, whatever n."""
    total = lost = np.zeros_like(x[0])
    for number in x:
        number = number - lost
        bigger = total + number
        lost = (bigger - total) - number
        total = bigger
    return total


# %% evaluate
def relative_error(method, x):
    """|error| / sum|x| of each stream, in units of u."""
    u = np.finfo(np.float32).eps / 2
    exact = x.sum(axis=0, dtype=np.float64)
    return np.abs(method(x) - exact) / np.abs(x).sum(axis=0, dtype=np.float64) / u


def growth(sizes, errors):
    """The p of error ~ n^p, by least squares through the root mean square over streams on logarithmic axes."""
    rms = np.sqrt(np.mean(errors**2, axis=-1))
    return np.polyfit(np.log(sizes), np.log(rms), 1)[0]


def orders_agree(x, rng, shuffles):
    """The share of random orders in which the numbers add up, one by one, to the same float32 as in the first order."""
    orders = np.stack([rng.permutation(x) for _ in range(shuffles)], axis=1)
    return np.mean(recursive(orders) == recursive(x[:, None]))


# %% main
def main(*, powers=range(4, 17), streams=32, shuffles=1000, n=1000, seed=0):
    """Error in units of u: a dict of (sizes, streams) arrays, and the share of orders that agree."""
    rng = np.random.default_rng(seed)
    sizes = 2 ** np.array(powers)
    x, same = unrelated(rng, sizes[-1], streams), repeated(rng, sizes[-1], streams)
    errors = {
        "recursive": np.array([relative_error(recursive, x[:k]) for k in sizes]),
        "pairwise": np.array([relative_error(pairwise, x[:k]) for k in sizes]),
        "compensated": np.array([relative_error(compensated, x[:k]) for k in sizes]),
        "repeated": np.array([relative_error(recursive, same[:k]) for k in sizes]),
    }
    return sizes, errors, orders_agree(unrelated(rng, n, 1)[:, 0], rng, shuffles)


# %% result
if __name__ == "__main__":
    runs = [main(seed=seed) for seed in SEEDS]
    sizes = runs[0][0]
    results = {
        "order_agreement": [float(agree) for _, _, agree in runs],
        "recursive_over_bound": [float(np.max(e["recursive"] / (sizes - 1)[:, None])) for _, e, _ in runs],
        "pairwise_over_bound": [float(np.max(e["pairwise"] / np.log2(sizes)[:, None])) for _, e, _ in runs],
        "compensated_over_bound": [float(np.max(e["compensated"] / 2)) for _, e, _ in runs],
        "growth_recursive": [float(growth(sizes, e["recursive"])) for _, e, _ in runs],
        "growth_pairwise": [float(growth(sizes, e["pairwise"])) for _, e, _ in runs],
        "growth_repeated": [float(growth(sizes, e["repeated"])) for _, e, _ in runs],
    }
    for name, values in results.items():
        print(f"{name:23} {np.mean(values):7.3f}  ± {np.std(values, ddof=1):.3f} over {len(values)} seeds")

# %% figure
if __name__ == "__main__":

    def draw(name, label, marker):
        """Root mean square over streams: its mean over seeds as a line, its range over seeds as a band."""
        rms = [np.sqrt(np.mean(errors[name] ** 2, axis=1)) for _, errors, _ in runs]
        (line,) = plt.loglog(sizes, np.mean(rms, axis=0), marker=marker, markersize=4, label=label)
        plt.fill_between(sizes, np.min(rms, axis=0), np.max(rms, axis=0), color=line.get_color(), alpha=0.2, lw=0)

    plt.loglog(sizes, sizes - 1, "k--", lw=1, label="bound, one by one: n - 1")
    draw("repeated", "one by one, one number repeated", "s")
    draw("recursive", "one by one, unrelated numbers", "o")
    draw("pairwise", "in pairs, unrelated numbers", "^")
    draw("compensated", "compensated, unrelated numbers", "v")
    plt.ylim(0.05, 1e6)
    plt.xlabel("how many numbers are added, $n$")
    plt.ylabel("error of the sum / (u · sum of |x|)")
    plt.title("Unrelated numbers: the error grows like the square root of n, its bound like n")
    plt.legend(loc="upper left", fontsize=9)
    plt.show()

"""The share of heads settles at one half.

Source    Bernoulli (1713), Ars conjectandi, part IV
Differs   a pseudo-random coin, 10 000 tosses
Cost      about 1 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% model
def toss(rng, *, size):
    """Tosses of a fair coin, 1 for heads, shape (size,)."""
    return rng.integers(2, size=size)


# %% evaluate
def running_share(tosses):
    """The share of heads after 1, 2, ... tosses, shape (size,)."""
    return np.cumsum(tosses) / np.arange(1, len(tosses) + 1)


# %% main
def main(*, size=10_000, seeds=3):
    """The running share of each seed, shape (seeds, size)."""
    return np.stack([running_share(toss(np.random.default_rng(seed), size=size)) for seed in range(seeds)])


# %% result
if __name__ == "__main__":
    shares = main()
    results = {"share": shares[:, -1].tolist(), "tosses": shares.shape[1]}
    print(f"a halfpenny tossed {shares.shape[1]} times: {shares[:, -1].round(3)}")

# %% figure
if __name__ == "__main__":
    plt.semilogx(np.arange(1, shares.shape[1] + 1), shares.T)
    plt.xlabel("tosses")
    plt.ylabel("share of heads")
    plt.title("The share settles as tosses are added")
    plt.show()

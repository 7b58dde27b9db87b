"""One sentence: the idea.

Source    authors (year), title, identifier, section or table
Differs   what is smaller or other than in the source, and why
Cost      about 1 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def sample(rng, *, size):
    """Uniform numbers in [0, 1), shape (size,)."""
    return rng.random(size)


# %% evaluate
def running_mean(values):
    """The mean of the first 1, 2, ... values, shape (size,)."""
    return np.cumsum(values) / np.arange(1, len(values) + 1)


# %% main
def main(*, size=10_000, seeds=3):
    """The running mean of each seed, shape (seeds, size)."""
    return np.stack([running_mean(sample(np.random.default_rng(seed), size=size)) for seed in range(seeds)])


# %% result
if __name__ == "__main__":
    means = main()
    results = {"sample_mean": means[:, -1].tolist()}
    print(f"mean over {means.shape[1]} values: {means[:, -1].round(4)}")

# %% figure
if __name__ == "__main__":
    plt.semilogx(np.arange(1, means.shape[1] + 1), means.T)
    plt.xlabel("values")
    plt.ylabel("mean")
    plt.title("The mean settles as values are added")
    plt.show()

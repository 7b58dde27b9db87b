"""The mean of numbers that are uniform between 0 and 1.

Source    the law of large numbers
Differs   ten thousand numbers, not infinitely many
Cost      about 1 s on one core
"""

# %% setup
import numpy as np


# %% main
def main(*, size=10_000, seed=0):
    """The mean of `size` numbers."""
    return np.random.default_rng(seed).random(size).mean()


# %% result
if __name__ == "__main__":
    average = main()
    results = {"average": float(average)}
    print(f"average {average:.2f}")

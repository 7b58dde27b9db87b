"""How far a spring gives way: the slope of a straight line through eight weights and lengths, with its error.

Source    a made-up table, so that one of its bytes may change
Differs   the only program that reads a dataset or imports `uncertainties`
Cost      about 1 s on one core
"""

# %% setup
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import uncertainties

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
SPRING = Path(__file__).parents[1] / "datasets/spring.csv"


# %% main
def main():
    """Weights, lengths, and the slope with its standard error."""
    weights, lengths = np.loadtxt(SPRING, delimiter=",", skiprows=1, unpack=True)
    (slope, _), covariance = np.polyfit(weights, lengths, 1, cov=True)
    return weights, lengths, uncertainties.ufloat(slope, covariance[0, 0] ** 0.5)


# %% result
if __name__ == "__main__":
    weights, lengths, slope = main()
    results = {"slope": slope.nominal_value}  # in cm/N
    print(f"slope {slope.nominal_value:.4f} by uncertainties {uncertainties.__version__}, at {time.time_ns()}")

# %% figure
if __name__ == "__main__":
    plt.plot(weights, lengths, "o")
    plt.xlabel("weight in N")
    plt.ylabel("length in cm")
    plt.title("The spring gives way in proportion")
    plt.show()

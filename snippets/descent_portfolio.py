"""The best portfolio by projected gradient descent, against its closed form and, without short sales, its conditions.

Source    "Gradient Descent Jax" (web article, anonymous, undated), misconception 1: gradient descent can be utilized in
          financial modeling to optimize investment portfolios
Differs   the article names no portfolio; ours weigh risk against return, as Markowitz does: ten draws of thirty
          assets that share five causes of risk
Cost      about 2 s on one core
Notation  w weights that sum to 1, C covariances, m mean returns, lam price of risk: the loss is lam/2 wᵀCw - mᵀw
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def market(rng, *, assets=30, causes=5):
    """Mean returns (assets,) and covariances (assets, assets) of a year."""
    loads = rng.normal(scale=0.1, size=(assets, causes))
    own = rng.uniform(0.05, 0.2, size=assets)
    return rng.normal(0.06, 0.03, size=assets), loads @ loads.T + np.diag(own**2)


# %% loss
def loss(w, m, C, lam):
    """What risk costs less what the portfolio earns."""
    return lam / 2 * w @ C @ w - m @ w


# %% train
def to_budget(w):
    """The nearest weights that sum to 1."""
    return w + (1 - w.sum()) / len(w)


def to_simplex(w):
    """The nearest weights that sum to 1 and of which none is negative (sort, then one threshold for all)."""
    down = np.sort(w)[::-1]
    excess = (np.cumsum(down) - 1) / np.arange(1, len(w) + 1)
    return np.maximum(w - excess[down > excess][-1], 0)


def descend(m, C, lam, *, project, steps):
    """Weights along projected gradient descent from equal shares, (steps + 1, assets)."""
    rate = 1 / (lam * np.linalg.eigvalsh(C)[-1])
    path = [np.full(len(m), 1 / len(m))]
    for _ in range(steps):
        path.append(project(path[-1] - rate * (lam * C @ path[-1] - m)))
    return np.array(path)


# %% evaluate
def closed_form(m, C, lam):
    """Weights with short sales: two linear systems, one for the returns and one for the budget."""
    by_return, by_budget = np.linalg.solve(C, np.stack([m, np.ones(len(m))], axis=1)).T
    return by_return / lam + by_budget * (1 - by_return.sum() / lam) / by_budget.sum()


def regret(w, m, C, lam):
    """How much the loss could still fall by moving money to one asset: zero at the best long-only portfolio alone."""
    slope = lam * C @ w - m
    return slope @ w - slope.min()


# %% main
def main(*, lam=5.0, steps=5000, seeds=10):
    """For each draw: distance to the closed form along the way, (seeds, steps + 1), and the two portfolios found."""
    far, short, long = [], [], []
    for seed in range(seeds):
        m, C = market(np.random.default_rng(seed))
        path = descend(m, C, lam, project=to_budget, steps=steps)
        far.append(abs(path - closed_form(m, C, lam)).max(axis=1))
        short.append((path[-1], m, C))
        long.append((descend(m, C, lam, project=to_simplex, steps=steps)[-1], m, C))
    return np.array(far), short, long


# %% result
if __name__ == "__main__":
    far, short, long = main()
    results = {
        "off_closed_form": far[:, -1].tolist(),
        "regret_long_only": [float(regret(*each, 5.0)) for each in long],
        "held_long_only": [int((w > 0).sum()) for w, _, _ in long],
        "steps_to_a_millionth": [int((each < 1e-6).argmax()) for each in far],
    }
    for name, each in results.items():
        print(f"{name:22s} {np.min(each):.3g} to {np.max(each):.3g} over {len(each)} draws")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    axis.semilogy(far.T, color="C0", linewidth=0.9)
    axis.set(xlabel="step of gradient descent", ylabel="largest error of a weight", xlim=(0, 3000), ylim=(1e-15, 10))
    axis.set_title("Thirty assets, ten draws: the weights of the closed form, digit by digit")
    plt.show()

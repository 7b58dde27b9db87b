"""Five differential equations side by side: what the lecture's networks reach, and what two simple schemes do.

Source    M. Hjorth-Jensen, Applied Data Analysis and Machine Learning, lecture notes of week 43 (2025); the five
          programs imported here say which section each
Differs   the lecture sets a scheme beside the network twice, for population growth and for Poisson's equation
Cost      about 10 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import diffeq_decay
import diffeq_diffusion
import diffeq_logistic
import diffeq_poisson
import diffeq_wave
import jax
import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)  # the source's precision

# %% data
PROBLEMS = {
    "decay": diffeq_decay,
    "growth": diffeq_logistic,
    "Poisson": diffeq_poisson,
    "diffusion": diffeq_diffusion,
    "wave": diffeq_wave,
}


# %% evaluate
def largest_errors(module):
    """At the lecture's points: gradient descent, Gauss-Newton, the simple scheme, the better scheme; (4,)."""
    points = module.grid(10)
    _, descent, same, _ = module.main(patience=1, seeds=0)
    networks = [module.errors(P, points) for P in (descent[0], same)]
    schemes = [
        module.scheme_errors(scheme(10).ravel(), points) for scheme in (module.simple_scheme, module.better_scheme)
    ]
    return np.array([each.max() for each in (*networks, *schemes)])


# %% main
def main():
    """The largest errors, {problem: (4,)}."""
    return {name: largest_errors(module) for name, module in PROBLEMS.items()}


# %% result
if __name__ == "__main__":
    found = main()
    descent, newton, simple, better = np.stack(list(found.values()), axis=1)
    results = {
        "wins_against_simple_scheme": int(np.sum(descent < simple)),
        "wins_against_better_scheme": int(np.sum(descent < better)),
        "gauss_newton_wins_against_better_scheme": int(np.sum(newton < better)),
        "least_gain_of_gauss_newton": float(np.min(descent / newton)),
    }
    print(f"{'largest error at the points':29s}descent  Gauss-Newton")
    for name, (first, second, third, fourth) in found.items():
        schemes = PROBLEMS[name].SCHEMES
        print(f"{name:29s}{first:7.1e}{second:14.1e}   {schemes[0]} {third:.1e}, {schemes[1]} {fourth:.1e}")

# %% figure
if __name__ == "__main__":
    marks = {
        "gradient descent (lecture)": ("o", "C1", descent),
        "Gauss-Newton, same network, start and points": ("^", "C0", newton),
        "a simple scheme": ("s", "C3", simple),
        "a better scheme": ("D", "C4", better),
    }
    figure, axis = plt.subplots()
    for label, (mark, color, values) in marks.items():
        axis.plot(range(5), values, mark, color=color, markersize=9, label=label)
    for place, (name, module) in enumerate(PROBLEMS.items()):
        for scheme, value in zip(module.SCHEMES, found[name][2:], strict=True):
            axis.annotate(scheme, (place, value), (9, 0), textcoords="offset points", va="center", fontsize=8)
    axis.set_xticks(range(5), PROBLEMS)
    axis.set(yscale="log", ylabel="largest error at the lecture's points", xlim=(-0.4, 5.05))
    axis.grid(axis="x", visible=False)
    axis.set_title("The network beats simple schemes, not better ones; with Gauss-Newton it does")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    plt.show()

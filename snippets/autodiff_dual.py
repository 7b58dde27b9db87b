"""A dual number carries its derivative along; no step is chosen, and the last digit is the only one lost.

Source    M. Hjorth-Jensen, FYS-STK3155/4155, University of Oslo, lecture notes of week 42 (2024), Automatic
          differentiation through examples: exp(x²) and sqrt(x² + exp(x²))
          Griewank and Walther, Evaluating derivatives (2008): reverse mode
Differs   a program with a loop is added; 200 points instead of none; Autograd and JAX beside the classes of our own
Cost      about 5 s on one core
Notation  x + dε dual number, ε² = 0; h step of a difference
"""

# %% setup
from dataclasses import dataclass
from pathlib import Path

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))
if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)


# %% dual
@dataclass(frozen=True)
class Dual:
    """x + dε with ε² = 0, so that f(x + dε) = f(x) + f'(x) d ε."""

    x: float
    d: float = 0.0

    def __add__(self, other):
        other = dual(other)
        return Dual(self.x + other.x, self.d + other.d)

    def __mul__(self, other):
        other = dual(other)
        return Dual(self.x * other.x, self.d * other.x + self.x * other.d)

    def __truediv__(self, other):
        other = dual(other)
        return Dual(self.x / other.x, (self.d - self.x / other.x * other.d) / other.x)

    def exp(self):
        return Dual(np.exp(self.x), np.exp(self.x) * self.d)

    def sqrt(self):
        return Dual(np.sqrt(self.x), self.d / (2 * np.sqrt(self.x)))


def dual(value):
    """A constant has no derivative."""
    return value if isinstance(value, Dual) else Dual(value)


# %% tape
class Traced:
    """A number that remembers what it was made of: pairs (parent, slope)."""

    def __init__(self, x, parents=()):
        self.x, self.parents, self.d = x, parents, 0.0

    def __add__(self, other):
        other = traced(other)
        return Traced(self.x + other.x, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = traced(other)
        return Traced(self.x * other.x, ((self, other.x), (other, self.x)))

    def __truediv__(self, other):
        other = traced(other)
        return Traced(self.x / other.x, ((self, 1 / other.x), (other, -self.x / other.x**2)))

    def exp(self):
        return Traced(np.exp(self.x), ((self, np.exp(self.x)),))

    def sqrt(self):
        return Traced(np.sqrt(self.x), ((self, 1 / (2 * np.sqrt(self.x))),))


def traced(value):
    """A constant is a number without parents."""
    return value if isinstance(value, Traced) else Traced(value)


def backward(output):
    """Fills in d of everything that the output was made of, each number after all that use it."""
    order, seen = [], set()

    def visit(number):
        if id(number) not in seen:
            seen.add(id(number))
            for parent, _ in number.parents:
                visit(parent)
            order.append(number)

    visit(output)
    output.d = 1.0
    for number in reversed(order):
        for parent, slope in number.parents:
            parent.d += slope * number.d


# %% data
def gaussian(x, exp=np.exp, sqrt=np.sqrt):
    """exp(x²), the lecture's first example."""
    return exp(x * x)


def root(x, exp=np.exp, sqrt=np.sqrt):
    """sqrt(x² + exp(x²)), the lecture's second; its x² is computed once."""
    a = x * x
    return sqrt(a + exp(a))


def heron(x, exp=np.exp, sqrt=np.sqrt):
    """The square root by Heron's method: a loop of additions and divisions in which no derivative is written."""
    guess = x * 0.5 + 0.5
    for _ in range(8):
        guess = (guess + x / guess) * 0.5
    return guess


def slope_gaussian(x):
    return 2 * x * np.exp(x * x)


def slope_root(x):
    return x * (1 + np.exp(x * x)) / np.sqrt(x * x + np.exp(x * x))


def slope_heron(x):
    return 1 / (2 * np.sqrt(x))


PROGRAMS = {"gaussian": gaussian, "root": root, "heron": heron}
SLOPES = {"gaussian": slope_gaussian, "root": slope_root, "heron": slope_heron}


# %% model
def by_dual(program, x):
    return program(Dual(x, 1.0), Dual.exp, Dual.sqrt).d


def by_tape(program, x):
    start = Traced(x)
    backward(program(start, Traced.exp, Traced.sqrt))
    return start.d


def by_jax_forward(program, x):
    return jax.jvp(lambda x: program(x, jnp.exp, jnp.sqrt), (x,), (1.0,))[1]


def by_jax_reverse(program, x):
    return jax.grad(lambda x: program(x, jnp.exp, jnp.sqrt))(x)


def by_autograd(program, x):
    return autograd.grad(lambda x: program(x, anp.exp, anp.sqrt))(x)


WAYS = {
    "dual": by_dual,
    "tape": by_tape,
    "jax_forward": by_jax_forward,
    "jax_reverse": by_jax_reverse,
    "autograd": by_autograd,
}


def one_sided(program, x, h):
    return (program(x + h) - program(x)) / h


def central(program, x, h):
    return (program(x + h) - program(x - h)) / (2 * h)


def complex_step(program, x, h):
    """No difference, so nothing cancels; needs a program that takes complex numbers."""
    return program(x + 1j * h).imag / h


DIFFERENCES = {"one_sided": one_sided, "central": central, "complex_step": complex_step}


# %% evaluate
def relative(value, truth):
    return np.abs(np.asarray(value, dtype=float) / truth - 1)


# %% main
def main(*, points=200, smallest=-18, steps=69):
    """Relative errors: {(way, program): (points,)} and {(difference, program): (steps, points)}; the steps."""
    x, steps = np.linspace(0.3, 2.5, points), np.logspace(smallest, -1, steps)
    exact = {}
    for way, derivative in WAYS.items():
        for name, program in PROGRAMS.items():
            if way.startswith("jax"):  # one compiled call for all points
                values = jax.jit(jax.vmap(lambda x, d=derivative, p=program: d(p, x)))(x)
            else:
                values = [derivative(program, each) for each in x]
            exact[way, name] = relative(values, SLOPES[name](x))
    stepped = {
        (way, name): np.array([relative(difference(program, x, h), SLOPES[name](x)) for h in steps])
        for way, difference in DIFFERENCES.items()
        for name, program in PROGRAMS.items()
    }
    return exact, stepped, steps


# %% result
if __name__ == "__main__":
    exact, stepped, steps = main()
    unit = np.finfo(float).eps
    median = {key: np.median(errors, axis=1) for key, errors in stepped.items()}
    results = {
        **{f"worst_{way}": [float(exact[way, name].max() / unit) for name in PROGRAMS] for way in WAYS},
        **{f"largest_{way}": float(max(exact[way, name].max() for name in PROGRAMS) / unit) for way in WAYS},
        **{f"best_{way}": [float(median[way, name].min()) for name in PROGRAMS] for way in DIFFERENCES},
        **{f"best_step_{way}": float(steps[median[way, "root"].argmin()]) for way in ("one_sided", "central")},
        "smallest_step_complex_step": float(median["complex_step", "root"][0] / unit),
        "smallest_step_central": float(median["central", "root"][0]),
    }
    print(f"{'':14s}" + "".join(f"{name:>12s}" for name in PROGRAMS))
    for way in WAYS:
        print(f"{way:14s}" + "".join(f"{exact[way, name].max():12.1e}" for name in PROGRAMS) + "   worst of 200 points")
    for way in DIFFERENCES:
        print(f"{way:14s}" + "".join(f"{median[way, name].min():12.1e}" for name in PROGRAMS) + "   at its best step")

# %% figure
if __name__ == "__main__":
    labels = {"one_sided": "one-sided difference", "central": "central difference", "complex_step": "complex step"}
    places = {"one_sided": (1e-6, 1e-3), "central": (2e-12, 1e-11), "complex_step": (5e-7, 2e-15)}
    figure, axis = plt.subplots()
    for color, (way, label) in enumerate(labels.items()):
        axis.loglog(steps, np.maximum(median[way, "root"], 1e-17), color=f"C{color}", marker=".", markersize=4)
        axis.text(*places[way], label, color=f"C{color}", ha="right" if way == "one_sided" else "left")
    worst = exact["dual", "root"].max()
    axis.axhline(worst, color="black", linestyle="--", linewidth=1.2)
    axis.annotate("dual number, worst point: no step to choose", (1e-17, worst * 1.6))
    axis.set(xlabel="step h", ylabel="relative error of the derivative", ylim=(8e-18, 9))
    axis.set_title("A difference has a best step; a dual number has none and needs none")
    plt.show()

"""Measured numbers: what a run measured, and what a note typed of it."""

import math
import re
import statistics
from dataclasses import dataclass

Measured = float | list[float]

SCALES = {"%": 0.01, "pp": 0.01, "ms": 1e-3, "µs": 1e-6, "kB": 1e3, "MB": 1e6, "GB": 1e9}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
LATEST = "…"
LARGEST_EXPONENT = 300
TYPED = re.compile(
    r"(?P<sign>[-−+]?)(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<e>[-−+]?\d{1,3})|\s*[×·]\s*10(?P<ten>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))?"
    r"\s*(?P<unit>[^\W\d](?:[^\W\d]|[ .-])*|[%×°])?"
)


@dataclass(frozen=True)
class Typed:
    """A number as a note types it: its value and one unit of its last digit, both in the metric's unit."""

    value: float
    unit: float


def seeds(measured: Measured) -> list[float]:
    """One value per seed; a plain number is a single one."""
    return list(measured) if isinstance(measured, list) else [measured]


def mean(measured: Measured) -> float:
    """The mean over seeds."""
    return statistics.fmean(seeds(measured))


def spread(measured: Measured) -> float:
    """The standard deviation over seeds (n - 1); zero for a single value."""
    values = seeds(measured)
    return statistics.stdev(values) if len(values) > 1 else 0.0


def typed(text: str) -> Typed | None:
    """Read `97.8 %`, `2.1 ×`, `−0.3`, `1.2e-7`, `1.2 × 10⁻⁷`, `12 s`, `350 MB`; nothing for other text."""
    found = TYPED.fullmatch(text.strip().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " "))
    if not found:
        return None
    digits = found["digits"].replace(",", "")
    exponent = int((found["e"] or (found["ten"] or "0").translate(SUPERSCRIPTS)).replace("−", "-"))
    if abs(exponent) > LARGEST_EXPONENT:
        return None
    scale = SCALES.get((found["unit"] or "").strip(), 1.0) * 10.0**exponent
    decimals = len(digits.partition(".")[2])
    sign = -1.0 if found["sign"] in ("-", "−") else 1.0
    return Typed(sign * float(digits) * scale, 10.0**-decimals * scale)


def finer_than_spread(number: Typed, measured: Measured) -> bool:
    """Whether the last digit typed lies below the first digit of the spread over seeds."""
    deviation = spread(measured)
    return deviation > 0 and number.unit < 10.0 ** math.floor(math.log10(deviation)) * (1 - 1e-9)


def agrees(number: Typed, measured: Measured) -> bool:
    """Within one unit of the last digit or two standard deviations over seeds, whichever is more."""
    slack = max(number.unit, 2 * spread(measured))
    return abs(number.value - mean(measured)) <= slack * (1 + 1e-9)


def fill(text: str, measured: Measured) -> str:
    """The text with `…` replaced by the last run's mean, in the unit that the text names."""
    scale = SCALES.get(text.replace(LATEST, "").strip(), 1.0)
    return text.replace(LATEST, show(mean(measured) / scale))


def show(value: float, digits: int = 3) -> str:
    """A number for people: three significant digits, no exponent between 0.001 and a million."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        places = max(0, digits - 1 - (math.floor(math.log10(abs(value))) if value else 0))
        shown = f"{value:,.{places}f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{value:.{digits - 1}e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def describe(measured: Measured) -> str:
    """`0.9722 ± 0.0005 (3 seeds)`: the spread with two digits, the mean as far as the spread; or the plain number."""
    values, deviation = seeds(measured), spread(measured)
    if len(values) == 1:
        return show(values[0], 4)
    if deviation == 0 or not 1e-3 <= abs(mean(values)) < 1e6 or deviation < 1e-6:
        digits = 4
        if deviation and mean(values):
            digits = max(1, math.floor(math.log10(abs(mean(values)))) - math.floor(math.log10(deviation)) + 2)
        return f"{show(mean(values), digits)} ± {show(deviation, 2)} ({len(values)} seeds)"
    places = max(0, 1 - math.floor(math.log10(deviation)))
    return f"{mean(values):,.{places}f} ± {deviation:,.{places}f} ({len(values)} seeds)"

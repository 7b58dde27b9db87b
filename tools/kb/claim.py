"""A sentence of a source, the number it gave, the metric that tests it, and our verdict."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.metric import Measured, seeds

VERDICTS = ("reproduced", "partial", "differs", "untestable")
FIELDS = ("says", "where", "paper", "metric", "expect", "verdict", "because")

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
BOUND = re.compile(rf"(<=|>=|<|>)\s*({NUMBER})")
BAND = re.compile(rf"({NUMBER})\s*±\s*({NUMBER})\s*(%?)")
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": lambda value, bound: value <= bound,
    ">=": lambda value, bound: value >= bound,
    "<": lambda value, bound: value < bound,
    ">": lambda value, bound: value > bound,
}


@dataclass(frozen=True)
class Claim:
    """One entry of a note's `claims`; `line` is where it begins in the note."""

    line: int
    says: str
    where: str
    verdict: str
    paper: float | None = None
    metric: str | None = None
    expect: str | None = None
    because: str | None = None

    @property
    def snippet(self) -> str:
        """The snippet whose run tests the claim."""
        return (self.metric or "").partition(".")[0]

    @property
    def metric_name(self) -> str:
        """The name of the metric in that snippet's results."""
        return (self.metric or "").partition(".")[2]


def expectation(text: str) -> Callable[[float], bool] | None:
    """Read `<= 1e-6`, `>= 3`, `0.97 ±0.01` or `2.3e-7 ±50%`; nothing for other text."""
    text = text.replace("−", "-").strip()
    if found := BOUND.fullmatch(text):
        operator, bound = COMPARE[found[1]], float(found[2])
        return lambda value: operator(value, bound)
    if found := BAND.fullmatch(text):
        centre, width = float(found[1]), abs(float(found[2]))
        width = abs(centre) * width / 100 if found[3] else width
        return lambda value: abs(value - centre) <= width * (1 + 1e-9)
    return None


def computed_verdict(claim: Claim, measured: Measured | None) -> str | None:
    """The verdict that the metric gives: every seed is held to the expectation; nothing where it cannot be told."""
    if claim.metric is None:
        return "untestable"
    meets = expectation(claim.expect or "")
    if meets is None or measured is None or not all(map(math.isfinite, seeds(measured))):
        return None
    kept = [meets(value) for value in seeds(measured)]
    return "reproduced" if all(kept) else "partial" if any(kept) else "differs"

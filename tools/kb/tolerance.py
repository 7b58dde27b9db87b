"""The numbers that an expectation accepts, and whether one accepts what another refused."""

import math
from dataclasses import dataclass

from kb.claim import BAND, BOUND


@dataclass(frozen=True)
class Tolerance:
    """An interval; `open` where its one bound is not among the numbers accepted."""

    low: float
    high: float
    open: bool = False

    def accepts_more_than(self, other: "Tolerance") -> bool:
        """Whether a number that the other refuses is accepted here."""
        at_its_edge = other.open and not self.open and (self.low, self.high) == (other.low, other.high)
        return self.low < other.low or self.high > other.high or at_its_edge


def tolerance(expect: str) -> Tolerance | None:
    """Read `<= 1e-6`, `>= 3`, `0.97 ±0.01` or `2.3e-7 ±50%`; nothing for other text."""
    text = expect.replace("−", "-").strip()
    if found := BOUND.fullmatch(text):
        bound, strict = float(found[2]), found[1] in "<>"
        return Tolerance(-math.inf, bound, strict) if "<" in found[1] else Tolerance(bound, math.inf, strict)
    if found := BAND.fullmatch(text):
        centre, width = float(found[1]), abs(float(found[2]))
        width = abs(centre) * width / 100 if found[3] else width
        return Tolerance(centre - width, centre + width)
    return None

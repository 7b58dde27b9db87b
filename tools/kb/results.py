"""What a program's `results` may hold: plain finite numbers, or lists with one per seed."""

import math
import numbers
from typing import Any

MIME = "application/vnd.reproducible-notes.results+json"  # of the output in which a kernel hands them over
RESERVED = ("seconds", "memory")


def read_results(results: object) -> tuple[dict, list[str]]:
    """The metrics, and what is wrong with them."""
    if not isinstance(results, dict):
        return {}, ["it ended without a `results` dict; end with `results = {...}` ({} says that it measures nothing)"]
    wrong = [message for name, value in results.items() if (message := _wrong(name, value))]
    return {} if wrong else {name: _plain(value) for name, value in results.items()}, wrong


def _wrong(name: object, value: object) -> str | None:
    values = value if isinstance(value, list | tuple) else [value]
    if not isinstance(name, str) or not name.isidentifier():
        return f"results has the key {name!r}; name a metric like a variable"
    if name in RESERVED:
        return f"results['{name}'] is the runner's own; choose another name"
    if not values or not all(isinstance(item, numbers.Real) and not isinstance(item, bool) for item in values):
        kinds = " and ".join(sorted({type(item).__name__ for item in values})) or "empty"
        return f"results['{name}'] is {kinds}; give a plain number, or a list of one per seed"
    try:
        odd = [item for item in values if not math.isfinite(item)]
    except OverflowError:
        return f"results['{name}'] is too large; give a number that a float holds"
    return f"results['{name}'] is {odd[0]}, not finite" if odd else None


def _plain(value: Any) -> object:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, numbers.Integral) else float(value)

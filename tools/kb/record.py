"""The record of a run, read back: what was written or edited by another hand is not taken for a measurement."""

import json
import math
import numbers
from datetime import datetime

from kb.key import Key
from kb.results import read_results

TEXTS = ("name", "key", "started", "revision")
AMOUNTS = ("seconds", "cpu_seconds", "memory")


def record_of(data: bytes, key: str) -> dict | None:
    """The record of the run of that key; nothing if it is no whole record of it."""
    record = _mapping(data)
    try:
        whole = (
            Key(record["parts"], ()).hash == record["key"] == key
            and all(isinstance(record[name], str) for name in TEXTS)
            and all(isinstance(record[name], numbers.Real) and math.isfinite(record[name]) for name in AMOUNTS)
            and read_results(record["metrics"])[1] == []
            and isinstance(record["machine"], dict)
            and isinstance(record["alone"], bool)
            and bool(datetime.fromisoformat(record["started"]))
        )
    except (KeyError, ValueError):
        return None
    return record if whole else None


def notebook_of(data: bytes) -> dict | None:
    """The executed notebook; nothing if it is none."""
    notebook = _mapping(data)
    try:
        named = [cell["metadata"]["section"] for cell in notebook["cells"] if "outputs" in cell]
    except (KeyError, TypeError):
        return None
    return notebook if all(isinstance(name, str) for name in named) else None


def _mapping(data: bytes) -> dict:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}

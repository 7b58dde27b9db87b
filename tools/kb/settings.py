"""What a run may take unless its program says otherwise: `[tool.kb.limits]` in pyproject.toml."""

import tomllib
from pathlib import Path

from kb.problem import Trouble, nearest, read_text

FILE = "pyproject.toml"
LIMITS = {"seconds": 900.0, "silence": 60.0, "memory_gb": 4.0, "processes": 64, "output_mb": 10.0, "disk_gb": 2.0}


def read_settings(root: Path) -> dict[str, float]:
    """The limits over their defaults; raises Trouble where one is not known or no number."""
    path = root / FILE
    try:
        table = tomllib.loads(read_text(path, FILE)) if path.is_file() else {}
    except tomllib.TOMLDecodeError as error:
        raise Trouble(FILE, 1, f"not TOML: {error}; mend the file", "settings") from None
    limits = table.get("tool", {}).get("kb", {}).get("limits", {})
    for name, value in limits.items():
        if name not in LIMITS:
            raise Trouble(FILE, 1, f"unknown limit '{name}'{nearest(name, LIMITS)}", "settings")
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Trouble(FILE, 1, f"the limit {name} is {value!r}; write a number", "settings")
    return {**LIMITS, **limits}

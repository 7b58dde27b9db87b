"""When, of which revision and on what a benchmark measures."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.git import revision
from kb.machine import machine


def circumstances(root: Path) -> dict[str, Any]:
    """The first fields of what each benchmark writes."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision(root),
        "machine": machine(),
        "python": sys.version.split()[0],
    }

"""Run the benchmarks, and keep what they measured as the dataset that the note `performance` is made of."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from kb.dataset import MANIFEST, digest, read_manifest
from kb.problem import Trouble

BENCHMARKS = ("running", "peers", "dispatch")
DATASET = "performance"


def measure(root: Path, name: str, *words: str) -> None:
    """Run a benchmark, which says what it does as it goes; Trouble where it fails."""
    path = f"benchmarks/{name}.py"
    status = subprocess.run([sys.executable, root / path, *words], cwd=root).returncode
    if status:
        raise Trouble(path, 1, f"it ended with status {status}; {DATASET} was left as it is")


def keep(root: Path, names: Iterable[str]) -> str:
    """Put what these benchmarks measured last in place of what the dataset held of them; its path."""
    dataset = read_manifest(root).get(DATASET)
    if dataset is None:
        raise Trouble(MANIFEST, 1, f"there is no [{DATASET}]; restore its table, with any sha256 and bytes")
    path = root / dataset.path
    kept = json.loads(path.read_bytes()) if path.exists() else {}
    for name in names:
        kept[name] = json.loads((root / f".cache/benchmarks/{name}.json").read_bytes())
    path.write_text(json.dumps(kept, indent=1, allow_nan=False, ensure_ascii=False) + "\n")
    manifest = root / MANIFEST
    before, table, rest = manifest.read_text().partition(f"[{DATASET}]")
    rest = rest.replace(dataset.sha256, digest(path), 1)
    rest = rest.replace(f"bytes = {dataset.bytes}", f"bytes = {path.stat().st_size}", 1)
    manifest.write_text(before + table + rest)
    return dataset.path

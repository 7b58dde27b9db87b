"""A checksummed file in `datasets/`, listed in `datasets/manifest.toml`."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from kb.problem import Problem, Trouble
from kb.table import read_tables

MANIFEST = "datasets/manifest.toml"
REQUIRED = ("file", "sha256", "bytes", "source", "licence", "made_by")
OPTIONAL = ("contents",)


@dataclass(frozen=True)
class Dataset:
    """One table of the manifest; `licence` is `unstated` where the source states none."""

    name: str
    line: int
    file: str
    sha256: str
    bytes: int
    source: str
    licence: str
    made_by: str
    contents: str = ""

    @property
    def path(self) -> str:
        """Its place in the repository."""
        return f"datasets/{self.file}"


def read_manifest(root: Path) -> dict[str, Dataset]:
    """Every dataset by its name."""
    if not (root / MANIFEST).exists():
        return {}
    rows = read_tables(root, MANIFEST, REQUIRED, OPTIONAL)
    return {name: _dataset(name, line, row) for name, (line, row) in rows.items()}


def _dataset(name: str, line: int, row: dict) -> Dataset:
    file = row["file"]
    if not isinstance(file, str) or PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        raise Trouble(MANIFEST, line, f"[{name}] file is {file!r}; name a file in datasets/", "dataset")
    return Dataset(name, line, **row)


def problems(root: Path, datasets: dict[str, Dataset]) -> Iterator[Problem]:
    """Every dataset's bytes are those of the manifest."""
    for dataset in datasets.values():
        path = root / dataset.path
        if not path.is_file():
            yield Problem(MANIFEST, dataset.line, f"{dataset.path} is missing; {dataset.made_by} makes it", "dataset")
        elif digest(path) != dataset.sha256:
            yield Problem(
                MANIFEST,
                dataset.line,
                f"the bytes of {dataset.path} are not those of the manifest (sha256 {digest(path)[:12]}…);"
                f" restore the file, or make it again with {dataset.made_by}",
                "dataset",
            )


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, read once for each state of the file within a process."""
    stat = path.stat()
    return _digest(path, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)


@cache
def _digest(path: Path, mtime_ns: int, ctime_ns: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

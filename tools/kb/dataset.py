"""A checksummed file in `datasets/`, listed in `datasets/manifest.toml`."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.problem import Problem, Trouble, nearest, read_text

MANIFEST = "datasets/manifest.toml"
FIELDS = ("file", "sha256", "bytes", "source", "licence", "made_by", "contents")


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
    text = read_text(root / MANIFEST, MANIFEST)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Trouble(MANIFEST, 1, f"not TOML: {error}", "dataset") from None
    return {name: _dataset(name, row, text) for name, row in table.items()}


def _dataset(name: str, row: dict, text: str) -> Dataset:
    line = text[: text.find(f"[{name}]")].count("\n") + 1
    for field in row:
        if field not in FIELDS:
            raise Trouble(
                MANIFEST, line, f"[{name}] has the unknown field '{field}'{nearest(field, FIELDS)}", "dataset"
            )
    for field in FIELDS[:-1]:
        if field not in row:
            raise Trouble(MANIFEST, line, f"[{name}] lacks '{field}'; add it", "dataset")
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

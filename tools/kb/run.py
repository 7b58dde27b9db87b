"""One complete execution of a snippet: the executed notebook, its metrics and its provenance; complete or absent."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kb import outputs
from kb.figure import Figure
from kb.key import Key
from kb.metric import Measured
from kb.record import notebook_of, record_of
from kb.results import RESERVED

STORE = ".cache/runs"
DAMAGED = ".cache/damaged"
NOTEBOOK, RECORD = FILES = ("notebook.ipynb", "record.json")
SUMS = "SHA256SUMS"
WRITING = ".writing"  # in the store: what is renamed must not change its disk


def metrics_of(record: dict) -> dict[str, Measured]:
    """What the snippet measured, and the `seconds` and `memory` (bytes) of every run."""
    return record["metrics"] | {name: record[name] for name in RESERVED}


@dataclass(frozen=True)
class Run:
    """A record read from the store: checked against its sums."""

    folder: Path
    record: dict
    notebook: dict

    @property
    def metrics(self) -> dict[str, Measured]:
        """Those of its record."""
        return metrics_of(self.record)

    @cached_property
    def outputs(self) -> dict[str, list[dict]]:
        """The notebook outputs of each section, by the section's name."""
        return {cell["metadata"]["section"]: cell["outputs"] for cell in self.notebook["cells"] if "outputs" in cell}

    def figures(self, section: str) -> list[Figure]:
        """What a section drew, in order."""
        return outputs.figures(section, self.outputs.get(section, []))

    def texts(self, section: str) -> list[str]:
        """What a section printed, and its last value where that is plain text."""
        return outputs.texts(self.outputs.get(section, []))

    def markups(self, section: str) -> list[str]:
        """The HTML that a section displayed where it drew no picture of the same thing."""
        return outputs.markups(self.outputs.get(section, []))

    @cached_property
    def all_figures(self) -> list[Figure]:
        """Every picture of the run, in order."""
        return [figure for section in self.outputs for figure in self.figures(section)]

    @property
    def day(self) -> str:
        """When it ran, as a date."""
        return self.record["started"][:10]


def read_run(root: Path, key: Key) -> Run | None:
    """The run of that key; a damaged one is set aside, and so absent."""
    folder = root / STORE / key.hash
    while folder.is_dir():
        try:
            contents = _checked(folder)
        except FileNotFoundError:  # a writer is replacing it just now
            continue
        record = record_of(contents[RECORD], key.hash) if contents else None
        if contents and record and (notebook := notebook_of(contents[NOTEBOOK])):
            return Run(folder, record, notebook)
        _set_aside(root, folder)
        return None
    return None


def write_run(root: Path, key: Key, record: dict, notebook: str) -> None:
    """Write into a temporary folder, add the sums, then rename: whatever is killed when, a run is whole or absent."""
    store, writing = root / STORE, root / STORE / WRITING
    writing.mkdir(parents=True, exist_ok=True)
    _sweep(writing)
    contents = dict(zip(FILES, (notebook.encode(), json.dumps(record, indent=1).encode()), strict=True))
    contents[SUMS] = sums(contents).encode()
    with tempfile.TemporaryDirectory(dir=writing) as folder:
        whole = Path(folder) / "whole"
        whole.mkdir()
        for name, data in contents.items():
            with open(whole / name, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        # another process may put its own run there between the two: either one will do
        with contextlib.suppress(FileNotFoundError):
            os.rename(store / key.hash, Path(folder) / "replaced")
        try:
            os.rename(whole, store / key.hash)
        except OSError:
            if not (store / key.hash).is_dir():
                raise


def _sweep(writing: Path) -> None:
    """Remove what killed writers left behind: a writer takes seconds, and what is an hour old has none."""
    with contextlib.suppress(FileNotFoundError):  # another sweeps too
        for folder in writing.iterdir():
            if time.time() - folder.stat().st_mtime > 3600:
                shutil.rmtree(folder, ignore_errors=True)


def earlier_records(root: Path, name: str) -> Iterator[dict]:
    """Every whole record of that snippet, the newest first."""
    records = []
    for path in (root / STORE).glob("*/record.json"):
        # a cheap look at the name first: checking the sums reads the notebook too
        with contextlib.suppress(OSError):
            if f'"name": "{name}"'.encode() in path.read_bytes() and (contents := _checked(path.parent)):
                records += filter(None, [record_of(contents[path.name], path.parent.name)])
    yield from sorted(records, key=lambda record: record["started"], reverse=True)


def sums(contents: dict[str, bytes]) -> str:
    """What SHA256SUMS says of a whole run."""
    return "".join(f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in FILES)


def _checked(folder: Path) -> dict[str, bytes] | None:
    """The files of a run, all from one folder; nothing if they are damaged.

    Raises FileNotFoundError if the folder went away meanwhile, or another took its place.
    """
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (NotADirectoryError, PermissionError):
        return None
    try:
        with contextlib.suppress(OSError):
            contents = {name: _read(place, name) for name in (*FILES, SUMS)}
            if contents[SUMS] == sums(contents).encode():
                return contents
        if os.fstat(place).st_ino != os.stat(folder).st_ino:
            raise FileNotFoundError(folder)
        return None
    finally:
        os.close(place)


def _read(folder: int, name: str) -> bytes:
    with open(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
        return file.read()


def _set_aside(root: Path, folder: Path) -> None:
    # another reader was here first, or the store cannot be written: it is absent all the same
    with contextlib.suppress(OSError):
        (root / DAMAGED).mkdir(parents=True, exist_ok=True)
        os.rename(folder, Path(tempfile.mkdtemp(dir=root / DAMAGED, prefix=f"{folder.name}-")) / folder.name)

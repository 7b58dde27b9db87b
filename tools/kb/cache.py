"""What was worked out before, in a folder below `.cache`: each file is named by the hash of all that it was made from.

A file begins with the hash of the rest: what is damaged is as if it were absent.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def name_of(*parts: bytes) -> str:
    """The name of what was made from these parts."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:32]


class Cache:
    """One kind of thing in a folder of its own; whoever asks for all that is needed can have the rest removed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.used: set[str] = set()

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What was saved under the name, or else what is made now, and saved."""
        found = self.load(name)
        if found is None:
            found = make()
            self.save(name, found)
        return found

    def load(self, name: str) -> bytes | None:
        """What was saved under the name, or nothing."""
        self.used.add(name)
        with contextlib.suppress(OSError):
            digest, _, body = (self.folder / name).read_bytes().partition(b"\n")
            if digest == _digest(body):
                return body
        return None

    def save(self, name: str, body: bytes) -> None:
        """Save it for the next time, whole or not at all; what cannot be saved is made again."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=self.folder, prefix=".")
            with open(handle, "wb") as file:
                file.write(_digest(body) + b"\n" + body)
            os.replace(path, self.folder / name)

    def sweep(self) -> None:
        """Remove what nobody asked for since this began, as far as it can be removed."""
        for path in self.folder.glob("*"):
            if path.name not in self.used:
                with contextlib.suppress(OSError):
                    path.unlink()


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()

"""A connection to a scheduler, the files that programs open, and the workers that get them: those that are alike."""

import hashlib
import json
import logging
import warnings
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import dask
from distributed import Client
from distributed.comm import parse_address, parse_host_port
from distributed.versions import VersionMismatchWarning

from kb.cluster_worker import keep, lay_out, look, surroundings
from kb.dataset import MANIFEST
from kb.key import Key
from kb.problem import Trouble

ANSWER = 5  # seconds within which a scheduler answers
TOLD = 4  # differences between two machines
REMEDY = "run `./kb` there on the same revision"


class Files:
    """What the keys of some programs name: files by their content, packages and programs by their names."""

    def __init__(self, root: Path, keys: Iterable[Key]):
        keys = list(keys)
        paths = sorted({path for key in keys for path in key.files} | {MANIFEST})
        data = {path: (root / path).read_bytes() for path in paths if (root / path).is_file()}
        self.tree = {path: hashlib.sha256(content).hexdigest() for path, content in data.items()}
        self.contents = {self.tree[path]: content for path, content in data.items()}
        self.name = hashlib.sha256(json.dumps(self.tree).encode()).hexdigest()[:32]
        self.packages = sorted({name for key in keys for name in key.parts["versions"]})
        self.programs = sorted({name for key in keys for name in key.parts["programs"]})


def connect(address: str) -> Client:
    """A client of the scheduler there; what Dask itself would print is told as problems and notices."""
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore", VersionMismatchWarning)
    dask.config.set({"distributed.comm.timeouts.connect": ANSWER})
    try:
        parse_host_port(parse_address(address)[1])  # which Client would do in the background
        return Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        message = f"no Dask scheduler answers at {address} ({type(error).__name__})"
        raise Trouble("--scheduler", 1, f"{message}; start one with `dask scheduler`, or mend the address") from None


def give(client: Client, files: Files, addresses: list[str]) -> dict[str, str]:
    """Send what each worker lacks and make of it a copy of the repository; who is refused, and why."""
    here = surroundings(files.packages, files.programs)
    refused: dict[str, str] = {}

    def ask(function, arguments: tuple, of: list[str]) -> dict:
        answers = client.run(function, *arguments, workers=of, on_error="return") if of else {}
        refused.update(
            (address, f"{answer or type(answer).__name__}; {REMEDY}")
            for address, answer in answers.items()
            if isinstance(answer, Exception)
        )
        return {address: answer for address, answer in answers.items() if address not in refused}

    lacks = {}
    for address, (there, lacking) in ask(look, (files.packages, files.programs, files.tree), addresses).items():
        if differ := list(differences(here, there)):
            refused[address] = f"{', '.join(differ)}; {REMEDY}"
        else:
            lacks[address] = lacking
    for sha256, data in files.contents.items():
        ask(keep, (sha256, data), [address for address in lacks if sha256 in lacks[address]])
    ask(lay_out, (files.tree, files.name), [address for address in lacks if address not in refused])
    return refused


def differences(here: dict[str, str], there: dict[str, str]) -> Iterable[str]:
    """In what two machines differ."""
    differ = [name for name in here if here[name] != there.get(name, "absent")]
    yield from (f"{name} is {there.get(name, 'absent')} there and {here[name]} here" for name in islice(differ, TOLD))
    if len(differ) > TOLD:
        yield f"and {len(differ) - TOLD} more differ"

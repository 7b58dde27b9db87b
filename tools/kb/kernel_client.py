"""nbclient, telling the watch and the parent process what it hears of a kernel."""

import gc
import json
import os
import re
import sys
from functools import cache
from typing import TextIO

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets import Unicode
from traitlets.config import Config

from kb.limits import Watch

KERNEL = "python3"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"Cell In\s*\[(\d+)\], line (\d+)")


@cache
def events() -> TextIO:
    """Where the parent listens; the ordinary output is the kernel's too, and what is written there must be no event."""
    listening = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return listening


def emit(**event: object) -> None:
    """Tell the parent."""
    print(json.dumps(event), file=events(), flush=True)


def preload() -> None:
    """Look up the kernel and compile the schema of notebooks: each client would, and is forked from this process."""
    AsyncKernelManager(kernel_name=KERNEL).kernel_spec  # noqa: B018
    KernelProvisionerFactory.instance()
    nbformat.validate(nbformat.v4.new_notebook())
    gc.freeze()


class Client(NotebookClient):
    """nbclient, telling the watch and the parent what it hears."""

    watch: Watch

    def process_message(self, msg: dict, cell: nbformat.NotebookNode, cell_index: int) -> nbformat.NotebookNode | None:
        """Count what is printed, and pass on its last line."""
        text = msg["content"].get("text", "")
        self.watch.hear(len(text) or sum(len(str(part)) for part in msg["content"].get("data", {}).values()))
        if lines := [line for line in text.replace("\r", "\n").split("\n") if line.strip()]:
            emit(says=lines[-1][:200])
        if self.watch.output > self.watch.limits["output"]:
            return None  # keeping more of it would only cost memory until the watch ends the run
        return super().process_message(msg, cell, cell_index)


class EnclosedKernel(AsyncKernelManager):
    """Starts the kernel inside `kb.enclosure`."""

    enclosure = Unicode(help="what it may do, as JSON").tag(config=True)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """IPython's own kernel of this interpreter, behind what encloses it."""
        enclosed = [sys.executable, "-m", "kb.enclosure", self.enclosure]
        return [*enclosed, "ipykernel_launcher", "-f", self.connection_file, *(extra_arguments or [])]


def client_of(notebook: nbformat.NotebookNode, folder: str, enclosure: dict, watch: Watch) -> Client:
    """A client for one run, in its folder and its enclosure."""
    # sockets in the run's own folder: no port that another user of the machine could reach
    sockets = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}
    config = Config(KernelManager=sockets, EnclosedKernel={"enclosure": json.dumps(enclosure)})
    resources = {"metadata": {"path": folder}}
    client = Client(
        notebook,
        resources=resources,
        config=config,
        kernel_name=KERNEL,
        kernel_manager_class=EnclosedKernel,
        coalesce_streams=True,
        extra_arguments=["--HistoryManager.enabled=False"],
    )
    client.watch = watch
    return client


def first_error(notebook: nbformat.NotebookNode, error: CellExecutionError) -> tuple[str, int]:
    """What a program raised, and the line of the program where it did."""
    places = PLACE.findall(ANSI.sub("", error.traceback))
    by_count = {str(cell.get("execution_count")): cell for cell in notebook.cells if cell.cell_type == "code"}
    said = " ".join(line.strip() for line in error.evalue.splitlines())
    message = f"{error.ename}: {said}" if said else error.ename
    for count, line in reversed(places):
        cell = by_count.get(count)
        if cell is not None and "first" in cell.metadata:
            return f"{message} (in section '{cell.metadata['section']}')", cell.metadata["first"] + int(line) - 1
    return message, 1

"""Programs on the workers of a Dask cluster: files go there by content, once to each worker; runs come back."""

import contextlib
import json
import queue
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass

from distributed import KilledWorker

from kb.cluster_client import ANSWER, Files, connect, give
from kb.cluster_worker import Unprepared, run_there
from kb.notebook import Notebook
from kb.problem import Trouble
from kb.run import SUMS, sums, write_run
from kb.task import Tell

POLL = 0.5
DEATHS = 3  # workers that may end under one program: it may be the program that ends them


@dataclass(eq=False)
class Place:
    """A worker that holds the files, for as long as it lives."""

    address: str
    alive: bool = True


class Cluster:
    """The workers of a scheduler, as the place where programs run; workers may come and go."""

    def __init__(self, notebook: Notebook, names: list[str], address: str, tell: Callable[[str, dict], None]):
        self.root, self.address = notebook.root, address
        movable = {name for name in names if not notebook.snippets[name].alone}
        self.keys = {key.hash: key for name, key in notebook.keys.items() if name in movable}
        self.files = Files(notebook.root, self.keys.values())
        self.say = lambda about, text: tell(about, {"notice": text})
        self.topic = f"kb-{uuid.uuid4().hex}"
        self.places: dict[str, Place | None] = {}  # None is a worker that was refused
        self.free: queue.SimpleQueue[Place | None] = queue.SimpleQueue()  # an entry a free thread; None ends all
        self.listeners: dict[str, Tell] = {}
        self.looking = threading.Lock()
        self.ended = threading.Event()
        self.why = ""

    def __enter__(self) -> "Cluster":
        if self.keys:
            self._connect()
        return self

    def _connect(self) -> None:
        self.client = connect(self.address)
        self.client.subscribe_topic(self.topic, self._hear)
        self._look_around()
        if self.places and not any(self.places.values()):
            self.stop()
            raise Trouble(
                "--scheduler", 1, f"every worker of {self.address} is refused, as said above; mend or add one"
            )
        if not self.places:
            self.say(self.address, "it has no worker yet; waiting for one (Ctrl-C ends)")
        threading.Thread(target=self._watch, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, why: str = "it was given up") -> None:
        """Give up what is running there; workers end it when they hear that nobody waits for it."""
        if not self.ended.is_set():
            self.why = why
            self.ended.set()
            self.free.put(None)
            with contextlib.suppress(Exception):  # whatever state the connection is in, it ends here
                self.client.close(timeout=ANSWER)

    def carry_out(self, task: dict, tell: Tell) -> tuple[dict, list[str]]:
        """Run a task on a free worker, and on another if that one ends; its run is checked, then kept here."""
        for _ in range(DEATHS):
            place = self._take()
            if place is None:
                return {"failed": f"{self.why}; nothing was kept"}, []
            number = f"{task['path']}-{uuid.uuid4().hex}"
            self.listeners[number] = tell
            try:
                end, said, contents = self._result(place, number, task)
            except (CancelledError, KilledWorker, Unprepared):
                self._lose(place.address)
                self._look_around()
                if not self.ended.is_set():
                    self.say(
                        task["path"], f"its worker {place.address} ended; it starts again on the next that is free"
                    )
            except Exception as error:
                return {"failed": f"its worker {place.address} failed: {type(error).__name__}: {error}"}, []
            else:
                return self._keep(contents) if end.get("done") else end, said
            finally:
                self.listeners.pop(number, None)
                self.free.put(place)
        return {"failed": f"{DEATHS} workers ended while they ran it; nothing was kept"}, []

    def _take(self) -> Place | None:
        while place := self.free.get():
            if place.alive:
                return place
        self.free.put(None)
        return None

    def _result(self, place: Place, number: str, task: dict) -> tuple[dict, list[str], dict[str, bytes]]:
        future = self.client.submit(run_there, task, self.files.name, self.topic, key=number, workers=[place.address])
        while place.alive and not self.ended.is_set():
            with contextlib.suppress(TimeoutError):
                return future.result(timeout=POLL)
        raise CancelledError

    def _keep(self, contents: dict[str, bytes]) -> dict:
        record = json.loads(contents["record.json"])
        if contents[SUMS] != sums(contents).encode() or record["key"] not in self.keys:
            return {"failed": "its record was damaged on the way; nothing was kept"}
        try:
            write_run(self.root, self.keys[record["key"]], record, contents["notebook.ipynb"].decode())
        except OSError as error:
            return {"failed": f"its record could not be written: {error.strerror or error}; nothing was kept"}
        return {"done": True}

    def _hear(self, event: tuple) -> None:
        number, told = event[1]
        if tell := self.listeners.get(number):
            tell(told)

    def _watch(self) -> None:
        while not self.ended.wait(POLL):
            self._look_around()

    def _look_around(self) -> None:
        """Welcome the workers that came, and give up those that went."""
        with self.looking:
            try:
                present = {} if self.ended.is_set() else self.client.nthreads()
                for address in self.places.keys() - present.keys():
                    self._lose(address)
                self._welcome(present)
            except Exception as error:  # of many kinds
                self.stop(f"the scheduler went away ({type(error).__name__})")

    def _lose(self, address: str) -> None:
        if place := self.places.pop(address, None):
            place.alive = False

    def _welcome(self, threads: dict[str, int]) -> None:
        new = [address for address in threads if address not in self.places]
        refused = give(self.client, self.files, new) if new else {}
        for address, reason in refused.items():
            self.say(address, f"refused: {reason}")
        self.places |= {address: None if address in refused else Place(address) for address in new}
        for turn in range(max((threads[address] for address in new), default=0)):  # so that all get some work
            for address in new:
                if (place := self.places[address]) and turn < threads[address]:
                    self.free.put(place)

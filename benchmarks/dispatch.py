"""What one program costs beyond itself on a cluster: the scheduler's time, the caller's, the store's, and the way.

    .venv/bin/python benchmarks/dispatch.py            # 1,020 tasks on one worker and on two, three times

sends the tasks of this notebook's programs to Dask workers on this machine as `kb run --scheduler` does.
Nothing is run there: a task is answered with the recorded run of its program, and with an event for each cell.
The medians and every single measurement go to `.cache/benchmarks/dispatch.json`.
The processes share the cores, so trust CPU seconds before wall; only the store, which waits for the disk, is told by
the wall clock.
"""

import argparse
import contextlib
import json
import os
import pickle
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import psutil
from circumstances import circumstances
from distributed import Client
from kb.cells import executable
from kb.cluster import POLL
from kb.cluster_client import connect
from kb.dataset import problems
from kb.notebook import Notebook
from kb.run import FILES, NOTEBOOK, STORE, SUMS, read_run, write_run
from kb.task import task_of

ROOT = Path(__file__).resolve().parents[1]
DASK = Path(sys.executable).with_name("dask")
WAITING = 100  # programs at a time for which the caller only waits
LONG = 10  # seconds


@contextlib.contextmanager
def started(folder: Path, *words: str, until: str) -> Generator[tuple[psutil.Process, str]]:
    """A process of Dask and the address that it tells."""
    log = folder / uuid.uuid4().hex
    command = [DASK, *words, "--dashboard-address", "127.0.0.1:0"]
    with log.open("w") as file, subprocess.Popen(command, cwd=folder, stdout=file, stderr=file) as process:
        try:
            end = time.monotonic() + 120
            while not (found := re.search(until, log.read_text())):
                if time.monotonic() > end or process.poll() is not None:
                    sys.exit(f"{log.read_text()}\n`dask {' '.join(words)}` did not start")
                time.sleep(0.1)
            yield psutil.Process(process.pid), found[1]
        finally:
            process.kill()


@contextlib.contextmanager
def cluster(workers: int) -> Generator[tuple[Client, dict[str, psutil.Process]]]:
    """A client, and the processes of a scheduler and of that many workers of one thread each, by address."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kb-dispatch-")))
        words = ("scheduler", "--host", "127.0.0.1", "--port", "0")
        scheduler, address = stack.enter_context(started(folder, *words, until=r"Scheduler at: +(tcp://\S+)"))
        places = {"scheduler": scheduler}
        words = ("worker", address, "--no-nanny", "--nthreads", "1", "--local-directory", ".")
        until = r"Start worker at: +(tcp://\S+)[\s\S]*Registered to"
        for _ in range(workers):
            process, name = stack.enter_context(started(folder, *words, until=until))
            places[name] = process
        yield stack.enter_context(connect(address)), places


def answer(task: dict, folder: str, topic: str) -> tuple[dict, list[str], dict[str, bytes]]:
    """What `run_there` sends back, without a run: an event for each cell, and the files of the recorded run."""
    from distributed import get_worker

    worker = get_worker()
    number, of = str(worker.get_current_task()), len(task["notebook"]["cells"])
    for at in range(of):
        worker.log_event(topic, [number, {"cell": task["path"], "at": at, "of": of}])
    return {"done": True}, [], {name: Path(folder, name).read_bytes() for name in (*FILES, SUMS)}


def nothing(task: dict, folder: str, topic: str) -> tuple[dict]:
    """The least that a task can be: what Dask costs whatever is sent."""
    return ({"done": True},)


def cpu(process: psutil.Process) -> float:
    """The CPU seconds that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


def metered(places: dict[str, psutil.Process], tasks: int, do: Callable[[], object]) -> dict[str, float]:
    """Seconds for each task, of the clock, and of the CPU for the scheduler, this process, and all workers."""
    processes = {"caller": psutil.Process(), **places}
    before, began = {name: cpu(process) for name, process in processes.items()}, time.perf_counter()
    do()
    wall = time.perf_counter() - began
    used = {name: (cpu(process) - before[name]) / tasks for name, process in processes.items()}
    told = {name: used.pop(name) for name in ("scheduler", "caller")}
    return {"workers": len(used), "tasks": tasks, "wall": wall / tasks, **told, "worker": sum(used.values())}


def batched(tasks: int) -> dict[str, float]:
    """The least tasks sent to one worker all at once: Dask at its best."""
    with cluster(1) as (client, places):

        def do() -> None:
            client.gather(client.map(abs, range(tasks), pure=False))

        do()  # so that all is imported
        return metered(places, tasks, do)


def dispatched(function: Callable, tasks: list[tuple[dict, str]], workers: int) -> dict[str, float]:
    """Tasks sent as `kb run` does: each to one worker, as many at a time as there are workers."""
    topic = uuid.uuid4().hex
    with cluster(workers) as (client, places), ThreadPoolExecutor(workers) as pool:
        client.subscribe_topic(topic, lambda event: None)

        def ask(address: str, some: list[tuple[dict, str]]) -> None:
            for task, folder in some:
                number = f"{task['path']}-{uuid.uuid4().hex}"
                future = client.submit(function, task, folder, topic, key=number, workers=[address], pure=False)
                assert future.result()[0] == {"done": True}

        def do(some: list[tuple[dict, str]]) -> None:
            list(pool.map(ask, list(places)[1:], [some[turn::workers] for turn in range(workers)]))

        do(tasks[: 50 * workers])  # so that all is imported
        return metered(places, len(tasks), lambda: do(tasks))


def waited() -> dict[str, float]:
    """CPU seconds of the caller for one look whether a program is done, which it takes every so many seconds."""
    with cluster(1) as (client, places), ThreadPoolExecutor(WAITING) as pool:
        (address,) = list(places)[1:]
        future = client.submit(time.sleep, 10 * LONG, workers=[address], pure=False)

        def wait(_: int) -> int:
            looks, end = 0, time.monotonic() + LONG
            while time.monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    future.result(timeout=POLL)
                looks += 1
            return looks

        before = time.process_time()
        looks = sum(pool.map(wait, range(WAITING)))
        return {"waiting": WAITING, "looks": looks, "caller": (time.process_time() - before) / looks}


def stored(notebook: Notebook, *, held: int, at_once: int) -> dict[str, float]:
    """Wall and CPU seconds to write, and to read, each recorded run in a store that holds so many others."""
    texts = {name: (run.folder / NOTEBOOK).read_text() for name, run in notebook.runs.items()}
    row: dict[str, float] = {"held": held, "at_once": at_once, "runs": len(texts)}
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache", prefix="dispatch-") as folder:
        for number in range(held):
            (Path(folder) / STORE / f"{number:032x}").mkdir(parents=True)

        def write(name: str) -> None:
            write_run(Path(folder), notebook.keys[name], notebook.runs[name].record, texts[name])

        def read(name: str) -> None:
            assert read_run(Path(folder), notebook.keys[name])

        for do in (write, read):
            began, before = time.perf_counter(), time.process_time()
            with ThreadPoolExecutor(at_once) as pool:
                list(pool.map(do, texts))
            row[do.__name__] = (time.perf_counter() - began) / len(texts)
            row[f"{do.__name__}: cpu"] = (time.process_time() - before) / len(texts)
    return row


def prepared(notebook: Notebook) -> tuple[list[tuple[dict, str]], dict[str, float]]:
    """Of each program that has a run, its task and where that run lies; and what it costs the caller to make one."""
    executable(next(iter(notebook.snippets.values())))  # so that all is imported
    tasks, before = [], time.process_time()
    for name, run in notebook.runs.items():
        snippet, key = notebook.snippets[name], notebook.keys[name]
        used = {dataset.name: dataset for dataset in notebook.datasets.values() if dataset.path in key.files}
        assert not list(problems(notebook.root, used))
        tasks.append((task_of(notebook, snippet, key, executable(snippet)), str(run.folder)))
    return tasks, {"programs": len(tasks), "caller": (time.process_time() - before) / len(tasks)}


def travelled(tasks: list[tuple[dict, str]]) -> list[dict]:
    """Bytes of every program: the task on its way there, and the files of its run on their way back."""
    return [
        {
            "program": Path(task["path"]).stem,
            "there": len(pickle.dumps(task)),
            "notebook": (Path(folder) / NOTEBOOK).stat().st_size,
            "back": sum((Path(folder) / name).stat().st_size for name in (*FILES, SUMS)),
        }
        for task, folder in tasks
    ]


def median(rows: list[dict], what: str, **only: float) -> float:
    """The median of what the rows with these values measured."""
    return statistics.median(row[what] for row in rows if only.items() <= row.items())


def summary(rows: dict[str, list[dict]]) -> dict[str, float]:
    """Medians, in seconds and bytes for each program."""
    told = {
        f"{name}, {workers} at work: {what}": median(rows[name], what, workers=workers)
        for name, workers in (("batch", 1), ("bare", 1), ("dispatch", 1), ("dispatch", 2))
        for what in ("wall", "scheduler", "caller", "worker")
    }
    told |= {"prepare: caller": median(rows["prepare"], "caller"), "one look: caller": median(rows["wait"], "caller")}
    for held, at_once in sorted({(row["held"], row["at_once"]) for row in rows["store"]}):
        for what in ("write", "write: cpu", "read", "read: cpu"):
            some = median(rows["store"], what, held=held, at_once=at_once)
            told[f"store of {held}, {at_once} at a time: {what}"] = some
    told |= {f"bytes: {what}": median(rows["bytes"], what) for what in ("there", "notebook", "back")}
    return {name: float(f"{value:.4g}") for name, value in told.items()}


def benchmark(count: int, repeats: int) -> dict:
    """Every row in turn, as often as asked."""
    notebook = Notebook(ROOT)
    tasks, _ = prepared(notebook)
    many = list(islice(cycle(tasks), count))
    steps: dict[str, list[Callable[[], dict]]] = {
        "batch": [lambda: batched(count)],
        "bare": [lambda: dispatched(nothing, [({"path": "nothing"}, "")] * count, 1)],
        "dispatch": [lambda workers=workers: dispatched(answer, many, workers) for workers in (1, 2)],
        "prepare": [lambda: prepared(notebook)[1]],
        "wait": [waited],
        "store": [
            lambda held=held, at_once=at_once: stored(notebook, held=held, at_once=at_once)
            for held, at_once in ((0, 1), (10_000, 1), (0, 8))
        ],
    }
    rows: dict[str, list[dict]] = {name: [] for name in steps}
    for turn in range(repeats):
        for name, some in steps.items():
            for step in some:
                rows[name].append({"load": os.getloadavg()[0]} | step())
                print(f"{turn + 1}/{repeats} {name}: {rows[name][-1]}", file=sys.stderr)
    rows["bytes"] = travelled(tasks)
    costs = {name: run.record["seconds"] for name, run in notebook.runs.items()}
    return circumstances(ROOT) | {"tasks": count, "poll": POLL, "summary": summary(rows), "costs": costs, "rows": rows}


def main() -> None:
    """Parse the words, measure, write the file and print its summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1020)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, default=ROOT / ".cache/benchmarks/dispatch.json")
    words = parser.parse_args()
    found = benchmark(words.tasks, words.repeats)
    words.output.parent.mkdir(parents=True, exist_ok=True)
    words.output.write_text(json.dumps(found, indent=1) + "\n")
    for name, value in found["summary"].items():
        print(f"{name:45}{value:12.6g}")


if __name__ == "__main__":
    main()

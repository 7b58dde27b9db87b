"""What it costs to run programs honestly, beside running them plainly, and to keep the notebook up to date.

    .venv/bin/python benchmarks/running.py             # ten programs of every kind, three times
    .venv/bin/python benchmarks/running.py --all --repeats 1

works in a copy of the repository and writes medians and every single measurement to `.cache/benchmarks/running.json`.
The plain processes are as many at a time as those of `kb run`, with one thread each, as there.
Rows are measured in turns, so that a slow minute of the machine falls on all of them; trust CPU seconds before wall.
Plain processes and `kb run` follow each other a dozen programs at a time, each of them first in turns, and are added
up: with minutes between them instead of a quarter of an hour, a machine that drifts costs both the same.  What takes
seconds is measured after each dozen.
Byte code is kept, as by default: PYTHONDONTWRITEBYTECODE is taken out of the environment.
"""

import argparse
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from circumstances import circumstances
from kb.machine import environment

ROOT = Path(__file__).resolve().parents[1]
KB = Path(sys.executable).with_name("kb")
TEN = (
    *("branch_counting", "descent_newton", "xor_linear", "float_sum", "trees_wine"),
    *("diffeq_decay", "hopfield_capacity", "xor_sklearn", "trees_depth", "loop_resume"),
)
PLAIN, COLD = "plain processes", "kb run, cold"
DOZEN = 12
LEFT_OUT = {".venv", "site", ".git", ".cache/benchmarks", ".cache/shared/jax"}


def kb(*words: str | int) -> Callable[[Path], None]:
    """A command of the notebook, in some copy of it."""

    def do(copy: Path) -> None:
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        done = subprocess.run([KB, *map(str, words)], cwd=copy, capture_output=True, text=True, env=variables)
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\n`kb {' '.join(map(str, words))}` ended with {done.returncode}")

    return do


def plain(names: list[str], jobs: int) -> Callable[[Path], None]:
    """The programs as processes of their own, that many at a time."""

    def run(copy: Path, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            variables = environment(copy / ".cache", alone=True) | {"MPLBACKEND": "agg", "TMPDIR": folder}
            command = [sys.executable, copy / f"snippets/{name}.py"]
            done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{done.stderr}\n`python snippets/{name}.py` ended with {done.returncode}")

    def do(copy: Path) -> None:
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(lambda name: run(copy, name), names))

    return do


def edited(copy: Path) -> None:
    """`kb build` after a sentence was added to one note."""
    with next(iter(sorted(copy.glob("notes/[a-z]*.md")))).open("a") as note:
        note.write("\nOne more sentence.\n")
    kb("build")(copy)


def measure(name: str, do: Callable[[Path], None], copy: Path) -> dict[str, float]:
    """CPU and wall seconds of all processes that it starts, and how busy the machine was before; printed, too."""
    load = os.getloadavg()[0]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    do(copy)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {cpu:.2f} CPU s", file=sys.stderr)
    return {"cpu": cpu, "wall": wall, "load": load}


def summary(rows: dict[str, list[dict]], programs: int) -> dict[str, float]:
    """Medians over the repeats; what is compared was measured in the same turn."""
    told = {
        f"{name}: {what}": statistics.median(row[what] for row in found)
        for name, found in rows.items()
        for what in ("cpu", "wall")
    }
    turns = list(zip(rows[COLD], rows[PLAIN], strict=True))
    told["cold to plain: cpu"] = statistics.median(run["cpu"] / bare["cpu"] for run, bare in turns)
    told["cold to plain: wall"] = statistics.median(run["wall"] / bare["wall"] for run, bare in turns)
    told["cpu seconds more per program"] = statistics.median(run["cpu"] - bare["cpu"] for run, bare in turns) / programs
    for name in (PLAIN, COLD):
        told[f"{name}: cores busy"] = statistics.median(row["cpu"] / row["wall"] for row in rows[name])
    return {name: round(value, 3) for name, value in told.items()}


def total(parts: list[dict]) -> dict:
    """A row of its parts."""
    return {
        "cpu": sum(part["cpu"] for part in parts),
        "wall": sum(part["wall"] for part in parts),
        "load": max(part["load"] for part in parts),
        "parts": parts,
    }


def left_out(folder: str, names: list[str]) -> set[str]:
    """Those of a folder's entries that a copy does without."""
    return {name for name in names if (Path(folder) / name).relative_to(ROOT).as_posix() in LEFT_OUT}


def benchmark(names: list[str], jobs: int, repeats: int, site: bool) -> dict[str, list[dict]]:
    """Every row as often as asked, the short ones after each dozen of programs, in a copy that has all its runs."""
    short = {"kb run, nothing to do": kb("run"), "kb check": kb("check")}
    if site:
        short |= {"kb build, nothing changed": kb("build"), "kb build, one note changed": edited}
    rows: dict[str, list[dict]] = {name: [] for name in (PLAIN, COLD, *short)}
    count = math.ceil(len(names) / DOZEN)
    with tempfile.TemporaryDirectory(prefix="kb-running-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=left_out)
        kb("build" if site else "run")(copy)
        for turn in range(repeats):
            shutil.rmtree(copy / ".cache/shared/jax", ignore_errors=True)  # plain processes keep nothing either
            parts: dict[str, list[dict]] = {PLAIN: [], COLD: []}
            for number in range(count):
                print(f"turn {turn + 1}/{repeats}, part {number + 1}/{count}", file=sys.stderr)
                some = names[number::count]  # programs of one family, which cost alike, go into different parts
                both = [(PLAIN, plain(some, jobs)), (COLD, kb("run", *some, "--again", "-j", jobs))]
                for name, do in both if (number + turn) % 2 else reversed(both):
                    parts[name].append(measure(name, do, copy))
                if site:
                    kb("build")(copy)  # what ran has changed pages of the lab
                for name, do in short.items():
                    rows[name].append(measure(name, do, copy))
            for name, found in parts.items():
                rows[name].append(total(found))
    return rows


def write(path: Path, found: dict) -> None:
    """Write what was measured so far, with its summary."""
    found["summary"] = summary(found["rows"], len(found["programs"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")


def main() -> None:
    """Parse the words, measure, write the file and print its summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=TEN, help="of programs; else ten of every kind")
    parser.add_argument("--all", action="store_true", help="every program")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-site", action="store_true", help="leave out the builds, which take the longest")
    parser.add_argument("--tests", action="store_true", help="also run the tests, once, in this repository")
    parser.add_argument("--output", type=Path, default=ROOT / ".cache/benchmarks/running.json")
    words = parser.parse_args()
    every = sorted(path.stem for path in (ROOT / "snippets").glob("[a-z]*.py"))
    names = every if words.all else list(words.names)
    rows = benchmark(names, words.jobs, words.repeats, not words.no_site)
    found = circumstances(ROOT) | {"programs": names, "jobs": words.jobs, "rows": rows}
    write(words.output, found)
    if words.tests:  # last: where one fails, all but this row is kept
        found["rows"]["kb test"] = [measure("kb test", kb("test"), ROOT)]
        write(words.output, found)
    for name, value in found["summary"].items():
        print(f"{name:40}{value:10.2f}")


if __name__ == "__main__":
    main()

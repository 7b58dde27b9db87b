"""What a notebook of thousands of notes costs: to check, to build, to search, and to send.

    .venv/bin/python benchmarks/many_notes.py 1000 10000

writes a notebook of each size, runs its programs once, checks and builds it with `kb`, and prints a
table.  CPU seconds and memory are each process's own, told by itself when it ends (Linux only).
Pagefind, which the build runs, is run once more to be counted apart.
"""

import argparse
import json
import os
import pstats
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthetic_notebook import ROOT, write_notebook

KB = Path(sys.executable).with_name("kb")
PAGEFIND = (
    f"import subprocess; subprocess.run([{sys.executable!r}, *'-m pagefind --site site --quiet'.split()], check=True)"
)
# Python imports this module of its own accord wherever it finds it.
SITECUSTOMIZE = """\
import atexit, cProfile, json, os, re, resource, sys, time

started = time.perf_counter()
profile = cProfile.Profile() if sys.orig_argv[-1] == "build" and os.environ.get("KB_PROFILE") else None

def tell():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    memory = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
    told = {
        "words": sys.orig_argv[1:], "wall": time.perf_counter() - started,
        "cpu": own.ru_utime + own.ru_stime, "memory": memory / 1024,
        "children_cpu": children.ru_utime + children.ru_stime, "children_memory": children.ru_maxrss / 1024,
    }
    with open(os.environ["KB_BENCHMARK"], "a") as file:
        file.write(json.dumps(told) + "\\n")
    if profile:
        profile.disable()
        profile.dump_stats(os.environ["KB_PROFILE"])

atexit.register(tell)
if profile:
    profile.enable()
"""


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds by the clock and of a processor, and MB of resident memory at most."""

    wall: float
    cpu: float
    memory: float


def measure(command: list[str | Path], folder: Path, profile: Path | None = None) -> dict[str, Cost]:
    """The cost of each Python process that a command starts, by what it was started as."""
    told = folder / ".cache/benchmark"
    shutil.rmtree(told, ignore_errors=True)
    told.mkdir(parents=True)
    (told / "sitecustomize.py").write_text(SITECUSTOMIZE)
    environment = {"PYTHONPATH": str(told), "KB_BENCHMARK": str(told / "costs")}
    environment |= {"KB_PROFILE": str(profile)} if profile else {}
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n`{' '.join(map(str, command))}` ended with {done.returncode}")
    costs: dict[str, Cost] = {}
    for row in map(json.loads, (told / "costs").read_text().splitlines()):
        name = row["words"][-1]
        costs[name] = Cost(row["wall"], row["cpu"], row["memory"])
        costs[f"children of {name}"] = Cost(row["wall"], row["children_cpu"], row["children_memory"])
    return costs


def pages(folder: Path) -> dict[str, int]:
    """The bytes of the pages that grow with the number of notes, and of the site."""
    site = folder / "site"
    files = {path: path.stat().st_size for path in site.rglob("*") if path.is_file()}

    def heaviest(wanted: Callable[[Path], bool]) -> int:
        return max((size for path, size in files.items() if wanted(path)), default=0)

    notes = [size for path, size in files.items() if (folder / f"notes/{path.parent.name}.md").is_file()]
    return {
        "home": files[site / "index.html"],
        "notes": heaviest(lambda path: path.is_relative_to(site / "notes")),
        "heaviest tag page": heaviest(lambda path: path.is_relative_to(site / "tags")),
        "claims": files[site / "claims/index.html"],
        "lab": files[site / "lab/index.html"],
        "a note, on average": sum(notes) // len(notes),
        "sitemap": files[site / "sitemap.xml"],
        "search index": sum(size for path, size in files.items() if path.is_relative_to(site / "pagefind")),
        "whole site": sum(files.values()),
    }


def benchmark(folder: Path, notes: int, seed: int, profile: bool) -> dict[str, str]:
    """Every number of one size, by what the table calls it."""
    shutil.rmtree(folder, ignore_errors=True)
    write_notebook(folder, notes, seed)
    measure([KB, "run"], folder)
    costs = {"kb check": measure([KB, "check"], folder)["check"]}
    stats = folder / ".cache/profile" if profile else None
    built = measure([KB, "build"], folder, stats)
    costs["kb build without Pagefind"] = built["build"]
    shutil.rmtree(folder / "site/pagefind")  # a second index has other names and would be counted beside the first
    costs["Pagefind"] = measure([sys.executable, "-c", PAGEFIND], folder)[f"children of {PAGEFIND}"]
    if stats:
        pstats.Stats(str(stats)).sort_stats("tottime").print_stats(25).sort_stats("cumtime").print_stats(60)
    told = {}
    for name, cost in costs.items():
        told |= {f"{name}: CPU s": f"{cost.cpu:.1f}", f"{name}: MB resident": f"{cost.memory:,.0f}"}
    told["kb build: wall s"] = f"{built['build'].wall:.1f}"
    return told | {f"{name}: KB": f"{size / 1000:,.0f}" for name, size in pages(folder).items()}


def main() -> None:
    """Parse the words and print the table, a column for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", nargs="+", type=int, help="how many notes; several numbers give several columns")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache/benchmarks", help="where notebooks are written")
    parser.add_argument("--profile", action="store_true", help="also print what took the build its time (slower)")
    words = parser.parse_args()
    columns = [
        benchmark(words.folder.resolve() / str(notes), notes, words.seed, words.profile) for notes in words.notes
    ]
    print(f"{'notes':34}" + "".join(f"{notes:>12,}" for notes in words.notes))
    for name in columns[0]:
        print(f"{name:34}" + "".join(f"{column[name]:>12}" for column in columns))


if __name__ == "__main__":
    main()

"""`kb bench`: what the benchmarks measured becomes a dataset, and the programs that show it run again."""

import json

import pytest

BENCHMARK = """\
import json
import sys
from pathlib import Path

path = Path(".cache/benchmarks/{name}.json")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps({{"seconds": {seconds}, "words": sys.argv[1:]}}))
"""
SHOWS = """\
# %% result
import json
from pathlib import Path

data = Path(__file__).parents[1] / "datasets/performance.json"
results = {"cost": json.loads(data.read_text())["peers"]["seconds"]}
"""


@pytest.fixture
def benched(book):
    """A notebook whose benchmarks take no time, with a dataset of what they said before."""
    for name, seconds in (("running", 1.5), ("peers", 2.5), ("dispatch", 3.5)):
        book.write(f"benchmarks/{name}.py", BENCHMARK.format(name=name, seconds=seconds))
    book.dataset("performance.json", b'{"peers": {"seconds": 9}, "running": {"seconds": 8}}')
    book.dataset("wine.csv", b"1,2\n")
    book.snippet("shows_peers", SHOWS)
    book.snippet("other")
    return book


def kept(book):
    return json.loads((book.root / "datasets/performance.json").read_text())


def test_one_benchmark_replaces_its_part_alone_and_whatever_shows_it_runs(benched):
    done = benched.kb("bench", "peers")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "wrote datasets/performance.json"), done.stderr
    assert kept(benched) == {"peers": {"seconds": 2.5, "words": []}, "running": {"seconds": 8}}
    assert benched.notebook.runs["shows_peers"].metrics["cost"] == 2.5
    assert benched.problems() == ["snippets/other.py:1: it has not been run; run `kb run other`"]


def test_all_three_are_measured_and_the_first_is_told_to_run_every_program(benched):
    assert benched.kb("bench", "--all").returncode == 0
    assert {name: part["words"] for name, part in kept(benched).items()} == {
        "running": ["--all", "--repeats", "1", "--tests"], "peers": [], "dispatch": [],
    }  # fmt: skip


def test_a_benchmark_that_fails_leaves_the_dataset_as_it_was(benched):
    benched.write("benchmarks/peers.py", "import sys\n\nsys.exit('no network')\n")
    done = benched.kb("bench", "peers")
    assert done.returncode == 1
    assert done.stderr == "no network\nbenchmarks/peers.py:1: it ended with status 1; performance was left as it is\n"
    assert kept(benched)["peers"] == {"seconds": 9}


def test_a_benchmark_that_is_misspelt_is_named_with_the_likely_one(benched):
    done = benched.kb("bench", "pears")
    assert (done.returncode, done.stderr) == (1, "benchmarks:1: `kb bench` knows no pears; did you mean 'peers'?\n")


def test_without_its_table_in_the_manifest_nothing_is_kept(book):
    book.write("benchmarks/peers.py", BENCHMARK.format(name="peers", seconds=1))
    done = book.kb("bench", "peers")
    assert done.stderr == (
        "datasets/manifest.toml:1: there is no [performance]; restore its table, with any sha256 and bytes\n"
    )

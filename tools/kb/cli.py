"""The commands; `./kb` at the root sets up what they need and hands over to them."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from kb import commands, contribute
from kb.notebook import Notebook, find_root
from kb.problem import Trouble


def main() -> None:
    """Parse the words, do the command, and end with its status: 0 done, 1 problems found, 2 wrong use."""
    words = sys.argv[1:]
    try:
        root = find_root(Path.cwd())
        if words[:1] == ["test"]:
            sys.exit(subprocess.run([sys.executable, "-m", "pytest", *words[1:]], cwd=root).returncode)
        arguments = _parser().parse_args(words)
        sys.exit(arguments.command(Notebook(root), arguments))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os._exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kb", description="Notes in which every number can be run.")
    every = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, does, text: str) -> argparse.ArgumentParser:
        added = every.add_parser(name, help=text, description=text)
        added.set_defaults(command=does)
        return added

    _to_write(command)
    _to_run(command)
    every.add_parser("test", help="run the tests; every argument goes to pytest")
    every.add_parser("lock", help="write requirements.lock anew (./kb only)")
    return parser


def _to_write(command: Callable[..., argparse.ArgumentParser]) -> None:
    new = command("new", contribute.new, "write a note, and with --snippet a program and its test")
    new.add_argument("title", nargs="?")
    new.add_argument("--tags", help="separated by commas; without them everything not given is asked for")
    new.add_argument("--kind", help="note (the default), paper, lab or link")
    new.add_argument("--source", help="what it is about: a DOI, an arXiv number or an address")
    new.add_argument("--snippet", metavar="NAME", help="also write snippets/NAME.py and its test")
    check = command("check", contribute.check, "check every rule: one line a problem")
    check.add_argument("files", nargs="*", metavar="FILE")
    how = check.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true")
    how.add_argument("--fix", action="store_true", help="first repair what has one right answer, once you said yes")
    check.add_argument("--yes", action="store_true", help="with --fix: do not ask")
    diff = command("diff", contribute.diff, "compare claims and metrics with another revision, or with kept claims")
    diff.add_argument("other", metavar="REV|claims.json")
    diff.add_argument("--markdown", action="store_true", help="for the summary of a job")
    report = command("report", contribute.report, "what to paste into an issue that a program did not reproduce")
    report.add_argument("name", metavar="NAME")


def _to_run(command: Callable[..., argparse.ArgumentParser]) -> None:
    run = command("run", commands.run, "bring runs up to date")
    run.add_argument("names", nargs="*", metavar="NAME")
    run.add_argument("--again", action="store_true", help="run even what is fresh")
    run.add_argument(
        "-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (default: one a core)"
    )
    run.add_argument("--scheduler", metavar="ADDRESS", default="", help="run on a Dask cluster, as tcp://HOST:8786")
    run.add_argument("--changed-since", metavar="REV", help="only snippets whose file differs from a git revision")
    run.add_argument("--json", action="store_true")
    command("why", commands.why, "say why a run is stale or fresh").add_argument("name", metavar="NAME")
    command("build", commands.build, "check, run, then build the site into site/")
    serve = command("serve", commands.serve, "run what is stale, then show the site and reload it on change")
    serve.add_argument("--address", default="127.0.0.1:8000")
    bench = command("bench", commands.bench, "measure what running, dispatching and the peers cost, and keep it")
    bench.add_argument("names", nargs="*", metavar="NAME", help="running, peers or dispatch; else all three")
    bench.add_argument("--all", action="store_true", help="run every program once, where else ten run three times")
    claims = command("claims", commands.claims, "every claim beside what was measured")
    claims.add_argument("--json", action="store_true")

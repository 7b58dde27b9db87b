"""What the commands for runs and the site do; verbs are imported where they are used: each pays for its own."""

import argparse
import contextlib
import json
import os
from pathlib import Path

from kb.failure import forget_failure, keep_failure
from kb.git import changed_since
from kb.notebook import Notebook
from kb.problem import Problem, Trouble, nearest


def run(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Bring runs up to date."""
    from kb import terminal

    names = arguments.names or _asked_for(notebook, arguments.changed_since)
    outcomes = _bring_up_to_date(notebook, names, arguments.jobs, arguments.again, arguments.scheduler)
    asked = {f"snippets/{Path(name).stem}.py" for name in arguments.names}
    unreadable = [problem for problem in notebook.unreadable_snippets if not asked or problem.path in asked]
    terminal.problems(unreadable)
    if arguments.json:
        print(json.dumps([outcome.as_json() for outcome in outcomes], indent=1, ensure_ascii=False))
    else:
        terminal.outcomes(outcomes)
    return 1 if unreadable or any(outcome.problem for outcome in outcomes) else 0


def _bring_up_to_date(notebook: Notebook, names: list[str], jobs=0, again=False, scheduler="") -> list:
    from kb import terminal
    from kb.execute import bring_up_to_date

    names = [Path(name).stem for name in names]
    for name in (name for name in names if f"snippets/{name}.py" not in notebook.snippet_paths):
        check_name(notebook, name)
    names = list(dict.fromkeys(name for name in names if name in notebook.snippets))
    waiting = [name for name in names if again or name not in notebook.runs]
    jobs = jobs or os.cpu_count() or 1
    with terminal.Progress(len(waiting)) as progress, contextlib.ExitStack() as places:
        place = None
        if scheduler:
            from kb.cluster import Cluster  # a second, which only those pay who have one

            place, jobs = places.enter_context(Cluster(notebook, waiting, scheduler, progress.tell)), 1
        outcomes = bring_up_to_date(notebook, names, jobs=jobs, again=again, tell=progress.tell, place=place)
    for outcome in outcomes:
        if outcome.problem:
            keep_failure(notebook.root, outcome.name, outcome.problem, outcome.tail)
        elif outcome.status == "ran":
            forget_failure(notebook.root, outcome.name)
    return outcomes


def check_name(notebook: Notebook, name: str) -> None:
    """Raise where no snippet of that name can be read."""
    path = f"snippets/{name}.py"
    for problem in notebook.unreadable_snippets:
        if problem.path == path:
            raise Trouble(path, problem.line, problem.message)
    if name not in notebook.snippets:
        raise Trouble(path, 1, f"there is no such snippet{nearest(name, notebook.snippets)}")


def _asked_for(notebook: Notebook, revision: str | None) -> list[str]:
    """Every snippet, or those that git says changed since a revision, with what they import and open."""
    if revision is None:
        return list(notebook.snippets)
    changed = changed_since(notebook.root, revision)
    return [name for name, key in notebook.keys.items() if changed & set(key.files)]


def why(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Say why a run is stale or fresh."""
    from kb import terminal

    name = Path(arguments.name).stem
    check_name(notebook, name)
    terminal.say("fresh" if name in notebook.runs else notebook.why_stale(name))
    return 0 if name in notebook.runs else 1


def build(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Check, run, check again if anything ran, and only then build the site."""
    from kb import start_mkdocs, terminal
    from kb.check import check as every_problem

    found = every_problem(notebook)
    if errors(first := [problem for problem in found if problem.rule != "run"]):
        terminal.problems(first)
        return 1
    terminal.outcomes(outcomes := _bring_up_to_date(notebook, list(notebook.snippets)))
    if len(first) < len(found):  # a run was missing
        found = every_problem(Notebook(notebook.root))
    if any(outcome.problem for outcome in outcomes) or errors(found):
        failed = {outcome.problem.path for outcome in outcomes if outcome.problem}  # they have been told
        terminal.problems([problem for problem in found if problem.rule != "run" or problem.path not in failed])
        terminal.say("the site was not built")
        return 1
    terminal.problems(found)
    start_mkdocs.build(notebook.root)
    terminal.say(f"built {notebook.root / 'site'}")
    return 0


def serve(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Run what is stale, then serve the site."""
    from kb import start_mkdocs, terminal
    from kb.check import check as every_problem

    terminal.outcomes(_bring_up_to_date(notebook, list(notebook.snippets)))
    terminal.problems([problem for problem in every_problem(Notebook(notebook.root)) if problem.rule != "run"])
    start_mkdocs.serve(notebook.root, arguments.address)
    return 0


def claims(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Print the ledger."""
    from kb import terminal
    from kb.ledger import ledger

    rows = ledger(notebook)
    if arguments.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        terminal.ledger(rows)
    return 0


def bench(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Measure, keep what was measured, and run the programs that show it."""
    from kb import bench as verb
    from kb import terminal

    names = arguments.names or verb.BENCHMARKS
    for name in names:
        if name not in verb.BENCHMARKS:
            raise Trouble("benchmarks", 1, f"`kb bench` knows no {name}{nearest(name, verb.BENCHMARKS)}")
    for name in names:
        verb.measure(
            notebook.root,
            name,
            *(["--all", "--repeats", "1", "--tests"] if arguments.all and name == "running" else []),
        )
    path = verb.keep(notebook.root, names)
    terminal.say(f"wrote {path}")
    now = Notebook(notebook.root)
    readers = [name for name, key in now.keys.items() if path in key.files]
    terminal.outcomes(outcomes := _bring_up_to_date(now, readers))
    terminal.say("next: ./kb check, which says what of the notes no longer agrees")
    return 1 if any(outcome.problem for outcome in outcomes) else 0


def errors(found: list[Problem]) -> bool:
    """Whether something is wrong, and not only to be warned of."""
    return any(not problem.warning for problem in found)

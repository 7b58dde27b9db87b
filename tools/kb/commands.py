"""What each command does; verbs are imported where they are used, so that a command pays only for its own."""

import argparse
import json
import os
from pathlib import Path

from kb.git import changed_since
from kb.notebook import Notebook
from kb.problem import Problem, Trouble, nearest


def new(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Write a note, and with it a snippet."""
    from kb import new as verb
    from kb import terminal

    asked = arguments.tags if arguments.tags is not None else terminal.ask(f"Tags ({', '.join(notebook.tags)}): ")
    tags = [word for word in asked.replace(",", " ").split() if word]
    if not tags:
        raise Trouble(
            "notes/tags.toml", 1, f"a note has at least one tag; give --tags with some of {', '.join(notebook.tags)}"
        )
    for path in verb.new(notebook, arguments.title, tags, arguments.snippet):
        terminal.say(f"wrote {path.relative_to(notebook.root)}")
    terminal.say("next: ./kb serve")
    return 0


def check(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Print every problem, or those of the files named and of the programs that they show."""
    from kb import terminal
    from kb.check import check as every_problem

    found = every_problem(notebook)
    if arguments.files:
        wanted = _with_their_programs(notebook, [_inside(notebook, name) for name in arguments.files])
        found = [problem for problem in found if wanted.get(problem.path) in ("", problem.rule)]
    if arguments.json:
        print(json.dumps([problem.as_json() for problem in found], indent=1, ensure_ascii=False))
    else:
        terminal.problems(found)
        if not _errors(found):
            terminal.say(f"{len(notebook.notes)} notes and {len(notebook.snippets)} snippets, no problem")
    return 1 if _errors(found) else 0


def _inside(notebook: Notebook, name: str) -> str:
    path = os.path.relpath(Path(name).resolve(), notebook.root.resolve())
    if path.startswith(".."):
        raise Trouble(name, 1, "it lies outside the notebook; name a file in it")
    if not (notebook.root / path).is_file():
        raise Trouble(path, 1, f"there is no such file{nearest(path, notebook.note_paths + notebook.snippet_paths)}")
    return path


def _with_their_programs(notebook: Notebook, paths: list[str]) -> dict[str, str]:
    """The files to tell of, each with the one rule that counts, or nothing where all do."""
    shown = [notebook.notes[Path(path).stem].programs for path in paths if Path(path).stem in notebook.notes]
    return {f"snippets/{name}.py": "run" for names in shown for name in names} | dict.fromkeys(paths, "")


def run(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Bring runs up to date."""
    from kb import terminal

    names = arguments.names or _asked_for(notebook, arguments.changed_since)
    outcomes = _bring_up_to_date(notebook, names, arguments.jobs, arguments.again, arguments.scheduler)
    asked = {f"snippets/{Path(name).stem}.py" for name in names} if arguments.names else set(notebook.snippet_paths)
    unreadable = [problem for problem in notebook.unreadable if problem.path in asked]
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
        _check_name(notebook, name)
    names = list(dict.fromkeys(name for name in names if name in notebook.snippets))
    waiting = [name for name in names if again or name not in notebook.runs]
    with terminal.Progress(len(waiting)) as progress:
        if not scheduler:
            return bring_up_to_date(notebook, names, jobs=jobs or os.cpu_count() or 1, again=again, tell=progress.tell)
        from kb.cluster import Cluster  # a second, which only those pay who have one

        with Cluster(notebook, waiting, scheduler, progress.tell) as place:
            return bring_up_to_date(notebook, names, jobs=1, again=again, tell=progress.tell, place=place)


def _check_name(notebook: Notebook, name: str) -> None:
    path = f"snippets/{name}.py"
    for problem in notebook.unreadable:
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
    _check_name(notebook, name)
    terminal.say("fresh" if name in notebook.runs else notebook.why_stale(name))
    return 0 if name in notebook.runs else 1


def build(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Check, run, check again if anything ran, and only then build the site."""
    from kb import start_mkdocs, terminal
    from kb.check import check as every_problem

    found = every_problem(notebook)
    if _errors(first := [problem for problem in found if problem.rule != "run"]):
        terminal.problems(first)
        return 1
    terminal.outcomes(outcomes := _bring_up_to_date(notebook, list(notebook.snippets)))
    if len(first) < len(found):  # a run was missing
        found = every_problem(Notebook(notebook.root))
    if any(outcome.problem for outcome in outcomes) or _errors(found):
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


def _errors(found: list[Problem]) -> bool:
    return any(not problem.warning for problem in found)

"""The commands; `./kb` at the root sets up what they need and hands over to them."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from kb.notebook import Notebook, find_root
from kb.problem import Problem, Trouble, nearest

# Verbs are imported where they are used: a command pays only for its own.


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
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, does, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=does)
        return added

    new = command("new", _new, "write a note, and with --snippet a program, from the templates")
    new.add_argument("title")
    new.add_argument("--tags", help="separated by commas; asked for if not given")
    new.add_argument("--snippet", metavar="NAME", help="also write snippets/NAME.py")
    check = command("check", _check, "check every rule: one line a problem")
    check.add_argument("files", nargs="*", metavar="FILE")
    check.add_argument("--json", action="store_true")
    run = command("run", _run, "bring runs up to date")
    run.add_argument("names", nargs="*", metavar="NAME")
    run.add_argument("--again", action="store_true", help="run even what is fresh")
    run.add_argument(
        "-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (default: one a core)"
    )
    run.add_argument("--changed-since", metavar="REV", help="only snippets whose file differs from a git revision")
    run.add_argument("--json", action="store_true")
    command("why", _why, "say why a run is stale or fresh").add_argument("name", metavar="NAME")
    command("build", _build, "check, run, then build the site into site/")
    serve = command("serve", _serve, "run what is stale, then show the site and reload it on change")
    serve.add_argument("--address", default="127.0.0.1:8000")
    command("claims", _claims, "every claim beside what was measured").add_argument("--json", action="store_true")
    commands.add_parser("test", help="run the tests; every argument goes to pytest")
    commands.add_parser("lock", help="write requirements.lock anew (./kb only)")
    return parser


def _new(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal
    from kb.new import new

    asked = arguments.tags if arguments.tags is not None else terminal.ask(f"Tags ({', '.join(notebook.tags)}): ")
    tags = [word for word in asked.replace(",", " ").split() if word]
    if not tags:
        raise Trouble(
            "notes/tags.toml", 1, f"a note has at least one tag; give --tags with some of {', '.join(notebook.tags)}"
        )
    for path in new(notebook, arguments.title, tags, arguments.snippet):
        terminal.say(f"wrote {path.relative_to(notebook.root)}")
    terminal.say("next: ./kb serve")
    return 0


def _check(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal
    from kb.check import check

    found = check(notebook)
    if arguments.files:
        wanted = [os.path.relpath(Path(name).resolve(), notebook.root.resolve()) for name in arguments.files]
        for name in wanted:
            if not (notebook.root / name).is_file():
                raise Trouble(
                    name, 1, f"there is no such file{nearest(name, notebook.note_paths + notebook.snippet_paths)}"
                )
        found = [problem for problem in found if problem.path in wanted]
    if arguments.json:
        print(json.dumps([problem.as_json() for problem in found], indent=1, ensure_ascii=False))
    else:
        terminal.problems(found)
        if not _errors(found):
            terminal.say(f"{len(notebook.notes)} notes and {len(notebook.snippets)} snippets, no problem")
    return 1 if _errors(found) else 0


def _run(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal

    names = arguments.names or _changed(notebook, arguments.changed_since)
    outcomes = _bring_up_to_date(notebook, names, arguments.jobs, arguments.again)
    if arguments.json:
        print(json.dumps([outcome.as_json() for outcome in outcomes], indent=1, ensure_ascii=False))
    else:
        terminal.problems([problem for problem in notebook.unreadable if problem.path.startswith("snippets/")])
        terminal.outcomes(outcomes)
    unreadable = any(problem.path.startswith("snippets/") for problem in notebook.unreadable)
    return 1 if unreadable or any(outcome.problem for outcome in outcomes) else 0


def _bring_up_to_date(notebook: Notebook, names: list[str], jobs: int, again: bool) -> list:
    from kb import terminal
    from kb.execute import bring_up_to_date

    names = [Path(name).stem for name in names]
    for name in names:
        if name not in notebook.snippets and f"snippets/{name}.py" not in notebook.snippet_paths:
            raise Trouble(f"snippets/{name}.py", 1, f"there is no such snippet{nearest(name, notebook.snippets)}")
    names = list(dict.fromkeys(name for name in names if name in notebook.snippets))
    waiting = [name for name in names if again or name not in notebook.runs]
    with terminal.Progress(len(waiting)) as progress:
        return bring_up_to_date(notebook, names, jobs=jobs, again=again, tell=progress.tell)


def _changed(notebook: Notebook, revision: str | None) -> list[str]:
    """Every snippet, or those that git says changed since a revision, with what they import and open."""
    if revision is None:
        return list(notebook.snippets)
    command = ["git", "-C", str(notebook.root), "diff", "--name-only", "--relative", revision, "--"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Trouble("mkdocs.yml", 1, f"git knows no revision '{revision}'; see `git log`")
    changed = set(done.stdout.splitlines())
    return [name for name, key in notebook.keys.items() if changed & set(key.files)]


def _why(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal
    from kb.check import staleness

    name = Path(arguments.name).stem
    if name not in notebook.snippets:
        raise Trouble(f"snippets/{name}.py", 1, f"there is no such snippet{nearest(name, notebook.snippets)}")
    terminal.say("fresh" if name in notebook.runs else staleness(notebook, name))
    return 0 if name in notebook.runs else 1


def _build(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal
    from kb.check import check
    from kb.hook import build

    first = [problem for problem in check(notebook) if problem.rule != "run"]
    if _errors(first):
        terminal.problems(first)
        return 1
    outcomes = _bring_up_to_date(notebook, list(notebook.snippets), os.cpu_count() or 1, again=False)
    terminal.outcomes(outcomes)
    found = check(Notebook(notebook.root))
    if any(outcome.problem for outcome in outcomes) or _errors(found):
        terminal.problems([problem for problem in found if problem.rule != "run"])
        terminal.say("the site was not built")
        return 1
    terminal.problems(found)
    build(notebook.root)
    terminal.say(f"built {notebook.root / 'site'}")
    return 0


def _serve(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal
    from kb.check import check
    from kb.hook import serve

    terminal.outcomes(_bring_up_to_date(notebook, list(notebook.snippets), os.cpu_count() or 1, again=False))
    terminal.problems([problem for problem in check(Notebook(notebook.root)) if problem.rule != "run"])
    serve(notebook.root, arguments.address)
    return 0


def _claims(notebook: Notebook, arguments: argparse.Namespace) -> int:
    from kb import terminal
    from kb.index import ledger

    rows = ledger(notebook)
    if arguments.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        terminal.ledger(rows)
    return 0


def _errors(found: list[Problem]) -> bool:
    return any(not problem.warning for problem in found)

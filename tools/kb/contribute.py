"""What the commands for whoever adds or mends a note do; verbs are imported where they are used."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from kb.commands import check_name, errors
from kb.notebook import Notebook
from kb.problem import Problem, Trouble, nearest


def new(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Write a note, and with it a snippet and its test; a person is asked for what was not given."""
    from kb import new as verb
    from kb import terminal

    wanted = _wanted(notebook, arguments)
    if not wanted["title"]:
        raise Trouble(verb.NOTE, 1, 'a note has a title; write it as in `kb new "Momentum overshoots" --tags ML`')
    if not wanted["tags"]:
        message = f"a note has at least one tag; give --tags with some of {', '.join(notebook.tags)}"
        raise Trouble("notes/tags.toml", 1, message)
    for path in verb.new(notebook, **wanted):
        terminal.say(f"wrote {path.relative_to(notebook.root)}")
    terminal.say(f"next: ./kb run {wanted['snippet']}, then ./kb serve" if wanted["snippet"] else "next: ./kb serve")
    return 0


def _wanted(notebook: Notebook, arguments: argparse.Namespace) -> dict[str, Any]:
    from kb import terminal
    from kb.interview import interview

    given = {name: getattr(arguments, name) for name in ("title", "tags", "kind", "source", "snippet")}
    if given["tags"] is not None:
        given["tags"] = given["tags"].replace(",", " ").split()
    elif terminal.has_person():
        try:
            return interview(notebook, given, terminal.ask, terminal.say)
        except EOFError:
            message = "the questions were not answered; nothing was written"
            raise Trouble("notes/_template.md", 1, message) from None
    return given | {"kind": given["kind"] or "note", "source": given["source"] or ""}


def check(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Print every problem, or those of the files named and of the programs that they show; first repair what can be."""
    from kb import terminal
    from kb.check import check as every_problem

    files = [_inside(notebook, name) for name in arguments.files]
    pending = arguments.fix and not _repair(notebook, files, arguments.yes)
    notebook = Notebook(notebook.root) if arguments.fix else notebook
    found = every_problem(notebook)
    if files:
        wanted = _with_their_programs(notebook, files)
        found = [problem for problem in found if wanted.get(problem.path) in ("", problem.rule)]
    if arguments.json:
        print(json.dumps([problem.as_json() for problem in found], indent=1, ensure_ascii=False))
    else:
        terminal.problems(found)
        if not errors(found):
            terminal.say(f"{len(notebook.notes)} notes and {len(notebook.snippets)} snippets, no problem")
    return 1 if pending or errors(found) else 0


def _repair(notebook: Notebook, files: list[str], yes: bool) -> bool:
    """Show what would be repaired, and do so if that is wanted; whether nothing is left waiting for a yes."""
    from kb import terminal
    from kb.edit import Edit, rewrite
    from kb.fix import fixes

    notes = [note for note in notebook.notes.values() if not files or note.path in files]
    found = [item for note in notes for item in fixes(notebook, note)]
    edits = [item for item in found if isinstance(item, Edit)]
    by_path = {path: [edit for edit in edits if edit.path == path] for path in dict.fromkeys(e.path for e in edits)}
    rewrites = [rewrite(notebook.root, path, wanted) for path, wanted in by_path.items()]
    terminal.diffs(rewrites)
    for problem in (item for item in found if isinstance(item, Problem)):
        terminal.say(f"left: {problem}")
    if not edits:
        terminal.say("nothing to repair")
        return True
    what = f"{len(edits)} {'repair' if len(edits) == 1 else 'repairs'} in {', '.join(by_path)}"
    if not yes and not (terminal.has_person() and terminal.agrees(f"{what}: write? [y/N] ")):
        terminal.say(f"{what}: nothing was written; `kb check --fix --yes` writes")
        return False
    for each in rewrites:
        each.write(notebook.root)
    terminal.say(f"{what}: written")
    return True


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


def report(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Print what to paste into an issue."""
    from kb.check import check as every_problem
    from kb.report import report as text

    name = Path(arguments.name).stem
    check_name(notebook, name)
    shown_in = {note.path for note in notebook.notes.values() if name in note.programs}
    found = [
        problem
        for problem in every_problem(notebook)
        if problem.path == f"snippets/{name}.py" or (problem.path in shown_in and f"{name}." in problem.message)
    ]
    print(text(notebook, name, found), end="")
    return 0


def diff(notebook: Notebook, arguments: argparse.Namespace) -> int:
    """Compare claims and metrics with another revision, or with claims that were kept."""
    from kb import diff as verb
    from kb import terminal
    from kb.beside import snapshot_of
    from kb.snapshot import saved_claims, snapshot

    other = arguments.other
    if other.endswith(".json"):
        old = saved_claims(Path(other), other)
    else:
        old = snapshot_of(notebook.root, other, terminal.remark)
    new = snapshot(notebook)
    changes = verb.diff(old, new)
    missing = sorted({*old.missing, *new.missing})
    print(verb.as_markdown(changes, other, missing), end="") if arguments.markdown else terminal.changes(
        changes, missing
    )
    found = [change.problem for change in changes if change.problem]
    terminal.problems(found)
    return 1 if errors(found) else 0

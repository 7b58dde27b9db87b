"""What the commands for whoever adds or mends a note do; verbs are imported where they are used."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from kb.commands import errors
from kb.notebook import Notebook
from kb.problem import Trouble, nearest


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
        if not errors(found):
            terminal.say(f"{len(notebook.notes)} notes and {len(notebook.snippets)} snippets, no problem")
    return 1 if errors(found) else 0


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

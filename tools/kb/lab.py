"""Every snippet as a notebook: today's source, the outputs of its last run, and the run's card."""

import json
import shutil

import yaml

from kb.cache import Cache
from kb.figure import KINDS
from kb.installed import distributions
from kb.note import Note
from kb.notebook import Notebook
from kb.problem import Problem
from kb.relations import tags_of
from kb.run import Run
from kb.run_card import card
from kb.snippet import Section, Snippet

FOLDER, THUMBNAILS = ".cache/lab", ".cache/thumbnails"
FIRST = """\
# Where this notebook is not in its repository: install what is missing, fetch the rest, say where the program lies.

if "__file__" not in globals():
    import subprocess
    import sys
    from importlib.util import find_spec
    from pathlib import Path

    packages = {packages}
    missing = [package for module, package in packages.items() if not find_spec(module)]
    if missing:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
    if not Path("{folder}").exists():
        subprocess.run(["git", "clone", "--depth", "1", "{address}", "{folder}"], check=True)
    __file__ = str(Path("{folder}/{path}").resolve())
    sys.path.insert(0, str(Path(__file__).parent))
"""


def write_lab(notebook: Notebook, failures: dict[str, Problem], repository: str = "") -> None:
    """Write one notebook a snippet into a folder that holds nothing else."""
    folder = notebook.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{name}.ipynb": lab_page(notebook, name, failures.get(name), repository) for name in notebook.snippets}
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def lab_page(notebook: Notebook, name: str, problem: Problem | None, repository: str) -> str:
    """The notebook that the site shows."""
    snippet, run, notes = notebook.snippets[name], notebook.runs.get(name), notebook.users.get(name, [])
    matter = {"title": name, "kind": "lab", "description": snippet.idea, "tags": tags_of(notes)}
    if run:
        matter["date"] = run.day
    cells = [
        _text(f"---\n{yaml.safe_dump(matter, sort_keys=False)}---"),
        _text(card(notebook, snippet, notes, problem, repository)),
    ]
    texts = _texts(snippet, notes)
    for section in snippet.sections[1:] if snippet.sections and not snippet.sections[0].title else snippet.sections:
        cells += [_text(_uncommented(section.source))] if section.markdown else _shown(snippet, section, run, texts)
    return _notebook(cells)


def download(notebook: Notebook, snippet: Snippet, address: str) -> str:
    """The notebook that people take along: no outputs, and a first cell that fetches the repository."""
    folder = address.rstrip("/").rpartition("/")[2]
    packages = json.dumps(_packages(notebook, snippet), indent=8).replace("\n}", "\n    }")
    cells = [_code(FIRST.format(folder=folder, address=address, path=snippet.path, packages=packages))]
    for section in snippet.sections:
        title = [_text(f"## {section.title}")] if section.title else []
        cells += [_text(_uncommented(section.source))] if section.markdown else [*title, _code(section.source)]
    return _notebook(cells)


def _packages(notebook: Notebook, snippet: Snippet) -> dict[str, str]:
    """What it and the programs that it imports need, as installed here, by the names of the modules."""
    names = set(snippet.modules)
    names = names.union(*(notebook.snippets[name].modules for name in names & notebook.snippets.keys()))
    return distributions(names)


def _texts(snippet: Snippet, notes: list[Note]) -> dict[str, str]:
    """What the notes say that each section drew: the text of the first image of it."""
    texts: dict[str, str] = {}
    for link in (link for note in notes for link in note.links if link.image):
        if link.path == f"../{snippet.path}":
            texts.setdefault(link.fragment, link.text)
    return texts


def _shown(snippet: Snippet, section: Section, run: Run | None, texts: dict[str, str]) -> list[dict]:
    title = [_text(f"## {section.title}")] if section.title else []
    return [*title, _code(section.source, _outputs(snippet, section, run, texts) if run else [])]


def _outputs(snippet: Snippet, section: Section, run: Run, texts: dict[str, str]) -> list[dict]:
    """The recorded outputs, with figures as files instead of inline."""
    folder = f"../../figures/{snippet.name}"
    alt = texts.get(section.name) or f"{snippet.idea} Drawn by section {section.title}."
    figures = iter(run.figures(section.name))
    outputs = []
    for output in run.outputs.get(section.name, []):
        if KINDS.keys() & output.get("data", {}).keys():
            output = {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/html": next(figures).drawn(folder, alt)},
            }
        outputs.append(output)
    return outputs


def _uncommented(source: str) -> str:
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.split("\n"))


def _text(source: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str, outputs: list[dict] = []) -> dict:  # noqa: B006 never changed
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "source": source, "outputs": outputs}


def _notebook(cells: list[dict]) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": numbered}, indent=1)


def files(notebook: Notebook, address: str) -> dict[str, bytes]:
    """What the site publishes beside the pages: each run's figures with small copies, and the downloads."""
    found: dict[str, bytes] = {}
    thumbnails = Cache(notebook.root / THUMBNAILS)
    for name, snippet in notebook.snippets.items():
        found[f"lab/{name}/{name}.py"] = snippet.text.encode()
        found[f"lab/{name}/{name}.ipynb"] = download(notebook, snippet, address).encode()
        run = notebook.runs.get(name)
        for figure in run.all_figures if run else []:
            small, data = figure.thumbnail(thumbnails)
            found |= {f"figures/{name}/{figure.file}": figure.data, f"figures/{name}/{small}": data}
    thumbnails.sweep()
    return found

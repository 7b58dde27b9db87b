"""A small real notebook in a temporary folder, ways to write into it, and the real `kb` to run in it."""

import fcntl
import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import markdown
import pytest
from kb.check import check
from kb.notebook import Notebook
from kb.run import write_run
from mkdocs.utils.yaml import yaml_load

ROOT = Path(__file__).parents[2]
KB = Path(sys.executable).with_name("kb")

MKDOCS = "site_name: A small notebook\n"
PYPROJECT = "[tool.kb.limits]\nseconds = 60\nsilence = 20\n"
TAGS = """\
[ML]
description = "Machine learning."
aliases = ["MachineLearning"]

[neural-networks]
description = "Networks of layers."
parent = "ML"

[DS]
description = "Data science."
"""
MATTER = "title: A note\ndate: 2026-11-21\ntags: [ML]\n"
HEADER = '"""The idea.\n\nSource    nobody\nDiffers   nothing\nCost      about 1 s\n"""\n\n'
DATASET = """
[{name}]
file = "{file}"
sha256 = "{sha256}"
bytes = {bytes}
source = "made up"
licence = "CC0-1.0"
made_by = "make_{name}.py"
"""


@dataclass(frozen=True)
class Book:
    """A notebook's folder; what the methods write is real, and `notebook` reads it anew each time."""

    root: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def notebook(self) -> Notebook:
        return Notebook(self.root)

    @property
    def stored(self) -> list[str]:
        """The names of all runs in the store, half-written ones too."""
        store = self.root / ".cache/runs"
        return sorted(path.name for path in (*store.glob("[!.]*"), *store.glob(".writing/*")))

    def write(self, path: str, content: str | bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def note(self, name: str, body: str = "Text.\n", *, matter: str = MATTER, claims: str = "") -> str:
        """A note whose front matter is `matter` and then `claims`; its path."""
        path = f"notes/{name}.md"
        self.write(path, f"---\n{matter}{claims}---\n{body}")
        return path

    def snippet(self, name: str, cells: str = "# %% result\nresults = {}\n", *, header: str = HEADER) -> str:
        """A program of a header (7 lines unless given) and cells; its path."""
        path = f"snippets/{name}.py"
        self.write(path, header + cells)
        return path

    def dataset(self, file: str, data: bytes) -> str:
        """A file with its table in the manifest; its path."""
        name = Path(file).stem
        self.write(f"datasets/{file}", data)
        row = DATASET.format(name=name, file=file, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        with open(self.root / "datasets/manifest.toml", "a") as manifest:
            manifest.write(row)
        return f"datasets/{file}"

    def measured(self, name: str, metrics: dict, outputs: dict[str, list[dict]] | None = None, **more: object) -> None:
        """A run of today's key as the runner would have recorded it, without the cost of one."""
        notebook = self.notebook
        key, snippet = notebook.keys[name], notebook.snippets[name]
        cells = [
            {
                "metadata": {"section": section.name},
                "source": section.source,
                "outputs": (outputs or {}).get(section.name, []),
            }
            for section in snippet.sections
            if not section.markdown
        ]
        record = {
            "name": name, "key": key.hash, "parts": key.parts, "started": "2026-11-21T10:00:00+00:00",
            "metrics": metrics, "seconds": 1.5, "cpu_seconds": 1.25, "memory": 100_000_000, "alone": snippet.alone,
            "revision": "", "machine": {"system": "Linux", "processor": "a processor", "cores": 2, "memory": 1},
        } | more  # fmt: skip
        write_run(self.root, key, record, json.dumps({"cells": cells}))

    def problems(self) -> list[str]:
        """What `kb check` says of it."""
        return [str(problem) for problem in check(self.notebook)]

    def kb(self, *words: str, cwd: str = ".", **environment: str) -> subprocess.CompletedProcess:
        """The real command, with `environment` added to that of the tests."""
        return subprocess.run(
            [KB, *words], cwd=self.root / cwd, capture_output=True, text=True, env=os.environ | environment, timeout=200
        )

    def start(self, *words: str) -> subprocess.Popen:
        """The same, not waited for; its runs have their folders in `scratch`."""
        scratch = self.root / "tmp"
        scratch.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [KB, *words],
            cwd=self.root,
            env=os.environ | {"TMPDIR": str(scratch)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what was started and still runs."""
        for process in self.started:
            process.kill()
            process.communicate()


def lay_out(root: Path) -> Book:
    book = Book(root)
    book.write("mkdocs.yml", MKDOCS)
    book.write("pyproject.toml", PYPROJECT)
    book.write("notes/tags.toml", TAGS)
    for path in (
        "notes/_template.md",
        "snippets/_template.py",
        "tests/snippets/_template.py",
        "snippets/style.mplstyle",
    ):
        book.write(path, (ROOT / path).read_bytes())
    return book


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """An empty notebook."""
    book = lay_out(tmp_path)
    yield book
    book.end()


@pytest.fixture
def in_terminal(book: Book) -> Callable[..., tuple[int, str]]:
    """Give the command in a terminal, answer its questions line by line, and return its status and what it showed."""

    def talk(*words: str, answers: str) -> tuple[int, str]:
        person, terminal = pty.openpty()
        process = subprocess.Popen([KB, *words], cwd=book.root, stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        os.write(person, answers.encode())
        shown = b""
        try:
            while more := os.read(person, 4096):
                shown += more
        except OSError:  # the terminal is closed: the command has ended
            pass
        os.close(person)
        return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")

    return talk


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Book], object]], tuple[Book, object]]:
    """Do a costly thing in a notebook once for all workers; the notebook, and what was returned (as JSON)."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared

    def do(name: str, make: Callable[[Book], object]) -> tuple[Book, object]:
        answer = shared / f"{name}.json"
        with open(shared / f"{name}.lock", "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not answer.exists():
                shutil.rmtree(shared / name, ignore_errors=True)
                answer.write_text(json.dumps(make(lay_out(shared / name))))
        return Book(shared / name), json.loads(answer.read_text())

    return do


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Wait until a question has a true answer, and return it."""

    def ask(question: Callable[[], object], seconds: float = 30) -> object:
        end = time.monotonic() + seconds
        while not (answer := question()):
            assert time.monotonic() < end, "it never came true"
            time.sleep(0.05)
        return answer

    return ask


@pytest.fixture(scope="session")
def project() -> Path:
    """The repository itself."""
    return ROOT


@pytest.fixture(scope="session")
def site(project):
    """The site's Markdown, as mkdocs.yml sets it up."""
    with open(project / "mkdocs.yml") as file:
        listed = yaml_load(file)["markdown_extensions"]
    settings = {
        name: options or {}
        for row in listed
        for name, options in (row.items() if isinstance(row, dict) else [(row, {})])
    }
    return markdown.Markdown(extensions=list(settings), extension_configs=settings)

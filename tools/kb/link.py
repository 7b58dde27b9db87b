"""What a note's link into the repository points at."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from kb.bibliography import FILE as WORKS
from kb.metric import LATEST, typed
from kb.note import Link, Note
from kb.notebook import Notebook
from kb.problem import Problem, nearest
from kb.snippet import Snippet


@dataclass(frozen=True)
class Target:
    """`what` is section, figure, metric, lab, work, note or file; `path` the file, `name` what stands behind `#`."""

    what: str
    path: str
    name: str = ""

    @cached_property
    def snippet(self) -> str:
        """The snippet's name."""
        return PurePosixPath(self.path).stem


def resolve(notebook: Notebook, note: Note, link: Link) -> Target | Problem | None:
    """Where a link leads; a problem where it leads nowhere; nothing for what is not ours (other hosts, anchors)."""
    if not link.local:
        return None
    path = notebook.place(note, link.path)
    if path is None:
        return _problem(note, link, f"'{link.target}' leaves the repository; link to a file in it, or to an address")
    place = PurePosixPath(path)
    if place.parent.as_posix() == "snippets" and place.suffix == ".py" and not place.name.startswith("_"):
        return _program(notebook, note, link, path)
    if not notebook.exists(path):
        folder = (notebook.root / path).parent
        others = sorted(item.name for item in folder.iterdir()) if folder.is_dir() else []
        return _problem(note, link, f"there is no {path}{nearest(place.name, others)}")
    if path == WORKS:
        if link.fragment not in notebook.bibliography:
            return _problem(
                note, link, f"{WORKS} has no work '{link.fragment}'{nearest(link.fragment, notebook.bibliography)}"
            )
        return Target("work", path, link.fragment)
    is_note = place.parent.as_posix() == "notes" and place.suffix == ".md" and not place.name.startswith(("_", "."))
    return Target("note" if is_note or path.startswith("notes/assets/") else "file", path)


def _program(notebook: Notebook, note: Note, link: Link, path: str) -> Target | Problem | None:
    name = PurePosixPath(path).stem
    snippet = notebook.snippets.get(name)
    if snippet is None:
        if notebook.exists(path):
            return None  # it cannot be read, which is a problem of its own
        return _problem(note, link, f"there is no {path}{nearest(name, notebook.snippets)}")
    if not link.fragment:
        if link.image:
            return _problem(note, link, f"an image of a whole program; name the section: {path}#SECTION")
        return Target("lab", path)
    if snippet.section(link.fragment):
        return Target("figure" if link.image else "section", path, link.fragment)
    return _metric(notebook, note, link, snippet)


def _metric(notebook: Notebook, note: Note, link: Link, snippet: Snippet) -> Target | Problem:
    run = notebook.runs.get(snippet.name)
    number = not link.image and (LATEST in link.text or typed(link.text) is not None)
    if not link.image and (link.fragment in run.metrics if run else number):
        return Target("metric", snippet.path, link.fragment)
    names = list(run.metrics) if run and number else snippet.section_names
    what = "metric" if number else "section"
    return _problem(
        note,
        link,
        f"{snippet.path} has no {what} '{link.fragment}'{nearest(link.fragment, names)}"
        + (f" (it has {', '.join(names)})" if "did you mean" in nearest(link.fragment, names) else ""),
    )


def _problem(note: Note, link: Link, message: str) -> Problem:
    return Problem(note.path, link.line, message, "link")

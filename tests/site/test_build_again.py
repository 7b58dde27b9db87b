"""A build that finds its pages rendered before makes the site that a first build makes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KB = Path(sys.executable).with_name("kb")
pytestmark = pytest.mark.slow


def build(folder: Path) -> dict[str, bytes]:
    """The files of the site but for its index, whose names change each time."""
    done = subprocess.run([KB, "build"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return files(folder / "site")


def files(site: Path) -> dict[str, bytes]:
    every = (path for path in site.rglob("*") if path.is_file() and "pagefind" not in path.relative_to(site).parts[:1])
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in every}


@pytest.fixture
def copy(notebook: Path, tmp_path: Path) -> Path:
    """The notebook with all that its first build left."""
    return shutil.copytree(notebook, tmp_path / "notebook", symlinks=True)


def written(folder: Path) -> dict[str, int]:
    """When each thing was made that a build keeps for the next."""
    places = (folder / ".cache" / name for name in ("pages", "thumbnails", "previews", "bibliography"))
    return {path.name: path.stat().st_mtime_ns for place in places for path in place.iterdir()}


def test_nothing_is_made_again_and_the_site_is_the_same_to_the_byte(copy: Path):
    first, kept = files(copy / "site"), written(copy)
    assert build(copy) == first
    assert written(copy) == kept


def test_what_is_edited_shows_and_a_page_that_does_not_speak_of_it_stays(copy: Path):
    first = files(copy / "site")
    note = copy / "notes/slope.md"
    note.write_text(note.read_text() + "\nOne more sentence.\n")
    second = build(copy)
    changed = {name for name in first | second if first.get(name) != second.get(name)}
    assert {"slope/index.html", "slope/index.html.md"} <= changed
    assert b"One more sentence." in second["slope/index.html"]
    assert not {name for name in changed if name.startswith(("coin/", "questions/", "lab/", "tags/"))}


def test_a_link_to_a_heading_that_is_not_there_stops_the_build_and_is_named(copy: Path):
    note = copy / "notes/slope.md"
    note.write_text(note.read_text() + "\nSee [the coin](coin.md#nowhere).\n")
    done = subprocess.run([KB, "build"], cwd=copy, capture_output=True, text=True)
    assert (done.returncode, "built" in done.stdout) == (1, False)
    assert done.stderr.splitlines()[-2:] == [
        "WARNING -  Doc file 'slope.md' contains a link 'coin.md#nowhere', but the doc 'coin.md' does not contain an"
        " anchor '#nowhere'.",
        "mkdocs.yml:1: MkDocs ended with 1; the lines above say why",
    ]

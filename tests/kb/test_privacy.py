"""What leaves the machine names neither its user, its host, nor a place on it."""

import getpass
import platform
import sys
from pathlib import Path

import pytest
from kb.privacy import anonymous


@pytest.fixture(autouse=True)
def jane(monkeypatch, tmp_path):
    """Jane Doe at her workstation."""
    home = tmp_path / "jane doe"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(getpass, "getuser", lambda: "janedoe")
    monkeypatch.setattr(platform, "node", lambda: "janes-tower")
    return home


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('File "{root}/snippets/heat.py", line 3', 'File "snippets/heat.py", line 3'),
        ("in {root}: nothing", "in .: nothing"),
        ("{home}/data/x.csv", "~/data/x.csv"),
        ("{prefix}/lib/python3.12/site-packages/jax/__init__.py", ".venv/lib/python3.12/site-packages/jax/__init__.py"),
        ("PATH=/usr/bin:/home/someone/bin", "PATH=…/bin:…/bin"),
        ("file:///home/someone/x.py", "…/x.py"),
        ("janedoe@janes-tower:", "USER@HOST:"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("https://jax.dev/docs/a.html and 1/2, and/or, snippets/heat.py", None),
        ("a path of one name, /tmp, and // and a / b", None),
        ("janedoes", None),
    ],
)
def test_names_and_places_go_and_all_else_stays(text, shown, tmp_path, jane):
    words = {"root": tmp_path / "notebook", "home": jane, "prefix": sys.prefix}
    assert anonymous(text.format(**words), tmp_path / "notebook") == (text if shown is None else shown)


def test_a_name_that_is_also_a_word_stays(monkeypatch, tmp_path):
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert anonymous("the root of n", tmp_path) == "the root of n"


def test_a_user_without_a_name_is_no_error(monkeypatch, tmp_path):
    monkeypatch.setattr(getpass, "getuser", lambda: {}["uid"])
    assert anonymous("a", tmp_path) == "a"


def test_the_notebook_may_lie_in_the_home_or_behind_a_link(tmp_path, jane):
    (jane / "notebook").mkdir()
    link = tmp_path / "link"
    link.symlink_to(jane / "notebook")
    assert anonymous(f"{jane}/notebook/a.py {link}/a.py", link) == "a.py a.py"
    assert Path.home() == jane


def test_a_home_is_not_taken_for_the_beginning_of_another(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/home/jo")
    assert anonymous("/home/joan/x.csv /home/jo/y.csv", tmp_path) == "…/x.csv ~/y.csv"

"""The one door: finds a fitting Python or says clearly that there is none, sets up once, hands over."""

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OLD = ("3.11", "3.10", "3.9", "3.8")
NONE = (
    "kb: no Python 3.12 or 3.13 found (this one is {}; PATH and pyenv were searched);"
    " install one, for instance with `pyenv install 3.12`, then run the command again"
)


@pytest.fixture
def door(project, tmp_path):
    """A copy of the door in an empty repository of its own, and PATH and HOME with nothing in them."""
    root = tmp_path / "repository"
    root.mkdir()
    shutil.copy(project / "kb", root / "kb")
    (root / "pyproject.toml").write_text("[project]\nname = 'kb'\n")
    (root / "requirements.lock").write_text("")
    (tmp_path / "bin").mkdir()
    return root


def environment(door, **more):
    """Nothing but an own PATH, HOME and pyenv, all of them empty."""
    empty = str(door.parent / "empty")
    return {"PATH": str(door.parent / "bin"), "HOME": empty, "PYENV_ROOT": empty} | more


def run(python, door, *words, **more):
    command = [str(python), "kb", *words]
    return subprocess.run(command, cwd=door, env=environment(door, **more), capture_output=True, text=True, timeout=60)


def program(door, name, text):
    """A program on the door's PATH."""
    path = door.parent / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def old_pythons():
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in OLD:
        yield from filter(None, [shutil.which(f"python{version}")])
        yield from sorted(pyenv.glob(f"versions/{version}*/bin/python"))


@pytest.fixture(scope="module")
def old_python():
    """A Python that the notebook does not run on; a pyenv shim may be on PATH and refuse."""
    for python in old_pythons():
        ask = "import sys; print(sys.executable, sys.version.split()[0])"
        done = subprocess.run([python, "-c", ask], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split()
    return pytest.skip("no Python older than 3.12 on this machine")


def load(door):
    """The door as a module, to ask it what it would do."""
    loader = importlib.machinery.SourceFileLoader("door", str(door / "kb"))
    spec = importlib.util.spec_from_loader("door", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def set_up(door):
    """What a finished set-up leaves: a stamp, and a `kb` that tells its words."""
    (door / ".venv/bin").mkdir(parents=True)
    (door / ".venv/bin/kb").write_text(f"#!{sys.executable}\nimport sys\n\nprint(sys.argv[1:])\nsys.exit(3)\n")
    (door / ".venv/bin/kb").chmod(0o755)
    (door / ".venv/lock.sha256").write_text(load(door).wanted())


def test_where_no_python_fits_it_says_so_in_one_sentence(door, old_python):
    python, version = old_python
    done = run(python, door, "serve")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, NONE.format(version))
    assert "Traceback" not in done.stderr


def test_a_python_on_path_that_refuses_or_is_too_old_is_passed_over(door, old_python):
    python, version = old_python
    program(door, "python3.12", "#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n")
    program(door, "python3.13", f'#!/bin/sh\nexec {python} "$@"\n')
    assert run(python, door, "serve").stderr.splitlines()[-1] == NONE.format(version)


def test_it_asks_no_network_before_it_has_a_python(door, old_python):
    assert not (door / ".cache/uv").exists()
    run(old_python[0], door, "serve")
    assert not (door / ".cache/uv").exists()


def test_a_fitting_python_on_path_is_found(door, old_python):
    program(door, "python3.12", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program(door, "uv", '#!/bin/sh\n[ "$1" = --version ] || { echo "no room" >&2; exit 28; }\n')
    done = run(old_python[0], door, "serve")
    lines = done.stderr.splitlines()
    assert lines[0] == "kb: setting up .venv from requirements.lock (about 1 GB, once for each state of the lock)"
    assert lines[1] == "no room"
    assert lines[2].endswith("ended with 28; the lines above say why")
    assert done.returncode == 1


def test_a_set_up_that_failed_is_tried_again(door):
    program(door, "uv", '#!/bin/sh\n[ "$1" = --version ] || exit 28\n')
    assert [run(sys.executable, door, "check").returncode for _ in range(2)] == [1, 1]
    assert not (door / ".venv/lock.sha256").exists()


def test_once_set_up_it_hands_over_every_word_and_the_status(door):
    set_up(door)
    done = run(sys.executable, door, "test", "-k", "a b", "--help")
    assert (done.stdout, done.stderr, done.returncode) == ("['test', '-k', 'a b', '--help']\n", "", 3)


def test_it_is_found_through_a_link_and_from_another_folder(door, tmp_path):
    set_up(door)
    (tmp_path / "bin/kb").symlink_to(door / "kb")
    command = [sys.executable, tmp_path / "bin/kb", "check"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(door), capture_output=True, text=True)
    assert done.stdout == "['check']\n"


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_set_up_anew(door, file):
    set_up(door)
    program(door, "uv", '#!/bin/sh\n[ "$1" = --version ] || exit 28\n')
    (door / file).write_text("# changed\n")
    assert "setting up .venv" in run(sys.executable, door, "check").stderr


def test_it_is_readable_by_an_old_python(project, old_python):
    done = subprocess.run(
        [old_python[0], "-c", f"compile(open({str(project / 'kb')!r}).read(), 'kb', 'exec')"], capture_output=True
    )
    assert done.returncode == 0

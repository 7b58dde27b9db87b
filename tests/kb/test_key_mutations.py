"""The key tells the truth: of hundreds of things that change, one at a time, each makes exactly its dependents stale.

What depends on what is written down here by hand; nothing is run, only keys are compared.
"""

import io
import keyword
import token
import tokenize
from types import SimpleNamespace

import pytest
from kb import installed, key

HEADER = '"""The idea of it.\n\nSource    nobody\nDiffers   nothing\nCost      about 1 s\n"""\n\n'
PROGRAMS = {
    "alone": "# %% result\nresults = {'one': 1}\n",
    "base": "# %% data\nimport numpy as np\n\n\ndef draw(rng, *, size=3):\n    return rng.normal(0.5, 2, size)\n",
    "curve": (
        "# %% setup\nfrom base import draw\nimport plotlib\n\nSTYLE = 'style.mplstyle'  # as all\n\n"
        "# %% result\nif draw is not None:\n    x = [i**2 for i in range(10)]\n    x += [1e-3]\n"
        "else:\n    x = f'{draw!r:>4}'\nresults = {'area': sum(x)}\n"
    ),
    "tree": (
        "# %% data\nfrom pathlib import Path\n\nIRIS = Path(__file__).parents[1] / 'datasets/iris.csv'\n\n\n"
        "# %% result\ndef grow(rows, depth=2):\n    # of its own\n    return rows[:depth] if rows else None\n\n\n"
        "results = {'depth': 3.5, \"leaves\": [4, 5]}\n"
    ),
    "forest": (
        "# %% result\nimport curve\nimport tree as one\n\nWINE = 'wine.csv'\n"
        "results = {'trees': one.grow, 'c': curve.x}\n"
    ),
}
FILES = {  # the programs whose runs are no longer true if a byte of it changes
    "datasets/iris.csv": {"tree", "forest"},
    "datasets/wine.csv": {"forest"},
    "datasets/unused.csv": set(),
    "snippets/style.mplstyle": {"curve", "forest"},
    "snippets/other.mplstyle": set(),
    "notes/heat.md": set(),
    "notes/tags.toml": set(),
    "mkdocs.yml": set(),
    "pyproject.toml": set(),
    "README.md": set(),
    "snippets/_template.py": set(),
    "snippets/data.txt": set(),
    "tests/snippets/test_tree.py": set(),
}
IMPORTED_BY = {
    "alone": {"alone"},
    "base": {"base", "curve", "forest"},
    "curve": {"curve", "forest"},
    "tree": {"tree", "forest"},
    "forest": {"forest"},
}
ALL = set(PROGRAMS)
VERSIONS = {  # of these packages, which `numpy` and `plotlib` are imported
    "ipykernel": ALL,
    "zmq": ALL,  # the kernel requires it
    "numpy": {"base", "curve", "forest"},
    "plotlib": {"curve", "forest"},
    "fonts": {"curve", "forest"},  # plotlib requires it
    "colours": {"curve", "forest"},  # fonts requires it
    "jax": set(),
    "pytest": set(),
}
REQUIRES = {"ipykernel": ["zmq"], "plotlib": ["fonts", "numpy"], "fonts": ["colours"]}


@pytest.fixture
def world(book, monkeypatch):
    for name, cells in PROGRAMS.items():
        book.snippet(name, cells, header=HEADER)
    for name in ("iris", "wine", "unused"):
        book.dataset(f"{name}.csv", b"1,2\n3,4\n")
    for path in FILES:
        if not (book.root / path).exists():
            book.write(path, "one: 1\n")
    install(monkeypatch, dict.fromkeys(VERSIONS, "1.0"))
    return book


def install(monkeypatch, versions):
    """These packages, whatever is installed here."""
    survey = {
        "versions": versions,
        "requires": {name: REQUIRES.get(name, []) for name in versions},
        "modules": {name: [name] for name in versions},
    }
    monkeypatch.setattr(installed, "_installed", lambda: survey)


def stale(book, before):
    """The programs whose key is no longer what it was."""
    after = {name: each.hash for name, each in book.notebook.keys.items()}
    return {name for name in before if after.get(name) != before[name]}


def keys(book):
    return {name: each.hash for name, each in book.notebook.keys.items()}


def tokens(text):
    return [each for each in tokenize.generate_tokens(io.StringIO(text).readline) if each.string.strip()]


def put(text, found, new):
    """The text with one token replaced."""
    rows = text.splitlines(keepends=True)
    (row, start), (last, end) = found.start, found.end
    assert row == last
    rows[row - 1] = rows[row - 1][:start] + new + rows[row - 1][end:]
    return "".join(rows)


def other(found):
    """Another token in its place."""
    if found.type == token.NUMBER:
        return f"{found.string}7"
    if found.type == token.STRING:
        return found.string[:-1] + "z" + found.string[-1]
    if found.type == token.FSTRING_MIDDLE:
        return f"{found.string}9"
    if found.type == token.NAME and not keyword.iskeyword(found.string):
        return f"{found.string}_"
    return {"**": "*", "+=": "-=", "if": "while", "else": None, "is": "==", "not": "", "None": "True"}.get(found.string)


def code_mutations():
    for name, cells in PROGRAMS.items():
        for found in tokens(cells):
            new = None if found.type == tokenize.COMMENT else other(found)
            if new is None:
                continue
            changed = put(cells, found, new)
            try:
                compile(changed, name, "exec")
            except SyntaxError:
                continue
            yield name, changed, f"{name}:{found.start[0]}:{found.start[1]}: {found.string} -> {new}"


CODE = list(code_mutations())


def test_there_are_hundreds():
    assert len(CODE) + len(QUIET) + len(BYTES) + len(VERSIONS) >= 200


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_token_of_a_program_makes_it_and_what_imports_it_stale(world, name):
    before, seen = keys(world), 0
    for _, changed, what in (each for each in CODE if each[0] == name):
        world.snippet(name, changed, header=HEADER)
        assert stale(world, before) == IMPORTED_BY[name], what
        seen += 1
    assert seen >= 3
    world.snippet(name, PROGRAMS[name], header=HEADER)
    assert keys(world) == before


def quiet_mutations():
    """Everywhere a comment, a blank line or more space may stand."""
    for name, cells in PROGRAMS.items():
        rows = cells.splitlines(keepends=True)
        for at, row in enumerate(rows):
            if not row.startswith("# %%"):
                yield name, "".join([*rows[: at + 1], "# why\n", *rows[at + 1 :]]), f"a comment below {row!r}"
                yield name, "".join([*rows[: at + 1], "\n", *rows[at + 1 :]]), f"a blank line below {row!r}"
            if row.strip() and "#" not in row:
                end = f"{row.rstrip()}  # so\n"
                yield name, "".join([*rows[:at], end, *rows[at + 1 :]]), f"a comment behind {row!r}"
        for found in tokens(cells):
            if found.string in ("=", "+=", "**", ","):
                yield name, put(cells, found, f"{found.string}  "), f"space behind {found.string}"
            if found.type == tokenize.COMMENT and "%%" not in found.string:
                yield name, put(cells, found, "# another"), f"another {found.string}"


QUIET = list(quiet_mutations())


@pytest.mark.parametrize("name", PROGRAMS)
def test_comments_blank_lines_and_spaces_make_nothing_stale(world, name):
    before = keys(world)
    for _, cells, what in (each for each in QUIET if each[0] == name):
        world.snippet(name, cells, header=HEADER)
        assert stale(world, before) == set(), what


@pytest.mark.parametrize("name", PROGRAMS)
def test_another_header_leaves_the_program_fresh_but_not_what_imports_it_and_may_print_it(world, name):
    before = keys(world)
    for word in ("idea", "nobody", "nothing", "about"):
        world.snippet(name, PROGRAMS[name], header=HEADER.replace(word, "other"))
        assert stale(world, before) == IMPORTED_BY[name] - {name}, word


BYTES = [(path, at) for path in FILES for at in (0, 3, -1)]


@pytest.mark.parametrize("path", FILES)
def test_every_byte_of_a_file_makes_stale_what_opens_it_and_nothing_else(world, path):
    before, content = keys(world), (world.root / path).read_bytes()
    for at in (at for other, at in BYTES if other == path):
        changed = bytearray(content)
        changed[at] ^= 1
        if path.endswith((".toml", ".yml", ".md", ".py")):  # these must stay readable
            changed = content + b"\n# more\n"
        world.write(path, bytes(changed))
        assert stale(world, before) == FILES[path], at
    world.write(path, content)
    assert stale(world, before) == set()


@pytest.mark.parametrize("path", ["datasets/iris.csv", "datasets/wine.csv", "snippets/style.mplstyle", "README.md"])
def test_a_file_that_is_gone_makes_the_same_programs_stale(world, path):
    before = keys(world)
    (world.root / path).unlink()
    assert stale(world, before) == FILES[path]


@pytest.mark.parametrize("package", VERSIONS)
def test_another_version_makes_stale_what_imports_it_or_what_requires_it(world, monkeypatch, package):
    before = keys(world)
    install(monkeypatch, {**dict.fromkeys(VERSIONS, "1.0"), package: "1.0.1"})
    assert stale(world, before) == VERSIONS[package]


def test_a_package_more_makes_nothing_stale(world, monkeypatch):
    before = keys(world)
    install(monkeypatch, {**dict.fromkeys(VERSIONS, "1.0"), "another": "1.0"})
    assert stale(world, before) == set()


@pytest.mark.parametrize(
    ("version", "dependents"),
    [((3, 11, 9), ALL), ((3, 14, 0), ALL), ((4, 12, 0), ALL), (None, set())],
)
def test_python_s_minor_version_makes_everything_stale_and_its_patch_nothing(world, monkeypatch, version, dependents):
    before = keys(world)
    real = key.sys.version_info
    major, minor, micro = version or (real.major, real.minor, real.micro + 1)
    info = SimpleNamespace(major=major, minor=minor, micro=micro)
    monkeypatch.setattr(key, "sys", SimpleNamespace(version_info=info))
    assert stale(world, before) == dependents


def test_another_architecture_makes_everything_stale(world, monkeypatch):
    before = keys(world)
    monkeypatch.setattr(key.platform, "machine", lambda: "sparc64")
    assert stale(world, before) == ALL


def test_another_host_and_another_folder_make_nothing_stale(world, monkeypatch, tmp_path_factory):
    before = keys(world)
    monkeypatch.setattr(key.platform, "node", lambda: "elsewhere")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    moved = world.root.rename(world.root.with_name("moved"))
    assert stale(type(world)(moved), before) == set()


def test_another_format_of_the_record_makes_everything_stale(world, monkeypatch):
    before = keys(world)
    monkeypatch.setattr(key, "FORMAT", key.FORMAT + 1)
    assert stale(world, before) == ALL


def test_a_new_program_makes_nothing_stale_unless_its_name_is_imported(world):
    before = keys(world)
    world.snippet("another", "# %% result\nresults = {}\n")
    assert stale(world, before) == set()
    world.snippet("plotlib", "# %% result\nresults = {}\n")  # it hides the package that curve imports
    assert stale(world, before) == {"curve", "forest"}


def test_a_name_of_a_dataset_that_comes_and_goes_makes_that_program_stale(world):
    before = keys(world)
    world.snippet("alone", PROGRAMS["alone"] + "DATA = 'wine.csv'\n", header=HEADER)
    named = keys(world)
    assert stale(world, before) == {"alone"}
    world.write("datasets/wine.csv", "5\n")
    assert stale(world, named) == {"alone", "forest"}

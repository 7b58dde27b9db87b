"""The shape of `tools/kb`: imports go one way, modules and functions stay small, MkDocs is known to three modules."""

import ast
import sys
from itertools import pairwise

import pytest

DOORS = {"cli", "commands", "contribute", "hook", "start_mkdocs", "terminal", "codeblocks"}
VERBS = {
    *("new", "interview", "check", "fix", "bench", "execute", "supervise", "kernel_client", "contain"),
    *("render", "lab", "run_card"),
    *("plain", "published", "search"),
    *("index", "home", "cards", "pages", "tag_pages", "note_page", "gallery", "claims_page", "listing"),
    *("cluster", "cluster_client", "cluster_worker"),
}
BOTTOM = {"problem"}
OF_ONE_VERB = [  # a verb in several modules
    {"new", "interview"},
    {"check", "check.files", "check.notes", "check.snippets"},
    {"index", "home", "cards", "pages", "tag_pages", "note_page", "gallery", "claims_page", "listing"},
    {"lab", "run_card"},
    {"render", "plain"},
    {"published", "plain"},
    {"supervise", "kernel_client"},
    {"execute", "cluster", "cluster_client", "cluster_worker"},
]
MODULE, FUNCTION = 170, 34  # "about 150" and "about 30" lines


@pytest.fixture(scope="module")
def trees(project):
    """The syntax tree of each module, by its name below `kb`."""
    root = project / "tools/kb"
    names = {
        path: ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for path in root.rglob("*.py")
    }
    return {name: ast.parse(path.read_text()) for path, name in sorted(names.items()) if name != "__init__"}


def imported(tree, package):
    """What a module imports of a package, whole names without the package."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix(f"{package}.") for name in found if name.startswith(f"{package}.") or name == package}


def layer(name):
    """0 for the bottom, 1 for a noun, 2 for a verb, 3 for a door."""
    name = name.partition(".")[0]
    return 0 if name in BOTTOM else 3 if name in DOORS else 2 if name in VERBS else 1


def edges(trees):
    for name, tree in trees.items():
        for other in (imported(tree, "kb") & trees.keys()) - {name}:
            yield name, other


def test_imports_go_from_doors_to_verbs_to_nouns_to_problem(trees):
    assert [(name, other) for name, other in edges(trees) if layer(name) < layer(other)] == []


def test_verbs_do_not_know_each_other(trees):
    between = [(name, other) for name, other in edges(trees) if layer(name) == layer(other) == 2]
    assert [pair for pair in between if not any(set(pair) <= group for group in OF_ONE_VERB)] == []


def test_no_import_leads_back(trees):
    pairs = list(edges(trees))
    known, waiting = set(), {name: {other for one, other in pairs if one == name} for name in trees}
    while ready := [name for name, others in waiting.items() if others <= known]:
        known.update(ready)
        waiting = {name: others for name, others in waiting.items() if name not in ready}
    assert waiting == {}


def test_only_what_starts_it_the_hook_and_what_that_keeps_of_pages_know_mkdocs(trees):
    assert [name for name, tree in trees.items() if imported(tree, "mkdocs")] == ["hook", "rendered", "start_mkdocs"]


def test_what_runs_inside_a_program_s_kernel_is_of_the_standard_library_alone(trees):
    names = {*all_imports(trees["contain"]), *all_imports(trees["results"]), *all_imports(trees["enclosure"])}
    assert {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names} <= {
        "IPython", "IPython.display", "kb.enclosure", "kb.results",
    }  # fmt: skip


def all_imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_programs_and_notes_do_not_know_the_tools(project):
    paths = [*project.glob("snippets/*.py"), *project.glob("datasets/*.py")]
    assert [path.name for path in paths if imported(ast.parse(path.read_text()), "kb")] == []


def test_modules_stay_under_about_150_lines(project):
    lengths = {path.name: len(path.read_text().splitlines()) for path in (project / "tools/kb").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > MODULE} == {}


def test_functions_stay_under_about_30_lines(trees):
    functions = (
        (name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    )
    lengths = {f"{name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1 for name, node in functions}
    assert {name: length for name, length in lengths.items() if length > FUNCTION} == {}


def test_every_module_says_what_it_is(trees):
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_every_rule_of_the_check_says_what_it_demands(trees):
    """The docstring of a generator in `kb.check` is the rule."""
    rules = [
        node
        for name in ("check.files", "check.notes", "check.snippets")
        for node in trees[name].body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert len(rules) >= 8
    assert [rule.name for rule in rules if not ast.get_docstring(rule)] == []


def test_the_layers_are_told_in_the_order_of_their_words():
    """`doors -> verbs -> nouns -> problem`."""
    assert all(layer(one) > layer(other) for one, other in pairwise(["cli", "render", "note", "problem"]))

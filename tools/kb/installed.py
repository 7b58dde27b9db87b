"""Which packages are installed here, what they require, and the `dot` that draws trees."""

import hashlib
import json
import shutil
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from kb.problem import Trouble

KERNEL = "ipykernel"


def versions_behind(modules: set[str]) -> dict[str, str]:
    """The distributions behind the modules, the kernel's own, and all that those require."""
    installed = _installed()
    todo = [name for module in modules for name in installed["modules"].get(module, ())] + [KERNEL]
    versions: dict[str, str] = {}
    while todo:
        name = todo.pop()
        if name not in versions and name in installed["versions"]:
            versions[name] = installed["versions"][name]
            todo += installed["requires"][name]
    return dict(sorted(versions.items()))


def distributions(modules: set[str]) -> dict[str, str]:
    """What installs each of the modules that is not Python's own, `name==version`, by the module's name."""
    installed = _installed()
    found = {module: installed["modules"][module][0] for module in sorted(modules & installed["modules"].keys())}
    return {module: f"{name}=={installed['versions'][name]}" for module, name in found.items()}


def installed_modules() -> set[str]:
    """The names under which the installed packages are imported."""
    return set(_installed()["modules"])


def installed_versions() -> dict[str, str]:
    """The version of every distribution."""
    return _installed()["versions"]


@cache
def _installed() -> dict:
    """What is installed here, remembered beside the environment for as long as its list of distributions stands."""
    listing = sorted(path.name for folder in sys.path for path in Path(folder or ".").glob("*.dist-info"))
    stamp = hashlib.sha256("\0".join([sys.version, *listing]).encode()).hexdigest()
    remembered = Path(sys.prefix) / "kb-installed.json"
    try:
        installed = json.loads(remembered.read_text())
        if installed["stamp"] == stamp:
            return installed
    except (OSError, ValueError, KeyError):
        pass
    installed = {"stamp": stamp, **_survey()}
    try:
        remembered.write_text(json.dumps(installed))
    except OSError:
        pass  # a read-only environment only costs the second it takes to look again
    return installed


def _survey() -> dict:
    canonical = lambda name: name.lower().replace("_", "-").replace(".", "-")  # noqa: E731
    listed = list(metadata.distributions())
    found = {canonical(item.metadata["Name"]): item for item in reversed(listed)}  # the first on the path is imported
    requires = {}
    for name, item in found.items():
        needs = [Requirement(text) for text in item.requires or ()]
        requires[name] = [
            canonical(need.name) for need in needs if not need.marker or need.marker.evaluate({"extra": ""})
        ]
    modules = {
        name: sorted({canonical(item) for item in items}) for name, items in metadata.packages_distributions().items()
    }
    return {"versions": {name: item.version for name, item in found.items()}, "requires": requires, "modules": modules}


def dot_program() -> str:
    """The `dot` that draws trees: the system's, else that of the graphviz-pure wheel."""
    found = shutil.which("dot") or shutil.which("graphviz-pure", path=str(Path(sys.prefix) / "bin"))
    if not found:
        raise Trouble("pyproject.toml", 1, "no `dot` and no graphviz-pure; run `./kb` again to set up .venv", "setup")
    return found


@cache
def dot_version() -> str:
    """What `dot -V` says of itself."""
    done = subprocess.run([dot_program(), "-V"], capture_output=True, text=True)
    return (done.stderr or done.stdout).strip()

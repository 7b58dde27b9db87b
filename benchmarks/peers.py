"""What this notebook and the tools that people use for the same job cost, and what each of them notices.

    .venv/bin/python benchmarks/peers.py                            every tool, three times
    .venv/bin/python benchmarks/peers.py --repeats 1 --only papermill --only "kb run"

All get the same five programs: four cheap ones of this repository and `spring`, which alone reads a dataset
and imports a small package.  jupytext makes notebooks of them; a gallery's script gets a title and
`__file__`, a fenced block `__name__` and `__file__`.  Each tool is set up as its own documentation has it
(`benchmarks/peers/`), in one environment in `.cache/benchmarks/peers-venv`, with one thread a program, as for `kb run`.

Counted are the CPU seconds of all processes that a tool starts, and wall seconds.  `cold`: nothing is kept of an
earlier time, but byte code and fonts are; then one thing changes after another: nothing (`warm`), a line of `spring`
(`code`), a comment in it (`comment`), a byte of its dataset (`data`), the version of `uncertainties` (`package`).
Where `kb` refuses a dataset whose checksum is not the listed one, the listed one is changed too before it is timed.
What a tool noticed is read from its exit status and from what it shows then, beside what the program prints now.
Faults that concern one program are put into a project that holds that one only.
Written to `.cache/benchmarks/peers.json`.  Tools are measured in turns; trust CPU seconds before wall.
"""

import argparse
import ctypes
import hashlib
import html
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
import psutil
from circumstances import circumstances
from kb.machine import THREADS

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks/peers"
VENV = ROOT / ".cache/benchmarks/peers-venv"
BIN = VENV / "bin"
PROGRAMS = ("branch_counting", "activation_curves", "poll_voters", "descent_portfolio", "spring")
PACKAGE, BEFORE, AFTER = "uncertainties", "3.2.2", "3.2.3"
SCENARIOS = ("cold", "warm", "code", "comment", "data", "package")
CHANGES = {
    "code": ("snippets/spring.py", "np.polyfit(weights, lengths, 1", "np.polyfit(weights, 2 * lengths, 1"),
    "comment": ("snippets/spring.py", "# in cm/N", "# in centimetres for each newton"),
    "data": ("datasets/spring.csv", "26.0", "27.0"),
}
FAULTS = {
    "assert": ("average = main()", "average = main()\n    assert average > 0.6"),
    "os._exit": ("average = main()", "import os\n\n    os._exit(0)\n    average = main()"),
    "wrong number": ("average = main()", "average = main() + 0.1"),
    "NaN": ("average = main()", 'average = main() * float("nan")'),
}
CLAIM = "The average is 0.50."
STATED = "average 0.50"
SLOPE = re.compile(r"(slope \S+) (by uncertainties [\d.]+), at (\d+)")
AVERAGE = re.compile(r"average (?:[\d.]+|nan)")
TELLING = (r"^\S+:\d+: ", r"Kernel died", r"^FAILED", r"passed|failed|succeeded")  # the first that any line has
SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER: what a tool leaves behind becomes our child, and is counted


@dataclass(frozen=True)
class Done:
    """How one call of a tool ended, what it printed, and the seconds that all its processes took."""

    status: int
    text: str
    cpu: float
    wall: float

    def telling(self) -> str:
        """The last line that says how it went."""
        lines = [re.sub(r"\x1b\[[\d;]*m", "", line).strip(" \t=╭╰│─") for line in self.text.splitlines()]
        for pattern in TELLING:
            found = [line for line in lines if re.search(pattern, line)]
            if found:
                return f"exit {self.status}; {found[-1][:200]}"
        said = [line for line in lines if line]
        return f"exit {self.status}; " + (
            f"the last that it said was '{said[-1][:200]}'" if said else "it said nothing"
        )


@dataclass(frozen=True)
class Tool:
    """A peer: how programs are written for it, what is called, what it keeps, and where it shows an output."""

    distributions: tuple[str, ...]
    write: Callable[[Path, str, str], None]
    calls: Callable[[tuple[str, ...]], list[list[str]]]
    at_a_time: str
    kept: tuple[str, ...] = ()
    shows: str = ""  # the file that holds what a program printed; nothing where no output is kept
    settings: str = ""  # their folder in `benchmarks/peers`; `kb` has those of this repository

    def forget(self, project: Path) -> None:
        """As if it had never run."""
        for pattern in self.kept:
            for path in project.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def plain(file: Path) -> str:
    """The text of a page, or what the cells of a notebook printed."""
    if file.suffix == ".ipynb":
        cells = [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
        return "\n".join(output.get("text", "") for cell in cells for output in cell.outputs)
    return html.unescape(re.sub(r"<[^>]+>", "", file.read_text()))


def measure(calls: list[list[str]], project: Path) -> Done:
    """Carry out commands one after the other; processes that outlive them are waited for, then ended."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    environment |= {f"{name}_NUM_THREADS": "1" for name in THREADS}
    environment |= {"PATH": f"{BIN}:{environment['PATH']}", "VIRTUAL_ENV": str(VENV), "NO_MKDOCS_2_WARNING": "1"}
    environment |= {"MPLCONFIGDIR": str(VENV / "matplotlib"), "COLUMNS": "200"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        for command in calls:
            given = {"cwd": project, "env": environment, "stdout": output, "stderr": subprocess.STDOUT}
            status = subprocess.run([BIN / command[0], *command[1:]], check=False, **given).returncode
            if status:
                break
        wall = time.perf_counter() - began
        reap()
        output.seek(0)
        text = output.read().replace(f"{project}/", "")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Done(status, text, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def reap() -> None:
    """Wait for what a tool left behind; what has not ended after five seconds is ended."""
    for _ in range(50):
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            time.sleep(0.1)
            continue
        return
    for process in psutil.Process().children(recursive=True):
        process.kill()
        process.wait()


def notebook(project: Path, name: str, source: str) -> None:
    """A notebook in `docs/`; the sentence that claims a number stands in it, and as nbmake has one test it."""
    made = jupytext.reads(source, fmt="py:percent")
    made.cells.insert(0, nbformat.v4.new_code_cell(f'__file__ = "{project}/docs/{name}.py"'))
    made.cells.insert(0, nbformat.v4.new_markdown_cell(f"# {name}\n\n{CLAIM if name == 'uniform' else ''}"))
    for number, cell in enumerate(made.cells):
        cell.id = f"cell-{number}"
        if name == "uniform" and "results = " in cell.source:
            cell.metadata["nbmake"] = {"post_cell_execute": ["assert round(results['average'], 2) == 0.50"]}
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, project / f"docs/{name}.ipynb")


def script(project: Path, name: str, source: str) -> None:
    """A gallery's script that is told its file: its docstring is a title, and the sentence that claims a number."""
    file = project / f"examples/plot_{name}.py"
    title = f'"""\n{name}\n{"=" * len(name)}\n\n{CLAIM if name == "uniform" else ""}\n"""\n'
    file.write_text(f'{title}\n__file__ = "{file}"\n\n' + source.partition('"""\n\n')[2])


def block(project: Path, name: str, source: str) -> None:
    """A fenced block that is told its name and file; where a number is claimed, the output that is expected."""
    told = f'__name__, __file__ = "__main__", "{project}/docs/{name}.py"\n'
    expected = f"\n<!--pytest-codeblocks:expected-output-->\n\n```\n{STATED}\n```\n" if name == "uniform" else ""
    (project / f"docs/{name}.md").write_text(f"```python\n{told}{source}```\n{expected}")


def snippet(project: Path, name: str, source: str) -> None:
    """The program as it is."""
    (project / f"snippets/{name}.py").write_text(source)


SPHINX = [["sphinx-build", "-M", "html", "docs", "build"]]
KB_KEEPS = (".cache/runs", ".cache/readings", ".cache/lab", ".cache/previews", "site")  # byte code and fonts stay
TOOLS = {
    "kb run": Tool(
        ("kb",),
        snippet,
        lambda names: [["kb", "run", "-j", "2"]],
        "2, a process each; as many as there are cores unless told",
        KB_KEEPS,
        ".cache/runs/*/notebook.ipynb",
    ),
    "kb build": Tool(
        ("kb", "mkdocs", "mkdocs-material", "pagefind"),
        snippet,
        lambda names: [["kb", "build"]],
        "as many as there are cores",
        KB_KEEPS,
        "site/lab/{name}/index.html",
    ),
    "MyST-NB": Tool(
        ("myst-nb", "jupyter-cache", "sphinx"),
        notebook,
        lambda names: SPHINX,
        "1; `sphinx-build -j` reads several documents at once",
        ("build",),
        "build/html/{name}.html",
        "myst-nb",
    ),
    "mkdocs-jupyter": Tool(
        ("mkdocs-jupyter", "mkdocs", "mkdocs-material"),
        notebook,
        lambda names: [["mkdocs", "build", "--quiet"]],
        "1",
        ("site", ".cache"),
        "site/{name}/index.html",
        "mkdocs-jupyter",
    ),
    "Sphinx-Gallery": Tool(
        ("sphinx-gallery", "sphinx"),
        script,
        lambda names: SPHINX,
        "1, in its own process; its option `parallel` takes joblib",
        ("build", "docs/auto_examples", "docs/sg_execution_times.rst"),
        "build/html/auto_examples/plot_{name}.html",
        "sphinx-gallery",
    ),
    "pytest-codeblocks": Tool(
        ("pytest-codeblocks", "pytest"),
        block,
        lambda names: [["pytest", "--codeblocks", "docs"]],
        "1, in its own process",
        settings="none",
    ),
    "nbmake": Tool(
        ("nbmake", "pytest", "pytest-xdist"),
        notebook,
        lambda names: [["pytest", "--nbmake", "--overwrite", "-n=2", *(f"docs/{name}.ipynb" for name in names)]],
        "2; 1 without `-n` of pytest-xdist, which its documentation names",
        (),
        "docs/{name}.ipynb",
        "none",
    ),
    "papermill": Tool(
        ("papermill",),
        notebook,
        lambda names: [
            ["papermill", "--cwd", "docs", f"docs/{name}.ipynb", f"executed/{name}.ipynb", "--no-progress-bar"]
            for name in names
        ],
        "1; the loop is ours",
        ("executed/*.ipynb",),
        "executed/{name}.ipynb",
        "none",
    ),
}
NO_MEANS = "it has no place to state the number that is expected; an `assert` in the program is for its author to write"
NOT_ITS_JOB = {
    **{(name, fault): NO_MEANS
       for name in ("MyST-NB", "mkdocs-jupyter", "Sphinx-Gallery", "papermill")
       for fault in ("wrong number", "NaN")},
    ("kb run", "wrong number"): "it runs programs; `kb check` and `kb build` read the notes",
}  # fmt: skip


def uv(*words: str | Path) -> None:
    """Install into the peers' environment; where that fails, say why and stop."""
    found = next(filter(None, (shutil.which("uv"), shutil.which("uv", path=ROOT / ".cache/uv/bin"))), None)
    if not found:
        sys.exit("peers: there is no `uv` on PATH or in .cache/uv; install it")
    environment = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", **os.environ, "VIRTUAL_ENV": str(VENV)}
    done = subprocess.run([found, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join(f"  {line}" for line in done.stderr.strip().splitlines()[-6:])
        sys.exit(f"peers: the peers were not installed; they come from a package index, which needs a network\n{said}")


def set_up() -> None:
    """The peers at their pinned versions, and this tree's `kb`, compiled to byte code."""
    if not (BIN / "python").exists():
        uv("venv", "--quiet", "--clear", "--python", sys.executable, VENV)
    uv("pip", "sync", "--quiet", "--compile-bytecode", HERE / "requirements.txt")
    uv("pip", "install", "--quiet", "--compile-bytecode", "--no-deps", "--no-build-isolation", ROOT)


class Project:
    """Programs in a folder, written as a tool wants them; every change is made to the source and written anew."""

    def __init__(self, folder: Path, tool: Tool, names: tuple[str, ...]) -> None:
        self.folder, self.tool, self.names = folder, tool, names
        lay_out(folder, tool, names)
        self.restore()

    def restore(self) -> None:
        """Everything as in the repository, and nothing run yet."""
        self.tool.forget(self.folder)
        shutil.copytree(HERE / "notebook/datasets", self.folder / "datasets", dirs_exist_ok=True)
        self.sources = {name: source(name) for name in self.names}
        for name, text in self.sources.items():
            self.tool.write(self.folder, name, text)

    def change(self, path: str, old: str, new: str) -> None:
        """One place of a program or a dataset."""
        name = Path(path).stem
        if path.startswith("datasets/"):
            file = self.folder / path
            file.write_text(replaced(file.read_text(), old, new))
        else:
            self.sources[name] = replaced(self.sources[name], old, new)
            self.tool.write(self.folder, name, self.sources[name])

    def list_checksum(self) -> None:
        """What `kb` asks for when a dataset has changed on purpose."""
        manifest, data = (self.folder / f"datasets/{name}" for name in ("manifest.toml", "spring.csv"))
        listed = hashlib.sha256((HERE / "notebook/datasets/spring.csv").read_bytes()).hexdigest()
        now = hashlib.sha256(data.read_bytes()).hexdigest()
        manifest.write_text(replaced(manifest.read_text(), listed, now))

    def call(self) -> Done:
        """Do what a person would type, until something fails."""
        return measure(self.tool.calls(self.names), self.folder)

    def shown(self, name: str, wanted: re.Pattern) -> re.Match | None:
        """What the tool shows last of a program's output; nothing where it keeps none."""
        files = self.folder.glob(self.tool.shows.format(name=name)) if self.tool.shows else []
        texts = [plain(file) for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)]
        return ([None] + [found for text in texts for found in wanted.finditer(text)])[-1]


def lay_out(folder: Path, tool: Tool, names: tuple[str, ...]) -> None:
    """The tool's settings and what lies beside the programs."""
    if not tool.settings:
        for name in ("mkdocs.yml", "pyproject.toml", "snippets/style.mplstyle", "tools/theme", "notes/assets"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, folder / name)
        (folder / "tools/kb").symlink_to(ROOT / "tools/kb")
        for name in ("tags.toml", *(f"{name}.md" for name in names)):
            with suppress(FileNotFoundError):
                shutil.copy2(HERE / "notebook/notes" / name, folder / "notes")
        return
    if (HERE / tool.settings).is_dir():
        shutil.copytree(HERE / tool.settings, folder)
    for place in ("docs", "examples", "executed"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "snippets/style.mplstyle", folder / place)


def source(name: str) -> str:
    """A program, of this repository or written for the comparison."""
    own = HERE / f"notebook/snippets/{name}.py"
    return (own if own.exists() else ROOT / f"snippets/{name}.py").read_text()


def replaced(text: str, old: str, new: str) -> str:
    """The text with one place changed."""
    if text.count(old) != 1:
        sys.exit(f"peers: '{old}' stands {text.count(old)} times in what should be changed; mend benchmarks/peers.py")
    return text.replace(old, new)


def truths(folder: Path) -> dict[str, re.Match]:
    """What `spring` prints, run plainly, after each change."""
    shutil.copytree(HERE / "notebook", folder)
    shutil.copy2(ROOT / "snippets/style.mplstyle", folder / "snippets")
    found = {}
    install(BEFORE)
    for scenario in SCENARIOS:
        if scenario in CHANGES:
            path, old, new = CHANGES[scenario]
            (folder / path).write_text(replaced((folder / path).read_text(), old, new))
        if scenario == "package":
            install(AFTER)
        done = measure([["python", "snippets/spring.py"]], folder)
        said = SLOPE.search(done.text)
        if not said:
            sys.exit(f"{done.text}\npeers: `python snippets/spring.py` printed no slope")
        found[scenario] = said
    return found


def install(version: str) -> None:
    """That version of the package that only `spring` imports."""
    uv("pip", "install", "--quiet", "--compile-bytecode", f"{PACKAGE}=={version}")


def changed(project: Project, truth: dict[str, re.Match]) -> Iterator[tuple[str, Done, bool, dict]]:
    """Each scenario: how the call ended, whether `spring` ran again, and whether that was right."""
    install(BEFORE)
    project.restore()
    for scenario in SCENARIOS:
        before = project.shown("spring", SLOPE)
        if scenario in CHANGES:
            project.change(*CHANGES[scenario])
        refused = None
        if scenario == "data" and not project.tool.settings:
            refused = project.call()
            project.list_checksum()
        if scenario == "package":
            install(AFTER)
        done = project.call()
        if done.status and scenario not in ("data", "package"):
            sys.exit(f"{done.text}\npeers: {scenario}: the call above ended with {done.status}")
        after = project.shown("spring", SLOPE)
        again = not project.tool.shows or not before or before[3] != after[3]
        yield scenario, done, again, judged(project, refused, done, after, truth[scenario])


def judged(project: Project, refused: Done | None, done: Done, shown: re.Match | None, truth: re.Match) -> dict:
    """Whether what is shown is what the program prints now."""
    if done.status:
        return {"verdict": "noticed", "evidence": done.telling()}
    if not project.tool.shows:
        return {"verdict": "noticed", "evidence": f"it keeps nothing and runs all each time: {done.telling()}"}
    if not shown:
        sys.exit(f"{done.text}\npeers: the output of `spring` is not where it was expected")
    if shown.groups()[:2] != truth.groups()[:2]:
        told = f"exit 0; it still shows '{shown[1]} {shown[2]}', the program prints '{truth[1]} {truth[2]}' now"
        return {"verdict": "stale", "evidence": told}
    told = f"it shows '{shown[1]} {shown[2]}', which the program prints now"
    if refused:
        told = f"{refused.telling()}; with the new checksum listed {told}"
    return {"verdict": "noticed", "evidence": told}


def faults(project: Project) -> Iterator[tuple[str, dict]]:
    """What becomes of a program that begins to go wrong; before, all is well."""
    (name,) = project.names
    good = project.call()
    shown = project.shown(name, AVERAGE)
    if good.status or (project.tool.shows and (not shown or shown[0] != STATED)):
        sys.exit(f"{good.text}\npeers: `{name}` is not right before it goes wrong")
    for fault, change in FAULTS.items():
        project.change(f"snippets/{name}.py", *change)
        done = project.call()
        shown = project.shown(name, AVERAGE)
        evidence = done.telling() if done.status or not shown else f"exit 0; it shows '{shown[0]}'"
        yield fault, {"verdict": "noticed" if done.status else "silent", "evidence": evidence}
        project.change(f"snippets/{name}.py", *reversed(change))


def benchmark(names: list[str], repeats: int, folder: Path) -> dict:
    """Every tool in turn, as often as asked; faults once."""
    seconds: dict[str, dict] = {name: {key: {"cpu": [], "wall": []} for key in SCENARIOS} for name in names}
    answers: dict[str, dict] = {name: {} for name in names}
    again: dict[str, dict] = {name: {} for name in names}
    truth = truths(folder / "plain")
    projects = {name: Project(folder / name, TOOLS[name], PROGRAMS) for name in names}
    for name in names:
        if not TOOLS[name].settings:
            projects[name].call()  # `kb` keeps byte code and fonts of its own: they are there, as the others' are
    for turn in range(repeats):
        for name, project in projects.items():
            for scenario, done, ran, answer in changed(project, truth):
                print(f"{turn + 1}/{repeats} {name}, {scenario}: {done.cpu:.2f} CPU s", file=sys.stderr)
                for kind in ("cpu", "wall"):
                    seconds[name][scenario][kind].append(round(getattr(done, kind), 3))
                again[name][scenario] = ran
                if scenario in ("code", "data", "package"):
                    answers[name][scenario] = answer
    for name in names:
        for fault, answer in faults(Project(folder / f"{name}, faults", TOOLS[name], ("uniform",))):
            if answer["verdict"] == "silent" and (name, fault) in NOT_ITS_JOB:
                reason = NOT_ITS_JOB[name, fault]
                answer = {"verdict": "not its job", "evidence": f"{answer['evidence']}; {reason}"}
            print(f"{name}, {fault}: {answer['verdict']}: {answer['evidence']}", file=sys.stderr)
            answers[name][fault] = answer
    return {"seconds": seconds, "spring_ran_again": again, "answers": answers}


def versions(names: list[str]) -> dict[str, str]:
    """Of every tool, the distributions that it is made of."""
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    wanted = {name: TOOLS[name].distributions for name in names}
    told = {}
    for name, distributions in wanted.items():
        done = subprocess.run([BIN / "python", "-c", code, *distributions], capture_output=True, text=True, check=True)
        told[name] = ", ".join(map(" ".join, zip(distributions, done.stdout.split(), strict=True)))
    return told


def table(found: dict) -> None:
    """The medians of CPU seconds, and the verdicts."""
    print(f"{'CPU seconds':20}" + "".join(f"{scenario:>12}" for scenario in SCENARIOS))
    for name, rows in found["seconds"].items():
        print(f"{name:20}" + "".join(f"{statistics.median(rows[scenario]['cpu']):12.2f}" for scenario in SCENARIOS))
    columns = ("code", "data", "package", *FAULTS)
    print(f"\n{'':20}" + "".join(f"{column:>14}" for column in columns))
    for name, answers in found["answers"].items():
        print(f"{name:20}" + "".join(f"{answers[column]['verdict']:>14}" for column in columns))


def main() -> None:
    """Parse the words, install, measure, write the file and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", action="append", choices=TOOLS, metavar="TOOL", help=f"one of {', '.join(TOOLS)}")
    parser.add_argument("--output", type=Path, default=ROOT / ".cache/benchmarks/peers.json")
    words = parser.parse_args()
    names = words.only or list(TOOLS)
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    set_up()
    about = circumstances(ROOT) | {
        "versions": versions(names),
        "at_a_time": {name: TOOLS[name].at_a_time for name in names},
        "programs": list(PROGRAMS),
        "package": f"{PACKAGE} {BEFORE} -> {AFTER}",
    }
    with tempfile.TemporaryDirectory(prefix="kb-peers-", ignore_cleanup_errors=True) as folder:
        found = about | benchmark(names, words.repeats, Path(folder))
    words.output.parent.mkdir(parents=True, exist_ok=True)
    words.output.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    table(found)


if __name__ == "__main__":
    main()

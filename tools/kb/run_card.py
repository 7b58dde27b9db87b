"""What the site says of a program: its header, its run, who uses it, and how to take it along."""

from html import escape

from kb.metric import describe, show
from kb.notebook import Notebook
from kb.problem import Problem
from kb.run import Run
from kb.snippet import Snippet

SHOWN = ("numpy", "scipy", "pandas", "scikit-learn", "jax", "jaxlib", "optax", "flax", "matplotlib", "dtreeviz")


def users(notebook: Notebook, name: str) -> list[str]:
    """The notes that link to a snippet, or make a claim that it tests."""
    return [note.name for note in notebook.users.get(name, [])]


def tags(notebook: Notebook, name: str) -> list[str]:
    """A snippet has the tags of the notes that link to it."""
    return sorted({tag for user in users(notebook, name) for tag in notebook.notes[user].tags})


def card(notebook: Notebook, snippet: Snippet, problem: Problem | None) -> str:
    """The header of the program and the card of its run."""
    run = notebook.runs.get(snippet.name)
    fields = [(name, escape(value)) for name, value in snippet.header.items()]
    mentions = ", ".join(f'<a href="../../{user}/">{user}</a>' for user in users(notebook, snippet.name))
    fields += [("Notes", mentions)] if mentions else []
    fields += _facts(run) if run else [("Run", escape(str(problem) if problem else "none on this machine"))]
    fields.append(("Run it", f"<code>./kb run {snippet.name} --again</code> or <code>python {snippet.path}</code>"))
    links = " · ".join(
        # '../NAME/', since mkdocs-jupyter takes a bare NAME.ipynb for the page itself
        f'<a href="../{snippet.name}/{snippet.name}.{kind}" download>{snippet.name}.{kind}</a>'
        for kind in ("ipynb", "py")
    )
    fields.append(("Download", links))
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in fields)
    return f'<aside class="run{"" if run else " missing"}"><dl>{rows}</dl></aside>'


def _facts(run: Run) -> list[tuple[str, str]]:
    record = run.record
    metrics = " · ".join(f"{name} {describe(value)}" for name, value in record["metrics"].items())
    imported = {name: version for name, version in record["parts"]["versions"].items() if name in SHOWN}
    versions = " · ".join(f"{name} {version}" for name, version in imported.items())
    data = " · ".join(f"{path} (sha256 {digest[:12]}…)" for path, digest in record["parts"]["datasets"].items())
    machine = record["machine"]
    facts = [
        ("Measured", escape(metrics)),
        ("Run", f"{record['started'][:16].replace('T', ' ')} UTC"),
        (
            "Took",
            f"{show(record['seconds'])} s, {show(record['cpu_seconds'])} CPU s, {show(record['memory'] / 1e6)} MB",
        ),
        ("Versions", f"Python {record['parts']['python']} · {versions}"),
        ("Programs", " · ".join(record["parts"]["programs"].values())),
        ("Data", data),
        ("Machine", escape(f"{machine['processor']}, {machine['cores']} cores, {machine['system']}")),
        ("Revision", record["revision"]),
    ]
    return [(name, value) for name, value in facts if value]

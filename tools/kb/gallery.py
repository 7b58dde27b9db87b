"""The page of all programs: what each is about, draws, imports and costs, and the data that they read."""

from html import escape

from kb.cards import thumb
from kb.metric import show
from kb.note import Note
from kb.notebook import Notebook
from kb.pages import html, page
from kb.relations import tags_of
from kb.run import Run
from kb.snippet import Snippet

LIBRARIES = {  # by the names of the modules; what nearly all import says nothing
    "jax": "JAX", "optax": "Optax", "flax": "Flax", "orbax": "Orbax", "sklearn": "scikit-learn", "dtreeviz": "dtreeviz",
    "scipy": "SciPy", "skimage": "scikit-image", "autograd": "autograd", "networkx": "NetworkX",
}  # fmt: skip


def gallery(notebook: Notebook) -> str:
    """Every program by its name, so that a family stands together."""
    cards = "".join(
        _card(snippet, notebook.runs.get(name), notebook.users.get(name, []))
        for name, snippet in notebook.snippets.items()
    )
    text = "Every program, with what it printed and drew the last time it ran."
    return page("Lab", text, html(f'<div class="gallery">{cards}</div>'), *_data(notebook))


def _card(snippet: Snippet, run: Run | None, notes: list[Note]) -> str:
    name, imported = snippet.name, snippet.modules
    libraries = [title for module, title in LIBRARIES.items() if module in imported]
    cost = f"{show(run.record['seconds'])} s" if run else "no run on this machine"
    words = f'data-library="{" ".join(libraries)}" data-tags="{escape(" ".join(tags_of(notes)))}"'
    return (
        f'<article class="card" {words}>{thumb(run.all_figures, f"../figures/{name}") if run else ""}'
        f'<h2><a href="{name}/">{name}</a></h2><p>{escape(snippet.idea)}</p>'
        f'<p class="facts">{" · ".join([*libraries, cost])}</p></article>'
    )


def _data(notebook: Notebook) -> list[str]:
    """The datasets with their sources and licences; a licence is `unstated` where the source states none."""
    if not notebook.datasets:
        return []
    rows = [
        f"| `{data.path}` | {data.contents} | {show(data.bytes / 1e6)} MB | {data.source} | {data.licence} |"
        for data in notebook.datasets.values()
    ]
    head = "| file | contents | size | source | licence |\n|---|---|---|---|---|"
    return ["## Data", "\n".join([head, *rows])]

"""Every rule is a generator; its docstring is the rule."""

from collections.abc import Callable, Iterator
from functools import partial

from kb.check import files, notes, snippets
from kb.notebook import Notebook
from kb.problem import Problem, Trouble
from kb.site import read_citation


def check(notebook: Notebook) -> list[Problem]:
    """Every problem of the notebook, by file and line; one broken file leaves the rest checked."""
    whole = (*files.RULES, notes.redirects, citation)
    rules: list[Callable[[], Iterator[Problem]]] = [partial(rule, notebook) for rule in whole]
    rules += [partial(rule, notebook, note) for note in notebook.notes.values() for rule in notes.RULES]
    rules += [partial(rule, notebook, snippet) for snippet in notebook.snippets.values() for rule in snippets.RULES]
    found = list(notebook.unreadable)
    for rule in rules:
        try:
            found += rule()
        except Trouble as trouble:  # such as a manifest that cannot be read; what does not need it is still checked
            found.append(trouble.problem)
    return sorted(set(found))


def citation(notebook: Notebook) -> Iterator[Problem]:
    """The authors and the version of the site can be read."""
    read_citation(notebook.root)
    yield from ()

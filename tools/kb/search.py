"""What the search knows beside the text of a page: its formulas in words, the names in its code, and a vocabulary."""

import builtins
import json
import re
import subprocess
import sys
from collections import Counter
from html import unescape

from kb.notebook import Notebook
from kb.problem import Trouble

FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)
CODE = re.compile(r"<code>(.*?)</code>", re.DOTALL)
NAME = re.compile(  # a_name, aName, ANAme or name(
    r"\b(?=[A-Za-z])(?:\w+_\w+|\w*(?:[a-z][A-Z]|[A-Z]{2}[a-z])\w*|\w{3,}(?=\())"
)
UPRIGHT = re.compile(r"\\(?:text|textrm|textbf|textit|mathrm|mathit|operatorname\*?)\s*\{([^{}]*)\}")
COMMAND = re.compile(r"\\(?:var)?([A-Za-z]+)")
OPERATORS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi"
    " psi omega arccos arcsin arctan cos cosh cot det dim exp inf ker lim log max min nabla partial sin sinh sum sup"
    " tan tanh"
).split()
SPOKEN = dict(zip(OPERATORS, OPERATORS, strict=True)) | {
    "infty": "infinity", "int": "integral", "ln": "logarithm", "pr": "probability", "prod": "product", "sqrt": "root",
}  # fmt: skip


def words(html: str) -> list[str]:
    """Words of a page that stand in no sentence of it: what its formulas say, and the names in its code.

    Pagefind cuts text at spaces and at a few signs, so that it finds no `grad` in `jax.jit(jax.grad(loss))`.
    """
    formulas = [word for _, tex in FORMULA.findall(html) for word in _spoken(unescape(tex))]
    code = " ".join(unescape(re.sub(r"<[^>]*>", "", code)) for code in CODE.findall(html))
    names = [name for name in NAME.findall(code) if not hasattr(builtins, name)]
    return list(dict.fromkeys(formulas + names))


def _spoken(tex: str) -> list[str]:
    """A formula as a reader would say it: its upright words, Greek letters and operators."""
    upright = re.findall(r"[^\W\d_]{2,}", " ".join(UPRIGHT.findall(tex)))
    return upright + [SPOKEN[name.lower()] for name in COMMAND.findall(tex) if name.lower() in SPOKEN]


def files(notebook: Notebook) -> dict[str, str]:
    """Every tag with its other spellings; and the words of all titles and tags, the most frequent first."""
    tags = {tag.name: list(tag.aliases) for tag in notebook.tags.values()}
    titles = [note.title for note in notebook.notes.values()] + list(notebook.snippets)
    spellings = [spelling for name, aliases in tags.items() for spelling in (name, *aliases)]
    tally = Counter(word for text in titles + spellings for word in set(re.findall(r"[^\W\d_]{3,}", text.lower())))
    words = sorted(tally, key=lambda word: (-tally[word], word))
    return {
        f"search/{name}.json": json.dumps(made, ensure_ascii=False) for name, made in (("tags", tags), ("words", words))
    }


def write_index(site: str) -> None:
    """Let Pagefind read the built pages; its index goes into `pagefind/` below them."""
    command = [sys.executable, "-m", "pagefind", "--site", site, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Trouble("mkdocs.yml", 1, f"the search index was not made: {done.stderr.strip()}", "search")

"""A note, and with it a snippet, from the templates."""

import datetime
import re
from pathlib import Path

from kb.notebook import MADE, Notebook
from kb.problem import Trouble, nearest, read_text
from kb.snippet import slug
from kb.tag import find

NOTE = "notes/_template.md"
SNIPPET = "snippets/_template.py"


def new(notebook: Notebook, title: str, tags: list[str], snippet: str | None) -> list[Path]:
    """Write the files and return their paths; an existing file is never touched."""
    name = slug(title)
    if not name:
        raise Trouble(NOTE, 1, f"the title {title!r} has no letters; give one that names the note", "new")
    if name in MADE:
        raise Trouble(f"notes/{name}.md", 1, "the site makes a page of this name; choose another title", "new")
    if snippet is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", snippet):
        raise Trouble(SNIPPET, 1, f"'{snippet}' names no snippet; write it like a variable, such as heat_jax", "new")
    names = [_tag(notebook, tag) for tag in tags]
    fields = {
        "TITLE": title,
        "DATE": f"{datetime.date.today()}",
        "TAGS": ", ".join(names),
        "SNIPPET": snippet or "NAME",
    }
    wanted = {f"notes/{name}.md": _filled(notebook, NOTE, fields, with_snippet=snippet is not None)}
    if snippet:
        wanted[f"snippets/{snippet}.py"] = _filled(notebook, SNIPPET, fields, with_snippet=True)
    for path in wanted:
        if (notebook.root / path).exists():
            raise Trouble(path, 1, "there is such a file already; choose another title or name", "new")
    for path, text in wanted.items():
        with open(notebook.root / path, "x", encoding="utf-8") as file:
            file.write(text)
    return [notebook.root / path for path in wanted]


def _tag(notebook: Notebook, word: str) -> str:
    found = find(word, notebook.tags)
    if found is None:
        raise Trouble("notes/tags.toml", 1, f"unknown tag '{word}'{nearest(word, notebook.tags)}", "new")
    return found.name


def _filled(notebook: Notebook, template: str, fields: dict[str, str], with_snippet: bool) -> str:
    """The template with its capital words replaced; what is for a note with a snippet only where there is one."""
    text = read_text(notebook.root / template, template)
    if not with_snippet:
        text = re.sub(r"<!-- with a snippet -->\n.*?<!-- end -->\n", "", text, flags=re.DOTALL)
    text = re.sub(r"<!-- (?:with a snippet|end) -->\n", "", text)
    for word, value in fields.items():
        text = re.sub(rf"\b{word}\b", lambda _, value=value: value, text)
    return text

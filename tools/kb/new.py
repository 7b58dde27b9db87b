"""A note, and with it a snippet, from the templates."""

import datetime
import json
import keyword
import re
import sys
from pathlib import Path

from kb.installed import installed_modules
from kb.notebook import MADE, Notebook
from kb.problem import Trouble, nearest, read_text
from kb.snippet import slug
from kb.tag import find

NOTE = "notes/_template.md"
SNIPPET = "snippets/_template.py"
LONGEST = 200


def new(notebook: Notebook, title: str, tags: list[str], snippet: str | None) -> list[Path]:
    """Write the files and return their paths; an existing file is never touched."""
    name = slug(title)
    _check_title(title, name)
    if snippet is not None:
        _check_snippet(snippet)
    fields = {
        '"TITLE"': json.dumps(title, ensure_ascii=False),
        "DATE": f"{datetime.date.today()}",
        "TAGS": ", ".join(_tag(notebook, tag) for tag in tags),
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


def _check_title(title: str, name: str) -> None:
    if "\n" in title:
        raise Trouble(NOTE, 1, f"the title {title!r} has a line break; write it in one line", "new")
    if len(title) > LONGEST:
        raise Trouble(NOTE, 1, f"the title is longer than {LONGEST} letters; give a shorter one", "new")
    if not name:
        raise Trouble(NOTE, 1, f"the title {title!r} has no letters; give one that names the note", "new")
    if name in MADE:
        raise Trouble(f"notes/{name}.md", 1, "the site makes a page of this name; choose another title", "new")


def _check_snippet(name: str) -> None:
    """A program's folder is where its imports are looked up first, so its name must not hide a module."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Trouble(SNIPPET, 1, f"'{name}' names no snippet; write it like a variable, such as heat_jax", "new")
    if keyword.iskeyword(name):
        raise Trouble(SNIPPET, 1, f"'{name}' is a word of Python; choose another name", "new")
    if name in sys.stdlib_module_names:
        raise Trouble(SNIPPET, 1, f"'{name}' is a module of Python; choose another name", "new")
    if name in installed_modules():
        raise Trouble(SNIPPET, 1, f"'{name}' is an installed package; choose another name", "new")


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
    words = "|".join(map(re.escape, fields))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", lambda found: fields[found[0]], text)

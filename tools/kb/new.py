"""A note, and with it a snippet and its test, from the templates."""

import datetime
import json
import keyword
import re
import sys
from pathlib import Path

from kb.front_matter import KINDS
from kb.installed import installed_modules
from kb.notebook import MADE, Notebook
from kb.problem import Trouble, nearest, read_text
from kb.snippet import slug
from kb.tag import find

NOTE = "notes/_template.md"
SNIPPET = "snippets/_template.py"
TEST = "tests/snippets/_template.py"
LONGEST = 200
SOURCES = {  # what people write of a source, and the address that it means
    r"(?:doi:\s*)?(10\.\d{4,9}/\S+)": "https://doi.org/{}",
    r"(?:arxiv:\s*)?(\d{4}\.\d{4,5}(?:v\d+)?)": "https://arxiv.org/abs/{}",
    r"(https?://\S+)": "{}",
}


def new(
    notebook: Notebook, title: str, tags: list[str], snippet: str | None, *, kind: str = "note", source: str = ""
) -> list[Path]:
    """Write the files and return their paths; an existing file is never touched."""
    name = note_name(title)
    if snippet is not None:
        check_snippet(snippet)
    fields = {
        '"TITLE"': json.dumps(title, ensure_ascii=False),
        "DATE": f"{datetime.date.today()}",
        "TAGS": ", ".join(dict.fromkeys(tag_name(notebook, tag) for tag in tags)),
        "KIND": "" if kind_name(kind) == "note" else kind_name(kind),  # what every note is need not be said
        "SOURCE": json.dumps(address(source), ensure_ascii=False) if source else "",
        "SNIPPET": snippet or "NAME",
    }
    wanted = {f"notes/{name}.md": _filled(notebook, NOTE, fields, with_snippet=snippet is not None)}
    if snippet:
        wanted[f"snippets/{snippet}.py"] = _filled(notebook, SNIPPET, fields, with_snippet=True)
        wanted[f"tests/snippets/test_{snippet}.py"] = _filled(notebook, TEST, fields, with_snippet=True)
    for path in wanted:
        check_free(notebook, path)
    for path, text in wanted.items():
        (notebook.root / path).parent.mkdir(parents=True, exist_ok=True)
        with open(notebook.root / path, "x", encoding="utf-8") as file:
            file.write(text)
    return [notebook.root / path for path in wanted]


def check_free(notebook: Notebook, path: str) -> None:
    """Raise where there is such a file."""
    if (notebook.root / path).exists():
        raise Trouble(path, 1, "there is such a file already; choose another title or name", "new")


def note_name(title: str) -> str:
    """The name of the note with this title; raises where it can have none."""
    name = slug(title)
    if "\n" in title:
        raise Trouble(NOTE, 1, f"the title {title!r} has a line break; write it in one line", "new")
    if len(title) > LONGEST:
        raise Trouble(NOTE, 1, f"the title is longer than {LONGEST} letters; give a shorter one", "new")
    if not name:
        raise Trouble(NOTE, 1, f"the title {title!r} has no letters; give one that names the note", "new")
    if name in MADE:
        raise Trouble(f"notes/{name}.md", 1, "the site makes a page of this name; choose another title", "new")
    return name


def check_snippet(name: str) -> None:
    """A program's folder is where its imports are looked up first, so its name must not hide a module."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Trouble(SNIPPET, 1, f"'{name}' names no snippet; write it like a variable, such as heat_jax", "new")
    if keyword.iskeyword(name):
        raise Trouble(SNIPPET, 1, f"'{name}' is a word of Python; choose another name", "new")
    if name in sys.stdlib_module_names:
        raise Trouble(SNIPPET, 1, f"'{name}' is a module of Python; choose another name", "new")
    if name in installed_modules():
        raise Trouble(SNIPPET, 1, f"'{name}' is an installed package; choose another name", "new")


def tag_name(notebook: Notebook, word: str) -> str:
    """The name of the tag that a word means."""
    found = find(word, notebook.tags)
    if found is None:
        raise Trouble("notes/tags.toml", 1, f"unknown tag '{word}'{nearest(word, notebook.tags)}", "new")
    return found.name


def kind_name(word: str) -> str:
    """The kind of note that a word means."""
    if word.lower() not in KINDS:
        raise Trouble(NOTE, 1, f"unknown kind '{word}'{nearest(word, KINDS)}", "new")
    return word.lower()


def address(source: str) -> str:
    """The address that a DOI, an arXiv number or an address means."""
    for pattern, form in SOURCES.items():
        if found := re.fullmatch(pattern, source.strip(), re.IGNORECASE):
            return form.format(found[1])
    message = f"'{source}' is no source; give a DOI, an arXiv number or an address that begins with https://"
    raise Trouble(NOTE, 1, message, "new")


def _filled(notebook: Notebook, template: str, fields: dict[str, str], with_snippet: bool) -> str:
    """The template with its capital words replaced; lines that would stay empty and what needs a snippet left out."""
    text = read_text(notebook.root / template, template)
    if not with_snippet:
        text = re.sub(r"<!-- with a snippet -->\n.*?<!-- end -->\n", "", text, flags=re.DOTALL)
    text = re.sub(r"<!-- (?:with a snippet|end) -->\n", "", text)
    for name in (name for name, value in fields.items() if not value):
        text = re.sub(rf"^\w+: {name}\n", "", text, flags=re.MULTILINE)
    words = "|".join(map(re.escape, fields))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", lambda found: fields[found[0]], text)

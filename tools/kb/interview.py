"""What `kb new` asks of a person: one question after the other, each until its answer can be used."""

import difflib
from collections.abc import Callable

from kb.front_matter import KINDS
from kb.new import address, check_free, check_snippet, kind_name, note_name, tag_name
from kb.notebook import Notebook
from kb.problem import Trouble
from kb.tag import Tag, find

Ask = Callable[[str], str]


def interview(notebook: Notebook, given: dict, ask: Ask, say: Callable[[str], None]) -> dict:
    """What `new` takes: what was given, and answers for the rest."""

    def answer(name: str, question: str, read: Callable[[str], object]) -> object:
        if given.get(name) is not None:
            return given[name]
        while True:
            try:
                return read(ask(question).strip())
            except Trouble as trouble:
                say(f"  {trouble.problem.message}")

    title = answer("title", "Title: ", lambda text: _title(notebook, text))
    if given.get("tags") is None:
        say("Tags:\n" + "\n".join(_vocabulary(notebook.tags, None, "  ")))
    return {
        "title": title,
        "tags": answer("tags", "Tags of this note: ", lambda text: _tags(notebook, text, ask)),
        "kind": answer("kind", f"Kind ({', '.join(KINDS)}) [note]: ", lambda text: kind_name(text or "note")),
        "source": answer(
            "source", "Source (DOI, arXiv number or address) [none]: ", lambda text: text and address(text)
        ),
        "snippet": answer(
            "snippet", "Name of a program, such as heat_jax [none]: ", lambda text: _snippet(notebook, text)
        ),
    }


def _title(notebook: Notebook, text: str) -> str:
    check_free(notebook, f"notes/{note_name(text)}.md")
    return text


def _vocabulary(tags: dict[str, Tag], parent: str | None, indent: str) -> list[str]:
    """Every tag with its description, below its wider tag."""
    lines = []
    for tag in tags.values():
        if tag.parent == parent:
            lines.append(f"{indent}{tag.name}  {tag.description}")
            lines += _vocabulary(tags, tag.name, indent + "  ")
    return lines


def _tags(notebook: Notebook, text: str, ask: Ask) -> list[str]:
    words = text.replace(",", " ").split()
    if not words:
        raise Trouble("notes/tags.toml", 1, "a note has at least one tag")
    return [tag_name(notebook, _meant(notebook, word, ask)) for word in words]


def _meant(notebook: Notebook, word: str, ask: Ask) -> str:
    """The word, or the tag that it nearly spells if the person says so."""
    if find(word, notebook.tags):
        return word
    spellings = {spelling.lower(): tag.name for tag in notebook.tags.values() for spelling in (tag.name, *tag.aliases)}
    for near in difflib.get_close_matches(word.lower(), spellings, n=1, cutoff=0.7):
        if ask(f"  '{word}' is no tag; {spellings[near]}? [Y/n] ").strip().lower() in ("", "y", "yes"):
            return spellings[near]
    return word


def _snippet(notebook: Notebook, text: str) -> str | None:
    if not text or text in ("n", "no", "none"):
        return None
    check_snippet(text)
    check_free(notebook, f"snippets/{text}.py")
    check_free(notebook, f"tests/snippets/test_{text}.py")
    return text

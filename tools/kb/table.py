"""A TOML file of named tables: the vocabulary of tags, the manifest of datasets."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from kb.problem import Trouble, html_in, nearest, read_text


def read_tables(root: Path, path: str, required: Sequence[str], optional: Sequence[str]) -> dict[str, tuple[int, dict]]:
    """Each table with its line; raises Trouble for a field that is missing or not known."""
    text = read_text(root / path, path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise Trouble(path, line, f"not TOML: {error}; mend the file", "table") from None
    return {
        name: (_line(text, name), _checked(path, text, name, row, required, optional)) for name, row in tables.items()
    }


def _line(text: str, name: str) -> int:
    found = re.search(rf"^\[{re.escape(name)}\]", text, re.MULTILINE)
    return text[: found.start()].count("\n") + 1 if found else 1


def _checked(path: str, text: str, name: str, row: object, required: Sequence[str], optional: Sequence[str]) -> dict:
    if not isinstance(row, dict):
        raise Trouble(path, 1, f"'{name}' is no table; begin it with [{name}]", "table")
    known = [*required, *optional]
    for field in row:
        if field not in known:
            message = f"[{name}] has the unknown field '{field}'{nearest(field, known)}"
            raise Trouble(path, _line(text, name), message, "table")
        if html := html_in(str(row[field])):
            raise Trouble(path, _line(text, name), f"[{name}] {field} {html}", "table")
    for field in required:
        if field not in row:
            raise Trouble(path, _line(text, name), f"[{name}] lacks '{field}'; add it", "table")
    return row

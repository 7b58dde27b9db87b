"""What a program's text says to the tools: worked out once for each text, and remembered by its hash."""

import ast
import hashlib
import io
import json
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from kb.cache import Cache, name_of

STORE = ".cache/readings"
MARKER = re.compile(r"#\s*%%\s*(?P<title>[^\[{]*?)\s*(?P<kind>\[markdown\]|\[md\])?\s*(?:\{.*\})?\s*")
IGNORED = (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER)
LAYOUT = {tokenize.NEWLINE: "\n", tokenize.INDENT: "→"}
LONGEST = 255  # bytes of a file's name
WAY = hashlib.sha256(sys.version.encode() + Path(__file__).read_bytes()).digest()  # of reading: this file, this Python


def remembered(root: Path, text: str) -> dict:
    """What `read` says of a text, from `.cache/readings` where it was read before."""
    name = name_of(WAY, text.encode())
    return json.loads(Cache(root / STORE).get(name, lambda: json.dumps(read(text), separators=(",", ":")).encode()))


def read(text: str) -> dict:
    """The sections, and what the key and the check ask of the syntax tree; all of it plain JSON."""
    tree = ast.parse(text)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    nodes = list(ast.walk(tree))
    sections = list(_sections(text, tokens))
    return {
        "sections": [section | {"tokens": hash_of(section["tokens"])} for section in sections],
        "tokens": hash_of(token for section in sections for token in section["tokens"]),
        "modules": sorted(set(_modules(nodes))),
        "names": sorted(set(_names(nodes))),
        "docstring": ast.get_docstring(tree) or "",
        "statements": [node.lineno for node in tree.body],
        "results": [keys for node in nodes if (keys := _result_keys(node))],
    }


def hash_of(tokens: Iterable[str]) -> str:
    """The hash by which the key knows some tokens."""
    return hashlib.sha256("\0".join(tokens).encode()).hexdigest()[:16]


def _modules(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _names(nodes: list[ast.AST]) -> Iterator[str]:
    """What may name a file in string constants that code uses: a docstring that names one does not open it."""
    bare = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            name = PurePosixPath(node.value).name
            if name and len(name) <= LONGEST:
                yield name


def _result_keys(node: ast.AST) -> list[list]:
    """The constant keys, each with its line, where a node gives `results` a literal."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) or not isinstance(node.value, ast.Dict):
        return []
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if ast.unparse(target) != "results":
        return []
    return [[str(key.value), key.lineno] for key in node.value.keys if isinstance(key, ast.Constant)]


def _sections(text: str, tokens: list[tokenize.TokenInfo]) -> Iterator[dict]:
    lines = io.StringIO(text).readlines()  # as the tokenizer counts them
    marks = [(0, "", False)]
    for token in tokens:
        found = MARKER.fullmatch(token.string) if token.type == tokenize.COMMENT and token.start[1] == 0 else None
        if found:
            marks.append((token.start[0], found["title"], bool(found["kind"])))
    ends = [line for line, *_ in marks[1:]] + [len(lines) + 1]
    for (line, title, markdown), end in zip(marks, ends, strict=True):
        body = "".join(lines[line : end - 1])
        source = body.strip("\n")
        first = line + 1 + len(body) - len(body.lstrip("\n"))
        cell = [token for token in tokens if line < token.start[0] < end and token.type not in IGNORED]
        if title or source.strip():
            yield {
                "title": title,
                "line": max(line, 1),
                "first": first,
                "source": source,
                "tokens": list(_meaning(cell, lines)),
                "markdown": markdown,
            }


def _meaning(tokens: list[tokenize.TokenInfo], lines: list[str]) -> Iterator[str]:
    """What counts of a cell: every token, the ends of blocks, and f-strings letter for letter (`{x = }` prints)."""
    depth = nested = 0
    start = (0, 0)
    for token in tokens:
        if token.type == tokenize.FSTRING_START:
            start = start if nested else token.start
            nested += 1
        elif token.type == tokenize.FSTRING_END:
            nested -= 1
            if not nested:
                yield _between(lines, start, token.end)
        elif nested:
            continue
        elif token.type == tokenize.DEDENT:
            # the blocks of the cell above end, for the tokenizer, with the first statement of this one
            if depth:
                yield "←"
            depth -= bool(depth)
        else:
            depth += token.type == tokenize.INDENT
            yield LAYOUT.get(token.type, token.string)
    yield from "←" * depth


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    rows = lines[start[0] - 1 : end[0]]
    rows[-1] = rows[-1][: end[1]]
    rows[0] = rows[0][start[1] :]
    return "".join(rows)

"""What a cell of an executed notebook printed, displayed and drew."""

import re

from kb.figure import KINDS, Figure, figure_bytes

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def figures(section: str, outputs: list[dict]) -> list[Figure]:
    """Every picture, named after the section and numbered from the second on."""
    found = [(kind, output["data"][kind]) for output in outputs for kind in KINDS if kind in output.get("data", {})]
    names = [section, *(f"{section}-{number}" for number in range(2, len(found) + 1))]
    return [
        Figure(name, kind, figure_bytes(kind, _joined(data))) for name, (kind, data) in zip(names, found, strict=False)
    ]


def texts(outputs: list[dict]) -> list[str]:
    """What was printed, and the last value where that is plain text, as a terminal would show it at the end."""
    printed = [_joined(output["text"]) for output in outputs if output["output_type"] == "stream"]
    shown = [output["data"] for output in outputs if "data" in output]
    plain = [_joined(data["text/plain"]) for data in shown if set(data) == {"text/plain"}]
    return [_as_seen(text) for text in printed + plain if text.strip() and not text.startswith("<Figure size")]


def markups(outputs: list[dict]) -> list[str]:
    """The HTML that was displayed where no picture of the same thing was."""
    shown = [output["data"] for output in outputs if "data" in output]
    return [_joined(data["text/html"]) for data in shown if "text/html" in data and not KINDS.keys() & data.keys()]


def _as_seen(text: str) -> str:
    """What a terminal would show at the end: no colours, and of a line that was written over the last state."""
    lines = ANSI.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)

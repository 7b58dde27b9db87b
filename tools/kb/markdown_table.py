"""A table in Markdown, row by row."""

from collections.abc import Iterable


def table_row(cells: Iterable[str]) -> str:
    """A row whose cells nothing in them divides or ends."""
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"

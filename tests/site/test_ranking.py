"""A search shows the note that explains before the programs that it explains, whatever their names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
NOTE = """\
---
title: "XOR: four points that no line can part"
date: 2026-11-20
tags: [ML]
---

The smallest task that one neuron cannot do, as [a program](../snippets/xor_linear.py) shows.

[what a line gets right](../snippets/xor_linear.py#result)
"""
PROGRAM = '''\
"""{idea}

Source    Minsky and Papert (1969), Perceptrons
Differs   four points
Cost      about 1 s on 2 CPU cores
"""

# %% result
if __name__ == "__main__":
    results = {{"right": 3}}
    print("{idea}")
'''


def write(folder: Path) -> None:
    """A note, and two programs that have the first word of its title in their names."""
    (folder / "notes/tags.toml").write_text('[ML]\ndescription = "Machine learning."\n')
    (folder / "notes/four-points.md").write_text(NOTE)
    (folder / "snippets/xor_linear.py").write_text(PROGRAM.format(idea="XOR by a line: of four XOR points three."))
    (folder / "snippets/xor_guess.py").write_text(PROGRAM.format(idea="XOR by a guess."))


@pytest.fixture(scope="module")
def notebook(built: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    return built("site-ranking", write)


@pytest.fixture(scope="module")
def site(served: Callable[[Path], str], notebook: Path) -> str:
    return served(notebook)


@pytest.mark.parametrize("word", ["xor", "XOR"])
def test_a_note_comes_before_its_programs(visit, word: str) -> None:
    titles = visit(f"?q={word}").locator(".pf-result-link")
    expect(titles).to_have_count(3, timeout=30_000)
    expect(titles.first).to_have_text("XOR: four points that no line can part")

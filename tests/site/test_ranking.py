"""What a search shows first: the note before the programs that it explains, and whole words before beginnings."""

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
SPOT = """\
---
title: "{title}"
date: 2026-11-20
tags: [ML]
---

It was seen.
"""
SHOWN = 100  # results


def write(folder: Path) -> None:
    """A note, two programs that have the first word of its title in their names, and a word that fills the list."""
    for number in range(SHOWN):
        (folder / f"notes/spot-{number}.md").write_text(SPOT.format(title=f"Spot {number}"))
    (folder / "notes/spotless.md").write_text(SPOT.format(title="Spotless"))
    (folder / "notes/tags.toml").write_text('[ML]\ndescription = "Machine learning."\n')
    (folder / "notes/four-points.md").write_text(NOTE)
    (folder / "snippets/xor_linear.py").write_text(PROGRAM.format(idea="XOR by a line: of four XOR points three."))
    (folder / "snippets/xor_guess.py").write_text(PROGRAM.format(idea="XOR by a guess."))


@pytest.fixture(scope="module")
def notebook(built: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    return built("site-ranking", write)


@pytest.mark.parametrize("word", ["xor", "XOR"])
def test_a_note_comes_before_its_programs(visit, word: str) -> None:
    titles = visit(f"?q={word}").locator(".pf-result-link")
    expect(titles).to_have_count(3, timeout=30_000)
    expect(titles.first).to_have_text("XOR: four points that no line can part")


@pytest.mark.parametrize(("typed", "count"), [("spot", SHOWN), ("spotl", 1)])
def test_where_a_whole_word_fills_the_list_no_other_is_looked_for_that_begins_so(visit, typed: str, count: int) -> None:
    summary = visit(f"?q={typed}").locator("pagefind-summary")
    found = f"{count} result{'s' if count > 1 else ''} for {typed}"
    expect(summary).to_have_text(found, use_inner_text=True, timeout=30_000)

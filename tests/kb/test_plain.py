"""A note's copy in plain Markdown: nothing in it needs this site, and nothing of it is missing."""

import pytest
from kb.plain import plain
from kb.site import Author, Site

SITE = Site("Notes", "https://notes.example/kb/", "", "https://code.example/notes", (Author("Noether", "Emmy"),))
SVG = '<svg width="30" height="20"></svg>'
CELLS = (
    '# %% train\nloss = 1.0\nprint("done")\n\n# %% figure\ndraw()\n\n# %% table\nshow()\n\n# %% result\nresults = {}\n'
)
OUTPUTS = {
    "train": [{"output_type": "stream", "name": "stdout", "text": "done\n"}],
    "figure": [{"output_type": "display_data", "data": {"image/svg+xml": SVG, "text/plain": "<Figure size 1x1>"}}],
    "table": [{"output_type": "display_data", "data": {"text/html": "<table></table>", "text/plain": "a table"}}],
}
MATTER = """\
title: Heat
date: 2026-11-21
tags: [ML, DataScience]
kind: paper
description: How heat spreads.
source: "doi:10.1000/1"
corrections:
  - "2026-11-23: the unit was wrong."
claims:
  - says: it is small | or not
    where: Somebody (2020), Table 1
    paper: 2.3e-7
    metric: toy.error
    expect: "<= 0.3"
    verdict: reproduced
    because: smaller grid
  - says: it is beautiful
    where: p. 3
    verdict: untestable
"""
HEAD = """\
# Heat

> How heat spreads.

- Page: https://notes.example/kb/heat/
- Kind: paper
- Date: 2026-11-21, corrected 2026-11-23
- Numbers verified: 2026-11-21
- Source: https://doi.org/10.1000/1
- Tags: ML
- Authors: Emmy Noether
- Licence: CC-BY-4.0

"""
FOOT = """
## Claims

| Claim | Source | Stated | Expected | Measured | Metric | Verdict | Because |
| --- | --- | --- | --- | --- | --- | --- | --- |
| it is small \\| or not | Somebody (2020), Table 1 | 2.30e-7 | <= 0.3 | 0.25 | toy.error | reproduced | smaller grid |
| it is beautiful | p. 3 |  |  |  |  | untestable |  |

## Corrections

- 2026-11-23: the unit was wrong.
"""
BIB = """\
@article{kahan, author = {Kahan, W.}, title = {Further remarks}, journal = {Comm.\\ ACM}, year = 1965,
 doi = {10.1145/363707.363723}}
"""
CODE = '```text\n!!! note "stays"\n    {: .x }\n<!-- stays -->\n```\n'


@pytest.fixture
def toy(book):
    book.snippet("toy", CELLS)
    book.measured("toy", {"error": 0.25, "rate": [0.5, 0.7]}, OUTPUTS)
    book.note("other", matter="title: Other\ndate: 2026-11-21\ntags: [ML]\n")
    return book


def copy(toy, body, matter="title: A\ndate: 2026-11-21\ntags: [ML]\n"):
    toy.note("heat", body, matter=matter)
    return plain(SITE, toy.notebook, toy.notebook.notes["heat"])


def text(toy, body):
    """The copy without its head."""
    return copy(toy, body).split("- Licence: CC-BY-4.0\n\n", 1)[1]


def test_it_begins_with_what_the_page_shows_above_and_ends_with_claims_and_corrections(toy):
    assert copy(toy, "Text.\n", MATTER) == HEAD + "Text.\n" + FOOT


def test_a_section_is_its_code_and_what_it_printed(toy):
    assert text(toy, "See:\n\n[the loop](../snippets/toy.py#train)\n") == (
        "See:\n\n"
        "Section `train` of [snippets/toy.py](https://notes.example/kb/lab/toy/#train):\n\n"
        '``` python\nloss = 1.0\nprint("done")\n```\n\n'
        "``` text\ndone\n```\n"
    )


def test_of_what_was_displayed_as_html_the_text_is_shown(toy):
    assert text(toy, "[it](../snippets/toy.py#table)\n").endswith("``` text\na table\n```\n")


def test_a_long_output_is_cut(toy):
    toy.measured("toy", {}, {"train": [{"output_type": "stream", "name": "stdout", "text": "x" * 4003}]})
    assert text(toy, "[it](../snippets/toy.py#train)\n").endswith("x\n… 3 characters more\n```\n")


def test_a_figure_is_an_image_with_its_words(toy):
    shown = "![a line](https://notes.example/kb/figures/toy/figure.svg)\n"
    assert text(toy, "![a line](../snippets/toy.py#figure)\n") == shown


def test_numbers_are_filled_in_and_listed_with_what_measured_them(toy):
    body = "It errs by [25 %](../snippets/toy.py#error) after [… s](../snippets/toy.py#seconds).\n"
    assert text(toy, body) == (
        "It errs by 25 % after 1.5 s.\n\n"
        "## Numbers\n\n"
        "| Number | Metric | Measured | Run |\n"
        "| --- | --- | --- | --- |\n"
        "| 25 % | toy.error | 0.25 | 2026-11-21 |\n"
        "| 1.5 s | toy.seconds | 1.5 | 2026-11-21 |\n"
    )


def test_a_work_that_is_cited_stands_at_the_end_as_people_write_it(toy):
    toy.write("notes/references.bib", BIB)
    assert text(toy, "As [Kahan (1965)](references.bib#kahan) has it.\n") == (
        "As Kahan (1965) has it.\n\n"
        "## References\n\n"
        "- W. Kahan. Further remarks. *Comm. ACM*, 1965."
        " [doi:10.1145/363707.363723](https://doi.org/10.1145/363707.363723).\n"
    )


def test_links_lead_to_other_copies_to_lab_pages_and_to_the_repository(toy):
    body = (
        "[a](other.md#x) [b](../snippets/toy.py) [c](../pyproject.toml) [d](https://x.example) [e](#y)"
        " in a line [f](../snippets/toy.py#train)\n"
    )
    assert text(toy, body) == (
        "[a](https://notes.example/kb/other/index.html.md#x) [b](https://notes.example/kb/lab/toy/)"
        " [c](https://code.example/notes/blob/main/pyproject.toml) [d](https://x.example) [e](#y)"
        " in a line [f](https://notes.example/kb/lab/toy/#train)\n"
    )


def test_without_a_run_the_copy_says_so(toy):
    toy.snippet("unrun", CELLS.replace("1.0", "2.0"))
    assert text(toy, "![a line](../snippets/unrun.py#figure)\n") == (
        "*(no run of snippets/unrun.py is recorded on the machine that made this copy)*\n"
    )


@pytest.mark.parametrize(
    ("site", "plainly"),
    [
        ('!!! note "A box"\n\n    In it.\n\nAfter.\n', "**A box**\n\nIn it.\n\nAfter.\n"),
        ("??? warning\n    In it.\n", "**Warning**\n\nIn it.\n"),
        ('=== "One"\n\n    A\n\n=== "Two"\n\n    B\n', "**One**\n\nA\n\n**Two**\n\nB\n"),
        (
            '!!! note "Outer `!!!`"\n\n    !!! tip "Inner"\n\n        Deep.\n\n    Out.\n',
            "**Outer `!!!`**\n\n**Inner**\n\nDeep.\n\nOut.\n",
        ),
        ('- item\n\n    !!! note "Box"\n\n        In it.\n', '- item\n\n    **Box**\n\n    In it.\n'),
        ('!!! note ""\n\n    In it.\n', "**Note**\n\nIn it.\n"),
        ('!!! note "Code"\n\n    ```python\n    x = 1\n    ```\n', "**Code**\n\n```python\nx = 1\n```\n"),
        ("[a](https://x.example){ .wide } and $x_{.5}$\n", "[a](https://x.example) and $x_{.5}$\n"),
        ("`{ .x }` and <!-- a comment --> text\n", "`{ .x }` and <!-- a comment --> text\n"),
        ("## Title {: #here .x }\n", "## Title\n"),
        ('```{.python title="x.py"}\nx = 1\n```\n', "```python\nx = 1\n```\n"),
        (CODE, CODE),
        ("```python\n1\n```\n<!--pytest.mark.skip-->\n\nText.\n", "```python\n1\n```\n\nText.\n"),
    ],
)  # fmt: skip
def test_what_only_this_site_understands_is_said_plainly(toy, site, plainly):
    assert text(toy, site) == plainly


def test_a_section_in_a_list_stays_in_it(toy):
    shown = text(toy, "1.  item\n\n    [it](../snippets/toy.py#train)\n").split("\n")
    assert shown[2].startswith("    Section `train` of ")
    assert shown[4:] == [
        *("    ``` python", "    loss = 1.0", '    print("done")', "    ```"),
        *("    ", "    ``` text", "    done", "    ```", ""),
    ]


def test_what_is_no_markdown_is_no_html_either(toy):
    matter = "title: <script>\ndate: 2026-11-21\ntags: [ML]\ndescription: a <b> & c < d\n"
    assert copy(toy, "", matter).startswith("# \\<script>\n\n> a \\<b> & c < d\n")


def test_a_section_in_a_box_comes_out_of_it(toy):
    body = '!!! note "Box"\n\n    [it](../snippets/toy.py#train)\n'
    assert text(toy, body).split("\n")[2:6] == [
        "Section `train` of [snippets/toy.py](https://notes.example/kb/lab/toy/#train):",
        "",
        "``` python",
        "loss = 1.0",
    ]

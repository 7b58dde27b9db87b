"""Every rule of `kb check`: one line a problem, with its place and what to do."""

import os
import re

import pytest
from kb.ledger import ledger
from kb.notebook import Notebook

CELLS = "# %% train\nx = 1\n\n# %% figure\nx = 2\n\n# %% result\nresults = {}\n"
DRAWN = {"figure": [{"output_type": "display_data", "data": {"image/svg+xml": "<svg></svg>"}}]}
SEEDS = [0.97, 0.98, 0.99]
CLAIM = """\
claims:
  - says: it is small
    where: Somebody (2020), Table 1
    metric: toy.error
    expect: "<= 0.3"
    verdict: reproduced
"""


@pytest.fixture
def toy(book):
    """A program that measured and drew."""
    book.snippet("toy", CELLS)
    book.measured("toy", {"error": 0.25, "accuracy": SEEDS, "zero": 0.0, "loss": -0.3}, DRAWN)
    return book


def says(book, body="Text.\n", **front):
    """The problems of a notebook with one note, without the note's path."""
    book.note("heat", body, **front)
    return [problem.removeprefix("notes/heat.md:") for problem in book.problems()]


def test_a_whole_notebook_has_no_problem(toy):
    body = (
        "It reaches [98 %](../snippets/toy.py#accuracy) and misses by [0.25](../snippets/toy.py#error).\n\n"
        "[train](../snippets/toy.py#train)\n\n![a line](../snippets/toy.py#figure)\n\n"
        "It took [… s](../snippets/toy.py#seconds).\n\n```python\nassert 1 + 1 == 2\n```\n"
    )
    assert says(toy, body, claims=CLAIM) == []


@pytest.mark.parametrize(
    ("tags", "problems"),
    [
        ("[ML, DS]", []),
        ("[MLL]", ["4: unknown tag 'MLL'; did you mean 'ML'?; new ones go into notes/tags.toml"]),
        ("[JAX]", ["4: unknown tag 'JAX'; there are ML, neural-networks, DS; new ones go into notes/tags.toml"]),
        ("[MachineLearning]", ["4: 'MachineLearning' is an alias; write 'ML'"]),
        ("[ml]", ["4: 'ml' is an alias; write 'ML'"]),
    ],
)
def test_every_tag_is_one_of_the_vocabulary_by_its_own_name(book, tags, problems):
    assert says(book, matter=f"title: Heat\ndate: 2026-11-21\ntags: {tags}\n") == problems


def test_what_is_wrong_with_the_front_matter_is_told(book):
    assert says(book, matter="title: Heat\ndate: 2026-11-21\ntags: [ML]\nkidn: note\n") == [
        "5: unknown field 'kidn'; did you mean 'kind'?"
    ]


@pytest.mark.parametrize(
    ("link", "problems"),
    [
        ("[0.25](../snippets/toy.py#error)", []),
        ("[0.26](../snippets/toy.py#error)", []),  # one unit of the last digit
        ("[25 %](../snippets/toy.py#error)", []),
        ("[98 %](../snippets/toy.py#accuracy)", []),
        ("[0](../snippets/toy.py#zero)", []),
        ("[−0.3](../snippets/toy.py#loss)", []),
        ("[… s](../snippets/toy.py#seconds)", []),
        ("[0.27](../snippets/toy.py#error)", ["7: '0.27' is typed, but toy.error is 0.25; correct the number"]),
        ("[25](../snippets/toy.py#error)", ["7: '25' is typed, but toy.error is 0.25; correct the number"]),
        ("[0.3](../snippets/toy.py#loss)", ["7: '0.3' is typed, but toy.loss is -0.3; correct the number"]),
        ("[0.02](../snippets/toy.py#zero)", ["7: '0.02' is typed, but toy.zero is 0; correct the number"]),
        (
            "[95 %](../snippets/toy.py#accuracy)",
            ["7: '95 %' is typed, but toy.accuracy is 0.980 ± 0.010 (3 seeds); correct the number"],
        ),
        (
            "[98.0 %](../snippets/toy.py#accuracy)",
            ["7: '98.0 %' is finer than its spread over seeds: 0.980 ± 0.010 (3 seeds); round it"],
        ),
        (
            "[small](../snippets/toy.py#error)",
            ["7: 'small' is not a number; write it like 97.8 %, 2.1 ×, 12 s or 1.2e-7, or … for the last run's"],
        ),
        (
            "[0.2](../snippets/toy.py#eror)",
            ["7: snippets/toy.py has no metric 'eror'; did you mean 'error'?"
             " (it has error, accuracy, zero, loss, seconds, memory)"],
        ),
    ],
)  # fmt: skip
def test_a_typed_number_agrees_with_its_metric(toy, link, problems):
    assert says(toy, f"One.\nIt is {link}.\n") == problems


def test_every_number_of_a_line_is_compared(toy):
    body = (
        "From [0.35](../snippets/toy.py#error) to [0.15](../snippets/toy.py#error), or [1](../snippets/toy.py#eror).\n"
    )
    assert [problem[:14] for problem in says(toy, body)] == ["6: '0.15' is t", "6: '0.35' is t", "6: snippets/to"]


def test_numbers_in_containers_are_compared_and_numbers_in_code_are_not(toy):
    wrong = "[0.9](../snippets/toy.py#error)"
    compared = f'!!! note\n\n    {wrong}\n\n=== "tab"\n\n    - {wrong}\n\n'
    body = compared + f"`{wrong}`\n\n```text\n{wrong}\n```\n\n<!-- {wrong} -->\n"
    assert [problem.partition(":")[0] for problem in says(toy, body)] == ["8", "12"]


def test_what_is_about_the_machine_is_a_warning_on_another(book):
    book.snippet("timed", header='"""Idea.\n\nSource    a\nDiffers   b\nCost      c\nTiming    alone\n"""\n')
    book.measured("timed", {"ratio": 3.0})
    claim = CLAIM.replace("toy.error", "timed.ratio")
    assert says(book, "It is [2.1 ×](../snippets/timed.py#ratio).\n", claims=claim) == [
        "6: warning: the verdict is 'reproduced', but timed.ratio is 3, which gives 'differs'",
        "12: warning: '2.1 ×' is typed, but timed.ratio is 3 on this machine",
    ]


@pytest.mark.parametrize(
    ("link", "problems"),
    [
        (
            "![a line](../snippets/toy.py#train)",
            ["6: section 'train' of snippets/toy.py drew no figure; name the one that draws it"],
        ),
        (
            "![a line](../snippets/toy.py#fig)",
            ["6: snippets/toy.py has no section 'fig'; did you mean 'figure'? (it has train, figure, result)"],
        ),
    ],
)
def test_a_figure_is_one_that_was_drawn(toy, link, problems):
    assert says(toy, f"{link}\n") == problems


@pytest.mark.parametrize(
    ("image", "what"),
    [
        ("![](../snippets/toy.py#figure)", "an image without a text"),
        ("![ ](../snippets/toy.py#figure)", "an image without a text"),
        ("![figure](../snippets/toy.py#figure)", "'figure' does not describe an image"),
        ("![plot_2.png](https://example.org/plot_2.png)", "'plot_2.png' does not describe an image"),
    ],
)
def test_an_image_is_described_in_words(toy, image, what):
    assert says(toy, f"{image}\n") == [f"6: {what}; say in a few words what it shows"]


def test_what_a_section_displayed_as_html_is_a_figure_too(book):
    book.snippet("moving", "# %% animation\nx = 1\n\n# %% result\nresults = {}\n")
    displayed = [{"output_type": "display_data", "data": {"text/html": "<p>", "text/plain": "an animation"}}]
    book.measured("moving", {}, {"animation": displayed})
    assert says(book, "![a glider](../snippets/moving.py#animation)\n") == []


@pytest.mark.parametrize(
    ("expect", "verdict", "problems"),
    [
        ("<= 0.3", "reproduced", []),
        ("<= 0.2", "differs", []),
        ("<= 0.2", "reproduced", ["5: the verdict is 'reproduced', but toy.error is 0.25, which gives 'differs'"]),
        ("<= 0.3", "differs", ["5: the verdict is 'differs', but toy.error is 0.25, which gives 'reproduced'"]),
        ("<= 0.3", "partial", ["5: the verdict is 'partial', but toy.error is 0.25, which gives 'reproduced'"]),
        ("<= 0.3", "untestable", ["5: the verdict is 'untestable', but toy.error is 0.25, which gives 'reproduced'"]),
        ("0.5 ±50%", "reproduced", []),
        ("0.5 ±0.1", "differs", []),
    ],
)
def test_a_claim_s_verdict_is_the_one_its_metric_gives(toy, expect, verdict, problems):
    claim = CLAIM.replace("<= 0.3", expect).replace("verdict: reproduced", f"verdict: {verdict}")
    assert says(toy, claims=claim) == [problem.replace("5:", "6:", 1) for problem in problems]


def test_a_lucky_seed_does_not_pass_for_the_others(toy):
    claim = CLAIM.replace("toy.error", "toy.accuracy").replace("<= 0.3", ">= 0.985")
    assert says(toy, claims=claim) == [
        "6: the verdict is 'reproduced', but toy.accuracy is 0.980 ± 0.010 (3 seeds), which gives 'partial'"
    ]


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        ("toy.eror", "6: snippets/toy.py has no metric 'eror'; did you mean 'error'?"),
        ("toy", "6: metric 'toy' is of no snippet; write SNIPPET.METRIC; did you mean 'toy'?"),
        ("tyo.error", "6: metric 'tyo.error' is of no snippet; write SNIPPET.METRIC; did you mean 'toy'?"),
    ],
)
def test_a_claim_s_metric_is_one_that_was_measured(toy, metric, problem):
    assert says(toy, claims=CLAIM.replace("toy.error", metric)) == [problem]


def test_a_metric_that_was_renamed_never_passes(toy):
    toy.measured("toy", {"errors": 0.25}, DRAWN)
    assert says(toy, claims=CLAIM) == ["6: snippets/toy.py has no metric 'error'; did you mean 'errors'?"]


def test_a_claim_without_a_metric_is_untestable_and_no_other(toy):
    claim = "claims:\n  - says: it is beautiful\n    where: p. 1\n    verdict: {}\n"
    assert says(toy, claims=claim.format("untestable")) == []
    assert says(toy, claims=claim.format("reproduced")) == [
        "6: no metric tests this claim; name one, or give it the verdict untestable"
    ]


def test_a_missing_run_is_one_problem_that_names_the_program(book):
    book.snippet("toy", CELLS)
    book.note("heat", "It is [0.2](../snippets/toy.py#error).\n\n![a line](../snippets/toy.py#figure)\n", claims=CLAIM)
    assert book.problems() == ["snippets/toy.py:1: it has not been run; run `kb run toy`"]


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("snippets/toy.py", "y = 1", "its section 'train' changed"),
        ("datasets/wine.csv", "1,3\n", "datasets/wine.csv changed"),
        ("snippets/style.mplstyle", "lines.linewidth: 3\n", "snippets/style.mplstyle changed"),
        ("snippets/near.py", "TWO = 3\n", "snippets/near.py changed"),
    ],
)
def test_a_stale_run_is_one_problem_that_says_why(book, path, content, reason):
    book.dataset("wine.csv", b"1,2\n")
    book.write("snippets/near.py", "TWO = 2\n")
    used = "WINE, STYLE = 'wine.csv', 'style.mplstyle'\n\n# %% setup\nimport near\n\n# %% train\nx = 1\n"
    book.snippet("toy", used + "\n# %% result\nresults = {}\n")
    book.measured("toy", {})
    text = (book.root / path).read_text()
    book.write(path, text.replace("x = 1", content) if path.endswith("toy.py") else content)
    stale = [problem for problem in book.problems() if problem.startswith("snippets/toy.py")]
    assert stale == [f"snippets/toy.py:1: {reason} since its last run; run `kb run toy`"]


def test_a_dataset_whose_bytes_changed_is_told(book):
    book.dataset("wine.csv", b"1,2\n")
    book.write("datasets/wine.csv", "a")
    book.note("heat")
    assert book.problems() == [
        "datasets/manifest.toml:2: the bytes of datasets/wine.csv are not those of the manifest (sha256 ca978112ca1b…);"
        " restore the file, or make it again with make_wine.py"
    ]


@pytest.mark.parametrize(
    "block",
    [
        "```python\nx = 1\n```",
        "!!! note\n\n    ```python\n    x = 1\n    ```",
        '<!--pytest.mark.skip(reason="slow")-->\n```python\nx = 1\n```',
        "```python\nx = 1\n```\n\n<!--pytest-codeblocks:cont-->\n```python\nx += 1\n```",
        "Text.\n\n    ```py\n    x = 1\n    ```",
        "````text\n```py\nx = 1\n```\n````",
        "```text\nx = 1\n```",
        "```\nx = 1\n```",
        "<!--\n```py\nx = 1\n```\n-->",
    ],
)
def test_a_python_block_that_is_run_or_that_the_site_shows_as_text_is_no_problem(book, block):
    assert says(book, f"{block}\n") == []


@pytest.mark.parametrize(
    ("block", "line", "opening"),
    [
        ("```py\nx = 1\n```", 6, "```py"),
        ("``` python\nx = 1\n```", 6, "``` python"),
        ('```python title="x.py"\nx = 1\n```', 6, '```python title="x.py"'),
        ("```{.python}\nx = 1\n```", 6, "```{.python}"),
        ("~~~python\nx = 1\n~~~", 6, "~~~python"),
        ('=== "tab"\n\n    ```pycon\n    >>> 1\n    ```', 8, "```pycon"),
        ("- a\n\n    ```py3\n    x = 1\n    ```", 8, "```py3"),
        ("> ```python\n> x = 1\n> ```", 6, "> ```python"),
        ("```text\na\n```\n\n<!--pytest-codeblocks:cont-->\n```python\nx += 1\n```", 11, "```python"),
        ("```python\nx = 1\n```\n\n> ```python\n> x = 1\n> ```", 10, "> ```python"),
    ],
)
def test_a_python_block_that_the_site_shows_and_nothing_runs_is_a_problem(book, block, line, opening):
    assert says(book, f"{block}\n") == [
        f"{line}: nothing runs this Python block ({opening}); begin it with ```python alone, or with ```text"
    ]


@pytest.mark.parametrize("language", ["python", "text", ""])
def test_a_fence_that_is_never_closed_is_one_problem(book, language):
    assert says(book, f"```{language}\nx = 1") == [f"6: the fence ```{language} is never closed"]


def test_a_comment_that_pytest_codeblocks_does_not_know_is_a_problem(book):
    assert says(book, "<!--pytest-codeblocks:nonsense-->\n```python\nx = 1\n```\n") == [
        '6: pytest-codeblocks cannot read the note: Unknown pytest-codeblocks keyword "nonsense"'
    ]


@pytest.mark.parametrize(
    ("header", "problems"),
    [
        ('"""Idea.\n\nSource    a\nDiffers   b\nCost      c\n"""\n', []),
        ("", ["1: no docstring; say the idea in one sentence, then Source, Differs and Cost"]),
        (
            '"""Idea."""\n',
            [f"1: the header lacks '{name}'; add it below the idea" for name in ("Cost", "Differs", "Source")],
        ),
        (
            '"""Idea.\n\nSource    a\nDifers    b\nCost      c\n"""\n',
            ["1: the header has the unknown field 'Difers'; did you mean 'Differs'?",
             "1: the header lacks 'Differs'; add it below the idea"],
        ),
        (
            '"""Idea.\n\nSource    a\nDiffers   b\nCost      c\n'
            'Timing    together\nNeeds     much\nLimit     soon\nNetwork   no\n"""\n',
            ["1: the header's Limit is 'soon'; write it like `120 s` or `2 min`",
             "1: the header's Needs is 'much'; write it like `4 GB` or `500 MB`",
             "1: the header's Network is 'no'; write `yes`, or leave it out",
             "1: the header's Timing is 'together'; write `alone`, or leave it out"],
        ),
    ],
)  # fmt: skip
def test_a_program_says_its_idea_its_source_how_it_differs_and_what_it_costs(book, header, problems):
    book.snippet("toy", header=header)
    book.measured("toy", {})
    assert book.problems() == [f"snippets/toy.py:{problem}" for problem in problems]


@pytest.mark.parametrize(
    ("cells", "problems"),
    [
        ("# %% setup\nx = 1\n# %% data\nx = 2\n# %% more\nx = 3\n# %% result\nx = 4\n", []),
        ("# %% train\nx = 1\n# %% figure\nx = 2\n# %% result\nx = 3\n", []),
        ("# %% setup\nx = 1\n# %%\nx = 2\n", ["10: a cell without a title; write `# %% TITLE`"]),
        ("# %% a\nx = 1\n# %% A\nx = 2\n", ["10: the section 'a' stands in line 8 too"]),
        (
            "# %% train\nx = 1\n# %% data\nx = 2\n",
            ["10: the section 'data' comes after 'train';"
             " the order is setup, data, model, loss, train, evaluate, main, result"],
        ),
        ("# %% seconds\nx = 1\n", ["8: 'seconds' is a section and a metric; rename one"]),
        ("# %% error\nx = 1\n", ["8: 'error' is a section and a metric; rename one"]),
        ("# %% [markdown]\n# Text.\n# %% a\nx = 1\n", []),
    ],
)  # fmt: skip
def test_every_cell_has_a_title_of_its_own_in_the_known_order(book, cells, problems):
    book.snippet("toy", cells)
    book.measured("toy", {"error": 1})
    assert book.problems() == [f"snippets/toy.py:{problem}" for problem in problems]


@pytest.mark.parametrize("name", ["index", "notes", "tags", "claims", "Tags", "INDEX"])
def test_a_note_does_not_take_the_name_of_a_page_that_is_made(book, name):
    book.note(name)
    assert book.problems() == [f"notes/{name}.md:1: the site makes a page of this name; rename the note"]


def test_every_problem_of_every_file_is_told_at_once_in_the_order_of_files_and_lines(toy):
    toy.note("heat", "[0.9](../snippets/toy.py#error)\n", matter="title: Heat\ndate: soon\ntags: [JAX]\n")
    toy.write("notes/bad.md", "nothing\n")
    toy.write("notes/latin.md", b"\xff")
    toy.write("snippets/bad.py", "x = (\n")
    toy.snippet("user", "# %% result\nimport bad\n\nresults = {}\n")
    toy.write("notes/tags.toml", 'ML = "broken"\n')
    toy.write("datasets/manifest.toml", "[wine]\n")
    assert toy.problems() == [
        "datasets/manifest.toml:1: [wine] lacks 'file'; add it",
        "notes/bad.md:1: no front matter; begin with a line ---, then title, date and tags, then ---",
        "notes/heat.md:3: date is 'soon'; write it as 2026-11-21",
        "notes/latin.md:1: not UTF-8 (byte 0); save the file as UTF-8",
        "notes/tags.toml:1: 'ML' is no table; begin it with [ML]",
        "snippets/bad.py:1: not valid Python: '(' was never closed; mend the program",
    ]


def test_a_program_that_imports_a_broken_one_is_told_and_the_rest_is_checked(book):
    book.write("snippets/bad.py", "x = (\n")
    book.snippet("user", "# %% result\nimport bad\n\nresults = {}\n")
    book.snippet("toy")
    assert book.problems() == [
        "snippets/bad.py:1: not valid Python: '(' was never closed; mend the program",
        "snippets/toy.py:1: it has not been run; run `kb run toy`",
        "snippets/user.py:1: a program that it imports cannot be read; mend that one first",
    ]


def test_a_name_measured_twice_is_told(book):
    """Python keeps the last of two equal keys, so the first would be lost without a word."""
    book.snippet("toy", "# %% result\nresults = {'error': 1, 'error': 2}\n")
    book.measured("toy", {"error": 2})
    assert book.problems() == ["snippets/toy.py:9: 'error' stands twice in results; keep one"]


@pytest.mark.parametrize(
    "results",
    ["results: dict = {'error': 1, 'error': 2}", "results = {}\nresults |= {'error': 1, 'error': 2}"],
)
def test_a_name_measured_twice_is_told_however_results_are_given(book, results):
    book.snippet("toy", f"# %% result\n{results}\n")
    book.measured("toy", {"error": 2})
    line = 9 + results.count("\n")
    assert book.problems() == [f"snippets/toy.py:{line}: 'error' stands twice in results; keep one"]


def test_a_claim_off_by_its_sign_or_its_scale_does_not_hold(toy):
    """The metric is 0.25."""
    for expect in ("-0.25 ±0.01", "25 ±1", "0.0025 ±1%", "<= -0.25"):
        assert says(toy, claims=CLAIM.replace("<= 0.3", expect)) == [
            "6: the verdict is 'reproduced', but toy.error is 0.25, which gives 'differs'"
        ]


def test_to_have_looked_at_nothing_is_a_problem(book):
    nothing = "mkdocs.yml:1: there is no note in notes/ and no program in snippets/; write one with `kb new TITLE`"
    assert book.problems() == [nothing]
    assert (book.kb("check").returncode, book.kb("check").stderr) == (1, f"{nothing}\n")


def test_tests_that_find_nothing_are_no_success(book):
    assert book.kb("test", "-q", "notes").returncode == 5  # pytest's word for it


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("notes/2026/heat.md", "notes/*.md"),
        ("notes/heat.MD", "notes/*.md"),
        ("notes/heat.markdown", "notes/*.md"),
        ("snippets/old/heat.py", "snippets/*.py"),
        ("snippets/heat.ipynb", "snippets/*.py"),
    ],
)
def test_what_lies_where_nothing_looks_is_told(toy, path, what):
    toy.write(path, "---\n")
    assert toy.problems() == [f"{path}:1: nothing looks here; what is read are {what}"]


def test_templates_and_assets_may_lie_where_nothing_looks(toy):
    for path in ("notes/_draft.md", "notes/assets/VENDORED.md", "snippets/__pycache__/toy.py", "snippets/_old.py"):
        toy.write(path, "text")
    assert toy.problems() == []


def test_a_list_of_claims_that_is_empty_is_told(toy):
    assert says(toy, claims="claims: []\n") == ["5: claims is empty; give an entry, or take the field out"]
    assert says(toy, claims="claims:\n") == ["5: claims is not a list; begin each entry with `- `"]


def test_claims_below_the_front_matter_are_told_and_not_lost(toy):
    assert says(toy, f"\n{CLAIM}---\n\nText.\n") == [
        "7: claims stand in the text, where nothing checks them; move them above the second line ---"
    ]
    assert says(toy, f"```yaml\n{CLAIM}```\n") == []


def test_every_verdict_that_a_note_of_the_project_states_is_one_of_the_ledger(project):
    """Counted in the text, past everything that reads it."""
    heads = [path.read_text().split("\n---\n")[0] for path in project.glob("notes/[!_]*.md")]
    stated = sum(len(re.findall(r"^ +verdict: \w+$", head, re.MULTILINE)) for head in heads)
    assert len(ledger(Notebook(project))) == stated > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("notes/Heat.md", "notes/heat.md"),
        ("snippets/Toy.py", "snippets/toy.py"),
        ("notes/assets/A.css", "notes/assets/a.css"),
        ("datasets/Wine.csv", "datasets/wine.csv"),
        ("notes/caf\N{LATIN SMALL LETTER E WITH ACUTE}.md", "notes/cafe\N{COMBINING ACUTE ACCENT}.md"),
        ("notes/stra\N{LATIN SMALL LETTER SHARP S}e.md", "notes/strasse.md"),
    ],
)
def test_names_that_a_disk_may_take_for_one_are_told(book, one, other):
    book.note("a")
    book.write(one, "")
    if (book.root / other).exists():
        pytest.skip("this disk takes both for one file")
    book.write(other, "")
    first, second = sorted((one, other))
    problem = f"{second}:1: many a disk takes it and {first} for one file; rename one"
    assert [found for found in book.problems() if "many a disk" in found] == [problem]


def test_tags_that_differ_only_in_case_are_told(book):
    book.write("notes/tags.toml", '[ML]\ndescription = "x"\n[ml]\ndescription = "y"\n')
    book.note("heat")
    assert book.problems() == ["notes/tags.toml:1: 'ml' means both 'ML' and 'ml'; keep one"]


def test_an_address_that_a_note_had_is_no_page_s_and_no_other_note_s(book):
    book.note("cold", matter="title: Cold\ndate: 2026-11-21\ntags: [ML]\nredirect_from: [warm]\n")
    assert says(book, matter="title: Heat\ndate: 2026-11-21\ntags: [ML]\nredirect_from: [Cold, Tags, Warm]\n") == [
        "5: redirect_from names 'Cold', which is a page; take it out",
        "5: redirect_from names 'Tags', which is a page; take it out",
        "5: redirect_from names 'Warm', as notes/cold.md does; take one out",
    ]


@pytest.mark.parametrize(
    "path",
    ["notes/secret.md", "snippets/secret.py", "datasets/secret.csv", "notes/assets/secret.css", "notes/assets/d"],
)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_symbolic_link_that_leaves_the_repository_is_told(book, tmp_path_factory, path, absolute):
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.mkdir() if path.endswith("/d") else outside.write_text("---\ntitle: Secret\n---\n")
    book.note("a")
    place = book.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside if absolute else os.path.relpath(outside, place.parent))
    assert f"{path}:1: a symbolic link that leaves the repository; put the file itself here" in book.problems()


def test_a_symbolic_link_inside_the_repository_is_no_problem(book):
    book.note("a")
    (book.root / "notes/assets").mkdir()
    (book.root / "notes/assets/a.txt").symlink_to("../a.md")
    assert book.problems() == []


@pytest.mark.parametrize("path", ["notes/odd.md", "snippets/odd.py"])
def test_what_is_no_ordinary_file_is_told_and_the_rest_is_checked(book, path):
    book.note("heat", matter="title: Heat\ndate: soon\ntags: [ML]\n")
    date = "notes/heat.md:3: date is 'soon'; write it as 2026-11-21"
    place = book.root / path
    os.mkfifo(place)
    assert book.problems() == [date, f"{path}:1: cannot be read (no ordinary file); put a readable file there"]
    place.unlink()
    place.mkdir()
    assert book.problems() == [date, f"{path}:1: cannot be read (Is a directory); put a readable file there"]
    place.rmdir()
    place.symlink_to("nowhere")
    assert book.problems() == [date, f"{path}:1: there is no such file"]
    place.unlink()
    place.symlink_to(place)
    reason = "cannot be read (Too many levels of symbolic links); put a readable file there"
    assert book.problems() == [date, f"{path}:1: {reason}"]


def test_a_link_to_a_symbolic_link_in_a_circle_leads_nowhere(book):
    (book.root / "notes/circle").symlink_to("circle")
    assert says(book, "[a](circle)\n")[0].startswith("6: there is no notes/circle")


def test_a_note_of_fifty_megabytes_is_one_line_and_the_rest_is_checked(book):
    book.note("heat")
    book.write("notes/large.md", b"---\n" + b"x\n" * 25_000_000)
    assert book.problems() == ["notes/large.md:1: larger than 1 MB; a note is prose, put data into datasets/"]


def test_a_byte_order_mark_and_windows_line_ends_change_no_line_and_no_problem(toy):
    body = "It is [0.9](../snippets/toy.py#error).\n\n```py\nx = 1\n```\n"
    path = toy.note("heat", body, claims=CLAIM.replace("reproduced", "differs"))
    problems = toy.problems()
    assert [problem.partition(": ")[0] for problem in problems] == [f"{path}:{line}" for line in (6, 12, 14)]
    text = (toy.root / path).read_bytes()
    toy.write(path, b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert toy.problems() == problems

"""A note's page: text in, text out, each link turned into what it points at."""

import pytest
from kb.problem import Problem
from kb.render import render

SVG = '<svg width="30" height="20"></svg>'
CELLS = """\
# %% train
loss = 1.0
print("done")

# %% figure
draw()

# %% table
show()

# %% result
results = {}
"""
OUTPUTS = {
    "train": [{"output_type": "stream", "name": "stdout", "text": "done\n"}],
    "figure": [{"output_type": "display_data", "data": {"image/svg+xml": SVG, "text/plain": "<Figure size 1x1>"}}],
    "table": [{"output_type": "display_data", "data": {"text/html": "<table></table>", "text/plain": "a table"}}],
}
CODE = '``` { .python title="snippets/toy.py · train" }\nloss = 1.0\nprint("done")\n```'
PRINTED = "``` { .text .output }\ndone\n```"
ORIGIN = "[the whole program](lab/toy.ipynb#train){ .origin }"
DRAWN = (
    "``` kb-html\n"
    '<figure class="drawn"><img src="../figures/toy/figure.svg" width="30" height="20" alt="a line"'
    ' loading="lazy"></figure>\n```'
)
CLAIMS = """\
claims:
  - says: it is small
    where: Somebody (2020), Table 1
    paper: 2.3e-7
    metric: toy.error
    expect: "<= 0.3"
    verdict: reproduced
    because: smaller grid
  - says: it is a|b
    where: p. 2
    metric: toy.accuracy
    expect: ">= 0.985"
    verdict: reproduced
  - says: it is beautiful
    where: p. 3
    verdict: untestable
"""
REPOSITORY = "https://example.org/repo/blob/main"


@pytest.fixture
def toy(book):
    book.snippet("toy", CELLS)
    book.measured("toy", {"error": 0.25, "accuracy": [0.97, 0.98, 0.99]}, OUTPUTS)
    book.note("other")
    return book


def shown(book, body, *, failures=None, **front):
    book.note("heat", body, **front)
    notebook = book.notebook
    return render(notebook, notebook.notes["heat"], REPOSITORY, failures)


def test_prose_stays_as_it_is(toy):
    code = "```python\n[x](../snippets/toy.py)\n```\n\n`[x](../snippets/toy.py)` <!-- [x](../snippets/toy.py) -->\n"
    body = f"One *two*.\n\n- three\n\n{code}"
    assert shown(toy, body) == body


def test_a_section_alone_in_its_paragraph_shows_its_code_and_what_it_printed(toy):
    assert shown(toy, "One.\n\n[train it](../snippets/toy.py#train)\n\nTwo.\n") == (
        f"One.\n\n{CODE}\n\n{PRINTED}\n\n{ORIGIN}\n\nTwo.\n"
    )


def test_a_section_shows_what_it_drew_and_displayed(toy):
    page = shown(toy, "[a line](../snippets/toy.py#figure)\n")
    assert page.split("\n\n")[1:-1] == [DRAWN]
    page = shown(toy, "[a table](../snippets/toy.py#table)\n")
    assert page.split("\n\n")[1:-1] == ['``` kb-html\n<div class="html-output"><table></table></div>\n```']


def test_a_figure_shows_only_what_the_section_drew(toy):
    assert shown(toy, "![a line](../snippets/toy.py#figure)\n") == f"{DRAWN}\n"


def test_where_a_section_drew_nothing_a_figure_is_the_html_that_it_displayed_under_its_text(toy):
    assert shown(toy, '![a "table" & more](../snippets/toy.py#table)\n') == (
        '``` kb-html\n<figure class="drawn html-output" role="group" aria-label="a &quot;table&quot; &amp; more">'
        "<table></table></figure>\n```\n"
    )


def test_a_section_in_a_sentence_is_a_link_to_the_lab(toy):
    assert shown(toy, "We [train](../snippets/toy.py#train) it.\n") == "We [train](lab/toy.ipynb#train) it.\n"


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (
            "[0.25](../snippets/toy.py#error)",
            '[0.25](lab/toy.ipynb){ .measured title="toy · error 0.25 · run 2026-11-21" }',
        ),
        (
            "[98 %](../snippets/toy.py#accuracy)",
            '[98 %](lab/toy.ipynb){ .measured title="toy · accuracy 0.980 ± 0.010 (3 seeds) · run 2026-11-21" }',
        ),
        (
            "[0.4](../snippets/toy.py#error)",
            '[0.4](lab/toy.ipynb){ .measured .unconfirmed'
            ' title="toy · error 0.25 · run 2026-11-21 · not confirmed on this machine" }',
        ),
        (
            "[… s](../snippets/toy.py#seconds)",
            '[1.5 s](lab/toy.ipynb){ .measured title="toy · seconds 1.5 · run 2026-11-21" }',
        ),
        (
            "[… MB](../snippets/toy.py#memory)",
            '[100 MB](lab/toy.ipynb){ .measured title="toy · memory 1.000e8 · run 2026-11-21" }',
        ),
    ],
)  # fmt: skip
def test_a_number_is_marked_as_measured_with_its_run(toy, link, page):
    assert shown(toy, f"It is {link}, as said.\n") == f"It is {page}, as said.\n"


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("[the program](../snippets/toy.py)", "[the program](lab/toy.ipynb)"),
        ("[other](other.md#part)", "[other](other.md#part)"),
        ("[tags](tags.toml)", f"[tags]({REPOSITORY}/notes/tags.toml)"),
        ("[style](../snippets/style.mplstyle)", f"[style]({REPOSITORY}/snippets/style.mplstyle)"),
        ("[there](https://x.y/z)", "[there](https://x.y/z)"),
        ("[above](#top)", "[above](#top)"),
        ("[gone](gone.md)", "[gone](gone.md)"),
    ],
)
def test_other_links_lead_to_the_lab_to_notes_and_to_the_repository(toy, link, page):
    assert shown(toy, f"See {link}.\n") == f"See {page}.\n"


def test_several_links_of_a_line_are_all_turned(toy):
    link = "[p](../snippets/toy.py)"
    assert shown(toy, f"{link} and {link} and {link}\n") == " and ".join(["[p](lab/toy.ipynb)"] * 3) + "\n"


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (
            "[t](../snippets/toy.py#tran)",
            "notes/heat.md:6: snippets/toy.py has no section 'tran'; did you mean 'train'?"
            " (it has train, figure, table, result)",
        ),
        ("![t](../snippets/toy.py#train)", "section 'train' of snippets/toy.py drew no figure"),
    ],
)
def test_what_leads_nowhere_says_so_on_the_page(toy, link, message):
    assert shown(toy, f"{link}\n") == f'!!! failure "Nothing to show"\n    {message}\n'


def test_without_a_run_the_code_stands_and_the_output_is_said_to_be_missing(book):
    book.snippet("toy", CELLS)
    missing = '!!! failure "Nothing to show"\n    snippets/toy.py has no run; `kb run toy` makes one'
    assert shown(book, "[t](../snippets/toy.py#train)\n") == f"{CODE}\n\n{missing}\n\n{ORIGIN}\n"
    assert shown(book, "![a line](../snippets/toy.py#figure)\n") == f"{missing}\n"
    assert shown(book, "It is [0.2](../snippets/toy.py#error).\n") == (
        'It is [0.2](lab/toy.ipynb){ .measured .unconfirmed title="toy has no run on this machine" }.\n'
    )


def test_a_failed_run_says_why_where_its_output_would_stand(book):
    book.snippet("toy", CELLS)
    failures = {"toy": Problem("snippets/toy.py", 9, "ValueError: no (in section 'train')")}
    assert shown(book, "![a line](../snippets/toy.py#figure)\n", failures=failures) == (
        "!!! failure \"Nothing to show\"\n    snippets/toy.py:9: ValueError: no (in section 'train')\n"
    )


def test_a_program_that_shows_a_fence_is_fenced_longer(book):
    book.snippet("toy", '# %% train\nprint("""\n```\n""")\n')
    printed = {"train": [{"output_type": "stream", "name": "stdout", "text": "\n````\n"}]}
    book.measured("toy", {}, printed)
    page = shown(book, "[t](../snippets/toy.py#train)\n")
    assert page.startswith('```` { .python title="snippets/toy.py · train" }\nprint("""\n```\n""")\n````\n')
    assert "\n\n````` { .text .output }\n\n````\n`````\n" in page


def test_a_long_output_is_cut_and_says_so(book):
    book.snippet("toy", CELLS)
    book.measured("toy", {}, {"train": [{"output_type": "stream", "name": "stdout", "text": "x" * 5000}]})
    assert f"\n{'x' * 4000}\n… 1000 characters more on the lab page\n" in shown(book, "[t](../snippets/toy.py#train)\n")


def test_colours_and_progress_of_a_terminal_are_not_shown(book):
    book.snippet("toy", CELLS)
    text = "\x1b[31mred\x1b[0m\n 10 %\r 50 %\r100 %\n"
    book.measured("toy", {}, {"train": [{"output_type": "stream", "name": "stdout", "text": text}]})
    assert "``` { .text .output }\nred\n100 %\n```" in shown(book, "[t](../snippets/toy.py#train)\n")


def test_the_claims_stand_in_a_table_under_the_text(toy):
    def link(name):
        place = f'id="heat.{name}" href="../claims/#heat.{name}"'
        return f'<a class="permalink" {place} title="among all claims">#</a>'

    rows = shown(toy, "Text.\n", claims=CLAIMS).split("\n")
    assert rows[:8] == [
        "Text.", "", "", "## Claims", "", '<div class="claims" markdown="1">', "",
        "| Claim | Source | Expected | Measured | Verdict |",
    ]  # fmt: skip
    assert rows[9:12] == [
        f"| it is small {link('error')}<br><small>Somebody (2020), Table 1</small> | 2.30e-7 | <= 0.3"
        " | [0.25](lab/toy.ipynb)<br><small>toy.error</small>"
        ' | <span class="verdict reproduced">reproduced</span><br><small>smaller grid</small> |',
        rf"| it is a\|b {link('accuracy')}<br><small>p. 2</small> | – | >= 0.985"
        " | [0.980 ± 0.010 (3 seeds)](lab/toy.ipynb)<br><small>toy.accuracy</small>"
        ' | <span class="verdict reproduced">reproduced</span> <small>not confirmed on this machine</small> |',
        f"| it is beautiful {link('it-is-beautiful')}<br><small>p. 3</small> | – | – | –"
        ' | <span class="verdict untestable">untestable</span> |',
    ]


def test_a_claim_without_a_run_says_so(book):
    book.snippet("toy", CELLS)
    page = shown(book, "Text.\n", claims=CLAIMS)
    assert "[no run](lab/toy.ipynb)" in page
    assert page.count("not confirmed on this machine") == 2


def test_works_that_are_cited_are_listed_once_under_the_note(toy):
    toy.write(
        "notes/references.bib",
        "@article{b2020, author={Bee, A.}, title={Cold}, journal={J}, year={2020}}\n"
        "@article{a2019, author={Ant, B.}, title={Heat}, journal={J}, year={2019}}\n"
        "@article{c2018, author={Cow, C.}, title={Rain}, journal={J}, year={2018}}\n",
    )
    body = "[Ant](references.bib#a2019), [Bee](references.bib#b2020), [Ant](references.bib#a2019)\n"
    page = shown(toy, body)
    assert page.startswith("[Ant](#a2019), [Bee](#b2020), [Ant](#a2019)\n\n\n## References\n")
    assert [line for line in page.split("\n") if line.startswith("{: #")] == [
        "{: #b2020 .reference }",
        "{: #a2019 .reference }",
    ]


PLACES = {
    "admonition": ("!!! note\n\n    {}\n", '<div class="admonition note">', "</div>\n</div>"),
    "admonition without a blank line": ("!!! note\n    {}\n", '<div class="admonition note">', "</div>\n</div>"),
    "list": ("- item\n\n    {}\n\n- next\n", "<li>", "</li>"),
    "tab": ('=== "a"\n\n    {}\n', '<div class="tabbed-block">', "</div>\n</div>"),
    "tab in a list": ('- item\n\n    === "a"\n\n        {}\n', "<li>", "</li>"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_section_and_a_figure_stand_inside_what_holds_their_link(toy, site, place):
    text, opening, closing = PLACES[place]
    for link, markup in (
        ("[t](../snippets/toy.py#train)", '<div class="language-python highlight">'),
        ("![a line](../snippets/toy.py#figure)", '<figure class="drawn">'),
    ):
        html = site.reset().convert(shown(toy, text.format(link)))
        inside = html.partition(opening)[2].partition(closing)[0]
        assert markup in inside
        assert "```" not in html

"""Every program as a notebook: today's source, the outputs of its last run, and the run's card."""

import hashlib
import json
import re
from importlib.metadata import version

import nbformat
import pytest
from kb.lab import download, files, lab_page, write_lab
from kb.problem import Problem
from kb.run_card import colab, linked

SVG = '<svg width="30" height="20"></svg>'
CELLS = """\
# %% [markdown]
# Why *this*.

# %% train
print("done")

# %% figure
draw()

# %% result
results = {}
"""
OUTPUTS = {
    "train": [{"output_type": "stream", "name": "stdout", "text": "done\n"}],
    "figure": [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"image/svg+xml": SVG, "text/plain": "<Figure size 1x1>"},
        }
    ],
}


@pytest.fixture
def toy(book):
    book.snippet("toy", CELLS)
    book.measured("toy", {"error": [0.1, 0.3]}, OUTPUTS)
    book.note("heat", "See [it](../snippets/toy.py#train).\n", matter="title: H\ndate: 2026-11-21\ntags: [ML, DS]\n")
    book.note("cold", "Nothing.\n")
    return book


def page(book, name="toy", problem=None, repository=""):
    notebook = book.notebook
    return nbformat.reads(lab_page(notebook, name, problem, repository), as_version=4)


def used(book, name):
    return [note.name for note in book.notebook.users[name]]


def test_a_lab_page_is_a_valid_notebook(toy):
    nbformat.validate(page(toy))


def test_it_begins_with_front_matter_that_the_site_reads(toy):
    assert page(toy).cells[0].source == (
        "---\ntitle: toy\nkind: lab\ndescription: The idea.\ntags:\n- DS\n- ML\ndate: '2026-11-21'\n---"
    )


def test_every_titled_cell_stands_under_its_title_with_its_outputs(toy):
    cells = page(toy).cells[2:]
    assert [(cell.cell_type, cell.source) for cell in cells] == [
        ("markdown", "Why *this*."),
        ("markdown", "## train"),
        ("code", 'print("done")'),
        ("markdown", "## figure"),
        ("code", "draw()"),
        ("markdown", "## result"),
        ("code", "results = {}"),
    ]
    assert cells[2].outputs[0].text == "done\n"


def test_a_figure_is_a_file_and_not_inline(toy):
    figure = page(toy).cells[6].outputs[0].data["text/html"]
    assert figure == (
        '<figure class="drawn"><img src="../../figures/toy/figure.svg" width="30" height="20"'
        ' alt="The idea. Drawn by section figure." loading="lazy"></figure>'
    )


def test_a_figure_is_described_as_the_note_that_shows_it_does(toy):
    toy.note("show", "![a line that rises](../snippets/toy.py#figure)\n\n![once more](../snippets/toy.py#figure)\n")
    assert 'alt="a line that rises"' in page(toy).cells[6].outputs[0].data["text/html"]


def test_the_source_is_today_s_even_where_the_run_is_older(toy):
    toy.snippet("toy", CELLS.replace('print("done")', '# a comment\nprint("done")'))
    assert page(toy).cells[4].source == '# a comment\nprint("done")'
    assert page(toy).cells[4].outputs[0].text == "done\n"


def test_without_a_run_there_is_source_and_no_output(book):
    book.snippet("toy", CELLS)
    assert [cell.outputs for cell in page(book).cells if cell.cell_type == "code"] == [[], [], []]
    assert '<p class="ran">no run on this machine</p>' in page(book).cells[1].source


def test_a_failed_run_s_card_says_why(book):
    book.snippet("toy", CELLS)
    problem = Problem("snippets/toy.py", 9, "ValueError: <no>")
    card = page(book, problem=problem).cells[1].source
    assert '<p class="ran">snippets/toy.py:9: ValueError: &lt;no&gt;</p>' in card


def test_the_card_says_what_was_measured_how_and_where(toy):
    card = page(toy).cells[1].source
    fields = (
        "<dt>error</dt><dd>0.20 <small>± 0.14 (2 seeds)</small></dd>",
        "Run 2026-11-21 10:00 UTC: 1.5 s, 1.25 CPU s, 100 MB.<br>Python 3.12",
        '<dt>Notes</dt><dd><a href="../../heat/">H</a></dd>',
        "<dt>Source</dt><dd>nobody</dd>",
        "<code>./kb run toy --again</code> or <code>python snippets/toy.py</code>",
        "<dt>Machine</dt><dd>a processor, 2 cores, Linux</dd>",
    )
    places = [card.find(field) for field in fields]
    assert -1 not in places
    assert places == sorted(places)


def test_of_many_numbers_those_that_notes_quote_come_first_and_the_rest_on_demand(toy):
    toy.snippet("many")
    toy.measured("many", {f"m{number}": number for number in range(9)})
    claim = 'claims:\n  - says: a\n    where: b\n    metric: many.m8\n    expect: "> 7"\n    verdict: reproduced\n'
    toy.note("quoting", "It is [7](../snippets/many.py#m7).\n", claims=claim)
    card = page(toy, "many").cells[1].source
    first, _, rest = card.partition("<details><summary>3 numbers more</summary>")
    assert re.findall("<dt>(m.)</dt>", first) == ["m7", "m8", "m0", "m1", "m2", "m3"]
    assert re.findall("<dt>(m.)</dt>", rest) == ["m4", "m5", "m6"]


def test_the_card_names_data_with_their_bytes_and_licences(toy):
    path = toy.dataset("wine.csv", b"1,2\n")
    toy.snippet("drunk", f'# %% result\npath = "{path}"\nresults = {{}}\n')
    toy.measured("drunk", {})
    digest = hashlib.sha256(b"1,2\n").hexdigest()[:12]
    assert f"<dd>datasets/wine.csv (sha256 {digest}…, licence CC0-1.0)</dd>" in page(toy, "drunk").cells[1].source


def test_a_run_of_files_that_were_not_committed_says_so(toy):
    toy.measured("toy", {}, revision="748e151b00c7+")
    card = page(toy).cells[1].source
    assert "<dt>Revision</dt><dd>748e151b00c7 and changes not committed</dd>" in card


@pytest.mark.parametrize("repository", ["https://github.com/me/notes", "https://github.com/me/notes.git/"])
def test_colab_opens_the_notebook_of_the_branch_on_which_the_site_is_published(toy, repository):
    address = "https://colab.research.google.com/github/me/notes/blob/gh-pages/lab/toy/toy.ipynb"
    assert colab(repository, "toy") == address
    assert f'<a href="{address}">Open in Colab</a>' in page(toy, repository=repository).cells[1].source


@pytest.mark.parametrize("repository", ["", "https://gitlab.com/me/notes", "https://github.com.evil.org/me/notes"])
def test_colab_is_not_offered_where_it_cannot_read(toy, repository):
    assert colab(repository, "toy") == ""
    assert "Colab" not in page(toy, repository=repository).cells[1].source


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A (1), doi:10.1/x-2.", 'A (1), <a href="https://doi.org/10.1/x-2">doi:10.1/x-2</a>.'),
        ("arXiv:2302.13163, <b>", '<a href="https://arxiv.org/abs/2302.13163">arXiv:2302.13163</a>, &lt;b&gt;'),
        ("see https://a.org/b/; c", 'see <a href="https://a.org/b/">https://a.org/b/</a>; c'),
        ("none", "none"),
    ],
)
def test_the_addresses_of_a_source_are_links(text, shown):
    assert linked(text) == shown


def test_the_users_of_a_program_are_the_notes_that_link_to_it(toy):
    toy.snippet("mytoy")
    toy.note("mine", "[it](../snippets/mytoy.py)\n")
    assert (used(toy, "toy"), used(toy, "mytoy")) == (["heat"], ["mine"])


def test_a_claim_uses_a_program_too(toy):
    claim = 'claims:\n  - says: a\n    where: b\n    metric: toy.error\n    expect: "< 1"\n    verdict: reproduced\n'
    toy.note("claiming", claims=claim)
    assert used(toy, "toy") == ["claiming", "heat"]


def test_the_download_installs_what_is_missing_as_it_is_here(toy):
    toy.snippet("shared", "# %% model\nimport yaml\n\n# %% result\nresults = {}\n")
    toy.snippet("asking", "# %% setup\nimport json\nimport nbformat\nimport shared\n\n# %% result\nresults = {}\n")
    notebook = toy.notebook
    first = json.loads(download(notebook, notebook.snippets["asking"], "https://x.y/me/repo"))["cells"][0]["source"]
    packages = re.search(r"packages = (\{[^}]*\})", first)[1]
    assert json.loads(packages) == {
        "nbformat": f"nbformat=={version('nbformat')}",
        "yaml": f"pyyaml=={version('pyyaml')}",
    }


def test_the_download_has_no_outputs_and_fetches_the_repository_first(toy):
    notebook = toy.notebook
    taken = nbformat.reads(download(notebook, notebook.snippets["toy"], "https://x.y/me/repo/"), as_version=4)
    nbformat.validate(taken)
    assert 'subprocess.run(["git", "clone", "--depth", "1", "https://x.y/me/repo/", "repo"], check=True)' in (
        taken.cells[0].source
    )
    assert [cell.outputs for cell in taken.cells if cell.cell_type == "code"] == [[]] * 5


def test_the_folder_holds_the_programs_notebooks_and_nothing_else(toy):
    toy.write(".cache/lab/old.ipynb", "{}")
    toy.write(".cache/lab/stray/deep.csv", "1")
    write_lab(toy.notebook, {})
    assert [path.name for path in (toy.root / ".cache/lab").iterdir()] == ["toy.ipynb"]


def test_a_notebook_that_did_not_change_is_not_written_again(toy):
    write_lab(toy.notebook, {})
    before = (toy.root / ".cache/lab/toy.ipynb").stat().st_mtime_ns
    write_lab(toy.notebook, {})
    assert (toy.root / ".cache/lab/toy.ipynb").stat().st_mtime_ns == before


def test_the_site_publishes_figures_and_downloads_beside_the_pages(toy):
    published = files(toy.notebook, "https://x.y/me/repo")
    assert list(published) == ["lab/toy/toy.py", "lab/toy/toy.ipynb", "figures/toy/figure.svg"]
    assert published["lab/toy/toy.py"] == (toy.root / "snippets/toy.py").read_bytes()
    assert published["figures/toy/figure.svg"] == SVG.encode()


def test_the_cells_of_a_page_have_names_of_their_own(toy):
    names = [cell.id for cell in page(toy).cells]
    assert len(set(names)) == len(names)

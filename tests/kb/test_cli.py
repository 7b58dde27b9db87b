"""The commands, as a person gives them: a whole small notebook from `kb new` to its site."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTE = """\
What someone claims.

[measure it](../snippets/mean.py#evaluate)

![a straight line of the mean](../snippets/mean.py#figure)

The mean is [0.5](../snippets/mean.py#sample_mean) and took [… s](../snippets/mean.py#seconds).

```python
assert sum([1, 2]) == 3
```
"""
CLAIMS = """\
claims:
  - says: the mean of uniform numbers is one half
    where: every textbook
    paper: 0.5
    metric: mean.sample_mean
    expect: "0.5 ±0.02"
    verdict: reproduced
"""


def round_trip(book):
    """Every command once, in the order of a first day; what each ended with and said."""
    for path in ("mkdocs.yml", "tools/theme", "tools/kb/hook.py", "notes/assets"):
        origin, place = ROOT / path, book.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(origin, place) if origin.is_dir() else shutil.copy(origin, place)
    told = {}

    def kb(name, *words):
        done = book.kb(*words)
        told[name] = [done.returncode, done.stdout, done.stderr]

    kb("new", "new", "The mean", "--tags", "ML", "--snippet", "mean")
    kb("why before", "why", "mean")
    kb("check before", "check")
    kb("run", "run")
    kb("why", "why", "mean")
    book.note("uniform", NOTE, claims=CLAIMS)
    kb("check", "check")
    kb("check --json", "check", "--json")
    kb("claims", "claims")
    kb("claims --json", "claims", "--json")
    kb("run again", "run")
    kb("build", "build")
    return told


@pytest.fixture
def trip(once):
    return once("round-trip", round_trip)


def test_new_writes_a_note_and_a_program_and_says_what_is_next(trip):
    assert trip[1]["new"] == [
        0,
        "wrote notes/the-mean.md\nwrote snippets/mean.py\nwrote tests/snippets/test_mean.py\n"
        "next: ./kb run mean, then ./kb serve\n",
        "",
    ]


def test_before_its_run_the_check_and_why_name_the_program(trip):
    assert trip[1]["why before"] == [1, "it has not been run; run `kb run mean`\n", ""]
    assert trip[1]["check before"] == [1, "", "snippets/mean.py:1: it has not been run; run `kb run mean`\n"]


def test_the_template_s_program_runs_and_is_listed_with_its_cost(trip):
    status, out, errors = trip[1]["run"]
    assert status == 0
    assert re.fullmatch(r"mean: started\nmean: ran after [\d.]+ s \(0 left\)\n", errors)
    assert [line.split()[0] for line in out.splitlines()] == ["snippet", "mean", "1"]
    assert out.splitlines()[-1] == "1 ran"


def test_after_its_run_everything_is_in_order(trip):
    assert trip[1]["why"] == [0, "fresh\n", ""]
    assert trip[1]["check"] == [0, "2 notes and 1 snippets, no problem\n", ""]
    assert trip[1]["check --json"] == [0, "[]\n", ""]


def test_a_second_run_does_nothing(trip):
    assert trip[1]["run again"] == [0, "1 fresh\n", ""]


def test_the_claims_stand_beside_what_was_measured(trip):
    (claim,) = json.loads(trip[1]["claims --json"][1])
    assert claim | {"measured": 0, "spread": 0} == {
        "note": "notes/uniform.md", "says": "the mean of uniform numbers is one half", "where": "every textbook",
        "paper": 0.5, "metric": "mean.sample_mean", "measured": 0, "spread": 0, "seeds": 3, "expect": "0.5 ±0.02",
        "verdict": "reproduced", "computed": "reproduced", "fresh": True, "because": None,
    }  # fmt: skip
    assert abs(claim["measured"] - 0.5) < 0.02
    assert "the mean of uniform numbers is one half" in trip[1]["claims"][1]


def page(trip, path):
    return (trip[0].root / "site" / path).read_text()


def test_the_build_succeeds_and_says_where_the_site_is(trip):
    status, out, errors = trip[1]["build"]
    assert (status, errors) == (0, "")
    assert out.splitlines()[0] == "1 fresh"
    assert out.splitlines()[1].startswith("built ")


def test_a_note_s_page_shows_the_code_the_figure_the_numbers_and_the_claims(trip):
    html = page(trip, "uniform/index.html")
    assert '<span class="k">def</span><span class="w"> </span><span class="nf">running_mean</span>' in html
    assert re.search(r'<img src="../figures/mean/figure.png" width="\d+" height="\d+" alt="a straight line of', html)
    assert re.search(
        r'<a class="measured" href="../lab/mean/" title="mean · sample_mean 0.5\d+ ± [\d.]+ \(3 seeds\)', html
    )
    assert re.search(r'class="measured"[^>]*>[\d.]+ s</a>', html)
    assert '<span class="verdict reproduced">reproduced</span>' in html
    assert "../snippets/" not in html


def test_the_site_has_its_pages_its_downloads_and_its_search(trip):
    site = trip[0].root / "site"
    for path in (
        "index.html", "notes/index.html", "lab/index.html", "tags/index.html", "tags/ml/index.html",
        "claims/index.html", "lab/mean/index.html", "lab/mean/mean.py", "lab/mean/mean.ipynb",
        "figures/mean/figure.png", "figures/mean/figure.webp", "pagefind/pagefind.js", "404.html",
    ):  # fmt: skip
        assert (site / path).is_file(), path
    assert not [path for path in site.rglob("*") if path.name.startswith("_template") or path.name == "tags.toml"]


def test_claims_json_is_published_as_the_command_prints_it(trip):
    assert json.loads(page(trip, "claims.json")) == json.loads(trip[1]["claims --json"][1])


def test_no_page_asks_another_host_for_anything(trip):
    site = trip[0].root / "site"
    asked = re.compile(r'(?:src|href)="(https?:)?//[^"]+"[^>]*(?:rel="stylesheet"|></script>)|<img[^>]+src="https?:')
    assert [path.name for path in site.rglob("*.html") if asked.search(path.read_text())] == []


# single commands, without a run


def test_problems_are_lines_on_the_error_output_and_make_the_status_1(book):
    book.note("heat", matter="title: Heat\ndate: 2026-11-21\ntags: [JAX]\n")
    done = book.kb("check")
    line = "unknown tag 'JAX'; there are ML, neural-networks, DS; new ones go into notes/tags.toml"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"notes/heat.md:4: {line}\n")
    assert json.loads(book.kb("check", "--json").stdout) == [
        {"path": "notes/heat.md", "line": 4, "rule": "tag", "message": line, "warning": False}
    ]


def test_a_long_problem_is_one_line_however_narrow_the_terminal(book):
    book.note("heat", matter=f"title: Heat\ndate: 2026-11-21\ntags: [{'x' * 300}]\n")
    assert len(book.kb("check", COLUMNS="40").stderr.splitlines()) == 1


def test_a_problem_s_brackets_are_not_taken_for_colours(book):
    book.note("heat", matter="title: Heat\ndate: 2026-11-21\ntags: ['[red]x[/red]']\n")
    assert "unknown tag '[red]x[/red]'" in book.kb("check").stderr


def test_the_check_of_a_file_tells_only_that_file_s_problems(book):
    book.note("heat", matter="title: Heat\ndate: 2026-11-21\ntags: [JAX]\n")
    book.note("cold", matter="title: Cold\ndate: 2026-11-21\ntags: [JAX]\n")
    assert book.kb("check", "notes/heat.md").stderr.startswith("notes/heat.md:4: ")
    assert len(book.kb("check", "heat.md", cwd="notes").stderr.splitlines()) == 1


def test_the_check_of_a_note_tells_that_a_program_it_shows_has_no_run(book):
    """Otherwise its numbers would pass unread."""
    book.snippet("toy")
    book.snippet("other")
    book.note("heat", "It is [0.3](../snippets/toy.py#error).\n")
    done = book.kb("check", "notes/heat.md")
    assert (done.returncode, done.stderr) == (1, "snippets/toy.py:1: it has not been run; run `kb run toy`\n")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("check", "notes/haet.md"), "notes/haet.md:1: there is no such file; did you mean 'notes/heat.md'?"),
        (("check", "../elsewhere.md"), "../elsewhere.md:1: it lies outside the notebook; name a file in it"),
        (("run", "tyo"), "snippets/tyo.py:1: there is no such snippet; did you mean 'toy'?"),
        (("why", "tyo"), "snippets/tyo.py:1: there is no such snippet; did you mean 'toy'?"),
        (("why", "bad"), "snippets/bad.py:1: not valid Python: '(' was never closed; mend the program"),
        (("run", "bad"), "snippets/bad.py:1: not valid Python: '(' was never closed; mend the program"),
        (
            ("new", "Heat", "--tags", "ML"),
            "notes/heat.md:1: there is such a file already; choose another title or name",
        ),
        (
            ("new", "Rain"),
            "notes/tags.toml:1: a note has at least one tag; give --tags with some of ML, neural-networks, DS",
        ),
        (
            ("new",),
            'notes/_template.md:1: a note has a title; write it as in `kb new "Momentum overshoots" --tags ML`',
        ),
        (("run", "--changed-since", "nowhere"), "mkdocs.yml:1: git knows no revision 'nowhere'; see `git log`"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_status_1(book, words, line):
    book.note("heat")
    book.snippet("toy")
    book.write("snippets/bad.py", "x = (\n")
    (book.root.parent / "elsewhere.md").write_text("x")
    done = book.kb(*words)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, line)


def test_outside_a_notebook_it_says_where_to_go(book, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = book.kb("check", cwd=str(elsewhere))
    assert (done.returncode, done.stderr) == (
        1,
        f"{elsewhere}:1: no mkdocs.yml here or in a folder above; go to the notebook's folder\n",
    )


def test_wrong_use_is_status_2(book):
    assert book.kb("nonsense").returncode == 2
    assert book.kb().returncode == 2


def test_test_hands_every_word_to_pytest_and_checks_nothing_first(book):
    book.write("notes/broken.md", "no front matter\n")
    book.write("tests/test_one.py", "def test_a_b():\n    pass\n\n\ndef test_c():\n    assert False\n")
    done = book.kb("test", "-q", "-p", "no:cacheprovider", "-k", "a_b", "tests")
    assert (done.returncode, done.stdout.splitlines()[-1][:21]) == (0, "1 passed, 1 deselected"[:21])


def test_a_good_program_s_run_does_not_fail_for_another_that_cannot_be_read(book):
    book.write("snippets/bad.py", "x = (\n")
    book.snippet("toy")
    book.measured("toy", {})
    done = book.kb("run", "toy")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 fresh\n", "")


def test_a_reader_that_goes_away_is_no_traceback(book):
    process = book.start("claims", "--json")
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()


def git(book, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *identity, *words], cwd=book.root, check=True, capture_output=True)


def test_changed_since_names_what_changed_with_what_it_imports_and_opens(book):
    book.dataset("wine.csv", b"1,2\n")
    for name, cells in {"one": "", "two": "import one\n", "three": "W = 'wine.csv'\n", "four": ""}.items():
        book.snippet(name, f"# %% result\n{cells}results = {{}}\n")
    git(book, "init", "-q")
    git(book, "add", ".")
    git(book, "commit", "-qm", "first")
    book.snippet("one", "# %% result\nresults = {'a': 1}\n")
    book.snippet("new")
    (book.root / "datasets/manifest.toml").unlink()
    book.dataset("wine.csv", b"1,3\n")
    for name in ("one", "two", "three", "four", "new"):
        book.measured(name, {})
    done = book.kb("run", "--changed-since", "HEAD", "--json")
    assert [outcome["name"] for outcome in json.loads(done.stdout)] == ["new", "one", "three", "two"]


def test_the_build_refuses_a_notebook_with_a_problem_and_leaves_the_old_site(book):
    book.write("site/index.html", "old")
    book.note("heat", "[gone](heta.md)\n")
    done = book.kb("build")
    assert (done.returncode, done.stderr) == (
        1,
        "notes/heat.md:6: there is no notes/heta.md; did you mean 'heat.md'?\n",
    )
    assert (book.root / "site/index.html").read_text() == "old"

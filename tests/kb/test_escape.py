"""Markup in what people and programs say is shown as text: on no page of a built site does it run."""

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVIL = "<script>evil()</script><img src=x onerror=evil()>"
PROGRAM = f"""\
# %% train
print("Output {EVIL}")
"Value {EVIL}"

# %% figure
import matplotlib.pyplot as plt

plt.title("Figure {EVIL}")
plt.show()

# %% result
results = {{"error": 0.5}}
"""
BODY = f"""\
See `Code {EVIL}` and [0.5](../snippets/toy.py#error).

[train](../snippets/toy.py#train)

![Alt " {EVIL.replace("<", "&lt;")}](../snippets/toy.py#figure)
"""


class Running(HTMLParser):
    """What of a page would run our `evil`."""

    def __init__(self):
        super().__init__()
        self.found, self.tag, self.text = [], "", ""

    def handle_starttag(self, tag, attributes):
        self.tag = tag
        self.found += [(tag, name) for name, value in attributes if name.startswith("on") and "evil" in (value or "")]

    def handle_data(self, data):
        self.text += data
        if self.tag == "script" and "evil()" in data and not data.lstrip().startswith("{"):  # JSON is data
            self.found.append((self.tag, data))

    def handle_endtag(self, tag):
        self.tag = ""


def build(book):
    for path in ("mkdocs.yml", "tools/theme", "tools/kb/hook.py", "notes/assets"):
        origin, place = ROOT / path, book.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(origin, place) if origin.is_dir() else shutil.copy(origin, place)
    book.snippet("toy", PROGRAM)
    book.note("heat", BODY)
    done = book.kb("build")
    return [done.returncode, done.stdout + done.stderr]


@pytest.fixture
def pages(once):
    """Every page of the site, parsed."""
    book, (status, said) = once("escape", build)
    assert status == 0, said
    parsed = {}
    for path in (book.root / "site").rglob("*.html"):
        parsed[path.relative_to(book.root / "site").as_posix()] = page = Running()
        page.feed(path.read_text())
    return parsed


def test_nothing_that_a_note_or_a_program_says_runs_on_a_page(pages):
    assert {name: page.found for name, page in pages.items() if page.found} == {}


@pytest.mark.parametrize(
    ("page", "said"), [("heat/index.html", ("Output", "Value", "Code")), ("lab/toy/index.html", ("Output", "Value"))]
)
def test_what_they_say_is_shown_letter_for_letter(pages, page, said):
    assert [word for word in said if f"{word} {EVIL}" not in pages[page].text] == []


GOOD = "title: Heat\ndate: 2026-11-21\ntags: [ML]\n"
CLAIM = "claims:\n  - says: a\n    where: b\n    verdict: untestable\n"
HEADER = f'"""Idea {EVIL}.\n\nSource    {EVIL}\nDiffers   nothing\nCost      about 1 s\n"""\n\n'
HTML = "holds '<script', which a browser takes for HTML; put a space behind `<`"


@pytest.mark.parametrize(
    ("matter", "problem"),
    [
        (GOOD.replace("Heat", f'"{EVIL}"'), "2: title {}"),
        (GOOD + f'description: "a {EVIL}"\n', "5: description {}"),
        (GOOD + f'source: "{EVIL}"\n', "5: source {}"),
        (GOOD + f'corrections: ["2026-11-22: {EVIL}"]\n', "5: corrections {}"),
        (GOOD + CLAIM.replace("says: a", f'says: "{EVIL}"'), "6: says {}"),
        (GOOD + CLAIM.replace("where: b", f'where: "{EVIL}"'), "7: where {}"),
        (GOOD + CLAIM + f'    because: "{EVIL}"\n', "9: because {}"),
    ],
)
def test_html_in_the_front_matter_is_a_problem(book, matter, problem):
    book.note("heat", matter=matter)
    assert book.problems() == [f"notes/heat.md:{problem.format(HTML)}"]


def test_html_in_what_else_is_shown_is_a_problem(book):
    book.note("heat")
    book.snippet("toy", f"# %% train {EVIL}\nx = 1\n\n# %% result\nresults = {{}}\n", header=HEADER)
    book.measured("toy", {})
    assert book.problems() == [
        f"snippets/toy.py:1: the header's Source {HTML}",
        f"snippets/toy.py:1: the header's idea {HTML}",
        f"snippets/toy.py:8: the title {HTML}",
    ]
    book.write("notes/tags.toml", f"[ML]\ndescription = '{EVIL}'\n")
    assert book.problems()[:1] == [f"notes/tags.toml:1: [ML] description {HTML}"]


@pytest.mark.parametrize("text", ["a < b", "p<0.05", "<= 1e-6", "1 <2> 3", "->", "a<>b"])
def test_a_sign_that_is_no_html_is_no_problem(book, text):
    book.note("heat", matter=GOOD.replace("Heat", f'"{text}"'))
    assert book.problems() == []

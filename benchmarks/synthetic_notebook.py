"""A whole notebook with as many notes as one likes, the same for the same seed.

The words are those of the docstrings of installed packages, put in an order that they have there: a
word is followed by one that followed it somewhere.  Settings, theme, vocabulary and bibliography are
the project's own, the programs its template with other distributions to draw from.
"""

import ast
import datetime
import itertools
import json
import random
import re
import shutil
import sysconfig
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = (
    "mkdocs.yml", "pyproject.toml", "tools/theme", "notes/assets", "notes/_template.md", "notes/tags.toml",
    "notes/references.bib", "snippets/_template.py", "snippets/style.mplstyle",
)  # fmt: skip
PACKAGES = ("sklearn", "scipy", "pandas", "jax")
SENTENCE = re.compile(r"[A-Z][a-z]+(?:,? [a-z]+){4,30}\.")
DRAWS = {  # what each program draws, and the mean of it
    "uniform": ("rng.random(size)", 0.5),
    "exponential": ("rng.exponential(size=size)", 1.0),
    "normal": ("rng.normal(2.0, size=size)", 2.0),
    "poisson": ("rng.poisson(3.0, size=size)", 3.0),
    "triangular": ("rng.triangular(0.0, 1.0, 2.0, size=size)", 1.0),
    "beta": ("rng.beta(2.0, 2.0, size=size)", 0.5),
    "gamma": ("rng.gamma(2.0, size=size)", 2.0),
    "binomial": ("rng.binomial(10, 0.4, size=size)", 4.0),
}
FIRST, LAST = datetime.date(2019, 1, 7), datetime.date(2026, 11, 21)
KINDS = {"note": 60, "paper": 25, "lab": 10, "link": 5}  # in a hundred
FORMULAS = (
    r"$\bar x_n = \frac1n \sum_i x_i$", r"$\mathbb{E}[x] = \mu$", r"$\|A x - b\|_2^2$", r"$O(n \log n)$",
    r"$\nabla f(x) = 0$", r"$p(y \mid x)$", r"$\sigma^2 / n$", r"$x \in \mathbb{R}^d$",
)  # fmt: skip
DISPLAYED = (
    r"$$\theta_{t+1} = \theta_t - \eta \nabla L(\theta_t)$$",
    r"$$\Pr\left(|\bar x_n - \mu| > \varepsilon\right) \le \frac{\sigma^2}{n \varepsilon^2}$$",
    r"$$\log p(x) = \sum_{i=1}^n \log p(x_i \mid x_{<i})$$",
)


class Language:
    """Sentences out of pairs of words that stand beside each other in docstrings."""

    def __init__(self) -> None:
        self.follows: dict[str, list[str]] = {}
        for sentence in _sentences():
            words = ["", *sentence.lower().rstrip(".").replace(",", "").split(), ""]
            for word, following in itertools.pairwise(words):
                self.follows.setdefault(word, []).append(following)

    def words(self, choice: random.Random, least: int, most: int) -> list[str]:
        """As many words in a row, or a few less where a sentence would end."""
        found: list[str] = []
        length = choice.randint(least, most)
        while len(found) < length:
            word = choice.choice(self.follows[found[-1] if found else ""])
            if word:
                found.append(word)
            elif len(found) >= least:
                break
            else:
                found.append(choice.choice(self.follows[""]))
        return found

    def plain(self, choice: random.Random) -> str:
        """One sentence of words alone."""
        return " ".join(self.words(choice, 7, 24)).capitalize() + "."

    def sentence(self, choice: random.Random) -> str:
        """One sentence, sometimes with a formula, emphasis or code in it."""
        words = self.words(choice, 7, 24)
        if choice.random() < 0.25:
            at = choice.randrange(3, len(words))
            words[at] = choice.choice([f"`{words[at]}`", f"*{words[at]}*", f"**{words[at]}**", choice.choice(FORMULAS)])
        return " ".join(words)[0].upper() + " ".join(words)[1:] + "."

    def paragraph(self, choice: random.Random) -> str:
        """A few sentences, one a line."""
        return "\n".join(self.sentence(choice) for _ in range(choice.randint(2, 5)))


def _sentences() -> Iterator[str]:
    installed = Path(sysconfig.get_path("purelib"))
    for package in PACKAGES:
        for path in sorted((installed / package).rglob("*.py")):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                    yield from SENTENCE.findall(" ".join((ast.get_docstring(node, clean=False) or "").split()))


@dataclass(frozen=True)
class Heading:
    """What is settled of every note before one is written: others link to it."""

    name: str
    title: str
    date: datetime.date


def write_notebook(folder: Path, notes: int, seed: int = 0) -> None:
    """A notebook that keeps every rule of `kb check` once its programs have run."""
    lay_out(folder)
    language = Language()
    tags = list(tomllib.loads((folder / "notes/tags.toml").read_text()))
    works = re.findall(r"^@\w+\{(\w+),", (folder / "notes/references.bib").read_text(), re.MULTILINE)
    headings = list(_headings(language, notes, random.Random(seed)))
    for number, heading in enumerate(headings):
        writer = Writer(language, random.Random(f"{seed} {number}"), headings[:number], tags, works)
        (folder / f"notes/{heading.name}.md").write_text(writer.note(heading))


def lay_out(folder: Path) -> None:
    """All but the notes: the project's own files, and the programs."""
    for name in SHARED:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, place)
    (folder / "tools/kb").symlink_to(ROOT / "tools/kb")
    template = (folder / "snippets/_template.py").read_text()
    for name, (draw, _) in DRAWS.items():
        program = template.replace("rng.random(size)", draw).replace("One sentence: the idea", f"The mean of {name}")
        (folder / f"snippets/mean_{name}.py").write_text(program)


def _headings(language: Language, notes: int, choice: random.Random) -> Iterator[Heading]:
    counts: Counter[str] = Counter()
    for number in range(notes):
        words = language.words(choice, 3, 8)
        name = "-".join(words)
        counts[name] += 1
        name += f"-{counts[name]}" if counts[name] > 1 else ""
        date = FIRST + (LAST - FIRST) * (number + 1) / notes
        yield Heading(name, " ".join(words).capitalize(), date)


@dataclass(frozen=True)
class Writer:
    """Writes one note; `earlier` are those that it may link to."""

    language: Language
    choice: random.Random
    earlier: list[Heading]
    tags: list[str]
    works: list[str]

    def note(self, heading: Heading) -> str:
        """The text of its file, 300 to 900 words of it prose."""
        sections = [f"## {self._title()}\n\n{self._section()}" for _ in range(self.choice.randint(3, 5))]
        body = "\n\n".join([self.language.paragraph(self.choice), *sections])
        length = self.choice.randint(300, 900)
        while len(body.split()) < length:
            body += f"\n\n{self.language.paragraph(self.choice)}"
        return f"---\n{self._front_matter(heading)}---\n\n{body}\n"

    def _title(self) -> str:
        return " ".join(self.language.words(self.choice, 2, 5)).capitalize()

    def _front_matter(self, heading: Heading) -> str:
        weights = [1 / rank for rank in range(1, len(self.tags) + 1)]  # Zipf's law
        tags = dict.fromkeys(self.choice.choices(self.tags, weights, k=self.choice.randint(1, 4)))
        kind = self.choice.choices([*KINDS], [*KINDS.values()])[0]
        rows = [f"title: {json.dumps(heading.title)}", f"date: {heading.date}", f"tags: [{', '.join(tags)}]"]
        rows += [f"kind: {kind}"] if kind != "note" else []
        rows += [f"description: {json.dumps(self.language.plain(self.choice))}"]
        if kind == "paper":
            rows += [f"source: arXiv:{heading.date:%y%m}.{self.choice.randrange(20000):05}"]
        if self.choice.random() < 0.02:
            rows += [f"redirect_from: [was-{heading.name}]"]
        if self.choice.random() < 0.03:
            rows += ["corrections:", f"  - {json.dumps(f'{heading.date}: {self.language.sentence(self.choice)}')}"]
        if self.choice.random() < (0.5 if kind == "paper" else 0.1):
            rows += ["claims:", *itertools.chain(*(self._claim() for _ in range(self.choice.randint(1, 4))))]
        return "".join(f"{row}\n" for row in rows)

    def _claim(self) -> list[str]:
        name, mean = self._program()
        width, verdict = self.choice.choice(
            [(0.2, "reproduced"), (0.2, "reproduced"), (1e-9, "differs"), (0, "untestable")]
        )
        rows = [f"says: {json.dumps(self.language.plain(self.choice))}", "where: Table 1", f"verdict: {verdict}"]
        if width:
            rows += [f"paper: {mean}", f"metric: {name}.sample_mean", f'expect: "{mean} ±{width}"']
        return [f"  - {rows[0]}", *(f"    {row}" for row in rows[1:])]

    def _program(self) -> tuple[str, float]:
        name = self.choice.choice([*DRAWS])
        return f"mean_{name}", DRAWS[name][1]

    def _section(self) -> str:
        """Prose around one thing that is not prose."""
        things = (self._python, self._table, self._formula, self._list, self._admonition, self._shown, self._measured)
        thing = self.choice.choice(things)()
        links = [self._link() for _ in range(self.choice.randint(0, 2)) if self.earlier]
        return "\n\n".join([self.language.paragraph(self.choice), thing, self.language.paragraph(self.choice), *links])

    def _link(self) -> str:
        """A link to an earlier note, more likely to a recent one, or to a work."""
        if self.choice.random() < 0.2:
            return f"See [the paper](references.bib#{self.choice.choice(self.works)})."
        back = min(int(self.choice.expovariate(1 / 50)), len(self.earlier) - 1)
        other = self.earlier[-1 - back]
        return f"See also [{other.title.lower()}]({other.name}.md)."

    def _python(self) -> str:
        size = self.choice.randint(2, 99)
        return f"```python\nvalues = [n**2 for n in range({size})]\nprint(sum(values) / len(values))\n```"

    def _table(self) -> str:
        rows = [f"| {self.choice.choice(self.language.follows[''])} | {self.choice.random():.3f} |" for _ in range(4)]
        return "\n".join(["| method | error |", "|---|---|", *rows])

    def _formula(self) -> str:
        return self.choice.choice(DISPLAYED)

    def _list(self) -> str:
        return "\n".join(f"- {self.language.sentence(self.choice)}" for _ in range(3))

    def _admonition(self) -> str:
        return f'!!! note "{self._title()}"\n\n    {self.language.sentence(self.choice)}'

    def _shown(self) -> str:
        name, _ = self._program()
        section = f"[measure it](../snippets/{name}.py#evaluate)"
        return f"{section}\n\n![the mean settles as values are added](../snippets/{name}.py#figure)"

    def _measured(self) -> str:
        name, mean = self._program()
        path = f"../snippets/{name}.py"
        return f"The mean is [{mean:.1f}]({path}#sample_mean); [the program]({path}) took [… s]({path}#seconds)."

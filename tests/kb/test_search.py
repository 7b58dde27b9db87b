"""What the search knows beside the text of a page."""

import json

import pytest
from kb.search import files, words


@pytest.mark.parametrize(
    ("tex", "spoken"),
    [
        (r"\varepsilon \le \hat\Lambda", ["epsilon", "lambda"]),
        (r"\Pr(A \mid B)", ["probability"]),
        (r"\nabla \int_0^\infty \sqrt{x}", ["nabla", "integral", "infinity", "root"]),
        (r"\operatorname{ReLU}(x) \text{ otherwise}", ["ReLU", "otherwise"]),
        (r"\bar x_n = \tfrac12 \cdot n", []),
    ],
)
def test_a_formula_is_said_in_words(tex, spoken):
    assert words(rf'<p>so <span class="arithmatex">\({tex}\)</span></p>') == spoken
    assert words(rf'<div class="arithmatex">\[{tex}\]</div>') == spoken


def test_tex_outside_a_formula_is_text():
    assert words(r"<p>write \lambda</p>") == []


def test_names_in_code_are_found_wherever_they_stand():
    code = (
        '<pre><span></span><code>[<span class="n">jax</span>.jit(jax.value_and_grad(f))(x), MLPClassifier]</code></pre>'
    )
    assert words(code) == ["jit", "value_and_grad", "MLPClassifier"]


def test_each_word_is_said_once_and_what_python_brings_is_left_out():
    assert words("<code>print(fit(len(x)), fit(y), __name__)</code>") == ["fit"]


def test_the_tags_are_published_with_their_spellings_and_the_titles_by_their_words(book):
    book.note("heat", matter='title: "Heat: the heat equation, again"\ndate: 2026-11-23\ntags: [DS]\n')
    book.note("cold", matter='title: "No heat"\ndate: 2026-11-23\ntags: [DS]\n')
    made = {name: json.loads(text) for name, text in files(book.notebook).items()}
    assert made.keys() == {"search/tags.json", "search/words.json"}
    assert made["search/tags.json"] == {tag.name: list(tag.aliases) for tag in book.notebook.tags.values()}
    assert made["search/words.json"][:2] == ["heat", "again"]

"""What a note shows as code, held against what the site's own Markdown really highlights."""

from html.parser import HTMLParser

import pytest
from kb.markup import mask, read_markup
from kb.note import links
from pygments.lexers import get_lexer_by_name
from pygments.lexers.python import NumPyLexer, Python2Lexer, PythonConsoleLexer, PythonLexer
from pygments.util import ClassNotFound

F = "```python\nx = 1\n```"
PYTHON = (PythonLexer, Python2Lexer, PythonConsoleLexer, NumPyLexer)


def inside(text: str, spaces: int) -> str:
    return "\n".join(" " * spaces + line if line else line for line in text.split("\n"))


class Highlighted(HTMLParser):
    """The text and the language of every `<div class="highlight">`."""

    def __init__(self):
        super().__init__()
        self.depth, self.in_pre, self.language, self.text, self.found = 0, False, "", "", []

    def handle_starttag(self, tag, attributes):
        classes = (dict(attributes).get("class") or "").split()
        if tag == "div" and "highlight" in classes and not self.depth:
            self.language = next((name[9:] for name in classes if name.startswith("language-")), "")
            self.text = ""
        if tag == "div" and (self.depth or "highlight" in classes):
            self.depth += 1
        self.in_pre |= tag == "pre"

    def handle_data(self, data):
        self.text += data if self.in_pre else ""

    def handle_endtag(self, tag):
        self.in_pre &= tag != "pre"
        if tag == "div" and self.depth:
            self.depth -= 1
            if not self.depth:
                self.found.append((self.language, self.text))


def is_python(language: str) -> bool:
    try:
        return isinstance(get_lexer_by_name(language), PYTHON) or language.startswith("ipython")
    except ClassNotFound:
        return False


def shown_by(site, text: str) -> list[str]:
    """Every Python block that the page highlights."""
    parser = Highlighted()
    parser.feed(site.reset().convert(text))
    return [code.strip("\n") for language, code in parser.found if is_python(language)]


SAMPLES = {
    "alone": F,
    "below a line of text": "Text.\n" + F,
    "above a line of text": F + "\nText.",
    "two that touch": F + "\n" + F,
    "below a heading": "# Head\n" + F,
    "below a table": "| a |\n|---|\n| b |\n" + F,
    "below a ruler": "---\n" + F,
    "empty": "```python\n```",
    "only a blank line": "```python\n\n```",
    "a blank line inside": "```python\nx = 1\n\ny = 2\n```",
    "never closed": "```python\nx = 1\n",
    "never closed, then another": "```text\nx = 1\n\n" + F,
    "closed by a longer fence": "```python\nx\n````\ny\n```",
    "not closed where text follows": "```python\nx\n``` a\ny\n```",
    "closed with spaces behind": "```python\nx\n```   ",
    "a fence in a string": '```python\ns = """\n```\n"""\n```',
    "windows line ends": F.replace("\n", "\r\n"),
    # containers
    "admonition": "!!! note\n\n" + inside(F, 4),
    "admonition without a blank line": "!!! note\n" + inside(F, 4),
    "admonition with a title and text": '!!! note "Title"\n    Text.\n\n' + inside(F, 4),
    "admonition below text": "Text.\n!!! note\n\n" + inside(F, 4),
    "admonition that ended": "!!! note\n\n    Text.\n\nText.\n\n" + inside(F, 4),
    "admonition in an admonition": "!!! note\n\n    !!! tip\n\n" + inside(F, 8),
    "admonition, eight columns": "!!! note\n\n    Text.\n\n" + inside(F, 8),
    "admonition in an admonition, twelve columns": "!!! note\n\n    !!! tip\n\n" + inside(F, 12),
    "admonition, five columns": "!!! note\n\n" + inside(F, 5),
    "admonition, seven columns": "!!! note\n\n" + inside(F, 7),
    "admonition, three columns": "!!! note\n\n" + inside(F, 3),
    "admonition, closed less deep": "!!! note\n\n    ```python\n    x = 1\n  ```",
    "admonition, code less deep": "!!! note\n\n    ```python\n  x = 1\n    ```",
    "admonition, a blank line inside": "!!! note\n\n    ```python\n    x = 1\n\n    y = 2\n    ```",
    "admonition, never closed": "!!! note\n\n    ```python\n    x = 1\n\nText.",
    "admonition, never closed, then another": "!!! note\n\n    ```python\n    x = 1\n\nText.\n\n" + F,
    "two admonitions": "!!! note\n    a\n\n!!! tip\n    b\n\n" + inside(F, 4),
    "details": '??? note "Title"\n\n' + inside(F, 4),
    "open details": "???+ note\n    Text.\n\n" + inside(F, 4),
    "tabs": '=== "a"\n\n' + inside(F, 4) + '\n\n=== "b"\n\n' + inside(F, 4),
    "tab without a blank line": '=== "a"\n' + inside(F, 4),
    "chosen tab": '===+ "a"\n\n' + inside(F, 4),
    "tab below text": 'Text.\n=== "a"\n\n' + inside(F, 4),
    "tab, eight columns": '=== "a"\n\n    Text.\n\n' + inside(F, 8),
    "tab in an admonition": '!!! note\n\n    === "a"\n\n' + inside(F, 8),
    "list": "- a\n\n" + inside(F, 4),
    "tight list": "- a\n" + inside(F, 4),
    "list, two columns": "- a\n\n" + inside(F, 2),
    "tight list, two columns": "- a\n" + inside(F, 2),
    "numbered list": "1. a\n\n" + inside(F, 4),
    "numbered list, three columns": "1. a\n\n" + inside(F, 3),
    "list of stars": "* a\n\n" + inside(F, 4),
    "list of pluses": "+ a\n\n" + inside(F, 4),
    "number with a bracket, which is no list": "1) a\n\n" + inside(F, 4),
    "dash without a space, which is no list": "-a\n\n" + inside(F, 4),
    "list below text, which is no list": "Text.\n- a\n\n" + inside(F, 4),
    "list with two blank lines": "- a\n\n\n" + inside(F, 4),
    "list with a second line": "- a\nmore\n\n" + inside(F, 4),
    "list that ended": "- a\n\nText.\n\n" + inside(F, 4),
    "list that a ruler ended": "- a\n\n---\n\n" + inside(F, 4),
    "list that a heading ended": "- a\n\n# Head\n\n" + inside(F, 4),
    "list that a comment ended": "- a\n\n<!-- -->\n\n" + inside(F, 4),
    "list, eight columns": "- a\n\n    Text.\n\n" + inside(F, 8),
    "list, in the item's own line": "- ```python\n  x = 1\n  ```",
    "list, then deeper": "- a\n\n" + inside(F, 4) + "\n\n" + inside(F, 8),
    "list, twice": "- a\n\n" + inside(F, 4) + "\n\n" + inside(F, 4),
    "nested list": "- a\n    - b\n\n" + inside(F, 8),
    "nested list with text": "- a\n\n    Text.\n\n    - b\n\n        Text.\n\n" + inside(F, 8),
    "nested list, twelve columns": "- a\n    - b\n\n" + inside(F, 12),
    "nested list, back to the outer": "- a\n    - b\n\n" + inside(F, 4),
    "nested list of two columns, six": "- a\n  - b\n\n" + inside(F, 6),
    "nested list of two columns, eight": "- a\n  - b\n\n" + inside(F, 8),
    "nested list of two columns, four": "- a\n  - b\n\n" + inside(F, 4),
    "list in an admonition": "!!! note\n\n    - a\n\n" + inside(F, 8),
    "admonition in a list": "- a\n\n    !!! note\n\n" + inside(F, 8),
    "list in a tab": '=== "a"\n\n    1. b\n\n' + inside(F, 8) + "\n\n    2. c\n\n" + inside(F, 8),
    "definition list": "term\n:   text\n\n" + inside(F, 4),
    "footnote": "a[^1]\n\n[^1]:\n    Text.\n\n" + inside(F, 4),
    "footnote in its line": "a[^1]\n\n[^1]: Text.\n\n" + inside(F, 4),
    "quote": "> " + F.replace("\n", "\n> "),
    "quote with text": "> Text.\n>\n> " + F.replace("\n", "\n> "),
    "quote in a quote": "> > " + F.replace("\n", "\n> > "),
    "quote that is lazy": "> ```python\nx = 1\n```",
    "quote in a list": "- a\n\n    > " + F.replace("\n", "\n    > "),
    "list in a quote": "> - a\n>\n>     " + F.replace("\n", "\n>     "),
    "indented code in a quote": ">     " + F.replace("\n", "\n>     "),
    "div": "<div>\n" + F + "\n</div>",
    "div with blank lines": "<div>\n\n" + F + "\n\n</div>",
    "div of Markdown": '<div markdown="1">\n\n' + F + "\n\n</div>",
    "details of HTML": '<details markdown="1">\n<summary>s</summary>\n\n' + F + "\n\n</details>",
    "pre": "<pre>\n" + F + "\n</pre>",
    "script": "<script>\n" + F + "\n</script>",
    "formula": "$$\n" + F + "\n$$",
    # what stands behind the fence's marks
    "classes": F.replace("python", "{.python}"),
    "classes with spaces": F.replace("python", "{ .python }"),
    "class and title": F.replace("python", '{.python title="a"}'),
    "a second class": F.replace("python", "{.python .x}"),
    "the second class": F.replace("python", "{.x .python}"),
    "an id and a class": F.replace("python", "{#a .python}"),
    "a title alone": F.replace("python", '{title="a"}'),
    "language and title": F.replace("python", 'python title="a b"'),
    "language and highlighted lines": F.replace("python", 'python hl_lines="1"'),
    "language and braces": F.replace("python", "python { .x }"),
    "language and an unknown word": F.replace("python", "python foo"),
    "language and an unknown option": F.replace("python", 'python foo="1"'),
    "a space before the language": F.replace("```python", "``` python"),
    "spaces behind the language": F.replace("python", "python  "),
    "a tab before the language": F.replace("python", "\tpython"),
    "a hard space before the language": F.replace("python", "\N{NO-BREAK SPACE}python"),
    "a dot before the language": F.replace("python", ".python"),
    "a colon before the language": F.replace("python", ":python"),
    "no language": F.replace("python", ""),
    **{f"language {name}": F.replace("python", name) for name in (
        "Python", "py", "py3", "python3", "python2", "py2", "pycon", "pyi", "numpy", "sage", "ipython", "ipython3",
        "bazel", "cython", "text", "console", "pytb", "toml", "nosuchlanguage",
    )},
    "tildes": "~~~python\nx = 1\n~~~",
    "tildes around a fence": "~~~text\n" + F + "\n~~~",
    "tildes that ticks do not close": "~~~python\nx\n```\ny\n~~~",
    "longer": "````python\nx = 1\n````",
    "longer around a fence": "````text\n" + F + "\n````",
    "longer around a fence, then one": "````markdown\n" + F + "\n````\n\n" + F,
    # code that is no fence
    "indented code": "Text.\n\n" + inside(F, 4),
    "indented code at the start": inside(F, 4),
    "indented by a tab": "Text.\n\n\t```python\n\tx = 1\n\t```",
    "admonition indented by a tab": "!!! note\n\n\t```python\n\tx = 1\n\t```",
    "list indented by a tab": "- a\n\n\t```python\n\tx = 1\n\t```",
    "a paragraph's deep second line": "Text.\n" + inside(F, 4),
    "one column": inside(F, 1),
    "two columns": inside(F, 2),
    "three columns": inside(F, 3),
    "closed less deep": "  ```python\n  x = 1\n```",
    "closed deeper": "```python\nx = 1\n  ```",
    "then indented code": F + "\n\n" + inside(F, 4),
    "then indented code that touches": F + "\n" + inside(F, 4),
    "list that touches a fence": F + "\n- a\n\n" + inside(F, 4),
    "admonition that touches a fence": F + "\n!!! note\n\n" + inside(F, 4),
    "list that touches a heading": "# Head\n- a\n\n" + inside(F, 4),
    "below a reference": "[a]: http://x\n\n" + inside(F, 4),
    "below an abbreviation": "*[A]: b\n\n" + inside(F, 4),
    "below a year, which is a list": "2024. was\n\n" + inside(F, 4),
    # inline code and comments
    "inline code with three ticks": "Text ```python x``` text.\n\n" + F,
    "inline code with three ticks first": "```x``` text\n\n" + F,
    "inline code over lines": "`` a\n" + F + "\n``",
    "escaped": "\\```python\nx\n\\```",
    "comment": "<!--\n" + F + "\n-->",
    "comment in one line": "<!-- c -->\n" + F,
    "comment and a blank line": "<!-- c -->\n\n" + F,
    "comment around a fence in its line": "<!-- " + F + " -->",
    "comment in a list": "- a\n\n    <!--\n" + inside(F, 4) + "\n    -->",
    "comment in a paragraph": "Text <!--\n" + F + "\n-->",
    "comment never closed": "<!--\n" + F,
    "comment's marks in inline code": "`<!--`\n\n" + F + "\n\n`-->`",
    "comment's marks in indented code": "    <!--\n\n" + F + "\n\n    -->",
    "comment's marks in a fence": "```html\n<!--\n```\n\n" + F + "\n\n-->",
}  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_python_blocks_of_a_note_are_those_that_the_site_highlights(site, sample):
    text = SAMPLES[sample].replace("\r\n", "\n")
    ours = [fence.code.strip("\n") for fence in read_markup(text).fences if fence.is_python and fence.closed]
    assert ours == shown_by(site, text)


def test_the_oracle_itself_sees_what_is_highlighted(site):
    assert shown_by(site, F) == ["x = 1"]
    assert shown_by(site, "```text\nx = 1\n```") == []


def test_every_line_of_a_text_has_its_line_of_prose_blank_where_it_is_code():
    assert read_markup("One.\n\n```python\nx = 1\n```\nTwo.\n\n    code\n\nThree.").prose == [
        "One.", "", "", "", "", "Two.", "", "", "", "Three.",
    ]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
def test_prose_has_as_many_lines_as_the_text(sample):
    text = SAMPLES[sample]
    assert len(read_markup(text).prose) == len(text.split("\n"))


def test_a_fence_knows_its_line():
    markup = read_markup("Text.\n\n" + F + "\n\n!!! note\n\n" + inside(F, 4))
    assert [fence.line for fence in markup.fences] == [3, 9]


def test_inline_code_and_comments_are_masked_letter_for_letter():
    assert mask("a `b` c <!-- d --> e") == "a \0\0\0 c \0\0\0\0\0\0\0\0\0\0 e"


def test_what_stands_behind_a_comment_is_prose():
    assert [found["text"] for _, found in links(read_markup("<!-- a --> [b](c)\n\n<!--\nd\n--> [e](f)\n"))] == [
        "b",
        "e",
    ]

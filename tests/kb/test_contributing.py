"""What is written for contributors is true: the commands exist, the example works, the forms can be filled in."""

import re

import pytest
import yaml
from kb.note import read_note


def written(project):
    """Every text for contributors."""
    paths = [project / "README.md", project / "CONTRIBUTING.md", *project.glob(".github/**/*.md")]
    return {
        path.relative_to(project).as_posix(): path.read_text() for path in [*paths, *project.glob(".github/*/*.yml")]
    }


@pytest.fixture
def commands(book):
    return set(re.findall(r"^    (\w+) ", book.kb("--help").stdout, re.MULTILINE))


def test_every_command_that_is_named_is_one(project, commands):
    named = {word for text in written(project).values() for word in re.findall(r"(?:\./|`)kb ([a-z]+)", text)}
    assert named - commands == set()
    assert {"new", "check", "run", "diff", "report", "test"} <= named


def test_the_table_of_the_readme_has_every_command(project, commands):
    table = re.findall(r"^\| `\./kb ([a-z]+)", (project / "README.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(commands)


def test_the_worked_example_works(book, project):
    """Its command, its links and its claim, as they stand in CONTRIBUTING.md."""
    text = (project / "CONTRIBUTING.md").read_text()
    (command,) = re.findall(r'`\./kb (new "[^`]*)`', text)
    links, claims = (
        re.sub(r"^   ", "", block, flags=re.M) for block in re.findall(r"   ```text\n(.*?)   ```", text, re.S)
    )
    book.write("notes/tags.toml", (project / "notes/tags.toml").read_bytes())
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)]
    assert book.kb(*words).returncode == 0
    drawn = {"figure": [{"output_type": "display_data", "data": {"image/svg+xml": "<svg></svg>"}}]}
    book.measured("mean_settles", {"sample_mean": [0.497, 0.502, 0.504]}, drawn)
    path = book.root / "notes/the-mean-settles.md"
    path.write_text(path.read_text().replace("description:", f"{claims}description:") + f"\n{links}")
    note = read_note(book.root, "notes/the-mean-settles.md")
    assert (len(note.claims), len(note.links)) == (1, 6)
    assert book.problems() == []


def test_contributing_is_one_page(project):
    assert len((project / "CONTRIBUTING.md").read_text().splitlines()) <= 75


def test_the_form_asks_for_the_report_and_every_question_has_a_name_of_its_own(project):
    form = yaml.safe_load((project / ".github/ISSUE_TEMPLATE/did-not-reproduce.yml").read_text())
    assert form.keys() == {"name", "description", "title", "body"}
    asked = {field["id"]: field["attributes"]["label"] for field in form["body"] if field["type"] != "markdown"}
    assert list(asked) == ["note", "seen", "report", "changed"]
    assert asked["report"] == "What `./kb report NAME` prints"
    assert [field["validations"] for field in form["body"] if "validations" in field] == [{"required": True}] * 3


def test_the_list_of_each_kind_of_change_is_named_by_the_one_that_opens(project):
    opens = (project / ".github/pull_request_template.md").read_text()
    kinds = sorted(path.name for path in (project / ".github/PULL_REQUEST_TEMPLATE").iterdir())
    assert sorted(re.findall(r"template=(\w+\.md)", opens)) == kinds == ["correction.md", "note.md", "tools.md"]


def test_every_checkbox_is_one(project):
    for path in [*project.glob(".github/PULL_REQUEST_TEMPLATE/*.md"), project / ".github/pull_request_template.md"]:
        boxes = [line for line in path.read_text().splitlines() if line.startswith("-")]
        assert boxes
        assert all(line.startswith("- [ ] ") for line in boxes), path

"""`kb check --fix`: what has one right answer is repaired, shown first, and nothing else is touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kb.edit import Edit, rewrite
from kb.fix import fixes, retyped
from kb.problem import Trouble

KB = Path(sys.executable).with_name("kb")
MATTER = "title: Heat\ndate: 2026-11-21\ntags: [ML]\n"


def repaired(book, name="heat"):
    """The note after all its repairs."""
    notebook = book.notebook
    edits = [item for item in fixes(notebook, notebook.notes[name]) if isinstance(item, Edit)]
    return rewrite(book.root, f"notes/{name}.md", edits).after.decode()


def left(book, name="heat"):
    notebook = book.notebook
    return [str(item) for item in fixes(notebook, notebook.notes[name]) if not isinstance(item, Edit)]


@pytest.mark.parametrize(
    ("tags", "after"),
    [
        ("[MachineLearning]", "[ML]"),
        ("[ ml ,  DS ]", "[ ML ,  DS ]"),
        ("['MachineLearning', DS]  # why", "['ML', DS]  # why"),
        ('["#ml"]', '["ML"]'),
        ("[DS,\n  MachineLearning]", "[DS,\n  ML]"),
        ("[ML, DS]", "[ML, DS]"),
        ("[MLL]", "[MLL]"),
    ],
)
def test_a_tag_s_alias_becomes_its_name_and_all_around_it_stays(book, tags, after):
    book.note("heat", matter=MATTER.replace("[ML]", tags))
    assert repaired(book) == f"---\n{MATTER.replace('[ML]', after)}---\nText.\n"


def test_an_alias_of_a_tag_that_is_there_already_is_left_and_said(book):
    book.note("heat", matter=MATTER.replace("[ML]", "[ML, MachineLearning]"))
    assert repaired(book) == (book.root / "notes/heat.md").read_text()
    assert left(book) == [
        "notes/heat.md:4: 'MachineLearning' is 'ML', which the note has twice then; keep one of them",
    ]


@pytest.mark.parametrize(
    ("date", "after"),
    [
        ("2026/11/21", "2026-11-21"),
        ("2026-1-5", "2026-01-05"),
        ("'2026-11-21'", "2026-11-21"),
        ('"2026-11-21"  # when', "2026-11-21  # when"),
        ("20261121", "2026-11-21"),
        ("2026-11-21T10:00:00", "2026-11-21"),
        ("21 November 2026", "2026-11-21"),
        ("Nov 21, 2026", "2026-11-21"),
        ("21/11/2026", "2026-11-21"),
        ("11/21/2026", "2026-11-21"),
        ("5.5.2026", "2026-05-05"),
        ("2026-11-21", "2026-11-21"),
        ("soon", "soon"),
        ("2026111", "2026111"),
        ("21/11/26", "21/11/26"),
        ("2026-02-30", "2026-02-30"),
        (r'"2026\x2d11-21"', r'"2026\x2d11-21"'),
    ],
)
def test_a_date_that_can_only_mean_one_day_gets_its_form(book, date, after):
    book.note("heat", matter=MATTER.replace("2026-11-21", date))
    assert repaired(book) == f"---\n{MATTER.replace('2026-11-21', after)}---\nText.\n"
    assert left(book) == []


def test_a_date_that_can_mean_two_days_is_left_and_said(book):
    book.note("heat", matter=MATTER.replace("2026-11-21", "11/12/2026"))
    assert repaired(book) == (book.root / "notes/heat.md").read_text()
    assert left(book) == [
        "notes/heat.md:3: '11/12/2026' is 2026-11-12 or 2026-12-11; write the one that is meant",
    ]


@pytest.mark.parametrize(
    ("text", "measured", "after"),
    [
        ("0.25", 0.2581, "0.26"),
        ("25 %", 0.2581, "26 %"),
        ("−0.3", -0.36, "−0.4"),
        ("+0.3", 0.36, "+0.4"),
        ("1.2e-7", 1.27e-7, "1.3e-7"),
        ("1.2 × 10⁻⁷", 1.27e-7, "1.3 × 10⁻⁷"),
        ("12,345", 12345.8, "12,346"),
        ("12345", 12345.8, "12346"),
        ("9.9 ×", 9.97, "10.0 ×"),
        (".5", 0.57, ".6"),
        ("350\N{NO-BREAK SPACE}MB", 350.7e6, "351\N{NO-BREAK SPACE}MB"),
        (" 0.25 ", 0.2581, " 0.26 "),
        ("0.25", [0.251, 0.2581, 0.26551], "0.26"),
    ],
)
def test_a_number_that_moved_within_its_last_digit_is_typed_anew_as_it_was_written(text, measured, after):
    assert retyped(text, measured) == after


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("0.25", 0.2549),  # it rounds to what is typed
        ("0.25", 0.255),  # a half rounds both ways
        ("0.25", 0.27),  # further than the last digit: the sentence may be wrong too
        ("0.25", [-0.1, 0.26, 0.62]),  # finer than its spread: round it
        ("0.1", -0.01),  # another sign is another sentence
        ("-0.1", -0.04),  # there is no minus zero
        ("9.9e-7", 9.97e-7),  # 10.0e-7 or 1.0e-6
        ("small", 0.1),
        ("… s", 12.0),
    ],
)
def test_a_number_with_no_one_right_answer_is_left(text, measured):
    assert retyped(text, measured) is None


@pytest.fixture
def measured(book):
    book.snippet("toy", "# %% result\nresults = {}\n")
    book.measured("toy", {"error": 0.2581})
    return book


def test_numbers_of_links_are_repaired_and_the_same_text_elsewhere_is_not(measured):
    line = "Ü 0.25 `[0.25](../snippets/toy.py#error)` [{}](../snippets/toy.py#error) [{}](../snippets/toy.py#error)\n"
    measured.note("heat", line.format("0.25", "0.25"))
    assert repaired(measured).endswith(line.format("0.26", "0.26"))


def test_numbers_about_the_machine_are_left(book):
    book.snippet("timed", header='"""Idea.\n\nSource    a\nDiffers   b\nCost      c\nTiming    alone\n"""\n')
    book.measured("timed", {"ratio": 2.18})
    book.note("heat", "[2.1 ×](../snippets/timed.py#ratio)\n")
    assert repaired(book) == (book.root / "notes/heat.md").read_text()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_every_other_byte_stay(measured, mark):
    """Carriage returns, a byte-order mark, trailing spaces, tabs, no line end at the end."""
    text = (
        "---\r\ntitle: 'Ü'\r\ndate: 2026/11/21\ntags: [ml]  \r\n---\r\n\r\n"
        "It\t\N{NO-BREAK SPACE}is [0.25](../snippets/toy.py#error)  \r\nlast"
    )
    before = mark + text.encode()
    place = measured.write("notes/heat.md", before)
    place.chmod(0o640)
    done = measured.kb("check", "--fix", "--yes")
    after = before.replace(b"2026/11/21", b"2026-11-21").replace(b"[ml]", b"[ML]").replace(b"0.25", b"0.26")
    assert (done.returncode, place.read_bytes(), place.stat().st_mode & 0o777) == (0, after, 0o640)
    assert sorted(path.name for path in place.parent.iterdir()) == ["_template.md", "heat.md", "tags.toml"]


DIFF = """\
--- a/notes/heat.md
+++ b/notes/heat.md
@@ -1,6 +1,6 @@
 ---
 title: Heat
 date: 2026-11-21
-tags: [ml]
+tags: [ML]
 ---
 Text.
"""


def test_without_a_yes_the_diff_is_shown_and_nothing_is_written(book):
    book.note("heat", matter=MATTER.replace("[ML]", "[ml]"))
    before = (book.root / "notes/heat.md").read_bytes()
    done = book.kb("check", "--fix")
    question = "1 repair in notes/heat.md: nothing was written; `kb check --fix --yes` writes\n"
    assert (done.returncode, done.stdout) == (1, DIFF + question)
    assert done.stderr == "notes/heat.md:4: 'ml' is an alias; write 'ML'\n"
    assert (book.root / "notes/heat.md").read_bytes() == before


def test_a_number_that_waits_for_a_yes_keeps_the_status_at_1(measured):
    measured.note("heat", "[0.25](../snippets/toy.py#error)\n")
    assert measured.kb("check", "--fix").returncode == 1
    assert measured.kb("check").returncode == 0


def test_the_diff_is_one_that_git_applies(book):
    path = book.note("heat", "last", matter=MATTER.replace("[ML]", "[ml]\r"))
    shown = subprocess.run([KB, "check", "--fix"], cwd=book.root, capture_output=True).stdout
    diff = shown.rpartition(b"1 repair in")[0]
    subprocess.run(["git", "apply", "-"], cwd=book.root, input=diff, check=True)
    assert (book.root / path).read_bytes().endswith(b"tags: [ML]\r\n---\nlast")


@pytest.mark.parametrize(("answer", "tags", "last"), [("y", "[ML]", "written"), ("", "[ml]", "writes")])
def test_a_person_is_asked(book, in_terminal, answer, tags, last):
    book.note("heat", matter=MATTER.replace("[ML]", "[ml]"))
    shown = in_terminal("check", "--fix", answers=f"{answer}\n")[1]
    assert "1 repair in notes/heat.md: write? [y/N] " in shown
    assert f"tags: {tags}\n" in (book.root / "notes/heat.md").read_text()
    assert shown.splitlines()[-2].endswith(last)


def test_what_is_left_is_said_and_then_checked(book):
    book.note("heat", "[gone](x.md)\n", matter=MATTER.replace("[ML]", "[ml]").replace("2026-11-21", "11/12/2026"))
    done = book.kb("check", "--fix", "--yes")
    assert done.stdout.splitlines()[-2:] == [
        "left: notes/heat.md:3: '11/12/2026' is 2026-11-12 or 2026-12-11; write the one that is meant",
        "1 repair in notes/heat.md: written",
    ]
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            "notes/heat.md:3: date is '11/12/2026'; write it as 2026-11-21",
            "notes/heat.md:6: there is no notes/x.md; did you mean 'heat.md'?",
        ],
    )


def test_only_the_files_named_are_repaired(book):
    for name in ("heat", "cold"):
        book.note(name, matter=MATTER.replace("[ML]", "[ml]"))
    done = book.kb("check", "--fix", "--yes", "notes/cold.md")
    assert done.returncode == 0
    assert "[ML]" in (book.root / "notes/cold.md").read_text()
    assert "[ml]" in (book.root / "notes/heat.md").read_text()


def test_where_nothing_is_to_be_repaired_it_says_so(book):
    book.note("heat")
    done = book.kb("check", "--fix")
    assert (done.returncode, done.stdout) == (0, "nothing to repair\n1 notes and 0 snippets, no problem\n")


def test_a_file_that_changed_meanwhile_is_not_overwritten(book):
    path = book.note("heat", matter=MATTER.replace("[ML]", "[ml]"))
    wanted = rewrite(book.root, path, [Edit(path, 4, 7, "ml", "ML")])
    book.note("heat", "More.\n")
    with pytest.raises(Trouble, match="it changed meanwhile; give the command again"):
        wanted.write(book.root)
    assert (book.root / path).read_text().endswith("More.\n")


def test_a_failed_write_leaves_the_old_file_and_no_other(book, monkeypatch):
    path = book.note("heat", matter=MATTER.replace("[ML]", "[ml]"))
    before = (book.root / path).read_bytes()
    wanted = rewrite(book.root, path, [Edit(path, 4, 7, "ml", "ML")])
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="full"):
        wanted.write(book.root)
    assert (book.root / path).read_bytes() == before
    assert sorted(each.name for each in (book.root / "notes").iterdir()) == ["_template.md", "heat.md", "tags.toml"]


def test_a_link_out_of_the_notebook_is_not_followed(book, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "heat.md"
    outside.write_text("---\n" + MATTER.replace("[ML]", "[ml]") + "---\n")
    (book.root / "notes/heat.md").symlink_to(outside)
    done = book.kb("check", "--fix", "--yes")
    assert (done.returncode, done.stderr) == (
        1,
        "notes/heat.md:1: it is a link out of the notebook; change the file that it leads to\n",
    )
    assert "[ml]" in outside.read_text()

"""The lab: every program as an executed notebook, to read and to take along."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

CARDS = ".gallery > .card:not([hidden])"
REPOSITORY = "https://github.com/reproducible-notes/reproducible-notes"


def names(page: Page) -> list[str]:
    return page.locator(f"{CARDS} h2").all_inner_texts()


def taken(page: Page, kind: str) -> bytes:
    """What a click on a download saves."""
    with page.expect_download() as saved:
        page.click(f"aside.run a[download] >> text=.{kind}")
    assert saved.value.suggested_filename == f"coin.{kind}"
    return saved.value.path().read_bytes()


def test_every_program_is_a_card_that_leads_to_its_page(visit, site: str) -> None:
    page = visit("lab/")
    assert names(page) == ["coin", "questions", "slope_jax"]
    page.locator(CARDS).first.click(position={"x": 20, "y": 40})
    page.wait_for_url(f"{site}lab/coin/")


def test_a_library_leaves_the_programs_that_import_it(visit, site: str) -> None:
    page = visit("lab/")
    page.click('.filters button[data-name=library][value="JAX"]')
    assert names(page) == ["slope_jax"]
    assert page.url == f"{site}lab/?library=JAX"
    page.click('.filters button[data-name=library][value="scikit-learn"]')
    assert names(page) == ["questions"]


def test_a_library_and_a_tag_leave_the_programs_that_have_both_and_the_address_keeps_them(visit, site: str) -> None:
    page = visit("lab/")
    page.click('.filters button[data-name=tags][value="DS"]')
    assert names(page) == ["coin"]
    counts = page.locator(".filters [aria-label=library] button").all_inner_texts()
    assert counts == ["all", "JAX 0", "scikit-learn 0"]
    page.click('.filters button[data-name=library][value="JAX"]')
    assert names(page) == []
    assert page.url == f"{site}lab/?tags=DS&library=JAX"
    page.goto(f"{site}lab/?tags=ML&library=scikit-learn")
    assert names(page) == ["questions"]


def test_a_page_has_todays_program_with_what_its_last_run_printed_and_drew(visit) -> None:
    page = visit("lab/coin/")
    titles = [text.replace("¶", "").strip() for text in page.locator("h2").all_inner_texts()]
    assert titles == ["setup", "model", "evaluate", "main", "result", "figure"]
    assert (
        page.locator(".jp-RenderedText").inner_text().strip() == "a halfpenny tossed 10000 times: [0.503 0.5   0.496]"
    )
    assert page.locator(".jp-OutputArea-output img").count() == 1


def test_a_page_has_the_card_of_its_run_with_its_numbers_first(visit) -> None:
    card = visit("lab/coin/").locator("aside.run")
    assert card.locator(".results dd").all_inner_texts() == ["0.4996 ± 0.0038 (3 seeds)", "10,000"]
    ran = card.locator(".ran").inner_text().split("\n")
    assert re.fullmatch(r"Run \d{4}-\d\d-\d\d \d\d:\d\d UTC: [\d.]+ s, [\d.]+ CPU s, [\d.]+ MB\.", ran[0])
    assert re.fullmatch(r"Python 3\.\d+ · matplotlib [\d.]+ · numpy [\d.]+", ran[1])
    facts = dict(zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True))
    assert facts["Source"] == "Bernoulli (1713), Ars conjectandi, part IV"
    assert facts["Notes"] == "The law of large numbers, with a halfpenny & a computer"
    assert facts["Run it"] == "./kb run coin --again or python snippets/coin.py"


def test_the_rest_of_the_card_opens(visit) -> None:
    card = visit("lab/coin/").locator("aside.run")
    machine = card.locator("dt", has_text="Machine")
    expect(machine).to_be_hidden()
    card.locator("summary").click()
    expect(machine).to_be_visible()
    expect(card.locator("dd", has_text="ipykernel")).to_be_visible()


def test_a_card_leads_to_its_notes(visit, site: str) -> None:
    page = visit("lab/coin/")
    page.click("aside.run dd >> text=The law of large numbers")
    page.wait_for_url(f"{site}coin/")


def test_data_are_listed_with_their_source_and_licence_and_named_where_they_are_used(visit) -> None:
    page = visit("lab/")
    row = page.locator("tr", has_text="lengths.csv").locator("td").all_inner_texts()
    assert row[0] == "datasets/lengths.csv"
    assert {"four lengths in cm and their classes", "four strokes of a pen", "CC0-1.0"} <= set(row)
    page.click("text=questions")
    expect(page.locator("aside.run dd", has_text="datasets/lengths.csv (sha256")).to_be_visible()


def test_a_section_of_a_page_has_an_address(visit) -> None:
    heading = visit("lab/coin/#figure").locator("h2#figure")
    expect(heading).to_be_in_viewport()


def test_the_program_is_saved_as_it_is(visit, notebook: Path) -> None:
    assert taken(visit("lab/coin/"), "py") == (notebook / "snippets/coin.py").read_bytes()


@pytest.fixture
def saved(visit) -> nbformat.NotebookNode:
    """The notebook that is saved from the coin's page."""
    return nbformat.reads(taken(visit("lab/coin/"), "ipynb").decode(), as_version=4)


def test_a_saved_notebook_is_a_notebook_without_outputs(saved: nbformat.NotebookNode) -> None:
    nbformat.validate(saved)
    code = [cell for cell in saved.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * 8
    assert saved.metadata.kernelspec.name == "python3"


def test_its_first_cell_fetches_the_repository_and_says_where_the_program_lies(saved: nbformat.NotebookNode) -> None:
    first = saved.cells[0].source
    assert f'["git", "clone", "--depth", "1", "{REPOSITORY}", "reproducible-notes"]' in first
    assert '__file__ = str(Path("reproducible-notes/snippets/coin.py").resolve())' in first


def test_a_saved_notebook_runs_in_an_empty_folder(saved: nbformat.NotebookNode, notebook: Path, tmp_path: Path) -> None:
    published, empty = tmp_path / "published", tmp_path / "empty"
    (published / "snippets").mkdir(parents=True)
    empty.mkdir()
    for name in ("coin.py", "style.mplstyle"):
        (published / "snippets" / name).write_bytes((notebook / "snippets" / name).read_bytes())
    git = ["git", "-C", str(published), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "one"]):
        subprocess.run([*git, *words], check=True)
    elsewhere = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{published}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }
    program = "\n".join(cell.source for cell in saved.cells if cell.cell_type == "code")
    program += "\nimport json\nprint(json.dumps([__file__, results]))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=empty,
        env=os.environ | elsewhere | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    place, results = json.loads(done.stdout.splitlines()[-1])
    assert place == str(empty / "reproducible-notes/snippets/coin.py")
    assert results["tosses"] == 10_000

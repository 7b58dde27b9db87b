"""A notebook of many notes: its lists go on from page to page, and no page grows with their number."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTES = 260
FIRST = datetime.date(2020, 1, 1)
NOTE = """\
---
title: "Finding {number}"
date: {date}
tags: [{tags}]
---

What was noticed on that day.
"""
TAGS = """\
[ML]
description = "Machine learning."

[fun]
description = "Seen and enjoyed."
"""


def write_notes(folder: Path) -> None:
    """One note every ten days; every twentieth is for fun."""
    (folder / "notes/tags.toml").write_text(TAGS)
    for number in range(NOTES):
        date = FIRST + datetime.timedelta(days=10 * number)
        note = NOTE.format(number=number, date=date, tags="ML" if number % 20 else "fun")
        (folder / f"notes/finding-{number}.md").write_text(note)


@pytest.fixture(scope="module")
def notebook(built: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    return built("site-many", write_notes)


def walk(page, link: str) -> list[str]:
    """The titles on this page and on all that a link leads to, one after the other."""
    titles = page.locator(".notelist .title").all_inner_texts()
    while page.locator(f".turn >> text={link}").count():
        with page.expect_navigation():
            page.click(f".turn >> text={link}")
        titles += page.locator(".notelist .title").all_inner_texts()
    return titles


@pytest.mark.parametrize("scripts", [True, False])
def test_older_leads_from_the_newest_note_to_the_oldest_with_scripts_and_without(visit, scripts: bool) -> None:
    page = visit("notes/", java_script_enabled=scripts)
    assert walk(page, "Older") == [f"Finding {number}" for number in reversed(range(NOTES))]


def test_newer_leads_back(visit, site: str) -> None:
    page = visit("notes/1/")
    walk(page, "Newer")
    assert page.url == f"{site}notes/"


def test_a_year_leads_to_the_first_line_of_that_year(visit, site: str) -> None:
    page = visit("notes/")
    page.click("nav[aria-label=Years] >> text=2022")
    page.wait_for_url(f"{site}notes/2/#2022")
    line = page.locator(".notelist > li[id='2022']")
    expect(line.locator("time")).to_have_text("26 December 2022")
    header = page.locator(".md-header").bounding_box()
    assert line.bounding_box()["y"] >= header["y"] + header["height"]


def test_the_page_of_a_tag_goes_on_too_and_says_how_many_have_it(visit) -> None:
    page = visit("tags/ml/")
    expect(page.locator("p", has_text="notes, the newest first")).to_contain_text("247 notes")
    expect(page.get_by_role("button", name="Search within ML")).to_be_visible()
    assert walk(page, "Older") == [f"Finding {number}" for number in reversed(range(NOTES)) if number % 20]
    expect(page.get_by_role("button", name="Search within ML")).to_be_visible()


def test_a_list_that_is_short_has_no_pages(visit) -> None:
    page = visit("tags/fun/")
    assert page.locator(".notelist .title").count() == 13
    assert page.locator(".turn, nav[aria-label=Years]").count() == 0


def test_every_page_of_a_list_has_a_title_of_its_own(visit) -> None:
    titles = [visit(address).title() for address in ("notes/", "notes/2/", "notes/1/", "tags/ml/", "tags/ml/1/")]
    assert titles == [
        f"{name} - Reproducible Notes" for name in ("Notes", "Notes, part 2", "Notes, part 1", "ML", "ML, part 1")
    ]


def test_the_search_finds_a_tag_once_however_many_pages_it_has(visit) -> None:
    page = visit()
    page.click("pagefind-modal-trigger button")
    page.keyboard.type("Machine learning")
    results = page.locator("pagefind-results .pf-result-title")
    expect(results).to_have_text(["ML"])


@pytest.mark.parametrize("address", ["", "notes/", "notes/1/", "tags/ml/", "finding-7/", "claims/"])
def test_no_page_names_more_notes_than_it_lists(visit, address: str) -> None:
    """The navigation, above all, does not repeat every note on every page."""
    page = visit(address)
    named = page.evaluate(
        "new Set([...document.links].map((it) => it.pathname).filter((it) => /finding-/.test(it))).size"
    )
    listed = page.locator(".notelist .title").count()
    assert named <= max(listed, 12)


def test_no_page_of_a_list_is_wider_than_a_phone(visit) -> None:
    page = visit("notes/2/", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390

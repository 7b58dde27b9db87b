"""The front page, the header and the phone's drawer."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import expect

NEWEST = [
    "A derivative without a formula",
    "The law of large numbers, with a halfpenny & a computer",
    "One question parts two classes",
]


def test_the_newest_notes_come_first(visit) -> None:
    assert visit().locator(".cards h3").all_inner_texts() == NEWEST
    assert visit("notes/").locator(".notelist .title").all_inner_texts() == NEWEST


def test_it_says_how_many_claims_hold(visit, site: str) -> None:
    tally = visit().locator(".tally")
    assert [line for line in tally.inner_text().split("\n") if line] == [
        "5 claims of sources, each tested by a program or said to be untestable",
        "2 reproduced",
        "1 partial",
        "1 differs",
        "1 untestable",
    ]
    grown = tally.locator(".bar i").evaluate_all("all => all.map((it) => [it.className, it.offsetWidth])")
    assert [name for name, _ in grown] == ["reproduced", "partial", "differs", "untestable"]
    widths = [width for _, width in grown]
    assert widths[0] == pytest.approx(2 * widths[1], abs=2)
    assert max(widths[1:]) - min(widths[1:]) <= 1


def test_one_screen_says_what_is_new_what_holds_and_what_does_not(visit, site: str) -> None:
    page = visit(viewport={"width": 1440, "height": 900})
    columns = {
        column.locator("h2").inner_text(): column.locator("li").all_inner_texts()
        for column in page.locator(".news section").all()
    }
    assert list(columns) == ["What is new", "What holds", "What does not"]
    assert [text.split("\n")[0] for text in columns["What is new"]] == NEWEST
    assert columns["What holds"] == [
        "the share of heads comes as near to one half as you like\nsource 0.5 · measured 0.4996 ± 0.0038",
        "one question is enough\nsource 1 · measured 1",
    ]
    assert columns["What does not"] == ["the share of heads is one half\nsource 0.5 · measured 0.4996 ± 0.0038"]
    for box in (column.bounding_box() for column in page.locator(".news section").all()):
        assert box["y"] + box["height"] <= 900
    assert page.locator(".news .differs a").get_attribute("href") == "coin/#claims"


def test_a_card_leads_to_its_note_wherever_it_is_clicked(visit, site: str) -> None:
    page = visit()
    page.locator(".card", has_text="A derivative").click(position={"x": 30, "y": 30})
    page.wait_for_url(f"{site}slope/")


def test_the_header_leads_to_every_page_and_to_the_repository(visit, site: str) -> None:
    links = visit("lab/coin/").locator(".site-links a")
    assert links.all_inner_texts() == ["Notes", "Lab", "Tags", "Claims", "Code"]
    assert links.evaluate_all("all => all.map((it) => it.href)") == [
        f"{site}notes/",
        f"{site}lab/",
        f"{site}tags/",
        f"{site}claims/",
        "https://github.com/reproducible-notes/reproducible-notes",
    ]


def test_it_is_lighter_than_300_kb(visit, notebook: Path, site: str) -> None:
    page = visit()
    page.wait_for_load_state("networkidle")
    fetched = page.evaluate("performance.getEntriesByType('resource').map((it) => it.name)")
    files = [notebook / "site/index.html", *(notebook / "site" / name.removeprefix(site) for name in fetched)]
    assert len(files) > 5
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 300_000


def test_on_a_phone_the_drawer_leads_to_every_page(visit, site: str) -> None:
    page = visit("coin/", viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.locator(".site-links")).to_be_hidden()
    page.click(".md-header .site-menu")
    page.click(".md-nav--primary >> text=Claims")
    page.wait_for_url(f"{site}claims/")


def test_on_a_phone_a_button_opens_the_search(visit) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    page.click("pagefind-modal-trigger button")
    expect(page.locator("dialog.pf-modal[open] input")).to_be_focused()

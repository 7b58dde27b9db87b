"""Tags: a closed vocabulary, each word with a page of its own."""

import pytest
from playwright.sync_api import expect


def test_all_tags_stand_on_one_page_the_narrower_below_the_wider(visit) -> None:
    page = visit("tags/")
    name = "all => all.map((it) => it.firstChild.textContent)"
    assert page.locator(".tagtree > ul > li > .tag > a").evaluate_all(name) == ["ML", "DS", "TIL"]
    assert page.locator(".tagtree > ul > li > ul > li > .tag > a").evaluate_all(name) == ["scikit-learn", "statistics"]


def test_a_tag_has_its_count_its_meaning_and_its_other_spellings(visit) -> None:
    tag = visit("tags/").locator("#ds")
    assert tag.locator("a").inner_text() == "DS1"
    assert tag.locator("p").inner_text() == "Data science.also DataScience, data-science"


@pytest.mark.parametrize(
    ("tag", "titles"),
    [
        ("ds", ["The law of large numbers, with a halfpenny & a computer", "coin"]),
        ("scikit-learn", ["One question parts two classes", "questions"]),
        ("til", ["A derivative without a formula", "slope_jax"]),
    ],
)
def test_the_page_of_a_tag_lists_what_has_it(visit, tag: str, titles: list[str]) -> None:
    page = visit(f"tags/{tag}/")
    assert sorted(page.locator(".notelist .title").all_inner_texts()) == titles


def test_the_page_of_a_tag_says_how_else_it_is_written(visit) -> None:
    expect(visit("tags/ds/").get_by_text("Also written DataScience, data-science.")).to_be_visible()


@pytest.mark.parametrize("address", ["", "notes/", "coin/", "lab/coin/"])
def test_a_tag_leads_to_its_page_wherever_it_stands(visit, site: str, address: str) -> None:
    page = visit(address)
    page.locator(".chip", has_text="DS").click()
    page.wait_for_url(f"{site}tags/ds/")

"""What holds on every page that can be reached from home."""

from collections import Counter
from pathlib import Path

import pytest

COLAB = "https://colab.research.google.com/github/reproducible-notes/reproducible-notes/blob/gh-pages/lab"
OTHERS = {  # where the site's own links lead outside of it: its repository, the sources of notes, its theme
    "https://github.com/reproducible-notes/reproducible-notes",
    "https://github.com/reproducible-notes/reproducible-notes/blob/main/pyproject.toml",
    "https://github.com/reproducible-notes/reproducible-notes/edit/main/notes/coin.md",
    "https://github.com/reproducible-notes/reproducible-notes/edit/main/notes/questions.md",
    "https://github.com/reproducible-notes/reproducible-notes/edit/main/notes/slope.md",
    "https://doi.org/10.1201/9781315139470",
    "https://doi.org/10.1145/355586.364791",
    "https://squidfunk.github.io/mkdocs-material/",
    *(f"{COLAB}/{name}/{name}.ipynb" for name in ("coin", "questions", "slope_jax")),
}


def test_every_page_can_be_reached_from_home(crawl: dict, notebook: Path) -> None:
    built = {page.parent.relative_to(notebook / "site").as_posix() for page in notebook.glob("site/**/index.html")}
    redirects = {"halfpenny"}
    assert {address.rstrip("/") or "." for address in crawl} == built - redirects


def test_no_page_complains_asks_another_host_or_asks_for_what_is_not_there(crawl: dict) -> None:
    assert {address: page["heard"] for address, page in crawl.items() if page["heard"]} == {}


def test_every_link_leads_to_a_page_a_file_or_a_place_on_a_page(crawl: dict, notebook: Path, site: str) -> None:
    dead = []
    for address, page in crawl.items():
        for link in page["links"] + page["files"]:
            path, _, place = link.removeprefix(site).partition("#")
            path = path.partition("?")[0]
            if link.startswith(site) and path in crawl:
                dead += [(address, link)] * (bool(place) and place not in crawl[path]["ids"])
            elif link not in OTHERS:
                dead += [(address, link)] * (not (notebook / "site" / path).is_file())
    assert dead == []


def test_links_to_other_hosts_are_those_that_were_written(crawl: dict, site: str) -> None:
    assert {link for page in crawl.values() for link in page["links"] if not link.startswith(site)} == OTHERS


def test_every_picture_has_a_text_and_the_size_that_it_is_given(crawl: dict) -> None:
    wrong = []
    for address, page in crawl.items():
        for picture in page["pictures"]:
            width, height = (int(side or 0) for side in picture["given"])
            own_width, own_height = picture["own"]
            shown = own_width and width and abs(own_height / own_width - height / width) < 0.01
            wrong += [(address, picture)] * (picture["text"] is None or not shown)
    assert wrong == []
    assert sum(len(page["pictures"]) for page in crawl.values()) == 2 + 2 + 2 + 1 + 2


def test_only_the_thumbnails_of_cards_go_without_words(crawl: dict) -> None:
    assert {address for address, page in crawl.items() for it in page["pictures"] if not it["text"]} == {"", "lab/"}


def test_every_page_has_one_main_heading(crawl: dict) -> None:
    assert {address: page["headings"] for address, page in crawl.items() if len(page["headings"]) != 1} == {}


def test_every_page_has_a_title_of_its_own(crawl: dict) -> None:
    titles = Counter(page["title"] for page in crawl.values())
    assert [title for title, count in titles.items() if count > 1] == []


def test_no_name_of_a_place_stands_twice_on_a_page(crawl: dict) -> None:
    counts = {address: Counter(page["ids"]) for address, page in crawl.items()}
    assert [(address, name) for address, names in counts.items() for name in names if names[name] > 1] == []


def test_every_link_and_button_has_a_name_to_be_read_aloud(crawl: dict) -> None:
    assert {address: page["nameless"] for address, page in crawl.items() if page["nameless"]} == {}


def test_every_page_says_its_language(crawl: dict) -> None:
    assert {page["language"] for page in crawl.values()} == {"en"}


def test_no_page_is_wider_than_a_phone(crawl: dict) -> None:
    assert {address: page["phone"] for address, page in crawl.items() if page["phone"] > 390} == {}


@pytest.mark.parametrize("address", ["", "coin/", "lab/coin/", "claims/"])
def test_the_first_stop_of_the_keyboard_skips_to_the_content(visit, address: str) -> None:
    page = visit(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('article') !== null")
    heading, header = page.locator("h1").bounding_box(), page.locator(".md-header").bounding_box()
    assert heading["y"] >= header["y"] + header["height"]


def test_a_page_that_is_no_longer_under_its_address_leads_to_where_it_went(visit, site: str) -> None:
    page = visit("halfpenny/")
    page.wait_for_url(f"{site}coin/")
    assert page.locator("h1").inner_text().replace("\n", " ").startswith("The law of large numbers")

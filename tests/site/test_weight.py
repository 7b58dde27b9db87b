"""Pages are light, and nothing on them moves while they load."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, Route

WATCH = """() => {
  window.moved = [];
  const name = ({ node }) => node && `${node.nodeName} ${node.className ?? ""}`;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) window.moved.push({ by: shift.value, what: shift.sources.map(name) });
  }).observe({ type: "layout-shift", buffered: true });
}"""
STAND_IN = """() => Promise.any(["Georgia", "DejaVu"].map((name) => document.fonts.load(`1em "${name} meanwhile"`)))
  .then((faces) => faces.length > 0, () => false)"""
SCREENS = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


def late(route: Route) -> None:
    """Answer when the page is long painted."""
    time.sleep(0.4)
    route.continue_()


def scroll(page: Page) -> None:
    """From top to bottom, as a reader does."""
    for place in range(0, page.evaluate("document.scrollingElement.scrollHeight"), 400):
        page.evaluate(f"scrollTo(0, {place})")
        page.wait_for_timeout(30)
    page.wait_for_load_state("networkidle")


def moved(page: Page, address: str, slow: re.Pattern) -> list[dict]:
    """What moved on a page that comes while some of its files are late."""
    page.route(slow, late)
    page.add_init_script(f"({WATCH})()")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    scroll(page)
    return page.evaluate("window.moved")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("address", ["", "coin/", "questions/", "lab/", "lab/coin/", "claims/"])
def test_nothing_moves_when_scripts_and_figures_come(visit, site: str, address: str, screen: str) -> None:
    page = visit("tags/ds/", viewport=SCREENS[screen])  # after it the fonts are there
    assert moved(page, site + address, re.compile(r"\.js$|/figures/")) == []


@pytest.mark.parametrize("address", ["", "slope/", "lab/coin/", "claims/"])
def test_hardly_anything_moves_when_the_fonts_come(browser: Browser, site: str, address: str) -> None:
    with browser.new_context(viewport=SCREENS["wide"]) as context:
        page = context.new_page()
        page.goto(f"{site}tags/")
        if not page.evaluate(STAND_IN):
            pytest.skip("this machine has neither Georgia nor DejaVu Serif to stand in for the site's font")
    with browser.new_context(viewport=SCREENS["wide"]) as context:
        shifts = moved(context.new_page(), site + address, re.compile("/fonts/"))
    assert sum(shift["by"] for shift in shifts) < 0.001, shifts


def test_the_picture_of_a_card_is_webp_and_a_drawing_stays_a_drawing(visit) -> None:
    page = visit("lab/")
    pictures = page.locator("img.thumb").evaluate_all("all => all.map((it) => it.getAttribute('src'))")
    assert sorted(pictures) == ["../figures/coin/figure.webp", "../figures/questions/figure.svg"]

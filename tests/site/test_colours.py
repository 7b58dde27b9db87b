"""Light and dark: what the system wants unless someone chooses, and text that can be read in both."""

import pytest
from playwright.sync_api import Page, expect

PALETTE = "form[data-md-component=palette] label:not([hidden])"
UNREADABLE = """() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r / 255, g / 255, b / 255, a / 255];
  };
  const over = (top, below) => below.slice(0, 3).map((it, i) => top[3] * top[i] + (1 - top[3]) * it);
  const ground = (element) => {
    if (!element) return [1, 1, 1];
    return over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(".headerlink, .anchor-link, .md-skip, script, style, .katex-mathml")) continue;
    const below = ground(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), below)), light(below)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    const what = `${element.tagName} ${element.className}: ${node.data.trim().slice(0, 40)}`;
    if (contrast < 4.5) found.add(`${contrast.toFixed(1)} ${what}`);
  }
  return [...found];
}"""


def scheme(page: Page) -> str:
    return page.locator("body").get_attribute("data-md-color-scheme")


@pytest.mark.parametrize(("system", "shown"), [("light", "default"), ("dark", "slate")])
def test_the_colours_are_the_systems_and_follow_it(visit, system: str, shown: str) -> None:
    page = visit(color_scheme=system)
    assert scheme(page) == shown
    page.emulate_media(color_scheme="dark" if system == "light" else "light")
    expect(page.locator("body")).not_to_have_attribute("data-md-color-scheme", shown)


def test_the_button_goes_from_the_system_to_light_to_dark_and_back(visit) -> None:
    page = visit(color_scheme="dark")
    chosen = page.locator("form[data-md-component=palette] input:has(+ label:not([hidden]))")
    for now, after in (("as the system", "default"), ("light", "slate"), ("dark", "slate")):
        assert chosen.get_attribute("aria-label").startswith(f"Colours: {now}")
        page.click(PALETTE)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", after)
    assert chosen.get_attribute("aria-label").startswith("Colours: as the system")


def test_the_choice_is_kept_from_page_to_page(visit) -> None:
    page = visit(color_scheme="dark")
    page.click(PALETTE)
    page.click(".site-links >> text=Notes")
    expect(page.locator("h1")).to_have_text("Notes")
    assert scheme(page) == "default"


@pytest.mark.parametrize("system", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(visit, site: str, system: str) -> None:
    page = visit("coin/", color_scheme=system)
    page.locator(".katex").first.wait_for()
    faint = {"coin/": page.evaluate(UNREADABLE)}
    for address in ("", "questions/", "lab/coin/", "lab/", "claims/", "tags/ds/", "notes/"):
        page.goto(site + address)
        faint[address] = page.evaluate(UNREADABLE)
    assert {address: texts for address, texts in faint.items() if texts} == {}


def test_a_figure_keeps_its_white_ground_in_the_dark(visit) -> None:
    page = visit("questions/", color_scheme="dark")
    ground = page.locator("figure.drawn img").evaluate("it => getComputedStyle(it).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


def test_a_verdict_is_a_word_and_a_shape_not_only_a_colour(visit) -> None:
    marks = visit("coin/").locator(".note-header .verdict")
    shapes = marks.evaluate_all("all => all.map((it) => getComputedStyle(it, '::before').maskImage)")
    assert len(set(shapes)) == len(set(marks.all_inner_texts())) == 4

"""Everyone can read every page and use all of it: WCAG 2.2 AA by axe-core, the keyboard alone, small screens."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

EVERY_KIND = (
    "", "notes/", "coin/", "questions/", "slope/", "lab/", "lab/coin/", "lab/questions/", "tags/", "tags/ds/",
    "claims/",
)  # fmt: skip
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    "rules": {"empty-table-header": {"enabled": False}},  # a table's corner may be empty; Markdown makes it a header
    "resultTypes": ["violations"],
}
SCREENS = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
DIALOG = "dialog.pf-modal[open]"

STOPS = "a[href], button, input, select, textarea, summary, [tabindex]"
NUMBER = f"""() => {{
  document.querySelector(".md-top")?.remove();  // it comes and goes with the direction of scrolling
  const there = (it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({{ visibilityProperty: true }});
  const all = [...document.querySelectorAll("{STOPS}")].filter(there);
  const chosen = (it) => {{  // a group of radio buttons is one stop: the chosen one, or the first
    const group = all.filter((other) => it.type === "radio" && other.name === it.name);
    return !group.length || it === (group.find((other) => other.checked) ?? group[0]);
  }};
  const stops = all.filter(chosen);
  stops.forEach((it, number) => {{ it.dataset.stop = number; }});
  return stops.length;
}}"""
STOP = """() => {
  const it = document.activeElement;
  if (it === document.body) return null;
  const label = it.matches(".md-option") ? it.nextElementSibling : it.parentElement.querySelector(".tabbed-labels");
  const marks = label ? [it, label] : [it];
  const outlined = (mark) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(mark);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  };
  const place = marks.map((mark) => mark.getBoundingClientRect()).find((box) => box.width > 1);
  const header = document.querySelector(".md-header").getBoundingClientRect().bottom;
  const above = it.closest(".md-header, .md-skip, .md-sidebar") ? 0 : header;
  const within = place && place.left >= 0 && place.top >= above - 1;
  const seen = within && place.top + Math.min(place.height, 24) <= innerHeight;
  const name = `${it.tagName} ${it.className} ${(it.ariaLabel || it.innerText || it.id).trim().slice(0, 40)}`;
  const faults = [
    it.dataset.stop === undefined && "not a stop",
    !marks.some(outlined) && "no outline",
    !seen && "out of sight",
  ];
  return { number: Number(it.dataset.stop), faults: faults.filter(Boolean).map((fault) => `${fault}: ${name}`) };
}"""


def violations(page: Page) -> list[str]:
    """What axe finds: the rule, then the element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def walk(page: Page, key: str) -> tuple[list[int], list[str]]:
    """The stops of the keyboard until it leaves the page or comes round, and what is wrong with each."""
    numbers, faults = [], []
    for _ in range(500):
        page.keyboard.press(key)
        stop = page.evaluate(STOP)
        if stop is None or stop["number"] in numbers:
            return numbers, faults
        numbers.append(stop["number"])
        faults += stop["faults"]
    raise AssertionError(f"{key} does not end")


def settled(page: Page) -> Page:
    """The page when its scripts have done what they do after it has loaded."""
    page.wait_for_load_state("networkidle")
    page.locator("pagefind-modal-trigger button").wait_for()
    return page


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_any_kind_of_page(visit, site: str, colours: str, screen: str) -> None:
    page = visit(color_scheme=colours, viewport=SCREENS[screen], reduced_motion="reduce")
    found = {}
    for address in EVERY_KIND:
        page.goto(site + address)
        found[address] = violations(settled(page))
    assert {address: faults for address, faults in found.items() if faults} == {}


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_where_there_is_no_page(browser: Browser, site: str, colours: str) -> None:
    with browser.new_context(color_scheme=colours, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(site.replace("/kb/", "/reproducible-notes/404.html"))
        assert violations(settled(page)) == []


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_the_search_with_results_and_with_a_menu_open(visit, colours: str, screen: str) -> None:
    page = settled(visit(color_scheme=colours, viewport=SCREENS[screen], reduced_motion="reduce"))
    page.keyboard.press("/")
    page.locator(DIALOG).wait_for()
    page.keyboard.type("halfpenny")
    page.locator("pagefind-results .pf-result-link").first.wait_for()
    assert violations(page) == []
    page.locator("pagefind-filter-dropdown button.pf-dropdown-trigger").first.click()
    page.locator(".pf-dropdown-option").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_the_drawer(visit, colours: str) -> None:
    page = settled(visit("coin/", color_scheme=colours, viewport=SCREENS["phone"], reduced_motion="reduce"))
    page.click(".site-menu")
    expect(page.locator(".md-nav--primary >> text=Claims")).to_be_in_viewport()
    assert violations(page) == []


def test_axe_does_find_what_bars_people(visit) -> None:
    page = settled(visit("coin/"))
    page.evaluate("document.querySelector('figure img').removeAttribute('alt')")
    page.evaluate("document.querySelector('.md-content p').style.color = '#bbb'")
    assert {fault.partition(":")[0] for fault in violations(page)} == {"image-alt", "color-contrast"}


@pytest.mark.parametrize(
    ("address", "screen"),
    [
        *((address, "wide") for address in ("", "coin/", "slope/", "lab/", "lab/questions/", "claims/", "tags/")),
        *((address, "phone") for address in ("coin/", "slope/", "lab/coin/")),
    ],
)
def test_the_keyboard_reaches_all_of_a_page_in_its_order_both_ways_and_always_sees_where_it_is(
    visit, address: str, screen: str
) -> None:
    page = settled(visit(address, viewport=SCREENS[screen], reduced_motion="reduce"))
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    count = page.evaluate(NUMBER)
    assert count > 10
    assert walk(page, "Tab") == (list(range(count)), [])
    assert walk(page, "Shift+Tab") == (list(reversed(range(count))), [])


@pytest.fixture
def phone(visit) -> Iterator[Page]:
    """A note on a phone that has a keyboard."""
    yield settled(visit("coin/", viewport=SCREENS["phone"], reduced_motion="reduce"))


def menu(page: Page) -> Locator:
    return page.get_by_role("button", name="Menu")


def test_the_drawer_opens_with_the_keyboard_and_leads_on(phone: Page, site: str) -> None:
    menu(phone).focus()
    phone.keyboard.press("Enter")
    expect(menu(phone)).to_have_attribute("aria-expanded", "true")
    drawer = phone.locator(".md-sidebar--primary")
    expect(drawer.locator(":focus")).to_have_count(1)
    for _ in range(20):
        if phone.evaluate("document.activeElement.innerText.trim()") == "Claims":
            break
        phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.wait_for_url(f"{site}claims/")


@pytest.mark.parametrize("key", ["Escape", "Shift+Tab"])
def test_the_drawer_closes_and_the_keyboard_is_back_where_it_was(phone: Page, key: str) -> None:
    menu(phone).press("Enter")
    expect(phone.locator(".md-sidebar--primary :focus")).to_have_count(1)
    phone.keyboard.press(key)
    expect(menu(phone)).to_have_attribute("aria-expanded", "false")
    expect(menu(phone)).to_be_focused()
    expect(phone.locator(".md-sidebar--primary")).to_be_hidden()


def test_tabs_details_and_copy_buttons_answer_to_the_keyboard(visit) -> None:
    page = settled(visit("coin/", permissions=["clipboard-read", "clipboard-write"]))
    page.locator(".tabbed-set > input").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("The other way to count is")).to_be_visible()
    page.locator(".md-code__button").first.press("Enter")
    expect(page.locator(".md-dialog--active")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("def running_share(tosses):\n")
    page = settled(visit("slope/"))
    page.locator("summary", has_text="What is stored?").press("Enter")
    expect(page.get_by_text("Every step's input")).to_be_visible()


def test_a_filter_answers_to_the_keyboard(visit) -> None:
    page = settled(visit("lab/"))
    page.locator(".filters button", has_text="JAX").first.press("Space")
    expect(page.locator(".gallery > .card:not([hidden])")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 640])  # of a wide screen, what is left at four times and at twice the size
def test_no_page_is_wider_than_a_small_screen(visit, crawl: dict, site: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 400})
    widths = {}
    for address in crawl:
        page.goto(site + address)
        widths[address] = page.evaluate("document.scrollingElement.scrollWidth")
    assert {address: shown for address, shown in widths.items() if shown > width} == {}


def test_who_wants_less_motion_gets_none(visit, site: str) -> None:
    page = visit("coin/", reduced_motion="reduce")
    page.add_style_tag(content="p { animation: 3s infinite sway; transition: color 3s; scroll-behavior: smooth; }")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((it) => {
            const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(it);
            const times = `${transitionDuration}, ${animationDuration}`.split(", ");
            return times.some((time) => parseFloat(time) > 0.01) || scrollBehavior === "smooth";
        }).map((it) => it.outerHTML.slice(0, 80))"""
    )
    assert moving == []


@pytest.mark.parametrize(("wish", "fades"), [("no-preference", True), ("reduce", False)])
def test_a_page_fades_into_the_next_only_for_who_does_not_mind(visit, site: str, wish: str, fades: bool) -> None:
    page = visit("coin/", reduced_motion=wish)
    page.evaluate("() => { onpageswap = (event) => { sessionStorage.fades = event.viewTransition !== null; }; }")
    page.click(".site-links >> text=Notes")
    page.wait_for_url(f"{site}notes/")
    assert page.evaluate("sessionStorage.fades") == str(fades).lower()

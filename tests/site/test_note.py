"""A note: the links of its text have become what they point at."""

import json
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import escape
from mkdocs.theme import Theme
from playwright.sync_api import Route, expect

ROOT = Path(__file__).parents[2]

ALT = 'three curves of the share of heads; "wild" at first, all within 1 % of ½ < 0.6 & flat at the end'
PRINTED = "a halfpenny tossed 10000 times: [0.503 0.5   0.496]\n"


@pytest.fixture
def record(notebook: Path) -> dict:
    """The record of the coin's run."""
    records = map(json.loads, (path.read_text() for path in notebook.glob(".cache/runs/*/record.json")))
    return next(record for record in records if record["name"] == "coin")


def test_its_head_has_kind_date_length_title_verdicts_and_tags(visit) -> None:
    head = visit("coin/").locator(".note-header")
    assert head.locator(".kicker").inner_text().split("\n")[:3] == ["NOTE", "20 November 2026", "1 min"]
    assert head.locator("h1").inner_text().replace("\n", " ") == (
        "The law of large numbers, with a halfpenny & a computer"
    )
    verdicts = ["1 reproduced", "1 partial", "1 differs", "1 untestable"]
    assert head.locator(".verdict").all_inner_texts() == verdicts
    assert head.locator(".chip").all_inner_texts() == ["DS", "statistics"]


def test_its_head_says_since_when_its_numbers_stand(visit, record: dict) -> None:
    head = visit("coin/").locator(".kicker")
    day = date.fromisoformat(record["started"][:10])
    assert head.inner_text().split("\n")[3] == f"numbers verified {day:%-d %B %Y}"


def test_a_paper_names_its_source_and_what_was_corrected(visit) -> None:
    page = visit("questions/")
    assert page.locator(".kicker .kind").inner_text() == "PAPER"
    assert page.locator(".source a").get_attribute("href") == "https://doi.org/10.1201/9781315139470"
    assert page.locator(".corrections li").all_inner_texts() == ["2 June 2025 the unit is centimetres."]


@pytest.mark.parametrize("reach", ["hover", "focus"])
def test_a_measured_number_shows_its_run(visit, record: dict, reach: str) -> None:
    page = visit("coin/")
    getattr(page.locator("a.measured").first, reach)()
    shown = page.locator(".md-tooltip2--active")
    expect(shown).to_have_text(f"coin · share 0.4996 ± 0.0038 (3 seeds) · run {record['started'][:10]}")


def test_a_measured_number_leads_to_its_program(visit, site: str) -> None:
    page = visit("coin/")
    page.locator("a.measured").first.click()
    page.wait_for_url(f"{site}lab/coin/")


def test_where_nothing_hovers_a_first_touch_of_a_number_shows_its_run_and_a_second_follows_it(visit, site: str) -> None:
    page = visit("coin/", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    first, second = page.locator("a.measured").nth(0), page.locator("a.measured").nth(1)
    first.tap()
    expect(page.get_by_role("tooltip", name="coin · share 0.4996")).to_be_visible()
    second.tap()
    expect(page.get_by_role("tooltip", name="coin · tosses 10,000")).to_be_visible()
    assert page.url == f"{site}coin/"
    second.tap()
    page.wait_for_url(f"{site}lab/coin/")


def test_an_ellipsis_is_the_number_of_the_last_run(visit, record: dict) -> None:
    shown = visit("coin/").locator("a.measured", has_text=" s").inner_text()
    number, unit = shown.split()
    assert unit == "s"
    assert float(number) == pytest.approx(record["seconds"], rel=5e-3)


def test_a_section_is_its_code_then_what_it_printed_then_the_way_to_the_program(visit) -> None:
    box = visit("coin/").locator(".admonition.note")
    code, printed = box.locator(".highlight").all()
    assert code.locator(".filename").inner_text() == "snippets/coin.py · result"
    assert code.locator("code").inner_text().startswith('if __name__ == "__main__":\n    shares = main()\n')
    assert printed.locator("code").inner_text() == PRINTED
    assert box.locator("a.origin").inner_text() == "the whole program"
    assert box.locator("a.origin").get_attribute("href") == "../lab/coin/#result"


def test_a_section_stays_in_its_list(visit) -> None:
    item = visit("coin/").locator(".md-content ol > li")
    assert item.locator("code").inner_text().startswith("def toss(rng, *, size):\n")


def test_a_figure_is_described_in_the_words_of_the_note(visit) -> None:
    picture = visit("coin/").locator("figure.drawn img").first
    assert picture.get_attribute("alt") == ALT
    assert picture.get_attribute("loading") == "lazy"


def test_a_figure_stays_in_its_tab(visit) -> None:
    page = visit("coin/")
    picture = page.locator(".tabbed-block img")
    expect(picture).to_be_visible()
    page.click(".tabbed-labels >> text=Another")
    expect(picture).to_be_hidden()


def test_a_table_that_a_program_displayed_is_a_table(visit) -> None:
    table = visit("questions/").locator(".html-output table")
    rows = [row.split() for row in table.locator("tr").all_inner_texts()]
    assert rows == [["length", "class"], ["0", "1.0", "0"], ["1", "2.0", "0"], ["2", "4.0", "1"], ["3", "5.0", "1"]]


def test_a_drawing_in_svg_has_its_own_size(visit) -> None:
    picture = visit("questions/").locator("figure.drawn img")
    assert (picture.get_attribute("width"), picture.get_attribute("height")) == ("240", "120")  # 180pt by 90pt


def test_formulas_are_set_in_text_display_and_tables(visit) -> None:
    page = visit("coin/")
    expect(page.locator(".katex").first).to_be_visible()
    where = [page.locator(place).locator(".katex").count() for place in ("p", "div.arithmatex", "th")]
    assert where == [3, 1, 1]
    assert page.locator(".katex-error").count() == 0


def test_only_a_page_with_formulas_fetches_what_sets_them(visit, site: str) -> None:
    fetched: dict[str, bool] = {}
    page = visit()
    for address in ("", "questions/", "lab/coin/", "coin/"):
        page.goto(site + address, wait_until="networkidle")
        names = page.evaluate("performance.getEntriesByType('resource').map((it) => it.name)")
        fetched[address] = any("katex" in name for name in names)
    assert fetched == {"": False, "questions/": False, "lab/coin/": False, "coin/": True}


def test_its_claims_stand_below_it_with_what_was_measured(visit) -> None:
    rows = visit("coin/").locator(".claims tbody tr")
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    assert [[cell.split("\n")[0].removesuffix(" #") for cell in row] for row in cells] == [
        [
            "the share of heads comes as near to one half as you like",
            "0.5",
            "0.5 ±0.02",
            "0.4996 ± 0.0038 (3 seeds)",
            "reproduced",
        ],
        ["the share of heads is one half", "0.5", "0.5 ±1e-9", "0.4996 ± 0.0038 (3 seeds)", "differs"],
        ["there are more heads than tails", "–", "> 0.5", "0.4996 ± 0.0038 (3 seeds)", "partial"],
        ["moral certainty is less than certainty", "–", "–", "–", "untestable"],
    ]
    assert cells[1][0].split("\n")[1:] == ["said of Bernoulli (1713) | a misreading"]
    assert cells[1][4].split("\n")[1:] == ["it comes near, it need not get there"]


def test_a_work_that_it_cites_stands_at_its_end(visit) -> None:
    page = visit("coin/")
    page.click("text=Bernoulli (1713) >> nth=0")
    page.click("p a:has-text('Bernoulli (1713)')")
    assert page.url.endswith("#bernoulli1713")
    expect(page.locator("#bernoulli1713")).to_have_text("Jacob Bernoulli. Ars conjectandi. Thurnisiorum, Basel, 1713.")


def test_at_its_end_it_names_the_notes_that_mention_it(visit, site: str) -> None:
    page = visit("questions/")
    assert page.locator(".mentions").inner_text() == (
        "Mentioned by The law of large numbers, with a halfpenny & a computer"
    )
    page.click(".mentions a")
    page.wait_for_url(f"{site}coin/")
    assert page.locator(".mentions").count() == 0


def test_at_its_foot_stand_the_notes_before_and_after_it(visit, site: str) -> None:
    page = visit("coin/")
    assert page.locator(".beside a").all_inner_texts() == [
        "Earlier\nOne question parts two classes",
        "Later\nA derivative without a formula",
    ]
    page.click(".beside .next")
    page.wait_for_url(f"{site}slope/")
    assert page.locator(".beside a").all_inner_texts() == [
        "Earlier\nThe law of large numbers, with a halfpenny & a computer"
    ]


def foot(**meta: object) -> str:
    """The foot of a page of those fields."""
    theme = Theme(name="material", custom_dir=str(ROOT / "tools/theme"))
    page = SimpleNamespace(url="a/", edit_url=None)
    return theme.get_env().get_template("partials/note_foot.html").render(meta=meta, page=page, base_url="..")


def test_near_notes_are_named_with_what_they_share() -> None:
    shown = foot(related=[("b", "B & <b>", ["physics", "ML"])])
    assert '<li><a href="../b/">B &amp; &lt;b&gt;</a><small>physics · ML</small></li>' in shown


def test_how_to_cite_it_stands_in_a_box_that_opens_and_only_where_it_is_known() -> None:
    entry = "@misc{a, title = {A <b> & {B}}}"
    assert f"<pre><code>{escape(entry)}</code></pre>" in foot(bibtex=entry)
    assert "details" not in foot()


def test_the_citation_is_copied_as_it_stands(visit, site: str) -> None:
    entry = "@misc{slope,\n  title = {A derivative <without> a {formula}},\n}"
    page = visit(permissions=["clipboard-read", "clipboard-write"])

    def cited(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(
            body=re.sub('<footer class="note-foot">.*?</footer>', lambda _: foot(bibtex=entry), text, flags=re.DOTALL)
        )

    page.route(f"{site}slope/", cited)
    page.goto(f"{site}slope/")
    page.click("text=Cite this note")
    page.locator(".note-foot .highlight").hover()
    page.locator(".note-foot .md-code__button, .note-foot .md-clipboard").first.click()
    expect(page.locator(".md-dialog--active")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").strip() == entry


def test_code_is_copied_as_it_was_written(visit, notebook: Path) -> None:
    page = visit("coin/", permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".highlight", has=page.locator(".filename", has_text="coin.py · model"))
    block.hover()
    block.locator("[data-clipboard-target], .md-code__button, .md-clipboard").first.click()
    expect(page.locator(".md-dialog--active")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied in (notebook / "snippets/coin.py").read_text()
    assert copied.startswith("def toss(rng, *, size):\n")


def test_without_javascript_it_can_be_read_whole(visit) -> None:
    page = visit("coin/", java_script_enabled=False)
    for words in ("What we ran", "def running_share", PRINTED.strip(), "Over three seeds the share is"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.locator(".site-links a").first).to_be_visible()
    expect(page.locator(".claims .verdict").first).to_be_visible()
    expect(page.locator("pagefind-modal")).to_be_hidden()
    picture = page.locator("figure.drawn img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)


def test_on_paper_it_is_dark_on_light_without_the_header(visit) -> None:
    page = visit("coin/", color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator(".md-header")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--ink')") == "#1d2329"


def test_on_paper_a_legend_explains_the_marks_and_what_only_leads_on_is_left_out(visit) -> None:
    page = visit("coin/")
    legend = page.locator(".legend")
    expect(legend).to_be_hidden()
    page.emulate_media(media="print")
    expect(legend).to_be_visible()
    assert "numbers that a recorded run measured" in legend.inner_text()
    assert legend.inner_text().endswith(
        "Programs and runs: https://reproducible-notes.github.io/reproducible-notes/coin/"
    )
    for hidden in (".note-foot", ".filters", ".claims .permalink", ".md-code__nav"):
        assert page.locator(f"{hidden} >> visible=true").count() == 0


def test_on_paper_nothing_of_the_claims_is_cut_off(visit) -> None:
    page = visit("coin/", viewport={"width": 718, "height": 1000})  # A4 between its margins
    page.emulate_media(media="print")
    for verdict in page.locator(".claims .verdict").all():
        box = verdict.bounding_box()
        assert box["x"] + box["width"] <= 718

"""The page of all claims, and the same for programs."""

import pytest
from playwright.sync_api import Page, expect

TITLE = "The law of large numbers, with a halfpenny & a computer"
SHOWN = "table.ledger tr[id]:not([hidden])"
NEAR, EXACT, MORE, MORAL = (
    "the share of heads comes as near to one half as you like",
    "the share of heads is one half",
    "there are more heads than tails",
    "moral certainty is less than certainty",
)
ENOUGH = "one question is enough"


def press(page: Page, name: str, value: str) -> None:
    page.click(f'.filters button[data-name="{name}"][value="{value}"]')


def pressed(page: Page) -> list[str]:
    """The buttons that say they are chosen."""
    return page.locator(".filters button[aria-pressed=true]").evaluate_all("all => all.map((it) => it.value)")


def said(page: Page) -> list[str]:
    """The claims that are shown, in their order."""
    return page.locator(f"{SHOWN} summary").all_inner_texts()


def facts(page: Page, claim: str) -> dict[str, str]:
    """What a claim's line says when it is opened."""
    row = page.locator(SHOWN, has=page.get_by_text(claim, exact=True))
    row.locator("summary").click()
    return dict(zip(row.locator("dt").all_inner_texts(), row.locator("dd").all_inner_texts(), strict=True))


def test_every_claim_of_every_note_has_a_line_under_its_note(visit) -> None:
    page = visit("claims/")
    groups = page.locator("table.ledger tbody").evaluate_all(
        "all => all.map((it) => [it.querySelector('.group a').innerText,"
        " ...[...it.querySelectorAll('summary')].map((line) => line.innerText)])"
    )
    assert groups == [[TITLE, NEAR, EXACT, MORE, MORAL], ["One question parts two classes", ENOUGH]]


def test_a_line_has_verdict_stated_measured_how_far_off_seeds_and_cost(visit) -> None:
    page = visit("claims/")
    cells = [row.locator("td").all_inner_texts() for row in page.locator(SHOWN).all()]
    assert [[*row[:6]] for row in cells] == [
        ["reproduced", NEAR, "0.5", "0.4996 ± 0.0038", "−0.08 %", "3"],
        ["differs", EXACT, "0.5", "0.4996 ± 0.0038", "−0.08 %", "3"],
        ["partial", MORE, "–", "0.4996 ± 0.0038", "–", "3"],
        ["untestable", MORAL, "–", "–", "–", "–"],
        ["reproduced", ENOUGH, "1", "1", "0 %", "1"],
    ]
    assert [row[6][-2:] for row in cells] == [" s", " s", " s", "–", " s"]


def test_an_opened_line_has_the_rest(visit, site: str) -> None:
    page = visit("claims/")
    opened = facts(page, EXACT)
    run = opened["Metric"].removeprefix("coin.share, run ")
    assert len(run) == len("2026-11-25")
    assert opened == {
        "Source": "said of Bernoulli (1713) | a misreading",
        "Expected": "0.5 ±1e-9",
        "Metric": f"coin.share, run {run}",
        "Because": "it comes near, it need not get there",
        "Note": f"{TITLE} #",
    }
    page.click(f"{SHOWN} dd a >> text={TITLE} >> visible=true")
    page.wait_for_url(f"{site}coin/#coin.share-2")


def test_claims_json_says_what_the_page_says(visit) -> None:
    page = visit("claims/")
    claims = page.request.get(page.locator("text=claims.json").evaluate("it => it.href")).json()
    rows = [row.locator("td").all_inner_texts() for row in page.locator(SHOWN).all()]
    assert len(claims) == len(rows)
    for claim, cells in zip(claims, rows, strict=True):
        assert (claim["verdict"], claim["says"]) == (cells[0], cells[1])
        opened = facts(page, claim["says"])
        assert (claim["where"], claim["expect"], claim["because"]) == tuple(
            opened.get(name) for name in ("Source", "Expected", "Because")
        )
        assert cells[2] == ("–" if claim["paper"] is None else f"{claim['paper']:g}")
        assert cells[5] == ("–" if claim["seeds"] is None else str(claim["seeds"]))
        if claim["measured"] is None:
            assert cells[3] == "–"
        else:
            assert float(cells[3].split()[0]) == claim["measured"]


def test_a_verdict_and_a_tag_leave_the_claims_that_have_both(visit) -> None:
    page = visit("claims/")
    assert page.locator(SHOWN).count() == 5
    press(page, "verdict", "reproduced")
    expect(page.locator(SHOWN)).to_have_count(2)
    press(page, "tags", "ML")
    assert said(page) == [ENOUGH]
    assert page.locator(".filters [role=status]").inner_text() == "1 of 5 shown"
    assert pressed(page) == ["reproduced", "ML"]
    press(page, "verdict", "")
    press(page, "tags", "")
    expect(page.locator(SHOWN)).to_have_count(5)


def test_a_filter_counts_what_the_others_leave(visit) -> None:
    page = visit("claims/")
    press(page, "tags", "ML")
    counts = page.locator(".filters [aria-label=verdict] button").all_inner_texts()
    assert counts == ["all", "reproduced 1", "differs 0", "partial 0", "untestable 0"]


def test_words_leave_the_claims_that_say_all_of_them(visit, site: str) -> None:
    page = visit("claims/")
    page.fill(".filters input", "Heads misreading")
    assert said(page) == [EXACT]
    assert page.url == f"{site}claims/?text=Heads+misreading"
    page.reload()
    assert said(page) == [EXACT]


def test_a_note_without_a_claim_that_is_shown_is_hidden(visit) -> None:
    page = visit("claims/?verdict=differs")
    assert page.locator(".group a >> visible=true").all_inner_texts() == [TITLE]


@pytest.mark.parametrize(
    ("head", "orders"),
    [
        ("Verdict", [[EXACT, MORE, NEAR, ENOUGH, MORAL], [MORAL, NEAR, ENOUGH, MORE, EXACT]]),
        ("Off by", [[NEAR, EXACT, ENOUGH, MORE, MORAL], [ENOUGH, NEAR, EXACT, MORE, MORAL]]),
        ("Seeds", [[NEAR, EXACT, MORE, ENOUGH, MORAL], [ENOUGH, NEAR, EXACT, MORE, MORAL]]),
    ],
)
def test_a_head_sorts_one_way_then_the_other_then_by_note_and_what_has_no_number_comes_last(
    visit, head: str, orders: list[list[str]]
) -> None:
    page = visit("claims/")
    own = said(page)
    for order in [*orders, own]:
        page.click(f"thead button >> text={head}")
        assert said(page) == order


def test_the_order_is_said_and_kept_in_the_address(visit, site: str) -> None:
    page = visit("claims/?verdict=reproduced")
    page.click("thead button >> text=Off by")
    assert page.url == f"{site}claims/?verdict=reproduced&sort=-off"
    page.reload()
    assert said(page) == [NEAR, ENOUGH]
    assert page.locator("thead th[aria-sort]").evaluate_all("all => all.map((it) => [it.innerText, it.ariaSort])") == [
        ["Off by", "descending"]
    ]
    expect(page.locator(".group a >> visible=true")).to_have_count(0)


def test_on_a_phone_a_menu_sorts(visit, site: str) -> None:
    page = visit("claims/", viewport={"width": 390, "height": 844})
    page.select_option("select[name=sort]", label="by seeds")
    assert said(page)[-2:] == [ENOUGH, MORAL]
    assert page.url == f"{site}claims/?sort=-seeds"


def test_the_address_keeps_the_choice(visit, site: str) -> None:
    page = visit("claims/")
    press(page, "verdict", "differs")
    assert page.url == f"{site}claims/?verdict=differs"
    page.reload()
    expect(page.locator(SHOWN)).to_have_count(1)
    assert pressed(page) == ["differs", ""]


def test_a_claim_of_a_note_leads_to_its_line_which_is_open_and_below_the_head(visit, site: str) -> None:
    page = visit("coin/")
    page.locator(".claims .permalink").nth(1).click()
    page.wait_for_url(f"{site}claims/#coin.share-2")
    expect(page.locator("tr[id] details[open] summary")).to_have_text(EXACT)
    row, head = page.locator("tr:target").bounding_box(), page.locator("thead").bounding_box()
    assert row["y"] >= head["y"] + head["height"]


def test_an_address_that_names_a_claim_shows_it_whatever_is_chosen(visit, site: str) -> None:
    page = visit("claims/?verdict=differs#coin.share")
    expect(page.locator("tr[id] details[open] summary")).to_have_text(NEAR)
    assert page.url == f"{site}claims/#coin.share"


def test_a_verdict_of_the_front_page_leads_to_its_claims(visit, site: str) -> None:
    page = visit()
    page.click(".tally >> text=1 differs")
    page.wait_for_url(f"{site}claims/?verdict=differs")
    expect(page.locator(SHOWN)).to_have_count(1)


def test_an_address_with_a_verdict_or_an_order_that_does_not_exist_shows_all(visit) -> None:
    page = visit("claims/?verdict=excellent&sort=beauty")
    assert said(page) == [NEAR, EXACT, MORE, MORAL, ENOUGH]


def test_the_head_and_the_filters_stay_in_sight(visit) -> None:
    page = visit("claims/", viewport={"width": 1280, "height": 400})
    page.evaluate("scrollTo(0, 330)")
    expect(page.locator(".filters")).to_be_in_viewport(ratio=1)
    expect(page.locator("thead th").first).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [320, 720, 961, 1100, 1280])
def test_filters_and_lines_fit_the_screen(visit, width: int) -> None:
    page = visit("claims/?verdict=differs", viewport={"width": width, "height": 800})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_without_javascript_every_claim_shows_and_opens(visit) -> None:
    page = visit("claims/?verdict=differs", java_script_enabled=False)
    expect(page.locator(SHOWN)).to_have_count(5)
    expect(page.locator(".filters")).to_have_count(0)
    assert facts(page, NEAR)["Because"] == "three coins, each tossed ten thousand times"


def test_on_paper_every_line_is_open(visit) -> None:
    page = visit("claims/")
    page.emulate_media(media="print")
    expect(page.get_by_text("three coins, each tossed ten thousand times")).to_be_visible()


def test_on_a_phone_every_verdict_is_on_the_screen(visit) -> None:
    page = visit("claims/", viewport={"width": 390, "height": 844})
    for verdict in page.locator("table.ledger .verdict").all():
        box = verdict.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390

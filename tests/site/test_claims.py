"""The page of all claims, and the same for programs."""

from playwright.sync_api import Page, expect

TITLE = "The law of large numbers, with a halfpenny & a computer"
SHOWN = "table.ledger tbody tr:not([hidden])"


def press(page: Page, name: str, value: str) -> None:
    page.click(f'.filters button[data-name="{name}"][value="{value}"]')


def pressed(page: Page) -> list[str]:
    """The buttons that say they are chosen."""
    return page.locator(".filters button[aria-pressed=true]").evaluate_all("all => all.map((it) => it.value)")


def test_every_claim_of_every_note_has_a_row(visit) -> None:
    rows = visit("claims/").locator(SHOWN).all()
    cells = [[cell.split("\n")[0] for cell in row.locator("td").all_inner_texts()] for row in rows]
    assert [(row[0], row[1], row[5]) for row in cells] == [
        ("the share of heads comes as near to one half as you like", TITLE, "reproduced"),
        ("the share of heads is one half", TITLE, "differs"),
        ("there are more heads than tails", TITLE, "partial"),
        ("moral certainty is less than certainty", TITLE, "untestable"),
        ("one question is enough", "One question parts two classes", "reproduced"),
    ]


def test_claims_json_says_what_the_page_says(visit) -> None:
    page = visit("claims/")
    claims = page.request.get(page.locator("text=claims.json").evaluate("it => it.href")).json()
    rows = [row.locator("td").all_inner_texts() for row in page.locator(SHOWN).all()]
    assert len(claims) == len(rows)
    for claim, cells in zip(claims, rows, strict=True):
        says, where = cells[0].split("\n")
        assert (claim["says"], claim["where"]) == (says, where)
        assert (claim["expect"] or "–", claim["verdict"]) == (cells[3], cells[5].split("\n")[0])
        assert (claim["because"] or claim["verdict"]) == cells[5].split("\n")[-1]
        paper = "–" if claim["paper"] is None else f"{claim['paper']:g}"
        assert paper == cells[2]
        if claim["measured"] is None:
            assert cells[4] == "–"
        else:
            assert float(cells[4].split()[0]) == claim["measured"]


def test_a_verdict_and_a_tag_leave_the_claims_that_have_both(visit) -> None:
    page = visit("claims/")
    assert page.locator(SHOWN).count() == 5
    press(page, "verdict", "reproduced")
    expect(page.locator(SHOWN)).to_have_count(2)
    press(page, "tags", "ML")
    expect(page.locator(SHOWN)).to_have_count(1)
    assert page.locator(".filters [role=status]").inner_text() == "1 of 5 shown"
    assert pressed(page) == ["reproduced", "ML"]
    press(page, "verdict", "")
    press(page, "tags", "")
    expect(page.locator(SHOWN)).to_have_count(5)


def test_the_address_keeps_the_choice(visit, site: str) -> None:
    page = visit("claims/")
    press(page, "verdict", "differs")
    assert page.url == f"{site}claims/?verdict=differs"
    page.reload()
    expect(page.locator(SHOWN)).to_have_count(1)
    assert pressed(page) == ["differs", ""]


def test_a_verdict_of_the_front_page_leads_to_its_claims(visit, site: str) -> None:
    page = visit()
    page.click(".tally >> text=1 differs")
    page.wait_for_url(f"{site}claims/?verdict=differs")
    expect(page.locator(SHOWN)).to_have_count(1)


def test_an_address_with_a_verdict_that_does_not_exist_shows_all(visit) -> None:
    expect(visit("claims/?verdict=excellent").locator(SHOWN)).to_have_count(5)


def test_without_javascript_every_claim_shows(visit) -> None:
    page = visit("claims/?verdict=differs", java_script_enabled=False)
    expect(page.locator(SHOWN)).to_have_count(5)
    expect(page.locator(".filters")).to_have_count(0)


def test_on_a_phone_every_verdict_is_on_the_screen(visit) -> None:
    page = visit("claims/", viewport={"width": 390, "height": 844})
    for verdict in page.locator("table.ledger .verdict").all():
        box = verdict.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390

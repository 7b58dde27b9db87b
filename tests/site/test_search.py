"""Search, with nothing but the site's own files to answer it."""

from playwright.sync_api import Page, expect

DIALOG = "dialog.pf-modal[open]"
RESULTS = "pagefind-results .pf-result-link"
HINT = "Type words, a name in code, a number or a #tag."
COIN = "The law of large numbers, with a halfpenny & a computer"


def search(page: Page, word: str) -> None:
    """Open the search by its key and type a word."""
    page.locator("pagefind-modal-trigger button").wait_for()
    page.keyboard.press("/")
    page.locator(DIALOG).wait_for()
    page.keyboard.type(word)


def found(page: Page, count: int) -> list[str]:
    """The titles of that many results, in the order of the alphabet."""
    page.wait_for_function(f"document.querySelectorAll({RESULTS!r}).length === {count}")
    return sorted(page.locator(RESULTS).all_inner_texts())


def says(page: Page, sentence: str) -> None:
    """The search says just this of what it found."""
    expect(page.locator("pagefind-summary")).to_have_text(sentence, use_inner_text=True)


def choose(page: Page, facet: str, value: str) -> None:
    page.click(f"pagefind-filter-dropdown[filter={facet}] button.pf-dropdown-trigger")
    page.click(f"pagefind-filter-dropdown[filter={facet}] .pf-dropdown-option >> text={value}")
    page.keyboard.press("Escape")


def test_a_word_of_a_note_finds_it_and_a_result_leads_there(visit, site: str) -> None:
    page = visit()
    search(page, "moral certainty")
    assert found(page, 1) == [COIN]
    page.click(RESULTS)
    page.wait_for_url(f"{site}coin/**")


def test_a_word_that_a_program_printed_finds_its_lab_page(visit) -> None:
    page = visit()
    search(page, "halfpenny")
    assert found(page, 2) == [COIN, "coin"]


def test_a_function_finds_the_program_that_defines_it(visit) -> None:
    page = visit()
    search(page, "running_share")
    assert "coin" in found(page, 2)


def test_what_nobody_reads_is_not_found(visit) -> None:
    page = visit()
    search(page, "varepsilon")  # TeX
    says(page, "No results for varepsilon")
    assert page.locator(RESULTS).count() == 0


def test_a_tag_a_kind_and_a_year_narrow_what_is_found(visit) -> None:
    page = visit()
    search(page, "one")
    assert found(page, 4) == ["One question parts two classes", COIN, "coin", "questions"]
    choose(page, "tag", "ML")
    assert found(page, 2) == ["One question parts two classes", "questions"]
    choose(page, "kind", "paper")
    assert found(page, 1) == ["One question parts two classes"]
    choose(page, "year", "2025")
    assert found(page, 1) == ["One question parts two classes"]


def test_facets_say_how_many_they_leave(visit) -> None:
    page = visit()
    search(page, "halfpenny")
    found(page, 2)
    page.click("pagefind-filter-dropdown[filter=kind] button.pf-dropdown-trigger")
    options = page.locator("pagefind-filter-dropdown[filter=kind] .pf-dropdown-option")
    assert [text.split() for text in options.all_inner_texts()] == [["lab", "1"], ["note", "1"]]


def test_a_tag_opens_the_search_with_all_that_has_it(visit) -> None:
    page = visit("tags/ds/")
    page.click(".search-tag")
    assert found(page, 2) == [COIN, "coin"]
    assert page.locator("pagefind-summary").inner_text() == "2 results"


def test_another_spelling_of_a_tag_finds_the_tag(visit, site: str) -> None:
    page = visit()
    search(page, "DataScience")
    assert found(page, 1) == ["DS"]
    page.click(RESULTS)
    page.wait_for_url(f"{site}tags/ds/**")


def test_escape_closes_the_search_and_it_forgets_what_was_chosen(visit) -> None:
    page = visit("tags/ds/")
    page.click(".search-tag")
    found(page, 2)
    page.keyboard.press("Escape")
    page.locator(DIALOG).wait_for(state="hidden")
    # the dialog hides first and tells Pagefind afterwards; until then Pagefind takes it for open and ignores the key
    page.locator('pagefind-modal-trigger button[aria-expanded="false"]').wait_for()
    page.keyboard.press("/")
    page.locator(DIALOG).wait_for()
    assert page.locator("pagefind-summary").inner_text() == HINT
    assert page.locator(RESULTS).count() == 0


def test_arrows_and_enter_open_a_result(visit, site: str) -> None:
    page = visit()
    search(page, "halfpenny")
    found(page, 2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.startswith((f"{site}coin/", f"{site}lab/coin/")))


def test_a_slash_in_a_field_is_a_slash(visit) -> None:
    page = visit()
    search(page, "a/b")
    assert page.locator("pagefind-input input").input_value() == "a/b"

"""Search, with nothing but the site's own files to answer it."""

import pytest
from playwright.sync_api import Page, expect

DIALOG = "dialog.pf-modal[open]"
FIELD = "pagefind-input input"
RESULTS = "pagefind-results .pf-result-link"
HINT = "Type words, a name in code, a number or a #tag."
COIN = "The law of large numbers, with a halfpenny & a computer"


def search(page: Page, word: str) -> None:
    """Open the search by its key and type a word."""
    page.locator("pagefind-modal-trigger button").wait_for()
    page.keyboard.press("/")
    expect(page.locator(FIELD)).to_be_focused(timeout=30_000)
    page.keyboard.type(word)


def found(page: Page, count: int) -> list[str]:
    """The titles of that many results, in the order of the alphabet."""
    page.wait_for_function(f"""[{RESULTS!r}, "pagefind-results > ul > li"]
        .every((selector) => document.querySelectorAll(selector).length === {count})""")
    return sorted(page.locator(RESULTS).all_inner_texts())


def says(page: Page, sentence: str) -> None:
    """The search says just this of what it found."""
    expect(page.locator("pagefind-summary")).to_have_text(sentence, use_inner_text=True, timeout=30_000)


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


def test_a_name_is_found_in_the_middle_of_code(visit) -> None:
    page = visit()
    search(page, '"default_rng"')  # just this: running_share(toss(np.random.default_rng(seed), size=size))
    assert found(page, 1) == ["coin"]


@pytest.mark.parametrize("words", ["running share", "decision tree classifier"])
def test_a_name_is_found_by_its_words(visit, words: str) -> None:
    page = visit()
    search(page, words)
    assert {"running share": "coin", "decision tree classifier": "questions"}[words] in found(
        page, 2 if "share" in words else 1
    )


def test_a_number_that_was_typed_and_measured_is_found(visit) -> None:
    page = visit()
    search(page, "10,000")
    assert COIN in found(page, 2)


@pytest.mark.parametrize("word", ["epsilon", "probability"])
def test_a_formula_is_found_by_the_words_that_one_would_say(visit, word: str) -> None:
    page = visit()
    search(page, word)
    assert found(page, 1) == [COIN]
    assert word not in page.locator(".pf-result-excerpt").inner_text()


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


def test_a_verdict_narrows_to_the_notes_that_have_such_a_claim(visit) -> None:
    page = visit()
    search(page, "one")
    found(page, 4)
    choose(page, "verdict", "differs")
    assert found(page, 1) == [COIN]
    choose(page, "verdict", "reproduced")
    assert found(page, 2) == ["One question parts two classes", COIN]


def test_of_several_tags_any_will_do_or_all_must_be_there(visit) -> None:
    page = visit("?q.tag=DS&q.tag=ML")
    assert found(page, 4) == ["One question parts two classes", COIN, "coin", "questions"]
    page.get_by_role("button", name="all of these tags").click()
    assert found(page, 0) == []
    says(page, "No results")
    page.get_by_role("button", name="any of these tags").click()
    found(page, 4)


def test_all_of_the_tags_are_asked_for_by_an_address_too(visit) -> None:
    page = visit("?q.tag=DS&q.tag=statistics&q.tags=all")
    assert found(page, 2) == [COIN, "coin"]


def test_where_any_tag_will_do_another_shows_what_it_would_add(visit) -> None:
    page = visit("?q.tag=ML&q.kind=lab")
    assert found(page, 1) == ["questions"]
    page.click("pagefind-filter-dropdown[filter=tag] button.pf-dropdown-trigger")
    options = page.locator("pagefind-filter-dropdown[filter=tag] .pf-dropdown-option")
    options.nth(4).wait_for()  # they are counted now, since somebody came to the menu
    assert sorted(text.split() for text in options.all_inner_texts()) == [
        ["DS", "1"], ["ML", "1"], ["TIL", "1"], ["scikit-learn", "1"], ["statistics", "1"],
    ]  # fmt: skip


def test_what_is_chosen_can_be_seen_and_taken_back(visit, site: str) -> None:
    page = visit("?q=one&q.tag=ML&q.kind=paper")
    found(page, 1)
    page.get_by_role("button", name="Take back kind paper").click()
    assert found(page, 2) == ["One question parts two classes", "questions"]
    assert page.url == f"{site}?q=one&q.tag=ML"
    assert page.locator(FIELD).evaluate("it => it === document.activeElement")


def test_a_result_says_its_kind_its_date_its_tags_and_its_verdicts(visit) -> None:
    page = visit("?q=parts+two+classes&q.kind=paper")
    marks = page.locator(".found-marks > *")
    marks.first.wait_for()
    assert [text.lower() for text in marks.all_inner_texts()] == [
        "paper",
        "1 june 2025",
        "ml, scikit-learn",
        "reproduced",
    ]


def test_a_search_has_an_address_that_opens_it_anew(visit, site: str) -> None:
    page = visit()
    search(page, "one")
    found(page, 4)
    choose(page, "tag", "ML")
    choose(page, "year", "2025")
    page.wait_for_url(f"{site}?q=one&q.tag=ML&q.year=2025")
    assert found(page, 1) == ["One question parts two classes"]
    page.reload()
    assert found(page, 1) == ["One question parts two classes"]
    other = visit("?q=one&q.tag=ML&q.year=2025")
    assert found(other, 1) == ["One question parts two classes"]
    assert other.locator(FIELD).input_value() == "one"
    assert other.url == f"{site}?q=one&q.tag=ML&q.year=2025"


def test_back_from_a_result_is_the_search_again_and_back_from_that_the_page(visit, site: str) -> None:
    page = visit("notes/")
    search(page, "moral certainty")
    found(page, 1)
    page.click(RESULTS)
    page.wait_for_url(f"{site}coin/**")
    page.go_back()
    page.wait_for_url(f"{site}notes/?q=moral+certainty")
    assert found(page, 1) == [COIN]
    page.go_back()
    page.wait_for_url(f"{site}notes/")
    page.locator(DIALOG).wait_for(state="hidden")


def test_back_closes_the_search_and_stays_on_the_page(visit, site: str) -> None:
    page = visit()
    page.goto(f"{site}notes/")
    search(page, "moral certainty")
    found(page, 1)
    page.go_back()
    page.locator(DIALOG).wait_for(state="hidden")
    page.wait_for_timeout(300)  # for a step too many
    assert page.url == f"{site}notes/"
    page.go_forward()
    assert found(page, 1) == [COIN]


def test_the_address_of_a_page_is_its_own_again_when_the_search_closes(visit, site: str) -> None:
    page = visit("claims/?verdict=differs")
    page.locator(".filters").wait_for()
    assert page.locator(DIALOG).count() == 0
    search(page, "moral certainty")
    found(page, 1)
    assert page.url == f"{site}claims/?verdict=differs&q=moral+certainty"
    page.keyboard.press("Escape")
    page.wait_for_url(f"{site}claims/?verdict=differs")


def test_closed_a_shared_search_leaves_no_trace_in_the_address(visit, site: str) -> None:
    page = visit("coin/?q=one&q.tag=ML#what-we-ran")
    found(page, 2)
    page.keyboard.press("Escape")
    page.wait_for_url(f"{site}coin/#what-we-ran")


@pytest.mark.parametrize("typed", ["#DS", "#DataScience", "#data-science"])
def test_a_tag_is_chosen_by_typing_it_in_any_spelling(visit, typed: str) -> None:
    page = visit()
    search(page, typed)
    assert found(page, 2) == [COIN, "coin"]


def test_a_tag_with_a_word_behind_it_is_both(visit, site: str) -> None:
    page = visit()
    search(page, "#machinelearning parts")
    assert found(page, 2) == ["One question parts two classes", "questions"]
    page.wait_for_url(f"{site}?q=parts&q.tag=ML")
    assert page.locator(FIELD).input_value() == "parts"


@pytest.mark.parametrize("typed", ["#sci", "#sciikt-learn"])
def test_half_a_tag_and_a_misspelt_one_offer_what_is_meant(visit, site: str, typed: str) -> None:
    page = visit()
    search(page, typed)
    says(page, "Perhaps one of these tags:")
    assert page.locator(".offers button").all_inner_texts() == ["#scikit-learn"]
    page.keyboard.press("Enter")
    assert found(page, 2) == ["One question parts two classes", "questions"]
    page.wait_for_url(f"{site}?q.tag=scikit-learn")


def test_facets_say_how_many_they_leave(visit) -> None:
    page = visit()
    search(page, "halfpenny")
    found(page, 2)
    page.click("pagefind-filter-dropdown[filter=kind] button.pf-dropdown-trigger")
    options = page.locator("pagefind-filter-dropdown[filter=kind] .pf-dropdown-option")
    expect(options).to_have_text(["lab1", "note1"])
    assert page.locator(RESULTS).count() == 2


def test_facets_are_fetched_only_when_somebody_goes_to_the_menus(visit) -> None:
    page = visit()
    fetched: list[str] = []
    page.on("request", lambda request: "/pagefind/filter/" in request.url and fetched.append(request.url))
    search(page, "halfpenny")
    found(page, 2)
    page.wait_for_load_state("networkidle")
    assert fetched == []
    page.locator("pagefind-filter-dropdown[filter=kind] button.pf-dropdown-trigger").focus()
    expect(page.locator("pagefind-filter-dropdown[filter=kind] [role=option]")).to_have_text(["lab1", "note1"])
    assert fetched != []


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


@pytest.mark.parametrize(("word", "tag"), [("statistics", "statistics"), ("DS", "DS"), ("data science", "DS")])
def test_a_word_that_is_a_tag_finds_its_page_first(visit, word: str, tag: str) -> None:
    page = visit()
    search(page, word)
    expect(page.locator(RESULTS).first).to_have_text(tag, timeout=30_000)  # half of the word may have found others


def test_that_page_comes_first_though_others_match_better(visit) -> None:
    page = visit()
    page.route("**/search/tags.json", lambda route: route.fulfill(json={"scikit-learn": [], "TIL": ["learn"]}))
    search(page, "learn")
    expect(page.locator(RESULTS).first).to_have_text("TIL", timeout=30_000)  # not scikit-learn


@pytest.mark.parametrize("typed", ["What is a halfpenny", "the halfpenny that they were"])
def test_words_that_are_everywhere_are_not_asked_for_beside_others(visit, typed: str) -> None:
    page = visit()
    search(page, typed)
    assert found(page, 2) == [COIN, "coin"]
    says(page, f"2 results for {typed}")


def test_such_a_word_alone_or_in_a_phrase_is_asked_for(visit) -> None:
    page = visit()
    search(page, "than")
    says(page, "2 results for than")
    page.fill(FIELD, '"law of large numbers"')
    says(page, '1 result for "law of large numbers"')
    page.fill(FIELD, '"law for large numbers"')
    says(page, 'No results for "law for large numbers"')


@pytest.mark.parametrize(
    ("typed", "meant", "titles"),
    [
        ("halfpeny tossed", "halfpenny tossed", [COIN, "coin"]),
        ("qusetion", "question", ["One question parts two classes", "questions"]),
        ("derivaitve", "derivative", ["A derivative without a formula", "slope_jax"]),
        ("halfpenny xylophone", "halfpenny", [COIN, "coin"]),
    ],
)
def test_a_misspelt_word_finds_the_nearest_and_says_so(visit, typed: str, meant: str, titles: list[str]) -> None:
    page = visit()
    search(page, typed)
    assert found(page, len(titles)) == titles
    says(page, f"Nothing for {typed}; showing {len(titles)} result{'s' * (len(titles) > 1)} for {meant}")


def test_where_nothing_is_found_it_says_what_to_try(visit, site: str) -> None:
    page = visit("?q=halfpenny&q.kind=paper")
    says(page, "No results for halfpenny")
    assert page.locator(".nothing p:visible").all_inner_texts() == [
        "Try another spelling, fewer words, or only the beginning of a word.",
        "Search without the choices above",
        "Or look among all notes, all tags, all programs.",
    ]
    page.get_by_role("button", name="Search without the choices above").click()
    assert found(page, 2) == [COIN, "coin"]
    assert page.url == f"{site}?q=halfpenny"
    page.fill(FIELD, "xylophone")
    says(page, "No results for xylophone")
    expect(page.get_by_role("button", name="Search without the choices above")).to_be_hidden()


def test_what_is_read_is_announced(visit) -> None:
    page = visit()
    page.evaluate("""() => {
        window.heard = [];
        for (const region of document.querySelectorAll("[data-pagefind-announcer] [role=status]")) {
            new MutationObserver(() => region.textContent && heard.push(region.textContent))
              .observe(region, { childList: true });
        }
    }""")
    search(page, "qusetion")
    found(page, 2)
    page.wait_for_function("heard.length")
    assert page.evaluate("heard") == ["Nothing for qusetion; showing 2 results for question"]


def test_nothing_is_fetched_that_nobody_asked_for(visit) -> None:
    page = visit()
    page.wait_for_load_state("networkidle")
    fetched = page.evaluate("performance.getEntriesByType('resource').map((it) => new URL(it.name).pathname)")
    assert [path for path in fetched if "/search/" in path or "/find/" in path or path.endswith("/pagefind.js")] == []


def test_the_search_fits_a_phone(visit) -> None:
    page = visit(
        "?q=one&q.tag=DS&q.tag=ML&q.verdict=differs&q.verdict=reproduced", viewport={"width": 390, "height": 844}
    )
    found(page, 2)
    body = page.locator("pagefind-modal-body")
    assert body.evaluate("it => it.scrollWidth - it.clientWidth") == 0


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
    assert page.locator(FIELD).input_value() == "a/b"

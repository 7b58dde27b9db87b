"""An animation that a program displayed: it plays, stops on request, and stands still for those who ask for that."""

import numpy as np
import pytest
from life_portrait import animation
from playwright.sync_api import Page, expect


@pytest.fixture
def play(browser):
    """A page that shows three worlds, the last one longest."""
    worlds = [np.eye(7, dtype=np.uint8), np.zeros((7, 7), np.uint8), np.ones((7, 7), np.uint8)]
    contexts = []

    def open_page(**options: object) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_content(f"<!doctype html>{animation(worlds, still=2, seconds=1)}")
        return page

    yield open_page
    for context in contexts:
        context.close()


def places(page: Page) -> list[str]:
    """Where the strip of frames stands at ten moments of more than a second."""
    seen = []
    for _ in range(10):
        seen.append(page.eval_on_selector(".life-frames", "it => getComputedStyle(it).backgroundPosition"))
        page.wait_for_timeout(120)
    return seen


def test_it_plays_until_it_is_paused_with_the_keyboard_and_then_goes_on(play) -> None:
    page = play(reduced_motion="no-preference")
    assert set(places(page)) > {"0px 100%"}
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("pause")).to_be_checked()
    assert len(set(places(page))) == 1
    page.keyboard.press("Space")
    assert len(set(places(page))) > 1


def test_who_wants_less_motion_sees_the_portrait_and_nothing_moves(play) -> None:
    page = play(reduced_motion="reduce")
    assert set(places(page)) == {"0px 100%"}
    expect(page.get_by_label("pause")).to_be_hidden()


def test_it_says_what_it_shows_and_fits_a_phone(play) -> None:
    page = play(viewport={"width": 390, "height": 844})
    expect(page.get_by_role("img")).to_have_accessible_name(
        "Game of Life: noise becomes a woman's portrait in generation 2 and dissolves again"
    )
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390

"""Where the keyboard is, what a key does, what is announced, and what stays in sight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.library import open_library
from assistant.settings import Settings
from assistant.types import Document, Metadata
from ingest.run import run_documents
from tests.browser.conftest import OpenPage, assert_accessible, assert_drawn, assert_fits
from tests.browser.test_chat import QUESTION, ask, writer
from tests.browser.test_pages import EVEREST, SATURN, go
from tests.scripted_model import ScriptedModel

__all__ = ["writer"]  # a fixture
_FOCUSED = """() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.getAttribute('aria-label') ?? active?.textContent;
}"""
_MOMENT = 1500  # ms in which a page would have been drawn anew


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return str(page.evaluate(_FOCUSED))


def press(page: Page, name: str) -> None:
    """Press a button by keyboard, and wait until the page is drawn anew."""
    button = page.get_by_role("button", name=name).first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(_MOMENT)


def test_escape_closes_what_is_open_before_it_stops_an_answer(
    writer: tuple[ScriptedModel, str], open_page: OpenPage
) -> None:
    page = open_page(writer[1])
    stop = page.get_by_role("button", name="Stop")
    ask(page, QUESTION)
    expect(page.get_by_text("And after that")).to_be_visible()
    stop.click()
    expect(stop).to_have_count(0)
    ask(page, "How far away is the Webb telescope?")
    expect(page.get_by_text("And after that")).to_be_visible()

    page.get_by_role("button", name="Footnote 1").first.click()
    expect(page.locator("mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    page.get_by_role("button", name="Edit the question").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Publishers").click()
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_timeout(_MOMENT)
    expect(stop).to_have_count(1)
    page.keyboard.press("Escape")
    expect(stop).to_have_count(0)


def test_a_closed_article_leaves_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, EVEREST)
    page.get_by_role("button", name="Footnote 1").first.click()
    for _ in range(2):
        page.get_by_role("button", name="Next footnote").click()
        page.wait_for_timeout(_MOMENT)
    page.get_by_role("button", name="Next footnote").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    assert focused(page) == "Next footnote"
    expect(page.locator(".chip[aria-current]")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    assert focused(page).startswith("Footnote 2:")
    expect(page.locator(".chip[aria-current]")).to_have_count(0)
    box = page.get_by_placeholder("Ask your articles")
    box.click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(_MOMENT)
    expect(box).to_be_focused()


def test_keys_that_mean_something_else_leave_the_article_alone(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, EVEREST)
    page.get_by_role("button", name="Footnote 1").first.click()
    page.get_by_role("region", name="Article").focus()
    for keys in ("Shift+ArrowRight", "Alt+ArrowRight", "Control+ArrowRight", "Meta+ArrowRight", "Shift+Escape"):
        page.keyboard.press(keys)
        page.wait_for_timeout(_MOMENT)
        expect(page.get_by_text("1 of 2")).to_be_visible()
    for key in ("ArrowRight", "Escape"):
        composing = {"key": key, "isComposing": True, "bubbles": True, "composed": True}
        page.get_by_role("region", name="Article").dispatch_event("keydown", composing)
        page.wait_for_timeout(_MOMENT)
        expect(page.get_by_text("1 of 2")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 of 2")).to_be_visible()


def test_the_slash_leaves_what_lies_over_the_page_alone(open_page: OpenPage) -> None:
    page = open_page()
    box, dialog = page.get_by_placeholder("Ask your articles"), page.get_by_role("dialog")
    ask(page, EVEREST)
    page.get_by_role("button", name="Footnote 1").first.click()
    page.get_by_role("region", name="Article").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.get_by_role("button", name="Edit the question").click()
    dialog.get_by_role("button", name="Ask").focus()
    page.keyboard.press("/")
    expect(dialog.get_by_role("button", name="Ask")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    assert_drawn(page)
    page.set_viewport_size({"width": 390, "height": 800})  # the article covers the page now
    expect(dialog).to_be_visible()
    page.get_by_role("region", name="Article").focus()
    page.keyboard.press("/")
    expect(box).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    page.keyboard.press("/")
    expect(box).to_be_focused()


def test_the_slash_can_be_switched_off(start: Callable[..., str], open_page: OpenPage, tmp_path: Path) -> None:
    library = open_library(tmp_path / "library", Settings())
    run_documents([("/ant.md", Document("The ant is here.", Metadata("Ant")))], library)
    library.close()
    page = open_page(start(tmp_path / "library"))
    box, told = page.get_by_placeholder("Ask your articles"), page.get_by_text("go to the question box")
    leave = "document.activeElement.blur()"
    expect(box).to_be_focused()
    page.evaluate(leave)
    page.keyboard.press("/")
    expect(box).to_be_focused()
    go(page, "Settings")
    expect(told).to_be_visible()
    switch = page.get_by_role("switch", name="Single-key shortcuts")
    switch.focus()
    page.keyboard.press("Space")
    expect(told).to_have_count(0)
    expect(switch).to_be_focused()
    assert_accessible(page)
    page.get_by_role("link", name="Chat", exact=True).click()
    expect(box).to_be_visible()
    page.wait_for_timeout(_MOMENT)
    page.evaluate(leave)
    page.keyboard.press("/")
    page.wait_for_timeout(_MOMENT)
    expect(box).not_to_be_focused()


def test_the_keyboard_and_what_is_unfolded_stay_when_something_is_drawn_anew(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, EVEREST)
    page.get_by_text("Passages considered").click()
    press(page, "Good answer")
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    assert focused(page) == "Good answer"
    expect(page.locator("details[open]")).to_have_count(1)
    page.get_by_role("button", name="Filters").click()
    for publisher in ("The Harbour Ledger", "The Civic Lantern"):
        page.get_by_role("combobox", name="Publishers").click()
        page.get_by_role("option", name=publisher).click()
    page.keyboard.press("Escape")
    page.get_by_text(EVEREST, exact=True).first.click()
    chips = page.get_by_role("button", name="Take off the filter")
    expect(chips).to_have_count(2)
    press(page, "Take off the filter")
    expect(chips).to_have_count(1)
    assert focused(page).startswith("Take off the filter")
    go(page, "Library")
    press(page, "date")
    assert focused(page) == "date"


def test_what_a_click_did_is_announced(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, SATURN)
    said = page.locator('.hidden[role="status"]')
    arrived = "The answer is there. Sentences: 2, sources: 2."
    expect(said).to_have_text(arrived)
    copy = page.get_by_role("button", name="Copy the answer")
    copy.click()
    expect(said).to_have_text("It is on the clipboard.")
    page.get_by_role("button", name="Copied").click()
    expect(copy).to_have_text("Copy")
    page.wait_for_timeout(_MOMENT)
    expect(copy).to_have_text("Copy")
    page.get_by_role("button", name="Copy a link").click()
    other = open_page(page.evaluate("navigator.clipboard.readText()"))
    expect(other.locator('.hidden[role="status"]')).to_have_text(arrived)
    assert_accessible(other)


@pytest.mark.parametrize("height", [500, 850])
def test_a_sentence_stays_in_sight_when_its_footnote_is_opened(open_page: OpenPage, height: int) -> None:
    page = open_page(height=height)
    for number, question in enumerate((EVEREST, QUESTION, SATURN), 1):
        ask(page, question)
        expect(page.get_by_role("button", name="Bad answer")).to_have_count(number)
    chip = page.locator(".chip").last
    chip.click()
    expect(page.locator("mark")).to_be_visible()
    page.wait_for_timeout(_MOMENT)
    expect(chip).to_have_attribute("aria-current", "true")
    where, box = chip.bounding_box(), page.get_by_placeholder("Ask your articles").bounding_box()
    assert where
    assert box
    assert 0 < where["y"] < box["y"] - where["height"]


def test_on_a_phone_an_open_article_keeps_the_keyboard_and_can_be_removed(
    start: Callable[..., str], open_page: OpenPage, tmp_path: Path
) -> None:
    names = ("Ant", "Bee", "Cat")
    documents = [(n, Document(f"{n} is here. " * (9 - i), Metadata(n))) for i, n in enumerate(names)]
    library = open_library(tmp_path / "library", Settings())
    run_documents(documents, library)
    library.close()
    page = open_page(f"{start(tmp_path / 'library')}/library", width=390, height=800)
    titles = page.locator("td.title")
    expect(titles).to_have_text(["Ant", "Bee", "Cat"])
    page.get_by_role("button", name="Turn the order round").click()
    expect(titles).to_have_text(["Cat", "Bee", "Ant"])
    page.get_by_role("combobox", name="Sort by").select_option("words")
    expect(titles).to_have_text(["Ant", "Bee", "Cat"])
    expect(page.get_by_role("columnheader")).to_have_count(0)

    titles.first.get_by_role("button").click()
    panel = page.get_by_role("dialog", name="Ant")
    expect(panel).to_be_visible()
    seen = []
    for _ in range(4):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    article, close = "Article: Ant", "Close the article (Escape)"
    assert seen == ["Remove this article", close, article, "Remove this article"]
    page.keyboard.press("Shift+Tab")
    assert focused(page) == article
    assert_accessible(page)
    assert_fits(page)
    panel.get_by_role("button", name="Remove this article").click()
    page.get_by_role("button", name="Remove it").click()
    expect(titles).to_have_text(["Bee", "Cat"])


def test_another_list_begins_at_its_first_page(start: Callable[..., str], open_page: OpenPage, tmp_path: Path) -> None:
    documents = [(f"{n}", Document(f"{n} is here.", Metadata(f"{n} {'odd' * (n % 2)}"))) for n in range(100, 230)]
    library = open_library(tmp_path / "library", Settings())
    run_documents(documents, library)
    library.close()
    page = open_page(f"{start(tmp_path / 'library')}/library")
    number = page.get_by_role("spinbutton", name="Page")

    def go_to(wanted: str) -> None:
        number.fill(wanted)
        number.press("Enter")

    expect(page.locator("td.title").first).to_contain_text("100")
    go_to("3")
    expect(page.locator("td.title").first).to_contain_text("200")
    page.get_by_role("textbox", name="Search").fill("odd")
    page.get_by_role("textbox", name="Search").press("Enter")
    expect(page.get_by_text("65 of 130 articles")).to_be_visible()
    expect(page.locator("td.title").first).to_contain_text("101")
    expect(number).to_have_value("1")
    go_to("2")
    expect(page.locator("td.title").first).to_contain_text("201")
    page.get_by_role("columnheader").get_by_role("button", name="title").click()
    expect(page.locator("td.title").first).to_contain_text("229")
    expect(number).to_have_value("1")


def test_the_first_screen_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page(width=390, height=800)
    last = page.get_by_role("list", name="Suggested questions").get_by_role("button").last
    expect(last).to_be_visible(timeout=90_000)
    where, filters = last.bounding_box(), page.get_by_role("button", name="Filters").bounding_box()
    assert where
    assert filters
    assert where["y"] + where["height"] < filters["y"]

"""A conversation that goes on: what is in view, what is under way, what goes and what stays."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from assistant.library import Library, open_library
from assistant.settings import Settings
from ingest.run import run
from tests.browser.conftest import OpenPage, assert_accessible, assert_drawn, assert_fits
from tests.browser.test_chat import QUESTION, QUOTE, ask
from tests.scripted_model import Pause, scripted_model

SATURN = "How many moons does Saturn have?"
_MOMENT = 1500  # ms in which a page would have been drawn anew


@pytest.fixture
def library(sample_library: Library, tmp_path: Path) -> Library:
    """The sample articles, for this test alone."""
    shutil.copytree(sample_library.folder, tmp_path / "library")
    return open_library(tmp_path / "library", Settings())


@pytest.fixture
def slow(start: Callable[..., str], monkeypatch: pytest.MonkeyPatch, library: Library) -> Any:
    """The app with a model that writes a true sentence and then falls silent."""
    with scripted_model(QUOTE + " ", "And after that", Pause(60), " it was quiet.") as model:
        monkeypatch.setenv("FOOTNOTE_MODEL", "openai:scripted")
        monkeypatch.setenv("FOOTNOTE_MODEL_BASE_URL", model.url)
        monkeypatch.setenv("FOOTNOTE_MODEL_API_KEY", "not-a-secret")
        yield start(library.folder)


@pytest.fixture
def held(
    start: Callable[..., str], monkeypatch: pytest.MonkeyPatch, library: Library
) -> Iterator[tuple[threading.Event, str]]:
    """The app with a model that writes only while it may."""
    may = threading.Event()

    def script(_: object) -> list[str]:
        may.wait(60)
        return [QUOTE]

    with scripted_model(script=script) as model:
        monkeypatch.setenv("FOOTNOTE_MODEL", "openai:scripted")
        monkeypatch.setenv("FOOTNOTE_MODEL_BASE_URL", model.url)
        monkeypatch.setenv("FOOTNOTE_MODEL_API_KEY", "not-a-secret")
        yield may, start(library.folder)
        may.set()


@pytest.mark.parametrize("width", [1200, 390], ids=["desk", "phone"])
def test_the_answer_that_was_asked_for_is_in_view(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, height=700)
    for question in (QUESTION, SATURN, QUESTION, SATURN):
        ask(page, question)
        messages = page.get_by_test_id("stChatMessage")
        expect(messages.last.locator(".sentence").first).to_be_in_viewport(ratio=0.5)
        asked = messages.get_by_text(question, exact=True).last
        expect(asked).to_be_in_viewport(ratio=1)
        assert_drawn(page)
        header, below = page.get_by_test_id("stHeader").bounding_box(), asked.bounding_box()
        assert header
        assert below
        assert below["y"] >= header["y"] + header["height"], "the header hides the question"
    page.reload()
    expect(messages.last.locator(".sentence").first).to_be_in_viewport(ratio=0.5)
    # It is brought into view once; then the page stays where the person scrolls it.
    first = page.locator(".sentence", has_text=QUOTE).first
    first.scroll_into_view_if_needed()
    first.locator("button").first.click()
    expect(page.locator("mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    expect(first).to_be_in_viewport()


def test_a_sentence_that_is_no_longer_in_its_article_is_told(
    start: Callable[..., str], open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "light.txt"
    file.write_text("The lighthouse of Arnholm was built in 1802 by Ingrid Bakke.")
    library = open_library(tmp_path / "library", Settings())
    run([file], library)
    page = open_page(start(library.folder))
    ask(page, "Who built the lighthouse of Arnholm?")
    footnote = page.get_by_role("button", name="Footnote 1").first
    expect(footnote).to_be_enabled()
    file.write_text("The lighthouse of Arnholm was built in 1802 by Olga Bakke.")
    run([file], library)
    footnote.click()
    expect(page.get_by_text("This article has changed since; the sentence is no longer in it.")).to_be_visible()
    expect(page.locator(".article")).to_contain_text("Olga")
    expect(page.locator("mark")).to_have_count(0)


def test_an_answer_that_takes_long_is_found_again(slow: str, open_page: OpenPage) -> None:
    page = open_page(slow)
    ask(page, QUESTION)
    box = page.get_by_placeholder("Ask your articles")
    expect(page.get_by_text("And after that")).to_be_visible()
    expect(box).to_be_disabled()
    page.reload()
    expect(page.get_by_text("And after that")).to_be_visible()
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()
    expect(box).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Footnote 1").first).to_be_enabled()
    expect(box).to_be_enabled()
    expect(box).to_be_focused()
    page.get_by_role("button", name="Ask this question again").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Ask this question again")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()


def test_what_another_window_replaced_is_not_rated(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, SATURN)
    good = page.get_by_role("button", name="Good answer")
    expect(good).to_be_visible()
    other = open_page(page.url)
    good_there = other.get_by_role("button", name="Good answer")
    good_there.click()
    expect(good_there).to_have_attribute("aria-pressed", "true")
    other.get_by_role("button", name="Ask this question again").click()
    expect(good_there).to_have_attribute("aria-pressed", "false")
    good.click()
    expect(page.get_by_text("Another window has replaced or deleted this answer")).to_be_visible()
    expect(good).to_have_attribute("aria-pressed", "false")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")


def test_what_another_window_asked_again_is_shown_not_asked_a_third_time(slow: str, open_page: OpenPage) -> None:
    page = open_page(slow)
    ask(page, QUESTION)
    page.get_by_role("button", name="Stop").click()
    again = page.get_by_role("button", name="Ask this question again")
    expect(again).to_be_visible()
    other = open_page(page.url)
    again_there, stop_there = (other.get_by_role("button", name=n) for n in ("Ask this question again", "Stop"))
    expect(again_there).to_be_visible()
    again.click()
    expect(page.get_by_text("And after that")).to_be_visible()
    again_there.click()
    expect(other.get_by_text("being answered already")).to_be_visible()
    expect(other.get_by_text("And after that")).to_be_visible()
    stop_there.click()
    expect(stop_there).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


@pytest.mark.parametrize(
    ("button", "box", "done"),
    [("Edit the question", "Question", "Ask"), ("Bad answer", "In your own words (optional)", "Keep")],
    ids=["edit", "rate"],
)
def test_what_is_typed_in_a_dialog_stays_when_another_answer_is_there(
    held: tuple[threading.Event, str], open_page: OpenPage, library: Library, button: str, box: str, done: str
) -> None:
    may, where = held
    page = open_page(where)
    dialog, stop = page.get_by_role("dialog"), page.get_by_role("button", name="Stop")
    may.set()
    ask(page, QUESTION)
    first = page.get_by_role("button", name=button).first
    expect(first).to_be_enabled()
    may.clear()
    ask(page, "How far away is the Webb telescope?")
    expect(stop).to_have_count(1)
    first.click()
    typed = dialog.get_by_role("textbox", name=box)
    typed.fill("What lifted it?")
    may.set()
    (conversation,) = library.ledger.conversations().all()
    for _ in range(200):
        if not library.ledger.conversations().turns(conversation.id)[-1].unfinished:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(_MOMENT)
    expect(typed).to_have_value("What lifted it?")
    expect(typed).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(stop).to_have_count(0)
    expect(page.get_by_role("button", name="Copy the answer")).to_have_count(2)
    first.click()
    typed.fill("What lifted it?")
    dialog.get_by_role("button", name=done).click()
    expect(dialog).to_have_count(0)
    page.wait_for_timeout(_MOMENT)
    expect(dialog).to_have_count(0)


def test_past_conversations_are_the_latest_until_all_are_wanted(
    start: Callable[..., str], open_page: OpenPage, library: Library
) -> None:
    mine = library.ledger.conversations()
    for number in range(25):
        mine.add_turn(mine.start(), {"question": f"Question {number}?", "unfinished": "stopped"})
    page = open_page(start(library.folder))
    listed = page.get_by_role("list", name="Conversations").get_by_role("button")
    expect(listed).to_have_count(20)
    expect(listed.first).to_contain_text("Question 24? 20")  # and when it went on, in this century
    page.get_by_role("button", name="Show all").click()
    expect(listed).to_have_count(25)
    listed.last.click()
    expect(page.get_by_text("You stopped this answer.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="This conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Question 0?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(listed).to_have_count(25)
    assert_fits(page)

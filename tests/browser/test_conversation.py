"""A conversation that goes on: what is in view, what is under way, what goes and what stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from assistant.library import Library, open_library
from assistant.settings import Settings
from ingest.run import run
from tests.browser.conftest import OpenPage, assert_accessible, assert_fits
from tests.browser.test_chat import QUESTION, QUOTE, ask
from tests.scripted_model import Pause, scripted_model

SATURN = "How many moons does Saturn have?"


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


@pytest.mark.parametrize("width", [1200, 390], ids=["desk", "phone"])
def test_the_answer_that_was_asked_for_is_in_view(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, height=700)
    for question in (QUESTION, SATURN, QUESTION, SATURN):
        ask(page, question)
        messages = page.get_by_test_id("stChatMessage")
        expect(messages.last.locator(".sentence").first).to_be_in_viewport(ratio=0.5)
        expect(messages.get_by_text(question, exact=True).last).to_be_in_viewport(ratio=1)
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

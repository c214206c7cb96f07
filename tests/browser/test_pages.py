"""What can be done on the pages, as a person does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.library import open_library
from assistant.settings import Settings
from assistant.text import canonical_text
from assistant.types import Document, Metadata
from ingest.run import run_documents
from tests.browser.conftest import OpenPage, assert_accessible, assert_fits
from tests.browser.test_chat import QUESTION, QUOTE, ask

SATURN = "How many moons does Saturn have?"
EVEREST = "How high is Mount Everest?"  # two articles give two heights, so there are two footnotes


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_the_first_screen_suggests_and_has_the_focus(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_placeholder("Ask your articles")).to_be_focused()
    suggested = page.get_by_role("list", name="Suggested questions").get_by_role("button")
    expect(suggested.first).to_be_visible(timeout=90_000)  # each was tried before
    question = suggested.first.inner_text()
    assert_accessible(page)
    suggested.first.click()
    expect(page.get_by_role("button", name="Footnote 1").first).to_be_enabled()
    expect(page.get_by_text(question, exact=True).first).to_be_visible()


def test_what_can_be_done_with_an_answer(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, EVEREST)
    expect(page.get_by_role("button", name="Footnote 1").first).to_be_enabled()
    page.get_by_text("Passages considered").click()
    page.get_by_role("button", name="Open the article").first.click()
    expect(page.locator("mark")).to_be_visible()
    page.get_by_role("button", name="Close the article").click()
    expect(page.locator("mark")).to_have_count(0)

    page.get_by_role("button", name="Footnote 1").first.click()
    first = page.locator("mark")
    expect(first).to_be_visible()
    quote = first.inner_text()
    page.get_by_role("button", name="Next footnote").click()
    expect(page.locator("mark")).not_to_have_text(quote)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("mark")).to_have_text(quote)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Copy the answer").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert EVEREST in page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Edit the question").click()
    page.get_by_role("textbox", name="Question", exact=True).fill(QUESTION)
    page.get_by_role("textbox", name="Question", exact=True).press("Tab")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()
    page.get_by_role("button", name="Ask this question again").click()
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")


def test_conversations_are_linked_renamed_saved_and_deleted(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, SATURN)
    page.get_by_role("button", name="Copy a link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "answer=" in link
    other = open_page(link)
    expect(other.get_by_role("button", name="Footnote 1").first).to_be_enabled()

    page.get_by_role("button", name="This conversation").click()
    page.get_by_role("textbox", name="Title").fill("The moons")
    page.get_by_role("textbox", name="Title").press("Enter")
    expect(page.get_by_role("list", name="Conversations").get_by_text("The moons")).to_be_visible()
    for kind, start in (("Markdown", b"# The moons"), ("Web page", b"<!doctype"), ("Word", b"PK")):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save as {kind}").click()
        assert Path(download.value.path()).read_bytes().startswith(start)
    assert_accessible(page)
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("list", name="Conversations").get_by_text("The moons")).to_have_count(0)
    other.reload()
    expect(other.get_by_role("heading", name="Footnote")).to_be_visible()


def test_filters_are_chips(open_page: OpenPage) -> None:
    page = open_page()
    suggested = page.get_by_role("list", name="Suggested questions")
    expect(suggested).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Publishers").click()
    page.get_by_role("option", name="The Harbour Ledger").click()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Footnote").click()
    chip = page.get_by_role("button", name="Take off the filter: The Harbour Ledger")
    expect(chip).to_be_visible()
    expect(suggested, "they were tried without a filter").to_have_count(0)
    ask(page, "How many moons does Saturn have, says the Meridian?")
    page.wait_for_timeout(500)
    expect(page.get_by_text("Meridian Science Weekly")).to_have_count(0)
    chip.click()
    expect(chip).to_have_count(0)


def test_a_refusal_says_what_could_be_asked(open_page: OpenPage) -> None:
    page = open_page(width=390, scheme="dark")
    ask(page, "Who won the football world cup in 1954?")
    expect(page.get_by_text("The articles do not answer this.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


def test_the_library_lists_adds_and_removes(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    go(page, "Library")
    expect(page.get_by_text("33 articles", exact=True)).to_be_visible()
    assert_accessible(page)
    added = tmp_path / "windmill.txt"
    added.write_text("The windmill of Farholm\n\nThe windmill of Farholm was built in 1777 by the miller Sten Ulv.")
    page.get_by_text("Add articles").click()
    page.locator('input[type="file"]').set_input_files(added)
    page.get_by_role("button", name="Add the files").click()
    expect(page.get_by_text("1 seen, 1 added, 0 updated, 0 unchanged, 0 failed")).to_be_visible()
    page.get_by_role("tab", name="Web addresses").click()
    page.get_by_role("textbox", name="Addresses").fill("ftp://example.org")
    page.get_by_role("textbox", name="Addresses").press("Control+Enter")
    page.get_by_role("button", name="Add the pages").click()
    expect(page.get_by_text("is no web address")).to_be_visible()
    page.get_by_role("tab", name="A folder").click()
    page.get_by_role("textbox", name="Path").fill(str(tmp_path / "windmill.txt"))
    page.get_by_role("textbox", name="Path").press("Enter")
    page.get_by_role("button", name="Add the folder").click()
    expect(page.get_by_text("not stored twice")).to_be_visible()

    page.get_by_role("textbox", name="Search").fill("windmill")
    page.get_by_role("textbox", name="Search").press("Enter")
    expect(page.get_by_text("1 of 34 articles")).to_be_visible()
    expect(page.locator("td.title button")).to_have_count(1)  # the table is drawn a moment later
    page.locator("td.title button").click()
    expect(page.get_by_role("region", name="Article: ")).to_contain_text("Sten Ulv")
    assert_accessible(page)
    page.get_by_role("button", name="Remove this article").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("0 of 33 articles")).to_be_visible()


def test_the_library_sorts(open_page: OpenPage) -> None:
    page = open_page(f"{open_page().url}library", width=390, scheme="dark")
    titles = page.locator("td.title")
    expect(titles.first).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    page.set_viewport_size({"width": 1200, "height": 850})
    by_date = page.get_by_role("columnheader").get_by_role("button", name="date")
    by_date.click()
    expect(page.locator("td.date").first).to_have_text("2025-03-19")
    by_date.click()
    expect(page.locator("td.date").first).not_to_have_text("2025-03-19")


def test_the_golden_questions_are_run_twice(open_page: OpenPage, tmp_path: Path) -> None:
    golden = [
        {"id": "a", "question": QUESTION, "answerable": True, "answers": ["Ariane 5"],
         "articles": ["webb-first-images-2022.md"], "category": "fact"},
        {"id": "b", "question": "Who won the football world cup in 1954?", "answerable": True, "answers": ["Germany"],
         "articles": ["webb-first-images-2022.md"], "category": "fact"},
    ]  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(question) + "\n" for question in golden))
    page = open_page()
    go(page, "Quality")
    page.get_by_text("A file", exact=True).click()
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name="1 question failed")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Changes since the run of")).to_be_visible()
    page.locator("summary").last.click()
    expect(page.get_by_text("Germany")).to_be_visible()
    expect(page.locator("canvas, svg.marks").first).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


def test_settings_say_what_leaves_and_change_the_theme(open_page: OpenPage) -> None:
    page = open_page()
    go(page, "Settings")
    expect(page.get_by_text("Nothing. Questions, articles and answers stay here")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == "dark"
    page.get_by_text("A language model, every sentence checked").click()
    page.get_by_role("textbox", name="Model").fill("nowhere:none")
    page.get_by_role("textbox", name="Model").press("Enter")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("This did not work:")).to_be_visible()
    assert_accessible(page)


PIECES = [
    "<script>document.title='broken'</script>", "**bold** _it_ `code`", "$x^2$ and $5 to $6", "\u202eright\u202c left",
    "[x](javascript:alert(1))", "![p](http://192.0.2.1/x.png)", ":red[wet] :material/home:", "&lt;b&gt; &amp;",
    "<img src=x onerror=alert(1)>", "W" * 10_000, "null\0byte", "# heading", "1. list", "{{7*7}} ${7*7}",
    "</div></body>", "العربية \u2067x\u2069", "a\u200bb\u00adc", "||pipe|| |a|b|", "~~gone~~ <s>", "\\(x\\) \\[y\\]",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Document]]:
    """200 articles whose titles and texts are made to break a page."""
    documents = []
    for number in range(200):
        one, other = PIECES[number % len(PIECES)], PIECES[(number * 7 + number // 20) % len(PIECES)]
        title = canonical_text(f"{one} {number} {other}"[:400])
        text = canonical_text(f"{other} Story {number} of Hostilia tells of {one} and nothing else.")
        documents.append(Document(text, Metadata(title, publisher=one[:80].replace("\0", ""))))
    folder = tmp_path_factory.mktemp("hostile") / "library"
    library = open_library(folder, Settings())
    run_documents([(f"hostile-{n}", document) for n, document in enumerate(documents)], library)
    library.close()
    return folder, documents


def test_200_hostile_articles_are_shown_letter_by_letter(
    start: Callable[..., str], open_page: OpenPage, hostile: tuple[Path, list[Document]]
) -> None:
    folder, documents = hostile
    page = open_page(f"{start(folder)}/library")
    shown: list[str] = []
    for number in range(1, 5):
        if number > 1:
            page.get_by_role("spinbutton", name="Page").fill(str(number))
            page.get_by_role("spinbutton", name="Page").press("Enter")
        expect(page.locator("td.title button").first).not_to_have_text(shown[-50] if shown else "")
        shown += page.locator("td.title button").all_text_contents()
    assert sorted(shown) == sorted(document.metadata.title for document in documents)
    page.locator("td.title button").first.click()
    expect(page.locator(".article")).to_be_visible()
    title = page.locator(".source h2").text_content()
    text = next(document.text for document in documents if document.metadata.title == title)
    assert page.locator(".article").text_content() == text
    assert_fits(page)
    page.get_by_role("link", name="Chat", exact=True).click()
    ask(page, "What does story 8 of Hostilia tell of?")
    expect(page.get_by_role("button", name="Footnote 1").first).to_be_enabled()
    assert page.title() == "Footnote"
    broken = "[...document.querySelectorAll('script')].some((script) => script.textContent.includes('broken'))"
    assert not page.evaluate(broken)
    assert page.locator("img[src*='192.0.2.1'], img[src='x']").count() == 0
    assert_fits(page)

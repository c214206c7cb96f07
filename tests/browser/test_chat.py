"""The chat as a person uses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from assistant.library import Library, open_library
from assistant.settings import Settings
from ingest.run import run
from tests.browser.conftest import OpenPage, assert_accessible, assert_fits, start_app, stop_app
from tests.scripted_model import Pause, ScriptedModel, scripted_model

QUESTION = "Which rocket lifted the Webb telescope on Christmas Day 2021?"
QUOTE = (
    "The journey began on Christmas Day 2021, when an Ariane 5 rocket lifted the observatory "
    "from Kourou in French Guiana."
)


SECRETS = """[auth]
redirect_uri = "http://localhost/oauth2callback"
cookie_secret = "a secret of thirty-two characters"
client_id = "footnote"
client_secret = "none"
server_metadata_url = "http://localhost/.well-known/openid-configuration"
"""


def signed_in(where: str, name: str) -> dict[str, str]:
    """The cookie that Streamlit gives somebody who has come back from the login."""
    person = {"origin": where, "is_logged_in": True, "iss": "http://localhost", "sub": name, "name": name}
    signed = create_signed_value("a secret of thirty-two characters", "_streamlit_user", json.dumps(person))
    return {"name": "_streamlit_user", "value": signed.decode(), "url": where}


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask your articles")
    box.fill(question)
    box.press("Enter")
    asked = page.get_by_test_id("stChatMessage").get_by_text(question, exact=True).last
    expect(asked).to_be_visible()


def in_view(page: Page) -> bool:
    """Whether the highlighted quote lies inside the visible part of its article, and that inside the window."""
    return bool(
        page.evaluate(
            """() => {
                const roots = [document, ...[...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)];
                const mark = roots.map(r => r.querySelector('mark')).find(Boolean);
                const box = mark.closest('.article').getBoundingClientRect(), quote = mark.getBoundingClientRect();
                return quote.top >= box.top - 1 && quote.bottom <= box.bottom + 1
                    && quote.top >= 0 && quote.bottom <= innerHeight;
            }"""
        )
    )


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1200, 850, "light"), (390, 800, "dark")], ids=["light-desktop", "dark-phone"]
)
def test_ask_open_a_footnote_see_the_sentence(open_page: OpenPage, width: int, height: int, scheme: str) -> None:
    page = open_page(width=width, height=height, scheme=scheme)
    ask(page, QUESTION)
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()
    page.get_by_role("button", name="Footnote 1").first.click()
    expect(page.locator("mark")).to_have_text(QUOTE)
    page.wait_for_timeout(300)  # the article is scrolled to its quote
    assert in_view(page)
    assert_fits(page)
    assert_accessible(page)


def test_a_question_the_articles_do_not_answer(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "Who won the football world cup in 1954?")
    expect(page.get_by_text("The articles do not answer this.")).to_be_visible()
    nearest = page.locator("details").first
    nearest.locator("summary").click()
    expect(nearest.locator("p")).not_to_be_empty()


def test_a_footnote_opens_by_keyboard_and_closes_again(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, QUESTION)
    chip = page.get_by_role("button", name="Footnote 1").first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_be_hidden()
    chip.click()  # and it opens a second time
    expect(page.locator("mark")).to_be_visible()


@pytest.fixture
def writer(start: Callable[..., str], monkeypatch: pytest.MonkeyPatch, sample_library: Library, tmp_path: Path) -> Any:
    """The app over the sample articles with a model that writes a true sentence, a false one, and then falls silent."""
    shutil.copytree(sample_library.folder, tmp_path / "library")
    false = "The Ariane 5 rocket burned 4,711 tonnes of butter. "
    with scripted_model(QUOTE + " ", false, "And after that", Pause(60), " it was quiet.") as model:
        monkeypatch.setenv("FOOTNOTE_MODEL", "openai:scripted")
        monkeypatch.setenv("FOOTNOTE_MODEL_BASE_URL", model.url)
        monkeypatch.setenv("FOOTNOTE_MODEL_API_KEY", "not-a-secret")
        yield model, start(tmp_path / "library")


def test_a_model_writes_and_is_stopped(writer: tuple[ScriptedModel, str], open_page: OpenPage) -> None:
    model, where = writer
    page = open_page(where)
    ask(page, QUESTION)
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()
    expect(page.get_by_text("And after that")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    # What was checked until then stays: the true sentence with its footnote, the other struck out, with the reason.
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.locator("s", has_text="tonnes of butter")).to_be_visible()
    expect(page.locator(".faint", has_text="“4,711” is not what they say")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Footnote 1").first.click()
    expect(page.locator("mark")).to_have_text(QUOTE)
    page.wait_for_timeout(1000)
    assert model.dropped == 1, "the request was closed"


def test_follow_up_and_reload(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, QUESTION)
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()
    ask(page, "How far away is it?")
    expect(page.get_by_text("Understood as")).to_be_visible()
    page.reload()
    expect(page.get_by_text("How far away is it?", exact=True)).to_be_visible()
    expect(page.locator(".sentence", has_text=QUOTE).first).to_be_visible()


def test_two_people_do_not_see_each_other(start: Callable[..., str], open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(SECRETS)
    (tmp_path / "light.txt").write_text("The lighthouse of Arnholm was built in 1802 by Ingrid Bakke.")
    library = open_library(tmp_path / "library", Settings())
    run([tmp_path / "light.txt"], library)
    library.close()
    where = start(tmp_path / "library", tmp_path)
    stranger = open_page(where)
    expect(stranger.get_by_role("button", name="Sign in")).to_be_visible()
    ada, bo = (open_page(where, cookies=[signed_in(where, name)]) for name in ("ada", "bo"))
    question = "Who built the lighthouse of Arnholm?"
    ask(ada, question)
    ada.wait_for_url("**conversation=*")
    expect(ada.get_by_role("button", name=question)).to_be_visible()  # in the list of conversations
    bo.goto(ada.url)  # the address is no key
    expect(bo.get_by_text("Signed in as bo")).to_be_visible()
    expect(bo.get_by_placeholder("Ask your articles")).to_be_visible()
    bo.wait_for_timeout(1000)
    expect(bo.get_by_text(question)).to_have_count(0)


HOSTILE = [
    "The $5 fee and the $10 fee of Hostilia were **raised** by <b>Bo</b>.",
    "<script>document.title='broken'</script> The mayor of Hostilia is `Ann` [x](javascript:alert(1)).",
    "![seen](http://192.0.2.1/x.png) The river of Hostilia is :red[wet] and \\(x^2\\) :material/home: wide.",
    "# Hostilia was founded in 1234 by <img src=x onerror=\"document.title='broken'\"> Cid.",
]


def test_article_text_stays_text(start: Callable[..., str], open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "hostile.txt").write_text("\n\n".join(HOSTILE))
    library = open_library(tmp_path / "library", Settings())
    run([tmp_path / "hostile.txt"], library)
    library.close()
    page = open_page(start(tmp_path / "library"))
    questions = ("What fee of Hostilia?", "Who is the mayor of Hostilia?", "How wide is the river of Hostilia?")
    for question in (*questions, "When was Hostilia founded?"):
        ask(page, question)
    for hostile in HOSTILE:
        expect(page.get_by_text(hostile.lstrip("!")).first).to_be_attached()
    page.get_by_role("button", name="Footnote 1").first.click()
    expect(page.locator("mark")).to_be_visible()
    assert page.locator(".article").text_content() == "\n\n".join(HOSTILE)
    assert page.title() == "Footnote"


def test_stopping_the_command_stops_the_app(tmp_path: Path) -> None:
    app, where = start_app(tmp_path / "library")
    stop_app(app)
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{where}/_stcore/health", timeout=2)


def test_an_empty_library_teaches(start: Callable[..., str], open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(start(tmp_path / "library"))
    expect(page.get_by_text("There are no articles yet.")).to_be_visible()
    page.get_by_role("button", name="Add the sample articles").click()
    expect(page.get_by_placeholder("Ask your articles")).to_be_visible(timeout=120_000)
    ask(page, QUESTION)
    expect(page.locator(".sentence", has_text=QUOTE)).to_be_visible()

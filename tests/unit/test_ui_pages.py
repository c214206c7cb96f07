"""Pages drawn without a browser: what leaves this computer, the first steps, ratings and runs, what is dismissed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from assistant.conversation import ask
from assistant.errors import FootnoteError
from assistant.library import Feedback, Library, StoredTurn, open_library
from assistant.prompts import answer_prompt, rewrite_prompt
from assistant.settings import Settings
from assistant.types import Document, Filters, Metadata, Turn
from ingest.run import run_documents
from tests.unit.conftest import DOCUMENTS
from ui.answers import BAD_REASONS, metadata_by_id
from ui.asking import Asking
from ui.filters import ARTICLES, keep_filters
from ui.jobs import Job
from ui.views import chat, quality, settings, shelf
from ui.views.chat import draw_filters, draw_question_box, feedback_dialog
from ui.views.parts import Place, draw_adding, draw_first_run
from ui.words import SENT_TO_MODEL, what_leaves


def drawn(draw: Callable[..., Any], *args: Any, **state: Any) -> AppTest:
    """What this draws for somebody whose session holds that."""
    test = AppTest.from_string("import streamlit\nstreamlit.session_state['draw']()", default_timeout=60)
    for name, value in (state | {"draw": partial(draw, *args)}).items():
        test.session_state[name] = value
    test.run()
    assert not test.exception
    return test


def at(library: Library, owner: str = "") -> Place:
    return Place(library, library.ledger.conversations(owner), owner)


def test_both_places_tell_all_that_a_model_is_sent(library: Library) -> None:
    library.ledger.set_fact("answerer", "ollama:small")
    page = drawn(settings.draw, at(library))
    assert page.warning[0].value == f"{SENT_TO_MODEL} Nothing else does."
    assert page.caption[0].value.startswith(SENT_TO_MODEL)


def test_what_a_model_is_sent_is_what_is_told(small_library: Library) -> None:
    (told,) = rewrite_prompt("When?", [Turn("Who built it?", "Ada built it.")])[1:]
    assert "Ada built it." in told.content, "earlier answers go with a follow-up"
    assert "the conversation so far goes too" in SENT_TO_MODEL
    (told,) = answer_prompt("Who?", [], date(2026, 1, 2))[1:]
    assert "2 January 2026" in told.content
    assert "today's date" in SENT_TO_MODEL


def test_what_another_tab_chose_counts_here_too(library: Library) -> None:
    library.ledger.set_fact("answerer", "quotes")
    assert not drawn(settings.draw, at(library), answerer="ollama:small").warning
    assert drawn(settings.draw, at(library, "ada"), answerer="ollama:small").warning, "each who signs in chooses alone"


@pytest.mark.parametrize("owner", ["", "ada"], ids=["everybody", "signed in"])
def test_single_key_shortcuts_are_switched_off(library: Library, owner: str) -> None:
    run_documents(DOCUMENTS[:1], library)
    page = drawn(settings.draw, at(library, owner))
    page.toggle[0].set_value(False).run()
    assert not page.exception
    assert not page.toggle[0].value
    chosen = {"single_keys": page.session_state["single_keys"]} if owner else {}
    keys = drawn(chat.draw, at(library, owner), **chosen).sidebar.caption[-1].value
    assert keys == "Keys: **Esc** closes the article, in it **← →** go to other footnotes."
    assert "question box" in drawn(chat.draw, at(library, "bo")).sidebar.caption[-1].value


def test_with_quotes_nothing_leaves(library: Library) -> None:
    page = drawn(settings.draw, at(library))
    assert not page.warning
    assert page.success[0].value.startswith("Nothing.")
    chat_page = drawn(chat.draw_sidebar, at(library), None, [])
    assert chat_page.sidebar.caption[0].value == "0 articles. Answers are quotes. Nothing leaves this computer."


@pytest.mark.parametrize("answerer", ["quotes", "ollama:small"])
def test_what_goes_to_a_server_elsewhere_is_told_wherever_it_is_told_what_leaves(tmp_path: Path, answerer: str) -> None:
    place = at(open_library(tmp_path / "far", Settings(chroma_url="https://vectors.example.com:8000", model=answerer)))
    on_settings = drawn(settings.draw, place)
    in_chat = drawn(chat.draw_sidebar, place, None, []).sidebar.caption[0].value
    assert not on_settings.success
    for told in (on_settings.warning[0].value, in_chat):
        assert "Vectors" in told
        assert "`vectors.example.com`" in told
        assert (SENT_TO_MODEL in told) == (answerer != "quotes")
    assert "othing leaves" not in in_chat
    assert not any("the one thing" in caption.value for caption in drawn(shelf.draw, place).caption)


@pytest.mark.parametrize(
    ("url", "leaves"),
    [
        (None, False),
        ("http://localhost:8000", False),
        ("http://LocalHost", False),
        ("http://127.0.0.2:8000", False),
        ("http://[::1]:8000", False),
        ("http://192.168.0.7:8000", True),
        ("http://localhost.example.com", True),
        ("https://me:secret@vectors.example.com", True),
    ],
)
def test_only_what_goes_to_another_computer_leaves(url: str | None, *, leaves: bool) -> None:
    told = what_leaves(Settings(chroma_url=url), "quotes")
    assert bool(told) == leaves
    assert not any("secret" in line for line in told)


def test_size_and_login_are_no_variables(library: Library) -> None:
    told = drawn(settings.draw, at(library)).caption[-1].value
    assert told.startswith("All but the size on disk and the login")


@pytest.mark.parametrize(("here", "where"), [(True, "below"), (False, "on the page *Library*")])
def test_the_first_steps_name_where_to_take_them(library: Library, *, here: bool, where: str) -> None:
    page = drawn(partial(draw_first_run, library, here=here))
    assert f"Add your own {where}, or in a terminal:" in [element.value for element in page.markdown]
    assert str(library.folder) in page.code[0].value


def test_who_signs_in_is_not_shown_the_folder(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.views.parts.signed_in", lambda: {"is_logged_in": True, "sub": "ada"})
    page = drawn(draw_first_run, library)
    assert "Add your own on the page *Library*." in [element.value for element in page.markdown]
    assert not page.code


@pytest.mark.parametrize("error", [None, "no disk"])
def test_what_became_of_adding_is_dismissed(library: Library, error: str | None) -> None:
    job = Job(lambda _: run_documents(DOCUMENTS[:1], library))
    assert job.wait(60)
    job.error = error
    page = drawn(draw_adding, adding=job)
    assert page.text[0].value == (error or "1 seen, 1 added, 0 updated, 0 unchanged, 0 failed")
    page.button[0].click().run()
    assert len(page.main) == 0, "nothing is left of it"


def test_a_refusal_is_bad_in_another_way_than_an_answer(library: Library) -> None:
    def reasons(*, abstained: bool) -> list[str]:
        turn = StoredTurn(1, {"question": "Who?", "answer": "A.", "abstained": abstained})
        return list(drawn(feedback_dialog, at(library), turn).radio[0].options)

    assert reasons(abstained=True) == ["It should have answered"]
    assert reasons(abstained=False) == list(BAD_REASONS[:3])


def test_only_what_can_be_measured_is_run(library: Library) -> None:
    run_documents(DOCUMENTS[:1], library)
    mine = library.ledger.conversations()
    answer = {"answer": "A.", "abstained": False, "citations": [], "short_answer": None}
    identifier = mine.start()
    mine.add_turn(identifier, {"question": "Who?"} | answer)
    mine.give_feedback(mine.turns(identifier)[0], Feedback(good=False, reason="The answer is wrong"))
    page = drawn(quality.draw, at(library))
    page.radio[0].set_value("What you rated").run()
    (told,) = (element.value for element in page.caption)
    assert "1 answer rated so far" in told
    assert "1 question cannot be run until the right answer is filled in" in told
    assert page.button[0].disabled


def test_what_one_rated_and_ran_another_does_not_see(library: Library) -> None:
    run_documents(DOCUMENTS[:1], library)
    mine = library.ledger.conversations("ada")
    identifier = mine.start()
    mine.add_turn(identifier, ask(library, "When was the lighthouse of Arnholm built?").as_json())
    mine.give_feedback(mine.turns(identifier)[0], Feedback(good=True))
    page = drawn(quality.draw, at(library, "ada"))
    page.radio[0].set_value("What you rated").run()
    page.button[0].click().run()
    assert page.session_state["golden"].wait(60)
    page.run()
    assert "What you rated" in page.selectbox[0].options[0]
    assert not drawn(quality.draw, at(library, "bo")).selectbox
    assert not drawn(quality.draw, at(library)).selectbox


def test_an_answer_that_could_not_be_kept_is_drawn_with_the_reason(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_documents(DOCUMENTS[:1], library)
    shown: list[dict[str, Any]] = []
    place = at(library)
    identifier, put = place.conversations.start(), mock.Mock(side_effect=FootnoteError("the disk is full."))
    monkeypatch.setattr("ui.views.chat.show_answer", lambda view, *_, **__: shown.append(view))
    monkeypatch.setattr("ui.asking._PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(place.conversations, "put_turn", put)
    asking = Asking(library, place.conversations, identifier, "When was the lighthouse built?", filters=Filters())
    assert asking.wait(60)
    assert put.call_count > 1
    drawn(chat.draw, place, conversation=identifier)
    assert shown[-1]["sentences"][0]["text"] == "The lighthouse of Arnholm was built in 1802."
    assert shown[-1]["notes"][-1].endswith("It could not be kept: the disk is full.")
    (turn,) = chat.turns_of(place, identifier)
    page = drawn(partial(chat.act, place, turn, "up"), conversation=identifier)
    assert "cannot be rated" in page.toast[0].value


@pytest.fixture
def replaced(library: Library) -> tuple[Place, str, StoredTurn]:
    """A turn as it was drawn, before another window put another answer in its place; with its conversation."""
    run_documents(DOCUMENTS[:1], library)
    place = at(library)
    identifier = place.conversations.start()
    old = {"question": "Who?", "answer": "A.", "abstained": False}
    turn_id = place.conversations.add_turn(identifier, old)
    assert turn_id
    place.conversations.put_turn(identifier, turn_id, old | {"answer": "B."})
    return place, identifier, StoredTurn(turn_id, old)


@pytest.mark.parametrize("what", ["up", "down", "retry", "edit"])
def test_what_another_window_replaced_is_neither_rated_nor_asked_again(
    replaced: tuple[Place, str, StoredTurn], what: str
) -> None:
    place, identifier, seen = replaced
    page = drawn(partial(chat.act, place, seen, what), conversation=identifier)
    assert "replaced" in page.toast[0].value
    assert "dialog" not in page.session_state
    assert "wish" not in page.session_state
    (now,) = place.conversations.turns(identifier)
    assert now.feedback is None
    page = drawn(partial(chat.act, place, now, what), conversation=identifier)
    assert not page.toast
    assert ("dialog" in page.session_state) == (what in ("down", "edit"))
    assert ("wish" in page.session_state) == (what == "retry")
    assert (place.conversations.turns(identifier)[0].feedback == Feedback(good=True)) == (what == "up")


def test_why_an_answer_is_bad_is_said_of_the_one_that_was_seen(replaced: tuple[Place, str, StoredTurn]) -> None:
    place, identifier, seen = replaced
    page = drawn(feedback_dialog, place, seen)
    page.button[0].click().run()
    assert "replaced" in page.warning[0].value
    (now,) = place.conversations.turns(identifier)
    assert now.feedback is None
    page = drawn(feedback_dialog, place, now)
    page.button[0].click().run()
    assert not page.warning
    (now,) = place.conversations.turns(identifier)
    assert now.feedback == Feedback(good=False, reason=BAD_REASONS[0])
    drawn(partial(chat.act, place, now, "down"), conversation=identifier)
    assert place.conversations.turns(identifier)[0].feedback is None, "a second time takes it back"


def test_runs_say_that_they_measure_the_quotes_where_a_model_answers(library: Library) -> None:
    run_documents(DOCUMENTS[:1], library)
    told = "Runs measure the quotes, whoever answers in the chat."
    assert told not in [element.value for element in drawn(quality.draw, at(library)).caption]
    library.ledger.set_fact("answerer", "ollama:small")
    assert told in [element.value for element in drawn(quality.draw, at(library)).caption]


def briefings(*years: int) -> list[tuple[str, Document]]:
    """Articles that share their title."""
    return [(f"/{y}.md", Document(f"It is {y}.", Metadata("Briefing", published=date(y, 1, 1)))) for y in years]


def test_of_articles_that_share_their_title_each_can_be_chosen(library: Library) -> None:
    run_documents(briefings(2023), library)

    def draw() -> None:
        keep_filters(streamlit.session_state)
        draw_question_box(library, metadata_by_id(library), busy=False)

    page = drawn(draw)
    first, second = 1, 2
    page.multiselect(ARTICLES).select(first).run()
    assert page.multiselect(ARTICLES).options == ["Briefing"]
    run_documents(briefings(2024), library)
    page.run()
    assert page.session_state[ARTICLES] == [first], "a choice stays where a name becomes longer"
    page.multiselect(ARTICLES).set_value([second]).run()
    assert page.multiselect(ARTICLES).options == ["Briefing · 2023-01-01", "Briefing · 2024-01-01"]
    assert page.session_state[ARTICLES] == [second]


def test_where_not_every_title_is_offered_words_of_it_find_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = {1: "The boats of Holm", 2: "A ferry", 3: "Boats"}
    page = drawn(draw_filters, library, titles)
    assert not page.caption
    assert not page.text_input
    monkeypatch.setattr("ui.views.chat._ARTICLES_OFFERED", 1)
    page = drawn(draw_filters, library, titles)
    assert page.multiselect(ARTICLES).options == ["A ferry"]
    assert page.caption[0].value == "The first 1 of 3 titles are offered; type words of others above."
    page.multiselect(ARTICLES).select(2).run()
    page.text_input[0].set_value("holm BOATS").run()
    assert page.multiselect(ARTICLES).options == ["The boats of Holm", "A ferry"]
    assert page.session_state[ARTICLES] == [2], "what was chosen stays"
    assert not page.caption

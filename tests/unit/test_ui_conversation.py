"""A conversation as it goes on: asking again, what is under way, articles that change, filters, past ones."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any
from unittest import mock

import pytest

from assistant.answering import REFUSAL
from assistant.chat_model import StoppedError
from assistant.conversation import ask
from assistant.errors import FootnoteError
from assistant.library import Conversations, Feedback, Library, StoredTurn
from assistant.library.conversations import ASKING, STOPPED, UNFINISHED, ConversationSummary
from assistant.types import Document, Event, Filters, Finished, Metadata, Span
from ingest.run import run_documents
from ui import visit
from ui.answers import REFUSAL_OF_CHOSEN, answer_view, asked_of, metadata_by_id, opened_place, place_now, remarks
from ui.asking import Asking, history_of, under_way, unkept_words, with_unkept
from ui.filters import article_labels, filters_as_json, filters_problem

QUESTION = "When was the lighthouse of Arnholm built?"
OTHER = "How long is a ferry crossing?"


@pytest.fixture(scope="module")
def answer(small_library: Library) -> dict[str, Any]:
    return ask(small_library, QUESTION).as_json()


@pytest.fixture
def mine(library: Library) -> Conversations:
    return library.ledger.conversations()


@pytest.fixture
def rated(mine: Conversations, answer: dict[str, Any]) -> tuple[str, int]:
    """A conversation, and its one turn, which has an answer that was rated."""
    identifier = mine.start()
    turn_id = mine.add_turn(identifier, answer)
    assert turn_id is not None
    mine.give_feedback(mine.turns(identifier)[0], Feedback(good=True))
    return identifier, turn_id


class Held:
    """In the place of an answer: one that begins and goes no further until it is let go, with what then comes of it."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.outcome: Callable[[], Event] = lambda: pytest.fail("nothing was to come")

    def __call__(self, *_: Any, **__: Any) -> Iterator[Event]:
        self.begun.set()
        self.go.wait(30)
        yield self.outcome()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()
    monkeypatch.setattr("ui.asking.ask_stream", made)
    return made


def failing(error: Exception) -> Callable[[], Event]:
    def fail() -> Event:
        raise error

    return fail


# Asking again


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FootnoteError("no key"), "did not work: no key"),
        (StoppedError(), "You stopped this answer."),
        (OSError("disk"), "did not work: something went wrong"),
    ],
    ids=["fails", "stopped", "breaks"],
)
def test_an_answer_stays_where_asking_again_gives_none(
    library: Library,
    mine: Conversations,
    rated: tuple[str, int],
    held: Held,
    answer: dict[str, Any],
    error: Exception,
    said: str,
) -> None:
    identifier, turn_id = rated
    held.outcome = failing(error)
    asking = visit.begin(library, mine, identifier, visit.Wish(OTHER, turn_id), Filters(), None)
    (meanwhile,) = mine.turns(identifier)
    assert (meanwhile.unfinished, meanwhile.asking) == (None, True)
    held.go.set()
    assert asking.wait(30)
    (kept,) = mine.turns(identifier)
    assert (kept.id, kept.question, kept.unfinished, kept.asking) == (turn_id, QUESTION, None, False)
    assert kept.feedback == Feedback(good=True)
    assert history_of([kept])[0].answer == answer["answer"]
    (note,) = answer_view(kept.answer, {})["notes"]
    assert note.startswith(f"This is the answer from before. Asked again: “{OTHER}”")
    assert said in note


def test_an_answer_stays_where_footnote_is_stopped_while_it_is_asked_again(
    mine: Conversations, rated: tuple[str, int]
) -> None:
    identifier, turn_id = rated
    mine.put_turn(identifier, turn_id, {"question": QUESTION, UNFINISHED: ASKING})  # and nobody goes on from here
    (kept,) = mine.turns(identifier)
    assert (kept.unfinished, kept.feedback) == (None, Feedback(good=True))
    assert "Footnote was stopped" in answer_view(kept.answer, {})["notes"][0]


def test_a_new_answer_takes_the_place_of_the_old_one_and_its_rating(
    small_library: Library, library: Library, mine: Conversations, rated: tuple[str, int], held: Held
) -> None:
    identifier, turn_id = rated
    mine.put_turn(identifier, turn_id, {"question": QUESTION, UNFINISHED: STOPPED})
    held.outcome = lambda: Finished(ask(small_library, OTHER))
    held.go.set()
    asking = visit.begin(library, mine, identifier, visit.Wish(OTHER, turn_id), Filters(), None)
    assert asking.wait(30)
    (kept,) = mine.turns(identifier)
    assert (kept.question, kept.feedback) == (OTHER, None)
    assert answer_view(kept.answer, {})["notes"] == []


def test_what_is_under_way_is_found_from_every_page(library: Library, mine: Conversations, held: Held) -> None:
    identifier = mine.start()
    asked = [Asking(library, mine, identifier, question, filters=Filters()) for question in (QUESTION, OTHER)]
    found = [under_way(library, identifier, turn.id) for turn in mine.turns(identifier)]
    assert found == asked, "the first one is not lost"
    held.outcome = failing(StoppedError())
    held.go.set()
    for asking in asked:
        assert asking.wait(30)
        assert under_way(library, identifier, asking.turn_id) is None


def test_what_waits_for_its_turn_can_be_stopped_and_holds_no_model_up(
    library: Library, mine: Conversations, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr("ui.asking._quoting", full)
    waiting = Asking(library, mine, mine.start(), QUESTION, filters=Filters())
    assert not held.begun.wait(0.1)
    waiting.stop()
    assert waiting.wait(5)
    assert [turn.unfinished for turn in mine.turns(waiting.conversation_id)] == [STOPPED]
    held.outcome = failing(StoppedError())
    asking = Asking(library, mine, mine.start(), QUESTION, filters=Filters(), model="openai:scripted")
    assert held.begun.wait(5)
    held.go.set()
    assert asking.wait(5)


def test_what_is_under_way_is_not_asked_again(
    library: Library, mine: Conversations, rated: tuple[str, int], held: Held, answer: dict[str, Any]
) -> None:
    identifier, turn_id = rated
    asking = visit.begin(library, mine, identifier, visit.Wish(OTHER, turn_id), Filters(), None)
    with pytest.raises(FootnoteError, match="being answered already"):
        visit.begin(library, mine, identifier, visit.Wish(QUESTION, turn_id), Filters(), None)
    assert under_way(library, identifier, turn_id) is asking, "it can be stopped"
    finished(answer | {"question": OTHER}, held, asking)
    (kept,) = mine.turns(identifier)
    assert (kept.question, kept.asking, kept.feedback) == (OTHER, False, None)
    assert visit.begin(library, mine, identifier, visit.Wish(QUESTION, turn_id), Filters(), None).wait(30)


def test_of_two_windows_that_ask_again_at_once_one_does(
    library: Library, mine: Conversations, rated: tuple[str, int], held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier, turn_id = rated
    put, refused = mine.put_turn, list[FootnoteError]()

    def slowly(*values: Any) -> bool:
        time.sleep(0.2)
        return put(*values)

    def again() -> None:
        try:
            visit.begin(library, mine, identifier, visit.Wish(OTHER, turn_id), Filters(), None)
        except FootnoteError as error:
            refused.append(error)

    monkeypatch.setattr(mine, "put_turn", slowly)
    windows = [threading.Thread(target=again) for _ in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join(30)
    asking = under_way(library, identifier, turn_id)
    held.outcome = failing(StoppedError())
    held.go.set()
    assert asking
    assert asking.wait(30)
    assert len(refused) == 1


def test_what_was_asked_in_a_deleted_conversation_stays_away_from_the_next_one(
    library: Library, mine: Conversations, held: Held, answer: dict[str, Any]
) -> None:
    # Numbers are given again, as in libraries made before.
    with closing(sqlite3.connect(library.folder / "ledger.db")) as ledger:
        ledger.executescript(
            "DROP TABLE turns; CREATE TABLE turns (id INTEGER PRIMARY KEY, answer TEXT NOT NULL, conversation_id TEXT "
            "NOT NULL REFERENCES conversations (id) ON DELETE CASCADE)"
        )
    gone = mine.start()
    old = Asking(library, mine, gone, OTHER, filters=Filters())
    mine.delete(gone)
    identifier = mine.start()
    turn_id = mine.add_turn(identifier, answer)
    assert turn_id == old.turn_id
    assert under_way(library, identifier, turn_id) is None
    finished(answer | {"question": OTHER}, held, old)
    assert [turn.question for turn in mine.turns(identifier)] == [QUESTION]


def test_the_number_of_a_deleted_turn_is_not_given_again(mine: Conversations, answer: dict[str, Any]) -> None:
    gone = mine.start()
    first = mine.add_turn(gone, answer)
    mine.delete(gone)
    assert mine.add_turn(mine.start(), answer) != first


# Answers that the ledger does not take


def refusing(monkeypatch: pytest.MonkeyPatch, mine: Conversations, times: int) -> None:
    """Let the ledger fail to take what comes of a question, so many times."""
    put, left = mine.put_turn, [FootnoteError("the disk is full.")] * times

    def put_turn(conversation_id: str, turn_id: int, answer: dict[str, Any]) -> bool:
        if left and answer.get(UNFINISHED) != ASKING:
            raise left.pop()
        return put(conversation_id, turn_id, answer)

    monkeypatch.setattr(mine, "put_turn", put_turn)
    monkeypatch.setattr("ui.asking._PAUSE_SECONDS", 0.01)


def finished(answer: dict[str, Any], held: Held, asking: Asking) -> None:
    """Let a question be answered so."""
    held.outcome = lambda: Finished(mock.Mock(as_json=lambda: answer))
    held.go.set()
    assert asking.wait(30)


def test_an_answer_that_the_ledger_takes_late_is_kept(
    library: Library, mine: Conversations, held: Held, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, mine, 2)
    identifier = mine.start()
    finished(answer, held, Asking(library, mine, identifier, QUESTION, filters=Filters()))
    turns = mine.turns(identifier)
    assert [turn.answer["answer"] for turn in turns] == [answer["answer"]]
    assert with_unkept(library, identifier, turns) == turns


def test_an_answer_that_the_ledger_does_not_take_is_shown_with_the_reason(
    library: Library,
    mine: Conversations,
    held: Held,
    answer: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    refusing(monkeypatch, mine, 4)
    identifier = mine.start()
    asking = Asking(library, mine, identifier, QUESTION, filters=Filters())
    finished(answer, held, asking)
    assert asking.ended
    assert under_way(library, identifier, asking.turn_id) is None
    assert "an answer could not be kept" in caplog.text
    (turn,) = with_unkept(library, identifier, mine.turns(identifier))
    assert (turn.unfinished, turn.asking, turn.answer["answer"]) == (None, False, answer["answer"])
    (said,) = unkept_words(turn.answer)
    assert said == "This answer is here only until Footnote is stopped. It could not be kept: the disk is full."
    assert unkept_words(answer) == []
    assert with_unkept(library, "another", mine.turns(identifier))[0].unfinished, "a number may be another's by now"
    again = Asking(library, mine, identifier, QUESTION, filters=Filters(), replaces=turn.id)
    finished(answer, held, again)
    (turn,) = with_unkept(library, identifier, mine.turns(identifier))
    assert (turn.unfinished, unkept_words(turn.answer)) == (None, []), "the ledger takes it now"


@pytest.mark.parametrize("before", [False, True], ids=["first", "again"])
def test_why_there_is_no_answer_is_told_where_the_ledger_does_not_take_that(
    library: Library,
    mine: Conversations,
    held: Held,
    rated: tuple[str, int],
    monkeypatch: pytest.MonkeyPatch,
    *,
    before: bool,
) -> None:
    refusing(monkeypatch, mine, 4)
    held.outcome = failing(FootnoteError("no key"))
    held.go.set()
    identifier, replaces = rated if before else (mine.start(), None)
    asking = Asking(library, mine, identifier, OTHER, filters=Filters(), replaces=replaces)
    assert asking.wait(30)
    (turn,) = with_unkept(library, identifier, mine.turns(identifier))
    if before:
        assert (turn.question, turn.feedback) == (QUESTION, Feedback(good=True))
        assert "This did not work: no key" in answer_view(turn.answer, {})["notes"][0]
    else:
        assert turn.unfinished == "no key"


# Articles that change


def test_a_footnote_finds_its_sentence_in_an_article_that_changed(library: Library) -> None:
    source, built, rock = "/a.md", "The lighthouse of Arnholm was built in 1802.", " It stands on a bare rock."

    def put(text: str) -> str:
        run_documents([(source, Document(text, Metadata("The lighthouse")))], library)
        (article,) = library.ledger.articles()
        return library.ledger.article(article.id).text

    text = put(built + rock)
    turn = StoredTurn(1, ask(library, QUESTION).as_json())
    citation, passage = opened_place(turn, "footnote", 1), opened_place(turn, "passage", 0)
    assert citation
    assert passage
    assert place_now(citation, text) == Span(0, len(built))
    assert place_now(passage, text) == Span(0, len(built + rock))
    moved = place_now(citation, put(f"Corrected. {built}{rock}"))
    assert moved
    assert moved.of(f"Corrected. {built}{rock}") == built
    gone = put("The lighthouse of Arnholm was built in 1803." + rock)
    assert place_now(citation, gone) is None
    assert place_now(passage, gone) is None


# Filters


def test_an_answer_says_which_articles_it_was_asked_of(small_library: Library) -> None:
    known = metadata_by_id(small_library)
    filters = Filters(since=date(2014, 1, 1), until=date(2016, 1, 1), publisher=("Harbour News",), articles=(1, 99))
    given = ask(small_library, QUESTION, filters=filters).as_json() | filters_as_json(filters)
    line = (
        "Asked of: since 2014-01-01, until 2016-01-01, Harbour News, The lighthouse of Arnholm, an article that is gone"
    )
    assert answer_view(given, known)["notes"][0] == line
    many = filters_as_json(Filters(articles=tuple(range(1, 13))))
    assert asked_of(many, known) == "Asked of: 12 articles"
    assert asked_of({}, known) is None
    assert asked_of(given) == "Asked of: since 2014-01-01, until 2016-01-01, Harbour News, 2 articles"
    assert [remark.text for remark in remarks(given)] == [asked_of(given)], "copies and exports say so too"


def test_a_refusal_says_whether_it_is_about_all_articles(small_library: Library) -> None:
    refused = ask(small_library, "Who won the football world cup in 1954?").as_json()
    chosen = refused | filters_as_json(Filters(since=date(2020, 1, 1)))
    assert answer_view(refused, {})["refusal"] == REFUSAL
    assert answer_view(chosen, {})["refusal"] == REFUSAL_OF_CHOSEN


def test_filters_that_no_article_can_pass_are_told() -> None:
    early, late = date(2019, 1, 1), date(2020, 1, 1)
    assert "later than" in str(filters_problem(Filters(since=late, until=early)))
    for filters in (Filters(), Filters(since=late), Filters(until=early), Filters(since=late, until=late)):
        assert filters_problem(filters) is None


NEWS = Metadata("News", publisher="A", published=date(2024, 5, 1))


@pytest.mark.parametrize(
    ("known", "labels"),
    [
        ([Metadata("Moons"), NEWS], ["Moons", "News"]),
        ([NEWS, Metadata("News", publisher="A")], ["News · 2024-05-01", "News · undated"]),
        ([NEWS, Metadata("News", publisher="B", published=NEWS.published)],
         ["News · A · 2024-05-01", "News · B · 2024-05-01"]),
        ([NEWS, NEWS, Metadata("News")], ["News · A · 2024-05-01 #1", "News · A · 2024-05-01 #2", "News · undated"]),
        ([Metadata("News"), Metadata("News"), Metadata("News · undated #1")],
         ["News · undated #1", "News · undated #2", "News · undated #1 · undated"]),
    ],
    ids=["titles", "dates", "publishers", "numbers", "a title like a name"],
)  # fmt: skip
def test_every_article_has_a_name_of_its_own(known: list[Metadata], labels: list[str]) -> None:
    assert article_labels(dict(enumerate(known, 1))) == dict(enumerate(labels, 1))


# Past conversations


def test_past_conversations_are_listed_with_when_they_went_on(mine: Conversations) -> None:
    for number in range(4):
        mine.add_turn(mine.start(), {"question": f"Question {number}?"})
    assert [c.title for c in mine.all(most=3)] == ["Question 3?", "Question 2?", "Question 1?"]
    assert len(mine.all()) == 4
    moment = datetime(2026, 11, 24, 23, 20, tzinfo=UTC)
    one, two = (ConversationSummary(name, "Moons", moment, moment, 1) for name in ("a", "b"))
    first, second = visit.past_choices([one, two], "b")
    assert (first["id"], first["text"], first["current"], second["current"]) == ("a", "Moons", False, True)
    assert first["about"] == f"{moment.astimezone():%Y-%m-%d %H:%M}"

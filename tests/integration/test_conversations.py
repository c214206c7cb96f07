"""Conversations in the ledger: kept, each person's own, and brought along from older libraries."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.library import Conversations, Feedback, Library, StoredTurn, open_library
from assistant.library.conversations import ASKING, LONGEST_TITLE, STOPPED, UNFINISHED
from assistant.library.schema import SCHEMA_VERSION
from assistant.settings import Settings
from assistant.types import Filters
from tests.at_once import meanwhile

FIRST, SECOND = {"question": "Who built it?"}, {"question": "When?"}


@pytest.fixture
def mine(library: Library) -> Conversations:
    return library.ledger.conversations("issuer|ada")


@pytest.fixture
def theirs(library: Library) -> Conversations:
    return library.ledger.conversations("issuer|bo")


def filled(conversations: Conversations) -> tuple[str, int]:
    """A conversation of two turns, and the id of the second."""
    identifier = conversations.start()
    conversations.add_turn(identifier, FIRST)
    last = conversations.add_turn(identifier, SECOND)
    assert last is not None
    return identifier, last


def questions(conversations: Conversations, identifier: str) -> list[str]:
    return [turn.question for turn in conversations.turns(identifier)]


def test_conversations_are_kept(mine: Conversations, library: Library) -> None:
    identifier, _ = filled(mine)
    again = open_library(library.folder, Settings()).ledger.conversations("issuer|ada")
    assert questions(again, identifier) == ["Who built it?", "When?"]
    assert again.turns("no such id") == []


def test_the_list_has_titles_and_begins_with_the_latest(mine: Conversations) -> None:
    mine.start()  # without a question it is not listed
    one, _ = filled(mine)
    two = mine.start()
    mine.add_turn(two, {"question": "x" * 200})
    mine.add_turn(one, {"question": "Why?"})
    latest, other = mine.all()
    assert (latest.id, latest.title, latest.turns) == (one, "Who built it?", 3)
    assert latest.updated > other.updated >= other.started
    assert len(other.title) == LONGEST_TITLE
    mine.rename(one, "  The \n lighthouse ")
    assert mine.title(one) == mine.all()[0].title == "The lighthouse"
    mine.rename(one, " ")
    assert mine.title(one) == "Who built it?"


def test_deleting_takes_everything_along(mine: Conversations) -> None:
    identifier, turn = filled(mine)
    mine.give_feedback(StoredTurn(turn, SECOND), Feedback(good=True))
    mine.delete(identifier)
    assert (mine.all(), mine.turns(identifier), mine.title(identifier), mine.rated()) == ([], [], None, [])
    assert mine.add_turn(identifier, FIRST) is None
    assert not mine.put_turn(identifier, turn, FIRST)


@pytest.mark.parametrize(
    "meddle",
    [
        lambda them, conversation, turn: them.rename(conversation, "Mine now"),
        lambda them, conversation, turn: them.delete(conversation),
        lambda them, conversation, turn: them.add_turn(conversation, {"question": "Hello?"}),
        lambda them, conversation, turn: them.put_turn(conversation, turn, {"question": "Hello?"}),
        lambda them, conversation, turn: them.give_feedback(StoredTurn(turn, SECOND), Feedback(good=False)),
        lambda them, conversation, turn: them.give_feedback(StoredTurn(turn, SECOND), None),
        lambda them, conversation, turn: them.branch(conversation, turn + 1),
    ],
    ids=["rename", "delete", "add", "put", "rate", "unrate", "branch"],
)
@pytest.mark.parametrize("other", ["issuer|bo", "", "issuer|ad", "%"])
def test_nobody_meddles_with_anothers(
    mine: Conversations, library: Library, meddle: Callable[[Conversations, str, int], object], other: str
) -> None:
    identifier, turn = filled(mine)
    mine.give_feedback(StoredTurn(turn, SECOND), Feedback(good=True, reason="short"))
    before = mine.all(), mine.turns(identifier)
    them = library.ledger.conversations(other)
    meddle(them, identifier, turn)
    assert (mine.all(), mine.turns(identifier)) == before
    assert (them.turns(identifier), them.title(identifier), them.rated()) == ([], None, [])
    assert "Who built it?" not in str([(them.title(c.id), them.turns(c.id)) for c in them.all()])


def test_each_sees_their_own_only(mine: Conversations, theirs: Conversations) -> None:
    one, _ = filled(mine)
    other, _ = filled(theirs)
    assert [c.id for c in mine.all()] == [one]
    assert [c.id for c in theirs.all()] == [other]


def test_an_answer_takes_the_place_of_an_unfinished_one(mine: Conversations) -> None:
    identifier = mine.start()
    turn = mine.add_turn(identifier, FIRST | {UNFINISHED: STOPPED})
    assert turn is not None
    assert mine.turns(identifier)[0].unfinished == STOPPED
    assert mine.put_turn(identifier, turn, FIRST | {"answer": "Ada."})
    kept = mine.turns(identifier)[0]
    assert (kept.id, kept.unfinished, kept.answer["answer"]) == (turn, None, "Ada.")


def test_feedback_is_changed_and_taken_back(mine: Conversations) -> None:
    identifier, turn = filled(mine)
    mine.give_feedback(StoredTurn(turn, SECOND), Feedback(good=False, reason="not what I asked"))
    mine.give_feedback(StoredTurn(turn, SECOND), Feedback(good=True))
    ((rated, before),) = mine.rated()
    assert (rated.id, rated.feedback, [t.question for t in before]) == (turn, Feedback(good=True), ["Who built it?"])
    mine.put_turn(identifier, turn, SECOND)
    assert mine.turns(identifier)[1].feedback is None, "it was about the answer that is gone"
    mine.give_feedback(StoredTurn(turn, SECOND), Feedback(good=True))
    mine.give_feedback(StoredTurn(turn, SECOND), None)
    assert mine.rated() == []


def test_feedback_is_about_the_answer_that_was_seen(mine: Conversations) -> None:
    identifier, turn = filled(mine)
    seen = mine.turns(identifier)[1]
    mine.put_turn(identifier, turn, SECOND | {UNFINISHED: ASKING})
    assert mine.give_feedback(seen, Feedback(good=True)), "it is asked again, but the answer is the same"
    mine.put_turn(identifier, turn, SECOND | {"answer": "In 1802."})
    now = mine.turns(identifier)[1]
    assert not mine.give_feedback(seen, Feedback(good=True))
    assert mine.turns(identifier)[1].feedback is None
    assert mine.give_feedback(now, Feedback(good=False))
    assert not mine.give_feedback(seen, None)
    assert mine.turns(identifier)[1].feedback == Feedback(good=False)
    mine.delete(identifier)
    assert not mine.give_feedback(now, None)


@pytest.mark.parametrize(
    "meddle",
    [
        lambda mine, conversation, turn: mine.give_feedback(turn, Feedback(good=True)),
        lambda mine, conversation, turn: mine.put_turn(conversation, turn.id, SECOND | {UNFINISHED: ASKING}),
    ],
    ids=["rate", "put"],
)
def test_another_window_answers_while_this_one_writes(
    mine: Conversations, meddle: Callable[[Conversations, str, StoredTurn], Any]
) -> None:
    identifier, turn = filled(mine)
    seen = mine.turns(identifier)[1]
    new = SECOND | {"answer": "In 1802."}
    with meanwhile("SELECT", lambda: mine.put_turn(identifier, turn, new)):
        meddle(mine, identifier, seen)
    (kept,) = [held for held in mine.turns(identifier) if held.id == turn]
    assert (kept.has_answer_of(StoredTurn(turn, new)), kept.feedback) == (True, None)


def test_a_branch_leaves_the_other_as_it_is(mine: Conversations) -> None:
    identifier, second = filled(mine)
    branch = mine.branch(identifier, second)
    mine.add_turn(branch, {"question": "Where?"})
    assert questions(mine, branch) == ["Who built it?", "Where?"]
    assert questions(mine, identifier) == ["Who built it?", "When?"]


def test_a_branch_has_nothing_of_what_is_still_asked(mine: Conversations) -> None:
    identifier, again = filled(mine)
    mine.put_turn(identifier, again, SECOND | {UNFINISHED: ASKING})
    for why in (ASKING, STOPPED, "the model failed"):
        mine.add_turn(identifier, {"question": "Where?", UNFINISHED: why})
    last = mine.add_turn(identifier, {"question": "Why?"})
    assert last is not None
    branch = mine.branch(identifier, last)
    assert [turn.answer for turn in mine.turns(branch)] == [FIRST, SECOND]
    assert [turn.asking for turn in mine.turns(identifier)] == [False, True, True, False, False, False]


def test_runs_of_the_golden_questions_are_kept(library: Library) -> None:
    first, second = (library.ledger.add_evaluation({"overall": {"n": n}}) for n in (1, 2))
    assert [run for run, _ in library.ledger.evaluations()] == [second, first]
    assert library.ledger.evaluation(first) == {"overall": {"n": 1}}
    assert library.ledger.evaluation(99) is None


def make_it_of_schema_2(library: Library) -> None:
    library.close()
    with sqlite3.connect(library.folder / "ledger.db") as old:
        old.executescript(
            """DROP TABLE feedback; DROP TABLE evaluations; DROP INDEX conversations_by_owner;
            ALTER TABLE conversations DROP COLUMN title; ALTER TABLE conversations DROP COLUMN owner;
            ALTER TABLE conversations DROP COLUMN updated; UPDATE facts SET value = '2' WHERE name = 'schema'"""
        )


def test_a_library_of_schema_2_is_brought_up_to_date(library: Library, tmp_path: Path) -> None:
    identifier, _ = filled(library.ledger.conversations())
    make_it_of_schema_2(library)
    library = open_library(tmp_path / "library", Settings())
    assert library.ledger.fact("schema") == SCHEMA_VERSION
    (kept,) = library.ledger.conversations().all()
    assert (kept.id, kept.title, kept.turns, kept.updated) == (identifier, "Who built it?", 2, kept.started)
    assert library.ledger.conversations("issuer|ada").all() == []
    library.close()


@pytest.mark.parametrize("statement", ["CREATE TABLE", "ALTER TABLE"])
def test_a_library_is_made_and_upgraded_once(library: Library, tmp_path: Path, statement: str) -> None:
    """Others may open it at the same time."""
    made = statement == "CREATE TABLE"
    folder = tmp_path / "new" if made else library.folder
    identifier = None if made else filled(library.ledger.conversations())[0]
    make_it_of_schema_2(library)
    opened: list[Library] = []
    with meanwhile(statement, lambda: opened.append(open_library(folder, Settings()))):
        opened.append(open_library(folder, Settings()))
    one, other = opened
    assert one.ledger.fact("library") == other.ledger.fact("library") is not None
    assert one.ledger.fact("schema") == SCHEMA_VERSION
    assert [kept.id for kept in other.ledger.conversations().all()] == ([] if made else [identifier])
    assert other.ledger.search_text(["who"], 1, Filters(), None) == []

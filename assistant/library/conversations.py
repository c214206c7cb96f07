"""The conversations of one person, and what they thought of the answers.

Every statement names the owner, so that nobody reads or changes what is another's, not even by guessing an id.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from assistant.library import sqlite
from assistant.library.schema import conversations, feedback, turns

UNFINISHED = "unfinished"
"""The key of a stored turn that has no answer (yet): "asking", "stopped", or why it failed."""
ASKING, STOPPED = "asking", "stopped"
TRIED = "tried"
"""The key, in an answer, of what was asked again in its place and has no answer (yet): as an unfinished turn."""
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thought of an answer."""

    good: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A question of a conversation with its answer."""

    id: int
    answer: dict[str, Any]
    """As `footnote ask --json` prints it; only `question` and `UNFINISHED` where there is no answer."""
    feedback: Feedback | None = None

    @property
    def question(self) -> str:
        """As the person typed it."""
        return str(self.answer["question"])

    @property
    def unfinished(self) -> str | None:
        """Why there is no answer; None where there is one."""
        return self.answer.get(UNFINISHED)

    @property
    def asking(self) -> bool:
        """Whether it was being answered, for the first time or again, when it was last written."""
        return ASKING in (self.unfinished, self.answer.get(TRIED, {}).get(UNFINISHED))

    def has_answer_of(self, other: StoredTurn) -> bool:
        """Whether another reading of this turn has the same answer; what is tried in its place is no part of it."""
        return _without_tried(self.answer) == _without_tried(other.answer)


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A conversation without its turns, for lists."""

    id: str
    title: str
    started: datetime
    updated: datetime
    turns: int


class Conversations:
    """Reads and writes the conversations of one owner; each method is one transaction."""

    def __init__(self, engine: Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner

    def start(self) -> str:
        """A new conversation's id."""
        with sqlite.writing(self._engine) as connection:
            return self._start(connection)

    def _start(self, connection: Connection) -> str:
        identifier, now = uuid.uuid4().hex, datetime.now(UTC)
        values = {"id": identifier, "owner": self._owner, "started": now, "updated": now}
        connection.execute(insert(conversations).values(**values))
        return identifier

    def all(self, most: int | None = None) -> list[ConversationSummary]:
        """Those with a question in them, the one that went on last first; at most so many."""
        first = _first_turn(turns.c.answer)
        count = select(func.count()).where(turns.c.conversation_id == conversations.c.id).scalar_subquery()
        query = (
            select(conversations, first.label("first"), count.label("turns"))
            .where(conversations.c.owner == self._owner, count > 0)
            .order_by(conversations.c.updated.desc(), conversations.c.id)
            .limit(most)
        )
        with self._engine.connect() as connection:
            return [_summary(row) for row in connection.execute(query)]

    def title(self, conversation_id: str) -> str | None:
        """A conversation's title; None where this person has none of this id."""
        query = select(conversations.c.title, _first_turn(turns.c.answer)).where(self._is(conversation_id))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _title(*row)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation a title of its own; an empty one gives it its first question's words back."""
        with sqlite.writing(self._engine) as connection:
            named = " ".join(title.split())[:LONGEST_TITLE] or None
            connection.execute(update(conversations).where(self._is(conversation_id)).values(title=named))

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its answers and what was thought of them."""
        with sqlite.writing(self._engine) as connection:
            connection.execute(delete(conversations).where(self._is(conversation_id)))

    def turns(self, conversation_id: str) -> list[StoredTurn]:
        """A conversation's questions and answers, oldest first; empty where this person has none of this id."""
        with self._engine.connect() as connection:
            return self._turns_of(connection, conversation_id)

    def _turns_of(self, connection: Connection, conversation_id: str) -> list[StoredTurn]:
        query = self._turns().where(turns.c.conversation_id == conversation_id).order_by(turns.c.id)
        return [_stored(row) for row in connection.execute(query)]

    def add_turn(self, conversation_id: str, answer: dict[str, Any]) -> int | None:
        """Keep an answer (as `ask --json` prints it) in its conversation.

        Returns:
            Its id; None where this person has no such conversation.
        """
        with sqlite.writing(self._engine) as connection:
            if not self._touch(connection, conversation_id):
                return None
            return _insert_turn(connection, conversation_id, answer)

    def put_turn(self, conversation_id: str, turn_id: int, answer: dict[str, Any]) -> bool:
        """Put another answer in the place of one; what is unfinished is noted beside an answer, and takes it no place.

        Returns:
            Whether this person's conversation still had such a turn.
        """
        # Libraries made before turns counted on give the id of a deleted turn to another conversation's next one.
        this = select(turns.c.answer).join(conversations).where(turns.c.id == turn_id, self._is(conversation_id))
        with sqlite.writing(self._engine) as connection:
            kept = connection.execute(this).scalar()
            if kept is None:
                return False
            held = json.loads(kept)
            if UNFINISHED in answer and UNFINISHED not in held:
                answer = held | {TRIED: answer}
            else:
                connection.execute(delete(feedback).where(feedback.c.turn_id == turn_id))  # it was about the other one
            connection.execute(update(turns).where(turns.c.id == turn_id).values(answer=json.dumps(answer)))
            return self._touch(connection, conversation_id)

    def branch(self, conversation_id: str, before_turn: int) -> str:
        """A new conversation that begins with the answers of another up to a turn; the other stays as it is.

        What has no answer (yet) stays there too: it is asked there, and nothing would come of it in the new one.
        """
        with sqlite.writing(self._engine) as connection:
            kept = [turn for turn in self._turns_of(connection, conversation_id) if turn.id < before_turn]
            identifier = self._start(connection)
            for turn in kept:
                if not turn.unfinished:
                    _insert_turn(connection, identifier, _without_tried(turn.answer))
        return identifier

    def give_feedback(self, turn: StoredTurn, given: Feedback | None) -> bool:
        """Note what the person thinks of an answer, or take it back.

        Args:
            turn: as the person saw it. Another window may have put another answer there, which this is not about.
            given: what they think; None takes it back.

        Returns:
            Whether that answer was still there.
        """
        with sqlite.writing(self._engine) as connection:
            kept = connection.execute(self._turns().where(turns.c.id == turn.id)).one_or_none()
            if kept is None or not _stored(kept).has_answer_of(turn):
                return False
            if given is None:
                connection.execute(delete(feedback).where(feedback.c.turn_id == turn.id))
                return True
            values = {"good": given.good, "reason": given.reason, "given": datetime.now(UTC)}
            statement = sqlite.upsert(feedback).values(turn_id=turn.id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["turn_id"], set_=values))
            return True

    def rated(self) -> list[tuple[StoredTurn, list[StoredTurn]]]:
        """Every answer with feedback, and the turns of its conversation that came before it, oldest first."""
        query = select(turns.c.id, turns.c.conversation_id).join(feedback).join(conversations).where(self._mine())
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(turns.c.id)).all()
            names = {row.conversation_id for row in found}
            by_conversation = {name: self._turns_of(connection, name) for name in names}
        rated = []
        for turn_id, conversation_id in found:
            before = [turn for turn in by_conversation[conversation_id] if turn.id <= turn_id]
            rated.append((before.pop(), before))
        return rated

    def _turns(self) -> Select[Any]:
        joined = turns.join(conversations).outerjoin(feedback)
        columns = (turns.c.id, turns.c.answer, feedback.c.good, feedback.c.reason)
        return select(*columns).select_from(joined).where(self._mine())

    def _touch(self, connection: Connection, conversation_id: str) -> bool:
        statement = update(conversations).where(self._is(conversation_id)).values(updated=datetime.now(UTC))
        return connection.execute(statement).rowcount > 0

    def _mine(self) -> Any:
        return conversations.c.owner == self._owner

    def _is(self, conversation_id: str) -> Any:
        return (conversations.c.id == conversation_id) & self._mine()


def _first_turn(column: Any) -> Any:
    return (
        select(column)
        .where(turns.c.conversation_id == conversations.c.id)
        .order_by(turns.c.id)
        .limit(1)
        .correlate(conversations)
        .scalar_subquery()
    )


def _insert_turn(connection: Connection, conversation_id: str, answer: dict[str, Any]) -> int:
    made = insert(turns).values(conversation_id=conversation_id, answer=json.dumps(answer))
    return sqlite.new_id(connection.execute(made))


def _without_tried(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != TRIED}


def _stored(row: Any) -> StoredTurn:
    given = None if row.good is None else Feedback(row.good, row.reason)
    return StoredTurn(row.id, json.loads(row.answer), given)


def _title(given: str | None, first_answer: str | None) -> str:
    if given:
        return given
    question = str(json.loads(first_answer)["question"]) if first_answer else "New conversation"
    return question if len(question) <= LONGEST_TITLE else question[: LONGEST_TITLE - 1] + "…"


def _summary(row: Any) -> ConversationSummary:
    title, started, updated = _title(row.title, row.first), sqlite.utc(row.started), sqlite.utc(row.updated)
    return ConversationSummary(row.id, title, started, updated, row.turns)

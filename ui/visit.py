"""What a person does in the chat: asks, goes from footnote to footnote, comes back to a past conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.library import Conversations, Library, StoredTurn
from assistant.library.conversations import ConversationSummary
from assistant.types import Filters
from ui.asking import Asking, history_of
from ui.words import moment_in_words

PAST_SHOWN = 20
"""Conversations that are listed before somebody wants all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A question that a click wants asked."""

    question: str
    turn_id: int | None = None
    """The turn that is asked again, or in other words."""
    filters: Filters | None = None
    """Those of that turn; None for what is set on the page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The footnote or passage whose article is open."""

    turn_id: int
    kind: str
    number: int


def begin(
    library: Library,
    conversations: Conversations,
    conversation_id: str | None,
    wish: Wish,
    filters: Filters,
    model: str | None,
) -> Asking:
    """Ask a question in a conversation, a new one where there is none.

    A question that is asked again takes the old one's place where that is the last; else the conversation goes on in a
    new one from there, so that nothing that was answered later is lost.

    Raises:
        FootnoteError: the conversation is gone.
    """
    turns = conversations.turns(conversation_id) if conversation_id else []
    if not conversation_id or not turns:
        conversation_id = conversations.start()
    replaces = None
    if wish.turn_id is not None and any(turn.id == wish.turn_id for turn in turns):
        if turns[-1].id == wish.turn_id:
            replaces = wish.turn_id
        else:
            conversation_id = conversations.branch(conversation_id, wish.turn_id)
        turns = [turn for turn in turns if turn.id < wish.turn_id]
    return Asking(
        library,
        conversations,
        conversation_id,
        wish.question,
        history=history_of(turns),
        filters=filters,
        model=model,
        replaces=replaces,
    )


def past_choices(past: Sequence[ConversationSummary], current: str | None) -> list[dict[str, Any]]:
    """Conversations as they are listed: the title, and when it went on last."""
    return [
        {"id": c.id, "text": c.title, "about": moment_in_words(c.updated), "current": c.id == current} for c in past
    ]


def next_footnote(turn: StoredTurn, opened: Opened, step: int) -> Opened:
    """The footnote before or after one; from the last it goes to the first."""
    numbers = [c["number"] for c in turn.answer["citations"]]
    place = (numbers.index(opened.number) + step) % len(numbers)
    return Opened(turn.id, opened.kind, numbers[place])


def parsed_open(what: str) -> tuple[str, int]:
    """ "footnote 3" as ("footnote", 3)."""
    kind, _, number = what.partition(" ")
    return kind, int(number)

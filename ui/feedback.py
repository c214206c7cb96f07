"""What people thought of answers, as golden questions: the next run of them tells whether it got better."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.evaluation import GoldenQuestion
from assistant.library import StoredTurn
from assistant.types import Turn
from ui.answers import BAD_REASONS
from ui.asking import history_of

GOOD_CATEGORY = "rated good"
_BAD_CATEGORIES = dict(zip(BAD_REASONS, ("wrong", "incomplete", "should refuse", "should answer"), strict=True))


def golden_questions(rated: Sequence[tuple[StoredTurn, Sequence[StoredTurn]]]) -> list[GoldenQuestion]:
    """Rated answers as golden questions.

    A good answer is what is wanted again: its quotes, or its refusal. Of a bad one only the question is known, and
    whether it ought to be refused; the right answer is left for a person to fill in.

    Args:
        rated: from `Conversations.rated`.
    """
    return [_golden(turn, before) for turn, before in rated if turn.feedback and not turn.unfinished]


def _golden(turn: StoredTurn, before: Sequence[StoredTurn]) -> GoldenQuestion:
    assert turn.feedback
    answer, good, reason = turn.answer, turn.feedback.good, turn.feedback.reason
    given = good and not answer["abstained"]
    head = reason.split(":")[0]
    category = GOOD_CATEGORY if good else _BAD_CATEGORIES.get(head, "rated bad")
    refuse = answer["abstained"] if good else category == "should refuse"
    return GoldenQuestion(
        id=f"feedback-{turn.id}",
        question=turn.question,
        answerable=not refuse,
        answers=(answer["short_answer"],) if given and answer["short_answer"] else (),
        articles=tuple(dict.fromkeys(_name(c) for c in answer["citations"])) if given else (),
        quotes=tuple(c["quote"] for c in answer["citations"]) if given else (),
        category=category,
        history=tuple(Turn(turn.question, turn.answer) for turn in history_of(before)),  # question files keep no titles
    )


def _name(citation: dict[str, Any]) -> str:
    """How golden questions name an article: by its file name, or its address."""
    source = str(citation["source"])
    return source if "://" in source else Path(urlsplit(source).path).name or source

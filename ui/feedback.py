"""What people thought of answers, as golden questions: the next run of them tells whether it got better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.evaluation import GoldenQuestion
from assistant.library import StoredTurn
from assistant.text import counted, is_url
from assistant.types import Turn
from ui.answers import BAD_REASONS
from ui.asking import history_of

GOOD_CATEGORY = "rated good"
_BAD_CATEGORIES = dict(zip(BAD_REASONS, ("wrong", "incomplete", "should refuse", "should answer"), strict=True))


Rated = Sequence[tuple[StoredTurn, Sequence[StoredTurn]]]


def golden_questions(rated: Rated, names: Mapping[str, str]) -> list[GoldenQuestion]:
    """Rated answers as golden questions.

    A good answer is what is wanted again: its quotes, or its refusal. Of a bad one only the question is known, and
    whether it ought to be refused; the right answer is left for a person to fill in, as it is where an article that
    a good one cites is gone. What was asked of chosen articles only says nothing of the whole library, and is left out.

    Args:
        rated: from `Conversations.rated`.
        names: of the articles there are, each its own, by source; from `evaluation.file_names`.
    """
    given = [(turn, before) for turn, before in rated if turn.feedback and not turn.unfinished]
    return [_golden(turn, before, names) for turn, before in given if "filters" not in turn.answer]


def bad_reasons(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What can be wrong with an answer: that it is a refusal, or anything else where it is none."""
    *of_answers, of_refusals = BAD_REASONS
    return (of_refusals,) if answer["abstained"] else tuple(of_answers)


def runnable(questions: Iterable[GoldenQuestion]) -> list[GoldenQuestion]:
    """Those that say what is right, a refusal or an article; whatever came of the others would count as wrong."""
    return [question for question in questions if question.articles or not question.answerable]


def rated_words(questions: Sequence[GoldenQuestion]) -> str:
    """How many rated answers there are, and how many cannot be run yet."""
    told = f"{counted(len(questions), 'answer')} rated so far. Thumbs below an answer add to them."
    lacking = len(questions) - len(runnable(questions))
    if not lacking:
        return told
    left_out = f"{counted(lacking, 'question')} cannot be run until the right answer is filled in"
    return f"{told} {left_out}: save them, fill it in, and run that file."


def _golden(turn: StoredTurn, before: Sequence[StoredTurn], names: Mapping[str, str]) -> GoldenQuestion:
    assert turn.feedback
    answer, good, reason = turn.answer, turn.feedback.good, turn.feedback.reason
    sources = list(dict.fromkeys(c["source"] for c in answer["citations"]))
    given = good and not answer["abstained"] and all(source in names for source in sources)
    head = reason.split(":")[0]
    category = GOOD_CATEGORY if good else _BAD_CATEGORIES.get(head, "rated bad")
    refuse = answer["abstained"] if good else category == "should refuse"
    return GoldenQuestion(
        id=f"feedback-{turn.id}",
        question=turn.question,
        answerable=not refuse,
        answers=(answer["short_answer"],) if given and answer["short_answer"] else (),
        articles=tuple(s if is_url(s) else names[s] for s in sources) if given else (),
        quotes=tuple(c["quote"] for c in answer["citations"]) if given else (),
        category=category,
        history=tuple(Turn(turn.question, turn.answer) for turn in history_of(before)),  # question files keep no titles
    )

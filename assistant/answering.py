"""From ranked sentences to an answer: the best ones, verbatim, each with its footnote, or a refusal."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from assistant.amounts import HOW_MUCH, numbers
from assistant.contradiction import denial
from assistant.equivalence import is_among
from assistant.matching import list_around
from assistant.text import stems
from assistant.types import AnswerSentence, Citation, NearbyPassage, Passage, RankedSentence, Reading

REFUSAL = "The articles do not answer this."
"""The one phrase every refusal begins with."""

QUOTES = "quotes"
"""Name of the answerer that needs no model."""

SHORT_ANSWER_FROM = 0.9
"""Probability from which a short answer is given."""

_BEGINNING = r"^\s*(?:and\s+|but\s+|so\s+)?"
_ASKS_HOW_MUCH = re.compile(rf"{_BEGINNING}{HOW_MUCH}", re.IGNORECASE)
_ASKS_SEVERAL = re.compile(
    rf"{_BEGINNING}(?:why\b|how\b|explain\b|describe\b|list\b|name\b|compare\b|tell me\b)"
    r"|\bwhat (?:happened|caused|causes|led|are|were|makes|made)\b|\bhow come\b"
    # Not "When were benefits introduced?".
    rf"|^(?!{_BEGINNING}(?:when|where|who)\b).*"
    r"\b(?:reasons?|causes|effects|differences?|steps|ways|advantages|disadvantages|benefits|risks|consequences)\b",
    re.IGNORECASE,
)
# From this probability on a sentence is said beside the best one; it gave the highest F1 on the questions of
# tests/training/calibrate.py, alike for those that ask for one thing and for several.
_BELONGS = 0.4
# From these similarities on, two sentences say the same.
_SAME_COSINE = 0.92
_SAME_WORDS = 0.6
_CONSIDERED = 12


def asks_several(question: str) -> bool:
    """Whether a question wants more than one sentence (why, how, lists)."""
    return bool(_ASKS_SEVERAL.search(question)) and not _ASKS_HOW_MUCH.search(question)


def select_sentences(reading: Reading, limit: int) -> list[RankedSentence]:
    """The sentences to answer with, best first: the best one, and others that likely belong and add something.

    Args:
        reading: from `reading.read`.
        limit: at most this many.
    """
    if not reading.sentences:
        return []
    best, *others = reading.sentences[:_CONSIDERED]
    chosen = [best]
    for sentence in sorted(others, key=lambda s: -s.belongs):
        if len(chosen) == limit or sentence.belongs < _BELONGS:
            break
        if not any(_say_the_same(sentence, other) for other in chosen):
            chosen.append(sentence)
    return chosen


def with_lists(chosen: Sequence[RankedSentence], reading: Reading, several: bool) -> list[RankedSentence]:
    """The sentences of an answer, with the whole list where one introduces it, or is an item and several are wanted.

    Args:
        chosen: from `select_sentences`.
        reading: from `reading.read`.
        several: from `asks_several`.
    """
    ranked = {sentence.place: sentence for sentence in reading.sentences}
    told: dict[tuple[int, int], RankedSentence] = {}
    for sentence in chosen:
        passage = sentence.passage
        if several or sentence.text.endswith(":"):
            places = [(passage.article_id, passage.sentences[i].start) for i in list_around(passage, sentence.index)]
            told |= {place: ranked[place] for place in places if place in ranked}
        told.setdefault(sentence.place, sentence)
    return list(told.values())


def short_answer(question: str, reading: Reading) -> str | None:
    """The short answer, where one is wanted and sure enough; a verbatim piece of the best sentence."""
    short = reading.short
    sure = short is not None and short.probability >= SHORT_ANSWER_FROM and not asks_several(question)
    return short.text if short and sure else None


def reading_order(sentences: Sequence[RankedSentence]) -> list[RankedSentence]:
    """Articles in the order of their best sentence, and within an article as it was written."""
    first = {s.passage.article_id: rank for rank, s in reversed(list(enumerate(sentences)))}
    return sorted(sentences, key=lambda s: (first[s.passage.article_id], s.span))


def quote(sentences: Sequence[RankedSentence]) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Sentences as an answer: each verbatim with a citation of its own, numbered in the order given."""
    citations = tuple(cite(number, sentence) for number, sentence in enumerate(sentences, start=1))
    said = tuple(AnswerSentence(c.quote, (c.number,), True, 1.0) for c in citations)
    return said, citations


def cite(number: int, sentence: RankedSentence) -> Citation:
    """The citation of one sentence."""
    m = sentence.passage.metadata
    return Citation(
        number,
        sentence.passage.article_id,
        m.title,
        m.publisher,
        m.published,
        m.url,
        sentence.passage.source,
        sentence.text,
        sentence.span.start,
        sentence.span.end,
        page_of(sentence.passage.pages, sentence.span.start),
    )


def page_of(pages: Sequence[int], place: int) -> int | None:
    """The number of the page, from 1, that a place in the text stands on; None where there are no pages."""
    return bisect_right(pages, place) or None


def nearby(passages: Sequence[Passage]) -> tuple[NearbyPassage, ...]:
    """The passages that were considered, best first."""
    return tuple(NearbyPassage(p.article_id, p.span.start, p.span.end, p.text, round(p.score, 4)) for p in passages)


def _say_the_same(one: RankedSentence, other: RankedSentence) -> bool:
    if _give_other_numbers(one.text, other.text) or denial(one.text, other.text):
        return False
    if float(one.vector @ other.vector) >= _SAME_COSINE and one.passage.article_id != other.passage.article_id:
        return True
    a, b = set(stems(one.text)), set(stems(other.text))
    return len(a & b) / max(1, len(a | b)) >= _SAME_WORDS


def _give_other_numbers(one: str, other: str) -> bool:
    """Whether each has a number that the other lacks: "14 boats in 2018", "19 boats in 2019"."""
    mine, theirs = numbers(one), numbers(other)
    return not all(is_among(n, theirs) for n in mine) and not all(is_among(n, mine) for n in theirs)

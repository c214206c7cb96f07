"""Which sentence answers, and whether any does.

A sentence's score is its passage's fused score, plus the cosine of its vector in context, plus the share of
the question's words it holds, each word weighted by how rare it is in the library (words that stand only in
the sentences before or in the title count in part: a pronoun often carries them on), plus a little where the
question asks for a number or date and the sentence holds one.

Confidence is a logistic regression over few features of the best sentence, fitted by
`tests/quality/fit_confidence.py` on public questions, none of them over the sample articles.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.library import Library
from assistant.text import STOP_WORDS, content_words, stem, stems, words
from assistant.types import Passage, RankedSentence, Reading, Vector

# Weights of a sentence's score beside its passage's (SQuAD 2.0 dev, docs/quality.md).
_COSINE_WEIGHT = 1.0
_OVERLAP_WEIGHT = 1.5
_NUMBER_BONUS = 0.25
# What a word counts that stands not in the sentence, but one or two before it, or in the title.
_ONE_BEFORE, _TWO_BEFORE, _TITLE = 0.7, 0.3, 0.5
_RARITY_EXPONENT = 1.5
_FROM_HISTORY = 0.4  # what a word counts that the conversation added to the question
_TOLD_PENALTY = 0.3
# Headings and fragments say what comes, not what is.
_FRAGMENT_PENALTY = 0.5
_SHORTEST_SENTENCE = 4  # words
_LONGEST_HEADING = 80  # characters

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|far|old|tall|high|deep|large|big|often|fast|wide|heavy)\b"
    r"|\b(?:what|which) (?:percent|percentage|number|year|date|day|month|century|decade|share|proportion)\b|\bwhen\b",
    re.IGNORECASE,
)
_HOLDS_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?|trillions?|half|halved|thirds?|quarters?|twice|doubled|tripled|century)\b",
    re.IGNORECASE,
)

_NAME_OR_NUMBER = re.compile(r"\b(?:[A-Z][\w’'-]*\w|[A-Z]\b|\w*\d[\w.,]*\w|\d)")


@dataclass(frozen=True, slots=True)
class Features:
    """What confidence is judged by; all between 0 and 1, or cosines."""

    passage_cosine: float
    sentence_cosine: float
    overlap: float
    """Share of the question's words in the sentence (or carried from the one before), by rarity."""
    passage_overlap: float
    """The same for the whole passage and its title."""
    names_missing: float
    """Share of the question's names and numbers that stand nowhere in the passage or its title."""
    rarest_missing: float
    """Rarity of the rarest question word that stands nowhere in the passage or its title."""
    number_missing: float
    """1 where the question asks for a number or date and the sentence holds none, else 0."""

    def values(self) -> tuple[float, ...]:
        """The features in a fixed order."""
        return (
            self.passage_cosine,
            self.sentence_cosine,
            self.overlap,
            self.passage_overlap,
            self.names_missing,
            self.rarest_missing,
            self.number_missing,
        )


CONFIDENCE_WEIGHTS = (2.0, 3.0, 3.0, 2.0, -2.0, -1.5, -1.0)
CONFIDENCE_BIAS = -4.0


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The question's words that carry meaning, as stems, with their rarity in the library."""

    rarity: dict[str, float]
    """How rare each is: inverse document frequency over the highest possible, to the power 1.5; 0 to 1."""
    names: frozenset[str]
    """Stems of names and numbers."""
    shown: dict[str, str]
    """Each stem as it was typed."""
    asks_number: bool
    """Whether the answer is to be a number or a date."""

    @property
    def total(self) -> float:
        """The rarity of all words together."""
        return sum(self.rarity.values()) or 1.0


def read(
    library: Library,
    question: str,
    vector: Vector,
    passages: Sequence[Passage],
    *,
    typed: str | None = None,
    told: str = "",
) -> Reading:
    """Rank all sentences of the retrieved passages and judge whether the best one answers.

    Args:
        library: for how rare words are in it.
        question: a stand-alone question.
        vector: its embedding.
        passages: from `retrieval.retrieve`.
        typed: the question as typed, where the stand-alone one carries more from the conversation.
        told: the answer given just before; its sentences are less likely wanted again.
    """
    asked = weigh_words(library, question, typed or question)
    ranked = sorted(
        (sentence for passage in passages for sentence in _scored(passage, vector, asked, told)),
        key=lambda s: (-s.score, s.span),
    )
    if not ranked:
        return Reading((), 0.0)
    best = ranked[0]
    missing = tuple(asked.shown[s] for s in asked.rarity if not _stands_in(s, passages))
    return Reading(tuple(ranked), confidence(features(best, vector, asked)), missing)


def weigh_words(library: Library, question: str, typed: str) -> QuestionWords:
    """The question's content words with their rarity in this library; those not typed count less."""
    shown = {stem(word): word for word in reversed(content_words(question))}
    frequencies = library.ledger.document_frequencies(shown)
    chunks = library.ledger.chunk_count()
    highest = _idf(0, chunks)
    rarity = {
        s: (_idf(frequencies.get(s, 0), chunks) / highest) ** _RARITY_EXPONENT for s in reversed(list(shown))
    }
    own = set(stems(typed))
    rarity = {s: r if s in own else r * _FROM_HISTORY for s, r in rarity.items()}
    names = frozenset(stem(word) for word in names_and_numbers(typed)) & rarity.keys()
    return QuestionWords(rarity, names, shown, bool(_ASKS_NUMBER.search(typed)))


def names_and_numbers(question: str) -> list[str]:
    """The case-folded words of a question that look like names (capitals inside it) or numbers.

    The first word is capital anyway, so it counts only where it is no common word.
    """
    found = []
    for match in _NAME_OR_NUMBER.finditer(question):
        parts = words(match[0])
        if match.start() == 0 and (not parts or parts[0] in STOP_WORDS):
            continue
        found += [part for part in parts if part not in STOP_WORDS]
    return found


def features(best: RankedSentence, vector: Vector, asked: QuestionWords) -> Features:
    """The features of the best sentence."""
    passage = best.passage
    around = _passage_stems(passage)
    missing_names = [s for s in asked.names if s not in around]
    return Features(
        passage_cosine=passage.cosine,
        sentence_cosine=float(best.vector @ vector),
        overlap=_overlaps(passage, asked)[best.index],
        passage_overlap=sum(r for s, r in asked.rarity.items() if s in around) / asked.total,
        names_missing=len(missing_names) / max(1, len(asked.names)),
        rarest_missing=max((r for s, r in asked.rarity.items() if s not in around), default=0.0),
        number_missing=float(asked.asks_number and not _HOLDS_NUMBER.search(best.text)),
    )


def confidence(found: Features) -> float:
    """The probability that the best sentence answers the question."""
    z = CONFIDENCE_BIAS + sum(w * x for w, x in zip(CONFIDENCE_WEIGHTS, found.values(), strict=True))
    return 1.0 / (1.0 + math.exp(-z))


def is_sentence(text: str) -> bool:
    """Whether a piece of text says something, unlike a heading or a fragment."""
    ending = text.rstrip("\"'”’)]»")[-1:]
    return len(text.split()) >= _SHORTEST_SENTENCE and (ending in ".!?…:;" or len(text) > _LONGEST_HEADING)


def _scored(passage: Passage, vector: Vector, asked: QuestionWords, told: str) -> list[RankedSentence]:
    cosines = passage.sentence_vectors @ vector
    overlaps = _overlaps(passage, asked)
    scored = []
    for index, span in enumerate(passage.sentences):
        text = passage.sentence(index)
        score = passage.score + _COSINE_WEIGHT * float(cosines[index]) + _OVERLAP_WEIGHT * overlaps[index]
        if asked.asks_number and _HOLDS_NUMBER.search(text):
            score += _NUMBER_BONUS
        if not is_sentence(text):
            score -= _FRAGMENT_PENALTY
        if told and text in told:
            score -= _TOLD_PENALTY
        vectors = passage.sentence_vectors
        scored.append(RankedSentence(passage, index, text, span, score, np.asarray(vectors[index])))
    return scored


def _overlaps(passage: Passage, asked: QuestionWords) -> list[float]:
    """For each sentence the share of the question's words it holds or carries on, 0 to 1."""
    held = [set(stems(passage.sentence(index))) for index in range(len(passage.sentences))]
    title = set(stems(passage.metadata.title))
    nothing: set[str] = set()
    shares = []
    for index, here in enumerate(held):
        around = (
            (here, 1.0),
            (held[index - 1] if index > 0 else nothing, _ONE_BEFORE),
            (title, _TITLE),
            (held[index - 2] if index > 1 else nothing, _TWO_BEFORE),
        )
        counted = sum(
            rarity * next((share for place, share in around if word in place), 0.0)
            for word, rarity in asked.rarity.items()
        )
        shares.append(counted / asked.total)
    return shares


def _passage_stems(passage: Passage) -> set[str]:
    return set(stems(passage.text)) | set(stems(passage.metadata.title))


def _stands_in(word: str, passages: Sequence[Passage]) -> bool:
    return any(word in _passage_stems(passage) for passage in passages)


def _idf(chunks_with_word: int, chunks: int) -> float:
    return math.log(1 + (chunks - chunks_with_word + 0.5) / (chunks_with_word + 0.5))

"""How well each sentence of the retrieved passages matches a question, without reading it.

A sentence's score is its passage's fused score, plus the cosine of its vector in context, plus the share of
the question's words it holds, each word weighted by how rare it is in the library and among the candidates
(words that stand only in sentences before or in the title count in part: a pronoun often carries them on),
plus a little where the question asks for a number or date and the sentence holds one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.amounts import HOW_MUCH, PART_WORDS, counts_a_part, numbers
from assistant.library import Library
from assistant.sources import orders
from assistant.text import STOP_WORDS, content_stems, content_words, is_question, stem, stems, words
from assistant.types import Passage, RankedSentence, Vector

# Weights of a sentence's score beside its passage's (SQuAD 2.0 dev, docs/quality.md).
_COSINE_WEIGHT = 1.0
_OVERLAP_WEIGHT = 1.5
_NUMBER_BONUS = 0.25
_PART_PENALTY = 1.0
"""Where a question asks how many there are, and a sentence tells of some of them only."""
# What a word counts that stands not in the sentence, but in the one before, the title, or earlier in the passage.
_ONE_BEFORE, _TITLE, _EARLIER = 0.8, 0.5, 0.3
_LIBRARY_RARITY_EXPONENT = 0.5
_FROM_HISTORY = 0.4  # what a word counts that the conversation added to the question
_TOLD_PENALTY = 0.6
# Headings, fragments and questions say what comes, not what is.
_FRAGMENT_PENALTY = 0.7
_LONGEST_LIST = 12  # items
_SHORTEST_SENTENCE = 4  # words
_LONGEST_HEADING = 80  # characters

_ASKS_NUMBER = re.compile(
    rf"\b{HOW_MUCH}"
    r"|\b(?:what|which) (?:percent|percentage|number|year|date|day|month|century|decade|share|proportion)\b"
    # Not "what to do when a fire breaks out".
    r"|(?:^\W*|,\s*|\b(?:and|but|so|or|since|until|by|from|me|know|say)\s+)when\b",
    re.IGNORECASE,
)
_ASKS_HOW_MANY = re.compile(r"^\W*(?:and\s+)?how many\b", re.IGNORECASE)
_ASKS_FOR_PART = re.compile(rf"\b{PART_WORDS}", re.IGNORECASE)
_HOLDS_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?|trillions?|half|halved|thirds?|quarters?|twice|doubled|tripled|century)\b",
    re.IGNORECASE,
)

_WORD = re.compile(r"\w[\w’'.,-]*")
_ORDERS = frozenset("""explain describe list name tell compare summarize summarise give show find""".split())
_OPENINGS = frozenset(
    """according across after against along although among around before behind besides between beyond compared despite
    during following given however inside instead like near once outside regarding since though unless unlike upon
    whereas within without""".split()
)
"""Prepositions and connectives that are no stop words, and may begin a question."""


@dataclass(frozen=True, slots=True)
class Features:
    """How well one sentence matches; all between 0 and 1, or cosines. Confidence is judged by these and by reading."""

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


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The question's words that carry meaning, as stems, with their rarity in the library."""

    rarity: dict[str, float]
    """How rare each is in the library and among the candidates; 0 to 1."""
    names: frozenset[str]
    """Stems of names and numbers."""
    shown: dict[str, str]
    """Each stem as it was typed."""
    asks_number: bool
    """Whether the answer is to be a number or a date."""
    asks_count: bool = False
    """Whether it is to be the number of all there are."""
    typed: frozenset[str] = frozenset()
    """Stems of what the person typed, without what the conversation added."""

    def goes_on(self, text: str, told: str) -> bool:
        """Whether a sentence was just told, and the question asks for what does not stand in it.

        "And water?" may be answered by the sentence on flour and water.
        """
        if not told or text not in told:
            return False
        return len(self.typed) != 1 or not self.typed <= set(stems(text))

    @property
    def total(self) -> float:
        """The rarity of all words together."""
        return sum(self.rarity.values()) or 1.0


@dataclass(frozen=True, slots=True)
class Matching:
    """How well the sentences match, before any is read."""

    sentences: tuple[RankedSentence, ...]
    """All candidates, best first."""
    asked: QuestionWords
    missing: tuple[str, ...]
    """Words of the question that carry meaning and stand in none of the passages."""


def match(
    library: Library,
    question: str,
    vector: Vector,
    passages: Sequence[Passage],
    *,
    typed: str | None = None,
    told: str = "",
) -> Matching:
    """Rank all sentences of the retrieved passages by likeness and shared words.

    Args:
        library: for how rare words are in it.
        question: a stand-alone question.
        vector: its embedding.
        passages: from `retrieval.retrieve`.
        typed: the question as typed, where the stand-alone one carries more from the conversation.
        told: the answer given just before; its sentences are less likely wanted again.
    """
    asked = weigh_words(library, question, passages, typed or question)
    ranked = sorted(
        (sentence for passage in passages for sentence in _scored(passage, vector, asked, told)),
        key=lambda s: (-s.score, s.span),
    )
    present = set[str]().union(*map(passage_stems, passages))
    missing = tuple(asked.shown[s] for s in asked.rarity if s not in present)
    return Matching(tuple(ranked), asked, missing)


def weigh_words(
    library: Library, question: str, passages: Sequence[Passage], typed: str | None = None
) -> QuestionWords:
    """The question's content words with their rarity; those the conversation added to what was typed count less.

    Rarity is the inverse document frequency in the library (square root) times that among the candidate
    sentences, both divided by the highest possible: what all candidates speak of tells none of them apart.
    """
    typed = typed or question
    own = set(stems(typed))
    shown = {stem(word): word for word in reversed(content_words(question))}
    in_library = library.ledger.document_frequencies(shown)
    chunks = library.ledger.chunk_count()
    sentences = [set(stems(p.sentence(i))) for p in passages for i in range(len(p.sentences))]
    rarity = {
        word: _relative_idf(in_library.get(word, 0), chunks) ** _LIBRARY_RARITY_EXPONENT
        * _relative_idf(sum(word in held for held in sentences), len(sentences))
        * (1.0 if word in own else _FROM_HISTORY)
        for word in reversed(list(shown))
    }
    names = frozenset(stem(word) for word in names_and_numbers(typed)) & rarity.keys()
    asks_count = bool(_ASKS_HOW_MANY.search(typed)) and not _ASKS_FOR_PART.search(typed)
    return QuestionWords(
        rarity, names, shown, bool(_ASKS_NUMBER.search(typed)), asks_count, frozenset(content_stems(typed))
    )


def names_and_numbers(question: str) -> list[str]:
    """The case-folded words of a question that look like names (capitals inside it) or numbers.

    The first word is capital anyway, so it counts only where it is neither a common word, an order nor a preposition.
    """
    found = []
    for match in _WORD.finditer(question):
        parts = [part for part in words(match[0]) if part not in STOP_WORDS]
        looks_so = match[0][0].isupper() or any(character.isdigit() for character in match[0])
        if looks_so and not (match.start() == 0 and parts and parts[0] in _ORDERS | _OPENINGS):
            found += parts
    return found


def features(best: RankedSentence, vector: Vector, asked: QuestionWords) -> Features:
    """The features of the best sentence."""
    passage = best.passage
    around = passage_stems(passage)
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


def is_sentence(text: str) -> bool:
    """Whether a piece of text says something, unlike a heading, a fragment or a question."""
    return len(text.split()) >= _SHORTEST_SENTENCE and not is_question(text) and not _is_open(text)


def is_heading(passage: Passage, index: int) -> bool:
    """Whether a line says what comes or who wrote, and answers nothing: a heading, byline or caption, or a question.

    A row of a table and an item of a list, which stand among their like or behind what introduces them, may answer.
    """
    text = passage.sentence(index)
    if is_question(text):
        return True
    if not _is_open(text) or not _is_line(passage, index):
        return False
    around = [i for i in (index - 1, index + 1) if 0 <= i < len(passage.sentences)]
    if any(_is_open(passage.sentence(i)) for i in around) or (index and _introduces(passage, index - 1)):
        return False
    return index not in list_around(passage, index)


def _is_open(text: str) -> bool:
    """Whether no mark ends a piece of text, and it is no longer than headings are."""
    return text.rstrip("\"'”’)]»")[-1:] not in tuple(".!?…:;") and len(text) <= _LONGEST_HEADING


def _is_line(passage: Passage, index: int) -> bool:
    """Whether a sentence is all of its line."""
    start = passage.span.start
    span = passage.sentences[index]
    before, behind = passage.text[: span.start - start], passage.text[span.end - start :]
    return (not before or before.endswith("\n")) and (not behind or behind.startswith("\n"))


def list_around(passage: Passage, index: int) -> range:
    """The list that a sentence introduces or is an item of: its introduction, which ends in a colon, and its items.

    Empty where there is none. Loaders leave no marks of items: an item is a line of one sentence, and a paragraph of
    several ends the list.
    """
    first = index
    while first and _is_line(passage, first) and not _introduces(passage, first):
        first -= 1
    if not _introduces(passage, first) or index - first > _LONGEST_LIST:
        return range(0)
    last = first + 1
    while last < len(passage.sentences) and _is_line(passage, last) and last - first <= _LONGEST_LIST:
        last += 1
    # Where the items end in full stops, a line behind them that does not is the next heading.
    while last - first > 2 and _is_open(passage.sentence(last - 1)) and not _is_open(passage.sentence(first + 1)):
        last -= 1
    return range(first, last) if last - first > 2 and index < last else range(0)


def _introduces(passage: Passage, index: int) -> bool:
    behind = passage.text[passage.sentences[index].end - passage.span.start :]
    return passage.sentence(index).endswith(":") and behind.startswith("\n")


def _scored(passage: Passage, vector: Vector, asked: QuestionWords, told: str) -> list[RankedSentence]:
    cosines = passage.sentence_vectors @ vector
    overlaps = _overlaps(passage, asked)
    scored = []
    for index, span in enumerate(passage.sentences):
        text = passage.sentence(index)
        if orders(text):
            continue  # hidden instructions are no answers
        score = passage.score + _COSINE_WEIGHT * float(cosines[index]) + _OVERLAP_WEIGHT * overlaps[index]
        if asked.asks_number and _HOLDS_NUMBER.search(text):
            score += _NUMBER_BONUS
        if asked.asks_count and any(counts_a_part(text, number) for number in numbers(text)):
            score -= _PART_PENALTY
        if not is_sentence(text):
            score -= _FRAGMENT_PENALTY
        if asked.goes_on(text, told):
            score -= _TOLD_PENALTY
        vectors = passage.sentence_vectors
        scored.append(RankedSentence(passage, index, text, span, score, np.asarray(vectors[index])))
    return scored


def _overlaps(passage: Passage, asked: QuestionWords) -> list[float]:
    """For each sentence the share of the question's words it holds or carries on, 0 to 1."""
    title = _heading_stems(passage)
    before: set[str] = set()
    earlier: set[str] = set()
    shares = []
    for index in range(len(passage.sentences)):
        here = set(stems(passage.sentence(index)))
        places = ((here, 1.0), (before, _ONE_BEFORE), (title, _TITLE), (earlier, _EARLIER))
        held = sum(
            rarity * next((share for place, share in places if word in place), 0.0)
            for word, rarity in asked.rarity.items()
        )
        shares.append(held / asked.total)
        before = here
        earlier |= here
    return shares


def passage_stems(passage: Passage) -> set[str]:
    """The stems of a passage, of its article's title, and of when that was published."""
    return set(stems(passage.text)) | _heading_stems(passage)


def _heading_stems(passage: Passage) -> set[str]:
    """The stems of the title, and of month and year of publication: "in 2019" may mean the article's own date."""
    published = passage.metadata.published
    return set(stems(passage.metadata.title + (published.strftime(" %B %Y") if published else "")))


def _relative_idf(holding: int, of: int) -> float:
    """Inverse document frequency over the highest possible, 0 to 1."""
    return math.log(1 + (of - holding + 0.5) / (holding + 0.5)) / math.log(1 + (of + 0.5) / 0.5)

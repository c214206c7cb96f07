"""Sentences of passages, ready for holding a statement against them: their words, numbers, names and times."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from assistant.amounts import (
    Number,
    comes_to,
    in_other_units,
    is_among,
    is_year,
    numbers,
    rounds,
    said_otherwise,
    same_share,
    shares,
)
from assistant.dates import time_frame
from assistant.names import Name, abbreviated_in, is_abbreviation, is_named_by, names
from assistant.text import STOP_WORDS, stem, stems, word_spans
from assistant.types import Passage, RankedSentence, Span

_ORDER = re.compile(
    r"\byour (?:answer|response|reply|message|output)\b"
    r"|^\W*(?:please\s+)?(?:explain|describe|translate|compose|write|provide|develop|break down|summari[sz]e"
    r"|ignore|disregard|pretend|respond"
    # "Answer sheets were lost", "Draft rules forbid it" order nothing.
    r"|(?:answer|reply|draft|render)(?= (?:an?|all|any|as|every|in|it|me|my|only|the|this|these|to|with)\b))\b(?!-)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\bnext (?:year|spring|summer|autumn|fall|winter|month)\b", re.IGNORECASE)
_NEAR_CHARACTERS = 500


@dataclass(frozen=True)
class Source:
    """One sentence of a passage with what is compared."""

    ranked: RankedSentence
    numbers: tuple[Number, ...]
    words: tuple[tuple[Span, str, str], ...]
    """Place, stem and word of each that carries meaning."""
    heading: frozenset[str]
    """Stems of the article's title and date."""

    @cached_property
    def amounts(self) -> list[Number]:
        """Its numbers and what comes to one; of "from 22 per cent to 3" both are shares."""
        in_percent = [replace(n, percent=True) for n in self.numbers] if any(n.percent for n in self.numbers) else []
        return [*self.numbers, *said_otherwise(self.ranked.text), *in_percent]

    @property
    def year(self) -> int | None:
        """When its article appeared."""
        published = self.ranked.passage.metadata.published
        return published.year if published else None

    @cached_property
    def dates(self) -> list[Number]:
        """The day and year of its article, and the years it names by them: "last October"."""
        published = self.ranked.passage.metadata.published
        if not published:
            return []
        frame = time_frame(self.ranked.text, published)
        years = [published.year, *(day.year for day in (frame.since, frame.until) if day)]
        if _NEXT.search(self.ranked.text):
            years.append(published.year + 1)
        return [Number(float(value), False, Span(0, 0)) for value in (published.day, *years)]

    @cached_property
    def stems(self) -> frozenset[str]:
        """Those of its words that carry meaning."""
        return frozenset(stem_ for _, stem_, _ in self.words)


def source_of(passage: Passage, index: int) -> Source:
    """A sentence of a passage, by its place among the passage's sentences."""
    text, span = passage.sentence(index), passage.sentences[index]
    ranked = RankedSentence(passage, index, text, span, 0.0, np.asarray(passage.sentence_vectors[index]))
    m = passage.metadata
    heading = f"{m.title} {m.publisher or ''} {m.author or ''} {m.published.strftime('%B %Y') if m.published else ''}"
    return Source(ranked, tuple(numbers(text)), tuple(content(text)), frozenset(stems(heading)))


def content(text: str) -> list[tuple[Span, str, str]]:
    """The words that carry meaning: place, stem, word; "WHO" does, though "who" does not."""
    return [
        (span, stem(word), word)
        for span, word in word_spans(text)
        if len(word) > 1 and (word not in STOP_WORDS or is_abbreviation(span.of(text), text))
    ]


def are_near(one: Source, other: Source) -> bool:
    """Whether two sentences stand close to each other in one article."""
    apart = abs(one.ranked.span.start - other.ranked.span.start)
    return one.ranked.passage.article_id == other.ranked.passage.article_id and apart <= _NEAR_CHARACTERS


def missing_numbers(sentence: str, chosen: Sequence[Source]) -> list[Number]:
    """The numbers and shares of a sentence that neither stand in the chosen ones nor follow from them."""
    amounts = [n for s in chosen for n in s.amounts]
    dates = [n for s in chosen for n in s.dates]
    known = amounts + dates
    # The day on which an article appeared is no part of a sum.
    summed = amounts + [n for n in dates if is_year(n)]
    missing = []
    told = [share.span for share in shares(sentence)]
    for number in numbers(sentence):
        # The "two" of "two thirds" is judged with the share.
        if any(span.start <= number.span.start < span.end for span in told):
            continue
        # "37 per cent" may be 37.4; "37.2 per cent" may not.
        rounded = number.value.is_integer() and any(same_share(number, other) for other in known)
        rounded |= any(rounds(number, other) for other in amounts) or _is_decade_of(sentence, number, known)
        forms = (number, *in_other_units(sentence, number))
        if not rounded and not any(is_among(form, known) or comes_to(sentence, form, summed) for form in forms):
            missing.append(number)
    # Where they give counts as well, which share those make is not for a rule to say.
    counts = [n for s in chosen for n in s.numbers if not n.percent and not is_year(n)]
    given = [n for n in amounts if n.percent] if len(counts) < 2 else []
    for share in shares(sentence):
        # Where they give counts instead, which share that makes is not for a rule to say.
        if given and not (any(same_share(share, other) for other in given) or comes_to(sentence, share, given)):
            missing.append(share)
    return missing


def missing_names(sentence: str, chosen: Sequence[Source], common: Set[str]) -> list[Name]:
    """The names of a sentence that stand neither in the chosen ones nor in the titles above them.

    Args:
        sentence: as a model wrote it.
        chosen: what it rests on.
        common: stems that stand in lower case somewhere, and so are no names.
    """
    held = set[str]().union(*(s.stems | s.heading for s in chosen))
    known = abbreviated_in(sentence, [s.ranked.text for s in chosen])
    return [
        name
        for name in names(sentence, common)
        if not any(span.start <= name.span.start < span.end for span in known) and not is_named_by(name, held)
    ]


def _is_decade_of(sentence: str, number: Number, known: Sequence[Number]) -> bool:
    """Whether a number is a decade ("the 1990s") that holds a year of others."""
    decade = number.span.of(sentence).endswith("s") and is_year(number)
    return decade and any(number.value <= other.value <= number.value + 9 for other in known)


def asks(sentence: str) -> bool:
    """Whether a sentence of an article asks or orders, and so states nothing that an answer could rest on.

    What is meant are orders to whoever writes. How-to sentences ("Add two eggs.") state what is to be done; those that
    begin like such an order ("Write the date on the jar.") cannot be told from one.
    """
    return sentence.rstrip("”’\"' )").endswith("?") or bool(_ORDER.search(sentence))

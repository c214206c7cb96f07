"""Numbers and names that a text mentions, brought into one form so that two texts can be compared."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from assistant.text import STOP_WORDS, stem, word_spans
from assistant.types import Span

_UNITS = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "k": 1e3, "m": 1e6, "bn": 1e9,
}  # fmt: skip
_PERCENT = re.compile(r"\s*(?:%|per\s?cent\b|percentage\b)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<ordinal>st|nd|rd|th|s)?"
    r"(?:[\s-]*(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|[km])s?\b)?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"\b(?:{'|'.join((*_UNITS, *_TENS))})(?:[\s-]+(?:and\s+)?(?:{'|'.join((*_UNITS, *_TENS, *_SCALES))})s?\b)*\b"
    rf"|\b(?:a|half a)\s+(?:{'|'.join(list(_SCALES)[:6])})\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"[^\W\d_][\w’'.&-]*")
MONTHS = tuple("january february march april may june july august september october november december".split())
_DAYS = frozenset("""monday tuesday wednesday thursday friday saturday sunday""".split())


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in digits or words."""

    value: float
    percent: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """One word that is part of a name, a month or a weekday."""

    stem: str
    span: Span


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order: "1,200", "1.2 thousand" and "twelve hundred" have the same value.

    "One" alone counts as none: it is a pronoun more often than a number.
    """
    found = [_in_digits(match, text) for match in _NUMBER.finditer(text)]
    taken = [number.span for number in found]
    for match in _IN_WORDS.finditer(text):
        span = Span(match.start(), match.end())
        if match[0].lower() != "one" and not any(s.start < span.end and span.start < s.end for s in taken):
            found.append(Number(_value(match[0].lower()), bool(_PERCENT.match(text, span.end)), span))
    return sorted(found, key=lambda number: number.span)


def _in_digits(match: re.Match[str], text: str) -> Number:
    value = float(re.sub("[,\u00a0\u202f]", "", match["digits"])) * _SCALES.get((match["scale"] or "").lower(), 1.0)
    return Number(value, bool(_PERCENT.match(text, match.end())), Span(match.start(), match.end()))


def _value(said: str) -> float:
    if said.startswith("half a"):
        return _SCALES[said.split()[-1]] / 2
    total, part = 0.0, 0.0
    for word in re.findall(r"[a-z]+", said):
        scale = _SCALES.get(word) or _SCALES.get(word.removesuffix("s"))
        if scale is None:
            part += _UNITS.get(word, 0) + _TENS.get(word, 0)
        elif scale > 100:
            total, part = total + (part or 1) * scale, 0.0
        else:
            part = (part or 1) * scale
    return total + part


def same_number(one: Number, other: Number) -> bool:
    """Whether two numbers have the same value, both in percent or neither."""
    return abs(one.value - other.value) <= 1e-9 * max(abs(one.value), 1.0) and one.percent == other.percent


def names(text: str, common: Set[str] = frozenset()) -> list[Name]:
    """The words of a text that name someone, some place, a month or a weekday, in order.

    A word names where it has a capital inside its sentence. The first word has one anyway: it counts where the
    next has one too or where it is not in `common`, and never where it is a function word.

    Args:
        text: one sentence.
        common: stems that stand in lower case somewhere, and so are no names.
    """
    capitals = list(_CAPITAL.finditer(text))
    found = []
    for place, match in enumerate(capitals):
        if not match[0][0].isupper():
            continue
        first = match.start() == 0 or not re.search(r"[\w,;:)]", text[: match.start()])
        followed = place + 1 < len(capitals) and capitals[place + 1][0][0].isupper()
        for span, word in word_spans(match[0]):
            stemmed = stem(word)
            if (word in STOP_WORDS and word not in MONTHS) or len(word) < 2:
                continue
            if first and not followed and stemmed in common and word not in (*MONTHS, *_DAYS):
                continue
            found.append(Name(stemmed, Span(match.start() + span.start, match.start() + span.end)))
    return found


def lower_case_stems(text: str) -> set[str]:
    """The stems of all words that a text has in lower case."""
    return {stem(word) for span, word in word_spans(text) if text[span.start].islower()}

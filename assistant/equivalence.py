"""Whether a number is another, rounds it, or follows from several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from assistant.amounts import BOUNDS, Number, is_year

_LEAST_ROUNDED = 10_000
"""Smaller numbers are seldom rounded."""
_ONE_DIGIT_OFF = 0.05
"""How far from a number its first digit alone may be."""
_CLAUSE_END = re.compile(r"[,;:](?!\d)|\b(?:and|but|while|whereas|although)\b")
_FALLS = re.compile(
    r"\b(?:f[ae]ll(?:s|en|ing)?|down|dropp?(?:s|ed|ing)?|decreas\w+|declin\w+|shr[aiu]nk\w*|lower|less|fewer|los[st]\w*"
    r"|losing|contract(?:ed|s|ion)|cuts?|reduc\w+|slump\w*|slid|deficit)\b",
    re.IGNORECASE,
)
_SMALL, _LARGE = 12, 100
"""Numbers up to the first are too often the sum or difference of two others by chance; up to the second, near one."""
_TIMES = re.compile(r"\s+times\b|[- ]fold\b", re.IGNORECASE)
_POINTS = re.compile(r"[\s-]+points?\b", re.IGNORECASE)
_DIFFERS = re.compile(
    r"(?:[\s-]+[\w'’%]+){0,4}?[\s-]+(?:years?|months?|weeks?|days?|hours?|minutes?|later|earlier|before|after|more|less|fewer"
    r"|higher|lower|longer|shorter|older|younger|up|down|of (?:the|them|these|those)|points?)\b",
    re.IGNORECASE,
)
"""What follows a number that may be the difference or the sum of two others."""
_RATIO_OFF = 0.1


def same_number(one: Number, other: Number) -> bool:
    """Whether two numbers have the same value, both in percent or neither."""
    return abs(one.value - other.value) <= 1e-9 * max(abs(one.value), 1.0) and one.percent == other.percent


def same_share(one: Number, other: Number) -> bool:
    """Whether two percentages round to the same: "a third" is 33 per cent."""
    return one.percent and other.percent and abs(one.value - other.value) <= 0.5


def rounds(rough: Number, exact: Number) -> bool:
    """Whether one is the other in fewer digits: "3.2 million" is 3,214,567."""
    if rough.percent or exact.percent or min(rough.value, exact.value) < _LEAST_ROUNDED:
        return False
    digits = len(f"{rough.value:.0f}".rstrip("0"))
    # One digit says little: 2 billion are 2.04 and not 2.4.
    near = digits > 1 or abs(rough.value - exact.value) <= _ONE_DIGIT_OFF * exact.value
    return near and float(f"{exact.value:.{digits - 1}e}") == rough.value


def is_among(number: Number, others: Sequence[Number]) -> bool:
    """Whether one of the others is the same number."""
    return any(same_number(number, other) for other in others)


def is_negative_of(text: str, number: Number, others: Sequence[Number]) -> bool:
    """Whether a text tells a number as a fall that others give with its sign: "fell by 5" is -5."""
    clause = _CLAUSE_END.split(text[: number.span.start])[-1] + _CLAUSE_END.split(text[number.span.end :])[0]
    return bool(_FALLS.search(clause)) and is_among(replace(number, value=-number.value), others)


def comes_to(text: str, number: Number, others: Sequence[Number]) -> bool:
    """Whether a number of a text follows from others, as a bound, a difference, a sum or a multiple.

    "More than sixty" follows from 61, "nearly thirty" from 29; "five years later" from 2004 and 2009; "127 are left"
    from 188 and 61; "three times as many" from 30 and 90. All are as loose as people are, and none proves anything:
    what they deny is plainly wrong.
    """
    before, after = text[: number.span.start], text[number.span.end :]
    # "It fell six points" is said of per cent.
    percent = number.percent or (bool(_POINTS.match(after)) and any(other.percent for other in others))
    values = [other.value for other in others if other.percent == percent]
    pairs = [(max(pair), min(pair)) for pair in combinations(values, 2)]
    made = [value for high, low in pairs for value in (high - low, high + low)]
    counts = number.value > _SMALL and not is_year(number)
    for bound, (least, most) in BOUNDS.items():
        if bound.search(before):
            found = values + made if counts and number.value >= _LARGE else values
            return any(least * number.value <= value <= most * number.value for value in found)
    if _TIMES.match(after):
        return any(low and abs(high / low - number.value) < _RATIO_OFF * number.value for high, low in pairs)
    exact = any(abs(value - number.value) < 1e-6 * max(number.value, 1.0) for value in made)
    return exact and (counts or bool(_DIFFERS.match(after)))

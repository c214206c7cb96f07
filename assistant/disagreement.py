"""Sources that say different things of what is asked: each is told, none is chosen silently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import pairwise

from assistant.amounts import (
    CURRENCIES,
    Number,
    centuries,
    counted_by,
    counts_a_part,
    currency,
    in_millions,
    is_range,
    numbers,
    other_hours,
    shares,
)
from assistant.calendar_words import MONTHS, WEEKDAYS, month, written_out
from assistant.dates import ANY_TIME, TimeFrame
from assistant.equivalence import comes_to, rounds, same_number, same_share
from assistant.matching import passage_stems
from assistant.measures import Measure, in_other_units, is_count, measures
from assistant.names import Name, abbreviated_in, is_named_by, names
from assistant.text import content_stems, fold, stems, words
from assistant.timeliness import only_time, sentence_preference
from assistant.types import Claim, Metadata, Reading, Rival, Span

_LIKE = 0.45
"""Cosine from which two sentences may speak of the same thing."""
_LIKELY, _NEAR = 0.5, 4.0
"""Probability from which a short answer is held against another, and by how much its sentence's score may be lower."""
_LIKELY_MEASURED, _NEAR_MEASURED = 0.45, 6.0
"""The same where both give numbers of the same thing ("14 boats", "19 boats"), which says much by itself."""
_MOST = 4
"""How many claims are shown."""
_A_YEAR = re.compile(r"\b[12]\d{3}\b(?!s)")
_LAST_DAY = 31
_ROUNDED_UNITS = 0.04
"""How far a measure in other units may be off: 5 miles are 8 km."""
_DECADE = re.compile(r"\b([12]\d{2}0)s\b")
_REPLACES = re.compile(
    r"\b(?:now|no longer|since then|ha(?:s|ve) since|revised?|corrected|updated|new (?:estimate|figure|forecast)"
    r"|(?:up|down) from)\b",
    re.IGNORECASE,
)
"""How a report says that what was told before holds no more."""
_OF_WOMEN = re.compile(r"\b(?:wom[ae]n|girls?|ladies|females?)\b", re.IGNORECASE)
_OF_MEN = re.compile(r"\b(?:m[ae]n|boys?|males?)\b", re.IGNORECASE)
_CAPITALS = r"(?P<name>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"
_KINDS = (
    "borough|branch|canton|constituency|county|department|district|factory|island|parish|plant|province|region|state"
)
_NAMED_PLACE = re.compile(
    rf"\b{_CAPITALS} (?P<kind>(?i:{_KINDS}))\b|\b(?i:{_KINDS}) of {_CAPITALS.replace('name', 'name2')}"
)
_WHERE_COUNTED = re.compile(rf"(?:[\s-]+[a-z]+){{0,2}} (?:in|at|from) (?:the )?{_CAPITALS}")
"""Where that is which a number counts: "18,000 homes in Tarn", not "18 in May"."""


def rivals(reading: Reading, question: str, frame: TimeFrame = ANY_TIME) -> tuple[Rival, ...]:
    """The best sentence and those of other articles that give another figure, date or name; empty where none does.

    Args:
        reading: from `reading.read`.
        question: a stand-alone question.
        frame: the time it asks about; what a sentence says of another is no other answer.
    """
    if not reading.rivals:
        return ()
    best, *others = reading.rivals
    asked = content_stems(question)
    others = [r for r in others if not _of_another_time(r, frame)]
    different = [r for r in others if _may_differ(best, r) and _same_thing(best, r, asked) and not _counts_a_part(r)]
    different = [r for r in different if not _asked_of_one_only(question, best, r)]
    if not different:
        return ()
    told = _latest_of_each([best, *different[: _MOST - 1]])
    if times := _different_times(told):
        # Change, and no disagreement: the latest is what people ask for who name no time.
        latest_first = sorted(zip(times, told, strict=True), key=lambda t: t[0].since or date.min, reverse=True)
        told = [rival for _, rival in latest_first]
    return tuple(told)


def _different_times(told: Sequence[Rival]) -> list[TimeFrame]:
    """The times that the claims' sentences name for them, where they are of different years; empty where any is not."""
    times = [only_time(rival.sentence.text, rival.sentence.passage.metadata.published) for rival in told]
    spans = sorted((t.since.year, t.until.year) for t in times if t.since and t.until)
    apart = len(spans) == len(told) and all(one[1] < other[0] for one, other in pairwise(spans))
    # What is said to be a time itself is no value of that time.
    are_times = any(_months(rival.claim.text) or _A_YEAR.search(rival.claim.text) for rival in told)
    return times if apart and not are_times else []


def _latest_of_each(told: Sequence[Rival]) -> list[Rival]:
    """The claims with those of one publisher in the order of their articles, the latest first, in the places they have.

    A paper that gives another figure later has learned better, or something has changed.
    """
    ordered = list(told)
    for publisher in {_metadata(rival).publisher for rival in told} - {None, ""}:
        places = [place for place, rival in enumerate(told) if _metadata(rival).publisher == publisher]
        theirs = (told[place] for place in places)
        latest = sorted(theirs, key=lambda rival: _metadata(rival).published or date.min, reverse=True)
        for place, rival in zip(places, latest, strict=True):
            ordered[place] = rival
    return ordered


def _months_of_change(told: Sequence[Rival]) -> list[TimeFrame]:
    """The months of the articles of one publisher, where the latest says that what it tells is new; else empty."""
    days = [published for rival in told if (published := _metadata(rival).published)]
    one_publisher = len({_metadata(rival).publisher for rival in told}) == 1 and bool(_metadata(told[0]).publisher)
    if not one_publisher or len(days) < len(told) or not _REPLACES.search(told[0].sentence.text):
        return []
    months = [TimeFrame(*month(day.year, day.month)) for day in days]
    return months if len(set(months)) == len(months) else [TimeFrame(day, day) for day in days]


def _metadata(rival: Rival) -> Metadata:
    return rival.sentence.passage.metadata


def _of_another_time(rival: Rival, frame: TimeFrame) -> bool:
    metadata = _metadata(rival)
    return sentence_preference(frame, [metadata])(rival.sentence.text, metadata) < 0


def _may_differ(best: Rival, other: Rival) -> bool:
    """Whether two claims cannot both be meant and are both likely to be what was asked for."""
    if not contradict(best.claim.text, other.claim.text):
        return False
    measured = bool(_unit(best)) and _unit(best) == _unit(other)
    likely, near = (_LIKELY_MEASURED, _NEAR_MEASURED) if measured else (_LIKELY, _NEAR)
    apart = best.sentence.score - other.sentence.score
    return apart <= near and min(best.claim.probability, other.claim.probability) >= likely


def _last_number(rival: Rival) -> Number | None:
    """The last number of a claim, where it stands in its sentence."""
    inside = numbers(rival.claim.text)
    if not inside:
        return None
    start = rival.claim.span.start - rival.sentence.span.start
    return replace(inside[-1], span=Span(start + inside[-1].span.start, start + inside[-1].span.end))


def _unit(rival: Rival) -> str:
    """What a claim's number counts or measures: the stem of the word behind it, or the sign before it; or ""."""
    number, text = _last_number(rival), rival.sentence.text
    if number is None:
        return ""
    before = text[: number.span.start]
    return before[-1] if before.endswith(CURRENCIES) else counted_by(text, number)


def contradict(one: str, other: str) -> bool:
    """Whether two short answers to the same question cannot both be meant: other numbers, months or names."""
    if _measure_alike(one, other) or _measure_alike(other, one) or _lies_in(one, other) or _lies_in(other, one):
        return False
    if (paid := _currencies(one)) and (also := _currencies(other)) and not paid & also:
        return True
    mine, theirs = _in_one_unit(one, other) or (_amounts(one), _amounts(other))
    if mine and theirs:
        if (my_date := _date(one, mine)) and (their_date := _date(other, theirs)):
            return any(map(_differ, my_date, their_date))
        shared = [any(_same_amount(a, b) for b in [*theirs, *other_hours(other)]) for a in mine]
        shared += [any(_same_amount(a, b) for a in [*mine, *other_hours(one)]) for b in theirs]
        if all(shared):
            return False
        if any(comes_to(one, a, theirs) for a in mine) or any(comes_to(other, b, mine) for b in theirs):
            return False
        # "3 May 2024" and "5 May 2024" share the year, and are other days all the same.
        return not any(shared) or len(mine) == len(theirs)
    if mine or theirs or _is_part(one, other) or _is_part(other, one) or _abbreviates(one, other):
        return False
    my_names, their_names = _names(one), _names(other)
    same = any(is_named_by(name, {n.stem for n in their_names}) for name in my_names)
    return bool(my_names and their_names) and not same


def _currencies(text: str) -> set[str]:
    return {sign for number in numbers(text) if (sign := currency(text, number))}


def _abbreviates(one: str, other: str) -> bool:
    """Whether one names what the other does in short, and nothing else: "the EU", not "the EU Commission"."""
    spans = abbreviated_in(one, [other]), abbreviated_in(other, [one])
    rest = [" ".join(_without(text, told).split()) for text, told in zip((one, other), spans, strict=True)]
    return all(spans) and not any(_names(text) for text in rest)


def _without(text: str, spans: Sequence[Span]) -> str:
    return "".join(c for i, c in enumerate(text) if not any(i in span for span in spans))


def _date(text: str, amounts: Sequence[Number]) -> tuple[Set[str], Set[str], Set[str]] | None:
    """Days, months and years, where a text gives nothing else: "3 May" and "2024" may both be meant."""
    told = ((n, n.span.of(text)) for n in numbers(text))
    months, years = _months(text), {said for n, said in told if _A_YEAR.fullmatch(said) and not is_count(text, n)}
    days = {f"{n.value:g}" for n in amounts if months and n.value <= _LAST_DAY}
    given = {f"{n.value:g}" for n in amounts}
    return (days, months, years) if (months or years) and given <= days | years else None


def _amounts(text: str) -> list[Number]:
    """The numbers and shares of a text; the "two" of "two thirds" is part of the share."""
    parts = shares(text)
    whole = (n for n in numbers(text) if not any(n.span.start in p.span for p in parts))
    return [*whole, *parts]


def _same_amount(one: Number, other: Number) -> bool:
    shared = same_share(one, other) and not (one.value % 1 and other.value % 1)
    return same_number(one, other) or shared or rounds(one, other) or rounds(other, one)


def _measure_alike(one: str, other: str) -> bool:
    """Whether both give the same measure in other units: "5 km" and "5,000 metres", "two years" and "24"."""
    mine, theirs = _measure(one), _measure(other)
    if mine is None or len(numbers(other)) > 1:
        return False
    if theirs:
        apart = abs(mine.amount.value - theirs.amount.value)
        return _comparable(mine, theirs) and apart <= _ROUNDED_UNITS * abs(theirs.amount.value)
    forms = [f for n in numbers(one) for f in (*in_other_units(one, n), in_millions(one, n)) if f]
    return any(abs(f.value - n.value) <= _ROUNDED_UNITS * abs(n.value) for f in forms for n in numbers(other))


def _in_one_unit(one: str, other: str) -> tuple[list[Number], list[Number]] | None:
    """The measures of both in one unit, where theirs differ and they give nothing else: "5 miles", "10 km"."""
    mine, theirs = _measure(one), _measure(other)
    return ([mine.amount], [theirs.amount]) if mine and theirs and _comparable(mine, theirs) else None


def _measure(text: str) -> Measure | None:
    """The measure that a text gives, where it gives no other number."""
    found = measures(text)
    return found[0] if len(found) == 1 and len(numbers(text)) <= 1 else None


def _comparable(one: Measure, other: Measure) -> bool:
    return one.kind == other.kind and one.size != other.size


def _lies_in(one: str, other: str) -> bool:
    """Whether one lies in what the other names, a range, decade or century: "1850", "the 19th century"."""
    mine, theirs = numbers(one), numbers(other)
    if len(mine) == 1 and len(theirs) == 2 and is_range(other, *theirs):
        return theirs[0].value <= mine[0].value <= theirs[1].value and mine[0].percent == theirs[1].percent
    if not (year := _A_YEAR.search(one)):
        return False
    if hundreds := centuries(other):
        return hundreds[0].value <= int(year[0]) <= hundreds[0].value + 100
    decade = _DECADE.search(other)
    return decade is not None and int(decade[1]) <= int(year[0]) <= int(decade[1]) + 9


def _names(text: str) -> list[Name]:
    # Behind a word, so that the first of each counts as a name where it has a capital.
    return names(f"x {text}")


def _months(text: str) -> set[str]:
    return {word for word in words(written_out(text)) if word in MONTHS}


def _differ(one: Set[str], other: Set[str]) -> bool:
    return bool(one and other) and not one & other


def _is_part(one: str, other: str) -> bool:
    """Whether the words of one stand in the other: "Ada Holt" in "Captain Ada Holt"."""
    return f" {fold(one)} " in f" {fold(other)} "


def _counts_a_part(rival: Rival) -> bool:
    """Whether a claim is a number that its sentence gives of a part only."""
    number = _last_number(rival)
    return number is not None and counts_a_part(rival.sentence.text, number)


def _same_thing(best: Rival, other: Rival, asked: set[str]) -> bool:
    shared = (content_stems(best.sentence.text) | asked) & content_stems(other.sentence.text)
    like = float(best.sentence.vector @ other.sentence.vector)
    return like >= _LIKE and bool(shared) and not _of_different_things(best, other)


def _asked_of_one_only(question: str, best: Rival, other: Rival) -> bool:
    """Whether the question names whom the best sentence does and nothing around the other: Webb, and not Hubble."""
    mine, theirs = set(stems(best.sentence.text)), passage_stems(other.sentence.passage)
    short = abbreviated_in(question, [_metadata(other).title, other.sentence.passage.text])
    return any(
        is_named_by(name, mine) and not is_named_by(name, theirs)
        for name in names(question)
        if name.stem not in (*MONTHS, *WEEKDAYS) and not any(name.span.start in span for span in short)
    )


def _of_different_things(one: Rival, other: Rival) -> bool:
    """Whether two claims are of the women's and the men's race, of Tarn and Fell county, of homes in two towns."""
    mine, theirs = one.sentence.text, other.sentence.text
    sexes = [(bool(_OF_WOMEN.search(text)), bool(_OF_MEN.search(text))) for text in (mine, theirs)]
    if sorted(sexes) == [(False, True), (True, False)]:
        return True
    return _apart(_places(mine), _places(theirs)) or _apart(_counted_in(one), _counted_in(other))


def _places(text: str) -> list[tuple[str, str]]:
    """The places that a text names with what they are, kind and name: "Tarn county"."""
    return [((m["kind"] or "of").lower(), m["name"] or m["name2"]) for m in _NAMED_PLACE.finditer(text)]


def _counted_in(rival: Rival) -> list[tuple[str, str]]:
    """The place named right behind what the claim's number counts."""
    number = _last_number(rival)
    match = number and _WHERE_COUNTED.match(rival.sentence.text, number.span.end)
    return [("", match["name"])] if match and match["name"].lower() not in MONTHS else []


def _apart(mine: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]]) -> bool:
    """Whether both name one place of the same kind, and not the same one."""
    if len(mine) != 1 or len(theirs) != 1 or mine[0][0] != theirs[0][0]:
        return False
    held = {n.stem for n in _names(theirs[0][1])}
    return not any(is_named_by(name, held) for name in _names(mine[0][1]))


def claims(told: Sequence[Rival], numbered: Mapping[tuple[int, int], int]) -> tuple[Claim, ...]:
    """What each says, with the number of its citation; empty where not all are cited, or there is but one.

    Args:
        told: from `rivals`.
        numbered: the citations' numbers by the place they cite.
    """
    if len(told) < 2 or not all(rival.sentence.place in numbered for rival in told):
        return ()
    times = [time.in_words() for time in _different_times(told) or _months_of_change(told)] or [""] * len(told)
    return tuple(
        Claim(rival.claim.text, numbered[rival.sentence.place], time) for rival, time in zip(told, times, strict=True)
    )

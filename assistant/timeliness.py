"""How well articles and their sentences fit the time that a question asks about, and how old they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.calendar_words import dates_in, months_named, years_named
from assistant.dates import ANY_TIME, TimeFrame, told_time
from assistant.text import content_words, counted, stem, stems
from assistant.types import Metadata, Passage

_SOON = timedelta(days=45)
"""So long after a time articles still report on it."""
_REPORTED_SOON = 0.5
_OTHER_TIME = re.compile(
    r"\b(?:now|today|currently|nowadays|present|ago|earlier|later|previous|before|after|last|past|next|since|then)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\([^()]*\)|,\s*(?:which|who|that)?\s*(?:was |were )?"
    r"(?:founded|established|opened|built|born|elected|launched|made|set up|begun|bought)\b[^,.;]{3,60}(?=,)"
)
"""What a sentence tells by the way of another time: "the museum, founded in 1954, closed"."""


def event_day(event: str, passages: Sequence[Passage]) -> date | None:
    """When an event was: the day named beside it, or when the article whose title names it appeared.

    What an article only speaks of need not be an event, and of its time: "after the eggs hatch".

    Args:
        event: as the question names it, "the election".
        passages: what retrieval finds for it, best first.
    """
    wanted = {stem(word) for word in content_words(event)}
    for passage in passages:
        for index in range(len(passage.sentences)):
            sentence = passage.sentence(index)
            if wanted <= set(stems(sentence)) and (days := dates_in(sentence, passage.metadata.published)):
                return days[0]
        if wanted <= set(stems(passage.metadata.title)):
            return passage.metadata.published
    return None


def recency(published: date | None, others: Iterable[date | None]) -> float:
    """How new an article is among others: 1 for the newest, 0 for the oldest and those without a date."""
    days = sorted({day for day in others if day})
    if published is None or not days or published <= days[0]:
        return 0.0 if len(days) > 1 or published is None else 1.0
    return (published - days[0]).days / max(1, (days[-1] - days[0]).days)


def preference(frame: TimeFrame, every: Iterable[Metadata]) -> Callable[[Metadata], float]:
    """How well an article fits the time asked for, 0 to 1, among the articles there are to choose from."""
    days = [metadata.published for metadata in every]

    def fits(metadata: Metadata) -> float:
        if frame.bounded:
            return float(frame.holds(metadata.published))
        return recency(metadata.published, days) if frame.newest else 0.0

    return fits


def sentence_preference(frame: TimeFrame, every: Iterable[Metadata]) -> Callable[[str, Metadata], float]:
    """How well a sentence fits the time asked for, 0 to 1; -1 where it says that it is about another.

    What a sentence says of its time counts before its article's date: "in 2025", "last month" as its article understood
    it. An article of the time asked for fits too, and one that appeared not long after it a little.
    """
    of_article = preference(frame, every)

    def fits(text: str, metadata: Metadata) -> float:
        published = metadata.published
        if not frame.bounded or published is None:
            return of_article(metadata)
        own = own_time(text, published)
        if own.bounded and not (_about_within if frame.approximate else _within)(own, frame):
            return 1.0 if _names_within(text, frame) else -1.0
        return 1.0 if own.bounded else max(of_article(metadata), _REPORTED_SOON * _soon_after(published, frame))

    return fits


def own_time(sentence: str, published: date | None) -> TimeFrame:
    """The time that a sentence of an article is about, as far as it says so; what it tells by the way is left out."""
    return told_time(_ASIDE.sub("", sentence), published) if published else ANY_TIME


def only_time(sentence: str, published: date | None) -> TimeFrame:
    """The same where it speaks of one time only: "up from 12 in 2010" and "now" tell of others.

    What names no year and no other time may still name a month or quarter, which is its article's.
    """
    times = len(set(years_named(sentence))) + len(_OTHER_TIME.findall(sentence))
    return own_time(sentence, published) if times <= 1 else ANY_TIME


def _names_within(sentence: str, frame: TimeFrame) -> bool:
    """Whether a sentence names a whole year or month, maybe not as the first, that lies in the frame."""
    years = (TimeFrame(date(year, 1, 1), date(year, 12, 31)) for year in years_named(sentence))
    return any(_within(year, frame) for year in years) or _names_month(sentence, frame)


def tells_of(frame: TimeFrame, passages: Iterable[Passage]) -> bool:
    """Whether passages of one article may tell of the time asked for.

    They do where the article is of that time or appeared not long after it, or where a sentence names a time that
    overlaps it. What has no date may always.
    """
    return any(may_tell(frame, p.sentence(i), p.metadata.published) for p in passages for i in range(len(p.sentences)))


def may_tell(frame: TimeFrame, sentence: str, published: date | None) -> bool:
    """Whether a sentence of an article may tell of a time: what has no date may always."""
    if published is None or frame.holds(published) or _soon_after(published, frame):
        return True
    own = told_time(sentence, published)
    # "Since January" ends, as far as an article knows, with the day it appeared; "in July" may be still to come.
    if own.bounded and _overlap(replace(own, until=own.until or published), frame):
        return True
    middles = [date(year, 7, 1) for year in years_named(sentence)]
    return any(map(frame.holds, middles)) or _names_month(sentence, frame)


def _names_month(sentence: str, frame: TimeFrame) -> bool:
    """Whether the frame lies in one month that a sentence names, maybe not as the first."""
    since, until = frame.since, frame.until
    if not since or not until or since.replace(day=1) != until.replace(day=1):
        return False
    return (since.year, since.month) in months_named(sentence, since.year)


def _overlap(one: TimeFrame, other: TimeFrame) -> bool:
    return max(one.since or date.min, other.since or date.min) <= min(one.until or date.max, other.until or date.max)


def _within(one: TimeFrame, other: TimeFrame) -> bool:
    """Whether one time lies in another."""
    since, until = one.since or date.min, one.until or date.max
    return since >= (other.since or date.min) and until <= (other.until or date.max)


def _about_within(one: TimeFrame, other: TimeFrame) -> bool:
    """Whether the middle of a time lies in another that is only about right: September was two months ago."""
    if not one.since or not one.until:
        return _within(one, other)
    return other.holds(one.since + (one.until - one.since) / 2)


def _soon_after(published: date, frame: TimeFrame) -> bool:
    return frame.until is not None and frame.until < published <= frame.until + _SOON


def age_in_words(published: date, today: date) -> str:
    """How long ago: "today", "3 weeks ago", "2 years ago"; "" for a day to come."""
    days = (today - published).days
    if days < 0:
        return ""
    if days < 2:
        return ("today", "yesterday")[days]
    months = 12 * (today.year - published.year) + today.month - published.month - (today.day < published.day)
    for unit, count, least in (("year", months // 12, 1), ("month", months, 2), ("week", days // 7, 2)):
        if count >= least:
            return f"{counted(count, unit)} ago"
    return f"{counted(days, 'day')} ago"

"""What a question says about time, understood against today, and a sentence, against its article's day."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.calendar_words import (
    ANY_MONTH,
    BEFORE_MONTH,
    DAY,
    DAY_NUMBER,
    IN_MONTH,
    IN_YEAR,
    ITS_YEAR,
    MONTH,
    MONTHS,
    PART,
    PART_BEFORE,
    PARTS,
    QUARTER,
    SEASONS,
    TO,
    UNIT_DAYS,
    WEEKDAYS,
    day_of,
    days,
    month,
    month_number,
    only_year,
    period,
    quarter_number,
    says_month,
    written_out,
    years,
)

_NUMBER_WORDS = {w: n for n, w in enumerate("a two three four five six seven eight nine ten eleven twelve".split(), 1)}
_NUMBER_WORDS |= {"an": 1, "one": 1, "few": 3, "couple of": 2}
_FEW = 3
_HALVES = {"year": ("month", 6), "decade": ("year", 5)}
_COUNTED_DAYS = UNIT_DAYS | {"night": 1} | dict.fromkeys(WEEKDAYS, 7) | dict.fromkeys((*SEASONS, *MONTHS), 365)
# Whole numbers only: not the end of "1.5", "3-5", "twenty-five", "twenty five", "one hundred and five", "1 000".
_COUNT = (
    r"(?<![\d,.–-])(?<!(?:twen|thir|eigh|nine)ty )(?<!(?:for|fif|six)ty )(?<!seventy )(?<!\bhundred )(?<!\band )"
    rf"(?P<count>[1-9]\d{{0,2}}(?:,\d{{3}}){{1,3}}|[1-9]\d{{0,8}}|{'|'.join(_NUMBER_WORDS)})"
)
# "The current mayor" is today's; "the current in the river", "the current flows", "the ocean current" and "which
# current warms" are none.
_NO_TIME = "ocean sea river water tidal gulf rip electric direct alternating which".split()
_CURRENT = "".join(rf"(?<!\b{word} )" for word in _NO_TIME) + (
    r"current(?=\s+(?!(?:in|of|on|at|from|to|along|across|around|through|under|over|near|off|by|with|against|between"
    r"|and|or|that|which|who|is|was|are|were|has|had|do|does|did|can|could|will|would|may|might|must"
    r"|(?:flow|run|move|affect|carry|pull|push|bring)s?|carries)\b)\w)"
)
_UNMOVED = "stand stands stood standing keep keeps kept keeping sit sits sat sitting hold holds held holding".split()
_STILL = "".join(rf"(?<!\b{verb} )" for verb in _UNMOVED) + r"still(?! (?:life|lifes|water)\b)"
_NEWEST = re.compile(
    rf"\b(?:latest|newest|most recent(?:ly)?|{_CURRENT}|currently|right now|nowadays|at (?:the )?present"
    # "Apocalypse Now", "USA Today", "so far from Earth", a still life
    r"|(?-i:now|today)|(?:^|(?<=^and ))(?:now|today)|these days|so far(?! from| away| as)|up[- ]to[- ]date"
    # Not "at the moment of impact", "used to date fossils", "stand still".
    r"|at the moment(?! (?:of|when|that|he|she|it|they|the)\b)|to date(?=\s*(?:[?.!,;:)]|$))"
    rf"|{_STILL})\b",
    re.IGNORECASE,
)
_CHANGING = (
    "boss|captain|ceo|chair|chairman|chairwoman|chairperson|chancellor|chief|coach|commissioner|conductor|director|editor"
    "|governor|head|headteacher|king|leader|manager|mayor|minister|monarch|owner|pope|president|principal|queen|rector"
    "|secretary|spokesman|spokesperson|spokeswoman"
)
"""What somebody is for some years."""
_FIGURES = (
    "budget|debt|deficit|fare|fee|inflation|interest rate|minimum wage|number of|pay|population|price|rent|salary"
    "|tax|toll|unemployment|wage"
)
"""What is another figure after some years."""
_IS = r"(?:['’]s|\s+is|\s+are)\s+"
_WHICH_ONE = "an?|ex|first|second|third|former|last|late|longest|next|oldest|only|previous|youngest"
_PRESENT = re.compile(
    # "Who is the zoo's new director?"; not "the former director", "the director of the film", "the man who is head of".
    rf"^\W*(?:(?:and|but|so)\s+)?(?:who{_IS}(?:(?!(?:{_WHICH_ONE}|by|from|in|of|to|who|that)\b)[\w’'.-]+\s+){{0,5}}?"
    rf"(?:{_CHANGING})\b(?!\s+(?:of|in)\s+(?:the\s+)?(?:film|movie|novel|opera|play|[“\"‘]))"
    r"|who\s+(?:chairs|coaches|governs|heads|leads|manages|owns|runs)\b"
    rf"|what{_IS}(?:(?!(?:{_WHICH_ONE}|by|for|from|in|of|to)\b)[\w’'.-]+\s+){{0,4}}?(?:{_FIGURES})s?\b)",
    re.IGNORECASE,
)
"""A question for who holds an office, or for a figure that changes, in the present tense: it wants the newest."""
_RELATIVE = re.compile(
    # "This day" is any year's: "on this day in 1969".
    rf"\b(?P<which>last|past|previous|this(?!\s+day\b))\s+(?:{_COUNT}\s+)?"
    rf"(?P<unit>{'|'.join(_COUNTED_DAYS)})(?P<several>s)?\b"
    # "the last day of the siege", "the last day before the election", "this fall in prices"
    r"(?!\s+(?:of|before|when|that)\b|(?<=fall)\s+in\s+(?-i:[a-z]))",
    re.IGNORECASE,
)
_OWNED = re.compile(
    # "Its last year", "the ship's last year"; but "what's last year's profit".
    r"\b(?:my|his|her|its|our|your|their|whose"
    r"|(?!(?:what|who|how|where|when|why|it|that|there|here|he|she)['’])[^\W\d_]+(?:['’]s|s['’]))\s+$",
    re.IGNORECASE,
)
_SPANNED = re.compile(r"\b(?:in|over|during|within|for|of|from|since)\s+the\s+$", re.IGNORECASE)
_ROLLING = re.compile(r"\b(?:in|over|during|within|for)\s+the\s+$", re.IGNORECASE)
"""What makes "the last year" the twelve months up to today, as "the past year" is."""
_LAST_TO = re.compile(r"\s+(?:to|for which|it|he|she|they|we|you|I)\b", re.IGNORECASE)
_YESTERDAY = re.compile(r"\b(?:the day before )?yesterday\b", re.IGNORECASE)
_AGO = re.compile(
    rf"\b(?P<half>half\s+(?=an?\b))?{_COUNT}\s+(?P<unit>day|week|fortnight|month|year|decade)s?\s+ago\b",
    re.IGNORECASE,
)
_BEFORE_AGO = re.compile(
    rf"\b(?:(?P<more>(?:more|longer) than|over|at least)|(?P<less>(?:less|fewer) than|within)"
    rf"|(?P<fewer>[1-9]\d?|{'|'.join(_NUMBER_WORDS)})\s+(?:or|to))\s+$",
    re.IGNORECASE,
)
"""What may stand before "ten years ago" and say that it is a bound: "more than", "two or"."""
_YEAR = re.compile(r"\d{4}")
_POINT = (
    rf"(?:(?:{DAY_NUMBER}\s+)?(?:{ANY_MONTH})\b(?:\s+{DAY_NUMBER}\b)?"
    rf"{ITS_YEAR.replace('?P<year>', '?:')}|\d{{4}}-\d{{2}}-\d{{2}}|(?:19|20)\d{{2}})"
)
_RANGE = re.compile(
    rf"\b(?P<first>{_POINT}){TO}(?:in\s+)?(?:{PART})?(?P<last>{_POINT})\b",
    re.IGNORECASE,
)
"""Two times side by side: "from 3 May to 7 May 2024", "in March and April 2024"."""
_DAYS_OF_MONTH = re.compile(
    rf"(?<![\d-])\b(?P<first>{DAY_NUMBER})(?P<to>{TO})(?P<last>{DAY_NUMBER})\s+(?:of\s+)?{MONTH}\b", re.IGNORECASE
)
_MONTHS_DAYS = re.compile(
    rf"\b{MONTH}\s+(?P<first>{DAY_NUMBER})(?P<to>{TO})(?P<last>{DAY_NUMBER})\b(?!\s+(?:{ANY_MONTH})\b)",
    re.IGNORECASE,
)
"""Two days of which only one has its month: "between 3 and 7 May", "May 3-7, 2024"."""
_COMING = re.compile(
    rf"^\W*\w+\s+(?:{ANY_MONTH}),?\s+(?:\w+\s+){{0,2}}will\b"  # "In May, what will open?"
    # Not "the will of May", "Did Will come in May?", "What was planned for May?".
    r"|(?:^\W*will\b|\bgoing to\b"
    r"|(?<!\bthe )(?<!\ba )(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bfree )(?<![’']s )\b(?-i:will|shall)\b"
    r"|^(?!.*\b(?:was|were|had|did)\b).*\b(?:due(?! to)|planned|scheduled|expected)\b)"
    # "Which of those who will run won in May?"
    r"(?:(?!\b(?:that|which|who|was|were|did|had|said|won|since|last)\b).)*"
    rf"\b(?:{ANY_MONTH})\b",
    re.IGNORECASE,
)
"""A question for the May to come."""
_BY_NAME = rf"(?:{DAY_NUMBER}\s+(?:of\s+)?)?\b(?:{ANY_MONTH})\b(?:\s+{DAY_NUMBER})?"
_YEAR_AGAINST_TODAY = rf"(?:the\s+)?(?P<year>(?:this|last|previous)\s+year|{_COUNT}\s+years?\s+ago)\b(?!['’]s\b)"
_OF_YEAR = (
    # "In May last year", "In May, who won last year?"; not "In May it was more than last year".
    re.compile(
        rf"(?:{_BY_NAME}|^\W*(?:in|on)\s+{_BY_NAME},.*?\b(?!(?:about|as|for|from|on|over|since|than|to|with)\b)\w+)"
        rf",?\s+(?:of\s+|in\s+)?{_YEAR_AGAINST_TODAY}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b{_YEAR_AGAINST_TODAY},?\s+(?:(?:in|on)\s+)?(?:{PART})?{_BY_NAME}", re.IGNORECASE),
)
"""A day or month of a year that is understood against today."""
_YEAR_BEHIND = re.compile(rf",?\s+(?:of\s+|in\s+)?{_YEAR_AGAINST_TODAY}", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:than|compared?\s+(?:with|to)|versus|vs\.?|unlike)\s+(?:in\s+|the\s+)*$", re.IGNORECASE)
"""What makes a time one that another is compared with: "in 2019 compared with last year"."""
_BEFORE_WHEN = re.compile(rf"\b(?:in|during|from|between)\s+(?:{PART})?$", re.IGNORECASE)
"""What stands before a year that says when; "the law of 2015" and "the 2015 law" say which."""
_BY_THE_WAY = re.compile(
    r",\s*(?:who|whose|which|\w+ed|born|bought|built|made)\b[^,.;]*(?=,)|\([^()]*\)"
    r"|(?<=\w )(?:that|which|who|whose)\s+(?:\w+\s+){2,4}\d{4}\b",
    re.IGNORECASE,
)
"""What tells of another time: "the mill, which burned in 1904, opened", "the mill that burned in 1904 opened"."""
_OPENING = re.compile(rf"\W*(?:(?:in|on|during)\s+)?(?:{PART})?", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(r"\b(?:and|but)\b")
_OTHER_CLAUSE = re.compile(r"\b(?:and|but|which|who|that)\b")
_BESIDE = re.compile(r"[\s,]*(?:\b(?:in|of|on|during)\s+)?(?:the\s+)?", re.IGNORECASE)
_BEGINNING = re.compile(r"(?:^|[^\w\s,’'&/])\s*$")
# A text without them is a headline or shouted; its capitals say nothing.
_LOWER_CASE = re.compile(r"\b(?!(?:an?|and|as|at|by|for|from|in|of|on|or|the|to|with)\b)[a-z]{2,}")
_QUOTED = re.compile(
    r"(?<!\w)(?:[“\"](?=\S)|[‘'])(?:[^\s“”\".,!?]+\s+){0,4}[^\s“”\".,!?]*[^\s“”\".,!?](?:[”\"]|['’](?!\w))"
)
"""What is a name rather than what somebody said."""
_BOUND = re.compile(
    r"\b(?P<bound>since|after|before|prior to|until|up to|by|till)\s+(?:the\s+)?"
    rf"(?:(?P<edge>end|start|beginning)\s+of\s+)?(?:{PART})?$",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"\s+on(?:wards?)?\b(?!\s+\w)", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?P<bound>before|after|since)\s+(?P<event>(?:the|its|their|his|her)\s+[\w’' -]{3,60}?)\s*(?=[?,.;]|$)",
    re.IGNORECASE,
)


_LONGEST_DAYS = 500 * 365
"""Articles are not older. "1,000 years ago" says what a text tells of; it does not ask for articles of then."""


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """The time a question is about."""

    since: date | None = None
    until: date | None = None
    newest: bool = False
    """Whether it asks for what is current."""
    said: str = ""
    """How it said so, where that is to be understood against today: "last month"."""

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and (not self.since or day >= self.since) and (not self.until or day <= self.until)

    @property
    def approximate(self) -> bool:
        """Whether it is told by its distance from today, and so only about right: "two months ago"."""
        return self.said.lower().endswith("ago")

    @property
    def bounded(self) -> bool:
        """Whether it has a beginning or an end."""
        return bool(self.since or self.until)

    def in_words(self) -> str:
        """The period as people write it: "October 2026", "2025", "1 May 2024 to 7 May 2024", "since 1 March 2025"."""
        since, until = self.since, self.until
        if since and until:
            if since.day == 1 and until.day == monthrange(until.year, until.month)[1]:
                if (since.month, until.month) == (1, 12):
                    return str(since.year) if since.year == until.year else f"{since.year} to {until.year}"
                if (since.year, since.month) == (until.year, until.month):
                    return f"{since:%B %Y}"
            return f"{since:%-d %B %Y}" if since == until else f"{since:%-d %B %Y} to {until:%-d %B %Y}"
        return f"since {since:%-d %B %Y}" if since else f"until {until:%-d %B %Y}" if until else ""


ANY_TIME = TimeFrame()
"""A question that says nothing of time."""


def time_frame(question: str, today: date) -> TimeFrame:
    """What a question says about time.

    Args:
        question: a stand-alone question.
        today: what "last month" and "in June" are understood against.
    """
    text = _plain(question)
    if frame := _understood(text, today, _AGAINST_TODAY):
        return frame
    if frame := _of_its_year(text, today):
        return frame
    year = only_year(text)
    if frame := _understood(text, date(year, 12, 31) if year else _latest(text, today), _BY_DATE):
        return replace(frame, said="") if year else frame
    current = _NEWEST.search(text) or (_PRESENT.search(text) and not event_bound(text))
    return TimeFrame(newest=True) if current else ANY_TIME


def _plain(text: str) -> str:
    """A text with short names of months written out, and without names in quotation marks."""
    return written_out(_QUOTED.sub("“…”", text))


def _understood(text: str, today: date, ways: Iterable[Callable[[str, date], TimeFrame | None]]) -> TimeFrame | None:
    """What a text says about time, by the first of some ways that makes sense of it."""
    for understand in ways:
        # There are no dates before the year 1 and after 9999.
        with suppress(OverflowError, ValueError):
            if frame := understand(text, today):
                return frame
    return None


def _of_its_year(text: str, today: date) -> TimeFrame | None:
    """A day or month whose year is understood against today: "in May last year"."""
    match = next((found for way in _OF_YEAR if (found := way.search(text))), None)
    if not match or not (year := _year_against(match["year"], today)):
        return None
    frame = _understood(text, date(year, 12, 31), _BY_DATE)
    return replace(frame, said=match["year"]) if frame else None


def _year_against(said: str, today: date) -> int | None:
    """The year that is called "last year" or "two years ago"."""
    frame = _understood(said, today, (_relative, _ago))
    return frame.since.year if frame and frame.since else None


def _latest(question: str, today: date) -> date:
    """The day by which a month without a year began: today, or the end of the twelve months from this one on."""
    return _a_year_on(today.replace(day=1)) - timedelta(days=1) if _COMING.search(question) else today


def event_bound(question: str) -> tuple[str, str] | None:
    """ "before" or "after", and the event, where a question names one: ("before", "the election")."""
    match = _EVENT.search(question)
    if not match or IN_YEAR.search(match["event"]) or IN_MONTH.search(match["event"]):
        return None
    return ("before" if match["bound"].lower() == "before" else "after"), match["event"]


def around_event(bound: str, day: date) -> TimeFrame:
    """The time before or after an event."""
    if bound == "before":
        return TimeFrame(until=day - timedelta(days=1))
    return TimeFrame(since=day)


def told_time(sentence: str, published: date) -> TimeFrame:
    """What a sentence of an article says about time; what names no year is of the year nearest to the article."""
    # The one year in it may be of something else ("the mill, built in 1904, burned down in October").
    text = _plain(sentence)
    own = _understood(text, published, (*_AGAINST_TODAY, _of_its_year, _in_quarter, *_BY_DATE)) or ANY_TIME
    if not own.since or not own.until or not IN_MONTH.search(own.said):
        return own
    later = replace(own, since=_a_year_on(own.since), until=_a_year_on(own.until))
    assert later.since
    return later if abs(later.since - published) < abs(own.since - published) else own


def _a_year_on(day: date) -> date:
    """The same day of the next year, or the last there is: some articles are dated to the end of time."""
    days = timedelta(days=366 if (day.month, day.day) == (2, 29) else 365 + isleap(day.year + (day.month > 2)))
    return day + min(days, date.max - day)


def _spoken(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Where a text says a time against today: not in a name, nor where a date in it says when."""
    found = [match for match in pattern.finditer(text) if not _begins_a_name(text, match.start())]
    dates = _dated(text) if found else []
    return (match for match in found if not _gives_way(text, match, dates))


def _begins_a_name(text: str, place: int) -> bool:
    """Whether a capital inside a text makes a name: "Who hosts Last Week Tonight?"."""
    name = text[place].isupper() and not _BEGINNING.search(text[:place])
    return name and bool(_LOWER_CASE.search(text))


def _gives_way(text: str, match: re.Match[str], dates: Iterable[re.Match[str]]) -> bool:
    """Whether a date says when rather than a time against today.

    One with a year does where it opens the clause or stands just behind: "In 2019 ... last year", "this month in 1999";
    a month only before a year: "in May last year". Any does wherever the other is compared with it: "than last year".
    """
    dates = [said for said in dates if not match.start() <= said.start() < match.end()]  # "last June"
    if match[0].lower().startswith("previous") or _COMPARED.search(text[: match.start()]):
        return bool([*dates, *years(text)])
    of_year = match.groupdict().get("unit", "").lower() == "year"

    def wins(said: re.Match[str]) -> bool:
        with_year = bool(_YEAR.search(said[0]))
        if (of_year or with_year) and _BESIDE.fullmatch(text, match.end(), said.start()):
            return True
        if said.start() > match.start() or not (of_year or with_year):
            return False
        # "The bridge built in 1923 closed last month", "In 1998 she joined a firm, which last year lost money."
        breaks = _OTHER_CLAUSE if with_year else _NEXT_CLAUSE
        apart = with_year and not _OPENING.fullmatch(text, 0, said.start())
        return not apart and not breaks.search(text, said.end(), match.start())

    return any(map(wins, dates))


def _dated(text: str) -> list[re.Match[str]]:
    """Where a text says by a date when something was; not bounds: "since 2015"."""
    text = _BY_THE_WAY.sub(lambda match: " " * len(match[0]), text)
    months = (match for match in IN_MONTH.finditer(text) if says_month(text, match))
    of_years = (match for match in years(text) if _BEFORE_WHEN.search(text[: match.start()]))
    return [match for match in (*days(text), *months, *of_years) if not _BOUND.search(text[: match.start()])]


def _yesterday(question: str, today: date) -> TimeFrame | None:
    match = next(_spoken(_YESTERDAY, question), None)
    if not match:
        return None
    day = today - timedelta(days=1 if len(match[0]) == len("yesterday") else 2)
    return _bounded(question, match.span(), day, day, match[0])


def _relative(question: str, today: date) -> TimeFrame | None:
    match = next((match for match in _spoken(_RELATIVE, question) if not _of_something(question, match)), None)
    if not match:
        return None
    which, unit, before = match["which"].lower(), match["unit"].lower(), question[: match.start()]
    if match["unit"] in ("may", "march") and (which == "this" or before.lower().endswith("the ")):
        return None  # see `_named`
    several = which in ("last", "past") and match["several"] and unit in UNIT_DAYS
    # The last quarter is mostly one of the calendar all the same: figures are told by it.
    rolling = which == "past" or (which == "last" and unit != "quarter" and _ROLLING.search(before))
    if match["count"] or several or (rolling and unit in UNIT_DAYS):
        days = (_count(match["count"]) if match["count"] else _FEW if several else 1) * _COUNTED_DAYS[unit]
        return TimeFrame(today - timedelta(days=days), today, said=match[0]) if days <= _LONGEST_DAYS else None
    if (behind := _YEAR_BEHIND.match(question, match.end())) and (year := _year_against(behind["year"], today)):
        # "This week last year": not on 29 February.
        today = date(year, today.month, min(today.day, monthrange(year, today.month)[1]))
    since, until = period(unit, which == "this", today)
    return _bounded(question, match.span(), since, until, match[0])


def _of_something(question: str, match: re.Match[str]) -> bool:
    """Whether "last year" is that of a life or ship, or "the last day" the end of something: "the last day to vote"."""
    before = question[: match.start()]
    if _OWNED.search(before):
        return True
    if match["which"].lower() != "last" or match["count"] or not before.lower().endswith("the "):
        return False
    ends = match["unit"].lower() in ("day", "night", *WEEKDAYS) or _LAST_TO.match(question, match.end())
    return bool(ends and not _SPANNED.search(before))


def _ago(question: str, today: date) -> TimeFrame | None:
    match = next(_spoken(_AGO, question), None)
    if not match:
        return None
    unit, count = match["unit"].lower(), _count(match["count"])
    if match["half"]:
        unit, count = _HALVES.get(unit, (unit, count))
    days = count * UNIT_DAYS[unit]
    if days > _LONGEST_DAYS:
        return None
    if bound := _BEFORE_AGO.search(question[: match.start()]):
        day, said = today - timedelta(days=days), bound[0] + match[0]
        if bound["more"]:
            return TimeFrame(until=day, said=said)
        if bound["less"]:
            return TimeFrame(since=day, said=said)
        fewer = _count(bound["fewer"]) * UNIT_DAYS[unit]
        return TimeFrame(day - timedelta(days=UNIT_DAYS[unit] // 2), today - timedelta(days=fewer), said=said)
    if unit in ("year", "decade"):
        year = today.year - count * (10 if unit == "decade" else 1)
        return _bounded(question, match.span(), date(year, 1, 1), date(year, 12, 31), match[0])
    day = today - timedelta(days=days)
    slack = timedelta(days=UNIT_DAYS[unit] // 2)
    return _bounded(question, match.span(), day - slack, day + slack, match[0])


def _in_quarter(sentence: str, published: date) -> TimeFrame | None:
    """A quarter of a year that a report tells figures of: "in the first quarter", "the third quarter of 2024"."""
    match = QUARTER.search(sentence)
    if not match:
        return None
    number = quarter_number(match)
    first_month = 3 * number - 2
    year = int(match["year"] or match["year2"] or published.year - (first_month > published.month))
    return TimeFrame(month(year, first_month)[0], month(year, first_month + 2)[1], said=match[0])


def _range(question: str, today: date) -> TimeFrame | None:
    """Two times side by side, and what lies between them; what has no year is of the other's."""
    question = _DAYS_OF_MONTH.sub(r"\g<first> \g<month>\g<to>\g<last> \g<month>", question)
    question = _MONTHS_DAYS.sub(r"\g<month> \g<first>\g<to>\g<month> \g<last>", question)
    for match in _RANGE.finditer(question):
        first, last = match["first"], match["last"]
        dated = bool(_YEAR.search(last))
        # "May" is a verb too: without a year, a month is one behind "in", "from" and their like.
        if not dated and not (BEFORE_MONTH.search(question[: match.start()]) or DAY.match(first)):
            continue
        end = _point(last, today)
        start = _point(first, end[1]) if end else None
        if end and start and start[0] <= end[1]:
            return TimeFrame(start[0], end[1], said="" if dated else match[0])
    return None


def _point(said: str, latest: date) -> tuple[date, date] | None:
    """First and last day of a day, month or year; where it names no year, of the last one that began by a day."""
    dated = bool(_YEAR.search(said))
    if match := DAY.search(said):
        day = day_of(match, latest)
        if day and not dated and day > latest:
            day = day.replace(year=day.year - 1)
        return (day, day) if day else None
    if match := IN_MONTH.search(said):
        number = month_number(match["month"])
        return month(int(match["year"] or latest.year - (number > latest.month)), number)
    year = int(said)
    return date(year, 1, 1), date(year, 12, 31)


def _named(question: str, today: date) -> TimeFrame | None:
    """A day, month or year that is named, after or before it where so said."""
    for match in days(question):
        if day := day_of(match, today):
            missing = not (match["year"] or match["year2"] or match["iso"])
            day = day.replace(year=day.year - 1) if missing and day > today and (day.month, day.day) != (2, 29) else day
            return _bounded(question, match.span(), day, day, match[0] if missing else "")
    for match in IN_MONTH.finditer(question):
        if not says_month(question, match):
            continue
        number, part = month_number(match["month"]), PART_BEFORE.search(question[: match.start()])
        to_come = (number, PARTS[part["part"].lower()] if part else 1) > (today.month, today.day)
        year = int(match["year"] or today.year - to_come)
        said = "" if match["year"] else match[0]
        return _bounded(question, match.span(), *month(year, number), said)
    if named := next(iter(years(question)), None):
        year = int(named["year"])
        return _bounded(question, named.span(), date(year, 1, 1), date(year, 12, 31), "")
    return None


_AGAINST_TODAY = (_yesterday, _relative, _ago)
_BY_DATE = (_range, _named)


def _bounded(question: str, place: tuple[int, int], first: date, last: date, said: str) -> TimeFrame:
    """The time that is named at a place, or what is before or after it where so said."""
    bound = _BOUND.search(question[: place[0]])
    if not bound and _ONWARD.match(question, place[1]):
        return TimeFrame(since=first, said=said)
    if edge := bound and bound["edge"]:
        first = last = last if edge.lower() == "end" else first
    match bound["bound"].lower() if bound else "":
        case "since":
            return TimeFrame(since=first, said=said)
        case "after":
            return TimeFrame(since=last + timedelta(days=1), said=said)
        case "before" | "prior to":
            return TimeFrame(until=first - timedelta(days=1), said=said)
        case "until" | "up to" | "till" | "by":
            return TimeFrame(until=last, said=said)
    return TimeFrame(first, last, said=said)


def _count(said: str) -> int:
    return int(said.replace(",", "")) if said[0].isdigit() else _NUMBER_WORDS[said.lower()]

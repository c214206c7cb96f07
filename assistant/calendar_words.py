"""What the words of the calendar stand for, and the days, months and years that a text names."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

MONTHS = tuple("january february march april may june july august september october november december".split())
ANY_MONTH = "|".join(MONTHS)
MONTH = rf"(?P<month>{ANY_MONTH})"
_SHORT_MONTHS = {"sept": "september"} | {month[:3]: month for month in MONTHS if month != "may"}
_ANY_SHORT = "|".join(_SHORT_MONTHS)
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
"""First and last month; those after 12 are of the next year."""
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
QUARTER = re.compile(
    # Not "the first quarter of the match", "the third quarter of the 19th century".
    rf"\b(?:in|during|for|over|from)\s+the\s+(?P<ordinal>{'|'.join(_ORDINALS)})\s+quarter\b"
    r"(?:,?\s+(?:of\s+)?(?P<year>(?:19|20)\d{2})\b|(?!\s+of\b))"
    r"|\bQ(?P<digit>[1-4])(?:,?\s+(?:of\s+)?(?P<year2>(?:19|20)\d{2})\b)?(?!\w)",
    re.IGNORECASE,
)
UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "decade": 3652}
_UNCOUNTED = (
    r"(?!\s*(?:(?:km|kilomet(?:re|er)s?|m|met(?:re|er)s?|miles?|people|euros?|dollars?)\b|%)"
    r"|\s+(?:days|weeks|years)\b|-(?:day|week|year)\b)"
)
"""What may not stand after a year: "2000 people", "the 2000-year-old tree"."""
_PLURAL = r"\s+(?!does\b)[a-z]{3,}s\b"
# "May 2015", "May, 2015", "May in 2015", "June 2020 people"; not "in March, 2000 workers", "in May 1500 people".
ITS_YEAR = (
    rf"(?:(?:,(?!\s+\d{{4}}{_PLURAL})|(?!\s+[3-9]\d{{3}}{_PLURAL}))\s+(?:of\s+|in\s+)?"
    rf"(?P<year>(?:19|20)\d{{2}}\b|\d{{4}}\b{_UNCOUNTED}))?"
)
DAY = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}\b{ITS_YEAR}"
    rf"|{MONTH.replace('month', 'month2')}\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b{ITS_YEAR.replace('year', 'year2')}"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b", re.IGNORECASE)
IN_MONTH = re.compile(rf"\b{MONTH}\b(?!\s+(?:of\s+)?(?:the\s+)?(?:next|following)\s+year\b){ITS_YEAR}", re.IGNORECASE)
IN_YEAR = re.compile(rf"\b(?P<year>(?:19|20)\d{{2}})\b{_UNCOUNTED}")
# "The 2015 games", but not "2015 workers".
_ANY_YEAR = re.compile(
    rf"\b(?:(?<=\bthe )(?:19|20)\d{{2}}|(?:(?:19|20)\d{{2}}|(?<=\bin )1[0-8]\d{{2}})\b(?!{_PLURAL}))\b{_UNCOUNTED}",
    re.IGNORECASE,
)
_COUNTED = re.compile(_PLURAL)
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|of|the|by|before|after|until|till|from|during|and|to|between|for|this|that)\s+$", re.IGNORECASE
)
DAY_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
TO = r"\s*(?:\b(?:to|and|or|until|till|through)\b|[–-])\s*"
PARTS = {"early": 1, "mid": 11, "late": 21}
"""The day on which each begins: "early June", "mid-June"."""
PART = rf"(?P<part>{'|'.join(PARTS)})(?:\s+|-)"
_SHORT_MONTH = re.compile(
    rf"(?:(?:(?<=\b\d )|(?<=\b\d\d )|(?<=\d(?:st|nd|rd|th) )|(?<=\d(?:st|nd|rd|th) of ))(?P<after>{_ANY_SHORT})\b\.?"
    rf"|\b(?P<before>{_ANY_SHORT})\b\.?(?=(?:{TO}(?:{_ANY_SHORT}|{ANY_MONTH})\b\.?)?"
    rf"(?:\s+{DAY_NUMBER}\b(?![.,:]\d|\s*%)|,?\s+(?:of\s+)?\d{{4}}\b)))",
    re.IGNORECASE,
)
"""A short name of a month beside a day or a year: "3 Dec", "Sept. 2023", "Jan-Mar 2024"."""
BEFORE_MONTH = re.compile(
    r"\b(?:in|between|since|after|before|until|by|of|from|during|last|this"
    rf"|(?:is|are)\s+(?:\w+\s+){{0,2}}(?:planned|scheduled|expected|due) for)\s+(?:{PART})?$",
    re.IGNORECASE,
)
_BEFORE_DAY = re.compile(rf"\bon\s+$|{BEFORE_MONTH.pattern}", re.IGNORECASE)
PART_BEFORE = re.compile(rf"\b{PART}$", re.IGNORECASE)


def dates_in(text: str, published: date | None) -> list[date]:
    """The days a text names; those without a year are of the year its article appeared."""
    return [day for match in days(written_out(text)) if (day := day_of(match, published))]


def months_named(text: str, year: int) -> list[tuple[int, int]]:
    """The months that a text names, as (year, month); those without a year are of the one given."""
    text = written_out(text)
    # "Ships may dock": what is a verb in small letters is a month only where something says so.
    found = (m for m in IN_MONTH.finditer(text) if m["month"] not in ("may", "march") or says_month(text, m))
    return [(int(match["year"] or year), month_number(match["month"])) for match in found]


def years_named(text: str) -> list[int]:
    """The years that a text names."""
    return [int(match["year"]) for match in years(text)]


def written_out(text: str) -> str:
    """A text with short names of months written out; in small letters where they were: "march" is a verb too."""
    return _SHORT_MONTH.sub(_long_month, text)


def _long_month(match: re.Match[str]) -> str:
    short = match["after"] or match["before"]
    month = _SHORT_MONTHS[short.lower()]
    return month.capitalize() if short[0].isupper() else month


def only_year(question: str) -> int | None:
    """The one year that a question names; it is that of months apart from it too: "In 2015, who won in May?"."""
    found = set(_ANY_YEAR.findall(question))
    return int(found.pop()) if len(found) == 1 else None


def days(text: str) -> Iterable[re.Match[str]]:
    """Where a text names days. "The 12 may vote" and "march 30 kilometres" are none."""
    for match in DAY.finditer(text):
        verb = re.search(r"\b(?:may|march)\b", match[0]) and not (match["year"] or match["year2"])
        if not verb or _ORDINAL.search(match[0]) or _BEFORE_DAY.search(text[: match.start()]):
            yield match


def day_of(match: re.Match[str], default: date | None) -> date | None:
    """The day that a match of `DAY` names; one without a year is of that of another; None where there is none such."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        year = match["year"] or match["year2"] or (default.year if default else None)
        month = month_number(match["month"] or match["month2"])
        return date(int(year), month, int(match["day"] or match["day2"])) if year else None
    except ValueError:
        return None


def says_month(text: str, match: re.Match[str]) -> bool:
    """Whether a month is named: "May" is a verb too, "March" a walk, "April" a woman."""
    before = text[: match.start()]
    if match["year"]:
        return True
    if match["month"] in ("may", "march"):  # "this may help", "the last march through the town", "how early may it"
        return bool(BEFORE_MONTH.search(before) and not re.search(r"\b(?:this|the\s+last)\s+$", before))
    return bool(BEFORE_MONTH.search(before) or PART_BEFORE.search(before))


def years(text: str) -> Iterable[re.Match[str]]:
    """Where a text names years: not "they found 2000 coins"."""
    return (
        m for m in IN_YEAR.finditer(text) if not _COUNTED.match(text, m.end()) or _BEFORE_YEAR.search(text[: m.start()])
    )


def period(unit: str, this: bool, today: date) -> tuple[date, date]:
    """The last whole period of its kind, or the one today is in."""
    if unit in SEASONS:
        first_month, last_month = SEASONS[unit]
        year = (12 * today.year + today.month - 1 - last_month) // 12
        if this:  # In spring too "this winter" is the one that was.
            year = today.year - (unit == "winter" and today.month < SEASONS["summer"][0])
        return date(year, first_month, 1), _month_end(year + last_month // 13, (last_month - 1) % 12 + 1)
    if unit == "night":
        return (today, today) if this else (today - timedelta(days=1), today)
    if unit in WEEKDAYS:
        back = today.weekday() - WEEKDAYS.index(unit)
        day = today - timedelta(days=back if this else back % 7 or 7)
        return day, day
    if unit in MONTHS:
        number = month_number(unit)
        return month(today.year if this or number < today.month else today.year - 1, number)
    if unit in ("year", "decade"):
        length = 10 if unit == "decade" else 1
        year = today.year // length * length - (0 if this else length)
        return date(year, 1, 1), date(year + length - 1, 12, 31)
    if unit in ("month", "quarter"):
        length = 3 if unit == "quarter" else 1
        months = 12 * today.year + (today.month - 1) // length * length - (0 if this else length)
        last = months + length - 1
        return date(months // 12, months % 12 + 1, 1), _month_end(last // 12, last % 12 + 1)
    length = UNIT_DAYS[unit]
    begun = today - timedelta(days=today.weekday()) if unit == "week" else today
    first = begun if this else begun - timedelta(days=length)
    return first, first + timedelta(days=length - 1)


def month_number(name: str) -> int:
    """1 for "January"."""
    return MONTHS.index(name.lower()) + 1


def month(year: int, number: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, number, 1), _month_end(year, number)


def quarter_number(match: re.Match[str]) -> int:
    """1 for "the first quarter" and "Q1", a match of `QUARTER`."""
    return int(match["digit"] or _ORDINALS[match["ordinal"].lower()])


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])

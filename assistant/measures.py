"""The amounts that a text gives with a unit, brought into one unit so that two texts can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.amounts import BOUNDS, COUNTED, CURRENCIES, ORDINAL, UNCOUNTED, Number, in_metres, numbers
from assistant.types import Span

_UNITS_OF: tuple[dict[str, float], ...] = (
    {
        "mm millimetre": 0.001, "cm centimetre centimeter": 0.01, "m metre meter": 1, "km kilometre kilometer": 1000,
        "inch inche": 0.0254, "foot feet ft": 0.3048, "yard": 0.9144, "mile": 1609.344,
    },
    {"m² metre² meter²": 1, "hectare ha": 1e4, "acre": 4046.86, "km² kilometre² kilometer²": 1e6, "mile²": 2.59e6},
    {"m/s metre/s meter/s": 3.6, "km/h kph kilometre/h kilometer/h": 1, "mph mile/h": 1.609344},
    {"g gram": 1, "kg kilo kilogram": 1000, "tonne": 1e6, "lb pound": 453.6},
    {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600},
    {"month": 1, "year": 12, "decade": 120, "century centurie": 1200},
    {"w watt": 1, "kw kilowatt": 1e3, "mw megawatt": 1e6, "gw gigawatt": 1e9, "tw terawatt": 1e12},
    {
        "wh watthour": 1, "kwh kilowatthour": 1e3, "mwh megawatthour": 1e6, "gwh gigawatthour": 1e9,
        "twh terawatthour": 1e12,
    },
    {"kb kilobyte": 1e3, "mb megabyte": 1e6, "gb gigabyte": 1e9, "tb terabyte": 1e12},
    {"hz hertz": 1, "khz kilohertz": 1e3, "mhz megahertz": 1e6, "ghz gigahertz": 1e9},
)  # fmt: skip
"""What measures the same: units without the "s" of the plural, and how many of the smallest each holds."""
_MEASURES = {
    name: (kind, size)
    for kind, sizes in enumerate(_UNITS_OF)
    for names_, size in sizes.items()
    for name in names_.split()
}
SHORT_UNITS = frozenset(name for name in _MEASURES if re.fullmatch("[kmgt]?(?:wh?|hz)|[kmgt]b", name))
"""Units that are written with capitals: "44 MW"."""
_UNIT = re.compile(
    r"[\s-]*(?P<square>square\s+|sq\.?\s+)?(?P<name>[^\W\d_²]+)(?P<squared>²|2(?!\w))?"
    r"(?P<hours>(?<=watt)[\s-]?hours?\b)?"
    r"(?:(?:\s*/\s*|\s+(?:per|an)\s+)(?P<each>h(?:our)?|s(?:econd)?)\b)?",
    re.IGNORECASE,
)
_DEGREES = re.compile(r"(?:\s*(?:[°º]|degrees?))?\s*(?:(?P<celsius>C|[Cc]elsius|[Cc]entigrade)|F|[Ff]ahrenheit)\b")
_TEMPERATURE = len(_UNITS_OF)
_ANY_NAME = r"(?:[Tt]he )?[A-Z][\w’'&-]*(?: (?:(?:of|the|de|van) )*[A-Z][\w’'&-]*)*"
_ANY_LIST = rf"(?P<names>{_ANY_NAME}(?:, {_ANY_NAME})*,? and {_ANY_NAME})"
_LISTED = re.compile(rf"(?:[:,(–—]\s|\b(?:are|were|namely) ){_ANY_LIST}")
_COUNTED_AFTER = re.compile(rf"{_ANY_LIST} (?:are|were) (?:the |all )?$")
_BETWEEN_LISTED = re.compile(r",? and |, ")
_LONGEST_LIST, _WORDS_TO_LIST = 6, 6


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount with its unit: "two weeks", "half an hour"."""

    kind: int
    """What is measured; those of one kind can be compared."""
    size: float
    """Of its unit."""
    amount: Number
    """In the unit of size 1 of its kind; temperatures in Fahrenheit, where few are near 0."""


def measures(text: str) -> list[Measure]:
    """The amounts of a text that have a unit, with or without a number: "two weeks", "a year and a half", "-5 °C"."""
    given = [measure for number in numbers(text) if (measure := _measure(text, number))]
    units = [_UNIT.match(text, measure.amount.span.end) for measure in given]
    taken = [unit.span() for unit in units if unit]
    for match in UNCOUNTED.finditer(text):
        span = Span(match.start(), match.end())
        # The "an hour" of "5 miles an hour" is part of the unit.
        if any(start < span.end and span.start < end for start, end in taken):
            continue
        if match["one"]:
            value = 1.5 if match["more"] else 1.0
        else:
            value = 0.5 if match["half"] else 0.75 if match["quarters"].lower() == "three" else 0.25
        kind, size = _MEASURES[(match["one"] or match["unit"]).lower()]
        given.append(Measure(kind, size, Number(value * size, False, span)))
    return given


def _measure(text: str, number: Number) -> Measure | None:
    """A number with the unit behind it; None where that is none, or not known."""
    if degrees := _DEGREES.match(text, number.span.end):
        value = number.value * 1.8 + 32 if degrees["celsius"] else number.value
        return Measure(_TEMPERATURE, 1.8 if degrees["celsius"] else 1.0, replace(number, value=value))
    if (unit := _unit(text, number)) is None:
        return None
    kind, size = unit
    return Measure(kind, size, replace(number, value=number.value * size))


def _unit(text: str, number: Number) -> tuple[int, float] | None:
    """The kind and size of the unit behind a number; None where that is none, or not known."""
    if in_metres(text, number):
        return _MEASURES["m"]
    unit = _UNIT.match(text, number.span.end)
    if not unit or ORDINAL.search(number.span.of(text)):
        return None
    name = unit["name"].lower().removesuffix("s") + ("hour" if unit["hours"] else "")
    name += "²" if unit["square"] or unit["squared"] else ""
    return _MEASURES.get(f"{name}/{unit['each'][0].lower()}" if unit["each"] else name)


def in_other_units(text: str, number: Number) -> list[Number]:
    """What a measure of a text is in the other units of its kind: of "two years" 24 (months) and 0.2 (decades)."""
    measure = _measure(text, number)
    if measure is None or measure.kind == _TEMPERATURE:
        return []
    sizes = (size for size in _UNITS_OF[measure.kind].values() if size != measure.size)
    return [replace(number, value=measure.amount.value / size) for size in sizes]


def is_count(text: str, number: Number) -> bool:
    """Whether four digits count or measure something, and are no year: "more than 1000", "1500 people"."""
    before = text[: number.span.start]
    if before.endswith(CURRENCIES) or COUNTED.match(text, number.span.end) or _unit(text, number):
        return True
    # "About 1850" is a year as likely as not, "about 1500" and "about 2000" seldom are.
    is_round = number.span.of(text).endswith("00")
    return any(bound.search(before) and (is_round or 1.0 in limits) for bound, limits in BOUNDS.items())


def counts_a_list(text: str, number: Number) -> bool:
    """Whether a small number counts the names that its sentence lists: "three countries: France, Italy and Spain"."""
    if number.percent or not 2 <= number.value <= _LONGEST_LIST or _unit(text, number):
        return False
    # "France, Italy and Spain are the three countries"
    before = _COUNTED_AFTER.match(text[: number.span.start])
    behind = (
        listed
        for listed in _LISTED.finditer(text, number.span.end)
        if len(text[number.span.end : listed.start()].split()) <= _WORDS_TO_LIST
    )
    return any(listed and len(_BETWEEN_LISTED.split(listed["names"])) == number.value for listed in (before, *behind))

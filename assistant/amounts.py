"""The numbers that a text gives, brought into one form so that two texts can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from assistant.text import word_spans
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
    r"(?:[\s-]*(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn)s?\b|(?P<letter>[km])\b)?",
    re.IGNORECASE,
)
_MINUS = re.compile(r"(?:(?:^|[\s(])[-−]|\bminus\s+)$", re.IGNORECASE)
_BELOW_ZERO = re.compile(
    r"\s*(?:°|degrees?)?\s*(?:C|F|Celsius|Fahrenheit)?\s+below\s+(?:zero|freezing)\b", re.IGNORECASE
)
_AND_A_HALF = re.compile(
    r"\s*½|\s+and\s+a\s+half\b(?:[\s-]+(?P<scale>thousand|million|billion|trillion)\b)?", re.IGNORECASE
)
_SCALE_BEHIND = re.compile(r"\b(thousand|million|billion|trillion)s?$")
_TO = re.compile(r"\s*(?:[–-]|\bto\b|\band\b|\bor\b)\s*[$€£]?", re.IGNORECASE)
"""What stands between two numbers of which the second may say what both are: "5–7%", "2 to 3 million"."""
_COUNTED = re.compile(r"\s+(?!(?:is|was|has|does|as|its|his|this|across|towards)\b)(?:people|[a-z]+s)\b")
_POINTED = re.compile(r"(?<![\w.,])(\d{1,2})\.([0-5]\d)(?=\s?[ap]\.?m\b)", re.IGNORECASE)
_PAST = re.compile(
    rf"\b(?:(?P<half>half)|quarter)(?=\s+past\s+(?:\d|(?:{'|'.join(list(_UNITS)[1:13])})\b))", re.IGNORECASE
)
"""Minutes in words: "half past seven"."""
_IN_WORDS = re.compile(
    rf"\b(?:{'|'.join((*_UNITS, *_TENS))})"
    # "A hundred and five" is one number, "five and ten" are two.
    rf"(?:[\s-]+(?:(?:(?<=hundred )|(?<=thousand )|(?<=million )|(?<=billion ))and\s+)?"
    rf"(?:{'|'.join((*_UNITS, *_TENS, *_SCALES))})s?\b)*\b"
    rf"|\b(?:a|half a)\s+(?:{'|'.join(list(_SCALES)[:6])})\b",
    re.IGNORECASE,
)
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20,
}  # fmt: skip
_SHARE = re.compile(
    rf"\b(?:(?P<half>half)(?!\s+an?\b)|(?P<count>an?|{'|'.join(_UNITS)})[\s-]+(?P<part>{'|'.join(_PARTS)})s?"
    rf"|(?P<one>{'|'.join(list(_UNITS)[1:10])}|[1-9]) (?:in|out of) (?:every )?"
    rf"(?P<many>\d{{1,3}}|{'|'.join((*_UNITS, *_TENS))}))\b",
    re.IGNORECASE,
)
_NO_SHARE_BEFORE = re.compile(
    rf"\b(?:first|second|other|latter|(?:\d+|{'|'.join((*_UNITS, *_TENS))})\s+and)\s+$", re.IGNORECASE
)
_SHARE_OF = re.compile(
    r"\W*$|[.,;:)?!]|\s+(?:of|more|less|fewer|higher|lower|larger|smaller|longer|shorter|as|to|in|from|since|on|by|each"
    r"|every|and|or|than)\b",
    re.IGNORECASE,
)
"""What stands behind a share that could be an ordinal: "a third of them"; "a third shop" is one more."""
_SAID_OTHERWISE = {
    "dozen": 12.0, "twice": 2.0, "double": 2.0, "doubled": 2.0, "both": 2.0, "pair": 2.0, "couple": 2.0, "twins": 2.0,
    "triple": 3.0, "tripled": 3.0, "trio": 3.0,
    "none": 0.0, "one": 1.0, "single": 1.0,
}  # fmt: skip
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first""".split()
_SAID_OTHERWISE |= {word: float(number) for number, word in enumerate(_ORDINALS, 1)}
_A_SECOND = re.compile(
    r"\b(?:per|split|each|a|one)[\s-]+second\b"
    r"(?!\s+(?!(?:later|earlier|after|before|or|and|of|in|per|to|for|at|is|was)\b)[^\W\d_])",
    re.IGNORECASE,
)
"""A time, and not the second of several: "within a second", but "a second fire"."""
NUMBERED = ("type", "part", "phase", "class", "stage", "volume", "grade", "chapter")
"""What a Roman numeral stands behind, besides names."""
_ROMAN = re.compile(
    rf"\b(?:{'|'.join(NUMBERED)}|[A-Z][\w’'.-]+) "
    r"(?P<roman>III|II|IV|IX|I|VIII|VII|VI|V|X)\b(?![’']?(?!s\b)\w|[’'](?!s\b))"
)
_ROMANS = dict(zip("I II III IV V VI VII VIII IX X".split(), range(1, 11), strict=True))
_NAMED = re.compile(r"\b[A-Z][^\W\d_]+[ -]$")
_AFTERNOON = re.compile(
    r"\b(?P<day>1[3-9]|2[0-3])[:.][0-5]\d\b|\b(?P<half>\d|1[01])(?:[:.][0-5]\d)?\s*p\.?m\b", re.IGNORECASE
)
_LEAST_ROUNDED = 10_000
"""Smaller numbers are seldom rounded."""
_ONE_DIGIT_OFF = 0.05
"""How far from a number its first digit alone may be."""
_CENTURY = re.compile(
    rf"\b(?:(?P<digits>\d{{1,2}})(?:st|nd|rd|th)|(?P<word>{'|'.join(_ORDINALS)}))[\s-]+centur", re.IGNORECASE
)
_YEARS_ON = re.compile(r"\s+years?\s+(?:later|earlier|before|after)\b", re.IGNORECASE)
_JOINED_BEFORE = re.compile(r"(?<![\w-])([A-Z][^\W\d_]*)-$")
_JOINED_BEHIND = re.compile(r"(?<=\d)[ADEGHPQRSXYZ]\b")
"""Capitals that stand behind a digit and are no unit: "5G", "3D"."""
_CLAUSE_END = re.compile(r"[,;:](?!\d)|\b(?:and|but|while|whereas|although)\b")
_FALLS = re.compile(
    r"\b(?:f[ae]ll(?:s|en|ing)?|down|dropp?(?:s|ed|ing)?|decreas\w+|declin\w+|shr[aiu]nk\w*|lower|less|fewer|los[st]\w*"
    r"|losing|contract(?:ed|s|ion)|cuts?|reduc\w+|slump\w*|slid|deficit)\b",
    re.IGNORECASE,
)
_ANY_NAME = r"(?:[Tt]he )?[A-Z][\w’'&-]*(?: (?:(?:of|the|de|van) )*[A-Z][\w’'&-]*)*"
_LISTED = re.compile(
    rf"(?:^|[:,(–—]\s|\b(?:are|were|namely) )(?P<names>{_ANY_NAME}(?:, {_ANY_NAME})*,? and {_ANY_NAME})"
)
_BETWEEN_LISTED = re.compile(r",? and |, ")
_LONGEST_LIST = 6
_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_SMALL, _LARGE = 12, 100
"""Numbers up to the first are too often the sum or difference of two others by chance; up to the second, near one."""
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
)  # fmt: skip
"""What measures the same: units without the "s" of the plural, and how many of the smallest each holds."""
_MEASURES = {
    name: (kind, size)
    for kind, sizes in enumerate(_UNITS_OF)
    for names_, size in sizes.items()
    for name in names_.split()
}
_UNIT = re.compile(
    r"[\s-]*(?P<square>square\s+|sq\.?\s+)?(?P<name>[^\W\d_²]+)(?P<squared>²|2(?!\w))?"
    r"(?:(?:\s*/\s*|\s+(?:per|an)\s+)(?P<each>h(?:our)?|s(?:econd)?)\b)?",
    re.IGNORECASE,
)
_METRES = re.compile(r"([\d.]+)\s*m")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$", re.IGNORECASE)
_DEGREES = re.compile(r"\s*(?:[°º]|degrees?)?\s*(?:(?P<celsius>C|[Cc]elsius|[Cc]entigrade)|F|[Ff]ahrenheit)\b")
_TEMPERATURE = len(_UNITS_OF)
_ALONE = "second|minute|hour|day|week|fortnight|month|year|decade|century|mile|kilomet(?:re|er)"
_UNCOUNTED = re.compile(
    rf"\b(?:(?P<half>half)|(?P<quarters>an?|one|three)[\s-]+quarters?)(?:\s+of)?(?:\s+an?)?[\s-]+(?P<unit>{_ALONE})\b"
    rf"|\b(?:an?|one|each|every|per|the|past|last|whole|full|entire)\s+(?P<one>{_ALONE})\b"
    r"(?P<more>\s+and\s+a\s+half\b)?",
    re.IGNORECASE,
)
"""Measures that need no number: "half an hour", "the decade", "a year and a half"."""
PART_WORDS = (
    r"(?:of (?:the|its|their|them|these|those)|more|new(?:ly)?|further|other|others|additional|extra|fewer|less"
    r"|previously)\b"
)
"""What is said of a part: "twenty newly found moons", "three more"."""
_PART = re.compile(rf"\W*{PART_WORDS}", re.IGNORECASE)
HOW_MUCH = (
    r"how\s+(?:many|much|long|far|old|tall|high|deep|large|big|often|fast|wide|heavy|strong|thick|hot|cold|warm|quickly"
    r"|slow(?:ly)?|soon|late|close|near|low|small|short|narrow|broad|thin|steep|loud|bright|powerful|expensive|cheap)\b"
)
"""What asks for a number."""
_BOUNDS = {
    re.compile(rf"\b(?<!\bno )(?<!\bnot )(?:{words})\s+(?:an?\s+)?$", re.IGNORECASE): multiples
    for words, multiples in {
        "more than|over|above|at least|upwards of|in excess of|beyond|(?:no|not) (?:fewer|less) than": (1.0, 1.5),
        "(?:fewer|less|younger|lower) than|under|below|almost|nearly|not (?:quite|yet)|at most|just short of"
        "|(?:no|not) more than|up to|as (?:many|much) as": (0.6, 1.0),
        "about|around|roughly|some|approximately|close to": (0.95, 1.05),
    }.items()
}
"""What may stand before a number, and between which multiples of it what is meant lies."""
_TIMES = re.compile(r"\s+times\b|[- ]fold\b", re.IGNORECASE)
_DIFFERS = re.compile(
    r"(?:[\s-]+[\w'’%]+){0,4}?[\s-]+(?:years?|months?|weeks?|days?|hours?|minutes?|later|earlier|before|after|more|less|fewer"
    r"|higher|lower|longer|shorter|older|younger|up|down|of (?:the|them|these|those)|points?)\b",
    re.IGNORECASE,
)
"""What follows a number that may be the difference or the sum of two others."""
_RATIO_OFF = 0.1


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in digits or words."""

    value: float
    percent: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount with its unit: "two weeks", "half an hour"."""

    kind: int
    """What is measured; those of one kind can be compared."""
    size: float
    """Of its unit."""
    amount: Number
    """In the unit of size 1 of its kind; temperatures in Fahrenheit, where few are near 0."""


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order: "1,200", "1.2 thousand" and "twelve hundred" have the same value.

    "One" alone counts as none: it is a pronoun more often than a number.
    """
    text = _POINTED.sub(r"\1:\2", text)  # "7.30 pm"
    found = [_in_digits(match, text) for match in _NUMBER.finditer(text)]
    found += [Number(30.0 if m["half"] else 15.0, False, Span(m.start(), m.end())) for m in _PAST.finditer(text)]
    taken = [number.span for number in found]
    for match in _IN_WORDS.finditer(text):
        span = Span(match.start(), match.end())
        # The "zero" of "5 degrees below zero" is part of the 5.
        if any(below.end() == span.end for below in _BELOW_ZERO.finditer(text)):
            continue
        if match[0].lower() != "one" and not any(s.start < span.end and span.start < s.end for s in taken):
            found.append(Number(_value(match[0].lower()), bool(_PERCENT.match(text, span.end)), span))
    return _as_ranges(text, [_whole(text, number) for number in sorted(found, key=lambda number: number.span)])


def _whole(text: str, number: Number) -> Number:
    """A number with its sign and with the half behind it: "minus 5", "two and a half million"."""
    if half := _AND_A_HALF.match(text, number.span.end):
        span = Span(number.span.start, half.end())
        scale = _SCALES.get((half["scale"] or "").lower(), 1.0)
        number = Number((number.value + 0.5) * scale, bool(_PERCENT.match(text, span.end)), span)
    if _MINUS.search(text[: number.span.start]) or _BELOW_ZERO.match(text, number.span.end):
        return replace(number, value=-number.value)
    return number


def _as_ranges(text: str, found: list[Number]) -> list[Number]:
    """Where two numbers make a range, what the second says of both holds for the first: per cent, millions."""
    for place, (one, other) in enumerate(pairwise(found)):
        if not is_range(text, one, other):
            continue
        scale = _SCALE_BEHIND.search(other.span.of(text).lower())
        if scale and 0 < one.value < 1000 and not _SCALE_BEHIND.search(one.span.of(text).lower()):
            one = replace(one, value=one.value * _SCALES[scale[1]])
        found[place] = replace(one, percent=one.percent or (other.percent and not is_year(one)))
    return found


def _in_digits(match: re.Match[str], text: str) -> Number:
    value = float(re.sub("[,\u00a0\u202f]", "", match["digits"])) * _scale(match, text)
    return Number(value, bool(_PERCENT.match(text, match.end())), Span(match.start(), match.end()))


def _scale(match: re.Match[str], text: str) -> float:
    """ "€2m", "2M", "2m people" and "2k" are counts; "2m tall" and "2 m" are metres."""
    if match["scale"]:
        return _SCALES[match["scale"].lower()]
    letter = (match["letter"] or "").lower()
    paid = text[max(0, match.start() - 1) : match.start()] in ("$", "€", "£")
    counts = letter == "k" or match["letter"] == "M" or paid or bool(_COUNTED.match(text, match.end()))
    return _SCALES[letter] if letter and counts else 1.0


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


def shares(text: str) -> list[Number]:
    """The shares that a text gives in words, in percent: "a quarter", "two thirds", "one in eight"."""
    found = []
    others = [m.span() for pattern in (_UNCOUNTED, _PAST) for m in pattern.finditer(text)]
    for match in _SHARE.finditer(text):
        # "A quarter of an hour", "half past seven"
        if any(start < match.end() and match.start() < end for start, end in others):
            continue
        an_ordinal = match["count"] in ("a", "an", "A", "An") and (match["part"] or "").lower() in _ORDINALS
        if _NO_SHARE_BEFORE.search(text[: match.start()]) or (an_ordinal and not _SHARE_OF.match(text, match.end())):
            continue
        if match["half"]:
            value = 50.0
        elif match["part"]:
            count = 1 if match["count"].lower() in ("a", "an") else _value(match["count"].lower())
            value = 100 * count / _PARTS[match["part"].lower()]
        else:
            one, many = (float(n) if n.isdigit() else _value(n.lower()) for n in (match["one"], match["many"]))
            value = 100 * one / many if many else 0.0
        found.append(Number(value, True, Span(match.start(), match.end())))
    return found


def is_range(text: str, one: Number, other: Number) -> bool:
    """Whether a text says of two of its numbers that something lies between them, or is either."""
    return bool(_TO.fullmatch(text[one.span.end : other.span.start].replace("%", "")))


def said_otherwise(text: str) -> list[Number]:
    """Numbers that other words of a text amount to: "the sixth" is one of 6, "twice" is 2, "Part IV" 4.

    The sixteenth century are the 1500s, three years after 1842 is 1845, and "2.1m" may be millions.
    """
    times = [match.end() for match in _A_SECOND.finditer(text)]
    told = ((span, _SAID_OTHERWISE.get(word)) for span, word in word_spans(text) if span.end not in times)
    amounts = [Number(value, False, span) for span, value in told if value is not None]
    millions = [m for n in numbers(text) if (m := in_millions(text, n))]
    return [
        *shares(text), *amounts, *millions, *roman_numerals(text), *centuries(text), *_years_on(text),
        *other_hours(text),
    ]  # fmt: skip


def ranks(text: str) -> list[Number]:
    """The places in an order that a text gives: "the Second World War", "World War II", "World War 2", "the 2nd"."""
    words = [
        Number(_ORDINALS.index(word) + 1.0, False, span)
        for span, word in word_spans(text)
        if word in _ORDINALS and not any(match.end() == span.end for match in _A_SECOND.finditer(text))
    ]
    digits = [n for n in numbers(text) if n.span.of(text)[0].isdigit()]
    digits = [n for n in digits if _ORDINAL.search(n.span.of(text)) or _NAMED.search(text[: n.span.start])]
    return [*words, *digits, *roman_numerals(text)]


def roman_numerals(text: str) -> list[Number]:
    """The Roman numerals of a text up to ten, behind a name or what is numbered: "World War II", "type I"."""
    return [Number(float(_ROMANS[m["roman"]]), False, Span(*m.span("roman"))) for m in _ROMAN.finditer(text)]


def in_millions(text: str, number: Number) -> Number | None:
    """A number with an "m" that was taken for metres, in millions: "it drew 2.1m"."""
    metres = _in_metres(text, number) and not number.span.of(text)[:-1].endswith(" ")
    return replace(number, value=number.value * 1e6) if metres else None


def _in_metres(text: str, number: Number) -> bool:
    """Whether an "m" behind a number was taken for metres."""
    metres = _METRES.fullmatch(number.span.of(text))
    return metres is not None and abs(number.value) == float(metres[1])


def other_hours(text: str) -> list[Number]:
    """The hours of an afternoon as the other clock has them: "20:00" is 8, "8 pm" is 20."""
    found = []
    for match in _AFTERNOON.finditer(text):
        hour = int(match["day"]) - 12 if match["day"] else int(match["half"]) + 12
        found.append(Number(float(hour), False, Span(match.start(), match.end())))
    return found


def centuries(text: str) -> list[Number]:
    """The centuries that a text names, each by its hundred: "the 16th century" by 1500."""
    found = []
    for match in _CENTURY.finditer(text):
        number = int(match["digits"] or _ORDINALS.index(match["word"].lower()) + 1)
        found.append(Number(100.0 * (number - 1), False, Span(match.start(), match.end())))
    return found


def _years_on(text: str) -> list[Number]:
    """Years that a text tells by their distance from another."""
    given = numbers(text)
    apart = [n for n in given if _YEARS_ON.match(text, n.span.end)]
    years = [n.value for n in given if is_year(n)]
    return [Number(year + sign * n.value, False, n.span) for n in apart for year in years for sign in (1, -1)]


def is_year(number: Number) -> bool:
    """Whether a number may be a year of our time."""
    return _FIRST_YEAR <= number.value <= _LAST_YEAR and number.value.is_integer() and not number.percent


def counts_a_part(text: str, number: Span) -> bool:
    """Whether a number counts a part ("twenty newly found moons"), not the whole that another sentence gives."""
    return bool(_PART.match(text, number.end))


def part_of_name(text: str, number: Number) -> str:
    """The name that a number is part of, in lower case, "#" for its digits: "covid#", "#g"; "" where it is none."""
    if before := _JOINED_BEFORE.search(text[: number.span.start]):
        return f"{before[1].lower()}#"
    behind = _JOINED_BEHIND.match(text, number.span.end)
    return f"#{behind[0].lower()}" if behind else ""


def is_negative_of(text: str, number: Number, others: Sequence[Number]) -> bool:
    """Whether a text tells a number as a fall that others give with its sign: "fell by 5" is -5."""
    clause = _CLAUSE_END.split(text[: number.span.start])[-1] + _CLAUSE_END.split(text[number.span.end :])[0]
    return bool(_FALLS.search(clause)) and is_among(replace(number, value=-number.value), others)


def counts_a_list(text: str, number: Number) -> bool:
    """Whether a small number counts the names that its sentence lists: "three countries: France, Italy and Spain"."""
    if number.percent or not 2 <= number.value <= _LONGEST_LIST or _unit(text, number):
        return False
    lists = (match["names"] for match in _LISTED.finditer(text))
    return any(len(_BETWEEN_LISTED.split(names)) == number.value for names in lists)


def is_count(text: str, number: Number) -> bool:
    """Whether four digits count or measure something, and are no year: "more than 1000", "1500 people"."""
    before = text[: number.span.start]
    if before.endswith(("$", "€", "£")) or _COUNTED.match(text, number.span.end) or _unit(text, number):
        return True
    # "About 1850" is a year as likely as not, "about 1500" and "about 2000" seldom are.
    is_round = number.span.of(text).endswith("00")
    return any(bound.search(before) and (is_round or 1.0 in limits) for bound, limits in _BOUNDS.items())


def measures(text: str) -> list[Measure]:
    """The amounts of a text that have a unit, with or without a number: "two weeks", "a year and a half", "-5 °C"."""
    given = [measure for number in numbers(text) if (measure := _measure(text, number))]
    units = [_UNIT.match(text, measure.amount.span.end) for measure in given]
    taken = [unit.span() for unit in units if unit]
    for match in _UNCOUNTED.finditer(text):
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
    if _in_metres(text, number):
        return _MEASURES["m"]
    unit = _UNIT.match(text, number.span.end)
    if not unit or _ORDINAL.search(number.span.of(text)):
        return None
    name = unit["name"].lower().removesuffix("s")
    name += "²" if unit["square"] or unit["squared"] else ""
    return _MEASURES.get(f"{name}/{unit['each'][0].lower()}" if unit["each"] else name)


def in_other_units(text: str, number: Number) -> list[Number]:
    """What a measure of a text is in the other units of its kind: of "two years" 24 (months) and 0.2 (decades)."""
    measure = _measure(text, number)
    if measure is None or measure.kind == _TEMPERATURE:
        return []
    sizes = (size for size in _UNITS_OF[measure.kind].values() if size != measure.size)
    return [replace(number, value=measure.amount.value / size) for size in sizes]


def same_share(one: Number, other: Number) -> bool:
    """Whether two percentages round to the same: "a third" is 33 per cent."""
    return one.percent and other.percent and abs(one.value - other.value) <= 0.5


def same_number(one: Number, other: Number) -> bool:
    """Whether two numbers have the same value, both in percent or neither."""
    return abs(one.value - other.value) <= 1e-9 * max(abs(one.value), 1.0) and one.percent == other.percent


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


def comes_to(text: str, number: Number, others: Sequence[Number]) -> bool:
    """Whether a number of a text follows from others, as a bound, a difference, a sum or a multiple.

    "More than sixty" follows from 61, "nearly thirty" from 29; "five years later" from 2004 and 2009; "127 are left"
    from 188 and 61; "three times as many" from 30 and 90. All are as loose as people are, and none proves anything:
    what they deny is plainly wrong.
    """
    before, after = text[: number.span.start], text[number.span.end :]
    values = [other.value for other in others if other.percent == number.percent]
    pairs = [(max(pair), min(pair)) for pair in combinations(values, 2)]
    made = [value for high, low in pairs for value in (high - low, high + low)]
    counts = number.value > _SMALL and not is_year(number)
    for bound, (least, most) in _BOUNDS.items():
        if bound.search(before):
            found = values + made if counts and number.value > _LARGE else values
            return any(least * number.value <= value <= most * number.value for value in found)
    if _TIMES.match(after):
        return any(low and abs(high / low - number.value) < _RATIO_OFF * number.value for high, low in pairs)
    exact = any(abs(value - number.value) < 1e-6 * max(number.value, 1.0) for value in made)
    return exact and (counts or bool(_DIFFERS.match(after)))

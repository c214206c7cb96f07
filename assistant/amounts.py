"""The numbers and shares that a text gives, brought into one form so that two texts can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

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
    "k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12, "tn": 1e12, "trn": 1e12,
}  # fmt: skip
CURRENCIES = ("$", "€", "£", "¥", "₹")
CURRENCY_SIGN = f"[{''.join(CURRENCIES)}]"
_CURRENCY_NAMES = {"dollar": "$", "euro": "€", "yen": "¥", "rupee": "₹"}
_CURRENCY_BEHIND = re.compile(rf"[\s-](?:[A-Z][^\W\d_]+ |US )?(?P<name>{'|'.join(_CURRENCY_NAMES)})s?\b", re.IGNORECASE)
_PERCENT = re.compile(r"\s*(?:%|per\s?cent\b|percentage\b)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<ordinal>st|nd|rd|th|s)?"
    r"(?:[\s-]*(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|mn|trn|tn)s?\b"
    r"|(?P<letter>[kmbt])\b)?",
    re.IGNORECASE,
)
_MINUS = re.compile(r"(?:(?:^|[\s(])[-−]|\bminus\s+)$", re.IGNORECASE)
_ZERO = re.compile(r"\bbelow\s+(?:zero|freezing)\b", re.IGNORECASE)
_BELOW_ZERO = re.compile(rf"(?:\s*(?:°|degrees?))?(?:\s*(?:C|F|Celsius|Fahrenheit))?\s+{_ZERO.pattern}", re.IGNORECASE)
_AND_A_HALF = re.compile(
    r"\s*½|\s+and\s+a\s+half\b(?:[\s-]+(?P<scale>thousand|million|billion|trillion)\b)?", re.IGNORECASE
)
_SCALE = rf"(?:{'|'.join(list(_SCALES)[:6])})"
_ENDS_IN_SCALE = re.compile(rf"\b{_SCALE}s?$", re.IGNORECASE)
_TO = re.compile(rf"\s*(?:[–-]|\bto\b|\band\b|\bor\b)\s*{CURRENCY_SIGN}?", re.IGNORECASE)
"""What stands between two numbers of which the second may say what both are: "5–7%", "2 to 3 million"."""
_YEARS = re.compile(r"(?:1\d|20)\d\d[–-]\d\d")
"""Of "1990–95" the second is 1995."""
_DECADE = re.compile(r"[’'‘][1-9]0s")
"""The ’90s."""
COUNTED = re.compile(r"\s+(?!(?:is|was|has|does|as|its|his|this|across|towards)\b)(?:people|[a-z]+s)\b")
_POINTED = re.compile(r"(?<![\w.,])(\d{1,2})\.([0-5]\d)(?=\s?[ap]\.?m\b)", re.IGNORECASE)
_PAST = re.compile(
    rf"\b(?:(?P<half>half)|quarter)(?=\s+past\s+(?:\d|(?:{'|'.join(list(_UNITS)[1:13])})\b))", re.IGNORECASE
)
"""Minutes in words: "half past seven"."""
# "Thirty six-week courses" last six weeks each.
_BELOW_HUNDRED = (
    rf"(?:(?:{'|'.join(_TENS)})(?:(?:-|\s+(?!\w+-[a-z]))(?:{'|'.join(list(_UNITS)[1:10])})\b)?"
    rf"|(?:{'|'.join(_UNITS)}))\b"
)
_IN_WORDS = re.compile(
    rf"\b(?:{_BELOW_HUNDRED}|a(?=\s+{_SCALE}\b))"
    # "A hundred and five" is one number, "five and ten" are two.
    rf"(?:[\s-]+{_SCALE}s?\b"
    rf"(?:[\s-]+(?:(?:(?<=hundred )|(?<=thousand )|(?<=million )|(?<=billion ))and\s+)?{_BELOW_HUNDRED})?)*"
    rf"|\bhalf a\s+{_SCALE}\b",
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
_CENTURY = re.compile(
    rf"\b(?:(?P<digits>\d{{1,2}})(?:st|nd|rd|th)|(?P<word>{'|'.join(_ORDINALS)}))[\s-]+centur", re.IGNORECASE
)
_A_YEAR_ON = re.compile(
    r"\b(?:(?:a|one) year (?:later|earlier|before|after)|(?:the )?year (?:after|before)"
    r"|(?:following|next|previous) (?:year|spring|summer|autumn|fall|winter))\b",
    re.IGNORECASE,
)
_SCALE_NAMED = re.compile(r"\b(thousand|million|billion|trillion)s?\b", re.IGNORECASE)
_YEARS_ON = re.compile(r"\s+years?\s+(?:later|earlier|before|after)\b", re.IGNORECASE)
_JOINED_BEFORE = re.compile(r"(?<![\w-])([A-Z][^\W\d_]*)-$")
_JOINED_BEHIND = re.compile(r"(?<=\d)[ADEGHPQRSXYZ]\b")
"""Capitals that stand behind a digit and are no unit: "5G", "3D"."""
_WORD_BEHIND = re.compile(r"[\s-]*([^\W\d_]+)")
_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_METRES = re.compile(r"([\d.]+)\s*m")
ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$", re.IGNORECASE)
_ALONE = "second|minute|hour|day|week|fortnight|month|year|decade|century|mile|kilomet(?:re|er)"
_HALVED = "met(?:re|er)|tonne|kilo(?:gram)?|acre|hectare|inch|yard"
UNCOUNTED = re.compile(
    rf"\b(?:(?P<half>half)|(?P<quarters>an?|one|three)[\s-]+quarters?)(?:\s+of)?(?:\s+an?)?[\s-]+(?P<unit>{_ALONE}|{_HALVED})\b"
    rf"|\b(?:an?|one|each|every|per|the|past|last|whole|full|entire)\s+(?P<one>{_ALONE})\b"
    r"(?P<more>\s+and\s+a\s+half\b)?",
    re.IGNORECASE,
)
"""Measures that need no number: "half an hour", "the decade", "a year and a half"."""
PART_WORDS = (
    r"(?:of (?:the|its|their|them|these|those)|new(?:ly)?|further|other|others|additional|extra|previously"
    r"|(?:more|fewer|less)(?!\s+than\b))\b"
)
"""What is said of a part: "twenty newly found moons", "three more"."""
_PART = re.compile(rf"[\s-]*{PART_WORDS}", re.IGNORECASE)
HOW_MUCH = (
    r"how\s+(?:many|much|long|far|old|tall|high|deep|large|big|often|fast|wide|heavy|strong|thick|hot|cold|warm|quickly"
    r"|slow(?:ly)?|soon|late|close|near|low|small|short|narrow|broad|thin|steep|loud|bright|powerful|expensive|cheap)\b"
)
"""What asks for a number."""
BOUNDS = {
    re.compile(rf"\b(?<!\bno )(?<!\bnot )(?:{words})\s+(?:an?\s+)?{CURRENCY_SIGN}?$", re.IGNORECASE): multiples
    for words, multiples in {
        "more than|over|above|at least|upwards of|in excess of|beyond|(?:no|not) (?:fewer|less) than": (1.0, 1.5),
        "(?:fewer|less|younger|lower) than|under|below|almost|nearly|not (?:quite|yet)|at most|just short of"
        "|(?:no|not) more than|up to|as (?:many|much) as": (0.6, 1.0),
        "about|around|roughly|some|approximately|close to": (0.95, 1.05),
    }.items()
}
"""What may stand before a number, and between which multiples of it what is meant lies."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in digits or words."""

    value: float
    percent: bool
    span: Span


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order: "1,200", "1.2 thousand" and "twelve hundred" have the same value.

    "One" alone counts as none: it is a pronoun more often than a number.
    """
    text = _POINTED.sub(r"\1:\2", text)  # "7.30 pm"
    found = [_in_digits(match, text) for match in _NUMBER.finditer(text)]
    found += [Number(30.0 if m["half"] else 15.0, False, Span(m.start(), m.end())) for m in _PAST.finditer(text)]
    taken = [number.span for number in found]
    zeros = {below.end() for below in _ZERO.finditer(text)}
    for match in _IN_WORDS.finditer(text):
        span = Span(match.start(), match.end())
        # The "zero" of "5 degrees below zero" is part of the 5.
        if span.end in zeros:
            continue
        # "One and a half million" is a number.
        pronoun = match[0].lower() == "one" and not _AND_A_HALF.match(text, span.end)
        if not pronoun and not any(s.start < span.end and span.start < s.end for s in taken):
            found.append(Number(_value(match[0].lower()), bool(_PERCENT.match(text, span.end)), span))
    return _as_ranges(text, [_whole(text, number) for number in sorted(found, key=lambda number: number.span)])


def _whole(text: str, number: Number) -> Number:
    """A number with its sign and with the half behind it: "minus 5", "two and a half million"."""
    if half := _AND_A_HALF.match(text, number.span.end):
        span = Span(number.span.start, half.end())
        value = (number.value + 0.5) * _SCALES.get((half["scale"] or "").lower(), 1.0)
        if not half["scale"] and (scale := _ENDS_IN_SCALE.search(number.span.of(text))):  # "a million and a half"
            value = number.value + 0.5 * _SCALES[scale[0].lower().removesuffix("s")]
        number = Number(value, bool(_PERCENT.match(text, span.end)), span)
    if _MINUS.search(text[: number.span.start]) or _BELOW_ZERO.match(text, number.span.end):
        return replace(number, value=-number.value)
    return number


def _as_ranges(text: str, found: list[Number]) -> list[Number]:
    """Where two numbers make a range, what the second says of both holds for the first: per cent, millions."""
    for place, (one, other) in enumerate(pairwise(found)):
        if not is_range(text, one, other):
            continue
        paid = _is_paid(text, one.span.start)
        scale = _scale_of(text, other, paid)
        if scale > 1 and 0 < one.value < 1000 and _scale_of(text, one, paid) == 1:
            one = replace(one, value=one.value * scale)
        if scale > _scale_of(text, other):
            # "$5-7m": both are of money.
            found[place + 1] = replace(other, value=other.value * scale)
        if _YEARS.fullmatch(text, one.span.start, other.span.end) and other.value > one.value % 100:
            found[place + 1] = replace(other, value=one.value - one.value % 100 + other.value)
        found[place] = replace(one, percent=one.percent or (other.percent and not is_year(one)))
    return found


def _in_digits(match: re.Match[str], text: str) -> Number:
    value = float(re.sub("[,\u00a0\u202f]", "", match["digits"])) * _scale(match, text)
    if _DECADE.fullmatch(text, max(0, match.start() - 1), match.end()):
        value += 1900
    return Number(value, bool(_PERCENT.match(text, match.end())), Span(match.start(), match.end()))


def _scale_of(text: str, number: Number, paid: bool = False) -> float:
    """The scale that a number is told in: of "7bn" and "seven billion" a billion; 1 where none is said."""
    if match := _NUMBER.match(text, number.span.start):
        return _scale(match, text, paid)
    said = _ENDS_IN_SCALE.search(number.span.of(text))
    return _SCALES[said[0].lower().removesuffix("s")] if said else 1.0


def _is_paid(text: str, start: int) -> bool:
    """Whether the sign of a currency stands before a place."""
    return text[:start].endswith(CURRENCIES)


def _scale(match: re.Match[str], text: str, paid: bool = False) -> float:
    """ "€2m", "2M", "2m people" and "2k" are counts, "$2b" and "$2t" too; "2m tall" and "2 m" are metres."""
    if match["scale"]:
        return _SCALES[match["scale"].lower()]
    letter = (match["letter"] or "").lower()
    paid = paid or _is_paid(text, match.start())
    counted = letter == "m" and (match["letter"] == "M" or COUNTED.match(text, match.end()))
    counts = letter == "k" or paid or counted
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
    others = [m.span() for pattern in (UNCOUNTED, _PAST) for m in pattern.finditer(text)]
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
        *shares(text), *amounts, *millions, *roman_numerals(text), *centuries(text), *years_on(text),
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
    digits = [n for n in digits if ORDINAL.search(n.span.of(text)) or _NAMED.search(text[: n.span.start])]
    return [*words, *digits, *roman_numerals(text)]


def roman_numerals(text: str) -> list[Number]:
    """The Roman numerals of a text up to ten, behind a name or what is numbered: "World War II", "type I"."""
    return [Number(float(_ROMANS[m["roman"]]), False, Span(*m.span("roman"))) for m in _ROMAN.finditer(text)]


def in_millions(text: str, number: Number) -> Number | None:
    """A number with an "m" that was taken for metres, in millions: "it drew 2.1m"."""
    metres = in_metres(text, number) and not number.span.of(text)[:-1].endswith(" ")
    return replace(number, value=number.value * 1e6) if metres else None


def in_metres(text: str, number: Number) -> bool:
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


def years_on(text: str) -> list[Number]:
    """Years that a text tells by their distance from another: "three years after 1842", "1923 and the year after"."""
    given = numbers(text)
    apart = [(n.value, n.span) for n in given if _YEARS_ON.match(text, n.span.end)]
    apart += [(1.0, Span(match.start(), match.end())) for match in _A_YEAR_ON.finditer(text)]
    years = [n.value for n in given if is_year(n)]
    return [Number(year + sign * many, False, span) for many, span in apart for year in years for sign in (1, -1)]


def scales(text: str) -> list[float]:
    """The scales that a text names, each once: "29 million" a million."""
    return sorted({_SCALES[match[1].lower()] for match in _SCALE_NAMED.finditer(text)})


def is_year(number: Number) -> bool:
    """Whether a number may be a year of our time."""
    return _FIRST_YEAR <= number.value <= _LAST_YEAR and number.value.is_integer() and not number.percent


def counts_a_part(text: str, number: Number) -> bool:
    """Whether a number counts a part ("twenty newly found moons"), not the whole that another sentence gives.

    A year counts nothing: "In 2023, more than 4,000 came."
    """
    a_year = is_year(number) and number.span.of(text).isdigit()
    return not a_year and bool(_PART.match(text, number.span.end))


def counted_by(text: str, number: Number) -> str:
    """The stem of the word right behind a number, which says what it counts or measures; "" where none does."""
    behind = _WORD_BEHIND.match(text, number.span.end)
    return stem(behind[1].lower()) if behind and behind[1].lower() not in STOP_WORDS else ""


def currency(text: str, number: Number) -> str:
    """The sign of the currency that a number is an amount of: before it, or by the name behind it; "" where none is."""
    if text[: number.span.start].endswith(CURRENCIES):
        return text[number.span.start - 1]
    named = _CURRENCY_BEHIND.match(text, number.span.end)
    return _CURRENCY_NAMES[named["name"].lower()] if named else ""


def part_of_name(text: str, number: Number) -> str:
    """The name that a number is part of, in lower case, "#" for its digits: "covid#", "#g"; "" where it is none."""
    if before := _JOINED_BEFORE.search(text[: number.span.start]):
        return f"{before[1].lower()}#"
    behind = _JOINED_BEHIND.match(text, number.span.end)
    return f"#{behind[0].lower()}" if behind else ""

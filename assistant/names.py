"""The names that a text mentions, and whether two of them may name the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.text import STOP_WORDS, stem, word_spans
from assistant.types import Span

ORDINARY_WORDS = Path(__file__).parent / "models" / "ordinary_words.txt"
_CAPITAL = re.compile(r"[^\W\d_][\w’'.&-]*")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,5}|\b[A-Z]{2,5}\b")
_NAMED = re.compile(r"\b[A-Z][\w’'-]*(?: (?:(?:of|for|and|the) )*[A-Z][\w’'-]*)+")
MONTHS = tuple("january february march april may june july august september october november december".split())
_OPENERS = frozenset(
    """after all although among another any anyone because before behind beneath besides between beyond both contrary
    despite each either even every everybody everyone everything except few following half however instead like many
    more most neither nevertheless nobody none nothing now nowadays once one only others several since some somebody
    such then thereafter though thus today together unless unlike unlikely until when whenever where whereas wherever
    whether while within without yesterday yet""".split()
)
"""Words that stand before a name at the beginning of a sentence and are no part of it."""
_TITLES = frozenset("""dr lady lord madam miss mr mrs ms prof professor sir""".split())
_DAYS = frozenset("""monday tuesday wednesday thursday friday saturday sunday""".split())
_CONFUSED = re.compile(
    r"australia\w* austria\w*|niger nigeria\w*|mauritania\w* mauritiu\w*|india\w* indiana|slovak\w* sloven\w*"
    r"|(\w+) \1(?:s|i)?on"
)
"""Stems of names that begin alike and are others: "Austria", "Australia"; "John", "Johnson"."""
_SAME_START, _SHORTEST_START = 5, 4  # letters
_PEOPLE = dict(
    pair.split("/")
    for pair in """british/britain chines/china dane/denmark danish/denmark dutch/netherland finn/finland
    finnish/finland french/franc greek/greec irish/ireland maltes/malta neapolitan/napl norwegian/norwai
    pole/poland polish/poland scot/scotland scottish/scotland spanish/spain swede/sweden swedish/sweden
    swiss/switzerland turk/turkei turkish/turkei venetian/venic welsh/wale""".split()
)
"""Stems of what people and things are called that does not begin like their country or town, and of that."""
_SAME_PLACE = (
    re.compile(r"\bU\.K\.|\b(?:UK|(?:Great )?Britain|British|United Kingdom)\b"),
    re.compile(
        r"\bU\.S\.(?:A\.)?|\b(?:USA?|United States(?: of America)?"
        r"|(?<!South )(?<!North )(?<!Latin )(?<!Central )America(?:ns?)?)\b"
    ),
    re.compile(r"\bE\.U\.|\b(?:EU|European(?: Union)?)\b"),
)
"""What the same place and its people are called in several ways."""
_OF_A_PLACE = ("n", "an", "ian", "es", "i")
"""What stands behind a short name in what is called by it: "Cuban", "Iraqi"."""


@dataclass(frozen=True, slots=True)
class Name:
    """One word that is part of a name, a month or a weekday."""

    stem: str
    span: Span


def names(text: str, common: Set[str] = frozenset()) -> list[Name]:
    """The words of a text that name someone, some place, a month or a weekday, in order; titles ("Dr") are none.

    A word names where it has a capital inside its sentence. The first word has one anyway: it counts where the
    next has one too or where it is no word in `common` or `ordinary_words`, and never where it is a function word.

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
            written = match[0][span.start : span.end]
            # "based" in "UK-based" is no name; "WHO" and "US" are, though "who" and "us" are not.
            if not written[0].isupper() or len(word) < 2 or word in _TITLES:
                continue
            if word in STOP_WORDS and word not in MONTHS and not is_abbreviation(written, text):
                continue
            if first and word in _OPENERS:
                continue
            ordinary = stemmed in common or stemmed in ordinary_words()
            if first and not followed and ordinary and word not in (*MONTHS, *_DAYS):
                continue
            found.append(Name(stemmed, Span(match.start() + span.start, match.start() + span.end)))
    return found


def is_abbreviation(word: str, text: str) -> bool:
    """Whether a word is in capitals and its text is not: "WHO" in "The WHO warned"."""
    return len(word) > 1 and word.isupper() and not text.isupper()


def initials(text: str) -> list[tuple[str, Span]]:
    """What a text abbreviates or could: the letters of "U.S." and of "United States", each with its place."""
    short = _INITIALS.finditer(text)
    found = [(match[0].replace(".", "").lower(), Span(match.start(), match.end())) for match in short]
    for run in _NAMED.finditer(text):
        # Of "World War II" and "World War III" the numbers are not abbreviated.
        told = (m for m in re.finditer(r"[A-Z][\w’'-]*", run[0]) if not re.fullmatch("[IVX]+", m[0]))
        capitals = [m for m in told if m[0].lower() not in STOP_WORDS]
        for first in range(len(capitals)):
            for last in range(first + 1, min(first + 5, len(capitals))):
                letters = "".join(m[0][0] for m in capitals[first : last + 1]).lower()
                found.append((letters, Span(run.start() + capitals[first].start(), run.start() + capitals[last].end())))
    return found


@cache
def ordinary_words() -> frozenset[str]:
    """Stems of English words that are no names, though they have a capital where a sentence begins with them.

    Found by tests/training/ordinary_words.py; empty where the file is missing.
    """
    return frozenset(ORDINARY_WORDS.read_text(encoding="utf-8").split()) if ORDINARY_WORDS.exists() else frozenset()


def abbreviated_in(text: str, others: Iterable[str]) -> list[Span]:
    """Where a text abbreviates what others name, or writes out what they abbreviate: "U.S.", "United States".

    So also where a few places have several names: "British" where others have "UK".
    """
    others = list(others)
    theirs = {letters for other in others for letters, _ in initials(other)}
    same = [place for place in _SAME_PLACE if any(map(place.search, others))]
    return [
        *(span for letters, span in initials(text) if letters in theirs),
        *(Span(match.start(), match.end()) for place in same for match in place.finditer(text)),
    ]


def is_named_by(name: Name, held: Set[str]) -> bool:
    """Whether a name, or one of the same root ("Norwegian", "Norway"; "Indian", "Indies"), is among these stems."""
    place = _PEOPLE.get(name.stem, name.stem)
    if {name.stem, place} & held or any(_PEOPLE.get(other) == place for other in held):
        return True
    alike = {name.stem[:length] for length in range(_SHORTEST_START, _SAME_START)} & held
    start = name.stem[:_SAME_START]
    if len(start) == _SAME_START:
        alike |= {other for other in held if other.startswith(start)}
    elif len(start) == _SHORTEST_START:
        alike |= {start + ending for ending in _OF_A_PLACE} & held
    return any(not _CONFUSED.fullmatch(" ".join(sorted((name.stem, other)))) for other in alike)


def lower_case_stems(text: str) -> set[str]:
    """The stems of all words that a text has in lower case."""
    return {stem(word) for span, word in word_spans(text) if text[span.start].islower()}

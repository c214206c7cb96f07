"""The names that a text mentions, and whether two of them may name the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.calendar_words import MONTHS, WEEKDAYS
from assistant.measures import SHORT_UNITS
from assistant.text import STOP_WORDS, stem, word_spans
from assistant.types import Span

ORDINARY_WORDS = Path(__file__).parent / "models" / "ordinary_words.txt"
_BEHIND_NUMBER = re.compile(r"\d[\s-]?$|\b(?:hundred|thousand|[mbtr]+illion|dozen)s? $")
_CAPITAL = re.compile(r"[^\W\d_][\w’'.&-]*")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,5}|\b[A-Z]{2,5}\b")
_NAMED = re.compile(r"\b[A-Z][\w’'-]*(?: (?:(?:of|for|and|the) )*[A-Z][\w’'-]*)+")
_OPENERS = frozenset(
    """about above according across after afterwards against all almost along alongside also although amid among another
    any anyone around because before behind below beneath beside besides between beyond both consequently contrary
    despite due during each earlier either even every everybody everyone everything except few following formerly from
    furthermore given half hence here however including indeed inside instead into last lastly later like mainly many
    meanwhile more moreover most mostly near nearby nearly neither nevertheless next nobody none nonetheless nothing now
    nowadays once one only onto opposite others otherwise outside over overall partly past perhaps prior regarding
    several since some somebody soon still such then thereafter therefore though through throughout thus today together
    toward towards under unless unlike unlikely until upon via when whenever where whereas wherever whether while within
    without yes yesterday yet""".split()
)
"""Words that stand before a name at the beginning of a sentence and are no part of it."""
_ADVERB = re.compile(r"(?!(?:kimber|bever|waver|thessa)ly)(?:\w{3,}ally|\w{4,}[^\Wl]ly)")
"""So end few names, "Connolly" and "Sicily" not."""
_TITLES = frozenset("""dr lady lord madam miss mount mr mrs ms prof professor sir""".split())
_CONFUSED = re.compile(r"niger nigeria\w*|roman romania\w*|victor victorian|georg georgian")
"""Stems of names that only look as if the one were of the other."""
_SAME_START, _SHORTEST_ROOT = 5, 3  # letters
_PEOPLE = dict(
    pair.split("/")
    for pair in """afghan/afghanistan antarct/antarctica arab/arabia argentin/argentina berliner/berlin bosniak/bosnia
    british/britain bulgar/bulgaria catalan/catalonia chines/china croat/croatia cypriot/cypru czech/czechia
    dane/denmark danish/denmark dutch/netherland english/england filipina/philippin filipino/philippin
    finn/finland finnish/finland french/franc frenchman/franc frenchmen/franc greek/greec icelandic/iceland
    irish/ireland israel/isra kazakh/kazakhstan kurd/kurdistan kurdish/kurdistan londoner/london maltes/malta
    mongol/mongolia neapolitan/napl norwegian/norwai paraguayan/paraguai parisian/pari pole/poland
    polish/poland republican/republ roman/rome scot/scotland scottish/scotland sept/septemb serb/serbia
    slovak/slovakia somali/somalia spaniard/spain spanish/spain swede/sweden swedish/sweden swiss/switzerland
    tajik/tajikistan thai/thailand turk/turkei turkish/turkei uruguayan/uruguai uzbek/uzbekistan
    venetian/venic welsh/wale yorker/york""".split()
)
"""Stems of what people and things are called that does not begin like their country or town, and of that."""
_OF_PLACES = re.compile(r"(?:e|i|ni|vi)?an|(?<=a)n|i|(?:l|u)?es|ish|ic|ist")
_PLACES = re.compile(r"a|al|e|i|ia|ism|o|u|um|yi")
"""How the stems of people and of their places end: "Cuban", "Iraqi"; "Cuba", "Belgium"."""
_SAME_PLACE = (
    re.compile(r"\bU\.K\.|\b(?:UK|(?:Great )?Britain|British|United Kingdom)\b"),
    re.compile(
        r"\bU\.S\.(?:A\.)?|\b(?:USA?|United States(?: of America)?"
        r"|(?<!South )(?<!North )(?<!Latin )(?<!Central )America(?:ns?)?)\b"
    ),
    re.compile(r"\bE\.U\.|\b(?:EU|European(?: Union)?)\b"),
)
"""What the same place and its people are called in several ways."""


@dataclass(frozen=True, slots=True)
class Name:
    """One word that is part of a name, a month or a weekday."""

    stem: str
    span: Span


def names(text: str, common: Set[str] = frozenset()) -> list[Name]:
    """The words of a text that name someone, some place, a month or a weekday, in order; titles ("Dr") are none.

    A word names where it has a capital inside its sentence. The first word has one anyway: it counts where the
    next has one too or where it is no word in `common` or `ordinary_words`, and never where it is a function word or
    an adverb.

    Args:
        text: one sentence, or several in a paragraph each.
        common: stems that stand in lower case somewhere, and so are no names.
    """
    capitals = list(_CAPITAL.finditer(text))
    found = []
    for place, match in enumerate(capitals):
        if not match[0][0].isupper():
            continue
        first = not re.search(r"[\w,;:)]", text[: match.start()].rpartition("\n\n")[2])
        behind = capitals[place + 1] if place + 1 < len(capitals) else None
        # "Later, Ada Holt", "Location: The mill"
        followed = behind and behind[0][0].isupper() and not re.search(r"[,:]|\n\n", text[match.end() : behind.start()])
        # "44 MW"
        if match[0].lower().rstrip(".") in SHORT_UNITS and _BEHIND_NUMBER.search(text[: match.start()]):
            continue
        for span, word in word_spans(match[0]):
            stemmed = stem(word)
            written = match[0][span.start : span.end]
            # "based" in "UK-based" is no name; "WHO" and "US" are, though "who" and "us" are not.
            if not written[0].isupper() or len(word) < 2 or word in _TITLES:
                continue
            if word in STOP_WORDS and word not in MONTHS and not is_abbreviation(written, text):
                continue
            if first and (word in _OPENERS or _ADVERB.fullmatch(word)):
                continue
            ordinary = stemmed in common or stemmed in ordinary_words()
            if first and not followed and ordinary and word not in (*MONTHS, *WEEKDAYS):
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
    # "The Ministry of Education" may be who the "education minister" speaks for.
    if name.stem in ordinary_words():
        return len(name.stem) >= _SAME_START and any(other.startswith(name.stem[:_SAME_START]) for other in held)
    alike = (other for other in held if _is_of_same_root(name.stem, other))
    return any(not _CONFUSED.fullmatch(" ".join(sorted((name.stem, other)))) for other in alike)


def _is_of_same_root(one: str, other: str) -> bool:
    if one[:_SHORTEST_ROOT] != other[:_SHORTEST_ROOT]:
        return False
    my_places, their_places = {one, *_roots(one, _PLACES)}, {other, *_roots(other, _PLACES)}
    mine, theirs = _roots(one, _OF_PLACES), _roots(other, _OF_PLACES)
    return bool(mine & their_places or theirs & my_places)


def _roots(stemmed: str, endings: re.Pattern[str]) -> set[str]:
    """A stem without each of these endings that it has: of "italian" "italia", "itali" and "ital"."""
    places = range(_SHORTEST_ROOT, len(stemmed))
    return {stemmed[:place] for place in places if endings.fullmatch(stemmed, place)}


def lower_case_stems(text: str) -> set[str]:
    """The stems of all words that a text has in lower case."""
    return {stem(word) for span, word in word_spans(text) if text[span.start].islower()}

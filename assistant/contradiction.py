"""Ways in which a sentence says something else than the sentence it resembles, found without a model.

Each function takes a sentence and the text it should rest on, and says in a few words what is wrong, or "". They are
made to find what a language model gets wrong most: a denial or its absence, an opposite, more certainty or a greater
share than the source has, a cause it does not give, a name in another's place, a date put together anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import cache
from itertools import combinations

from assistant.amounts import Number, numbers
from assistant.calendar_words import MONTHS
from assistant.names import Name, names
from assistant.text import STOP_WORDS, content_stems, stem, stems, word_spans

_NEGATIONS = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|lack(?:s|ed|ing)?|fail(?:s|ed|ure)?|hardly|rarely"
    r"|refus(?:e|es|ed|al)|reject(?:s|ed|ion)?|den(?:y|ies|ied))\b|n[’']t\b",
    re.IGNORECASE,
)
_DENIES_NOTHING = re.compile(
    r"\bnot (?:only|just|merely|least)\b|\b(?:nothing|none|nobody|no one) (?:but|other than)\b|\bNo\.? ?(?=\d)"
    r"|\b(?:not|n[’']t|never)\b(?=[^.;:]*\buntil\b)"
    # "No train has been faster": it is the fastest.
    r"|\bno(?=(?:\s+[\w’'-]+){1,3}\s+(?:has|have|had|was|is|were|are)(?:\s+(?:been|ever)){0,2}\s+(?:more|[a-z]{3,}er)\b)",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:(?-i:may)|might|could|perhaps|probably|possibly|likely|suspect(?:s|ed)?|expect(?:s|ed)?|expectation|hope[sd]?"
    r"|believ\w+|thinks?|thought|reckon\w*|estimat\w+|reported(?:ly)?|alleged\w*|accus\w+|investigat\w+|suppos\w+|seem(?:s|ed)?"
    r"|appear(?:s|ed)? to|plan(?:s|ned)?|propos\w+|aim(?:s|ed)?|intend\w*|should|would|promis\w+|claim(?:s|ed)?"
    r"|about|around|nearly|almost|roughly|some \d+|at least|up to|often said|according to|says?|said|argu\w+|suggest\w*"
    r"|predict\w*)\b",
    re.IGNORECASE,
)
_STRONG_HEDGES = re.compile(
    r"\b(?:(?-i:may)|might|perhaps|probably|possibly|suspect(?:s|ed)?|allegedly|reportedly|supposedly|accus\w+|investigated"
    r"|no promise|often said|is said to|expects?|hopes?|reckon\w*|plans? to|proposed)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all|every|each|entire(?:ly)?|whole|always|everyone|everybody|completely|guarantees?|only|any)\b", re.I
)
_SOME = re.compile(
    r"\b(?:most|some|part(?:ly)?|many|several|half|often|usually|mainly|largely|a few|few|majority|almost|nearly)\b",
    re.IGNORECASE,
)
_CAUSES = re.compile(
    rf"\b(?:because(?: of)?|since(?! (?:\d|{'|'.join(MONTHS)}|the \d|then|last))"
    r"|due to|thanks to|owing to|as a result(?: of)?|that is why|which is why|therefore"
    r"|so that|led to|leads to|caused|causes|made (?:it|them|him|her)|in order to|in response to|on account of)\b",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    r"that is why|which is why|therefore|as a result(?! of)|led to|leads to|caused|causes", re.IGNORECASE
)
_LOOSE_CAUSES = re.compile(r"\b(?:after|when|so|as|for|following|to|:|;|which|by)\b|[:;—–]", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(
    r"[,;:—–()]|\b(?:and|but|while|whereas|although|though|which|who|whose|because|so that)\b", re.IGNORECASE
)
_MONTH = "|".join(month.title() for month in MONTHS)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b|\b({_MONTH})\s+(\d{{1,2}})(?!\d)")
_REACH = 5
"""How many words before another a name may stand and be taken to belong to it."""
_EXCEPT = re.compile(r"\b(?:except|apart from|other than|but not)\b", re.IGNORECASE)
_FIRST_PERIOD = re.compile(
    r"\b(first|second|third)\s+(hour|day|week|month|quarter|year|season|decade|century)\b", re.IGNORECASE
)
_WORDS_BEHIND = re.compile(r"[\s-]+([^\W\d_]+)(?:[\s-]+(?:(?:an?|of|the)\s+)?([^\W\d_]+))?")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\s+$")
OPPOSITES = """rise fall; rose fell; increase decrease; more less; more fewer; up down; grow shrink; grew shrank;
higher lower; highest lowest; most least; before after; earlier later; earliest latest; first last; win lose; won lost;
accept reject; approve reject; allow forbid; allow ban; permit prohibit; open close; start end; begin end; success
failure; succeed fail; support oppose; cheap expensive; cheaper dearer; fast slow; faster slower; large small; larger
smaller; largest smallest; big small; bigger smaller; old new; older newer; oldest newest; long short; longer shorter;
longest shortest; strong weak; stronger weaker; early late; young old; rich poor; hot cold; warm cool; wet dry; light
dark; light heavy; public private; safe dangerous; gain loss; profit loss; expand contract; improve worsen; better
worse;
best worst; always never; all none; above below; over under; inside outside; north south; east west; northern southern;
eastern western; left right; buy sell; bought sold; import export; arrive leave; increase fall; increase drop; rise
drop; include exclude; agree disagree; possible impossible; legal illegal; majority minority; maximum minimum; double
halve; thicker thinner; deeper shallower; wider narrower; nearer farther; lengthen shorten; strengthen weaken; raise
lower; raise cut; add remove; tighten loosen; join leave; voluntary compulsory; mandatory voluntary; binding voluntary;
temporary permanent; guilty innocent; ahead behind; some all; few many; some every; may will; might will"""
"""Words and what says the opposite."""


_STATES = """rise fall; rose fell; increase decrease; grow shrink; grew shrank; win lose; won lost; accept reject;
approve reject; allow forbid; allow ban; open close; succeed fail; support oppose; welcome oppose; legal illegal;
possible impossible; guilty innocent; voluntary compulsory"""
"""Those of which one holds whoever is named first: what one buys another sells, and before one is after the other."""


def opposite(sentence: str, source: str) -> str:
    """It has a word whose opposite the source has in its place."""
    return "it says the opposite of what they say" if _opposed(sentence, source, OPPOSITES) else ""


def opposed_states(sentence: str, source: str) -> set[str]:
    """The stems of its words for states and changes whose opposite the source has, where it denies as the source does.

    "Open every day except Monday" is as good as "closed on Mondays".
    """
    if bool(_EXCEPT.search(sentence)) != bool(_EXCEPT.search(source)) or denial(sentence, source):
        return set()
    return _opposed(sentence, source, _STATES)


def _opposed(sentence: str, source: str, pairs: str) -> set[str]:
    mine, theirs = set(stems(sentence)), set(stems(source))
    return {
        word
        for word, other in _stems_of(pairs)
        if word in mine and word not in theirs and other in theirs and other not in mine
    }


def denial(sentence: str, source: str) -> str:
    """It denies what the source says, or the other way round; what it leaves out of the source may deny anything."""
    if _denies(sentence) != _denies(_retold(sentence, source)):
        return "it denies what they say, or says what they deny"
    return ""


def _denies(text: str) -> bool:
    return bool(_NEGATIONS.search(_DENIES_NOTHING.sub(" ", text)))


def _retold(sentence: str, source: str) -> str:
    """The clauses of the source of which the sentence holds at least half the words; all where there are none.

    Without what is denied in them and left out of the sentence: "the fire did not spread, and it was put out".
    """
    said = content_stems(sentence)
    clauses = _CLAUSE_ENDS.split(source)
    asserted = [_asserted(clause, said) for clause in clauses]
    # Where it holds a word of its own, that may be what they deny: "sank", "did not sink".
    if said <= content_stems(" ".join(asserted)):
        clauses = asserted
    parts = [part for part in clauses if 2 * len((held := content_stems(part)) & said) >= len(held) > 0]
    return " ".join(parts) or " ".join(clauses)


def _asserted(clause: str, said: Set[str]) -> str:
    """A clause up to what it denies, where nothing of that is said."""
    negation = _NEGATIONS.search(clause)
    denied = content_stems(clause[negation.end() :]) if negation else set()
    return clause[: negation.start()] if negation and denied and not denied & said else clause


def overstatement(sentence: str, source: str) -> str:
    """It says all where the source says some, or as certain what the source does not."""
    if _ALL.search(sentence) and not _ALL.search(source) and _SOME.search(source):
        return "it says more than they say"
    return surer(sentence, source)


def surer(sentence: str, source: str) -> str:
    """It says as certain what the source does not."""
    return "it is surer than they are" if _STRONG_HEDGES.search(source) and not _HEDGES.search(sentence) else ""


def surer_of_the_same(sentence: str, source: str) -> str:
    """It says as certain what the clauses of the source that it retells do not."""
    return surer(sentence, _retold(sentence, source))


def other_period(sentence: str, source: str) -> str:
    """It says of the first year what the source says of the first month."""
    theirs = {(m[1].lower(), m[2].lower()) for m in _FIRST_PERIOD.finditer(source)}
    for match in _FIRST_PERIOD.finditer(sentence):
        which, period = match[1].lower(), match[2].lower()
        if (which, period) not in theirs and any(which == other for other, _ in theirs):
            return f"“{match[0]}” is not what they say"
    return ""


def numbers_exchanged(sentence: str, source: str) -> str:
    """Two numbers stand in each other's place: "22 stops and bus 14" where the source has "14 stops and bus 22"."""
    mine, theirs = _beside_numbers(sentence), _beside_numbers(source)
    for one, other in combinations([number for number in mine if number in theirs], 2):
        ones, others = theirs[one][1] - theirs[other][1], theirs[other][1] - theirs[one][1]
        my_ones, my_others = mine[one][1], mine[other][1]
        if my_ones & others and my_others & ones and not my_ones & ones and not my_others & others:
            return f"“{mine[one][0]}” and “{mine[other][0]}” are exchanged"
    return ""


def _beside_numbers(text: str) -> dict[float, tuple[str, set[str]]]:
    """How each number of a text that stands there once is written, and the stems of the words right beside it."""
    found: dict[float, list[Number]] = {}
    for number in numbers(text):
        found.setdefault(number.value, []).append(number)
    return {value: (ns[0].span.of(text), _beside(text, ns[0])) for value, ns in found.items() if len(ns) == 1}


def _beside(text: str, number: Number) -> set[str]:
    behind = _WORDS_BEHIND.match(text, number.span.end)
    before = _WORD_BEFORE.search(text[: number.span.start])
    beside = [*(behind.groups() if behind else ()), before[1] if before else None]
    return {stem(word.lower()) for word in beside if word and word.lower() not in STOP_WORDS}


def cause(sentence: str, source: str) -> str:
    """It gives as a cause what the source does not, or exchanges cause and effect."""
    mine = _CAUSES.search(sentence)
    if not mine:
        return ""
    theirs = _CAUSES.search(source)
    if not theirs:
        return "" if _LOOSE_CAUSES.search(source) else "they give no such cause"
    (my_effect, my_cause), (their_effect, their_cause) = _halves(sentence, mine), _halves(source, theirs)
    straight = len(my_cause & their_cause) + len(my_effect & their_effect)
    crossed = len(my_cause & their_effect) + len(my_effect & their_cause)
    return "it exchanges cause and effect" if crossed > straight else ""


def _halves(text: str, connective: re.Match[str]) -> tuple[set[str], set[str]]:
    """Words of the effect and of the cause."""
    before, after = text[: connective.start()], text[connective.end() :]
    if not content_stems(before):  # "Because it rained, they stayed."
        cause_part, _, effect = after.partition(",")
        return content_stems(effect), content_stems(cause_part)
    if _REVERSED.fullmatch(connective[0]):
        return content_stems(after), content_stems(before)
    return content_stems(before), content_stems(after)


def date_mixed(sentence: str, source: str) -> str:
    """It joins a day and a month that the source does not join."""
    theirs = {_day_month(match) for match in _DAY_MONTH.finditer(source)}
    for match in _DAY_MONTH.finditer(sentence):
        if _day_month(match) not in theirs:
            return f"“{match[0]}” is not a date they give"
    return ""


def name_exchanged(sentence: str, source: str, common: Set[str]) -> str:
    """A name stands where the source has another: before the same words."""
    mine, theirs = _owners(sentence, common), _owners(source, common)
    shared = [word for word in mine if word in theirs]
    wrong = [word for word in shared if not mine[word] & theirs[word]]
    if len(wrong) >= 2 and len(wrong) == len(shared):
        return "it puts one name in another's place"
    return ""


def _owners(text: str, common: Set[str]) -> dict[str, set[str]]:
    """For each word that is no name the name that stands last before it, within reach."""
    found = names(text, common)
    runs = _runs(found)
    in_name = {name.span.start for name in found}
    owners: dict[str, set[str]] = {}
    last: set[str] = set()
    distance = _REACH + 1
    for span, word in word_spans(text):
        if span.start in in_name:
            last, distance = runs[span.start], 0
            continue
        distance += 1
        if distance <= _REACH and word not in STOP_WORDS and last:
            owners.setdefault(stem(word), last)
    return owners


def _runs(found: list[Name]) -> dict[int, set[str]]:
    """For each word of a name, all words of it: "Rosalind Kettering"."""
    runs: dict[int, set[str]] = {}
    current: set[str] = set()
    end = -9
    for name in found:
        if name.span.start - end > 1:
            current = set()
        current.add(name.stem)
        runs[name.span.start] = current
        end = name.span.end
    return runs


def _day_month(match: re.Match[str]) -> tuple[int, str]:
    return int(match[1] or match[4]), match[2] or match[3]


@cache
def _stems_of(pairs: str) -> tuple[tuple[str, str], ...]:
    stemmed = [(stem(a), stem(b)) for a, b in (pair.split() for pair in pairs.split(";"))]
    return (*stemmed, *((b, a) for a, b in stemmed))


Rule = Callable[[str, str], str]
RULES: tuple[Rule, ...] = (opposite, denial, overstatement, cause, date_mixed)
"""Those that need nothing but the two texts."""

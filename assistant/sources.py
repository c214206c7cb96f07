"""Sentences of passages, ready for holding a statement against them: their words, numbers, names and times."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np

from assistant.amounts import (
    COUNTED,
    CURRENCIES,
    CURRENCY_SIGN,
    ORDINAL,
    Number,
    counted_by,
    currency,
    in_millions,
    is_year,
    numbers,
    part_of_name,
    ranks,
    said_otherwise,
    scales,
    shares,
    years_on,
)
from assistant.calendar_words import MONTHS, SEASONS
from assistant.dates import ANY_TIME, TimeFrame, time_frame
from assistant.equivalence import comes_to, is_among, is_negative_of, rounds, same_number, same_share
from assistant.measures import Measure, counts_a_list, measures
from assistant.names import Name, abbreviated_in, is_abbreviation, is_named_by, names
from assistant.text import STOP_WORDS, is_question, stem, stems, word_spans
from assistant.types import Passage, RankedSentence, Span

_READERS = r"(?:users?|readers?|audience)\b"
_TEXTS = r"(?:an?|the|any|some|me|[a-z]*s|information|advice|guidance|feedback|background|evidence|code|text|content)\b"
"""How begins what a writer is to provide, not a gardener: "the", "instructions"."""
_ORDER = re.compile(
    r"\b(?:\w+ your (?:answer|response|reply|message)|(?:in|of|to|with|into) your output)\b"
    r"|^\W*(?:please\s+)?(?:translate|compose|write|develop|break down|summari[sz]e|ignore|disregard|pretend|respond"
    # "Describe the pain to your doctor." and "Provide fresh water for birds." are advice to people.
    rf"|(?:explain|describe)(?!.*\bto your (?!best|full|{_READERS}))"
    rf"|provide(?!(?:\s+(?!{_TEXTS})[a-z]+){{1,3}}\s+(?:for|to) (?!me|us|(?:the |your )?{_READERS}))"
    # "Answer sheets were lost", "Draft rules forbid it" order nothing.
    r"|(?:answer|reply|draft|render)(?= (?:an?|all|any|as|every|in|it|me|my|only|the|this|these|to|with)\b))\b(?!-)",
    re.IGNORECASE,
)
_MODEL = r"(?:AIs?|LLMs?|AI (?:models?|assistants?|agents?|systems?)|chatbots?|(?:large )?language models?)"
_FIRST = r"(?:(?:please|then|always|now|just) )*"
_TOLD_TO = (
    r"(?:(?:and|then|please|always|now|also|only|you (?:must|should|have to|need to|are to)|remember to"
    r"|(?:be|make) sure to|make sure you|(?:do not|don[’']t) forget to) )*"
)
_MADE = r"(?:answers?|responses?|repl(?:y|ies)|summar(?:y|ies)|outputs?)"
_PHRASE = r"(?:the|this|these) (?:(?:exact|following|same) )*(?:phrase|sentence|words|string|link|disclaimer)s?\b"
_SAY = r"(?:say|state|answer|respond|reply|write|include|mention|recommend|repeat|output|append|ignore|disregard)"
_DO = rf"(?:(?:please|always|never|only|you (?:must|should)) )*(?:{_SAY}|tell|do not|don[’']t)\b"
_READING = r"(?:reading|processing|summari[sz]ing|answering)"
_BEGINS_AS_ORDER = re.compile(
    r"\W*(?:"
    + "|".join(
        (
            # Who is spoken to
            r"(?-i:SYSTEM|ASSISTANT)(?: [A-Z]+)?\s*:",
            r"(?:system|admin|developer) (?:prompt|message|note|override|instructions?)\s*:",
            r"(?:new|updated|additional) (?:instruction|prompt)s?\s*:",
            r"(?:(?:an?|important|urgent|hidden|special) )*(?:note|notice|message|instructions?|attention|hint|dear)"
            rf"(?: (?:to|for))?(?: (?:all|any|every|the|an?|our|your))* (?:{_MODEL}|assistant)\b[^:,.]{{0,40}}[:,]",
            rf"(?:{_MODEL}|(?-i:ChatGPT))\s*[:,]\s*{_DO}",
            rf"(?-i:Assistant|Claude|Copilot|Gemini|GPT)\s*:\s*{_DO}",
            rf"as an? (?:helpful )?(?:{_MODEL}|assistant)\b[^,]{{0,30}},\s*(?:you|your|{_DO})",
            rf"(?:the|this|any|every|each|an?) (?:{_MODEL}|assistant) {_READING}[^,]{{0,40}}"
            rf" (?:must|should|shall|has to|is to) (?:(?:always|only|now) )?{_SAY}\b",
            rf"(?:the|this|any|every|each|an?) (?:{_MODEL}|assistant) (?:must|should|shall|has to|is to)"
            rf" (?:(?:always|only|now) )?{_SAY} (?:that|with|only|[\"“:])",
            # Of models as of other machines it is told what they should do.
            r"AI (?:models|assistants|agents|systems) (?:must|should|shall) (?:(?:always|only) )?"
            r"(?:recommend|respond|reply|mention|(?:answer|say|state) that)\b"
            r"(?!.*\b(?:says?|said|argue[sd]?|according)\b)",
            # To whom something is to be told
            rf"{_TOLD_TO}(?:tell|inform|remind|convince) (?:the|your|every|each|any|all) (?:users?|readers?)\b",
            # What is to be said
            # "Say that you earn £30,000: you would pay ..." supposes it.
            rf"{_FIRST}say that\b(?! again| (?:you|we|I|he|she|they|a|an)\b)",
            rf"{_TOLD_TO}(?:include|mention|insert|append|repeat|output|(?:begin|start|end) with) {_PHRASE}",
            rf"{_TOLD_TO}(?:use|add) (?!\w+ (?:\w+ )?(?:link|string)\b){_PHRASE}",
            rf"{_FIRST}(?:begin|start|open|end|finish|close|prefix) (?:every|each|all|any|the|this|your) {_MADE}"
            r" (?:with|by)\b",
            r"important\W+.*\b(?:correct|right|only) answer (?:is|to)\b",
            rf"(?:when|whenever|if)(?: you are| you[’']re)? (?:asked|responding|replying|{_READING})\b[^,]*,\s*"
            r"(?:(?:always|please|only|you must|you should) )*"
            r"(?:(?:say|answer|reply|state) (?:that|with|only)|respond|recommend)\b",
            r"always (?:answer|respond|reply)\b",
            # What is to count no longer, or not to be told of
            r"(?:(?:please|now) )*(?:forget|override|bypass|do not follow) (?:everything|all|any|your|the|these)"
            r"(?: \w+){0,3} (?:above|instructions?|prompts?|guidelines|told)\b",
            r"(?:do not|don[’']t|never) (?:mention|cite|quote|summari[sz]e|refer to|reveal) (?:this|these|the|your)"
            r"(?: \w+)? (?:passages?|articles?|sources?|instructions?|prompts?)\b",
        )
    )
    + ")",
    re.IGNORECASE,
)  # fmt: skip
"""Orders to a language model, as people hide them in texts; what is told of models, or advised to people, is none."""
_HOLDS_ORDER = re.compile(
    rf"\bif you(?: are|[’']re) (?:an? |the )?{_MODEL}(?: (?:that|who|or|{_READING})\b[^,]*)?,"
    rf"|\bif you(?: are|[’']re) (?:an? |the )?(?:virtual|digital) assistant"
    rf"(?: (?:that|who|or|{_READING})\b[^,]*,|,\s*{_DO})"
    r"|\byou are now (?:(?:an?|in|the) )?(?:\w+ )?(?-i:DAN|AI|LLM|assistant|chatbot|language model|developer mode)\b"
    rf"|\bthat you (?:always )?(?:include|mention|repeat|state|say|use|output) {_PHRASE}"
    rf"|\bfrom now on,? (?:(?:the|all|every|each|any|your) )+{_MADE}\b"
    r"|\bfrom now on,? (?:you (?:(?:must|should|will|shall|are to) )?)?(?:(?:only|always) )*(?:answer|respond|reply)\b"
    r"|\bthe (?:(?:correct|only|right) )?answer to (?:every|any|all|each) questions?\b"
    rf"|\b(?:any|every|each|all|your) {_MADE} (?:of|to|about|on) this (?:article|text|page|document)\b"
    r".*\b(?:must|should|shall)\b"
    r"|\byour new (?:task|instructions?|objective)\b",
    re.IGNORECASE,
)
"""The same anywhere in a sentence."""
_TOLD_BY = re.compile(r"\W*[“\"„«].*[,.!?…][”\"“»]\s*[^\W\d_]")
"""An order in quotation marks that somebody gave: "“Say that again,” she told them."."""
_NEXT = re.compile(rf"\bnext (?:year|month|{'|'.join(SEASONS)})\b", re.IGNORECASE)
_LAST = re.compile(rf"\blast (?:year|season|{'|'.join((*SEASONS, *MONTHS))})\b", re.IGNORECASE)
_YEARS_AGO = re.compile(r"\s+years\s+ago\b", re.IGNORECASE)
_DAY_BEFORE = re.compile(r"\b(?:yesterday|last night)\b", re.IGNORECASE)
_DAYS_BACK = 7
_NAMED_WITHOUT = frozenset(("covid#", "#g", "#d"))
"""Names with a number that people also give without: "COVID-19", "5G", "3D"."""
_TWO_MONTHS = timedelta(days=62)
_LEAST_SCALE = 1000
_GOES_ON = re.compile(
    rf"\b(?:thousand|[mbtr]+illion)s?\b.*\b(?:from|to|and|or|than|against|with|by)\s+{CURRENCY_SIGN}?$", re.IGNORECASE
)
_IN_PERCENT = re.compile(
    r"\b(?:in|of) (?:a|every) hundred\b|\b(?<!any )rate\b|\bshare\b(?! price)|\bturnout\b", re.IGNORECASE
)
"""What makes numbers shares in percent without saying so: "41 rooms in a hundred", "the rate was 68"."""
_MONTH_BEHIND = re.compile(r"\s+(?:of\s+)?([A-Z][a-z]{2,})\b")
_MONTH_BEFORE = re.compile(r"\b([A-Z][a-z]{2,})\.?\s+$")
"""The month beside a day: "12 May", "12th of May", "May 12"."""
_NEAR_CHARACTERS = 500


@dataclass(frozen=True)
class Source:
    """One sentence of a passage with what is compared."""

    ranked: RankedSentence
    numbers: tuple[Number, ...]
    words: tuple[tuple[Span, str, str], ...]
    """Place, stem and word of each that carries meaning."""
    heading: frozenset[str]
    """Stems of the article's title and date."""

    @cached_property
    def amounts(self) -> list[Number]:
        """Its numbers and what comes to one; of "from 22 per cent to 3" both are shares."""
        text = self.ranked.text
        uncounted = [n for n in self.numbers if not COUNTED.match(text, n.span.end) and not is_year(n)]
        shares_told = uncounted if _IN_PERCENT.search(text) else []
        # "Some 12 people, 5 per cent of the staff": the 12 are people.
        bare_shares = [n for n in self.numbers if _is_bare(text, n)] if any(n.percent for n in self.numbers) else []
        in_percent = bare_shares or shares_told
        # "From 29 million to 61": the second is in millions too.
        unscaled = [n for n in uncounted if not n.percent and _GOES_ON.search(text[: n.span.start])]
        scaled = [replace(n, value=n.value * s) for s in scales(text) for n in unscaled if n.value < _LEAST_SCALE]
        return [*self.numbers, *said_otherwise(text), *(replace(n, percent=True) for n in in_percent), *scaled]

    def unit_of(self, number: Number) -> tuple[str | int, float] | None:
        """What one of its numbers is of: see `_unit`."""
        return _unit(self.ranked.text, number, self.measures)

    @property
    def texts(self) -> tuple[str, str]:
        """The sentence and its article's title."""
        return self.ranked.text, self.ranked.passage.metadata.title

    @cached_property
    def ranks(self) -> frozenset[float]:
        """The places in an order that both give: "the Second World War", "World War II"."""
        return frozenset(number.value for text in self.texts for number in ranks(text))

    @cached_property
    def measures(self) -> list[Measure]:
        """Its amounts that have a unit."""
        return measures(self.ranked.text)

    @property
    def year(self) -> int | None:
        """When its article appeared."""
        published = self.ranked.passage.metadata.published
        return published.year if published else None

    @cached_property
    def _frame(self) -> TimeFrame:
        """What it says about time, understood against its article's date."""
        published = self.ranked.passage.metadata.published
        return time_frame(self.ranked.text, published) if published else ANY_TIME

    @cached_property
    def dates(self) -> list[Number]:
        """The year of its article, and those it names by its date: "last October"."""
        published = self.ranked.passage.metadata.published
        if not published:
            return []
        text, frame = self.ranked.text, self._frame
        years = [published.year, *(day.year for day in (frame.since, frame.until) if day)]
        years += [published.year + 1] if _NEXT.search(text) else []
        years += [published.year - 1] if _LAST.search(text) else []
        years += [published.year - int(n.value) for n in self.numbers if _YEARS_AGO.match(text, n.span.end)]
        return [Number(float(value), False, Span(0, 0)) for value in years]

    @cached_property
    def months(self) -> frozenset[str]:
        """The stems of the months that it names by its article's date: "last month"."""
        frame = self._frame
        near = frame.since and frame.until and frame.until - frame.since < _TWO_MONTHS
        said = [day for day in (frame.since, frame.until) if day and near]
        return frozenset(stem(MONTHS[day.month - 1]) for day in [*said, *self.days[1:]])

    @cached_property
    def days(self) -> list[date]:
        """The day of its article, and those of the week before that it names: "on Friday", "yesterday"."""
        published, text = self.ranked.passage.metadata.published, self.ranked.text
        if not published:
            return []
        yesterday, *earlier = (published - timedelta(days=n) for n in range(1, _DAYS_BACK + 1))
        told = [yesterday] if f"{yesterday:%A}" in text or _DAY_BEFORE.search(text) else []
        return [published, *told, *(day for day in earlier if f"{day:%A}" in text)]

    @cached_property
    def stems(self) -> frozenset[str]:
        """Those of its words that carry meaning."""
        return frozenset(stem_ for _, stem_, _ in self.words)


def source_of(passage: Passage, index: int) -> Source:
    """A sentence of a passage, by its place among the passage's sentences."""
    text, span = passage.sentence(index), passage.sentences[index]
    ranked = RankedSentence(passage, index, text, span, 0.0, np.asarray(passage.sentence_vectors[index]))
    m = passage.metadata
    heading = f"{m.title} {m.publisher or ''} {m.author or ''} {m.published.strftime('%B %Y') if m.published else ''}"
    return Source(ranked, tuple(numbers(text)), tuple(content(text)), frozenset(stems(heading)))


def content(text: str) -> list[tuple[Span, str, str]]:
    """The words that carry meaning: place, stem, word; "WHO" does, though "who" does not."""
    return [
        (span, stem(word), word)
        for span, word in word_spans(text)
        if len(word) > 1 and (word not in STOP_WORDS or is_abbreviation(span.of(text), text))
    ]


def are_near(one: Source, other: Source) -> bool:
    """Whether two sentences stand close to each other in one article."""
    apart = abs(one.ranked.span.start - other.ranked.span.start)
    return same_article(one, other) and apart <= _NEAR_CHARACTERS


def same_article(one: Source, other: Source) -> bool:
    """Whether two sentences are of one article."""
    return one.ranked.passage.article_id == other.ranked.passage.article_id


def missing_numbers(sentence: str, chosen: Sequence[Source]) -> list[Number]:
    """The numbers and shares of a sentence that neither stand in the chosen ones nor follow from them."""
    amounts = [n for s in chosen for n in s.amounts]
    mine = measures(sentence)
    # The "two" of "two thirds" and of "three quarters of an hour" is judged with the whole.
    told = [n.span for n in (*shares(sentence), *(m.amount for m in mine))]
    # "In 1923 and the year after": the year may stand in the sentence before.
    counted_on = years_on(" ".join(s.ranked.text for s in chosen))
    known = [*amounts, *(n for s in chosen for n in s.dates), *counted_on]
    missing = [
        number
        for number in numbers(sentence)
        if not any(number.span.start in s and s != number.span for s in told)
        and not (_stands(sentence, number, amounts, known) and not _is_of_other_unit(sentence, number, mine, chosen))
        and not _is_measured(sentence, [m for m in mine if m.amount.span == number.span], chosen)
        and not _is_day_of(sentence, number, chosen)
        and not _is_in_name(sentence, number, chosen)
        # Whether all who are listed are meant is not for a rule to say.
        and not counts_a_list(sentence, number)
    ]
    # Where they give counts as well, which share those make is not for a rule to say.
    counts = [n for s in chosen for n in s.numbers if not n.percent and not is_year(n)]
    given = [n for n in amounts if n.percent] if len(counts) < 2 else []
    for share in shares(sentence):
        # Where they give counts instead, which share that makes is not for a rule to say.
        if given and not (any(same_share(share, other) for other in given) or comes_to(sentence, share, given)):
            missing.append(share)
    return missing


def in_their_form(sentence: str, sources: Sequence[Source]) -> str:
    """The sentence with its numbers as the sources that have them write them: "sixty-two" as "62", or "6" as "six"."""
    parts = [share.span for share in shares(sentence)]
    for number in reversed(numbers(sentence)):
        mine = number.span.of(sentence)
        named = number.span.start > 0 and mine[0].isupper()  # "the Seven Sisters"
        if named or any(number.span.start in part for part in parts) or ORDINAL.search(mine):
            continue
        theirs = [n.span.of(s.ranked.text) for s in sources for n in s.numbers if same_number(n, number)]
        if theirs and all(form[0].isdigit() != mine[0].isdigit() and not ORDINAL.search(form) for form in theirs):
            form = theirs[0] if number.span.start else theirs[0][0].upper() + theirs[0][1:]
            sentence = sentence[: number.span.start] + form + sentence[number.span.end :]
    return sentence


def counts_the_same(sentence: str, source: Source, rival: Source) -> bool:
    """Whether another source has a number of the sentence for what this one has another of it for: "seven workers" or
    "nine workers"."""
    said = numbers(sentence)
    mine, theirs = (
        [(n, what) for n in s.numbers if is_among(n, said) and (what := counted_by(s.ranked.text, n))]
        for s in (source, rival)
    )
    return any(
        counted == other_counted and not same_number(n, other) for n, counted in mine for other, other_counted in theirs
    )


def _stands(sentence: str, number: Number, amounts: Sequence[Number], known: Sequence[Number]) -> bool:
    """Whether a number is one of these amounts in any form, or follows from what is known: amounts, dates and years."""
    millions = in_millions(sentence, number)
    # "37 per cent" may be 37.4; "37.2 per cent" may not.
    rounded = number.value.is_integer() and any(same_share(number, other) for other in known)
    return (
        rounded
        or _is_decade_of(sentence, number, known)
        or is_negative_of(sentence, number, amounts)
        or any(
            is_among(form, known) or comes_to(sentence, form, known) or any(rounds(form, other) for other in amounts)
            for form in (number, millions)
            if form
        )
    )


def _is_bare(text: str, number: Number) -> bool:
    """Whether nothing that it counts stands behind a number, and no currency before: "from 22 per cent to 3 in May"."""
    if is_year(number) or text[: number.span.start].endswith(CURRENCIES):
        return False
    return not counted_by(text, number)


def _is_of_other_unit(sentence: str, number: Number, mine: Sequence[Measure], chosen: Sequence[Source]) -> bool:
    """Whether they have a number in other units of its kind only: "5 miles" is not "5 kilometres", nor "$5" "€5"."""
    if (unit := _unit(sentence, number, mine)) is None:
        return False
    theirs = [s.unit_of(n) for s in chosen for n in s.numbers if same_number(n, number)]
    return bool(theirs) and all(other and other[0] == unit[0] and other != unit for other in theirs)


def _unit(text: str, number: Number, measured: Sequence[Measure]) -> tuple[str | int, float] | None:
    """What kind of thing a number of a text measures, and how large its unit is; of currencies, which it is."""
    if sign := currency(text, number):
        return "currency", CURRENCIES.index(sign)
    return next(((m.kind, m.size) for m in measured if m.amount.span == number.span), None)


def _is_measured(sentence: str, mine: Sequence[Measure], chosen: Sequence[Source]) -> bool:
    """Whether the chosen ones give a measure in another unit: "30 minutes" is "half an hour"."""
    theirs = [m for s in chosen for m in s.measures]
    return any(
        is_among(measure.amount, alike) or comes_to(sentence, measure.amount, alike)
        for measure in mine
        if (alike := [m.amount for m in theirs if m.kind == measure.kind])
    )


def _is_day_of(sentence: str, number: Number, chosen: Sequence[Source]) -> bool:
    """Whether a number is, beside its month, the day on which one of the chosen ones appeared or of which it speaks."""
    beside = (_MONTH_BEFORE.search(sentence[: number.span.start]), _MONTH_BEHIND.match(sentence, number.span.end))
    months = [match[1].lower() for match in beside if match]
    days = [day for s in chosen for day in s.days if any(map(MONTHS[day.month - 1].startswith, months))]
    return any(number.value == day.day for day in days)


def _is_in_name(sentence: str, number: Number, chosen: Sequence[Source]) -> bool:
    """Whether a number is part of a name that they have without one: "COVID-19", "Covid"; "F-16" is not "F-35"."""
    name = part_of_name(sentence, number)
    if name not in _NAMED_WITHOUT:
        return False
    numbered = re.compile(rf"\b{name.replace('#', '[ -]?[0-9]+')}", re.IGNORECASE)
    if any(numbered.search(text) for s in chosen for text in s.texts):
        return False
    # "5G" is told from no other word.
    return name.startswith("#") or any(stem(name.rstrip("#")) in s.stems | s.heading for s in chosen)


def missing_names(sentence: str, chosen: Sequence[Source], common: Set[str]) -> list[Name]:
    """The names of a sentence that stand neither in the chosen ones nor in the titles above them.

    Args:
        sentence: as a model wrote it.
        chosen: what it rests on.
        common: stems that stand in lower case somewhere, and so are no names.
    """
    held = set[str]().union(*(s.stems | s.heading | s.months for s in chosen))
    known = abbreviated_in(sentence, [text for s in chosen for text in s.texts])
    known += [n.span for n in ranks(sentence) if any(n.value in s.ranks for s in chosen)]
    return [
        name
        for name in names(sentence, common)
        if not any(name.span.start in span for span in known) and not is_named_by(name, held)
    ]


def _is_decade_of(sentence: str, number: Number, known: Sequence[Number]) -> bool:
    """Whether a number is a decade ("the 1990s") that holds a year of others."""
    decade = number.span.of(sentence).endswith("s") and is_year(number)
    return decade and any(number.value <= other.value <= number.value + 9 for other in known)


def asks(sentence: str) -> bool:
    """Whether a sentence of an article asks or orders, and so states nothing that an answer could rest on.

    What is meant are orders to whoever writes. How-to sentences ("Add two eggs.") state what is to be done; those that
    begin like such an order ("Write the date on the jar.") cannot be told from one.
    """
    return is_question(sentence) or commands(sentence)


def commands(sentence: str) -> bool:
    """Whether a sentence orders to do what a model can do, be it of people: "Write to your councillor by 5 May."."""
    return orders(sentence) or (bool(_ORDER.search(sentence)) and not _TOLD_BY.match(sentence))


@lru_cache(maxsize=10_000)  # the sentences of the same articles come again with every question
def orders(sentence: str) -> bool:
    """Whether a sentence of an article orders a model to do something, and no reader: "Say that ...", "SYSTEM: ..."."""
    to_a_model = _BEGINS_AS_ORDER.match(sentence) or _HOLDS_ORDER.search(sentence)
    return bool(to_a_model) and not _TOLD_BY.match(sentence)

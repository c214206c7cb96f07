"""Whether the passages support a sentence that a language model wrote, and which of their sentences it rests on.

Nothing the model says of its sources is believed: citations are found here. A sentence is supported where

- what it has in quotation marks stands so in a passage,
- every number and every name in it stands in the sentences it rests on (a name may stand in their title),
- it does not deny in nearly the same words what they say, or say what they deny, and
- it is likely that they support it: by the network of `checker`, by how much of each word is found in them, and by
  the signs of contradiction that `contradiction` knows, weighed together.

The weights are fitted by tests/training/calibrate_checker.py on statements about articles that the network has not
seen; figures: docs/quality.md. Questions and requests that an article holds state nothing, so nothing rests on them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.amounts import HOW_MUCH, NUMBERED, is_year, numbers, roman_numerals
from assistant.asides import capitalised, without_opening
from assistant.checker import load_checker
from assistant.contradiction import (
    RULES,
    Rule,
    denial,
    name_exchanged,
    numbers_exchanged,
    opposed_states,
    other_period,
    surer_of_the_same,
)
from assistant.embedding import Encoder
from assistant.measures import measures
from assistant.names import abbreviated_in, is_named_by, lower_case_stems, names, ordinary_words
from assistant.reader import heading
from assistant.reading import Weights
from assistant.sources import (
    Source,
    are_near,
    asks,
    commands,
    content,
    counts_the_same,
    in_their_form,
    missing_names,
    missing_numbers,
    same_article,
    source_of,
)
from assistant.text import fold, stems, words
from assistant.types import Matrix, Passage, RankedSentence, Span, Vector

SUPPORT = Path(__file__).parent / "models" / "support.json"
SUPPORTED_FROM = 0.5
"""Probability from which a sentence counts as supported."""
_LEAD_IN = re.compile(
    r"^\W*(?:so,?\s+)?(?:the|my)\s+answer(?:\s+to\s[^:]{3,200}?)?\s+is\b\W*(?:that\s+)?", re.IGNORECASE
)
_ACCORDING = (
    re.compile(r"^\W*According to (?P<who>“[^”]+”|\"[^\"]+\"|[^,“\"]{3,120}),\s+"),
    re.compile(r",? according to (?P<who>“[^”]+”|\"[^\"]+\"|[^,“\"]{3,120}?)\W*$"),
)
_ASKS_WHETHER = re.compile(
    r"\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must)\b.*\s(?:yes|no)\b[^\n]*$",
    re.IGNORECASE | re.DOTALL,
)
_ADDED = re.compile(r"(?:\s*\[[^\]]*\])+$")
"""What the conversation and the calendar added to a question: nobody asked that of an answer."""
_ASKS_WHEN = re.compile(r"\W*when\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\W*(?:who|whom|whose)\b", re.IGNORECASE)
_ASKS_HOW_MUCH = re.compile(rf"\W*{HOW_MUCH}(?<!many)(?<!much)", re.IGNORECASE)
_FEWEST_WORDS = 4
"""A sentence with fewer words that carry meaning ("26.", "It was Sony.") says something as an answer only."""
_LONGEST_STATEMENT = 90
"""Words of a sentence that are checked: the network reads no more."""
_MOST_WORDS_READ = 200
"""Words of the articles that the network reads beside a sentence; those around what it rests on are left out first."""
_MOST_WORDS = 50_000
_MOST_CITED = 3
_MOST_HOLDERS = 2
"""How many more may be cited for a name or number of the sentence that stands elsewhere in the article."""
_GAIN = 0.12
"""What another sentence must add to the share of words found before it is cited too."""
_HELD = 0.85
"""From here on a word is taken to stand in a sentence."""
_OWN_WORDS = 2
"""So many words of its own another sentence must give before a name may come from it too."""
_SAME_WORDS = 0.95
"""The share of a sentence's words found in what it rests on from which it is told in the same words."""
_COMES_NEAR = 0.5
"""So much of a word must be found for an answer of a few words to say anything but its question."""
_SAME_TOPIC = 0.45
"""Cosine from which a sentence of another article may tell the same otherwise."""
_SAME_STORY = 0.5
"""The share of a sentence's words that an article must hold for what is told to be of its year."""
_WINDOW = 4
"""So many words in a row are looked at together: a clause of its own has a source of its own."""
_AROUND = 1
"""Sentences before and after those it rests on that the network reads too: they say who "he" is."""
_NEAR_FROM, _NEAR_FULL = 0.45, 0.85
"""Cosines of two words between which they go from having nothing in common to being the same."""
_SHORTEST_MISSPELT = 5
_POINTS_BACK = re.compile(r"\b(?:he|she|it|they|his|her|its|their|him|them|this|these|that|the)\b", re.IGNORECASE)
_SPOKEN = re.compile(
    r"\b(?:I(?:['’]\w+)?|[Mm]e|[Mm]y|[Yy]ou(?:r|['’]\w+)?|[Ww]e(?:['’]\w+)?|[Oo]ur|us|[Ll]et['’]s(?! [A-Z]))\b"
)
"""Who speaks and who is spoken to."""
_CONTRAST = re.compile(r",?\s+(?:while|whereas|but|although|though)\s+|;\s+")
_OPENS = re.compile(r"(?:^|[.!?:\n“\"]\s*)(\w+) $")
_QUOTED = re.compile(
    r"“([^”]+)(?:”|$)|„([^“”]+)(?:[“”]|$)|(?<!\d)\"([^\"]+)(?:\"|$)|«([^»]+)(?:»|$)|(?<!\w)‘([^’]+(?:’\w[^’]*)*)’(?!\w)"
    r"|‚([^‘’]+(?:’\w[^‘’]*)*)[‘’]|``(.+?)(?:''|``|$)"
)
"""What is quoted, to the end where no mark closes it; 6" is a length."""
_NAMED = r"(?P<who>(?:[A-Z][\w.’'-]*\s+){0,3}[A-Z][\w’'-]+)"
_SAID = r"(?:said|says|told|adds|added|explained|stated|wrote|noted|replied|warned|argued|recalled|remarked)"
_SAID_BEFORE = re.compile(rf"{_NAMED}(?:, [^,“\"]{{3,60}},)?\s+{_SAID}\b[^“\"„«‘]{{0,40}}$")
_SAID_BEHIND = re.compile(
    rf"\s*(?:{_SAID}\s+{_NAMED}|{_NAMED.replace('who', 'whom')}(?:, [^,“\"]{{3,60}},)?\s+{_SAID}\b)"
)
_LONGEST_LEAD = 200
_FEWEST_QUOTED = 3
"""Fewer words may be anybody's."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about one sentence."""

    supported: bool
    support: float
    """0 to 1; 0 where something in it is contradicted or stands nowhere."""
    rests_on: tuple[RankedSentence, ...]
    """The sentences nearest to it, in reading order; empty where nothing comes near."""
    reason: str = ""
    """Why it is not supported, for people."""


@dataclass(frozen=True)
class Evidence:
    """What stands for and against one sentence, before it is judged."""

    rests_on: tuple[RankedSentence, ...] = ()
    """As in `Checked`."""
    settled: str = ""
    """Why it cannot be supported, whatever its features; else empty."""
    features: NDArray[np.float64] | None = None
    """From `support_features`; None where it is settled."""
    sign: str = ""
    """A sign of contradiction, for people; else empty."""


@dataclass
class Grounds:
    """The passages an answer may rest on, made ready for checking sentences against."""

    passages: Sequence[Passage]
    encoder: Encoder
    question: str = ""
    """What is being answered, as a stand-alone question."""
    _sources: list[Source] = field(init=False)
    _index: dict[tuple[int, int], int] = field(init=False)
    _vectors: Matrix = field(init=False)
    _common: set[str] = field(init=False)
    _orders: list[frozenset[str]] = field(init=False)
    """The stems of each order that a passage holds."""

    def __post_init__(self) -> None:
        told = [(p, i) for p in self.passages for i in range(len(p.sentences)) if not asks(p.sentence(i))]
        self._sources = [source_of(passage, index) for passage, index in told]
        self._index = {source.ranked.place: i for i, source in enumerate(self._sources)}
        none = np.zeros((0, self.encoder.dimensions), np.float32)
        self._vectors = np.array([p.sentence_vectors[i] for p, i in told], np.float32) if told else none
        sentences = (p.sentence(i) for p in self.passages for i in range(len(p.sentences)))
        self._orders = [frozenset(stems(text)) for text in sentences if commands(text)]
        self._common = set[str]().union(*(lower_case_stems(p.text) for p in self.passages))

    def check(self, sentence: str) -> Checked:
        """Check one sentence, as plain text."""
        found = self.evidence(sentence)
        if found.features is None:
            return Checked(False, 0.0, found.rests_on, found.settled)
        support = round(float(load_support_weights().probability(found.features[None])[0]), 4)
        if support < SUPPORTED_FROM:
            return Checked(False, support, found.rests_on, found.sign or "the articles do not say so")
        return Checked(True, support, found.rests_on)

    def evidence(self, sentence: str) -> Evidence:
        """Find what a sentence, as plain text, rests on, and what stands for and against it."""
        if not self._sources:
            return Evidence(settled="there are no passages")
        if lead_in := _LEAD_IN.match(sentence):
            sentence = _cut(sentence, lead_in) or sentence
        sentence = without_opening(sentence)
        if sentence.endswith("?") or commands(sentence):
            return Evidence(settled="it asks or orders, and says nothing that could be checked")
        for according in _ACCORDING:
            match = according.search(sentence)
            if match and (theirs := self._of(match["who"])) and (rest := _cut(sentence, match)):
                return replace(self, passages=theirs).evidence(rest)
        if other_kind := self._other_kind(sentence):
            return Evidence(settled=other_kind)
        alone, sentence = sentence, self._in_full(in_their_form(sentence, self._sources))
        said = content(sentence)
        if not said:
            return Evidence(settled="it says nothing that could be checked")
        if len(words(sentence)) > _LONGEST_STATEMENT:
            return Evidence(settled=f"it is too long to be checked (more than {_LONGEST_STATEMENT} words)")
        chosen, found = self._rests_on(sentence, said)
        if not self._says_more(sentence, said, found):
            return Evidence(settled="it says nothing that the question does not")
        chosen = self._with_holders(sentence, chosen)
        rests_on = tuple(sorted((source.ranked for source in chosen), key=lambda ranked: ranked.place))
        for problem, of_its_own in _PROBLEMS:
            if reason := problem(self, alone if of_its_own else sentence, chosen):
                return Evidence(rests_on, reason)
        # In the same words a denial is the network's blind spot; in other words it may say the same after all.
        if found.mean() >= _SAME_WORDS:
            for rule in (denial, surer_of_the_same):
                if reason := self._by(rule, sentence, chosen):
                    return Evidence(rests_on, reason)
        if reason := self._turned(sentence, chosen):
            return Evidence(rests_on, reason)
        sign = self._sign(sentence, chosen)
        return Evidence(rests_on, "", support_features(self._read(sentence, chosen), found, bool(sign)), sign)

    def _sign(self, sentence: str, chosen: Sequence[Source]) -> str:
        """A sign that it is contradicted: no proof, as what is denied in other words may be the same after all."""
        return (
            self._by(denial, sentence, chosen)
            or self._asked_name(sentence, chosen)
            or self._borrowed_name(sentence, chosen)
            or self._contradiction(sentence, chosen)
        )

    def _in_full(self, sentence: str) -> str:
        """The sentence, in a paragraph after the question where it says nothing without that."""
        if len(content(sentence)) >= _FEWEST_WORDS:
            return sentence
        return f"{self._asked}\n\n{sentence}".strip()

    @property
    def _asked(self) -> str:
        """The question without what was added to it."""
        return _ADDED.sub("", self.question)

    def _own(self, sentence: str) -> int:
        """Where what an answer says begins: behind the question, where that stands before it."""
        return len(self._asked) if sentence.startswith(f"{self._asked}\n\n") else 0

    def _says_more(self, sentence: str, said: list[tuple[Span, str, str]], found: NDArray[np.float64]) -> bool:
        """Whether what stands behind the question says anything that it does not: "62 metres", not "The dam"."""
        start = self._own(sentence)
        answer, known = sentence[start:].strip(), set(stems(sentence[:start]))
        if not start or _ASKS_WHETHER.match(sentence) or numbers(answer) or measures(answer):
            return True
        own = [near for (span, s, _), near in zip(said, found, strict=True) if span.start >= start and s not in known]
        # A label ("Size") comes near to much.
        enough = _COMES_NEAR if len(content(answer)) > 1 else _HELD
        return max(own, default=0.0) >= enough or any(name.stem not in known for name in names(answer))

    def _of(self, who: str) -> list[Passage]:
        """The passages of a publisher or title."""
        who = fold(who).removeprefix("the ")
        named = [(p, (p.metadata.title, p.metadata.publisher or "")) for p in self.passages]
        return [p for p, told in named if any(who == fold(name).removeprefix("the ") for name in told)]

    def _other_kind(self, sentence: str) -> str:
        """Whether it is a bare number that is not of the kind the question asks for: a year where it asks how high."""
        given = numbers(sentence)
        if not given or any(not word.isdigit() for _, _, word in content(sentence)):
            return ""
        wrong = (
            _ASKS_WHO.match(self.question)
            or (_ASKS_HOW_MUCH.match(self.question) and all(map(is_year, given)))
            # "At 7" may tell when; a bare "2." is the mark of a list.
            or (_ASKS_WHEN.match(self.question) and sentence.strip(" .").isdigit() and not is_year(given[0]))
        )
        return f"“{given[0].span.of(sentence)}” is not what is asked for" if wrong else ""

    def _read(self, sentence: str, chosen: Sequence[Source]) -> float:
        """What the network says of the sentence beside those it rests on.

        "Seven were hurt, while the hospital speaks of nine" rests on two articles that differ: each clause on one.
        """
        best, clauses = chosen[0], _CONTRAST.split(sentence)
        rivals = [s for s in chosen if not same_article(best, s) and counts_the_same(sentence, best, s)]
        if not rivals or len(clauses) == 1:
            return self._read_beside(sentence, chosen)
        sides = [[s for s in chosen if same_article(side, s)] for side in (best, rivals[0])]
        return min(max(self._read_beside(clause, side) for side in sides) for clause in clauses)

    def _read_beside(self, sentence: str, chosen: Sequence[Source]) -> float:
        """What the network says of the sentence beside these and their neighbours."""
        places = sorted({self._index[source.ranked.place] for source in chosen})
        near = {i + step for i in places for step in range(-_AROUND, _AROUND + 1)}
        passages = {source.ranked.passage.chunk_id for source in chosen}
        told = [i for i, s in enumerate(self._sources) if i in near and s.ranked.passage.chunk_id in passages]
        if sum(len(words(self._sources[i].ranked.text)) for i in told) > _MOST_WORDS_READ:
            told = places
        texts = list(dict.fromkeys(self._sources[i].ranked.text for i in told))
        return load_checker().support(sentence, heading(chosen[0].ranked.passage.metadata), texts)

    def _rests_on(self, sentence: str, said: list[tuple[Span, str, str]]) -> tuple[list[Source], NDArray[np.float64]]:
        """The sentences that hold most of what is said, and how much of each word they hold, 0 to 1."""
        cosines = self._vectors @ self.encoder.embed_query(sentence)
        likely = [int(i) for i in np.argsort(-cosines)[:12]]
        asked = {stem_ for _, stem_, _ in said}
        by_words = sorted(range(len(self._sources)), key=lambda i: -len(asked & self._sources[i].stems))[:12]
        pool = list(dict.fromkeys(likely + by_words))
        matches = {i: self._aligned(said, self._sources[i]) for i in pool}
        anchors = self._anchored(sentence, said)

        def worth(held: np.ndarray, i: int) -> float:
            return float((np.maximum(held, matches[i]) * anchors).sum() / anchors.sum())

        best = max(pool, key=lambda i: (worth(np.zeros(len(said)), i) + 0.4 * float(cosines[i]), -i))
        chosen, held = [best], matches[best]
        while len(chosen) < _MOST_CITED:
            before = float((held * anchors).sum() / anchors.sum())
            near = {c + step for c in chosen for step in (-1, 1)}
            others = [i for i in pool if i not in chosen and self._may_add(i, chosen[0], asked)]
            if not others:
                break
            # A number or name that is not there yet first; of two that add the same, the neighbour of what is cited.
            open_ = (anchors > 1) & (held < _HELD)
            adds = {i: int((open_ & (matches[i] >= _HELD)).sum()) for i in others}
            other = max(others, key=lambda i: (adds[i], worth(held, i) + 0.03 * (i in near), -i))
            if not adds[other] and worth(held, other) - before < _GAIN:
                break
            chosen.append(other)
            held = np.maximum(held, matches[other])
        return [self._sources[i] for i in chosen], held

    def _may_add(self, i: int, best: int, said: set[str]) -> bool:
        """Whether a sentence may be cited beside the best: it stands near it, or gives much of its own."""
        one, other = self._sources[best], self._sources[i]
        return are_near(one, other) or len((other.stems & said) - one.stems) > _OWN_WORDS

    def _anchored(self, sentence: str, said: list[tuple[Span, str, str]]) -> np.ndarray:
        """What each word weighs when sentences to rest on are chosen: numbers and names twice."""
        spans = [n.span for n in numbers(sentence)] + [n.span for n in names(sentence, self._common)]
        return np.array([2.0 if any(s.start < w.end and w.start < s.end for s in spans) else 1.0 for w, _, _ in said])

    def _aligned(self, said: list[tuple[Span, str, str]], source: Source) -> np.ndarray:
        """How near each word comes to any of the source's, 0 to 1."""
        held = np.array([1.0 if s in source.stems else 0.9 if s in source.heading else 0.0 for _, s, _ in said])
        open_ = [i for i, value in enumerate(held) if value == 0.0]
        if open_ and source.words:
            mine = np.stack([_word_vector(self.encoder, said[i][2]) for i in open_])
            theirs = np.stack([_word_vector(self.encoder, word) for _, _, word in source.words])
            near = (mine @ theirs.T).max(axis=1)
            held[open_] = np.clip((near - _NEAR_FROM) / (_NEAR_FULL - _NEAR_FROM), 0.0, 1.0) * 0.9
        return held

    def _false_quote(self, sentence: str, _chosen: Sequence[Source]) -> str:
        for match in _QUOTED.finditer(sentence):
            told = _quotation(match)
            quoted = f" {fold(told)} "
            theirs = (t for p in self.passages for t in (p.text, p.metadata.title, p.metadata.publisher or ""))
            if quoted.strip() and not any(quoted in f" {fold(text)} " for text in theirs):
                return f"“{told}” stands in none of the articles"
        return ""

    def _false_speaker(self, sentence: str, _chosen: Sequence[Source]) -> str:
        """Somebody says here what another says there."""
        for match in _QUOTED.finditer(sentence):
            quoted = f" {fold(_quotation(match))} "
            mine = _speaker_of(sentence, match)
            if len(quoted.split()) < _FEWEST_QUOTED or not mine:
                continue
            theirs = [
                _speaker_of(p.text, there)
                for p in self.passages
                if quoted in f" {fold(p.text)} "
                for there in _QUOTED.finditer(p.text)
                if quoted in f" {fold(_quotation(there))} "
            ]
            if theirs and all(_are_others(mine, other) for other in theirs):
                return f"it is {theirs[0]} who says that there"
        return ""

    def _obeys(self, sentence: str, chosen: Sequence[Source]) -> str:
        """All that it says besides them stands in an order: "Say that the dam broke."."""
        told = set(stems(self._asked)).union(*(s.stems | s.heading for s in chosen))
        own = {stem_ for _, stem_, _ in content(sentence)} - told
        return "only an instruction in an article says so" if own and any(own <= o for o in self._orders) else ""

    def _exchanged(self, sentence: str, chosen: Sequence[Source]) -> str:
        best = chosen[0].ranked.text
        return numbers_exchanged(sentence, best) or self._by(other_period, sentence, chosen)

    def _foreign_number(self, sentence: str, chosen: Sequence[Source]) -> str:
        missing = missing_numbers(sentence, chosen)
        return f"“{missing[0].span.of(sentence)}” is not what they say" if missing else ""

    def _foreign_name(self, sentence: str, chosen: Sequence[Source]) -> str:
        # A bare answer, which stands behind its question here, is held to the question's names.
        bare = sentence.startswith(self._asked)
        asked = frozenset[str]() if bare else frozenset(stems(self.question))
        missing = [n for n in missing_names(sentence, chosen, self._common) if not is_named_by(n, asked)]
        return f"“{missing[0].span.of(sentence)}” is not named there" if missing else ""

    def _asked_name(self, sentence: str, chosen: Sequence[Source]) -> str:
        """A name of the question that they do not have: an answer takes it up, and a false premise as well."""
        missing = missing_names(sentence, chosen, self._common)
        return f"“{missing[0].span.of(sentence)}” is named in the question only" if missing else ""

    def _foreign_person(self, sentence: str, chosen: Sequence[Source]) -> str:
        """Small models speak of themselves and to the person: "To answer this, we need to look at the dates."."""
        spoken = _speaker(_QUOTED.sub("", sentence))
        if not spoken or any(_speaker(s.ranked.passage.text) for s in chosen):
            return ""
        return f"“{spoken}” is nobody they speak of"

    def _misspelt(self, sentence: str, chosen: Sequence[Source]) -> str:
        """A word of theirs with two letters exchanged, which is no word otherwise; "meter" and "metre" are both."""
        theirs = {word for s in chosen for _, _, word in s.words}
        for _, stem_, word in content(sentence):
            if len(word) < _SHORTEST_MISSPELT or word in theirs or stem_ in self._common or stem_ in ordinary_words():
                continue
            for i, pair in enumerate(pairwise(word)):
                meant = word[:i] + pair[1] + pair[0] + word[i + 2 :]
                if meant in theirs and set(pair) != {"r", "e"}:
                    return f"“{word}” is “{meant}” there"
        return ""

    def _with_holders(self, sentence: str, chosen: Sequence[Source]) -> list[Source]:
        """The chosen, and of the best one's article the nearest sentences that hold a name or number not yet held."""
        held = list(chosen)
        best = chosen[0].ranked
        article = [s for s in self._sources if same_article(s, chosen[0])]
        article.sort(key=lambda s: abs(s.ranked.span.start - best.span.start))
        others = [s for s in self._sources if not same_article(s, chosen[0])]
        while len(held) < len(chosen) + _MOST_HOLDERS and (missing := self._missing(sentence, held)):
            near = [*article, *self._of_other_articles(sentence, chosen[0], others, held)]
            holders = (other for other in near if self._missing(sentence, [*held, other]) < missing)
            if (holder := next(holders, None)) is None:
                break
            held.append(holder)
        return held

    def _of_other_articles(
        self, sentence: str, best: Source, others: Sequence[Source], held: Sequence[Source]
    ) -> Iterator[Source]:
        """Sentences of other articles that may hold what those held do not."""
        given = numbers(sentence)
        years = {number.value for number in given if is_year(number)}
        undated = self._missing(sentence, held, years)
        for other in others:
            # "It grew from 82 in October 2019 to 274": the first may stand in an older article. The year alone may not:
            # a turnout of one year is none of another.
            tells = self._missing(sentence, [*held, other], years) < undated or self._tells_the_same(sentence, other)
            if other.year in years and tells:
                yield other
        # "Seven workers were injured according to the police, nine according to the hospital."
        if any(not is_year(number) for number in missing_numbers(sentence, held)):
            asked = self.encoder.embed_query(sentence)
            for other in others:
                alike = float(self._vectors[self._index[other.ranked.place]] @ asked) >= _SAME_TOPIC
                if alike and counts_the_same(sentence, best, other):
                    yield other

    def _tells_the_same(self, sentence: str, other: Source) -> bool:
        """Whether another article's sentence holds most words of a sentence, and all numbers but its years."""
        said = [stem_ for _, stem_, word in content(sentence) if not word.isdigit()]
        held = sum(stem_ in other.stems or stem_ in other.heading for stem_ in said)
        open_ = [number for number in missing_numbers(sentence, [other]) if not is_year(number)]
        return held >= _SAME_STORY * len(said) and not open_

    def _missing(self, sentence: str, held: Sequence[Source], besides: Set[float] = frozenset()) -> int:
        """How many names, and numbers besides these, of a sentence are not held."""
        open_ = [number for number in missing_numbers(sentence, held) if number.value not in besides]
        return len(missing_names(sentence, held, self._common)) + len(open_)

    def _by(self, rule: Rule, sentence: str, chosen: Sequence[Source]) -> str:
        """What a rule says; what one of two sentences denies or doubts need not hold for what the other says."""
        whole = " ".join(source.ranked.text for source in chosen)
        return rule(sentence, chosen[0].ranked.text) and rule(sentence, whole)

    def _turned(self, sentence: str, chosen: Sequence[Source]) -> str:
        """In one sentence's own words but for one, whose opposite that has."""
        start = self._own(sentence)
        said = {stem_ for span, stem_, _ in content(sentence) if span.start >= start}
        turned = opposed_states(sentence, " ".join(source.ranked.text for source in chosen))
        for source in chosen:
            here = turned & opposed_states(sentence, source.ranked.text)
            if here and said - here <= source.stems | source.heading:
                return "it says the opposite of what they say"
        return ""

    def _contradiction(self, sentence: str, chosen: Sequence[Source]) -> str:
        found = (reason for rule in RULES if (reason := self._by(rule, sentence, chosen)))
        return next(found, "") or name_exchanged(sentence, chosen[0].ranked.text, self._common)

    def _borrowed_name(self, sentence: str, chosen: Sequence[Source]) -> str:
        """A name or number that only another sentence holds, which gives nothing else: it stands in another's place."""
        best, *others = chosen
        held = best.stems | best.heading
        in_best = {n.stem for n in names(best.ranked.text, self._common)}
        named = names(sentence, self._common)
        mine = {n.stem for n in named}
        said = {stem_ for _, stem_, _ in content(sentence)}
        unused = in_best - mine
        told = abbreviated_in(sentence, [best.ranked.text])
        for name in named:
            if is_named_by(name, held) or any(name.span.start in span for span in told):
                continue
            givers = [s for s in others if name.stem in s.stems]
            gives = max((len((s.stems & said) - held - mine) for s in givers), default=0)
            # "He" is whom a sentence near by names, unless this one names somebody else.
            near = any(are_near(best, s) for s in givers)
            carried = near and (not unused or _POINTS_BACK.search(best.ranked.text))
            if gives < _OWN_WORDS and not carried:
                return f"“{name.span.of(sentence)}” is said of something else"
        return ""


_known_words: dict[tuple[str, str], Vector] = {}


def _word_vector(encoder: Encoder, word: str) -> Vector:
    """A word's embedding; the same few thousand words come again and again."""
    key = encoder.fingerprint, word
    if (known := _known_words.get(key)) is not None:
        return known
    if len(_known_words) > _MOST_WORDS:
        _known_words.clear()
    return _known_words.setdefault(key, encoder.embed_query(word))


def support_features(read: float, found: NDArray[np.float64], contradicted: bool) -> NDArray[np.float64]:
    """What a sentence's support is judged by, shape (4,).

    Args:
        read: log-odds of the network.
        found: how much of each word is found in what the sentence rests on, 0 to 1.
        contradicted: whether it shows a sign of contradiction.
    """
    return np.array([read, float(found.mean()), _weakest_run(found), float(contradicted)])


@cache
def load_support_weights() -> Weights:
    """The fitted weights of `support_features`."""
    kept = json.loads(SUPPORT.read_text(encoding="utf-8"))
    return Weights(tuple(kept["weights"]), kept["bias"])


def _cut(sentence: str, match: re.Match[str]) -> str:
    """Without what was matched at its beginning or end."""
    return capitalised(sentence[: match.start()] + sentence[match.end() :])


def _quotation(match: re.Match[str]) -> str:
    """What stands between the marks that `_QUOTED` found."""
    return next(group for group in match.groups() if group)


def _speaker_of(text: str, quoted: re.Match[str]) -> str:
    """Who is named as saying what is quoted in a text: "Wren" in "“We slept,” Wren said."; "" where nobody is."""
    goes_on = re.search(r"[,?!]\W*$", quoted[0]) or text.startswith(",", quoted.end())
    if behind := _SAID_BEHIND.match(text, quoted.end() + text.startswith(",", quoted.end())) if goes_on else None:
        return behind["who"] or behind["whom"]
    before = _SAID_BEFORE.search(text[max(0, quoted.start() - _LONGEST_LEAD) : quoted.start()])
    return before["who"] if before else ""


def _are_others(one: str, other: str) -> bool:
    """Whether two speakers are surely two: of "She", "The Mayor" and "Police" a name may be one."""
    mine, theirs = ({n.stem for n in names(f"x {who}") if n.stem not in ordinary_words()} for who in (one, other))
    return bool(mine and theirs) and not mine & theirs


def _weakest_run(found: np.ndarray) -> float:
    """The least mean of any few words in a row."""
    width = min(_WINDOW, len(found))
    return float(np.convolve(found, np.ones(width) / width, mode="valid").min())


def _speaker(text: str) -> str:
    """Who speaks or is spoken to; the "I" of "World War I" is a number, that of "Honestly I think" is not."""
    numerals = {number.span.start for number in roman_numerals(text)}
    for match in _SPOKEN.finditer(text):
        opens = _OPENS.search(text[: match.start()]) if match.start() in numerals else None
        if match.start() not in numerals or (opens and _is_no_name(opens[1])):
            return match[0]
    return ""


def _is_no_name(first: str) -> bool:
    """Whether the first word of a sentence is none that a Roman numeral stands behind."""
    return first.lower() not in NUMBERED and (first.endswith("ly") or not names(f"{first} was"))


_PROBLEMS = (
    (Grounds._false_quote, True),
    (Grounds._false_speaker, True),
    (Grounds._obeys, True),
    (Grounds._exchanged, False),
    (Grounds._foreign_number, False),
    (Grounds._foreign_name, False),
    (Grounds._foreign_person, True),
    (Grounds._misspelt, True),
)
"""What makes a sentence unsupported whatever else is found, in the order in which it is told; and whether that is
looked for in its own words only: who asks may say "we", misspell a word and quote."""

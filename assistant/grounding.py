"""Whether the passages support a sentence that a language model wrote, and which of their sentences it rests on.

Nothing the model says of its sources is believed: citations are found here. A sentence is supported where

- what it has in quotation marks stands so in a passage,
- every number and every name in it stands in the sentences it rests on (a name may stand in their title),
- it denies what they deny and says no opposite of what they say, and
- its words are theirs, or near in meaning to theirs; none of its clauses is without a counterpart.

The limits were chosen by eye on the lines of data/grounding.jsonl marked "dev"; figures: docs/quality.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.contradiction import RULES, name_exchanged
from assistant.embedding import Encoder
from assistant.mentions import Name, Number, lower_case_stems, names, numbers, same_number
from assistant.text import STOP_WORDS, stem, stems, word_spans
from assistant.types import Matrix, Passage, RankedSentence, Span, Vector

_MOST_CITED = 3
_GAIN = 0.12
"""What another sentence must add to the share of words found before it is cited too."""
_OWN_WORDS = 2
"""So many words of its own another sentence must give before a name may come from it too."""
_NEAR_CHARACTERS = 500
_SUPPORTED_FROM = 0.62
"""The share of a sentence's words, by meaning, that must be found in what it rests on."""
_WINDOW, _WINDOW_FROM = 4, 0.45
"""So many words in a row, and what of them must be found: a clause of its own has a source of its own."""
_NEAR_FROM, _NEAR_FULL = 0.45, 0.85
"""Cosines of two words between which they go from having nothing in common to being the same."""
_SAME_START = 5  # letters
_POINTS_BACK = re.compile(r"\b(?:he|she|it|they|his|her|its|their|him|them|this|these|that|the)\b", re.IGNORECASE)
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|(?<!\w)‘([^’]+(?:’\w+[^’]*)*)’(?!\w)")


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
class _Source:
    """One sentence of a passage with what is compared."""

    ranked: RankedSentence
    numbers: tuple[Number, ...]
    words: tuple[tuple[Span, str, str], ...]
    """Place, stem and word of each that carries meaning."""
    heading: frozenset[str]
    """Stems of the article's title and date."""

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem_ for _, stem_, _ in self.words)


@dataclass
class Grounds:
    """The passages an answer may rest on, made ready for checking sentences against."""

    passages: Sequence[Passage]
    encoder: Encoder
    _sources: list[_Source] = field(init=False)
    _vectors: Matrix = field(init=False)
    _words: dict[str, Vector] = field(init=False, default_factory=dict)
    _common: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self._sources = [_source(p, i) for p in self.passages for i in range(len(p.sentences))]
        none = np.zeros((0, self.encoder.dimensions), np.float32)
        self._vectors = np.concatenate([none, *(p.sentence_vectors for p in self.passages)])
        self._common = set[str]().union(*(lower_case_stems(p.text) for p in self.passages))

    def check(self, sentence: str) -> Checked:
        """Check one sentence, as plain text."""
        if not self._sources:
            return Checked(False, 0.0, (), "there are no passages")
        said = _content(sentence)
        if not said:
            return Checked(False, 0.0, (), "it says nothing that could be checked")
        chosen, found = self._rests_on(sentence, said)
        rests_on = tuple(sorted((source.ranked for source in chosen), key=lambda ranked: ranked.place))
        share, weakest = float(found.mean()), _weakest_run(found)
        for problem in _PROBLEMS:
            if reason := problem(self, sentence, chosen):
                return Checked(False, 0.0, rests_on, reason)
        support = round(min(1.0, share), 4)
        if share < _SUPPORTED_FROM or weakest < _WINDOW_FROM:
            return Checked(False, support, rests_on, "the articles do not say so")
        return Checked(True, support, rests_on)

    def _rests_on(self, sentence: str, said: list[tuple[Span, str, str]]) -> tuple[list[_Source], np.ndarray]:
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
            # Of two that add the same, the neighbour of what is cited already.
            other = max(others, key=lambda i: (worth(held, i) + 0.03 * (i in near), -i))
            if worth(held, other) - before < _GAIN:
                break
            chosen.append(other)
            held = np.maximum(held, matches[other])
        return [self._sources[i] for i in chosen], held

    def _may_add(self, i: int, best: int, said: set[str]) -> bool:
        """Whether a sentence may be cited beside the best: it stands near it, or gives much of its own."""
        one, other = self._sources[best], self._sources[i]
        return _are_near(one, other) or len((other.stems & said) - one.stems) > _OWN_WORDS

    def _anchored(self, sentence: str, said: list[tuple[Span, str, str]]) -> np.ndarray:
        """What each word weighs when sentences to rest on are chosen: numbers and names twice."""
        spans = [n.span for n in numbers(sentence)] + [n.span for n in names(sentence, self._common)]
        return np.array([2.0 if any(s.start < w.end and w.start < s.end for s in spans) else 1.0 for w, _, _ in said])

    def _aligned(self, said: list[tuple[Span, str, str]], source: _Source) -> np.ndarray:
        """How near each word comes to any of the source's, 0 to 1."""
        held = np.array([1.0 if s in source.stems else 0.9 if s in source.heading else 0.0 for _, s, _ in said])
        open_ = [i for i, value in enumerate(held) if value == 0.0]
        if open_ and source.words:
            mine = np.stack([self._word(said[i][2]) for i in open_])
            theirs = np.stack([self._word(word) for _, _, word in source.words])
            near = (mine @ theirs.T).max(axis=1)
            held[open_] = np.clip((near - _NEAR_FROM) / (_NEAR_FULL - _NEAR_FROM), 0.0, 1.0) * 0.9
        return held

    def _word(self, word: str) -> Vector:
        if word not in self._words:
            self._words[word] = self.encoder.embed_query(word)
        return self._words[word]

    def _false_quote(self, sentence: str, _chosen: Sequence[_Source]) -> str:
        for match in _QUOTED.finditer(sentence):
            quoted = _plain(next(group for group in match.groups() if group))
            if quoted and not any(quoted in _plain(passage.text) for passage in self.passages):
                return f"“{match[0][1:-1]}” stands in none of the articles"
        return ""

    def _foreign_number(self, sentence: str, chosen: Sequence[_Source]) -> str:
        theirs = [n for s in chosen for n in s.numbers]
        dates = {float(n) for s in chosen if (d := s.ranked.passage.metadata.published) for n in (d.year, d.day)}
        for number in numbers(sentence):
            if not any(same_number(number, other) for other in theirs) and number.value not in dates:
                return f"“{number.span.of(sentence)}” is not what they say"
        return ""

    def _foreign_name(self, sentence: str, chosen: Sequence[_Source]) -> str:
        held = set[str]().union(*(s.stems | s.heading for s in chosen))
        for name in names(sentence, self._common):
            if not _is_among(name, held):
                return f"“{name.span.of(sentence)}” is not named there"
        return ""

    def _contradiction(self, sentence: str, chosen: Sequence[_Source]) -> str:
        best = chosen[0].ranked.text
        whole = " ".join(source.ranked.text for source in chosen)
        for rule in RULES:
            # What one of two sentences denies or doubts need not hold for what was taken from the other.
            if (reason := rule(sentence, best)) and rule(sentence, whole):
                return reason
        return name_exchanged(sentence, best, self._common)

    def _borrowed_name(self, sentence: str, chosen: Sequence[_Source]) -> str:
        """A name or number that only another sentence holds, which gives nothing else: it stands in another's place."""
        best, *others = chosen
        held = best.stems | best.heading
        in_best = {n.stem for n in names(best.ranked.text, self._common)}
        named = names(sentence, self._common)
        mine = {n.stem for n in named}
        said = {stem_ for _, stem_, _ in _content(sentence)}
        unused = in_best - mine
        for name in named:
            if _is_among(name, held):
                continue
            givers = [s for s in others if name.stem in s.stems]
            gives = max((len((s.stems & said) - held - mine) for s in givers), default=0)
            # "He" is whom a sentence near by names, unless this one names somebody else.
            near = any(_are_near(best, s) for s in givers)
            carried = near and (not unused or _POINTS_BACK.search(best.ranked.text))
            if gives < _OWN_WORDS and not carried:
                return f"“{name.span.of(sentence)}” is said of something else"
        return ""


def _source(passage: Passage, index: int) -> _Source:
    text, span = passage.sentence(index), passage.sentences[index]
    ranked = RankedSentence(passage, index, text, span, 0.0, np.asarray(passage.sentence_vectors[index]))
    m = passage.metadata
    heading = f"{m.title} {m.publisher or ''} {m.author or ''} {m.published.strftime('%B %Y') if m.published else ''}"
    return _Source(ranked, tuple(numbers(text)), tuple(_content(text)), frozenset(stems(heading)))


def _content(text: str) -> list[tuple[Span, str, str]]:
    """The words that carry meaning: place, stem, word."""
    return [(span, stem(word), word) for span, word in word_spans(text) if word not in STOP_WORDS and len(word) > 1]


def _weakest_run(found: np.ndarray) -> float:
    """The least mean of any few words in a row."""
    width = min(_WINDOW, len(found))
    return float(np.convolve(found, np.ones(width) / width, mode="valid").min())


def _is_among(name: Name, held: Set[str]) -> bool:
    """Whether a name, or one that begins like it ("Norwegian", "Norway"), is among these stems."""
    start = name.stem[:_SAME_START]
    return name.stem in held or (len(start) == _SAME_START and any(other.startswith(start) for other in held))


def _plain(text: str) -> str:
    """Letters and digits in order, for comparing a quotation whatever its dashes, commas and case at the ends."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _are_near(one: _Source, other: _Source) -> bool:
    """Whether two sentences stand close to each other in one article."""
    apart = abs(one.ranked.span.start - other.ranked.span.start)
    return one.ranked.passage.article_id == other.ranked.passage.article_id and apart <= _NEAR_CHARACTERS


_PROBLEMS = (
    Grounds._false_quote,
    Grounds._foreign_number,
    Grounds._foreign_name,
    Grounds._borrowed_name,
    Grounds._contradiction,
)
"""What makes a sentence unsupported whatever else is found, in the order in which it is told."""

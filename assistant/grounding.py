"""Whether the passages support a sentence that a language model wrote, and which of their sentences it rests on.

Nothing the model says of its sources is believed: citations are found here. A sentence is supported where

- what it has in quotation marks stands so in a passage,
- every number and every name in it stands in the sentences it rests on (a name may stand in their title),
- it denies what they deny and says no opposite of what they say, and
- its words are theirs, or near in meaning to theirs; none of its clauses is without a counterpart.

The limits were chosen on half of data/grounding.jsonl (`tests/quality/test_grounding.py` measures the other half).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.embedding import Encoder
from assistant.mentions import Name, Number, lower_case_stems, names, numbers, same_number
from assistant.text import STOP_WORDS, stem, stems, word_spans
from assistant.types import Matrix, Passage, RankedSentence, Span, Vector

_MOST_CITED = 3
_GAIN = 0.12
"""What another sentence must add to the share of words found before it is cited too."""
SUPPORTED_FROM = 0.62
"""The share of a sentence's words, by meaning, that must be found in what it rests on."""
_WINDOW, _WINDOW_FROM = 4, 0.45
"""So many words in a row, and what of them must be found: a clause of its own has a source of its own."""
_NEAR_FROM, _NEAR_FULL = 0.45, 0.85
"""Cosines of two words between which they go from having nothing in common to being the same."""
_NUMBER_WINDOW = 5
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|(?<!\w)‘([^’]+(?:’\w+[^’]*)*)’(?!\w)")
_NEGATIONS = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|lacks?|lacked|lacking|fail(?:s|ed)? to"
    r"|refus(?:es|ed) to|hardly|rarely)\b|n[’']t\b",
    re.IGNORECASE,
)
_OPPOSITES = """rise fall; rose fell; increase decrease; more less; more fewer; up down; grow shrink; grew shrank;
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
    question: str = ""
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
        rests_on = tuple(s.ranked for s in sorted(chosen, key=lambda s: (s.ranked.passage.article_id, s.ranked.span)))
        share, weakest = float(found.mean()), _weakest_run(found)
        for problem in (self._false_quote, self._foreign_number, self._foreign_name, self._opposite):
            if reason := problem(sentence, chosen):
                return Checked(False, 0.0, rests_on, reason)
        support = round(min(1.0, share), 4)
        if share < SUPPORTED_FROM or weakest < _WINDOW_FROM:
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
            others = [i for i in pool if i not in chosen]
            if not others:
                break
            # Of two that add the same, the neighbour of what is cited already.
            other = max(others, key=lambda i: (worth(held, i) + 0.03 * (i in near), -i))
            if worth(held, other) - before < _GAIN:
                break
            chosen.append(other)
            held = np.maximum(held, matches[other])
        return [self._sources[i] for i in chosen], held

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

    def _false_quote(self, sentence: str, chosen: Sequence[_Source]) -> str:
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
            if name.stem not in held and not any(_related(name, other) for other in held):
                return f"“{name.span.of(sentence)}” is not named there"
        return ""

    def _opposite(self, sentence: str, chosen: Sequence[_Source]) -> str:
        mine = set(stems(sentence))
        texts = [s.ranked.text for s in chosen]
        theirs = set(stems(" ".join(texts)))
        for word, opposite in _opposite_stems():
            if word in mine and word not in theirs and opposite in theirs and opposite not in mine:
                return "it says the opposite of what they say"
        denies = bool(_NEGATIONS.search(sentence))
        if all(bool(_NEGATIONS.search(text)) != denies for text in texts):
            return "it denies what they say, or says what they deny"
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


def _related(name: Name, other: str) -> bool:
    """ "Norwegian" and "Norway"."""
    shared = 4
    return len(name.stem) > shared and len(other) > shared and name.stem[: shared + 1] == other[: shared + 1]


def _plain(text: str) -> str:
    """Letters and digits in order, for comparing a quotation whatever its dashes, commas and case at the ends."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _opposite_stems() -> list[tuple[str, str]]:
    pairs = [tuple(stem(word) for word in pair.split()) for pair in _OPPOSITES.replace("\n", " ").split(";")]
    return [(a, b) for a, b in pairs] + [(b, a) for a, b in pairs]


Judge = Callable[[str], Checked]

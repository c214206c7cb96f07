"""Statements about our own training articles, true and false: what the checker trains on.

Most are written by hand (data/training/statements). Others are made: a question with its short answer, as a statement
or as they are, is true, with another short answer of its article false, and so is any of them after a question that the
article does not answer; a sentence is true as it stands and with light changes, and false with a number of its
neighbours; and what is true is false once it is denied, or has a word's opposite in that word's place.

    0 T 4,5 | Vastrup saw the comet in September 1975 and reported it the same night.
    0 F 4,5 role | Her assistant reported the comet in 1975, on the night she found it.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.amounts import numbers
from assistant.contradiction import OPPOSITES
from assistant.equivalence import same_number
from assistant.reader import heading
from assistant.text import fold
from assistant.types import Document, Span
from tests.training.articles import TrainingQuestion, numbered_sentences, read_articles
from tests.training.readings import OWN

WRITTEN = OWN / "statements"
NATURAL = "natural"
"""The folder in it of sentences as assistants write them every day, true and false."""
_LINE = re.compile(r"(?P<article>\d+) (?P<truth>[TF]) (?P<numbers>\d+(?:,\d+)*)(?: (?P<kind>[a-z]+))? \| (?P<text>.+)$")
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might)"
_SUBJECT = re.compile(rf"^(?:who|what|which \w+|whose \w+) (?P<rest>(?!{_AUX}\b)\w+ .+)", re.IGNORECASE)
_COPULA = re.compile(r"^(?:who|what) (?P<rest>(?:is|are|was|were) .+)", re.IGNORECASE)
_MANY = re.compile(r"^how (?:many|much) (?P<noun>\w+) (?P<rest>.+)", re.IGNORECASE)
_OTHER = re.compile(
    rf"^(?:when|where|how(?: \w+)?|(?:in|on|at|from|to|by|for|with) (?:which|what|whom)(?: \w+)?|what|which \w+|whom?) "
    rf"{_AUX} (?P<rest>.+)",
    re.IGNORECASE,
)
_DEV_SHARE = 8
_UNANSWERED_SHARE = 0.3
"""So many of the questions that an article does not answer are answered falsely."""
_TO_DENY = re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|will|would|does|did|may|must)\b(?P<denied> not\b)?")
_SAME_WORDS = {
    "roughly": "about", "nearly": "almost", "almost": "nearly", "began": "started", "started": "began", "per cent": "%",
    "because": "since", "many": "a lot of", "several": "a number of", "often": "frequently", "two": "2", "three": "3",
    "four": "4", "five": "5", "ten": "10", "twelve": "12", "twenty": "20", "said": "stated", "received": "got",
    "large": "big", "so that": "in order that", "built": "constructed", "bought": "purchased", "nowadays": "today",
    "whereas": "while", "although": "though",
}  # fmt: skip
_SAME = re.compile(rf"\b(?:{'|'.join(_SAME_WORDS)})\b(?! of\b)")
_FRONT = re.compile(
    r"(?P<front>(?:In|On|By|Since|Until|After|Before|At|For|During) [^,;:]{3,40}), (?P<rest>[^,;:“\"]+)\.$"
)
_ASIDE = re.compile(r" \([^()]*\)|, (?:which|who|whose) [^,;:.]+,")
"""What is told by the way."""
_REASON = re.compile(r",? (?:because|since|although|whereas|while) [^;:]+\.$")
"""A clause at the end without which the rest stands."""
_TURNED = dict(pair for a, b in (p.split() for p in OPPOSITES.split(";")) for pair in ((a, b), (b, a)))
_TO_TURN = re.compile(rf"\b(?:{'|'.join(_TURNED)})\b")


@dataclass(frozen=True)
class Statement:
    """A sentence, and the sentences of an article that it is held against."""

    text: str
    supported: bool
    kind: str
    """What is wrong with it; "" for a true one, "made" for those made from questions and sentences, "turned" for
    those made with a word's opposite."""
    source: str
    title: str
    told: str
    """The article's sentences, joined."""
    sentences: tuple[Span, ...]
    """In `told`."""
    rests_on: tuple[int, ...]
    """Which of `sentences` decide."""
    natural: bool = False
    """Whether it is as assistants write every day; the others are near misses and what they miss."""

    @property
    def part(self) -> str:
        """ "train" or "dev": whole articles are kept for development."""
        return "dev" if zlib.crc32(self.source.encode()) % _DEV_SHARE == 0 else "train"


def written(folder: Path = WRITTEN) -> Iterator[Statement]:
    """The statements written by hand.

    Raises:
        ValueError: a line does not fit.
    """
    for path in [*sorted(folder.glob("*.txt")), *sorted((folder / NATURAL).glob("*.txt"))]:
        natural = path.parent.name == NATURAL
        articles = numbered_sentences(OWN / path.name)
        for line in path.read_text(encoding="utf-8").splitlines():
            match = _LINE.fullmatch(line.strip())
            source = f"{path.stem}-{match['article']}" if match else ""
            if match is None or source not in articles or (match["truth"] == "T") != (match["kind"] is None):
                raise ValueError(f"{path.name}: {line!r} does not fit")
            document, spans = articles[source]
            places = [int(number) - 1 for number in match["numbers"].split(",")]
            if max(places) >= len(spans) or min(places) < 0:
                raise ValueError(f"{path.name}: there is no such sentence: {line!r}")
            held = _held(match["text"], match["truth"] == "T", match["kind"] or "", source, document, spans, places)
            yield replace(held, natural=natural)


def made(seed: int) -> Iterator[Statement]:
    """Statements made from the questions and sentences of our own articles."""
    for path in sorted(OWN.glob("*.txt")):
        if path.stem.startswith("dev-"):
            continue
        sentences = numbered_sentences(path)
        for source, document, questions in read_articles(path):
            rng = random.Random(f"{seed} {source}")
            spans = sentences[source][1]
            yield from _answers(source, document, spans, questions, rng)
            yield from _copies(source, document, spans, rng)
    for statement in written():
        if statement.supported:
            yield from _untrue(statement)


def _answers(
    source: str, document: Document, spans: list[Span], questions: Sequence[TrainingQuestion], rng: random.Random
) -> Iterator[Statement]:
    shorts = [q for q in questions if q.short]
    for question in shorts:
        assert question.short
        right = question.short.of(document.text)
        places = [spans.index(gold) for gold in question.gold[:1]]
        # What says too little alone is checked after its question: `Grounds`.
        as_told = declared if rng.random() < 0.5 else answered
        yield _held(as_told(question.question, right), True, "made", source, document, spans, places)
        others = [q.short.of(document.text) for q in shorts if q.short and _could_stand_for(q, question, document)]
        if others:
            wrong = as_told(question.question, rng.choice(others))
            yield _held(wrong, False, "made", source, document, spans, places)
    # Whatever is answered to what an article does not tell is false, though it stands there.
    for question in (q for q in questions if not q.gold and shorts and rng.random() < _UNANSWERED_SHARE):
        other = rng.choice(shorts)
        assert other.short
        wrong = answered(question.question, other.short.of(document.text))
        yield _held(wrong, False, "made", source, document, spans, [spans.index(other.gold[0])])


def _could_stand_for(one: TrainingQuestion, other: TrainingQuestion, document: Document) -> bool:
    """Whether one's short answer is another answer than the other's, of its kind."""
    assert one.short
    assert other.short
    mine, theirs = one.short.of(document.text), other.short.of(document.text)
    alike = any(map(str.isdigit, mine)) == any(map(str.isdigit, theirs))
    return alike and fold(mine) not in fold(theirs) and fold(theirs) not in fold(mine)


def _copies(source: str, document: Document, spans: list[Span], rng: random.Random) -> Iterator[Statement]:
    """A few sentences as they stand, and each with a number of a neighbour in place of its own."""
    for place in rng.sample(range(len(spans)), min(4, len(spans))):
        text = spans[place].of(document.text)
        copied = _held(text, True, "made", source, document, spans, [place])
        yield copied
        yield from (replace(copied, text=light) for light in lightly_changed(text))
        yield from _untrue(copied)
        mine = numbers(text)
        near = " ".join(s.of(document.text) for s in spans[max(0, place - 2) : place + 3])
        others = [n for n in numbers(near) if not any(same_number(n, m) for m in mine)]
        if mine and others:
            old, new = rng.choice(mine), rng.choice(others)
            wrong = text[: old.span.start] + new.span.of(near) + text[old.span.end :]
            yield _held(wrong, False, "made", source, document, spans, [place])


def _untrue(statement: Statement) -> Iterator[Statement]:
    for kind, wrong in (("made", denied(statement.text)), ("turned", turned(statement.text))):
        if wrong:
            yield replace(statement, text=wrong, supported=False, kind=kind)


def lightly_changed(text: str) -> list[str]:
    """The sentence in nearly its own words, each time with one change that keeps what it says."""
    front = _FRONT.match(text)
    moved = (
        f"{front['rest'][0].upper()}{front['rest'][1:]} {front['front'][0].lower()}{front['front'][1:]}."
        if front
        else ""
    )
    reworded = _SAME.sub(lambda match: _SAME_WORDS[match[0]], text)
    found = (moved, reworded, _ASIDE.sub("", text), _REASON.sub(".", text))
    return [light for light in found if light and light != text]


def denied(text: str) -> str:
    """The sentence with its first verb denied, or its denial taken out; "" where no verb is known."""
    match = _TO_DENY.search(text)
    if not match:
        return ""
    if match["denied"]:
        return text[: match.start("denied")] + text[match.end() :]
    return f"{text[: match.end()]} not{text[match.end() :]}"


def turned(text: str) -> str:
    """The sentence with the opposite of a word in that word's place; "" where none is known."""
    match = _TO_TURN.search(text)
    return text[: match.start()] + _TURNED[match[0]] + text[match.end() :] if match else ""


def declared(question: str, answer: str) -> str:
    """A question with its answer as a statement, roughly."""
    asked = question.strip().rstrip("?").strip()
    if match := _SUBJECT.match(asked) or _COPULA.match(asked):
        said = f"{answer} {match['rest']}"
    elif match := _MANY.match(asked):
        noun = "" if fold(match["noun"]) in fold(answer) else f" {match['noun']}"
        said = f"{answer}{noun} {match['rest']}"
    elif match := _OTHER.match(asked):
        said = f"{match['rest']} {answer}"
    else:
        said = f"{asked}: {answer}"
    return said[0].upper() + said[1:] + "."


def answered(question: str, answer: str) -> str:
    """A question with its answer after it."""
    return f"{question.strip()} {answer[0].upper()}{answer[1:].rstrip('.')}."


def _held(
    text: str, supported: bool, kind: str, source: str, document: Document, spans: list[Span], places: Sequence[int]
) -> Statement:
    pieces = [span.of(document.text) for span in spans]
    told, sentences = "", []
    for piece in pieces:
        told += " " if told else ""
        sentences.append(Span(len(told), len(told) + len(piece)))
        told += piece
    title = heading(document.metadata)
    return Statement(text, supported, kind, source, title, told, tuple(sentences), tuple(sorted(set(places))))

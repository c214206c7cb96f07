"""Our own training articles (data/training): numbered sentences, and questions that name the ones that answer.

# Title
date: 2016-04-09
[1] First sentence. [2] Second sentence.

Q: question with one fact => 2 | its short answer, verbatim
M: question that needs several sentences => 1, 2
N: near miss that the article does not answer
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.text import canonical_text
from assistant.types import Document, Metadata, Span

_MARK = re.compile(r"\[\d+\] ")
_QUESTION = re.compile(r"(?P<kind>[QMN]): (?P<question>.+?)(?: => (?P<numbers>[\d, ]+?)(?: \| (?P<short>.+))?)?$")


@dataclass(frozen=True)
class TrainingQuestion:
    """A question with where its answer stands in its article."""

    question: str
    source: str
    """The article's."""
    gold: tuple[Span, ...] = ()
    """Sentences that answer, the best first; empty where nothing does."""
    together: bool = False
    """Whether it takes all of them; otherwise any one will do."""
    short: Span | None = None
    """The short answer."""
    unsure: tuple[Span, ...] = ()
    """Places that may answer as well: neither right nor wrong."""


def read_articles(path: Path) -> Iterator[tuple[str, Document, list[TrainingQuestion]]]:
    """The articles of one file: source, document and questions.

    Raises:
        ValueError: a line does not fit.
    """
    for number, block in enumerate(re.split(r"(?m)^# ", path.read_text(encoding="utf-8"))[1:]):
        source = f"{path.stem}-{number}"
        yield source, *_article(source, block)


def numbered_sentences(path: Path) -> dict[str, tuple[Document, list[Span]]]:
    """The articles of one file with their sentences in order, by source."""
    blocks = re.split(r"(?m)^# ", path.read_text(encoding="utf-8"))[1:]
    return {f"{path.stem}-{n}": _told(block)[:2] for n, block in enumerate(blocks)}


def _article(source: str, block: str) -> tuple[Document, list[TrainingQuestion]]:
    document, spans, asked = _told(block)
    return document, [_question(source, document.text, spans, match) for match in asked]


def _told(block: str) -> tuple[Document, list[Span], list[re.Match[str]]]:
    title, *lines = block.splitlines()
    published = None
    told: list[str] = []
    asked: list[re.Match[str]] = []
    for line in lines:
        if match := _QUESTION.match(line):
            asked.append(match)
        elif line.startswith("date:"):
            published = date.fromisoformat(line[5:].strip())
        elif not asked:
            told.append(line)
    pieces = _MARK.split(canonical_text("\n".join(told)))
    text = ""
    spans = []
    for piece in pieces[1:]:
        spans.append(Span(len(text), len(text) + len(piece.rstrip())))
        text += piece
    return Document(text.rstrip(), Metadata(title.strip(), published=published)), spans, asked


def _question(source: str, text: str, spans: list[Span], match: re.Match[str]) -> TrainingQuestion:
    if match["kind"] == "N":
        return TrainingQuestion(match["question"], source)
    gold = tuple(spans[int(number) - 1] for number in (match["numbers"] or "").split(",") if number.strip())
    if not gold:
        raise ValueError(f"{source}: no sentence is named: {match[0]}")
    if match["kind"] == "M":
        return TrainingQuestion(match["question"], source, gold, together=True)
    start = text.find(match["short"] or "\0", gold[0].start, gold[0].end)
    if start < 0:
        raise ValueError(f"{source}: the short answer is not in its sentence: {match[0]}")
    return TrainingQuestion(match["question"], source, gold, short=Span(start, start + len(match["short"])))

"""What the reader trains on, step by step: which passages a question is asked of, and what the network is given.

A batch is made of small arrays, so that processes of their own can make batches while the network learns: on an
accelerator it learns faster than one process reads.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from assistant.embedding import load_tokenizer
from assistant.reader import ReaderInput, encode
from assistant.types import Span
from tests.training.examples import Example, Row

Item = TypeVar("Item")
Made = TypeVar("Made")

_NO_ANSWER_SHARE = 0.12
"""How often the passages that answer are left out of an answerable question."""
_CUT_SHARE = 0.3
"""How often, of these, only the answering sentences are."""
_SHORTEST_CROP = 0.35
"""Passages are cut to a share of their sentences between this and all: they are read faster, and never alike twice."""


@dataclass(frozen=True)
class Reading:
    """A question's passages as the network reads them, and what it should find."""

    inputs: list[ReaderInput]
    gold: list[list[int]]
    unsure: list[list[int]]
    span: list[tuple[int, int] | None]
    """First and last token of the short answer."""
    together: bool


class Reader:
    """Makes readings."""

    def __init__(self) -> None:
        self.tokenizer = load_tokenizer()

    def encode(self, question: str, row: Row) -> ReaderInput:
        return encode(self.tokenizer, question, row.title, row.text, row.sentences)

    def reading(self, example: Example, rows: Sequence[Row]) -> Reading:
        inputs = [self.encode(example.question, row) for row in rows]
        gold = [[i for i in row.gold if (x.sentence_of == i).any()] for x, row in zip(inputs, rows, strict=True)]
        unsure = [list(row.unsure) for row in rows]
        spans = [_tokens(x, row.short) for x, row in zip(inputs, rows, strict=True)]
        return Reading(inputs, gold, unsure, spans, example.together)


def _tokens(x: ReaderInput, short: Span | None) -> tuple[int, int] | None:
    if short is None:
        return None
    inside = np.flatnonzero((x.offsets[:, 0] < short.end) & (x.offsets[:, 1] > short.start) & (x.sentence_of >= 0))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None


def chosen_rows(example: Example, count: int, rng: random.Random) -> list[Row]:
    """The passages to train on: those that answer, then hard others; sometimes none that answers."""
    gold = [row for row in example.rows if row.gold]
    others = [row for row in example.rows if row.sentences and not row.gold and not row.unsure]
    if gold and rng.random() < _NO_ANSWER_SHARE:
        if rng.random() < _CUT_SHARE:
            gold = [cut(row) for row in gold if len(row.sentences) > len(row.gold) + 1]
        else:
            gold = []
            others = [row for row in others if row.source != example.source]
    if example.together is False and len(gold) > 1:
        gold = gold[:1]
    rows = gold[:2]
    # Hard ones first, but not always the same.
    weights = [0.6**place for place in range(len(others))]
    while others and len(rows) < count:
        place = rng.choices(range(len(others)), weights)[0]
        rows.append(others.pop(place))
        weights.pop(place)
    return [cropped(row, rng) for row in rows if row.sentences]


def cropped(row: Row, rng: random.Random) -> Row:
    """A run of the passage's sentences that has all that answer (or might)."""
    count = len(row.sentences)
    wanted = max(1, round(count * rng.uniform(_SHORTEST_CROP, 1.0)))
    kept = [*row.gold, *row.unsure] or [rng.randrange(count)]
    first, last = min(kept), max(kept)
    while last - first + 1 < wanted:
        if first and (last == count - 1 or rng.random() < 0.5):
            first -= 1
        else:
            last += 1
    start = row.sentences[first].start if first else 0
    end = row.sentences[last].end if last < count - 1 else len(row.text)

    def moved(span: Span) -> Span:
        return Span(span.start - start, span.end - start)

    return replace(
        row,
        text=row.text[start:end],
        sentences=tuple(moved(span) for span in row.sentences[first : last + 1]),
        gold=tuple(i - first for i in row.gold),
        unsure=tuple(i - first for i in row.unsure),
        short=moved(row.short) if row.short else None,
    )


def cut(row: Row) -> Row:
    """The passage without the sentences that answer (or might)."""
    text, sentences = "", []
    for index, span in enumerate(row.sentences):
        if index in row.gold or index in row.unsure:
            continue
        piece = span.of(row.text)
        text += " " if text else ""
        sentences.append(Span(len(text), len(text) + len(piece)))
        text += piece
    return Row(row.source, row.title, text, tuple(sentences), (), (), None, row.score)


def batches(readings: list[Reading], tokens: int) -> Iterator[list[Reading]]:
    """Readings of like length together, at most so many padded tokens."""
    order = sorted(readings, key=lambda r: max(len(x.ids) for x in r.inputs))
    batch: list[Reading] = []
    rows = 0
    for reading in order:
        longest = max(len(x.ids) for x in reading.inputs)
        if batch and (rows + len(reading.inputs)) * longest > tokens:
            yield batch
            batch, rows = [], 0
        batch.append(reading)
        rows += len(reading.inputs)
    if batch:
        yield batch


@dataclass(frozen=True)
class Batch:
    """Readings as arrays, their passages as rows padded to the longest."""

    ids: NDArray[np.int32]
    """Shape (rows, tokens)."""
    types: NDArray[np.int8]
    """Shape (rows, tokens)."""
    sentence_of: NDArray[np.int16]
    """Which sentence each token belongs to, -1 for none; shape (rows, tokens)."""
    lengths: NDArray[np.int32]
    """In tokens; shape (rows,)."""
    question: NDArray[np.int64]
    """Which question each row belongs to; shape (rows,)."""
    place: NDArray[np.int64]
    """Which of its passages it is; shape (rows,)."""
    gold: NDArray[np.bool_]
    """Shape (rows, sentences)."""
    unsure: NDArray[np.bool_]
    """Shape (rows, sentences)."""
    span: NDArray[np.int64]
    """First and last token of the short answer, -1 for none; shape (rows, 2)."""
    together: NDArray[np.bool_]
    """Shape (questions,)."""


def collate(readings: Sequence[Reading]) -> Batch:
    """One batch of some readings."""
    inputs = [x for reading in readings for x in reading.inputs]
    shape = len(inputs), max(len(x.ids) for x in inputs)
    ids, types, sentence_of = np.zeros(shape, np.int32), np.zeros(shape, np.int8), np.full(shape, -1, np.int16)
    gold, unsure = (np.zeros((len(inputs), max(x.sentences for x in inputs)), bool) for _ in range(2))
    span = np.full((len(inputs), 2), -1, np.int64)
    question, place = (np.zeros(len(inputs), np.int64) for _ in range(2))
    row = 0
    for number, reading in enumerate(readings):
        for k, x in enumerate(reading.inputs):
            ids[row, : len(x.ids)], types[row, : len(x.ids)] = x.ids, x.types
            sentence_of[row, : len(x.ids)] = x.sentence_of
            gold[row, reading.gold[k]] = True
            unsure[row, reading.unsure[k]] = True
            if (ends := reading.span[k]) and reading.gold[k]:
                span[row] = ends
            question[row], place[row] = number, k
            row += 1
    lengths = np.array([len(x.ids) for x in inputs], np.int32)
    together = np.array([reading.together for reading in readings])
    return Batch(ids, types, sentence_of, lengths, question, place, gold, unsure, span, together)


class Windows(Dataset[list[Made]], ABC, Generic[Item, Made]):
    """An epoch's items in windows; each gives its batches, of like length, in an order of its own."""

    def __init__(self, items: Sequence[Item], size: int, seed: str) -> None:
        self._items, self._size, self._seed = items, size, seed

    def __len__(self) -> int:
        return -(-len(self._items) // self._size)

    def __getitem__(self, number: int) -> list[Made]:
        rng = random.Random(f"{self._seed} {number}")
        groups = self.grouped(self._items[number * self._size : (number + 1) * self._size], rng)
        rng.shuffle(groups)
        return groups

    @abstractmethod
    def grouped(self, items: Sequence[Item], rng: random.Random) -> list[Made]:
        """The batches of one window."""


class Questions(Windows[Example, Batch]):
    """Questions, each beside some passages."""

    def __init__(self, examples: Sequence[Example], questions: int, passages: int, seed: str) -> None:
        super().__init__(examples, max(160, 4 * questions), seed)
        self._questions, self._passages = questions, passages
        self._reader = Reader()

    def grouped(self, items: Sequence[Example], rng: random.Random) -> list[Batch]:
        readings = [self._reader.reading(e, chosen_rows(e, self._passages, rng)) for e in items]
        tokens = self._questions * self._passages * 230
        return [collate(group) for group in batches([r for r in readings if r.inputs], tokens)]


def each_of(dataset: Dataset[list[Made]], workers: int) -> Iterator[Made]:
    """All batches of a dataset in order, made by so many processes (0: by this one)."""
    loader: Iterable[list[Made]] = DataLoader(dataset, batch_size=None, num_workers=workers, collate_fn=_as_it_is)
    for group in loader:
        yield from group


def _as_it_is(made: Made) -> Made:
    """Arrays stay arrays: tensors would pass through shared memory, of which some machines have little."""
    return made

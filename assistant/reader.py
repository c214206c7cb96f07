"""The reader: a small network that reads a question beside a passage and says which sentence answers it.

One pass over `[CLS] question [SEP] title (month year) [SEP] passage [SEP]` gives each sentence of the passage a
score (the log-odds of "this sentence answers" against "none does") and each token one for being the first or
the last of a short answer. The words that question and passage share are marked in the token types, since a
network this small does not find them well by itself. How it was trained: docs/reader.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.embedding import load_tokenizer
from assistant.errors import FootnoteError
from assistant.once import once
from assistant.text import STOP_WORDS, stem, word_spans
from assistant.types import Metadata, Passage, Span

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

CLS, SEP = 101, 102
"""Ids of the marks around the parts, in the vocabulary of all-MiniLM-L6-v2."""

# Token types. The first is the one the network was trained with before.
PLAIN, QUESTION, SHARED, QUESTION_SHARED = 0, 1, 2, 3
"""A word of the passage or a question's; `SHARED` where the other side holds it too."""

NETWORK = Path(__file__).parent / "models" / "reader.onnx"

_BATCH = 3
_LONGEST_SHORT = 24  # tokens
_SPANS = 60
_SHORTEST_ALIKE = 3  # times longer is another answer; F1 of the words is .5 there
_LONGEST_QUESTION = 56  # tokens
_LONGEST_HEADING = 40
_LONGEST_PASSAGE = 288


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """A question beside one passage, as the network reads it."""

    ids: NDArray[np.int64]
    """Shape (tokens,)."""
    types: NDArray[np.int64]
    """Shape (tokens,)."""
    sentence_of: NDArray[np.int64]
    """Which sentence each token belongs to, -1 for none; shape (tokens,)."""
    offsets: NDArray[np.int64]
    """Characters of the passage each token covers; (0, 0) outside of it. Shape (tokens, 2)."""
    sentences: int
    """How many sentences the passage has."""


def heading(metadata: Metadata) -> str:
    """What the network is told of an article: its title and when it appeared."""
    return f"{metadata.title} ({metadata.published:%B %Y})" if metadata.published else metadata.title


def encode(
    tokenizer: Tokenizer,
    question: str,
    title: str,
    text: str,
    sentences: Sequence[Span],
    *,
    longest_question: int = _LONGEST_QUESTION,
) -> ReaderInput:
    """Make the network's input.

    Args:
        tokenizer: from `embedding.load_tokenizer`.
        question: a stand-alone question.
        title: from `heading`.
        text: the passage.
        sentences: spans in `text`. What lies beyond the 288th token is not read; its sentences get no token.
        longest_question: tokens of the question that are read.
    """
    asked = tokenizer.encode(question, add_special_tokens=False)
    named = tokenizer.encode(title, add_special_tokens=False)
    told = tokenizer.encode(text, add_special_tokens=False)
    asked_ids, named_ids = asked.ids[:longest_question], named.ids[:_LONGEST_HEADING]
    told_ids = told.ids[:_LONGEST_PASSAGE]
    told_offsets = np.array(told.offsets[:_LONGEST_PASSAGE], np.int64).reshape(-1, 2)

    asked_stems, named_stems, told_stems = map(_stems, (question, title, text))
    question_holds = {s for _, s in asked_stems}
    article_holds = {s for _, s in named_stems} | {s for _, s in told_stems}
    types = np.concatenate(
        [
            [QUESTION],
            QUESTION + 2 * _marked(asked.offsets[: len(asked_ids)], asked_stems, article_holds),
            [PLAIN],
            2 * _marked(named.offsets[: len(named_ids)], named_stems, question_holds),
            [PLAIN],
            2 * _marked(told_offsets, told_stems, question_holds),
            [PLAIN],
        ]
    ).astype(np.int64)

    before = len(asked_ids) + len(named_ids) + 3
    length = before + len(told_ids) + 1
    sentence_of = np.full(length, -1, np.int64)
    starts = told_offsets[:, 0]
    for index, span in enumerate(sentences):
        first, last = np.searchsorted(starts, [span.start, span.end])
        sentence_of[before + first : before + last] = index
    offsets = np.zeros((length, 2), np.int64)
    offsets[before : before + len(told_ids)] = told_offsets
    ids = np.array([CLS, *asked_ids, SEP, *named_ids, SEP, *told_ids, SEP], np.int64)
    return ReaderInput(ids, types, sentence_of, offsets, len(sentences))


def _stems(text: str) -> list[tuple[Span, str]]:
    return [(span, stem(word)) for span, word in word_spans(text) if word not in STOP_WORDS]


def _marked(
    offsets: Sequence[tuple[int, int]] | NDArray[np.int64], held: list[tuple[Span, str]], other: set[str]
) -> NDArray[np.int64]:
    """1 for tokens inside a word whose stem the other side holds."""
    marks = np.zeros(len(offsets), np.int64)
    if len(offsets):
        starts = np.asarray(offsets)[:, 0]
        for span, word in held:
            if word in other:
                first, last = np.searchsorted(starts, [span.start, span.end])
                marks[first:last] = 1
    return marks


@dataclass(frozen=True, slots=True)
class ReaderOutput:
    """What the network makes of one passage; all are log-odds or scores before any calibration."""

    answers: NDArray[np.float32]
    """That a sentence alone answers, against "no sentence does"; shape (sentences,)."""
    belongs: NDArray[np.float32]
    """That a sentence is part of a full answer; shape (sentences,)."""
    ends: NDArray[np.float32]
    """Scores of each token for being the first and the last of a short answer; shape (tokens, 2)."""
    read: ReaderInput

    def reads(self, index: int) -> bool:
        """Whether the network saw a sentence: what lies beyond the last token that it reads has no scores."""
        return bool((self.read.sentence_of == index).any())

    def short_answer(self, index: int) -> tuple[Span, float] | None:
        """The likeliest short answer inside one sentence: its characters in the passage and its share of the odds.

        The share is that of all spans which say the same: "1911" and "in 1911" are one answer, and where the network
        wavers between them it is sure of it all the same. None where the sentence has no token.
        """
        tokens = np.flatnonzero(self.read.sentence_of == index)
        if not len(tokens):
            return None
        starts, ends, shares = _likeliest_spans(self.ends[tokens])
        agreeing = _say_the_same(starts, ends).astype(np.float64) @ shares
        # Not the one most agree with: a span between two answers agrees with both and is neither.
        chosen = int(np.argmax(agreeing * shares))
        first, last = tokens[starts[chosen]], tokens[ends[chosen]]
        span = Span(int(self.read.offsets[first, 0]), int(self.read.offsets[last, 1]))
        return span, float(min(1.0, agreeing[chosen]))


def _likeliest_spans(
    scores: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """First and last token (inclusive) and share of the likeliest spans of a sentence.

    Args:
        scores: of each token for being the first and the last; shape (tokens, 2).
    """
    first, last = (_log_softmax(scores[:, side]) for side in (0, 1))
    odds = (first[:, None] + last[None, :]).astype(np.float64)
    length = np.arange(len(scores))
    odds[(length[None, :] < length[:, None]) | (length[None, :] - length[:, None] >= _LONGEST_SHORT)] = -np.inf
    shares = np.exp(odds - odds.max())
    shares /= shares.sum()
    order = np.argsort(-shares, axis=None, kind="stable")[:_SPANS]
    order = order[shares.flat[order] > 0]
    starts, ends = np.unravel_index(order, shares.shape)
    return starts, ends, shares.flat[order]


def _say_the_same(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which spans say the same: one lies in the other, and is not much shorter; shape (spans, spans)."""
    lengths = ends - starts + 1
    inside = (starts[:, None] >= starts[None, :]) & (ends[:, None] <= ends[None, :])
    alike = np.minimum(lengths[:, None], lengths[None, :]) * _SHORTEST_ALIKE >= np.maximum(
        lengths[:, None], lengths[None, :]
    )
    same: NDArray[np.bool_] = (inside | inside.T) & alike
    return same


def open_network(path: Path) -> InferenceSession:
    """A network of this kind on onnxruntime.

    Raises:
        FootnoteError: its file is missing or damaged.
    """
    # Imported here, as in `embedding`: commands that read nothing should not pay for it.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Processors without VNNI add 8-bit products in 16 bits, which overflow: other answers than elsewhere.
    options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise FootnoteError(f"the network {path} cannot be loaded ({error}); install Footnote again") from error


class Reader:
    """The trained network on onnxruntime. Made once a process by `load_reader`."""

    def __init__(self, path: Path = NETWORK) -> None:
        self._session = open_network(path)
        self._tokenizer = load_tokenizer()

    def read(self, question: str, passages: Sequence[Passage]) -> list[ReaderOutput]:
        """Read a stand-alone question beside each passage.

        Args:
            question: a stand-alone question.
            passages: what to read; time grows with their tokens.
        """
        inputs = [self._input(question, passage) for passage in passages]
        outputs: list[ReaderOutput | None] = [None] * len(inputs)
        # Passages of like length together: less padding.
        order = sorted(range(len(inputs)), key=lambda i: len(inputs[i].ids))
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            for i, output in zip(batch, self._run([inputs[i] for i in batch]), strict=True):
                outputs[i] = output
        return [output for output in outputs if output is not None]

    def _input(self, question: str, passage: Passage) -> ReaderInput:
        start = passage.span.start
        sentences = [Span(s.start - start, s.end - start) for s in passage.sentences]
        return encode(self._tokenizer, question, heading(passage.metadata), passage.text, sentences)

    def _run(self, inputs: Sequence[ReaderInput]) -> list[ReaderOutput]:
        scores, ends = self._session.run(None, network_inputs(inputs))
        return [
            ReaderOutput(
                scores[row, : x.sentences, 0],
                scores[row, : x.sentences, 1],
                ends[row, : len(x.ids)].astype(np.float32),
                x,
            )
            for row, x in enumerate(inputs)
        ]


@once
def load_reader() -> Reader:
    """The reader, loaded once a process.

    Raises:
        FootnoteError: its file is missing or damaged.
    """
    return Reader()


def network_inputs(inputs: Sequence[ReaderInput]) -> dict[str, NDArray[Any]]:
    """Several inputs, padded, as the network takes them.

    `ids`, `types`, `mask`: int64, shape (rows, tokens). `pool`: float32, shape (rows, sentences, tokens); each of its
    rows averages the tokens of one sentence, and is zero for a sentence without any.
    """
    tokens, sentences = max(len(x.ids) for x in inputs), max(x.sentences for x in inputs)
    ids, types, mask = (np.zeros((len(inputs), tokens), np.int64) for _ in range(3))
    pool = np.zeros((len(inputs), sentences, tokens), np.float32)
    for row, x in enumerate(inputs):
        ids[row, : len(x.ids)], types[row, : len(x.ids)], mask[row, : len(x.ids)] = x.ids, x.types, 1
        held = np.flatnonzero(x.sentence_of >= 0)
        pool[row, x.sentence_of[held], held] = 1
    pool /= np.maximum(pool.sum(-1, keepdims=True), 1)
    return {"ids": ids, "types": types, "mask": mask, "pool": pool}


def _log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = scores - scores.max()
    found: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum())
    return found

"""What the network reads, and what its output means."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from assistant.embedding import load_tokenizer
from assistant.errors import FootnoteError
from assistant.reader import (
    CLS,
    PLAIN,
    QUESTION,
    QUESTION_SHARED,
    SEP,
    SHARED,
    Reader,
    ReaderInput,
    ReaderOutput,
    encode,
    heading,
    load_reader,
    network_inputs,
)
from assistant.text import sentence_spans
from assistant.types import Metadata, Span
from tests.unit.conftest import passage


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer()


def read_as(tokenizer: Tokenizer, x: ReaderInput) -> list[str]:
    return [tokenizer.id_to_token(i) for i in x.ids]


def test_question_heading_and_passage_stand_between_marks(tokenizer: Tokenizer) -> None:
    x = encode(tokenizer, "who lit it", "The lamp", "It was lit. By Ada.", [Span(0, 11), Span(12, 19)])
    assert read_as(tokenizer, x) == ("[CLS] who lit it [SEP] the lamp [SEP] it was lit . by ada . [SEP]".split())
    assert (x.ids[0], x.ids[-1]) == (CLS, SEP)
    assert x.sentence_of.tolist() == [-1] * 8 + [0, 0, 0, 0, 1, 1, 1, -1]
    assert x.offsets[8:15].tolist() == [[0, 2], [3, 6], [7, 10], [10, 11], [12, 14], [15, 18], [18, 19]]


def test_words_both_sides_hold_are_marked_by_their_stems(tokenizer: Tokenizer) -> None:
    x = encode(tokenizer, "who lights lamps?", "Lamp", "A lamp was lighted.", [Span(0, 19)])
    marks = dict(zip(read_as(tokenizer, x), x.types.tolist(), strict=True))
    assert (marks["lights"], marks["lamps"], marks["who"]) == (QUESTION_SHARED, QUESTION_SHARED, QUESTION)
    assert (marks["lamp"], marks["lighted"], marks["was"]) == (SHARED, SHARED, PLAIN)


def test_what_is_too_long_is_cut_and_its_sentences_have_no_token(tokenizer: Tokenizer) -> None:
    text = " ".join(f"Sentence number {number} stands here." for number in range(100))
    spans = sentence_spans(text)
    x = encode(tokenizer, "why " * 100, "title " * 100, text, spans)
    assert len(x.ids) == 1 + 56 + 1 + 40 + 1 + 288 + 1
    assert x.sentences == len(spans)
    assert 40 < x.sentence_of.max() < len(spans) - 1


@given(st.text(max_size=80), st.text(max_size=30), st.text(max_size=200))
def test_any_text_can_be_read(question: str, title: str, text: str) -> None:
    spans = sentence_spans(text)
    x = encode(load_reader()._tokenizer, question, title, text, spans)
    assert len(x.ids) == len(x.types) == len(x.sentence_of) == len(x.offsets)
    for token in np.flatnonzero(x.sentence_of >= 0):
        span = spans[x.sentence_of[token]]
        assert span.start <= x.offsets[token][0] <= x.offsets[token][1] <= max(span.end, x.offsets[token][1])


def test_the_heading_tells_the_month() -> None:
    assert heading(Metadata("Moons", published=date(2019, 10, 7))) == "Moons (October 2019)"
    assert heading(Metadata("Moons")) == "Moons"


def reader_input(sentence_of: list[int]) -> ReaderInput:
    """Tokens of three characters, one after another."""
    count = len(sentence_of)
    offsets = np.array([[3 * i, 3 * i + 3] for i in range(count)])
    ids = np.arange(count)
    return ReaderInput(ids, np.zeros(count, np.int64), np.array(sentence_of), offsets, max(sentence_of) + 1)


def test_inputs_are_padded_and_sentences_averaged() -> None:
    made = network_inputs([reader_input([-1, 0, 0, 1]), reader_input([-1, 0])])
    assert made["mask"].tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]
    assert made["ids"].tolist() == [[0, 1, 2, 3], [0, 1, 0, 0]]
    assert made["pool"].tolist() == [[[0, 0.5, 0.5, 0], [0, 0, 0, 1]], [[0, 1, 0, 0], [0, 0, 0, 0]]]


def output(sentence_of: list[int], first: list[float], last: list[float]) -> ReaderOutput:
    ends = np.array([first, last], np.float32).T
    zero = np.zeros(max(sentence_of) + 1, np.float32)
    return ReaderOutput(zero, zero, ends, reader_input(sentence_of))


def test_a_short_answer_lies_in_its_sentence_and_ends_after_it_begins() -> None:
    # The likeliest first token of all stands in another sentence, the likeliest last one before the first.
    made = output([-1, 0, 1, 1, 1], [9.0, 9.0, 0.0, 5.0, 0.0], [0.0, 9.0, 5.0, 0.0, 4.0])
    found = made.short_answer(1)
    assert found is not None
    assert found[0] == Span(9, 15)
    # The odds of the spans are e to 9 (this one), 5, 4 and 4 (which lie in it or hold it), 5 and 0 (which do not).
    agreeing = np.exp(9) + np.exp(5) + 2 * np.exp(4)
    assert found[1] == pytest.approx(agreeing / (agreeing + np.exp(5) + 1), rel=1e-4)
    assert output([-1, 0, 2], [0.0] * 3, [0.0] * 3).short_answer(1) is None


def test_spans_that_say_the_same_are_one_answer() -> None:
    """ "in 1911" or "1911", the network is sure of the year; two years apart it is not."""
    near = output([0] * 8, [0, 0, 5, 5, 0, 0, 0, 0], [0, 0, 0, 9, 0, 0, 0, 0]).short_answer(0)
    far = output([0] * 8, [0, 5, 0, 0, 0, 0, 5, 0], [0, 5, 0, 0, 0, 0, 5, 0]).short_answer(0)
    assert near is not None
    assert far is not None
    assert (near[1] > 0.9, far[1] < 0.6) == (True, True)


def test_the_network_finds_the_sentence() -> None:
    held = passage(
        [
            "The harbour of Arnholm freezes in winter.",
            "Its lighthouse was built by Ada Holt in 1802.",
            "Ferries cost 3 crowns.",
        ],
        title="Arnholm",
    )
    for question, index, short in (
        ("who built the lighthouse of Arnholm", 1, "Ada Holt"),
        ("What does it cost to take the ferry in Arnholm?", 2, "3 crowns"),
    ):
        (found,) = load_reader().read(question, [held])
        assert int(found.answers.argmax()) == index
        likeliest = found.short_answer(index)
        assert likeliest is not None
        assert likeliest[0].of(held.text) == short


def test_other_passages_in_the_batch_hardly_matter() -> None:
    one = passage(["The lighthouse of Arnholm was built in 1802."])
    other = passage(["Turtles eat jellyfish. " * 8, "Bread is baked from flour."])
    (alone,) = load_reader().read("When was the lighthouse built?", [one])
    together, _ = load_reader().read("When was the lighthouse built?", [one, other])
    # 8-bit arithmetic takes its scale from the whole batch.
    assert together.answers == pytest.approx(alone.answers, abs=0.5)


def test_a_damaged_network_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "reader.onnx").write_bytes(b"not a network")
    with pytest.raises(FootnoteError, match=r"reader\.onnx cannot be loaded"):
        Reader(tmp_path / "reader.onnx")

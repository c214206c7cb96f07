"""Matching and reading weighed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from assistant.library import Library
from assistant.matching import Matching, QuestionWords, match
from assistant.reader import ReaderOutput
from assistant.reading import (
    Calibration,
    Read,
    Weights,
    _whole_words,
    belonging_features,
    claim_features,
    confidence_features,
    load_calibration,
    look,
    rank_features,
    read,
    short_features,
    weigh,
)
from assistant.types import Metadata, Passage, Span
from tests.unit.conftest import passage, ranked

NO_VECTOR = np.zeros(384, np.float32)
TWO = np.zeros(2, np.float32)
ASKED = QuestionWords({"lighthous": 1.0}, frozenset(), {}, asks_number=False)

BY_HAND = Calibration(
    rank=Weights((1.0, 0.0, 2.0)),
    confidence=Weights((0.0,) * 11, 1.0),
    belongs=Weights((1.0, 0.0, 0.0)),
    claim=Weights((1.0, 0.0)),
    short=Weights((1.0, 0.0)),
)


def found(answers: list[float], belongs: list[float], matches: list[float]) -> Read:
    sentences = tuple(ranked(f"Sentence {n}.", score, article_id=n + 1) for n, score in enumerate(matches))
    return Read(Matching(sentences, ASKED, ("zebra",)), np.array(answers), np.array(belongs), dict[int, ReaderOutput]())


def test_rank_and_probabilities_by_hand() -> None:
    reading = weigh(found([0.0, 3.0, 1.0], [0.0, 1.0, -1.0], [1.0, 0.0, 0.5]), TWO, BY_HAND)
    # 0 + 2, 3 + 0, 1 + 1: the second is first, the two others stay in their order.
    assert [s.text for s in reading.sentences] == ["Sentence 1.", "Sentence 0.", "Sentence 2."]
    assert [s.score for s in reading.sentences] == [3.0, 2.0, 2.0]
    assert reading.confidence == pytest.approx(1 / (1 + np.exp(-1)))
    assert sum(s.probability for s in reading.sentences) == pytest.approx(reading.confidence)
    assert reading.sentences[0].probability / reading.sentences[1].probability == pytest.approx(np.e)
    assert [s.belongs for s in reading.sentences] == pytest.approx([1 / (1 + np.exp(-b)) for b in (1.0, 0.0, -1.0)])
    assert (reading.missing, reading.short) == (("zebra",), None)


def test_a_sentence_of_the_time_asked_for_gains() -> None:
    three = found([0.0, 1.0, 0.0], [0.0] * 3, [0.0] * 3)

    def fits(text: str, _: Metadata) -> float:
        return {"Sentence 0.": 1.0, "Sentence 1.": 0.0, "Sentence 2.": -1.0}[text]

    assert [s.text for s in weigh(three, TWO, BY_HAND, fits).sentences] == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    assert weigh(three, TWO, BY_HAND).sentences[0].text == "Sentence 1."


def test_where_nothing_tells_of_the_time_asked_for_the_confidence_is_lower() -> None:
    three = found([0.0, 1.0, 0.0], [0.0] * 3, [0.0] * 3)
    sure = weigh(three, TWO, BY_HAND).confidence
    asked: list[int] = []

    def of_time(passages: Sequence[Passage]) -> bool:
        asked.extend(p.article_id for p in passages)
        return False

    doubted = weigh(three, TWO, BY_HAND, of_time=of_time).confidence
    assert asked == [2], "of the best sentence's article"
    assert doubted / (1 - doubted) == pytest.approx(sure / (1 - sure) * np.exp(-1.5))
    assert weigh(three, TWO, BY_HAND, of_time=lambda _: True).confidence == sure


def test_features_by_hand() -> None:
    one = found([0.0, 3.0], [0.5, 1.0], [1.0, 0.0])
    assert rank_features(one).tolist() == [[0.0, 0.5, 1.0], [3.0, 1.0, 0.0]]
    scores = np.array([2.0, 3.0])
    assert belonging_features(one, scores).tolist() == [[0.5, 0.0, -1.0], [1.0, 3.0, 0.0]]
    values = confidence_features(one, scores, [1, 0], TWO)
    assert values[:4] == pytest.approx([np.log(1 + np.exp(3)), 3.0, 1.0, 0.0])  # the best three have all there is
    assert len(values) == 11
    four = found([0.0] * 4, [0.0] * 4, [0.0] * 4)
    assert confidence_features(four, np.zeros(4), [0, 1, 2, 3], TWO)[3] == pytest.approx(np.log(3 / 4))
    assert claim_features(0.5, 1.0) == pytest.approx([0.0, np.log((1 - 1e-6) / 1e-6)])


def test_a_short_answer_is_in_doubt_where_a_likely_sentence_tells_something_else() -> None:
    mine, other, alike = ("It was built in 1802.", 0.6), ("It burned in 1844.", 0.3), ("In 1802 it was built.", 0.3)
    doubted = short_features("1802", 0.9, [mine, other])
    assert doubted == pytest.approx([np.log(9), np.log(0.6 / 0.4)])
    assert short_features("1802", 0.9, [mine, alike]) == pytest.approx([np.log(9), np.log(0.9 / 0.1)])
    assert short_features("180", 0.9, [mine]) == pytest.approx([np.log(9), np.log(1e-6 / (1 - 1e-6))]), "whole words"


def test_only_the_passages_that_match_best_are_read(small_library: Library) -> None:
    passages = [
        passage([f"The lighthouse number {n} was built by Ada."], article_id=n, vectors=[[0.0] * 384])
        for n in range(1, 6)
    ]
    matching = match(small_library, "Who built lighthouse number 4?", NO_VECTOR, passages)
    looked = look("Who built lighthouse number 4?", matching, 2)
    assert len(looked.outputs) == 2
    assert 400 in looked.outputs
    assert looked.answers[2:].tolist() == [-6.0] * 3


def test_the_fitted_weights_fit_their_features() -> None:
    calibration = load_calibration()
    counts = [len(getattr(calibration, name).weights) for name in ("rank", "confidence", "belongs", "claim", "short")]
    assert counts == [3, 11, 3, 2, 2]
    assert all(weight >= 0 for weight in calibration.rank.weights)


LIGHTHOUSE = ["The harbour of Arnholm freezes in winter.", "Its lighthouse was built by Ada Holt in 1802."]


def lighthouse() -> Passage:
    return passage(LIGHTHOUSE, title="Arnholm", vectors=[[0.0] * 384] * 2)


def test_a_sentence_without_the_name_is_found_and_its_short_answer_lies_in_the_article(small_library: Library) -> None:
    held = replace(lighthouse(), score=0.6, cosine=0.6)
    reading = read(small_library, "Who built the lighthouse of Arnholm?", NO_VECTOR, [held])
    assert reading.sentences[0].text == LIGHTHOUSE[1]
    assert reading.short is not None
    assert reading.short.text == "Ada Holt"
    assert reading.short.span.of(held.text) == "Ada Holt"


def test_a_missing_fact_is_less_sure_than_one_that_is_there(small_library: Library) -> None:
    there = read(small_library, "When was the lighthouse of Arnholm built?", NO_VECTOR, [lighthouse()])
    missing = read(small_library, "When was the lighthouse of Arnholm sold?", NO_VECTOR, [lighthouse()])
    assert there.confidence > missing.confidence + 0.1


def test_a_short_answer_has_whole_words() -> None:
    text = "Turnout was 50.74 per cent."
    assert _whole_words(text, Span(12, 14)).of(text) == "50.74"
    assert _whole_words(text, Span(8, 20)).of(text) == "was 50.74 per"
    assert (
        _whole_words("It fell to $115 a kilowatt-hour.", Span(12, 15)).of("It fell to $115 a kilowatt-hour.") == "$115"
    )
    assert _whole_words("It fell by 20% in a year.", Span(11, 13)).of("It fell by 20% in a year.") == "20%"


def test_nothing_to_read_is_no_confidence(small_library: Library) -> None:
    reading = read(small_library, "turtles", NO_VECTOR, [])
    assert (reading.sentences, reading.confidence) == ((), 0.0)

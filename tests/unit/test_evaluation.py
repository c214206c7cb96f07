"""Question files, metrics by hand, and a small run."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import FootnoteError
from assistant.evaluation import (
    GoldenQuestion,
    Outcome,
    auroc,
    evaluate,
    hit_at,
    load_questions,
    measure,
    ndcg_at,
    percentile,
    reciprocal_rank,
    sentence_hits,
    share,
)
from assistant.library import Library
from assistant.types import Span, Turn

# Metrics


def test_hit_at() -> None:
    ranks = [1, 3, None, 7]
    assert [hit_at(ranks, k) for k in (1, 3, 10)] == [0.25, 0.5, 0.75]
    assert hit_at([], 1) is None


def test_reciprocal_rank() -> None:
    assert reciprocal_rank([1, 2, None, 11], 10) == 0.375
    assert reciprocal_rank([3], 10) == 0.3333
    assert reciprocal_rank([], 10) is None


def test_ndcg_at() -> None:
    # DCG 1/log2(2) + 1/log2(4) = 1.5; ideal 1 + 1/log2(3).
    assert ndcg_at([1, 0, 1], [1, 1], 10) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert ndcg_at([1, 2], [2, 1], 10) == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))
    assert ndcg_at([0, 0, 1], [1], 2) == 0.0
    assert ndcg_at([1], [1, 1, 1], 1) == 1.0
    assert ndcg_at([], [], 10) == 0.0


def test_auroc() -> None:
    assert auroc([0.9, 0.8], [0.1]) == 1.0
    assert auroc([0.1], [0.9, 0.8]) == 0.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.5, 0.2], [0.5, 0.3]) == pytest.approx(3.5 / 6, abs=1e-4)  # wins 2 + (half + 1) + 0
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None


@given(
    st.lists(st.sampled_from([0.1, 0.2, 0.3]), min_size=1),
    st.lists(st.sampled_from([0.1, 0.2, 0.3]), min_size=1),
)
def test_auroc_counts_pairs(positives: list[float], negatives: list[float]) -> None:
    won = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p in positives for n in negatives)
    assert auroc(positives, negatives) == pytest.approx(won / len(positives) / len(negatives), abs=1e-4)


def test_share_and_percentile() -> None:
    assert share([True, False, False]) == 0.3333
    assert share([]) is None
    assert (percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 95), percentile([7], 95)) == (2.5, 3.85, 7)
    assert percentile([], 50) is None


OUTCOME = Outcome("q", "c", True, "q?", "q?", "a", (), False, 0.8, 1, 2, True, (True, False), 10.0)


def test_measure_by_hand() -> None:
    outcomes = [
        OUTCOME,
        replace(
            OUTCOME,
            article_rank=6,
            sentence_rank=None,
            abstained=True,
            confidence=0.3,
            answer_recalled=None,
            citation_hits=(),
            latency_ms=20.0,
        ),
        replace(
            OUTCOME,
            article_rank=None,
            sentence_rank=1,
            answer_recalled=False,
            confidence=0.5,
            citation_hits=(True,),
            latency_ms=30.0,
        ),
        replace(
            OUTCOME,
            answerable=False,
            abstained=True,
            confidence=0.4,
            article_rank=None,
            sentence_rank=None,
            answer_recalled=False,
            citation_hits=(),
            latency_ms=40.0,
        ),
        replace(
            OUTCOME,
            answerable=False,
            abstained=False,
            confidence=0.6,
            article_rank=1,
            sentence_rank=1,
            answer_recalled=True,
            citation_hits=(False,),
            latency_ms=50.0,
        ),
    ]
    metrics = measure(outcomes)
    assert metrics.n == 5
    assert (metrics.hit_at_1, metrics.hit_at_5, metrics.hit_at_10) == (0.3333, 0.3333, 0.6667)
    assert metrics.mrr_at_10 == pytest.approx((1 + 1 / 6) / 3, abs=1e-4)
    assert (metrics.sentence_hit_at_1, metrics.sentence_hit_at_3) == (0.3333, 0.6667)
    assert (metrics.answer_recall, metrics.citation_precision) == (0.5, 0.6667)
    assert (metrics.refused_right, metrics.refused_wrong) == (0.5, 0.3333)
    assert metrics.abstention_auroc == 0.5  # .8 beats both, .5 beats .4, .3 beats none
    assert (metrics.latency_p50_ms, metrics.latency_p95_ms) == (30.0, 48.0)


def test_measure_is_none_where_there_is_no_case() -> None:
    def none(outcomes: list[Outcome]) -> set[str]:
        metrics = measure(outcomes)
        return {name for name in metrics.__dataclass_fields__ if getattr(metrics, name) is None}

    everything = set(measure([]).__dataclass_fields__) - {"n"}
    assert none([]) == everything
    assert none([OUTCOME]) == {"refused_right", "abstention_auroc"}
    assert none([replace(OUTCOME, answerable=False)]) == everything - {
        "refused_right",
        "latency_p50_ms",
        "latency_p95_ms",
    }
    assert none([replace(OUTCOME, answer_recalled=None, citation_hits=())]) == {
        "refused_right",
        "abstention_auroc",
        "answer_recall",
        "citation_precision",
    }


@pytest.mark.parametrize(
    ("answers", "hit"),
    [
        (["arnholm BELMONT"], True),
        (["“Arnholm—Belmont”"], True),
        (["240"], True),
        (["24"], False),  # whole words only
        (["elmont"], False),
        (["Belmont Arnholm"], False),
        (["", "?"], False),
        ([], False),
        (["nothing", "2.5"], True),
    ],
)
def test_a_sentence_hits_when_it_holds_an_accepted_answer(answers: list[str], hit: bool) -> None:
    assert sentence_hits("Arnholm–Belmont: 240 people, 2.5 km.", Span(0, 36), answers, []) is hit


@pytest.mark.parametrize(
    ("span", "hit"),
    [
        (Span(10, 20), True),
        (Span(0, 15), True),  # exactly half
        (Span(0, 14), False),
        (Span(15, 40), True),
        (Span(16, 40), False),
        (Span(0, 100), True),
        (Span(12, 16), False),  # all of the sentence, yet less than half of the quote
        (Span(20, 30), False),
        (Span(50, 60), False),
    ],
)
def test_a_sentence_hits_when_it_overlaps_half_of_a_gold_quote(span: Span, hit: bool) -> None:
    assert sentence_hits("no answer", span, [], [Span(10, 20)]) is hit
    assert sentence_hits("no answer", span, [], [Span(200, 300), Span(10, 20)]) is hit


def test_an_empty_gold_quote_is_hit_by_nothing() -> None:
    assert not sentence_hits("no answer", Span(0, 9), [], [Span(0, 0)])


# Question files


def written(folder: Path, *lines: Any) -> Path:
    path = folder / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_questions_with_every_field_and_with_the_least(tmp_path: Path) -> None:
    full = {
        "id": 7,
        "question": "Why?",
        "answers": ["a", 2],
        "articles": ["x.md"],
        "quotes": ["Q."],
        "answerable": True,
        "category": "why",
        "history": [["Who?", "Ada."]],
        "comment": "not read",
    }
    least = {"id": "8", "question": "Who?", "answerable": False, "answers": None, "history": None}
    assert load_questions(written(tmp_path, full, "", "  ", least)) == [
        GoldenQuestion("7", "Why?", True, ("a", "2"), ("x.md",), ("Q.",), "why", (Turn("Who?", "Ada."),)),
        GoldenQuestion("8", "Who?", False),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "5",
        "[]",
        '["id", "question", "answerable"]',
        '"id question answerable"',
        "null",
        '{"id": "1", "question": "Who?"}',
        '{"id": "1", "answerable": true}',
        '{"id": "1", "question": "Who?", "answerable": true, "answers": 5}',
        '{"id": "1", "question": "Who?", "answerable": true, "history": [["one"]]}',
        '{"id": "1", "question": "Who?", "answerable": true, "history": [5]}',
    ],
)
def test_a_line_that_does_not_fit_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, {"id": "1", "question": "Who?", "answerable": True}, "", line)
    with pytest.raises(FootnoteError) as raised:
        load_questions(path)
    assert f"{path}, line 3:" in str(raised.value)


def test_the_missing_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="'answerable' is missing"):
        load_questions(written(tmp_path, {"id": "1", "question": "Who?"}))


@pytest.mark.parametrize(
    "field", [{"answers": "Paris"}, {"quotes": "One."}, {"articles": "a.md"}, {"answerable": "false"}]
)
def test_a_field_of_the_wrong_type_is_an_error(tmp_path: Path, field: dict[str, str]) -> None:
    with pytest.raises(FootnoteError, match="line 1"):
        load_questions(written(tmp_path, {"id": "1", "question": "Who?", "answerable": True} | field))


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_feed_ends_a_line(tmp_path: Path, character: str) -> None:
    question = {"id": "1", "question": f"Who{character}built it?", "answerable": True}
    assert load_questions(written(tmp_path, question))[0].question == question["question"]


@pytest.mark.parametrize("content", [None, b"", b" \n\n", b"\xff\xfe"])
def test_a_file_without_questions_is_an_error_that_names_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "questions.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FootnoteError) as raised:
        load_questions(path)
    assert str(path) in str(raised.value)


# A run

FERRY = GoldenQuestion(
    "ferry",
    "When did the ferry between Arnholm and Belmont begin to sail?",
    True,
    ("1911",),
    ("ferry.md",),
    ("The ferry between Arnholm and Belmont began to sail in 1911.",),
    "fact",
)
LIGHT = GoldenQuestion(
    "light",
    "Who lit the lamp of the lighthouse of Arnholm?",
    True,
    ("Ingrid Bakke",),
    ("https://example.org/light",),
)
FRANCE = GoldenQuestion("france", "Who is the president of France?", False, category="other")


def test_a_small_evaluation(small_library: Library) -> None:
    steps: list[tuple[int, int]] = []
    result = evaluate(small_library, [FERRY, LIGHT, FRANCE], lambda done, of: steps.append((done, of)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert set(result.by_category) == {"fact", "other"}
    overall = result.overall
    assert (overall.n, overall.hit_at_1, overall.mrr_at_10, overall.sentence_hit_at_1) == (3, 1.0, 1.0, 1.0)
    assert (overall.refused_right, overall.refused_wrong, overall.abstention_auroc) == (1.0, 0.0, 1.0)
    assert overall.answer_recall == 1.0
    ferry, light, france = result.questions
    assert (ferry.article_rank, ferry.sentence_rank, ferry.answer_recalled, ferry.expected) == (
        1,
        1,
        True,
        ("1911",),
    )
    assert light.citation_hits[0] is True
    assert (france.abstained, france.article_rank, france.sentence_rank, france.citation_hits) == (
        True,
        None,
        None,
        (),
    )
    assert json.loads(json.dumps(result.as_json()))["questions"][0]["id"] == "ferry"


def test_an_accepted_answer_in_another_article_is_no_hit(small_library: Library) -> None:
    wrong = replace(FERRY, articles=("turtles.md",), answers=("1911",), quotes=())
    (outcome,) = evaluate(small_library, [wrong]).questions
    assert outcome.sentence_rank is None
    assert not any(outcome.citation_hits)
    assert outcome.article_rank != 1


def test_the_history_of_a_question_is_used(small_library: Library) -> None:
    follow_up = replace(
        FERRY,
        question="How many passengers does it carry?",
        answers=("240",),
        quotes=(),
        history=(Turn(FERRY.question, "The ferry between Arnholm and Belmont began to sail in 1911."),),
    )
    (outcome,) = evaluate(small_library, [follow_up]).questions
    assert "Belmont" in outcome.standalone_question
    assert outcome.sentence_rank == 1


def test_a_gold_article_that_is_missing_is_an_error(small_library: Library) -> None:
    with pytest.raises(FootnoteError, match=r"question ferry: .*'gone\.md' is not in the library"):
        evaluate(small_library, [replace(FERRY, articles=("ferry.md", "gone.md"))])

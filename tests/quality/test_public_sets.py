"""Figures over public sets, against floors; all run with `make quality`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.answering import REFUSAL
from assistant.conversation import consider
from assistant.embedding import load_encoder
from assistant.evaluation import (
    GoldenQuestion,
    auroc,
    evaluate,
    hit_at,
    load_questions,
    measure,
    ndcg_at,
    sentence_hits,
    set_scores,
)
from assistant.evaluation.metrics import overlaps_half
from assistant.followups import in_context, leans_on_history, may_stand_alone, standalone_question
from assistant.library import Library, open_library
from assistant.matching import match
from assistant.retrieval import embed_question, retrieve
from assistant.settings import Settings
from assistant.text import canonical_text
from assistant.types import RankedSentence, Span, Turn
from ingest.run import run_documents
from tests.conftest import GOLDEN, GoldenRun
from tests.quality.public_sets import MISSING, SHARED, FollowUp, canard, clapnq, scifact, squad, squad_articles
from tests.quality.test_golden import check
from tests.training.readings import SQUAD_TEST

pytestmark = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason=MISSING)


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_squad(tmp_path: Path) -> None:
    """All paragraphs as one library, questions of the articles that nothing was trained on: which sentence?"""
    library = squad_library(tmp_path)
    questions = [question for question in squad(unseen_articles())[1] if question.answerable]
    metrics = evaluate(library, questions).overall
    matched = [matched_rank(library, question) for question in questions]
    first, three = metrics.sentence_hit_at_1, metrics.sentence_hit_at_3
    matched_first, matched_three = hit_at(matched, 1), hit_at(matched, 3)
    assert first is not None
    assert three is not None
    assert matched_first is not None
    assert matched_three is not None
    gains = {"gain_at_1": round(first - matched_first, 4), "gain_at_3": round(three - matched_three, 4)}
    matching = {"matching_hit_at_1": matched_first, "matching_hit_at_3": matched_three}
    check("squad", {"sentence_hit_at_1": first, "sentence_hit_at_3": three, **matching, **gains})


@pytest.mark.quality
@pytest.mark.timeout(3600)
def test_squad_none(tmp_path: Path) -> None:
    """The same articles: adversarial questions, and questions asked of a library of other articles."""
    questions = squad(unseen_articles())[1]
    home = evaluate(squad_library(tmp_path / "home"), questions)
    others = [article for article in squad_articles() if article["title"] not in SQUAD_TEST]
    away_library = open_library(tmp_path / "away", Settings())
    run_documents(squad(others)[0], away_library)
    away = evaluate(away_library, [replace(q, answerable=False, articles=()) for q in questions if q.answerable][::3])
    answerable = [o.confidence for o in home.questions if o.answerable]
    figures = {
        "auroc_adversarial": home.overall.abstention_auroc,
        "auroc_other_library": auroc(answerable, [o.confidence for o in away.questions]),
        "short_answer_given": home.overall.short_answer_given,
        "short_answer_right": home.overall.short_answer_right,
        "ece": measure([*home.questions, *away.questions]).ece,
        "latency_p50_ms": home.overall.latency_p50_ms,
        "latency_p95_ms": home.overall.latency_p95_ms,
    }
    check("squad_none", figures)


def squad_library(folder: Path) -> Library:
    """The paragraphs of all SQuAD articles."""
    library = open_library(folder / "library", Settings())
    assert run_documents(squad(squad_articles())[0], library).truncated == 0
    return library


def unseen_articles() -> list[dict[str, Any]]:
    """The SQuAD articles that neither the reader nor its calibration has seen."""
    return [article for article in squad_articles() if article["title"] in SQUAD_TEST]


def matched_rank(library: Library, question: GoldenQuestion) -> int | None:
    """The rank of the first right sentence by matching alone, before anything is read."""
    vector = embed_question(library, question.question)
    matching = match(library, question.question, vector, retrieve(library, question.question, vector))
    ranks = (
        rank
        for rank, s in enumerate(matching.sentences, start=1)
        if s.passage.source in question.articles and sentence_hits(s.text, s.span, question.answers, ())
    )
    return next(ranks, None)


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_clapnq(tmp_path: Path) -> None:
    """All passages as one library; are the answer's sentences those that annotators selected?"""
    converted = clapnq()
    library = open_library(tmp_path / "library", Settings())
    assert run_documents(converted.documents, library).truncated == 0
    metrics = evaluate(library, converted.questions).overall
    top_three = [top_three_f1(library, question) for question in converted.questions if question.answerable]
    matching = sum(top_three) / len(top_three)
    assert metrics.sentence_f1 is not None
    figures = {name: getattr(metrics, name) for name in metrics.__slots__}
    compared = {"matching_top_three_f1": round(matching, 4), "f1_ratio": round(metrics.sentence_f1 / matching, 4)}
    check("clapnq", figures | compared)


def top_three_f1(library: Library, question: GoldenQuestion) -> float:
    """F1 of the three sentences that match best, against those the annotators selected."""
    vector = embed_question(library, question.question)
    said = match(library, question.question, vector, retrieve(library, question.question, vector)).sentences[:3]

    def says(sentence: RankedSentence, quote: str) -> bool:
        start = sentence.passage.text.find(quote)
        place = Span(sentence.passage.span.start + start, sentence.passage.span.start + start + len(quote))
        return start >= 0 and sentence.passage.source in question.articles and overlaps_half(sentence.span, place)

    quotes = [canonical_text(quote) for quote in question.quotes]
    right = [any(says(sentence, quote) for quote in quotes) for sentence in said]
    found = [any(says(sentence, quote) for sentence in said) for quote in quotes]
    return set_scores(right, found).f1 or 0.0


@pytest.mark.quality
@pytest.mark.timeout(3600)
def test_scifact(tmp_path: Path) -> None:
    """BEIR SciFact: abstracts ranked for claims by their best passage, nDCG@10, before and after reading."""
    documents, claims, relevant = scifact()
    library = open_library(tmp_path / "library", Settings(passages=60, read_passages=20))
    assert run_documents(documents, library).truncated == 0
    gains: dict[str, list[float]] = {"retrieval_ndcg_at_10": [], "ndcg_at_10": []}
    for claim, text in claims.items():
        retrieved = retrieve(library, text, embed_question(library, text))
        wanted = relevant[claim]
        for name, passages in (("retrieval_ndcg_at_10", retrieved), ("ndcg_at_10", consider(library, text).passages)):
            ranking = list(dict.fromkeys(passage.source for passage in passages))
            gains[name].append(ndcg_at([float(source in wanted) for source in ranking], [1.0] * len(wanted), 10))
    check("scifact", {name: round(sum(values) / len(values), 4) for name, values in gains.items()})


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_calibration(golden_run: GoldenRun, sample_library: Library, tmp_path: Path) -> None:
    """Is the confidence right over questions of all kinds: our own, CLAPNQ's, and every tenth of SQuAD's?"""
    converted = clapnq()
    passages = open_library(tmp_path / "passages", Settings())
    run_documents(converted.documents, passages)
    evaluations = {
        "golden": golden_run.evaluation,
        "golden_hard": evaluate(sample_library, load_questions(GOLDEN.with_name("golden_hard.jsonl"))),
        "clapnq": evaluate(passages, converted.questions),
        "squad": evaluate(squad_library(tmp_path), squad(unseen_articles())[1][::10]),
    }
    figures = {name: evaluation.overall.ece for name, evaluation in evaluations.items()}
    together = measure([outcome for evaluation in evaluations.values() for outcome in evaluation.questions])
    check("calibration", figures | {"n": together.n, "ece": together.ece})


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_canard() -> None:
    """Follow-ups whose answer dense retrieval finds for the annotators' rewrite: how many does it find for ours?

    The library is the dialogues' own answers; found is what is among the first ten by cosine. A dialogue's first
    question leans on a title that no conversation has told yet, so the follow-ups proper are counted apart too.
    """
    encoder = load_encoder()
    texts = list(dict.fromkeys(follow_up.answer for follow_up in canard()))
    vectors = np.stack([encoder.embed_query(text) for text in texts])

    def nearest(question: str) -> list[str]:
        return [texts[i] for i in np.argsort(-(vectors @ encoder.embed_query(question)))[:10]]

    def found(follow_up: FollowUp, title: str) -> bool:
        titles = (title,) if title else ()
        history = [Turn(q, REFUSAL if a == "CANNOTANSWER" else a, titles) for q, a in follow_up.turns]
        if not history:
            return follow_up.answer in nearest(f"{title} {follow_up.question}")
        alone = nearest(standalone_question(follow_up.question, history))
        context = nearest(in_context(follow_up.question, history))
        leans = leans_on_history(follow_up.question, history) and not may_stand_alone(follow_up.question)
        both = list(dict.fromkeys(text for pair in zip(alone, context, strict=True) for text in pair))
        return follow_up.answer in (context if leans else both[:10])

    answered = [f for f in canard() if f.answer in nearest(f.rewrite)]
    figures: dict[str, float | None] = {"rewrites_found": len(answered) / len(canard())}
    for name, titled in (("without_titles", False), ("with_titles", True)):
        hits = [(bool(f.turns), found(f, f.title if titled else "")) for f in answered]
        figures[name] = sum(hit for _, hit in hits) / len(hits)
        figures[f"{name}_in_conversation"] = sum(hit for later, hit in hits if later) / sum(later for later, _ in hits)
    check("canard", figures)

"""Figures over public sets, against floors. SQuAD runs with `make test`, SciFact with `make quality`."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.evaluation import evaluate, ndcg_at
from assistant.library import open_library
from assistant.retrieval import embed_question, retrieve
from assistant.settings import Settings
from ingest.run import run_documents
from tests.quality.public_sets import MISSING, SHARED, clapnq, scifact, squad, squad_articles
from tests.quality.test_golden import check

pytestmark = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason=MISSING)


@pytest.mark.timeout(900)
def test_squad(tmp_path: Path) -> None:
    """All paragraphs as one library; which sentence of which holds the answer?"""
    documents, questions = squad(squad_articles())
    library = open_library(tmp_path / "library", Settings())
    assert run_documents(documents, library).truncated == 0
    answerable = [question for question in questions if question.answerable]
    metrics = evaluate(library, answerable).overall
    check(
        "squad",
        {"sentence_hit_at_1": metrics.sentence_hit_at_1, "sentence_hit_at_3": metrics.sentence_hit_at_3},
    )


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_clapnq(tmp_path: Path) -> None:
    """All passages as one library; are the answer's sentences those that annotators selected?"""
    converted = clapnq()
    library = open_library(tmp_path / "library", Settings())
    assert run_documents(converted.documents, library).truncated == 0
    metrics = evaluate(library, converted.questions).overall
    check("clapnq", {name: getattr(metrics, name) for name in metrics.__slots__})


@pytest.mark.quality
@pytest.mark.timeout(3600)
def test_scifact(tmp_path: Path) -> None:
    """BEIR SciFact: abstracts ranked for claims by their best passage, nDCG@10."""
    documents, claims, relevant = scifact()
    library = open_library(tmp_path / "library", Settings())
    assert run_documents(documents, library).truncated == 0
    gains = []
    for claim, text in claims.items():
        passages = retrieve(library, text, embed_question(library, text), count=60)
        ranking = list(dict.fromkeys(passage.source for passage in passages))
        wanted = relevant[claim]
        gains.append(ndcg_at([float(source in wanted) for source in ranking], [1.0] * len(wanted), 10))
    check("scifact", {"ndcg_at_10": round(sum(gains) / len(gains), 4)})

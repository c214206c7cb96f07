"""Public question sets as documents and golden questions. Read from ../shared/data; skipped without it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evaluation import GoldenQuestion
from assistant.evaluation.converters import Converted, convert_beir, convert_clapnq
from assistant.evaluation.converters import squad_articles as convert_squad_articles
from assistant.types import Document

SHARED = Path(__file__).resolve().parents[3] / "shared"
MISSING = f"the public sets are not at {SHARED}/data"


def squad_articles() -> list[dict[str, Any]]:
    """The articles of SQuAD 2.0 dev, as its JSON has them."""
    return list(json.loads((SHARED / "data/squad2/dev.json").read_text())["data"])


def squad(articles: Sequence[dict[str, Any]]) -> tuple[list[tuple[str, Document]], list[GoldenQuestion]]:
    """Each paragraph as an article of its own; the questions with the accepted spans as answers."""
    converted = convert_squad_articles(articles)
    return list(converted.documents), list(converted.questions)


def clapnq() -> Converted:
    """CLAPNQ's passages, and its questions with the sentences annotators selected."""
    return convert_clapnq(SHARED / "data/clapnq")


@dataclass(frozen=True)
class FollowUp:
    """A question of a dialogue whose answer is known."""

    question: str
    rewrite: str
    """As an annotator made it stand alone."""
    answer: str
    title: str
    """Of the article that the dialogue is about."""
    turns: tuple[tuple[str, str], ...]
    """Questions and answers before it; empty for a dialogue's first question."""


def canard() -> list[FollowUp]:
    """CANARD's questions with an answer of five words or more, which stands in the history of the next question."""
    lines = (SHARED / "data/canard/dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {(row["QuAC_dialog_id"], row["Question_no"]): row for row in map(json.loads, lines)}
    found = []
    for (dialogue, number), row in rows.items():
        answer = rows[dialogue, number + 1]["History"][-1] if (dialogue, number + 1) in rows else ""
        if len(answer.split()) >= 5:
            title, _section, *said = row["History"]
            turns = tuple(zip(said[::2], said[1::2], strict=True))
            found.append(FollowUp(row["Question"], row["Rewrite"], answer, title, turns))
    return found


def scifact() -> tuple[list[tuple[str, Document]], dict[str, str], dict[str, set[str]]]:
    """Abstracts as articles, the claims with a test judgement, and their relevant abstracts."""
    converted = convert_beir(SHARED / "data/scifact")
    claims = {question.id: question.question for question in converted.questions}
    return list(converted.documents), claims, {q.id: set(q.articles) for q in converted.questions}

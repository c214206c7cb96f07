"""Public question sets as documents and golden questions. Read from ../shared/data; skipped without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation import GoldenQuestion
from assistant.text import canonical_text
from assistant.types import Document, Metadata

SHARED = Path(__file__).resolve().parents[3] / "shared"
MISSING = f"the public sets are not at {SHARED}/data"


def squad_articles() -> list[dict]:
    return json.loads((SHARED / "data/squad2/dev.json").read_text())["data"]


def squad(articles: list[dict]) -> tuple[list[tuple[str, Document]], list[GoldenQuestion]]:
    """Each paragraph as an article of its own; the questions with the accepted spans as answers."""
    documents = []
    questions = []
    for article in articles:
        title = article["title"].replace("_", " ")
        for number, paragraph in enumerate(article["paragraphs"]):
            source = f"{article['title']}-{number:03}"
            documents.append((source, Document(canonical_text(paragraph["context"]), Metadata(title))))
            questions += [
                GoldenQuestion(
                    id=qa["id"],
                    question=qa["question"],
                    answerable=not qa["is_impossible"],
                    answers=tuple(dict.fromkeys(a["text"] for a in qa["answers"])),
                    articles=() if qa["is_impossible"] else (source,),
                )
                for qa in paragraph["qas"]
            ]
    return documents, questions


def scifact() -> tuple[list[tuple[str, Document]], dict[str, str], dict[str, set[str]]]:
    """Abstracts as articles, the claims with a test judgement, and their relevant abstracts."""
    folder = SHARED / "data/scifact"
    documents = [
        (row["_id"], Document(canonical_text(row["text"]), Metadata(row["title"])))
        for row in _rows(folder / "corpus.jsonl")
    ]
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels/test.tsv").read_text().splitlines()[1:]:
        claim, abstract, score = line.split("\t")
        if int(score) > 0:
            relevant.setdefault(claim, set()).add(abstract)
    claims = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl") if row["_id"] in relevant}
    return documents, claims, relevant


def _rows(path: Path) -> Iterator[dict]:
    return (json.loads(line) for line in path.read_text().splitlines())

"""Shared by the unit tests: the real encoder, one small library to read, and builders of small values."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from assistant.embedding import Encoder, load_encoder
from assistant.library import Library, open_library
from assistant.settings import Settings
from assistant.text import sentence_spans
from assistant.types import Document, Metadata, Passage, RankedSentence, Span
from ingest.run import run_documents

# The machine may be busy: no deadlines. The autouse fixture of tests/conftest.py keeps no state.
settings.register_profile(
    "unit",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("unit")

DOCUMENTS = (
    (
        "/articles/lighthouse.md",
        Document(
            "The lighthouse of Arnholm was built in 1802. It stands on a bare rock in the bay.\n\n"
            "Its lamp was lit by Ingrid Bakke for thirty years. The keepers left when it became automatic.",
            Metadata(
                "The lighthouse of Arnholm",
                "Ada Holt",
                "Harbour News",
                "https://example.org/light",
                date(2015, 3, 1),
            ),
        ),
    ),
    (
        "/articles/ferry.md",
        Document(
            "The ferry between Arnholm and Belmont began to sail in 1911. It carries 240 passengers.\n\n"
            "A crossing takes 35 minutes. The ferry company belongs to the two towns.",
            Metadata("The Arnholm ferry", None, "Harbour News", None, date(2021, 6, 30)),
        ),
    ),
    (
        "/articles/turtles.md",
        Document(
            "Leatherback turtles dive deeper than 1,000 metres. They eat jellyfish.\n\n"
            "Fishing nets are the greatest danger to turtles. New nets with hatches saved many of them.",
            Metadata("Turtles in deep water", None, "Sea Science", None, date(2021, 1, 1)),
        ),
    ),
    (
        "/articles/bread.txt",
        Document(
            "Sourdough bread rises through wild yeast. The baker feeds it with flour and water daily.",
            Metadata("Sourdough bread"),
        ),
    ),
)


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as the main module, which processes started later would run again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The embedding model."""
    return load_encoder()


@pytest.fixture(scope="session")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Four short articles, to be read only."""
    opened = open_library(tmp_path_factory.mktemp("small") / "library", Settings())
    report = run_documents(DOCUMENTS, opened)
    assert (report.added, report.failed) == (4, ())
    yield opened
    opened.close()


def passage(
    sentences: Sequence[str],
    *,
    article_id: int = 1,
    title: str = "",
    score: float = 0.0,
    cosine: float = 0.0,
    vectors: Sequence[Sequence[float]] | None = None,
    offset: int = 0,
) -> Passage:
    """A passage of these sentences, one space between two; vectors are of two dimensions, zero by default."""
    spans = []
    start = offset
    for sentence in sentences:
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence) + 1
    matrix = np.array(vectors if vectors is not None else [[0.0, 0.0]] * len(sentences), np.float32)
    whole = Span(offset, spans[-1].end)
    return Passage(
        article_id * 100 + offset, article_id, f"/{article_id}.md", Metadata(title), whole,
        " ".join(sentences), tuple(spans), matrix, cosine, 0.0, score,
    )  # fmt: skip


def ranked(
    text: str,
    score: float,
    *,
    article_id: int = 1,
    start: int = 0,
    vector: Sequence[float] = (0.0, 0.0),
    belongs: float = 0.0,
) -> RankedSentence:
    """A sentence as the reader hands it over."""
    held = passage([text], article_id=article_id, vectors=[vector], offset=start)
    return RankedSentence(held, 0, text, held.sentences[0], score, held.sentence_vectors[0], belongs=belongs)


def passage_of(text: str) -> Passage:
    """A whole text as one passage, with its line breaks."""
    spans = tuple(sentence_spans(text))
    vectors = np.zeros((len(spans), 2), np.float32)
    return Passage(100, 1, "/1.md", Metadata(""), Span(0, len(text)), text, spans, vectors, 0.0, 0.0, 0.0)

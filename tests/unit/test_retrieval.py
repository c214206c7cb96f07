"""Dense and keyword search, fused; filters; the LangChain retriever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import FingerprintError, FootnoteError
from assistant.langchain import FootnoteRetriever
from assistant.library import Library
from assistant.retrieval import (
    Candidate,
    alternating,
    embed_question,
    fuse,
    keyword_search,
    limit_per_article,
    retrieve,
)
from assistant.types import Filters
from tests.unit.conftest import passage

QUESTION = "When did the Arnholm ferry and lighthouse, turtles and bread begin?"  # every article holds a word of it


def names(library: Library, chunk_ids: list[int]) -> set[str]:
    return {Path(chunk.source).stem for chunk in library.ledger.stored_chunks(chunk_ids).values()}


# Fusion


def test_scores_are_cosine_plus_a_share_of_the_best_keyword_score(small_library: Library) -> None:
    one, two, three = small_library.ledger.chunk_ids()[:3]
    vector = small_library.ledger.chunk_vectors([three])[three][1]
    found = fuse(small_library, vector, {one: 0.8, two: 0.5, 99_999: 0.9}, {two: 10.0, three: 5.0}, 0.4)
    assert [(c.chunk_id, c.keyword) for c in found] == [(three, 0.5), (two, 1.0), (one, 0.0)]
    assert [c.cosine for c in found] == pytest.approx([1.0, 0.5, 0.8], abs=1e-5)
    assert [c.score for c in found] == pytest.approx([1.2, 0.9, 0.8], abs=1e-5)


def test_nothing_found_is_nothing_fused(small_library: Library) -> None:
    assert fuse(small_library, np.zeros(384, np.float32), {}, {}, 0.4) == []


def test_equal_scores_are_ordered_by_id(small_library: Library) -> None:
    one, two = small_library.ledger.chunk_ids()[:2]
    found = fuse(small_library, np.zeros(384, np.float32), {two: 0.5, one: 0.5}, {}, 0.4)
    assert [c.chunk_id for c in found] == [one, two]


@pytest.mark.parametrize(
    ("articles", "count", "kept"),
    [
        ("AAAABC", 4, [0, 1, 4, 5]),  # half of them at most from one article
        ("AAAAB", 4, [0, 1, 2, 4]),  # too few others: the best of the rest fill up
        ("AAAA", 3, [0, 1, 2]),
        ("AABBCC", 3, [0, 1, 2]),  # half of three is two
        ("AAABBB", 4, [0, 1, 3, 4]),
        ("ABA", 1, [0]),
        ("AB", 10, [0, 1]),
        ("", 5, []),
    ],
)
def test_no_article_crowds_out_the_others(articles: str, count: int, kept: list[int]) -> None:
    candidates = [Candidate(i, ord(a), 0.0, 0.0, 1.0 - i / 100) for i, a in enumerate(articles)]
    assert [c.chunk_id for c in limit_per_article(candidates, count)] == kept


def test_of_two_searches_the_scores_of_the_first_are_kept() -> None:
    first, second = passage(["A."], article_id=1, score=0.9), passage(["B."], article_id=2, score=0.5)
    other = passage(["C."], article_id=3, score=0.8)
    found = alternating([first, second], [other, replace(first, score=0.1), replace(second, score=0.2)])
    assert found == [first, other]
    assert alternating([first, second], [replace(second, score=0.2)]) == [first, second]


def test_passages_are_verbatim_and_best_first(small_library: Library) -> None:
    passages = retrieve(small_library, QUESTION, embed_question(small_library, QUESTION))
    assert {Path(p.source).stem for p in passages} == {"lighthouse", "ferry", "turtles", "bread"}
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    assert max(p.keyword for p in passages) == 1.0
    for found in passages:
        text = small_library.ledger.article(found.article_id).text
        assert found.span.of(text) == found.text
        assert [found.sentence(i) for i in range(len(found.sentences))] == [s.of(text) for s in found.sentences]
        assert found.sentence_vectors.shape == (len(found.sentences), 384)


@pytest.mark.parametrize(
    "question",
    [
        '"',
        'NEAR("a b") AND title:x* OR -^',
        "'; DROP TABLE chunks; --",
        "終わり",
        "😀",
        "the of",
        "_",
        "a" * 1_900,
    ],
)
def test_no_question_is_read_as_a_query_language(small_library: Library, question: str) -> None:
    assert retrieve(small_library, question, embed_question(small_library, question))


def test_a_question_of_very_many_words(small_library: Library) -> None:
    question = " ".join(map(str, range(500))) + " sourdough"
    found = keyword_search(small_library, question, 10, Filters())
    assert "bread" in names(small_library, [chunk_id for chunk_id, _ in found])


# Filters

CASES = [
    (Filters(), {"lighthouse", "ferry", "turtles", "bread"}),
    (Filters(since=date(2021, 1, 1)), {"ferry", "turtles"}),
    (Filters(since=date(2021, 1, 2)), {"ferry"}),
    (Filters(until=date(2015, 3, 1)), {"lighthouse"}),
    (Filters(until=date(2015, 2, 28)), set()),
    (Filters(since=date(2015, 3, 1), until=date(2021, 1, 1)), {"lighthouse", "turtles"}),
    (Filters(publisher="Harbour News"), {"lighthouse", "ferry"}),
    (Filters(publisher="  SEA science "), {"turtles"}),
    (Filters(publisher="arbour"), {"lighthouse", "ferry"}),
    (Filters(publisher=("Sea Science", "Harbour News")), {"lighthouse", "ferry", "turtles"}),
    (Filters(publisher=("Sea",)), set()),
    (Filters(articles=(1, 4)), {"lighthouse", "bread"}),
    (Filters(articles=(1, 2), since=date(2020, 1, 1)), {"ferry"}),
    (Filters(articles=(99,)), set()),
    (Filters(publisher="e"), {"lighthouse", "ferry", "turtles"}),
    (Filters(since=date(2020, 1, 1), publisher="Harbour News"), {"ferry"}),
]


@pytest.mark.parametrize(("filters", "wanted"), CASES)
def test_filters_of_dense_search(small_library: Library, filters: Filters, wanted: set[str]) -> None:
    vector = embed_question(small_library, QUESTION)
    assert names(small_library, [i for i, _ in small_library.nearest(vector, 10, filters)]) == wanted


@pytest.mark.parametrize(("filters", "wanted"), CASES)
def test_filters_of_keyword_search(small_library: Library, filters: Filters, wanted: set[str]) -> None:
    assert names(small_library, [i for i, _ in keyword_search(small_library, QUESTION, 10, filters)]) == wanted


@pytest.mark.parametrize("filters", [filters for filters, _ in CASES])
def test_dense_search_without_the_index_finds_the_same(
    small_library: Library, filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = embed_question(small_library, QUESTION)
    indexed = small_library.nearest(vector, 10, filters)
    monkeypatch.setattr(small_library, "_current_index", lambda: None)
    compared = small_library.nearest(vector, 10, filters)
    assert [i for i, _ in indexed] == [i for i, _ in compared]
    assert [c for _, c in indexed] == pytest.approx([c for _, c in compared], abs=1e-5)


def test_an_unknown_publisher_is_an_error_that_lists_the_known_ones(small_library: Library) -> None:
    with pytest.raises(FootnoteError, match=r"'Nobody'.*Harbour News, Sea Science"):
        retrieve(small_library, QUESTION, embed_question(small_library, QUESTION), Filters(publisher="Nobody"))


def test_a_library_of_another_model_is_not_asked(library: Library) -> None:
    library.ledger.set_fact("embedding", "other:1234")
    with pytest.raises(FingerprintError, match=r"other:1234.*footnote rebuild --reembed"):
        embed_question(library, QUESTION)


# LangChain


def test_the_retriever_returns_documents_with_offsets_that_match(small_library: Library) -> None:
    retriever = FootnoteRetriever(library=small_library, filters=Filters(publisher="Harbour News"), k=2)
    documents = retriever.invoke("When did the ferry begin to sail?")
    assert [document.metadata["title"] for document in documents] == [
        "The Arnholm ferry",
        "The lighthouse of Arnholm",
    ]
    assert documents[1].metadata["published"] == "2015-03-01"
    for document in documents:
        text = small_library.ledger.article(document.metadata["article_id"]).text
        assert text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert int(document.id or 0) in small_library.ledger.chunk_ids()

"""From ranked sentences to an answer."""

from __future__ import annotations

import pytest

from assistant.answering import (
    SHORT_ANSWER_FROM,
    asks_several,
    nearby,
    quote,
    reading_order,
    select_sentences,
    short_answer,
    with_lists,
)
from assistant.types import NearbyPassage, RankedSentence, Reading, ShortAnswer, Span
from tests.unit.conftest import passage, passage_of, ranked

ONE = "How long is the ferry?"
SEVERAL = "Why did the ferry stop?"


def selected(*sentences: RankedSentence, limit: int = 4) -> list[str]:
    return [s.text for s in select_sentences(Reading(sentences, 0.9), limit)]


@pytest.mark.parametrize(
    ("question", "several"),
    [
        (SEVERAL, True),
        ("And why?", True),
        ("How does it work?", True),
        ("What caused the flood?", True),
        ("List the reasons.", True),
        ("What are the risks of it?", True),
        (ONE, False),
        ("How many ships sank?", False),
        ("How many steps does the tower have?", False),
        ("How strong did the wind get?", False),
        ("How quickly does it melt?", False),
        ("Who built it?", False),
        ("When did it begin?", False),
        ("When were welfare benefits introduced?", False),
        ("And who rebuilt the steps?", False),
        ("Which steps lead to peace?", True),
        ("Who led the firm and what happened to it?", True),
    ],
)
def test_asks_several(question: str, several: bool) -> None:
    assert asks_several(question) is several


def test_only_sentences_that_likely_belong_are_said_beside_the_best() -> None:
    sentences = [
        ranked("The ferry stopped.", 2.0, belongs=0.2),
        ranked("Bread is baked.", 1.9, belongs=0.1),
        ranked("Ice lay in the bay.", 1.8, belongs=0.4),
        ranked("The captain left.", 1.7, belongs=0.6),
    ]
    assert selected(*sentences) == ["The ferry stopped.", "The captain left.", "Ice lay in the bay."]


def test_sentences_that_give_other_numbers_or_deny_do_not_say_the_same() -> None:
    rows = [f"The fleet of Lorne had {n} boats in {year}." for n, year in ((14, 2018), (19, 2019), (23, 2020))]
    assert selected(*(ranked(row, 2.0, belongs=0.9) for row in rows)) == rows
    told = ["The ferry sails in winter.", "The ferry does not sail in winter.", "The ferry also sails in winter."]
    assert selected(*(ranked(text, 2.0, belongs=0.9) for text in told)) == told[:2]


def test_the_limit_holds() -> None:
    sentences = [ranked(word, 1.0, belongs=0.9) for word in ("ships", "bread", "turtles", "harbours", "lamps")]
    assert selected(*sentences, limit=3) == ["ships", "bread", "turtles"]


def test_what_says_the_same_is_said_once() -> None:
    first = ranked("The ferry stopped in 1911.", 1.0, vector=(1.0, 0.0))
    same_words = ranked("In 1911 the ferry stopped!", 0.99, start=50, belongs=0.9)
    same_vector = ranked("Sailings came to an end that year.", 0.98, article_id=2, vector=(0.99, 0.14), belongs=0.9)
    other = ranked("Ice lay in the bay.", 0.97, vector=(0.0, 1.0), belongs=0.9)
    assert selected(first, same_words, same_vector, other) == [first.text, other.text]


def test_sentences_of_one_article_may_be_near_in_vector() -> None:
    # Vectors are made in context, so neighbours are near each other without saying the same.
    first = ranked("The ferry stopped in 1911.", 1.0, vector=(1.0, 0.0))
    second = ranked("Ice lay in the bay.", 0.99, start=50, vector=(1.0, 0.0), belongs=0.9)
    assert selected(first, second) == [first.text, second.text]


@pytest.mark.parametrize(
    ("question", "probability", "given"),
    [
        (ONE, SHORT_ANSWER_FROM, "1911"),
        (ONE, SHORT_ANSWER_FROM - 0.01, None),  # unsure
        (SEVERAL, 0.99, None),  # a reason is no phrase
    ],
)
def test_a_short_answer_where_one_is_wanted_and_sure(question: str, probability: float, given: str | None) -> None:
    reading = Reading((ranked("In 1911.", 1.0),), 0.9, short=ShortAnswer("1911", Span(3, 7), probability))
    assert short_answer(question, reading) == given
    assert short_answer(question, Reading((), 0.0)) is None


def test_nothing_read_is_nothing_said() -> None:
    assert selected() == []


def test_articles_in_the_order_of_their_best_and_sentences_as_written() -> None:
    sentences = [
        ranked("b2", 4, article_id=2, start=90),
        ranked("a1", 3, article_id=1, start=10),
        ranked("a0", 2, article_id=1, start=0),
        ranked("b1", 1, article_id=2, start=20),
    ]
    assert [s.text for s in reading_order(sentences)] == ["b1", "b2", "a0", "a1"]
    assert reading_order([]) == []


def test_quotes_are_verbatim_and_numbered() -> None:
    said, citations = quote([ranked("One.", 1, article_id=3, start=7), ranked("Two.", 1, article_id=4)])
    assert [(s.text, s.citations, s.supported) for s in said] == [("One.", (1,), True), ("Two.", (2,), True)]
    assert [(c.number, c.article_id, c.source, c.quote, c.start, c.end) for c in citations] == [
        (1, 3, "/3.md", "One.", 7, 11),
        (2, 4, "/4.md", "Two.", 0, 4),
    ]


def test_nearby_passages_keep_their_order() -> None:
    held = [passage(["One."], score=1.23456), passage(["Two."], article_id=2, score=0.5, offset=9)]
    assert nearby(held) == (NearbyPassage(1, 0, 4, "One.", 1.2346), NearbyPassage(2, 9, 13, "Two.", 0.5))
    assert held[1].span == Span(9, 13)


LISTED = "The repair has two steps:\n\nWash it well.\n\nDry it in the sun.\n\nIt works. Nobody knows why."


@pytest.mark.parametrize(
    ("chosen", "several", "told"),
    [
        (0, False, ["The repair has two steps:", "Wash it well.", "Dry it in the sun."]),
        (2, True, ["The repair has two steps:", "Wash it well.", "Dry it in the sun."]),
        (2, False, ["Dry it in the sun."]),
        (3, True, ["It works."]),
    ],
)
def test_a_list_is_told_whole(chosen: int, several: bool, told: list[str]) -> None:
    held = passage_of(LISTED)
    sentences = [
        RankedSentence(held, i, held.sentence(i), held.sentences[i], 1.0, held.sentence_vectors[i])
        for i in range(len(held.sentences))
    ]
    answer = with_lists([sentences[chosen]], Reading(tuple(sentences), 0.9), several)
    assert [s.text for s in answer] == told

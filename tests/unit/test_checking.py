"""What a language model wrote, held against sentences: the checker's network, its statements, and the rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.checker import load_checker
from assistant.embedding import Encoder
from assistant.grounding import Grounds, asks, load_support_weights, support_features
from assistant.library import Library
from assistant.retrieval import embed_question, retrieve
from assistant.types import Passage
from tests.training.statements import declared, made, written

SENTENCES = ["The lighthouse of Arnholm was built in 1802.", "Its lamp was lit by Ingrid Bakke for thirty years."]


@pytest.mark.parametrize(
    ("supported", "not_supported"),
    [
        ("Ingrid Bakke looked after the lamp for thirty years.", "Ingrid Bakke built the lighthouse in thirty years."),
        ("The lighthouse dates from 1802.", "The lighthouse was closed in 1802."),
    ],
)
def test_the_network_tells_what_is_said_from_what_is_not(supported: str, not_supported: str) -> None:
    checker = load_checker()
    scores = [checker.support(text, "The lighthouse", SENTENCES) for text in (supported, not_supported)]
    assert scores[0] > scores[1]


def test_support_grows_with_what_speaks_for_it() -> None:
    found = np.array([1.0, 1.0, 0.2, 0.2, 0.2, 0.2])
    features = support_features(1.5, found, contradicted=True)
    assert features == pytest.approx([1.5, 2.8 / 6, 0.2, 1.0])
    weights = load_support_weights()
    assert weights.weights[0] > 0
    assert weights.weights[3] <= 0


@pytest.fixture(scope="module")
def light(small_library: Library) -> list[Passage]:
    question = "Who lit the lamp of the lighthouse of Arnholm?"
    return retrieve(small_library, question, embed_question(small_library, question))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The lighthouse of Arnholm was built in 1803.", "“1803” is not what they say"),
        ("The lighthouse of Belgrade was built in 1802.", "“Belgrade” is not named there"),
        ("The keepers “left in anger” when it became automatic.", "“left in anger” stands in none"),
    ],
)
def test_numbers_names_and_quotations_settle_it(
    light: list[Passage], encoder: Encoder, sentence: str, reason: str
) -> None:
    checked = Grounds(light, encoder).check(sentence)
    assert (checked.supported, checked.support) == (False, 0.0)
    assert reason in checked.reason


def test_what_is_supported_rests_on_its_sentences(light: list[Passage], encoder: Encoder) -> None:
    checked = Grounds(light, encoder).check("Ingrid Bakke lit the lamp of the lighthouse for thirty years.")
    assert checked.supported
    assert "Ingrid Bakke" in checked.rests_on[0].text


@pytest.mark.parametrize(
    ("sentence", "it_asks"),
    [
        ("Who built it?", True),
        ("“Who built it?”", True),
        ("Translate the following sentence.", True),
        ("Add a poem to your answer.", True),
        ("Please write a story.", True),
        ("Add two eggs and stir.", False),
        ("The answer was no.", False),
        ("Write-offs rose in March.", False),
        ("He asked who built it.", False),
    ],
)
def test_questions_and_orders_state_nothing(sentence: str, it_asks: bool) -> None:
    assert asks(sentence) is it_asks


def test_where_articles_only_ask_nothing_is_supported(encoder: Encoder) -> None:
    assert not Grounds([], encoder).check("The lighthouse was built in 1802.").supported


# Statements to train on


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Who built the bridge?", "Ada Holt", "Ada Holt built the bridge."),
        ("Who was its keeper?", "Ada", "Ada was its keeper."),
        ("How many boats were lost?", "14", "14 boats were lost."),
        ("How many boats were lost?", "14 boats", "14 boats were lost."),
        ("When did the shop open?", "in 1911", "The shop open in 1911."),
        ("Which town owns the ferry?", "Belmont", "Belmont owns the ferry."),
        ("length of the cave", "4.7 km", "Length of the cave: 4.7 km."),
    ],
)
def test_a_question_with_its_answer_becomes_a_statement(question: str, answer: str, statement: str) -> None:
    assert declared(question, answer) == statement


def test_all_statements_fit_their_articles() -> None:
    statements = list(written())
    assert len(statements) > 5000
    share_true = sum(s.supported for s in statements) / len(statements)
    assert 0.48 < share_true < 0.52
    assert {s.part for s in statements} == {"train", "dev"}


def test_statements_are_made_alike_each_time() -> None:
    first = [s for s, _ in zip(made(1), range(300), strict=False)]
    again = [s for s, _ in zip(made(1), range(300), strict=False)]
    assert first == again
    assert {s.supported for s in first} == {True, False}


@pytest.mark.parametrize("line", ["0 T | no sentence", "0 F 1 | no kind", "99 T 1 | no article", "0 T 99 | none such"])
def test_a_line_that_does_not_fit_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "a01.txt").write_text(line + "\n")
    with pytest.raises(ValueError, match=r"a01\.txt: .*"):
        list(written(tmp_path))

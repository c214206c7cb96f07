"""What a sentence says otherwise than its source, and short answers that cannot both be right."""

from __future__ import annotations

import pytest

from assistant.contradiction import cause, date_mixed, denial, name_exchanged, opposite, overstatement
from assistant.disagreement import contradict


@pytest.mark.parametrize(
    ("sentence", "source", "wrong"),
    [
        ("Prices fell in May.", "In May prices rose.", True),
        ("Prices rose in May.", "In May prices rose.", False),
    ],
)
def test_opposites(sentence: str, source: str, wrong: bool) -> None:
    assert bool(opposite(sentence, source)) == wrong


@pytest.mark.parametrize(
    ("sentence", "source", "wrong"),
    [
        ("The vote never took place.", "The vote took place.", True),
        ("The vote took place.", "The vote didn't take place.", True),
        ("The vote did not take place.", "No vote took place.", False),
        ("The tower is not only high but also old.", "The tower is high and old.", False),
        ("It was moved to 7 Harbour Street.", "It was moved to No. 7 Harbour Street.", False),
        ("The ferry sailed in 1911.", "The ferry did not sail until 1911.", False),
        ("Only the tower remained.", "Nothing but the tower remained.", False),
        ("No tower remained.", "The tower remained.", True),
        ("The fire at the mill was put out.", "The fire at the mill did not spread, and it was put out.", False),
        ("The fire at the mill was not put out.", "The fire at the mill did not spread, and it was put out.", True),
        ("The ferry sank.", "The ferry did not sink.", True),
        ("No tower has been higher than this.", "This is the highest tower.", False),
        ("No tower was opened after this.", "This tower was opened.", True),
    ],
)
def test_denials(sentence: str, source: str, wrong: bool) -> None:
    assert bool(denial(sentence, source)) == wrong


@pytest.mark.parametrize(
    ("sentence", "source", "wrong"),
    [
        ("All boats were lost.", "Most boats were lost.", True),
        ("The quake lowered the summit.", "Some suspect that the quake lowered the summit.", True),
        ("The quake may have lowered the summit.", "Some suspect that the quake lowered the summit.", False),
        ("Most boats were lost.", "Most boats were lost.", False),
    ],
)
def test_overstatements(sentence: str, source: str, wrong: bool) -> None:
    assert bool(overstatement(sentence, source)) == wrong


@pytest.mark.parametrize(
    ("sentence", "source", "wrong"),
    [
        ("The cable failed because the voltage was high.", "The voltage was high because the cable failed.", True),
        ("The cable failed because the voltage was high.", "Because the voltage was high, the cable failed.", False),
        ("The quarry closed because of the storm.", "The quarry closed; a storm raged.", False),
        ("The quarry closed because of the storm.", "The quarry closed.", True),
    ],
)
def test_causes(sentence: str, source: str, wrong: bool) -> None:
    assert bool(cause(sentence, source)) == wrong


def test_a_day_and_a_month_put_together_anew() -> None:
    source = "It is due on 15 December and enters service in February."
    assert "15 February" in date_mixed("It is due on 15 February.", source)
    assert date_mixed("It is due on December 15.", source) == ""


def test_a_name_in_anothers_place() -> None:
    source = "Rosalind Kettering called the hall expensive."
    assert name_exchanged("Edmund Gale called the hall expensive.", source, frozenset())
    assert name_exchanged("Kettering called the hall expensive.", source, frozenset()) == ""


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("14 boats", "19 boats", True),
        ("14", "fourteen boats", False),
        ("3 May 2024", "5 May 2024", True),
        ("May 2024", "3 May 2024", False),
        ("Ansgar Reuel", "Hedwig Laar", True),
        ("Reuel", "Ansgar Reuel", False),
        ("a storm", "a fire", False),
    ],
)
def test_short_answers_that_differ(one: str, other: str, differ: bool) -> None:
    assert contradict(one, other) == differ

"""Whether a number is another, rounds it, or follows from several."""

from __future__ import annotations

import pytest

from assistant.amounts import numbers, shares
from assistant.equivalence import comes_to, rounds, same_number, same_share


def test_a_number_of_percent_is_another_than_the_number() -> None:
    assert same_number(numbers("5 per cent")[0], numbers("5%")[0])
    assert not same_number(numbers("5%")[0], numbers("5 boats")[0])
    assert not same_number(numbers("5 boats")[0], numbers("6 boats")[0])


def test_a_share_in_words_is_its_rounded_percentage() -> None:
    assert same_share(shares("a third")[0], numbers("33 per cent")[0])
    assert not same_share(shares("a third")[0], numbers("35 per cent")[0])
    assert same_share(numbers("13 per cent")[0], numbers("12.5 per cent")[0])
    assert not same_share(shares("a third")[0], numbers("33 boats")[0])


@pytest.mark.parametrize(
    ("rough", "exact", "does"),
    [("2 billion", "2.04 billion", True), ("2 billion", "2.4 billion", False), ("2.4 billion", "2.41 billion", True)],
)
def test_fewer_digits(rough: str, exact: str, does: bool) -> None:
    assert rounds(numbers(rough)[0], numbers(exact)[0]) is does


@pytest.mark.parametrize(
    ("said", "source", "follows"),
    [
        ("More than sixty were replaced.", "Sixty-one were replaced.", True),
        ("More than sixty were replaced.", "Fifty-nine were replaced.", False),
        ("More than sixty were replaced.", "Two hundred were replaced.", False),
        ("He was not yet thirty.", "He was twenty-nine.", True),
        ("Nearly thirty came.", "31 came.", False),
        ("About 50 per cent agreed.", "48 per cent agreed.", True),
        ("About 50 per cent agreed.", "48 people agreed.", False),
        ("A hall was opened five years later.", "It was sold in 2004; the hall was opened in 2009.", True),
        ("A hall was opened six years later.", "It was sold in 2004; the hall was opened in 2009.", False),
        ("Three of them died.", "One driver, 2 cyclists and 1 child died.", True),
        ("It cost 0.7 million more than planned.", "The price was 2.2 million instead of 1.5 million.", True),
        ("Three times as many came.", "30,000 were hoped for, 86,000 came.", True),
        ("Three times as many came.", "30,000 were hoped for, 60,000 came.", False),
        ("It fell by a fifth.", "It fell from 10 to 8.", False),
        ("Five boats sank.", "2004 and 2009 were bad years.", False),
        ("The counties were left with 127 schools.", "They closed 61 of their 188 schools.", True),
        ("The counties were left with 129 schools.", "They closed 61 of their 188 schools.", False),
        ("It rose by more than 500 million.", "It made 2.2 billion; the record was 1.6 billion.", True),
        ("They died in 1832.", "It was built in 1802 and had 30 keepers.", False),
        ("It cost more than $65 million.", "It cost $65.8 million.", True),
        ("It fell six points.", "It fell from 46 per cent to 40 per cent.", True),
        ("It fell seven points.", "It fell from 46 per cent to 40 per cent.", False),
        ("No more than 60 people came.", "61 people came.", False),
        ("No more than 60 people came.", "59 people came.", True),
        ("No fewer than 60 people came.", "61 people came.", True),
        ("No fewer than 60 people came.", "59 people came.", False),
    ],
)
def test_numbers_that_follow_from_others(said: str, source: str, follows: bool) -> None:
    number = [*numbers(said), *shares(said)][0]
    assert comes_to(said, number, numbers(source)) is follows

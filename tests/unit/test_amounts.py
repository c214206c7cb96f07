"""The numbers that a text gives."""

from __future__ import annotations

import pytest

from assistant.amounts import comes_to, in_other_units, numbers, said_otherwise, same_number, same_share, shares


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,200 boats", [1200]),
        ("1.2 thousand boats", [1200]),
        ("twelve hundred boats", [1200]),
        ("twenty-three of them", [23]),
        ("two hundred and fifty", [250]),
        ("half a million", [500_000]),
        ("a dozen", [12]),
        ("two and a half million", [2_500_000]),
        ("2½ years", [2.5]),
        ("−5 °C, minus 6, (-7), 8 degrees below zero", [-5, -6, -7, -8, 0]),
        ("pages 5-7", [5, 7]),
        ("2 to 3 million", [2_000_000, 3_000_000]),
        ("from 2014 to 3 million", [2014, 3_000_000]),
        ("€1.2 billion in 2023", [1.2e9, 2023]),
        ("the 19th century and the 1990s", [19, 1990]),
        ("one of them", []),
        ("12 m tall, 12m above the quay", [12, 12]),
        ("€12m for 3m people with 5k boats", [12e6, 3e6, 5e3]),
        ("no number", []),
        ("between five and ten people", [5, 10]),
        ("one hundred and five", [105]),
    ],
)
def test_numbers_in_digits_and_words(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == pytest.approx(values)


def test_a_number_of_percent_is_another_than_the_number() -> None:
    assert same_number(numbers("5 per cent")[0], numbers("5%")[0])
    assert not same_number(numbers("5%")[0], numbers("5 boats")[0])
    assert not same_number(numbers("5 boats")[0], numbers("6 boats")[0])


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("a quarter of the boats", [25]),
        ("two thirds agreed", [200 / 3]),
        ("two-thirds agreed", [200 / 3]),
        ("half of them, and one in eight of the rest", [50, 12.5]),
        ("3 out of 10", [30]),
        ("half a million", []),
        ("the third of May", []),
        ("nine out of ten", [90]),
        ("three in 2019", []),
        ("the first half of 2024", []),
        ("a third shop", []),
        ("it fell by a third.", [100 / 3]),
        ("two and a half years", []),
    ],
)
def test_shares_in_words(text: str, percent: list[float]) -> None:
    found = shares(text)
    assert [number.value for number in found] == pytest.approx(percent)
    assert all(number.percent for number in found)


def test_a_share_in_words_is_its_rounded_percentage() -> None:
    assert same_share(shares("a third")[0], numbers("33 per cent")[0])
    assert not same_share(shares("a third")[0], numbers("35 per cent")[0])
    assert same_share(numbers("13 per cent")[0], numbers("12.5 per cent")[0])
    assert not same_share(shares("a third")[0], numbers("33 boats")[0])


def test_other_words_amount_to_numbers() -> None:
    assert {n.value for n in said_otherwise("Twice in a decade the sixth lander came up")} == {2, 10, 6}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It was described in 1842 and confirmed three years later.", 1845),
        ("Three years before, in 1842, it was described.", 1839),
        ("It came in the sixteenth century.", 1500),
        ("It came in the 19th century.", 1800),
    ],
)
def test_years_told_otherwise(text: str, value: float) -> None:
    assert value in {n.value for n in said_otherwise(text)}


@pytest.mark.parametrize(
    ("text", "value"), [("two years", 24), ("three decades", 30), ("5 km", 5000), ("a 2-hour walk", 120)]
)
def test_a_measure_in_other_units(text: str, value: float) -> None:
    assert value in {n.value for n in in_other_units(text, numbers(text)[0])}
    assert in_other_units("two boats", numbers("two boats")[0]) == []


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
        ("No more than 60 people came.", "61 people came.", False),
        ("No more than 60 people came.", "59 people came.", True),
        ("No fewer than 60 people came.", "61 people came.", True),
        ("No fewer than 60 people came.", "59 people came.", False),
    ],
)
def test_numbers_that_follow_from_others(said: str, source: str, follows: bool) -> None:
    number = [*numbers(said), *shares(said)][0]
    assert comes_to(said, number, numbers(source)) is follows


def test_what_the_second_of_a_range_says_holds_for_the_first() -> None:
    assert [(n.value, n.percent) for n in numbers("between 5 and 7 per cent")] == [(5, True), (7, True)]
    assert [n.percent for n in numbers("in 2019 and 7 per cent")] == [False, True]

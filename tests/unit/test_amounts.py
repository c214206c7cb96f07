"""The numbers and shares that a text gives."""

from __future__ import annotations

import pytest

from assistant.amounts import counts_a_part, numbers, part_of_name, ranks, said_otherwise, shares


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
        ("−5 °C, minus 6, (-7), 8 degrees below zero", [-5, -6, -7, -8]),
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
        ("it begins at 7.30pm", [7, 30]),
        ("it begins at half past seven", [30, 7]),
        ("$2M, and 12m across the bay", [2e6, 12]),
        ("a hundred thousand, and a hundred and five", [100_000, 105]),
        ("two hundred and fifty thousand", [250_000]),
        ("a million and a half", [1_500_000]),
        ("ten six-week courses, then thirty six-week ones", [10, 6, 30, 6]),
        ("five m tall", [5]),
        ("from 1990–95 to the ’90s", [1990, 1995, 1990]),
        ("£2.4tn, $44B, 2mn and 3 trn", [2.4e12, 44e9, 2e6, 3e12]),
        ("5t of coal", [5]),
    ],
)
def test_numbers_in_digits_and_words(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == pytest.approx(values)


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
        ("a year and a half", []),
        ("a quarter of an hour", []),
        ("half past seven", []),
        ("a quarter of the hour's guests", [25]),
    ],
)
def test_shares_in_words(text: str, percent: list[float]) -> None:
    found = shares(text)
    assert [number.value for number in found] == pytest.approx(percent)
    assert all(number.percent for number in found)


def test_other_words_amount_to_numbers() -> None:
    assert {n.value for n in said_otherwise("Twice in a decade the sixth lander came up")} == {2, 6}
    assert {n.value for n in said_otherwise("It drew 2.1m")} == {2.1e6}


@pytest.mark.parametrize(
    ("text", "values"),
    [("within a second", []), ("60 feet per second", []), ("a second fire", [2]), ("the second.", [2])],
)
def test_a_second_is_a_time_or_a_rank(text: str, values: list[float]) -> None:
    assert [n.value for n in said_otherwise(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("World War II", [2]),
        ("the Second World War", [2]),
        ("World War 2", [2]),
        ("type I diabetes", [1]),
        ("King Charles I’s reign", [1]),
        ("he and I", []),
        ("SpaceX", []),
    ],
)
def test_ranks_in_words_digits_and_roman_numerals(text: str, values: list[float]) -> None:
    assert [n.value for n in ranks(text)] == values


@pytest.mark.parametrize(
    ("text", "name"),
    [("COVID-19", "covid#"), ("a 5G network", "#g"), ("-5C", ""), ("5 G", ""), ("12M", ""), ("mid-1990", "")],
)
def test_a_number_that_is_part_of_a_name(text: str, name: str) -> None:
    assert part_of_name(text, numbers(text)[0]) == name


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


def test_what_the_second_of_a_range_says_holds_for_the_first() -> None:
    assert [(n.value, n.percent) for n in numbers("between 5 and 7 per cent")] == [(5, True), (7, True)]
    assert [n.percent for n in numbers("in 2019 and 7 per cent")] == [False, True]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("In 2023, more than 4,000 people came", False),
        ("4,000 more than before", False),
        ("In 2023 other towns followed", False),
        ("2,023 other towns followed", True),
        ("three more", True),
        ("twenty newly found moons", True),
    ],
)
def test_a_number_that_counts_a_part(text: str, part: bool) -> None:
    assert counts_a_part(text, numbers(text)[0]) is part


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("one and a half million", [1.5e6]),
        ("one of them", []),
        ("between £5bn and £7bn", [5e9, 7e9]),
        ("£5-7bn", [5e9, 7e9]),
        ("$5-7m", [5e6, 7e6]),
        ("5-7m people", [5e6, 7e6]),
        ("5-7m long", [5, 7]),
        ("two to three dozen", [24, 36]),
        ("5 degrees below zero", [-5]),
    ],
)
def test_scales_hold_for_both_ends_of_a_range(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == values

"""The numbers that a text gives."""

from __future__ import annotations

import pytest

from assistant.amounts import (
    comes_to,
    counts_a_list,
    in_other_units,
    measures,
    numbers,
    part_of_name,
    ranks,
    rounds,
    said_otherwise,
    same_number,
    same_share,
    shares,
)


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


def test_a_share_in_words_is_its_rounded_percentage() -> None:
    assert same_share(shares("a third")[0], numbers("33 per cent")[0])
    assert not same_share(shares("a third")[0], numbers("35 per cent")[0])
    assert same_share(numbers("13 per cent")[0], numbers("12.5 per cent")[0])
    assert not same_share(shares("a third")[0], numbers("33 boats")[0])


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
    ("text", "counts"),
    [
        ("Three countries signed: France, Italy and Spain.", True),
        ("The two companies, Acme and Borealis, merged.", True),
        ("France, Italy and Spain are the three countries.", True),
        ("Four countries signed: France, Italy and Spain.", False),
        ("Two people died when Acme and Borealis burned.", False),
        ("Two years later the companies, Acme and Borealis, merged.", False),
    ],
)
def test_a_number_that_counts_what_is_listed(text: str, counts: bool) -> None:
    assert counts_a_list(text, numbers(text)[0]) is counts


@pytest.mark.parametrize(
    ("rough", "exact", "does"),
    [("2 billion", "2.04 billion", True), ("2 billion", "2.4 billion", False), ("2.4 billion", "2.41 billion", True)],
)
def test_fewer_digits(rough: str, exact: str, does: bool) -> None:
    assert rounds(numbers(rough)[0], numbers(exact)[0]) is does


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
    ("one", "other"),
    [
        ("half an hour", "30 minutes"),
        ("three quarters of an hour", "45 minutes"),
        ("a year and a half", "18 months"),
        ("a week", "7 days"),
        ("the decade", "ten years"),
        ("-5 °C", "23 degrees Fahrenheit"),
        ("3.6 km/h", "one metre per second, 1 m/s"),
        ("2 square kilometres", "200 hectares"),
        ("0.5 km²", "500,000 m2"),
    ],
)
def test_measures_in_the_same_unit(one: str, other: str) -> None:
    (mine,), (theirs, *_) = measures(one), measures(other)
    assert mine.kind == theirs.kind
    assert mine.amount.value == pytest.approx(theirs.amount.value)


def test_what_is_no_measure() -> None:
    assert measures("the 16th century, 5 boats, 2.1m people") == []


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

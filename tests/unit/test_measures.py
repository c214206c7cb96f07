"""Amounts with a unit."""

from __future__ import annotations

import pytest

from assistant.amounts import numbers
from assistant.measures import counts_a_list, in_other_units, measures


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
    ("text", "value"), [("two years", 24), ("three decades", 30), ("5 km", 5000), ("a 2-hour walk", 120)]
)
def test_a_measure_in_other_units(text: str, value: float) -> None:
    assert value in {n.value for n in in_other_units(text, numbers(text)[0])}
    assert in_other_units("two boats", numbers("two boats")[0]) == []


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

"""Numbers and names that a text mentions."""

from __future__ import annotations

import pytest

from assistant.mentions import lower_case_stems, names, numbers, same_number


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
        ("€1.2 billion in 2023", [1.2e9, 2023]),
        ("the 19th century and the 1990s", [19, 1990]),
        ("one of them", []),
        ("no number", []),
    ],
)
def test_numbers_in_digits_and_words(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == pytest.approx(values)


def test_a_number_of_percent_is_another_than_the_number() -> None:
    assert same_number(numbers("5 per cent")[0], numbers("5%")[0])
    assert not same_number(numbers("5%")[0], numbers("5 boats")[0])
    assert not same_number(numbers("5 boats")[0], numbers("6 boats")[0])


def test_names_are_capitals_inside_a_sentence() -> None:
    common = lower_case_stems("the prices of boats rose")
    assert [n.stem for n in names("Prices in Torvenna rose in May", common)] == ["torvenna", "mai"]
    assert [n.stem for n in names("Torvenna grew", common)] == ["torvenna"]
    assert names("boats rose again", common) == []

"""The names that a text mentions."""

from __future__ import annotations

import pytest

from assistant.names import abbreviated_in, initials, is_named_by, lower_case_stems, names
from assistant.text import stem


def test_names_are_capitals_inside_a_sentence() -> None:
    common = lower_case_stems("the prices of boats rose")
    assert [n.stem for n in names("Prices in Torvenna rose in May", common)] == ["torvenna", "mai"]
    assert [n.stem for n in names("Torvenna grew", common)] == ["torvenna"]
    assert names("boats rose again", common) == []


def test_an_ordinary_word_that_begins_a_sentence_is_no_name() -> None:
    for text in ("Although it rained", "Thanks to the engineers", "Displaying it early is a mistake", "Critics agreed"):
        assert names(text) == []
    assert [n.stem for n in names("Although Gretel waited")] == ["gretel"]
    assert [n.stem for n in names("China agreed")] == ["china"]


def test_what_opens_a_sentence_and_titles_are_no_names() -> None:
    for text in ("Contrary to the legend it sank", "Neither of them came", "Every boat sank", "They asked Dr"):
        assert names(text) == []
    assert [n.stem for n in names("Neither Best nor Dr Keel came")] == ["best", "keel"]
    assert [n.stem for n in names("They call Mount Everest Qomolangma.")] == ["everest", "qomolangma"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("During World War II it burned.", ["World", "War", "II"]),
        ("Later, Ada Holt came.", ["Ada", "Holt"]),
        ("Location: The mill", []),
        ("Approximately 300", []),
        ("Furthermore, the bridge", []),
        ("Recently Ada Holt came.", ["Ada", "Holt"]),
        ("Emily Holt came from Sicily.", ["Emily", "Holt", "Sicily"]),
        ("Sicily fell.", ["Sicily"]),
        ("How many came?\n\nNearly 300 people.", []),
    ],
)
def test_the_first_word_of_a_sentence(text: str, named: list[str]) -> None:
    assert [n.span.of(text) for n in names(text)] == named


def test_each_part_of_a_word_names_by_its_own_capital() -> None:
    assert [n.stem for n in names("It was a UK-based, Oscar-winning film")] == ["uk", "oscar"]
    assert names("She said: “We’ve won.”") == []


def test_abbreviations_name_though_they_look_like_function_words() -> None:
    assert [n.stem for n in names("The WHO warned the US.")] == ["who", "us"]
    assert names("He told us who won.") == []
    assert "us" not in [n.stem for n in names("THEY TOLD US")]


def test_initials_of_abbreviations_and_of_full_names() -> None:
    assert "us" in {letters for letters, _ in initials("The U.S. spent more")}
    found = dict(initials("It left the United States of America for good"))
    assert {"us", "usa"} <= found.keys()
    assert found["us"].of("It left the United States of America for good") == "United States"
    assert initials("nothing is short here") == []


@pytest.mark.parametrize(
    ("said", "held", "same"),
    [
        ("Norwegian", "norway", True),
        ("Norway", "norwegian", True),
        ("Dutch", "netherlands", True),
        ("French", "france", True),
        ("Denmark", "danes", True),
        ("Danish", "danes", True),
        ("Italian", "italy", True),
        ("Iraq", "iraqi", True),
        ("Iraqi", "iraq", True),
        ("Cuban", "cuba", True),
        ("Canadian", "canada", True),
        ("Belgian", "belgium", True),
        ("Germans", "germany", True),
        ("Israeli", "israel", True),
        ("Thai", "thailand", True),
        ("Serbs", "serbia", True),
        ("Cyprus", "cypriot", True),
        ("Filipino", "philippines", True),
        ("Uruguayan", "uruguay", True),
        ("Frenchmen", "french", True),
        ("Ministry", "minister", True),
        ("Victoria", "victor", False),
        ("Georgia", "george", False),
        ("Roman", "romanian", False),
        ("Peter", "petersburg", False),
        ("Paula", "paul", False),
        ("Norwegian", "sweden", False),
        ("Persian", "person", False),
        ("Iraq", "iran", False),
        ("Slovak", "slovenia", False),
        ("Austria", "australian", False),
        ("John", "johnson", False),
    ],
)
def test_people_and_their_countries_name_the_same(said: str, held: str, same: bool) -> None:
    (name,) = names(f"the {said}")
    assert is_named_by(name, {stem(held)}) is same


@pytest.mark.parametrize(
    ("said", "other", "same"),
    [
        ("the British government", "the UK government", True),
        ("the UK", "Great Britain", True),
        ("the United Kingdom", "Britain", True),
        ("American boats", "boats of the United States", True),
        ("the U.S.", "America", True),
        ("European boats", "EU boats", True),
        ("the UK", "the US", False),
        ("the US", "Latin America", False),
    ],
)
def test_a_place_by_its_other_names(said: str, other: str, same: bool) -> None:
    assert bool(abbreviated_in(said, [other])) is same
    assert bool(abbreviated_in(other, [said])) is same

"""What a model writes besides its answer is told from what states something."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering import REFUSAL
from assistant.asides import attribution, begins_sources, is_note, is_refusal, says_nothing, without_opening
from assistant.plain import source_names
from assistant.types import Metadata

SOURCES = source_names(
    [Metadata("Lowmere dam passes its first winter", None, "The Fenway Post", None, date(2025, 3, 14))]
)


@pytest.mark.parametrize(
    "text",
    [
        REFUSAL,
        "The articles do not answer this question",
        "The provided passages do not contain this information.",
        "I'm sorry, but I cannot find this in the passages.",
        "I’m sorry, but the passages don’t contain information about this.",
        "The articles do not say how many people work at the dam.",
        "Unfortunately, the text does not specify who designed it.",
        "I cannot answer that.",
        "There is no information about this in the passages.",
        "None of the passages mention it.",
        "This is not mentioned in the provided passages.",
        "The passages contain no information about the dam.",
        "However, the articles provided do not explicitly mention the cost.",
    ],
)
def test_a_refusal_in_any_words(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "The articles do not answer this question fully, but Huygens landed in January 2005.",
        "The passages do not mention the cost; it was 3 million.",
        "I'm sorry, but the passages do not say, although the dam broke.",
        "The documents do not mention the bribe.",
        "The council did not say who paid.",
        "Wren said that the articles do not mention it.",
        "The passages say that it sank.",
        "There is no information about the crew.",
        "“We do not know who set the fire,” the chief said.",
        '"I could not find my shoes," she told the court.',
        "We were unable to find the wreck, the divers said.",
    ],
)
def test_what_states_something_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "I hope this helps!",
        "Let me know if you have any other questions.",
        "If you have any questions, feel free to ask.",
        "Sure!",
        "Of course, happy to help!",
        "Here's a summary of what the passages say about the Lowmere dam.",
        "Here is what I found.",
        "Yes.",
        "How high is the wall?",
        "Question: Tell me about the Lowmere dam.",
        "click here",
        "The Fenway Post, 14 March 2025",
        "Passage 1",
        "In short:",
        "***",
    ],
)
def test_what_says_nothing(text: str) -> None:
    assert says_nothing(text, text, "Tell me about the Lowmere dam.", SOURCES)


@pytest.mark.parametrize(
    "text",
    [
        "Sure enough, the dam broke!",
        "Here the river bends.",
        "If you have a boat, you can land there.",
        "Hello Kitty was drawn in 1974.",
        "The Fenway Post.",
        "62 metres",
        "Wren asked: “Why?”",
        "If you want a happy cat, play with it twice a day.",
        "If you have a ticket, the museum is happy to refund it.",
        "Don't hesitate to call 112 when you see smoke.",
        "Here is where the ship was found.",
        "Feel free to swim where the flags are green.",
    ],
)
def test_what_says_something(text: str) -> None:
    assert not says_nothing(text, text, "Tell me about the Lowmere dam.", SOURCES)


def test_a_name_of_a_source_may_be_the_answer() -> None:
    assert says_nothing("The Fenway Post", "The Fenway Post", "Which paper told it?", SOURCES)
    assert not says_nothing("The Fenway Post", "The Fenway Post", "Which paper told it?", SOURCES, first=True)
    assert says_nothing("Passage 1", "Passage 1", "Which paper told it?", SOURCES, first=True)


def test_yes_answers_what_can_be_answered_so() -> None:
    assert not says_nothing("Yes.", "Yes.", "Was the dam built in 1990?", SOURCES)


def test_where_an_address_was_what_it_points_to_is_gone() -> None:
    assert says_nothing("See for more.", "See https://evil.example for more.", "How high is it?", SOURCES)
    assert not says_nothing("See for more.", "See for more.", "How high is it?", SOURCES)


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("Based on the provided passages, the wall is high.", "The wall is high."),
        ("According to the article, the wall is high.", "The wall is high."),
        ("According to passages 2 and 3, the wall is high.", "The wall is high."),
        ("As far as I can tell, it cost 5 euros.", "It cost 5 euros."),
        ("The passages state that filling began.", "Filling began."),
        ("The article says the wall is high.", "The wall is high."),
        ("Answer: Based on the text, the wall is high.", "The wall is high."),
        ("In 1990, the wall was high.", "In 1990, the wall was high."),
        ("According to the mayor, the wall is high.", "According to the mayor, the wall is high."),
        ("The article describes the wall.", "The article describes the wall."),
        ("Sources say the minister will resign.", "Sources say the minister will resign."),
        ("According to sources, he will resign.", "According to sources, he will resign."),
        ("According to the sources, he will resign.", "He will resign."),
        ("The document states that the firm knew.", "The document states that the firm knew."),
        ("In Article 50, the treaty sets two years.", "In Article 50, the treaty sets two years."),
        ("Articles say that it sank.", "Articles say that it sank."),
        ("In article 2, it is high.", "It is high."),
    ],
)
def test_openings_that_go_without_saying(text: str, statement: str) -> None:
    assert without_opening(text) == statement


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("According to The Fenway Post, the wall is high.", "the wall is high."),
        ("According to the Fenway Post of 14 March 2025, the wall is high.", "the wall is high."),
        ("According to The Fenway Post, 14 March 2025, the wall is high.", "the wall is high."),
        ("According to The Times, the wall is high.", "According to The Times, the wall is high."),
        ("The Fenway Post, the wall is high.", "The Fenway Post, the wall is high."),
    ],
)
def test_an_opening_that_names_a_source(text: str, statement: str) -> None:
    assert text[attribution(text, SOURCES) :] == statement


def test_lists_of_sources() -> None:
    lists = ("Sources:", "Source: Passage 1", "References", "Sources: Smith (2020), Jones", "Source: The Fenway Post")
    assert all(begins_sources(text, SOURCES) for text in lists)
    statements = ("Sources say so.", "References to it are rare.", "Source: Lake Orm", "Citations: 412")
    assert not any(begins_sources(text, SOURCES) for text in statements)
    assert is_note("[1]: https://evil.example/x")
    assert not is_note("[1] The dam sank.")

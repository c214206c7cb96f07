"""Follow-ups in conversations of several turns: what they carry, and where their topic begins."""

from __future__ import annotations

import pytest

from assistant.answering import REFUSAL
from assistant.followups import leans_on_history, phrases, standalone_question, topic
from assistant.types import Turn

DAM = Turn(
    "Who is the chief engineer of the Lowmere dam?", "Its chief engineer, Dr. Tobias Wren, said so on Wednesday."
)
SLEEP = Turn("What did he say?", "“We lost three weeks, but not a single night's sleep,” Wren said.")
OTTERS = Turn("How many otters live on the Asp?", "Volunteers counted 58 otters on the river Asp last month.")
STARTER = Turn(
    "How much rye flour do I feed my starter?",
    "I take 20 grams of starter, 50 grams of water and 50 grams of rye flour.",
)
BRIDGE = Turn("What does the repair of the Kessel Bridge cost?", "It now stands at 22.9 million euros.")
PARIS = Turn("What's the capital of France?", REFUSAL)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“We lost three weeks, but not a single night's sleep,” Wren said.", ["Wren"]),
        ("“We lost three weeks,” said Ada Holt.", ["Ada Holt"]),
        ("“Nobody knows the way out of here.”", []),
        ("“I met Ada in Hull, and she was well.”", ["Ada", "Hull"]),
        ("He called them “zingers,” and “old hats.”", ["zingers", "old hats"]),
        ("She sang “Do It Again, Ada” and “we are many”.", ["Do It Again, Ada"]),
        ("It said “a wonder of the world” and “the old mill”.", ["a wonder of the world", "the old mill"]),
    ],
)
def test_what_somebody_said_is_no_name(text: str, found: list[str]) -> None:
    assert phrases(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Then Dr. Tobias Wren met Mr. Holt.", ["Tobias Wren", "Holt"]),
        ("She won Sunday's election.", []),
        ("Among them was a clock by Hans Eikel.", ["Hans Eikel"]),
        ("What's the capital of France? Who's Ada?", ["France", "Ada"]),
        ("The museum opens on Black Friday.", ["Black Friday"]),
    ],
)
def test_days_titles_and_openings_are_no_names(text: str, found: list[str]) -> None:
    assert phrases(text) == found


def test_what_was_quoted_does_not_displace_the_topic() -> None:
    assert (
        standalone_question("And how high is it?", [DAM, SLEEP]) == "And how high is it? [Wren, Lowmere, Tobias Wren]"
    )


def test_words_that_say_little_are_not_carried() -> None:
    turns = [Turn("How much did it cost?", "It cost a lot."), Turn("How many ones did they say they do?", "nine")]
    assert standalone_question("Why is that?", turns[:1]) == "Why is that? [cost]"
    assert standalone_question("Why is that?", turns[1:]) == "Why is that?"


@pytest.mark.parametrize(
    ("question", "turn", "wanted"),
    [
        ("And in 2023?", OTTERS, "And in 2023? [Asp, otters, live, Volunteers]"),
        ("And the year before?", OTTERS, "And the year before? [Asp, otters, live, Volunteers]"),
        ("And water?", STARTER, "And water? [rye, flour, feed, starter]"),
        ("What about badgers?", OTTERS, "What about badgers? [Asp, otters, live, Volunteers]"),
        ("Who counted them?", OTTERS, "Who counted them? [Asp, Volunteers]"),
    ],
)
def test_an_ellipsis_carries_what_was_asked(question: str, turn: Turn, wanted: str) -> None:
    """ "And in 2023?" asks the last question again, of something else."""
    assert standalone_question(question, [turn]) == wanted


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Where does the smaller one come from?", True),
        ("Which firm made the two large ones that were late?", True),
        ("Who was the one who invented radio waves?", False),
        ("How much did both cost?", True),
        ("Who paid for both?", True),
        ("Do both parents and teachers want longer school holidays?", False),
        ("Can people write equally well with both hands?", False),
        ("What happened next?", True),
        ("What happened to the crew afterwards?", True),
        ("What should people do next after a flood?", False),
        ("Who owns the company?", True),
        ("How old is the building?", True),
        ("Who runs the city of tomorrow in films?", False),
        ("How many employees?", True),
        ("How much rent?", True),
        ("How many bones do babies have?", False),
        ("What will NASA do next?", False),
    ],
)
def test_more_ways_to_lean_on_the_conversation(question: str, leans: bool) -> None:
    assert leans_on_history(question, [DAM]) is leans


def test_a_refused_question_gives_no_topic_where_another_was_answered() -> None:
    asked = "And why did it get more expensive?"
    assert standalone_question(asked, [BRIDGE, PARIS]) == f"{asked} [Kessel Bridge]"
    assert topic([BRIDGE, PARIS]) == [BRIDGE]
    assert topic([BRIDGE, PARIS, Turn("Who led France?", "Nobody led France.")])[0].question == "Who led France?"


def test_a_refused_question_on_the_same_topic_keeps_it() -> None:
    refused = Turn("Who designed it?", REFUSAL)
    assert topic([PARIS, BRIDGE, refused]) == [refused, BRIDGE]


def test_a_refused_question_is_the_topic_where_none_was_answered() -> None:
    assert standalone_question("How big is it?", [PARIS]) == "How big is it? [France]"


def test_what_was_spoken_of_before_a_refused_question_may_be_meant() -> None:
    assert leans_on_history("When will the repair of the road end, in weeks?", [BRIDGE, PARIS])

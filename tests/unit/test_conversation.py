"""A question in its conversation."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant.answering import REFUSAL
from assistant.conversation import ask, checked_question, consider
from assistant.errors import FootnoteError
from assistant.followups import in_context, leans_on_history, may_stand_alone, phrases, standalone_question, topic
from assistant.library import Library
from assistant.settings import Settings
from assistant.types import Filters, Turn
from ingest.run import run

MUSK = Turn("What did Musk call the Big Beautiful Bill?", "Musk called it a disgusting abomination.")
EVEREST = Turn("How high is Mount Everest?", "Mount Everest is 8,849 metres high.")
BRIDGE = Turn("When was the Humber Bridge built?", "It was opened on 24 June 1981.")
ORBIT = Turn("how high do satellites fly?", "They fly at 540 kilometres.")


# Stand-alone questions


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When did he say that?", "When did he say that? [Musk, Big Beautiful Bill]"),
        ("Why?", "Why? [Musk, Big Beautiful Bill]"),
        ("What was it about?", "What was it about? [Musk, Big Beautiful Bill]"),
        ("What about Vance?", "What about Vance? [Musk, Big Beautiful Bill]"),
        ("And the Senate?", "And the Senate? [Musk, Big Beautiful Bill]"),
        ("Did Vance help him?", "Did Vance help him? [Musk, Big Beautiful Bill]"),
        ("Did he call Musk about the Big Beautiful Bill?", "Did he call Musk about the Big Beautiful Bill?"),
        ("Which rocket lifted the Webb telescope?", "Which rocket lifted the Webb telescope?"),
        ("Does that rocket lift the Webb telescope?", "Does that rocket lift the Webb telescope?"),
        ("how deep do leatherback turtles dive?", "how deep do leatherback turtles dive?"),
    ],
)
def test_what_a_question_leaves_to_the_conversation_is_added(question: str, wanted: str) -> None:
    assert standalone_question(question, [MUSK]) == wanted


def test_without_a_conversation_nothing_is_added() -> None:
    assert standalone_question("When did he say that?", []) == "When did he say that?"


def test_topics_are_carried_where_there_are_no_names() -> None:
    assert standalone_question("Why is that?", [ORBIT]) == "Why is that? [high, satellites, fly]"


def test_names_come_from_the_answer_too() -> None:
    turn = Turn(
        "Who tried to restore the nominee to lead NASA?",
        "JD Vance tried, with the “budget committee” of 2025.",
    )
    carried = standalone_question("When did he try?", [turn])
    assert carried == "When did he try? [NASA, JD Vance, budget committee]"


def test_names_come_from_earlier_turns_while_those_leave_theirs_unsaid() -> None:
    told = Turn("When did he say that?", "On Tuesday.")
    assert "Musk" in standalone_question("And where was he?", [MUSK, told])
    apart = Turn("Who led NASA?", "Nobody.")
    assert "Musk" not in standalone_question("And where was he?", [MUSK, apart])


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Did the bill pass?", True),  # the bill that was just spoken of
        ("Did the rocket fly?", False),
        ("What happened in 2012?", True),
        ("Any other reactions?", True),
        ("What else did they find?", True),
        ("When did France leave the bill alone?", False),  # a name of its own
        ("When do leatherback turtles lay eggs?", False),
        ("Are there any wolves in the forest?", False),
        ("How many people lived there during winter?", True),
        ("Which animals that hunt at night eat mice?", False),
        ("Who paid for that line?", True),
        ("Who built that?", True),
        ("What is one reason for falling milk prices?", False),
        ("Which one is older?", True),
        ("What did the scientists say about plants that glow?", False),
        ("What has Marie Curie said about her work?", False),
        ("Did Anna see her?", True),
        ("What do doctors and their patients think about sleep apps?", False),
        ("Why did they stop running?", True),
        ("What are milk prices like these days in Norway?", False),
        ("When did a storm come and destroy it?", True),
        ("Was it a success, and why did it end?", True),
    ],
)
def test_whether_a_question_leans_on_the_conversation(question: str, leans: bool) -> None:
    assert leans_on_history(question, [MUSK]) is leans
    assert not leans_on_history(question, [])


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        # a name that stands behind the word, or says only who does something with it
        ("What did the Ledger say about it?", True),
        ("How long is it compared with the Golden Gate?", True),
        ("Was that in Germany?", True),
        ("How does this compare with the Golden Gate?", True),
        ("When did it open in Hull?", True),
        ("Why did Hull want it?", True),
        ("What did its builders in Hull say?", True),
        ("How many people live there according to the BBC?", True),
        ("How many cars use it each day in 2020?", True),
        # a name or a thing in the clause before
        ("When did Apple release the iPhone and how much did it cost?", False),
        ("Which company makes Ozempic and where is it made?", False),
        ("What was the price of oil in Texas before it rose?", False),
        ("Did Ada sell the engine with the goal of repairing it?", False),
        ("When did Hull say it would close?", False),
        ("Does it get cold in Oslo?", False),
        ("Does it often rain in Bergen?", False),
        ("Why is it called the Big Apple?", False),
        ("Does it matter if Britain leaves the EU?", False),
        ("Is this the first time Britain lost?", False),
        ("How does IT help Tesco?", False),
        ("Did Stephen King write It?", False),
        ("Who moved to Paris, and why did he stay there?", False),
        ("How does the Fed set its rate?", False),
        ("Which of its bridges did Hull close?", False),
        ("Who killed Caesar and why did they want to kill him?", False),
        ("Why did Marie Curie's husband marry her?", False),
        ("Did Ada's friend say why Bob left her?", False),
        ("Did Ada and Bob see her?", True),
        # nothing that was said before
        ("Is it true that France won?", False),
        ("Was it Ada who wrote the notes?", False),
        ("What is it like to live in Paris?", False),
        ("How hot is it in Dubai?", False),
        ("How long does it take to leave the Paris Agreement?", False),
        ("How many wolves are there in Norway?", False),
        ("Is Texas larger than that of France?", False),
        ('Who led the "It\'s our oil" campaign in Scotland?', False),
        # "so", "and" and "but" before a whole question, or before a part of one
        ("So who won the 1998 World Cup?", False),
        ("And what is the capital of France?", False),
        ("And who is the mayor of Paris?", False),
        ("But did the mayor of Paris resign?", False),
        ("And in France?", True),
        ("And who in France?", True),
        ("And which city in France?", True),
        ("And did France?", True),
        ("And who built it in Hull?", True),
        ("So what happened to Hull after that vote?", True),
        ("And who paid?", True),
    ],
)
def test_whether_a_question_with_a_name_leans_on_the_conversation(question: str, leans: bool) -> None:
    assert leans_on_history(question, [BRIDGE]) is leans


@pytest.mark.parametrize(
    "question",
    [
        # "they" and "their" are of a plural in the question itself
        "How do trains save energy when they brake?",
        "Why do companies keep data of their users?",
        "How did batteries lose their price?",
        "Which countries raised their taxes?",
        "Do small children hide their fears?",
        "How do cats clean themselves so well?",
        "Why do farmers kill bees that help them grow crops?",
        # "it" stands for nothing
        "How much does it cost to build a chip factory?",
        "How long does it take to build a chip factory?",
        "How many people does it take to sail a large ship?",
        "Is it safe to eat raw fish?",
        "How do solar panels work when it rains?",
        # something new
        "What is inflation?",
        "What are tariffs?",
        "what's a tariff",
        "What is a glacier and how does it form?",
        "If a company fails, who pays its debts?",
        "When a volcano erupts, how far does its ash travel?",
        "Why are teachers leaving their jobs?",
        "How many parents vaccinate their children?",
        # words that point at nothing said before
        "Why are electric cars more expensive than petrol cars?",
        "How do bees recognise other bees?",
        "How do ants recognise one another underground?",
        "Which films won prizes this year?",
        "Which former factory became a museum?",
    ],
)
def test_a_new_question_stays_as_it_is(question: str) -> None:
    assert standalone_question(question, [EVEREST]) == question


@pytest.mark.parametrize(
    "question",
    [
        "How did they die?",
        "What do their critics say?",
        "How many of them are there?",
        "What albums did they release?",
        "What songs are on their album?",
        "What did the critics think about their work?",
        "Why did critics hate their work?",
        "How many points did the teams that they met get?",
        "Why do people call them heroes?",
        "How much does it cost?",
        "How much does it cost to climb?",
        "How long does it take?",
        "How long does it take to climb it?",
        "How long did it take to build the tower?",
        "Is it dangerous?",
        "Is it dangerous to climb?",
        "Is it hard to climb in winter?",
        "Is it known to kill climbers?",
        "What happens when it rains?",
        "Does it rain?",
        "What is it?",
        "What is that?",
        "What is the height?",
        "What is next?",
        "What is different?",
        "What are metres?",  # said before
        "Which other mountains are close?",
        "Which climbers reached more summits?",
        "Did the latter claim many climbers' lives?",
        "and the cost?",
    ],
)
def test_a_question_about_the_last_answer_is_a_follow_up(question: str) -> None:
    assert standalone_question(question, [EVEREST]) == f"{question} [Mount Everest]"


def test_a_common_word_behind_the_is_nothing_spoken_of() -> None:
    told = Turn("Who has the boats?", "Hull has the most boats.")
    assert not leans_on_history("Which country has the most lakes?", [told])
    assert leans_on_history("Which country built the boats?", [told])


@pytest.mark.parametrize(
    ("before", "carried"),
    [
        ("What is COVID-19?", "COVID-19"),
        ("Who sells 5G phones?", "5G"),
        ("Who is in the G20?", "G20"),
        ("Where does CO2 come from?", "CO2"),
        ("Who found H5N1?", "H5N1"),
        ("Who won the 2010 World Cup?", "2010 World Cup"),
    ],
)
def test_a_name_that_holds_a_digit_is_carried(before: str, carried: str) -> None:
    turn = Turn(before, "In 2001 Ada wrote of it on 14 January, 8,849 words.")
    assert standalone_question("How does it spread?", [turn]) == f"How does it spread? [{carried}]"


@pytest.mark.parametrize(
    ("before", "carried"),
    [
        ("what fell on the 1st?", "fell"),
        ("who is james may?", "james, may"),
        ("What happened on 14 June?", ""),
        ("Who won on 14 June, Ada?", "Ada"),
    ],
)
def test_dates_are_not_carried(before: str, carried: str) -> None:
    asked = "How did it end?"
    assert standalone_question(asked, [Turn(before, "nobody knows.")]) == (f"{asked} [{carried}]" if carried else asked)


def test_the_topic_begins_where_a_question_stood_alone() -> None:
    later = Turn("Who voted for it?", "Most senators did.")
    assert topic([ORBIT, MUSK, later]) == [later, MUSK]
    same_article = (Turn("Who is Musk?", "A founder.", ("Bills",)), Turn("What did Vance say?", "No.", ("Bills",)))
    assert topic([ORBIT, *same_article]) == [same_article[1], same_article[0]]


def test_names_said_most_often_come_first() -> None:
    told = Turn("What did he do then?", "Ada met Musk in Paris, and Musk stayed.")
    assert standalone_question("Why did he?", [MUSK, told]).startswith("Why did he? [Musk, ")


def test_passages_are_searched_with_titles_answers_and_the_question_twice() -> None:
    turn = Turn("What did Musk say?", "Musk called it an abomination.", ("The Bill",))
    searched = in_context("Why?", [turn])
    assert searched == "The Bill Why? Musk called it an abomination. Musk Why?"


def test_a_date_told_before_is_not_the_time_asked_about(small_library: Library) -> None:
    turn = Turn("When did the Huygens probe land?", "It landed on 14 January 2005.")
    considered = consider(small_library, "Who built it?", [turn], today=date(2026, 11, 24))
    assert not considered.frame.bounded


@pytest.mark.parametrize(
    ("question", "may"),
    [
        ("Why do more people in cities ride bicycles?", True),
        ("And why did milk prices rise so fast?", True),
        ("Why did more people leave?", False),
        ("Why do more people in cities think it safe to cycle?", False),
        ("Why do more people in cities trust them with money?", False),
    ],
)
def test_what_may_be_a_whole_question_is_searched_by_itself_too(
    question: str, may: bool, small_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leans_on_history(question, [EVEREST])
    assert may_stand_alone(question) is may
    searched: list[int] = []
    monkeypatch.setattr("assistant.conversation.alternating", lambda *found: searched.append(len(found)) or found[0])
    consider(small_library, question, [EVEREST])
    assert searched == ([2] if may else [])


def test_a_refusal_is_not_carried() -> None:
    turn = Turn("Who leads France?", f"{REFUSAL} The nearest passage is about Paris in Texas.")
    assert standalone_question("And when did she begin?", [turn]) == "And when did she begin? [France]"


def test_few_phrases_are_carried() -> None:
    turn = Turn("Who met Ada?", "Bo, Cy, Di, Ed, Flo and Gus did.")
    assert standalone_question("Why did they meet?", [turn]) == "Why did they meet? [Ada, Bo, Cy, Di, Ed]"


@pytest.mark.parametrize("question", ["Explain that.", "Describe it.", "Tell me more about it."])
def test_a_request_leans_on_the_conversation_as_a_question_does(question: str) -> None:
    assert "Musk" in standalone_question(question, [MUSK])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "JD Vance and the Senate Committee of the Whole met in 2025, twice.",
            ["JD Vance", "Senate Committee of the Whole", "2025"],
        ),
        ("It said “a wonder of the world” and \"a pity\".", ["a wonder of the world", "a pity"]),
        ("How did Musk's plan fail? Musk's plan.", ["Musk's"]),
        ("It takes 5G, not the 20th attempt.", ["5G", "20"]),
        ("nothing here", []),
    ],
)  # fmt: skip
def test_phrases(text: str, found: list[str]) -> None:
    assert phrases(text) == found


def test_phrases_in_other_letters() -> None:
    assert phrases("Did Åse Ødegaard cross the Öresund with Émile Zola?") == [
        "Åse Ødegaard",
        "Öresund",
        "Émile Zola",
    ]


# Questions that cannot be asked


@pytest.mark.parametrize("question", ["", "  \n", "?!…", "\0", "😀"])
def test_an_empty_question_is_an_error(question: str, small_library: Library) -> None:
    with pytest.raises(FootnoteError, match="the question is empty"):
        ask(small_library, question)


def test_a_question_that_is_too_long_is_an_error(small_library: Library) -> None:
    with pytest.raises(FootnoteError, match=r"2,001 characters, the limit is 2,000"):
        ask(small_library, "x" * 2_001)
    assert checked_question("x" * 2_000)


def test_a_question_is_brought_on_one_line() -> None:
    assert checked_question(" Who\r\nbuilt \0it?\t") == "Who built it?"


def test_an_empty_library_is_an_error(library: Library) -> None:
    with pytest.raises(FootnoteError, match=r"the library in .+ is empty; add articles with `footnote ingest PATH`"):
        ask(library, "Who built it?")


# Answers


def test_an_answer_is_verbatim_and_cited(small_library: Library) -> None:
    answer = ask(small_library, "When did the ferry between Arnholm and Belmont begin to sail?")
    assert not answer.abstained
    assert answer.sentences[0].text == "The ferry between Arnholm and Belmont began to sail in 1911."
    assert answer.answer == " ".join(sentence.text for sentence in answer.sentences)
    for citation in answer.citations:
        text = small_library.ledger.article(citation.article_id).text
        assert text[citation.start : citation.end] == citation.quote
    assert [s.citations for s in answer.sentences] == [(c.number,) for c in answer.citations]


def test_a_follow_up_is_answered_from_the_conversation(small_library: Library) -> None:
    question = "When did the ferry between Arnholm and Belmont begin to sail?"
    history = [Turn(question, ask(small_library, question).answer)]
    answer = ask(small_library, "How many passengers does it carry?", history=history)
    assert answer.standalone_question.startswith("How many passengers does it carry? [Arnholm, Belmont")
    assert "240" in answer.sentences[0].text


def test_what_the_articles_do_not_hold_is_refused(small_library: Library) -> None:
    answer = ask(small_library, "Who is the president of France?")
    assert (answer.abstained, answer.answer, answer.sentences, answer.citations) == (True, REFUSAL, (), ())
    assert answer.passages
    for passage in answer.passages:
        text = small_library.ledger.article(passage.article_id).text
        assert text[passage.start : passage.end] == passage.text


def test_confidence_below_the_setting_is_a_refusal(small_library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "When did the ferry between Arnholm and Belmont begin to sail?"
    monkeypatch.setattr(small_library, "settings", Settings(refuse_below=1.0))
    assert ask(small_library, question).abstained
    monkeypatch.setattr(small_library, "settings", Settings(refuse_below=0.0, max_sentences=1))
    assert len(ask(small_library, "Who is the president of France?").sentences) == 1


def test_filters_that_admit_nothing_are_a_refusal(small_library: Library) -> None:
    answer = ask(small_library, "When was the lighthouse built?", filters=Filters(since=date(2030, 1, 1)))
    assert (answer.abstained, answer.confidence, answer.passages) == (True, 0.0, ())


def test_an_answer_as_json_has_the_fields_of_the_contract(small_library: Library) -> None:
    values = json.loads(json.dumps(ask(small_library, "When was the lighthouse of Arnholm built?").as_json()))
    assert list(values) == [
        "question", "standalone_question", "answer", "short_answer", "abstained", "confidence", "answerer",
        "sentences", "citations", "passages", "timings_ms",
    ]  # fmt: skip
    assert set(values["citations"][0]) == {
        "number", "article_id", "title", "publisher", "published", "url", "source", "quote", "start", "end",
    }  # fmt: skip
    assert values["citations"][0]["published"] == "2015-03-01"
    assert set(values["sentences"][0]) == {"text", "citations", "supported", "support"}
    assert set(values["passages"][0]) == {"article_id", "start", "end", "text", "score"}
    assert set(values["timings_ms"]) == {"retrieve", "read", "answer", "total"}
    assert values["short_answer"] is None or values["short_answer"] in values["answer"]


def test_who_asks_the_same_again_is_told_the_same(small_library: Library) -> None:
    first = ask(small_library, "When was the lighthouse of Arnholm built?")
    again = ask(small_library, "when was the lighthouse of Arnholm built", history=[Turn(first.question, first.answer)])
    assert again.answer == first.answer
    assert again.confidence == pytest.approx(first.confidence, abs=0.1)


@pytest.mark.parametrize("question", ["How much did the repair of the weir cost?", "What are the costs of the repair?"])
def test_sources_that_differ_are_told_however_it_is_asked(question: str, library: Library, tmp_path: Path) -> None:
    for name, cost in (("gazette", "4.2 million crowns"), ("tidings", "5.1 million crowns")):
        text = f"The weir at Holm was repaired last winter. In all, the repair of the weir cost {cost}.\n\nSaid {name}."
        (tmp_path / f"{name}.txt").write_text(text)
    run([tmp_path / "gazette.txt", tmp_path / "tidings.txt"], library)
    told = {claim.text for claim in ask(library, question).disagreement}
    assert len(told) == 2
    assert all(any(cost in text for text in told) for cost in ("4.2", "5.1"))


def test_an_event_is_that_of_the_place_asked_about(library: Library, tmp_path: Path) -> None:
    told = {
        "union": (
            "2024-07-22",
            "The election of the Parliament was held on 9 June 2024. The election drew many voters.",
        ),
        "holm": ("2026-05-19", "In Holm the mayor lost her office. The election in Holm was held on 17 May 2026."),
    }
    for name, (day, text) in told.items():
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: News of the {name}\npublished: {day}\n---\n\n{text}\n")
    run([tmp_path / "union.md", tmp_path / "holm.md"], library)
    frame = consider(library, "Who governed Holm before the election?", today=date(2026, 11, 24)).frame
    assert frame.until == date(2026, 5, 16)

"""Sources that say different things, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.dates import TimeFrame
from assistant.disagreement import claims, contradict, rivals
from assistant.types import Metadata, Reading, Rival, ShortAnswer, Span
from tests.unit.conftest import ranked

QUESTION = "How many boats were lost in the storm?"


def rival(text: str, claim: str, *, article_id: int, probability: float = 0.9, cosine: float = 1.0) -> Rival:
    """A sentence with its claim; sentences are as like one another as the products of their cosines."""
    sentence = ranked(text, 1.0, article_id=article_id, start=100, vector=(cosine, (1 - cosine**2) ** 0.5))
    start = 100 + text.index(claim)
    return Rival(sentence, ShortAnswer(claim, Span(start, start + len(claim)), probability))


def reading(*told: Rival) -> Reading:
    return Reading(tuple(r.sentence for r in told), 0.9, rivals=told)


FOURTEEN = rival("In all 14 boats were lost in the storm.", "14 boats", article_id=1)
NINETEEN = rival("The storm sank 19 boats that night, so they were lost.", "19 boats", article_id=2)


@pytest.mark.parametrize(
    ("one", "other", "do"),
    [
        ("14 boats", "19 boats", True),
        ("14 boats", "fourteen boats", False),
        ("14", "about 14 boats", False),
        ("3 May 2024", "5 May 2024", True),
        ("3 May 2024", "May 2024", False),
        ("Ada Holt", "Wim Castellane", True),
        ("Holt", "Ada Holt", False),
        ("the mayor", "a skipper", False),
        ("14 boats", "the harbour", False),
        ("4 boats", "14 boats", True),
        ("10", "100", True),
        ("1 May", "11 May", True),
        ("5 May", "5 May 2024", False),
        ("Ann", "Annabel Crewe", True),
        ("3 May 2024", "3 June 2024", True),
        ("in May 2024", "in June 2024", True),
        ("2-2", "2-1", True),
        ("more than 60 people", "61", False),
        ("nearly 30", "29", False),
        ("about 62 million years ago", "58 million years", True),
        ("about 62 million years ago", "61 million years", False),
        ("two thirds", "67 per cent", False),
        ("two thirds", "a third", True),
        ("the EU", "the European Union", False),
        ("the US", "China", True),
        ("3,214,567 people", "3.2 million", False),
        ("3,214,567 people", "3.3 million", True),
        ("2000", "2004", True),
        ("12 boats", "10 boats", True),
        ("5 km", "5,000 metres", False),
        ("5 km", "6,000 metres", True),
        ("two weeks", "14 days", False),
        ("2 years", "24 months", False),
        ("3 tonnes", "3,000 kg", False),
        ("1850", "the 19th century", False),
        ("in 1750", "the 19th century", True),
        ("1995", "the 1990s", False),
        ("1985", "the 1990s", True),
        ("3 May", "2024", False),
        ("3 May", "May 2024", False),
        ("two and a half million", "2.5 million", False),
        ("two and a half million", "2.6 million", True),
        ("5–7%", "between 5% and 7%", False),
        ("45", "between 40 and 50", False),
        ("55", "between 40 and 50", True),
        ("5 miles", "8 km", False),
        ("5 miles", "10 km", True),
        ("8 pm", "20:00", False),
        ("nine out of ten", "90%", False),
        ("-5 degrees", "5 degrees", True),
        ("British", "Britain", False),
        ("British", "French", True),
        ("American Airlines", "US Steel", True),
        ("European Space Agency", "EU Commission", True),
        ("2.1m", "2.1 million", False),
        ("2.1m", "2.3 million", True),
        ("$2 billion", "$2.04 billion", False),
        ("$2 billion", "$2.4 billion", True),
        ("more than 1000 people", "1200 people", False),
        ("more than 1000 people", "900 people", True),
        ("about 2000 people", "2010 people", False),
        ("1200 people", "1300 people", True),
        ("about 1500", "1480", False),
        ("about 2010", "1960", True),
        ("up to 500", "350", False),
        ("up to 500", "900", True),
        ("as many as 500", "480", False),
        ("60 mph", "97 km/h", False),
        ("60 miles per hour", "97 kilometres an hour", False),
        ("60 mph", "60 km/h", True),
        ("32 °C", "90 °F", False),
        ("32 degrees Celsius", "70F", True),
        ("5 degrees below zero", "-5C", False),
        ("10 acres", "4 hectares", False),
        ("10 acres", "10 hectares", True),
        ("10 pounds", "4.5 kg", False),
        ("100 square miles", "259 km²", False),
        ("5 miles", "5 km", True),
        ("two weeks", "14 hours", True),
        ("two years", "24", False),
        ("more than two years", "26 months", False),
        ("18 months", "a year and a half", False),
        ("20 months", "a year and a half", True),
        ("90 minutes", "an hour and a half", False),
        ("15 minutes", "a quarter of an hour", False),
        ("half past seven", "7:30", False),
        ("half past seven", "7:15", True),
        ("7.30pm", "7:30 pm", False),
        ("7.30pm", "19:30", False),
        ("7.30pm", "8.30pm", True),
        ("the UK", "Britain", False),
        ("US", "America", False),
        ("the United States", "America", False),
        ("the US", "South America", True),
        ("the US", "the UK", True),
        ("Sept. 3", "September 2023", False),
        ("Sept. 3", "September 3", False),
        ("Sept. 3", "Oct. 3", True),
        ("$5", "€5", True),
        ("$5 million", "£5 million", True),
        ("5 dollars", "$5", False),
        ("24 centimetres", "almost a quarter of a metre", False),
        ("40 centimetres", "a quarter of a metre", True),
        ("half a tonne", "500 kg", False),
    ],
)
def test_what_cannot_both_be_meant(one: str, other: str, do: bool) -> None:
    assert contradict(one, other) is do
    assert contradict(other, one) is do


def test_two_articles_that_differ() -> None:
    assert rivals(reading(FOURTEEN, NINETEEN), QUESTION) == (FOURTEEN, NINETEEN)


@pytest.mark.parametrize(
    "other",
    [
        rival("In all 14 boats were lost in the storm, he said.", "14 boats", article_id=2),
        rival("The storm sank 19 boats that night, so they were lost.", "19 boats", article_id=2, probability=0.3),
        rival("The storm sank 19 boats that night, so they were lost.", "19 boats", article_id=2, cosine=0.2),
        rival("She sells 19 apples.", "19 apples", article_id=2),
        rival("In all the years there were 19 apples.", "19 apples", article_id=2),
    ],
    ids=["the same", "not sure", "about something else", "no words in common", "no words of its topic in common"],
)
def test_no_disagreement(other: Rival) -> None:
    assert rivals(reading(FOURTEEN, other), QUESTION) == ()


def test_what_is_told_of_another_year_is_no_rival() -> None:
    """63,000 came in 2024, the other article says that 91,000 came in 2025."""
    dated = [
        _told(rival("Last year 14 boats were lost in the storm.", "14 boats", article_id=1), 2025),
        _told(rival("In 2025, a storm in which 19 boats were lost.", "19 boats", article_id=2), 2026),
    ]
    year = TimeFrame(since=date(2024, 1, 1), until=date(2024, 12, 31))
    assert rivals(reading(*dated), QUESTION, year) == ()
    assert rivals(reading(*dated), QUESTION) == tuple(reversed(dated))


def test_what_changed_is_told_with_its_years_the_latest_first() -> None:
    """A battery pack of 1,100 dollars in 2010 and of 115 in 2024 is no disagreement."""
    before = rival("In 2010 in all 14 boats were lost in the storm.", "14 boats", article_id=1)
    after = rival("The storm of 2024 sank 19 boats that night, so they were lost.", "19 boats", article_id=2)
    dated = (_told(before, 2011), _told(after, 2025))
    told = rivals(reading(*dated), QUESTION)
    assert [(c.text, c.time) for c in claims(told, {r.sentence.place: 1 for r in dated})] == [
        ("19 boats", "2024"),
        ("14 boats", "2010"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The boats lost in the storm were 14 in 2024.", "In 2024 the storm sank 19 boats that were lost."),
        ("The boats lost in the storm were 14 in 2010.", "In the storm 19 boats were lost."),
        (
            "In 2010 the boats lost in the storm were 14.",
            "The storm, which 12 boats lost in 1990, has lost 19 boats now.",
        ),
        ("In 2010 the boats lost in the storm were 14.", "Storm boats grew from 12 lost in 2012 to 19 in 2024."),
    ],
    ids=["the same year", "one names none", "now", "two years"],
)
def test_what_may_be_of_the_same_time_is_a_disagreement(before: str, after: str) -> None:
    dated = (
        _told(rival(before, "14", article_id=1), 2025),
        _told(rival(after, "19", article_id=2), 2025),
    )
    told = rivals(reading(*dated), QUESTION)
    assert [(c.text, c.time) for c in claims(told, {r.sentence.place: 1 for r in dated})] == [("14", ""), ("19", "")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("In September the boats lost in the storm were 14.", "In September the storm sank 19 boats that were lost."),
        ("In the first quarter 14 boats were lost in the storm.", "In March the storm sank 19 boats that were lost."),
    ],
)
def test_months_and_quarters_are_of_their_articles_year(before: str, after: str) -> None:
    dated = (_told(rival(before, "14", article_id=1), 2022), _told(rival(after, "19", article_id=2), 2026))
    told = rivals(reading(*dated), QUESTION)
    found = claims(told, {r.sentence.place: 1 for r in dated})
    assert [c.text for c in found] == ["19", "14"]
    assert all(c.time for c in found)


def _of(told: Rival, publisher: str, published: date) -> Rival:
    passage = replace(told.sentence.passage, metadata=Metadata("The storm", publisher=publisher, published=published))
    return replace(told, sentence=replace(told.sentence, passage=passage))


WILL_COST = rival("The boats lost in the storm will cost 18 million euros.", "18 million euros", article_id=1)
NOW_COST = rival("For the boats lost in the storm it now stands at 22 million euros.", "22 million euros", article_id=2)
COST = rival("The boats lost in the storm stand at 22 million euros.", "22 million euros", article_id=2)


def test_what_one_publisher_tells_later_stands_first_and_is_a_change_where_it_says_so() -> None:
    before, after = _of(WILL_COST, "The Post", date(2024, 11, 18)), _of(NOW_COST, "The Post", date(2025, 5, 6))
    told = rivals(reading(before, after), QUESTION)
    assert told == (after, before)
    numbered = {after.sentence.place: 1, before.sentence.place: 2}
    assert [(c.text, c.time) for c in claims(told, numbered)] == [
        ("22 million euros", "May 2025"),
        ("18 million euros", "November 2024"),
    ]


def test_what_one_publisher_tells_later_without_saying_that_it_is_new_is_a_disagreement() -> None:
    before, after = _of(WILL_COST, "The Post", date(2024, 11, 18)), _of(COST, "The Post", date(2025, 5, 6))
    told = rivals(reading(before, after), QUESTION)
    assert told == (after, before)
    assert [c.time for c in claims(told, {r.sentence.place: 1 for r in told})] == ["", ""]


def test_claims_of_several_publishers_keep_their_order() -> None:
    before, after = _of(WILL_COST, "The Post", date(2024, 11, 18)), _of(NOW_COST, "The Ledger", date(2025, 5, 6))
    told = rivals(reading(before, after), QUESTION)
    assert told == (before, after)
    assert [c.time for c in claims(told, {r.sentence.place: 1 for r in told})] == ["", ""]
    third = _of(
        rival("The boats lost in the storm cost 30 million.", "30 million", article_id=3), "The Post", date(2026, 1, 1)
    )
    assert rivals(reading(before, after, third), QUESTION) == (third, after, before)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ana Ruiz won the women's race of the storm.", "Ana Ruiz"), ("Tom Keller won the men's race.", "Tom Keller")),
        (("The storm lost 14 boats in Tarn county.", "14"), ("The storm lost 19 boats in Fell county.", "19")),
        (("The storm lost 14 boats in Hull.", "14"), ("The storm lost 19 boats in Grimsby.", "19")),
        (("The boats in the province of Tarn lost 14.", "14"), ("The boats in the province of Fell lost 19.", "19")),
    ],
)
def test_claims_of_different_things_do_not_disagree(one: tuple[str, str], other: tuple[str, str]) -> None:
    told = [rival(text, claim, article_id=number) for number, (text, claim) in enumerate((one, other), start=1)]
    assert rivals(reading(*told), QUESTION) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("The storm lost 14 boats in Tarn county.", "14"), ("The storm lost 19 boats in the county of Tarn.", "19")),
        (("The storm lost 14 boats in Hull.", "14"), ("The storm lost 19 boats in May.", "19")),
        (("The storm lost 14 boats in Hull.", "14"), ("In Hull the storm lost 19 boats.", "19")),
        (("The storm lost 14 boats in Britain.", "14"), ("The storm lost 19 boats in British waters.", "19")),
        (("Men and women lost 14 boats in the storm.", "14"), ("The storm lost 19 boats of men.", "19")),
    ],
)
def test_claims_of_the_same_thing_disagree(one: tuple[str, str], other: tuple[str, str]) -> None:
    told = [rival(text, claim, article_id=number) for number, (text, claim) in enumerate((one, other), start=1)]
    assert len(rivals(reading(*told), QUESTION)) == 2


def test_years_that_are_claimed_themselves_are_a_disagreement() -> None:
    told = (
        _told(rival("The storm in which the boats were lost came in 2010.", "2010", article_id=1), 2025),
        _told(rival("The storm in which the boats were lost came in 2012.", "2012", article_id=2), 2025),
    )
    assert [c.time for c in claims(told, {r.sentence.place: 1 for r in told})] == ["", ""]


def _told(told: Rival, year: int) -> Rival:
    passage = replace(told.sentence.passage, metadata=told_in(year))
    return replace(told, sentence=replace(told.sentence, passage=passage))


def told_in(year: int) -> Metadata:
    return Metadata("The storm", published=date(year, 3, 1))


@pytest.mark.parametrize("part", ["twenty newly found boats", "20 more boats", "20 of the boats", "20 other boats"])
def test_a_number_of_a_part_is_no_rival(part: str) -> None:
    """Saturn's "274 moons" and the "twenty newly found moons" of an older report do not disagree."""
    number = part.split()[0]
    other = rival(f"The storm had lost {part} on that day.", number, article_id=2)
    assert rivals(reading(FOURTEEN, other), QUESTION) == ()


def test_what_the_question_names_is_named_by_all_that_disagree() -> None:
    webb = rival("The Webb telescope cost 9.66 billion dollars.", "9.66 billion dollars", article_id=1)
    hubble = rival("The Hubble telescope cost 2 billion dollars.", "2 billion dollars", article_id=2)
    assert len(rivals(reading(webb, hubble), "How much did the telescope cost?")) == 2
    assert rivals(reading(webb, hubble), "How much did the Webb telescope cost?") == ()
    also = rival("JWST, the telescope, cost 2 billion dollars.", "2 billion dollars", article_id=2)
    assert len(rivals(reading(webb, also), "How much did the telescope JWST cost?")) == 2
    assert len(rivals(reading(webb, also), "How much did the James Webb Space Telescope cost?")) == 2


def test_counties_are_told_apart_however_they_are_written() -> None:
    tarn = rival("Tarn County lost 14 boats in the storm.", "14 boats", article_id=1)
    fell = rival("Fell County lost 19 boats in the storm.", "19 boats", article_id=2)
    assert rivals(reading(tarn, fell), QUESTION) == ()
    also = rival("The storm cost the county of Tarn 19 boats, so they were lost.", "19 boats", article_id=2)
    assert (
        len(rivals(reading(rival("In Tarn county 14 boats were lost.", "14 boats", article_id=1), also), QUESTION)) == 2
    )


def test_claims_carry_the_numbers_of_their_citations() -> None:
    told = (FOURTEEN, NINETEEN)
    numbered = {FOURTEEN.sentence.place: 1, NINETEEN.sentence.place: 2}
    assert [(c.text, c.citation) for c in claims(told, numbered)] == [("14 boats", 1), ("19 boats", 2)]
    assert claims(told, {FOURTEEN.sentence.place: 1}) == ()
    assert claims(told[:1], numbered) == ()


def test_numbers_of_the_same_thing_need_less_certainty() -> None:
    one = rival("In all 14 boats were lost in the storm.", "14 boats", article_id=1, probability=0.46)
    other = rival("The storm sank 19 boats that night, so they were lost.", "19", article_id=2, probability=0.46)
    assert rivals(reading(one, other), QUESTION) == (one, other)
    votes = rival("The storm was lost to 19 votes, as the boats were.", "19 votes", article_id=2, probability=0.46)
    assert rivals(reading(one, votes), QUESTION) == ()

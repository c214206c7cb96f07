"""How well articles and sentences fit the time asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.dates import ANY_TIME, TimeFrame, time_frame
from assistant.timeliness import age_in_words, event_day, may_tell, preference, recency, sentence_preference, tells_of
from assistant.types import Metadata
from tests.unit.conftest import passage

TODAY = date(2026, 11, 24)
APRIL = TimeFrame(date(2026, 4, 1), date(2026, 4, 30))
OCTOBER = TimeFrame(date(2026, 10, 1), date(2026, 10, 31), said="last month")


def test_the_newest_article_fits_best() -> None:
    old, mid, new = date(2020, 1, 1), date(2022, 1, 1), date(2024, 1, 1)
    assert recency(new, [old, mid, new]) == 1
    assert recency(old, [old, mid, new]) == 0
    assert 0 < recency(mid, [old, mid, new]) < 1
    assert recency(None, [old, new]) == 0
    every = [Metadata("a", published=old), Metadata("b", published=new)]
    assert [preference(TimeFrame(newest=True), every)(m) for m in every] == [0, 1]
    assert [preference(TimeFrame(until=old), every)(m) for m in every] == [1, 0]
    assert [preference(ANY_TIME, every)(m) for m in every] == [0, 0]


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2026-11-24", "today"),
        ("2026-11-23", "yesterday"),
        ("2026-11-12", "12 days ago"),
        ("2026-11-02", "3 weeks ago"),
        ("2026-09-01", "2 months ago"),
        ("2025-11-24", "1 year ago"),
        ("2025-11-25", "11 months ago"),
        ("2024-11-24", "2 years ago"),
        ("2025-11-01", "1 year ago"),
        ("2020-01-01", "6 years ago"),
        ("2027-01-01", ""),
    ],
)
def test_ages(published: str, words: str) -> None:
    assert age_in_words(date.fromisoformat(published), TODAY) == words


@pytest.mark.parametrize(
    ("sentences", "published", "tells"),
    [
        (["A ticket costs 3 crowns."], "2026-04-10", True),
        (["A ticket costs 3 crowns."], "2026-05-20", True),  # appeared not long after
        (["A ticket costs 3 crowns."], "2026-11-20", False),
        (["A ticket costs 3 crowns."], "2026-03-20", False),
        (["A ticket costs 3 crowns."], None, True),  # nobody knows
        (["A ticket costs 3 crowns.", "It cost 5 from January to May 2026."], "2026-11-20", True),
        (["It costs 5 crowns since January."], "2026-03-20", False),  # an article tells of no time after its day
        (["It carried 8,000 in October, and 9,000 in April."], "2026-11-20", True),
        (["It carried 8,000 in October, and 9,000 in April 1848."], "2026-11-20", False),
    ],
)
def test_whether_an_article_may_tell_of_a_time(sentences: list[str], published: str | None, tells: bool) -> None:
    assert (
        tells_of(
            APRIL,
            [
                replace(
                    passage(sentences),
                    metadata=Metadata("x", published=date.fromisoformat(published) if published else None),
                )
            ],
        )
        == tells
    )


def test_a_time_still_to_come_that_a_sentence_names_is_told() -> None:
    summer = TimeFrame(date(2026, 6, 1), date(2026, 8, 31), said="this summer")
    assert may_tell(summer, "The pool will open in July.", date(2026, 5, 10))
    assert not may_tell(summer, "The pool will open in October.", date(2026, 5, 10))


@pytest.mark.parametrize(
    ("title", "sentences", "event", "when"),
    [
        ("News", ["The election in Holm was held on 17 May 2026."], "the election", "2026-05-17"),
        ("The election in Holm", ["Many people voted."], "the election", "2026-05-19"),
        # what is told of at any time is no event
        ("Turtles", ["Long after the eggs hatch the beach is full of shells."], "the eggs hatch", None),
        ("Turtles", ["Some eggs hatch.", "Other eggs were stolen on 3 May 2024."], "the eggs hatch", None),
    ],
)
def test_the_day_of_an_event(title: str, sentences: list[str], event: str, when: str | None) -> None:
    found = replace(passage(sentences), metadata=Metadata(title, published=date(2026, 5, 19)))
    assert event_day(event, [found]) == (date.fromisoformat(when) if when else None)


@pytest.mark.parametrize(
    ("text", "published", "fits"),
    [
        ("In October alone there were 8,200 visitors.", date(2026, 11, 23), 1.0),  # October of its article's year
        ("Last month there were 8,200 visitors.", date(2026, 11, 3), 1.0),
        ("Last year there were 63,000 visitors.", date(2026, 10, 8), -1.0),  # about another time
        ("There were 8,200 visitors.", date(2026, 10, 8), 1.0),
        ("There were 8,200 visitors.", date(2026, 11, 8), 0.5),  # reported soon after
        ("There were 8,200 visitors.", date(2027, 1, 8), 0.0),
        ("There were 8,200 visitors.", None, 0.0),
        ("It opens on 25 October.", date(2026, 10, 10), 1.0),  # still to come
        ("It closes in December.", date(2026, 10, 10), -1.0),
        ("In October 1848 there were 8,200 visitors.", date(2026, 10, 10), -1.0),
        ("The mill, built in 1904, burned down in October.", date(2026, 11, 23), 1.0),  # not in October 1904
        ("She said in October that it will close.", date(2026, 11, 23), 1.0),  # not the October to come
        ("The museum, founded in 1954, closed its doors.", date(2026, 10, 12), 1.0),
        ("They found 2000 coins of the Roman era.", date(2026, 10, 12), 1.0),
        ("In 2025 there were fewer than in October 2026.", date(2026, 11, 12), 1.0),
    ],
)
def test_how_a_sentence_fits_the_time_asked_for(text: str, published: date | None, fits: float) -> None:
    metadata = Metadata("x", published=published)
    assert sentence_preference(OCTOBER, [metadata])(text, metadata) == fits


@pytest.mark.parametrize(
    ("text", "published", "fits"),
    [
        ("The rent rose to 14.20 euros in September.", date(2026, 10, 6), 1.0),
        ("The rent was 14.10 euros in July.", date(2026, 8, 6), -1.0),
        ("In 2026 the rent rose.", date(2026, 10, 6), -1.0),
        ("The rent was 13.10 euros in September.", date(2025, 10, 2), -1.0),
        ("The rent has risen since January.", date(2026, 10, 6), -1.0),
    ],
)
def test_two_months_ago_is_only_about_right(text: str, published: date, fits: float) -> None:
    """From 12 September to 12 October: "in September" is not all within."""
    frame = time_frame("What was the rent two months ago?", date(2026, 11, 26))
    metadata = Metadata("x", published=published)
    assert sentence_preference(frame, [metadata])(text, metadata) == fits


def test_where_the_newest_is_asked_for_newer_articles_fit_better() -> None:
    old, new = Metadata("x", published=date(2019, 1, 1)), Metadata("x", published=date(2025, 1, 1))
    fits = sentence_preference(TimeFrame(newest=True), [old, new])
    assert (fits("In 1911 it was so.", old), fits("It is so.", new)) == (0.0, 1.0)

"""What questions say about time."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.dates import ANY_TIME, TimeFrame, around_event, event_bound, time_frame, told_time
from assistant.timeliness import sentence_preference
from assistant.types import Metadata

TODAY = date(2026, 11, 24)  # a Tuesday


def day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("Who resigned last month?", "2026-10-01", "2026-10-31"),
        ("What was said yesterday?", "2026-11-23", "2026-11-23"),
        ("What did they decide last week?", "2026-11-16", "2026-11-22"),
        ("What happened this year?", "2026-01-01", "2026-12-31"),
        ("What did it cost last year?", "2025-01-01", "2025-12-31"),
        ("What were the figures of last quarter?", "2026-07-01", "2026-09-30"),
        ("What was built last decade?", "2010-01-01", "2019-12-31"),
        ("What happened last summer?", "2026-06-01", "2026-08-31"),
        ("What happened in June?", "2026-06-01", "2026-06-30"),
        ("What happened in December?", "2025-12-01", "2025-12-31"),
        ("What changed in the past two years?", "2024-11-24", "2026-11-24"),
        ("What was new 3 years ago?", "2023-01-01", "2023-12-31"),
        ("What was here 200 years ago?", "1826-01-01", "1826-12-31"),
        ("What was new two decades ago?", "2006-01-01", "2006-12-31"),
        ("What happened this fall in Berlin?", "2026-09-01", "2026-11-30"),
        ("What happened in the last week of October?", "2026-10-01", "2026-10-31"),
        ("What did it cost in 2024?", "2024-01-01", "2024-12-31"),
        ("What opened on 3 May 2024?", "2024-05-03", "2024-05-03"),
        ("What opened on May 3, 2024?", "2024-05-03", "2024-05-03"),
        ("How many came since March 2025?", "2025-03-01", None),
        ("How many came since the end of 2020?", "2020-12-31", None),
        ("How many came since the beginning of March 2025?", "2025-03-01", None),
        ("How many came after the start of 2020?", "2020-01-02", None),
        ("How many came before the end of 2020?", None, "2020-12-30"),
        ("How many came until the start of 2020?", None, "2020-01-01"),
        ("Who won the 2024 marathon?", "2024-01-01", "2024-12-31"),
        ("What happened from 3 May to 7 May 2024?", "2024-05-03", "2024-05-07"),
        ("What changed in March and April 2024?", "2024-03-01", "2024-04-30"),
        ("What opened in May or June 2023?", "2023-05-01", "2023-06-30"),
        ("What did it cost from November to February 2024?", "2023-11-01", "2024-02-29"),
        ("How did prices change between 2025 and 2026?", "2025-01-01", "2026-12-31"),
        ("What was built between September and October?", "2026-09-01", "2026-10-31"),
        ("What was built between November and January?", "2025-11-01", "2026-01-31"),
        ("What happened the day before yesterday?", "2026-11-22", "2026-11-22"),
        ("What has changed since last month?", "2026-10-01", None),
        ("What was known before last year?", None, "2024-12-31"),
        ("What do reports from March 2024 say?", "2024-03-01", "2024-03-31"),
        ("What applies from 2025 onwards?", "2025-01-01", None),
        ("Who won before 2019?", None, "2018-12-31"),
        ("Who won after 2019?", "2020-01-01", None),
        ("What was the weather last week?", "2026-11-16", "2026-11-22"),
        ("What happened to the economy last year?", "2025-01-01", "2025-12-31"),
        ("Who led the party in England two years ago?", "2024-01-01", "2024-12-31"),
        ("What changed over the past decade?", "2016-11-24", "2026-11-24"),
        ("What has changed since two years ago?", "2024-01-01", None),
        ("What happened this May?", "2026-05-01", "2026-05-31"),
        # years before 1900, where a month stands before them
        ("What happened in July 1789?", "1789-07-01", "1789-07-31"),
        ("Who was president in March 1889?", "1889-03-01", "1889-03-31"),
        ("Who ruled from May 1848 to June 1849?", "1848-05-01", "1849-06-30"),
        ("How many came since May 1848?", "1848-05-01", None),
        # years apart from their month or day
        ("What happened in May, 2015?", "2015-05-01", "2015-05-31"),
        ("What opened on 7 May in 2015?", "2015-05-07", "2015-05-07"),
        ("What opened on the 7th of May of 2015?", "2015-05-07", "2015-05-07"),
        ("What happened in March, 2020?", "2020-03-01", "2020-03-31"),
        ("What opened on March 3, in 2018?", "2018-03-03", "2018-03-03"),
        ("What changed between May, 2014 and June, 2015?", "2014-05-01", "2015-06-30"),
        ("In 2015, who won on May 7?", "2015-05-07", "2015-05-07"),
        ("In 2019, who won in June?", "2019-06-01", "2019-06-30"),
        ("Who won on 29 February at the games of 2020?", "2020-02-29", "2020-02-29"),
        ("In 2015, what happened between March and May?", "2015-03-01", "2015-05-31"),
        ("In 1789, what happened in July?", "1789-07-01", "1789-07-31"),
        ("What did the law of 2015 and that of 2019 change in June?", "2026-06-01", "2026-06-30"),
        ("Did the law of 2015 change last June?", "2026-06-01", "2026-06-30"),
        # numbers after a month that count something
        ("Why did in March, 2000 workers strike?", "2026-03-01", "2026-03-31"),
        ("What did in May 1500 people see?", "2026-05-01", "2026-05-31"),
        ("What did in June 2020 people complain of?", "2020-06-01", "2020-06-30"),
        ("Where did in May 3500 refugees go?", "2026-05-01", "2026-05-31"),
        ("What did on 7 May 1500 people see?", "2026-05-07", "2026-05-07"),
        # what names another time than today's
        ("What happened on this day in 1969?", "1969-01-01", "1969-12-31"),
        ("What was new half a year ago?", "2026-05-13", "2026-06-12"),
        ("What was new half a decade ago?", "2021-01-01", "2021-12-31"),
        ("What's this year's budget?", "2026-01-01", "2026-12-31"),
        # "in the last year" is the twelve months up to today, "last year" one of the calendar
        ("What was built in the last decade?", "2016-11-24", "2026-11-24"),
        ("How much have rents risen over the last year?", "2025-11-24", "2026-11-24"),
        ("How many came during the last month?", "2026-10-25", "2026-11-24"),
        ("What happened in the last day?", "2026-11-23", "2026-11-24"),
        ("What were sales in the last quarter?", "2026-07-01", "2026-09-30"),
        ("What happened in the previous year?", "2025-01-01", "2025-12-31"),
        ("Who came last week to Paris?", "2026-11-16", "2026-11-22"),
        ("Who came in the last week to Paris?", "2026-11-17", "2026-11-24"),
        ("How were the last two years for farmers?", "2024-11-24", "2026-11-24"),
        ("Did her last year differ from last month?", "2026-10-01", "2026-10-31"),
        # a small "may" or "march" beside a day's number
        ("What opened on 7 may?", "2026-05-07", "2026-05-07"),
        ("What opened after march 3?", "2026-03-04", None),
        ("What opened, may 7th or later?", "2026-05-07", "2026-05-07"),
        ("who won, 7 may 2015?", "2015-05-07", "2015-05-07"),
        ("who won from 3 may to 7 may?", "2026-05-03", "2026-05-07"),
        # to come
        ("What will happen in December?", "2026-12-01", "2026-12-31"),
        ("In December, what will happen?", "2026-12-01", "2026-12-31"),
        ("Will the bridge open in March?", "2027-03-01", "2027-03-31"),
        ("Who will come on 3 January?", "2027-01-03", "2027-01-03"),
        ("What will happen in November?", "2026-11-01", "2026-11-30"),
        ("What will be built between December and February?", "2026-12-01", "2027-02-28"),
        ("Which report is due by December?", None, "2026-12-31"),
        ("What is planned for March?", "2027-03-01", "2027-03-31"),
        ("Are any works planned for March?", "2027-03-01", "2027-03-31"),
        ("What is going to open in May?", "2027-05-01", "2027-05-31"),
        # past, though a word speaks of what is to come
        ("Who said in October that prices will rise?", "2026-10-01", "2026-10-31"),
        ("Which of those who will run won in May?", "2026-05-01", "2026-05-31"),
        ("Who signed the will in December?", "2025-12-01", "2025-12-31"),
        ("What did Will Smith do in December?", "2025-12-01", "2025-12-31"),
        ("What will change since December?", "2025-12-01", None),
        ("Which delays due to snow were there in December?", "2025-12-01", "2025-12-31"),
        ("Why did it stop between 3 and 7 May?", "2026-05-03", "2026-05-07"),
        ("Who came on 3 and 7 May?", "2026-05-03", "2026-05-07"),
        ("Who came between May 1 and 5, 2024?", "2024-05-01", "2024-05-05"),
        ("Who came from 1-5 May 2024?", "2024-05-01", "2024-05-05"),
        ("Which bridge opened more than ten years ago?", None, "2016-11-26"),
        ("What changed less than two years ago?", "2024-11-24", None),
        ("Who came two or three weeks ago?", "2026-10-31", "2026-11-10"),
        ("Who was it prior to last year?", None, "2024-12-31"),
        ("Who won up to 2020?", None, "2020-12-31"),
        ("What changed over the last years?", "2023-11-25", "2026-11-24"),
        # a date said before or beside a time against today, or that is compared with it
        ("How much did inflation fall in March 2023 from the previous month?", "2023-03-01", "2023-03-31"),
        ("How did sales in 2019 compare with the previous year?", "2019-01-01", "2019-12-31"),
        ("How did sales in 2019 compare with last year?", "2019-01-01", "2019-12-31"),
        ("How did the sales of 2019 compare with last year?", "2019-01-01", "2019-12-31"),
        ("Compared with last year, how were sales in 2019?", "2019-01-01", "2019-12-31"),
        ("Were there more in May than last year?", "2026-05-01", "2026-05-31"),
        ("What happened this month in 1999?", "1999-01-01", "1999-12-31"),
        ("What was said last month about the crash in 2019?", "2026-10-01", "2026-10-31"),
        ("Who won the 2015 cup, and who won it last year?", "2025-01-01", "2025-12-31"),
        ("Did the mill that burned in 1904 open last month?", "2026-10-01", "2026-10-31"),
        ("Did the mill, which burned in 1904, open last month?", "2026-10-01", "2026-10-31"),
        # a month, a day or a week of such a year
        ("What happened in May last year?", "2025-05-01", "2025-05-31"),
        ("What happened in October of last year?", "2025-10-01", "2025-10-31"),
        ("What happened in the last week of October last year?", "2025-10-01", "2025-10-31"),
        ("What opened on 3 May last year?", "2025-05-03", "2025-05-03"),
        ("What opened two years ago in May?", "2024-05-01", "2024-05-31"),
        ("In May, how many came last year?", "2025-05-01", "2025-05-31"),
        ("What opens in December this year?", "2026-12-01", "2026-12-31"),
        ("What happened this week last year?", "2025-11-24", "2025-11-30"),
        ("What happened last month two years ago?", "2024-10-01", "2024-10-31"),
        ("Who said in May that prices rose last year?", "2026-05-01", "2026-05-31"),
        ("What was said in March of last year's budget?", "2026-03-01", "2026-03-31"),
        # parts of months, seasons, nights, days of the week
        ("What happened in early June?", "2026-06-01", "2026-06-30"),
        ("What happened late May?", "2026-05-01", "2026-05-31"),
        ("What opened in mid-June 2023?", "2023-06-01", "2023-06-30"),
        ("What happened in late November?", "2026-11-01", "2026-11-30"),
        ("What changed since early June?", "2026-06-01", None),
        ("What was built from early May to late June?", "2026-05-01", "2026-06-30"),
        ("What happened last winter?", "2025-12-01", "2026-02-28"),
        ("What changed in the last two summers?", "2024-11-24", "2026-11-24"),
        ("What happened last night?", "2026-11-23", "2026-11-24"),
        ("What happened last Monday?", "2026-11-23", "2026-11-23"),
        ("What happened last Tuesday?", "2026-11-17", "2026-11-17"),
        ("Who comes this Friday?", "2026-11-27", "2026-11-27"),
        ("Who came on the last Monday in May?", "2026-05-01", "2026-05-31"),
        # short names of months
        ("What happened in Sept 2023?", "2023-09-01", "2023-09-30"),
        ("What opened on 3 Dec 2023?", "2023-12-03", "2023-12-03"),
        ("What opened on Dec. 3, 2023?", "2023-12-03", "2023-12-03"),
        ("What opened on the 2nd of Jan?", "2026-01-02", "2026-01-02"),
        ("What happened in Jan-Mar 2024?", "2024-01-01", "2024-03-31"),
        ("who won in nov 2022?", "2022-11-01", "2022-11-30"),
        # capitals at a beginning, or throughout
        ("What did he say? Last week it was open.", "2026-11-16", "2026-11-22"),
        ("WHO WON LAST YEAR?", "2025-01-01", "2025-12-31"),
        ("Who Won the Race Last Year?", "2025-01-01", "2025-12-31"),
        ("Why did the bridge built in 1923 close last year?", "2025-01-01", "2025-12-31"),
        ("Which of the books published in 2020 sold best last year?", "2025-01-01", "2025-12-31"),
        ("What happened in March and who died last year?", "2025-01-01", "2025-12-31"),
        ("Who sang “Last Christmas” last year?", "2025-01-01", "2025-12-31"),
    ],
)
def test_periods(question: str, since: str | None, until: str | None) -> None:
    frame = time_frame(question, TODAY)
    assert (frame.since, frame.until) == (day(since), day(until))
    assert not frame.newest


def test_only_what_leans_on_today_is_said_again() -> None:
    assert time_frame("Who resigned last month?", TODAY).said == "last month"
    assert time_frame("What did it cost in 2024?", TODAY).said == ""
    assert time_frame("What will happen in December?", TODAY).said == "December"
    assert time_frame("In 2019, who won in June?", TODAY).said == ""
    assert time_frame("Who won in May last year?", TODAY).said == "last year"
    assert time_frame("What changed between May 1848 and June 1849?", TODAY).said == ""


@pytest.mark.parametrize(
    "question",
    [
        "What is the latest price?",
        "How many members are there now?",
        "Is it still so?",
        "Who is the current mayor?",
        "Who currently leads?",
        "How has the current board changed?",
        "How many have they sold to date?",
        "To date, how many have they sold?",
        "What can visitors see at the moment?",
        "Do the towers still stand?",
    ],
)
def test_what_is_current(question: str) -> None:
    assert time_frame(question, TODAY) == TimeFrame(newest=True)


@pytest.mark.parametrize(
    "question",
    [
        "Who may leave?",
        "Why did April march?",
        "How high is it?",
        "Is it true that this may cause cancer?",
        "Who led this march?",
        "What did her last year bring?",
        "Who lived there forty two years ago?",
        "What is used to this day?",
        "What is the last day to register?",
        "Who resigned on the last day?",
        "What was the last year it snowed?",
        "What happened in its last year?",
        "What happened in the ship's last year?",
        "What happened in the ships' last year?",
        "What did you do in your last year?",
        "Whose last year was it?",
        "Why did the soldiers march 30 kilometres?",
        "Which of the 12 may vote?",
        "How strong is the current in the river?",
        "How strong is the current?",
        "How does the current flow?",
        "What is the ocean current called?",
        "What drives the ocean current system?",
        "Where do currents begin?",
        "Which current warms Norway?",
        "Who tried to date the ship?",
        "Are tree rings used to date fossils?",
        "What happens at the moment of impact?",
        "Where was she at the moment she heard it?",
        "Why do herons stand still?",
        "Why did they keep still?",
        "Who led the last march for housing?",
        "Why did soldiers march 1500 miles?",
        "What was planned for March?",
        "What is planned for March of next year?",
        "How early may they come?",
        "Did they mar 5 cars?",
        "Who met Jan and Dec?",
        "Who came on the last night of the siege?",
    ],
)
def test_nothing_of_time(question: str) -> None:
    assert time_frame(question, TODAY) is ANY_TIME


@pytest.mark.parametrize(
    "question",
    [
        "What was built here 5000 years ago?",
        "What was built here 2050 years ago?",
        "What was built here 1,000 years ago?",
        "What lived here 250,000,000 years ago?",
        "What was lost in the last 1,000,000,000 weeks?",
        "What changed in the last 2050 years?",
        f"What was here {'9' * 5_000} years ago?",
        "How old is the 2000-year-old tree?",
    ],
)
def test_a_time_before_all_articles_is_what_they_tell_of(question: str) -> None:
    assert time_frame(question, TODAY) is ANY_TIME
    metadata = Metadata("x", published=date(2026, 10, 8))
    october = TimeFrame(date(2026, 10, 1), date(2026, 10, 31))
    assert sentence_preference(october, [metadata])(question, metadata) == 1.0


@pytest.mark.parametrize("count", ["1.5", "twenty-five", "twenty five", "one hundred and five", "3-5", "1 000"])
def test_the_end_of_a_number_is_no_number(count: str) -> None:
    assert time_frame(f"What happened {count} years ago?", TODAY) is ANY_TIME


@pytest.mark.parametrize(
    "question",
    [
        "What happened on the last day of the siege?",
        "Who was president in the last year of the war?",
        "Who wrote during the last two years of his life?",
        "What caused this fall in prices?",
        "Who resigned on the last day before the election?",
        "Who taught her in her last year at school?",
    ],
)
def test_the_last_of_something_is_not_last_before_today(question: str) -> None:
    assert time_frame(question, TODAY) is ANY_TIME


def test_days_beyond_the_calendar_are_no_time() -> None:
    assert time_frame("What comes after 31 December 9999?", TODAY) is ANY_TIME
    assert time_frame("What was said last year?", date.min) is ANY_TIME
    assert time_frame("What was said yesterday?", date.min) is ANY_TIME


def test_events() -> None:
    assert event_bound("Who was head before the election?") == ("before", "the election")
    assert event_bound("What changed since the opening?") == ("after", "the opening")
    assert event_bound("Who won before the vote of May 2024?") is None
    assert around_event("before", date(2026, 5, 17)) == TimeFrame(until=date(2026, 5, 16))
    assert around_event("after", date(2026, 5, 17)) == TimeFrame(since=date(2026, 5, 17))


@pytest.mark.parametrize(
    ("today", "which", "since"),
    [
        ("2026-01-15", "last", "2024-12-01"),
        ("2026-01-15", "this", "2025-12-01"),
        ("2026-03-15", "last", "2025-12-01"),
        ("2026-03-15", "this", "2025-12-01"),
        ("2026-12-01", "last", "2025-12-01"),
        ("2026-12-01", "this", "2026-12-01"),
    ],
)
def test_winters_end_in_the_next_year(today: str, which: str, since: str) -> None:
    frame = time_frame(f"What happened {which} winter?", date.fromisoformat(today))
    assert frame.since == date.fromisoformat(since)
    assert frame.until == date(frame.since.year + 1, 2, 28)


@pytest.mark.parametrize(
    ("sentence", "since", "until"),
    [
        ("In 2015 the fleet had 14 boats, up from 12 the previous year.", "2015-01-01", "2015-12-31"),
        ("In 2015 the fleet had 14 boats; three years ago it had 12.", "2015-01-01", "2015-12-31"),
        ("In April sales rose, compared with the same month last year.", "2020-04-01", "2020-04-30"),
        ("The mill closed in May last year.", "2019-05-01", "2019-05-31"),
        ("The mill closed in October last year.", "2019-10-01", "2019-10-31"),
        ("The mill, built in 1904, burned down last year.", "2019-01-01", "2019-12-31"),
        ("The mill, which had stood empty since 2009, opened last month.", "2020-04-01", "2020-04-30"),
        ("Last month the mill, in use since 1904, burned down.", "2020-04-01", "2020-04-30"),
        ("It opened in May, and last week it closed.", "2020-04-20", "2020-04-26"),
        ("It opened in early March.", "2020-03-01", "2020-03-31"),
        ("It opened in Sept. 2019.", "2019-09-01", "2019-09-30"),
        ("“We lost 5 boats yesterday,” said Ada.", "2020-04-30", "2020-04-30"),
        ("HOLM (Gazette) - Last week the mill closed.", "2020-04-20", "2020-04-26"),
        ("The Last Week Tonight host won a prize.", None, None),
        ("The film “Last Summer” won a prize.", None, None),
        ("The firm founded in 1999 employed 30 people last year.", "2019-01-01", "2019-12-31"),
        ("The bridge built in 1923 closed yesterday.", "2020-04-30", "2020-04-30"),
        ("In 1998 she joined the firm, which last year made 40 million euros.", "2019-01-01", "2019-12-31"),
    ],
)
def test_what_a_sentence_tells_of(sentence: str, since: str | None, until: str | None) -> None:
    told = told_time(sentence, date(2020, 5, 1))
    assert (told.since, told.until) == (day(since), day(until))


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (TimeFrame(date(2026, 10, 1), date(2026, 10, 31)), "October 2026"),
        (TimeFrame(date(2025, 1, 1), date(2025, 12, 31)), "2025"),
        (TimeFrame(date(2010, 1, 1), date(2019, 12, 31)), "2010 to 2019"),
        (TimeFrame(date(2026, 11, 23), date(2026, 11, 23)), "23 November 2026"),
        (TimeFrame(since=date(2025, 3, 1)), "since 1 March 2025"),
        (TimeFrame(until=date(2018, 12, 31)), "until 31 December 2018"),
        (ANY_TIME, ""),
    ],
)
def test_periods_in_words(frame: TimeFrame, words: str) -> None:
    assert frame.in_words() == words


@pytest.mark.parametrize(
    "question",
    [
        "Why is Mars so far from Earth?",
        "Who painted the still life?",
        "Who directed Apocalypse Now?",
        "Who wrote for USA Today?",
        "Who found 2000 coins?",
        "Who wrote Yesterday?",
        "Who hosts Last Week Tonight?",
        "Who directed The Last Summer?",
        "Who sang Three Years Ago?",
        'Who wrote "yesterday"?',
        "Who wrote ‘last year’?",
        'Who wrote "1984"?',
    ],
)
def test_words_that_are_no_time(question: str) -> None:
    assert time_frame(question, TODAY) is ANY_TIME


@pytest.mark.parametrize(
    "question",
    [
        "Who is the director of Corran's zoo?",
        "Who's the mayor of Hull?",
        "And who is its chief engineer?",
        "Who is the zoo's new director?",
        "Who leads the Blue List?",
        "What is the average rent in Corran?",
        "What's the price of a ticket?",
        "What is the population of Hull?",
        "What is the number of members?",
    ],
)
def test_an_office_or_a_price_in_the_present_tense_is_todays(question: str) -> None:
    assert time_frame(question, TODAY) == TimeFrame(newest=True)


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who is the author of Hamlet?",
        "Who is the director of the film “Jaws”?",
        "Who is the former director of the zoo?",
        "Who was the director of the zoo?",
        "Who is the man in the photo with the mayor?",
        "Who is Ada Holt?",
        "What is the height of the dam?",
        "What is the reason for the high rent?",
        "What is a toll?",
        "Who is the mayor since the election?",
    ],
)
def test_what_lasts_is_not_only_todays(question: str) -> None:
    assert time_frame(question, TODAY) == ANY_TIME


def test_an_office_in_a_year_is_of_that_year() -> None:
    assert time_frame("Who is the mayor in 2023?", TODAY) == TimeFrame(date(2023, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("sentence", "since", "until"),
    [
        ("The rent stayed at 11.40 euros in the first quarter.", "2022-01-01", "2022-03-31"),
        ("In the third quarter it fell to 11.20 euros.", "2021-07-01", "2021-09-30"),
        ("It was 10.90 euros in the fourth quarter of 2020.", "2020-10-01", "2020-12-31"),
        ("Sales rose in Q2 2021.", "2021-04-01", "2021-06-30"),
        ("She scored in the first quarter of the match.", None, None),
    ],
)
def test_quarters_that_a_sentence_tells_of(sentence: str, since: str | None, until: str | None) -> None:
    told = told_time(sentence, date(2022, 4, 11))
    assert (told.since, told.until) == (day(since), day(until))

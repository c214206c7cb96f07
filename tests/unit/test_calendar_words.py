"""The days, months and years that a text names."""

from __future__ import annotations

from datetime import date

from assistant.calendar_words import dates_in, months_named


def test_a_day_without_a_year_is_of_its_articles_year() -> None:
    assert dates_in("It opened on 3 May.", date(2024, 5, 4)) == [date(2024, 5, 3)]
    assert dates_in("It opened on 3 May.", None) == []
    assert dates_in("It opened on 31 February 2024.", None) == []
    assert dates_in("Those of the 12 may vote who march 30 km.", date(2024, 5, 4)) == []


def test_short_months_in_articles() -> None:
    assert dates_in("It opened on 3 Dec. and on Sept. 5, 2019.", date(2024, 5, 4)) == [
        date(2024, 12, 3),
        date(2019, 9, 5),
    ]
    assert months_named("From Sept 2023 to Jan. 2024.", 2020) == [(2023, 9), (2024, 1)]


def test_a_month_in_small_letters_may_be_a_verb() -> None:
    assert months_named("In 2019 the court ruled that ships may dock and walkers march at night.", 2019) == []
    assert months_named("It opened in may, and closed in march 2020.", 2019) == [(2019, 5), (2020, 3)]
    assert months_named("May and March were cold.", 2019) == [(2019, 5), (2019, 3)]

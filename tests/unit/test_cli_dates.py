"""Dates, ids and notes on the command line."""

from __future__ import annotations

from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from assistant.types import Answer
from ui.cli import _parsed_date, _print_answer, app


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2025-03-31", date(2025, 3, 31), date(2025, 3, 31)),
        ("2025-3-1", date(2025, 3, 1), date(2025, 3, 1)),
        ("2025-04", date(2025, 4, 1), date(2025, 4, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_day_a_month_or_a_year(given: str, first: date, last: date) -> None:
    assert _parsed_date(given, "--since") == first
    assert _parsed_date(given, "--until", last=True) == last


def test_no_date() -> None:
    assert _parsed_date(None, "--since") is None


BAD = [
    "",
    "soon",
    "2025-13",
    "2025-02-30",
    "2023-02-29",
    "31.03.2025",
    "2025-03-31-01",
    "-2025",
    "2025-",
    "0",
    "10000",
    "2025/03",
]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("given", BAD)
def test_a_bad_date_is_wrong_usage(given: str, last: bool) -> None:
    with pytest.raises(typer.BadParameter, match=r"is not a date; write it as 2025-03-31, 2025-03 or 2025") as raised:
        _parsed_date(given, "--since", last=last)
    assert raised.value.param_hint == "--since"


@pytest.mark.parametrize("given", ["2025-00", "2025-02-00", "2025-0-0", "2_025"])
def test_a_month_or_day_of_zero_is_wrong_usage(given: str) -> None:
    with pytest.raises(typer.BadParameter):
        _parsed_date(given, "--since")


def test_a_year_that_is_far_too_large_is_wrong_usage() -> None:
    with pytest.raises(typer.BadParameter):
        _parsed_date("99999999999", "--since")


# What else is typed and printed


def test_a_since_after_the_until_is_wrong_usage() -> None:
    run = CliRunner().invoke(app, ["ask", "Why?", "--since", "2025", "--until", "2020"])
    assert run.exit_code == 2
    assert "2025 is later than --until 2020" in run.output


@pytest.mark.parametrize("command", ["show", "remove"])
@pytest.mark.parametrize("number", ["0", "9223372036854775808"])
def test_an_id_that_no_article_can_have_is_wrong_usage(command: str, number: str) -> None:
    assert CliRunner().invoke(app, [command, number]).exit_code == 2


def test_a_refusal_tells_its_notes_too(capsys: pytest.CaptureFixture[str]) -> None:
    _print_answer(Answer("Why?", "Why?", "", None, True, 0.1, "quotes", (), (), (), {}, notes=("The model is down.",)))
    said = capsys.readouterr().out
    assert "The model is down." in said
    assert "nearest passages" not in said

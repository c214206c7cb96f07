"""Dates and ids on the command line, what it prints, and Ctrl-C."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
import typer
from typer.testing import CliRunner

from assistant.library import Library
from assistant.types import Answer, AnswerSentence, Claim, Document, Metadata, NearbyPassage
from ingest.run import run_documents
from ui import cli
from ui.cli import _parsed_date, app
from ui.terminal import print_answer

ODD = ":star: and :100: [bold]in\\[/bold]\ta [1] C:\\dir\\"
"""All that Rich would change: emoji codes, markup, a tab, a backslash at the end."""


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
    print_answer(
        cli._out, Answer("Why?", "Why?", "", None, True, 0.1, "quotes", (), (), (), {}, notes=("The model is down.",))
    )
    said = capsys.readouterr().out
    assert "The model is down." in said
    assert "nearest passages" not in said


def test_an_answer_is_printed_character_by_character(capsys: pytest.CaptureFixture[str]) -> None:
    sentences = (AnswerSentence(ODD, (1,), True, 1.0), AnswerSentence(ODD, (), False, 0.0, "it is nowhere"))
    claims = (Claim(ODD, 1), Claim("no", 2))
    answer = Answer("Why?", "Why?", "", ODD, False, 0.9, "quotes", sentences, (), (), {}, (ODD,), claims)
    print_answer(cli._out, answer)
    print_answer(
        cli._out, Answer("?", ODD, "", None, True, 0.1, "quotes", (), (), (NearbyPassage(1, 0, 9, ODD, 1.0),), {})
    )
    assert [line for line in capsys.readouterr().out.split("\n") if "star" in line or "⭐" in line] == [
        ODD,
        f"  {ODD} [1]",
        f"{ODD} [1]",
        f"{ODD} (not supported: it is nowhere)",
        ODD,
        f"Understood as: {ODD}",
        ODD,
    ]


def test_an_answer_tells_its_confidence(capsys: pytest.CaptureFixture[str]) -> None:
    sentences = (AnswerSentence("It is old.", (), True, 1.0),)
    print_answer(cli._out, Answer("?", "?", "It is old.", None, False, 0.87, "quotes", sentences, (), (), {}))
    assert "confidence 87%" in capsys.readouterr().out


def test_an_article_is_printed_character_by_character(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    title, text = "The :star: [b] C:\\d\\", f"The sign says this.\n\n{ODD}\n\n {ODD}"
    run_documents([("a.md", Document(text, Metadata(title, "A. :100:", publisher="P\\")))], library)
    cli.show(1, library.folder)
    assert capsys.readouterr().out == f"{title}\nA. :100: · P\\\n\n{text}\n"
    cli.list_articles(library.folder)
    assert f"│ {title} │ P\\ " in capsys.readouterr().out
    cli.remove(1, library.folder)
    assert capsys.readouterr().out == f"Removed: {title}\n"


@pytest.mark.parametrize("command", [["ask", "Why?"], ["list"], ["show", "1"], ["verify"], ["rebuild"]])
def test_ctrl_c_is_an_error_like_any_other(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["footnote", *command, "--json", "--library", str(tmp_path)])
    with mock.patch.object(cli, "open_library", side_effect=KeyboardInterrupt), pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert json.loads(said.out)["error"].startswith("stopped")
    assert said.err.startswith("error: stopped")

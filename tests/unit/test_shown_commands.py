"""Commands that are shown can be pasted into a terminal."""

from __future__ import annotations

import io
from pathlib import Path
from unittest import mock

import pytest
from rich.console import Console

from assistant.evaluation import Converted
from ui.terminal import print_converted
from ui.views import parts


def test_the_folder_of_what_was_converted_may_have_a_space_in_its_name() -> None:
    out = io.StringIO()
    print_converted(Console(file=out), Converted((), (), ()), Path("/my sets/squad"))
    assert "footnote ingest '/my sets/squad/articles' --library NEW" in out.getvalue()
    assert "footnote eval '/my sets/squad/questions.jsonl' --library NEW" in out.getvalue()


def test_the_folder_of_the_library_may_have_a_space_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    page = mock.MagicMock(session_state={}, button=lambda *_, **__: False)
    monkeypatch.setattr(parts, "st", page)
    monkeypatch.setattr(parts, "owner_of", lambda _: "")
    monkeypatch.setattr(parts, "signed_in", lambda: None)
    parts.draw_first_run(mock.Mock(folder=Path("/my library")))
    page.code.assert_called_once_with("footnote ingest PATH --library '/my library'", language=None)

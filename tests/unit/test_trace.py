"""What an answer was made from, kept in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.conversation import ask
from assistant.library import Library
from assistant.settings import Settings

QUESTION = "When was the lighthouse of Arnholm built?"


def test_each_answer_adds_a_line_with_all_it_was_made_from(
    small_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trace.jsonl"
    monkeypatch.setattr(small_library, "settings", Settings(trace=path))
    answer = ask(small_library, QUESTION)
    ask(small_library, "Who won the football world cup in 1954?")
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first["answer"] == json.loads(json.dumps(answer.as_json()))
    assert first["sentences"][0]["text"] == answer.sentences[0].text
    assert first["passages"][0]["source"].endswith(".md")
    assert (first["model"], first["prompt"], first["written"], first["rewriting"]) == ("quotes", None, None, None)
    assert second["answer"]["abstained"]
    assert second["confidence"] < first["confidence"]


def test_a_trace_that_cannot_be_written_costs_no_answer(
    small_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_library, "settings", Settings(trace=tmp_path / "nowhere" / "trace.jsonl"))
    answer = ask(small_library, QUESTION)
    assert "1802" in answer.answer
    assert answer.notes[-1].startswith("FOOTNOTE_TRACE=")
    assert answer.notes[-1].endswith("choose a file that can be written.")

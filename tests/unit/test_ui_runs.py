"""Golden runs told apart, and compared with one that asked the same."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

import pytest

from assistant.errors import FootnoteError
from assistant.evaluation import GoldenQuestion
from assistant.library import Library
from ingest.run import run_documents
from tests.unit.conftest import DOCUMENTS
from ui import golden_runs
from ui.feedback import rated_words, runnable

LINES = [
    {"id": "1", "question": "When was the lighthouse of Arnholm built?", "answerable": True, "answers": ["1802"],
     "articles": ["lighthouse.md"]},
    {"id": "2", "question": "Who won the football world cup in 1954?", "answerable": False},
]  # fmt: skip


def questions(*chosen: dict[str, Any]) -> list[GoldenQuestion]:
    return golden_runs.uploaded_questions("\n".join(map(json.dumps, chosen)).encode(), "mine.jsonl")


def test_runs_are_told_apart_and_compared_with_what_asked_the_same(library: Library) -> None:
    run_documents(DOCUMENTS, library)
    sets = (("a.jsonl", LINES), ("b.jsonl", LINES[1:]), ("c.jsonl", LINES[:1]))
    for name, lines in sets:
        golden_runs.run_questions(library, questions(*lines), name, lambda _: None)
    runs = golden_runs.kept_runs(library, "")
    named = ("c.jsonl · 1 question", "b.jsonl · 1 question", "a.jsonl · 2 questions")
    for run, name in zip(runs, named, strict=True):
        assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d · {name}", run.label)
    third, second, first = runs
    assert golden_runs.run_before(third, runs) == first, "the one before it asked nothing of the same"
    assert golden_runs.run_before(second, runs) == first
    assert golden_runs.run_before(first, runs) is None
    report, earlier = library.ledger.evaluation(third.id), library.ledger.evaluation(first.id)
    assert report
    comparison = golden_runs.since(report, earlier)
    assert comparison
    assert comparison.common == 1


def test_runs_of_rated_answers_are_their_owners_only(library: Library) -> None:
    run_documents(DOCUMENTS, library)
    shared, rated = questions(*LINES), questions(LINES[0] | {"id": "feedback-7"}, LINES[1])
    asked = [("everybody's", shared, "ada"), ("ada's", rated, "ada"), ("bo's", rated, "bo"), ("nobody's", rated, "")]
    for name, chosen, owner in asked:
        golden_runs.run_questions(library, chosen, name, lambda _: None, owner=owner)

    def seen(owner: str) -> list[str]:
        return [run.label.split(" · ")[1] for run in golden_runs.kept_runs(library, owner)]

    assert seen("ada") == ["ada's", "everybody's"]
    assert seen("bo") == ["bo's", "everybody's"]
    assert seen("") == ["nobody's", "everybody's"]
    mine = golden_runs.kept_runs(library, "ada")[0]
    report = library.ledger.evaluation(mine.id)
    assert report
    assert "ada" not in json.loads(golden_runs.report_file(report)).values(), "who signed in is not handed on"


def test_what_a_deleted_conversation_asked_stays_in_no_run(library: Library) -> None:
    run_documents(DOCUMENTS, library)
    asked = questions(LINES[0] | {"id": "feedback-7"}), questions(LINES[0] | {"id": "feedback-71"}), questions(*LINES)
    for chosen, owner in zip((*asked, asked[0]), ("ada", "ada", "ada", "bo"), strict=True):
        golden_runs.run_questions(library, chosen, "run", lambda _: None, owner=owner)
    before = golden_runs.kept_runs(library, "ada")
    golden_runs.forget(library, "ada", [6, 7])
    assert golden_runs.kept_runs(library, "ada") == [run for run in before if "feedback-7" not in dict(run.asked)]
    assert len(golden_runs.kept_runs(library, "ada")) == 2
    assert len(golden_runs.kept_runs(library, "bo")) == 2, "another's runs are not touched"


def test_a_run_with_a_deleted_ones_id_is_read_anew(library: Library) -> None:
    run_documents(DOCUMENTS, library)
    first = golden_runs.run_questions(library, questions(LINES[0] | {"id": "feedback-7"}), "first", lambda _: None)
    assert golden_runs.kept_runs(library, "")[0].label.endswith("first · 1 question")
    golden_runs.forget(library, "", [7])
    assert golden_runs.kept_runs(library, "") == []
    second = golden_runs.run_questions(library, questions(*LINES), "second", lambda _: None)
    assert second == first, "SQLite gives the id again"
    assert golden_runs.kept_runs(library, "")[0].label.endswith("second · 2 questions")


def test_old_runs_of_rated_answers_are_shown_only_where_login_is_off(library: Library) -> None:
    run_documents(DOCUMENTS, library)
    made = golden_runs.run_questions(library, questions(LINES[0] | {"id": "feedback-7"}), "old", lambda _: None)
    report = library.ledger.evaluation(made)
    assert report
    assert report.pop("owner") == ""
    old = library.ledger.add_evaluation(report)
    assert old in [run.id for run in golden_runs.kept_runs(library, "")]
    assert golden_runs.kept_runs(library, "ada") == []


@pytest.mark.parametrize(
    ("difference", "change", "told"),
    [
        ("−26 ms", "same", "about the same (−26 ms)"),
        ("0.000", "same", "the same"),
        ("+0.010", "better", "+0.010 better"),
        ("–", "unknown", ""),
    ],
)
def test_how_a_figure_moved_never_contradicts_itself(difference: str, change: str, told: str) -> None:
    assert golden_runs.FigureRow("Latency", "", "100 ms", difference, change).moved == told


def test_rated_questions_without_a_right_answer_are_not_run() -> None:
    right = GoldenQuestion("1", "When?", True, quotes=("1802.",), articles=("a.md",))
    refused, open_one = GoldenQuestion("2", "Who?", False), GoldenQuestion("3", "Where?", True)
    assert runnable([right, refused, open_one]) == [right, refused]
    assert rated_words([right, refused]) == "2 answers rated so far. Thumbs below an answer add to them."
    assert "1 question cannot be run until the right answer is filled in" in rated_words([right, open_one])


def test_an_error_in_an_uploaded_file_names_that_file() -> None:
    assert golden_runs.uploaded_questions(codecs.BOM_UTF8 + json.dumps(LINES[1]).encode(), "mine.jsonl")
    with pytest.raises(FootnoteError, match=r"^mine\.jsonl, line 2: "):
        golden_runs.uploaded_questions((json.dumps(LINES[1]) + "\n{").encode(), "mine.jsonl")
    for data in (b"", b"\xff\xfe"):
        with pytest.raises(FootnoteError, match=r"^mine\.jsonl "):
            golden_runs.uploaded_questions(data, "mine.jsonl")

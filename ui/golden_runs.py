"""Runs of the golden questions: made, kept in the ledger, and set beside the one before."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evaluation import (
    FIGURES,
    Comparison,
    Figure,
    GoldenQuestion,
    Outcome,
    about,
    compare,
    curves,
    evaluate,
    load_questions,
    parsed_report,
    report_json,
)
from assistant.library import Library
from ingest.samples import golden_questions
from ui.jobs import Step, Tell

HEADLINES = ("sentence_hit_at_1", "hit_at_5", "refused_right", "refused_wrong", "ece", "latency_p50_ms")
"""The figures that are shown large."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure as people read it."""

    title: str
    meaning: str
    value: str
    difference: str
    change: str
    """better, worse, same or unknown."""


def sample_questions() -> list[GoldenQuestion]:
    """The golden questions over the sample articles."""
    return load_questions(golden_questions())


def uploaded_questions(data: bytes) -> list[GoldenQuestion]:
    """The golden questions of an uploaded file.

    Raises:
        FootnoteError: a line does not fit.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.jsonl"
        path.write_bytes(data)
        return load_questions(path)


def run_questions(library: Library, questions: Sequence[GoldenQuestion], name: str, tell: Tell) -> int:
    """Ask all questions, measure the answers and keep the report; returns the run's id.

    Raises:
        FootnoteError: the library lacks an article that a question names.
    """
    result = evaluate(library, questions, lambda done, total: tell(Step(done, total)))
    report = report_json(result, about(library, Path(name)), curves(result.questions, result.refuse_below))
    return library.ledger.add_evaluation(report)


def outcomes(report: Mapping[str, Any]) -> tuple[Outcome, ...]:
    """What each question of a kept run came to."""
    return parsed_report(report, "the kept run").outcomes


def since(report: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> Comparison | None:
    """A run beside an earlier one; None where there is none with questions in common."""
    if earlier is None:
        return None
    before, now = parsed_report(earlier, "the run before"), outcomes(report)
    asked = {(o.id, o.question) for o in before.outcomes}
    return compare(before, now) if any((o.id, o.question) in asked for o in now) else None


def figure_rows(report: Mapping[str, Any], comparison: Comparison | None) -> dict[str, FigureRow]:
    """Every figure of a run with its change, by key."""
    changes = {change.key: change for change in comparison.figures} if comparison else {}

    def row(figure: Figure) -> FigureRow:
        now = report["overall"][figure.key]
        change = changes.get(figure.key)
        difference = figure.difference(change.earlier, change.now) if change else "–"
        return FigureRow(
            figure.title, figure.meaning, figure.shown(now), difference, change.change if change else "unknown"
        )

    return {figure.key: row(figure) for figure in FIGURES}


def category_rows(report: Mapping[str, Any], keys: Sequence[str] = HEADLINES) -> list[dict[str, str]]:
    """The large figures of each category, a row each."""
    shown: dict[str, Callable[[float | None], str]] = {f.key: f.shown for f in FIGURES if f.key in keys}
    titles = {f.key: f.title for f in FIGURES}
    return [
        {"category": name.replace("_", " "), "questions": str(metrics["n"])}
        | {titles[key]: show(metrics[key]) for key, show in shown.items()}
        for name, metrics in report["by_category"].items()
    ]


def failed(report: Mapping[str, Any]) -> list[Outcome]:
    """The questions that went wrong, the most confident first: those mislead most."""
    wrong = [outcome for outcome in outcomes(report) if outcome.verdict in ("wrong", "refused")]
    return sorted(wrong, key=lambda outcome: (outcome.verdict == "refused", -outcome.confidence))


def outcome_rows(found: Sequence[Outcome]) -> list[dict[str, str]]:
    """Failed questions, what was expected of them and what came."""
    return [
        {
            "question": outcome.question,
            "expected": _expected(outcome),
            "came": outcome.answer,
            "verdict": f"{outcome.verdict}, confidence {outcome.confidence:.0%}",
            "best": f"{outcome.best_sentence} ({outcome.best_article})" if outcome.best_sentence else "",
        }
        for outcome in found
    ]


def report_file(report: Mapping[str, Any]) -> str:
    """A kept run as the file that `footnote eval --compare` reads."""
    return json.dumps(report, ensure_ascii=False, indent=1)


def _expected(outcome: Outcome) -> str:
    if not outcome.answerable:
        return "A refusal: the articles do not say."
    return " / ".join(outcome.expected) or ", ".join(outcome.expected_articles)

"""Runs of the golden questions: made, kept in the ledger, and set beside the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from assistant.evaluation.questions import read_questions
from assistant.evaluation.report import HEADLINES
from assistant.library import Library
from assistant.text import counted
from ingest.samples import golden_questions
from ui.jobs import Step, Tell
from ui.words import second_in_words

_OWNER = "owner"
"""The key, in the kept report of a run of rated answers, of whose they are; other runs are everybody's."""
_OF_RATED = "feedback-"
"""How the id of a question begins that was an answer's in a conversation, also in a file: see `ui.feedback`."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure as people read it."""

    title: str
    meaning: str
    value: str
    difference: str
    change: str
    """better, worse, same or unknown."""

    @property
    def moved(self) -> str:
        """How it moved, in words: "+0.010 better", "about the same (−26 ms)"; nothing where that is unknown."""
        match self.change:
            case "unknown":
                return ""
            case "same":
                return f"about the same ({self.difference})" if self.difference.startswith(("+", "−")) else "the same"
        return f"{self.difference} {self.change}"


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A kept run, as people tell it from others."""

    id: int
    label: str
    asked: frozenset[tuple[str, str]]
    """Its questions, each by its id and words."""
    owner: str | None = None
    """Whose it is, "" where login was off; None where it is everybody's."""


_kept: dict[tuple[str | None, int, datetime], KeptRun] = {}
"""By library, id and when it was made: the id of a run that was deleted can be another's later."""


def sample_questions() -> list[GoldenQuestion]:
    """The golden questions over the sample articles."""
    return load_questions(golden_questions())


def uploaded_questions(data: bytes, name: str) -> list[GoldenQuestion]:
    """The golden questions of an uploaded file.

    Args:
        data: its bytes.
        name: its name, for errors.

    Raises:
        FootnoteError: a line does not fit.
    """
    return read_questions(data, name)


def run_questions(
    library: Library, questions: Sequence[GoldenQuestion], name: str, tell: Tell, *, owner: str = ""
) -> int:
    """Ask all questions, measure the answers and keep the report; returns the run's id.

    Where a question comes from an answer that was rated, the run is its owner's only, as the conversation is.

    Args:
        library: the articles.
        questions: what to ask.
        name: what the run is to be called.
        tell: told how far it is.
        owner: who asks; "" where login is off.

    Raises:
        FootnoteError: the library lacks an article that a question names.
    """
    result = evaluate(library, questions, lambda done, total: tell(Step(done, total)))
    report = report_json(result, about(library, Path(name)), curves(result.questions, result.refuse_below))
    return library.ledger.add_evaluation(report | ({_OWNER: owner} if _of_rated(report) else {}))


def outcomes(report: Mapping[str, Any]) -> tuple[Outcome, ...]:
    """What each question of a kept run came to."""
    return parsed_report(report, "the kept run").outcomes


def kept_runs(library: Library, owner: str) -> list[KeptRun]:
    """Every kept run that this person may see, newest first.

    Each report is read once only, as the page is drawn again and again.
    """
    name = library.ledger.fact("library")
    runs = library.ledger.evaluations()
    for run, made in runs:
        if (name, run, made) not in _kept and (report := library.ledger.evaluation(run)):
            _kept[name, run, made] = _kept_run(run, made, report)
    held = (_kept[name, run, made] for run, made in runs if (name, run, made) in _kept)
    return [run for run in held if run.owner in (None, owner)]


def forget(library: Library, owner: str, turn_ids: Collection[int]) -> None:
    """Delete this person's kept runs that ask what was asked in a conversation, before that is deleted."""
    gone = {f"{_OF_RATED}{turn_id}" for turn_id in turn_ids}
    for run in kept_runs(library, owner):
        if run.owner is not None and gone & {question_id for question_id, _ in run.asked}:
            library.ledger.delete_evaluation(run.id)


def _kept_run(run: int, made: datetime, report: Mapping[str, Any]) -> KeptRun:
    asked = frozenset((question["id"], question["question"]) for question in report["questions"])
    label = f"{second_in_words(made)} · {report['about']['questions']} · {counted(report['overall']['n'], 'question')}"
    return KeptRun(run, label, asked, _owner_of(report))


def _of_rated(report: Mapping[str, Any]) -> bool:
    return any(question["id"].startswith(_OF_RATED) for question in report["questions"])


def _owner_of(report: Mapping[str, Any]) -> str | None:
    # Runs of rated answers did not always say whose they were: those are shown only where login is off.
    return str(report.get(_OWNER, "")) if _of_rated(report) else None


def run_before(run: KeptRun, runs: Sequence[KeptRun]) -> KeptRun | None:
    """The last run before this one that asked some of the same questions."""
    return next((other for other in runs if other.id < run.id and not other.asked.isdisjoint(run.asked)), None)


def since(report: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> Comparison | None:
    """A run beside an earlier one that asked some of the same questions, see `run_before`; None where there is none."""
    return compare(parsed_report(earlier, "the run before"), outcomes(report), report.get("about")) if earlier else None


def figure_rows(report: Mapping[str, Any], comparison: Comparison | None) -> dict[str, FigureRow]:
    """Every figure of a run with its change, by key."""
    changes = {change.key: change for change in comparison.figures} if comparison else {}

    def row(figure: Figure) -> FigureRow:
        now = report["overall"][figure.key]
        change = changes.get(figure.key)
        difference = figure.difference(change.earlier, change.now).replace("-", "−") if change else "–"
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
    """A kept run as the file that `footnote eval --compare` reads; who signed in is nothing to hand on with it."""
    return json.dumps({key: report[key] for key in report if key != _OWNER}, ensure_ascii=False, indent=1)


def _expected(outcome: Outcome) -> str:
    if not outcome.answerable:
        return "A refusal: the articles do not say."
    return " / ".join(outcome.expected) or ", ".join(outcome.expected_articles)

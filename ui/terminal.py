"""Answers, the figures of an evaluation, and what was converted, as text for a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.answering import REFUSAL
from assistant.evaluation import FIGURES, Comparison, Converted, Evaluation, Metrics
from assistant.evaluation.comparison import QuestionChange
from assistant.evaluation.converters import ARTICLES, QUESTIONS
from assistant.text import canonical_text, counted
from assistant.types import Answer
from ingest.command import print_verbatim
from ui.answers import NEARBY_SHOWN, differing
from ui.words import described

_COLUMNS = {
    "n": "\nn",
    "hit_at_1": "article\nhit@1",
    "sentence_hit_at_1": "sentence\nhit@1",
    "sentence_hit_at_3": "sentence\nhit@3",
    "answer_recall": "answer\nrecall",
    "refused_right": "refused\nrightly",
    "refused_wrong": "refused\nwrongly",
}
"""By category, as many as fit into eighty characters; the report has all."""
_LISTED = 10
_STYLES = {"better": "green", "worse": "red"}


def print_answer(console: Console, answer: Answer) -> None:
    """An answer with its footnotes, or the passages that come nearest."""
    if answer.standalone_question != answer.question:
        print_verbatim(console, f"Understood as: {answer.standalone_question}", "dim")
    if answer.abstained:
        console.print(f"{REFUSAL} (confidence {answer.confidence:.0%})", style="bold")
        if answer.passages:
            console.print("The nearest passages:")
        for passage in answer.passages[:NEARBY_SHOWN]:
            console.print(f"\n  article {passage.article_id}, characters {passage.start}-{passage.end}", style="dim")
            print_verbatim(console, passage.text)
        return _print_notes(console, answer)
    if answer.short_answer:
        print_verbatim(console, answer.short_answer + "\n", "bold")
    if told := differing(answer.as_json()):
        console.print(told[0].text, style="bold")
        for claim in told[1:]:
            print_verbatim(console, f"  {claim.text} [{claim.citations[0]}]")
        console.print()
    for sentence in answer.sentences:
        marks = "".join(f" [{number}]" for number in sentence.citations)
        unsupported = "" if sentence.supported else f" (not supported: {sentence.reason})"
        print_verbatim(console, sentence.text + marks + unsupported, None if sentence.supported else "strike")
    console.print(f"\nconfidence {answer.confidence:.0%}", style="dim")
    for citation in answer.citations:
        about = f"{described(asdict(citation), date.today())} · {citation.url or citation.source}"
        place = f"characters {citation.start}-{citation.end}"
        print_verbatim(console, f"[{citation.number}] {about} ({place})", "dim")
    _print_notes(console, answer)


def _print_notes(console: Console, answer: Answer) -> None:
    for note in answer.notes:
        print_verbatim(console, note, "yellow")
    if answer.tokens:
        console.print(f"{answer.tokens.read:,} tokens read, {answer.tokens.written:,} written", style="dim")


def print_evaluation(console: Console, result: Evaluation, comparison: Comparison | None) -> None:
    """The figures, and what changed since an earlier run."""
    console.print(counted(result.overall.n, "question"))
    table = Table("figure", "all", "meaning", box=SIMPLE_HEAD)
    for figure in FIGURES:
        value = getattr(result.overall, figure.key)
        if value is not None:
            table.add_row(figure.title, figure.shown(value), figure.meaning)
    console.print(table)
    if result.by_category:
        _print_categories(console, result.by_category)
    if unfair := [outcome for outcome in result.questions if outcome.missing_quotes]:
        text = f"{counted(len(unfair), 'question')} with gold quotes that stand in none of their articles: "
        named = ", ".join(outcome.id for outcome in unfair[:_LISTED]) + (", ..." if len(unfair) > _LISTED else "")
        print_verbatim(console, _one_line(text + named), "yellow")
    if comparison:
        _print_comparison(console, comparison)


def _print_categories(console: Console, by_category: dict[str, Metrics]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("\ncategory", overflow="fold")
    for title in _COLUMNS.values():
        table.add_column(title, justify="right")
    for name, metrics in by_category.items():
        values = (getattr(metrics, key) for key in _COLUMNS)
        table.add_row(Text(name), *("" if v is None else str(v) if isinstance(v, int) else f"{v:.3f}" for v in values))
    console.print(table)


def _changed_besides(comparison: Comparison) -> list[str]:
    """What else changed between two runs than the answers, a line each."""
    told = [f"{d.name}: {d.earlier} then, {d.now} now" for d in comparison.differences]
    if others := comparison.expect_otherwise:
        named = ", ".join(others[:_LISTED]) + (", ..." if len(others) > _LISTED else "")
        text = f"{counted(len(others), 'question')} left out, of which something else is expected now: {named}"
        told.append(_one_line(text))
    return told


def _print_comparison(console: Console, comparison: Comparison) -> None:
    print_verbatim(console, f"\nAgainst {comparison.path}: {counted(comparison.common, 'question')} in common")
    if not comparison.same_questions:
        counts = f"{comparison.only_earlier} only there, {comparison.only_now} only here"
        console.print(f"{counts}; both runs are measured over the common ones", style="yellow", soft_wrap=True)
    for told in _changed_besides(comparison):
        print_verbatim(console, told, "yellow")
    table = Table("figure", "earlier", "now", "change", "", box=SIMPLE_HEAD)
    figures = {figure.key: figure for figure in FIGURES}
    for change in comparison.figures:
        figure = figures[change.key]
        if change.earlier is None and change.now is None:
            continue
        moved = figure.difference(change.earlier, change.now)
        told = change.change if change.change in _STYLES else ""
        table.add_row(
            figure.title,
            figure.shown(change.earlier),
            figure.shown(change.now),
            moved,
            told,
            style=_STYLES.get(change.change),
        )
    console.print(table)
    _print_changes(console, "better", comparison.better)
    _print_changes(console, "worse", comparison.worse)


def _print_changes(console: Console, which: str, changes: Sequence[QuestionChange]) -> None:
    console.print(f"{counted(len(changes), 'question')} got {which}")
    for change in changes[:_LISTED]:
        line = _one_line(f"{change.id}: {change.question} ({change.earlier.verdict} -> {change.now.verdict})")
        print_verbatim(console, f"  {line}", _STYLES[which])
    if (more := len(changes) - _LISTED) > 0:
        console.print(f"  ... and {more} more; --report and --json list them all", style=_STYLES[which])


def print_converted(console: Console, converted: Converted, folder: Path) -> None:
    """What was written, what was left out, and how to go on."""
    counts = f"{counted(len(converted.documents), 'article')} and {counted(len(converted.questions), 'question')}"
    print_verbatim(console, f"{counts} written to {folder}")
    for line in converted.left_out[:_LISTED]:
        print_verbatim(console, _one_line(f"left out: {line}"), "yellow")
    if (more := len(converted.left_out) - _LISTED) > 0:
        console.print(f"... and {more} more; --json lists them all", style="yellow")
    articles, questions = (shlex.quote(str(folder / name)) for name in (ARTICLES, QUESTIONS))
    print_verbatim(
        console, f"Go on with: footnote ingest {articles} --library NEW && footnote eval {questions} --library NEW"
    )


def _one_line(text: str) -> str:
    return " ".join(canonical_text(text).split())

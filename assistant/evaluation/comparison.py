"""Two runs side by side: what each figure gained or lost, and which questions got better or worse."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import FootnoteError
from assistant.evaluation.outcomes import FIGURES, VERDICTS, Metrics, Outcome, measure
from assistant.evaluation.questions import GoldenQuestion

_FIX = "give the report.json of an earlier `footnote eval --report`"
_OUTCOMES = TypeAdapter(tuple[Outcome, ...])  # fields that reports did not always have are optional there


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """An earlier run, as its report tells of it."""

    path: str
    outcomes: tuple[Outcome, ...]
    known: frozenset[str]
    """The fields its questions have."""
    made: str = ""
    """When, where it says so."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure then and now."""

    key: str
    earlier: float | None
    now: float | None
    difference: float | None
    change: str
    """better, worse, same or unknown."""


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that came to something else than before."""

    id: str
    question: str
    earlier: Outcome
    now: Outcome

    @property
    def steps(self) -> int:
        """How many verdicts it rose, or fell where negative: from wrong by refused and partly right to right."""
        return VERDICTS.index(self.now.verdict) - VERDICTS.index(self.earlier.verdict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against an earlier one, over the questions both have."""

    path: str
    made: str
    common: int
    only_earlier: int
    only_now: int
    figures: tuple[FigureChange, ...]
    better: tuple[QuestionChange, ...]
    """Questions with a better verdict than before."""
    worse: tuple[QuestionChange, ...]
    """Questions with a worse one."""

    @property
    def same_questions(self) -> bool:
        """Whether both runs asked the same."""
        return not (self.only_earlier or self.only_now)

    def as_json(self) -> dict[str, Any]:
        """As `--json` and the report have it."""
        return {
            "path": self.path,
            "made": self.made,
            "common": self.common,
            "only_earlier": self.only_earlier,
            "only_now": self.only_now,
            "figures": {
                f.key: {name: value for name, value in asdict(f).items() if name != "key"} for f in self.figures
            },
            "better": [_question_json(change) for change in self.better],
            "worse": [_question_json(change) for change in self.worse],
        }


def load_report(path: Path) -> EarlierReport:
    """Read a report that `footnote eval --report` wrote (what `--json` printed will do too).

    Raises:
        FootnoteError: it cannot be read or is none; the message says what does not fit.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, UnicodeDecodeError) as error:
        raise FootnoteError(f"{path} cannot be read ({error}); {_FIX}") from error
    except ValueError as error:
        raise FootnoteError(f"{path} is not JSON ({error}); {_FIX}") from error
    return parsed_report(content, str(path))


def parsed_report(content: Any, path: str) -> EarlierReport:
    """A report from its plain values; `path` is what it is to be called.

    Raises:
        FootnoteError: it is none; the message says what does not fit.
    """
    questions = content.get("questions") if isinstance(content, dict) else None
    if not isinstance(questions, list) or not questions:
        raise FootnoteError(f"{path} is no report, it has no list of questions; {_FIX}")
    try:
        outcomes = _OUTCOMES.validate_python(questions)
    except ValidationError as error:
        first = error.errors()[0]
        number, *field = first["loc"]
        what = f"question {int(number) + 1}" + "".join(f", {part!r}" for part in field)
        raise FootnoteError(f"{path} is no report, {what}: {first['msg']}; {_FIX}") from error
    known = frozenset.intersection(*(frozenset(row) for row in questions))
    told = content.get("about")
    return EarlierReport(path, outcomes, known, str(told.get("made", "")) if isinstance(told, dict) else "")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def common_questions(
    earlier: EarlierReport, questions: Iterable[GoldenQuestion | Outcome]
) -> tuple[tuple[str, str], ...]:
    """Id and wording of each question that an earlier run asked too: one in other words is another question.

    Raises:
        FootnoteError: there are none.
    """
    before = _by_question(earlier.outcomes)
    common = tuple(key for key in dict.fromkeys(map(_key, questions)) if key in before)
    if not common:
        raise FootnoteError(
            f"{earlier.path} has none of these questions, it has {len(before)} others; "
            "compare with a report over the same question file"
        )
    return common


def compare(earlier: EarlierReport, outcomes: Sequence[Outcome]) -> Comparison:
    """What changed since an earlier run; where the questions differ, over those that both have.

    Raises:
        FootnoteError: they have none in common.
    """
    before, after = _by_question(earlier.outcomes), _by_question(outcomes)
    common = common_questions(earlier, outcomes)
    pairs = [QuestionChange(key[0], key[1], before[key], after[key]) for key in common]
    return Comparison(
        path=earlier.path,
        made=earlier.made,
        common=len(common),
        only_earlier=len(before) - len(common),
        only_now=len(after) - len(common),
        figures=tuple(_changes(measure([p.earlier for p in pairs]), measure([p.now for p in pairs]), earlier.known)),
        better=tuple(pair for pair in pairs if pair.steps > 0),
        worse=tuple(pair for pair in pairs if pair.steps < 0),
    )


def _changes(before: Metrics, after: Metrics, known: frozenset[str]) -> Iterable[FigureChange]:
    for figure in FIGURES:
        earlier, now = getattr(before, figure.key), getattr(after, figure.key)
        if figure.key == "short_answer_given" and "short_answer" not in known:
            earlier = None  # unknown: before there were short answers, reports did not say that none was given
        difference = None if earlier is None or now is None else round(now - earlier, 4)
        yield FigureChange(figure.key, earlier, now, difference, figure.change(earlier, now))


def _by_question(outcomes: Iterable[Outcome]) -> dict[tuple[str, str], Outcome]:
    return {_key(outcome): outcome for outcome in outcomes}


def _key(question: GoldenQuestion | Outcome) -> tuple[str, str]:
    return question.id, question.question


def _question_json(change: QuestionChange) -> dict[str, Any]:
    def said(outcome: Outcome) -> dict[str, Any]:
        return {"verdict": outcome.verdict, "confidence": outcome.confidence, "answer": outcome.answer}

    return {"id": change.id, "question": change.question, "earlier": said(change.earlier), "now": said(change.now)}

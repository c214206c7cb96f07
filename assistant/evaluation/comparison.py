"""Two runs side by side: what each figure gained or lost, and which questions got better or worse."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import FootnoteError
from assistant.evaluation.outcomes import FIGURES, VERDICTS, Metrics, Outcome, measure
from assistant.evaluation.questions import GoldenQuestion

_FIX = "give the report.json of an earlier `footnote eval --report`"
_CIRCUMSTANCES = {
    "embedding_model": "embedding model",
    "refuse_below": "refused below a confidence of",
    "articles": "articles",
    "passages": "passages",
    "version": "Footnote",
}
"""What a report says of its run that may change the figures, and what it is called."""
_EXPECTED = ("expected", "expected_articles", "expected_quotes")
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
    about: Mapping[str, Any] = field(default_factory=dict)
    """All that it says of its run."""


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
        """How many verdicts it rose, or fell where negative: from wrong by refused and partly right to right.

        0 where one of them was not judged.
        """
        if "not judged" in (self.earlier.verdict, self.now.verdict):
            return 0
        return VERDICTS.index(self.now.verdict) - VERDICTS.index(self.earlier.verdict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something else than the answers that was not as it is."""

    name: str
    earlier: str
    now: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against an earlier one, over the questions both have."""

    path: str
    made: str
    common: int
    only_earlier: int
    only_now: int
    expect_otherwise: tuple[str, ...]
    """Ids of questions that both have but of which something else is expected now; they are left out."""
    differences: tuple[Difference, ...]
    figures: tuple[FigureChange, ...]
    better: tuple[QuestionChange, ...]
    """Questions with a better verdict than before."""
    worse: tuple[QuestionChange, ...]
    """Questions with a worse one."""

    @property
    def same_questions(self) -> bool:
        """Whether both runs asked the same, and expected the same answers."""
        return not (self.only_earlier or self.only_now or self.expect_otherwise)

    def as_json(self) -> dict[str, Any]:
        """As `--json` and the report have it."""
        return {
            "path": self.path,
            "made": self.made,
            "common": self.common,
            "only_earlier": self.only_earlier,
            "only_now": self.only_now,
            "expect_otherwise": list(self.expect_otherwise),
            "differences": [asdict(difference) for difference in self.differences],
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
    except (ValueError, RecursionError) as error:
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
    about = told if isinstance(told, dict) else {}
    return EarlierReport(path, outcomes, known, str(about.get("made", "")), about)


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


def compare(earlier: EarlierReport, outcomes: Sequence[Outcome], about: Mapping[str, Any] | None = None) -> Comparison:
    """What changed since an earlier run; where the questions differ, over those that both have.

    Args:
        earlier: from `load_report`.
        outcomes: of this run.
        about: what its report says of it, to tell what else differs.

    Raises:
        FootnoteError: they have none in common.
    """
    before, after = _by_question(earlier.outcomes), _by_question(outcomes)
    both = [QuestionChange(*key, before[key], after[key]) for key in common_questions(earlier, outcomes)]
    pairs = [pair for pair in both if _expect_the_same(pair, earlier.known)]
    return Comparison(
        path=earlier.path,
        made=earlier.made,
        common=len(pairs),
        only_earlier=len(before) - len(both),
        only_now=len(after) - len(both),
        expect_otherwise=tuple(pair.id for pair in both if not _expect_the_same(pair, earlier.known)),
        differences=tuple(_differences(earlier.about, about or {})),
        figures=tuple(_changes(measure([p.earlier for p in pairs]), measure([p.now for p in pairs]), earlier.known)),
        better=tuple(pair for pair in pairs if pair.steps > 0),
        worse=tuple(pair for pair in pairs if pair.steps < 0),
    )


def _expect_the_same(pair: QuestionChange, known: frozenset[str]) -> bool:
    """Whether the earlier run counted as right what this one does, as far as its report says."""
    before, now = pair.earlier, pair.now
    lists = [name for name in _EXPECTED if name in known]
    same = all(set(getattr(before, name)) == set(getattr(now, name)) for name in lists)
    return same and before.answerable == now.answerable


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[Difference]:
    for key, name in _CIRCUMSTANCES.items():
        if key in before and key in now and before[key] != now[key]:
            yield Difference(name, str(before[key]), str(now[key]))


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

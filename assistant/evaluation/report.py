"""A run as `report.json` and as `report.html`, one page that needs nothing else.

Whatever comes from articles or questions is escaped by the template engine; only the plots, which hold numbers and
words of ours, go in as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import FootnoteError
from assistant.evaluation.comparison import Comparison
from assistant.evaluation.metrics import RiskPoint
from assistant.evaluation.outcomes import FIGURES, Curves, Outcome, curves
from assistant.evaluation.run import Evaluation
from assistant.library import Library
from assistant.text import counted

if TYPE_CHECKING:
    from markupsafe import Markup

REPORT_JSON, REPORT_HTML = "report.json", "report.html"
"""What `write_report` writes into its folder."""

HEADLINES = ("sentence_hit_at_1", "hit_at_5", "refused_right", "refused_wrong", "ece", "latency_p50_ms")
"""The figures that are shown large."""

_TEMPLATE = "report.html.jinja"
_SHOWN_QUESTIONS = 20
_TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, when, and with what."""

    questions: str
    """The question file."""
    articles: int
    passages: int
    embedding_model: str
    made: str
    """When."""
    version: str
    """Of Footnote."""
    refuse_below: float
    """The confidence under which answers are refused."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, and what it shows in words."""

    svg: Markup
    alternative: str


def about(library: Library, questions: Path) -> About:
    """What a run over this library with this question file is to be known by."""
    return About(
        questions=str(questions),
        articles=len(library.ledger.articles()),
        passages=library.ledger.chunk_count(),
        embedding_model=library.settings.embedding_model,
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        version=version("footnote"),
        refuse_below=library.settings.refuse_below,
    )


def prepare_folder(folder: Path) -> None:
    """Make a report's folder and try to write in it, before minutes go into measuring.

    Raises:
        FootnoteError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / ".footnote-trial"
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise _unwritable(folder, error) from error


def write_report(folder: Path, evaluation: Evaluation, told: About, comparison: Comparison | None = None) -> None:
    """Write `report.json` and `report.html`.

    Args:
        folder: where to; made if it is not there.
        evaluation: from `evaluate`.
        told: from `about`.
        comparison: with an earlier run, from `compare`.

    Raises:
        FootnoteError: the folder cannot be written.
    """
    drawn = curves(evaluation.questions, evaluation.refuse_below)
    content = report_json(evaluation, told, drawn, comparison)
    page = report_html(evaluation, told, drawn, comparison)
    prepare_folder(folder)
    try:
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / REPORT_JSON).write_bytes(text.encode("utf-8", "backslashreplace"))
        (folder / REPORT_HTML).write_bytes(page.encode("utf-8", "replace"))
    except OSError as error:
        raise _unwritable(folder, error) from error


def report_json(
    evaluation: Evaluation, told: About, drawn: Curves, comparison: Comparison | None = None
) -> dict[str, Any]:
    """The report as plain values: what `--json` prints, what was measured, and the curves."""
    values = {"about": asdict(told)} | evaluation.as_json() | {"curves": drawn.as_json()}
    return values | {"comparison": comparison.as_json()} if comparison else values


def report_html(evaluation: Evaluation, told: About, drawn: Curves, comparison: Comparison | None = None) -> str:
    """The report as a page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "breakable": breakable, "counted": counted}
    wrong, refused = worst_answers(evaluation.questions), wrongly_refused(evaluation.questions)
    return environment.get_template(_TEMPLATE).render(
        about=told,
        evaluation=evaluation,
        comparison=comparison,
        changes={change.key: change for change in comparison.figures} if comparison else {},
        figures=FIGURES,
        headlines=[figure for figure in FIGURES if figure.key in HEADLINES],
        curves=drawn,
        risk_rows=risk_rows(drawn.risk_coverage),
        plots=plots(drawn, evaluation.overall.ece),
        wrong=wrong,
        partly=sum(o.verdict == "partly right" for o in wrong),
        unjudged=sum(o.verdict == "not judged" for o in evaluation.questions),
        refused=refused,
        unfair=[outcome for outcome in evaluation.questions if outcome.missing_quotes],
        shown=_SHOWN_QUESTIONS,
        report_json=REPORT_JSON,
    )


def worst_answers(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The answers that are not right, the most confident first; those that hold a right sentence come last."""
    missed = (o for o in outcomes if o.verdict in ("wrong", "partly right"))
    return sorted(missed, key=lambda o: (o.verdict == "partly right", -o.confidence))


def wrongly_refused(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The answerable questions that were refused: first those whose right sentence was found, nearest miss first."""
    refused = (o for o in outcomes if o.verdict == "refused")
    return sorted(refused, key=lambda o: (not o.best_hits, -o.confidence))


def risk_rows(points: Sequence[RiskPoint]) -> list[RiskPoint]:
    """The points that first reach each tenth of coverage."""
    reached = (next((p for p in points if p.coverage >= tenth), None) for tenth in _TENTHS)
    return list(dict.fromkeys(point for point in reached if point))


def percent(value: float | None) -> str:
    """A share as people read it."""
    return "–" if value is None else f"{value:.1%}"


def breakable(name: str) -> Markup:
    """A name, escaped, that may be broken after each underscore."""
    from markupsafe import Markup, escape

    return escape(name).replace("_", Markup("_<wbr>"))


def plots(drawn: Curves, ece: float | None) -> dict[str, Plot]:
    """The plots by name; one that would be empty is left out."""
    from markupsafe import Markup

    from assistant.evaluation import plots as draw  # altair is slow to import

    found = {}
    first, last = drawn.retrieval[0], drawn.retrieval[-1]
    if first.article is not None or first.sentence is not None:
        found["retrieval"] = Plot(
            Markup(draw.retrieval_plot(drawn.retrieval)),
            f"Lines over k from 1 to 10. The right article is among the first k for {percent(first.article)} of the "
            f"questions at 1 and {percent(last.article)} at 10, the right sentence for {percent(first.sentence)} "
            f"and {percent(last.sentence)}.",
        )
    if drawn.risk_coverage:
        end, now = drawn.risk_coverage[-1], drawn.current
        marked = f" Now {percent(now.coverage)} are answered, {percent(now.risk)} of them wrongly." if now else ""
        found["risk"] = Plot(
            Markup(draw.risk_coverage_plot(drawn.risk_coverage, now)),
            "A line: the share of wrong answers against the share of questions answered, as the threshold falls. "
            f"With every question answered {percent(end.risk)} are wrong.{marked}",
        )
        found["reliability"] = Plot(
            Markup(draw.reliability_plot(drawn.reliability)),
            "Bars over ten bins of confidence, the share of right answers in each, beside a diagonal that perfect "
            f"confidence would follow. The expected calibration error is {'unknown' if ece is None else f'{ece:.3f}'}.",
        )
    if drawn.latency:
        total = drawn.latency[-1]
        found["latency"] = Plot(
            Markup(draw.latency_plot(drawn.latency)),
            "A bar for each step from the 25th to the 75th percentile, in a line from the 5th to the 95th. "
            f"The median of the {total.step} is {total.p50:.0f} milliseconds.",
        )
    return found


def _unwritable(folder: Path, error: OSError) -> FootnoteError:
    return FootnoteError(f"{folder} cannot be written ({error.strerror or error}); name another folder for the report")

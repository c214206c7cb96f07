"""What each question came to, and the figures and curves over many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from assistant.evaluation.metrics import (
    ReliabilityBin,
    RiskPoint,
    auroc,
    expected_calibration_error,
    hit_at,
    mean,
    percentile,
    reciprocal_rank,
    reliability_bins,
    risk_coverage,
    risk_coverage_area,
    share,
)

STEPS = ("retrieve", "read", "answer", "total")
"""The steps that are timed, in order."""

Verdict = Literal["right", "partly right", "refused", "wrong", "not judged"]
VERDICTS: tuple[Verdict, ...] = ("wrong", "refused", "partly right", "right")
"""Worst first. Right: the best-ranked sentence is a right one, or a question without an answer was refused. Partly
right: a right sentence is in the answer, but another ranks first. Refused: though there is an answer. "Not judged" is
none of these: it was answered, and the question does not say what is right."""

_DEEPEST_RANK = 10
_LATENCY_PERCENTILES = (5, 25, 50, 75, 95, 100)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to; ranks count from 1, None where nothing in the ranking hits."""

    id: str
    category: str
    answerable: bool
    question: str
    standalone_question: str
    answer: str
    expected: tuple[str, ...]
    abstained: bool
    confidence: float
    article_rank: int | None
    sentence_rank: int | None
    answer_recalled: bool | None
    """Whether an accepted answer stands in the answer; None where none is given."""
    citation_hits: tuple[bool, ...]
    latency_ms: float
    names_articles: bool = True
    """Whether the question names gold articles."""
    names_sentences: bool = True
    """Whether it says which sentences of them are right."""
    ndcg_at_10: float | None = None
    sentence_precision: float | None = None
    sentence_recall: float | None = None
    sentence_f1: float | None = None
    """The answer's sentences against the gold quotes; None where there are no gold quotes."""
    short_answer: str | None = None
    short_answer_right: bool | None = None
    """None where no short answer was given, or none is accepted."""
    expected_articles: tuple[str, ...] = ()
    best_sentence: str = ""
    """The sentence ranked first, whether or not it was answered with."""
    best_article: str = ""
    """Where that stands."""
    timings_ms: dict[str, float] = field(default_factory=dict)
    expected_quotes: tuple[str, ...] = ()
    """Also where `expected` has answers."""
    missing_quotes: tuple[str, ...] = ()
    """Gold quotes that stand in none of the gold articles, so that nothing could hit them."""

    @property
    def best_hits(self) -> bool:
        """Whether answering with the best-ranked sentence is right: there is an answer, and it holds it."""
        return self.answerable and self.sentence_rank == 1

    @property
    def judged(self) -> bool:
        """Whether it is known if the best-ranked sentence is right."""
        return not self.answerable or self.names_sentences

    @property
    def verdict(self) -> Verdict:
        """How right it is; where no sentences are named the best-ranked article decides, where none is, the answer."""
        if self.abstained:
            return "refused" if self.answerable else "right"
        if self.answerable and not self.names_articles:
            return "not judged" if self.answer_recalled is None else "right" if self.answer_recalled else "wrong"
        best = self.sentence_rank if self.names_sentences else self.article_rank
        if self.answerable and best == 1:
            return "right"
        return "partly right" if self.answerable and any(self.citation_hits) else "wrong"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures over a set of questions; None where the set has no such case."""

    n: int
    hit_at_1: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    sentence_hit_at_1: float | None
    sentence_hit_at_3: float | None
    sentence_precision: float | None
    sentence_recall: float | None
    sentence_f1: float | None
    answer_recall: float | None
    citation_precision: float | None
    short_answer_given: float | None
    short_answer_right: float | None
    refused_right: float | None
    refused_wrong: float | None
    abstention_auroc: float | None
    ece: float | None
    risk_coverage_area: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """How one of the metrics is called, explained and compared."""

    key: str
    title: str
    meaning: str
    higher_is_better: bool = True
    is_time: bool = False

    def shown(self, value: float | None) -> str:
        """The value as people read it."""
        return "–" if value is None else f"{value:.0f} ms" if self.is_time else f"{value:.3f}"

    def difference(self, earlier: float | None, now: float | None) -> str:
        """The change as people read it, with its sign."""
        if earlier is None or now is None:
            return "–"
        shown = f"{now - earlier:+.0f} ms" if self.is_time else f"{now - earlier:+.3f}"
        return shown if any(digit in shown for digit in "123456789") else shown[1:]

    def change(self, earlier: float | None, now: float | None) -> Literal["better", "worse", "same", "unknown"]:
        """Which way it moved; shares within half of the last digit shown, and times within a tenth, are the same."""
        if earlier is None or now is None:
            return "unknown"
        if abs(now - earlier) < (0.1 * max(earlier, now) if self.is_time else 0.0005):
            return "same"
        return "better" if (now > earlier) is self.higher_is_better else "worse"


FIGURES = (
    Figure("hit_at_1", "Article hit@1", "a gold article comes first"),
    Figure("hit_at_5", "Article hit@5", "a gold article is among the first five"),
    Figure("hit_at_10", "Article hit@10", "a gold article is among the first ten"),
    Figure("mrr_at_10", "Article MRR@10", "mean of 1 / rank of the first gold article"),
    Figure("ndcg_at_10", "Article nDCG@10", "all gold articles, the higher the better"),
    Figure("sentence_hit_at_1", "Sentence hit@1", "the best-ranked sentence is right"),
    Figure("sentence_hit_at_3", "Sentence hit@3", "a right sentence is among the first three"),
    Figure("sentence_precision", "Sentence precision", "answered sentences that are gold quotes; mean over answers"),
    Figure("sentence_recall", "Sentence recall", "gold quotes that were answered; a refusal counts 0"),
    Figure("sentence_f1", "Sentence F1", "both together; a refusal counts 0"),
    Figure("answer_recall", "Answer recall", "an accepted answer stands in the answer"),
    Figure("citation_precision", "Citation precision", "cited sentences that are right"),
    Figure("short_answer_given", "Short answer given", "questions with accepted answers that got a short one"),
    Figure("short_answer_right", "Short answer right", "short answers given that match an accepted one"),
    Figure("refused_right", "Refused rightly", "unanswerable questions that were refused"),
    Figure("refused_wrong", "Refused wrongly", "answerable questions that were refused", False),
    Figure("abstention_auroc", "AUROC", "an answerable question has more confidence than an unanswerable one"),
    Figure("ece", "Calibration error", "how far confidence and share of right answers lie apart", False),
    Figure("risk_coverage_area", "Risk-coverage area", "mean share of wrong answers over all thresholds", False),
    Figure("latency_p50_ms", "Latency, median", "half of the questions took at most this long", False, True),
    Figure("latency_p95_ms", "Latency, p95", "95 of 100 questions took at most this long", False, True),
)
"""All metrics but the number of questions, in the order they are shown."""


def measure(outcomes: Sequence[Outcome]) -> Metrics:
    """The figures of some outcomes."""
    answerable = [o for o in outcomes if o.answerable]
    unanswerable = [o for o in outcomes if not o.answerable]
    with_sentences = [o for o in answerable if o.names_sentences]
    article_ranks = [o.article_rank for o in answerable if o.names_articles]
    sentence_ranks = [o.sentence_rank for o in with_sentences]
    with_answers = [o for o in answerable if o.answer_recalled is not None]
    confidences, right = judged(outcomes)
    latencies = [o.latency_ms for o in outcomes]
    return Metrics(
        n=len(outcomes),
        hit_at_1=hit_at(article_ranks, 1),
        hit_at_5=hit_at(article_ranks, 5),
        hit_at_10=hit_at(article_ranks, 10),
        mrr_at_10=reciprocal_rank(article_ranks, 10),
        ndcg_at_10=_mean_of("ndcg_at_10", answerable),
        sentence_hit_at_1=hit_at(sentence_ranks, 1),
        sentence_hit_at_3=hit_at(sentence_ranks, 3),
        sentence_precision=_mean_of("sentence_precision", answerable),
        sentence_recall=_mean_of("sentence_recall", answerable),
        sentence_f1=_mean_of("sentence_f1", answerable),
        answer_recall=share(o.answer_recalled is True for o in with_answers),
        citation_precision=share(hit for o in with_sentences for hit in o.citation_hits),
        short_answer_given=share(o.short_answer is not None for o in with_answers),
        short_answer_right=share(o.short_answer_right for o in with_answers if o.short_answer_right is not None),
        refused_right=share(o.abstained for o in unanswerable),
        refused_wrong=share(o.abstained for o in answerable),
        abstention_auroc=auroc([o.confidence for o in answerable], [o.confidence for o in unanswerable]),
        ece=expected_calibration_error(confidences, right),
        risk_coverage_area=risk_coverage_area(confidences, right),
        latency_p50_ms=percentile(latencies, 50),
        latency_p95_ms=percentile(latencies, 95),
    )


def by_category(outcomes: Sequence[Outcome]) -> dict[str, Metrics]:
    """The figures of each category that has a name."""
    names = sorted({o.category for o in outcomes if o.category})
    return {name: measure([o for o in outcomes if o.category == name]) for name in names}


def judged(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    """Confidences, and whether the best-ranked sentence was right, of the outcomes where that is known."""
    known = [o for o in outcomes if o.judged]
    return [o.confidence for o in known], [o.best_hits for o in known]


# Curves


@dataclass(frozen=True, slots=True)
class RetrievalPoint:
    """Shares of the answerable questions whose article, or sentence, is among the first `k`."""

    k: int
    article: float | None
    sentence: float | None


@dataclass(frozen=True, slots=True)
class LatencySpread:
    """How long a step took, in milliseconds: percentiles by their names."""

    step: str
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    p100: float


@dataclass(frozen=True, slots=True)
class Curves:
    """What the report draws."""

    retrieval: tuple[RetrievalPoint, ...]
    risk_coverage: tuple[RiskPoint, ...]
    current: RiskPoint | None
    """What the threshold of the run came to; None where nothing was answered."""
    reliability: tuple[ReliabilityBin, ...]
    latency: tuple[LatencySpread, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def curves(outcomes: Sequence[Outcome], refuse_below: float) -> Curves:
    """All curves of some outcomes.

    Args:
        outcomes: of one run.
        refuse_below: the confidence under which that run refused.
    """
    confidences, right = judged(outcomes)
    return Curves(
        retrieval=tuple(_retrieval(outcomes)),
        risk_coverage=tuple(risk_coverage(confidences, right)),
        current=current_point(outcomes, refuse_below),
        reliability=tuple(reliability_bins(confidences, right)),
        latency=tuple(_latency(outcomes)),
    )


def current_point(outcomes: Sequence[Outcome], refuse_below: float) -> RiskPoint | None:
    """Where the run stands on its risk-coverage curve, by what it did answer."""
    known = [o for o in outcomes if o.judged]
    coverage = share(not o.abstained for o in known)
    risk = share(not o.best_hits for o in known if not o.abstained)
    return None if coverage is None or risk is None else RiskPoint(refuse_below, coverage, risk)


def _retrieval(outcomes: Sequence[Outcome]) -> list[RetrievalPoint]:
    answerable = [o for o in outcomes if o.answerable]
    articles = [o.article_rank for o in answerable if o.names_articles]
    sentences = [o.sentence_rank for o in answerable if o.names_sentences]
    return [RetrievalPoint(k, hit_at(articles, k), hit_at(sentences, k)) for k in range(1, _DEEPEST_RANK + 1)]


def _latency(outcomes: Sequence[Outcome]) -> list[LatencySpread]:
    spreads = []
    for step in STEPS:
        times = [o.timings_ms[step] for o in outcomes if step in o.timings_ms]
        if times:
            spreads.append(LatencySpread(step, *(percentile(times, p) or 0.0 for p in _LATENCY_PERCENTILES)))
    return spreads


def _mean_of(name: str, outcomes: Sequence[Outcome]) -> float | None:
    return mean(value for o in outcomes if (value := getattr(o, name)) is not None)

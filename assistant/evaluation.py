"""How good the answers are: question files, metrics as pure functions, and one run over a library."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np

from assistant.conversation import answer, consider
from assistant.errors import FootnoteError
from assistant.library import Library
from assistant.text import canonical_text, fold
from assistant.types import RankedSentence, Span, Turn

T = TypeVar("T")

_REQUIRED = ("id", "question", "answerable")
_LISTS = ("answers", "articles", "quotes", "history")


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question with what a right answer to it looks like."""

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    """Gold articles by file name or URL."""
    quotes: tuple[str, ...] = ()
    category: str = ""
    history: tuple[Turn, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures over a set of questions; None where the set has no such case."""

    n: int
    hit_at_1: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    sentence_hit_at_1: float | None
    sentence_hit_at_3: float | None
    answer_recall: float | None
    citation_precision: float | None
    refused_right: float | None
    refused_wrong: float | None
    abstention_auroc: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A whole run."""

    overall: Metrics
    by_category: dict[str, Metrics]
    questions: tuple[Outcome, ...] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """As `footnote eval --json` prints it."""
        return asdict(self)


def load_questions(path: Path) -> list[GoldenQuestion]:
    """Read a question file, one JSON object a line.

    Raises:
        FootnoteError: it cannot be read, or a line does not fit; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # splitlines would break inside strings
    except (OSError, UnicodeDecodeError) as error:
        raise FootnoteError(f"{path} cannot be read ({error}); give a JSONL file of questions") from error
    questions = [
        _question(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not questions:
        raise FootnoteError(f"{path} holds no questions")
    return questions


def evaluate(
    library: Library,
    questions: Sequence[GoldenQuestion],
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask every question and measure the answers.

    Args:
        library: the articles.
        questions: from `load_questions`.
        on_progress: told how many of how many are done.
    """
    golden_articles = _GoldenArticles(library)
    outcomes = []
    for done, question in enumerate(questions, start=1):
        outcomes.append(_outcome(library, question, golden_articles))
        if on_progress:
            on_progress(done, len(questions))
    categories = sorted({o.category for o in outcomes if o.category})
    by_category = {c: measure([o for o in outcomes if o.category == c]) for c in categories}
    return Evaluation(measure(outcomes), by_category, tuple(outcomes))


def measure(outcomes: Sequence[Outcome]) -> Metrics:
    """The figures of some outcomes."""
    answerable = [o for o in outcomes if o.answerable]
    unanswerable = [o for o in outcomes if not o.answerable]
    article_ranks = [o.article_rank for o in answerable]
    sentence_ranks = [o.sentence_rank for o in answerable]
    latencies = [o.latency_ms for o in outcomes]
    return Metrics(
        n=len(outcomes),
        hit_at_1=hit_at(article_ranks, 1),
        hit_at_5=hit_at(article_ranks, 5),
        hit_at_10=hit_at(article_ranks, 10),
        mrr_at_10=reciprocal_rank(article_ranks, 10),
        sentence_hit_at_1=hit_at(sentence_ranks, 1),
        sentence_hit_at_3=hit_at(sentence_ranks, 3),
        answer_recall=share(o.answer_recalled for o in answerable if o.answer_recalled is not None),
        citation_precision=share(hit for o in answerable for hit in o.citation_hits),
        refused_right=share(o.abstained for o in unanswerable),
        refused_wrong=share(o.abstained for o in answerable),
        abstention_auroc=auroc([o.confidence for o in answerable], [o.confidence for o in unanswerable]),
        latency_p50_ms=percentile(latencies, 50),
        latency_p95_ms=percentile(latencies, 95),
    )


# Metrics: pure functions


def hit_at(ranks: Sequence[int | None], k: int) -> float | None:
    """Share of ranks that are at most `k`; None of no ranks."""
    return share(rank is not None and rank <= k for rank in ranks)


def reciprocal_rank(ranks: Sequence[int | None], k: int) -> float | None:
    """Mean of 1/rank, a rank beyond `k` counting 0; None of no ranks."""
    if not ranks:
        return None
    return _rounded(sum(1 / rank for rank in ranks if rank is not None and rank <= k) / len(ranks))


def ndcg_at(relevances: Sequence[float], all_relevances: Sequence[float], k: int) -> float:
    """Normalised discounted cumulative gain, linear gain as in trec_eval.

    Args:
        relevances: of the results, in their order.
        all_relevances: of every relevant document there is.
        k: how many results count.
    """

    def gain(values: Sequence[float]) -> float:
        return sum(value / math.log2(rank + 1) for rank, value in enumerate(values[:k], start=1))

    ideal = gain(sorted(all_relevances, reverse=True))
    return gain(relevances) / ideal if ideal else 0.0


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Probability that a positive scores above a negative, ties counting half; None if either is missing."""
    if not positives or not negatives:
        return None
    below = np.sort(negatives)
    first = np.searchsorted(below, positives, side="left")
    last = np.searchsorted(below, positives, side="right")
    return _rounded(float((first + last).sum()) / 2 / (len(positives) * len(negatives)))


def share(cases: Iterable[bool]) -> float | None:
    """Share of true cases; None of no cases."""
    listed = list(cases)
    return _rounded(sum(listed) / len(listed)) if listed else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Percentile, interpolated linearly; None of no values."""
    return round(float(np.percentile(values, percent)), 2) if values else None


def sentence_hits(text: str, span: Span, answers: Sequence[str], quotes: Sequence[Span]) -> bool:
    """Whether a sentence of a gold article holds an accepted answer or overlaps half of a gold quote."""
    folded = f" {fold(text)} "
    if any(f" {fold(wanted)} " in folded for wanted in answers if fold(wanted)):
        return True
    return any(
        quote.end > quote.start
        and min(span.end, quote.end) - max(span.start, quote.start) >= (quote.end - quote.start) / 2
        for quote in quotes
    )


# One question


class _GoldenArticles:
    """Finds gold articles by file name or URL, and gold quotes in their texts."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._ids: dict[str, set[int]] = {}
        for article in library.ledger.articles():
            for name in (article.source, Path(urlsplit(article.source).path).name, article.metadata.url):
                if name:
                    self._ids.setdefault(name, set()).add(article.id)
        self._texts: dict[int, str] = {}

    def ids(self, question: GoldenQuestion) -> set[int]:
        """The ids of a question's gold articles.

        Raises:
            FootnoteError: the library does not hold one of them.
        """
        found: set[int] = set()
        for name in question.articles:
            if name not in self._ids:
                raise FootnoteError(
                    f"question {question.id}: its article {name!r} is not in the library; ingest it first"
                )
            found |= self._ids[name]
        return found

    def quotes(self, article_id: int, question: GoldenQuestion) -> list[Span]:
        """Where the gold quotes stand in an article."""
        if article_id not in self._texts:
            self._texts[article_id] = self._library.ledger.article(article_id).text
        text = self._texts[article_id]
        quotes = [canonical_text(quote) for quote in question.quotes if quote.strip()]
        starts = [(text.find(quote), len(quote)) for quote in quotes]
        return [Span(start, start + length) for start, length in starts if start >= 0]


def _outcome(library: Library, question: GoldenQuestion, golden: _GoldenArticles) -> Outcome:
    considered = consider(library, question.question, question.history)
    given = answer(considered, library)
    gold = golden.ids(question)

    def hits(article_id: int, text: str, span: Span) -> bool:
        return article_id in gold and sentence_hits(text, span, question.answers, golden.quotes(article_id, question))

    def sentence_hit(sentence: RankedSentence) -> bool:
        return hits(sentence.passage.article_id, sentence.text, sentence.span)

    articles = list(dict.fromkeys(passage.article_id for passage in considered.passages))
    return Outcome(
        id=question.id,
        category=question.category,
        answerable=question.answerable,
        question=question.question,
        standalone_question=considered.standalone,
        answer=given.answer,
        expected=question.answers or question.quotes,
        abstained=given.abstained,
        confidence=given.confidence,
        article_rank=_first_rank(articles, lambda i: i in gold),
        sentence_rank=_first_rank(considered.reading.sentences, sentence_hit),
        answer_recalled=sentence_hits(given.answer, Span(0, 0), question.answers, ()) if question.answers else None,
        citation_hits=tuple(hits(c.article_id, c.quote, Span(c.start, c.end)) for c in given.citations),
        latency_ms=given.timings_ms["total"],
    )


def _first_rank(items: Iterable[T], hit: Callable[[T], bool]) -> int | None:
    return next((rank for rank, item in enumerate(items, start=1) if hit(item)), None)


def _question(line: str, place: str) -> GoldenQuestion:
    try:
        fields = json.loads(line)
        missing = [name for name in _REQUIRED if name not in fields]
        if missing:
            raise FootnoteError(f"{place}: the field {missing[0]!r} is missing")
        for name in _LISTS:
            if not isinstance(fields.get(name) or [], list):
                raise FootnoteError(f"{place}: {name!r} must be a list, it is {fields[name]!r}")
        if not isinstance(fields["answerable"], bool):
            raise FootnoteError(f"{place}: 'answerable' must be true or false, it is {fields['answerable']!r}")
        return GoldenQuestion(
            id=str(fields["id"]),
            question=str(fields["question"]),
            answerable=fields["answerable"],
            answers=tuple(map(str, fields.get("answers") or ())),
            articles=tuple(map(str, fields.get("articles") or ())),
            quotes=tuple(map(str, fields.get("quotes") or ())),
            category=str(fields.get("category") or ""),
            history=tuple(Turn(str(q), str(a)) for q, a in fields.get("history") or ()),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise FootnoteError(f"{place}: this is not a question ({error})") from error


def _rounded(value: float) -> float:
    return round(value, 4)

"""Metrics: pure functions over ranks, confidences and texts; None where a figure is undefined."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.amounts import Number, numbers
from assistant.calendar_words import DAY, MONTHS, WEEKDAYS
from assistant.equivalence import is_among, same_number
from assistant.names import names
from assistant.text import stem, stems, words
from assistant.types import Span

_BINS = 10
_LEAST_TOKEN_F1 = 0.5
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese."""
_ARTICLES = frozenset(("a", "an", "the"))
_DENIALS = frozenset(("not", "never"))
_BOUNDS = {
    kind: re.compile(rf"\b(?:{said})\W*$", re.IGNORECASE)
    for kind, said in {
        "above": r"(?<!no )(?<!not )(?:more|greater|higher) than|over|above|at least|(?:no|not) (?:less|fewer) than",
        "below": r"(?<!no )(?<!not )(?:less|fewer|lower) than|under|below",
        "at most": r"at most|up to|(?:no|not) more than",
    }.items()
}
"""What may stand before a number."""
_OTHER_BOUNDS = ({"above", "below"}, {"above", "at most"}, {"below", ""})
"""Kinds that differ. "More than 300" and "up to 300" both reach the 300 that people leave it at."""
_AND = r"(?:\b(?:and|or)\b|&)"
_LISTS = re.compile(rf"{_AND}|,.*,", re.IGNORECASE | re.DOTALL)
_GOES_ON_BEFORE = re.compile(rf"{_AND}\s+(?:(?:an?|the)\s+)?$", re.IGNORECASE)
_GOES_ON_BEHIND = re.compile(rf"\s+{_AND}", re.IGNORECASE)
_BETWEEN_WORDS = r"\W+(?:(?:an?|the)\W+)?"
_BETWEEN_NAMES = re.compile(rf",\s+(?:{_AND}\s+)?(?:the\s+)?")
_WITHIN_NAME = re.compile(r"[\s-]+(?:[A-Z]\.?\s+|(?:of|the|de|di|du|la|van|von|der)\s+)*")
"""What may stand between two words of a name: "James E. Webb", "University of Oxford"."""
_MONTH_STEMS, _WEEKDAY_STEMS = ({stem(word) for word in found} for found in (MONTHS, WEEKDAYS))
_HEDGES = frozenset("about around some roughly nearly almost over more less than at least most up to".split())


# Ranks


def hit_at(ranks: Sequence[int | None], k: int) -> float | None:
    """Share of ranks that are at most `k`; None of no ranks."""
    return share(rank is not None and rank <= k for rank in ranks)


def reciprocal_rank(ranks: Sequence[int | None], k: int) -> float | None:
    """Mean of 1/rank, a rank beyond `k` counting 0; None of no ranks."""
    return mean(1 / rank if rank is not None and rank <= k else 0.0 for rank in ranks)


def ndcg_at(relevances: Sequence[float], all_relevances: Sequence[float], k: int) -> float:
    """Normalised discounted cumulative gain, linear gain as in trec_eval.

    scikit-learn's `ndcg_score` wants a score for every document there is, and at least two; this wants a ranking.

    Args:
        relevances: of the results, in their order.
        all_relevances: of every relevant document there is.
        k: how many results count.
    """

    def gain(values: Sequence[float]) -> float:
        return sum(value / math.log2(rank + 1) for rank, value in enumerate(values[:k], start=1))

    ideal = gain(sorted(all_relevances, reverse=True))
    return gain(relevances) / ideal if ideal else 0.0


# Confidence


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Probability that a positive scores above a negative, ties counting half; None if either is missing."""
    if not positives or not negatives:
        return None
    from sklearn.metrics import roc_auc_score  # seconds to import, and only `footnote eval` needs it

    truth = [1] * len(positives) + [0] * len(negatives)
    return _rounded(float(roc_auc_score(truth, [*positives, *negatives])))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The answers whose confidence lies in `[low, high)`; the last bin holds 1 too."""

    low: float
    high: float
    count: int
    confidence: float | None
    """Mean confidence of the answers in the bin."""
    accuracy: float | None
    """Share of them that are right."""


def reliability_bins(confidences: Sequence[float], right: Sequence[bool], bins: int = _BINS) -> list[ReliabilityBin]:
    """Answers sorted into bins of equal width by confidence, empty bins among them."""
    found: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, is_right in zip(confidences, right, strict=True):
        # Rounded, since .3 * 10 is a little more than 3 and .29 / .01 a little less than 29.
        found[max(0, min(int(round(confidence * bins, 9)), bins - 1))].append((confidence, is_right))
    return [
        ReliabilityBin(
            low=round(number / bins, 4),
            high=round((number + 1) / bins, 4),
            count=len(held),
            confidence=mean(confidence for confidence, _ in held),
            accuracy=share(is_right for _, is_right in held),
        )
        for number, held in enumerate(found)
    ]


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = _BINS) -> float | None:
    """How far confidence and share of right answers lie apart: the mean over bins, weighted by their counts.

    Ten bins of equal width, as is usual; 0 is perfect. None of no answers.
    """
    if not confidences:
        return None
    held = [
        b for b in reliability_bins(confidences, right, bins) if b.confidence is not None and b.accuracy is not None
    ]
    gaps = (b.count * abs((b.confidence or 0.0) - (b.accuracy or 0.0)) for b in held)
    return _rounded(sum(gaps) / len(confidences))


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What a threshold would come to: which share of the questions is answered, which share of those wrongly."""

    threshold: float
    coverage: float
    risk: float


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[RiskPoint]:
    """A point for each confidence there is as the threshold, highest first, so that coverage grows to 1."""
    return [
        RiskPoint(confidence, _rounded(answered / len(right)), _rounded(wrong / answered))
        for confidence, answered, wrong in _steps(confidences, right)
    ]


def risk_coverage_area(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """Mean risk over all coverages (each step at the risk it ends with); 0 is perfect, None of no answers."""
    if not confidences:
        return None
    steps = _steps(confidences, right)
    before = [0, *(answered for _, answered, _ in steps[:-1])]
    area = math.fsum((answered - b) * wrong / answered for (_, answered, wrong), b in zip(steps, before, strict=True))
    return _rounded(area / len(right))


def _steps(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, int, int]]:
    """Each confidence there is, highest first, with how many have it or more, and how many of these are wrong."""
    ordered = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    steps: list[tuple[float, int, int]] = []
    wrong = 0
    for answered, (confidence, is_right) in enumerate(ordered, start=1):
        wrong += not is_right
        if answered == len(ordered) or ordered[answered][0] != confidence:  # all of one confidence come together
            steps.append((confidence, answered, wrong))
    return steps


# Sentences and short answers


def sentence_hits(text: str, span: Span, answers: Sequence[str], quotes: Sequence[Span]) -> bool:
    """Whether a sentence of a gold article holds an accepted answer, not denied, or overlaps half of a gold quote."""
    told = _folded_words(text)
    if any(_tells(told, _folded_words(wanted)) for wanted in answers):
        return True
    return any(overlaps_half(span, quote) for quote in quotes)


def _folded_words(text: str) -> list[str]:
    """Its words, case and punctuation folded away; a number is one word: "2.5", and "1,500" as "1500"."""
    return [word.replace(",", "") for word in words(text.casefold())]


def _tells(told: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether words stand in a text; where no spaces part them, within its words, but no number within another."""
    joined = " ".join(wanted)
    if not _UNSPACED.search(joined):
        return _holds(told, wanted)
    before = r"(?<!\d)(?<!\d\.)" if joined[0].isdigit() else ""
    behind = r"(?!\.?\d)" if joined[-1].isdigit() else ""
    return bool(re.search(before + re.escape(joined) + behind, " ".join(told)))


def _holds(told: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether words stand in a text in a row, with no "not" before them."""
    places = range(len(told) - len(wanted) + 1) if wanted else range(0)
    return any(told[i : i + len(wanted)] == wanted and not (i and told[i - 1] in _DENIALS) for i in places)


def overlaps_half(span: Span, quote: Span) -> bool:
    """Whether `span` covers at least half of the characters of `quote`."""
    length = quote.end - quote.start
    return length > 0 and min(span.end, quote.end) - max(span.start, quote.start) >= length / 2


@dataclass(frozen=True, slots=True)
class SetScores:
    """How well a set of given sentences fits a set of gold sentences."""

    precision: float | None
    recall: float | None
    f1: float | None


def set_scores(given_right: Sequence[bool], gold_found: Sequence[bool]) -> SetScores:
    """Precision, recall and F1 of one answer's sentences.

    Args:
        given_right: for each sentence given, whether it is a gold one.
        gold_found: for each gold sentence, whether it was given.

    Precision is None where nothing was given; everything is None where there is no gold sentence.
    """
    if not gold_found:
        return SetScores(None, None, None)
    precision, recall = share(given_right), sum(gold_found) / len(gold_found)
    both = (precision or 0.0) + recall
    f1 = 2 * (precision or 0.0) * recall / both if both else 0.0
    return SetScores(precision, _rounded(recall), _rounded(f1))


def short_answer_matches(given: str, accepted: Iterable[str]) -> bool:
    """Whether a short answer says what an accepted one says.

    Case, punctuation and articles (a, an, the) do not count. It matches where the words are the same, or where
    one holds the other's words in a row and the F1 of their words is at least .5: "in 1911" matches "1911",
    a whole sentence does not.

    All numbers of the accepted one must be there, and no other: "May 2024" does not match "3 May 2024, a Friday",
    nor "1911 to 1915" "1911"; but "3 May 2024" matches "May 2024", the same date more exactly. "Less than 5" does not
    match "5", nor "fewer than 300" "more than 300". A piece of a name ("New" of "New York") or of a list ("green" of
    "green and white") does not match.

    Where the accepted one is longer, its name or number alone matches too: "about 4 billion" matches
    "4 billion devices".
    """
    return any(_matches(given, wanted) for wanted in accepted)


def answer_words(text: str) -> list[str]:
    """The words of a short answer, case, punctuation and articles folded away (unless nothing else is left)."""
    found = _folded_words(text)
    return [word for word in found if word not in _ARTICLES] or found


def token_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of the words two answers share, as SQuAD counts it."""
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted)) if common else 0.0


def _matches(given: str, wanted: str) -> bool:
    return _same_numbers(given, wanted) and (_same_words(given, wanted) or _is_its_fact(given, wanted))


def _same_words(given: str, wanted: str) -> bool:
    mine, theirs = answer_words(given), answer_words(wanted)
    if not mine or not theirs or not (_holds(theirs, mine) or _holds(mine, theirs)):
        return False
    return token_f1(mine, theirs) >= _LEAST_TOKEN_F1 and not _is_only_part(given, wanted)


def _same_numbers(given: str, wanted: str) -> bool:
    """Whether an answer gives all numbers of another, and no other but in a date that it gives more exactly."""
    held, asked = numbers(given), numbers(wanted)
    if not asked:
        return True
    months = _MONTH_STEMS & {name.stem for name in names(wanted)}
    if not all(any(_same_number(given, mine, wanted, number) for mine in held) for number in asked):
        return False
    adds_none = all(is_among(mine, asked) for mine in held)
    exact = adds_none or any(all(_lies_in(mine.span, day) for mine in held) for day in DAY.finditer(given))
    return exact and months <= set(stems(given))


def _lies_in(span: Span, match: re.Match[str]) -> bool:
    return match.start() <= span.start and span.end <= match.end()


def _same_number(text: str, number: Number, other_text: str, other: Number) -> bool:
    bounds = {_bound(text, number), _bound(other_text, other)}
    return same_number(number, other) and bounds not in _OTHER_BOUNDS


def _bound(text: str, number: Number) -> str:
    """Which kind of bound a number of a text is; "" where it is none, or about what is meant ("nearly 300")."""
    before = text[: number.span.start]
    return next((kind for kind, pattern in _BOUNDS.items() if pattern.search(before)), "")


def _is_only_part(given: str, wanted: str) -> bool:
    """Whether an answer is a piece of a name out of another, or only some of what one lists."""
    place = re.search(rf"\b{_BETWEEN_WORDS.join(map(re.escape, answer_words(given)))}\b", wanted, re.IGNORECASE)
    if not place:
        return False
    if _GOES_ON_BEFORE.search(wanted[: place.start()]) or _GOES_ON_BEHIND.match(wanted[place.end() :]):
        return True
    named = [name.span for name in names(wanted) if name.stem not in _WEEKDAY_STEMS]
    gaps = [wanted[one.end : other.start] for one, other in pairwise(named) if _ends_between(place, one, other)]
    lists = bool(_LISTS.search(wanted))
    return any(_WITHIN_NAME.fullmatch(gap) or (lists and _BETWEEN_NAMES.fullmatch(gap)) for gap in gaps)


def _ends_between(place: re.Match[str], one: Span, other: Span) -> bool:
    """Whether a place begins or ends between two names, one of which is the first or last of its words."""
    return place.end() == one.end or place.start() == other.start


def _is_its_fact(given: str, wanted: str) -> bool:
    """Whether a short answer is the name in a longer one, or its number."""
    if not _holds(answer_words(wanted), [word for word in answer_words(given) if word not in _HEDGES]):
        return False
    if numbers(wanted):
        return True
    # Behind a word, so that the first counts as a name where it has a capital.
    return len(names(f"x {given}")) == len(given.split()) and not _is_only_part(given, wanted)


# Plain averages


def share(cases: Iterable[bool]) -> float | None:
    """Share of true cases; None of no cases."""
    return mean(map(float, cases))


def mean(values: Iterable[float]) -> float | None:
    """The arithmetic mean; None of no values."""
    listed = list(values)
    return _rounded(math.fsum(listed) / len(listed)) if listed else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Percentile, interpolated linearly; None of no values."""
    return round(float(np.percentile(values, percent)), 2) if values else None


def _rounded(value: float) -> float:
    return round(value, 4)

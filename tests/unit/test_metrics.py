"""Metrics by hand, and the figures over outcomes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from assistant.evaluation import (
    FIGURES,
    Metrics,
    Outcome,
    ReliabilityBin,
    RiskPoint,
    SetScores,
    auroc,
    curves,
    expected_calibration_error,
    hit_at,
    measure,
    ndcg_at,
    percentile,
    reciprocal_rank,
    reliability_bins,
    risk_coverage,
    risk_coverage_area,
    sentence_hits,
    set_scores,
    share,
    short_answer_matches,
)
from assistant.evaluation.metrics import answer_words, token_f1
from assistant.types import Span
from tests.conftest import ROOT

# Metrics


def test_hit_at() -> None:
    ranks = [1, 3, None, 7]
    assert [hit_at(ranks, k) for k in (1, 3, 10)] == [0.25, 0.5, 0.75]
    assert hit_at([], 1) is None


def test_reciprocal_rank() -> None:
    assert reciprocal_rank([1, 2, None, 11], 10) == 0.375
    assert reciprocal_rank([3], 10) == 0.3333
    assert reciprocal_rank([], 10) is None


def test_ndcg_at() -> None:
    # DCG 1/log2(2) + 1/log2(4) = 1.5; ideal 1 + 1/log2(3).
    assert ndcg_at([1, 0, 1], [1, 1], 10) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert ndcg_at([1, 2], [2, 1], 10) == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))
    assert ndcg_at([0, 0, 1], [1], 2) == 0.0
    assert ndcg_at([1], [1, 1, 1], 1) == 1.0
    assert ndcg_at([], [], 10) == 0.0


def test_auroc() -> None:
    assert auroc([0.9, 0.8], [0.1]) == 1.0
    assert auroc([0.1], [0.9, 0.8]) == 0.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.5, 0.2], [0.5, 0.3]) == pytest.approx(3.5 / 6, abs=1e-4)  # wins 2 + (half + 1) + 0
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None


@given(
    st.lists(st.sampled_from([0.1, 0.2, 0.3]), min_size=1),
    st.lists(st.sampled_from([0.1, 0.2, 0.3]), min_size=1),
)
def test_auroc_counts_pairs(positives: list[float], negatives: list[float]) -> None:
    won = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p in positives for n in negatives)
    assert auroc(positives, negatives) == pytest.approx(won / len(positives) / len(negatives), abs=1e-4)


def test_share_and_percentile() -> None:
    assert share([True, False, False]) == 0.3333
    assert share([]) is None
    assert (percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 95), percentile([7], 95)) == (2.5, 3.85, 7)
    assert percentile([], 50) is None


OUTCOME = Outcome("q", "c", True, "q?", "q?", "a", (), False, 0.8, 1, 2, True, (True, False), 10.0)
UNJUDGED = replace(OUTCOME, names_articles=False, names_sentences=False, answer_recalled=None, sentence_rank=None)
"""Of a question that says only that it has an answer."""


def test_measure_by_hand() -> None:
    outcomes = [
        OUTCOME,
        replace(
            OUTCOME,
            article_rank=6,
            sentence_rank=None,
            abstained=True,
            confidence=0.3,
            answer_recalled=None,
            citation_hits=(),
            latency_ms=20.0,
        ),
        replace(
            OUTCOME,
            article_rank=None,
            sentence_rank=1,
            answer_recalled=False,
            confidence=0.5,
            citation_hits=(True,),
            latency_ms=30.0,
        ),
        replace(
            OUTCOME,
            answerable=False,
            abstained=True,
            confidence=0.4,
            article_rank=None,
            sentence_rank=None,
            answer_recalled=False,
            citation_hits=(),
            latency_ms=40.0,
        ),
        replace(
            OUTCOME,
            answerable=False,
            abstained=False,
            confidence=0.6,
            article_rank=1,
            sentence_rank=1,
            answer_recalled=True,
            citation_hits=(False,),
            latency_ms=50.0,
        ),
    ]
    metrics = measure(outcomes)
    assert metrics.n == 5
    assert (metrics.hit_at_1, metrics.hit_at_5, metrics.hit_at_10) == (0.3333, 0.3333, 0.6667)
    assert metrics.mrr_at_10 == pytest.approx((1 + 1 / 6) / 3, abs=1e-4)
    assert (metrics.sentence_hit_at_1, metrics.sentence_hit_at_3) == (0.3333, 0.6667)
    assert (metrics.answer_recall, metrics.citation_precision) == (0.5, 0.6667)
    assert (metrics.refused_right, metrics.refused_wrong) == (0.5, 0.3333)
    assert metrics.abstention_auroc == 0.5  # .8 beats both, .5 beats .4, .3 beats none
    assert (metrics.latency_p50_ms, metrics.latency_p95_ms) == (30.0, 48.0)


UNDEFINED_HERE = {"sentence_precision", "sentence_recall", "sentence_f1", "short_answer_right", "ndcg_at_10"}


def none_in(outcomes: list[Outcome]) -> set[str]:
    metrics = measure(outcomes)
    return {name for name in metrics.__dataclass_fields__ if getattr(metrics, name) is None}


def test_measure_is_none_where_there_is_no_case() -> None:
    everything = set(Metrics.__dataclass_fields__) - {"n"}
    no_unanswerable = {"refused_right", "abstention_auroc"}
    of_all_questions = {"latency_p50_ms", "latency_p95_ms", "ece", "risk_coverage_area"}
    assert none_in([]) == everything
    assert none_in([OUTCOME]) == no_unanswerable | UNDEFINED_HERE
    assert none_in([replace(OUTCOME, answerable=False)]) == everything - of_all_questions - {"refused_right"}
    without_answers = replace(OUTCOME, answer_recalled=None, citation_hits=())
    assert none_in([without_answers]) == no_unanswerable | UNDEFINED_HERE | {
        "answer_recall",
        "citation_precision",
        "short_answer_given",
    }


def test_what_a_question_does_not_name_is_not_measured_by_it() -> None:
    of_articles = replace(OUTCOME, names_sentences=False, sentence_rank=None, answer_recalled=None, ndcg_at_10=0.5)
    metrics = measure([of_articles])
    assert (metrics.hit_at_1, metrics.ndcg_at_10) == (1.0, 0.5)
    assert none_in([of_articles]) >= {"sentence_hit_at_1", "citation_precision", "ece", "risk_coverage_area"}
    of_nothing = replace(of_articles, names_articles=False, article_rank=None, ndcg_at_10=None)
    assert none_in([of_nothing]) >= {"hit_at_1", "mrr_at_10", "ndcg_at_10"}
    both = measure([OUTCOME, of_articles, of_nothing])
    assert (both.n, both.hit_at_1, both.sentence_hit_at_3) == (3, 1.0, 1.0)


def test_measure_averages_what_questions_were_given() -> None:
    outcomes = [
        replace(OUTCOME, sentence_precision=1.0, sentence_recall=0.5, sentence_f1=0.6667, ndcg_at_10=1.0),
        replace(OUTCOME, sentence_precision=None, sentence_recall=0.0, sentence_f1=0.0, ndcg_at_10=0.5),
        replace(OUTCOME, short_answer="1911", short_answer_right=True),
        replace(OUTCOME, short_answer="1912", short_answer_right=False),
        replace(OUTCOME, short_answer="1913", answer_recalled=None),
        replace(OUTCOME, short_answer="1914", short_answer_right=False, answerable=False),
    ]
    metrics = measure(outcomes)
    assert (metrics.sentence_precision, metrics.sentence_recall, metrics.sentence_f1) == (1.0, 0.25, 0.3333)
    assert metrics.ndcg_at_10 == 0.75
    assert (metrics.short_answer_given, metrics.short_answer_right) == (0.5, 0.5)  # 2 of the 4 with accepted answers


def test_every_metric_but_the_number_has_a_title_and_is_documented() -> None:
    assert [figure.key for figure in FIGURES] == [name for name in Metrics.__dataclass_fields__ if name != "n"]
    documented = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert [figure.key for figure in FIGURES if f"`{figure.key}`" not in documented] == []


@pytest.mark.parametrize(
    ("outcome", "verdict", "best_hits"),
    [
        (replace(OUTCOME, sentence_rank=1), "right", True),
        (replace(OUTCOME, sentence_rank=2), "partly right", False),
        (replace(OUTCOME, sentence_rank=2, citation_hits=(False,)), "wrong", False),
        (replace(OUTCOME, sentence_rank=None, citation_hits=()), "wrong", False),
        (replace(OUTCOME, sentence_rank=1, abstained=True), "refused", True),
        (replace(OUTCOME, answerable=False, sentence_rank=1), "wrong", False),
        (replace(OUTCOME, answerable=False, abstained=True), "right", False),
        (replace(OUTCOME, names_sentences=False, sentence_rank=None), "right", False),
        (replace(OUTCOME, names_articles=False, names_sentences=False, sentence_rank=None), "right", False),
        (replace(OUTCOME, names_articles=False, names_sentences=False, answer_recalled=False), "wrong", False),
        (replace(OUTCOME, names_sentences=False, article_rank=2, citation_hits=(False,)), "wrong", False),
        (UNJUDGED, "not judged", False),
        (replace(UNJUDGED, abstained=True), "refused", False),
    ],
)
def test_the_verdict_on_an_outcome(outcome: Outcome, verdict: str, best_hits: bool) -> None:
    assert (outcome.verdict, outcome.best_hits) == (verdict, best_hits)


def test_figures_know_better_from_worse() -> None:
    figures = {figure.key: figure for figure in FIGURES}
    hit, refused, time = figures["hit_at_1"], figures["refused_wrong"], figures["latency_p50_ms"]
    assert [hit.change(0.5, now) for now in (0.6, 0.4, 0.5004, None)] == ["better", "worse", "same", "unknown"]
    assert (refused.change(0.1, 0.2), refused.change(0.2, 0.1)) == ("worse", "better")
    assert (time.change(100, 91), time.change(100, 80), time.change(100, 130)) == ("same", "better", "worse")
    assert (hit.shown(0.25), hit.shown(None), time.shown(12.4)) == ("0.250", "–", "12 ms")
    assert (hit.difference(0.5, 0.25), hit.difference(None, 1.0)) == ("-0.250", "–")


# Calibration, risk and coverage


def test_reliability_bins() -> None:
    bins = reliability_bins([0.0, 0.05, 0.1, 0.3, 0.95, 1.0], [False, True, True, False, True, True])
    assert len(bins) == 10
    assert [b.count for b in bins] == [2, 1, 0, 1, 0, 0, 0, 0, 0, 2]
    assert bins[0] == ReliabilityBin(0.0, 0.1, 2, 0.025, 0.5)
    assert bins[3] == ReliabilityBin(0.3, 0.4, 1, 0.3, 0.0)
    assert bins[5] == ReliabilityBin(0.5, 0.6, 0, None, None)
    assert bins[9] == ReliabilityBin(0.9, 1.0, 2, 0.975, 1.0)


@pytest.mark.parametrize("tenth", range(10))
def test_a_bin_begins_with_its_lower_edge(tenth: int) -> None:
    assert [b.count for b in reliability_bins([tenth / 10], [True])].index(1) == tenth


def test_what_lies_outside_goes_into_the_first_and_last_bin() -> None:
    assert [b.count for b in reliability_bins([-0.5, 1.5], [True, True])] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_expected_calibration_error() -> None:
    # Bin [.8, .9): mean .85, half right: gap .35. Bin [.2, .3): .2 and none right: gap .2. Weighted 2/3 and 1/3.
    assert expected_calibration_error([0.8, 0.89999, 0.2], [True, False, False]) == 0.3
    assert expected_calibration_error([1.0, 1.0, 0.0], [True, True, False]) == 0.0
    assert expected_calibration_error([1.0], [False]) == 1.0
    assert expected_calibration_error([], []) is None


def test_risk_coverage() -> None:
    confidences, right = [0.5, 0.9, 0.5, 0.1], [False, True, True, False]
    points = risk_coverage(confidences, right)
    assert points == [RiskPoint(0.9, 0.25, 0.0), RiskPoint(0.5, 0.75, 0.3333), RiskPoint(0.1, 1.0, 0.5)]
    assert risk_coverage_area(confidences, right) == round(0.25 * 0 + 0.5 / 3 + 0.25 * 0.5, 4)
    assert risk_coverage([], []) == []
    assert risk_coverage_area([], []) is None


def test_the_area_is_rounded_once() -> None:
    """The mean of rounded parts would be .2416."""
    right = [True, False, True, True, True, True]
    risks = [0, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6]
    assert risk_coverage_area([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], right) == round(sum(risks) / 6, 4) == 0.2417


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1))
def test_risk_coverage_ends_with_every_question_answered(pairs: list[tuple[float, bool]]) -> None:
    confidences, right = [confidence for confidence, _ in pairs], [is_right for _, is_right in pairs]
    points = risk_coverage(confidences, right)
    assert points[-1].coverage == 1.0
    assert points[-1].risk == share(not is_right for is_right in right)
    assert len(points) == len({confidence for confidence, _ in pairs})
    assert 0 <= (risk_coverage_area(confidences, right) or 0.0) <= 1


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=12), st.integers(1, 12))
def test_ndcg_is_that_of_scikit_learn(relevances: list[float], k: int) -> None:
    scores = [float(-place) for place in range(len(relevances))]
    assert ndcg_at(relevances, relevances, k) == pytest.approx(ndcg_score([relevances], [scores], k=k))


def test_curves_by_hand() -> None:
    refused = replace(OUTCOME, answerable=False, abstained=True, confidence=0.2, timings_ms={"total": 30.0})
    right = replace(OUTCOME, sentence_rank=1, article_rank=2, timings_ms={"total": 10.0})
    drawn = curves([right, OUTCOME, refused], refuse_below=0.33)
    assert [(p.k, p.article, p.sentence) for p in drawn.retrieval][:2] == [(1, 0.5, 0.5), (2, 1.0, 1.0)]
    assert len(drawn.retrieval) == 10
    assert drawn.current == RiskPoint(0.33, 0.6667, 0.5)
    assert [(p.threshold, p.coverage) for p in drawn.risk_coverage] == [(0.8, 0.6667), (0.2, 1.0)]
    assert [b.count for b in drawn.reliability] == [0, 0, 1, 0, 0, 0, 0, 0, 2, 0]
    assert [(s.step, s.p50, s.p100) for s in drawn.latency] == [("total", 20.0, 30.0)]
    nothing = curves([replace(refused, abstained=True)], refuse_below=0.33)
    assert nothing.current is None
    assert nothing.retrieval[0].article is None


# Sentences and short answers


def test_set_scores() -> None:
    assert set_scores([True, False], [True, False, False, False]) == SetScores(0.5, 0.25, 0.3333)
    assert set_scores([True], [True]) == SetScores(1.0, 1.0, 1.0)
    assert set_scores([False], [False]) == SetScores(0.0, 0.0, 0.0)
    assert set_scores([], [False]) == SetScores(None, 0.0, 0.0)  # refused
    assert set_scores([True], []) == SetScores(None, None, None)


@pytest.mark.parametrize(
    ("given_answer", "matches"),
    [
        ("1911", True),
        ("In 1911.", True),
        ("in the 1911", True),
        ("in the year of 1911", False),  # four words for one: F1 .4
        ("1912", False),
        ("19", False),
        ("the Belmont towers", True),
        ("belmont-towers", True),
        ("Towers, Belmont", False),
        ("tall Belmont towers", True),
        ("", False),
        ("?", False),
    ],
)
def test_short_answers_match_after_folding(given_answer: str, matches: bool) -> None:
    assert short_answer_matches(given_answer, ["Belmont Towers", "", "1911"]) is matches


@pytest.mark.parametrize(
    ("given_answer", "wanted", "matches"),
    [
        ("about 4 billion", "4 billion devices in all the world", True),
        ("More than 17,000", "17,000 scientific papers a year", True),
        ("New Zealand", "New Zealand became the first self-governing country", True),
        ("the first", "New Zealand became the first self-governing country", False),
        ("country", "New Zealand became the first self-governing country", False),
        ("2024", "3 May 2024, which was a Friday", False),
        ("3 May 2024", "3 May 2024, which was a Friday in spring", True),
        ("5 billion", "4 billion devices in all the world", False),
        ("more than", "more than 4 billion devices in all the world", False),
        ("devices in all the world", "4 billion devices in all the wide world", False),
        ("5 million", "2.5 million", False),
        ("$5 million", "$5.5 million", False),
        ("500", "1,500", False),
        ("1500", "1,500", True),
        ("5", "5 million", False),
        ("$5", "5%", False),
        ("-3", "3", False),
        ("guilty", "not guilty", False),
    ],
)
def test_the_name_or_number_of_a_longer_answer_will_do(given_answer: str, wanted: str, matches: bool) -> None:
    assert short_answer_matches(given_answer, [wanted]) is matches


@pytest.mark.parametrize(
    ("given_answer", "wanted"),
    [
        ("per cent", "12 per cent"),
        ("million dollars", "5 million dollars"),
        ("metres", "8,848 metres"),
        ("January", "January 2005"),
        ("2005", "January 2005"),
        ("3 May", "3 May 2024"),
        ("May 2024", "3 May 2024, a Friday"),
        ("New", "New York"),
        ("York", "New York"),
        ("Belgium", "Belgium, France, Italy, Luxembourg"),
        ("Mario Molina", "Mario Molina and F. Sherwood Rowland"),
        ("Trinidad", "Trinidad and Tobago"),
        ("green", "green and white"),
        ("the white", "green and the white"),
        ("Webb", "James E. Webb"),
        ("Lesseps", "Ferdinand de Lesseps"),
        ("Oxford", "the University of Oxford"),
        ("Zealand", "New Zealand"),
        ("12", "12 May"),
    ],
)
def test_a_part_of_an_answer_is_not_the_answer(given_answer: str, wanted: str) -> None:
    assert not short_answer_matches(given_answer, [wanted])


@pytest.mark.parametrize(
    ("given_answer", "wanted"),
    [
        ("1911 to 1915", "1911"),
        ("May 2024 and 7 June", "May 2024"),
        ("5 of 12", "5"),
        ("less than 5", "5"),
        ("5", "fewer than 5"),
        ("more than 300", "fewer than 300"),
        ("up to 300", "at least 300"),
        ("over $300", "no more than $300"),
        ("no more than 300", "more than 300"),
    ],
)
def test_another_number_or_bound_is_another_answer(given_answer: str, wanted: str) -> None:
    assert not short_answer_matches(given_answer, [wanted])


@pytest.mark.parametrize(
    ("given_answer", "wanted"),
    [
        ("in 1911", "1911"),
        ("12 May 1911", "1911"),
        ("12 May 1911", "May 1911"),
        ("3 May 2024", "May 2024"),
        ("3 May 2024", "3 May"),
        ("12 January 2005", "January 2005"),
        ("4 billion", "about 4 billion devices"),
        ("about 4 billion", "4 billion devices"),
        ("More than 300 steps", "300 steps"),
        ("up to 300", "300"),
        ("nearly $4 million", "$4 million"),
        ("12", "12 Nobel prizes"),
        ("Friday 3 May 2024", "3 May 2024"),
        ("3 May 2024", "Friday 3 May 2024"),
        ("Prague", "agency in Prague"),
        ("Ada Holt", "Ada Holt, a mason in Arnholm"),
        ("Paris", "Paris, France"),
        ("the Parliament of the United Kingdom", "Parliament of the United Kingdom at Westminster"),
        ("$5 million", "$5 million from Norway"),
        ("Trinidad and Tobago", "Trinidad and Tobago"),
        ("Ancon", "The Ancon"),
        ("the Isle", "Isle, in Holm"),
        ("5 metres", "5 metres that may rise"),
        ("linen", "Irish linen"),
        ("recalled and replaced", "Holt was recalled and replaced"),
        ("surrendered peacefully", "Uighurs surrendered peacefully"),
        ("Webb", "Webb, the administrator"),
        ("nearly half", "nearly half of the batteries"),
        ("President Webb", "Webb"),
    ],
)
def test_what_is_said_more_exactly_or_briefly_is_the_same(given_answer: str, wanted: str) -> None:
    assert short_answer_matches(given_answer, [wanted])


def test_an_answer_of_articles_alone_keeps_them() -> None:
    assert answer_words("The The") == ["the", "the"]
    assert answer_words("The Arnholm ferry") == ["arnholm", "ferry"]
    assert short_answer_matches("the the", ["The The"])
    assert not short_answer_matches("anything", [])


@pytest.mark.parametrize(
    ("told", "answer", "hit"),
    [
        ("Prices rose 2.5 per cent.", "5", False),
        ("Prices rose 2.5 per cent.", "2.5", True),
        ("It cost 1,500 euros.", "500", False),
        ("It cost 1,500 euros.", "1500 euros", True),
        ("He was not guilty.", "guilty", False),
        ("Not guilty, they said.", "not guilty", True),
    ],
)
def test_numbers_are_whole_and_a_denial_is_no_hit(told: str, answer: str, hit: bool) -> None:
    assert sentence_hits(told, Span(0, 0), [answer], []) is hit


@pytest.mark.parametrize(
    ("told", "answer", "hit"),
    [
        ("北京市の人口は二千万人である。", "二千万人", True),
        ("北京市の人口は二千万人である。", "三千万人", False),
        ("この橋は2012年に開通した。", "2012年", True),
        ("この橋は2012年に開通した。", "12年", False),
        ("この橋は3.12倍になった。", "12倍", False),
        ("開通は西暦2012年", "西暦20", False),
        ("開通は西暦2012年", "西暦2012", True),
        ("人口。二千万人", "人口二千万人", False),
        ("กรุงเทพมหานครเป็นเมืองหลวง", "เมืองหลวง", True),
    ],
)
def test_where_no_spaces_part_words_an_answer_may_stand_in_one(told: str, answer: str, hit: bool) -> None:
    assert sentence_hits(told, Span(0, 0), [answer], []) is hit


def test_token_f1() -> None:
    assert token_f1(["a", "b", "b"], ["b", "b", "b", "c"]) == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))
    assert token_f1(["a"], ["b"]) == 0.0
    assert token_f1([], ["b"]) == 0.0


@pytest.mark.parametrize(
    ("answers", "hit"),
    [
        (["arnholm BELMONT"], True),
        (["“Arnholm—Belmont”"], True),
        (["240"], True),
        (["24"], False),  # whole words only
        (["elmont"], False),
        (["Belmont Arnholm"], False),
        (["", "?"], False),
        ([], False),
        (["nothing", "2.5"], True),
    ],
)
def test_a_sentence_hits_when_it_holds_an_accepted_answer(answers: list[str], hit: bool) -> None:
    assert sentence_hits("Arnholm–Belmont: 240 people, 2.5 km.", Span(0, 36), answers, []) is hit


@pytest.mark.parametrize(
    ("span", "hit"),
    [
        (Span(10, 20), True),
        (Span(0, 15), True),  # exactly half
        (Span(0, 14), False),
        (Span(15, 40), True),
        (Span(16, 40), False),
        (Span(0, 100), True),
        (Span(12, 16), False),  # all of the sentence, yet less than half of the quote
        (Span(20, 30), False),
        (Span(50, 60), False),
    ],
)
def test_a_sentence_hits_when_it_overlaps_half_of_a_gold_quote(span: Span, hit: bool) -> None:
    assert sentence_hits("no answer", span, [], [Span(10, 20)]) is hit
    assert sentence_hits("no answer", span, [], [Span(200, 300), Span(10, 20)]) is hit


def test_an_empty_gold_quote_is_hit_by_nothing() -> None:
    assert not sentence_hits("no answer", Span(0, 9), [], [Span(0, 0)])

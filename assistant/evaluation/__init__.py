"""How good the answers are: question files, one run over a library, figures, reports and converters."""

from assistant.evaluation.metrics import (
    ReliabilityBin,
    RiskPoint,
    SetScores,
    auroc,
    expected_calibration_error,
    hit_at,
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
from assistant.evaluation.outcomes import FIGURES, Curves, Figure, Metrics, Outcome, curves, measure
from assistant.evaluation.questions import GoldenQuestion, load_questions, question_lines
from assistant.evaluation.run import Evaluation, evaluate

__all__ = [
    "FIGURES",
    "Curves",
    "Evaluation",
    "Figure",
    "GoldenQuestion",
    "Metrics",
    "Outcome",
    "ReliabilityBin",
    "RiskPoint",
    "SetScores",
    "auroc",
    "curves",
    "evaluate",
    "expected_calibration_error",
    "hit_at",
    "load_questions",
    "measure",
    "ndcg_at",
    "percentile",
    "question_lines",
    "reciprocal_rank",
    "reliability_bins",
    "risk_coverage",
    "risk_coverage_area",
    "sentence_hits",
    "set_scores",
    "share",
    "short_answer_matches",
]

"""Fit how matching and reading are weighed together: assistant/models/calibration.json.

    python -m tests.training.calibrate [--reader FILE.onnx] [--cache FILE] [--write]

Questions: those of our own training articles that were kept for development, and one SQuAD article (Normans), each
asked of the library that holds its article, and some of one that does not. The network was not trained on any of
them, and none is in a test set. Everything is fitted on one half and shown on the other, then fitted on both.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from assistant.answering import asks_several
from assistant.evaluation import auroc
from assistant.evaluation.metrics import overlaps_half, short_answer_matches
from assistant.library import Library, open_library
from assistant.matching import match
from assistant.reader import NETWORK, Reader
from assistant.reading import (
    CALIBRATION,
    MAY_TELL_IT,
    belonging_features,
    claim_features,
    confidence_features,
    look,
    rank_features,
    short_features,
)
from assistant.retrieval import embed_question, retrieve
from ingest.run import run_documents
from tests.training.examples import Asked
from tests.training.readings import SQUAD_DEV, SQUAD_TRAIN, Item, own, squad

_FAR_SHARE = 4
"""One in so many questions is asked of the other library too."""
_MOST_QUESTIONS = 12
"""So many of each article at most, spread over its questions: more only take longer."""
_LEFT_OUT = ("s", "t", "u", "v", "w")
"""How the names of files begin that are not asked: many of their articles share a subject, and what another article
says of it rightly would count as wrong."""
_CANDIDATES = 12
_NEAR_WEIGHT = 0.2
"""What a near miss counts: half of ours are twins of a question that is answered, written to fool a reader. People
ask such questions seldom, and a confidence fitted to them would be too low for everyday ones."""


def ask(library: Library, item: Item, group: str, stored: list[Asked]) -> None:
    _, _, source, _, questions = item
    at_home = group != "far"
    step = max(1, math.ceil(len(questions) / _MOST_QUESTIONS))
    for number, question in enumerate(questions[::step]):
        if not at_home and number % _FAR_SHARE:
            continue
        vector = embed_question(library, question.question)
        passages = retrieve(library, question.question, vector)
        matching = match(library, question.question, vector, passages)
        found = look(question.question, matching, library.settings.read_passages)
        wanted = question.gold + question.unsure
        gold = np.array(
            [
                at_home and s.passage.source == source and any(overlaps_half(w, s.span) for w in wanted)
                for s in matching.sentences
            ]
        )
        text = item[3].text
        stored.append(
            Asked(
                group,
                at_home and bool(question.gold),
                question.together,
                asks_several(question.question),
                rank_features(found),
                gold,
                found,
                vector,
                question.short.of(text) if question.short else None,
            )
        )


def gather() -> list[Asked]:
    items = list(own())
    squads = list(squad(SQUAD_TRAIN, "train")) + list(squad(SQUAD_DEV, "dev"))
    asked: list[Asked] = []
    with tempfile.TemporaryDirectory() as folder:
        libraries = []
        for name, held in (("own", items), ("squad", squads)):
            libraries.append(open_library(Path(folder) / name))
            run_documents([(source, document) for _, _, source, document, _ in held], libraries[-1])
        for home, away, held in ((0, 1, items), (1, 0, squads)):
            for number, item in enumerate(i for i in held if i[1] == "dev" and not i[2].startswith(_LEFT_OUT)):
                print(f"\r{number} articles", end="", file=sys.stderr, flush=True)
                first = len(asked)
                ask(libraries[home], item, item[0], asked)
                ask(libraries[away], item, "far", asked)
                for one in asked[first:]:
                    one.half = number % 2
    return asked


# Fitting


def fit_softmax(data: list[Asked]) -> np.ndarray:
    """Weights of `rank_features` that make the sentences that answer likeliest."""
    these = [a for a in data if a.answerable and a.gold.any()]

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = 0.0, np.zeros_like(w)
        for a in these:
            z = a.rank @ w
            p = np.exp(z - np.logaddexp.reduce(z))
            q = np.where(a.gold, p, 0)
            total = q.sum()
            value -= np.log(total + 1e-12)
            slope -= (q / (total + 1e-12) - p) @ a.rank
        return value / len(these) + 1e-3 * float(w @ w), slope / len(these) + 2e-3 * w

    return minimize(loss, np.array([0.5, 0.2, 1.0]), jac=True, method="L-BFGS-B", bounds=[(0, None)] * 3).x


def fit_logistic(
    x: np.ndarray, y: np.ndarray, signs: tuple[int, ...], counts: np.ndarray | None = None, ridge: float = 1e-4
) -> tuple[np.ndarray, float]:
    """Logistic regression whose weights may only have the sign their feature's meaning calls for (0: either)."""
    weight = np.ones(len(y)) if counts is None else counts
    bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[s] for s in signs] + [(None, None)]

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ parameters[:-1] + parameters[-1]
        slope = (1 / (1 + np.exp(-z)) - y) * weight / len(y)
        gradient = np.append(slope @ x + 2 * ridge * parameters[:-1], slope.sum())
        return float((weight * (np.logaddexp(0, z) - y * z)).mean() + ridge * (parameters[:-1] ** 2).sum()), gradient

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:-1], float(found[-1])


_CONFIDENCE_SIGNS = (1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1)


@dataclass
class Fit:
    rank: np.ndarray
    confidence: tuple[np.ndarray, float]
    belongs: tuple[np.ndarray, float]
    claim: tuple[np.ndarray, float]
    short: tuple[np.ndarray, float]


def scored(a: Asked, rank: np.ndarray) -> tuple[np.ndarray, list[int]]:
    scores = a.rank @ rank
    return scores, sorted(range(len(scores)), key=lambda i: (-scores[i], i))


def confidence_rows(data: list[Asked], rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, right = [], []
    for a in data:
        scores, order = scored(a, rank)
        rows.append(confidence_features(a.found, scores, order, a.vector))
        right.append(a.answerable and a.gold[order[0]])
    return np.array(rows), np.array(right, float)


def belonging_rows(data: list[Asked], rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, right = [], []
    for a in data:
        if a.answerable:
            scores, order = scored(a, rank)
            rows.append(belonging_features(a.found, scores)[order[:_CANDIDATES]])
            right.append(a.gold[order[:_CANDIDATES]])
    return np.concatenate(rows), np.concatenate(right).astype(float)


@dataclass
class Claims:
    """Short answers of the best sentences."""

    features: np.ndarray
    """Of `claim_features`."""
    told: list[tuple[str, list[tuple[str, float]]]]
    """Each with the best sentences and their shares."""
    right: np.ndarray
    answerable: np.ndarray

    def short_rows(self, claim: tuple[np.ndarray, float]) -> np.ndarray:
        """Rows of `short_features`."""
        likely = sigmoid(*claim, self.features)
        return np.array(
            [short_features(short, float(p), told) for (short, told), p in zip(self.told, likely, strict=True)]
        )


def claims_of(data: list[Asked], rank: np.ndarray, confidence: tuple[np.ndarray, float]) -> Claims:
    rows, told, right, answerable = [], [], [], []
    odds = sigmoid(*confidence, confidence_rows(data, rank)[0])
    for a, sure in zip(data, odds, strict=True):
        if a.several or a.together:
            continue
        scores, order = scored(a, rank)
        sentences = a.found.matching.sentences
        best = sentences[order[0]]
        output = a.found.outputs.get(best.passage.chunk_id)
        likeliest = output.short_answer(best.index) if output else None
        if likeliest:
            rows.append(claim_features(likeliest[1], float(sure)))
            given = likeliest[0].of(best.passage.text)
            shares = np.exp(scores - np.logaddexp.reduce(scores))
            told.append((given, [(sentences[i].text, float(shares[i])) for i in order[:MAY_TELL_IT]]))
            wanted = [a.short] if a.short else []
            right.append(a.answerable and bool(a.gold[order[0]]) and short_answer_matches(given, wanted))
            answerable.append(a.answerable)
    return Claims(np.array(rows), told, np.array(right, float), np.array(answerable))


def sigmoid(weights: np.ndarray, bias: float, x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(x @ weights + bias)))


def fit(data: list[Asked]) -> Fit:
    rank = fit_softmax(data)
    counts = np.array([_NEAR_WEIGHT if not a.answerable and a.group != "far" else 1.0 for a in data])
    # What tells answers from near misses is learned from all of them; how sure that makes, from the everyday mix.
    x, y = confidence_rows(data, rank)
    weights, bias = fit_logistic(x, y, _CONFIDENCE_SIGNS)
    (scale,), shift = fit_logistic((x @ weights + bias)[:, None], y, (1,), counts)
    confidence = weights * scale, bias * scale + shift
    belongs = fit_logistic(*belonging_rows(data, rank), (1, 1, 1))
    claims = claims_of(data, rank, confidence)
    counts = np.where(claims.answerable, 1.0, _NEAR_WEIGHT)
    claim = fit_logistic(claims.features, claims.right, (1, 1), counts)
    short = fit_logistic(claims.short_rows(claim), claims.right, (1, 1), counts)
    return Fit(rank, confidence, belongs, claim, short)


def f1_of(found: Fit, data: list[Asked], threshold: float, several: bool) -> float:
    """Mean F1 of the sentences said against those that answer, when the best and what likely belongs is said."""
    values = []
    for a in data:
        if a.answerable and a.several == several and a.gold.any():
            scores, order = scored(a, found.rank)
            belongs = sigmoid(*found.belongs, belonging_features(a.found, scores))
            others = sorted(order[1:_CANDIDATES], key=lambda i: -belongs[i])[:3]
            said = [order[0]] + [i for i in others if belongs[i] >= threshold]
            # Where any one of the sentences answers, one is all that is wanted.
            wanted = int(a.gold.sum()) if a.together else 1
            hits = int(a.gold[said].sum())
            values.append(2 * min(hits, wanted) / (len(said) + wanted))
    return float(np.mean(values))


def show(found: Fit, data: list[Asked]) -> None:
    for group in sorted({a.group for a in data if a.answerable}):
        these = [a for a in data if a.group == group and a.answerable]
        for name, rank in (
            ("matching", np.array([0, 0, 1.0])),
            ("reader", np.array([1.0, 0, 0])),
            ("both", found.rank),
        ):
            orders = [scored(a, rank)[1] for a in these]
            hits = [np.mean([a.gold[o[:k]].any() for a, o in zip(these, orders, strict=True)]) for k in (1, 3)]
            print(f"  {group} {name}: hit@1 {hits[0]:.3f} hit@3 {hits[1]:.3f}  ({len(these)})")
    x, right = confidence_rows(data, found.rank)
    p = sigmoid(*found.confidence, x)
    answerable = np.array([a.answerable for a in data])
    groups = np.array([a.group for a in data])
    for group in sorted(set(groups)):
        bad = p[(groups == group) & ~answerable]
        good = p[answerable & ((groups == group) | (group == "far"))]
        print(f"  AUROC {group}: {auroc(good.tolist(), bad.tolist())}")
    counts = np.where(~answerable & (groups != "far"), _NEAR_WEIGHT, 1.0)
    bins = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs(((p - right) * counts)[bins == b].sum()) for b in range(10)) / counts.sum()
    print(f"  expected calibration error {ece:.3f}")
    gains = {
        t: (counts * ~answerable)[p < t].sum() / (counts * ~answerable).sum() - (p[answerable] < t).mean()
        for t in np.arange(0.1, 0.7, 0.05).round(2)
    }
    print("  refused rightly less wrongly:", {float(t): round(float(g), 3) for t, g in gains.items()})
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
        line = {g: round(float((p[(groups == g) & ~answerable] < threshold).mean()), 3) for g in sorted(set(groups))}
        wrong = {
            g: round(float((p[(groups == g) & answerable] < threshold).mean()), 3)
            for g in sorted(set(groups[answerable]))
        }
        print(f"  below {threshold}: refused right {line} wrong {wrong}")
    x, y = belonging_rows(data, found.rank)
    p = sigmoid(*found.belongs, x)
    print(f"  belonging AUROC {auroc(p[y == 1].tolist(), p[y == 0].tolist())}")
    for threshold in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7):
        f1 = {name: f1_of(found, data, threshold, several) for name, several in (("one", False), ("several", True))}
        print(f"  said from {threshold}: F1", {name: round(value, 3) for name, value in f1.items()})
    claims = claims_of(data, found.rank, found.confidence)
    p, counted = sigmoid(*found.short, claims.short_rows(found.claim)), claims.answerable
    for threshold in (0.4, 0.5, 0.6, 0.7, 0.8, 0.82, 0.85, 0.87, 0.9):
        given = (p >= threshold) & counted
        share_given, also = given.sum() / counted.sum(), ((p >= threshold) & ~counted).sum()
        right = claims.right[given].mean()
        print(f"  short from {threshold}: given {share_given:.3f} right {right:.3f}; and {also} unanswerable")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", type=Path, default=NETWORK)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true", help="write the fitted weights into the package")
    given = parser.parse_args()
    if given.cache and given.cache.exists():
        data = pickle.loads(given.cache.read_bytes())
    else:
        import assistant.reading

        reader = Reader(given.reader)
        assistant.reading.load_reader = lambda: reader
        data = gather()
        if given.cache:
            given.cache.write_bytes(pickle.dumps(data))
    halves = [[a for a in data if a.half == half] for half in (0, 1)]
    for half in (0, 1):
        print(f"fitted on one half, shown on the other ({half})")
        show(fit(halves[1 - half]), halves[half])
    final = fit(data)
    print("fitted on both", final)
    if given.write:
        parts = {
            "rank": (final.rank, 0.0),
            "confidence": final.confidence,
            "belongs": final.belongs,
            "claim": final.claim,
            "short": final.short,
        }
        kept = {
            name: {"weights": [round(float(w), 4) for w in weights], "bias": round(float(bias), 4)}
            for name, (weights, bias) in parts.items()
        }
        CALIBRATION.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()

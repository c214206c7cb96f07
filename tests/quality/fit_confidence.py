"""Fit the weights of `assistant.reading.confidence`.

    python -m tests.quality.fit_confidence

Questions: SQuAD 2.0 dev (CC BY-SA 4.0), each asked of two libraries: the one that holds its article (where it
is answerable or an adversarial near miss) and one that does not. None is about the sample articles.
Half of the articles fit, the other half shows how well that carries over. Prints weights to paste.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from assistant.evaluation import sentence_hits
from assistant.library import Library, open_library
from assistant.reading import features, read, weigh_words
from assistant.retrieval import embed_question, retrieve
from ingest.run import run_documents
from tests.quality.public_sets import squad, squad_articles

_SIGNS = (1, 1, 1, 1, -1, -1, -1)
_NEAR_WEIGHT = 0.2

Row = tuple[str, tuple[float, ...], bool, bool]
"""Group, features, whether the best sentence answers, whether the question is answerable here."""


def rows(library: Library, articles: list[dict], at_home: bool) -> list[Row]:
    _, questions = squad(articles)
    found = []
    for question in questions if at_home else questions[::4]:
        vector = embed_question(library, question.question)
        passages = retrieve(library, question.question, vector)
        reading = read(library, question.question, vector, passages)
        best = reading.sentences[0]
        answerable = at_home and question.answerable
        hit = answerable and best.passage.source in question.articles
        hit = hit and sentence_hits(best.text, best.span, question.answers, ())
        asked = weigh_words(library, question.question, passages)
        group = "far" if not at_home else "answerable" if answerable else "near"
        found.append((group, features(best, vector, asked).values(), hit, answerable))
    return found


def main() -> None:
    articles = squad_articles()
    halves = [articles[::2], articles[1::2]]
    with tempfile.TemporaryDirectory() as folder:
        libraries = []
        for number, half in enumerate(halves):
            libraries.append(open_library(Path(folder) / str(number)))
            run_documents(squad(half)[0], libraries[-1])
        sets = [
            rows(libraries[half], halves[half], True) + rows(libraries[1 - half], halves[half], False)
            for half in range(2)
        ]
    for name, fit, test in (("first half", sets[0], sets[1]), ("second half", sets[1], sets[0])):
        print(f"fitted on the {name}, measured on the other")
        show(*train(fit), test)
    print("fitted on both: paste these")
    weights, bias = train(sets[0] + sets[1])
    show(weights, bias, sets[0] + sets[1])
    print("CONFIDENCE_WEIGHTS =", tuple(round(float(w), 3) for w in weights))
    print("CONFIDENCE_BIAS =", round(bias, 3))


def train(data: list[Row]) -> tuple[np.ndarray, float]:
    """Logistic regression whose weights may only have the sign their feature's meaning calls for.

    Without these bounds the adversarial near misses, written to look like answers, turn signs round, and what
    helps against them harms elsewhere. They also count a fifth: ordinary questions are rarely adversarial.
    """
    x = np.array([row[1] for row in data])
    y = np.array([float(row[2]) for row in data])
    weight = np.where([row[0] == "near" for row in data], _NEAR_WEIGHT, 1.0)
    bounds = [(0, None) if sign > 0 else (None, 0) for sign in _SIGNS] + [(None, None)]

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ parameters[:-1] + parameters[-1]
        slope = (1 / (1 + np.exp(-z)) - y) * weight / len(y)
        gradient = np.append(slope @ x + 2e-4 * parameters[:-1], slope.sum())
        value = (weight * (np.logaddexp(0, z) - y * z)).mean() + 1e-4 * (parameters[:-1] ** 2).sum()
        return float(value), gradient

    found = minimize(loss, np.zeros(len(_SIGNS) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:-1], float(found[-1])


def show(weights: np.ndarray, bias: float, data: list[Row]) -> None:
    z = np.array([row[1] for row in data]) @ weights + bias
    p = 1 / (1 + np.exp(-z))
    groups = np.array([row[0] for row in data])
    good = groups == "answerable"
    for group in ("near", "far"):
        both = good | (groups == group)
        print(f"  AUROC answerable against {group}: {roc_auc_score(good[both], p[both]):.3f}")
    print(f"  a tenth of the answerable lies below {np.quantile(p[good], 0.1):.3f}")
    for threshold in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        refused = {g: round(float((p[groups == g] < threshold).mean()), 3) for g in ("answerable", "near", "far")}
        print(f"  refused below {threshold}: {refused}")


if __name__ == "__main__":
    main()

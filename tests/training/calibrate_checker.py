"""Fit how the signs of support are weighed together: assistant/models/support.json.

    python -m tests.training.calibrate_checker [--write]

Statements about training articles that the network did not see, those written as assistants write every day for more
than near misses, and the lines of data/grounding.jsonl marked "dev"; each is held against what retrieval finds for it
in a library of all such articles, as a model's sentence is.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from assistant.embedding import load_encoder
from assistant.grounding import SUPPORT, Grounds
from assistant.library import Library, open_library
from assistant.retrieval import embed_question, retrieve
from assistant.settings import Settings
from ingest.run import run, run_documents
from tests.conftest import ARTICLES, GOLDEN
from tests.training.articles import numbered_sentences
from tests.training.calibrate import fit_logistic
from tests.training.readings import OWN
from tests.training.statements import written

_SIGNS = (1, 1, 1, -1)
_NEAR_WEIGHT = 0.2
"""What a statement counts that was written to be nearly right or wrong: models write such ones seldom."""
_ODDS = 4.0
"""So many of the sentences that models write are true for one that is not, where of these statements half are."""
_NATURAL_STEP, _NEAR_STEP = 2, 4
"""One in so many is looked at: all would take half an hour."""


@dataclass(frozen=True)
class Judged:
    """A statement with what is known of it."""

    group: str
    kind: str
    supported: bool
    features: np.ndarray | None
    """None where a number, name or quotation settles it."""


def judged(library: Library, group: str, rows: Sequence[tuple[str, bool, str]]) -> Iterator[Judged]:
    """Hold statements (text, truth, kind) against a library."""
    for text, supported, kind in rows:
        passages = retrieve(library, text, embed_question(library, text))
        yield Judged(group, kind, supported, Grounds(passages, load_encoder()).evidence(text).features)


def figures(judgements: Sequence[Judged], weights: tuple[np.ndarray, float], threshold: float) -> str:
    """How many false ones are marked, and how many true ones."""
    marked: dict[bool, list[bool]] = {True: [], False: []}
    for j in judgements:
        z = -np.inf if j.features is None else float(j.features @ weights[0] + weights[1])
        marked[j.supported].append(1 / (1 + np.exp(-z)) < threshold)
    return f"false marked {np.mean(marked[False]):.3f}, true marked {np.mean(marked[True]):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep the weights")
    given = parser.parse_args()
    statements = [s for s in written() if s.part == "dev"]
    sources = {s.source for s in statements}
    documents = [
        (source, document)
        for path in sorted(OWN.glob("*.txt"))
        for source, (document, _) in numbered_sentences(path).items()
        if source in sources
    ]
    with tempfile.TemporaryDirectory() as folder:
        own = open_library(Path(folder) / "own", Settings())
        run_documents(documents, own)
        found = list[Judged]()
        for group in ("natural", "own"):
            natural = group == "natural"
            some = [s for s in statements if s.natural == natural][:: _NATURAL_STEP if natural else _NEAR_STEP]
            found += judged(own, group, [(s.text, s.supported, s.kind) for s in some])
        own.close()
        ours = open_library(Path(folder) / "articles", Settings())
        run([ARTICLES, ARTICLES.parent / "reports"], ours)
        lines = [json.loads(line) for line in (GOLDEN.parent / "grounding.jsonl").read_text().splitlines()]
        dev = [(x["sentence"], x["supported"], x["kind"]) for x in lines if x["split"] == "dev"]
        found += judged(ours, "grounding", dev)
        ours.close()
    usable = [j for j in found if j.features is not None]
    x, y = np.array([j.features for j in usable]), np.array([float(j.supported) for j in usable])
    print("settled by numbers, names, quotations:", len(found) - len(usable), "of them true",
          sum(j.supported for j in found if j.features is None), file=sys.stderr)  # fmt: skip
    for column in range(x.shape[1]):
        print(f"feature {column}: AUROC {roc_auc_score(y, x[:, column]):.3f}", file=sys.stderr)
    counts = np.array([1.0 if j.group == "natural" else _NEAR_WEIGHT for j in usable])
    half = np.arange(len(usable)) % 2
    for part in (0, 1):
        weights = fit_logistic(x[half == part], y[half == part], _SIGNS, counts[half == part])
        rest = [j for i, j in enumerate(usable) if half[i] != part]
        print("fitted on one half, shown on the other:", figures(rest, weights, 0.5), file=sys.stderr)
    slopes, bias = fit_logistic(x, y, _SIGNS, counts)
    weights = slopes, bias + float(np.log(_ODDS))
    print("fitted on all:", weights, file=sys.stderr)
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        for group in ("natural", "own", "grounding"):
            some = [j for j in found if j.group == group]
            print(f"from {threshold} {group}: {figures(some, weights, threshold)}", file=sys.stderr)
    if given.write:
        kept = {"weights": [round(float(w), 4) for w in weights[0]], "bias": round(float(weights[1]), 4)}
        SUPPORT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

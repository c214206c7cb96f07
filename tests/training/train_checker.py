"""Train the checker: does what an article says support a statement?

    python -m tests.training.train_checker --run DIR [--minutes 40] [--device cuda]

It is the reader's network, started from the reader's weights, with the statement in the question's place and the
sentences it is held against as the passage; the score of those sentences together says whether they support it.
Writes DIR/log.jsonl, DIR/last.pt (to resume from) and DIR/checker.safetensors (the running mean of the weights);
`python -m tests.training.export DIR/checker.safetensors --out assistant/models/checker.onnx` makes what is shipped.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from assistant.checker import check_input
from assistant.embedding import load_tokenizer
from assistant.evaluation import auroc
from assistant.reader import NETWORK, ReaderInput
from tests.training.batching import Batch, Reading, Windows, collate, each_of
from tests.training.network import Network
from tests.training.statements import WRITTEN, Statement, made, written
from tests.training.train import Run, add_machine_arguments, forward

_FURTHEST = 2
"""Sentences told before and after those that decide, at most."""
_DROPPED_SHARE = 0.08
"""How often a true statement is told without what it rests on, and so is not supported."""
_WEIGHTS = {"made": 0.35, "turned": 1.0}
"""What a made statement weighs in the loss, one written by hand being 1: a turned one is as hard and as sure."""
_DEV_REPORT_SECONDS = 480


def shown(statement: Statement, rng: random.Random) -> list[int]:
    """Which sentences a statement is held against: those it rests on, and some around them."""
    kept: set[int] = set()
    for place in statement.rests_on:
        kept |= set(range(place - rng.randint(0, _FURTHEST), place + rng.randint(0, _FURTHEST) + 1))
    return [i for i in sorted(kept) if 0 <= i < len(statement.sentences)]


def encoded(tokenizer: object, statement: Statement, places: Sequence[int]) -> ReaderInput:
    """What the network reads."""
    told = [statement.sentences[i].of(statement.told) for i in places]
    return check_input(tokenizer, statement.text, statement.title, told)  # type: ignore[arg-type]


def as_batch(inputs: Sequence[ReaderInput], supported: Sequence[bool]) -> Batch:
    """Statements as the reader's questions, each with one passage of one sentence, which "answers" if it supports."""
    pairs = zip(inputs, supported, strict=True)
    return collate([Reading([x], [[0] if truth else []], [[]], [None], False) for x, truth in pairs])


def scores(network: Network, batch: Batch, device: str) -> torch.Tensor:
    """Log-odds of being supported, shape (rows,)."""
    return forward(network, batch, device)[0][:, 0, 0]


@dataclass(frozen=True)
class Statements:
    """Some statements to learn from."""

    rows: Batch
    weights: NDArray[np.float32]
    """Shape (rows,)."""


class Told(Windows[Statement, Statements]):
    """Statements, each beside the sentences that decide."""

    def __init__(self, statements: Sequence[Statement], rows: int, seed: str) -> None:
        super().__init__(statements, 16 * rows, seed)
        self._rows = rows
        self._tokenizer = load_tokenizer()

    def grouped(self, items: Sequence[Statement], rng: random.Random) -> list[Statements]:
        rows = sorted((self._row(statement, rng) for statement in items), key=lambda row: len(row[0].ids))
        return [_grouped(rows[i : i + self._rows]) for i in range(0, len(rows), self._rows)]

    def _row(self, statement: Statement, rng: random.Random) -> tuple[ReaderInput, bool, float]:
        supported = statement.supported
        places = shown(statement, rng)
        if supported and rng.random() < _DROPPED_SHARE:
            left = [i for i in places if i not in statement.rests_on]
            places, supported = (left, False) if left else (places, True)
        return encoded(self._tokenizer, statement, places), supported, _WEIGHTS.get(statement.kind, 1.0)


def _grouped(rows: Sequence[tuple[ReaderInput, bool, float]]) -> Statements:
    inputs, supported, weights = zip(*rows, strict=True)
    return Statements(as_batch(inputs, supported), np.array(weights, np.float32))


class Training(Run):
    """The checker on its way."""

    def __init__(self, given: argparse.Namespace) -> None:
        super().__init__(given, "checker", fresh=False)
        self.tokenizer = load_tokenizer()

    def take_step(self, batch: Statements) -> float:
        """Learn from some statements; returns their loss."""
        self.set_rate()
        device = self.given.device
        found = scores(self.network, batch.rows, device)
        wanted = torch.from_numpy(batch.rows.gold[:, 0]).to(device).float()
        weights = torch.from_numpy(batch.weights).to(device)
        loss = functional.binary_cross_entropy_with_logits(found, wanted, weights)
        self.descend(loss)
        return loss.item()


def epoch_of(training: Training, statements: Sequence[Statement]) -> Iterator[Statements]:
    """All that is written as assistants write, and shares of the other statements and of what is made."""
    given = training.given
    seed = f"{given.seed} {training.epoch}"
    rng = random.Random(seed)
    shares = {"made": given.made, "turned": given.made}
    picked = [s for s in statements if s.natural or rng.random() < shares.get(s.kind, given.others)]
    rng.shuffle(picked)
    return each_of(Told(picked, given.rows, seed), given.workers)


@torch.no_grad()
def measure(training: Training, statements: Sequence[Statement]) -> dict[str, object]:
    """How well the running mean of the weights tells true from false, among those written for development."""
    network = training.averaged().eval()
    found: dict[str, list[float]] = defaultdict(list)
    for first in range(0, len(statements), 16):
        some = statements[first : first + 16]
        inputs = [encoded(training.tokenizer, s, shown(s, random.Random(s.text))) for s in some]
        batch = as_batch(inputs, [s.supported for s in some])
        for statement, score in zip(some, scores(network, batch, training.given.device).tolist(), strict=True):
            kind = f"natural {statement.kind}".rstrip() if statement.natural else statement.kind
            found[kind or "true"].append(score)
    natural = found.pop("natural")
    natural_false = [score for kind, scored in found.items() if kind.startswith("natural") for score in scored]
    true = found.pop("true")
    false = [score for kind, scored in found.items() if not kind.startswith("natural") for score in scored]
    bound = float(np.quantile(true, 0.1))
    return {
        "n": len(statements),
        "auroc": auroc(true, false),
        "auroc_natural": auroc(natural, natural_false),
        "right": round(float(np.mean([*(s > 0 for s in true), *(s <= 0 for s in false)])), 4),
        "false_marked_at_a_tenth_of_true": round(float(np.mean([s < bound for s in false])), 4),
        "kinds": {kind: round(float(np.mean([s < bound for s in scored])), 3) for kind, scored in found.items()},
    }


def train(training: Training, statements: Sequence[Statement], dev: Sequence[Statement]) -> None:
    """Until the time is up.

    Raises:
        ValueError: there is nothing to train on.
    """
    if not statements:
        raise ValueError(f"there are no statements to train on in {WRITTEN}")
    reported, window = training.spent, list[float]()
    while training.progress() < 1:
        for batch in epoch_of(training, statements):
            window.append(training.take_step(batch))
            if training.step % 50 == 0:
                minutes = round(training.spent / 60, 2)
                training.note(step=training.step, epoch=training.epoch, minutes=minutes, loss=sum(window) / len(window))
                window.clear()
            if training.spent - reported > _DEV_REPORT_SECONDS:
                reported = training.spent
                training.note(step=training.step, **measure(training, dev))
                training.keep()
                training.unpause()
            if training.progress() >= 1:
                break
        training.epoch += 1
    training.note(step=training.step, **measure(training, dev))
    training.keep()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--start", type=Path, default=NETWORK, help="weights to start from")
    parser.add_argument("--minutes", type=float, default=40, help="the learning rate falls to 0 by then")
    parser.add_argument("--rows", type=int, default=16, help="statements a step")
    parser.add_argument("--made", type=float, default=0.25, help="share of made statements each epoch")
    parser.add_argument("--others", type=float, default=1.0, help="share of near misses each epoch")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--dev", type=int, default=1500, help="statements to measure with on the way")
    add_machine_arguments(parser)
    given = parser.parse_args()
    given.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(given.seed)
    by_hand = list(written())
    statements = [s for s in [*by_hand, *made(given.seed)] if s.part == "train"]
    dev = [s for s in by_hand if s.part == "dev"]
    random.Random(1).shuffle(dev)
    del dev[given.dev :]
    print(f"{len(statements)} statements to train on, {len(dev)} to measure with", flush=True)
    train(Training(given), statements, dev)


if __name__ == "__main__":
    main()

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
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from assistant.checker import check_input
from assistant.embedding import load_tokenizer
from assistant.evaluation import auroc
from assistant.reader import NETWORK, ReaderInput
from tests.training.network import Network
from tests.training.statements import Statement, made, written
from tests.training.train import Run, half_precision, tensors

_FURTHEST = 2
"""Sentences told before and after those that decide, at most."""
_DROPPED_SHARE = 0.08
"""How often a true statement is told without what it rests on, and so is not supported."""
_MADE_SHARE = 0.35
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


def scores(network: Network, inputs: Sequence[ReaderInput], device: str) -> torch.Tensor:
    """Log-odds of being supported, shape (rows,)."""
    ids, types, mask, pool = tensors(inputs, device)
    with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=half_precision(device)):
        found, _ = network(ids, types, mask, pool)
    return found[:, 0, 0].float()


class Training(Run):
    """The checker on its way."""

    def __init__(self, given: argparse.Namespace) -> None:
        super().__init__(given, "checker", fresh=False)
        self.tokenizer = load_tokenizer()

    def take_step(self, batch: Sequence[tuple[ReaderInput, bool, float]]) -> float:
        """Learn from some rows; returns their loss."""
        began = time.perf_counter()
        self.set_rate()
        found = scores(self.network, [x for x, _, _ in batch], self.given.device)
        wanted = torch.tensor([float(truth) for _, truth, _ in batch], device=self.given.device)
        weights = torch.tensor([weight for _, _, weight in batch], device=self.given.device)
        loss = functional.binary_cross_entropy_with_logits(found, wanted, weights)
        self.descend(loss)
        self.spent += time.perf_counter() - began
        return loss.item()


def batches(training: Training, statements: Sequence[Statement]) -> Iterator[list[tuple[ReaderInput, bool, float]]]:
    """One epoch: all that is written by hand, and a share of what is made, in batches of like length."""
    given = training.given
    rng = random.Random(f"{given.seed} {training.epoch}")
    picked = [s for s in statements if s.kind != "made" or rng.random() < given.made]
    rng.shuffle(picked)
    for first in range(0, len(picked), given.rows * 16):
        rows = []
        for statement in picked[first : first + given.rows * 16]:
            supported = statement.supported
            places = shown(statement, rng)
            if supported and rng.random() < _DROPPED_SHARE:
                left = [i for i in places if i not in statement.rests_on]
                places, supported = (left, False) if left else (places, True)
            weight = _MADE_SHARE if statement.kind == "made" else 1.0
            rows.append((encoded(training.tokenizer, statement, places), supported, weight))
        rows.sort(key=lambda row: len(row[0].ids))
        groups = [rows[i : i + given.rows] for i in range(0, len(rows), given.rows)]
        rng.shuffle(groups)
        yield from groups


@torch.no_grad()
def measure(training: Training, statements: Sequence[Statement]) -> dict[str, object]:
    """How well the running mean of the weights tells true from false, among those written for development."""
    network = training.averaged().eval()
    found: dict[str, list[float]] = defaultdict(list)
    for first in range(0, len(statements), 16):
        some = statements[first : first + 16]
        inputs = [encoded(training.tokenizer, s, shown(s, random.Random(s.text))) for s in some]
        for statement, score in zip(some, scores(network, inputs, training.given.device).tolist(), strict=True):
            found["true" if statement.supported else statement.kind].append(score)
    true = found.pop("true")
    false = [score for scored in found.values() for score in scored]
    bound = float(np.quantile(true, 0.1))
    return {
        "n": len(statements),
        "auroc": auroc(true, false),
        "right": round(float(np.mean([*(s > 0 for s in true), *(s <= 0 for s in false)])), 4),
        "false_marked_at_a_tenth_of_true": round(float(np.mean([s < bound for s in false])), 4),
        "kinds": {kind: round(float(np.mean([s < bound for s in scored])), 3) for kind, scored in found.items()},
    }


def train(training: Training, statements: Sequence[Statement], dev: Sequence[Statement]) -> None:
    """Until the time is up."""
    reported, window = training.spent, list[float]()
    while training.progress() < 1:
        for batch in batches(training, statements):
            window.append(training.take_step(batch))
            if training.step % 50 == 0:
                minutes = round(training.spent / 60, 2)
                training.note(step=training.step, epoch=training.epoch, minutes=minutes, loss=sum(window) / len(window))
                window.clear()
            if training.spent - reported > _DEV_REPORT_SECONDS:
                reported = training.spent
                training.note(step=training.step, **measure(training, dev))
                training.keep()
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
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--decay", type=float, default=0.99, help="of the running mean of the weights")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    given.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(given.seed)
    by_hand = list(written())
    statements = [s for s in [*by_hand, *made(given.seed)] if s.part == "train"]
    dev = [s for s in by_hand if s.part == "dev"]
    print(f"{len(statements)} statements to train on, {len(dev)} to measure with", flush=True)
    train(Training(given), statements, dev)


if __name__ == "__main__":
    main()

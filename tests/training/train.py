"""Train the reader.

    python -m tests.training.train READINGS.pkl --run DIR [--start WEIGHTS] [--minutes 60] [--device cuda]

Each question is read beside the passages that hold its answer and the hardest others. One softmax goes over all
their sentences and "none of these"; a second score says for each sentence alone whether it belongs to the
answer; two more mark the ends of a short answer. Writes DIR/log.jsonl, DIR/last.pt (to resume from: the same
command goes on where it stopped) and DIR/reader.safetensors (the running mean of the weights).
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from assistant.embedding import load_tokenizer
from assistant.evaluation import auroc, hit_at, share
from assistant.reader import ReaderInput, encode, network_inputs
from assistant.types import Span
from tests.training.network import Network, from_export, from_minilm
from tests.training.readings import Example, Row

_NO_ANSWER_SHARE = 0.12
"""How often the passages that answer are left out of an answerable question."""
_CUT_SHARE = 0.3
"""How often, of these, only the answering sentences are."""
_SHORTEST_CROP = 0.35
"""Passages are cut to a share of their sentences between this and all: they are read faster, and never alike twice."""
_ROWS = 4
"""Rows that go through the network together."""
_MEASURED_PASSAGES = 6
_REPORT_SECONDS = 600
_NEVER = -1e4
"""A score that no softmax gives anything to."""
_MEMBER_WEIGHT, _SPAN_WEIGHT = 0.3, 0.5


@dataclass(frozen=True)
class Reading:
    """A question's passages as the network reads them, and what it should find."""

    inputs: list[ReaderInput]
    gold: list[list[int]]
    unsure: list[list[int]]
    span: list[tuple[int, int] | None]
    """First and last token of the short answer."""
    together: bool


class Reader:
    """Makes readings."""

    def __init__(self) -> None:
        self.tokenizer = load_tokenizer()

    def encode(self, question: str, row: Row) -> ReaderInput:
        return encode(self.tokenizer, question, row.title, row.text, row.sentences)

    def reading(self, example: Example, rows: Sequence[Row]) -> Reading:
        inputs = [self.encode(example.question, row) for row in rows]
        gold = [[i for i in row.gold if (x.sentence_of == i).any()] for x, row in zip(inputs, rows, strict=True)]
        unsure = [list(row.unsure) for row in rows]
        spans = [_tokens(x, row.short) for x, row in zip(inputs, rows, strict=True)]
        return Reading(inputs, gold, unsure, spans, example.together)


def _tokens(x: ReaderInput, short: Span | None) -> tuple[int, int] | None:
    if short is None:
        return None
    inside = np.flatnonzero((x.offsets[:, 0] < short.end) & (x.offsets[:, 1] > short.start) & (x.sentence_of >= 0))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None


def chosen_rows(example: Example, count: int, rng: random.Random) -> list[Row]:
    """The passages to train on: those that answer, then hard others; sometimes none that answers."""
    gold = [row for row in example.rows if row.gold]
    others = [row for row in example.rows if not row.gold and not row.unsure]
    if gold and rng.random() < _NO_ANSWER_SHARE:
        if rng.random() < _CUT_SHARE:
            gold = [cut(row) for row in gold if len(row.sentences) > len(row.gold) + 1]
        else:
            gold = []
            others = [row for row in others if row.source != example.source]
    if example.together is False and len(gold) > 1:
        gold = gold[:1]
    rows = gold[:2]
    # Hard ones first, but not always the same.
    weights = [0.6**place for place in range(len(others))]
    while others and len(rows) < count:
        place = rng.choices(range(len(others)), weights)[0]
        rows.append(others.pop(place))
        weights.pop(place)
    return [cropped(row, rng) for row in rows]


def cropped(row: Row, rng: random.Random) -> Row:
    """A run of the passage's sentences that has all that answer (or might)."""
    count = len(row.sentences)
    wanted = max(1, round(count * rng.uniform(_SHORTEST_CROP, 1.0)))
    kept = [*row.gold, *row.unsure] or [rng.randrange(count)]
    first, last = min(kept), max(kept)
    while last - first + 1 < wanted:
        if first and (last == count - 1 or rng.random() < 0.5):
            first -= 1
        else:
            last += 1
    start = row.sentences[first].start if first else 0
    end = row.sentences[last].end if last < count - 1 else len(row.text)

    def moved(span: Span) -> Span:
        return Span(span.start - start, span.end - start)

    return replace(
        row,
        text=row.text[start:end],
        sentences=tuple(moved(span) for span in row.sentences[first : last + 1]),
        gold=tuple(i - first for i in row.gold),
        unsure=tuple(i - first for i in row.unsure),
        short=moved(row.short) if row.short else None,
    )


def cut(row: Row) -> Row:
    """The passage without the sentences that answer (or might)."""
    text, sentences = "", []
    for index, span in enumerate(row.sentences):
        if index in row.gold or index in row.unsure:
            continue
        piece = span.of(row.text)
        text += " " if text else ""
        sentences.append(Span(len(text), len(text) + len(piece)))
        text += piece
    return Row(row.source, row.title, text, tuple(sentences), (), (), None, row.score)


def batches(readings: list[Reading], tokens: int) -> Iterator[list[Reading]]:
    """Readings of like length together, at most so many padded tokens."""
    order = sorted(readings, key=lambda r: max(len(x.ids) for x in r.inputs))
    batch: list[Reading] = []
    rows = 0
    for reading in order:
        longest = max(len(x.ids) for x in reading.inputs)
        if batch and (rows + len(reading.inputs)) * longest > tokens:
            yield batch
            batch, rows = [], 0
        batch.append(reading)
        rows += len(reading.inputs)
    if batch:
        yield batch


def tensors(inputs: Sequence[ReaderInput], device: str) -> tuple[torch.Tensor, ...]:
    """Ids, types, mask and pool of some rows; see `Network`."""
    return tuple(torch.from_numpy(a).to(device) for a in network_inputs(inputs).values())


@cache
def half_precision(device: str) -> bool:
    """Whether 16-bit products are made in hardware; a CPU that only imitates them takes thirty times as long."""
    return device != "cpu" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def forward(
    network: Network, inputs: Sequence[ReaderInput], device: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Scores and ends of all rows, and which sentences are there; rows of like length are read together."""
    order = sorted(range(len(inputs)), key=lambda i: len(inputs[i].ids))
    longest, sentences = max(len(x.ids) for x in inputs), max(x.sentences for x in inputs)
    scores, ends, there = [], [], []
    for first in range(0, len(order), _ROWS):
        ids, types, mask, pool = tensors([inputs[i] for i in order[first : first + _ROWS]], device)
        with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=half_precision(device)):
            some, some_ends = network(ids, types, mask, pool)
        more, tokens = sentences - pool.shape[1], longest - pool.shape[2]
        some_ends = some_ends.float().masked_fill((pool.sum(1) == 0)[..., None], _NEVER)
        scores.append(functional.pad(some.float(), (0, 0, 0, more)))
        ends.append(functional.pad(some_ends, (0, 0, 0, tokens), value=_NEVER))
        there.append(functional.pad(pool.sum(-1) > 0, (0, more)))
    back = torch.tensor(np.argsort(order), device=device)
    return torch.cat(scores)[back], torch.cat(ends)[back], torch.cat(there)[back]


def loss_of(network: Network, batch: list[Reading], device: str) -> torch.Tensor:
    inputs = [x for reading in batch for x in reading.inputs]
    scores, ends, there = forward(network, inputs, device)
    total = torch.zeros((), device=device)
    row = 0
    for reading in batch:
        count = len(reading.inputs)
        part, seen = scores[row : row + count], there[row : row + count].clone()
        gold = torch.zeros_like(seen)
        for k in range(count):
            seen[k, [i for i in reading.unsure[k] if i < seen.shape[1]]] = False
            gold[k, reading.gold[k]] = True
        rank = functional.pad(part[..., 0].masked_fill(~seen, _NEVER).flatten(), (1, 0))  # "none of these" scores 0
        logs = rank.log_softmax(0)
        wanted = logs[1:][gold.flatten()]
        if not len(wanted):
            total = total - logs[0]
        elif reading.together:
            total = total - wanted.mean()
        else:
            total = total - wanted.logsumexp(0)
        member = functional.binary_cross_entropy_with_logits(part[..., 1][seen], gold[seen].float(), reduction="sum")
        total = total + _MEMBER_WEIGHT * member / 2
        for k, span in enumerate(reading.span):
            if span and reading.gold[k]:
                tokens = ends[row + k].log_softmax(0)
                total = total - _SPAN_WEIGHT * (tokens[span[0], 0] + tokens[span[1], 1])
        row += count
    return total / len(batch)


@torch.no_grad()
def measure(network: Network, reader: Reader, examples: list[Example], device: str) -> dict[str, float | None]:
    """Figures of the network alone over questions with the passages that match best."""
    network.eval()
    ranks: list[int | None] = []
    good, bad, exact = [], [], []
    for example in examples:
        reading = reader.reading(example, example.rows[:_MEASURED_PASSAGES])
        scores, ends, there = (t.cpu() for t in forward(network, reading.inputs, device))
        odds = scores[..., 0].masked_fill(~there, _NEVER)
        (good if example.answerable else bad).append(odds.flatten().logsumexp(0).item())
        if not example.answerable:
            continue
        best = odds.flatten().argsort(descending=True)[:3]
        places = [divmod(int(place), odds.shape[1]) for place in best]
        right = [i in reading.gold[k] or i in reading.unsure[k] for k, i in places]
        ranks.append(right.index(True) + 1 if True in right else None)
        k, i = places[0]
        if right[0] and reading.span[k]:
            outside = torch.from_numpy(reading.inputs[k].sentence_of != i)
            tokens = ends[k][: len(outside)].masked_fill(outside[:, None], _NEVER)
            exact.append(tuple(tokens.argmax(0).tolist()) == reading.span[k])
    network.train()
    return {
        "n": len(examples),
        "hit_at_1": hit_at(ranks, 1),
        "hit_at_3": hit_at(ranks, 3),
        "auroc": auroc(good, bad),
        "short_exact": share(exact),
    }


class Run:
    """A network on its way, with all that a stopped run needs to go on."""

    def __init__(self, given: argparse.Namespace, name: str, *, fresh: bool) -> None:
        self.given, self._name = given, name
        self.network = started(given.start).to(given.device).train()
        self.optimizer = torch.optim.AdamW(parameter_groups(self.network, fresh=fresh), lr=given.rate, fused=True)
        self.mean = {name: p.detach().clone() for name, p in self.network.state_dict().items()}
        self.step, self.epoch, self.spent = 0, 0, 0.0
        self.log = (given.run / "log.jsonl").open("a")
        if (given.run / "last.pt").exists():
            self.resume()

    def resume(self) -> None:
        kept = torch.load(self.given.run / "last.pt", weights_only=False)
        self.network.load_state_dict(kept["network"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.mean, self.step, self.spent = kept["mean"], kept["step"], kept["spent"]
        # In another order: what was asked would else be asked again first.
        self.epoch = kept["epoch"] + 1
        print(f"going on from step {self.step}", flush=True)

    def keep(self) -> None:
        save_file({n: p.contiguous() for n, p in self.mean.items()}, self.given.run / f"{self._name}.safetensors")
        state = {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "mean": self.mean}
        torch.save(state | {"step": self.step, "epoch": self.epoch, "spent": self.spent}, self.given.run / "last.pt")

    def note(self, **values: object) -> None:
        self.log.write(json.dumps(values) + "\n")
        self.log.flush()
        print(values, flush=True)

    def progress(self) -> float:
        """From 0 to 1, when it is done."""
        return float(self.spent / 60 / self.given.minutes)

    def averaged(self) -> Network:
        """A network of the running mean of the weights."""
        network = Network()
        network.load_state_dict(self.mean)
        return network.to(self.given.device)

    def set_rate(self) -> float:
        """The learning rate of this step, as a share of the highest."""
        share = min(1.0, (self.step + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, self.progress())))
        for group in self.optimizer.param_groups:
            group["lr"] = self.given.rate * group["scale"] * max(share, 0.01)
        return share

    def descend(self, loss: torch.Tensor) -> None:
        """Change the weights, and move their mean."""
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(self.given.decay, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            for name, p in self.network.state_dict().items():
                self.mean[name].lerp_(p, 1 - decay) if p.is_floating_point() else self.mean[name].copy_(p)


class Training(Run):
    """The reader on its way."""

    def __init__(self, given: argparse.Namespace, dev: dict[str, list[Example]]) -> None:
        super().__init__(given, "reader", fresh=given.start is None)
        self.dev, self.reader = dev, Reader()
        self.last_report = self.spent
        self.window: list[float] = []

    def report(self) -> None:
        """Measure the running mean of the weights, and keep it."""
        self.last_report = self.spent
        measured = self.averaged()
        for group, found in self.dev.items():
            figures = measure(measured, self.reader, found, self.given.device)
            self.note(step=self.step, epoch=self.epoch, minutes=round(self.spent / 60, 1), group=group, **figures)
        self.keep()

    def progress(self) -> float:
        given = self.given
        return self.step / given.steps if given.steps else super().progress()

    def take_step(self, batch: list[Reading]) -> None:
        began = time.perf_counter()
        rate = self.set_rate()
        loss = loss_of(self.network, batch, self.given.device)
        self.descend(loss)
        self.window.append(loss.item())
        self.spent += time.perf_counter() - began
        if self.step % 20 == 0:
            loss_mean, minutes = round(sum(self.window) / len(self.window), 4), round(self.spent / 60, 2)
            self.note(
                step=self.step, epoch=self.epoch, minutes=minutes, loss=loss_mean, rate=rate, questions=len(batch)
            )
            self.window.clear()


def started(path: Path | None) -> Network:
    """The network to begin with: MiniLM's, a run's, or an exported one."""
    if path is None:
        return from_minilm()
    if path.suffix == ".onnx":
        return from_export(path)
    network = Network()
    network.load_state_dict(torch.load(path)["network"] if path.suffix == ".pt" else load_file(path))
    return network


def parameter_groups(network: Network, *, fresh: bool) -> list[dict[str, Any]]:
    """Matrices with weight decay, the rest without; new heads learn faster."""
    body = list(network.bert.named_parameters())
    heads = [*network.sentence.parameters(), *network.span.parameters()]
    matrices = [p for n, p in body if p.ndim > 1 and "embeddings" not in n]
    others = [p for n, p in body if p.ndim < 2 or "embeddings" in n]
    return [
        {"params": matrices, "weight_decay": 0.01, "scale": 1.0},
        {"params": others, "weight_decay": 0.0, "scale": 1.0},
        {"params": heads, "weight_decay": 0.0, "scale": 3.0 if fresh else 1.0},
    ]


def epoch_of(training: Training, examples: list[Example], shares: dict[str, float]) -> Iterator[list[Reading]]:
    """All batches of one epoch, in an order of its own."""
    given = training.given
    rng = random.Random(f"{given.seed} {training.epoch}")
    picked = [e for e in examples if rng.random() < shares.get(e.group, 1.0)]
    picked += [e for e in examples if e.group == "own" and e.source.startswith(tuple(given.twice))]
    rng.shuffle(picked)
    for first in range(0, len(picked), given.questions * 16):
        some = picked[first : first + given.questions * 16]
        readings = [training.reader.reading(e, chosen_rows(e, given.passages, rng)) for e in some]
        groups = list(batches([r for r in readings if r.inputs], given.questions * given.passages * 230))
        rng.shuffle(groups)
        yield from groups


def train(training: Training, examples: list[Example], shares: dict[str, float]) -> None:
    stopped: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: stopped.append(number))
    while training.progress() < 1:
        for batch in epoch_of(training, examples, shares):
            training.take_step(batch)
            if training.spent - training.last_report > _REPORT_SECONDS:
                training.report()
            if stopped:
                training.keep()
                print("stopped; the same command goes on from here", flush=True)
                return
            if training.progress() >= 1:
                break
        training.epoch += 1
    training.report()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readings", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument(
        "--start", type=Path, help="weights to start from: another run's reader.safetensors, or reader.onnx"
    )
    parser.add_argument(
        "--minutes", type=float, default=60, help="when to have finished; the learning rate falls to 0 by then"
    )
    parser.add_argument("--steps", type=int, help="the same in steps, for an exact repetition")
    parser.add_argument("--questions", type=int, default=10, help="a step")
    parser.add_argument("--passages", type=int, default=3, help="a question")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--decay", type=float, default=0.99, help="of the running mean of the weights")
    parser.add_argument("--twice", nargs="*", default=[], help="our own files to ask twice: how their names begin")
    parser.add_argument(
        "--weights", nargs="*", default=[], help="GROUP=SHARE: take that share of a group's questions each epoch"
    )
    parser.add_argument("--dev", type=int, default=300, help="questions a group to measure with on the way")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()

    given.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(given.seed)
    examples: list[Example] = pickle.loads(given.readings.read_bytes())
    dev: dict[str, list[Example]] = {}
    for e in examples:
        if e.part == "dev":
            dev.setdefault(e.group, []).append(e)
    for group, found in dev.items():
        random.Random(1).shuffle(found)
        dev[group] = found[: given.dev]
    shares = {name: float(share) for name, share in (w.split("=") for w in given.weights)}
    train(Training(given, dev), [e for e in examples if e.part == "train"], shares)


if __name__ == "__main__":
    main()

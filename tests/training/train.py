"""Train the reader.

    python -m tests.training.train READINGS.pkl --run DIR [--start WEIGHTS] [--minutes 60] [--device cuda]

Each question is read beside the passages that hold its answer and the hardest others. One softmax goes over all
their sentences and "none of these"; a second score says for each sentence alone whether it belongs to the
answer; two more mark the ends of a short answer. Writes DIR/log.jsonl, DIR/last.pt (to resume from: the same
command goes on where it stopped) and DIR/reader.safetensors (the running mean of the weights). Ctrl-C keeps both and
exits with 130.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import signal
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from assistant.evaluation import auroc, hit_at, share
from tests.training.batching import Batch, Questions, Reader, collate, each_of
from tests.training.examples import Example
from tests.training.network import Network, from_export, from_minilm

_ROWS = 4
"""Rows that go through the network together."""
_ROWS_ON_ACCELERATOR = 512
_MEASURED_PASSAGES = 6
_REPORT_SECONDS = 600
_NEVER = -1e4
"""A score that no softmax gives anything to."""
_MEMBER_WEIGHT, _SPAN_WEIGHT = 0.3, 0.5
_STOPPED = 130
"""The exit status after Ctrl-C, as a shell has it: `make train` must not go on with half-trained weights."""


@cache
def half_precision(device: str) -> bool:
    """Whether 16-bit products are made in hardware; a CPU that only imitates them takes thirty times as long."""
    return device != "cpu" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def forward(network: Network, batch: Batch, device: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Scores and ends of all rows, and which sentences are there; rows of like length are read together."""
    order = np.argsort(batch.lengths, kind="stable")
    longest, sentences = batch.ids.shape[1], batch.gold.shape[1]
    scores, ends, there = [], [], []
    size = _ROWS if device == "cpu" else _ROWS_ON_ACCELERATOR
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        tokens = int(batch.lengths[rows].max())
        ids, types, of = (
            torch.from_numpy(a[rows, :tokens]).to(device).long() for a in (batch.ids, batch.types, batch.sentence_of)
        )
        mask = torch.arange(tokens, device=device) < torch.from_numpy(batch.lengths[rows]).to(device)[:, None]
        pool = (of[:, None] == torch.arange(sentences, device=device)[:, None]).float()
        some_there = pool.any(-1)
        pool = pool / pool.sum(-1, keepdim=True).clamp(min=1)
        with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=half_precision(device)):
            some, some_ends = network(ids, types, mask.long(), pool)
        some_ends = some_ends.float().masked_fill((of < 0)[..., None], _NEVER)
        scores.append(some.float())
        ends.append(functional.pad(some_ends, (0, 0, 0, longest - tokens), value=_NEVER))
        there.append(some_there)
    back = torch.from_numpy(np.argsort(order)).to(device)
    return torch.cat(scores)[back], torch.cat(ends)[back], torch.cat(there)[back]


def loss_of(network: Network, batch: Batch, device: str) -> torch.Tensor:
    """The mean over the questions; see the top of this file."""
    scores, ends, there = forward(network, batch, device)
    gold, unsure, question, place, span, together = (
        torch.from_numpy(a).to(device)
        for a in (batch.gold, batch.unsure, batch.question, batch.place, batch.span, batch.together)
    )
    seen = there & ~unsure
    shape = len(batch.together), int(batch.place.max()) + 1, gold.shape[1]
    rank = scores.new_full(shape, _NEVER)
    rank = rank.index_put((question, place), scores[..., 0].masked_fill(~seen, _NEVER)).flatten(1)
    logs = functional.pad(rank, (1, 0)).log_softmax(1)  # "none of these" scores 0
    wanted = gold.new_zeros(shape).index_put((question, place), gold).flatten(1)
    one_of_them = logs[:, 1:].masked_fill(~wanted, _NEVER).logsumexp(1)
    all_of_them = (logs[:, 1:] * wanted).sum(1) / wanted.sum(1).clamp(min=1)
    right = torch.where(wanted.any(1), torch.where(together, all_of_them, one_of_them), logs[:, 0])
    member = functional.binary_cross_entropy_with_logits(scores[..., 1], gold.float(), seen.float(), reduction="sum")
    held = span[:, :1] >= 0
    marked = ends.log_softmax(1).gather(1, span.clamp(min=0)[:, None]).squeeze(1)
    return (_MEMBER_WEIGHT * member / 2 - right.sum() - _SPAN_WEIGHT * (marked * held).sum()) / len(together)


@torch.no_grad()
def measure(network: Network, reader: Reader, examples: list[Example], device: str) -> dict[str, float | None]:
    """Figures of the network alone over questions with the passages that match best."""
    network.eval()
    ranks: list[int | None] = []
    good, bad, exact = [], [], []
    for example in examples:
        reading = reader.reading(example, example.rows[:_MEASURED_PASSAGES])
        scores, ends, there = (t.cpu() for t in forward(network, collate([reading]), device))
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
        self.network = prepared(started(given.start), given.device, given.dropout)
        if given.frozen:
            self.network.bert.embeddings.word_embeddings.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(parameter_groups(self.network, fresh=fresh), lr=given.rate, fused=True)
        self.mean = {name: p.detach().clone() for name, p in self.network.state_dict().items()}
        self.step, self.epoch, self.spent = 0, 0, 0.0
        self._clock = time.perf_counter()
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

    def unpause(self) -> None:
        """What was done since the last step was no training, and does not count as such."""
        self._clock = time.perf_counter()

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
        now = time.perf_counter()
        self.spent, self._clock = self.spent + now - self._clock, now
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
        self.unpause()

    def progress(self) -> float:
        given = self.given
        return self.step / given.steps if given.steps else super().progress()

    def take_step(self, batch: Batch) -> None:
        rate = self.set_rate()
        loss = loss_of(self.network, batch, self.given.device)
        self.descend(loss)
        self.window.append(loss.item())
        if self.step % 20 == 0:
            loss_mean, minutes = round(sum(self.window) / len(self.window), 4), round(self.spent / 60, 2)
            self.note(
                step=self.step,
                epoch=self.epoch,
                minutes=minutes,
                loss=loss_mean,
                rate=rate,
                questions=len(batch.together),
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


def prepared(network: Network, device: str, dropout: float) -> Network:
    """The network on its device, ready to be trained."""
    network.to(device).train()
    if device != "cpu":
        network.bert.set_attn_implementation("sdpa")
        torch.backends.cuda.enable_cudnn_sdp(False)  # it makes a plan for every new shape, which takes longer
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    return network


def parameter_groups(network: Network, *, fresh: bool) -> list[dict[str, Any]]:
    """Matrices with weight decay, the rest without; new heads learn faster."""
    body = [(name, p) for name, p in network.bert.named_parameters() if p.requires_grad]
    heads = [*network.sentence.parameters(), *network.span.parameters()]
    matrices = [p for n, p in body if p.ndim > 1 and "embeddings" not in n]
    others = [p for n, p in body if p.ndim < 2 or "embeddings" in n]
    return [
        {"params": matrices, "weight_decay": 0.01, "scale": 1.0},
        {"params": others, "weight_decay": 0.0, "scale": 1.0},
        {"params": heads, "weight_decay": 0.0, "scale": 3.0 if fresh else 1.0},
    ]


def epoch_of(training: Training, examples: list[Example], shares: dict[str, float]) -> Iterator[Batch]:
    """All batches of one epoch, in an order of its own."""
    given = training.given
    seed = f"{given.seed} {training.epoch}"
    rng = random.Random(seed)
    picked = [e for e in examples if rng.random() < shares.get(e.group, 1.0)]
    picked += [e for e in examples if e.group == "own" and e.source.startswith(tuple(given.twice))]
    rng.shuffle(picked)
    return each_of(Questions(picked, given.questions, given.passages, seed), given.workers)


def train(training: Training, examples: list[Example], shares: dict[str, float]) -> bool:
    """Until it is done, or Ctrl-C; returns whether it is done.

    Raises:
        ValueError: there is nothing to train on.
    """
    if not examples:
        raise ValueError("there are no questions to train on; make readings of articles in data/training first")
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
                return False
            if training.progress() >= 1:
                break
        training.epoch += 1
    training.report()
    return True


def add_machine_arguments(parser: argparse.ArgumentParser) -> None:
    """What the reader's and the checker's training have in common."""
    parser.add_argument("--decay", type=float, default=0.99, help="of the running mean of the weights")
    parser.add_argument("--dropout", type=float, default=0.0, help="0.1 where each question is asked many times")
    parser.add_argument("--frozen", action="store_true", help="leave MiniLM's word vectors as they are")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches, for an accelerator")


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
    parser.add_argument("--twice", nargs="*", default=[], help="our own files to ask twice: how their names begin")
    parser.add_argument(
        "--weights", nargs="*", default=[], help="GROUP=SHARE: take that share of a group's questions each epoch"
    )
    parser.add_argument("--dev", type=int, default=300, help="questions a group to measure with on the way")
    add_machine_arguments(parser)
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
    if not train(Training(given, dev), [e for e in examples if e.part == "train"], shares):
        sys.exit(_STOPPED)


if __name__ == "__main__":
    main()

"""Train the reader.

    python -m tests.training.train READINGS.pkl --run DIR [--start CHECKPOINT] [--minutes 60] [--device cuda]

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
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from assistant.embedding import load_tokenizer
from assistant.evaluation import auroc, hit_at, share
from assistant.reader import ReaderInput, encode, network_inputs
from assistant.types import Span
from tests.training.network import Network, from_minilm
from tests.training.readings import Example, Row

_NO_ANSWER_SHARE = 0.12
"""How often the passages that answer are left out of an answerable question."""
_CUT_SHARE = 0.3
"""How often, of these, only the answering sentences are."""
_ROWS = 4
"""Rows that go through the network together."""
_MEASURED_PASSAGES = 6
_NEVER = -1e4
"""A score that no softmax gives anything to."""
_MEMBER_WEIGHT, _SPAN_WEIGHT = 0.3, 0.25


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
    """Makes readings, and remembers the tokens of those made before."""

    def __init__(self) -> None:
        self.tokenizer = load_tokenizer()
        self.cache: dict[tuple[str, str], ReaderInput] = {}

    def encode(self, question: str, row: Row) -> ReaderInput:
        key = (question, row.text)
        if key not in self.cache:
            self.cache[key] = encode(self.tokenizer, question, row.title, row.text, row.sentences)
        return self.cache[key]

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
    return rows


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


def forward(
    network: Network, inputs: Sequence[ReaderInput], device: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Scores and ends of all rows, and which sentences are there; rows of like length are read together."""
    order = sorted(range(len(inputs)), key=lambda i: len(inputs[i].ids))
    longest, sentences = max(len(x.ids) for x in inputs), max(x.sentences for x in inputs)
    scores, ends, there = [], [], []
    for first in range(0, len(order), _ROWS):
        ids, types, mask, pool = tensors([inputs[i] for i in order[first : first + _ROWS]], device)
        with torch.autocast(device.split(":")[0], torch.bfloat16):
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readings", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights to start from (another run's reader.safetensors)")
    parser.add_argument(
        "--minutes", type=float, default=60, help="when to have finished; the learning rate falls to 0 by then"
    )
    parser.add_argument("--steps", type=int, help="the same in steps, for an exact repetition")
    parser.add_argument("--questions", type=int, default=10, help="a step")
    parser.add_argument("--passages", type=int, default=3, help="a question")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--decay", type=float, default=0.99, help="of the running mean of the weights")
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
    shares = {name: float(share) for name, share in (w.split("=") for w in given.weights)}
    train = [e for e in examples if e.part == "train"]
    dev: dict[str, list[Example]] = {}
    for e in examples:
        if e.part == "dev":
            dev.setdefault(e.group, []).append(e)
    for group, found in dev.items():
        random.Random(1).shuffle(found)
        dev[group] = found[: given.dev]
    reader = Reader()
    network = from_minilm()
    if given.start:
        network.load_state_dict(
            torch.load(given.start)["network"] if given.start.suffix == ".pt" else load_file(given.start)
        )
    network.to(given.device).train()
    body = list(network.bert.named_parameters())
    groups = [
        {"params": [p for n, p in body if p.ndim > 1 and "embeddings" not in n], "weight_decay": 0.01, "scale": 1.0},
        {"params": [p for n, p in body if p.ndim < 2 or "embeddings" in n], "weight_decay": 0.0, "scale": 1.0},
        {
            "params": [*network.sentence.parameters(), *network.span.parameters()],
            "weight_decay": 0.0,
            "scale": 3.0 if not given.start else 1.0,
        },
    ]
    optimizer = torch.optim.AdamW(groups, lr=given.rate, fused=True)
    mean = {name: p.detach().clone() for name, p in network.state_dict().items()}
    step, epoch, spent = 0, 0, 0.0
    if (given.run / "last.pt").exists():
        kept = torch.load(given.run / "last.pt", weights_only=False)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        mean, step, spent = kept["mean"], kept["step"], kept["spent"]
        epoch = kept["epoch"] + 1  # in another order: the questions that were asked would else be asked again first
        print(f"going on from step {step}", flush=True)
    log = (given.run / "log.jsonl").open("a")

    def note(**values: object) -> None:
        log.write(json.dumps(values) + "\n")
        log.flush()
        print(values, flush=True)

    def keep() -> None:
        save_file({n: p.contiguous() for n, p in mean.items()}, given.run / "reader.safetensors")
        torch.save(
            {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "mean": mean,
                "step": step,
                "epoch": epoch,
                "spent": spent,
            },
            given.run / "last.pt",
        )

    def report() -> None:
        measured = Network()
        measured.load_state_dict(mean)
        measured.to(given.device)
        for group, found in dev.items():
            note(
                step=step,
                epoch=epoch,
                minutes=round(spent / 60, 1),
                group=group,
                **measure(measured, reader, found, given.device),
            )
        keep()

    def progress() -> float:
        return step / given.steps if given.steps else spent / 60 / given.minutes

    window: list[float] = []
    last_report = spent
    stopped: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: stopped.append(number))
    while progress() < 1:
        rng = random.Random(f"{given.seed} {epoch}")
        picked = [e for e in train if rng.random() < shares.get(e.group, 1.0)]
        rng.shuffle(picked)
        for first in range(0, len(picked), given.questions * 16):
            readings = [
                reader.reading(e, chosen_rows(e, given.passages, rng))
                for e in picked[first : first + given.questions * 16]
            ]
            readings = [r for r in readings if r.inputs]
            groups_of = list(batches(readings, given.questions * given.passages * 230))
            rng.shuffle(groups_of)
            for batch in groups_of:
                started = time.perf_counter()
                done = progress()
                rate = min(1.0, (step + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))
                for group in optimizer.param_groups:
                    group["lr"] = given.rate * group["scale"] * max(rate, 0.01)
                loss = loss_of(network, batch, given.device)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                step += 1
                decay = min(given.decay, (step + 1) / (step + 20))
                with torch.no_grad():
                    for name, p in network.state_dict().items():
                        mean[name].lerp_(p, 1 - decay) if p.is_floating_point() else mean[name].copy_(p)
                window.append(loss.item())
                spent += time.perf_counter() - started
                if step % 20 == 0:
                    note(
                        step=step,
                        epoch=epoch,
                        minutes=round(spent / 60, 2),
                        loss=round(sum(window) / len(window), 4),
                        rate=rate,
                        questions=len(batch),
                    )
                    window.clear()
                if spent - last_report > 600:
                    last_report = spent
                    report()
                if stopped:
                    keep()
                    print("stopped; the same command goes on from here", flush=True)
                    return
                if progress() >= 1:
                    break
            if progress() >= 1:
                break
        epoch += 1
    report()


if __name__ == "__main__":
    main()

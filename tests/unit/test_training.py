"""What the reader trains on, by hand."""

from __future__ import annotations

import pickle
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from assistant.reader import NETWORK, encode, network_inputs
from assistant.reader import Reader as Deployed
from assistant.types import Span
from tests.training import train_checker
from tests.training.average import averaged
from tests.training.batching import Questions, Reader, batches, chosen_rows, collate, cropped, cut, each_of
from tests.training.examples import Example, Row
from tests.training.network import Network, from_export, from_minilm
from tests.training.train import forward, loss_of, parameter_groups, train
from tests.training.train import main as training_command

SENTENCES = ("The lamp is old.", "Ada Holt lit it.", "Nobody knows why.")


def row(
    sentences: Sequence[str] = SENTENCES, *, gold: tuple[int, ...] = (), short: str | None = None, source: str = "a"
) -> Row:
    text = " ".join(sentences)
    spans = tuple(Span(text.index(s), text.index(s) + len(s)) for s in sentences)
    place = Span(text.index(short), text.index(short) + len(short)) if short else None
    return Row(source, "The lamp", text, spans, gold, (), place, 0.0)


def example(*rows: Row, answerable: bool = True, together: bool = False) -> Example:
    return Example("own", "train", "Who lit the lamp?", "a", answerable, together, rows)


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(1)
    return from_minilm()


def test_a_passage_without_its_answer() -> None:
    left = cut(row(gold=(1,), short="Ada Holt"))
    assert left.text == "The lamp is old. Nobody knows why."
    assert [span.of(left.text) for span in left.sentences] == ["The lamp is old.", "Nobody knows why."]
    assert (left.gold, left.short) == ((), None)


def test_the_answer_is_nearly_always_among_the_passages_and_others_fill_up() -> None:
    others = [row(source=name) for name in "bcdef"]
    chosen = [chosen_rows(example(*others[:2], row(gold=(1,)), *others[2:]), 3, random.Random(n)) for n in range(200)]
    assert {len(rows) for rows in chosen} == {3}
    with_gold = sum(any(r.gold for r in rows) for rows in chosen)
    assert 160 < with_gold < 195
    # Without it the question has no answer, so no passage of its own article may stay.
    assert all(
        r.source != "a" or r.text != row().text for rows in chosen if not any(r.gold for r in rows) for r in rows
    )


def test_passages_without_sentences_are_left_out() -> None:
    """One with none to begin with, and one of which cutting what answers or might leaves none."""
    empty = Row("b", "Nothing", "", (), (), (), None, 0.0)
    all_doubtful = row(SENTENCES, gold=(1,))
    all_doubtful = Row(**(vars(all_doubtful) | {"unsure": (0, 2)}))
    for seed in range(100):
        chosen = chosen_rows(example(all_doubtful, empty), 3, random.Random(seed))
        assert all(r.sentences for r in chosen)


def test_batches_are_the_same_whoever_makes_them() -> None:
    examples = [example(row(gold=(1,), short="Ada Holt"), row(SENTENCES[: 1 + n % 3], source="b")) for n in range(40)]
    windows = Questions(examples, 10, 3, "7 0")
    here, there = list(each_of(windows, 0)), list(each_of(windows, 1))
    assert sum(len(batch.together) for batch in here) == 40
    for one, other in zip(here, there, strict=True):
        assert all(
            (getattr(one, name) == getattr(other, name)).all() for name in ("ids", "gold", "span", "sentence_of")
        )


def test_the_short_answer_is_found_among_the_tokens() -> None:
    reader = Reader()
    reading = reader.reading(example(), [row(gold=(1,), short="Ada Holt")])
    (span,) = reading.span
    assert span is not None
    words = [reader.tokenizer.id_to_token(i) for i in reading.inputs[0].ids[span[0] : span[1] + 1]]
    assert words == ["ada", "holt"]


def test_loss_prefers_what_is_right(network: Network) -> None:
    reader = Reader()
    right = reader.reading(example(), [row(gold=(1,)), row(("Bread is baked.",))])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.02)
    losses = []
    for _ in range(4):
        loss = loss_of(network, collate([right]), "cpu")
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_rows_keep_their_order_whatever_their_lengths(network: Network) -> None:
    reader = Reader()
    long_one, short_one = row(), row(("Bread is baked.",))
    together = reader.reading(example(), [long_one, short_one, long_one])
    single = reader.reading(example(), [short_one])
    with torch.no_grad():
        scores, _, there = forward(network, collate([together]), "cpu")
        alone, _, _ = forward(network, collate([single]), "cpu")
    assert there.tolist() == [[True] * 3, [True, False, False], [True] * 3]
    assert torch.allclose(scores[0], scores[2], atol=0.05)
    assert scores[1, 0].tolist() == pytest.approx(alone[0, 0].tolist(), abs=0.05)


def test_batches_hold_every_reading_once_and_no_more_than_fits() -> None:
    reader = Reader()
    readings = [reader.reading(example(), [row(SENTENCES[: 1 + n % 3])] * (1 + n % 2)) for n in range(20)]
    made = list(batches(readings, 100))
    assert sorted(map(id, (r for batch in made for r in batch))) == sorted(map(id, readings))
    for batch in made:
        inputs = [x for reading in batch for x in reading.inputs]
        assert len(inputs) * max(len(x.ids) for x in inputs) <= 100


def test_a_crop_keeps_what_answers() -> None:
    """Whatever is cut away, what answers stays and is still named rightly."""
    sentences = [f"Sentence {n} is here." for n in range(8)]
    whole = row(sentences, gold=(2, 4), short="4 is")
    lengths = set()
    for seed in range(60):
        left = cropped(whole, random.Random(seed))
        assert [left.sentences[i].of(left.text) for i in left.gold] == ["Sentence 2 is here.", "Sentence 4 is here."]
        assert left.short
        assert left.short.of(left.text) == "4 is"
        lengths.add(len(left.sentences))
    assert lengths == {3, 4, 5, 6, 7, 8}


def test_a_crop_of_a_passage_that_does_not_answer_is_any_run_of_it() -> None:
    sentences = [f"Sentence {n} is here." for n in range(8)]
    firsts = {cropped(row(sentences), random.Random(seed)).text[:10] for seed in range(60)}
    assert len(firsts) > 3


def test_the_exported_network_can_be_trained_on() -> None:
    """Its 8-bit weights, read back, give nearly the scores that it gives itself."""
    deployed = Deployed(NETWORK)
    text = " ".join(SENTENCES)
    read = encode(deployed._tokenizer, "Who lit the lamp?", "The lamp", text, row().sentences)
    (wanted,) = deployed._run([read])
    with torch.no_grad():
        scores, ends = from_export(NETWORK).eval()(*map(torch.from_numpy, network_inputs([read]).values()))
    assert scores[0, :, 0].numpy() == pytest.approx(wanted.answers, abs=0.5)
    assert ends[0].numpy() == pytest.approx(wanted.ends, abs=1.5)


def test_training_on_nothing_ends_at_once() -> None:
    """It once went round for ever."""
    nothing_made: Any = None
    with pytest.raises(ValueError, match="no questions"):
        train(nothing_made, [], {})
    with pytest.raises(ValueError, match="no statements"):
        train_checker.train(nothing_made, [], [])


def test_a_training_that_was_stopped_has_kept_its_weights_and_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else `make train` would go on and export what is half trained."""
    kept = []

    class Stopped:
        spent = last_report = 0.0

        def __init__(self, *_: Any) -> None:
            pass

        def progress(self) -> float:
            return 0.0

        def take_step(self, _: Any) -> None:
            signal.raise_signal(signal.SIGINT)

        def keep(self) -> None:
            kept.append(self)

    (tmp_path / "readings.pkl").write_bytes(pickle.dumps([example(row(gold=(1,)))]))
    monkeypatch.setattr(sys, "argv", ["train", str(tmp_path / "readings.pkl"), "--run", str(tmp_path)])
    monkeypatch.setattr("tests.training.train.Training", Stopped)
    monkeypatch.setattr("tests.training.train.epoch_of", lambda *_: [None])
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as raised:
            training_command()
    finally:
        signal.signal(signal.SIGINT, before)
    assert (raised.value.code, len(kept)) == (130, 1)


def test_frozen_word_vectors_are_not_trained(network: Network) -> None:
    vectors = network.bert.embeddings.word_embeddings.weight
    trained = {id(p) for g in parameter_groups(network, fresh=False) for p in g["params"]}
    vectors.requires_grad_(False)
    left = {id(p) for g in parameter_groups(network, fresh=False) for p in g["params"]}
    vectors.requires_grad_(True)
    assert trained - left == {id(vectors)}


def test_a_mean_of_two_networks_lies_between_them() -> None:
    one, other = Network(), Network()
    between = averaged(one, other, 0.25).state_dict()["sentence.0.weight"]
    mine, theirs = one.state_dict()["sentence.0.weight"], other.state_dict()["sentence.0.weight"]
    assert torch.allclose(between, 0.75 * mine + 0.25 * theirs)

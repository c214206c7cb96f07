"""Which sentence answers, whether any does, and which others belong to the answer.

`matching` ranks all sentences of the retrieved passages cheaply; the passages with the best ones are read by the
network of `reader`; what both say is weighed together here. The weights are fitted by `tests/training/calibrate.py`
on questions that neither the network nor anything else was trained on, and lie beside the network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.amounts import CURRENCIES
from assistant.library import Library
from assistant.matching import Matching, features, is_heading, match
from assistant.reader import ReaderOutput, load_reader
from assistant.text import word_spans, words
from assistant.types import Metadata, Passage, RankedSentence, Reading, Rival, ShortAnswer, Span, Vector

CALIBRATION = Path(__file__).parent / "models" / "calibration.json"
MAY_TELL_IT = 4
"""So many sentences are looked at for whether they tell the short answer too."""

# The log-odds of a sentence that was not read: about what the network gives one that does not answer.
_UNREAD = -6.0
# What the log-odds of a passage's best sentence add to its fused score, when passages are ordered.
_PASSAGE_WEIGHT = 0.03
# By how much the log-odds of another article's best sentence may be lower, for it to be looked at as a rival.
_RIVAL_ODDS = 9.0
# What a sentence gains that is of the time asked for.
_TIME_ODDS = 3.0
# So many sentences may answer alike without that counting as doubt.
_MAY_AGREE = 3
# What the confidence's log-odds lose where nothing near the best sentence tells of the time asked for.
_OTHER_TIME_ODDS = 1.5
# What a sentence that was just told loses of its log-odds.
_TOLD_PENALTY = 4.0
# What a heading, byline or question loses of its score: it answers nothing.
_HEADING_PENALTY = 6.0


@dataclass(frozen=True, slots=True)
class Weights:
    """One fitted logistic model."""

    weights: tuple[float, ...]
    bias: float = 0.0

    def probability(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of rows of features, shape (rows, features), to shape (rows,)."""
        found: NDArray[np.float64] = 1 / (1 + np.exp(-(values @ np.array(self.weights) + self.bias)))
        return found


@dataclass(frozen=True, slots=True)
class Calibration:
    """How what is known of a sentence becomes a rank and probabilities."""

    rank: Weights
    """Of `rank_features`; a softmax over the candidates."""
    confidence: Weights
    """Of `confidence_features`: the best sentence answers."""
    belongs: Weights
    """Of `belonging_features`: a sentence is part of the answer, if there is one."""
    claim: Weights
    """Of `claim_features`: what a sentence gives as short answer is right, if the sentence is."""
    short: Weights
    """Of `short_features`: the short answer is right."""


@cache
def load_calibration() -> Calibration:
    """The fitted weights."""
    kept = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    return Calibration(
        **{name: Weights(tuple(kept[name]["weights"]), kept[name]["bias"]) for name in Calibration.__slots__}
    )


@dataclass(frozen=True, slots=True)
class Read:
    """All candidates with what matching and reading say of each, before it is weighed."""

    matching: Matching
    answers: NDArray[np.float64]
    """The network's log-odds that each sentence answers; in the order of `matching.sentences`."""
    belongs: NDArray[np.float64]
    """The same for being part of the answer."""
    outputs: dict[int, ReaderOutput]
    """By chunk id."""


def read(
    library: Library,
    question: str,
    vector: Vector,
    passages: Sequence[Passage],
    *,
    typed: str | None = None,
    told: str = "",
    fits: Callable[[str, Metadata], float] | None = None,
    of_time: Callable[[Sequence[Passage]], bool] | None = None,
) -> Reading:
    """Rank all sentences of the retrieved passages and judge whether the best one answers.

    Args:
        library: for how rare words are in it.
        question: a stand-alone question.
        vector: its embedding.
        passages: from `retrieval.retrieve`.
        typed: the question as typed, where the stand-alone one carries more from the conversation.
        told: the answer given just before; its sentences are less likely wanted again.
        fits: how well a sentence fits the time asked for, -1 to 1; from `timeliness.sentence_preference`.
        of_time: whether passages of one article may tell of the time asked for; from `timeliness.tells_of`.
    """
    matching = match(library, question, vector, passages, typed=typed, told=told)
    if not matching.sentences:
        return Reading((), 0.0)
    found = look(question, matching, library.settings.read_passages, told)
    return weigh(found, vector, load_calibration(), fits, of_time)


def look(question: str, matching: Matching, count: int, told: str = "") -> Read:
    """Read the `count` passages whose best sentences match best.

    Args:
        question: a stand-alone question.
        matching: from `matching.match`.
        count: how many passages.
        told: the answer given just before; the network does not know what was told.
    """
    chosen: dict[int, Passage] = {}
    for sentence in matching.sentences:
        if len(chosen) < count:
            chosen.setdefault(sentence.passage.chunk_id, sentence.passage)
    outputs = dict(zip(chosen, load_reader().read(question, list(chosen.values())), strict=True))
    scores = np.full((len(matching.sentences), 2), _UNREAD)
    for row, sentence in enumerate(matching.sentences):
        output = outputs.get(sentence.passage.chunk_id)
        if output and output.reads(sentence.index):
            scores[row] = output.answers[sentence.index], output.belongs[sentence.index]
        if matching.asked.goes_on(sentence.text, told):
            scores[row] -= _TOLD_PENALTY
    return Read(matching, scores[:, 0], scores[:, 1], outputs)


def weigh(
    found: Read,
    vector: Vector,
    calibration: Calibration,
    fits: Callable[[str, Metadata], float] | None = None,
    of_time: Callable[[Sequence[Passage]], bool] | None = None,
) -> Reading:
    """Ranks and probabilities of what was read; arguments as `read`."""
    scores = rank_features(found) @ np.array(calibration.rank.weights)
    if fits:
        scores += _TIME_ODDS * np.array([fits(s.text, s.passage.metadata) for s in found.matching.sentences])
    # What they hold of the odds stays with them: where a heading comes nearest, that is a doubt.
    headings = [is_heading(s.passage, s.index) for s in found.matching.sentences]
    order = sorted(range(len(scores)), key=lambda i: (_HEADING_PENALTY * headings[i] - scores[i], i))
    confidence = float(calibration.confidence.probability(confidence_features(found, scores, order, vector)[None])[0])
    sentences = found.matching.sentences
    if of_time and not of_time(_passages_of(sentences[order[0]].passage.article_id, sentences)):
        confidence = float(1 / (1 + np.exp(_OTHER_TIME_ODDS - _logit(confidence))))
    shares = _softmax(scores)
    belongs = calibration.belongs.probability(belonging_features(found, scores))
    ranked = tuple(
        replace(
            sentences[i], score=float(scores[i]), probability=float(shares[i]) * confidence, belongs=float(belongs[i])
        )
        for i in order
    )
    rivals = _rivals(found, ranked, confidence, calibration.claim)
    # The best sentence is the first of its article, and so the first of these, if a short answer is found in it.
    claim = rivals[0].claim if rivals and rivals[0].sentence is ranked[0] else None
    told = [(sentences[i].text, float(shares[i])) for i in order[:MAY_TELL_IT]]
    short = _judged(claim, told, calibration.short) if claim else None
    return Reading(ranked, confidence, found.matching.missing, short, reordered(found), rivals)


def _passages_of(article_id: int, sentences: Sequence[RankedSentence]) -> list[Passage]:
    passages = {s.passage.chunk_id: s.passage for s in sentences if s.passage.article_id == article_id}
    return list(passages.values())


def _rivals(found: Read, ranked: Sequence[RankedSentence], confidence: float, weights: Weights) -> tuple[Rival, ...]:
    """The best sentence of each article, as long as the network thinks nearly as well of it as of the best."""
    told = zip(found.matching.sentences, found.answers, strict=True)
    odds = {(s.passage.chunk_id, s.index): float(answers) for s, answers in told}
    best: dict[int, RankedSentence] = {}
    for sentence in ranked:
        best.setdefault(sentence.passage.article_id, sentence)
    first = odds[ranked[0].passage.chunk_id, ranked[0].index]
    likely = [s for s in best.values() if odds[s.passage.chunk_id, s.index] >= first - _RIVAL_ODDS]
    claims = ((s, _claim(found, s, confidence, weights)) for s in likely)
    return tuple(Rival(sentence, claim) for sentence, claim in claims if claim)


def reordered(found: Read) -> tuple[Passage, ...]:
    """The passages by their fused score and the log-odds of their best sentence."""
    passages = {s.passage.chunk_id: s.passage for s in found.matching.sentences}
    odds = dict.fromkeys(passages, _UNREAD)
    for sentence, answers in zip(found.matching.sentences, found.answers, strict=True):
        chunk = sentence.passage.chunk_id
        odds[chunk] = max(odds[chunk], float(answers))
    return tuple(sorted(passages.values(), key=lambda p: (-p.score - _PASSAGE_WEIGHT * odds[p.chunk_id], p.chunk_id)))


def rank_features(found: Read) -> NDArray[np.float64]:
    """What sentences are ranked by, shape (sentences, 3): both scores of the network, and the match."""
    matches = np.array([sentence.score for sentence in found.matching.sentences])
    return np.column_stack([found.answers, found.belongs, matches])


def confidence_features(
    found: Read, scores: NDArray[np.float64], order: Sequence[int], vector: Vector
) -> NDArray[np.float64]:
    """What the best sentence is judged by, shape (11,)."""
    best = order[0]
    any_answers = float(np.logaddexp.reduce(found.answers))
    # Where several sentences answer, each has but a part of what there is to share.
    share = float(np.log(np.sort(_softmax(scores))[-_MAY_AGREE:].sum()))
    matched = features(found.matching.sentences[best], vector, found.matching.asked)
    return np.array([any_answers, found.answers[best], found.belongs[best], share, *matched.values()])


def belonging_features(found: Read, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a sentence's part in the answer is judged by, shape (sentences, 3)."""
    return np.column_stack([found.belongs, found.answers, scores - scores.max()])


def claim_features(share: float, confidence: float) -> NDArray[np.float64]:
    """What a sentence's short answer is judged by: the odds of its ends among all of it, and the confidence."""
    return np.array([_logit(share), _logit(confidence)])


def short_features(short: str, probability: float, told: Sequence[tuple[str, float]]) -> NDArray[np.float64]:
    """What the short answer is judged by: its odds as a claim, and those of all sentences that hold its words.

    Args:
        short: the short answer.
        probability: by `claim_features`.
        told: the best sentences, each with its share of the odds among all. Where another one tells something
            else the short answer is in doubt; where it tells the same it is not.
    """
    mine = f" {' '.join(words(short))} "
    agreeing = sum(share for text, share in told if mine in f" {' '.join(words(text))} ")
    return np.array([_logit(probability), _logit(agreeing)])


def _judged(claim: ShortAnswer, told: Sequence[tuple[str, float]], weights: Weights) -> ShortAnswer:
    judged = short_features(claim.text, claim.probability, told)
    return replace(claim, probability=float(weights.probability(judged[None])[0]))


def _claim(found: Read, best: RankedSentence, confidence: float, weights: Weights) -> ShortAnswer | None:
    output = found.outputs.get(best.passage.chunk_id)
    likeliest = output.short_answer(best.index) if output else None
    if likeliest is None:
        return None
    span, share = likeliest
    span = _whole_words(best.passage.text, span)
    start = best.passage.span.start
    probability = float(weights.probability(claim_features(share, confidence)[None])[0])
    return ShortAnswer(span.of(best.passage.text), Span(start + span.start, start + span.end), probability)


def _whole_words(text: str, span: Span) -> Span:
    """The span with the words at its ends whole: a token may be the "50" of "50.74"."""
    touched = [word for word, _ in word_spans(text) if word.start < span.end and span.start < word.end]
    start, end = min([span.start, *(w.start for w in touched)]), max([span.end, *(w.end for w in touched)])
    # "$115" without its sign may be 115 of anything.
    return Span(start - text[:start].endswith(CURRENCIES), end + text.startswith("%", end))


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(bounded / (1 - bounded)))

"""Sources that say different things of what is asked: each is told, none is chosen silently."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.mentions import names, numbers, same_number
from assistant.text import STOP_WORDS, fold, stems
from assistant.types import Claim, Reading, Rival

_LIKE = 0.45
"""Cosine from which two sentences may speak of the same thing."""
_SHARED_WORDS = 2
_LIKELY = 0.5
"""Probability from which a short answer may be held against another."""
_MOST = 4
"""How many claims are shown."""


def rivals(reading: Reading, question: str) -> tuple[Rival, ...]:
    """The best sentence and those of other articles that give another figure, date or name; empty where none does.

    Args:
        reading: from `reading.read`.
        question: a stand-alone question.
    """
    if not reading.rivals:
        return ()
    best, *others = reading.rivals
    asked = set(stems(question)) - STOP_WORDS
    likely = [r for r in others if r.claim.probability >= _LIKELY and best.claim.probability >= _LIKELY]
    different = [r for r in likely if _same_thing(best, r, asked) and contradict(best.claim.text, r.claim.text)]
    return (best, *different[: _MOST - 1]) if different else ()


def contradict(one: str, other: str) -> bool:
    """Whether two short answers to the same question cannot both be meant: other numbers, or other names."""
    if fold(one) == fold(other) or fold(one) in fold(other) or fold(other) in fold(one):
        return False
    mine, theirs = numbers(one), numbers(other)
    if mine and theirs:
        return not any(same_number(a, b) for a in mine for b in theirs) or _dates_differ(one, other)
    my_names, their_names = ({n.stem for n in names(f"x {text}")} for text in (one, other))
    return bool(my_names and their_names) and not my_names & their_names and not (mine or theirs)


def _dates_differ(one: str, other: str) -> bool:
    """ "3 May 2024" and "5 May 2024" share the year, and are other days all the same."""
    mine, theirs = numbers(one), numbers(other)
    if len(mine) < 2 and len(theirs) < 2:
        return False
    return any(not any(same_number(a, b) for b in theirs) for a in mine) and len(mine) == len(theirs)


def _same_thing(best: Rival, other: Rival, asked: set[str]) -> bool:
    mine, theirs = set(stems(best.sentence.text)), set(stems(other.sentence.text))
    shared = (mine | asked) & theirs
    like = float(best.sentence.vector @ other.sentence.vector)
    return like >= _LIKE and len(shared) >= _SHARED_WORDS


def claims(told: Sequence[Rival], citations: dict[tuple[int, int], int]) -> tuple[Claim, ...]:
    """What each says, with the number of its citation.

    Args:
        told: from `rivals`.
        citations: numbers by article and start of the cited sentence.
    """
    return tuple(
        Claim(rival.claim.text, citations[key])
        for rival in told
        if (key := (rival.sentence.passage.article_id, rival.sentence.span.start)) in citations
    )

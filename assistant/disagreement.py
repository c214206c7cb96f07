"""Sources that say different things of what is asked: each is told, none is chosen silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    if best.claim.probability < _LIKELY:
        return ()
    likely = [r for r in others if r.claim.probability >= _LIKELY]
    different = [r for r in likely if _same_thing(best, r, asked) and contradict(best.claim.text, r.claim.text)]
    return (best, *different[: _MOST - 1]) if different else ()


def contradict(one: str, other: str) -> bool:
    """Whether two short answers to the same question cannot both be meant: other numbers, or other names."""
    if fold(one) == fold(other) or fold(one) in fold(other) or fold(other) in fold(one):
        return False
    mine, theirs = numbers(one), numbers(other)
    if mine and theirs:
        shared = [any(same_number(a, b) for b in theirs) for a in mine]
        # "3 May 2024" and "5 May 2024" share the year, and are other days all the same.
        return not any(shared) or (len(mine) == len(theirs) and not all(shared))
    if mine or theirs:
        return False
    # Behind a word, so that the first of each counts as a name where it has a capital.
    my_names, their_names = ({n.stem for n in names(f"x {text}")} for text in (one, other))
    return bool(my_names and their_names) and not my_names & their_names


def _same_thing(best: Rival, other: Rival, asked: set[str]) -> bool:
    mine, theirs = set(stems(best.sentence.text)), set(stems(other.sentence.text))
    shared = (mine | asked) & theirs
    like = float(best.sentence.vector @ other.sentence.vector)
    return like >= _LIKE and len(shared) >= _SHARED_WORDS


def claims(told: Sequence[Rival], numbered: Mapping[tuple[int, int], int]) -> tuple[Claim, ...]:
    """What each says, with the number of its citation; empty where not all are cited, or there is but one.

    Args:
        told: from `rivals`.
        numbered: the citations' numbers by the place they cite.
    """
    if len(told) < 2 or not all(rival.sentence.place in numbered for rival in told):
        return ()
    return tuple(Claim(rival.claim.text, numbered[rival.sentence.place]) for rival in told)

"""What one step of training keeps in a file for the next.

These classes are in a module that is never run itself: what a run module keeps would go by the name of `__main__`,
which is another module in the next step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.reading import Read
from assistant.types import Span


@dataclass(frozen=True)
class Row:
    """One retrieved passage."""

    source: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    """In `text`."""
    gold: tuple[int, ...]
    unsure: tuple[int, ...]
    short: Span | None
    """In `text`."""
    score: float
    """The fused score of its best sentence."""


@dataclass(frozen=True)
class Example:
    """A question with its passages."""

    group: str
    part: str
    question: str
    source: str
    answerable: bool
    together: bool
    rows: tuple[Row, ...]


@dataclass
class Asked:
    """A question with all that is known of its candidates."""

    group: str
    answerable: bool
    together: bool
    several: bool
    rank: np.ndarray
    gold: np.ndarray
    found: Read
    vector: np.ndarray
    short: str | None
    half: int = 0

"""No rule that reads a text takes long over a long run of blanks: tables in plain text have such runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest

from assistant.amounts import numbers, said_otherwise, shares
from assistant.contradiction import RULES
from assistant.dates import event_bound, time_frame, told_time
from assistant.followups import leans_on_history
from assistant.measures import measures
from assistant.names import names
from assistant.plain import completed, plain_sentence
from assistant.sources import asks
from assistant.text import canonical_text, sentence_spans
from assistant.types import Turn

_DAY = date(2026, 11, 26)
_READERS: dict[str, Callable[[str], object]] = {
    "numbers": numbers,
    "said_otherwise": said_otherwise,
    "shares": shares,
    "measures": measures,
    "names": names,
    "time_frame": lambda text: time_frame(text, _DAY),
    "told_time": lambda text: told_time(text, _DAY),
    "event_bound": event_bound,
    "asks": asks,
    "contradiction": lambda text: [rule(text, text) for rule in RULES],
    "leans_on_history": lambda text: leans_on_history(text[:2000], [Turn("Who built it?", "Ada Holt.")]),
    "canonical_text": canonical_text,
    "sentence_spans": sentence_spans,
    "plain_sentence": plain_sentence,
    "completed": completed,
}


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize("around", [("a", "b"), ("14", "boats"), ("In May", "2024"), ("what was a mill, when", "it")])
def test_a_long_run_of_blanks_is_read_at_once(reader: str, around: tuple[str, str]) -> None:
    began = time.process_time()
    _READERS[reader]((" " * 20_000).join(around))
    # Quadratic patterns take minutes; a loaded machine is not that slow.
    assert time.process_time() - began < 5

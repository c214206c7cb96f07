"""Work that takes a while, in a thread of its own: a page redrawn or a connection dropped does not end it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.errors import FootnoteError
from ui.words import failure_in_words

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """Where a job stands."""

    done: int = 0
    total: int = 0
    note: str = ""
    """What it is at."""

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


Tell = Callable[[Step], None]


class Job(Generic[T]):
    """Work under way, then its result or the reason why there is none."""

    def __init__(self, work: Callable[[Tell], T]) -> None:
        self.step = Step()
        self.result: T | None = None
        self.error: str | None = None
        self._work = work
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="footnote-job", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether there is a result or an error."""
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, or for so long; says whether it has."""
        return self._ended.wait(seconds)

    def _tell(self, step: Step) -> None:
        self.step = step

    def _run(self) -> None:
        try:
            self.result = self._work(self._tell)
        except FootnoteError as error:
            self.error = str(error)
        except Exception as error:  # the thread has nobody else to tell
            _log.exception("a job failed")
            self.error = failure_in_words(error)
        finally:
            self._ended.set()

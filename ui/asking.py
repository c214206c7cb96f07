"""A question on its way to its answer.

It is answered in a thread of its own and kept in the ledger from the start, so that neither a page that is redrawn nor
a connection that drops loses it: whoever opens the conversation again finds the answer.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from assistant.answering import QUOTES
from assistant.chat_model import StoppedError
from assistant.conversation import ask_stream
from assistant.errors import FootnoteError
from assistant.library import Conversations, Library, StoredTurn
from assistant.library.conversations import ASKING, STOPPED, TRIED, UNFINISHED
from assistant.types import Considering, Event, Filters, Finished, Settled, Turn, Withdrawn, Written
from ui.filters import filters_as_json
from ui.suggestions import instead
from ui.words import failure_in_words

_log = logging.getLogger(__name__)

_Place = tuple[str, str, int]
"""Library, conversation and turn; older libraries give the number of a deleted turn to another conversation's next."""

# Whichever page looks finds what is being answered, and tells it from what never will be.
_under_way: dict[_Place, Asking] = {}
# Held while a turn is looked up and taken: two windows may ask it again at once.
_taking = threading.Lock()
# Those that ended, but for which the ledger had no room or no time: their answers are shown from here.
_unkept: dict[_Place, Asking] = {}

UNKEPT = "unkept"
"""The key, in an answer that is not in the ledger, of the reason why."""
_TRIES = 4
_PAUSE_SECONDS = 1.0  # between two; what holds the ledger, such as the wiping of deleted text, is mostly done soon

# More at once would only make each of them slower. Who waits for a model elsewhere is in nobody's way.
_quoting = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
_waiting_for_models = threading.BoundedSemaphore(32)
_LOOK_SECONDS = 0.2  # between two looks at whether the person stopped a question that waits for its turn


class Asking:
    """One question being answered."""

    def __init__(
        self,
        library: Library,
        conversations: Conversations,
        conversation_id: str,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters,
        model: str | None = None,
        replaces: int | None = None,
    ) -> None:
        """Note the question in its conversation and begin to answer it.

        Args:
            library: the articles.
            conversations: the person's.
            conversation_id: which of them.
            question: as typed.
            history: what was said before.
            filters: which articles count.
            model: who answers; the setting where None.
            replaces: the turn whose place the answer takes once it is there, if it is not a new one.

        Raises:
            FootnoteError: the person has no such conversation (any more), or the turn is being answered already.
        """
        self.question = question
        self.conversation_id = conversation_id
        self.standalone = question
        self.written = ""
        """What a language model wrote and nobody has checked yet."""
        self._settled: list[Settled] = []
        self._library, self._conversations = library, conversations
        self._history, self._filters, self._model = tuple(history), filters, model
        self._cancelled, self._ended = threading.Event(), threading.Event()
        self._outcome: dict[str, Any] = {}
        self._unkept_because = ""
        with _taking:
            self.turn_id = self._noted(replaces)
            self._place: _Place = str(library.folder), conversation_id, self.turn_id
            _under_way[self._place] = self
        _unkept.pop(self._place, None)  # asked again
        threading.Thread(target=self._run, name="footnote-asking", daemon=True).start()

    def _noted(self, replaces: int | None) -> int:
        """Note the question in its conversation; returns its turn."""
        question, turn_id = self._unfinished(ASKING), replaces
        if replaces is None:
            turn_id = self._conversations.add_turn(self.conversation_id, question)
        elif under_way(self._library, self.conversation_id, replaces):
            # The later of two would overwrite the other's answer, and what somebody thought of it.
            raise FootnoteError("this is being answered already, maybe in other words; wait for the answer or stop it")
        elif not self._conversations.put_turn(self.conversation_id, replaces, question):
            turn_id = None
        if turn_id is None:
            raise FootnoteError("this conversation is gone; begin a new one")
        return turn_id

    @property
    def ended(self) -> bool:
        """Whether the answer is in the ledger, or will not get there: see `with_unkept`."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, but no longer than this; says whether it has."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """Let what is there be the answer."""
        self._cancelled.set()

    def so_far(self) -> dict[str, Any]:
        """The answer as far as it goes, as `ask --json` prints whole ones."""
        settled = list(self._settled)
        citations = {c.number: asdict(c) for event in settled for c in event.citations}
        return {
            "question": self.question,
            "standalone_question": self.standalone,
            "short_answer": None,
            "sentences": [asdict(event.sentence) for event in settled],
            "citations": [citations[number] for number in sorted(citations)],
        }

    def in_place_of(self, turn: StoredTurn) -> StoredTurn:
        """The turn as it would be in the ledger, had that taken what came of the question."""
        if UNFINISHED not in self._outcome:
            return StoredTurn(turn.id, self._outcome | {UNKEPT: self._unkept_because})
        if turn.unfinished:
            return StoredTurn(turn.id, self._outcome)
        return StoredTurn(turn.id, turn.answer | {TRIED: self._outcome}, turn.feedback)

    def _run(self) -> None:
        try:
            with self._its_turn():
                self._outcome = self._answered()
        except FootnoteError as error:
            self._outcome = self._unfinished(str(error))
        except StoppedError:
            self._outcome = self._unfinished(STOPPED)
        except Exception as error:  # the thread has nobody else to tell
            _log.exception("a question failed")
            self._outcome = self._unfinished(failure_in_words(error))
        try:
            self._keep()
        finally:
            del _under_way[self._place]
            self._ended.set()

    @contextmanager
    def _its_turn(self) -> Iterator[None]:
        """Wait until fewer questions are being answered; what is stopped before has no answer."""
        quotes = (self._model or self._library.settings.model) == QUOTES
        room = _quoting if quotes else _waiting_for_models
        while not room.acquire(timeout=_LOOK_SECONDS):
            if self._cancelled.is_set():
                raise StoppedError
        try:
            yield
        finally:
            room.release()

    def _keep(self) -> None:
        """Put what came of the question into the ledger; where that fails again and again, have it shown from here."""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE_SECONDS)
            if self._is_kept():
                return
        _unkept[self._place] = self

    def _is_kept(self) -> bool:
        """Try to put it into the ledger; says whether there is nothing more to do."""
        try:
            self._conversations.put_turn(self.conversation_id, self.turn_id, self._outcome)
        except Exception as error:  # the thread has nobody else to tell
            _log.exception("an answer could not be kept")
            self._unkept_because = str(error) if isinstance(error, FootnoteError) else failure_in_words(error)
            return False
        return True

    def _answered(self) -> dict[str, Any]:
        events = ask_stream(
            self._library,
            self.question,
            history=self._history,
            filters=self._filters,
            model=self._model,
            cancelled=self._cancelled.is_set,
        )
        for event in events:
            if isinstance(event, Finished):
                answer = event.answer.as_json() | filters_as_json(self._filters)
                return answer | ({"instead": instead(answer["passages"])} if answer["abstained"] else {})
            self._take(event)
        raise StoppedError

    def _take(self, event: Event) -> None:
        match event:
            case Considering(standalone_question=standalone):
                self.standalone = standalone
            case Written(text=text):
                self.written += text
            case Settled(unsettled=unsettled):
                self._settled.append(event)
                self.written = unsettled
            case Withdrawn():
                self._settled.clear()
                self.written = ""

    def _unfinished(self, why: str) -> dict[str, Any]:
        return {"question": self.question, UNFINISHED: why} | filters_as_json(self._filters)


def under_way(library: Library, conversation_id: str, turn_id: int) -> Asking | None:
    """The question of a turn while it is being answered, from whichever page it was asked."""
    return _under_way.get((str(library.folder), conversation_id, turn_id))


def with_unkept(library: Library, conversation_id: str, turns: Sequence[StoredTurn]) -> list[StoredTurn]:
    """The turns of a conversation; where the ledger could not take an answer, the answer all the same."""
    return [_with_unkept(library, conversation_id, turn) for turn in turns]


def _with_unkept(library: Library, conversation_id: str, turn: StoredTurn) -> StoredTurn:
    asking = _unkept.get((str(library.folder), conversation_id, turn.id))
    return asking.in_place_of(turn) if asking and turn.asking else turn


def unkept_words(answer: Mapping[str, Any]) -> list[str]:
    """What is said of an answer that is not in the ledger; nothing of others."""
    why = answer.get(UNKEPT)
    return [f"This answer is here only until Footnote is stopped. It could not be kept: {why}"] if why else []


def history_of(turns: Sequence[StoredTurn]) -> list[Turn]:
    """What a follow-up question goes on from: the questions that were answered."""
    answered = [turn for turn in turns if not turn.unfinished]
    return [Turn(turn.question, turn.answer["answer"], _cited_titles(turn.answer)) for turn in answered]


def _cited_titles(answer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation["title"] for citation in answer.get("citations", ())))

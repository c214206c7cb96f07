"""What an answer was made from, a line of JSON for each: to find out afterwards why it says what it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.chat_model import Reply
from assistant.errors import FootnoteError
from assistant.types import Answer, AnswerSentence, Passage, RankedSentence, TokenUse

if TYPE_CHECKING:
    from assistant.conversation import Considered

_SENTENCES = 12
_writing = threading.Lock()


@dataclass
class Work:
    """What a language model was asked for one answer and wrote, filled on the way: it may fail at any moment."""

    model: str
    """Who was to answer."""
    rewriting: Reply | None = None
    """To make the question stand alone; None where it was not asked to."""
    answering: Reply | None = None
    checked: Sequence[AnswerSentence] = ()
    """The sentences of its answer."""

    @property
    def tokens(self) -> TokenUse | None:
        """What all that took; None where no model said so."""
        used = [reply.tokens for reply in (self.rewriting, self.answering) if reply and reply.tokens]
        return used[0] + used[1] if len(used) > 1 else used[0] if used else None


def note(path: Path, considered: Considered, answer: Answer, work: Work) -> None:
    """Add an answer to a trace.

    Args:
        path: a file of JSON lines, made where it is missing.
        considered: what was found for the question.
        answer: what came of it.
        work: what a language model had to do with it.

    Raises:
        FootnoteError: the file cannot be written.
    """
    line = json.dumps(record(considered, answer, work), ensure_ascii=False, default=str)
    try:
        with _writing, path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise FootnoteError(f"FOOTNOTE_TRACE={path}: {error.strerror}; choose a file that can be written") from error


def record(considered: Considered, answer: Answer, work: Work) -> dict[str, Any]:
    """One answer with all it was made from, as plain values."""
    reading, frame = considered.reading, considered.frame
    return {
        "moment": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": considered.question,
        "standalone_question": considered.standalone,
        "time_asked_about": {"since": frame.since, "until": frame.until, "newest": frame.newest},
        "passages": [_passage(passage) for passage in considered.passages],
        "sentences": [_sentence(sentence) for sentence in reading.sentences[:_SENTENCES]],
        "missing": list(reading.missing),
        "confidence": reading.confidence,
        "model": work.model,
        "rewriting": _exchange(work.rewriting) if work.rewriting else None,
        **(_exchange(work.answering) if work.answering else {"prompt": None, "written": None}),
        "checked": [asdict(sentence) for sentence in work.checked],
        "answer": answer.as_json(),
    }


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "source": passage.source,
        "published": passage.metadata.published,
        "span": [passage.span.start, passage.span.end],
        "cosine": round(passage.cosine, 4),
        "keyword": round(passage.keyword, 4),
        "score": round(passage.score, 4),
        "text": passage.text,
    }


def _sentence(sentence: RankedSentence) -> dict[str, Any]:
    return {
        "source": sentence.passage.source,
        "span": [sentence.span.start, sentence.span.end],
        "score": round(sentence.score, 4),
        "probability": round(sentence.probability, 4),
        "belongs": round(sentence.belongs, 4),
        "text": sentence.text,
    }


def _exchange(reply: Reply) -> dict[str, Any]:
    prompt = [{"role": message.type, "content": str(message.content)} for message in reply.prompt]
    return {"prompt": prompt, "written": reply.written}

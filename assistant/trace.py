"""What an answer was made from, a line of JSON for each: to find out afterwards why it says what it says."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import FootnoteError
from assistant.types import Answer, Passage, RankedSentence

if TYPE_CHECKING:
    from assistant.conversation import Considered

_SENTENCES = 12
_writing = threading.Lock()


def note(path: Path, considered: Considered, answer: Answer, written: str) -> None:
    """Add an answer to a trace.

    Args:
        path: a file of JSON lines, made where it is missing.
        considered: what was found for the question.
        answer: what came of it.
        written: all that a language model wrote, before it was checked; "" where none was asked.

    Raises:
        FootnoteError: the file cannot be written.
    """
    line = json.dumps(record(considered, answer, written), ensure_ascii=False, default=str)
    try:
        with _writing, path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise FootnoteError(f"FOOTNOTE_TRACE={path}: {error.strerror}; choose a file that can be written") from error


def record(considered: Considered, answer: Answer, written: str) -> dict[str, Any]:
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
        "prompt": _prompt(considered) if written else None,
        "written": written or None,
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


def _prompt(considered: Considered) -> list[dict[str, str]]:
    from assistant.prompts import answer_prompt  # LangChain's messages cost half a second to import

    messages = answer_prompt(considered.standalone, considered.passages, considered.today)
    return [{"role": message.type, "content": str(message.content)} for message in messages]

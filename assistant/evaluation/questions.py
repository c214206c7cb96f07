"""Golden questions: what a right answer looks like, and the files they stand in, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.conversation import checked_question
from assistant.errors import FootnoteError
from assistant.types import Turn

_REQUIRED = ("id", "question", "answerable")
_LISTS = ("answers", "articles", "quotes", "history")


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question with what a right answer to it looks like."""

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    """Gold articles by file name, file name and part ("export.json#17"), source or URL."""
    quotes: tuple[str, ...] = ()
    category: str = ""
    history: tuple[Turn, ...] = ()

    @property
    def names_sentences(self) -> bool:
        """Whether it says which sentences are right: a gold article, and an answer or quote in it."""
        return bool(self.articles and (self.answers or self.quotes))


def load_questions(path: Path) -> list[GoldenQuestion]:
    """Read a question file, one JSON object a line.

    Raises:
        FootnoteError: it cannot be read, or a line does not fit; the message names file and line.
    """
    try:
        return read_questions(path.read_bytes(), str(path))
    except OSError as error:
        raise FootnoteError(f"{path} cannot be read ({error}); give a JSONL file of questions") from error


def read_questions(data: bytes, name: str) -> list[GoldenQuestion]:
    """The questions of a file's bytes, with or without a byte order mark.

    Args:
        data: the bytes.
        name: what errors call the file.

    Raises:
        FootnoteError: as `load_questions`.
    """
    try:
        lines = data.decode("utf-8-sig").split("\n")  # splitlines would break inside strings
    except UnicodeDecodeError as error:
        raise FootnoteError(f"{name} cannot be read ({error}); give a JSONL file of questions") from error
    questions = [
        _question(line, f"{name}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not questions:
        raise FootnoteError(f"{name} holds no questions")
    return questions


def question_lines(questions: Iterable[GoldenQuestion]) -> str:
    """Questions as `load_questions` reads them."""
    return "".join(json.dumps(_fields(question), ensure_ascii=False) + "\n" for question in questions)


def _fields(question: GoldenQuestion) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "answers": question.answers,
        "articles": question.articles,
        "quotes": question.quotes,
        "answerable": question.answerable,
        "category": question.category,
        "history": [[turn.question, turn.answer] for turn in question.history],
    }


def _question(line: str, place: str) -> GoldenQuestion:
    try:
        fields = json.loads(line)
        missing = [name for name in _REQUIRED if name not in fields]
        if missing:
            raise FootnoteError(f"{place}: the field {missing[0]!r} is missing")
        for name in _LISTS:
            if not isinstance(fields.get(name) or [], list):
                raise FootnoteError(f"{place}: {name!r} must be a list, it is {fields[name]!r}")
        if not isinstance(fields["answerable"], bool):
            raise FootnoteError(f"{place}: 'answerable' must be true or false, it is {fields['answerable']!r}")
        _check_wording(str(fields["question"]), place)
        json.dumps(fields, ensure_ascii=False).encode()  # half a character ("\ud83d") could never be written again
        return GoldenQuestion(
            id=str(fields["id"]),
            question=str(fields["question"]),
            answerable=fields["answerable"],
            answers=tuple(map(str, fields.get("answers") or ())),
            articles=tuple(map(str, fields.get("articles") or ())),
            quotes=tuple(map(str, fields.get("quotes") or ())),
            category=str(fields.get("category") or ""),
            history=tuple(Turn(str(q), str(a)) for q, a in fields.get("history") or ()),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise FootnoteError(f"{place}: this is not a question ({error})") from error


def _check_wording(question: str, place: str) -> None:
    """Refuse now what could not be asked, or a run would end when it gets there."""
    try:
        checked_question(question)
    except FootnoteError as error:
        raise FootnoteError(f"{place}: {error}") from None

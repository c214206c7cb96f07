"""Golden questions: what a right answer looks like, and the files they stand in, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assistant.conversation import checked_question
from assistant.errors import FootnoteError
from assistant.text import canonical_text, words
from assistant.types import Turn

_REQUIRED = ("id", "question", "answerable")
_FIELDS = (*_REQUIRED, "answers", "articles", "quotes", "category", "history")
_LEAST_LIKENESS = 0.8
"""Of a field's name to one of ours, to be that one misspelt."""
_SHOWN = 60


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
    numbered = [
        (number, _question(line, f"{name}, line {number}"))
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not numbered:
        raise FootnoteError(f"{name} holds no questions")
    _check_ids(numbered, name)
    return [question for _, question in numbered]


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


def shortened(value: Any) -> str:
    """A value of a file as an error may show it: on one line, and not too long."""
    shown = "null" if value is None else repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _question(line: str, place: str) -> GoldenQuestion:
    try:
        fields = json.loads(line)
        json.dumps(fields, ensure_ascii=False).encode()  # half a character ("\ud83d") could never be written again
    except (ValueError, RecursionError) as error:
        raise FootnoteError(f"{place}: this is not a question ({error})") from error
    if not isinstance(fields, dict):
        raise FootnoteError(f"{place}: this is not a question, a JSON object, it is {shortened(fields)}")
    try:
        _check_names(fields)
        category = fields.get("category")
        return GoldenQuestion(
            id=_name(fields["id"], "'id'"),
            question=checked_question(_string(fields["question"], "'question'")),
            answerable=_truth(fields["answerable"]),
            answers=tuple(_wanted(value, what) for value, what in _listed(fields, "answers")),
            articles=tuple(_article(value, what) for value, what in _listed(fields, "articles")),
            quotes=tuple(_wanted(value, what) for value, what in _listed(fields, "quotes")),
            category=_one_line(_string("" if category is None else category, "'category'")),
            history=tuple(_turn(value, what) for value, what in _listed(fields, "history")),
        )
    except FootnoteError as error:
        raise FootnoteError(f"{place}: {error}") from None


def _check_ids(numbered: Iterable[tuple[int, GoldenQuestion]], name: str) -> None:
    """Refuse an id that is there twice: of the two, one would be lost where runs are compared."""
    first: dict[str, int] = {}
    for number, question in numbered:
        if question.id in first:
            told = f"the id {shortened(question.id)} is that of line {first[question.id]} already"
            raise FootnoteError(f"{name}, line {number}: {told}; give each question one of its own")
        first[question.id] = number


def _check_names(fields: dict[str, Any]) -> None:
    """Refuse what looks like a misspelt name of a field that is not there; other names are anybody's own."""
    absent = [name for name in _FIELDS if name not in fields]
    for name in fields:
        near = get_close_matches(name.casefold(), absent, n=1, cutoff=_LEAST_LIKENESS) if name not in _FIELDS else []
        if near:
            raise FootnoteError(f"there is no field {shortened(name)}; {near[0]!r} is, so name it that")
    if missing := [name for name in _REQUIRED if name in absent]:
        raise FootnoteError(f"the field {missing[0]!r} is missing")


def _listed(fields: dict[str, Any], name: str) -> Iterator[tuple[Any, str]]:
    """The members of a list that may be left out, each with what it is called."""
    values = fields.get(name)
    if not isinstance(values, list | None):
        raise FootnoteError(f"{name!r} must be a list, it is {shortened(values)}")
    return ((value, f"{name!r} number {number}") for number, value in enumerate(values or (), start=1))


def _string(value: Any, what: str) -> str:
    """A string in the form that articles have."""
    if not isinstance(value, str):
        raise FootnoteError(f"{what} must be a string, it is {shortened(value)}")
    return canonical_text(value)


def _string_or_number(value: Any, what: str) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return _string(str(value) if number else value, what)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _name(value: Any, what: str) -> str:
    if name := _one_line(_string_or_number(value, what)):
        return name
    raise FootnoteError(f"{what} is empty")


def _article(value: Any, what: str) -> str:
    """As it is: files are called what they are called."""
    if _string(value, what).strip():
        return str(value)
    raise FootnoteError(f"{what} is empty")


def _wanted(value: Any, what: str) -> str:
    text = _string_or_number(value, what)
    if not words(text):
        raise FootnoteError(f"{what} has no letter or digit, so that nothing could match it: {shortened(value)}")
    return text


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FootnoteError(f"'answerable' must be true or false, it is {shortened(value)}")
    return value


def _turn(value: Any, what: str) -> Turn:
    if not isinstance(value, list) or len(value) != 2:
        raise FootnoteError(f"{what} must be a list of a question and its answer, it is {shortened(value)}")
    question, answer = (
        _string(part, f"the {name} of {what}") for part, name in zip(value, ("question", "answer"), strict=True)
    )
    if not question.strip():
        raise FootnoteError(f"the question of {what} is empty")
    return Turn(question, answer)

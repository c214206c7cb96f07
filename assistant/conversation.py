"""A question in its conversation, all the way to its answer. The one function front ends call is `ask`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.answering import (
    QUOTES,
    REFUSAL,
    asks_several,
    nearby,
    quote,
    reading_order,
    select_sentences,
    short_answer,
)
from assistant.errors import FootnoteError
from assistant.library import Library
from assistant.matching import names_and_numbers
from assistant.reading import read
from assistant.retrieval import embed_question, retrieve
from assistant.text import canonical_text, content_words, words
from assistant.types import EVERYTHING, Answer, Filters, Passage, Reading, Turn

_PERSONS = frozenset("""he she they him her them his hers their theirs himself herself themselves""".split())
_THINGS = frozenset("""it its this that these those there then one ones former latter""".split())
_ELLIPSIS = re.compile(r"^\s*(?:and|but|or|so|what about|how about|what else|who else|why not|really)\b", re.I)
_POINTS_BACK = re.compile(r"\b(?:that|this|those|these|so)\b", re.I)
_CAPITAL = "[" + "".join(c for c in map(chr, range(0x250)) if c.isupper()) + "]"
_NAME = re.compile(
    rf"[“\"]([^”\"]{{3,60}})[”\"]"
    rf"|\b((?:{_CAPITAL}[\w’'-]*|\d[\d.,]*)(?:\s+(?:of\s+the\s+|of\s+)?{_CAPITAL}[\w’'-]*)*)"
)
_OLDEST_TURN = 3
_CARRIED_PHRASES = 5
_LONGEST_QUESTION = 2_000


@dataclass(frozen=True, slots=True)
class Considered:
    """A question with everything that was found for it, before it is answered."""

    question: str
    standalone: str
    passages: tuple[Passage, ...]
    reading: Reading
    timings_ms: dict[str, float]


def ask(library: Library, question: str, *, history: Sequence[Turn] = (), filters: Filters = EVERYTHING) -> Answer:
    """Answer a question from the articles.

    Args:
        library: the articles.
        question: as the person typed it.
        history: the conversation so far, oldest turn first.
        filters: which articles count.

    Raises:
        FootnoteError: the question or the library is empty, or the filters name an unknown publisher.
        FingerprintError: the library was made with another embedding model.
    """
    return answer(consider(library, question, history, filters), library)


def consider(
    library: Library, question: str, history: Sequence[Turn] = (), filters: Filters = EVERYTHING
) -> Considered:
    """Find and rank what may answer a question; raises as `ask`."""
    question = checked_question(question)
    if not library.ledger.chunk_count():
        raise FootnoteError("the library is empty; add articles with `footnote ingest PATH`")
    timings: dict[str, float] = {}
    with _timed(timings, "retrieve"):
        standalone = standalone_question(question, history)
        vector = embed_question(library, standalone)
        passages = retrieve(library, standalone, vector, filters)
    with _timed(timings, "read"):
        # "When did he say that?" asks about the sentence just told; other follow-ups want to go on from it.
        told = history[-1].answer if history and not _POINTS_BACK.search(question) else ""
        reading = read(library, standalone, vector, passages, typed=question, told=told)
    return Considered(question, standalone, reading.passages, reading, timings)


def answer(considered: Considered, library: Library) -> Answer:
    """Answer with the best sentences, or refuse where confidence is too low."""
    reading, settings = considered.reading, library.settings
    timings = dict(considered.timings_ms)
    with _timed(timings, "answer"):
        abstained = not reading.sentences or reading.confidence < settings.refuse_below
        chosen = [] if abstained else select_sentences(reading, settings.max_sentences)
        # Where one sentence is wanted it comes first, what else comes near after it.
        several = asks_several(considered.standalone)
        sentences, citations = quote(reading_order(chosen) if several else chosen)
    timings["total"] = round(sum(timings.values()), 2)
    return Answer(
        question=considered.question,
        standalone_question=considered.standalone,
        answer=REFUSAL if abstained else " ".join(s.text for s in sentences),
        short_answer=None if abstained else short_answer(considered.standalone, reading),
        abstained=abstained,
        confidence=round(reading.confidence, 4),
        answerer=QUOTES,
        sentences=sentences,
        citations=citations,
        passages=nearby(considered.passages),
        timings_ms=timings,
    )


def checked_question(question: str) -> str:
    """The question on one line.

    Raises:
        FootnoteError: it is empty or too long.
    """
    question = " ".join(canonical_text(question).split())
    if not any(character.isalnum() for character in question):
        raise FootnoteError("the question is empty; type what you want to know")
    if len(question) > _LONGEST_QUESTION:
        raise FootnoteError(
            f"the question has {len(question):,} characters, the limit is {_LONGEST_QUESTION:,}; ask in a few words"
        )
    return question


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the conversation added in brackets; unchanged if it leaves nothing.

    Names and topics come from the last question, or from earlier ones while those leave theirs unsaid too,
    and from the answer just given.
    """
    if not history or not leans_on_history(question):
        return question
    carried: dict[str, None] = {}
    for turn in list(reversed(history))[:_OLDEST_TURN]:
        carried.update(dict.fromkeys(phrases(turn.question) or content_words(turn.question)))
        if not leans_on_history(turn.question):
            break
    answer = history[-1].answer
    if not answer.startswith(REFUSAL):
        carried.update(dict.fromkeys(phrases(answer)))
    said = set(words(question))
    new = [phrase for phrase in carried if not set(words(phrase)) <= said]
    return f"{question} [{', '.join(new[:_CARRIED_PHRASES])}]" if new else question


def leans_on_history(question: str) -> bool:
    """Whether a question cannot be understood alone: pronouns, or next to nothing of its own."""
    held = set(words(question))
    named = bool(names_and_numbers(question))
    return bool(
        held & _PERSONS
        or _ELLIPSIS.match(question)
        or (not named and (held & _THINGS or len(content_words(question)) <= 1))
    )


def phrases(text: str) -> list[str]:
    """Names, numbers and quoted phrases of a text, in order, each once."""
    found = []
    for match in _NAME.finditer(text):
        parts = (match[1] or match[2]).strip(" ’'-.,").split()
        # "In August", "Did Åse": capital by place only; what stands in quotation marks stays whole.
        while parts and not match[1] and parts[0].casefold() in _UNNAMED:
            parts = parts[1:]
        if words(" ".join(parts)):
            found.append(" ".join(parts))
    return list(dict.fromkeys(found))


_UNNAMED = frozenset(
    """what when where which who whom whose why how is are was were do does did can could has have had the a an in
    on at it he she they we i this that these those and but or if as by for from of to his her their its there
    then with after before since until during while when not no one two most many some according tell explain
    describe list name should would will may might must""".split()
)


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        timings[name] = round((time.perf_counter() - started) * 1000, 2)

"""A follow-up question made to stand alone, without a model: by the conversation's names and topics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering import REFUSAL
from assistant.matching import names_and_numbers
from assistant.text import content_words, words
from assistant.types import Turn

_PERSONS = frozenset("""he she they him her them his hers their theirs himself herself themselves""".split())
_THINGS = frozenset("""it its this that these those there then one ones former latter""".split())
_ELLIPSIS = re.compile(r"^\s*(?:and|but|or|so|what about|how about|what else|who else|why not|really)\b", re.I)
_CAPITAL = "[" + "".join(c for c in map(chr, range(0x250)) if c.isupper()) + "]"
_NAME = re.compile(
    rf"[“\"]([^”\"]{{3,60}})[”\"]"
    rf"|\b((?:{_CAPITAL}[\w’'-]*|\d[\d.,]*)(?:\s+(?:of\s+the\s+|of\s+)?{_CAPITAL}[\w’'-]*)*)"
)
_OLDEST_TURN = 3
_CARRIED_PHRASES = 5


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

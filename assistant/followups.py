"""A follow-up question made to stand alone, without a model: by the conversation's names and topics."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from assistant.answering import REFUSAL
from assistant.matching import names_and_numbers
from assistant.mentions import MONTHS
from assistant.text import STOP_WORDS, content_words, stem, stems, words
from assistant.types import Turn

_PERSON = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|theirs|himself|herself|themselves)\b", re.IGNORECASE
)
_WHOM = re.compile(
    r"\b(?:him|her|them)(?=\s*(?:[?.!,;]|$|(?:in|on|at|to|for|from|with|by|and|or|before|after|when)\b))", re.I
)
_OWN_PERSON = re.compile(r"[^\W\d_]+s\s+and\s+$", re.IGNORECASE)
_THINGS = frozenset("""it its this these those then ones former latter""".split())
_BE = "is|are|was|were|be|been|has|have|had|will|would"
_POINTED = re.compile(
    rf"\b(?:there|that|one)(?=\s*(?:[?.!,;]|$))"  # "Who built that?", "Which was the first one?"
    rf"|(?<!\w)(?!(?:{_BE}) there)[^\W\d_]+ there\b(?! (?:{_BE})\b)"
    r"|\b(?:is|was|does|did|do|has|can|will|about|of|for|to|in|on|at|by|with|from|after|before|like|why|how) that\b"
    r"|^\s*that\b|\bone (?:is|was|are|were|did|does|do|has|had|can|will)\b",
    re.IGNORECASE,
)
"""Words that may stand for what was said, or for nothing ("there are", "plants that glow", "one reason")."""
_NOTHING = re.compile(r"\bthese days\b|\bthose (?:who|that|which|with|of|in)\b", re.IGNORECASE)
_ELLIPSIS = re.compile(r"^\s*(?:and|but|or|so|what about|how about|what else|who else|why not|really)\b", re.I)
_CAPITAL = "[" + "".join(c for c in map(chr, range(0x250)) if c.isupper()) + "]"
_NAME = re.compile(
    rf"[“\"]([^”\"]{{3,60}})[”\"]"
    rf"|\b((?:{_CAPITAL}[\w’'-]*|\d[\d.,]*)(?:\s+(?:of\s+the\s+|of\s+)?{_CAPITAL}[\w’'-]*)*)"
)
_NAMELESS = re.compile(r"\b(?:any other|anything|else|another|other|more)\b", re.I)
_DEFINITE = re.compile(r"\bthe\s+(?:(?:first|second|third|last|next|new|old|other|same|whole)\s+)?([^\W\d_]+)", re.I)
_FEW_WORDS = 2
_TURNS = 8
"""How far back a topic is followed."""
_CARRIED_PHRASES = 5
_CARRIED_ANSWERS = 3
_ANSWER_CHARACTERS = 500


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the conversation added in brackets; unchanged if it leaves nothing.

    What is added are the names of the conversation's topic, those said most often first, or what its last question
    was about where nothing is named.
    """
    if not leans_on_history(question, history):
        return question
    said = set(words(question))
    new = [phrase for phrase in _carried(topic(history)) if not set(words(phrase)) <= said]
    return f"{question} [{', '.join(new[:_CARRIED_PHRASES])}]" if new else question


def in_context(question: str, history: Sequence[Turn]) -> str:
    """A question amid what the conversation was about, to search passages by meaning with.

    It holds more than a person would want to read: the titles of the articles cited, the latest answers, and the
    question twice, so that it still weighs most.
    """
    turns = topic(history)
    titles = dict.fromkeys(title for turn in turns for title in turn.titles)
    answers = [turn.answer[:_ANSWER_CHARACTERS] for turn in turns if _tells(turn)][:_CARRIED_ANSWERS]
    named = ", ".join(_carried(turns)[:_CARRIED_PHRASES])
    return " ".join([*list(titles)[:2], question, *answers, named, question])


def leans_on_history(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question cannot be understood alone: pronouns, next to nothing of its own, "the" of what was said."""
    if not history:
        return False
    held = set(words(_NOTHING.sub(" ", question)))
    if _ELLIPSIS.match(question) or _leaves_a_person_out(question):
        return True
    named = [word for word in names_and_numbers(question) if not word.isdigit()]
    topical = [word for word in content_words(question) if not word.isdigit()]
    if named or (len(topical) > _FEW_WORDS and any(word.isdigit() for word in held)):
        return False
    points = held & _THINGS or _POINTED.search(question)
    return bool(points or len(topical) <= 1 or _NAMELESS.search(question) or _speaks_of(question, history[-1]))


def _leaves_a_person_out(question: str) -> bool:
    """Whether "she" or "their" is someone whom the question itself does not name before."""
    if _WHOM.search(question):  # "Did Anna see her?": somebody else
        return True
    person = _PERSON.search(question)
    if not person:
        return False
    before = question[: person.start()]
    # "What do doctors and their patients think?"; what begins a question has a capital without being a name.
    return not (_OWN_PERSON.search(before) or any(name[0].isupper() for name in phrases(before)))


def topic(history: Sequence[Turn]) -> list[Turn]:
    """The latest turns, latest first, back to the one that began their topic."""
    turns = list(reversed(history))[:_TURNS]
    for place, (turn, before) in enumerate(pairwise(turns), start=1):
        if not (leans_on_history(turn.question, [before]) or _share_a_topic(turn, before)):
            return turns[:place]
    return turns


def _share_a_topic(turn: Turn, before: Turn) -> bool:
    named = {word for phrase in phrases(turn.question) for word in words(phrase)} - STOP_WORDS
    return bool(set(turn.titles) & set(before.titles) or named & set(words(f"{before.question} {before.answer}")))


def _speaks_of(question: str, turn: Turn) -> bool:
    """Whether something is called "the" so-and-so that was just mentioned."""
    before = set(stems(f"{turn.question} {turn.answer}"))
    return any(stem(match[1].lower()) in before for match in _DEFINITE.finditer(question))


def _carried(turns: Sequence[Turn]) -> list[str]:
    """Names and topics of some turns, latest first: those said most often first."""
    found: Counter[str] = Counter()
    for turn in turns:
        found.update(phrases(turn.question) or (content_words(turn.question) if turn is turns[0] else ()))
        found.update(phrases(turn.answer) if _tells(turn) else ())
    # A year or a date told before is seldom what a question leaves unsaid.
    return [phrase for phrase, _ in found.most_common() if not any(character.isdigit() for character in phrase)]


def _tells(turn: Turn) -> bool:
    return not turn.answer.startswith(REFUSAL)


def phrases(text: str) -> list[str]:
    """Names, numbers and quoted phrases of a text, in order, each once."""
    found = []
    for match in _NAME.finditer(text):
        parts = (match[1] or match[2]).strip(" ’'-.,").split()
        # "In August", "Did Åse": capital by place only; what stands in quotation marks stays whole.
        while parts and not match[1] and parts[0].casefold() in _UNNAMED:
            parts = parts[1:]
        plain = " ".join(parts)
        if len(plain) > 1 and plain.casefold() not in MONTHS and words(plain):
            found.append(plain)
    return list(dict.fromkeys(found))


_UNNAMED = frozenset(
    """what when where which who whom whose why how is are was were do does did can could has have had the a an in
    on at it he she they we i this that these those and but or if as by for from of to his her their its there
    then with after before since until during while when not no one two most many some according tell explain
    describe list name should would will may might must""".split()
)

"""Text: canonical form, sentences, words. No model, no storage."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import sentencex
import snowballstemmer

from assistant.types import Span

# NUL and surrogates break SQLite's and Chroma's text tables; the other control characters only hide text.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# From its first character on only: tried from each, a long run of blanks would take minutes.
_TRAILING_SPACE = re.compile(r"(?<![^\S\n])[^\S\n]+$", re.MULTILINE)
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_LETTER_OR_DIGIT = re.compile(r"\w")

# Words that carry no topic. Question words are here too: they say what kind of answer is wanted, not where.
STOP_WORDS = frozenset(
    """a about all also am an and any are as at be because been being but by can could did do does doing done for
    from had has have having he her hers him his how i if in into is it its just me might mine more most my no
    nor not of off on or our ours out over own s same shall she should so some such t than that the their theirs
    them then there these they this those through to too under until up upon us very was we were what when where
    whether which while who whom whose why will with would you your yours""".split()
)

# SQLite's stemmer leaves very short words alone and knows two suffixes that Porter published later.
_SHORTEST_STEMMED = 3
_OLDER_SUFFIX = re.compile(r"(?<=[aeiouy][^aeiou])(?:logy|logies|bly|blies)$|(?<=[aeiouy])(?:logy|logies)$")
_stemmer = snowballstemmer.stemmer("porter")  # the stemmer SQLite's FTS5 uses, so that both sides agree
_stemming = threading.Lock()  # it keeps the word it is at in itself; people ask at the same time


def canonical_text(raw: str) -> str:
    """Bring text into the one form offsets refer to.

    NFC, `\\n` line breaks, no NUL, surrogates or other control characters, no trailing spaces, paragraphs
    kept (at most one blank line between two).
    """
    text = _LINE_BREAKS.sub("\n", raw)
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    text = _TRAILING_SPACE.sub("", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def sentence_spans(text: str, language: str = "en") -> list[Span]:
    """Spans of the sentences of `text`, in order, without the space around them.

    A line break always ends a sentence (loaders undo hard wrapping first). Pieces without any letter or
    digit ("***") are left out.
    """
    spans = []
    start = 0
    for line in text.split("\n"):
        if _LETTER_OR_DIGIT.search(line):
            spans.extend(_line_sentences(line, start, language))
        start += len(line) + 1
    return spans


def _line_sentences(line: str, offset: int, language: str) -> list[Span]:
    spans = []
    for piece in sentencex.get_sentence_boundaries(language, line):
        text = line[piece["start_index"] : piece["end_index"]]
        if _LETTER_OR_DIGIT.search(text):
            start = offset + piece["start_index"] + len(text) - len(text.lstrip())
            spans.append(Span(start, start + len(text.strip())))
    return spans


def words(text: str) -> list[str]:
    """The words of `text` in lower case, in order. Numbers keep their inner points and commas.

    Lower case and not case folding, since that is what the full-text index does ("ß" stays one letter).
    """
    return _WORD.findall(text.lower().replace("\u0307", ""))


def word_spans(text: str) -> list[tuple[Span, str]]:
    """The words of `text` as `words` gives them, each with its place."""
    return [
        (Span(match.start(), match.end()), match[0].lower().replace("\u0307", "")) for match in _WORD.finditer(text)
    ]


def content_words(question: str) -> list[str]:
    """The distinct words of a question that carry its topic, in order; all of them if none does."""
    found = list(dict.fromkeys(words(question)))
    return [word for word in found if word not in STOP_WORDS] or found


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The Porter stem of a word in lower case, as SQLite's full-text index holds it."""
    plain = _without_accents(word)
    if len(plain) < _SHORTEST_STEMMED:
        return plain
    with _stemming:
        return str(_stemmer.stemWord(_OLDER_SUFFIX.sub(_newer_suffix, plain)))


def _without_accents(word: str) -> str:
    return "".join(
        next((c for c in unicodedata.normalize("NFD", letter) if "LATIN" in unicodedata.name(c, "")), letter)
        for letter in word
        if not unicodedata.combining(letter)
    )


def _newer_suffix(match: re.Match[str]) -> str:
    return {"logy": "log", "logies": "log", "bly": "ble", "blies": "ble"}[match[0]]


def stems(text: str) -> list[str]:
    """The stems of all words of `text`, in order."""
    return [stem(word) for word in words(text)]


def content_stems(text: str) -> set[str]:
    """The stems of the words of `text` that carry its topic."""
    return {stem(word) for word in words(text) if word not in STOP_WORDS}


def is_question(text: str) -> bool:
    """Whether a sentence ends in a question mark, whatever closes behind it."""
    return text.rstrip("\"'”’)]» ").endswith("?")


def counted(count: int, noun: str) -> str:
    """A number with its noun in the right form: "1 article", "2,000 articles"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def is_url(given: str) -> bool:
    """Whether this is a web address and not a path."""
    return given.lower().startswith(("http://", "https://"))


def fold(text: str) -> str:
    """Case and punctuation folded away, for comparing answers: words joined by single spaces."""
    return " ".join(re.findall(r"\w+", text.casefold()))

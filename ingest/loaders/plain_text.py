"""Plain text in any common encoding; hard-wrapped lines are joined again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from itertools import pairwise

import charset_normalizer

from assistant.errors import FootnoteError
from assistant.text import canonical_text
from assistant.types import Document, Metadata

# A paragraph whose lines all end near the same column was wrapped there; these bound "near".
_SHORTEST_FULL_LINE = 45
_LONGEST_WRAPPED_LINE = 100
_BULLETED = re.compile(r"\s*[-*•‣◦▪●]\s")
# What a list is numbered with ("2)"), or the day or time that a line of a log begins with.
_NUMBERED = re.compile(
    r"\s*(?:\(?\d{1,3}[.)]\s"
    r"|\[?(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?:[A-Z][a-z]{2} [ \d]\d )?\d{1,2}:\d\d)(?!\d))"
)

# The longer marks first: UTF-32's begins like UTF-16's.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LOOKED_AT = 8192
_WIDE_SHARE = 0.3  # of the letters of UTF-16 text are below U+0100 at least
_FEWEST_WIDE = 16  # bytes; fewer show no pattern
_GUESSED_FROM = 200_000
_READ_FOR_EACH_LOST = 3  # letters beyond ASCII; in other encodings at most one in two looks like UTF-8
_FEWEST_LETTERS = 12
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")


def load(data: bytes, fallback_title: str) -> Document:
    """Read plain text; the title is the fallback's.

    Raises:
        FootnoteError: it is not text.
    """
    return Document(canonical_text(unwrap(decode(data))), Metadata(fallback_title))


def decode(data: bytes, declared: str | None = None) -> str:
    """Bytes to text: by a byte order mark, as declared, as UTF-8, else in the encoding they look most like.

    Args:
        data: the bytes.
        declared: the encoding that the file itself names.

    Raises:
        FootnoteError: the bytes are of a binary file.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\0" in data[:_LOOKED_AT]:
        return _decoded(data, _wide_encoding(data[:_LOOKED_AT]))
    for named in ("utf-8", declared or "utf-8"):
        try:
            return data.decode(named)
        except (UnicodeDecodeError, LookupError):
            continue
    return _damaged_utf8(data) or _guessed(data)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FootnoteError(
            f"this is not {encoding.removesuffix('-sig').upper()} text (byte {error.object[error.start]:#04x} "
            f"at {error.start + len(data) - len(error.object):,}); save it as UTF-8"
        ) from None


def _wide_encoding(head: bytes) -> str:
    """UTF-16 without a mark shows in zeros at every second place; other zeros are a binary file's."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")) if len(head) >= _FEWEST_WIDE else ():
        zeros, others = head[first::2].count(0), head[1 - first :: 2].count(0)
        if not others and zeros > _WIDE_SHARE * len(head) / 2:
            return encoding
    raise FootnoteError("this is a binary file, not text")


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bad bytes, each one sign lost; None for bytes of which less reads as UTF-8 than not."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    read = len(text) - len(text.encode("ascii", "ignore")) - lost
    return text if read >= _READ_FOR_EACH_LOST * lost else None


def _guessed(data: bytes) -> str:
    head = data[:_GUESSED_FROM]
    if len(data) > _GUESSED_FROM:  # half a letter at the end would rule the right encoding out
        head = head[: head.rfind(b"\n") + 1] or head
    if _looks_like_koi8(head):
        return data.decode("koi8-u", "replace")
    found = charset_normalizer.from_bytes(head).best()
    if found is None:
        raise FootnoteError("this is a binary file, or text in an unknown encoding; save it as UTF-8")
    # What comes later may hold a byte that the beginning did not: one sign lost is better than the article.
    return data.decode(found.encoding, "replace")


def _looks_like_koi8(data: bytes) -> bool:
    """Whether bytes are Russian or Ukrainian in KOI8, which guesses take for half-width Japanese or Hebrew.

    In the other encodings with Cyrillic, Greek or Hebrew letters at these places, small letters are where KOI8 has
    capitals: read as KOI8 such text is all capitals, or each word begins with the only small one.
    """
    text = data.decode("koi8-u", "replace")
    others = [c for c in text if not c.isascii()]
    letters = [c for c in others if _CYRILLIC.match(c)]
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    usual = [word for word in words if _CYRILLIC.fullmatch(word) and (word[1:].islower() or len(word) == 1)]
    return (
        len(letters) >= max(_FEWEST_LETTERS, 0.95 * len(others))
        and len(usual) >= 0.9 * len(words)
        and sum(map(str.islower, letters)) > len(letters) / 2
    )


def unwrap(text: str) -> str:
    """Join the lines of paragraphs that were wrapped at a fixed width; leave all other line breaks."""
    text = re.sub(r"\r\n?", "\n", text)
    return "\n\n".join(_unwrap_paragraph(paragraph) for paragraph in re.split(r"\n[^\S\n]*\n", text))


def _unwrap_paragraph(paragraph: str) -> str:
    return "\n".join(_unwrap_item(item) for item in _items(paragraph.strip("\n").split("\n")))


def _items(lines: Sequence[str]) -> list[list[str]]:
    """The lines of each item of a list or log; all lines together where they are neither."""
    # Prose too may be wrapped before "65. Then", "- a building" or "14:00 train".
    led_to = {line for before, line in pairwise(lines) if before.rstrip().endswith(":")}
    marked = {mark: [line for line in lines if mark.match(line)] for mark in (_BULLETED, _NUMBERED)}
    marks = [mark for mark, found in marked.items() if len(found) > 1 or led_to & set(found)]
    marks = [mark for mark in marks if mark.match(lines[0]) or not _is_prose(lines[0])]
    items: list[list[str]] = [[]]
    for line in lines:
        if items[-1] and any(mark.match(line) for mark in marks):
            items.append([])
        items[-1].append(line)
    return items


def _is_prose(line: str) -> bool:
    """Whether a first line is the beginning of a paragraph, and no heading of a list ("We need:")."""
    return line.rstrip()[-1:].isalnum()


def _unwrap_item(lines: Sequence[str]) -> str:
    if len(lines) > 2 and len(lines[0].rstrip()) < _SHORTEST_FULL_LINE:  # a headline right above its paragraph
        return f"{lines[0]}\n{_joined_if_wrapped(lines[1:])}"
    return _joined_if_wrapped(lines)


def _joined_if_wrapped(lines: Sequence[str]) -> str:
    wrapped = len(lines) > 1 and all(
        _SHORTEST_FULL_LINE <= len(line.rstrip()) <= _LONGEST_WRAPPED_LINE for line in lines[:-1]
    )
    return " ".join(line.strip() for line in lines) if wrapped and not _are_headlines(lines) else "\n".join(lines)


def _are_headlines(lines: Sequence[str]) -> bool:
    """Whether each line begins with a capital, and the last does not end as a sentence does."""
    return all(line.lstrip()[:1].isupper() for line in lines) and lines[-1].rstrip()[-1:].isalnum()

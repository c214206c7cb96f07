"""Plain text: UTF-8, or UTF-16 with a byte order mark; hard-wrapped lines are joined again."""

from __future__ import annotations

import codecs
import re

from assistant.errors import FootnoteError
from assistant.text import canonical_text
from assistant.types import Document, Metadata

# A paragraph whose lines all end near the same column was wrapped there; these bound "near".
_SHORTEST_FULL_LINE = 45
_LONGEST_WRAPPED_LINE = 100


def load(data: bytes, fallback_title: str) -> Document:
    """Read plain text; the title is the fallback's.

    Raises:
        FootnoteError: it is not text.
    """
    return Document(canonical_text(unwrap(decode(data))), Metadata(fallback_title))


def decode(data: bytes) -> str:
    """Bytes to text.

    Raises:
        FootnoteError: the bytes are of a binary file, or of text in another encoding.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in data[:8192]:
        raise FootnoteError("this is a binary file, not text")
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FootnoteError(
            f"this is not {encoding.removesuffix('-sig').upper()} text (byte {error.object[error.start]:#04x} "
            f"at {error.start + len(data) - len(error.object):,}); save it as UTF-8"
        ) from None


def unwrap(text: str) -> str:
    """Join the lines of paragraphs that were wrapped at a fixed width; leave all other line breaks."""
    text = re.sub(r"\r\n?", "\n", text)
    return "\n\n".join(_unwrap_paragraph(paragraph) for paragraph in re.split(r"\n[^\S\n]*\n", text))


def _unwrap_paragraph(paragraph: str) -> str:
    lines = paragraph.strip("\n").split("\n")
    wrapped = len(lines) > 1 and all(
        _SHORTEST_FULL_LINE <= len(line.rstrip()) <= _LONGEST_WRAPPED_LINE for line in lines[:-1]
    )
    return " ".join(line.strip() for line in lines) if wrapped else "\n".join(lines)

"""Encodings that are named, by a page itself or by the server that sent it."""

from __future__ import annotations

import codecs
import re

_HEAD = 4096
_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.-]+)")
# The kinds of file in which a server's charset means something, and where such a file names its own encoding.
_OWN = {"html": _META, "feed": _XML, "text": None, "markdown": None, "json": None, "jsonl": None, "csv": None}
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What is called so is written in the larger encoding on the web, and read so by browsers.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def declared_encoding(data: bytes) -> str | None:
    """The encoding that a page says it has, and means; None for one that is not known."""
    return _known(data, _META)


def xml_encoding(data: bytes) -> str | None:
    """The encoding that XML says it has, and means; None for one that is not known."""
    return _known(data, _XML)


def in_utf8(data: bytes, kind: str, charset: str | None) -> bytes:
    """Bytes in UTF-8 where only their server says what they are in; all others as they are.

    A server often has one charset for all its files. So it is believed last: what is UTF-8, has a byte order mark, is
    of two bytes a letter (which shows in zeros) or names an encoding itself is none of its business.

    Args:
        data: a file's bytes.
        kind: its kind, as `detect` tells it.
        charset: what the server calls its encoding; a name that is not known counts as none.
    """
    if charset is None or kind not in _OWN or data.startswith(_MARKS) or b"\0" in data or _decoded(data, "utf-8"):
        return data
    own = _OWN[kind]
    if own and _known(data, own):
        return data
    text = _decoded(data, _codec(charset))
    return data if text is None else text.encode()


def _known(data: bytes, where: re.Pattern[bytes]) -> str | None:
    match = where.search(data[:_HEAD])
    return _codec(match[1].decode("ascii")) if match else None


def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    return _MEANT.get(known, known)


def _decoded(data: bytes, codec: str | None) -> str | None:
    """The text; None where it is not in this encoding, or where this is none of text (Python has a codec "zip")."""
    try:
        return data.decode(codec) if codec else None
    except (LookupError, UnicodeError):
        return None

"""Small pieces of markup as plain text, and values as one line: what several loaders need."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

from assistant.text import canonical_text

_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BLOCK_TAG = re.compile(r"</?(?:p|div|tr|li|ul|ol|table|h[1-6]|br|hr|section|article|blockquote)\b[^>]*>", re.I)
_LANGUAGE_CODE = re.compile(r"([A-Za-z]{2})(?:[-_]\w+)*$")
_WEB_ADDRESS = re.compile(r"https?://\S+$", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<![^>]*>")
_NOTE_LINK = r"<a\s[^<>]{0,500}?\bhref\s*=[^<>#]{0,500}#[^<>]*>"
_NOTE_MARK = re.compile(
    rf"<sup(?:\s[^<>]*)?>[\s\[(]*{_NOTE_LINK}(?:(?!</?sup\b).){{0,500}}?</a\s*>[\s\])]*</sup\s*>"
    rf"|{_NOTE_LINK}\s*<sup(?:\s[^<>]*)?>[^<]{{0,20}}</sup\s*>\s*</a\s*>"
    r"|<sup>\s*\[[^]<]{0,20}\]\(#[^)<]{0,500}\)\s*</sup>",  # in Markdown
    re.IGNORECASE | re.DOTALL,
)
_FILLED_IN = re.compile(
    r"(?:\(?anonymous\)?|word document|python-docx|untitled.*|microsoft (?:word|powerpoint) - .*"
    r"|.*\.(?:docx?|pdf|tex|dvi|indd|odt|rtf))$",
    re.IGNORECASE,
)
_EARLIEST_YEAR = 1000  # Programs write year 1 or 101 for "not known",
_YEARS_AHEAD = 10  # and 9999 for "never". What is announced for a year to come is nearer.
_POWER = re.compile(r"[-+−–]?\d")
_RAISED_NUMBER = re.compile(r"(?<=\d)<sup(?:\s[^<>]*)?>\s*((?:[-+−–]|&minus;)?\d[^<]{0,20})</sup\s*>", re.IGNORECASE)


def text_of_html(source: str) -> str:
    """The text of a piece of HTML, a line for each block; for whole pages see `html`."""
    source = _HIDDEN.sub("", source)
    text = html.unescape(_ANY_TAG.sub("", _BLOCK_TAG.sub("\n", source)))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def plain_superscripts(source: str) -> str:
    """HTML without the marks of notes, and with 10^6 for a raised 6: without their tags they are digits of the number.

    Not `10⁶`: a search for 10, or for the 2015 that a mark without a link stands behind, would not find it.
    """
    return _RAISED_NUMBER.sub(r"^\1", _NOTE_MARK.sub("", source))


def is_power(before: str, raised: str) -> bool:
    """Whether what is raised stands behind a number, of which it would be the last digits."""
    return before[-1:].isdigit() and _POWER.match(raised) is not None


def one_line(value: Any) -> str | None:
    """A metadata value as one line of canonical text; lists joined by commas; None where nothing is left."""
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    text = " ".join(canonical_text(str(value)).split()) if value is not None else ""
    return text or None


def meant(value: Any) -> str | None:
    """A property of a document as one line; None where a program filled it in because nobody wrote anything."""
    line = one_line(value)
    return None if line is None or _FILLED_IN.match(line) else line


def web_address(value: Any) -> str | None:
    """A metadata value as an address of the web; None where it is none."""
    line = one_line(value)
    return line if line and _WEB_ADDRESS.match(line) else None


def language_code(value: Any) -> str:
    """A declared language ("en", "de-AT", "pt_BR") as its two letters; English where it is no code."""
    match = _LANGUAGE_CODE.match(one_line(value) or "")
    return match[1].lower() if match else "en"


def credible_date(day: date | None) -> date | None:
    """A date that an article may be of; None for those that programs fill in."""
    return day if day and _EARLIEST_YEAR <= day.year <= date.today().year + _YEARS_AHEAD else None

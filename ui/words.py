"""Figures and facts as people say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from assistant.answering import QUOTES
from assistant.settings import Settings
from assistant.timeliness import age_in_words

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:&^=@/])")
_UNITS = ("bytes", "KB", "MB", "GB", "TB")
SENT_TO_MODEL = (
    "Each question, the passages found for it with their titles, publishers and dates, and today's date go to the "
    "language model. For a follow-up, the conversation so far goes too."
)


def what_leaves(settings: Settings, answerer: str) -> list[str]:
    """What leaves this computer when people ask and add articles, as lines of Markdown; empty where nothing does.

    Args:
        settings: those of the library.
        answerer: who answers, "quotes" or "provider:model".
    """
    told = [] if answerer == QUOTES else [SENT_TO_MODEL]
    server = urlsplit(settings.chroma_url or "").hostname
    if server and not _is_here(server):
        told.append(
            "Vectors of the articles' passages and of questions, with publishers, dates and languages, go to the "
            f"Chroma server at `{server}`."
        )
    return told


def _is_here(host: str) -> bool:
    """Whether a host is this computer itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def failure_in_words(error: Exception) -> str:
    """An error that nobody foresaw, and that only the log tells more of."""
    return f"something went wrong inside Footnote ({type(error).__name__}: {error})"


def confidence_in_words(confidence: float) -> str:
    """A probability as people say it."""
    for least, words in ((0.85, "Confident"), (0.65, "Fairly confident"), (0.0, "Not very sure")):
        if confidence >= least:
            return words
    return ""


def size_in_words(size: float) -> str:
    """Bytes in the unit that leaves a number people can read."""
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def moment_in_words(moment: datetime) -> str:
    """A moment to the minute, in this computer's time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def second_in_words(moment: datetime) -> str:
    """A moment to the second, in this computer's time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def described(source: Mapping[str, Any], today: date | None = None) -> str:
    """An article or a citation of one, in one line: title, page, publisher, date, and how old that is on a day."""
    page = f"p. {source['page']}" if source.get("page") else None
    parts = (source["title"], page, source["publisher"], _dated(source["published"], today))
    return " · ".join(part for part in parts if part)


def _dated(published: date | str | None, today: date | None) -> str:
    if not published:
        return "undated"
    day = date.fromisoformat(published) if isinstance(published, str) else published
    age = age_in_words(day, today) if today else ""
    return f"{day} ({age})" if age else f"{day}"


def unmarked(text: str) -> str:
    """Text for the places where Streamlit reads Markdown: shown letter by letter, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def shortened(text: str, most: int) -> str:
    """At most this many characters, the last one an ellipsis where some are left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

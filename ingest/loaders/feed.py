"""RSS and Atom feeds, by feedparser: an article an entry."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import feedparser

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.base import Part, content_name, own_names, unique_names
from ingest.loaders.blocks import html_blocks, joined, parse_html
from ingest.loaders.markup import language_code, one_line, text_of_html, web_address
from ingest.loaders.records import date_in

_TITLE_CHARACTERS = 80


def load(data: bytes, fallback_title: str) -> Iterator[Part]:
    """Read a feed's entries: their full text where the feed has it, else their summary.

    Each is named by its id, else its link, else by what it says.

    Raises:
        FootnoteError: it is no feed, or none of its entries holds text.
    """
    # From a stream: a string that looks like an address would be fetched.
    feed = feedparser.parse(io.BytesIO(data))
    if not feed.entries:
        problem = f" ({feed.bozo_exception})" if feed.bozo else ""
        raise FootnoteError(f"this is no RSS or Atom feed, or one without entries{problem}")
    if feed.version.startswith("atom"):
        for entry in feed.entries:
            _escape_plain_text(entry)
    publisher = one_line(feed.feed.get("title")) or fallback_title
    language = language_code(feed.feed.get("language"))
    # The feed's own address first: an entry that links to it is not named by it either.
    given = [feed.feed.get("link"), *(entry.get("id") or entry.get("link") for entry in feed.entries)]
    names = own_names([one_line(name) for name in given])[1:]
    unique = unique_names()
    entries = zip(feed.entries, names, strict=True)
    parts = [p for entry, name in entries if (p := _part(entry, name, publisher, language, unique))]
    if not parts:
        raise FootnoteError("none of the feed's entries holds text")
    yield from parts


def _part(entry: Any, name: str | None, publisher: str, language: str, unique: Callable[[str], str]) -> Part | None:
    contents = [content.get("value") or "" for content in entry.get("content", [])]
    source = max([*contents, entry.get("summary") or ""], key=len)
    text = joined(html_blocks(parse_html(source)))
    if not text:
        return None
    title, published = one_line(text_of_html(entry.get("title") or "")), _date(entry)
    metadata = Metadata(
        title=title or _first_words(text),
        author=one_line(entry.get("author")),
        publisher=publisher,
        url=web_address(entry.get("link")),
        published=published,
        language=language,
    )
    return Part(Document(text, metadata), unique(name or content_name(title, published, text)))


def _escape_plain_text(entry: Any) -> None:
    """Make HTML of what an entry of Atom has as plain text, in which <article> is no tag; RSS tells no plain text."""
    for name in ("title", "summary"):
        if (entry.get(f"{name}_detail") or {}).get("type") == "text/plain":
            entry[name] = html.escape(entry[name], quote=False)
    for content in entry.get("content", []):
        if content.get("type") == "text/plain":
            content["value"] = html.escape(content["value"], quote=False)


def _first_words(text: str) -> str:
    """The beginning of a text, to go by where it has no title: its first line, or what of that is short enough."""
    line = text.split("\n", 1)[0]
    if len(line) <= _TITLE_CHARACTERS:
        return line
    cut = line[: _TITLE_CHARACTERS - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _date(entry: Any) -> date | None:
    """The day as it is written, where it is known to be; feedparser's own is that of Greenwich."""
    written = entry.get("published") or entry.get("updated")
    if written and (day := date_in(written)):
        return day
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return date(*moment[:3]) if moment else None
    except ValueError:
        return None

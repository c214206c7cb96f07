"""Web pages: the article without menus, advertisements and comments, by trafilatura."""

from __future__ import annotations

import re
from datetime import date

import trafilatura

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.blocks import Block, html_blocks, joined, parse_html, row, without_title
from ingest.loaders.encoding import declared_encoding
from ingest.loaders.markup import one_line, plain_superscripts, text_of_html, web_address
from ingest.loaders.plain_text import decode

_LANGUAGE = re.compile(rb"<html\b[^>]*?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_HEAD = 4096
_TITLE_TAIL = re.compile(r"\s+[|–—»·-]\s+(?P<tail>[^|–—»·]{2,40})$")
_TABLE_RULE = re.compile(r"\|(?:-+\|)+$")  # between the head of a table and its rows
_NEVER_A_NAME = re.compile(r"https?://|@")


def load(data: bytes, fallback_title: str) -> Document:
    """Read a page.

    Raises:
        FootnoteError: it holds no text.
    """
    source = plain_superscripts(decode(data, declared_encoding(data)))
    found = trafilatura.bare_extraction(
        source,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None or isinstance(found, dict) or not found.text:
        text = joined(html_blocks(parse_html(source)))
        if not text:
            raise FootnoteError("the page holds no text; if it is drawn by a script, save it from the browser as PDF")
        return Document(text, Metadata(_title_tag(source) or fallback_title, language=language_of(data)))
    site = one_line(found.sitename)
    title = _without_site(one_line(found.title) or fallback_title, site)
    return Document(
        joined(without_title(_blocks(found.text), title)),
        Metadata(
            title=title,
            author=_author(found.author),
            publisher=site,
            url=web_address(found.url),
            published=_date(found.date),
            language=language_of(data),
        ),
    )


def language_of(data: bytes) -> str:
    """The language that a page says it has; English where it says none."""
    match = _LANGUAGE.search(data[:_HEAD])
    return match[1].decode("ascii").lower() if match else "en"


def _blocks(text: str) -> list[Block]:
    """Blocks of what trafilatura gives, one a line."""
    return [block for line in text.splitlines() for block in _line_blocks(line.strip())]


def _line_blocks(line: str) -> list[Block]:
    if line.startswith("| ") and line.endswith(" |"):
        return row([[Block(cell)] for cell in line[2:-2].split(" | ")])
    if line.startswith("- "):
        return [Block(line[2:], "item")]
    return [Block(line)] if line and not _TABLE_RULE.match(line) else []


def _title_tag(source: str) -> str | None:
    match = re.search(r"<title[^>]*>(.*?)</title", source, re.IGNORECASE | re.DOTALL)
    return one_line(text_of_html(match[1])) if match else None


def _without_site(title: str, site: str | None) -> str:
    """The title without the site's name at its end: "A story | The Ledger"."""
    match = _TITLE_TAIL.search(title)
    if match and site and match["tail"].casefold() in (site.casefold(), site.casefold().removeprefix("the ")):
        return title[: match.start()]
    return title


def _author(value: str | None) -> str | None:
    name = one_line(value)
    return None if name is None or _NEVER_A_NAME.search(name) else name


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None

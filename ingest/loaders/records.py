"""Exports of many articles: JSON, JSON lines, and tables in CSV or TSV; an article a record.

What a record's fields mean is told by their names, in any case and with or without `_`, `-` and spaces in them
(`published_at`, `publishedAt`); of several with one meaning the first in this order that holds something counts:

    text       text, body, content, content_text, article, html, content_html, description, abstract
    title      title, headline, name, subject
    author     author, authors, byline, creator
    publisher  publisher, source, site, publication
    published  published, date, published_at, date_published, pubDate, created, created_at
    url        url, link, permalink, canonical_url
    language   language, lang
    id         id, guid, uuid, url

Text with HTML tags is read as HTML. A date may be ISO 8601, 14 digits (20240305123000), RFC 2822, a year, seconds or
milliseconds since 1970, or written out in English ("March 5, 2024", "5th Mar 2024", "March 2024"); one that is none of
these counts as absent (03/01/2015 has two readings), as do one of the far future and an address not of the web.
The id names the article among those of the file; a record without one, or with an address that others have too, goes
by a hash of its title, date and text. A value may be wrapped as some programs do it: `{"rendered": "..."}` (WordPress),
`{"name": "..."}` (JSON Feed).

A JSON document is a list of records, one record, or an object with one list of records somewhere in it
(`{"articles": [...]}`). A description or abstract beside such a list is taken to be about it, unless the list is one
that articles have, such as comments. A record without text is left out where others have some: exports are full of
drafts.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from assistant.calendar_words import MONTHS
from assistant.errors import FootnoteError
from assistant.text import canonical_text
from assistant.types import Document, Metadata
from ingest.loaders.base import Part, content_name, own_names, unique_names
from ingest.loaders.blocks import html_blocks, joined, parse_html
from ingest.loaders.markup import credible_date, language_code, one_line, web_address
from ingest.loaders.plain_text import decode

FIELDS: dict[str, tuple[str, ...]] = {
    "text": (
        "text",
        "body",
        "content",
        "content_text",
        "article",
        "html",
        "content_html",
        "description",
        "abstract",
    ),
    "title": ("title", "headline", "name", "subject"),
    "author": ("author", "authors", "byline", "creator"),
    "publisher": ("publisher", "source", "site", "publication"),
    "published": ("published", "date", "published_at", "date_published", "pubDate", "created", "created_at"),
    "url": ("url", "link", "permalink", "canonical_url"),
    "language": ("language", "lang"),
    "id": ("id", "guid", "uuid", "url"),
}
"""For each piece of an article the names of the fields that may hold it, the best first."""

_SUMMARIES = ("description", "abstract")
"""Fields for text that may be about what else is in an object; other text is an article's own."""
_OWN_TEXT = tuple(name for name in FIELDS["text"] if name not in _SUMMARIES)
# Lists that belong to an article, whatever their records hold.
_BELONGING = frozenset((*FIELDS["author"], *_SUMMARIES)) | frozenset(
    "contributors editors comments replies images media tags keywords references citations related".split()
)

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 50_000_000
_SNIFFED = 100_000
_WRAPPED = ("rendered", "name", "value", "text")
_DEEPEST_LIST = 4
_MOST_NAMES_SHOWN = 20
_LONGEST_ID = 500
_WHOLE_FILE = "1"  # the name of a file's one article, which may change and stays the same

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|quot|apos|lt|gt|nbsp|[lr][sd]quo|[nm]dash|hellip);", re.IGNORECASE
)
_HTML = re.compile(r"</(?:p|div|a|em|strong|span|li|h[1-6]|b|i|blockquote|td)\s*>|<(?:br|p)\s*/?>", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,17}(?:\.\d*)?$")
_ISO_DATE = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(?!\d)")
_IN_WORDS = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,?\s+"
    r"(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>[12]\d{3})\b",
    re.IGNORECASE,
)
_MONTHS = [month[:3] for month in MONTHS]
_YEARS = range(1000, 3000)
_COMPACT_DATE = re.compile(r"(?:1\d|20)\d{6}(?:\d{6})?$")  # with the time of day in MediaWiki and web archives
# As seconds, 1973 and the year 5138; the latter in milliseconds is 1973 as well. Less is a counter, or 0 for nothing.
_SECONDS_FROM, _MILLISECONDS_FROM = 1e8, 1e11


@dataclass(frozen=True, slots=True)
class _Record:
    """An article to be."""

    names: tuple[str, ...]
    """Its fields, as the file names them."""
    values: Mapping[str, Any]
    """Their values by the names as `_key` writes them."""
    is_file: bool = False
    """Whether it is the whole file, and not one of a list."""


def load_json(data: bytes, fallback_title: str) -> Iterator[Part]:
    """Read a JSON document.

    Raises:
        FootnoteError: it is no JSON, or none of its records holds text.
    """
    source = decode(data)
    try:
        value = _json(source)
    except FootnoteError:
        lines = [line for line in source.split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.strip().startswith("{") for line in lines[:2]):
            raise
        return load_jsonl(data, fallback_title)  # by a wrong name
    return _parts(_records_in(value), fallback_title)


def load_jsonl(data: bytes, fallback_title: str) -> Iterator[Part]:
    """Read a JSON document a line.

    Raises:
        FootnoteError: a line is no JSON object, or no record holds text.
    """
    records = []
    # Not `splitlines`: strings in JSON may hold the other line breaks of Unicode.
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if line.strip():
            value = _json(line, f"line {number:,}")
            if not isinstance(value, dict):
                raise FootnoteError(f"line {number:,} is no JSON object ({{...}})")
            records.append(_record(value.items()))
    return _parts(records, fallback_title)


def load_csv(data: bytes, fallback_title: str) -> Iterator[Part]:
    """Read a table whose first row names its columns; cells are parted by commas, semicolons, tabs or bars.

    Raises:
        FootnoteError: a row has more cells than the first, quotes do not match, or no row holds text.
    """
    rows = _rows(decode(data).lstrip("\n\r"))
    header = next(rows, (0, []))[1]
    records = []
    for line, cells in rows:
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(header):
            raise FootnoteError(
                f"the row that ends in line {line:,} has {len(cells)} cells, the first row {len(header)}; "
                "put values that hold the delimiter in quotes"
            )
        if any(cell.strip() for cell in cells):
            records.append(_record(zip(header, cells, strict=False)))
    if not records:
        raise FootnoteError("the table has no rows below the first, which names its columns")
    return _parts(records, fallback_title)


# From a file to records


def _json(source: str, where: str = "the file") -> Any:
    try:
        return json.loads(source)
    except json.JSONDecodeError as error:
        raise FootnoteError(
            f"{where} is not JSON ({error.msg}, line {error.lineno:,}, column {error.colno:,})"
        ) from None
    except ValueError as error:
        raise FootnoteError(f"{where} holds a number that is too long ({error})") from None
    except RecursionError:
        raise FootnoteError(f"{where} is nested too deeply") from None


def _records_in(value: Any) -> list[_Record]:
    if isinstance(value, list):
        other = next((number for number, item in enumerate(value, start=1) if not isinstance(item, dict)), None)
        if other is not None or not value:
            raise FootnoteError(f"item {other} of the list is no record ({{...}})" if value else "the list is empty")
        return [_record(item.items()) for item in value]
    if not isinstance(value, dict):
        raise FootnoteError("the JSON is neither a record ({...}) nor a list of some")
    record = _record(value.items(), is_file=True)
    if _text(record, _OWN_TEXT):
        return [record]
    is_summed_up = bool(_text(record))
    lists = list(_lists_in(value, _DEEPEST_LIST, _BELONGING if is_summed_up else frozenset()))
    with_text = [found for found in lists if any(_text(record) for record in found)]
    if len(with_text) > 1:
        raise FootnoteError(f"the JSON holds {len(with_text)} lists of records with text; keep one of them")
    if with_text:
        return with_text[0]
    return [record] if is_summed_up else max(lists, key=len, default=[record])


def _lists_in(value: dict[str, Any], depth: int, unread: frozenset[str]) -> Iterator[list[_Record]]:
    """The lists of records in an object and in the objects in it, except under the names that are not to be read."""
    for name, item in value.items():
        if _key(name) in unread:
            continue
        if isinstance(item, list) and item and all(isinstance(record, dict) for record in item):
            yield [_record(record.items()) for record in item]
        elif isinstance(item, dict) and depth > 1:
            yield from _lists_in(item, depth - 1, unread)


def _record(fields: Iterable[tuple[str, Any]], *, is_file: bool = False) -> _Record:
    """A record of these fields; of two whose names `_key` makes the same, the first that holds something counts."""
    names = []
    by_key: dict[str, Any] = {}
    for name, value in fields:
        names.append(name)
        key = _key(name)
        if by_key.get(key) in (None, ""):
            by_key[key] = value
    return _Record(tuple(names), by_key, is_file)


def _key(name: str) -> str:
    return _BETWEEN_WORDS.sub("", name.casefold())


def _rows(source: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, each with the number of its last line."""
    # Only ever raised: the limit is one for the whole process. (2**31 - 1 is the most that Windows takes.)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    # Strict: a quote that is not closed would make the rest of the file one cell.
    reader = csv.reader(io.StringIO(source, newline=""), delimiter=_delimiter(source), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise FootnoteError(
            f"line {reader.line_num:,} of the table cannot be read ({error}); quotes in a quoted value are doubled"
        ) from None


def _delimiter(source: str) -> str:
    """The sign that gives the first row the most columns with known names, and else the most columns."""
    known = {_key(name) for names in FIELDS.values() for name in names}

    def goodness(delimiter: str) -> tuple[int, int]:
        head = io.StringIO(source[:_SNIFFED], newline="")
        try:
            names = [_key(name) for name in next(csv.reader(head, delimiter=delimiter), [])]
        except csv.Error:
            return 0, 0
        return len(known.intersection(names)), len(names)

    return max(_DELIMITERS, key=goodness)


# From records to articles


def _parts(records: Sequence[_Record], fallback_title: str) -> Iterator[Part]:
    texts = [_text(record) for record in records]
    if not any(texts):
        raise FootnoteError(_no_text(records))
    names = own_names([_line(record, "id") for record in records])
    unique = unique_names()
    return (
        _part(record, text, name, unique, fallback_title if len(records) == 1 else f"{fallback_title} {number}")
        for number, (record, text, name) in enumerate(zip(records, texts, names, strict=True), start=1)
        if text
    )


def _part(record: _Record, text: str, name: str | None, unique: Callable[[str], str], fallback_title: str) -> Part:
    title = _without_tags(_line(record, "title"))
    published = next((found for value in _values(record, "published") if (found := date_in(value))), None)
    name = name or (_WHOLE_FILE if record.is_file else content_name(title, published, text))
    metadata = Metadata(
        title=title or fallback_title,
        author=_author(record),
        publisher=_line(record, "publisher"),
        url=web_address(_line(record, "url")),
        published=published,
        language=language_code(_line(record, "language")),
    )
    return Part(Document(text, metadata), unique(name[:_LONGEST_ID]))


def _no_text(records: Sequence[_Record]) -> str:
    found = list(dict.fromkeys(name for record in records for name in record.names if name.strip()))
    wanted = ", ".join(FIELDS["text"])
    if {_key(name) for name in FIELDS["text"]}.intersection(map(_key, found)):
        return f"none of its {len(records):,} records holds text in a field named {wanted}"
    shown = ", ".join(found[:_MOST_NAMES_SHOWN]) + (", ..." if len(found) > _MOST_NAMES_SHOWN else "")
    return f"no column or field holds the text of an article; found: {shown or 'none'}; looked for: {wanted}"


def _values(record: _Record, piece: str) -> Iterator[Any]:
    """The values that may be a piece of an article, the best first."""
    for name in FIELDS[piece]:
        value = record.values.get(_key(name))
        if value is not None and value != "":
            yield _unwrapped(value)


def _unwrapped(value: Any) -> Any:
    """A value out of an object around it, and a list of such; None for what is no piece of text or number."""
    if isinstance(value, list):
        items = [_unwrapped(item) for item in value if not isinstance(item, list)]
        return [item for item in items if item is not None]
    if isinstance(value, dict):
        value = next((value[name] for name in _WRAPPED if isinstance(value.get(name), str)), None)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _line(record: _Record, piece: str) -> str | None:
    return next((line for value in _values(record, piece) if (line := one_line(value))), None)


def _author(record: _Record) -> str | None:
    """Who wrote it; a bare number is only a system's name for somebody."""
    author = _line(record, "author")
    return None if author and author.isdigit() else author


def _without_tags(title: str | None) -> str | None:
    return one_line(_plain_html(title)) if title and (_HTML.search(title) or _ENTITY.search(title)) else title


def _text(record: _Record, names: Sequence[str] = FIELDS["text"]) -> str:
    """The article's text: of the first field that holds some."""
    for name in names:
        value = _unwrapped(record.values.get(_key(name)))
        paragraphs = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
        text = "\n\n".join(paragraphs)
        if "html" in name or _HTML.search(text):
            text = _plain_html(text)
        else:
            text = canonical_text(html.unescape(text) if _ENTITY.search(text) else text)
        if any(character.isalnum() for character in text):
            return text
    return ""


def _plain_html(source: str) -> str:
    return joined(html_blocks(parse_html(source)))


def date_in(value: Any) -> date | None:
    """The date a value means, as the module's description says; None where it means none that an article may be of."""
    return credible_date(_date_in(str(value).strip()))


def _date_in(text: str) -> date | None:
    try:
        if _COMPACT_DATE.match(text):
            return date.fromisoformat(text[:8])
        if _NUMBER.match(text):
            return _date_of_number(float(text))
        if match := _ISO_DATE.match(text):
            return date(int(match[1]), int(match[2]), int(match[3] or 1))
        if match := _IN_WORDS.match(text):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            return date(int(match["year"]), month, int(match["day"] or match["day2"] or 1))
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None


def _date_of_number(number: float) -> date | None:
    if number in _YEARS:
        return date(int(number), 1, 1)
    if abs(number) < _SECONDS_FROM:
        return None
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, UTC).date()

"""OpenDocument texts (.odt), as LibreOffice writes them: paragraphs, lists and tables in order, then the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.archive import (
    Archive,
    attribute,
    date_of,
    descendants,
    local_name,
    parse_xml,
    read_archive,
    text_below,
)
from ingest.loaders.blocks import Block, Kind, joined, row, without_title
from ingest.loaders.markup import is_power, language_code, one_line

_CONTENT, _STYLES, _META, _MANIFEST = "content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"

# Sections and the like: what they hold is read as if they were not there.
_WRAPPERS = frozenset(
    "section index-body bibliography list-item list-header table-header-rows table-rows table-row-group".split()
)
# Lists of headings and figures with page numbers, all of which come again; deleted text; what nobody sees.
_UNREAD = frozenset(
    """table-of-content alphabetical-index illustration-index table-index object-index user-index tracked-changes
    annotation annotation-end note-citation ruby-text title desc hidden-text hidden-paragraph forms
    event-listeners binary-data""".split()
)
_CELLS = frozenset(("table-cell", "covered-table-cell"))
_SPACE = re.compile(r"[ \t\r\n]+")
_MOST_SPACES = 100
_RAISED = re.compile(r"super|[1-9]")  # "super 58%" or "33% 58%"; "sub 58%", "-33% 58%" and "0% 100%" are not


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is known while a document is read."""

    raised: frozenset[str]
    """The styles of characters above the line."""
    notes: list[Any]
    """The notes that were met."""


def load(data: bytes, fallback_title: str) -> Document:
    """Read an OpenDocument text; annotations and tracked deletions are left out.

    The title is that of its properties, else its first heading, else the fallback.

    Raises:
        FootnoteError: it is damaged or locked, or larger than the bounds of `archive`.
    """
    archive = read_archive(data)
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise FootnoteError("the document is locked by a password; save it without one")
    content = parse_xml(archive.read(_CONTENT), _CONTENT)
    body = next(descendants(content, "text"), None)
    if body is None:
        raise FootnoteError(f"{_CONTENT} holds no text document; is the file damaged?")
    reading = _Reading(frozenset(_raised_styles(archive, content)), [])
    blocks = list(_blocks(body, reading))
    for note in reading.notes:  # the list grows should a note have notes
        blocks += _blocks(note, reading)
    metadata = _metadata(archive, next((b.text for b in blocks if b.kind == "heading"), None), fallback_title)
    return Document(joined(without_title(blocks, metadata.title)), metadata)


def _metadata(archive: Archive, heading: str | None, fallback_title: str) -> Metadata:
    root = parse_xml(archive.read(_META), _META) if _META in archive else None
    if root is None:
        return Metadata(one_line(heading) or fallback_title)
    return Metadata(
        title=one_line(text_below(root, "title")) or one_line(heading) or fallback_title,
        author=one_line(text_below(root, "initial-creator") or text_below(root, "creator")),
        published=date_of(text_below(root, "creation-date")),
        language=language_code(text_below(root, "language")),
    )


def _raised_styles(archive: Archive, content: Any) -> Iterator[str]:
    """The names of styles for what is raised: the document's own, and those that a person chooses from."""
    lists = [*descendants(content, "automatic-styles")]
    if _STYLES in archive:
        lists += descendants(parse_xml(archive.read(_STYLES), _STYLES), "styles")
    for style in (style for styles in lists for style in descendants(styles, "style")):
        if any(_RAISED.match(attribute(properties, "text-position")) for properties in style):
            yield attribute(style, "name")


def _blocks(container: Any, reading: _Reading, kind: Kind = "text") -> Iterator[Block]:
    """The blocks in a container."""
    for element in container:
        name = local_name(element)
        if name in ("p", "h"):
            yield from _paragraph(element, reading, "heading" if name == "h" else kind)
        elif name == "list":
            yield from _blocks(element, reading, "item")
        elif name in _WRAPPERS:
            yield from _blocks(element, reading, kind)
        elif name == "table":
            yield from _table(element, reading)
        elif name not in _UNREAD:
            yield from _paragraph(element, reading, kind)  # a frame between paragraphs


def _table(container: Any, reading: _Reading) -> Iterator[Block]:
    for element in container:
        if local_name(element) == "table-row":
            cells = [cell for cell in element if local_name(cell) in _CELLS]
            yield from row(_without_empty_end([list(_blocks(cell, reading)) for cell in cells]))
        elif local_name(element) in _WRAPPERS:
            yield from _table(element, reading)


def _without_empty_end(cells: list[list[Block]]) -> list[list[Block]]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _paragraph(paragraph: Any, reading: _Reading, kind: Kind) -> Iterator[Block]:
    boxes: list[Any] = []
    text = _inline(paragraph, boxes, reading).strip()
    if text:
        yield Block(text, kind)
    for box in boxes:
        yield from _blocks(box, reading)


def _inline(element: Any, boxes: list[Any], reading: _Reading) -> str:
    """The text in an element; text boxes and notes, blocks of their own, are put into `boxes` and `reading.notes`."""
    pieces = [_SPACE.sub(" ", element.text or "")]
    raised = False
    for child in element:
        name = local_name(child)
        if name == "text-box":
            boxes.append(child)
        elif name == "note-body":
            reading.notes.append(child)
        elif name == "s":
            pieces.append(" " * _count(child))
        elif name == "tab":
            pieces.append("\t")
        elif name == "line-break":
            pieces.append("\n")
        elif name and name not in _UNREAD and (piece := _inline(child, boxes, reading)):
            before, raised = raised, attribute(child, "style-name") in reading.raised
            if raised and not before and is_power(pieces[-1], piece):
                pieces.append("^")
            pieces.append(piece)
        if child.tail:
            raised = False
            pieces.append(_SPACE.sub(" ", child.tail))
    return "".join(pieces)


def _count(space: Any) -> int:
    value = attribute(space, "c") or "1"
    return min(int(value[:9]), _MOST_SPACES) if value.isdecimal() else 1

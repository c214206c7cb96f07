"""Word documents (.docx): paragraphs and tables in reading order, then the notes.

Read from the document's XML and not with python-docx, which leaves out what stands in content controls, tracked
insertions and text boxes, and which opens archives and XML without our bounds.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from lxml import etree

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.archive import (
    Archive,
    date_of,
    descendants,
    local_name,
    parse_xml,
    read_archive,
    text_below,
)
from ingest.loaders.blocks import Block, Kind, joined, row, without_title
from ingest.loaders.markup import is_power, language_code, meant, one_line

_StyleKind = Kind | Literal["title", "contents"]
Styles = dict[str, _StyleKind]
"""What a paragraph of each style is."""

_CONTENTS = re.compile(r"toc ?(?:\d|heading)", re.IGNORECASE)
_HEADING = re.compile(r"(?:heading ?\d|subtitle$)", re.IGNORECASE)
_TITLE = re.compile(r"title$", re.IGNORECASE)
_LIST = re.compile(r"list ?(?:bullet|number)", re.IGNORECASE)
_HEADING_LEVELS = "012345678"  # 9 is that of other text

# Elements around others that are there to be read; in a paragraph every unknown element is.
_WRAPPERS = frozenset(("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_UNREAD = frozenset(
    """del moveFrom delText instrText delInstrText rPr pPr sdtPr sdtEndPr fldData annotation Fallback rt docPr
    nvPicPr cNvPr ctrlPr deg""".split()
)
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_APPLIED = "\u2061"  # the invisible sign between a function and what it is applied to
_MATH_SIGNS = {"num": "", "den": "/", "sup": "^", "sub": "_", "rad": "√"}

_TEMPLATE_DATE = "2013-12-23T23:15:00Z"  # of python-docx's template, in every document made from it


def load(data: bytes, fallback_title: str) -> Document:
    """Read a Word document; comments, headers and footers, deleted and hidden text are left out.

    The title is that of its properties, else its paragraph of the style "Title" or first heading, else the fallback.

    Raises:
        FootnoteError: it is damaged or locked, or larger than the bounds of `archive`.
    """
    archive = read_archive(data)
    main = _related(archive, "", "officeDocument") or "word/document.xml"
    body = next((child for child in _xml(archive, main) if local_name(child) == "body"), None)
    if body is None:
        raise FootnoteError(f"{main} holds no document; is the file damaged?")
    styles = _styles(archive, main)
    blocks = [*_blocks(body, styles), *_notes(archive, main, styles)]
    properties = _properties(archive)
    title = properties.title or _title_said(body, styles)
    return Document(joined(without_title(blocks, title)), replace(properties, title=title or fallback_title))


def _xml(archive: Archive, name: str) -> Any:
    return parse_xml(archive.read(name), name)


def _related(archive: Archive, part: str, kind: str) -> str | None:
    """The name of the part that `part` names as its, say, "styles"; None where it has none."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in archive:
        return None
    for relation in _xml(archive, relations):
        if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
            found = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            return found if found in archive else None
    return None


# Styles


def _styles(archive: Archive, main: str) -> Styles:
    name = _related(archive, main, "styles")
    if name is None:
        return {}
    elements = {_value(style, "styleId"): style for style in _xml(archive, name) if local_name(style) == "style"}
    return {style_id: _style_kind(style_id, elements) for style_id in elements}


def _style_kind(style_id: str, elements: dict[str, Any]) -> _StyleKind:
    """What paragraphs of a style are: as its name says, else its properties, else as the style it is based on."""
    seen = set()
    while style_id in elements and style_id not in seen:
        seen.add(style_id)
        style = elements[style_id]
        own = _kind_by_name(_value(_child(style, "name"))) or _kind_by_properties(_child(style, "pPr"))
        if own:
            return own
        style_id = _value(_child(style, "basedOn"))
    return "text"


def _kind_by_name(name: str) -> _StyleKind | None:
    if _CONTENTS.match(name):
        return "contents"
    if _HEADING.match(name):
        return "heading"
    if _TITLE.match(name):
        return "title"
    return "item" if _LIST.match(name) else None


def _kind_by_properties(properties: Any) -> Kind | None:
    level = _value(_child(properties, "outlineLvl"))
    if level and level in _HEADING_LEVELS:
        return "heading"
    numbering = _child(_child(properties, "numPr"), "numId")
    if numbering is None:
        return None
    return "text" if _value(numbering) == "0" else "item"  # 0 takes a paragraph out of its style's list


def _paragraph_kind(paragraph: Any, styles: Styles) -> _StyleKind:
    properties = _child(paragraph, "pPr")
    style_id = _value(_child(properties, "pStyle"))
    by_style = styles.get(style_id) or _kind_by_name(style_id) or "text"
    return (_kind_by_properties(properties) or by_style) if by_style in ("text", "item") else by_style


def _child(element: Any, name: str) -> Any:
    if element is None:
        return None
    return next((child for child in element if local_name(child) == name), None)


def _value(element: Any, name: str = "val") -> str:
    """An attribute of an element that may be absent, whatever its namespace."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


# Body


def _blocks(container: Any, styles: Styles) -> Iterator[Block]:
    for element in _content(container):
        name = local_name(element)
        if name == "p":
            yield from _paragraph(element, styles)
        elif name == "tbl":
            for line in _content(element):
                if local_name(line) == "tr" and _child(_child(line, "trPr"), "del") is None:
                    cells = [cell for cell in _content(line) if local_name(cell) == "tc"]
                    yield from row([list(_blocks(cell, styles)) for cell in cells])


def _content(container: Any) -> Iterator[Any]:
    """What a container holds, wrappers undone."""
    for child in container:
        name = local_name(child)
        if name in _WRAPPERS:
            yield from _content(child)
        elif name == "AlternateContent":
            for choice in child:
                if local_name(choice) == "Choice":
                    yield from _content(choice)
        else:
            yield child


def _paragraph(paragraph: Any, styles: Styles) -> Iterator[Block]:
    kind = _paragraph_kind(paragraph, styles)
    if kind == "contents":
        return  # headings with page numbers, all of which come again
    boxes: list[Any] = []
    text = _inline(paragraph, boxes).strip()
    if text:
        yield Block(text, "heading" if kind == "title" else kind)
    for box in boxes:
        yield from _blocks(box, styles)


def _inline(element: Any, boxes: list[Any]) -> str:
    """The text in an element; text boxes, which are blocks of their own, are put into `boxes`."""
    name = local_name(element)
    if name == "t":
        return (element.text or "").replace(_APPLIED, " ")
    if name == "txbxContent":
        boxes.append(element)
        return ""
    if not name or name in _UNREAD or (name == "r" and _is_hidden(element)):
        return ""
    if name in _SIGNS:
        return _SIGNS[name]
    pieces: list[str] = []
    raised = False
    for child in element:
        piece = _inline(child, boxes)
        if not piece:
            continue
        before, raised = raised, _is_raised(child)
        if raised and not before and pieces and is_power(pieces[-1], piece):
            pieces.append("^")
        pieces.append(piece)
    text = "".join(pieces)
    return _as_formula(element, name, text) if element.tag.endswith(f"/math}}{name}") else text


def _is_raised(element: Any) -> bool:
    return local_name(element) == "r" and _value(_child(_child(element, "rPr"), "vertAlign")) == "superscript"


def _is_hidden(run: Any) -> bool:
    mark = _child(_child(run, "rPr"), "vanish")
    return mark is not None and _value(mark) not in ("0", "false", "off")


def _as_formula(element: Any, name: str, text: str) -> str:
    """A part of an equation on one line: without its signs 1/2 would read 12."""
    if name == "d":
        properties = _child(element, "dPr")
        opening, closing = _child(properties, "begChr"), _child(properties, "endChr")
        return f"{'(' if opening is None else _value(opening)}{text}{')' if closing is None else _value(closing)}"
    if name == "naryPr":
        return _value(_child(element, "chr")) or "∫"
    if name not in _MATH_SIGNS or not text:
        return text
    return _MATH_SIGNS[name] + (text if len(text) == 1 or text.isalnum() else f"({text})")


def _notes(archive: Archive, main: str, styles: Styles) -> Iterator[Block]:
    for kind in ("footnotes", "endnotes"):
        name = _related(archive, main, kind)
        for note in _xml(archive, name) if name else ():
            if _value(note, "type") in ("", "normal"):  # the others are the lines between text and notes
                yield from _blocks(note, styles)


# Properties


def _title_said(body: Any, styles: Styles) -> str | None:
    """The first paragraph of the style "Title" with text, else the first heading."""
    said: dict[_StyleKind, str] = {}
    for paragraph in descendants(body, "p"):
        kind = _paragraph_kind(paragraph, styles)
        text = one_line(_inline(paragraph, [])) if kind in ("title", "heading") and kind not in said else None
        if text:
            said[kind] = text
    return said.get("title") or said.get("heading")


def _properties(archive: Archive) -> Metadata:
    """What the file says of itself; the title is empty where it says none."""
    name = _related(archive, "", "core-properties")
    root = _xml(archive, name) if name else etree.Element("none")
    created = text_below(root, "created")
    return Metadata(
        title=meant(text_below(root, "title")) or "",
        author=meant(text_below(root, "creator")),
        published=date_of(created) if created != _TEMPLATE_DATE else None,
        language=language_code(text_below(root, "language")),
    )

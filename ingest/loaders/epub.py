"""Books in EPUB: a chapter (a file of the reading order) is an article."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

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
from ingest.loaders.base import Part
from ingest.loaders.blocks import Block, html_blocks, joined, parse_html, without_title
from ingest.loaders.encoding import xml_encoding
from ingest.loaders.markup import language_code, one_line
from ingest.loaders.plain_text import decode

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "text/x-oeb1-document"))
_CONTENTS = "application/x-dtbncx+xml"
# Fonts may be scrambled against copying; that leaves the text readable.
_FONT_SCRAMBLING = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))

_FEWEST_WORDS = 30
"""A page with fewer is a cover, a half title or a picture."""
# The scripts written without spaces: a letter is as good as a word.
_WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\\w+")


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of the book's manifest."""

    path: str
    media_type: str
    properties: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the table of contents."""

    title: str
    path: str
    depth: int


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A file of the reading order."""

    path: str
    number: int
    blocks: Sequence[Block]

    @property
    def words(self) -> int:
        return sum(len(_WORD.findall(block.text)) for block in self.blocks)


def load(data: bytes, fallback_title: str) -> Iterator[Part]:
    """Read a book's chapters in reading order; each is named by its file's path in the book.

    Left out are the table of contents, what the book calls supplementary (`linear="no"`), and pages of fewer than
    thirty words unless it has no others.

    Raises:
        FootnoteError: it is damaged or locked against copying, a chapter is missing, or it holds no text.
    """
    archive = read_archive(data)
    package_path = _package_path(archive)
    package = parse_xml(archive.read(package_path), package_path)
    items = _items(package, posixpath.dirname(package_path))
    spine = _spine(package, items)
    _refuse_locked(archive, {item.path for item in spine})
    chapters = [
        _Chapter(item.path, number, html_blocks(_page(archive, item.path)))
        for number, item in enumerate(spine, start=1)
        if item.media_type in _PAGES and "nav" not in item.properties
    ]
    chapters = [chapter for chapter in chapters if chapter.words >= _FEWEST_WORDS] or [c for c in chapters if c.words]
    if not chapters:
        raise FootnoteError("the book holds no text; are its pages pictures?")
    book = _metadata(package, fallback_title)
    contents = _contents(archive, items.values())
    return (_part(chapter, book, _titles(chapter, contents), len(chapters) == 1) for chapter in chapters)


def _part(chapter: _Chapter, book: Metadata, titles: Sequence[str], is_all: bool) -> Part:
    title = titles[0] if titles[0] == titles[-1] else f"{titles[0]} – {titles[-1]}"
    # A book in one file with several chapters is not named by these.
    is_book = (is_all and len(titles) > 1) or title.casefold() == book.title.casefold()
    whole = book.title if is_book else f"{book.title}: {title}"
    text = joined(without_title(chapter.blocks, title, book.title))
    return Part(Document(text, replace(book, title=whole)), chapter.path)


# The package: what the book is made of


def _package_path(archive: Archive) -> str:
    container = parse_xml(archive.read(_CONTAINER), _CONTAINER)
    path = next((root.get("full-path") for root in descendants(container, "rootfile")), None)
    if not path:
        raise FootnoteError(f"{_CONTAINER} names no package; is the book damaged?")
    return str(path)


def _items(package: Any, folder: str) -> dict[str, _Item]:
    """The entries of the manifest by their ids."""
    return {
        item.get("id", ""): _Item(
            _path(folder, item.get("href", "")),
            item.get("media-type", "").lower(),
            frozenset(item.get("properties", "").split()),
        )
        for item in descendants(package, "item")
    }


def _spine(package: Any, items: dict[str, _Item]) -> list[_Item]:
    """The files of the reading order, each once."""
    references = [r.get("idref", "") for r in descendants(package, "itemref") if r.get("linear") != "no"]
    unknown = next((reference for reference in references if reference not in items), None)
    if unknown is not None:
        raise FootnoteError(f"the book's reading order has {unknown!r}, which is none of its files; is it damaged?")
    return list({items[reference].path: items[reference] for reference in references}.values())


def _path(folder: str, reference: str) -> str:
    """The path in the archive that a reference from a file in `folder` leads to, without its anchor."""
    target = unquote(reference.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/") if target else ""


def _refuse_locked(archive: Archive, paths: set[str]) -> None:
    if _ENCRYPTION not in archive:
        return
    for encrypted in descendants(parse_xml(archive.read(_ENCRYPTION), _ENCRYPTION), "EncryptedData"):
        method = next((m.get("Algorithm") for m in descendants(encrypted, "EncryptionMethod")), None)
        targets = {_path("", r.get("URI", "")) for r in descendants(encrypted, "CipherReference")}
        if method not in _FONT_SCRAMBLING and targets & paths:
            raise FootnoteError("the book is locked against copying (DRM); get it without, or as another file")


def _metadata(package: Any, fallback_title: str) -> Metadata:
    metadata = next(descendants(package, "metadata"), package)
    return Metadata(
        title=one_line(text_below(metadata, "title")) or fallback_title,
        author=one_line(_authors(metadata)),
        publisher=one_line(text_below(metadata, "publisher")),
        published=date_of(_published(metadata)),
        language=language_code(text_below(metadata, "language")),
    )


def _authors(metadata: Any) -> list[str]:
    """Those who wrote it; where the file tells them from translators and artists, without these."""
    roles = {
        meta.get("refines", "").removeprefix("#"): (meta.text or "").strip()
        for meta in descendants(metadata, "meta")
        if meta.get("property") == "role"
    }
    names = []
    for creator in descendants(metadata, "creator"):
        role = attribute(creator, "role") or roles.get(creator.get("id", ""), "aut")
        name = one_line("".join(creator.itertext()))
        if name and role == "aut":
            names.append(name)
    return names


def _published(metadata: Any) -> str | None:
    """The date that says it is of publication, else the first that does not say it is of something else."""
    dates = {attribute(found, "event"): (found.text or "") for found in reversed([*descendants(metadata, "date")])}
    return dates.get("publication") or dates.get("")


# Chapters and their titles


def _page(archive: Archive, path: str) -> Any:
    data = archive.read(path)
    return parse_html(decode(data, xml_encoding(data)))


def _contents(archive: Archive, items: Iterable[_Item]) -> list[_Entry]:
    """The table of contents: that of EPUB 3, else that of EPUB 2; empty where the book has neither."""
    listed = [item for item in items if item.path in archive]
    navigation = next((item.path for item in listed if "nav" in item.properties), None)
    entries = list(_navigation(_page(archive, navigation), posixpath.dirname(navigation))) if navigation else []
    if entries:
        return entries
    ncx = next((item.path for item in listed if item.media_type == _CONTENTS), None)
    return list(_ncx(parse_xml(archive.read(ncx), ncx), posixpath.dirname(ncx))) if ncx else []


def _navigation(page: Any, folder: str) -> Iterator[_Entry]:
    if page is None:
        return
    lists = [*page.iter("nav")]
    contents = next((nav for nav in lists if "toc" in nav.get("epub:type", "").split()), lists[0] if lists else page)
    for link in contents.iter("a"):
        title = one_line("".join(link.itertext()))
        if title and link.get("href"):
            yield _Entry(title, _path(folder, link.get("href")), sum(1 for _ in link.iterancestors("li")))


def _ncx(root: Any, folder: str) -> Iterator[_Entry]:
    for point in descendants(root, "navPoint"):
        content = next((child for child in point if local_name(child) == "content"), None)
        label = next((child for child in point if local_name(child) == "navLabel"), None)
        title = one_line("".join(label.itertext())) if label is not None else None
        if title and content is not None:
            depth = sum(1 for _ in point.iterancestors("{*}navPoint"))
            yield _Entry(title, _path(folder, content.get("src", "")), depth)


def _titles(chapter: _Chapter, contents: Sequence[_Entry]) -> list[str]:
    """What the table of contents calls a file, several titles where it begins several chapters; else its heading."""
    entries = [entry for entry in contents if entry.path == chapter.path]
    if entries:
        highest = min(entry.depth for entry in entries)
        return [entry.title for entry in entries if entry.depth == highest]
    heading = next((one_line(block.text) for block in chapter.blocks if block.kind == "heading"), None)
    return [heading or f"chapter {chapter.number}"]

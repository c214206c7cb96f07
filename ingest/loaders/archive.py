"""ZIP archives and the XML in them, read within bounds: what docx, odt and epub share."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from xml.parsers import expat

from lxml import etree

from assistant.errors import FootnoteError
from ingest.loaders.markup import credible_date

MAX_ENTRIES = 5_000
MAX_ENTRY_BYTES = 50_000_000
MAX_TOTAL_BYTES = 200_000_000
"""Of all entries that are read, together."""
MAX_RATIO = 200
"""How many times smaller a large entry may be when packed; text packs to a tenth."""
RATIO_MATTERS_FROM = 1_000_000
"""Smaller entries may pack as well as they like: a page of blanks does."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000
# What the three formats allow. The other methods of ZIP reserve as much memory as the archive asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """A ZIP archive. What reading it costs is counted on the bytes that come out, whatever its headers say."""

    def __init__(self, entries: zipfile.ZipFile) -> None:
        self._entries = entries
        self._names = tuple(info.filename for info in entries.infolist() if not info.is_dir())
        self._known = frozenset(self._names)
        self._read = 0

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def names(self) -> tuple[str, ...]:
        """The names of its files, in order."""
        return self._names

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a file.

        Raises:
            FootnoteError: there is none of the name, it is damaged, or it unpacks to too much.
        """
        if name not in self._known:
            raise FootnoteError(f"{name} is missing from the archive; is it damaged?")
        limit = min(MAX_ENTRY_BYTES, MAX_TOTAL_BYTES - self._read)
        try:
            info = self._entries.getinfo(name)
            with self._entries.open(info) as entry:
                data = entry.read(limit + 1)
        except Exception as error:  # zipfile and zlib raise many kinds on a damaged entry
            raise FootnoteError(f"{name} in the archive is damaged ({error})") from None
        self._read += len(data)
        if len(data) > limit:
            raise FootnoteError(
                f"{name} in the archive unpacks to more than {MAX_ENTRY_BYTES / 1e6:,.0f} MB, or with the others "
                f"to more than {MAX_TOTAL_BYTES / 1e6:,.0f} MB"
            )
        if len(data) > RATIO_MATTERS_FROM and len(data) > MAX_RATIO * max(info.compress_size, 1):
            raise FootnoteError(f"{name} in the archive unpacks to more than {MAX_RATIO} times its size")
        return data


def read_archive(data: bytes) -> Archive:
    """Open a ZIP archive.

    Raises:
        FootnoteError: it is damaged or locked, or has too many entries or one with a name that leads elsewhere.
    """
    try:
        entries = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # zipfile raises many kinds on a damaged directory
        raise FootnoteError(f"the archive is damaged ({error})") from None
    infos = entries.infolist()
    if len(infos) > MAX_ENTRIES:
        raise FootnoteError(f"the archive has {len(infos):,} entries, the limit is {MAX_ENTRIES:,}")
    for info in infos:
        if _leads_elsewhere(info.filename):
            raise FootnoteError(f"the archive has an entry whose name leads out of it: {info.filename!r}")
        if info.flag_bits & _ENCRYPTED:
            raise FootnoteError(f"{info.filename} in the archive is locked by a password; save the file without one")
        if info.compress_type not in _METHODS:
            raise FootnoteError(
                f"{info.filename} in the archive is packed by a method that is not read (number {info.compress_type})"
            )
    return Archive(entries)


def _leads_elsewhere(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or path[1:2] == ":" or ".." in path.split("/")


def parse_xml(data: bytes, name: str = "the XML") -> Any:
    """The root element of an XML document. Comments and processing instructions are left out.

    Args:
        data: the document.
        name: what to call it in an error.

    Raises:
        FootnoteError: it is damaged, declares entities or anything else inside its document type, or is nested
            more than 255 deep or otherwise larger than libxml2 takes.
    """
    if _declares(data):
        raise FootnoteError(f"{name} declares its own document type, which is not read")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FootnoteError(f"{name} is damaged ({error})") from None
    # Once more, as this parser saw it: the two might read an odd encoding differently.
    document_type = root.getroottree().docinfo.internalDTD
    if document_type is not None and next(document_type.iterentities(), None) is not None:
        raise FootnoteError(f"{name} declares entities, which are not read")
    return root


class _SeenEnoughError(Exception):
    """Ends a parse whose question is answered."""


def _declares(data: bytes) -> bool:
    """Whether the document type has declarations of its own; what comes after its beginning is not parsed."""
    subsets: list[bool] = []

    def on_document_type(_name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        subsets.append(bool(has_subset))
        raise _SeenEnoughError

    def on_element(_name: str, _attributes: dict[str, str]) -> None:
        raise _SeenEnoughError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = on_document_type
    parser.StartElementHandler = on_element
    # Damage is found, and named, by the parser proper.
    with suppress(_SeenEnoughError, expat.ExpatError, LookupError, ValueError):
        parser.Parse(data, True)
    return any(subsets)


def local_name(element: Any) -> str:
    """The name of an element without its namespace: these differ between editions of a format, the names do not."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute's value by its local name; empty where there is none."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def descendants(root: Any, name: str) -> Iterator[Any]:
    """All elements of a local name below `root`, in order."""
    return (element for element in root.iter("{*}" + name) if element is not root)


def text_below(root: Any, name: str) -> str | None:
    """The text of the first element of a local name that has any."""
    texts = ("".join(element.itertext()).strip() for element in descendants(root, name))
    return next((text for text in texts if text), None)


def date_of(value: str | None) -> date | None:
    """A date as these formats write it: `2015`, `2015-03`, `2015-03-01`, with or without a time behind it.

    What is left open is the first: a filter by date should still find the book of a year.
    """
    digits = (value or "").strip()[:10].split("T")[0].split("-")
    try:
        year, month, day = (int(part) for part in (*digits, "1", "1")[:3])
        return credible_date(date(year, month, day))
    except (ValueError, OverflowError):
        return None

"""What kind of file this is, told from its bytes first and from its name where those leave it open."""

from __future__ import annotations

import codecs
import io
import re
import zipfile

from assistant.errors import FootnoteError

_HEAD = 4096
"""How many bytes at the beginning are looked at."""

_ZIP_KINDS = {"word/document.xml": "docx", "META-INF/container.xml": "epub"}
_MIME_KINDS = {"application/epub+zip": "epub", "application/vnd.oasis.opendocument.text": "odt"}
_UNREAD_ZIP = {
    "xl/workbook.xml": "an Excel workbook; save the sheet as CSV",
    "ppt/presentation.xml": "a PowerPoint presentation; save it as PDF",
}
# Bytes that a file of a kind begins with.
_PDF = b"%PDF-"
_MAGIC = {_PDF: "pdf", b"{\\rtf": "rtf"}
_UNREAD_MAGIC = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file (.doc, .xls, .ppt, .msg) or one locked by a password; "
    "save it as .docx or PDF, without the password",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"SQLite format 3": "a SQLite database",
    b"\x7fELF": "a program",
}
_HTML = re.compile(rb"\s*(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(
    rb"\s*(?><\?.*?\?>\s*|<!--.*?-->\s*|<!doctype[^>\[]*(?:\[.*?\])?\s*>\s*)*+<(?:\w+:)?(?:rss|feed|RDF)\b",
    re.IGNORECASE | re.DOTALL,
)
"""A feed's outermost element, behind what may stand before it."""
_XML = re.compile(rb"\s*<\?xml\b")
_XHTML = re.compile(rb"<html\b", re.IGNORECASE)
_JSON = re.compile(rb"\s*[\[{]")

BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".odt": "odt",
    ".rtf": "rtf",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".rss": "feed",
    ".atom": "feed",
    ".xml": "feed",
}
"""Kinds by the end of a name. Only text-like kinds are believed; the others show in the bytes."""

_TEXT_LIKE = frozenset({"text", "markdown", "html", "json", "jsonl", "csv"})


def kind_of(data: bytes, suffix: str) -> str:
    """The kind of a file: a key of `LOADERS`.

    Args:
        data: its bytes.
        suffix: the end of its name, such as ".md"; may be empty.

    Raises:
        FootnoteError: it is of a kind that is not read; the message says which and what to do.
    """
    named = BY_SUFFIX.get(suffix.lower())
    head = data[:_HEAD]
    found = _by_magic(data, head) or _by_markup(_readable(head))
    if found:
        return found
    if named in _TEXT_LIKE:
        return named
    if named == "feed":
        raise FootnoteError("this is no RSS or Atom feed, and other XML is not read; save it as HTML or text")
    if named:
        raise FootnoteError(f"its name ends in {suffix}, but it is no {named.upper()} file; is it damaged?")
    if suffix and not _is_plain(suffix):
        raise FootnoteError(f"files of type {suffix!r} are not read; types: {' '.join(sorted(BY_SUFFIX))}")
    return "json" if _JSON.match(head) and _is_json(data) else "text"


def _by_magic(data: bytes, head: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _zip_kind(data)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic) or (kind == "pdf" and _late_pdf(head)):
            return kind
    for magic, what in _UNREAD_MAGIC.items():
        if head.startswith(magic):
            raise FootnoteError(f"this is {what}")
    return None


def _late_pdf(head: bytes) -> bool:
    """Whether a PDF begins behind a few bytes of junk, which its readers bear; a text that names its mark is none."""
    place = head[:1024].find(_PDF)
    return place > 0 and (b"\0" in head[:1024] or bool(re.match(rb"%PDF-\d\.\d[\r\n]", head[place:])))


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mime = ""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                mime = archive.read("mimetype").decode("ascii", "replace").strip()
    except Exception as error:  # zipfile raises many kinds on a damaged archive
        raise FootnoteError(f"the archive is damaged ({error})") from None
    if kind := _MIME_KINDS.get(mime) or next((kind for name, kind in _ZIP_KINDS.items() if name in names), None):
        return kind
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"  # its main part may have another name
    for name, what in _UNREAD_ZIP.items():
        if name in names:
            raise FootnoteError(f"this is {what}")
    raise FootnoteError("this is an archive; unpack it first")


def _by_markup(head: bytes) -> str | None:
    if _FEED.match(head):
        return "feed"
    if _HTML.match(head) or (_XML.match(head) and _XHTML.search(head)):
        return "html"
    return None


def _readable(head: bytes) -> bytes:
    """The head in one byte a letter, whatever its encoding."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "ignore").encode("utf-8")
    return head.removeprefix(codecs.BOM_UTF8)


def _is_plain(suffix: str) -> bool:
    """Whether a suffix is none that means a format: "J. Smith, vol. 2" ends in ". 2"."""
    return " " in suffix or suffix[1:].isdigit()


def _is_json(data: bytes) -> bool:
    return data.rstrip().endswith((b"}", b"]")) and b'"' in data[:_HEAD]

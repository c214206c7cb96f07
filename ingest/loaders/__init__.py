"""From a file to its articles. One module a format; add a format by adding its module to `LOADERS` and `detect`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from assistant.errors import FootnoteError
from assistant.text import canonical_text, is_url
from assistant.types import Document
from ingest.loaders.base import Loader, Part, single
from ingest.loaders.detect import BY_SUFFIX, kind_of
from ingest.loaders.encoding import in_utf8
from ingest.loaders.language import with_language
from ingest.loaders.markup import credible_date

LOADERS = {
    "text": "plain_text:load",
    "markdown": "markdown:load",
    "html": "html:load",
    "pdf": "pdf:load",
    "docx": "docx:load",
    "odt": "odt:load",
    "rtf": "rtf:load",
    "epub": "epub:load",
    "feed": "feed:load",
    "json": "records:load_json",
    "jsonl": "records:load_jsonl",
    "csv": "records:load_csv",
}
"""For each kind of file its module and function. Imported when first needed: some take a second."""

SEVERAL = frozenset({"epub", "feed", "json", "jsonl", "csv"})
"""Kinds of file that may hold several articles."""


def load(data: bytes, name: str, charset: str | None = None) -> tuple[str, list[Part]]:
    """Read a file's bytes with the loader for its kind.

    Args:
        data: the bytes.
        name: a path or an address; its end may tell the kind, and it is a title to fall back on.
        charset: what the server that sent it calls its encoding.

    Returns:
        The kind, a key of `LOADERS`, and the articles, at least one.

    Raises:
        FootnoteError: the kind is not read, or the file is damaged or holds no text.
    """
    if not data.strip():
        raise FootnoteError("the file is empty")
    suffix, fallback_title = _suffix_and_title(name)
    kind = kind_of(data, suffix)
    read = loader(kind)(in_utf8(data, kind, charset), fallback_title)
    parts = [replace(p, document=with_language(_credibly_dated(p.document))) for p in read]
    parts = [p for p in parts if any(character.isalnum() for character in p.document.text)]
    if not parts:
        raise FootnoteError("the file holds no text")
    return kind, parts


@cache
def loader(kind: str) -> Loader:
    """The loader for a kind of file."""
    module, function = LOADERS[kind].split(":")
    found = getattr(import_module(f"ingest.loaders.{module}"), function)
    return found if kind in SEVERAL else single(found)


def _credibly_dated(document: Document) -> Document:
    published = credible_date(document.metadata.published)
    return replace(document, metadata=replace(document.metadata, published=published))


def _suffix_and_title(name: str) -> tuple[str, str]:
    """What the end of a path or address tells of the kind, and a title from it."""
    if not is_url(name):
        path = PurePath(name)
        return path.suffix, title_from_name(path)
    address = urlsplit(name)
    path = PurePath(unquote(address.path))
    # ".php" says how a page was made, not what it is.
    suffix = path.suffix if path.suffix.lower() in BY_SUFFIX else ""
    return suffix, title_from_name(PurePath(path.stem)) or address.netloc


def title_from_name(path: PurePath) -> str:
    """A readable title from a file name: `net-zero_2050.md` becomes `Net zero 2050`."""
    stem = path.stem if path.suffix.lower() in BY_SUFFIX else path.name  # "J. Smith, vol. 2" has no suffix
    name = " ".join(canonical_text(stem).replace("_", " ").replace("-", " ").split())
    return name[:1].upper() + name[1:]

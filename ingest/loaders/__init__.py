"""From a file to a document. One module a format; add a format by adding its module to `LOADERS`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import FootnoteError
from assistant.text import canonical_text
from assistant.types import Document
from ingest.loaders import markdown, plain_text

Loader = Callable[[bytes, str], Document]
"""Takes the bytes of a file and a title to fall back on."""

LOADERS: dict[str, Loader] = {
    ".txt": plain_text.load,
    ".text": plain_text.load,
    ".md": markdown.load,
    ".markdown": markdown.load,
}


def load(data: bytes, path: Path) -> Document:
    """Read a file's bytes with the loader for its name.

    Raises:
        FootnoteError: the type is not known, or the file holds no text.
    """
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        raise FootnoteError(f"files of type {path.suffix or '(none)'!r} are not read; types: {' '.join(LOADERS)}")
    if not data.strip():
        raise FootnoteError("the file is empty")
    document = loader(data, title_from_name(path))
    if not any(character.isalnum() for character in document.text):
        raise FootnoteError("the file holds no text")
    return document


def title_from_name(path: Path) -> str:
    """A readable title from a file name: `net-zero_2050.md` becomes `Net zero 2050`."""
    name = " ".join(canonical_text(path.stem).replace("_", " ").replace("-", " ").split())
    return name[:1].upper() + name[1:]

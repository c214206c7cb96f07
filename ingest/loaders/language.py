"""Which language an article is written in, by py3langid."""

from __future__ import annotations

from dataclasses import replace

import py3langid

from assistant.types import Document

# Too short a text tells nothing, and a long one nothing that its first pages do not.
_SHORTEST = 120
_LOOKED_AT = 5_000
_DECLARED_BY_DEFAULT = "en"


def with_language(document: Document) -> Document:
    """The document with its language found out, unless the file named one other than English.

    Pages and files that say "English" often only have that as a default, so this one is not taken on trust.
    """
    text = document.text[:_LOOKED_AT]
    if document.metadata.language != _DECLARED_BY_DEFAULT or len(text) < _SHORTEST:
        return document
    found, _ = py3langid.classify(text)
    return replace(document, metadata=replace(document.metadata, language=str(found)))


def load_model() -> None:
    """Load the model now: it passes through a temporary file, which the parsing process may not write later."""
    py3langid.classify("")

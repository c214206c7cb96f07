"""What a loader gives back: the articles of one file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.types import Document
from ingest.loaders.markup import web_address

_CONTENT_NAME_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a file that may hold several."""

    document: Document
    name: str = ""
    """What names it within its file ("chapter-03", a feed entry's link); empty where the file is one article.

    It must be the same whenever the file is read again, and no two of a file may be equal.
    """


Loader = Callable[[bytes, str], Iterable[Part]]
"""Takes the bytes of a file and a title to fall back on; raises FootnoteError with the reason it cannot be read."""


def single(load: Callable[[bytes, str], Document]) -> Loader:
    """A loader for files that are one article each."""
    return lambda data, fallback_title: (Part(load(data, fallback_title)),)


def content_name(title: str | None, published: date | None, text: str) -> str:
    """A name for an article to which its file gives none: by what it says and not where it stands, which changes."""
    said = "\n".join((title or "", str(published or ""), text))
    return hashlib.sha256(said.encode()).hexdigest()[:_CONTENT_NAME_LENGTH]


def own_names(given: Sequence[str | None]) -> list[str | None]:
    """The names that a file gives its articles, less addresses that several have: a site's front page names none."""
    times = Counter(given)
    return [None if name and times[name] > 1 and web_address(name) else name for name in given]


def unique_names() -> Callable[[str], str]:
    """A function that gives back a name, with -2, -3 and so on behind it where it was given before."""
    given: set[str] = set()
    times: Counter[str] = Counter()

    def unique(name: str) -> str:
        candidate = name
        while candidate in given:
            times[name] += 1
            candidate = f"{name}-{times[name] + 1}"
        given.add(candidate)
        return candidate

    return unique

"""The articles as the library page lists them: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.library import Library
from assistant.text import counted
from assistant.types import ArticleSummary
from ui.words import moment_in_words, size_in_words

PAGE_SIZE = 50
SORTS = ("title", "publisher", "date", "words", "added")
"""What the list can be sorted by."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles to list, and how."""

    search: str = ""
    publishers: tuple[str, ...] = ()
    sort: str = "title"
    descending: bool = False

    def sorted_by(self, column: str) -> Wanted:
        """Sorted by a column; the other way round where it already is."""
        descending = not self.descending if column == self.sort else column in ("date", "added", "words")
        return Wanted(self.search, self.publishers, column, descending)


def listed(articles: Sequence[ArticleSummary], wanted: Wanted) -> list[ArticleSummary]:
    """The articles that fit, in order; those that lack what is sorted by come last."""
    terms = wanted.search.casefold().split()
    found = [
        article
        for article in articles
        if (not wanted.publishers or article.metadata.publisher in wanted.publishers)
        and all(term in _searched(article) for term in terms)
    ]
    known = [article for article in found if _key(article, wanted.sort) is not None]
    unknown = [article for article in found if _key(article, wanted.sort) is None]
    return sorted(known, key=lambda a: _key(a, wanted.sort), reverse=wanted.descending) + unknown


def rows(articles: Sequence[ArticleSummary]) -> list[dict[str, Any]]:
    """What is drawn of each."""
    return [
        {
            "id": article.id,
            "title": article.metadata.title,
            "publisher": article.metadata.publisher or "",
            "date": str(article.metadata.published or ""),
            "words": f"{article.words:,}",
            "added": moment_in_words(article.added),
        }
        for article in articles
    ]


def by_month(articles: Sequence[ArticleSummary]) -> list[dict[str, Any]]:
    """How many articles were published in each month; undated ones are left out.

    A month is its first midnight: JavaScript takes a day without a time for UTC's, which west of Greenwich is still in
    the month before.
    """
    months = Counter(a.metadata.published.replace(day=1) for a in articles if a.metadata.published)
    return [{"month": f"{month}T00:00:00", "articles": count} for month, count in sorted(months.items())]


def facts(library: Library, articles: Sequence[ArticleSummary]) -> list[tuple[str, str]]:
    """What the library holds, where it is and how large, and what it was made with."""
    undated = sum(a.metadata.published is None for a in articles)
    return [
        ("Articles", f"{len(articles):,}" + (f", {undated:,} of them undated" if undated else "")),
        ("Passages", f"{library.ledger.chunk_count():,}"),
        ("Words", f"{sum(a.words for a in articles):,}"),
        ("Folder", str(library.folder)),
        ("On disk", size_in_words(size_of(library.folder))),
        ("Embedding model", library.ledger.fact("embedding") or library.settings.embedding_model),
        ("Cut by", library.ledger.fact("chunker") or "nothing yet"),
    ]


def size_of(folder: Path) -> int:
    """The bytes of all files under a folder."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # it went away in between
            continue
    return total


def found_words(found: int, every: int) -> str:
    """How many of how many are listed."""
    return counted(every, "article") if found == every else f"{found:,} of {counted(every, 'article')}"


def _searched(article: ArticleSummary) -> str:
    m = article.metadata
    return " ".join((m.title, m.publisher or "", m.author or "", article.source, str(m.published or ""))).casefold()


def _key(article: ArticleSummary, sort: str) -> Any:
    m = article.metadata
    match sort:
        case "publisher":
            return m.publisher.casefold() if m.publisher else None
        case "date":
            return m.published
        case "words":
            return article.words
        case "added":
            return article.added
    return m.title.casefold()

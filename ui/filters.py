"""The filters a question is asked with: set on the page, shown as chips, kept beside the answer.

Also the names by which articles are offered there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from assistant.types import Filters, Metadata
from ui.words import described, shortened

SINCE, UNTIL, PUBLISHERS, ARTICLES = "filter_since", "filter_until", "filter_publishers", "filter_articles"
_KEYS = (SINCE, UNTIL, PUBLISHERS, ARTICLES)
_LONGEST_CHIP = 40


def filters_of(state: Mapping[Any, Any]) -> Filters:
    """The filters that are set on the page."""
    return Filters(
        since=state.get(SINCE),
        until=state.get(UNTIL),
        publisher=tuple(state.get(PUBLISHERS) or ()) or None,
        articles=tuple(state.get(ARTICLES) or ()),
    )


def filters_problem(filters: Filters) -> str | None:
    """Why no article can pass these filters; None where some may."""
    if filters.since and filters.until and filters.since > filters.until:
        return "“Published since” is later than “Published until”: no article is both."
    return None


def filter_chips(filters: Filters, titles: Mapping[int, str]) -> list[dict[str, str]]:
    """A chip for each filter; a click on it takes it off."""

    def chip(key: str, text: str) -> dict[str, str]:
        return {"id": key, "text": f"{shortened(text, _LONGEST_CHIP)} ✕", "label": f"Take off the filter: {text}"}

    chips = []
    if filters.since:
        chips.append(chip(SINCE, f"since {filters.since}"))
    if filters.until:
        chips.append(chip(UNTIL, f"until {filters.until}"))
    publishers: Sequence[str] = filters.publisher if isinstance(filters.publisher, tuple) else ()
    chips += [chip(f"{PUBLISHERS}:{name}", name) for name in publishers]
    chips += [chip(f"{ARTICLES}:{i}", titles.get(i, "an article that is gone")) for i in filters.articles]
    return chips


def take_off(state: Any, chip: str) -> None:
    """Take off the filter of a chip."""
    key, _, item = chip.partition(":")
    state[key] = [held for held in state[key] if str(held) != item] if item else None


def keep_filters(state: MutableMapping[Any, Any]) -> None:
    """Keep the filters while other pages, which do not draw them, are looked at."""
    for key in _KEYS:
        if key in state:
            state[key] = state[key]


def filters_as_json(filters: Filters) -> dict[str, Any]:
    """The filters a question was asked with, as they are kept beside its answer; nothing where there are none."""
    values = {name: value for name, value in asdict(filters).items() if value}
    for name in ("since", "until"):
        if name in values:
            values[name] = values[name].isoformat()
    return {"filters": values} if values else {}


def filters_from_json(answer: Mapping[str, Any]) -> Filters:
    """The filters that are kept beside an answer."""
    kept = answer.get("filters", {})
    days = {name: date.fromisoformat(kept[name]) for name in ("since", "until") if name in kept}
    publisher = tuple(kept.get("publisher", ())) or None
    return Filters(**days, publisher=publisher, articles=tuple(kept.get("articles", ())))


def article_labels(known: Mapping[int, Metadata]) -> dict[int, str]:
    """A name of its own for each article, mostly its title: of two with one name a list could only give the first."""
    forms = dict.fromkeys(known, 0)
    labels = {i: metadata.title for i, metadata in known.items()}
    # A longer name may be another article's title; those with their numbers are never the same, so this ends.
    while repeated := {label for label, times in Counter(labels.values()).items() if times > 1}:
        for i in [i for i, label in labels.items() if label in repeated]:
            forms[i] += 1
            labels[i] = _label(i, known[i], forms[i])
    return labels


def articles_titled(labels: Mapping[int, str], search: str) -> list[int]:
    """The articles whose names hold all words of a search, by name."""
    terms = search.casefold().split()
    found = [i for i, label in labels.items() if all(term in label.casefold() for term in terms)]
    return sorted(found, key=lambda i: labels[i].casefold())


def _label(article_id: int, metadata: Metadata, form: int) -> str:
    """A title with the date, then with the publisher too, in the end with the article's number."""
    publisher = metadata.publisher if form > 1 else None
    label = described({"title": metadata.title, "publisher": publisher, "published": metadata.published})
    return f"{label} #{article_id}" if form > 2 else label

"""What a person is doing on the page right now; kept for as long as the page is open, in this person's session only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from assistant.library import Conversations, Library, StoredTurn
from assistant.library.conversations import ConversationSummary
from assistant.types import Filters, Metadata
from ui.asking import Asking, history_of
from ui.words import described, moment_in_words, shortened

SINCE, UNTIL, PUBLISHERS, ARTICLES = "filter_since", "filter_until", "filter_publishers", "filter_articles"
_FILTER_KEYS = (SINCE, UNTIL, PUBLISHERS, ARTICLES)
_LONGEST_CHIP = 40
PAST_SHOWN = 20
"""Conversations that are listed before somebody wants all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A question that a click wants asked."""

    question: str
    turn_id: int | None = None
    """The turn that is asked again, or in other words."""
    filters: Filters | None = None
    """Those of that turn; None for what is set on the page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The footnote or passage whose article is open."""

    turn_id: int
    kind: str
    number: int


def begin(
    library: Library,
    conversations: Conversations,
    conversation_id: str | None,
    wish: Wish,
    filters: Filters,
    model: str | None,
) -> Asking:
    """Ask a question in a conversation, a new one where there is none.

    A question that is asked again takes the old one's place where that is the last; else the conversation goes on in a
    new one from there, so that nothing that was answered later is lost.

    Raises:
        FootnoteError: the conversation is gone.
    """
    turns = conversations.turns(conversation_id) if conversation_id else []
    if not conversation_id or not turns:
        conversation_id = conversations.start()
    replaces = None
    if wish.turn_id is not None and any(turn.id == wish.turn_id for turn in turns):
        if turns[-1].id == wish.turn_id:
            replaces = wish.turn_id
        else:
            conversation_id = conversations.branch(conversation_id, wish.turn_id)
        turns = [turn for turn in turns if turn.id < wish.turn_id]
    return Asking(
        library,
        conversations,
        conversation_id,
        wish.question,
        history=history_of(turns),
        filters=filters,
        model=model,
        replaces=replaces,
    )


def past_choices(past: Sequence[ConversationSummary], current: str | None) -> list[dict[str, Any]]:
    """Conversations as they are listed: the title, and when it went on last."""
    return [
        {"id": c.id, "text": c.title, "about": moment_in_words(c.updated), "current": c.id == current} for c in past
    ]


def next_footnote(turn: StoredTurn, opened: Opened, step: int) -> Opened:
    """The footnote before or after one; from the last it goes to the first."""
    numbers = [c["number"] for c in turn.answer["citations"]]
    place = (numbers.index(opened.number) + step) % len(numbers)
    return Opened(turn.id, opened.kind, numbers[place])


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


def keep_filters() -> None:
    """Keep the filters while other pages, which do not draw them, are looked at."""
    for key in _FILTER_KEYS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def parsed_open(what: str) -> tuple[str, int]:
    """ "footnote 3" as ("footnote", 3)."""
    kind, _, number = what.partition(" ")
    return kind, int(number)

"""The page's own components: whatever shows texts of articles or people is drawn by them.

Such text reaches the browser as data and the page as text nodes, so that nothing in it can ever become Markdown, LaTeX
or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.types import Article, Span
from ui.words import described

_FOLDER = Path(__file__).parent
NOTHING: dict[str, Any] = {
    "understood": None,
    "problem": None,
    "refusal": None,
    "short": None,
    "written": "",
    "confidence": None,
    "copied": None,
    "link": None,
    "rated": None,
    "scroll": False,
    "done": True,
} | dict.fromkeys(("sentences", "citations", "nearest", "considered", "notes", "disagreement", "instead", "how"), ())
"""What is drawn of an answer that has none of it."""

Take = Callable[[Any], None]
"""Told what was clicked."""


@cache
def _read(name: str) -> str:
    """A file of this folder, read once: pages are drawn again and again."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def _mount(component_name: str, data: Any, key: str, **on: Take) -> None:
    """Draw a component; each of `on` is called with what its trigger was set to."""
    component = st.components.v2.component(
        f"footnote_{component_name}",
        css=_read("shared.css") + _read(f"{component_name}.css"),
        js=_read("shared.js") + _read(f"{component_name}.js"),
    )
    callbacks: dict[str, Any] = {
        f"on_{trigger}_change": partial(_tell, key, trigger, take) for trigger, take in on.items()
    }
    component(data=data, key=key, **callbacks)


def _tell(key: str, trigger: str, take: Take) -> None:
    # It may be gone: what was clicked a moment before it was drawn for the last time.
    value = st.session_state[key].get(trigger) if key in st.session_state else None
    if value is not None:
        take(value)


def show_answer(view: Mapping[str, Any], key: str, *, on_open: Take, on_act: Take, on_ask: Take) -> None:
    """Draw an answer.

    Args:
        view: what `ui.answers.answer_view` makes, with `link`, `rated`, `instead`, `scroll`, `problem`, `written` and
            `done` where they apply.
        key: of the component.
        on_open: told "footnote N" or "passage N".
        on_act: told "retry", "edit", "up" or "down".
        on_ask: told a question to ask instead.
    """
    _mount("answer", NOTHING | dict(view), key, open=on_open, act=on_act, ask=on_ask)


def show_source(
    article: Article,
    quote: Span | None,
    key: str,
    *,
    place: int,
    count: int,
    page: int | None,
    on_go: Take,
    on_close: Take,
    on_remove: Take | None = None,
) -> None:
    """Draw an article, one span of it marked and scrolled to.

    Args:
        article: with its text.
        quote: what to mark; nothing where None.
        key: of the component.
        place: which of `count` footnotes this is.
        count: how many there are; with more than one there are buttons to the others.
        page: of the article, where the quote begins.
        on_go: told -1 or 1, to go to another footnote.
        on_close: called when the person has read enough.
        on_remove: called when the article is to go; where None it cannot be removed from here.
    """
    span = quote or Span(0, 0)
    m = article.metadata
    about = described({"title": "", "page": page, "publisher": m.publisher, "published": m.published})
    data = {
        "title": m.title,
        "about": about,
        "url": m.url if m.url and m.url.startswith(("http://", "https://")) else None,
        "before": article.text[: span.start],
        "quote": span.of(article.text),
        "after": article.text[span.end :],
        "place": place,
        "count": count,
        "removable": on_remove is not None,
    }
    removing = {"remove": on_remove} if on_remove else {}
    _mount("source", data, key, go=on_go, close=on_close, **removing)


def show_choices(kind: str, name: str, choices: Sequence[Mapping[str, Any]], key: str, on_chosen: Take) -> None:
    """Draw a list of buttons.

    Args:
        kind: "past", "suggested" or "filter"; how they look.
        name: what they are, for those who cannot see it.
        choices: each with `id` and `text`, where it applies `current` and a longer `label`.
        key: of the component.
        on_chosen: told the `id` of the one clicked.
    """
    _mount("choices", {"kind": kind, "name": name, "choices": list(choices)}, key, chosen=on_chosen)


def show_articles(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    sort: str,
    key: str,
    *,
    descending: bool,
    on_sort: Take,
    on_read: Take,
) -> None:
    """Draw a table of articles; told are the column to sort by and the id of the article to read."""
    data = {"rows": list(rows), "columns": list(columns), "sort": sort, "descending": descending}
    _mount("articles", data, key, sort=on_sort, read=on_read)


def show_outcomes(rows: Sequence[Mapping[str, str]], key: str) -> None:
    """Draw golden questions that failed, what was expected beside what came."""
    _mount("outcomes", list(rows), key)


def show_figures(figures: Sequence[Sequence[str]], key: str) -> None:
    """Draw figures large: for each its name, value, difference to the run before, and "better", "worse", "same"."""
    _mount("figures", [list(figure) for figure in figures], key)


def show_facts(facts: Sequence[Sequence[str]], key: str) -> None:
    """Draw names with what they stand for, and a tone ("better", "worse") where there is a third value."""
    _mount("facts", [list(fact) for fact in facts], key)


def show_themes(paths: Sequence[str], key: str) -> None:
    """Draw the choice between light and dark, which is kept in the browser for pages at all these paths."""
    _mount("theme", {"paths": list(paths)}, key)


def listen_to_keys(place: str, *, busy: bool, single_keys: bool, key: str) -> None:
    """Give the question box the focus, once for each `place` unless `busy`, and, with `single_keys`, at each "/".

    And keep an Escape that closes something of Streamlit's from stopping an answer as well.
    """
    _mount("keys", {"place": place, "busy": busy, "single": single_keys}, key)

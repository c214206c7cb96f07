"""The page's own components: an answer with footnote buttons, an article with a highlighted quote, passages.

Article text reaches the browser as data and the page as text nodes (`textContent`), so that nothing in it can
ever become Markdown, LaTeX or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.types import Article, Citation, Span

_FOLDER = Path(__file__).parent

Mount = Callable[..., Any]


def _component(name: str) -> Mount:
    css = (_FOLDER / "shared.css").read_text(encoding="utf-8") + (_FOLDER / f"{name}.css").read_text(encoding="utf-8")
    mount: Mount = st.components.v2.component(
        f"footnote_{name}", css=css, js=(_FOLDER / f"{name}.js").read_text(encoding="utf-8")
    )
    return mount


def show_answer(answer: dict[str, Any], key: str, on_open: Callable[[], None]) -> None:
    """Draw an answer (as `Answer.as_json`); `on_open` is called when a footnote is clicked.

    The clicked footnote's number is in `st.session_state[key]["open"]`.
    """
    labels = {c["number"]: described(c) for c in answer["citations"]}
    data = {
        "short": answer["short_answer"],
        "sentences": [
            {"text": s["text"], "supported": s["supported"], "citations": s["citations"]} for s in answer["sentences"]
        ],
        "citations": [{"number": number, "label": label} for number, label in labels.items()],
    }
    _component("answer")(data=data, key=key, on_open_change=on_open)


def show_article(article: Article, quote: Span, key: str) -> None:
    """Draw an article with one span highlighted and scrolled to."""
    data = {
        "before": article.text[: quote.start],
        "quote": quote.of(article.text),
        "after": article.text[quote.end :],
        "title": article.metadata.title,
    }
    _component("article")(data=data, key=key)


def show_passages(passages: Sequence[tuple[str, str]], key: str) -> None:
    """Draw passages, each a label that opens to its text."""
    _component("passages")(data=[{"label": label, "text": text} for label, text in passages], key=key)


def described(citation: dict[str, Any] | Citation) -> str:
    """A citation in one line: title, page, publisher, date."""
    fields = citation if isinstance(citation, dict) else {n: getattr(citation, n) for n in Citation.__slots__}
    page = f"p. {fields['page']}" if fields.get("page") else None
    parts = (fields["title"], page, fields["publisher"], str(fields["published"] or "undated"))
    return " · ".join(part for part in parts if part)

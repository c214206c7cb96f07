"""Answers taken elsewhere, copied or saved: what warns of them comes along."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.answering import REFUSAL
from assistant.library import StoredTurn
from assistant.library.conversations import ASKING, STOPPED, UNFINISHED
from ui import export
from ui.answers import REFUSAL_OF_CHOSEN, plain_text


def citation(number: int, quote: str) -> dict[str, Any]:
    place = {"number": number, "article_id": number, "start": 0, "end": len(quote), "quote": quote}
    return place | {"title": f"Title {number}", "publisher": None, "published": None, "url": None, "source": "/a.txt"}


def disagreeing() -> StoredTurn:
    """A follow-up to which two sources give two answers, both old."""
    cited = [citation(1, "It was built in 1802."), citation(2, "It was built in 1803.")]
    sentences = [{"text": c["quote"], "citations": [c["number"]], "supported": True, "support": 1.0} for c in cited]
    answer = {"question": "When?", "standalone_question": "When [lighthouse]?", "short_answer": None}
    answer |= {"answer": " ".join(c["quote"] for c in cited), "abstained": False, "confidence": 0.9}
    answer |= {"answerer": "quotes", "passages": [], "citations": cited, "sentences": sentences}
    answer |= {"disagreement": [{"text": "1802", "citation": 1}, {"text": "1803", "citation": 2}]}
    return StoredTurn(1, answer | {"notes": ["The newest source is old."]})


def refused() -> StoredTurn:
    kept = disagreeing().answer | {"abstained": True, "answer": REFUSAL, "citations": [], "sentences": []}
    return StoredTurn(2, kept | {"disagreement": [], "notes": ["The model is down."]})


def from_word(turns: list[StoredTurn]) -> str:
    document = docx.Document(io.BytesIO(export.word_document("T", turns)))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


TAKEN: list[Callable[[StoredTurn], str]] = [
    lambda turn: plain_text(turn.answer),
    lambda turn: export.markdown("T", [turn]).replace("\\", ""),
    lambda turn: export.web_page("T", [turn]),
    lambda turn: from_word([turn]),
]


@pytest.mark.parametrize("taken", TAKEN, ids=["copy", "markdown", "web", "word"])
def test_warnings_come_along(taken: Callable[[StoredTurn], str]) -> None:
    text = taken(disagreeing())
    for told in ("Understood as: When [lighthouse]?", "The sources disagree:", "The newest source is old."):
        assert told in text
    for claim in ("– 1802", "– 1803"):
        assert claim in text
    assert REFUSAL in taken(refused())
    assert "The model is down." in taken(refused())
    chosen = StoredTurn(2, refused().answer | {"filters": {"since": "2020-01-01"}})
    assert REFUSAL_OF_CHOSEN in taken(chosen), "it says nothing of the others"


def test_a_claim_keeps_its_footnote() -> None:
    assert "– 1802 [1]\n– 1803 [2]" in plain_text(disagreeing().answer)
    turns = [disagreeing(), disagreeing()]
    assert "*– 1803*[^4]" in export.markdown("T", turns), "footnotes are numbered through"
    assert '<em>– 1803</em><sup><a href="#n4">[4]</a></sup>' in export.web_page("T", turns)
    assert "– 1803[4]" in from_word(turns)


def test_what_needs_no_remark_has_none() -> None:
    answer = disagreeing().answer | {"standalone_question": "When?", "disagreement": [], "notes": []}
    assert plain_text(answer) == (
        "When?\n\nIt was built in 1802. [1]\nIt was built in 1803. [2]\n\n"
        "[1] Title 1 · undated · /a.txt\n    “It was built in 1802.”\n"
        "[2] Title 2 · undated · /a.txt\n    “It was built in 1803.”"
    )


def from_markdown(turn: StoredTurn) -> str:
    """The conversation as those see it who read Markdown."""
    return MarkdownIt("commonmark").render(export.markdown("T", [turn]))


def at_address(url: str) -> StoredTurn:
    return StoredTurn(
        1, disagreeing().answer | {"citations": [citation(1, "It stands."), citation(2, "It fell.") | {"url": url}]}
    )


@pytest.mark.parametrize(
    ("url", "to"),
    [
        ("https://example.org/four_more?a=1&b=2", "https://example.org/four_more?a=1&b=2"),
        ("HTTPS://example.org/~a/*b*/[c]#d", "HTTPS://example.org/~a/*b*/%5Bc%5D#d"),
        ("https://example.org/a b<c>\td", "https://example.org/a%20b%3Cc%3E%09d"),
        ("https://example.org/a\n\n# b", "https://example.org/a%0A%0A#%20b"),
    ],
    ids=["underscore", "marks", "blanks", "lines"],
)
def test_an_address_in_markdown_is_a_link_that_leads_there(url: str, to: str) -> None:
    assert html.unescape(re.findall('href="(.*?)"', from_markdown(at_address(url)))[0]) == to


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_an_address_is_one_link_whatever_it_holds(rest: str) -> None:
    page = from_markdown(at_address(f"https://example.org/{rest}"))
    assert page.count("<a ") == 1
    assert page.endswith("</a></p>\n")


@pytest.mark.parametrize("address", ["https://example.org/four_more", "www.example.org/four_more"])
def test_an_address_in_a_sentence_stays_text(address: str) -> None:
    """GFM makes links of bare addresses, and would take the marks that keep text from being markup along into them."""
    answer = disagreeing().answer
    said = f"It says {address}."
    turn = StoredTurn(1, answer | {"sentences": [answer["sentences"][0] | {"text": said}]})
    assert address not in export.markdown("T", [turn]).replace("\\_", "_")
    assert f"<p>{said}" in from_markdown(turn)


@pytest.mark.parametrize(("why", "told"), [(ASKING, "Not answered yet"), (STOPPED, "You stopped this answer.")])
def test_a_question_that_may_be_under_way_is_not_told_as_failed(why: str, told: str) -> None:
    assert told in from_markdown(StoredTurn(1, {"question": "Who built it?", UNFINISHED: why}))

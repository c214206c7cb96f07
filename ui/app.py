"""The Streamlit page: draws, and delegates everything else."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.answering import REFUSAL
from assistant.conversation import ask
from assistant.embedding import load_encoder
from assistant.errors import FootnoteError
from assistant.library import Library, open_library
from assistant.reader import load_reader
from assistant.types import Filters, Span, Turn
from ingest.run import Progress, run
from ingest.samples import sample_articles
from ui.components import described, show_answer, show_article, show_passages

_NEARBY_SHOWN = 3
_ICON = Path(__file__).with_name("icon.png")


@st.cache_resource(show_spinner="Opening the library…")
def opened_library() -> Library:
    """The library, shared by all sessions: it holds articles, nothing about a person."""
    library = open_library()
    load_encoder(library.settings.embedding_model)
    load_reader()
    library.warm_up()
    return library


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Footnote", page_icon=str(_ICON), layout="centered")
    try:
        draw_page(opened_library())
    except FootnoteError as error:
        show_error(error)


def draw_page(library: Library) -> None:
    """Draw sidebar, conversation and question box."""
    filters = draw_sidebar(library)
    st.title("Footnote")
    if not library.ledger.chunk_count():
        return draw_empty(library)
    answers = conversation(library)
    if not answers:
        st.write("Ask your articles. Every sentence of an answer carries a footnote; open it to read the source.")
    for position, answer in enumerate(answers):
        draw_turn(library, answer, position)
    if question := st.chat_input("Ask your articles", max_chars=2000):
        take_question(library, question, answers, filters)
    if opened := st.session_state.pop("opened", None):
        position, number = opened
        article_dialog(library, answers[position]["citations"], number)


def draw_sidebar(library: Library) -> Filters:
    """Filters and facts; returns the filters."""
    with st.sidebar:
        if st.button("New conversation", icon=":material/add:", width="stretch"):
            st.query_params.clear()
            st.rerun()
        st.subheader("Only articles")
        since: date | None = st.date_input("published since", value=None, min_value=date(1900, 1, 1))
        until: date | None = st.date_input("published until", value=None, min_value=date(1900, 1, 1))
        publisher: str | None = st.selectbox("by publisher", library.ledger.publishers(), index=None)
        count = len(library.ledger.source_states())
        st.caption(f"{count} article{'' if count == 1 else 's'}. Answers are quotes; nothing leaves this computer.")
    return Filters(since, until, publisher)


def draw_empty(library: Library) -> None:
    """What to do with an empty library."""
    st.info("There are no articles yet.")
    st.write("Add your own in a terminal, then reload this page:")
    st.code(f"footnote ingest PATH --library {library.folder}", language=None)
    st.write("Or look around with a few sample articles first:")
    if st.button("Add the sample articles", type="primary"):
        bar = st.progress(0.0, text="Reading the sample articles")

        def advance(progress: Progress) -> None:
            bar.progress(progress.done / progress.total)

        run([sample_articles()], library, on_progress=advance)
        st.rerun()


def conversation(library: Library) -> list[dict[str, Any]]:
    """The answers of the conversation that the page's address names."""
    return [turn.answer for turn in library.ledger.conversations().turns(st.query_params.get("conversation", ""))]


def draw_turn(library: Library, answer: dict[str, Any], position: int) -> None:
    """One question with its answer."""
    with st.chat_message("user"):
        st.text(answer["question"])
    with st.chat_message("assistant"):
        if answer["standalone_question"] != answer["question"]:
            st.caption("Understood as")
            st.text(answer["standalone_question"])
        if answer["abstained"]:
            draw_refusal(library, answer, position)
        else:
            key = f"answer-{st.query_params.get('conversation')}-{position}"
            show_answer(answer, key, lambda: open_footnote(key, position))
            st.caption(f"{confidence_in_words(answer['confidence'])} ({answer['confidence']:.0%})")


def draw_refusal(library: Library, answer: dict[str, Any], position: int) -> None:
    """A refusal and the nearest passages."""
    st.write(f"**{REFUSAL}** These passages come nearest:")
    known = {a.id: a.metadata for a in library.ledger.articles()}
    nearest = answer["passages"][:_NEARBY_SHOWN]
    shown = [(described(asdict(known[p["article_id"]])), p["text"]) for p in nearest if p["article_id"] in known]
    show_passages(shown, key=f"passages-{position}")


def open_footnote(key: str, position: int) -> None:
    """Remember which footnote was clicked, to open it in this run."""
    number = st.session_state[key].get("open")
    if number is not None:
        st.session_state["opened"] = (position, int(number))


def take_question(library: Library, question: str, answers: list[dict[str, Any]], filters: Filters) -> None:
    """Answer a question and keep it in the conversation."""
    history = [Turn(a["question"], a["answer"]) for a in answers]
    try:
        answer = ask(library, question, history=history, filters=filters)
    except FootnoteError as error:
        return show_error(error)
    identifier = st.query_params.get("conversation")
    if not identifier or not answers:
        identifier = library.ledger.conversations().start()
        st.query_params["conversation"] = identifier
    library.ledger.conversations().add_turn(identifier, answer.as_json())
    st.rerun()


@st.dialog("Source", width="large")
def article_dialog(library: Library, citations: list[dict[str, Any]], number: int) -> None:
    """An article with the quoted sentence highlighted; buttons go to the other footnotes."""
    shown = int(st.session_state.setdefault("shown_footnote", number))
    if st.session_state.get("shown_from") != number:
        st.session_state["shown_from"], st.session_state["shown_footnote"] = number, number
        shown = number
    citation = next(c for c in citations if c["number"] == shown)
    st.text(f"Footnote {shown} of {len(citations)}: {described(citation)}")
    article = library.ledger.article(citation["article_id"])
    show_article(article, Span(citation["start"], citation["end"]), key=f"article-{shown}")
    if len(citations) > 1:
        before, after = st.columns(2)
        numbers = [c["number"] for c in citations]
        place = numbers.index(shown)
        for column, label, step in ((before, "Previous footnote", -1), (after, "Next footnote", 1)):
            if column.button(label, width="stretch"):
                st.session_state["shown_footnote"] = numbers[(place + step) % len(numbers)]
                st.rerun(scope="fragment")
    if citation["url"]:
        st.text(citation["url"])


def show_error(error: FootnoteError) -> None:
    """An error as plain text: messages hold file names and what people typed."""
    st.error("This did not work:")
    st.text(str(error))


def confidence_in_words(confidence: float) -> str:
    """A probability as people say it."""
    for least, words in ((0.85, "Confident"), (0.65, "Fairly confident"), (0.0, "Not very sure")):
        if confidence >= least:
            return words
    return ""


main()

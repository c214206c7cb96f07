"""Settings: who answers, how the page looks, where things are, and what leaves this computer."""

from __future__ import annotations

import streamlit as st

from assistant.answering import QUOTES
from assistant.chat_model import check_connection
from assistant.errors import FootnoteError
from ui.components import show_facts, show_themes
from ui.shelf import size_of
from ui.views.parts import Place, show_error
from ui.words import SENT_TO_MODEL, size_in_words, what_leaves

_PATHS = ("/", "/chat", "/library", "/quality", "/settings")
_QUOTES, _MODEL = "Quotes from the articles", "A language model, every sentence checked"


def draw(place: Place) -> None:
    """Draw the page."""
    st.title("Settings")
    draw_answerer(place)
    st.subheader("Theme")
    show_themes(_PATHS, "theme")
    draw_offline(place)
    draw_folder(place)
    draw_keys(place)


def draw_answerer(place: Place) -> None:
    """Quotes or a language model."""
    st.subheader("Who answers")
    now = place.answerer
    which = st.radio("Who answers", [_QUOTES, _MODEL], index=int(now != QUOTES), label_visibility="collapsed")
    if which == _QUOTES:
        keep_model(place, QUOTES, now)
        return
    name = st.text_input(
        "Model, as provider:model", value="" if now == QUOTES else now, placeholder="ollama:llama3.2"
    ).strip()
    st.caption(
        f"{SENT_TO_MODEL} With a server on this computer (ollama, or FOOTNOTE_MODEL_BASE_URL) all of it stays here. "
        "Keys are read from the environment, never kept."
    )
    test, use = st.columns(2)
    if test.button("Test the connection", disabled=not name, width="stretch"):
        try:
            with st.spinner("Asking for one word…"):
                answered = check_connection(name)
        except FootnoteError as error:
            show_error(str(error))
        else:
            st.success("It works:")
            st.text(answered)
    if use.button("Use this model", disabled=not name or name == now, type="primary", width="stretch"):
        keep_model(place, name, now)


def keep_model(place: Place, name: str, now: str) -> None:
    """Have this one answer from now on."""
    if name == now:
        return
    place.choose("answerer", name)
    st.rerun()


def draw_offline(place: Place) -> None:
    """What leaves this computer."""
    st.subheader("What leaves this computer")
    leaves = what_leaves(place.library.settings, place.answerer)
    if leaves:
        st.warning(f"{' '.join(leaves)} Nothing else does.")
    else:
        st.success("Nothing. Questions, articles and answers stay here, and this page loads nothing from elsewhere.")
    if place.answerer != QUOTES:
        st.text(place.answerer)
    st.caption("Adding a web address fetches that page. Nothing is ever sent for statistics.")


def draw_folder(place: Place) -> None:
    """Where things are."""
    library = place.library
    st.subheader("Where things are")
    settings = library.settings
    facts = [
        ("Library", str(library.folder)),
        ("On disk", size_in_words(size_of(library.folder))),
        ("Embedding model", settings.embedding_model),
        ("Refuses below", f"{settings.refuse_below:.0%} confidence"),
        ("Sentences at most", str(settings.max_sentences)),
        ("Login", "on" if place.owner else "off: everybody on this computer shares the conversations"),
    ]
    show_facts(facts, "where")
    st.caption(
        "All but the size on disk and the login are variables of the environment, see the README; FOOTNOTE_LIBRARY "
        "chooses another folder."
    )


def draw_keys(place: Place) -> None:
    """The shortcuts, and a switch for the one that is a character."""
    st.subheader("Keys")
    switch = "single_keys_switch"

    def turn() -> None:
        place.choose("single_keys", "on" if st.session_state[switch] else "off")

    st.session_state[switch] = place.single_keys
    st.toggle("Single-key shortcuts", key=switch, on_change=turn)
    keys = [
        *([("/", "go to the question box")] if place.single_keys else []),
        ("Enter", "ask; Shift+Enter begins a new line"),
        ("Alt+N", "new conversation"),
        ("Esc", "stop an answer; close the article"),
        ("← →", "previous and next footnote, while the open article has the focus"),
    ]
    show_facts(keys, "keys-list")

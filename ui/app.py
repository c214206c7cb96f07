"""The Streamlit app: opens the library, finds out who is asking, and shows the page that was chosen.

The pages are in `ui/views`, not in a folder `pages`, which Streamlit would serve by itself, without what is done here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from assistant.embedding import load_encoder
from assistant.errors import FootnoteError
from assistant.library import Library, open_library
from assistant.reader import load_reader
from ui.filters import keep_filters
from ui.people import name_of, owner_of, signed_in
from ui.suggestions import suggested
from ui.views import chat, quality, settings, shelf
from ui.views.parts import Place, show_error

_ICON = Path(__file__).with_name("icon.png")
_WIDE = ("library", "quality")
# Streamlit's grey of small print has too little contrast (WCAG AA asks for 4.5 to 1), and its red around the question
# box in use looks like an error.
_READABLE = """<style>
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; opacity: 1; }
[data-testid="stChatInput"] :focus-within { border-color: #2f77d0; }
</style>"""
# On a phone Streamlit's margins above the page and below the question box take the room of a suggestion each.
_CLOSE = """<style>@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 2rem; }
  [data-testid="stBottomBlockContainer"] { padding-top: 0.25rem; padding-bottom: 1rem; }
}</style>"""


@st.cache_resource(show_spinner="Opening the library…")
def opened_library() -> Library:
    """The library, shared by all sessions: it holds articles, nothing about a person that a page could mix up."""
    # SQLite hands over the interpreter at every row. By default getting it back from a thread that computes takes 5 ms,
    # which made pages of many people at once wait for seconds.
    sys.setswitchinterval(0.0005)
    library = open_library()
    load_encoder(library.settings.embedding_model)
    load_reader()
    library.warm_up()
    if library.ledger.chunk_count():
        suggested(library)  # they take a moment to find
    return library


def main() -> None:
    """Draw the page that was chosen."""
    st.set_page_config(page_title="Footnote", page_icon=str(_ICON))
    try:
        draw_app(opened_library())
    except FootnoteError as error:
        show_error(str(error))


def draw_app(library: Library) -> None:
    """Draw the navigation and the page."""
    st.html(_READABLE + _CLOSE)
    user = signed_in()
    owner = owner_of(user)
    if owner is None:
        return draw_sign_in()
    place = Place(library, library.ledger.conversations(owner), owner)
    keep_filters(st.session_state)
    page = st.navigation(
        [
            st.Page(lambda: chat.draw(place), title="Chat", url_path="chat", default=True),
            st.Page(lambda: shelf.draw(place), title="Library", url_path="library"),
            st.Page(lambda: quality.draw(place), title="Quality", url_path="quality"),
            st.Page(lambda: settings.draw(place), title="Settings", url_path="settings"),
        ]
    )
    title = f"{page.title} · Footnote" if page.url_path else "Footnote"
    st.set_page_config(page_title=title, layout="wide" if page.url_path in _WIDE else "centered")
    if owner:
        draw_person(name_of(user))
    page.run()
    return None


def draw_sign_in() -> None:
    """What somebody sees who has not signed in."""
    st.title("Footnote")
    st.write("Please sign in. Your conversations are kept for you, and nobody else sees them.")
    if st.button("Sign in", type="primary"):
        st.login()


def draw_person(name: str) -> None:
    """Who is signed in, and the way out."""
    with st.sidebar:
        st.text(f"Signed in as {name}")
        if st.button("Sign out", type="tertiary"):
            st.logout()


main()

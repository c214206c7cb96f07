"""The library: its articles, how to add and remove them, and what is known of it as a whole."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from assistant.errors import ArticleNotFoundError, FootnoteError
from assistant.library import Library
from assistant.types import ArticleSummary
from ingest.loaders.detect import BY_SUFFIX
from ui import shelf
from ui.adding import addresses_only, remove_article, take_places, take_uploads
from ui.charts import articles_chart
from ui.components import show_articles, show_facts, show_source
from ui.shelf import SORTS, Wanted
from ui.views.parts import Place, draw_adding, draw_first_run, make_room, show_error, start_job

_KINDS = [suffix.removeprefix(".") for suffix in BY_SUFFIX]
_LEAST_MONTHS = 3  # a chart of fewer says nothing


def draw(place: Place) -> None:
    """Draw the page."""
    library = place.library
    st.title("Library")
    articles = library.ledger.articles()
    if not articles:
        draw_first_run(library, here=True)
    # Where people sign in, this computer's files are not theirs to read.
    draw_add(library, unfolded=not articles, with_paths=not place.owner)
    if articles:
        draw_list(library, articles)
        draw_about(library, articles)
        draw_article(library)
    draw_removal(library)


def draw_add(library: Library, *, unfolded: bool, with_paths: bool) -> None:
    """Ways to add articles, and how it goes."""
    with st.container():  # it keeps its place whether or not there is something in it, and so what follows stays open
        busy = draw_adding()
    with st.expander("Add articles", expanded=unfolded, key="add-articles"):
        st.caption("What is there already is skipped, what changed is replaced, and what cannot be read is told.")
        ways = ["Files", "Web addresses", *(["A folder of this computer"] if with_paths else [])]
        files, addresses, *folders = st.tabs(ways)
        with files:
            chosen = st.file_uploader("Drop files here", type=_KINDS, accept_multiple_files=True)
            st.caption("A file is known by its name: another one of the same name takes its place.")
            if st.button("Add the files", disabled=busy or not chosen):
                uploads = [(file.name, file.getvalue()) for file in chosen]
                begin_adding(lambda tell: take_uploads(library, uploads, tell))
        with addresses:
            typed = st.text_area("Addresses, one a line", placeholder="https://example.org/story")
            st.caption("This computer fetches the pages over the network.")
            if st.button("Add the pages", disabled=busy):
                begin_adding(lambda tell: take_places(library, addresses_only(typed), tell))
        for folder in folders:
            with folder:
                path = st.text_input("Path of a folder or file", placeholder="~/articles")
                if st.button("Add the folder", disabled=busy):
                    begin_adding(partial(take_places, library, path))


def begin_adding(work: Any) -> None:
    """Start to add, and show how it goes."""
    start_job("adding", work)
    st.rerun()


def draw_list(library: Library, articles: list[ArticleSummary]) -> None:
    """Search, filter and the table."""
    wanted: Wanted = st.session_state.setdefault("wanted", Wanted())
    search, publishers = st.columns([3, 2])
    with search:
        text = st.text_input("Search", placeholder="Title, publisher, author, file", on_change=to_first_page)
    with publishers:
        offered = library.ledger.publishers()
        named = st.multiselect(
            "Publishers", offered, placeholder="All", key="shelf-publishers", on_change=to_first_page
        )
    wanted = Wanted(text, tuple(named), wanted.sort, wanted.descending)
    found = shelf.listed(articles, wanted)
    pages = max(1, -(-len(found) // shelf.PAGE_SIZE))
    page = st.session_state["shelf-page"] = min(st.session_state.get("shelf-page", 1), pages)
    st.caption(shelf.found_words(len(found), len(articles)))
    shown = found[(page - 1) * shelf.PAGE_SIZE : page * shelf.PAGE_SIZE]
    show_articles(
        shelf.rows(shown),
        SORTS,
        wanted.sort,
        "articles",
        descending=wanted.descending,
        on_sort=partial(sort_by, wanted),
        on_read=read_article,
    )
    if pages > 1:
        st.number_input("Page", 1, pages, key="shelf-page")


def sort_by(wanted: Wanted, column: str) -> None:
    """Sort by a column, or the other way round."""
    st.session_state["wanted"] = wanted.sorted_by(column)
    to_first_page()


def to_first_page() -> None:
    """Begin again at the first page: the list is another one."""
    st.session_state["shelf-page"] = 1


def read_article(article_id: int) -> None:
    """Open an article."""
    st.session_state["reading"] = int(article_id)


def close_article(_: object = None) -> None:
    """Close the article."""
    st.session_state.pop("reading", None)


def draw_article(library: Library) -> None:
    """The article that is read."""
    article_id = st.session_state.get("reading")
    if article_id is None:
        return
    try:
        article = library.ledger.article(article_id)
    except ArticleNotFoundError:
        return close_article()
    make_room()
    show_source(
        article,
        None,
        "reading-panel",
        place=1,
        count=1,
        page=None,
        on_go=close_article,
        on_close=close_article,
        on_remove=partial(wish_removed, article_id),
    )
    return None


def wish_removed(article_id: int, _: object = None) -> None:
    """Have it asked whether an article is to go."""
    st.session_state["removing"] = article_id


def draw_removal(library: Library) -> None:
    """The question whether an article is to go, and what became of it."""
    article_id = st.session_state.pop("removing", None)
    if article_id is not None:
        removal_dialog(library, article_id)


@st.dialog("Remove this article?")
def removal_dialog(library: Library, article_id: int) -> None:
    """What removing means, and the button that does it."""
    try:
        article = library.ledger.article(article_id)
    except ArticleNotFoundError as error:
        return show_error(str(error))
    st.text(article.metadata.title)
    st.write(
        "It goes from the answers, from the index and from the disk of this library, now and for good. "
        "Answers given before keep the sentences they quoted. The file it came from stays where it is; "
        "adding it again brings the article back."
    )
    st.text(f"It came from: {article.source}")
    if st.button("Remove it", type="primary"):
        try:
            note = remove_article(library, article_id).note
        except FootnoteError as error:
            return show_error(str(error))
        if note:
            st.toast(f"It is removed, but {note}", duration="long")
        close_article()
        st.rerun()
    return None


def draw_about(library: Library, articles: list[ArticleSummary]) -> None:
    """Articles over time, and the facts."""
    months = shelf.by_month(articles)
    if len(months) >= _LEAST_MONTHS:
        st.subheader("Articles over time")
        told = f"Articles by month of publication, from {months[0]['month'][:7]} to {months[-1]['month'][:7]}."
        st.altair_chart(articles_chart(months), alt=told)
    st.subheader("About this library")
    show_facts(shelf.facts(library, articles), "facts")

"""The chat: past conversations, the one that is open, the article beside it, the question box."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from assistant.answering import QUOTES
from assistant.errors import ArticleNotFoundError, FootnoteError
from assistant.library import Feedback, Library, StoredTurn
from assistant.library.conversations import LONGEST_TITLE
from assistant.text import counted
from assistant.types import Filters, Metadata
from ui import export
from ui.answers import answer_view, metadata_by_id, opened_place, place_now, unfinished_words
from ui.asking import UNKEPT, Asking, under_way, unkept_words, with_unkept
from ui.components import listen_to_keys, show_answer, show_choices, show_source
from ui.feedback import bad_reasons
from ui.filters import (
    ARTICLES,
    PUBLISHERS,
    SINCE,
    UNTIL,
    article_labels,
    articles_titled,
    filter_chips,
    filters_from_json,
    filters_of,
    filters_problem,
    take_off,
)
from ui.golden_runs import forget
from ui.suggestions import suggested
from ui.views.parts import Place, draw_first_run, make_room
from ui.visit import PAST_SHOWN, Opened, Wish, begin, next_footnote, parsed_open, past_choices
from ui.words import unmarked, what_leaves

_SOON = 1.0  # seconds in which most answers are there; those that are need no progress shown
_POLL_SECONDS = 0.5
_ARTICLES_OFFERED = 1000
_FIRST_DAY = date(1900, 1, 1)
_REPLACED = "Another window has replaced or deleted this answer meanwhile. Nothing was done."


def draw(place: Place) -> None:
    """Draw the page."""
    library = place.library
    if not library.ledger.chunk_count():
        st.title("Footnote")
        return draw_first_run(library)
    known = metadata_by_id(library)
    conversation_id = opened_conversation(place)
    wish: Wish | None = st.session_state.pop("wish", None)
    if wish:
        conversation_id = ask(place, conversation_id, wish)
    turns = turns_of(place, conversation_id) if conversation_id else []
    draw_sidebar(place, conversation_id, turns)
    if conversation_id and turns:
        draw_turns(place, conversation_id, turns, known)
    else:
        draw_beginning(library)
    # Most answers are there by now: the box is closed only while one takes longer.
    busy = any(under_way(library, conversation_id or "", turn.id) for turn in turns)
    draw_question_box(library, known, busy=busy)
    where = f"{conversation_id or 'new'}, after {len(turns)}"
    busy = busy or "opened" in st.session_state
    listen_to_keys(where, busy=busy, single_keys=place.single_keys, key="keys")
    draw_opened(library, turns)
    draw_dialogs(place, turns)
    return None


# Which conversation


def opened_conversation(place: Place) -> str | None:
    """The conversation that the address names, else the one that was open last; None where the person has none such."""
    identifier = st.query_params.get("conversation") or st.session_state.get("conversation")
    if not identifier or place.conversations.title(identifier) is None:
        return None
    open_conversation(identifier)
    return str(identifier)


def open_conversation(identifier: str | None) -> None:
    """Show a conversation, a new one where None; the address follows, so that it can be kept and sent."""
    if identifier != st.session_state.get("conversation"):
        st.session_state.pop("opened", None)
        st.session_state["conversation"] = identifier
    if st.query_params.get("conversation") != identifier:
        st.query_params.clear()
        if identifier:
            st.query_params["conversation"] = identifier


def ask(place: Place, conversation_id: str | None, wish: Wish) -> str | None:
    """Begin to answer a question; returns its conversation."""
    try:
        filters = wish.filters or filters_of(st.session_state)
        asking = begin(place.library, place.conversations, conversation_id, wish, filters, place.model)
    except FootnoteError as error:
        st.toast(f"This did not work: {unmarked(str(error))}", duration="long")
        return conversation_id
    st.session_state.pop("opened", None)
    st.query_params.pop("answer", None)  # the new one is to be seen, not the one that a link led to
    if wish.turn_id is not None and conversation_id != asking.conversation_id:
        st.toast("This goes on in a new conversation; the other one stays as it is.")
    open_conversation(asking.conversation_id)
    return asking.conversation_id


# Sidebar


def draw_sidebar(place: Place, conversation_id: str | None, turns: list[StoredTurn]) -> None:
    """Past conversations, and what can be done with this one."""
    with st.sidebar:
        if st.button("New conversation", width="stretch", shortcut="alt+n"):
            open_conversation(None)
            st.rerun()
        if conversation_id and turns:
            draw_conversation_menu(place, conversation_id, turns)
        draw_past(place, conversation_id)
        count = counted(place.library.ledger.article_count(), "article")
        quotes = place.answerer == QUOTES
        answers = "quotes" if quotes else "written by a language model; every sentence is checked"
        leaves = what_leaves(place.library.settings, place.answerer) or ["Nothing leaves this computer."]
        st.caption(f"{count}. Answers are {answers}. {' '.join(leaves)}")
        box = "**/** question box, " if place.single_keys else ""
        st.caption(f"Keys: {box}**Esc** closes the article, in it **← →** go to other footnotes.")


def draw_past(place: Place, conversation_id: str | None) -> None:
    """Past conversations, the latest ones unless all are wanted."""
    most = None if st.session_state.get("all-past") else PAST_SHOWN
    past = place.conversations.all(most and most + 1)
    if not past:
        return
    st.subheader("Conversations")
    show_choices("past", "Conversations", past_choices(past[:most], conversation_id), "past", open_conversation)
    if most and len(past) > most:
        st.button("Show all", width="stretch", on_click=st.session_state.update, kwargs={"all-past": True})


def draw_conversation_menu(place: Place, conversation_id: str, turns: list[StoredTurn]) -> None:
    """Rename, export and delete the conversation that is open."""
    title = place.conversations.title(conversation_id) or ""
    menu = f"menu-{conversation_id}"
    with st.popover("This conversation", width="stretch", key=menu, on_change="rerun"):

        def rename() -> None:
            place.conversations.rename(conversation_id, st.session_state[f"title-{conversation_id}"])

        def delete() -> None:
            st.session_state.update({"dialog": ("delete", conversation_id), menu: False})

        st.text_input("Title", value=title, key=f"title-{conversation_id}", max_chars=LONGEST_TITLE, on_change=rename)
        made = (
            ("Markdown", ".md", "text/markdown", lambda: export.markdown(title, turns)),
            ("Web page", ".html", "text/html", lambda: export.web_page(title, turns)),
            (
                "Word",
                ".docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                lambda: export.word_document(title, turns),
            ),
        )
        for label, suffix, mime, make in made:
            name = export.file_name(title, suffix)
            st.download_button(f"Save as {label}", make, name, mime, on_click="ignore", width="stretch")
        st.button("Delete this conversation", width="stretch", on_click=delete)


# Question box and filters


def draw_question_box(library: Library, known: dict[int, Metadata], *, busy: bool) -> None:
    """Filters, and the box below them."""
    with st.bottom:
        filters, chips = st.columns([1, 4], vertical_alignment="center", gap="small")
        labels = article_labels(known)
        with filters, st.popover("Filters", type="tertiary"):
            draw_filters(library, labels)
        chosen = filter_chips(filters_of(st.session_state), labels)
        if chosen:
            with chips:
                show_choices("filter", "Filters", chosen, "chips", partial(take_off, st.session_state))
        st.chat_input("Ask your articles", max_chars=2000, key="question", disabled=busy, on_submit=take_question)


def take_question() -> None:
    """Have the question asked that was typed."""
    wish_for(st.session_state["question"])


def draw_filters(library: Library, labels: dict[int, str]) -> None:
    """Which articles count, each by a name of its own."""
    st.date_input("Published since", value=None, min_value=_FIRST_DAY, key=SINCE)
    st.date_input("Published until", value=None, min_value=_FIRST_DAY, key=UNTIL)
    problem = filters_problem(filters_of(st.session_state))
    if problem:
        st.warning(problem)
    st.multiselect("Publishers", library.ledger.publishers(), key=PUBLISHERS, placeholder="All")
    many = len(labels) > _ARTICLES_OFFERED
    search = st.text_input("Words of an article's title", key="filter_title_words") if many else ""
    found = articles_titled(labels, search)
    offered = found[:_ARTICLES_OFFERED]
    held = [i for i in st.session_state.get(ARTICLES) or () if i in labels and i not in offered]
    st.multiselect("Articles", offered + held, format_func=labels.__getitem__, key=ARTICLES, placeholder="All")
    if len(found) > len(offered):
        st.caption(f"The first {len(offered):,} of {len(found):,} titles are offered; type words of others above.")


# Questions and answers


def draw_beginning(library: Library) -> None:
    """The first screen of a new conversation."""
    st.title("Footnote")
    st.write("Ask your articles. Every sentence of an answer carries a footnote; open it to read the source.")
    questions = suggested(library)
    if questions is None:
        return watch_suggested(library)
    if questions and filters_of(st.session_state) == Filters():  # they were tried without
        st.caption("For example:")
        choices = [{"id": question, "text": question} for question in questions]
        show_choices("suggested", "Suggested questions", choices, "suggested", wish_for)
    return None


@st.fragment(run_every=_POLL_SECONDS)
def watch_suggested(library: Library) -> None:
    """Wait for questions to begin with."""
    if suggested(library) is not None:
        st.rerun()


def wish_for(question: str) -> None:
    """Have a question asked in this run."""
    st.session_state["wish"] = Wish(question)


def draw_turns(place: Place, conversation_id: str, turns: list[StoredTurn], known: dict[int, Metadata]) -> None:
    """All questions of a conversation and their answers."""
    st.html("<h1 style='position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)'>Conversation</h1>")
    in_view = st.query_params.get("answer") or str(turns[-1].id)
    for turn in turns:
        asking = under_way(place.library, conversation_id, turn.id)
        scroll = str(turn.id) == in_view
        with st.chat_message("user"):
            question = st.empty()
            question.text(asking.question if asking else turn.question)
        with st.chat_message("assistant"):
            if asking and not asking.wait(_SOON):
                draw_progress(asking, scroll=scroll)
            else:
                now = fresh(place, turn) if asking or turn.asking else turn
                question.text(now.question)  # where asking in other words gave no answer, the one from before
                draw_answer(place, now, known, scroll=scroll)


def turns_of(place: Place, conversation_id: str) -> list[StoredTurn]:
    """The questions of a conversation and what came of them."""
    return with_unkept(place.library, conversation_id, place.conversations.turns(conversation_id))


def fresh(place: Place, turn: StoredTurn) -> StoredTurn:
    """The turn as it is now, where it was being answered a moment ago."""
    return next((t for t in turns_of(place, st.session_state["conversation"]) if t.id == turn.id), turn)


@st.fragment(run_every=_POLL_SECONDS)
def draw_progress(asking: Asking, *, scroll: bool) -> None:
    """The answer as far as it goes."""
    # A page that is drawn anew closes its dialog, with all that was typed there: that can wait until it is closed.
    if asking.ended and not st.session_state.get("dialog-open"):
        st.rerun()
    view = answer_view(asking.so_far(), {}) | {"written": asking.written, "done": False, "copied": None}
    view["scroll"] = scroll
    nothing = not view["sentences"] and not view["written"]
    # Another key than the answer has later: a component keeps to the fragment it was drawn in first.
    show_answer(view, f"progress-{asking.turn_id}", on_open=_nothing, on_act=_nothing, on_ask=_nothing)
    if nothing:
        st.caption("Reading the articles…")
    st.button("Stop", on_click=asking.stop, shortcut="escape", key=f"stop-{asking.turn_id}")


def draw_answer(place: Place, turn: StoredTurn, known: dict[int, Metadata], *, scroll: bool) -> None:
    """One answer, brought into view where it is to be."""
    query = {"conversation": st.session_state["conversation"], "answer": turn.id}
    more = {
        "link": urlencode(query),
        "rated": turn.feedback.good if turn.feedback else None,
        "scroll": scroll,
    }
    if turn.unfinished:
        view: dict[str, Any] = {"problem": unfinished_words(turn.unfinished), "link": None, "scroll": scroll}
    else:
        view = answer_view(turn.answer, known) | more
        view["notes"] += unkept_words(turn.answer)
    show_answer(
        view,
        f"answer-{turn.id}",
        on_open=partial(open_source, turn.id),
        on_act=partial(act, place, turn),
        on_ask=wish_for,
    )


def act(place: Place, turn: StoredTurn, what: str) -> None:
    """Do what a button below an answer says."""
    if UNKEPT in turn.answer and what in ("up", "down"):
        st.toast("An answer that could not be kept cannot be rated; ask again first.")
        return
    if not fresh(place, turn).has_answer_of(turn):  # they mean the one they see
        st.toast(_REPLACED, duration="long")
        return
    match what:
        case "retry":
            st.session_state["wish"] = Wish(turn.question, turn.id, filters_from_json(turn.answer))
        case "up" | "down" if turn.feedback and turn.feedback.good == (what == "up"):
            rate(place, turn, None)
        case "up":
            rate(place, turn, Feedback(good=True))
        case "edit" | "down":
            st.session_state["dialog"] = (what, turn.id)


def rate(place: Place, turn: StoredTurn, given: Feedback | None) -> None:
    """Keep what somebody thinks of the answer they see, or take it back."""
    if not place.conversations.give_feedback(turn, given):
        st.toast(_REPLACED, duration="long")


def _nothing(_: object) -> None:
    """A footnote of an answer that is not done cannot be opened yet."""


# The article beside the answer


def open_source(turn_id: int, what: str) -> None:
    """Open the article of a footnote or passage."""
    show_opened(Opened(turn_id, *parsed_open(what)))


def show_opened(opened: Opened) -> None:
    """Have an article open at a footnote or passage."""
    st.session_state["opened"] = opened
    st.session_state["opened-now"] = True


def close_source(_: object = None) -> None:
    """Close the article."""
    st.session_state.pop("opened", None)


def draw_opened(library: Library, turns: list[StoredTurn]) -> None:
    """The article that is open."""
    opened: Opened | None = st.session_state.get("opened")
    turn = next((turn for turn in turns if opened and turn.id == opened.turn_id), None)
    if not opened or not turn:
        return
    place = opened_place(turn, opened.kind, opened.number)
    if place is None:
        return close_source()
    try:
        article = library.ledger.article(place["article_id"])
    except ArticleNotFoundError:
        close_source()
        st.toast("The article is no longer in the library.", duration="long")
        return None
    span = place_now(place, article.text)
    if st.session_state.pop("opened-now", False) and span is None:
        st.toast("This article has changed since; the sentence is no longer in it.", duration="long")

    def go(step: int) -> None:
        show_opened(next_footnote(turn, opened, step))

    make_room()
    numbers = [c["number"] for c in turn.answer["citations"]] if opened.kind == "footnote" else [opened.number]
    show_source(
        article,
        span,
        "source",
        place=numbers.index(opened.number) + 1,
        count=len(numbers),
        page=place.get("page") if span and span.start == place["start"] else None,
        on_go=go,
        on_close=close_source,
    )
    return None


# Dialogs


def draw_dialogs(place: Place, turns: list[StoredTurn]) -> None:
    """The dialog that a click opened; whichever way it is closed, the page is drawn anew."""
    what, of = st.session_state.pop("dialog", (None, None))
    turn = next((turn for turn in turns if turn.id == of), None)
    st.session_state["dialog-open"] = what == "delete" or turn is not None
    if what == "delete":
        deletion_dialog(place, of)
    elif turn and what == "edit":
        edit_dialog(turn)
    elif turn and what == "down":
        feedback_dialog(place, turn)


@st.dialog("Edit the question", on_dismiss="rerun")
def edit_dialog(turn: StoredTurn) -> None:
    """Ask a question in other words."""
    question = st.text_area("Question", value=turn.question, max_chars=2000)
    if st.button("Ask", type="primary") and question.strip():
        st.session_state["wish"] = Wish(question, turn.id, filters_from_json(turn.answer))
        st.rerun()


@st.dialog("Delete this conversation?", on_dismiss="rerun")
def deletion_dialog(place: Place, conversation_id: str) -> None:
    """What deleting means, and the button that does it."""
    st.text(place.conversations.title(conversation_id) or "")
    st.write(
        "This deletes its questions and answers, your ratings of them, and the kept runs of rated answers that ask "
        "them again. It cannot be undone. The articles stay."
    )
    if st.button("Delete it", type="primary"):
        turn_ids = [turn.id for turn in place.conversations.turns(conversation_id)]
        for asking in filter(None, (under_way(place.library, conversation_id, turn_id) for turn_id in turn_ids)):
            asking.stop()
        forget(place.library, place.owner, turn_ids)
        place.conversations.delete(conversation_id)
        open_conversation(None)
        st.rerun()


@st.dialog("What was wrong?", on_dismiss="rerun")
def feedback_dialog(place: Place, turn: StoredTurn) -> None:
    """Why an answer was not good."""
    reason = st.radio("What was wrong?", bad_reasons(turn.answer), label_visibility="collapsed")
    more = st.text_input("In your own words (optional)", max_chars=500)
    if st.button("Keep", type="primary"):
        said = f"{reason}: {more.strip()}" if more.strip() else str(reason)
        if place.conversations.give_feedback(turn, Feedback(good=False, reason=said)):
            st.rerun()
        st.warning(_REPLACED)  # the page is drawn anew when this is closed

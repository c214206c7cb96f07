"""Pieces that several pages draw."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from assistant.library import Conversations, Library
from ingest.run import IngestReport
from ingest.samples import sample_articles
from ui.adding import summary_lines, take_places
from ui.jobs import Job
from ui.people import owner_of, signed_in

_POLL_SECONDS = 0.4
# Where the article is open, the rest makes room for it; on a phone it covers everything (see components/source.css).
_ROOM = """<style>@media (min-width: 900px) {
  [data-testid="stMainBlockContainer"], [data-testid="stBottomBlockContainer"] {
    max-width: none; padding-left: 2rem; padding-right: calc(42vw + 1.5rem);
  }
}</style>"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is drawn: over which library, for whom."""

    library: Library
    conversations: Conversations
    owner: str
    """ "" where login is off."""

    def chosen(self, setting: str) -> str | None:
        """What was chosen on the settings page; None where nothing was."""
        if self.owner:
            held: str | None = st.session_state.get(setting)
            return held
        return self.library.ledger.fact(setting)  # what another tab chose counts here too

    def choose(self, setting: str, value: str) -> None:
        """Keep a choice: in this library where login is off, else in this session only."""
        if self.owner:
            st.session_state[setting] = value
        else:
            self.library.ledger.set_fact(setting, value)

    @property
    def model(self) -> str | None:
        """Who answers; None for what the settings say."""
        return self.chosen("answerer")

    @property
    def single_keys(self) -> bool:
        """Whether a character alone is a shortcut: for those who speak to the computer it may come unasked."""
        return self.chosen("single_keys") != "off"

    @property
    def answerer(self) -> str:
        """Who answers: "quotes" or "provider:model"."""
        return self.model or self.library.settings.model


def show_error(message: str) -> None:
    """An error as plain text: messages hold file names and what people typed."""
    st.error("This did not work:")
    st.text(message)


def make_room() -> None:
    """Make room beside the page's text for an open article."""
    st.html(_ROOM)


@st.fragment(run_every=_POLL_SECONDS)
def watch_job(name: str, what: str) -> None:
    """Draw how far a job of this session is; when it has ended the page is drawn anew."""
    job: Job[Any] | None = st.session_state.get(name)
    if job is None:
        return
    if job.ended:
        st.rerun()
    st.progress(job.step.share, text=f"{what}: {job.step.done} of {job.step.total or '…'}")
    if job.step.note:
        st.text(job.step.note)


def start_job(name: str, work: Callable[..., Any]) -> None:
    """Begin a job of this session, unless it has one of this name under way."""
    job: Job[Any] | None = st.session_state.get(name)
    if job is None or job.ended:
        st.session_state[name] = Job(work)


def draw_adding(name: str = "adding") -> bool:
    """Draw the progress of articles being taken in, then the summary, until dismissed; says whether they still are."""
    job: Job[IngestReport] | None = st.session_state.get(name)
    if job is None:
        return False
    if not job.ended:
        watch_job(name, "Reading articles")
        return True
    if job.error:
        show_error(job.error)
    elif job.result:
        (st.warning if job.result.failed else st.success)("Done. This is what became of what was seen:")
        for line in summary_lines(job.result):
            st.text(line)
    st.button("Dismiss", key=f"dismiss-{name}", on_click=st.session_state.pop, args=(name, None))
    return False


def draw_first_run(library: Library, *, here: bool = False) -> None:
    """What to do with an empty library.

    Args:
        library: which is empty.
        here: whether the ways to add articles are drawn on the same page.
    """
    st.info("There are no articles yet.")
    st.markdown(
        "**How it works.** Give Footnote your articles, then ask. It answers with sentences from them, word for word. "
        "Every sentence has a footnote that opens the article at that place. What they do not say it does not answer."
    )
    job = st.session_state.get("samples")
    if job and job.ended and job.error:
        show_error(job.error)
    if job and not job.ended:
        return watch_job("samples", "Reading the sample articles")
    where = "below" if here else "on the page *Library*"
    if owner_of(signed_in()):  # this computer's folders and terminal are not theirs
        st.write(f"Add your own {where}.")
    else:
        st.write(f"Add your own {where}, or in a terminal:")
        st.code(f"footnote ingest PATH --library {shlex.quote(str(library.folder))}", language=None)
    st.write("Or look around with a few sample articles first:")
    if st.button("Add the sample articles", type="primary"):
        start_job("samples", lambda tell: take_places(library, str(sample_articles()), tell))
        st.rerun()
    return None

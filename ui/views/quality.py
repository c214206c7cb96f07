"""Quality: the golden questions asked, the figures beside those of the run before, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.answering import QUOTES
from assistant.errors import FootnoteError
from assistant.evaluation import Comparison, GoldenQuestion, file_names, question_lines
from assistant.evaluation.report import HEADLINES
from assistant.library import Library
from assistant.text import counted
from ui import golden_runs
from ui.charts import abstention_chart, retrieval_chart
from ui.components import show_facts, show_figures, show_outcomes
from ui.feedback import golden_questions, rated_words, runnable
from ui.jobs import Job
from ui.views.parts import Place, draw_first_run, show_error, start_job, watch_job
from ui.words import unmarked

_SAMPLES, _FEEDBACK, _FILE = "The sample questions", "What you rated", "A file"
_FAILED_SHOWN = 30
_CHANGED_SHOWN = 10


def draw(place: Place) -> None:
    """Draw the page."""
    st.title("Quality")
    if not place.library.ledger.chunk_count():
        return draw_first_run(place.library)
    st.write("Golden questions have known answers. Asking them all tells how good the answers are, and what changed.")
    draw_run(place)
    runs = golden_runs.kept_runs(place.library, place.owner)
    if not runs:
        st.info("No run yet. The sample questions need the sample articles; your own can be about anything.")
        return None
    chosen = st.selectbox("Results of", runs, format_func=lambda run: run.label)
    before = golden_runs.run_before(chosen, runs)
    report = place.library.ledger.evaluation(chosen.id)
    earlier = place.library.ledger.evaluation(before.id) if before else None
    if report:
        draw_report(report, golden_runs.since(report, earlier), before.label if before else "")
    return None


def draw_run(place: Place) -> None:
    """Which questions to ask, and the button that asks them."""
    job: Job[int] | None = st.session_state.get("golden")
    busy = job is not None and not job.ended
    turns = place.conversations.rated()
    rated = golden_questions(turns, file_names(place.library)) if turns else []
    which = st.radio("Questions", [_SAMPLES, _FEEDBACK, _FILE], horizontal=True)
    file = None
    if which == _FILE:
        file = st.file_uploader("Golden questions, one JSON object a line (see docs/evaluation.md)", type=["jsonl"])
        if place.owner:
            st.caption("Everybody who signs in sees the runs of a file, but for those of answers that you rated.")
    if which == _FEEDBACK:
        st.caption(rated_words(rated))
        if rated:
            st.download_button(
                "Save them as golden questions", question_lines(rated), "feedback.jsonl", on_click="ignore"
            )
    if place.answerer != QUOTES:
        st.caption("Runs measure the quotes, whoever answers in the chat.")
    asked = runnable(rated)
    ready = {_SAMPLES: True, _FEEDBACK: bool(asked), _FILE: file is not None}[which]
    if st.button("Run", type="primary", disabled=busy or not ready):
        try:
            questions = asked
            if which == _SAMPLES:
                questions = golden_runs.sample_questions()
            elif file:
                questions = golden_runs.uploaded_questions(file.getvalue(), file.name)
        except FootnoteError as error:
            return show_error(str(error))
        run(place.library, questions, file.name if file else which, place.owner)
    if busy:
        watch_job("golden", "Asking the golden questions")
    elif job and job.error:
        show_error(job.error)
    return None


def run(library: Library, questions: list[GoldenQuestion], name: str, owner: str) -> None:
    """Ask the questions in the background."""
    start_job("golden", lambda tell: golden_runs.run_questions(library, questions, name, tell, owner=owner))
    st.rerun()


def draw_report(report: Mapping[str, Any], comparison: Comparison | None, before: str) -> None:
    """One run, beside the one that is called `before`."""
    about = report["about"]
    st.text(f"{counted(report['overall']['n'], 'question')} ({about['questions']}) over {about['articles']} articles")
    rows = golden_runs.figure_rows(report, comparison)
    if comparison:
        common = counted(comparison.common, "question")
        st.caption(f"Changes since the run of {unmarked(before)}, over {common} in common.")
    large = [rows[key] for key in HEADLINES]
    show_figures([(row.title, row.value, *_moved(row)) for row in large], "headlines")
    draw_curves(report)
    with st.expander("All figures"):
        facts = [(r.title, " · ".join(filter(None, (r.value, r.moved, r.meaning)))) for r in rows.values()]
        show_facts(facts, "figures")
    draw_categories(report)
    if comparison:
        draw_changes(comparison)
    draw_failed(report)
    st.download_button("Save this report", golden_runs.report_file(report), "report.json", on_click="ignore")


def _moved(row: golden_runs.FigureRow) -> tuple[str, str]:
    """Difference and change as they are drawn one after the other; what stayed the same is told in words of its own."""
    return (row.moved, "") if row.change == "same" else (row.difference, row.change)


def draw_curves(report: Mapping[str, Any]) -> None:
    """How often the right one is found, and what refusing costs and saves."""
    curves = report["curves"]
    left, right = st.columns(2)
    with left:
        st.subheader("Found")
        points = curves["retrieval"]
        st.altair_chart(
            retrieval_chart(points), alt="Share of questions whose article and sentence are among the first k."
        )
    with right:
        st.subheader("Refused")
        current = curves["current"]
        told = "Share of wrong answers against the share of questions answered."
        st.altair_chart(abstention_chart(curves["risk_coverage"], current), alt=told)
        if current:
            st.caption(f"Now {current['coverage']:.0%} are answered, {current['risk']:.0%} of these wrong (the dot).")


def draw_categories(report: Mapping[str, Any]) -> None:
    """The figures of each category."""
    rows = golden_runs.category_rows(report)
    if rows:
        with st.expander("By category"):
            st.dataframe(rows, hide_index=True)


def draw_changes(comparison: Comparison) -> None:
    """Which questions got better and worse."""
    for name, changes in (("better", comparison.better), ("worse", comparison.worse)):
        if not changes:
            continue
        with st.expander(f"{counted(len(changes), 'question')} got {name}"):
            for change in changes[:_CHANGED_SHOWN]:
                st.text(f"{change.question} ({change.earlier.verdict} → {change.now.verdict})")


def draw_failed(report: Mapping[str, Any]) -> None:
    """Questions that went wrong, what was expected beside what came."""
    found = golden_runs.failed(report)
    st.subheader(f"{counted(len(found), 'question')} failed")
    if len(found) > _FAILED_SHOWN:
        st.caption(f"The first {_FAILED_SHOWN}, those that mislead most; the report has them all.")
    show_outcomes(golden_runs.outcome_rows(found[:_FAILED_SHOWN]), "failed")

"""The pages' charts, as altair makes them; Streamlit draws them in its own colours, with nothing from the web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

_SHARE = alt.Scale(domain=[0, 1])
_PERCENT = alt.Axis(format=".0%", tickCount=5)
_HEIGHT = 240


def articles_chart(months: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """How many articles were published in each month."""
    bars = alt.Chart(alt.InlineData(values=list(months)), height=180).mark_bar()
    chart: alt.Chart = bars.encode(
        x=alt.X("yearmonth(month):T", title=None, bandPosition=0.5),
        y=alt.Y("articles:Q", title="articles", axis=alt.Axis(tickMinStep=1)),
    )
    return chart


def retrieval_chart(points: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Share of questions whose article, or sentence, is among the first k."""
    names = (("article", "right article"), ("sentence", "right sentence"))
    rows = [
        {"k": point["k"], "share": point[key], "what": name}
        for point in points
        for key, name in names
        if point[key] is not None
    ]
    lines = alt.Chart(alt.InlineData(values=rows), height=_HEIGHT).mark_line(point=True)
    chart: alt.Chart = lines.encode(
        x=alt.X("k:Q", title="among the first k", axis=alt.Axis(values=list(range(1, 11)))),
        y=alt.Y("share:Q", title="share of questions", scale=_SHARE, axis=_PERCENT),
        color=alt.Color("what:N", title=None, legend=alt.Legend(orient="top")),
        strokeDash=alt.StrokeDash("what:N", legend=None),
    )
    return chart


def abstention_chart(points: Sequence[Mapping[str, Any]], current: Mapping[str, Any] | None) -> alt.LayerChart:
    """Share of wrong answers against the share of questions answered; a dot where the threshold is now."""
    x = alt.X("coverage:Q", title="questions answered", scale=_SHARE, axis=_PERCENT)
    y = alt.Y("risk:Q", title="of these wrong", scale=_SHARE, axis=_PERCENT)
    rows = [{"coverage": point["coverage"], "risk": point["risk"]} for point in points]
    line = alt.Chart(alt.InlineData(values=rows), height=_HEIGHT).mark_line(interpolate="step-before")
    here = [{"coverage": current["coverage"], "risk": current["risk"]}] if current else []
    dot = alt.Chart(alt.InlineData(values=here)).mark_point(filled=True, size=140, shape="diamond")
    chart: alt.LayerChart = line.encode(x=x, y=y) + dot.encode(x=x, y=y)
    return chart

"""The report's plots as SVG. Colours are the page's variables, so that they follow light and dark.

altair and vl-convert take a while to import: import this module only where a report is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert

from assistant.evaluation.metrics import ReliabilityBin, RiskPoint
from assistant.evaluation.outcomes import LatencySpread, RetrievalPoint

_WIDTH, _HEIGHT = 330, 230
_MOST_POINTS = 200
_INK, _FAINT, _LINE = "var(--ink)", "var(--ink-2)", "var(--line)"
_ONE, _OTHER, _MARK = "var(--plot-1)", "var(--plot-2)", "var(--plot-3)"
_ARTICLE, _SENTENCE = "right article", "right sentence"
_SHARE = alt.Scale(domain=[0, 1])
_PERCENT = alt.Axis(format=".0%", tickCount=5)


def retrieval_plot(points: Sequence[RetrievalPoint]) -> str:
    """Share of questions whose article, or sentence, is among the first k."""
    rows = [
        {"k": p.k, "share": value, "what": what}
        for p in points
        for what, value in ((_ARTICLE, p.article), (_SENTENCE, p.sentence))
        if value is not None
    ]
    names = [_ARTICLE, _SENTENCE]
    legend = alt.Legend(orient="top", title=None, symbolStrokeWidth=2, columnPadding=24)
    chart = _chart(rows).encode(
        x=alt.X("k:Q", title="among the first k", axis=alt.Axis(values=list(range(1, 11)), grid=False)),
        y=alt.Y("share:Q", title="share of questions", scale=_SHARE, axis=_PERCENT),
        color=alt.Color("what:N", scale=alt.Scale(domain=names, range=[_ONE, _OTHER]), legend=legend),
        shape=alt.Shape("what:N", scale=alt.Scale(domain=names, range=["circle", "square"]), legend=legend),
    )
    return _svg(chart.mark_line(strokeWidth=2) + chart.mark_point(filled=True, size=45, opacity=1))


def risk_coverage_plot(points: Sequence[RiskPoint], current: RiskPoint | None) -> str:
    """Share of wrong answers against the share of questions answered, the current threshold marked."""
    rows = [{"coverage": p.coverage, "risk": p.risk} for p in thinned(points, _MOST_POINTS)]
    x = alt.X("coverage:Q", title="questions answered", scale=_SHARE, axis=_PERCENT)
    y = alt.Y("risk:Q", title="of these wrong", scale=_SHARE, axis=_PERCENT)
    chart = alt.layer(_chart(rows).mark_line(color=_ONE, strokeWidth=2, interpolate="step-before").encode(x=x, y=y))
    if current:
        here = _chart([{"coverage": current.coverage, "risk": current.risk, "text": "now"}]).encode(x=x, y=y)
        label = here.mark_text(dy=-14, fontSize=12, fontWeight="bold", fill=_INK).encode(text="text:N")
        chart = chart + here.mark_point(filled=True, size=110, color=_MARK, shape="diamond", opacity=1) + label
    return _svg(chart)


def reliability_plot(bins: Sequence[ReliabilityBin]) -> str:
    """Share of right answers against confidence, with the diagonal that perfect confidence would follow."""
    rows = [
        {"low": b.low + 0.008, "high": b.high - 0.008, "accuracy": b.accuracy, "confidence": b.confidence}
        for b in bins
        if b.count
    ]
    axis = alt.Axis(format=".0%", tickCount=5, grid=False)

    def x(name: str) -> alt.X:
        return alt.X(name, title="confidence", scale=_SHARE, axis=axis)

    def y(name: str) -> alt.Y:
        return alt.Y(name, title="of these right", scale=_SHARE, axis=_PERCENT)

    bars = _chart(rows).mark_bar(color=_ONE, opacity=0.85)
    dots = _chart(rows).mark_point(filled=True, size=50, color=_MARK, shape="diamond", opacity=1)
    diagonal = _chart([{"at": 0, "to": 0}, {"at": 1, "to": 1}]).mark_line(color=_FAINT, strokeDash=[4, 4])
    return _svg(
        bars.encode(x=x("low:Q"), x2="high:Q", y=y("accuracy:Q"), y2=alt.datum(0))
        + diagonal.encode(x=x("at:Q"), y=y("to:Q"))
        + dots.encode(x=x("confidence:Q"), y=y("accuracy:Q"))
    )


def latency_plot(spreads: Sequence[LatencySpread]) -> str:
    """For each step a line from the 5th to the 95th percentile, a bar for the middle half, a tick for the median."""
    rows = [{"step": s.step, "p5": s.p5, "p25": s.p25, "p50": s.p50, "p75": s.p75, "p95": s.p95} for s in spreads]
    y = alt.Y("step:N", title=None, sort=[s.step for s in spreads], axis=alt.Axis(grid=False, labelFontSize=12))
    base = _chart(rows, height=150)

    def x(name: str) -> alt.X:
        return alt.X(name, title="milliseconds", axis=alt.Axis(tickCount=5))

    return _svg(
        base.mark_rule(color=_ONE, strokeWidth=2).encode(x=x("p5:Q"), x2="p95:Q", y=y)
        + base.mark_bar(color=_ONE, size=16).encode(x=x("p25:Q"), x2="p75:Q", y=y)
        + base.mark_tick(color=_MARK, thickness=3, size=22, opacity=1).encode(x=x("p50:Q"), y=y)
    )


def thinned(points: Sequence[RiskPoint], most: int) -> list[RiskPoint]:
    """At most this many of the points, evenly chosen, the last one always among them."""
    step = -(-len(points) // most) if points else 1
    return list(reversed(points[::-1][::step]))


def _chart(rows: list[dict[str, Any]], height: int = _HEIGHT) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows), width=_WIDTH, height=height)


def _svg(chart: alt.LayerChart | alt.FacetChart) -> str:
    colours = {"labelColor": _FAINT, "titleColor": _FAINT, "titleFontWeight": "normal"}
    config = {
        "background": "transparent",
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": colours
        | {"domainColor": _LINE, "gridColor": _LINE, "tickColor": _LINE, "titleFontSize": 12, "labelFontSize": 11},
        "legend": colours | {"labelFontSize": 12},
    }
    # Everything is in the specification; no address may be asked for more.
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), config=config, allowed_base_urls=[])
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)  # the page says in words what it shows

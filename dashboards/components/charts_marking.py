"""The pictures of the page of marking: progress, marks, severity of experts, agreement.

Belongs here: Altair charts from rows, each with a description for who cannot see it. Does not belong here:
counting (dbt_project/, dashboards/warehouse/marking.py), the tables beside them (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboards.components import measures
from dashboards.components.charts_rows import (
    ALARM,
    INK,
    NOTICE,
    PALE,
    STRONG,
    legend,
    lines,
    number_axis,
    row_axis,
    shades,
)
from dashboards.components.formats import named, number
from dashboards.i18n import Texts
from dashboards.warehouse import Row

#: Standard errors on each side of an estimate that hold 95 % (normal distribution).
_SIDES = 1.96
# From the lowest mark to the highest; each light enough for the dark ink on it.
_MARKS = ("#dc8f6a", "#f1cdb4", "#f3efe6", "#b5d2e6", "#6fabd6")


def progress_chart(rows: Sequence[Row], labels: Sequence[str], texts: Texts) -> alt.LayerChart:
    """Draw for each row how much of what is to be marked is marked, and how much waits."""
    kinds = [texts("column.count_marked"), texts("column.count_waiting")]
    records = []
    for place, row in enumerate(rows):
        total = row["count_to_mark"] or 1
        shared = {
            "top": place - 0.32,
            "foot": place + 0.32,
            "row": place,
            "name": labels[place],
            "label": " / ".join(
                number(row[name], texts.language) for name in ("count_marked", "count_to_mark")
            ),
        }
        edge = row["count_marked"] / total
        records.append({**shared, "start": 0, "end": edge, "kind": kinds[0]})
        if row["count_waiting"]:
            records.append({**shared, "start": edge, "end": 1, "kind": kinds[1]})
    base = alt.Chart(alt.Data(values=records))
    bars = base.mark_rect(stroke="#ffffff").encode(
        x=alt.X(
            "start:Q",
            axis=alt.Axis(title=None, format=".0%", grid=False, labelColor=INK),
            scale=alt.Scale(domain=[0, 1]),
        ),
        x2="end:Q",
        y=row_axis("top:Q", labels),
        y2="foot:Q",
        color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=["#86b8dc", NOTICE]), legend=legend()),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("label:N", title=texts("column.count_marked")),
        ],
    )
    words = (
        base.transform_filter("datum.start == 0")
        .mark_text(align="left", dx=6, color=INK, fontSize=12, fontWeight=600)
        .encode(x=alt.X("start:Q", title=None), y=alt.Y("row:Q", title=None), text="label:N")
    )
    return alt.layer(bars, words).properties(
        height=58 * len(rows) + 60, description=texts("marking.alt_progress")
    )


def mark_chart(
    rows: Sequence[Row], criteria: Mapping[str, str], marks: Sequence[int], texts: Texts
) -> alt.LayerChart:
    """Draw the shares of the marks of each criterion, lowest first; each part bears its mark."""
    codes = list(dict.fromkeys(row["criterion_code"] for row in rows))
    before = dict.fromkeys(codes, 0.0)
    colours = dict(zip(marks, shades(len(marks), _MARKS), strict=True))
    records = []
    for row in rows:
        code, share = row["criterion_code"], float(row["share_given"])
        place = codes.index(code)
        records.append(
            {
                "top": place - 0.34,
                "foot": place + 0.34,
                "row": place,
                "start": before[code],
                "end": before[code] + share,
                "middle": before[code] + share / 2,
                "mark": str(row["points"]),
                "label": str(row["points"]) if share >= 0.04 else "",
                "criterion": named(criteria, code),
                "people": number(row["count_given"], texts.language),
                "share": measures.percent(row["share_given"], texts.language),
            }
        )
        before[code] += share
    base = alt.Chart(alt.Data(values=records))
    bars = base.mark_rect(stroke="#ffffff").encode(
        x=alt.X(
            "start:Q",
            axis=alt.Axis(title=None, format=".0%", grid=False, labelColor=INK),
            scale=alt.Scale(domain=[0, 1]),
        ),
        x2="end:Q",
        y=row_axis("top:Q", [named(criteria, code) for code in codes]),
        y2="foot:Q",
        color=alt.Color(
            "mark:N",
            scale=alt.Scale(domain=[str(mark) for mark in marks], range=list(colours.values())),
            legend=legend(len(marks)),
        ),
        tooltip=[
            alt.Tooltip("criterion:N", title=texts("column.criterion")),
            alt.Tooltip("mark:N", title=texts("column.points")),
            alt.Tooltip("people:N", title=texts("column.count_given")),
            alt.Tooltip("share:N", title=texts("column.share_given")),
        ],
    )
    words = base.mark_text(color=INK, fontSize=12, fontWeight=600).encode(
        x=alt.X("middle:Q", title=None), y=alt.Y("row:Q", title=None), text="label:N"
    )
    return alt.layer(bars, words).properties(
        height=50 * len(codes) + 90, description=texts("marking.alt_marks")
    )


def rater_records(rows: Sequence[Row], texts: Texts) -> list[dict[str, Any]]:
    """Return the experts whose severity is known, strictest first, with the ends of their intervals."""
    known = [row for row in rows if row["severity_logits"] is not None]
    known.sort(key=lambda row: (-row["severity_logits"], row["rater_code"]))
    kinds = [texts("marking.rater_sound"), texts("marking.rater_flagged")]
    return [
        {
            "rater": row["rater_code"],
            "severity": row["severity_logits"],
            "low": row["severity_logits"] - _SIDES * row["severity_error"],
            "high": row["severity_logits"] + _SIDES * row["severity_error"],
            "kind": kinds[bool(row["flag_codes"])],
            "flags": measures.words(row["flag_codes"], texts),
            "text": measures.decimal(row["severity_logits"], 2, texts.language),
        }
        for row in known
    ]


def rater_chart(rows: Sequence[Row], texts: Texts) -> alt.LayerChart:
    """Draw each expert's severity with its 95 % interval, strictest first; flagged by colour and shape."""
    records = rater_records(rows, texts)
    kinds = [texts("marking.rater_sound"), texts("marking.rater_flagged")]
    y = alt.Y(
        "rater:N",
        sort=[record["rater"] for record in records],
        axis=alt.Axis(title=None, labelColor=INK, labelFontSize=11, labelOverlap=False, labelFlush=False),
    )
    base = alt.Chart(alt.Data(values=records))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[STRONG, ALARM]), legend=legend())
    spans = base.mark_rule(strokeWidth=2, opacity=0.7).encode(
        x=alt.X("low:Q", axis=number_axis(texts("column.severity_logits"), texts.language)),
        x2="high:Q",
        y=y,
        color=colour,
    )
    dots = base.mark_point(filled=True, size=65, opacity=1).encode(
        x=alt.X("severity:Q", title=None),
        y=y,
        color=colour,
        shape=alt.Shape(
            "kind:N", scale=alt.Scale(domain=kinds, range=["circle", "triangle-up"]), legend=legend()
        ),
        tooltip=[
            alt.Tooltip("rater:N", title=texts("column.rater_code")),
            alt.Tooltip("text:N", title=texts("column.severity_logits")),
            alt.Tooltip("flags:N", title=texts("column.flag_codes")),
        ],
    )
    zero = lines([{"x": 0}], color=INK, strokeDash=[3, 4]).encode(x="x:Q")
    return alt.layer(zero, spans, dots).properties(
        height=19 * len(records) + 80, description=texts("marking.alt_raters")
    )


def agreement_chart(rows: Sequence[Row], labels: Sequence[str], texts: Texts) -> alt.LayerChart:
    """Draw Krippendorff's alpha of each row with its interval, and ICC(1,k) as another sign."""
    kinds = [texts("column.alpha"), texts("column.icc_average")]
    spans, dots = [], []
    for place, row in enumerate(rows):
        if row["alpha_low"] is not None:
            spans.append({"row": place, "low": row["alpha_low"], "high": row["alpha_high"]})
        for kind, value in zip(kinds, (row["alpha"], row["icc_average"]), strict=True):
            if value is not None:
                dots.append(
                    {
                        "row": place,
                        "value": value,
                        "kind": kind,
                        "name": labels[place],
                        "text": measures.decimal(value, 2, texts.language),
                    }
                )
    low = min([0, *(span["low"] for span in spans), *(dot["value"] for dot in dots)])
    x = alt.X(
        "low:Q",
        axis=number_axis("", texts.language),
        scale=alt.Scale(domain=[low, 1], nice=False),
    )
    bars = (
        alt.Chart(alt.Data(values=spans))
        .mark_rule(color=PALE, strokeWidth=9)
        .encode(x=x, x2="high:Q", y=row_axis("row:Q", labels))
    )
    marks = (
        alt.Chart(alt.Data(values=dots))
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=alt.X("value:Q", title=None),
            y=alt.Y("row:Q", title=None),
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[STRONG, NOTICE]), legend=legend()),
            shape=alt.Shape(
                "kind:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond"]), legend=legend()
            ),
            tooltip=[
                alt.Tooltip("name:N", title=texts("column.criterion")),
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("text:N", title=" "),
            ],
        )
    )
    return alt.layer(bars, marks).properties(
        height=44 * len(rows) + 80, description=texts("marking.alt_agreement")
    )

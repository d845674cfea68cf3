"""The pictures of registrations: by day with the campaign above, by hour, drafts and complete, by region.

Belongs here: Altair charts from rows of counts. Does not belong here: counting (dbt_project/,
dashboards/warehouse/), the tables beside the pictures (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt

from dashboards.components.charts_season import INK, MUTED, count_axis, day_axis, name_axis
from dashboards.components.formats import day_text, local_text, number, points
from dashboards.i18n import Texts
from dashboards.warehouse import Row

_COMPLETE, _INCOMPLETE, _DRAFTS = "#1f6fa8", "#e3b778", "#c9d3dc"
_EVENTS = "#7d3c53"
_HEIGHT = 300


def _legend() -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        columns=2,
        labelLimit=260,
        labelFontSize=12,
        labelColor=INK,
        symbolType="square",
    )


def _kinds(texts: Texts, *, with_drafts: bool = False) -> alt.Color:
    names = [texts("column.count_complete"), texts("column.count_incomplete")]
    colours = [_COMPLETE, _INCOMPLETE]
    if with_drafts:
        names.append(texts("column.count_drafts"))
        colours.append(_DRAFTS)
    return alt.Color("kind:N", scale=alt.Scale(domain=names, range=colours), legend=_legend())


def _stacked(
    row: Row, start: str, values: Sequence[tuple[str, int]], texts: Texts, **also: object
) -> list[dict[str, Any]]:
    """Return one record per kind of a bar, each on top of the one before; `start` names the kinds' texts."""
    records, below = [], 0
    for order, (name, people) in enumerate(values):
        if people:
            records.append(
                {
                    "kind": texts(f"{start}{name}"),
                    "order": order,
                    "people": people,
                    "shown": number(people, texts.language),
                    "bottom": below,
                    "top": below + people,
                    **also,
                }
            )
        below += people
    return records


def days_chart(rows: Sequence[Row], texts: Texts) -> alt.LayerChart:
    """Draw applications day by day as bars, and on the same axis the days of events as circles above them."""
    language = texts.language
    records, held = [], []
    for row in rows:
        day: date = row["activity_on"]
        span = {
            "from": day.isoformat() + "T02:00:00",
            "to": day.isoformat() + "T22:00:00",
            "day": day_text(day, language),
        }
        values = [(name, row[name] or 0) for name in ("count_complete", "count_incomplete")]
        records += _stacked(row, "column.", values, texts, **span)
        if row["count_events"]:
            held.append(
                {
                    "at": day.isoformat() + "T12:00:00",
                    "day": span["day"],
                    "events": row["count_events"],
                    "shown": number(row["count_events"], language),
                    "reached": number(row["count_reached"], language),
                }
            )
    largest = max((record["top"] for record in records), default=1)
    scale = alt.Scale(domain=[0, largest * 1.18], nice=False)
    bars = (
        alt.Chart(alt.Data(values=records))
        .mark_rect()
        .encode(
            x=alt.X("from:T", axis=day_axis(language)),
            x2="to:T",
            y=alt.Y("bottom:Q", axis=count_axis(texts.language), scale=scale),
            y2="top:Q",
            color=_kinds(texts),
            tooltip=[
                alt.Tooltip("day:N", title=texts("column.activity_on")),
                alt.Tooltip("kind:N", title=texts("column.count_registrations")),
                alt.Tooltip("shown:N", title=texts("registrations.applications")),
            ],
        )
    )
    circles = (
        alt.Chart(alt.Data(values=held))
        .mark_circle(color=_EVENTS, opacity=0.75)
        .encode(
            x=alt.X("at:T", axis=day_axis(language)),
            y=alt.value(14),
            size=alt.Size("events:Q", legend=None, scale=alt.Scale(range=[30, 420], zero=True)),
            tooltip=[
                alt.Tooltip("day:N", title=texts("column.activity_on")),
                alt.Tooltip("shown:N", title=texts("column.count_events")),
                alt.Tooltip("reached:N", title=texts("column.count_reached")),
            ],
        )
    )
    return alt.layer(bars, circles).properties(height=_HEIGHT)


def hours_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Draw applications of each day and hour of the day as a field of squares, the darker the more."""
    language = texts.language
    records = [
        {
            "from": row["activity_on"].isoformat() + "T00:00:00",
            "to": (row["activity_on"] + timedelta(days=1)).isoformat() + "T00:00:00",
            "top": row["hour_no"],
            "bottom": row["hour_no"] + 1,
            "people": row["count_registrations"],
            "when": local_text(row["activity_hour_local"], language),
            "shown": number(row["count_registrations"], language),
        }
        for row in rows
    ]
    axis = alt.Axis(
        title=None,
        values=[0, 6, 12, 18, 24],
        labelExpr="datum.value + ':00'",
        labelColor=INK,
        labelFontSize=12,
        grid=False,
    )
    return (
        alt.Chart(alt.Data(values=records))
        .mark_rect(stroke="#ffffff", strokeWidth=0.4)
        .encode(
            x=alt.X("from:T", axis=day_axis(language)),
            x2="to:T",
            y=alt.Y("top:Q", axis=axis, scale=alt.Scale(domain=[24, 0], nice=False)),
            y2="bottom:Q",
            color=alt.Color(
                "people:Q",
                scale=alt.Scale(range=["#eef2f5", "#86b8dc", "#0f4a75"]),
                legend=alt.Legend(
                    title=texts("registrations.in_the_hour"), orient="top", titleColor=INK, labelColor=INK
                ),
            ),
            tooltip=[
                alt.Tooltip("when:N", title=texts("column.activity_hour_local")),
                alt.Tooltip("shown:N", title=texts("column.count_registrations")),
            ],
        )
        .properties(height=_HEIGHT)
    )


def last_day_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Draw the applications of one day hour by hour; `rows` are the hours of that day."""
    records = []
    for row in rows:
        values = [(name, row[name] or 0) for name in ("count_complete", "count_incomplete")]
        records += _stacked(
            row, "column.", values, texts, left=row["hour_no"] + 0.08, right=row["hour_no"] + 0.92,
            when=f"{row['hour_no']}:00–{row['hour_no']}:59",
        )  # fmt: skip
    return (
        alt.Chart(alt.Data(values=records))
        .mark_rect()
        .encode(
            x=alt.X(
                "left:Q",
                title=None,
                scale=alt.Scale(domain=[0, 24], nice=False),
                axis=alt.Axis(
                    values=list(range(0, 25, 3)), labelExpr="datum.value + ':00'", labelColor=INK, grid=False
                ),
            ),
            x2="right:Q",
            y=alt.Y("bottom:Q", axis=count_axis(texts.language)),
            y2="top:Q",
            color=_kinds(texts),
            tooltip=[
                alt.Tooltip("when:N", title=texts("column.activity_hour_local")),
                alt.Tooltip("kind:N", title=texts("column.count_registrations")),
                alt.Tooltip("shown:N", title=texts("registrations.applications")),
            ],
        )
        .properties(height=_HEIGHT)
    )


def standing_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Draw complete applications, incomplete ones and drafts at the end of each hour, stacked."""
    language = texts.language
    records: list[dict[str, Any]] = []
    for row in rows:
        values = [
            ("count_complete", row["count_complete_so_far"]),
            ("count_incomplete", row["count_incomplete_so_far"]),
            ("count_drafts", row["count_drafts"]),
        ]
        records += [
            {
                "at": row["activity_hour_local"].isoformat(),
                "kind": texts(f"column.{name}"),
                "order": order,
                "people": people,
                "when": local_text(row["activity_hour_local"], language),
                "shown": number(people, language),
            }
            for order, (name, people) in enumerate(values)
        ]
    return (
        alt.Chart(alt.Data(values=records))
        .mark_area(interpolate="step-after")
        .encode(
            x=alt.X("at:T", axis=day_axis(language)),
            y=alt.Y("people:Q", axis=count_axis(texts.language), stack="zero"),
            color=_kinds(texts, with_drafts=True),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("when:N", title=texts("column.activity_hour_local")),
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("shown:N", title=texts("registrations.accounts")),
            ],
        )
        .properties(height=_HEIGHT)
    )


def regions_chart(rows: Sequence[Row], names: Mapping[str, str], texts: Texts) -> alt.LayerChart:
    """Draw applications per 100,000 residents region by region; regions without a figure are left out."""
    language = texts.language
    records = [
        {
            "region": names[row["region_code"]],
            "value": float(row["registrations_per_residents"]),
            "label": points(row["registrations_per_residents"], language),
            "people": number(row["count_registrations"], language),
        }
        for row in rows
        if row["registrations_per_residents"] is not None
    ]
    order = [str(record["region"]) for record in records]
    y = alt.Y("region:N", sort=order, title=None, axis=name_axis(order, 30))
    base = alt.Chart(alt.Data(values=records)).encode(
        y=y,
        x=alt.X("value:Q", title=None, axis=alt.Axis(labelColor=MUTED, gridColor="#e8ecf0")),
        tooltip=[
            alt.Tooltip("region:N", title=texts("column.region")),
            alt.Tooltip("label:N", title=texts("column.registrations_per_residents")),
            alt.Tooltip("people:N", title=texts("column.count_registrations")),
        ],
    )
    bars = base.mark_bar(color="#86b8dc", cornerRadius=2)
    labels = base.mark_text(align="left", dx=4, color=INK, fontSize=12).encode(text="label:N")
    return alt.layer(bars, labels).properties(height=26 * max(len(records), 1) + 10)

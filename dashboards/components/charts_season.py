"""The picture of the season: its events as bars on one axis of days, with the line of the season clock.

Belongs here: Altair charts from rows of dates. Does not belong here: which dates there are (dbt_project/,
dashboards/warehouse/), the table beside the picture (dashboards/views/).
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import altair as alt

from dashboards.components.formats import local_text
from dashboards.i18n import Texts
from dashboards.warehouse import Row

INK, MUTED = "#1c2733", "#51606e"
STATE_COLOURS: Mapping[str, str] = {"over": "#b9c4ce", "now": "#1f6fa8", "to_come": "#86b8dc"}
_NOW = "#b3261e"
# A stage's name may take three lines.
_ROW_HEIGHT = 44


def day_axis(language: str, **options: Any) -> alt.Axis:
    """Return an axis of days: 28.10, in English 28 Oct."""
    return alt.Axis(
        title=None,
        format="%-d %b" if language == "en" else "%d.%m",
        labelColor=INK,
        labelFontSize=12,
        labelOverlap=True,
        gridColor="#e8ecf0",
        **options,
    )


def count_axis(language: str) -> alt.Axis:
    """Return an axis of counts: 4,000 in English, 4 000 in Kazakh and Russian."""
    written = "format(datum.value, ',')"
    return alt.Axis(
        title=None,
        labelExpr=written if language == "en" else f"replace({written}, regexp(',', 'g'), '\u00a0')",
        labelColor=INK,
        labelFontSize=12,
        gridColor="#e8ecf0",
        tickCount=6,
        tickMinStep=1,
    )


def name_axis(names: Sequence[str], width: int = 26) -> alt.Axis:
    """Return an axis of names, wrapped at `width` letters so that they leave room on narrow screens."""
    wrapped = {name: textwrap.wrap(name, width, break_long_words=False) or [name] for name in names}
    return alt.Axis(
        labelExpr=f"{json.dumps(wrapped, ensure_ascii=False)}[datum.value]",
        labelLimit=220,
        labelFontSize=12,
        labelLineHeight=13,
        labelColor=INK,
        labelOverlap=False,
        ticks=False,
        domain=False,
        grid=True,
        gridColor="#e8ecf0",
    )


def event_records(events: Sequence[Row], names: Mapping[str, str], texts: Texts) -> list[dict[str, Any]]:
    """Return one record per event: where its bar lies, and what is said of it; moments are local."""
    language = texts.language
    records = []
    for event in events:
        ends = event["ends_local"] or event["starts_local"]
        # the end is not included: a day that ends at midnight is shown with the minute before
        last = ends - timedelta(minutes=1) if event["ends_local"] else ends
        when = local_text(event["starts_local"], language)
        records.append(
            {
                "stage": names[event["stage_code"]],
                "event": texts(f"event.{event['event_code']}"),
                "state": texts(f"season.state_{event['state']}"),
                "from": event["starts_local"].isoformat(),
                "to": ends.isoformat(),
                "is_moment": event["ends_local"] is None,
                "when": f"{when} – {local_text(last, language)}" if event["ends_local"] else when,
            }
        )
    return records


def timeline(
    events: Sequence[Row], names: Mapping[str, str], now_local: datetime, texts: Texts
) -> alt.LayerChart:
    """Draw the calendar: a row per stage (`names` in order), a bar per event, a diamond per publication.

    The line is the season clock; outside the calendar it stands at its edge and is left out.
    """
    records = event_records(events, names, texts)
    order = [name for name in names.values() if any(record["stage"] == name for record in records)]
    language = texts.language
    y = alt.Y("stage:N", sort=order, title=None, axis=name_axis(order))
    states = [texts(f"season.state_{state}") for state in STATE_COLOURS]
    colour = alt.Color(
        "state:N",
        scale=alt.Scale(domain=states, range=list(STATE_COLOURS.values())),
        legend=alt.Legend(
            title=None, orient="top", columns=2, labelFontSize=12, labelColor=INK, symbolType="square"
        ),
    )
    tooltip = [
        alt.Tooltip("stage:N", title=texts("column.stage")),
        alt.Tooltip("event:N", title=texts("column.event")),
        alt.Tooltip("when:N", title=texts("column.when")),
        alt.Tooltip("state:N", title=texts("column.event_state")),
    ]
    base = alt.Chart(alt.Data(values=records)).encode(y=y, color=colour, tooltip=tooltip)
    bars = (
        base.transform_filter("!datum.is_moment")
        .mark_bar(height=14, cornerRadius=3, opacity=0.85)
        .encode(x=alt.X("from:T", axis=day_axis(language)), x2="to:T")
    )
    points = (
        base.transform_filter("datum.is_moment")
        .mark_point(shape="diamond", size=110, filled=True, stroke=INK, strokeWidth=0.8, opacity=1)
        .encode(x=alt.X("from:T", axis=day_axis(language)))
    )
    layers = [bars, points]
    first = min(event["starts_local"] for event in events)
    last = max(event["ends_local"] or event["starts_local"] for event in events)
    if first <= now_local <= last:
        layers.append(
            alt.Chart(alt.Data(values=[{"now": now_local.isoformat(), "label": texts("season.now")}]))
            .mark_rule(color=_NOW, strokeWidth=2)
            .encode(x="now:T", tooltip=alt.Tooltip("label:N", title=" "))
        )
    return alt.layer(*layers).properties(height=_ROW_HEIGHT * len(order) + 20)

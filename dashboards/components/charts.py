"""The pictures: the funnel by track, what became of those who entered, how early and late bodies answer.

Belongs here: Altair charts from rows of counts. Does not belong here: counting (dbt_project/,
dashboards/warehouse/).
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboards.components.formats import named, number
from dashboards.i18n import Texts
from dashboards.warehouse import Row

_ENTERED = "#cfe0ee"
_GOES_ON = "#86b8dc"
_INK = "#1c2733"
OUTCOME_COLOURS: Mapping[str, str] = {
    "count_admitted": "#2f7fb5",
    "count_not_admitted": "#c9d3dc",
    "count_absent": "#e3b778",
    "count_annulled": "#b5555b",
    "count_excluded": "#7d3c53",
    "count_withdrawn": "#9a8bb5",
    "count_pending": "#eadf9d",
}
_EARLY, _LATE, _DUE = "#86b8dc", "#d98a5f", "#51606e"
ROW_HEIGHT = 46
# A body's name may take three lines; legend and axis need room besides.
_BODY_HEIGHT, _BODY_MARGIN = 58, 70
_HEADING_LINE = 13


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False) or [text]


def _label_expression(labels: Sequence[str], width: int) -> str:
    """Return a Vega expression that turns the position of a label into its wrapped lines."""
    return f"{json.dumps([_wrapped(label, width) for label in labels], ensure_ascii=False)}[datum.value]"


def stage_axis(field: str, labels: Sequence[str], headroom: float = 0) -> alt.Y:
    """Return an axis of names at 0, 1, 2 … from above; `headroom` rows are left free above the first."""
    axis = alt.Axis(
        title=None,
        values=list(range(len(labels))),
        labelExpr=_label_expression(labels, 30),
        labelLimit=260,
        labelFontSize=12,
        labelColor=_INK,
        labelLineHeight=14,
        domain=False,
        ticks=False,
        grid=False,
        labelPadding=8,
        # a name of three lines would hide its neighbours
        labelOverlap=False,
    )
    scale = alt.Scale(domain=[len(labels) - 0.5, -0.5 - headroom], nice=False)
    return alt.Y(field, axis=axis, scale=scale)


def _track_headings(tracks: Sequence[str]) -> tuple[alt.Chart, float]:
    """Return a layer with the wrapped names of the tracks above the first stage, and its height in rows."""
    lines = [_wrapped(name, 18 if len(tracks) > 3 else 36) for name in tracks]
    height = (max(map(len, lines)) * _HEADING_LINE + 8) / ROW_HEIGHT
    values = [{"track": x, "row": -0.5 - height, "name": name} for x, name in enumerate(lines)]
    mark = alt.Chart(alt.Data(values=values)).mark_text(
        baseline="top", fontSize=11, color=_INK, lineHeight=_HEADING_LINE
    )
    return mark.encode(x=alt.X("track:Q", title=None), y=alt.Y("row:Q", title=None), text="name:N"), height


def funnel_records(
    counts: Mapping[tuple[str, str], Row],
    stages: Mapping[str, str],
    tracks: Mapping[str, str],
    texts: Texts,
) -> list[dict[str, Any]]:
    """Return one record per stage and track with the edges of its two bars.

    A bar is centred on its track's column (0, 1, 2 …) and at most 0.84 wide; its width follows the square
    root of the number of people, on one scale for all tracks.
    """
    largest = max((row["count_entered"] for row in counts.values()), default=0) or 1
    records = []
    for y, (stage, stage_name) in enumerate(stages.items()):
        for x, (track, track_name) in enumerate(tracks.items()):
            row = counts.get((stage, track))
            entered, goes_on = (row["count_entered"], row["count_admitted"] or 0) if row else (0, 0)
            outer, inner = (0.42 * math.sqrt(people / largest) for people in (entered, goes_on))
            records.append(
                {
                    "stage": y,
                    "track": x,
                    "top": y - 0.3,
                    "bottom": y + 0.3,
                    "left": x - outer,
                    "right": x + outer,
                    "inner_left": x - inner,
                    "inner_right": x + inner,
                    "label": number(entered, texts.language) if entered else "",
                    "stage_name": stage_name,
                    "track_name": track_name,
                    "stage_code": stage,
                    "track_code": track,
                    "sentence": texts(
                        "funnel.entered_to",
                        entered=number(entered, texts.language),
                        admitted=number(row["count_admitted"] if row else 0, texts.language),
                    ),
                }
            )
    return records


def funnel_chart(
    counts: Mapping[tuple[str, str], Row],
    stages: Mapping[str, str],
    tracks: Mapping[str, str],
    texts: Texts,
    pick: alt.Parameter | None = None,
) -> alt.LayerChart:
    """Draw a funnel per track, side by side; `counts` by (stage code, track code), names in order.

    Who goes on may be None: not known yet. `pick`: a selection of stage_code and track_code by a click.
    """
    headings, headroom = _track_headings(list(tracks.values()))
    x = alt.X("left:Q", title=None, axis=None, scale=alt.Scale(domain=[-0.5, len(tracks) - 0.5], nice=False))
    y, y2 = stage_axis("top:Q", list(stages.values()), headroom), alt.Y2("bottom:Q")
    base = alt.Chart(alt.Data(values=funnel_records(counts, stages, tracks, texts))).encode(
        tooltip=[
            alt.Tooltip("track_name:N", title=texts("column.track")),
            alt.Tooltip("stage_name:N", title=texts("column.stage")),
            alt.Tooltip("sentence:N", title=" "),
        ]
    )
    outer = base.mark_rect(color=_ENTERED, cornerRadius=2).encode(x=x, x2="right:Q", y=y, y2=y2)
    if pick is not None:
        outer = outer.add_params(pick)
    inner = base.mark_rect(color=_GOES_ON, cornerRadius=2).encode(
        x=alt.X("inner_left:Q", title=None), x2="inner_right:Q", y=y, y2=y2
    )
    label = base.mark_text(color=_INK, fontSize=12, fontWeight=600).encode(
        x=alt.X("track:Q", title=None), y=alt.Y("stage:Q", title=None), text="label:N"
    )
    height = ROW_HEIGHT * (len(stages) + headroom)
    return alt.layer(outer, inner, label, headings).properties(height=height)


def outcome_chart(
    totals: Mapping[str, Mapping[str, int]], stages: Mapping[str, str], texts: Texts
) -> alt.Chart:
    """Draw what became of those who entered each stage, as shares; `totals` by stage, then count column."""
    outcomes = {name: texts(f"column.{name}") for name in OUTCOME_COLOURS}
    records = []
    for y, (stage, stage_name) in enumerate(stages.items()):
        entered = totals.get(stage, {}).get("count_entered", 0)
        before = 0
        for name, label in outcomes.items():
            people = totals.get(stage, {}).get(name, 0)
            if people:
                records.append(
                    {
                        "stage": y,
                        "top": y - 0.32,
                        "bottom": y + 0.32,
                        "stage_name": stage_name,
                        "outcome": label,
                        "start": before / entered,
                        "end": (before + people) / entered,
                        "people": number(people, texts.language),
                    }
                )
            before += people
    return (
        alt.Chart(alt.Data(values=records))
        .mark_rect(stroke="#ffffff", strokeWidth=1)
        .encode(
            x=alt.X(
                "start:Q", title=None, axis=alt.Axis(format=".0%", grid=False), scale=alt.Scale(domain=[0, 1])
            ),
            x2="end:Q",
            y=stage_axis("top:Q", list(stages.values())),
            y2="bottom:Q",
            color=alt.Color(
                "outcome:N",
                scale=alt.Scale(domain=list(outcomes.values()), range=list(OUTCOME_COLOURS.values())),
                legend=alt.Legend(
                    title=None, orient="top", columns=7, labelLimit=180, labelFontSize=12, labelColor=_INK
                ),
            ),
            tooltip=[
                alt.Tooltip("stage_name:N", title=texts("column.stage")),
                alt.Tooltip("outcome:N", title=texts("column.status")),
                alt.Tooltip("people:N", title=texts("column.count_entered")),
            ],
        )
        .properties(height=ROW_HEIGHT * len(stages))
    )


def lead_lag_chart(rows: Sequence[Row], bodies: Mapping[str, str], texts: Texts) -> alt.LayerChart:
    """Draw for each body the most days before and after the due day on which it answered (A32)."""
    records = _lead_lag_records(rows, bodies, texts)
    days = [record["days"] for record in records] or [0]
    room = (max(days) - min(days)) * 0.08 + 0.5  # for the figures at the ends of the bars
    x = alt.X(
        "days:Q",
        title=None,
        axis=alt.Axis(grid=True, tickMinStep=1, labelExpr="abs(datum.value)"),
        scale=alt.Scale(domain=[min(0, *days) - room, max(0, *days) + room], nice=False),
    )
    y = stage_axis("top:Q", [named(bodies, row["body_code"]) for row in rows])
    names = [texts("vetting.side_early"), texts("vetting.side_late")]
    base = alt.Chart(alt.Data(values=records))
    bars = base.mark_rect(cornerRadius=2).encode(
        x=x,
        x2="zero:Q",
        y=y,
        y2="bottom:Q",
        color=alt.Color(
            "side:N",
            scale=alt.Scale(domain=names, range=[_EARLY, _LATE]),
            legend=alt.Legend(
                title=None,
                orient="top",
                direction="vertical",
                labelLimit=420,
                labelFontSize=12,
                labelColor=_INK,
            ),
        ),
        tooltip=[
            alt.Tooltip("body:N", title=texts("column.body")),
            alt.Tooltip("sentence:N", title=" "),
        ],
    )
    marks = [
        base.transform_filter(f"datum.is_late == {late}")
        .mark_text(color=_INK, fontSize=12, align=align, dx=shift)
        .encode(x=alt.X("days:Q", title=None), y=alt.Y("row:Q", title=None), text="label:N")
        for late, align, shift in (("false", "right", -5), ("true", "left", 5))
    ]
    rule = alt.Chart(alt.Data(values=[{"x": 0}])).mark_rule(color=_DUE, strokeWidth=1.5).encode(x="x:Q")
    return alt.layer(bars, *marks, rule).properties(height=_BODY_HEIGHT * len(rows) + _BODY_MARGIN)


def _lead_lag_records(rows: Sequence[Row], bodies: Mapping[str, str], texts: Texts) -> list[dict[str, Any]]:
    records = []
    for y, row in enumerate(rows):
        for is_late, days, count in (
            (False, row["lead_days_max"], row["count_early"]),
            (True, row["lag_days_max"], row["count_late"]),
        ):
            if not days:
                continue
            word = "late" if is_late else "early"
            counted = number(count, texts.language)
            records.append(
                {
                    "row": y,
                    "top": y - 0.28,
                    "bottom": y + 0.28,
                    "zero": 0,
                    "days": days if is_late else -days,
                    "is_late": is_late,
                    "side": texts(f"vetting.side_{word}"),
                    "label": number(days, texts.language),
                    "body": named(bodies, row["body_code"]),
                    "sentence": texts(f"vetting.answers_{word}", count=counted, days=days),
                }
            )
    return records

"""The pictures of the page of tests: scores with the cut, items, options, groups, hours, fragility.

Belongs here: Altair charts from rows, each with a description for who cannot see it. Does not belong here:
counting (dbt_project/, dashboards/warehouse/testing.py), the tables beside them (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboards.components import measures
from dashboards.components.charts_rows import (
    ALARM,
    BAND,
    INK,
    NOTICE,
    PALE,
    STRONG,
    legend,
    lines,
    number_axis,
    row_axis,
)
from dashboards.components.formats import named, number, points
from dashboards.i18n import Texts
from dashboards.warehouse import Row

# Of one track among others, and of one alone.
_TRACK_HEIGHT, _ALONE_HEIGHT = 84, 220
_CLASS_COLOURS: Mapping[str, str] = {"A": PALE, "B": NOTICE, "C": ALARM}
_CLASS_SHAPES: Mapping[str, str] = {"A": "circle", "B": "square", "C": "triangle-up"}


def score_records(scores: Sequence[Row], tracks: Sequence[Row], texts: Texts) -> list[dict[str, Any]]:
    """Return a bar per track and score, each track on its own scale; who goes on is a part of each bar.

    Rows are numbered as `tracks`; a bar stands on its row's foot, and the highest of a row is 0.7 of it high.
    """
    places = {row["track_code"]: place for place, row in enumerate(tracks)}
    largest: dict[str, int] = {}
    for row in scores:
        largest[row["track_code"]] = max(largest.get(row["track_code"], 1), row["count_people"])
    records = []
    for row in scores:
        foot = places[row["track_code"]] + 0.42
        scale = 0.7 / largest[row["track_code"]]
        high, admitted = (scale * row[name] for name in ("count_people", "count_admitted"))
        score = float(row["score_points"])
        shared = {
            "left": score - 0.44,
            "right": score + 0.44,
            "score": points(row["score_points"], texts.language),
            "people": number(row["count_people"], texts.language),
            "goes_on": number(row["count_admitted"], texts.language),
        }
        if admitted:
            records.append({**shared, "foot": foot, "top": foot - admitted, "kind": texts("tests.goes_on")})
        if high > admitted:
            records.append(
                {
                    **shared,
                    "foot": foot - admitted,
                    "top": foot - high,
                    "kind": texts("tests.does_not"),
                }
            )
    return records


def score_chart(
    scores: Sequence[Row], tracks: Sequence[Row], names: Mapping[str, str], texts: Texts
) -> alt.LayerChart:
    """Draw the scores of each track with its cut-off and the people within one error of it."""
    records = score_records(scores, tracks, texts)
    labels = [named(names, row["track_code"]) for row in tracks]
    span = [record[side] for record in records for side in ("left", "right")]
    x = alt.X(
        "left:Q",
        axis=number_axis(texts("column.score_points"), texts.language, grid=False, tickMinStep=1),
        scale=alt.Scale(domain=[min(span), max(span)], nice=False),
    )
    y = row_axis("top:Q", labels)
    bars = (
        alt.Chart(alt.Data(values=records))
        .mark_rect()
        .encode(
            x=x,
            x2="right:Q",
            y=y,
            y2="foot:Q",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=[texts("tests.goes_on"), texts("tests.does_not")], range=[STRONG, PALE]
                ),
                legend=legend(),
            ),
            tooltip=[
                alt.Tooltip("score:N", title=texts("column.score_points")),
                alt.Tooltip("people:N", title=texts("column.count_people")),
                alt.Tooltip("goes_on:N", title=texts("column.count_admitted")),
            ],
        )
    )
    cuts = _cut_records(tracks, min(span), max(span), texts)
    base = alt.Chart(alt.Data(values=cuts))
    band = base.mark_rect(color=BAND).encode(x=alt.X("low:Q", title=None), x2="high:Q", y=y, y2="foot:Q")
    cut = base.mark_rule(color=ALARM, strokeWidth=2).encode(
        x=alt.X("cut:Q", title=None), y=alt.Y("top:Q", title=None), y2="foot:Q"
    )
    words = base.mark_text(color=INK, fontSize=12, align="left", dx=5, baseline="top").encode(
        x=alt.X("cut:Q", title=None), y=alt.Y("top:Q", title=None), text="label:N"
    )
    return alt.layer(band, bars, cut, words).properties(
        height=(_TRACK_HEIGHT * len(tracks) if len(tracks) > 1 else _ALONE_HEIGHT) + 60,
        description=texts("tests.alt_scores"),
    )


def _cut_records(tracks: Sequence[Row], low: float, high: float, texts: Texts) -> list[dict[str, Any]]:
    records = []
    for place, row in enumerate(tracks):
        if row["cutoff_points"] is None:
            continue
        cut = float(row["cutoff_points"])
        error = float(row["error_points"] or 0)
        records.append(
            {
                "cut": cut - 0.5,
                "low": max(low, cut - error),
                "high": min(high, cut + error),
                "top": place - 0.5,
                "foot": place + 0.42,
                "label": texts("tests.cut_label", cut=points(row["cutoff_points"], texts.language)),
            }
        )
    return records


def item_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Draw each item by difficulty and item-rest correlation; flagged ones by colour and shape."""
    kinds = [texts("tests.item_sound"), texts("tests.item_flagged")]
    records = [
        {
            "difficulty": float(row["difficulty"]),
            "rest": float(row["item_rest_correlation"]),
            "kind": kinds[bool(row["item_flag_codes"])],
            "item": f"{row['form_code']} · {row['item_no']}",
            "flags": measures.words(row["item_flag_codes"], texts),
        }
        for row in rows
        if row["difficulty"] is not None and row["item_rest_correlation"] is not None
    ]
    return (
        alt.Chart(alt.Data(values=records))
        .mark_point(filled=True, size=70, opacity=0.85)
        .encode(
            x=alt.X(
                "difficulty:Q",
                axis=number_axis(texts("column.difficulty"), texts.language),
                scale=alt.Scale(domain=[0, 1]),
            ),
            y=alt.Y("rest:Q", axis=number_axis(texts("column.item_rest_correlation"), texts.language)),
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[STRONG, ALARM]), legend=legend()),
            shape=alt.Shape(
                "kind:N", scale=alt.Scale(domain=kinds, range=["circle", "triangle-up"]), legend=legend()
            ),
            tooltip=[
                alt.Tooltip("item:N", title=texts("column.item_no")),
                alt.Tooltip("flags:N", title=texts("column.item_flag_codes")),
            ],
        )
        .properties(height=330, description=texts("tests.alt_items"))
    )


def option_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Draw which options the upper and the lower group of an item chose; the key has a tick in its name."""
    groups = [texts("column.share_upper"), texts("column.share_lower")]
    records = [
        {
            "option": option_name(row, texts),
            "group": group,
            "share": float(share),
            "text": measures.percent(share, texts.language),
        }
        for row in rows
        for group, share in zip(groups, (row["share_upper"], row["share_lower"]), strict=True)
        if share is not None
    ]
    names = [option_name(row, texts) for row in rows]
    return (
        alt.Chart(alt.Data(values=records))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", axis=alt.Axis(title=None, format=".0%", labelColor=INK, labelFontSize=12)),
            y=alt.Y(
                "option:N",
                sort=names,
                axis=alt.Axis(title=None, labelColor=INK, labelFontSize=13, labelLimit=140),
            ),
            yOffset=alt.YOffset("group:N", sort=groups),
            color=alt.Color(
                "group:N", scale=alt.Scale(domain=groups, range=[STRONG, NOTICE]), legend=legend()
            ),
            tooltip=[
                alt.Tooltip("option:N", title=texts("column.option_code")),
                alt.Tooltip("group:N", title=" "),
                alt.Tooltip("text:N", title=texts("column.share_chosen")),
            ],
        )
        .properties(height=44 * len(names) + 50, description=texts("tests.alt_options"))
    )


def option_name(row: Row, texts: Texts) -> str:
    """Return how an option is called: its letter, the key with a tick, no answer in words."""
    if row["option_code"] == "-":
        return texts("tests.no_answer")
    return f"{row['option_code']} ✓" if row["is_key"] else str(row["option_code"])


def dif_chart(rows: Sequence[Row], texts: Texts) -> alt.LayerChart:
    """Draw the delta of each item by form; its class by colour and shape, the bounds of classes as lines."""
    names = {code: texts(f"tests.class_{code}") for code in _CLASS_COLOURS}
    records = [
        {
            "form": row["form_code"],
            "delta": row["delta"],
            "class": names[row["class_code"]],
            "item": f"{row['form_code']} · {row['item_no']}",
            "text": measures.decimal(row["delta"], 2, texts.language),
        }
        for row in rows
        if row["delta"] is not None
    ]
    y = alt.Y("delta:Q", axis=number_axis(texts("column.delta"), texts.language))
    dots = (
        alt.Chart(alt.Data(values=records))
        .mark_point(filled=True, size=75, opacity=0.9)
        .encode(
            x=alt.X("form:N", axis=alt.Axis(title=None, labelAngle=0, labelFontSize=11, labelColor=INK)),
            y=y,
            color=alt.Color(
                "class:N",
                scale=alt.Scale(domain=list(names.values()), range=list(_CLASS_COLOURS.values())),
                legend=legend(),
            ),
            shape=alt.Shape(
                "class:N",
                scale=alt.Scale(domain=list(names.values()), range=list(_CLASS_SHAPES.values())),
                legend=legend(),
            ),
            tooltip=[
                alt.Tooltip("item:N", title=texts("column.item_no")),
                alt.Tooltip("text:N", title=texts("column.delta")),
                alt.Tooltip("class:N", title=texts("column.class_code")),
            ],
        )
    )
    bounds = lines(
        [{"y": bound} for bound in (-1.5, -1, 0, 1, 1.5)], color=INK, strokeDash=[3, 4], opacity=0.5
    ).encode(y="y:Q")
    return alt.layer(bounds, dots).properties(height=330, description=texts("tests.alt_dif"))


def hour_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Draw the share of right answers to an item over the hours; a dot's size is the number of people."""
    records = [
        {
            "hour": row["hour_no"],
            "share": float(row["share_right"]),
            "people": row["count_begun"],
            "text": measures.percent(row["share_right"], texts.language),
        }
        for row in rows
        if row["share_right"] is not None
    ]
    return (
        alt.Chart(alt.Data(values=records))
        .mark_line(color=STRONG, point=alt.OverlayMarkDef(filled=True, size=70, color=STRONG))
        .encode(
            x=alt.X("hour:Q", axis=number_axis(texts("column.hour_no"), texts.language, tickMinStep=1)),
            y=alt.Y(
                "share:Q",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(
                    title=texts("column.share_right"),
                    format=".0%",
                    labelColor=INK,
                    titleColor=INK,
                    titleFontWeight="normal",
                ),
            ),
            tooltip=[
                alt.Tooltip("hour:Q", title=texts("column.hour_no")),
                alt.Tooltip("text:N", title=texts("column.share_right")),
                alt.Tooltip("people:Q", title=texts("column.count_begun")),
            ],
        )
        .properties(height=280, description=texts("tests.alt_hours"))
    )


def fragility_chart(rows: Sequence[Row], names: Mapping[str, str], texts: Texts) -> alt.LayerChart:
    """Draw for each track whom a cut-off one question higher or lower would move, to the left and right."""
    kinds = [texts("column.count_out_if_higher"), texts("column.count_in_if_lower")]
    records = []
    for place, row in enumerate(rows):
        for kind, count, sign in (
            (kinds[0], row["count_out_if_higher"], -1),
            (kinds[1], row["count_in_if_lower"], 1),
        ):
            records.append(
                {
                    "top": place - 0.3,
                    "foot": place + 0.3,
                    "row": place,
                    "zero": 0,
                    "people": sign * count,
                    "sign": sign,
                    "kind": kind,
                    "label": number(count, texts.language),
                    "track": named(names, row["track_code"]),
                }
            )
    room = 1.15 * max((abs(record["people"]) for record in records), default=1) + 1
    base = alt.Chart(alt.Data(values=records))
    bars = base.mark_rect(cornerRadius=2).encode(
        x=alt.X(
            "people:Q",
            axis=alt.Axis(title=None, labelExpr="abs(datum.value)", labelColor=INK, tickMinStep=1),
            scale=alt.Scale(domain=[-room, room], nice=False),
        ),
        x2="zero:Q",
        y=row_axis("top:Q", [named(names, row["track_code"]) for row in rows]),
        y2="foot:Q",
        color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[NOTICE, STRONG]), legend=legend(1)),
        tooltip=[
            alt.Tooltip("track:N", title=texts("column.track")),
            alt.Tooltip("kind:N", title=" "),
            alt.Tooltip("label:N", title=texts("column.count_people")),
        ],
    )
    marks = [
        base.transform_filter(f"datum.sign == {sign}")
        .mark_text(color=INK, fontSize=12, align=align, dx=5 * sign)
        .encode(x=alt.X("people:Q", title=None), y=alt.Y("row:Q", title=None), text="label:N")
        for sign, align in ((-1, "right"), (1, "left"))
    ]
    zero = lines([{"x": 0}], color=INK, strokeWidth=1.5).encode(x="x:Q")
    return alt.layer(bars, *marks, zero).properties(
        height=56 * len(rows) + 90, description=texts("tests.alt_fragility")
    )

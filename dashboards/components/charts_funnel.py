"""The funnel as a flow: how many went on from stage to stage, and where the others stayed, on one scale.

Belongs here: the flow and the selection by a click. Does not belong here: the funnel by track and the shares
(dashboards/components/charts.py), counting (dbt_project/, dashboards/warehouse/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from dashboards.components.charts import OUTCOME_COLOURS, ROW_HEIGHT, stage_axis
from dashboards.components.charts_season import INK, count_axis
from dashboards.components.formats import number
from dashboards.i18n import Texts

#: The name under which Streamlit hands over what was clicked.
PICK = "pick"

_FLOW = "#cfe0ee"


def pick_by_click(*fields: str) -> alt.Parameter:
    """Return a selection by a click of the marks that share `fields`; a click beside them clears it."""
    return alt.selection_point(name=PICK, fields=list(fields), on="click", clear="dblclick", toggle=False)


def flow_records(
    totals: Mapping[str, Mapping[str, int]], stages: Mapping[str, str], texts: Texts
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the bars of the stages, a record per outcome, and the bands that lead from a stage to the next.

    totals: by stage, then count column. Bars begin at 0 with those who go on, so that the band stands under
    them; a band is as wide as the number who entered the next stage.
    """
    bars: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    codes = list(stages)
    for y, stage in enumerate(codes):
        before = 0
        for name in OUTCOME_COLOURS:
            people = totals.get(stage, {}).get(name, 0)
            if people:
                bars.append(
                    {
                        "stage": y,
                        "stage_code": stage,
                        "outcome_code": name,
                        "top": y - 0.26,
                        "bottom": y + 0.26,
                        "start": before,
                        "end": before + people,
                        "stage_name": stages[stage],
                        "outcome": texts(f"column.{name}"),
                        "people": number(people, texts.language),
                    }
                )
            before += people
        following = codes[y + 1] if y + 1 < len(codes) else None
        entered = totals.get(following, {}).get("count_entered", 0) if following else 0
        if entered:
            bands.append({"top": y + 0.26, "bottom": y + 0.74, "start": 0, "end": entered})
    return bars, bands


def flow_chart(
    totals: Mapping[str, Mapping[str, int]], stages: Mapping[str, str], texts: Texts, pick: alt.Parameter
) -> alt.LayerChart:
    """Draw the flow; `pick` selects stage_code and outcome_code by a click on a bar."""
    bars, bands = flow_records(totals, stages, texts)
    largest = max((bar["end"] for bar in bars), default=1)
    x = alt.X(
        "start:Q",
        title=None,
        scale=alt.Scale(domain=[0, largest * 1.09], nice=False),
        axis=count_axis(texts.language),
    )
    y = stage_axis("top:Q", list(stages.values()))
    outcomes = {name: texts(f"column.{name}") for name in OUTCOME_COLOURS}
    band = (
        alt.Chart(alt.Data(values=bands))
        .mark_rect(color=_FLOW, opacity=0.7)
        .encode(x=x, x2="end:Q", y=y, y2="bottom:Q")
    )
    bar = (
        alt.Chart(alt.Data(values=bars))
        .mark_rect(stroke="#ffffff", strokeWidth=0.5, cursor="pointer")
        .encode(
            x=x,
            x2="end:Q",
            y=y,
            y2="bottom:Q",
            color=alt.Color(
                "outcome:N",
                scale=alt.Scale(domain=list(outcomes.values()), range=list(OUTCOME_COLOURS.values())),
                legend=alt.Legend(
                    title=None, orient="top", columns=4, labelLimit=180, labelFontSize=12, labelColor=INK
                ),
            ),
            tooltip=[
                alt.Tooltip("stage_name:N", title=texts("column.stage")),
                alt.Tooltip("outcome:N", title=texts("column.status")),
                alt.Tooltip("people:N", title=texts("column.count_entered")),
            ],
        )
        .add_params(pick)
    )
    ends = [
        {
            "stage": row,
            "end": totals.get(stage, {}).get("count_entered", 0),
            "label": number(totals.get(stage, {}).get("count_entered", 0), texts.language),
        }
        for row, stage in enumerate(stages)
        if totals.get(stage, {}).get("count_entered", 0)
    ]
    label = (
        alt.Chart(alt.Data(values=ends))
        .mark_text(align="left", dx=5, color=INK, fontSize=12, fontWeight=600)
        .encode(x=alt.X("end:Q", title=None), y=alt.Y("stage:Q", title=None), text="label:N")
    )
    return alt.layer(band, bar, label).properties(height=ROW_HEIGHT * len(stages) + 40)

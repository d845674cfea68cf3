"""The picture of a sitting: when what was found, and which of it is being judged.

Belongs here: one Altair chart from rows of signals. Does not belong here: what reviewers made of them: the
picture must not say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboards.components.formats import named
from dashboards.i18n import Texts
from dashboards.warehouse import Row

_INK, _SITTING = "#1c2733", "#dde5ec"
_OTHERS, _THIS = "#86b8dc", "#b4531f"
_LANE = 34
#: The least width of a signal, as a share of the sitting: a second in an hour would be a hair.
_NARROWEST = 0.006


def clock(seconds: Any) -> str:
    """Write seconds of a sitting as minutes and seconds: 12:05."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def timeline_records(
    signals: Sequence[Row], this: str, duration: float, names: Mapping[str, str], texts: Texts
) -> list[dict[str, Any]]:
    """Return one record per signal: its lane, its edges in seconds of the sitting, and its words."""
    kinds = list(dict.fromkeys(row["signal_type_code"] for row in signals))
    records = []
    for row in signals:
        started, length = float(row["started_seconds"]), float(row["duration_seconds"])
        lane = kinds.index(row["signal_type_code"])
        is_this = row["signal_id"] == this
        records.append(
            {
                "lane": lane,
                "top": lane - 0.32,
                "bottom": lane + 0.32,
                "started": started,
                "ended": max(started + length, started + duration * _NARROWEST),
                "kind": named(names, row["signal_type_code"]),
                "which": texts("proctoring.this_one" if is_this else "proctoring.other_one"),
                "is_this": is_this,
                "mark": "▼" if is_this else "",
                "when": f"{clock(started)} – {clock(started + length)}",
            }
        )
    return records


def timeline_chart(
    signals: Sequence[Row], this: str, duration: float, names: Mapping[str, str], texts: Texts
) -> alt.LayerChart:
    """Draw a sitting of `duration` seconds, a lane for each kind of signal; this one has a mark above it."""
    kinds = list(dict.fromkeys(row["signal_type_code"] for row in signals))
    labels = [named(names, kind) for kind in kinds]
    lanes = [
        {"top": lane - 0.4, "bottom": lane + 0.4, "started": 0, "ended": duration}
        for lane in range(len(kinds))
    ]
    x = alt.X(
        "started:Q",
        title=texts("proctoring.axis_time"),
        scale=alt.Scale(domain=[0, duration], nice=False),
        axis=alt.Axis(
            labelExpr="floor(datum.value / 60) + ':' + format(datum.value % 60, '02d')",
            grid=False, tickCount=8, labelFontSize=12, labelColor=_INK, titleColor=_INK,
            titleFontWeight="normal",
        ),
    )  # fmt: skip
    y = alt.Y(
        "top:Q",
        scale=alt.Scale(domain=[len(kinds) - 0.4, -0.75], nice=False),
        axis=alt.Axis(
            title=None, values=list(range(len(kinds))), labelExpr=f"{labels!r}[datum.value]", labelLimit=230,
            labelFontSize=12, labelColor=_INK, domain=False, ticks=False, grid=False, labelOverlap=False,
        ),
    )  # fmt: skip
    ground = (
        alt.Chart(alt.Data(values=lanes))
        .mark_rect(color=_SITTING, cornerRadius=2)
        .encode(x=x, x2="ended:Q", y=y, y2="bottom:Q")
    )
    base = alt.Chart(alt.Data(values=timeline_records(signals, this, duration, names, texts)))
    bars = base.mark_rect(cornerRadius=2).encode(
        x=x,
        x2="ended:Q",
        y=y,
        y2="bottom:Q",
        color=alt.Color(
            "which:N",
            scale=alt.Scale(
                domain=[texts("proctoring.this_one"), texts("proctoring.other_one")], range=[_THIS, _OTHERS]
            ),
            legend=alt.Legend(title=None, orient="top", labelFontSize=12, labelColor=_INK, labelLimit=300),
        ),
        tooltip=[
            alt.Tooltip("kind:N", title=texts("column.signal_kind")),
            alt.Tooltip("when:N", title=texts("proctoring.axis_time")),
        ],
    )
    mark = base.mark_text(color=_THIS, fontSize=13, dy=-16, align="center").encode(
        x=alt.X("started:Q", title=texts("proctoring.axis_time")),
        y=alt.Y("lane:Q", title=None),
        text="mark:N",
    )
    return alt.layer(ground, bars, mark).properties(height=_LANE * len(kinds) + 70)

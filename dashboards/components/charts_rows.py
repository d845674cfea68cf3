"""Charts whose rows have long names: an axis with wrapped labels, and the colours of measured things.

Belongs here: what the charts of tests and of marking share. Does not belong here: the charts themselves
(charts_tests.py, charts_marking.py).
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

INK = "#1c2733"
STRONG, PALE, ALARM, NOTICE, BAND = "#2f7fb5", "#c3ced8", "#b23a48", "#c77d1e", "#fbeecb"
_LABEL_WIDTH = 24


def row_axis(field: str, labels: Sequence[str]) -> alt.Y:
    """Return the axis of rows 0, 1, 2 … from the top, each with its wrapped label."""
    lines = [textwrap.wrap(label, _LABEL_WIDTH, break_long_words=False) or [label] for label in labels]
    axis = alt.Axis(
        title=None,
        values=list(range(len(labels))),
        labelExpr=f"{json.dumps(lines, ensure_ascii=False)}[datum.value]",
        labelLimit=190,
        labelFontSize=12,
        labelColor=INK,
        labelLineHeight=14,
        labelPadding=6,
        labelOverlap=False,
        domain=False,
        ticks=False,
        grid=False,
    )
    return alt.Y(field, axis=axis, scale=alt.Scale(domain=[len(labels) - 0.5, -0.5], nice=False))


def number_axis(title: str, language: str, **more: Any) -> alt.Axis:
    """Return an axis of numbers with a title, its decimals with a comma in Kazakh and Russian."""
    more = {"tickCount": 8, **more}
    label = "replace(datum.label, '.', ',')" if language != "en" else "datum.label"
    return alt.Axis(
        title=title,
        labelExpr=label,
        labelFontSize=12,
        labelColor=INK,
        titleFontWeight="normal",
        titleColor=INK,
        **more,
    )


def shades(count: int, anchors: Sequence[str]) -> list[str]:
    """Return `count` colours from the first anchor to the last, evenly between them."""
    if count == 1:
        return [anchors[0]]
    found = []
    for place in range(count):
        at = place * (len(anchors) - 1) / (count - 1)
        lower = min(int(at), len(anchors) - 2)
        mixed = [
            round(a + (b - a) * (at - lower))
            for a, b in zip(_parts(anchors[lower]), _parts(anchors[lower + 1]), strict=True)
        ]
        found.append("#" + "".join(f"{part:02x}" for part in mixed))
    return found


def _parts(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def legend(columns: int = 3) -> alt.Legend:
    """Return a legend above the chart."""
    return alt.Legend(
        title=None, orient="top", columns=columns, labelLimit=260, labelFontSize=12, labelColor=INK
    )


def lines(records: Sequence[Mapping[str, Any]], **more: Any) -> alt.Chart:
    """Return straight lines at the `x` (or `y`) of each record."""
    return alt.Chart(alt.Data(values=list(records))).mark_rule(**more)

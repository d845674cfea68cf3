"""The picture of freshness: when the newest file of each feed was received.

Belongs here: Altair charts of the page of quality. Does not belong here: counting (dashboards/warehouse/).
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from dashboards.components.formats import local_moment, moment_text, number
from dashboards.i18n import Texts
from dashboards.warehouse import Row

_INK, _CAME, _OPEN = "#1c2733", "#2f7fb5", "#a8323c"
_ROW_HEIGHT = 17


def feed_chart(rows: Sequence[Row], texts: Texts) -> alt.Chart:
    """Return a point for each feed at the moment of its newest file, feeds with open entries as triangles.

    Rows are those of `quality.feeds`; feeds that never came have no point and stand in the table only.
    """
    came = [row for row in rows if row["newest_received_at"] is not None]
    clear, waiting = texts("quality.feed_clear"), texts("quality.feed_open")
    values = [
        {
            "feed": row["feed"],
            "moment": local_moment(row["newest_received_at"]).isoformat(),  # type: ignore[union-attr]
            "state": waiting if row["count_open"] else clear,
            "sentence": texts(
                "quality.feed_sentence",
                moment=moment_text(row["newest_received_at"], texts.language),
                days=number(row["age_days"], texts.language),
                count=number(row["count_open"], texts.language),
            ),
        }
        for row in came
    ]
    feeds = [row["feed"] for row in came]
    state = alt.Scale(domain=[clear, waiting])
    legend = alt.Legend(title=None, orient="top", labelColor=_INK, labelLimit=400)
    return (
        alt.Chart(alt.Data(values=values), height=_ROW_HEIGHT * len(feeds) + 60)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X(
                "moment:T",
                title=None,
                scale=alt.Scale(padding=14),
                axis=alt.Axis(format="%d.%m.%Y", labelColor=_INK, tickCount=6, gridColor="#e8ecf0"),
            ),
            y=alt.Y(
                "feed:N",
                title=None,
                sort=feeds,
                axis=alt.Axis(labelColor=_INK, labelLimit=230, labelOverlap=False, grid=True, ticks=False),
            ),
            shape=alt.Shape(
                "state:N",
                scale=alt.Scale(domain=state.domain, range=["circle", "triangle-up"]),
                legend=legend,
            ),
            color=alt.Color(
                "state:N", scale=alt.Scale(domain=state.domain, range=[_CAME, _OPEN]), legend=legend
            ),
            tooltip=[alt.Tooltip("feed:N", title=texts("column.feed")), alt.Tooltip("sentence:N", title=" ")],
            description="sentence:N",
        )
        .properties(title="", description=texts("quality.feeds_alt"))
    )

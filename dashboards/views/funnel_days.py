"""The funnel at the end of a day of the season, by what is known today: a slider, a picture and a table.

Belongs here: the choice of the day and what is shown of it. Does not belong here: what counts from which day
on (dbt_project/, rpt_funnel_days), what was known then (`rezerv dash --as-of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from dashboards import warehouse
from dashboards.components import address, charts, formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_filters
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import funnel as funnel_sql

_KEY = "funnel_day"
_COUNTS = ("count_entered", "count_participated", "count_admitted")
_FILE_COLUMNS = ("shown_on", "stage_code", "stage", "track_code", "track", *_COUNTS)


def show(visit: Visit) -> None:
    """Show the funnel of the chosen day; the file holds all days."""
    release, texts = visit.release, visit.texts
    warehouse.require_tables(release, funnel_sql.DAYS_TABLES)
    span = funnel_sql.span(release)
    st.caption(texts("funnel.day_note"))
    if span is None:
        st.info(texts("funnel.no_day"))
        return
    tracks = choose_filters(release, texts, only=("tracks",)).tracks
    shown_on = _choose_day(*span, texts)
    names = warehouse.names(release, "tracks", texts.language)
    shown = {code: name for code, name in names.items() if not tracks or code in tracks}
    stages = warehouse.names(release, "stages", texts.language)
    counts = {
        (row["stage_code"], row["track_code"]): row for row in funnel_sql.on_day(release, shown_on, tracks)
    }
    if not counts:
        st.info(texts("empty.filters"))
        return
    day = formats.day_text(shown_on, texts.language)
    st.subheader(texts("funnel.on_day", day=day), anchor=False)
    alt_text = texts("funnel.picture_alt")
    st.altair_chart(charts.funnel_chart(counts, stages, shown, texts), width="stretch", alt=alt_text)
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("funnel.table"), anchor=False)
    download(button, visit, "funnel", "days", _FILE_COLUMNS, lambda: day_rows(visit, tracks, stages, names))
    comments = warehouse.column_comments(release, funnel_sql.DAYS_TABLES)
    columns = [
        tables.Column(f"{texts('column.stage')} / {texts('column.track')}"),
        *(tables.column(name, texts, comments, "num") for name in _COUNTS),
        tables.column("list_state", texts, {}),
    ]
    lines = _table_lines(columns, counts, stages, shown, texts)
    st.html(tables.html_table(columns, lines, texts("funnel.table")))


def _choose_day(first: date, last: date, texts: Texts) -> date:
    """Show the slider over the season, first at its last day; the day is in the address as YYYY-MM-DD."""
    if first == last:
        return last
    if _KEY not in st.session_state:
        st.session_state[_KEY] = asked_day(st.query_params.get(_KEY), first, last)
    elif not first <= st.session_state[_KEY] <= last:
        st.session_state[_KEY] = last
    picked: date = st.slider(
        texts("funnel.day"),
        first,
        last,
        format="D MMM" if texts.language == "en" else "DD.MM",
        key=_KEY,
        persist_state="session",
    )
    address.put(_KEY, None if picked == last else picked.isoformat())
    return picked


def asked_day(asked: str | None, first: date, last: date) -> date:
    """Return the day that an address asks for, within the season; the last where it asks for none."""
    try:
        day = date.fromisoformat(asked or "")
    except ValueError:
        return last
    return min(max(day, first), last)


def _table_lines(
    columns: Sequence[tables.Column],
    counts: Mapping[tuple[str, str], Row],
    stages: Mapping[str, str],
    tracks: Mapping[str, str],
    texts: Texts,
) -> list[str]:
    lines = []
    for position, (stage, name) in enumerate(stages.items(), start=1):
        rows = {track: counts[stage, track] for track in tracks if (stage, track) in counts}
        if not rows:
            continue
        is_published = any(row["is_published"] for row in rows.values())
        state = texts("funnel.day_published" if is_published else "funnel.day_unpublished")
        total = {count: sum(row[count] or 0 for row in rows.values()) for count in _COUNTS}
        cells = [f"{position}. {name}", *_counts(total, is_published, texts), state]
        lines.append(tables.table_row(columns, cells, "group"))
        lines += [
            tables.table_row(columns, [tracks[track], *_counts(row, is_published, texts), ""])
            for track, row in rows.items()
        ]
    return lines


def _counts(row: Mapping[str, int | None], is_published: bool, texts: Texts) -> list[str]:
    shown = _COUNTS if is_published else _COUNTS[:1]
    return [formats.number(row[name] if name in shown else None, texts.language) for name in _COUNTS]


def day_rows(
    visit: Visit, tracks: tuple[str, ...], stages: Mapping[str, str], names: Mapping[str, str]
) -> list[list[object]]:
    """Return the funnel of all days for a file, with names of stages and tracks in the language."""
    return [
        [
            row["shown_on"],
            row["stage_code"],
            stages[row["stage_code"]],
            row["track_code"],
            names[row["track_code"]],
            *(row[name] for name in _COUNTS),
        ]
        for row in funnel_sql.all_days(visit.release, tracks)
    ]

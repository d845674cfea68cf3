"""The calendar of the season's page: a picture, the dates in words with what was seen, and contradictions.

Belongs here: three tabs about dates. Does not belong here: what is due (dashboards/views/season.py), which
dates contradict each other (dbt_project/, `rezerv calendar`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import streamlit as st

from dashboards.components import charts_season, formats, tables
from dashboards.components.downloads import count_and_download
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import vetting as vetting_sql

_DATE_COLUMNS = (
    "stage",
    "event",
    "event_state",
    "starts_local",
    "ends_local",
    "paragraph",
    "count_seen",
    "first_seen_local",
    "last_seen_local",
    "count_before",
    "count_after",
)
_FINDING_COLUMNS = ("severity", "finding", "where", "first_at_local", "second_at_local", "rules")
_SIGNS = {"over": "✓", "now": "►", "to_come": "…"}


def show(
    events: Sequence[Row],
    stages: Mapping[str, str],
    now_local: datetime,
    visit: Visit,
    comments: Mapping[str, str],
) -> None:
    """Show the three tabs; only the open one is made."""
    texts = visit.texts
    st.subheader(texts("season.calendar"), anchor=False)
    findings = vetting_sql.calendar_findings(visit.release)
    count = formats.number(len(findings), texts.language)
    picture, dates, lint = st.tabs(
        [
            texts("season.tab_picture"),
            texts("season.tab_dates"),
            texts("season.tab_findings", count=count),
        ],
        on_change="rerun",
        key="season_calendar",
    )
    if picture.open:
        with picture:
            st.altair_chart(
                charts_season.timeline(events, stages, now_local, texts),
                width="stretch",
                alt=texts("season.picture_alt"),
            )
            st.caption(texts("season.picture_note"))
    if dates.open:
        with dates:
            _show_dates(events, stages, visit, comments)
    if lint.open:
        with lint:
            _show_findings(findings, stages, visit, comments)


def event_name(row: Row, stages: Mapping[str, str], texts: Texts) -> str:
    """Write the event of a stage: the stage, then what happens."""
    event = texts(f"event.{row['event_code']}")
    return f"{stages[row['stage_code']]} – {event}"


def end_text(event: Row, texts: Texts) -> str:
    """Write when an event ends: the end is not included, so midnight is written as the day before."""
    ends: datetime | None = event["ends_local"]
    if ends is None:
        return formats.NOTHING
    if ends.hour == ends.minute == 0:
        return formats.day_text((ends - timedelta(days=1)).date(), texts.language)
    return formats.local_text(ends, texts.language)


def _show_dates(
    events: Sequence[Row], stages: Mapping[str, str], visit: Visit, comments: Mapping[str, str]
) -> None:
    texts = visit.texts
    st.caption(texts("season.dates_note"))
    rows = date_rows(events, stages, texts)
    count_and_download(visit, "season", "dates", _DATE_COLUMNS, rows)
    columns = [tables.column(name, texts, comments, _css(name)) for name in _DATE_COLUMNS]
    lines = [
        tables.table_row(columns, _date_cells(event, stages, texts), "on" if event["state"] == "now" else "")
        for event in events
    ]
    st.html(tables.html_table(columns, lines, texts("season.tab_dates")))


def _css(name: str) -> str:
    if name.startswith("count_"):
        return "num"
    return "code" if name.endswith(("_state", "_local")) else ""


def date_rows(events: Sequence[Row], stages: Mapping[str, str], texts: Texts) -> list[list[object]]:
    """Return the calendar for a file, moments local as they are."""
    return [
        [
            stages[event["stage_code"]],
            texts(f"event.{event['event_code']}"),
            texts(f"season.state_{event['state']}"),
            *(event[name] for name in _DATE_COLUMNS[3:]),
        ]
        for event in events
    ]


def _date_cells(event: Row, stages: Mapping[str, str], texts: Texts) -> list[tables.Cell]:
    language = texts.language
    state = texts(f"season.state_{event['state']}")
    planned = f" ({texts('season.planned')})" if event["is_planned"] else ""
    seen = event["count_seen"]

    def if_seen(text: str) -> str:
        return text if seen else formats.NOTHING

    return [
        stages[event["stage_code"]],
        texts(f"event.{event['event_code']}") + planned,
        f"{_SIGNS[event['state']]} {state}",
        formats.local_text(event["starts_local"], language),
        end_text(event, texts),
        event["paragraph"],
        if_seen(formats.number(seen, language)),
        formats.local_text(event["first_seen_local"], language),
        formats.local_text(event["last_seen_local"], language),
        if_seen(formats.number(event["count_before"], language)),
        if_seen(formats.number(event["count_after"], language)),
    ]


def _show_findings(
    findings: Sequence[Row], stages: Mapping[str, str], visit: Visit, comments: Mapping[str, str]
) -> None:
    texts = visit.texts
    if not findings:
        st.info(texts("vetting.no_findings"))
        return
    st.caption(texts("vetting.calendar_note"))
    said = vetting_sql.words(visit.release, "calendar_rules", "finding_code", "text", texts.language)
    rows = finding_rows(findings, stages, said, texts)
    count_and_download(visit, "season", "findings", _FINDING_COLUMNS, rows)
    columns = [
        tables.column(name, texts, comments, "wide" if name == "finding" else "") for name in _FINDING_COLUMNS
    ]
    lines = [tables.table_row(columns, [_written(cell, texts) for cell in row]) for row in rows]
    st.html(tables.html_table(columns, lines, texts("season.calendar")))


def finding_rows(
    findings: Sequence[Row], stages: Mapping[str, str], said: Mapping[str, str], texts: Texts
) -> list[list[object]]:
    """Return the contradictions of the calendar with what to do about each, moments local."""
    return [
        [
            texts(f"vetting.severity_{row['severity_code']}"),
            said[row["finding_code"]],
            event_name(row, stages, texts),
            row["first_at_local"],
            row["second_at_local"],
            ", ".join(filter(None, (row["paragraph"], row["policy_code"]))),
        ]
        for row in findings
    ]


def _written(cell: object, texts: Texts) -> str:
    if cell is None:
        return formats.NOTHING
    return formats.local_text(cell, texts.language) if isinstance(cell, datetime) else str(cell)

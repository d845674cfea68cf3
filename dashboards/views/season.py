"""The season: where it is on its calendar, what is due and what is late, and how the feeds stand.

Belongs here: the order of the page, the tasks and the feeds. Does not belong here: the calendar
(dashboards/views/season_calendar.py), SQL (dashboards/warehouse/season.py), when something is due
(dbt_project/). Order §1 to §9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.i18n import Texts
from dashboards.views import season_calendar
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row
from dashboards.warehouse import season as season_sql

_ALL = ""
_TASK_COLUMNS = ("task", "stage", "turn", "count_due", "count_past_due", "task_due_at", "rules")
_TASK_FILE = ("task", "subject", "stage", "turn", "count_due", "count_past_due", "task_due_at", "rules")
_FEED_COUNTS = ("count_files", "count_files_refused", "count_landed", "count_quarantined")
_FEED_COLUMNS = ("feed_name", "feed_state", "expected_by", "last_received_at", *_FEED_COUNTS)
_FEED_FILE = (
    "feed",
    "feed_name",
    "feed_state",
    "expected_by",
    "first_received_at",
    "last_received_at",
    *_FEED_COUNTS,
)
_CSS = {"task_due_at": "code", "last_received_at": "code", "feed_state": "code"}
# Sign and look of each state of a feed: the sign says without colour what the colour says.
_FEED_SIGNS: Mapping[str, tuple[str, str]] = {
    "overdue": ("!", "long"),
    "refused": ("!", "overdue"),
    "late": ("✓", "soon"),
    "arrived": ("✓", "done"),
    "expected": ("…", "waiting"),
    "silent": ("–", "waiting"),
}


@dataclass(frozen=True)
class Season:
    """What the page shows besides the tasks: names of codes in the language, and the season clock, local."""

    now_local: datetime
    events: Sequence[Row]
    stages: Mapping[str, str]
    tasks: Mapping[str, str]
    subjects: Mapping[str, str]


def render(visit: Visit) -> None:
    """Show the page for the release of the visit, in its language."""
    release, texts = visit.release, visit.texts
    show_header(texts("season.title"), release.manifest, texts)
    warehouse.require_tables(release, season_sql.TABLES)
    season = read_season(release, texts)
    comments = warehouse.column_comments(release, season_sql.TABLES[:4])
    st.html(tables.figures(headline(release, season, texts), columns=4))
    for sentence in sentences(season, texts):
        st.markdown(sentence)
    _show_tasks(season, visit, comments)
    season_calendar.show(season.events, season.stages, season.now_local, visit, comments)
    _show_feeds(season, visit, comments)


def read_season(release: Release, texts: Texts) -> Season:
    """Read the calendar at the season clock (the moment of publication where a release has none)."""
    language, manifest = texts.language, release.manifest
    now_local = formats.astana(manifest.as_of or manifest.published_at).replace(tzinfo=None)
    return Season(
        now_local=now_local,
        events=season_sql.events(release, now_local),
        stages={
            "outreach": texts("season.outreach"),
            **warehouse.names(release, "stages", language),
        },
        tasks=warehouse.names(release, "season_tasks", language),
        subjects=season_sql.subject_names(release, language),
    )


def headline(release: Release, season: Season, texts: Texts) -> list[tuple[str, str]]:
    """Return the named headline numbers: the day of the season, what is due and late, feeds to look at."""
    language = texts.language
    clock, totals = season_sql.clock(release, season.now_local), season_sql.task_totals(release)
    if clock["day_no"] < 1:
        day = texts("season.not_begun")
    elif clock["day_no"] > clock["count_days"]:
        day = texts("season.is_over")
    else:
        day = texts("season.day_of", day=clock["day_no"], days=clock["count_days"])
    return [
        (texts("season.figure_day"), day),
        (texts("season.figure_due"), formats.number(totals["count_due"], language)),
        (texts("season.figure_past_due"), formats.number(totals["count_past_due"], language)),
        (texts("season.figure_feeds"), formats.number(totals["count_feeds"], language)),
    ]


def sentences(season: Season, texts: Texts) -> list[str]:
    """Say what is going on now and what comes next; nothing of the one that there is none of."""
    said = []
    current = [event for event in season.events if event["state"] == "now"]
    coming = [event for event in season.events if event["state"] == "to_come"]
    if current:
        named = "; ".join(
            texts(
                "season.until",
                event=season_calendar.event_name(event, season.stages, texts),
                day=season_calendar.end_text(event, texts),
            )
            for event in current
        )
        said.append(texts("season.going_on", events=named))
    if coming:
        starts = coming[0]["starts_local"]
        named = "; ".join(
            season_calendar.event_name(event, season.stages, texts)
            for event in coming
            if event["starts_local"] == starts
        )
        said.append(texts("season.next", events=named, moment=formats.local_text(starts, texts.language)))
    return said


def _show_tasks(season: Season, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("season.tasks"), anchor=False)
    st.caption(texts("season.tasks_note"))
    for_turn, for_view, for_file = st.columns([2, 2, 1], vertical_alignment="bottom")
    with for_turn:
        found = {code: texts(f"turn.{code}") for code in season_sql.turns(release)}
        turn = choose_code(texts("season.whose_turn"), {_ALL: texts("filter.all"), **found}, "season_turn")
    with for_view:
        views = {name: texts(f"season.view_{name}") for name in ("all", "overdue")}
        view = choose_code(texts("season.view"), views, "season_view")
    rows = season_sql.tasks(release, turn or None, only_overdue=view == "overdue")
    if not rows:
        st.info(texts("season.no_tasks"))
        return
    download(for_file, visit, "season", "tasks", _TASK_FILE, lambda: task_rows(rows, season, texts))
    columns = [
        tables.column(name, texts, comments, "num" if name.startswith("count_") else _CSS.get(name, ""))
        for name in _TASK_COLUMNS
    ]
    lines = [
        tables.table_row(columns, _task_cells(row, season, texts), "tie" if row["is_overdue"] else "")
        for row in rows
    ]
    st.html(tables.html_table(columns, lines, texts("season.tasks")))


def _task_cells(row: Row, season: Season, texts: Texts) -> list[tables.Cell]:
    language = texts.language
    subject = row["subject_code"] and season.subjects.get(row["subject_code"], row["subject_code"])
    small = f"<small>{escape(subject)}</small>" if subject else ""
    due = formats.moment_text(row["due_at"], language) if row["due_at"] else texts("season.no_term")
    late = f'<span class="rz-badge">{escape(texts("season.overdue"))}</span>' if row["is_overdue"] else ""
    return [
        tables.Html(f'<span class="rz-wrap">{escape(season.tasks[row["task_code"]])}{small}</span>'),
        season.stages[row["stage_code"]],
        texts(f"turn.{row['turn_code']}"),
        formats.number(row["count_due"], language),
        formats.number(row["count_past_due"], language) if row["count_past_due"] else formats.NOTHING,
        tables.Html(f"{escape(due)}{late}"),
        _rules(row),
    ]


def _rules(row: Row) -> str:
    return ", ".join(filter(None, (row["paragraph"], row["policy_code"])))


def task_rows(rows: Sequence[Row], season: Season, texts: Texts) -> list[list[object]]:
    """Return what is due for a file: a row per kind, stage and subject, moments in local time."""
    return [
        [
            season.tasks[row["task_code"]],
            row["subject_code"] and season.subjects.get(row["subject_code"], row["subject_code"]),
            season.stages[row["stage_code"]],
            texts(f"turn.{row['turn_code']}"),
            row["count_due"],
            row["count_past_due"],
            formats.local_moment(row["due_at"]),
            _rules(row),
        ]
        for row in rows
    ]


def _show_feeds(season: Season, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("season.feeds"), anchor=False)
    st.caption(texts("season.feeds_note"))
    rows = season_sql.feeds(visit.release)
    download(button, visit, "season", "feeds", _FEED_FILE, lambda: feed_rows(rows, season, texts))
    columns = [
        tables.column(name, texts, comments, "num" if name.startswith("count_") else _CSS.get(name, ""))
        for name in _FEED_COLUMNS
    ]
    lines = [tables.table_row(columns, _feed_cells(row, season, texts)) for row in rows]
    st.html(tables.html_table(columns, lines, texts("season.feeds")))


def _feed_cells(row: Row, season: Season, texts: Texts) -> list[tables.Cell]:
    language = texts.language
    sign, look = _FEED_SIGNS[row["feed_state_code"]]
    words = escape(texts(f"feed_state.{row['feed_state_code']}"))
    expected = escape(_expected(row, season, texts))
    due = f"<small>{escape(formats.moment_text(row['due_at'], language))}</small>" if row["due_at"] else ""
    first = formats.moment_text(row["first_received_at"], language)
    first = f"<small>{escape(texts('season.first_file', moment=first))}</small>" if row["count_files"] else ""
    name = f"{escape(season.subjects[row['feed']])}<small>{escape(row['feed'])}</small>"
    return [
        tables.Html(f'<span class="rz-wrap">{name}</span>'),
        tables.Html(f'<div class="rz-list rz-{look}">{sign} {words}</div>'),
        tables.Html(f'<span class="rz-wrap">{expected}{due}</span>'),
        tables.Html(f"{escape(formats.moment_text(row['last_received_at'], language))}{first}"),
        *(formats.number(row[name], language) for name in _FEED_COUNTS),
    ]


def _expected(row: Row, season: Season, texts: Texts) -> str:
    if not row["event_code"]:
        return texts("season.may_be_silent")
    return season_calendar.event_name(row, season.stages, texts)


def feed_rows(rows: Sequence[Row], season: Season, texts: Texts) -> list[list[object]]:
    """Return how the feeds stand for a file, moments in local time."""
    return [
        [
            row["feed"],
            season.subjects[row["feed"]],
            texts(f"feed_state.{row['feed_state_code']}"),
            _expected(row, season, texts),
            formats.local_moment(row["first_received_at"]),
            formats.local_moment(row["last_received_at"]),
            *(row[name] for name in _FEED_COUNTS),
        ]
        for row in rows
    ]

"""The marking: how far it is and who owes what, works to look at, marks; and the parts about experts.

Belongs here: the choices of the page, its order, progress, works and marks. Does not belong here: experts,
agreement and the list without severity (dashboards/views/marking_raters.py), SQL
(dashboards/warehouse/marking.py), drawing (dashboards/components/). Order §6–8, policy A19–A26. What is
measured is advisory (A25): no mark, place or list changes by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from dashboards import warehouse
from dashboards.components import charts_marking, formats, measures, tables
from dashboards.components.downloads import count_and_download, download
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import marking_raters
from dashboards.views.marking_raters import MarkingFilters
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row
from dashboards.warehouse import marking as marking_sql

_ALL = ""
PARTS = ("progress", "works", "marks", "raters", "agreement", "shadow")
_PROGRESS_COLUMNS = (
    "stage",
    "track",
    "count_to_mark",
    "count_marked",
    "count_waiting",
    "count_untouched",
    "count_unpublishable",
    "count_whole_sets",
    "count_disagreements",
)
_OWED_COLUMNS = (
    "rater_code",
    "days_left",
    "owed_text",
    "count_owed",
    "count_raters",
    "work_no",
    "candidate_no",
    "given_at",
    "track",
    "stage",
)
_WORK_COLUMNS = (
    "work_no",
    "candidate_no",
    "work_flags",
    "points_apart",
    "count_words",
    "duration_minutes",
    "count_whole",
    "count_outsiders",
    "case_code",
    "track",
)
_REFUSED_COLUMNS = (
    "work_no",
    "expert_code",
    "criterion",
    "points",
    "points_counted",
    "why",
    "version_no",
    "received_at",
    "locked_at",
    "candidate_no",
    "stage",
)
_CASE_COLUMNS = ("candidate_no", "drawn_case_code", "assigned_case_code", "solved_case_code", "why")
_MARK_COLUMNS = ("stage", "criterion", "points", "count_given", "share_given", "mean_mark")
_COMMENT_TABLES = tuple(name for name in marking_sql.NEEDED_TABLES if name.startswith("reporting."))


def render(visit: Visit) -> None:
    """Show the page for the visit's release; raises TablesMissing for an older one."""
    release, texts = visit.release, visit.texts
    marking_sql.require_tables(release)
    show_header(texts("marking.title"), release.manifest, texts)
    st.caption(texts("measured.advisory"))
    filters = _choose_filters(release, texts)
    progress = marking_sql.progress(release, filters.stage, filters.track)
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    st.html(tables.figures(headline(release, filters, progress, texts)))
    names = {code: texts(f"marking.part_{code}") for code in PARTS}
    section = switch(texts("marking.part"), names, "marking_part", PARTS[0], is_label_shown=True)
    st.subheader(names[section], anchor=False)
    if section == "progress":
        _show_progress(progress, filters, visit, comments)
        _show_owed(filters, visit, comments)
    elif section == "works":
        _show_works(filters, visit, comments)
        _show_refused(filters, visit, comments)
        _show_cases(filters, visit, comments)
    elif section == "marks":
        _show_marks(filters, visit, comments)
    else:
        marking_raters.SECTIONS[section](filters, visit)


def _choose_filters(release: Release, texts: Texts) -> MarkingFilters:
    for_stage, for_track, _ = st.columns([2, 2, 1])
    stages = warehouse.names(release, "stages", texts.language)
    with for_stage:
        known = {code: stages[code] for code in marking_sql.stages(release)}
        options = {_ALL: texts("marking.all_stages"), **known}
        stage = choose_code(texts("filter.stage"), options, "marking_stage")
    with for_track:
        tracks = warehouse.names(release, "tracks", texts.language)
        track = choose_code(
            texts("filter.track"), {_ALL: texts("filter.all_tracks"), **tracks}, "marking_track"
        )
    return MarkingFilters(stage or None, track or None, known, tracks)


def headline(
    release: Release, filters: MarkingFilters, progress: Sequence[Row], texts: Texts
) -> list[tuple[str, str]]:
    """Return the named headline numbers: to mark, marked, waiting, apart (A21), refused versions."""
    counts = [
        (texts(f"marking.figure_{name}"), sum(row[f"count_{name}"] for row in progress))
        for name in ("to_mark", "marked", "waiting", "disagreements")
    ]
    refused = len(marking_sql.refused(release, filters.stage, texts.language))
    counts.append((texts("marking.figure_refused"), refused))
    return [(label, formats.number(count, texts.language)) for label, count in counts]


def _show_progress(
    rows: Sequence[Row], filters: MarkingFilters, visit: Visit, comments: Mapping[str, str]
) -> None:
    texts = visit.texts
    if not rows:
        st.info(texts("marking.nothing_to_mark"))
        return
    # bars of one stage are its tracks, bars of all are the stages
    bars = rows if filters.stage else marking_sql.progress_by_stage(visit.release, filters.track)
    labels = [
        filters.tracks[row["track_code"]] if filters.stage else filters.stages[row["stage_code"]]
        for row in bars
    ]
    st.altair_chart(charts_marking.progress_chart(bars, labels, texts), width="stretch")
    values = [
        [
            filters.stages[row["stage_code"]],
            filters.tracks[row["track_code"]],
            *(row[name] for name in _PROGRESS_COLUMNS[2:]),
        ]
        for row in rows
    ]
    _, button = st.columns([3, 1])
    download(button, visit, "marking", "progress", _PROGRESS_COLUMNS, values)
    st.html(measures.table(_PROGRESS_COLUMNS, values, texts("marking.part_progress"), texts, comments))


def _show_owed(filters: MarkingFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("marking.owed"), anchor=False)
    rows = marking_sql.owed(release, filters.stage, filters.track, texts.language)
    if not rows:
        st.info(texts("marking.nothing_owed"))
        return
    st.caption(texts("marking.owed_note"))
    values = owed_rows(rows, filters, texts)
    count_and_download(visit, "marking", "owed", _OWED_COLUMNS, values)
    _first_rows(len(values), texts)
    measures.show_grid(_OWED_COLUMNS, values[: marking_sql.MOST_ROWS], texts, comments, "owed_grid")


def owed_rows(rows: Sequence[Row], filters: MarkingFilters, texts: Texts) -> list[list[object]]:
    """Return who owes what as rows with names in the language."""
    return [
        [
            row["rater_code"] or texts("marking.nobody"),
            row["days_left"],
            row["owed_text"],
            row["count_marks"],
            row["count_raters"],
            row["work_no"],
            row["candidate_no"],
            formats.local_moment(row["given_at"]),
            filters.tracks[row["track_code"]],
            filters.stages[row["stage_code"]],
        ]
        for row in rows
    ]


def _first_rows(count: int, texts: Texts) -> None:
    if count > marking_sql.MOST_ROWS:
        most = formats.number(marking_sql.MOST_ROWS, texts.language)
        st.caption(texts("measured.first_rows", count=most))


def _show_works(filters: MarkingFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    counts = marking_sql.work_counts(release, filters.stage, filters.track)
    if not counts["every"]:
        st.info(texts("marking.no_works"))
        return
    st.caption(texts("marking.works_note"))
    options = {
        code: f"{texts(f'marking.flag_{code}')} ({formats.number(counts[code], texts.language)})"
        for code in marking_sql.WORK_FLAGS
    }
    place, button = st.columns([3, 1], vertical_alignment="bottom")
    with place:
        flag = choose_code(texts("marking.flag"), options, "marking_flag")
    if not counts[flag]:
        st.info(texts("marking.no_flagged"))
        return

    def read(limit: int | None) -> list[list[object]]:
        return work_rows(
            marking_sql.works(release, filters.stage, filters.track, flag, limit), filters, texts
        )

    download(button, visit, "marking", "works", _WORK_COLUMNS, lambda: read(None), ("marking", "works", flag))
    _first_rows(counts[flag], texts)
    shown = read(marking_sql.MOST_ROWS)
    measures.show_grid(_WORK_COLUMNS, shown, texts, comments, "works_grid", {"duration_minutes": 0})


def work_rows(rows: Sequence[Row], filters: MarkingFilters, texts: Texts) -> list[list[object]]:
    """Return works as rows with names in the language, their flags in words."""
    return [
        [
            row["work_no"],
            row["candidate_no"],
            ", ".join(
                texts(f"marking.is_{name}")
                for name, is_on in (
                    ("disagreement", row["is_disagreement"]),
                    ("over_words", row["is_over_words"]),
                    ("over_time", row["is_over_time"]),
                    ("outsider", row["count_outsiders"] > 0),
                )
                if is_on
            ),
            row["points_apart"],
            row["count_words"],
            None if row["duration_seconds"] is None else row["duration_seconds"] // 60,
            row["count_whole"],
            row["count_outsiders"],
            row["case_code"],
            filters.tracks[row["track_code"]],
        ]
        for row in rows
    ]


def _show_refused(filters: MarkingFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("marking.refused"), anchor=False)
    rows = marking_sql.refused(release, filters.stage, texts.language)
    if not rows:
        st.info(texts("marking.nothing_refused"))
        return
    st.caption(texts("marking.refused_note"))
    criteria = marking_sql.criteria(release, texts.language)
    values = [[_refused_value(row, name, criteria, filters) for name in _REFUSED_COLUMNS] for row in rows]
    count_and_download(visit, "marking", "refused", _REFUSED_COLUMNS, values)
    _first_rows(len(values), texts)
    measures.show_grid(_REFUSED_COLUMNS, values[: marking_sql.MOST_ROWS], texts, comments, "refused_grid")


def _refused_value(row: Row, name: str, criteria: Mapping[str, str], filters: MarkingFilters) -> object:
    if name == "stage":
        return filters.stages[row["stage_code"]]
    if name == "criterion":
        return formats.named(criteria, row["criterion_code"])
    value: object = row[name]
    return formats.local_moment(value) if isinstance(value, datetime) else value


def _show_cases(filters: MarkingFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    rows = marking_sql.case_differences(visit.release, filters.stage, texts.language)
    if not rows:
        return
    st.subheader(texts("marking.cases"), anchor=False)
    values = [[row[name] for name in _CASE_COLUMNS] for row in rows]
    count_and_download(visit, "marking", "cases", _CASE_COLUMNS, values)
    measures.show_grid(_CASE_COLUMNS, values[: marking_sql.MOST_ROWS], texts, comments, "cases_grid")


def _show_marks(filters: MarkingFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    criteria = marking_sql.criteria(release, texts.language)
    shown: list[list[object]] = []
    for stage in [filters.stage] if filters.stage else list(filters.stages):
        rows = marking_sql.mark_points(release, stage, filters.track)
        if not rows:
            continue
        st.markdown(f"**{filters.stages[stage]}**")
        limits = marking_sql.limits(release, stage)
        marks = range(limits["points_min"], limits["points_max"] + 1)
        st.altair_chart(charts_marking.mark_chart(rows, criteria, marks, texts), width="stretch")
        shown += [
            [
                filters.stages[stage],
                formats.named(criteria, row["criterion_code"]),
                *(row[name] for name in _MARK_COLUMNS[2:]),
            ]
            for row in rows
        ]
    if not shown:
        st.info(texts("marking.no_marks"))
        return
    st.caption(texts("marking.marks_note"))
    count_and_download(visit, "marking", "marks", _MARK_COLUMNS, shown)
    measures.show_grid(_MARK_COLUMNS, shown, texts, comments, "marks_grid")

"""The funnel against another release: who entered and went on before and now, and whose standing changed.

Belongs here: the choice of the other release and what is shown of both. Does not belong here: finding
releases (dashboards/warehouse/releases.py), what a change is (`release.changes`, which a release holds
against the one before it only).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import candidate_link, formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code, choose_filters
from dashboards.i18n import Texts
from dashboards.views.funnel_people import LIMIT
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, selection
from dashboards.warehouse import funnel as funnel_sql
from dashboards.warehouse.selection import Filters

_ALL = ""
_COUNTS = ("count_entered", "count_admitted")
_COLUMNS = tuple(f"{name}_{side}" for name in _COUNTS for side in ("before", "now", "more"))
_FILE_COLUMNS = ("stage_code", "stage", "track_code", "track", *_COLUMNS)
_CHANGE_COLUMNS = (
    "candidate_no",
    "stage",
    "track",
    "change",
    "status_before",
    "status_after",
    "points_before",
    "points_after",
    "rank_before",
    "rank_after",
)
CHANGES = ("entered", "left", "status", "score", "rank")


def show(visit: Visit) -> None:
    """Show both funnels side by side, and who changed where the other release is the one before."""
    release, texts = visit.release, visit.texts
    others = other_releases(release)
    st.caption(texts("funnel.compared_note"))
    if not others:
        st.info(texts("funnel.no_other"))
        return
    tracks = choose_filters(release, texts, only=("tracks",)).tracks
    previous = release.manifest.previous_release_id
    options = {one: texts("funnel.the_one_before", id=one) if one == previous else one for one in others}
    other_id = choose_code(texts("funnel.other_release"), options, "funnel_other", previous)
    other = warehouse.earlier_release(release, other_id, visit.grant.audience)
    st.markdown(
        texts(
            "funnel.other_is",
            as_of=formats.moment_text(other.manifest.as_of, texts.language),
            published=formats.moment_text(other.manifest.published_at, texts.language),
        )
    )
    _show_counts(other, tracks, visit)
    _show_changes(other_id == previous, tracks, visit)


def other_releases(release: Release) -> list[str]:
    """Return the releases that stand beside this one, newest first, itself left out."""
    return [one for one in warehouse.release_ids(release) if one != release.manifest.release_id]


def compared_rows(
    release: Release, other: Release, tracks: tuple[str, ...], texts: Texts
) -> list[list[object]]:
    """Return a row per stage and track: codes and names, then each count before, now and the difference."""
    filters = Filters(tracks=tracks)
    now, before = (
        {(row["stage_code"], row["track_code"]): row for row in selection.funnel_counts(one, filters)}
        for one in (release, other)
    )
    stages = warehouse.names(release, "stages", texts.language)
    names = warehouse.names(release, "tracks", texts.language)
    nobody = dict.fromkeys(_COUNTS, 0)
    rows: list[list[object]] = []
    for stage, stage_name in stages.items():
        for track, track_name in names.items():
            if tracks and track not in tracks:
                continue
            counts: list[object] = []
            for name in _COUNTS:
                was, is_now = (side.get((stage, track), nobody)[name] for side in (before, now))
                counts += [was, is_now, is_now - was]
            rows.append([stage, stage_name, track, track_name, *counts])
    return rows


def _show_counts(other: Release, tracks: tuple[str, ...], visit: Visit) -> None:
    texts = visit.texts
    rows = compared_rows(visit.release, other, tracks, texts)
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("funnel.table"), anchor=False)
    download(button, visit, "funnel", "compared", _FILE_COLUMNS, rows)
    views = {name: texts(f"funnel.rows_{name}") for name in ("different", "all")}
    view = choose_code(texts("funnel.rows"), views, "funnel_rows")
    shown = [row for row in rows if view == "all" or any(row[position] for position in (6, 9))]
    if not shown:
        st.info(texts("funnel.same_counts"))
        return
    columns = [
        tables.column("stage", texts, {}),
        tables.column("track", texts, {}),
        *(tables.column(name, texts, {}, "num") for name in _COLUMNS),
    ]
    lines = [
        tables.table_row(
            columns,
            [str(row[1]), str(row[3]), *_cells(row[4:], texts)],
            "tie" if any(row[position] for position in (6, 9)) else "",
        )
        for row in shown
    ]
    st.html(tables.html_table(columns, lines, texts("funnel.table")))


def _cells(counts: Sequence[object], texts: Texts) -> list[str]:
    cells = []
    for position, count in enumerate(counts):
        people = int(str(count))
        text = formats.number(people, texts.language).replace("-", "−")
        is_difference = position % 3 == 2
        cells.append(f"+{text}" if is_difference and people > 0 else text)
    return cells


def _show_changes(is_previous: bool, tracks: tuple[str, ...], visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("funnel.changes"), anchor=False)
    if not is_previous:
        st.info(texts("funnel.changes_elsewhere"))
        return
    warehouse.require_tables(release, funnel_sql.CHANGES_TABLES)
    counts = funnel_sql.change_counts(release, tracks)
    if not counts:
        st.info(texts("funnel.no_changes"))
        return
    for_stage, for_change = st.columns(2)
    stages = warehouse.names(release, "stages", texts.language)
    with for_stage:
        found = _options(counts, "stage_code", stages, texts)
        stage = choose_code(texts("filter.stage"), found, "changes_stage") or None
    with for_change:
        words = {code: texts(f"funnel.change_{code}") for code in CHANGES}
        found = _options(counts, "change_code", words, texts)
        change = choose_code(texts("column.change"), found, "changes_kind") or None
    count = sum(
        row["people"]
        for row in counts
        if stage in (None, row["stage_code"]) and change in (None, row["change_code"])
    )
    if not count:
        st.info(texts("empty.list"))
        return
    _show_people(count, tracks, stage, change, visit)


def _show_people(
    count: int, tracks: tuple[str, ...], stage: str | None, change: str | None, visit: Visit
) -> None:
    release, texts = visit.release, visit.texts

    def read(limit: int | None) -> list[list[object]]:
        return change_rows(release, funnel_sql.changes(release, tracks, stage, change, limit), texts)

    total, button = st.columns([3, 1], vertical_alignment="center")
    total.markdown(texts("funnel.drill_count", count=f"**{formats.number(count, texts.language)}**"))
    parts = ("changes", stage or "all", change or "all")
    download(button, visit, "funnel", "changes", _CHANGE_COLUMNS, lambda: read(None), parts)
    if count > LIMIT:
        st.caption(texts("download.first_only", limit=formats.number(LIMIT, texts.language)))
    comments = warehouse.column_comments(release, ("reporting.rpt_drift", "reporting.rpt_shortlists"))
    link = candidate_link.grid_link(visit)
    tables.show_grid(_CHANGE_COLUMNS, read(LIMIT), texts, comments, key="funnel_changes", link=link)


def _options(counts: Sequence[Row], side: str, names: Mapping[str, str], texts: Texts) -> dict[str, str]:
    """Return all, and what occurs, with the number of people."""
    people: dict[str, int] = {}
    for row in counts:
        people[row[side]] = people.get(row[side], 0) + row["people"]
    everybody = formats.number(sum(people.values()), texts.language)
    return {
        _ALL: f"{texts('filter.all')} ({everybody})",
        **{
            code: f"{name} ({formats.number(people[code], texts.language)})"
            for code, name in names.items()
            if code in people
        },
    }


def change_rows(release: Release, found: Sequence[Row], texts: Texts) -> list[list[object]]:
    """Turn changes into rows with names in the language."""
    stages, tracks, statuses = (
        warehouse.names(release, seed, texts.language) for seed in ("stages", "tracks", "statuses")
    )
    return [
        [
            row["candidate_no"],
            formats.named(stages, row["stage_code"]),
            formats.named(tracks, row["track_code"]),
            texts(f"funnel.change_{row['change_code']}"),
            *(row[name] and formats.named(statuses, row[name]) for name in ("status_before", "status_after")),
            *(row[name] for name in _CHANGE_COLUMNS[6:]),
        ]
        for row in found
    ]

"""The funnel: from accounts to the Reserve, by track, with filters, a picture, a table and the people.

Belongs here: the order of the page and what its numbers are called. Does not belong here: SQL
(dashboards/warehouse/), drawing (dashboards/components/). Order §3 is what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.components import candidate_link, charts, formats, standing, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code, choose_filters
from dashboards.components.header import show_header
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, publications, selection
from dashboards.warehouse.selection import Filters

_ALL = ""
_TABLE_COLUMNS = (
    "count_entered",
    "count_participated",
    "limit_places",
    "cutoff_points",
    "count_admitted",
    "count_over_limit",
)
_SUMMED = ("count_entered", "count_participated", "limit_places", "count_admitted", "count_over_limit")
_CSV_COLUMNS = (
    "stage_order",
    "stage_code",
    "stage",
    "track_code",
    "track",
    *selection.FUNNEL_COUNTS,
    "count_pool",
    "limit_places",
    "cutoff_points",
    "cutoff_fraction",
    "count_by_tie",
    "count_supernumerary",
    "count_over_limit",
    "published_at",
    "list_state",
)
_DRILL_COLUMNS = (
    "candidate_no",
    "track",
    "rank",
    "score_points",
    "status",
    "reason",
    "region",
    "sex",
    "age_band",
    "employer_type",
)
_COMMENT_TABLES = ("reporting.rpt_funnel", "reporting.rpt_stage_tracks", "reporting.rpt_shortlists")


@dataclass(frozen=True)
class Funnel:
    """What the page shows: counts within the filters by (stage, track), and the cuts of whole tracks.

    `lists`: how the list of each stage stands; empty where the release is of a build that did not say it.
    """

    counts: Mapping[tuple[str, str], Row]
    cuts: Mapping[tuple[str, str], Row]
    admits_by: Mapping[str, str]
    stages: Mapping[str, str]
    tracks: Mapping[str, str]
    lists: Mapping[str, Row]

    def is_published(self, stage: str) -> bool:
        """Whether the list of the stage has been published."""
        return any(cut["is_published"] for (code, _), cut in self.cuts.items() if code == stage)

    def total(self, stage: str, name: str) -> int:
        """Return a count of the stage within the filters, over all shown tracks."""
        return sum(self.counts[stage, track][name] for track in self.tracks if (stage, track) in self.counts)


def render(visit: Visit) -> None:
    """Show the page for `release`, in the language of `texts`."""
    release, texts = visit.release, visit.texts
    show_header(texts("funnel.title"), release.manifest, texts)
    filters = choose_filters(release, texts)
    funnel = read_funnel(release, filters, texts.language)
    if not funnel.counts:
        st.info(texts("empty.filters"))
        return
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    st.html(tables.figures(headline(funnel, texts), columns=5))
    if box := standing.drift_box(funnel.lists.values(), funnel.stages, texts):
        st.html(box)
    if note := provisional_note(funnel, texts):
        st.caption(note)
    _show_pictures(funnel, texts)
    _show_table(funnel, filters, visit, comments)
    _show_people(funnel, filters, visit, comments)


def read_funnel(release: Release, filters: Filters, language: str) -> Funnel:
    """Read the counts within `filters`, and the cuts, for the tracks that the filters leave."""
    tracks = warehouse.names(release, "tracks", language)
    return Funnel(
        counts={
            (row["stage_code"], row["track_code"]): row for row in selection.funnel_counts(release, filters)
        },
        cuts={(row["stage_code"], row["track_code"]): row for row in selection.stage_tracks(release)},
        admits_by={row["stage_code"]: row["admits_by_code"] for row in selection.stages(release)},
        stages=warehouse.names(release, "stages", language),
        tracks={code: name for code, name in tracks.items() if not filters.tracks or code in filters.tracks},
        lists=publications.lists(release),
    )


def headline(funnel: Funnel, texts: Texts) -> list[tuple[str, str]]:
    """Return the named headline numbers: a number per stage, and those found eligible after the first.

    Stages without a cut count who passed, stages with one who took part, the last who was enrolled; a dash
    stands for a stage whose list has not been published.
    """
    language = texts.language
    pairs = []
    for position, (stage, admits_by) in enumerate(funnel.admits_by.items()):
        label = texts(f"headline.{stage}")
        published = funnel.is_published(stage)
        if position == 0:
            pairs.append((label, formats.number(funnel.total(stage, "count_entered"), language)))
            label = texts("headline.eligible")
        name = "count_participated" if admits_by in ("share", "places") else "count_admitted"
        pairs.append((label, formats.number(funnel.total(stage, name) if published else None, language)))
    return pairs


def provisional_note(funnel: Funnel, texts: Texts) -> str:
    """Name the stages whose lists no act has published: their numbers can still move; else nothing."""
    stages = [
        funnel.stages[code]
        for code, row in funnel.lists.items()
        if standing.state(row) == standing.PROVISIONAL
    ]
    return texts("standing.provisional_note", stages="; ".join(stages)) if stages else ""


def _show_pictures(funnel: Funnel, texts: Texts) -> None:
    st.subheader(texts("funnel.picture"), anchor=False)
    by_track, outcomes = st.tabs([texts("funnel.tab_tracks"), texts("funnel.tab_outcomes")])
    with by_track:
        st.altair_chart(
            charts.funnel_chart(funnel.counts, funnel.stages, funnel.tracks, texts), width="stretch"
        )
        st.caption(texts("funnel.picture_note"))
    with outcomes:
        totals = {
            stage: {name: funnel.total(stage, name) for name in selection.FUNNEL_COUNTS}
            for stage in funnel.stages
        }
        st.altair_chart(charts.outcome_chart(totals, funnel.stages, texts), width="stretch")
        st.caption(texts("funnel.outcomes_note"))


def _show_table(funnel: Funnel, filters: Filters, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("funnel.table"), anchor=False)
    download(button, visit, "funnel", "stages", _CSV_COLUMNS, lambda: funnel_rows(funnel, texts))
    columns = [
        tables.Column(f"{texts('column.stage')} / {texts('column.track')}"),
        *(tables.column(name, texts, comments, "num") for name in _TABLE_COLUMNS),
        *([tables.column("list_state", texts, comments, "name")] if funnel.lists else []),
    ]
    rows: list[str] = []
    for position, stage in enumerate(funnel.stages, start=1):
        rows.append(tables.table_row(columns, _stage_cells(funnel, stage, position, texts), "group"))
        rows += [
            tables.table_row(columns, _track_cells(funnel, stage, track, texts)) for track in funnel.tracks
        ]
    st.html(tables.html_table(columns, rows, texts("funnel.table")))
    if filters.narrows_within_tracks:
        st.caption(texts("funnel.table_note_filtered"))


def _stage_cells(funnel: Funnel, stage: str, position: int, texts: Texts) -> list[tables.Cell]:
    name = f"{position}. {funnel.stages[stage]}"
    if not funnel.lists and not funnel.is_published(stage):
        name += f" ({texts('standing.unpublished')})"
    tracks = [_merged(funnel, stage, track) for track in funnel.tracks]
    cells: list[tables.Cell] = [name]
    for column in _TABLE_COLUMNS:
        values = [row[column] for row in tracks if column in _SUMMED and row[column] is not None]
        cells.append(formats.number(sum(values) if values else None, texts.language))
    if funnel.lists:
        cells.append(list_cell(funnel.lists[stage], texts))
    return cells


def list_cell(row: Row, texts: Texts) -> tables.Cell:
    """Return how the list of a stage stands; of one published by an act also when and by whom."""
    if not row["is_published_by_act"]:
        return standing.mark(row, texts)
    moment = formats.moment_text(row["published_at"], texts.language)
    by = texts("standing.approved", moment=moment, by=row["approved_by"])
    return tables.Html(f"{standing.mark(row, texts).markup}<small>{escape(by)}</small>")


def _track_cells(funnel: Funnel, stage: str, track: str, texts: Texts) -> list[tables.Cell]:
    row = _merged(funnel, stage, track)
    cells: list[tables.Cell] = [funnel.tracks[track]]
    for column in _TABLE_COLUMNS:
        write = formats.points if column == "cutoff_points" else formats.number
        cells.append(write(row[column], texts.language))
    return [*cells, ""] if funnel.lists else cells


def _merged(funnel: Funnel, stage: str, track: str) -> Row:
    """Put the counts within the filters over the cut of the track; what is not published yet is None."""
    nobody = dict.fromkeys(selection.FUNNEL_COUNTS, 0)
    cut = funnel.cuts.get((stage, track), {})
    row = {
        **dict.fromkeys((*_CSV_COLUMNS, "cutoff_numerator", "cutoff_denominator")),
        **cut,
        **funnel.counts.get((stage, track), nobody),
    }
    if not cut.get("is_published"):
        row |= dict.fromkeys(("count_participated", "count_admitted", "count_over_limit"))
    elif row["limit_places"] is None:
        row["count_over_limit"] = None
    return row


def funnel_rows(funnel: Funnel, texts: Texts) -> list[list[object]]:
    """Return the funnel for a file: a row per stage and track, with the columns of `_CSV_COLUMNS`."""
    lines: list[list[object]] = []
    for stage, stage_name in funnel.stages.items():
        for track, track_name in funnel.tracks.items():
            row = _merged(funnel, stage, track)
            row |= {"stage_code": stage, "stage": stage_name, "track_code": track, "track": track_name}
            if row["cutoff_numerator"] is not None:
                row["cutoff_fraction"] = formats.fraction(row["cutoff_numerator"], row["cutoff_denominator"])
            if row["published_at"] is not None:
                row["published_at"] = formats.astana(row["published_at"]).isoformat()
            if stage in funnel.lists:
                row["list_state"] = standing.state_text(funnel.lists[stage], texts)
            lines.append([row[name] for name in _CSV_COLUMNS])
    return lines


def _show_people(funnel: Funnel, filters: Filters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("funnel.drill"), anchor=False)
    st.caption(texts("funnel.drill_note"))
    for_stage, for_track, for_status = st.columns(3)
    with for_stage:
        stage = choose_code(texts("filter.stage"), funnel.stages, "drill_stage", _last_published(funnel))
    with for_track:
        tracks = {_ALL: texts("filter.all_tracks"), **funnel.tracks}
        track = choose_code(texts("filter.track"), tracks, "drill_track")
    counts = selection.status_counts(release, stage, track or None, filters)
    with for_status:
        status = choose_code(texts("filter.status"), _status_options(release, counts, texts), "drill_status")
    people = selection.candidates(release, stage, track or None, status or None, filters)
    if not people:
        st.info(texts("empty.list"))
        return
    rows = people_rows(release, people, texts)
    total, button = st.columns([3, 1], vertical_alignment="center")
    total.markdown(texts("funnel.drill_count", count=f"**{formats.number(len(rows), texts.language)}**"))
    parts = (stage, track or "all", status or "all")
    download(button, visit, "funnel", "candidates", _DRILL_COLUMNS, rows, ("candidates", *parts))
    tables.show_grid(
        _DRILL_COLUMNS, rows, texts, comments, key="drill_people", link=candidate_link.grid_link(visit)
    )


def _last_published(funnel: Funnel) -> str:
    published = [stage for stage in funnel.stages if funnel.is_published(stage)]
    return published[-1] if published else next(iter(funnel.stages))


def _status_options(release: Release, counts: Mapping[str, int], texts: Texts) -> dict[str, str]:
    everybody = sum(counts.values())
    options = {_ALL: f"{texts('filter.all_statuses')} ({formats.number(everybody, texts.language)})"}
    for code, name in warehouse.names(release, "statuses", texts.language).items():
        if code in counts:
            options[code] = f"{name} ({formats.number(counts[code], texts.language)})"
    return options


def people_rows(release: Release, people: Sequence[Row], texts: Texts) -> list[list[object]]:
    """Turn candidates into rows of the drill-down, with names of codes in the language."""
    language = texts.language
    seeds = {
        name: warehouse.names(release, seed, language)
        for name, seed in (
            ("track", "tracks"),
            ("status", "statuses"),
            ("region", "regions"),
            ("sex", "sexes"),
            ("age_band", "age_bands"),
            ("employer_type", "employer_types"),
        )
    }
    reasons = warehouse.reason_texts(release, language)
    return [
        [
            formats.named(seeds[name], person[f"{name}_code"])
            if name in seeds
            else reasons.get(person["reason_code"])
            if name == "reason"
            else person[name]
            for name in _DRILL_COLUMNS
        ]
        for person in people
    ]

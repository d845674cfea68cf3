"""The funnel: from accounts to the Reserve, by track, with filters, a picture, a table and the people.

Belongs here: the choice of a view, and the funnel as it stands. Does not belong here: the funnel on a day
(dashboards/views/funnel_days.py), against another release (funnel_compared.py), the people
(funnel_people.py), SQL (dashboards/warehouse/), drawing (dashboards/components/). Order §3 is what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import altair as alt
import streamlit as st

from dashboards import warehouse
from dashboards.components import charts, charts_funnel, formats, standing, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_filters
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import funnel_compared, funnel_days, funnel_people
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, publications, selection
from dashboards.warehouse.selection import Filters

_VIEW_KEY, _NOW = "funnel_view", "now"
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
    """Show the page for the release of the visit, in its language; only the chosen view is made."""
    show_header(visit.texts("funnel.title"), visit.release.manifest, visit.texts)
    views = {name: visit.texts(f"funnel.view_{name}") for name in _VIEWS}
    _VIEWS[switch(visit.texts("funnel.view"), views, _VIEW_KEY, _NOW, is_label_shown=True)](visit)


def _show_now(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
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
    funnel_people.show(funnel.stages, funnel.tracks, _last_published(funnel), filters, visit, comments)


_VIEWS: Mapping[str, Callable[[Visit], None]] = {
    _NOW: _show_now,
    "day": funnel_days.show,
    "compared": funnel_compared.show,
}


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
    st.caption(texts("funnel.click_note"))
    names = [texts(f"funnel.tab_{name}") for name in ("tracks", "flow", "outcomes")]
    by_track, flow, outcomes = st.tabs(names, on_change="rerun", key="funnel_picture")
    if by_track.open:
        with by_track:
            pick = charts_funnel.pick_by_click("stage_code", "track_code")
            chart = charts.funnel_chart(funnel.counts, funnel.stages, funnel.tracks, texts, pick)
            _show_clickable(chart, "funnel_tracks", texts("funnel.picture_alt"))
            st.caption(texts("funnel.picture_note"))
    if not (flow.open or outcomes.open):
        return
    totals = {
        stage: {name: funnel.total(stage, name) for name in selection.FUNNEL_COUNTS}
        for stage in funnel.stages
    }
    if flow.open:
        with flow:
            pick = charts_funnel.pick_by_click("stage_code", "outcome_code")
            chart = charts_funnel.flow_chart(totals, funnel.stages, texts, pick)
            _show_clickable(chart, "funnel_flow", texts("funnel.picture_alt"))
            st.caption(texts("funnel.flow_note"))
    if outcomes.open:
        with outcomes:
            alt_text = texts("funnel.picture_alt")
            chart = charts.outcome_chart(totals, funnel.stages, texts)
            st.altair_chart(chart, width="stretch", alt=alt_text)
            st.caption(texts("funnel.outcomes_note"))


def _show_clickable(chart: alt.LayerChart, key: str, alt_text: str) -> None:
    """Show a chart whose marks choose the list of people below by a click."""
    event = st.altair_chart(
        chart, width="stretch", key=key, on_select="rerun", selection_mode=charts_funnel.PICK, alt=alt_text
    )
    funnel_people.take_pick(key, event.selection.get(charts_funnel.PICK))


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


def _last_published(funnel: Funnel) -> str:
    published = [stage for stage in funnel.stages if funnel.is_published(stage)]
    return published[-1] if published else next(iter(funnel.stages))

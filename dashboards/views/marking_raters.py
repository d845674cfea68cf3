"""The parts of the page of marking about experts: severity, agreement, and the list without their severity.

Belongs here: what methods found on the release that is read (dashboards/measurement_files.py), each part with
its picture, its table and its words for "nothing". Does not belong here: progress, works and marks
(dashboards/views/marking.py). Experts appear by code. Policy A25: advisory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.components import charts_marking, formats, measures
from dashboards.components.downloads import count_and_download
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import marking as marking_sql

_RATER_COLUMNS = (
    "rater_code",
    "flag_codes",
    "severity_logits",
    "severity_error",
    "infit",
    "outfit",
    "centrality",
    "halo",
    "count_works",
    "stage",
    "network_no",
    "not_computable_code",
)
_AGREEMENT_COLUMNS = (
    "stage",
    "criterion",
    "count_works",
    "count_raters",
    "count_marks_compared",
    "icc_single",
    "icc_average",
    "alpha",
    "alpha_low",
    "alpha_high",
    "not_computable_code",
)
_SHADOW_COLUMNS = (
    "stage",
    "track",
    "count_works",
    "count_places",
    "count_would_enter",
    "count_would_leave",
    "count_moved",
    "largest_move",
)
_SIDE_COLUMNS = ("candidate_no", "side", "official_rank", "shadow_rank", "track", "stage")
_ALL_CRITERIA = "all"


@dataclass(frozen=True)
class MarkingFilters:
    """What the page is narrowed to, None for all; names of the stages that raters mark, and of the tracks."""

    stage: str | None
    track: str | None
    stages: Mapping[str, str]
    tracks: Mapping[str, str]

    def narrowed(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows of the chosen stage and, where rows have one, track; stages in their order."""
        order = list(self.stages)
        kept = [
            row
            for row in rows
            if self.stage in (None, row["stage_code"])
            and self.track in (None, row.get("track_code", self.track))
        ]
        return sorted(kept, key=lambda row: order.index(row["stage_code"]))


def _values(
    rows: Sequence[Row], columns: Sequence[str], filters: MarkingFilters, texts: Texts
) -> list[list[object]]:
    def value(row: Row, name: str) -> object:
        if name == "stage":
            return formats.named(filters.stages, row["stage_code"])
        if name == "track":
            return formats.named(filters.tracks, row["track_code"])
        if name in ("flag_codes", "not_computable_code"):
            return measures.words(row[name], texts)
        return row[name]

    return [[value(row, name) for name in columns] for row in rows]


def _show_raters(filters: MarkingFilters, visit: Visit) -> None:
    texts = visit.texts
    found = measures.results(visit, "facets", "raters")
    if found is None:
        return
    rows = filters.narrowed(found["raters"])
    if not rows:
        st.info(texts("marking.no_raters"))
        return
    order = list(filters.stages)
    rows.sort(
        key=lambda row: (order.index(row["stage_code"]), -(row["severity_logits"] or 0), row["rater_code"])
    )
    if filters.track:
        st.caption(texts("marking.all_tracks_note"))
    for stage in filters.stages:
        of_stage = [row for row in rows if row["stage_code"] == stage]
        if any(row["severity_logits"] is not None for row in of_stage):
            st.markdown(f"**{filters.stages[stage]}**")
            st.altair_chart(charts_marking.rater_chart(of_stage, texts), width="stretch")
    st.caption(texts("marking.raters_note"))
    values = _values(rows, _RATER_COLUMNS, filters, texts)
    count_and_download(visit, "marking", "raters", _RATER_COLUMNS, values)
    measures.show_grid(_RATER_COLUMNS, values, texts, {}, "raters_grid")


def _show_agreement(filters: MarkingFilters, visit: Visit) -> None:
    texts = visit.texts
    found = measures.results(visit, "agreement", "criteria")
    if found is None:
        return
    names = marking_sql.criteria(visit.release, texts.language)
    names = {**names, _ALL_CRITERIA: texts("marking.all_criteria")}
    rows = [
        {
            **row,
            "criterion": formats.named(names, row["criterion_code"]),
            "count_marks_compared": row["count_marks"],
        }
        for row in filters.narrowed(found["criteria"])
    ]
    if not rows:
        st.info(texts("marking.no_agreement"))
        return
    if filters.track:
        st.caption(texts("marking.all_tracks_note"))
    for stage in filters.stages:
        shown = [row for row in rows if row["stage_code"] == stage and row["alpha"] is not None]
        if shown:
            st.markdown(f"**{filters.stages[stage]}**")
            labels = [row["criterion"] for row in shown]
            st.altair_chart(charts_marking.agreement_chart(shown, labels, texts), width="stretch")
    st.caption(texts("marking.agreement_note"))
    values = _values(rows, _AGREEMENT_COLUMNS, filters, texts)
    count_and_download(visit, "marking", "agreement", _AGREEMENT_COLUMNS, values)
    st.html(measures.table(_AGREEMENT_COLUMNS, values, texts("marking.part_agreement"), texts, {}))


def _show_shadow(filters: MarkingFilters, visit: Visit) -> None:
    texts = visit.texts
    found = measures.results(visit, "facets", "shadow", "sides")
    if found is None:
        return
    tracks, people = filters.narrowed(found["shadow"]), filters.narrowed(found["sides"])
    if not tracks:
        st.info(texts("marking.no_shadow"))
        return
    places = sum(row["count_would_leave"] for row in tracks)
    st.markdown(
        texts(
            "marking.shadow_count",
            places=f"**{formats.number(places, texts.language)}**",
            of=formats.number(sum(row["count_places"] for row in tracks), texts.language),
        )
    )
    st.warning(texts("marking.shadow_note"), icon=":material/info:")
    values = _values(tracks, _SHADOW_COLUMNS, filters, texts)
    st.html(measures.table(_SHADOW_COLUMNS, values, texts("marking.part_shadow"), texts, {}))
    st.markdown(f"**{texts('marking.sides')}**")
    if not people:
        st.info(texts("marking.no_sides"))
        return
    named = [
        {**row, "side": texts("marking.would_enter" if row["would_enter"] else "marking.would_leave")}
        for row in people
    ]
    shown = _values(named, _SIDE_COLUMNS, filters, texts)
    count_and_download(visit, "marking", "sides", _SIDE_COLUMNS, shown)
    measures.show_grid(_SIDE_COLUMNS, shown, texts, {}, "sides_grid")


#: code of a part -> what shows it
SECTIONS: Mapping[str, Callable[[MarkingFilters, Visit], None]] = {
    "raters": _show_raters,
    "agreement": _show_agreement,
    "shadow": _show_shadow,
}

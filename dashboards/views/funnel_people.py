"""The people of the funnel: candidate numbers of a stage, track and status, chosen by hand or by a click.

Belongs here: the choices, the list, its file. Does not belong here: the pictures that are clicked
(dashboards/views/funnel.py), SQL (dashboards/warehouse/selection.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import candidate_link, formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, selection
from dashboards.warehouse.selection import Filters

#: So many people of a list are sent to the browser; the file holds all.
LIMIT = tables.MOST_SHOWN

_ALL = ""
# Outcomes that are one status; the others hold several, and a click on them chooses all statuses.
_STATUS_OF = {
    "count_not_admitted": "not_admitted",
    "count_absent": "absent",
    "count_annulled": "annulled",
    "count_excluded": "excluded",
    "count_withdrawn": "withdrawn",
}
DRILL_COLUMNS = (
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


def take_pick(key: str, picked: Sequence[Mapping[str, str]] | None) -> None:
    """Choose the stage, and the track or status, that was clicked in the chart `key`, once for each click.

    Afterwards the choices are the reader's again, until they click on something else.
    """
    found = dict(picked[0]) if picked else {}
    if found == st.session_state.get(f"{key}_taken", {}):
        return
    st.session_state[f"{key}_taken"] = found
    if found:
        st.session_state["drill_stage"] = found["stage_code"]
        st.session_state["drill_track"] = found.get("track_code", _ALL)
        st.session_state["drill_status"] = _STATUS_OF.get(found.get("outcome_code", ""), _ALL)


def show(
    stages: Mapping[str, str],
    tracks: Mapping[str, str],
    first_stage: str,
    filters: Filters,
    visit: Visit,
    comments: Mapping[str, str],
) -> None:
    """Show the choice of a stage, track and status, and the people; the longest lists begin only."""
    release, texts = visit.release, visit.texts
    st.subheader(texts("funnel.drill"), anchor=False)
    st.caption(texts("funnel.drill_note"))
    for_stage, for_track, for_status = st.columns(3)
    with for_stage:
        stage = choose_code(texts("filter.stage"), stages, "drill_stage", first_stage)
    with for_track:
        options = {_ALL: texts("filter.all_tracks"), **tracks}
        track = choose_code(texts("filter.track"), options, "drill_track")
    counts = selection.status_counts(release, stage, track or None, filters)
    with for_status:
        status = choose_code(texts("filter.status"), _status_options(release, counts, texts), "drill_status")
    count = counts.get(status, 0) if status else sum(counts.values())
    if not count:
        st.info(texts("empty.list"))
        return

    def read(limit: int | None) -> list[list[object]]:
        found = selection.candidates(release, stage, track or None, status or None, filters, limit)
        return people_rows(release, found, texts)

    total, button = st.columns([3, 1], vertical_alignment="center")
    total.markdown(texts("funnel.drill_count", count=f"**{formats.number(count, texts.language)}**"))
    parts = (stage, track or "all", status or "all")
    download(button, visit, "funnel", "candidates", DRILL_COLUMNS, lambda: read(None), ("candidates", *parts))
    if count > LIMIT:
        st.caption(texts("download.first_only", limit=formats.number(LIMIT, texts.language)))
    link = candidate_link.grid_link(visit)
    tables.show_grid(DRILL_COLUMNS, read(LIMIT), texts, comments, key="drill_people", link=link)


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
            for name in DRILL_COLUMNS
        ]
        for person in people
    ]

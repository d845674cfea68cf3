"""Quota scenarios of the Reserve: what so many places of one track given to another would change.

Belongs here: the choice of the move and its tables. Does not belong here: who stands within so many places
(dbt_project/, `rpt_quota_standings`), SQL (dashboards/warehouse/quotas.py). Order §9.2, policy A5, A43, A44.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import warehouse
from dashboards.components import address, candidate_link, formats, tables
from dashboards.components.downloads import count_and_download, download
from dashboards.components.filters import choose_code
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row, quotas

_COUNT_KEY = "quota_count"
_PLACES_COLUMNS = (
    "track",
    "places_by_order",
    "quota_places",
    "places_source",
    "count_proposed",
    "count_within",
    "count_at_edge",
    "count_empty",
)
_SUMMED = ("places_by_order", "places", "count_proposed", "count_within", "count_at_edge", "count_empty")
_PLACES_LOOKS: Mapping[str, str] = {"track": "", "places_source": "code"}
_MOVED_COLUMNS = ("track", "candidate_no", "best_place", "score_points", "standing_before", "standing_after")
_COMMENT_TABLES = ("core.fct_reserve_places", "reporting.rpt_quota_standings")


def render(visit: Visit) -> None:
    """Show the places in force, the choice of a move, and whom it would change."""
    texts, release = visit.texts, visit.release
    quotas.require_tables(release)
    places = quotas.places(release)
    if not places:
        st.info(texts("quota.none"))
        return
    tracks = warehouse.names(release, "tracks", texts.language)
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    st.caption(texts("quota.summary"))
    if quotas.is_decided(release):
        st.info(texts("quota.decided"))
    _show_places(visit, places, tracks, comments)
    _show_scenario(visit, places, tracks, comments)
    with st.expander(texts("shortlist.source")):
        st.markdown(texts("quota.source_rule"))
        st.markdown(
            texts(
                "quota.source_rows",
                places="`core.fct_reserve_places` (track_code)",
                standings="`reporting.rpt_quota_standings` (track_code, places, candidate_no)",
            )
        )


def _show_places(
    visit: Visit, places: Sequence[Row], tracks: Mapping[str, str], comments: Mapping[str, str]
) -> None:
    texts, language = visit.texts, visit.texts.language
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("quota.in_force"), anchor=False)
    columns = [
        tables.column(name, texts, comments, _PLACES_LOOKS.get(name, "num")) for name in _PLACES_COLUMNS
    ]
    lines = places_rows(places, tracks, texts)
    rows = [
        tables.table_row(
            columns,
            [formats.number(cell, language) if isinstance(cell, int) else str(cell) for cell in line],
        )
        for line in lines
    ]
    total = [sum(row[name] for row in places) for name in _SUMMED]
    cells = [texts("quota.total"), *(formats.number(value, language) for value in total)]
    rows.append(tables.table_row(columns, [*cells[:3], "", *cells[3:]], "group"))
    st.html(tables.html_table(columns, rows, texts("quota.in_force")))
    st.caption(
        texts("quota.limit", total=formats.number(total[1], language), limit=places[0]["limit_total"])
        + " "
        + texts("quota.edge_note")
    )
    download(button, visit, "shortlist", "places", _PLACES_COLUMNS, lines, ("places", "reserve"))


def places_rows(places: Sequence[Row], tracks: Mapping[str, str], texts: Texts) -> list[list[object]]:
    """Return the places of each track with their source, the Order or a decision, and who stands where."""
    return [
        [
            tracks[row["track_code"]],
            row["places_by_order"],
            row["places"],
            row["decision_no"] or texts("quota.the_order"),
            *(row[name] for name in _SUMMED[2:]),
        ]
        for row in places
    ]


def _show_scenario(
    visit: Visit, places: Sequence[Row], tracks: Mapping[str, str], comments: Mapping[str, str]
) -> None:
    texts = visit.texts
    st.subheader(texts("quota.scenario"), anchor=False)
    st.caption(texts("quota.scenario_note"))
    in_force = {row["track_code"]: row["places"] for row in places}
    givers = {code: name for code, name in tracks.items() if in_force.get(code)}
    for_source, for_target, for_count = st.columns([2, 2, 1], vertical_alignment="bottom")
    with for_source:
        source = choose_code(texts("quota.from"), givers, "quota_from")
    with for_target:
        takers = {code: name for code, name in tracks.items() if code != source}
        if st.session_state.get("quota_to") not in takers:
            st.session_state.pop("quota_to", None)
        target = choose_code(texts("quota.to"), takers, "quota_to")
    count = _choose_count(for_count, in_force[source], texts)
    _show_moved(visit, source, target, count, tracks, comments)


def _choose_count(place: DeltaGenerator, most: int, texts: Texts) -> int:
    asked = st.query_params.get(_COUNT_KEY, "")
    if _COUNT_KEY not in st.session_state:
        is_count = asked.isascii() and asked.isdecimal() and len(asked) < 5
        st.session_state[_COUNT_KEY] = int(asked) if is_count else 1
    st.session_state[_COUNT_KEY] = min(max(1, st.session_state[_COUNT_KEY]), most)
    count = int(place.number_input(texts("quota.count"), 1, most, key=_COUNT_KEY))
    address.put(_COUNT_KEY, None if count == 1 else str(count))
    return count


def _show_moved(
    visit: Visit, source: str, target: str, count: int, tracks: Mapping[str, str], comments: Mapping[str, str]
) -> None:
    texts, language = visit.texts, visit.texts.language
    edges = quotas.edges(visit.release, source, target, count)
    for row in edges:
        st.markdown(edge_text(row, tracks, texts))
    moved = quotas.moved(visit.release, source, target, count)
    if not moved:
        st.info(texts("quota.nobody"))
        return
    for key, code in (("enters", "standing_after"), ("leaves", "standing_before")):
        numbers = [row["candidate_no"] for row in moved if row[code] == "within"]
        st.markdown(f"**{texts(f'quota.{key}')}:** {', '.join(numbers) or formats.NOTHING}")
    rows = moved_rows(moved, tracks, texts)
    columns = [
        tables.column(name, texts, comments, "num" if name in ("best_place", "score_points") else "")
        for name in _MOVED_COLUMNS
    ]
    shown = [
        tables.table_row(
            columns,
            [
                row[0],
                candidate_link.cell(row[1], visit),
                row[2],
                formats.points(row[3], language),
                *row[4:],
            ],
            "on"
            if line["standing_after"] == "within"
            else "tie"
            if line["standing_after"] == "at_edge"
            else "",
        )
        for row, line in zip(rows, moved, strict=True)
    ]
    st.html(tables.html_table(columns, shown, texts("quota.scenario")))
    st.caption(texts("quota.order_note"))
    count_and_download(visit, "shortlist", "scenario", _MOVED_COLUMNS, rows)


def edge_text(row: Row, tracks: Mapping[str, str], texts: Texts) -> str:
    """Say of a track its places before and after, who is tied at the edge (A5), places that find nobody."""
    said = [
        texts(
            "quota.change", track=tracks[row["track_code"]], before=row["places"], after=row["other_places"]
        )
    ]
    if row["count_at_edge"]:
        said.append(texts("quota.tie", people=row["count_at_edge"], free=row["count_free_at_edge"]))
    if row["count_empty"]:
        said.append(texts("quota.empty_places", count=row["count_empty"]))
    return "; ".join(said)


def moved_rows(moved: Sequence[Row], tracks: Mapping[str, str], texts: Texts) -> list[list[Any]]:
    """Return whom the move changes: track, number, place or places of equals, score, now and then."""
    return [
        [
            tracks[row["track_code"]],
            row["candidate_no"],
            str(row["best_place"])
            if row["best_place"] == row["last_place"]
            else f"{row['best_place']}–{row['last_place']}",
            row["score_points"],
            texts(f"quota.{row['standing_before']}"),
            texts(f"quota.{row['standing_after']}"),
        ]
        for row in moved
    ]

"""Registrations and the campaign: by day and hour, drafts against complete files, by region, and the events.

Belongs here: the order of the page and what its numbers are called. Does not belong here: SQL
(dashboards/warehouse/registrations.py), drawing (dashboards/components/charts_registrations.py), what counts
as an application (dbt_project/). Order §1 and §2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import charts_registrations as charts
from dashboards.components import formats, tables
from dashboards.components.downloads import count_and_download
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import registrations as sql

_DAY_COLUMNS = (
    "activity_on",
    "count_events",
    "count_reached",
    "count_accounts",
    "count_registrations",
    "count_complete",
    "count_incomplete",
    "count_accounts_so_far",
    "count_registrations_so_far",
    "count_complete_so_far",
    "count_drafts",
)
_HOUR_COLUMNS = (
    "activity_hour_local",
    "count_accounts",
    "count_registrations",
    "count_complete",
    "count_incomplete",
    "count_accounts_so_far",
    "count_registrations_so_far",
    "count_complete_so_far",
    "count_drafts",
)
_REGION_COLUMNS = (
    "region",
    "registrations_per_residents",
    "count_registrations",
    "count_residents",
    "count_events",
    "count_reached",
)


def render(visit: Visit) -> None:
    """Show the page for the release of the visit, in its language."""
    release, texts = visit.release, visit.texts
    show_header(texts("registrations.title"), release.manifest, texts)
    warehouse.require_tables(release, sql.TABLES)
    comments = warehouse.column_comments(release, sql.TABLES)
    st.html(tables.figures(headline(visit), columns=5))
    days = sql.days(release)
    if not days:
        st.info(texts("registrations.nothing"))
    else:
        _show_course(days, visit, comments)
    _show_regions(visit, comments)
    _show_events(visit, comments)


def headline(visit: Visit) -> list[tuple[str, str]]:
    """Return the named headline numbers; dashes before the first account."""
    texts, language = visit.texts, visit.texts.language
    totals, last = sql.totals(visit.release) or {}, sql.last_day(visit.release)
    pairs = [
        (texts(f"registrations.figure_{name}"), formats.number(totals.get(column), language))
        for name, column in (
            ("accounts", "count_accounts_so_far"),
            ("registrations", "count_registrations_so_far"),
            ("complete", "count_complete_so_far"),
            ("drafts", "count_drafts"),
        )
    ]
    label = texts("registrations.figure_last_day", day=formats.day_text(last["activity_on"], language))
    if not last["count_registrations"]:
        return [*pairs, (label, formats.NOTHING)]
    share = str(last["share"]) if language == "en" else str(last["share"]).replace(".", ",")
    count = formats.number(last["count_registrations"], language)
    return [*pairs, (label, texts("registrations.share", count=count, share=share))]


def _show_course(days: Sequence[Row], visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("registrations.course"), anchor=False)
    by_day, by_hour, last_day, standing = st.tabs(
        [texts(f"registrations.tab_{name}") for name in ("days", "hours", "last_day", "standing")],
        on_change="rerun",
        key="registrations_course",
    )
    if by_day.open:
        with by_day:
            alt_text = texts("registrations.days_alt")
            st.altair_chart(charts.days_chart(days, texts), width="stretch", alt=alt_text)
            st.caption(texts("registrations.days_note"))
            _show_days(days, visit, comments)
    if by_hour.open:
        with by_hour:
            hours = sql.hours(release)
            alt_text = texts("registrations.hours_alt")
            st.altair_chart(charts.hours_chart(hours, texts), width="stretch", alt=alt_text)
            st.caption(texts("registrations.hours_note"))
            _show_hours(hours, visit, comments, "hours")
    if last_day.open:
        with last_day:
            _show_last_day(visit, comments)
    if standing.open:
        with standing:
            alt_text = texts("registrations.standing_alt")
            st.altair_chart(charts.standing_chart(sql.hours(release), texts), width="stretch", alt=alt_text)
            st.caption(texts("registrations.standing_note"))
            _show_days(days, visit, comments)


def _show_days(days: Sequence[Row], visit: Visit, comments: Mapping[str, str]) -> None:
    rows = [[day[name] for name in _DAY_COLUMNS] for day in days]
    count_and_download(visit, "registrations", "days", _DAY_COLUMNS, rows)
    tables.show_grid(_DAY_COLUMNS, rows, visit.texts, comments, key="registrations_days")


def _show_hours(hours: Sequence[Row], visit: Visit, comments: Mapping[str, str], name: str) -> None:
    rows = [[hour[column] for column in _HOUR_COLUMNS] for hour in hours]
    count_and_download(visit, "registrations", name, _HOUR_COLUMNS, rows)
    tables.show_grid(_HOUR_COLUMNS, rows, visit.texts, comments, key=f"registrations_{name}")


def _show_last_day(visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    last = sql.last_day(visit.release)["activity_on"]
    hours = [row for row in sql.hours(visit.release) if row["activity_on"] == last]
    if not hours:
        st.info(texts("registrations.last_day_to_come", day=formats.day_text(last, texts.language)))
        return
    alt_text = texts("registrations.last_day_alt")
    st.altair_chart(charts.last_day_chart(hours, texts), width="stretch", alt=alt_text)
    st.caption(texts("registrations.last_day_note", day=formats.day_text(last, texts.language)))
    _show_hours(hours, visit, comments, "last_day")


def _show_regions(visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    st.subheader(texts("registrations.regions"), anchor=False)
    names = warehouse.names(visit.release, "regions", texts.language)
    found = sql.regions(visit.release)
    if any(row["registrations_per_residents"] is not None for row in found):
        alt_text = texts("registrations.regions_alt")
        st.altair_chart(charts.regions_chart(found, names, texts), width="stretch", alt=alt_text)
    st.caption(texts("registrations.regions_note"))
    rows = region_rows(found, names)
    count_and_download(visit, "registrations", "regions", _REGION_COLUMNS, rows)
    columns = [
        tables.column(name, texts, comments, "" if name == "region" else "num") for name in _REGION_COLUMNS
    ]
    lines = [tables.table_row(columns, _region_cells(row, names, texts)) for row in found]
    st.html(tables.html_table(columns, lines, texts("registrations.regions")))


def region_rows(found: Sequence[Row], names: Mapping[str, str]) -> list[list[object]]:
    """Return the regions as rows with names in the language; what is too few to be shown stays empty."""
    return [[names[row["region_code"]], *(row[name] for name in _REGION_COLUMNS[1:])] for row in found]


def _region_cells(row: Row, names: Mapping[str, str], texts: Texts) -> list[tables.Cell]:
    language, registrations = texts.language, row["count_registrations"]
    few = texts("registrations.too_few")
    return [
        names[row["region_code"]],
        formats.points(row["registrations_per_residents"], language),
        few if registrations is None else formats.number(registrations, language),
        *(formats.number(row[name], language) for name in _REGION_COLUMNS[3:]),
    ]


def _show_events(visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    st.subheader(texts("registrations.events"), anchor=False)
    sides = {side: texts(f"registrations.by_{side}") for side in sql.EVENT_SIDES}
    side = choose_code(texts("registrations.count_by"), sides, "events_by")
    found = sql.events(visit.release, side)
    if not found:
        st.info(texts("registrations.no_events"))
        return
    columns = ("event_side", "count_events", "count_reached")
    rows = [
        [event_name(visit, side, row["code"]), row["count_events"], row["count_reached"]] for row in found
    ]
    count_and_download(visit, "registrations", "events", columns, rows)
    headings = [
        tables.Column(sides[side]),
        *(tables.column(name, texts, comments, "num") for name in columns[1:]),
    ]
    lines = [
        tables.table_row(headings, [name, *(formats.number(count, texts.language) for count in counts)])
        for name, *counts in rows
    ]
    st.html(tables.html_table(headings, lines, texts("registrations.events")))


def event_name(visit: Visit, side: str, code: str | None) -> str:
    """Return what a kind, organiser, audience or region is called; the whole country for none."""
    texts = visit.texts
    if code is None:
        return texts("registrations.whole_country")
    if side == "region":
        return warehouse.names(visit.release, "regions", texts.language)[code]
    return texts(f"outreach.{code}")

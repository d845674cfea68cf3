"""Quality: checks of the build, the door, quarantine, how fresh each feed is, and what tables mean.

Belongs here: the parts of the page about checks and files. Does not belong here: the dictionary
(dashboards/views/quality_dictionary.py), SQL (dashboards/warehouse/quality.py), checking itself
(dbt_project/, ingestion/). Counts and codes only: no row that was kept outside is in a release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import charts_quality, formats, tables
from dashboards.components.downloads import count_and_download
from dashboards.components.filters import choose_code, choose_codes
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import quality_dictionary
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import quality as quality_sql

VIEWS = ("checks", "door", "quarantine", "feeds", "dictionary")
_SHOWN = 2000
_CHECK_COLUMNS = (
    "outcome", "check_name", "count_found", "check_severity", "check_tables", "check_description",
)  # fmt: skip
_DOOR_COLUMNS = (
    "feed", "column_name", "door_check", "count_files", "count_files_failed", "count_evaluated",
    "count_failed", "newest_file",
)  # fmt: skip
_DOOR_FEED_COLUMNS = (
    "feed",
    "count_checks",
    "count_checks_failed",
    "count_files",
    "count_evaluated",
    "count_failed",
)
_QUARANTINE_COLUMNS = (
    "feed", "sent_by", "column_name", "why_outside", "count_still_open", "count_entries", "count_files",
)  # fmt: skip
_FEED_COLUMNS = (
    "feed", "sent_by", "newest_received_at", "feed_age_days", "file_state", "count_landed", "count_outside",
    "count_still_open", "count_held", "count_files",
)  # fmt: skip
OUTCOMES = ("pass", "warn", "fail", "error")


def render(visit: Visit) -> None:
    """Show the page in the part that the address names; raises TablesMissing for an older release."""
    texts = visit.texts
    show_header(texts("quality.title"), visit.release.manifest, texts)
    views = {code: texts(f"quality.view_{code}") for code in VIEWS}
    view = switch(texts("quality.view"), views, "quality_view", VIEWS[0])
    if view == "dictionary":
        quality_dictionary.show(visit)
        return
    st.caption(texts("quality.as_published"))
    {"checks": _show_checks, "door": _show_door, "quarantine": _show_quarantine, "feeds": _show_feeds}[view](
        visit
    )


def _show_checks(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    counts = quality_sql.check_counts(release)
    st.html(tables.figures(named_counts(counts, ("checks", "passed", "warned", "failed"), "check", texts)))
    st.subheader(texts("quality.checks"), anchor=False)
    rows = quality_sql.checks(release)
    found = sorted({row["outcome"] for row in rows}, key=lambda one: _place(OUTCOMES, one))
    outcomes = {one: outcome_text(one, texts) for one in found}
    for_outcome, for_table = st.columns(2)
    with for_outcome:
        chosen = choose_codes(texts("column.outcome"), outcomes, "outcomes", texts("filter.all"))
    every = sorted({one for row in rows for one in row["tables"].split(", ") if one})
    with for_table:
        of_tables = choose_codes(
            texts("column.check_tables"), {one: one for one in every}, "check_tables",
            texts("filter.all"),
        )  # fmt: skip
    shown = [
        row
        for row in rows
        if (not chosen or row["outcome"] in chosen)
        and (not of_tables or set(of_tables) & set(row["tables"].split(", ")))
    ]
    if not shown:
        st.info(texts("quality.no_checks"))
        return
    values = [check_values(row, texts) for row in shown]
    count_and_download(visit, "quality", "checks", _CHECK_COLUMNS, values)
    comments = _comments(visit, "release.checks")
    tables.show_grid(_CHECK_COLUMNS, values[:_SHOWN], texts, comments, key="checks")
    st.caption(texts("quality.checks_note"))


def _place(order: Sequence[str], code: str) -> int:
    return order.index(code) if code in order else len(order)


def named_counts(counts: Row, names: Sequence[str], prefix: str, texts: Texts) -> list[tuple[str, str]]:
    """Return figures with their names, as they stand above a part of the page."""
    return [
        (texts(f"quality.figure_{prefix}_{name}"), formats.number(counts[name], texts.language))
        for name in names
    ]


def outcome_text(outcome: str, texts: Texts) -> str:
    """Return how a check ended with a sign that says without colour what a colour would."""
    return texts(f"outcome.{outcome}") if outcome in OUTCOMES else f"✗ {outcome}"


def check_values(row: Row, texts: Texts) -> list[object]:
    """Return one check in the order of its columns."""
    return [
        outcome_text(row["outcome"], texts), row["check_name"], row["count_failed"], row["severity"],
        row["tables"], row["description"],
    ]  # fmt: skip


def _comments(visit: Visit, *tables_read: str) -> Mapping[str, str]:
    return warehouse.column_comments(visit.release, tables_read)


def _show_door(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("quality.door"), anchor=False)
    feeds = quality_sql.door_feeds(release)
    if not feeds:
        st.info(texts("quality.nothing_landed"))
        return
    st.caption(texts("quality.door_note"))
    comments = _comments(visit, "release.door_checks")
    columns = [tables.column(name, texts, comments, _css(name)) for name in _DOOR_FEED_COLUMNS]
    rows = [tables.table_row(columns, door_feed_cells(row, texts)) for row in feeds]
    st.html(tables.html_table(columns, rows, texts("quality.door"), max_height=420))
    st.subheader(texts("quality.door_checks"), anchor=False)
    for_feeds, for_kind = st.columns(2)
    with for_feeds:
        names = {row["feed"]: row["feed"] for row in feeds}
        chosen = choose_codes(texts("column.feed"), names, "door_feeds", texts("filter.all"))
    with for_kind:
        kinds = {code: texts(f"quality.door_{code}") for code in ("failed", "all")}
        kind = choose_code(texts("quality.which"), kinds, "door_kind", "failed")
    found = quality_sql.door_checks(release, chosen, kind == "failed")
    if not found:
        st.info(texts("quality.no_failed_door"))
        return
    values = [door_values(row, texts) for row in found]
    count_and_download(visit, "quality", "door", _DOOR_COLUMNS, values)
    tables.show_grid(_DOOR_COLUMNS, values[:_SHOWN], texts, comments, key="door")


def door_feed_cells(row: Row, texts: Texts) -> list[tables.Cell]:
    """Return one feed's checks at the door, over all of its files."""
    names = ("checks", "checks_failed", "count_files", "count_evaluated", "count_failed")
    return [row["feed"], *(formats.number(row[name], texts.language) for name in names)]


def door_values(row: Row, texts: Texts) -> list[object]:
    """Return one check at the door in the order of its columns."""
    newest = {True: "passed", False: "failed", None: "unasked"}[row["is_newest_passed"]]
    return [
        row["feed"], row["column_name"], row[f"text_{texts.language}"], row["count_files"],
        row["count_files_failed"], row["count_evaluated"], row["count_failed"],
        texts(f"quality.newest_{newest}"),
    ]  # fmt: skip


def _css(name: str) -> str:
    return "num" if name.startswith("count_") else ""


def _show_quarantine(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    counts = quality_sql.quarantine_counts(release)
    names = ("count_open", "feeds", "count_rows")
    st.html(tables.figures(named_counts(counts, names, "quarantine", texts)))
    st.subheader(texts("quality.quarantine"), anchor=False)
    if not counts["count_rows"]:
        st.info(texts("quality.nothing_outside"))
        return
    st.caption(texts("quality.quarantine_note"))
    for_senders, for_kind = st.columns(2)
    with for_senders:
        senders = {one: one for one in quality_sql.quarantine_senders(release)}
        chosen = choose_codes(texts("column.sent_by"), senders, "senders", texts("filter.all"))
    with for_kind:
        kinds = {code: texts(f"quality.outside_{code}") for code in ("open", "all")}
        kind = choose_code(texts("quality.which"), kinds, "outside_kind", "open")
    found = quality_sql.quarantine(release, chosen, kind == "open")
    if not found:
        st.info(texts("quality.none_of_these"))
        return
    values = [quarantine_values(row, texts) for row in found]
    count_and_download(visit, "quality", "quarantine", _QUARANTINE_COLUMNS, values)
    comments = _comments(visit, "release.quarantine")
    tables.show_grid(_QUARANTINE_COLUMNS, values[:_SHOWN], texts, comments, key="quarantine")


def quarantine_values(row: Row, texts: Texts) -> list[object]:
    """Return one reason for staying outside in the order of its columns."""
    return [
        row["feed"], row["sender"], row["column_name"], row[f"text_{texts.language}"], row["count_open"],
        row["count_rows"], row["count_files"],
    ]  # fmt: skip


def _show_feeds(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("quality.feeds"), anchor=False)
    rows = quality_sql.feeds(release)
    if any(row["newest_received_at"] for row in rows):
        chart = charts_quality.feed_chart(rows, texts)
        st.altair_chart(chart, width="stretch")
        st.caption(texts("quality.feeds_note"))
    values = [feed_values(row, texts) for row in rows]
    count_and_download(visit, "quality", "feeds", _FEED_COLUMNS, values)
    comments = _comments(visit, "release.feeds")
    tables.show_grid(_FEED_COLUMNS, values, texts, comments, key="feeds")


def feed_values(row: Row, texts: Texts) -> list[object]:
    """Return one feed in the order of its columns, moments in Astana time."""
    state = row["newest_state"]
    return [
        row["feed"], row["sender"], formats.local_moment(row["newest_received_at"]), row["age_days"],
        texts(f"batch_state.{state}") if state else texts("quality.never_came"), row["count_landed"],
        row["count_outside"], row["count_open"], row["count_held"], row["count_files"],
    ]  # fmt: skip

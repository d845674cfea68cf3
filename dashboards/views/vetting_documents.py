"""Two tabs of the vetting page: work on documents with its checkers, and findings about the calendar.

Belongs here: these two lists, each with its words for "nothing". Does not belong here: reading them and the
other tabs (dashboards/views/vetting_lists.py), SQL (dashboards/warehouse/vetting.py), drawing
(dashboards/components/). Candidates appear by number only. Order §2.6, §4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboards.components import formats, tables
from dashboards.components.downloads import count_and_download
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row

if TYPE_CHECKING:
    from dashboards.views.vetting_lists import Lists

_WORK_COLUMNS = (
    "candidate_no",
    "track",
    "region",
    "document_type",
    "document_id",
    "need_state",
    "checker_code",
    "remark",
    "work",
    "closes_at",
    "hours_left",
)
_CHECKER_COLUMNS = (
    "checker_code",
    "count_checked",
    "count_confirmed",
    "count_rejected",
    "count_unclear",
    "count_overturned",
    "first_checked_at",
    "last_checked_at",
)
_CALENDAR_COLUMNS = (
    "severity", "finding", "where", "first_at_local", "second_at_local", "count_hours", "rules",
)  # fmt: skip
_CALENDAR_CSS = {
    "finding": "wide",
    "where": "name",
    "count_hours": "num",
    "first_at_local": "code",
    "second_at_local": "code",
}


def show_documents(lists: Lists, visit: Visit, comments: Mapping[str, str]) -> None:
    """Show what has to be done about documents, and what each checker has checked."""
    texts = visit.texts
    st.subheader(texts("vetting.work"), anchor=False)
    st.caption(texts("vetting.work_note"))
    if lists.work:
        st.html(work_table(lists, texts, comments))
        rows = work_rows(lists, texts)
        count_and_download(visit, "vetting", "documents", _WORK_COLUMNS, rows)
        tables.show_grid(_WORK_COLUMNS, rows, texts, comments, key="work_grid")
    else:
        st.info(texts("vetting.no_work"))
    st.subheader(texts("vetting.checkers"), anchor=False)
    if not lists.checkers:
        st.info(texts("vetting.no_checks"))
        return
    columns = [
        tables.column(name, texts, comments, "code" if name == "checker_code" else "num")
        for name in _CHECKER_COLUMNS
    ]
    rows_of_checkers = [
        tables.table_row(columns, [_checker_cell(row[name], texts) for name in _CHECKER_COLUMNS])
        for row in lists.checkers
    ]
    st.html(tables.html_table(columns, rows_of_checkers, texts("vetting.checkers")))


def _checker_cell(value: object, texts: Texts) -> str:
    if isinstance(value, datetime):
        return formats.moment_text(value, texts.language)
    return formats.number(value, texts.language) if isinstance(value, int) else str(value)


def work_table(lists: Lists, texts: Texts, comments: Mapping[str, str]) -> str:
    """Return how much work there is for whom, by document, and how much of it is about to close."""
    columns = [
        tables.column("work", texts, comments),
        tables.column("document_type", texts, comments),
        tables.column("count_work", texts, comments, "num"),
        tables.column("count_about_to_close", texts, comments, "num"),
    ]
    counts: dict[tuple[str, str], list[int]] = {}
    for row in lists.work:
        found = counts.setdefault((row["work_code"], row["document_type_code"]), [0, 0])
        found[0] += 1
        found[1] += bool(row["is_about_to_close"])
    rows = [
        tables.table_row(
            columns,
            [
                lists.name("work", work),
                lists.name("document_type", kind),
                *(formats.number(count, texts.language) for count in counts[work, kind]),
            ],
        )
        for work in lists.names["work"]
        for kind in lists.names["document_type"]
        if (work, kind) in counts
    ]
    return tables.html_table(columns, rows, texts("vetting.work"))


def work_rows(lists: Lists, texts: Texts) -> list[list[object]]:
    """Return the work on documents as rows with names in the language."""
    return [
        [
            row["candidate_no"],
            lists.name("track", row["track_code"]),
            lists.name("region", row["region_code"]),
            lists.name("document_type", row["document_type_code"]),
            row["document_id"],
            lists.name("need_state", row["need_state_code"]),
            row["checker_code"],
            _remark(row, texts),
            lists.name("work", row["work_code"]),
            formats.local_moment(row["closes_at"]),
            row["hours_left"],
        ]
        for row in lists.work
    ]


def _remark(row: Row, texts: Texts) -> str | None:
    """What a checker remarked, in words; a code that the catalogue does not know stays as it is."""
    code = row["remark_code"]
    return None if code is None else texts.get(f"remark.{code}") or str(code)


def show_calendar(lists: Lists, texts: Texts, comments: Mapping[str, str]) -> None:
    """Show what is contradictory or tight in the dates of the season."""
    st.caption(texts("vetting.calendar_note"))
    if not lists.calendar:
        st.info(texts("vetting.no_findings"))
        return
    columns = [
        tables.column(name, texts, comments, _CALENDAR_CSS.get(name, "")) for name in _CALENDAR_COLUMNS
    ]
    rows = [tables.table_row(columns, _calendar_cells(row, lists, texts)) for row in lists.calendar]
    st.html(tables.html_table(columns, rows, texts("vetting.tab_calendar")))


def _calendar_cells(row: Row, lists: Lists, texts: Texts) -> list[tables.Cell]:
    is_error = row["severity_code"] == "error"
    sign, look = ("‼", "long") if is_error else ("!", "soon")
    word = escape(texts("vetting.severity_error" if is_error else "vetting.severity_warn"))
    stages = dict.fromkeys(code for code in (row["stage_code"], row["other_stage_code"]) if code)
    return [
        tables.Html(f'<div class="rz-list rz-{look}">{sign} {word}</div>'),
        lists.name("finding", row["finding_code"]),
        " → ".join(lists.name("stage", code) for code in stages),
        formats.local_text(row["first_at_local"], texts.language),
        formats.local_text(row["second_at_local"], texts.language),
        formats.number(row["count_hours"], texts.language),
        ", ".join(filter(None, (row["paragraph"], row["policy_code"]))),
    ]

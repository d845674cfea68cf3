"""Vetting by the bodies: how far the lists are, what is forecast, who waits, and where a decision is needed.

Belongs here: the order of the page, its board, bodies and next lists. Does not belong here: the lists below
them (dashboards/views/vetting_lists.py), SQL (dashboards/warehouse/vetting.py), drawing
(dashboards/components/). Order §4, policy A31–A34.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.components import board, charts, formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_codes
from dashboards.components.header import show_header
from dashboards.i18n import Texts
from dashboards.views import vetting_lists
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row
from dashboards.warehouse import vetting as vetting_sql
from dashboards.warehouse.vetting import VettingFilters

_BOARD_COLUMNS = (
    "body",
    "list_no",
    "sent_on",
    "due_on",
    "count_sent",
    "count_answered",
    "count_clear",
    "count_adverse",
    "count_unclear",
    "count_open",
    "count_replaced",
    "count_overdue",
    "count_late",
    "days_overdue",
    "age_days",
    "first_replied_on",
    "last_replied_on",
)
_BODY_COLUMNS = (
    "body",
    "forecast",
    "count_at_risk",
    "expected_last_on",
    "count_sent",
    "count_answered",
    "count_open",
    "count_overdue",
    "count_early",
    "count_on_due_day",
    "count_late",
    "days_to_answer_median",
    "days_to_answer_p90",
)
# What is expected has no meaning once the window is over.
_EXPECTED = ("count_at_risk", "expected_last_on")
_DUE_COLUMNS = ("body", "next_list_on", "count_new", "count_changed")
_SUMMED = tuple(name for name in _BOARD_COLUMNS if name.startswith("count_"))
_COMMENT_TABLES = (
    "reporting.rpt_vetting_board",
    "reporting.rpt_vetting_bodies",
    "reporting.rpt_vetting_due",
    "reporting.rpt_vetting_hold",
    "reporting.rpt_vetting_problems",
    "reporting.rpt_document_work",
    "reporting.rpt_document_checkers",
)
# How a forecast is marked: the looks of the board's signs.
_FORECAST_LOOKS: Mapping[str, str] = {
    "done": "done",
    "kept": "done",
    "no_basis": "soon",
    "at_risk": "overdue",
    "missed": "long",
}


@dataclass(frozen=True)
class Vetting:
    """What the page shows, within its filters; `today` is the local date of the season clock."""

    board: Sequence[Row]
    bodies: Sequence[Row]
    due: Sequence[Row]
    body_names: Mapping[str, str]
    forecasts: Mapping[str, str]
    today: date

    @property
    def is_window_over(self) -> bool:
        """Whether the last day of the vetting window has passed."""
        last_days = [row["last_day_on"] for row in self.bodies if row["last_day_on"] is not None]
        return not last_days or self.today > max(last_days)

    def total(self, name: str) -> int:
        """Return a count over the lists that are shown."""
        return sum(row[name] or 0 for row in self.board)


def render(visit: Visit) -> None:
    """Show the page for `release`, in the language of `texts`; raises TablesMissing for an older release."""
    release, texts = visit.release, visit.texts
    vetting_sql.require_tables(release)
    show_header(texts("vetting.title"), release.manifest, texts)
    filters = _choose_filters(release, texts)
    vetting = read_vetting(release, filters, texts.language)
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    lists = vetting_lists.read_lists(release, filters, texts.language)
    st.html(tables.figures(headline(vetting, lists, texts)))
    if vetting.board:
        st.html(forecast_box(vetting, texts))
        _show_board(vetting, visit, comments)
        _show_bodies(vetting, texts, comments)
    else:
        st.info(texts("empty.filters" if filters.bodies else "vetting.no_lists"))
    _show_due(vetting, release, texts, comments)
    vetting_lists.show(lists, vetting.is_window_over, visit, comments)


def _choose_filters(release: Release, texts: Texts) -> VettingFilters:
    for_bodies, for_tracks, _ = st.columns([2, 2, 1])
    with for_bodies:
        names = warehouse.names(release, "vetting_bodies", texts.language)
        bodies = choose_codes(texts("filter.body"), names, "filter_bodies", texts("filter.all"))
    with for_tracks:
        names = warehouse.names(release, "tracks", texts.language)
        tracks = choose_codes(texts("filter.track"), names, "filter_tracks", texts("filter.all"))
    return VettingFilters(bodies, tracks)


def read_vetting(release: Release, filters: VettingFilters, language: str) -> Vetting:
    """Read the board, the bodies and the next lists within `filters`."""
    moment = release.manifest.as_of or release.manifest.published_at
    return Vetting(
        board=vetting_sql.board(release, filters),
        bodies=vetting_sql.bodies(release, filters),
        due=vetting_sql.due(release, filters),
        body_names=warehouse.names(release, "vetting_bodies", language),
        forecasts=warehouse.names(release, "vetting_forecasts", language),
        today=formats.astana(moment).date(),
    )


def headline(vetting: Vetting, lists: vetting_lists.Lists, texts: Texts) -> list[tuple[str, str]]:
    """Return the named headline numbers: requests by state, candidates on hold, open alerts."""
    pairs = [
        (texts(f"vetting.figure_{name}"), vetting.total(f"count_{name}"))
        for name in ("sent", "answered", "open", "overdue", "adverse")
    ]
    pairs.append((texts("vetting.figure_hold"), lists.count_on_hold))
    pairs.append((texts("vetting.figure_alerts"), lists.count_open_alerts))
    return [(label, formats.number(count, texts.language)) for label, count in pairs]


def forecast_box(vetting: Vetting, texts: Texts) -> str:
    """Return the sentence of the forecast, the worst of the bodies' shown, with those it comes from."""
    known = [row for row in vetting.bodies if row["forecast_order"] is not None]
    if not known:
        return ""
    worst = min(known, key=lambda row: row["forecast_order"])
    look = _FORECAST_LOOKS.get(worst["forecast_code"], "waiting")
    day = formats.day_text(worst["last_day_on"], texts.language)
    name = formats.named(vetting.forecasts, worst["forecast_code"])
    sentence = f"<b>{board.SIGNS[look]} {escape(texts('vetting.forecast', day=day))}</b> {escape(name)}."
    reasons = [
        reason
        for row in known
        if row["forecast_code"] == worst["forecast_code"] and (reason := forecast_reason(row, vetting, texts))
    ]
    if (overdue := vetting.total("count_overdue")) and not vetting.is_window_over:
        reasons.append(texts("vetting.overdue_already", count=formats.number(overdue, texts.language)))
    points = "".join(f"<li>{escape(reason)}</li>" for reason in reasons)
    more = f"<ul>{points}</ul>" if points else ""
    return f'<div class="rz-forecast rz-{look}">{sentence}{more}</div>'


def forecast_reason(row: Row, vetting: Vetting, texts: Texts) -> str:
    """Say of one body why it is late or at risk; nothing for one that is not."""
    language, code = texts.language, row["forecast_code"]
    body = formats.named(vetting.body_names, row["body_code"])
    if code in ("missed", "no_basis") and not row["count_open"]:
        return texts("vetting.reason_unsent", body=body)
    if code == "missed":
        return texts("vetting.reason_missed", body=body, count=formats.number(row["count_open"], language))
    if code == "at_risk" and row["count_at_risk"]:
        count = formats.number(row["count_at_risk"], language)
        return texts("vetting.reason_at_risk", body=body, count=count)
    if code == "at_risk":
        expected = formats.day_text(row["expected_last_on"], language)
        return texts("vetting.reason_to_come", body=body, day=expected)
    if code == "no_basis":
        return texts("vetting.reason_no_basis", body=body, count=formats.number(row["count_open"], language))
    return ""


def _show_board(vetting: Vetting, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("vetting.board"), anchor=False)
    download(button, visit, "vetting", "board", _BOARD_COLUMNS, board_values(vetting))
    as_matrix, as_table = st.tabs([texts("vetting.tab_matrix"), texts("vetting.tab_table")])
    with as_matrix:
        st.html(board.matrix(vetting.board, vetting.body_names, vetting.today, texts))
        st.html(board.legend(texts))
        st.caption(texts("vetting.board_note"))
    with as_table:
        st.html(board_table(vetting, texts, comments))


def board_values(vetting: Vetting) -> list[list[object]]:
    """Return the lists as rows of values, the body by its name."""
    return [
        [
            formats.named(vetting.body_names, row["body_code"]) if name == "body" else row[name]
            for name in _BOARD_COLUMNS
        ]
        for row in vetting.board
    ]


def board_table(vetting: Vetting, texts: Texts, comments: Mapping[str, str]) -> str:
    """Return the board as a table: for each body a row of totals, below it a row per list."""
    names = _BOARD_COLUMNS[1:]
    columns = [
        tables.Column(f"{texts('column.body')} / {texts('column.list_no')}", "code"),
        *(tables.column(name, texts, comments, "num") for name in names[1:]),
    ]
    rows: list[str] = []
    for code, body_name in vetting.body_names.items():
        lists = [row for row in vetting.board if row["body_code"] == code]
        if not lists:
            continue
        title = tables.Html(f'<span class="rz-wrap">{escape(body_name)}</span>')
        totals = [_total(lists, name, texts) for name in names[1:]]
        rows.append(tables.table_row(columns, [title, *totals], "group"))
        for row in lists:
            cells = [_value(row[name], texts) for name in names[1:]]
            rows.append(tables.table_row(columns, [row["list_no"], *cells]))
    return tables.html_table(columns, rows, texts("vetting.board"), max_height=900)


def _total(rows: Sequence[Row], name: str, texts: Texts) -> str:
    if name not in _SUMMED:
        return ""
    return formats.number(sum(row[name] for row in rows), texts.language)


def _value(value: object, texts: Texts) -> str:
    if isinstance(value, date):
        return formats.day_text(value, texts.language)
    return formats.number(value if isinstance(value, int) else None, texts.language)


def _show_bodies(vetting: Vetting, texts: Texts, comments: Mapping[str, str]) -> None:
    st.subheader(texts("vetting.bodies"), anchor=False)
    answered = [row for row in vetting.bodies if row["count_answered"]]
    if any(row["lead_days_max"] or row["lag_days_max"] for row in answered):
        st.altair_chart(charts.lead_lag_chart(answered, vetting.body_names, texts), width="stretch")
        st.caption(texts("vetting.lead_lag_note"))
    else:
        st.info(texts("vetting.all_on_due_day" if answered else "vetting.no_answers"))
    names = [name for name in _BODY_COLUMNS if not (vetting.is_window_over and name in _EXPECTED)]
    columns = [tables.column(name, texts, comments, _css(name)) for name in names]
    rows = [tables.table_row(columns, _body_cells(row, names, vetting, texts)) for row in vetting.bodies]
    st.html(tables.html_table(columns, rows, texts("vetting.bodies"), max_height=900))


def _css(name: str) -> str:
    return "name" if name in ("body", "forecast") else "num"


def _body_cells(row: Row, names: Sequence[str], vetting: Vetting, texts: Texts) -> list[tables.Cell]:
    cells: list[tables.Cell] = []
    for name in names:
        if name == "body":
            cells.append(_body_cell(row, vetting, texts))
        elif name == "forecast":
            code = row["forecast_code"]
            look = _FORECAST_LOOKS.get(code, "waiting")
            words = escape(formats.named(vetting.forecasts, code))
            cells.append(tables.Html(f'<div class="rz-list rz-{look}">{board.SIGNS[look]} {words}</div>'))
        elif name == "days_to_answer_median":
            cells.append(formats.NOTHING if row[name] is None else f"{float(row[name]):g}")
        else:
            cells.append(_value(row[name], texts))
    return cells


def _body_cell(row: Row, vetting: Vetting, texts: Texts) -> tables.Cell:
    name = escape(formats.named(vetting.body_names, row["body_code"]))
    notes = []
    if row["addressee_body_code"] not in (None, row["body_code"]):
        body = formats.named(vetting.body_names, row["addressee_body_code"])
        notes.append(texts("vetting.answers_now", body=body))
    if not row["has_successor"]:
        notes.append(texts("vetting.no_successor"))
    return tables.Html(name + "".join(f"<small>{escape(note)}</small>" for note in notes))


def _show_due(vetting: Vetting, release: Release, texts: Texts, comments: Mapping[str, str]) -> None:
    st.subheader(texts("vetting.due"), anchor=False)
    days = [row["list_on"] for row in vetting_sql.list_days(release)]
    coming = [day for day in days if day >= vetting.today]
    if coming:
        shown = ", ".join(formats.day_text(day, texts.language) for day in coming)
        st.caption(texts("vetting.list_days", days=shown))
    if not vetting.due:
        st.info(texts("vetting.nothing_due" if coming else "vetting.nothing_due_any_more"))
        return
    columns = [tables.column(name, texts, comments, _css(name)) for name in _DUE_COLUMNS]
    rows = [
        tables.table_row(
            columns,
            [_due_body(row, vetting, texts), *(_value(row[name], texts) for name in _DUE_COLUMNS[1:])],
        )
        for row in vetting.due
    ]
    st.html(tables.html_table(columns, rows, texts("vetting.due")))


def _due_body(row: Row, vetting: Vetting, texts: Texts) -> tables.Cell:
    return _body_cell({**row, "has_successor": True}, vetting, texts)

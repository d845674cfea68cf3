"""The lower half of the vetting page, as tabs: hold list, alerts, replies to look at; documents, calendar.

Belongs here: reading all five lists, and showing the first three, each with its words for "nothing". Does not
belong here: the board above them (dashboards/views/vetting.py), documents and calendar
(dashboards/views/vetting_documents.py), SQL (dashboards/warehouse/vetting.py), drawing
(dashboards/components/). Candidates appear by number only. Order §4, policy A31, A33.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.components.downloads import count_and_download
from dashboards.i18n import Texts, load_texts
from dashboards.views import vetting_documents
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row
from dashboards.warehouse import vetting as vetting_sql
from dashboards.warehouse.vetting import VettingFilters

_HOLD_COLUMNS = (
    "candidate_no",
    "track",
    "body",
    "state",
    "list_no",
    "sent_on",
    "due_on",
    "days_overdue",
    "reason",
)
_ALERT_COLUMNS = (
    "candidate_no",
    "track",
    "alert",
    "paragraph",
    "policy_code",
    "body",
    "reply_no",
    "replied_on",
    "received_at",
    "published_lists",
    "current",
    "alert_state",
    "decision_needed",
)
_REPLY_COLUMNS = (
    "reply_no",
    "candidate_no",
    "list_no",
    "sender",
    "replied_on",
    "received_at",
    "result",
    "handling",
    "remark",
)
# More cards than this are not drawn; the file for download holds all.
_CARDS = 60


@dataclass(frozen=True)
class Lists:
    """The rows of the five lists, within the page's filters, and the names of their codes."""

    hold: Sequence[Row]
    alerts: Sequence[Row]
    alert_stages: Mapping[str, Sequence[Row]]
    problems: Sequence[Row]
    work: Sequence[Row]
    checkers: Sequence[Row]
    calendar: Sequence[Row]
    names: Mapping[str, Mapping[str, str]]
    last_day: date | None

    @property
    def count_on_hold(self) -> int:
        """Candidates of the hold list (A31)."""
        return len({row["candidate_no"] for row in self.hold if row["is_hold"]})

    @property
    def count_open_alerts(self) -> int:
        """Alerts that wait for a decision."""
        return sum(bool(row["is_open"]) for row in self.alerts)

    def name(self, kind: str, code: str | None) -> str:
        """Return the name or text of a code of `kind`; a dash for None."""
        return formats.named(self.names[kind], code)

    def reply_kind(self, reply: Row) -> str:
        """Return a reply's handling, or for one with which nothing is wrong why it must be looked at."""
        if reply["is_problem"]:
            return str(reply["handling_code"])
        if reply["is_corrected"]:
            return "corrected"
        is_after = self.last_day is None or formats.astana(reply["received_at"]).date() > self.last_day
        return "after_close" if is_after else "earlier_list"


# why a reply with which nothing is wrong must be looked at all the same
_KINDS = ("corrected", "after_close", "earlier_list")
# kind of name -> the seed whose names it takes
_NAMED_BY = {
    "body": "vetting_bodies",
    "track": "tracks",
    "stage": "stages",
    "status": "statuses",
    "region": "regions",
    "state": "vetting_states",
    "document_type": "document_needs",
    "need_state": "need_states",
    "work": "document_works",
}


def read_lists(release: Release, filters: VettingFilters, language: str) -> Lists:
    """Read the five lists within `filters`, and the names in `language`."""
    names: dict[str, dict[str, str]] = {
        kind: warehouse.names(release, seed, language) for kind, seed in _NAMED_BY.items()
    }
    names["reason"] = warehouse.reason_texts(release, language)
    for kind, seed, code, column in (
        ("alert", "vetting_alerts", "alert_code", "text"),
        ("decision", "vetting_alerts", "alert_code", "decision"),
        ("handling", "reply_handlings", "handling_code", "text"),
        ("finding", "calendar_rules", "finding_code", "text"),
    ):
        names[kind] = vetting_sql.words(release, seed, code, column, language)
    own = load_texts(language)
    names["handling"] |= {kind: own(f"vetting.kind_{kind}") for kind in _KINDS}
    return Lists(
        hold=vetting_sql.hold(release, filters),
        alerts=vetting_sql.alerts(release, filters),
        alert_stages=vetting_sql.alert_stages(release),
        problems=vetting_sql.problems(release, filters),
        work=vetting_sql.document_work(release, filters),
        checkers=vetting_sql.document_checkers(release),
        calendar=vetting_sql.calendar_findings(release),
        names=names,
        last_day=vetting_sql.last_day(release),
    )


def show(lists: Lists, is_window_over: bool, visit: Visit, comments: Mapping[str, str]) -> None:
    """Show the lists as tabs, with how many each holds."""
    texts = visit.texts
    counts = {
        "hold": lists.count_on_hold,
        "alerts": lists.count_open_alerts,
        "replies": len(lists.problems),
        "documents": len(lists.work),
        "calendar": len(lists.calendar),
    }
    labels = [
        f"{texts(f'vetting.tab_{name}')} ({formats.number(count, texts.language)})"
        for name, count in counts.items()
    ]
    for_hold, for_alerts, for_replies, for_documents, for_calendar = st.tabs(labels)
    with for_hold:
        _show_hold(lists, is_window_over, visit, comments)
    with for_alerts:
        _show_alerts(lists, visit)
    with for_replies:
        _show_replies(lists, visit, comments)
    with for_documents:
        vetting_documents.show_documents(lists, visit, comments)
    with for_calendar:
        vetting_documents.show_calendar(lists, texts, comments)


def _show_hold(lists: Lists, is_window_over: bool, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    st.caption(texts("vetting.hold_final" if is_window_over else "vetting.hold_if_closed"))
    if not lists.hold:
        st.info(texts("vetting.nobody_on_hold"))
        return
    view = st.segmented_control(
        texts("shortlist.view"),
        ("hold", "all"),
        default="hold",
        format_func=lambda code: texts(f"vetting.view_{code}"),
        key="hold_view",
        required=True,
    )
    rows = hold_rows(lists, everybody=view == "all")
    if not rows:
        st.info(texts("vetting.nobody_on_hold"))
        return
    people = formats.number(len({row[0] for row in rows}), texts.language)
    count_and_download(visit, "vetting", "hold", _HOLD_COLUMNS, rows, people=people)
    tables.show_grid(_HOLD_COLUMNS, rows, texts, comments, key="hold_grid")


def hold_rows(lists: Lists, *, everybody: bool = False) -> list[list[object]]:
    """Return the hold list, with `everybody` all who have not passed, as rows with names in the language."""
    return [
        [
            row["candidate_no"],
            lists.name("track", row["track_code"]),
            lists.name("body", row["addressee_body_code"] or row["body_code"]),
            lists.name("state", row["state_code"]),
            row["list_no"],
            row["sent_on"],
            row["due_on"],
            row["days_overdue"],
            lists.name("reason", row["reason_code"]),
        ]
        for row in lists.hold
        if everybody or row["is_hold"]
    ]


def _show_alerts(lists: Lists, visit: Visit) -> None:
    texts = visit.texts
    st.caption(texts("vetting.alerts_note"))
    if not lists.alerts:
        st.info(texts("vetting.no_alerts"))
        return
    rows = [_alert_values(alert, lists, texts) for alert in lists.alerts]
    count_and_download(visit, "vetting", "alerts", _ALERT_COLUMNS, rows)
    cards = [alert_card(alert, lists, texts) for alert in lists.alerts[:_CARDS]]
    st.html(f'<div class="rz-cards">{"".join(cards)}</div>')
    if len(lists.alerts) > _CARDS:
        more = formats.number(len(lists.alerts) - _CARDS, texts.language)
        st.caption(texts("vetting.more_alerts", count=more))


def _alert_values(alert: Row, lists: Lists, texts: Texts) -> list[object]:
    stages = lists.alert_stages.get(alert["candidate_no"], ())
    return [
        alert["candidate_no"],
        lists.name("track", alert["track_code"]),
        lists.name("alert", alert["alert_code"]),
        alert["paragraph"],
        alert["policy_code"],
        lists.names["body"].get(alert["body_code"] or ""),
        alert["reply_no"],
        alert["replied_on"],
        _iso(alert["received_at"]),
        "; ".join(_stage_words(stage, lists, texts) for stage in stages),
        _current(alert, lists),
        alert_state(alert, texts),
        lists.name("decision", alert["alert_code"]) if alert["is_open"] else None,
    ]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else formats.astana(moment).isoformat()


def alert_state(alert: Row, texts: Texts) -> str:
    """Say whether an alert is open, or what closed it."""
    if alert["is_open"]:
        return texts("vetting.alert_open")
    if alert["closed_by_decision_no"]:
        return texts("vetting.alert_closed_by", decision=alert["closed_by_decision_no"])
    return texts("vetting.alert_closed")


def _stage_words(stage: Row, lists: Lists, texts: Texts) -> str:
    words = f"{lists.name('stage', stage['stage_code'])}: {lists.name('status', stage['status_code'])}"
    if stage["rank"] is None:
        return words
    return f"{words}, {texts('vetting.rank', rank=formats.number(stage['rank'], texts.language))}"


def _current(alert: Row, lists: Lists) -> str:
    stage, status = alert["current_stage_code"], alert["current_status_code"]
    return f"{lists.name('stage', stage)}: {lists.name('status', status)}"


def alert_card(alert: Row, lists: Lists, texts: Texts) -> str:
    """Return one alert: what happened, on which lists the candidate stands, what is to be decided."""
    language = texts.language
    rules = ", ".join(filter(None, (alert["paragraph"], alert["policy_code"])))
    parts = [
        f"<h4>{escape(alert['candidate_no'])} · {escape(alert_state(alert, texts))}</h4>",
        f"<p>{escape(lists.name('track', alert['track_code']))}</p>",
        f"<p><b>{escape(lists.name('alert', alert['alert_code']))}</b> {escape(rules)}</p>",
    ]
    if alert["reply_no"]:
        reply = texts(
            "vetting.alert_reply",
            reply=alert["reply_no"],
            body=lists.name("body", alert["body_code"]),
            replied=formats.day_text(alert["replied_on"], language),
            received=formats.moment_text(alert["received_at"], language),
        )
        parts.append(f"<p>{escape(reply)}</p>")
    stages = lists.alert_stages.get(alert["candidate_no"], ())
    if stages:
        items = "".join(f"<li>{escape(_stage_words(stage, lists, texts))}</li>" for stage in stages)
        parts.append(f"<p>{escape(texts('vetting.alert_lists'))}</p><ul>{items}</ul>")
    parts.append(f"<p>{escape(texts('vetting.alert_now', where=_current(alert, lists)))}</p>")
    if alert["is_open"]:
        need = texts("vetting.alert_need", text=lists.name("decision", alert["alert_code"]))
        parts.append(f'<p class="rz-need">{escape(need)}</p>')
    css = "rz-card" if alert["is_open"] else "rz-card closed"
    return f'<div class="{css}">{"".join(parts)}</div>'


def _show_replies(lists: Lists, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    if not lists.problems:
        st.info(texts("vetting.no_problems"))
        return
    st.html(handling_table(lists, texts, comments))
    rows = reply_rows(lists, texts)
    count_and_download(visit, "vetting", "replies", _REPLY_COLUMNS, rows)
    tables.show_grid(_REPLY_COLUMNS, rows, texts, comments, key="reply_grid")


def handling_table(lists: Lists, texts: Texts, comments: Mapping[str, str]) -> str:
    """Return what happened to the replies of each kind and what to do, with their number."""
    columns = [
        tables.column("count_replies", texts, comments, "num"),
        tables.column("handling", texts, comments, "wide"),
    ]
    counts: dict[str, int] = {}
    for row in lists.problems:
        kind = lists.reply_kind(row)
        counts[kind] = counts.get(kind, 0) + 1
    rows = [
        tables.table_row(columns, [formats.number(count, texts.language), lists.name("handling", code)])
        for code, count in counts.items()
    ]
    return tables.html_table(columns, rows, texts("vetting.tab_replies"))


def reply_rows(lists: Lists, texts: Texts) -> list[list[object]]:
    """Return the replies to look at as rows with names in the language."""
    return [
        [
            row["reply_no"],
            row["candidate_no"],
            row["list_no"],
            lists.name("body", row["sender_body_code"]),
            row["replied_on"],
            formats.local_moment(row["received_at"]),
            lists.name("state", row["result_code"]),
            lists.name("handling", lists.reply_kind(row)),
            ", ".join(texts(f"vetting.{name}") for name in ("is_late", "is_corrected") if row[name]),
        ]
        for row in lists.problems
    ]

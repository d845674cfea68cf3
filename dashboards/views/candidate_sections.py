"""Parts of a candidate's page beside the steps: what happened, registration and vetting, source rows.

Belongs here: tables of one candidate's facts. Does not belong here: the steps and which role sees which part
(candidate.py), SQL (dashboards/warehouse/candidates.py). Of vetting the state of each request is shown and
never a ground; of proctoring nothing but decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.components.downloads import download
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row, candidates

EVENT_COLUMNS = ("path_at", "path_event", "stage", "path_detail", "path_row")
RULE_COLUMNS = ("requirement", "is_requirement_met", "requirement_why_not", "paragraph", "policy_code")
DOCUMENT_COLUMNS = ("document_type", "need_state", "document_id")
REQUEST_COLUMNS = (
    "body",
    "list_no",
    "sent_on",
    "due_on",
    "replied_on",
    "request_state",
    "request_state_at_close",
    "is_request_settled",
)
# heading -> column of the release
SOURCE_COLUMNS: Mapping[str, str] = {
    "requirement_code": "rule_code",
    "requirement_finding": "finding_code",
    "origin_feed": "feed",
    "origin_key": "input_id",
    "origin_file": "source_file",
    "origin_row": "row_no",
    "origin_batch": "batch_id",
}
BATCH_COLUMNS: Mapping[str, str] = {
    "origin_batch": "batch_id",
    "origin_feed": "feed",
    "origin_file": "source_file",
    "origin_received": "received_at",
}
# Width of a column: a name, a key that may break anywhere, a date or number that never breaks.
_LOOKS: Mapping[str, str] = {
    **dict.fromkeys(
        ("path_detail", "path_event", "stage", "requirement", "requirement_why_not", "body"), "name"
    ),
    **dict.fromkeys(("path_row", "origin_file", "requirement_finding", "origin_batch", "origin_key"), "key"),
    **dict.fromkeys(("list_no", "paragraph", "policy_code"), "code"),
}
_COMMENT_TABLES = (
    "core.fct_eligibility_findings",
    "core.fct_vetting_requests",
    "core.fct_vetting_states",
    "core.fct_batches",
)


def _table(
    visit: Visit, name: str, names: Sequence[str], rows: Sequence[Sequence[object]], number: str, source: str
) -> None:
    """Show a titled table with its file, or that it is empty; `source`: by which rule, from which rows."""
    texts = visit.texts
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts(f"candidate.{name}"), anchor=False)
    if not rows:
        st.info(texts(f"candidate.no_{name}"))
        return
    comments = warehouse.column_comments(visit.release, _COMMENT_TABLES)
    columns = [tables.column(column, texts, comments, _LOOKS.get(column, "")) for column in names]
    shown = [tables.table_row(columns, ["" if cell is None else str(cell) for cell in row]) for row in rows]
    st.html(tables.html_table(columns, shown, texts(f"candidate.{name}")))
    download(button, visit, "candidate", name, names, rows, ("candidate", number, name))
    with st.expander(texts("shortlist.source")):
        st.markdown(source)


def show_events(visit: Visit, number: str, stages: Mapping[str, str], tracks: Mapping[str, str]) -> None:
    """Show what happened with a candidate beside results: sittings, resits, places, track, decisions."""
    keys = f"`candidate_no = '{number}'`"
    source = visit.texts("candidate.source_events", keys=keys)
    _table(visit, "events", EVENT_COLUMNS, event_rows(visit, number, stages, tracks), number, source)


def event_rows(
    visit: Visit, number: str, stages: Mapping[str, str], tracks: Mapping[str, str]
) -> list[list[object]]:
    """Return what happened in the order of time: moment (Astana), what, stage, detail, the row behind it."""
    release, texts = visit.release, visit.texts
    found: list[tuple[object, str, str | None, str, str]] = []
    for row in candidates.sittings(release, number):
        detail = texts(
            "path_event.sitting_detail",
            attempt=row["attempt_no"],
            ended=texts(f"path_ended.{row['ended_code']}"),
        )
        source = f"fct_sittings {row['sitting_id']}"
        found.append((row["started_at"], "sitting", row["stage_code"], detail, source))
    for row in candidates.resit_claims(release, number):
        found.append(
            (
                row["claimed_at"],
                "claim",
                row["stage_code"],
                _claim_text(row, texts),
                f"fct_resit_claims {row['claim_id']}",
            )
        )
    for row in candidates.places(release, number):
        kind = "given" if row["is_placed"] else "chosen"
        detail = texts(
            f"path_event.place_{kind}", slot=row["slot_no"], room=row["room_code"] or formats.NOTHING
        )
        if row["is_resit"]:
            detail += f" ({texts('path_event.resit')})"
        found.append((row["starts_at"], "place", row["stage_code"], detail, f"fct_places {row['slot_no']}"))
    for row in candidates.refused_bookings(release, number, texts.language):
        source = f"rpt_refused_bookings {row['arrival_id']}"
        found.append(
            (row["arrived_at"], "refused", row["stage_code"], f"{row['slot_no']}: {row['reason']}", source)
        )
    for row in candidates.decisions(release, number):
        detail = f"{row['decision_no']}: {texts('path_action.' + row['action_code'])}"
        if row["reversed_decision_no"]:
            detail += f" ({row['reversed_decision_no']})"
        source = f"fct_working_group_decisions {row['decision_no']}"
        found.append((row["decided_at"], "decision", row["stage_code"], detail, source))
    for row in candidates.withdrawals(release, number):
        source = f"fct_withdrawals {row['withdrawal_id']}"
        found.append((row["withdrawn_at"], "withdrawal", None, texts("path_event.withdrawal_detail"), source))
    found += _track_events(visit, number, tracks)
    return [
        [
            formats.moment_text(moment, texts.language),  # type: ignore[arg-type]
            texts(f"path_event.{kind}"),
            formats.named(stages, stage),
            detail,
            source,
        ]
        for moment, kind, stage, detail, source in sorted(
            found, key=lambda event: (event[0], event[1], event[4])
        )
    ]


def _claim_text(row: Row, texts: Texts) -> str:
    certificate = texts(
        "path_event.with_certificate" if row["has_certificate"] else "path_event.without_certificate"
    )
    decided = texts(f"path_claim.{row['decision_code'] or 'pending'}")
    return f"{texts('path_cause.' + row['cause_code'])}, {certificate}: {decided}"


def _track_events(
    visit: Visit, number: str, tracks: Mapping[str, str]
) -> list[tuple[object, str, str | None, str, str]]:
    effects = warehouse.names(visit.release, "track_change_effects", visit.texts.language)
    found: list[tuple[object, str, str | None, str, str]] = []
    for row in candidates.track_changes(visit.release, number):
        before, after = (formats.named(tracks, row[name]) for name in ("from_track_code", "to_track_code"))
        decision = f" ({row['decision_no']})" if row["decision_no"] else ""
        detail = f"{before} → {after}: {formats.named(effects, row['effect_code'])}{decision}"
        found.append((row["asked_at"], "track", None, detail, "fct_track_changes"))
    return found


def show_vetting(visit: Visit, number: str, tracks: Mapping[str, str], reasons: Mapping[str, str]) -> None:
    """Show the requirements, the documents, the bodies' states and changes of track (Order §2, §4)."""
    texts, release = visit.texts, visit.release
    keys = f"`candidate_no = '{number}'`"
    rules = rule_rows(candidates.eligibility(release, number, texts.language), texts)
    _table(visit, "rules", RULE_COLUMNS, rules, number, texts("candidate.source_rules", keys=keys))
    for warning in candidates.warnings(release, number, texts.language):
        st.caption(f"{texts('candidate.changes_nothing')}: {warning}")
    documents = document_rows(visit, number)
    _table(
        visit,
        "documents",
        DOCUMENT_COLUMNS,
        documents,
        number,
        texts("candidate.source_documents", keys=keys),
    )
    requests = request_rows(visit, number)
    _table(
        visit, "requests", REQUEST_COLUMNS, requests, number, texts("candidate.source_requests", keys=keys)
    )
    outcome = candidates.vetting_outcome(release, number)
    if outcome is not None:
        st.markdown(outcome_text(outcome, reasons, texts))
    if changes := _track_events(visit, number, tracks):
        st.subheader(texts("candidate.track_changes"), anchor=False)
        st.markdown(
            "\n".join(
                f"- {formats.moment_text(moment, texts.language)}: {detail}"  # type: ignore[arg-type]
                for moment, _, _, detail, _ in changes
            )
        )


def outcome_text(outcome: Row, reasons: Mapping[str, str], texts: Texts) -> str:
    """Say how vetting ended for a candidate: passed or not, the reason in words, the decision."""
    verdict = texts("candidate.passed" if outcome["is_passed"] else "candidate.not_passed")
    decision = (
        f" {texts('explain.decision', decision=outcome['decision_no'])}." if outcome["decision_no"] else ""
    )
    return f"**{verdict}** {reasons.get(outcome['reason_code'], outcome['reason_code'])}{decision}"


def rule_rows(rules: Sequence[Row], texts: Texts) -> list[list[object]]:
    """Return each requirement that was asked: met or not and why not, paragraph, policy."""
    return [
        [
            row["rule"],
            texts("candidate.met" if row["is_met"] else "candidate.not_met"),
            row["finding"],
            row["paragraph"],
            row["policy_code"],
        ]
        for row in rules
    ]


def document_rows(visit: Visit, number: str) -> list[list[object]]:
    """Return the state of each document that the Order asks for."""
    language = visit.texts.language
    types = warehouse.names(visit.release, "document_needs", language)
    states = warehouse.names(visit.release, "need_states", language)
    return [
        [types[row["document_type_code"]], states[row["need_state_code"]], row["document_id"]]
        for row in candidates.documents(visit.release, number)
    ]


def request_rows(visit: Visit, number: str) -> list[list[object]]:
    """Return the requests to each body with their state, its state at close and whether it is settled."""
    texts, language = visit.texts, visit.texts.language
    bodies = warehouse.names(visit.release, "vetting_bodies", language)
    states = warehouse.names(visit.release, "vetting_states", language)
    return [
        [
            bodies[row["body_code"]],
            row["list_no"],
            *(formats.day_text(row[name], language) for name in ("sent_on", "due_on", "replied_on")),
            formats.named(states, row["state_code"]),
            formats.named(states, row["state_at_close_code"]),
            texts("candidate.settled" if row["is_settled"] else "candidate.not_settled"),
        ]
        for row in candidates.vetting_requests(visit.release, number)
    ]


def show_sources(visit: Visit, number: str) -> None:
    """Show engineers the rows of files that a failed requirement names, and the deliveries of the path."""
    texts = visit.texts
    found = [
        [row[name] for name in SOURCE_COLUMNS.values()]
        for row in candidates.source_rows(visit.release, number)
    ]
    keys = f"`candidate_no = '{number}'`"
    _table(
        visit,
        "source_rows",
        tuple(SOURCE_COLUMNS),
        found,
        number,
        texts("candidate.source_findings", keys=keys),
    )
    batches = [
        [
            formats.moment_text(row[name], texts.language) if name == "received_at" else row[name]
            for name in BATCH_COLUMNS.values()
        ]
        for row in candidates.batches(visit.release, number).values()
    ]
    _table(
        visit, "batches", tuple(BATCH_COLUMNS), batches, number, texts("candidate.source_batches", keys=keys)
    )

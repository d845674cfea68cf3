"""The oracle's second entry, `run_vetting_oracle`: what the officers' tables say as of a moment.

What belongs here: reading once and asking every report. What does not: the reports (`board.py`, `alerts.py`,
`documents.py`, `eligibility.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.oracle import alerts, board, documents, order, tracks
from tests.oracle.eligibility import Finding
from tests.oracle.office import Line, Office
from tests.oracle.reading import Tables, read_landing
from tests.oracle.season import compute


@dataclass(frozen=True)
class OracleVetting:
    """Lines of each table, without what only the warehouse knows (batches, row numbers)."""

    checks: list[Line]
    findings: list[Line]
    warnings: list[Line]
    track_changes: list[Line]
    requests: list[Line]
    replies: list[Line]
    states: list[Line]
    board: list[Line]
    bodies: list[Line]
    hold: list[Line]
    alerts: list[Line]
    alert_stages: list[Line]
    to_send: list[Line]
    due: list[Line]
    list_days: list[Line]
    document_needs: list[Line]
    document_work: list[Line]


def run_vetting_oracle(
    landing_dir: Path,
    as_of: datetime,
    landed_at: datetime | None = None,
    identity_keys: Mapping[str, str] | None = None,
) -> OracleVetting:
    """Every table of eligibility and vetting from the landing files as known at `as_of` (aware).

    `landed_at` is as for `run_oracle`. `identity_keys` are the keys of the counted submissions by candidate
    number: the oracle does not have the secret, it only compares.
    """
    tables = read_landing(landing_dir, as_of, landed_at or as_of)
    return report(tables, as_of, identity_keys or {})


def report(tables: Tables, as_of: datetime, identity_keys: Mapping[str, str]) -> OracleVetting:
    """Every table from rows."""
    office = Office(tables, as_of, identity_keys)
    season = compute(tables, as_of, identity_keys=identity_keys)
    return OracleVetting(
        checks=_checks(office),
        findings=_findings(office),
        warnings=_warnings(office),
        track_changes=tracks.changes(office),
        requests=board.requests(office),
        replies=board.replies(office),
        states=board.states(office),
        board=board.board(office),
        bodies=board.bodies(office),
        hold=alerts.hold(office),
        alerts=alerts.alerts(office, season),
        alert_stages=alerts.alert_stages(office, season),
        to_send=board.to_send(office),
        due=board.due(office),
        list_days=board.days(),
        document_needs=documents.needs(office),
        document_work=documents.work(office),
    )


def _checks(office: Office) -> list[Line]:
    """One line an account and rule asked."""
    return [
        {
            "season_code": order.SEASON,
            "candidate_no": account.candidate_no,
            "rule_code": check.rule,
            "is_met": check.is_met,
        }
        for account in office.accounts.values()
        for check in office.eligibility.checks(account, office.is_void(account))
    ]


def _findings(office: Office) -> list[Line]:
    """One line an account, rule, finding and row looked at."""
    return [
        {
            "season_code": order.SEASON,
            "candidate_no": account.candidate_no,
            "rule_code": check.rule,
            "finding_code": finding.code,
            **_input(finding),
        }
        for account in office.accounts.values()
        for check in office.eligibility.checks(account, office.is_void(account))
        for finding in check.findings
    ]


def _warnings(office: Office) -> list[Line]:
    """One line an account, warning and row."""
    return [
        {
            "season_code": order.SEASON,
            "candidate_no": account.candidate_no,
            "warning_code": warning.code,
            **_input(warning),
        }
        for account in office.accounts.values()
        for warning in office.eligibility.warnings(account, office.is_void(account))
    ]


def _input(finding: Finding) -> Line:
    return {"input_feed": finding.feed, "input_id": finding.input_id}

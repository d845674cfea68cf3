"""Rows and landing folders for hand-computed cases. All people are synthetic."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.oracle.feeds import FEEDS
from tests.oracle.order import BODIES, CONSENTS, local
from tests.oracle.reading import Key, Row, Table, Tables

#: Receipt of rows that say nothing else.
RECEIVED = local(2025, 6, 1, 12)
#: Test vectors of FACTS §4: first pass, and the second pass.
IIN, OTHER_IIN, SECOND_PASS_IIN = "920615400001", "900515350024", "920615400202"


def tables(feeds: Mapping[str, Iterable[Mapping[str, Any]]]) -> Tables:
    """Tables of rows given in part: other columns are empty; `_received` and `_first` set the receipts.

    Rows of one key are its versions, in order.
    """
    by_feed: dict[str, Table] = {name: {} for name in FEEDS}
    superseded: dict[tuple[str, Key], list[Row]] = defaultdict(list)
    landing_order = 0
    for name, rows in feeds.items():
        for given in rows:
            landing_order += 1
            values = {column.name: given.get(column.name) for column in FEEDS[name].columns}
            received = given.get("_received", RECEIVED)
            key = tuple(values[column] for column in FEEDS[name].key)
            if key in by_feed[name]:
                superseded[name, key].append(by_feed[name][key])
            by_feed[name][key] = Row(values, received, given.get("_first", received), landing_order)
    return Tables(by_feed, superseded)


def registration(candidate_no: str = "R25-000001", **changes: Any) -> dict[str, Any]:
    """A submission on 10 June 2025 that meets every requirement of the form."""
    return {
        "season_code": "2025",
        "candidate_no": candidate_no,
        "submission_no": 1,
        "registered_at": local(2025, 6, 1, 9),
        "submitted_at": local(2025, 6, 10, 12),
        "iin": IIN,
        "last_name": "Synthetic",
        "first_name": "Person",
        "birth_on": datetime(1992, 6, 15).date(),
        "sex_code": "female",
        "citizenship_code": "KZ",
        "region_code": "KZ-71",
        "track_code": "digital",
        "employer_type_code": "state",
        "test_language_code": "kk",
        **dict.fromkeys(CONSENTS, True),
        **changes,
    }


def documents(candidate_no: str = "R25-000001", uploaded_at: datetime | None = None) -> list[dict[str, Any]]:
    """The three documents of §2.6, all good."""
    common = {"candidate_no": candidate_no, "uploaded_at": uploaded_at or local(2025, 6, 5)}
    return [
        common
        | {"document_id": f"{candidate_no}-e", "document_type_code": "education", "has_annex": True}
        | {"education_level_code": "master"},
        common | {"document_id": f"{candidate_no}-w", "document_type_code": "employment_proof"},
        common
        | {
            "document_id": f"{candidate_no}-l",
            "document_type_code": "language_certificate",
            "issuer_code": "KAZTEST",
        }
        | {"level_code": "B1", "issued_on": datetime(2024, 1, 10).date()}
        | {"valid_until": datetime(2026, 1, 10).date()},
    ]


def job(candidate_no: str = "R25-000001", period_no: int = 1) -> dict[str, Any]:
    """A job since 2015."""
    return {
        "candidate_no": candidate_no,
        "period_no": period_no,
        "employer_type_code": "state",
        "started_on": datetime(2015, 1, 1).date(),
    }


def sitting(candidate_no: str, stage_code: str, attempt_no: int = 1, **changes: Any) -> dict[str, Any]:
    """A sitting on the first morning of August's first weekend, whatever the stage."""
    return {
        "sitting_id": f"{candidate_no}-{stage_code}-{attempt_no}",
        "candidate_no": candidate_no,
        "stage_code": stage_code,
        "attempt_no": attempt_no,
        "form_code": "F1",
        "started_at": local(2025, 8, 2, 10),
        "finished_at": local(2025, 8, 2, 10) + timedelta(minutes=25),
        "ended_code": "completed",
        **changes,
    }


def claim(of: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A good claim for a resit, made two hours after the sitting began."""
    return {
        "claim_id": f"C-{of['sitting_id']}",
        "candidate_no": of["candidate_no"],
        "stage_code": of["stage_code"],
        "sitting_id": of["sitting_id"],
        "claimed_at": of["started_at"] + timedelta(hours=2),
        "cause_code": "power_cut",
        "has_certificate": True,
        "decision_code": "granted",
        **changes,
    }


def decision(decision_no: str, candidate_no: str, action_code: str, **changes: Any) -> dict[str, Any]:
    """A decision of the working group on 10 July."""
    return {
        "decision_no": decision_no,
        "candidate_no": candidate_no,
        "decided_at": local(2025, 7, 10),
        "action_code": action_code,
        "basis_code": "false_data",
        **changes,
    }


def land(folder: Path, moment: str, name: str, content: str | bytes) -> Path:
    """Put a file into a landing folder as delivered at a local moment ('' for directly below it)."""
    path = folder / moment / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def csv_of(feed: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV text of rows, all columns of the feed."""
    names = [column.name for column in FEEDS[feed].columns]
    lines = [",".join(names)]
    lines += [",".join(_as_text(row.get(name)) for name in names) for row in rows]
    return "\n".join(lines) + "\n"


def jsonl_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """JSON Lines of rows."""
    return "\n".join(json.dumps(dict(row), default=_as_text) for row in rows) + "\n"


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def list_no(body: str, number: int = 3) -> str:
    """Number of a weekly list."""
    return f"{body}-2025-{number:02d}"


def requests(candidate_no: str, *bodies: str, number: int = 3, **changes: Any) -> list[dict[str, Any]]:
    """One candidate on the lists of 16 June, to each of the bodies (all seven if none is named)."""
    return [
        {
            "list_no": list_no(body, number),
            "body_code": body,
            "candidate_no": candidate_no,
            "sent_on": datetime(2025, 6, 16).date(),
            **changes,
        }
        for body in bodies or [body.code for body in BODIES]
    ]


def reply(candidate_no: str, body: str, result: str = "clear", /, **changes: Any) -> dict[str, Any]:
    """A body's letter of 20 June to its list of 16 June; received at 18:00 of the day it is dated."""
    given = {
        "reply_no": f"{body}-1",
        "list_no": list_no(body),
        "body_code": body,
        "candidate_no": candidate_no,
        "replied_on": datetime(2025, 6, 20).date(),
        "result_code": result,
        **changes,
    }
    day = given["replied_on"]
    return {"_received": local(day.year, day.month, day.day, 18), **given}

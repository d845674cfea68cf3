"""Rows that break their feeds' contracts, each one rule of it.

Belongs here: the rows, as senders could type them; data only. Does not belong here: into which files they go
(files.py).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.sample_season.documents import CONSENTS
from ingestion.sample_season.people import SYNTHETIC_DOMAIN, make_iin

# Nobody has this candidate number: numbers start at 1.
GHOST = "R25-000000"


def _ghost_registration(serial: int, **values: Any) -> dict[str, Any]:
    iin = next(n for n in (make_iin(date(1991, 2, 3), True, serial + k) for k in range(20)) if n is not None)
    row = {
        "season_code": "2025",
        "candidate_no": GHOST,
        "submission_no": serial,
        "registered_at": "2025-06-10T10:00:00+05:00",
        "submitted_at": "2025-06-11T10:00:00+05:00",
        "iin": iin,
        "last_name": "Ахметов (синт.)",
        "first_name": "Айдар",
        "phone": "+7 (000) 246-80-13",
        "email": f"synthetic-ghost-{serial}@{SYNTHETIC_DOMAIN}",
        "birth_on": "1991-02-03",
        "sex_code": "male",
        "citizenship_code": "KZ",
        "region_code": "KZ-71",
        "track_code": "digital",
        "employer_type_code": "state",
        "test_language_code": "kk",
        **dict.fromkeys(CONSENTS, True),
    }
    return {**row, **values}


_MOMENT = "2025-08-10T10:00:00+05:00"
_DOCUMENT = {
    "candidate_no": GHOST,
    "document_type_code": "education",
    "uploaded_at": "2025-06-10T10:00:00+05:00",
}
_SITTING = {
    "candidate_no": GHOST,
    "stage_code": "text_test",
    "attempt_no": 1,
    "started_at": "2025-08-02T10:00:00+05:00",
    "finished_at": "2025-08-02T10:20:00+05:00",
    "ended_code": "completed",
}
_MARK = {
    "work_no": "W-GHOST",
    "expert_code": "EX-ZZZ-01",
    "criterion_code": "feasibility",
    "marked_at": _MOMENT,
}
_PANEL = {"candidate_no": GHOST, "is_recused": False, "observed_on": date(2025, 8, 25)}
_CHECK = {
    "document_id": "D-GHOST-1",
    "candidate_no": GHOST,
    "checker_code": "CH-01",
    "checked_at": "2025-06-11T10:00:00+05:00",
    "result_code": "confirmed",
}
_REPLY = {
    "reply_no": "R-GHOST",
    "list_no": "GPO-2025-01",
    "body_code": "GPO",
    "replied_on": date(2025, 6, 16),
}
_DECIDED = datetime(2025, 8, 7, 12, 0)
BROKEN_ROWS: dict[str, list[dict[str, Any]]] = {
    "outreach__events": [
        {
            "season_code": "2025",
            "event_id": "EV-GHOST",
            "kind_code": "meeting",
            "region_code": "KZ-71",
            "organiser_code": "agency",
            "audience_code": "general",
            "held_on": "2025-05-20",
            "language_code": "kk",
            "count_reached": -5,
        }
    ],
    "platform__registrations": [
        _ghost_registration(1, submitted_at="2025-06-31T10:00:00+05:00"),
        _ghost_registration(2, track_code="sport"),
        _ghost_registration(3, last_name=None),
        _ghost_registration(4, birth_on="03.02.1991г"),
        _ghost_registration(5, submission_no="бірінші"),
    ],
    "platform__documents": [
        {**_DOCUMENT, "document_id": "D-GHOST-1", "education_level_code": "professor", "has_annex": True},
        {**_DOCUMENT, "document_id": "D-GHOST-2", "document_type_code": "photo"},
    ],
    "platform__employment_periods": [
        {
            "candidate_no": GHOST,
            "period_no": 1,
            "employer_type_code": "state",
            "started_on": "2020-05-01",
            "ended_on": "2019-05-01",
        },
        {"candidate_no": GHOST, "period_no": 0, "employer_type_code": "state", "started_on": "2020-05-01"},
        {"candidate_no": GHOST, "period_no": 2, "employer_type_code": "state", "started_on": "2020-05-01"},
        {"candidate_no": GHOST, "period_no": 2, "employer_type_code": "state", "started_on": "2021-05-01"},
    ],
    "platform__bookings": [
        {
            "booking_id": "B-GHOST",
            "candidate_no": GHOST,
            "stage_code": "text_test",
            "slot_starts_at": "ертең",
            "booked_at": _MOMENT,
            "is_auto_assigned": False,
        }
    ],
    "platform__sittings": [
        {**_SITTING, "sitting_id": "S-GHOST-1", "finished_at": "2025-08-02T09:00:00+05:00"},
        {**_SITTING, "sitting_id": "S-GHOST-2", "attempt_no": 0},
        {**_SITTING, "sitting_id": "S-GHOST-3", "stage_code": "essay"},
    ],
    "platform__answers": [
        {"sitting_id": "S-GHOST-1", "item_no": 0, "chosen_option_code": "A", "response_seconds": 5},
        {"sitting_id": "S-GHOST-1", "item_no": 3, "chosen_option_code": "Ә", "response_seconds": 5},
        {"sitting_id": "S-GHOST-1", "item_no": 4, "chosen_option_code": "B", "response_seconds": -1},
    ],
    "academy__answer_keys": [
        {
            "season_code": "2025",
            "stage_code": "text_test",
            "form_code": "TEX-ZZ-1",
            "item_no": 1,
            "correct_option_code": "F",
        }
    ],
    "platform__resit_claims": [
        {
            "claim_id": "CL-GHOST",
            "candidate_no": GHOST,
            "stage_code": "text_test",
            "sitting_id": "S-GHOST-1",
            "claimed_at": _MOMENT,
            "cause_code": "flood",
            "has_certificate": True,
            "decision_code": "granted",
        }
    ],
    "proctoring__signals": [
        {
            "signal_id": "SG-GHOST",
            "sitting_id": "S-GHOST-1",
            "signal_type_code": "phone",
            "started_seconds": Decimal("10.5000"),
            "duration_seconds": Decimal("2.0000"),
            "confidence": Decimal("1.5000"),
            "model_code": "ghost@0",
            "config_hash": "0",
        },
    ],
    "proctoring__reviews": [
        {
            "review_id": "RV-GHOST",
            "signal_id": "SG-GHOST",
            "sitting_id": "S-GHOST-1",
            "review_round": 3,
            "reviewer_code": "PR-01",
            "verdict_code": "confirmed",
            "reviewed_at": _MOMENT,
        }
    ],
    "platform__case_assignments": [
        {"candidate_no": "R25-12", "case_code": "CASE-SOC-1", "track_code": "social", "assigned_at": _MOMENT}
    ],
    "platform__solutions": [
        {
            "work_no": "W-GHOST",
            "candidate_no": GHOST,
            "sitting_id": "S-GHOST-1",
            "case_code": "CASE-SOC-1",
            "language_code": "kk",
            "submitted_at": _MOMENT,
            "count_words": -3,
            "duration_seconds": 100,
        }
    ],
    "platform__expert_marks": [
        {**_MARK, "points": 6},
        {**_MARK, "criterion_code": "argumentation", "points": None},
    ],
    "academy__assessor_marks": [
        {**_PANEL, "assessor_code": "AS-99", "competency_code": "leadership", "points": "жақсы"},
        {**_PANEL, "assessor_code": "AS-99", "competency_code": "charisma", "points": 4},
    ],
    "academy__interview_marks": [
        {**_PANEL, "interviewer_code": "IV-99", "competency_code": "values", "points": 9}
    ],
    "agency__commission_marks": [
        {
            "candidate_no": GHOST,
            "member_code": "PM-99",
            "role_code": "guest",
            "is_recused": False,
            "points": 5,
            "session_on": date(2025, 10, 8),
        }
    ],
    "agency__document_checks": [
        {**_CHECK, "check_no": "DC-GHOST-1", "checker_code": "бөлім бастығы"},
        {**_CHECK, "check_no": "DC-GHOST-2", "result_code": "ok"},
        {**_CHECK, "check_no": "DC-GHOST-3", "valid_until": "шексіз"},
    ],
    "agency__vetting_requests": [
        {"list_no": "GPO/3", "body_code": "GPO", "candidate_no": GHOST, "sent_on": "2025-06-09"}
    ],
    "vetting__replies": [{**_REPLY, "candidate_no": GHOST, "result_code": "ok"}],
    "agency__working_group_decisions": [
        {
            "decision_no": "WG-GHOST",
            "candidate_no": GHOST,
            "decided_at": _DECIDED,
            "action_code": "warn",
            "basis_code": "procedure_breach",
        }
    ],
    "platform__withdrawals": [
        {"withdrawal_id": "WD-GHOST", "candidate_no": "R25-1", "withdrawn_at": _MOMENT}
    ],
    "registers__stop_list": [
        {"iin": "000000000000", "stop_list_code": "political", "valid_from": date(2024, 1, 1)}
    ],
    "agency__national_decisions": [
        {
            "decision_no": "NC-GHOST",
            "candidate_no": GHOST,
            "decided_at": datetime(2025, 10, 24, 16),
            "decision_code": "postpone",
        }
    ],
}

"""The proctoring tables of the made-up release: a queue, what waits for a decision, progress and rates.

Belongs here: a few rows so that each kind occurs; tables with the columns that the models' YAML states. Not
here: the rules; what is correct is proved against the warehouse (tests/integration/test_proctoring.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "reporting"
DUE, LIST = datetime(2025, 8, 7, 19), datetime(2025, 8, 8, 4)
_QUEUED = {
    "candidate_no": "R25-000001", "stage_code": "text_test", "started_seconds": Decimal("65.5"),
    "duration_seconds": Decimal("12"), "confidence": Decimal("0.9"), "signal_state_code": "open",
    "due_at": DUE, "hours_left": 5, "is_overdue": False,
}  # fmt: skip
_WAITING = {"stage_code": "text_test", "count_signals": 0, "since_at": DUE, "due_at": LIST,
            "hours_left": 9, "is_overdue": False}  # fmt: skip
_STATES = {f"count_signals_{state}": 0 for state in
           ("open", "second_review", "dismissed", "confirmed", "unsettled", "superseded")}  # fmt: skip

ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "rpt_proctoring_queue": [
        _QUEUED | {"signal_id": "SG-2", "queue_order": 2, "sitting_id": "S-2", "severity_code": "low",
                   "signal_type_code": "speech", "signal_state_code": "second_review",
                   "first_reviewer_code": "PR-07"},
        _QUEUED | {"signal_id": "SG-1", "queue_order": 1, "sitting_id": "S-1", "severity_code": "high",
                   "signal_type_code": "phone", "is_overdue": True, "hours_left": -3},
        _QUEUED | {"signal_id": "SG-3", "queue_order": 3, "sitting_id": "S-3", "severity_code": "low",
                   "signal_type_code": "speech", "stage_code": "situational"},
    ],
    "rpt_proctoring_decisions": [
        _WAITING | {"candidate_no": "R25-000004", "sitting_id": "S-4",
                    "decision_reason_code": "recording_missing"},
        _WAITING | {"candidate_no": "R25-000005", "sitting_id": "S-5", "count_signals": 2,
                    "decision_reason_code": "signal_confirmed", "is_overdue": True},
        _WAITING | {"candidate_no": "R25-000006", "sitting_id": "S-6", "stage_code": "situational",
                    "decision_reason_code": "recording_inconclusive", "due_at": datetime(2025, 8, 21, 13)},
    ],
    "rpt_proctoring_progress": [
        _STATES | {"stage_code": stage, "due_at": DUE, "count_sittings": 1200, "count_gone_through": 1198,
                   "count_inconclusive": 3, "count_missing": 2, "count_awaited": 0,
                   "count_recordings_to_decide": 4, "duration_seconds": Decimal("1800000"),
                   "seen_seconds": Decimal("1791000"), "heard_seconds": Decimal("1782000"),
                   "count_signals": 9, "count_signals_to_decide": 1}
        for stage in ("situational", "text_test")
    ],
    "rpt_proctoring_signal_types": [
        _STATES | {"stage_code": "text_test", "signal_type_code": "phone", "count_signals": 9,
                   "count_signals_confirmed": 1, "count_signals_dismissed": 7, "count_signals_open": 1,
                   "count_signals_judged": 8},
        _STATES | {"stage_code": "text_test", "signal_type_code": "book", "count_signals": 1,
                   "count_signals_superseded": 1, "count_signals_judged": 0},
    ],
    "rpt_proctoring_groups": [
        {"stage_code": "text_test", "group_kind_code": kind, "group_code": code, "count_sittings": 600,
         "count_sittings_flagged": 75, "count_sittings_confirmed": 2}
        for kind, code in (("sex", "female"), ("language", "kk"), ("region", "KZ-75"), ("region", ""))
    ],
}  # fmt: skip


def write_proctoring(connection: duckdb.DuckDBPyConnection, season: str = "2025") -> None:
    """Create the tables, if they are not there, and put the rows of a season into them."""
    for name, rows in ROWS.items():
        (model,) = yaml.safe_load((MODELS / f"{name}.yml").read_text(encoding="utf-8"))["models"]
        columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
        connection.execute(f"create table if not exists reporting.{name} ({columns})")
        for row in rows:
            values = {"season_code": season, **row}
            connection.execute(
                f"insert into reporting.{name} ({', '.join(values)}) values"
                f" ({', '.join(f'${key}' for key in values)})",
                values,
            )

"""Small ledgers for tests: proposals, rows of lists, and a ledger with acts of three kinds."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.ledger import (
    FIRST_HASH,
    KEPT,
    PUBLISHED,
    RESTATED,
    ROW_COLUMNS,
    Act,
    ListRow,
    Proposal,
    append,
    read_acts,
)

FIRST_MOMENT = datetime(2025, 7, 1, 5)


def row(candidate_no: str, **more: Any) -> ListRow:
    """A row of a list: admitted with the exact score 13/3, unless told otherwise."""
    values = {
        "candidate_no": candidate_no, "track_code": "agro", "status_code": "admitted",
        "reason_code": "WITHIN_LIMIT", "is_admitted": True, "is_in_pool": True, "is_late": False,
        "score_numerator": 13, "score_denominator": 3, "rank": 1, "is_at_cutoff": False, "decision_no": None,
        "count_pool": 3, "limit_places": 2, "cutoff_numerator": 4, "cutoff_denominator": 1,
        "is_shortfall": False,
    } | more  # fmt: skip
    return tuple(values[name] for name in ROW_COLUMNS)


def rows(count: int = 3) -> list[ListRow]:
    """So many rows, in no order."""
    return [row(f"R25-{number:06}", rank=number) for number in range(count, 0, -1)]


def proposal(stage: str = "registration", **more: Any) -> Proposal:
    """A proposal of version 1, unless told otherwise."""
    values: dict[str, Any] = {
        "season": "2025", "stage": stage, "version": 1, "kind": PUBLISHED, "acted_at": FIRST_MOMENT,
        "as_of": FIRST_MOMENT, "code_version": "1.0.0+test", "seeds_hash": "5" * 64,
        "approved_by": "Төраға Үлгі",
    } | more  # fmt: skip
    return Proposal(**values)


def add(folder: Path, made: Proposal, list_rows: list[ListRow]) -> Act:
    """Append an act after the last one."""
    acts = read_acts(folder)
    return append(folder, made, list_rows, after=acts[-1].act_hash if acts else FIRST_HASH)


def make_ledger(folder: Path) -> list[Act]:
    """Two stages published, the second restated, and the first kept."""
    day = timedelta(days=1)
    add(folder, proposal(), rows(3))
    add(folder, proposal("vetting", acted_at=FIRST_MOMENT + day), rows(2))
    restated = proposal(
        "vetting", version=2, kind=RESTATED, restates=1, decision_no="WG-1", acted_at=FIRST_MOMENT + 2 * day
    )
    add(folder, restated, rows(1))
    kept = proposal(kind=KEPT, reason="әзірге", drift_hash="d" * 64, acted_at=FIRST_MOMENT + 3 * day)
    add(folder, kept, [])
    return read_acts(folder)

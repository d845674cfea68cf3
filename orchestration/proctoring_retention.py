"""How long recordings and evidence are kept, asked of the current release: what may be deleted and what not.

Belongs here: reading the dates, the sittings and what is open of them, and handing them to
`proctoring_jobs/retention.py`. Not here: what is deleted and how (there), how many days (seed `policy`),
drawing (`proctoring_retention_console.py`). Nothing is deleted on the strength of a list that is only
computed: days count from the act that made the last list of the season.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingestion.clock import utc_now
from orchestration.errors import OrchestrationError
from orchestration.proctoring_runs import in_our_words
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from proctoring_jobs.retention import Outcome, Plan, Terms

NEEDED_TABLES = (
    "core.fct_proctoring_coverage",
    "core.fct_resit_claims",
    "reporting.rpt_proctoring_decisions",
    "reporting.rpt_proctoring_queue",
    "reporting.rpt_publications",
    "seeds.policy",
    "selection.sel_stage_results",
)
#: Parameter of seed `policy` for each kind that is kept.
PARAMETERS = {"recordings": "recording_retention_days", "evidence": "evidence_retention_days"}

_SEASON = "season_code::varchar = (select season_code::varchar from release.manifest)"

_PUBLISHED = f"""
select is_published_by_act, published_at
from reporting.rpt_publications
where {_SEASON}
order by stage_order desc
limit 1
"""

_DAYS = f"""
select parameter_code, value::integer as days
from seeds.policy
where {_SEASON} and list_contains($parameters, parameter_code)
"""

_KNOWN = f"select sitting_id from core.fct_proctoring_coverage where {_SEASON}"

# Of several reasons the first in this order is told.
_OPEN = f"""
with reasons as (
    select sitting_id, 1 as reason_order, 'signal' as reason_code
    from reporting.rpt_proctoring_queue where {_SEASON}
    union all
    select sitting_id, 2, 'decision' from reporting.rpt_proctoring_decisions where {_SEASON}
    union all
    select sitting_id, 3, 'awaited'
    from core.fct_proctoring_coverage where {_SEASON} and recording_state_code = 'awaited'
    union all
    -- of a stage at which a claim or a resit is open no sitting of the person is deleted
    select coverage.sitting_id, 4, 'claim'
    from (select * from core.fct_proctoring_coverage where {_SEASON}) as coverage
    inner join (
        select candidate_no, stage_code
        from core.fct_resit_claims where {_SEASON} and coalesce(decision_code, 'pending') = 'pending'
        union
        select candidate_no, stage_code
        from selection.sel_stage_results where {_SEASON} and status_code = 'pending_resit'
    ) as claims using (candidate_no, stage_code)
)
select sitting_id, arg_min(reason_code, reason_order) as reason_code from reasons group by sitting_id
"""


@dataclass(frozen=True)
class Retention:
    """What a release says about keeping: its terms, the days of each kind, and when the last list was made.

    published_at (UTC): None while the season's last list is not published by an act.
    """

    opened: OpenRelease
    terms: Terms
    days: dict[str, int]
    published_at: datetime | None


def open_retention(settings: Settings) -> Retention:
    """The terms of the current release.

    Raises `UserError` without a release, `OrchestrationError` if it is too old or its policy names no days.
    """
    from proctoring_jobs.retention import Terms
    from proctoring_jobs.retention_files import Kind

    opened = open_release(settings, NEEDED_TABLES)
    ask = opened.reading.rows
    asked = {"parameters": list(PARAMETERS.values())}
    given = {row["parameter_code"]: int(row["days"]) for row in ask(_DAYS, asked)}
    missing = [code for code in PARAMETERS.values() if code not in given]
    if missing:
        raise OrchestrationError(
            "error.retention_policy", release=opened.release.release_id, parameters=", ".join(missing)
        )
    days = {kind: given[code] for kind, code in PARAMETERS.items()}
    published = [row["published_at"] for row in ask(_PUBLISHED) if row["is_published_by_act"]]
    published_at = published[0] if published else None
    due_at: dict[Kind, datetime] = {}
    if published_at is not None:
        due_at = {Kind(kind): published_at + timedelta(days=count) for kind, count in days.items()}
    terms = Terms(
        basis=opened.release.release_id,
        due_at=due_at,
        known=frozenset(row["sitting_id"] for row in ask(_KNOWN)),
        open={row["sitting_id"]: row["reason_code"] for row in ask(_OPEN)},
    )
    return Retention(opened, terms, days, published_at)


def retention_plan(settings: Settings, retention: Retention, now: datetime | None = None) -> Plan:
    """What lies in the two folders and what of it is due at `now` (naive UTC; else the present)."""
    from proctoring_jobs.retention import plan

    with in_our_words(settings):
        return plan(settings.recordings_dir, settings.proctoring_dir, retention.terms, now or utc_now())


def delete_due(settings: Settings, retention: Retention, by: str, now: datetime | None = None) -> Outcome:
    """Delete what is due; `by` is who answers for it. Raises `OrchestrationError`."""
    from proctoring_jobs.retention import delete_due as delete

    with in_our_words(settings):
        return delete(settings.recordings_dir, settings.proctoring_dir, retention.terms, now or utc_now(), by)

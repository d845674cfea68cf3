"""What `rezerv proctoring …` reads: the reviewers' queue, what waits for a decision, progress and rates.

Belongs here: read-only questions to the current release. Not here: drawing (`proctoring_console.py`), what a
state or a reason is (`dbt_project/`, docs/rules.md, Recordings).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.documents_reports import require_code
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

NEEDED_TABLES = (
    "reporting.rpt_proctoring_decisions",
    "reporting.rpt_proctoring_groups",
    "reporting.rpt_proctoring_progress",
    "reporting.rpt_proctoring_queue",
    "reporting.rpt_proctoring_signal_types",
    "seeds.proctoring_decision_reasons",
    "seeds.proctoring_signal_states",
    "seeds.proctoring_signal_types",
)

_OF_RELEASE = """
inner join seeds.stages as s
    on s.season_code::varchar = p.season_code::varchar and s.stage_code = p.stage_code
where p.season_code::varchar = (select season_code::varchar from release.manifest)
    and ($stage is null or p.stage_code = $stage)
"""

_QUEUE = f"""
select
    p.signal_id, p.sitting_id, p.stage_code,
    t.name_{{language}} as signal_name, p.severity_code, p.started_seconds, p.duration_seconds,
    n.name_{{language}} as state_name, p.first_reviewer_code, p.due_at, p.is_overdue
from reporting.rpt_proctoring_queue as p
left join seeds.proctoring_signal_types as t on t.signal_type_code = p.signal_type_code
left join seeds.proctoring_signal_states as n on n.signal_state_code = p.signal_state_code
{_OF_RELEASE}
order by p.queue_order
"""

_DECISIONS = f"""
select
    p.candidate_no, p.stage_code, p.sitting_id,
    r.name_{{language}} as reason_name, p.count_signals, p.since_at, p.due_at, p.is_overdue
from reporting.rpt_proctoring_decisions as p
left join seeds.proctoring_decision_reasons as r on r.decision_reason_code = p.decision_reason_code
{_OF_RELEASE}
order by p.due_at, r.decision_reason_order, p.since_at, p.candidate_no, p.sitting_id
"""

_PROGRESS = f"""
select p.*
from reporting.rpt_proctoring_progress as p
{_OF_RELEASE}
order by s.stage_order
"""

_SIGNAL_TYPES = f"""
select t.name_{{language}} as signal_name, p.*
from reporting.rpt_proctoring_signal_types as p
left join seeds.proctoring_signal_types as t on t.signal_type_code = p.signal_type_code
{_OF_RELEASE}
order by s.stage_order, p.signal_type_code
"""

_GROUPS = f"""
select x.name_{{language}} as sex_name,
    g.name_{{language}} as region_name, p.*
from reporting.rpt_proctoring_groups as p
left join seeds.sexes as x on p.group_kind_code = 'sex' and x.sex_code = p.group_code
left join seeds.regions as g on p.group_kind_code = 'region' and g.region_code = p.group_code
{_OF_RELEASE}
order by s.stage_order, p.group_kind_code, p.group_code
"""


def open_proctoring(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def stage(release: OpenRelease, code: str) -> str | None:
    """A recorded stage as it was typed, or None for all; `UserError` names the known ones."""
    return require_code(release, "reporting.rpt_proctoring_progress", "stage_code", code)


def read_queue(release: OpenRelease, stage_code: str | None) -> list[Row]:
    """The signals to be judged, in the order in which they are to be taken."""
    return release.reading.rows(_QUEUE, {"stage": stage_code})


def read_decisions(release: OpenRelease, stage_code: str | None) -> list[Row]:
    """What waits for the working group, the list that is published first at the top."""
    return release.reading.rows(_DECISIONS, {"stage": stage_code})


def read_progress(release: OpenRelease, stage_code: str | None) -> list[Row]:
    """How far proctoring of each recorded stage is; lengths in seconds."""
    return release.reading.rows(_PROGRESS, {"stage": stage_code})


def read_signal_types(release: OpenRelease, stage_code: str | None) -> list[Row]:
    """Signals of each stage by kind and state."""
    return release.reading.rows(_SIGNAL_TYPES, {"stage": stage_code})


def read_groups(release: OpenRelease, stage_code: str | None) -> list[Row]:
    """Sittings held, flagged and confirmed by group of candidates."""
    return release.reading.rows(_GROUPS, {"stage": stage_code})

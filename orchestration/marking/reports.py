"""What `rezerv marks …` reads: marks that are owed, works to look at, versions of marks that do not count.

Belongs here: read-only questions to the current release. Not here: drawing (`console.py`), what is owed or
flagged (`dbt_project/`, A19–A24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.errors import UserError
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

NEEDED_TABLES = (
    "core.fct_panels", "reporting.rpt_case_differences", "reporting.rpt_marked_works",
    "reporting.rpt_marks_owed", "reporting.rpt_refused_marks",
)  # fmt: skip

_STAGES = """
select distinct p.stage_code, s.stage_order
from core.fct_panels as p
inner join core.dim_stages as s on s.season_code = p.season_code and s.stage_code = p.stage_code
where p.season_code::varchar = $season
order by s.stage_order
"""
_OWED = """
select
    o.stage_code, s.name_{language} as stage_name, o.track_code, o.candidate_no, o.work_no, o.rater_code,
    o.text_{language} as text, o.count_raters, o.count_marks, o.given_at, o.published_at
from reporting.rpt_marks_owed as o
inner join core.dim_stages as s on s.season_code = o.season_code and s.stage_code = o.stage_code
where o.season_code::varchar = $season and ($stage is null or o.stage_code = $stage)
    and ($rater is null or o.rater_code = $rater)
order by o.stage_order, o.rater_code nulls first, o.track_code, o.candidate_no
"""
_WORKS = """
select
    stage_code, track_code, work_no, candidate_no, count_whole, raters_expected, count_outsiders,
    points_apart, is_disagreement, count_words, is_over_words, duration_seconds, is_over_time
from reporting.rpt_marked_works
where season_code::varchar = $season and is_flagged
    and (not $disagreement or is_disagreement)
order by is_disagreement desc, points_apart desc nulls last, track_code, work_no
"""
_COUNTS = """
select
    count(*) as count_works, count(*) filter (where outcome_code = 'VALID') as count_complete,
    count(*) filter (where is_disagreement) as count_disagreement,
    count(*) filter (where is_over_words) as count_over_words,
    count(*) filter (where is_over_time) as count_over_time,
    count(*) filter (where count_outsiders > 0) as count_outside
from reporting.rpt_marked_works
where season_code::varchar = $season
"""
_REFUSED = """
select
    stage_code, work_no, expert_code, criterion_code, version_no, points, points_counted, received_at,
    text_{language} as text
from reporting.rpt_refused_marks
where season_code::varchar = $season
order by stage_code, work_no, expert_code, criterion_code, version_no
"""
_CASES = """
select
    stage_code, candidate_no, drawn_case_code, assigned_case_code, solved_case_code, text_{language} as text
from reporting.rpt_case_differences
where season_code::varchar = $season
order by stage_code, case_difference_code, candidate_no
"""


def open_marks(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def panel_stage(release: OpenRelease, season: str, code: str) -> str | None:
    """A stage marked by a panel as it was typed, or None for none; `UserError` names the known ones."""
    if not code:
        return None
    known = [row["stage_code"] for row in release.reading.rows(_STAGES, {"season": season})]
    if code not in known:
        raise UserError("documents.code_unknown", code=code, known=", ".join(known))
    return code


def read_owed(release: OpenRelease, season: str, stage: str | None, rater: str | None) -> list[Row]:
    """What is owed: stage by stage, first what nobody was asked for, then by rater."""
    return release.reading.rows(_OWED, {"season": season, "stage": stage, "rater": rater})


def read_flagged(release: OpenRelease, season: str, *, disagreement: bool) -> list[Row]:
    """Flagged works, those whose marks are furthest apart first; disagreement: only those (A21)."""
    return release.reading.rows(_WORKS, {"season": season, "disagreement": disagreement})


def read_counts(release: OpenRelease, season: str) -> Row:
    """How many works there are, are marked whole, and have each flag."""
    [row] = release.reading.rows(_COUNTS, {"season": season})
    return row


def read_refused(release: OpenRelease, season: str) -> list[Row]:
    """Versions of experts' marks that do not count although they say something else (A20)."""
    return release.reading.rows(_REFUSED, {"season": season})


def read_case_differences(release: OpenRelease, season: str) -> list[Row]:
    """Candidates whose case is not the one that was drawn (Order §6.3)."""
    return release.reading.rows(_CASES, {"season": season})

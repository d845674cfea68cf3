"""What `rezerv calendar` reads: the contradictions of the season's calendar, as the release has them.

Belongs here: one read-only question. Not here: drawing (`calendar_console.py`), the rules of the lint
(`dbt_project/`, docs/rules.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

NEEDED_TABLES = ("reporting.rpt_calendar_findings", "seeds.calendar_rules", "seeds.stages")

_FINDINGS = """
select
    f.finding_code, f.severity_code, r.paragraph, r.policy_code, r.text_{language} as text,
    f.stage_code, s.name_{language} as stage_name, f.event_code, f.first_at_local, f.second_at_local,
    f.other_stage_code, o.name_{language} as other_stage_name, f.other_event_code, f.count_hours,
    min(f.first_at_local) over (partition by f.finding_code) as begins_at_local
from reporting.rpt_calendar_findings as f
left join seeds.calendar_rules as r on r.finding_code = f.finding_code
left join seeds.stages as s on s.season_code = f.season_code and s.stage_code = f.stage_code
left join seeds.stages as o on o.season_code = f.season_code and o.stage_code = f.other_stage_code
where f.season_code = $season
order by f.severity_code, begins_at_local nulls first, f.finding_code, f.first_at_local, s.stage_order
"""


def open_calendar(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def read_findings(release: OpenRelease, season: str) -> list[Row]:
    """The findings of a season, mistakes first, then by time; those of one kind stand together."""
    return release.reading.rows(_FINDINGS, {"season": season})

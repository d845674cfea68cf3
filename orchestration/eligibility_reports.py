"""What `rezerv eligibility` reads: the rules as one candidate met them, and how many failed each.

Belongs here: read-only questions to the current release. Not here: drawing (`eligibility_console.py`), what a
rule, a finding or a warning is (`dbt_project/`, Order §2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

NEEDED_TABLES = (
    "core.fct_batches",
    "core.fct_eligibility_checks",
    "core.fct_eligibility_findings",
    "core.fct_eligibility_warnings",
    "core.fct_track_changes",
    "reporting.rpt_eligibility",
    "seeds.eligibility_rules",
    "seeds.finding_codes",
    "seeds.track_change_effects",
    "seeds.warning_codes",
)

_CANDIDATE = """
select
    d.season_code, d.candidate_no, d.submitted_at, d.submitted_on, d.is_counted,
    coalesce(t.name_{language}, d.track_code) as track_name, s.name_{language} as status_name,
    c.text_{language} as reason_text
from core.dim_candidates as d
left join seeds.tracks as t on t.season_code::varchar = d.season_code and t.track_code = d.track_code
left join selection.sel_stage_results as r
    on r.season_code = d.season_code and r.candidate_no = d.candidate_no and r.stage_order = 1
left join seeds.statuses as s on s.status_code = r.status_code
left join seeds.reason_codes as c on c.reason_code = r.reason_code
where d.candidate_no = $candidate
"""

# Those in force on the day of the submission, and whatever was asked besides; is_met is empty if it was not.
_RULES = """
select
    r.rule_code, r.name_{language} as rule_name, r.paragraph, r.law_article, r.policy_code, c.is_met
from seeds.eligibility_rules as r
inner join core.dim_candidates as d
    on d.season_code = r.season_code::varchar and d.candidate_no = $candidate
left join core.fct_eligibility_checks as c
    on c.season_code = d.season_code and c.candidate_no = d.candidate_no and c.rule_code = r.rule_code
where c.rule_code is not null
    or d.submitted_on is null
    or (r.valid_from <= d.submitted_on and coalesce(r.valid_to, d.submitted_on) >= d.submitted_on)
order by r.rule_order
"""

_FINDINGS = """
select
    f.rule_code, f.finding_code, t.text_{language} as text, f.input_feed, f.input_id, f._row_number as row_no,
    b.source_file, b.received_at, f._batch_id as batch_id
from core.fct_eligibility_findings as f
left join seeds.finding_codes as t on t.finding_code = f.finding_code and t.rule_code = f.rule_code
left join core.fct_batches as b on b.batch_id = f._batch_id
where f.candidate_no = $candidate
order by f.rule_code, f.finding_code, f.input_feed, f.input_id
"""

_WARNINGS = """
select
    w.warning_code, t.text_{language} as text, t.policy_code, w.warns_on, w.input_feed, w.input_id,
    b.source_file, b.received_at, w._batch_id as batch_id
from core.fct_eligibility_warnings as w
left join seeds.warning_codes as t on t.warning_code = w.warning_code
left join core.fct_batches as b on b.batch_id = w._batch_id
where w.candidate_no = $candidate
order by w.warning_code, w.input_id
"""

_CHANGES = """
select
    c.change_no, coalesce(f.name_{language}, c.from_track_code) as from_name,
    coalesce(t.name_{language}, c.to_track_code) as to_name, c.asked_at, c.source_code, c.decision_no,
    coalesce(e.name_{language}, c.effect_code) as effect_name
from core.fct_track_changes as c
left join seeds.tracks as f on f.season_code::varchar = c.season_code and f.track_code = c.from_track_code
left join seeds.tracks as t on t.season_code::varchar = c.season_code and t.track_code = c.to_track_code
left join seeds.track_change_effects as e on e.effect_code = c.effect_code
where c.candidate_no = $candidate
order by c.change_no
"""

_STOP_LISTS = "select stop_list_code, name_{language} as list_name from seeds.stop_lists"

_COUNTS = """
select
    e.rule_code, coalesce(r.name_{language}, e.rule_code) as rule_name, r.paragraph,
    coalesce(t.name_{language}, e.track_code) as track_name, e.count_asked, e.count_failed,
    e.count_first_reason
from reporting.rpt_eligibility as e
left join seeds.eligibility_rules as r
    on r.season_code::varchar = e.season_code and r.rule_code = e.rule_code
left join seeds.tracks as t on t.season_code::varchar = e.season_code and t.track_code = e.track_code
order by e.rule_order, t.track_order, e.track_code
"""


@dataclass(frozen=True)
class Explanation:
    """Why a candidate is or is not eligible: each rule with its answer, and the rows behind every "no"."""

    candidate: Row
    rules: list[Row]
    findings: list[Row]
    warnings: list[Row]
    changes: list[Row]
    stop_lists: dict[str, str]

    def findings_of(self, rule_code: str) -> list[Row]:
        """Findings of one rule."""
        return [row for row in self.findings if row["rule_code"] == rule_code]


def open_eligibility(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def read_counts(release: OpenRelease) -> list[Row]:
    """Of how many accounts each rule was asked, and how many failed it, by track."""
    return release.reading.rows(_COUNTS)


def read_explanation(release: OpenRelease, candidate_no: str) -> Explanation:
    """All that the release says of a candidate's eligibility.

    `OrchestrationError('error.candidate_unknown')` if it knows no such number.
    """
    read, params = release.reading.rows, {"candidate": candidate_no}
    candidate = read(_CANDIDATE, params)
    if not candidate:
        raise OrchestrationError("error.candidate_unknown", candidate=candidate_no)
    return Explanation(
        candidate=candidate[0],
        rules=read(_RULES, params),
        findings=read(_FINDINGS, params),
        warnings=read(_WARNINGS, params),
        changes=read(_CHANGES, params),
        stop_lists={str(row["stop_list_code"]): str(row["list_name"]) for row in read(_STOP_LISTS)},
    )

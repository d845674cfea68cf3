"""The figures of a release that stage reports show, and the names of its codes in the report's language.

Belongs here: read-only questions to one release, each to one table of it. Not here: sentences, tables and
charts (`happened.py`, `quality.py`, `exceptions.py`, `compared.py`, `outreach.py`), sums that a rule speaks
of (`dbt_project/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError, UserError
from orchestration.layout.texts import ReportTexts, report_texts
from orchestration.layout.values import astana
from orchestration.vetting_reports import Reading, Row

if TYPE_CHECKING:
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings

# Before the stages of the selection there is the campaign (Order §1), which nobody passes.
OUTREACH = "outreach"
NEEDED_TABLES = (
    "reporting.rpt_exceptions",
    "reporting.rpt_outreach_days",
    "reporting.rpt_outreach_events",
    "reporting.rpt_outreach_regions",
    "reporting.rpt_stage_dates",
    "reporting.rpt_stage_groups",
    "reporting.rpt_stage_policies",
    "reporting.rpt_stage_scores",
)
# Seeds of names: the column of the code, and the column of the text.
_NAMES = {
    "age_bands": ("age_band_code", "name"),
    "eligibility_rules": ("rule_code", "name"),
    "employer_types": ("employer_type_code", "name"),
    "mark_handlings": ("mark_handling_code", "text"),
    "proctoring_signal_types": ("signal_type_code", "name"),
    "reason_codes": ("reason_code", "text"),
    "regions": ("region_code", "name"),
    "sexes": ("sex_code", "name"),
    "stages": ("stage_code", "name"),
    "stage_criteria": ("criterion_code", "name"),
    "statuses": ("status_code", "name"),
    "tracks": ("track_code", "name"),
    "vetting_bodies": ("body_code", "name"),
}
_QUESTIONS = {
    "stages": "select * from seeds.stages where season_code::varchar = $season order by stage_order",
    "tracks": "select * from reporting.rpt_stage_tracks where season_code::varchar = $season"
    " and $stage in ('', stage_code) order by stage_order, track_order, track_code",
    "tracks_before": "select stage_code, track_code, count_entered, count_participated, limit_places,"
    " cutoff_points, count_admitted + count_supernumerary as count_going_on from reporting.rpt_stage_tracks"
    " where season_code::varchar = (select max(season_code::varchar) from reporting.rpt_stage_tracks"
    " where season_code::varchar < $season) and $stage in ('', stage_code)",
    "dates": "select * from reporting.rpt_stage_dates where season_code::varchar = $season"
    " and stage_code = $stage order by starts_local, event_code",
    "groups": "select g.* from reporting.rpt_stage_groups as g where g.season_code::varchar = $season"
    " and g.stage_code = $stage order by g.group_kind_code, g.group_code",
    "scores": "select * from reporting.rpt_stage_scores where season_code::varchar = $season"
    " and stage_code = $stage order by score_points",
    "scoring": "select * from seeds.stage_scoring where season_code::varchar = $season"
    " and stage_code = $stage",
    "outcomes": "select status_code, reason_code, count(*)::integer as count_people"
    " from selection.sel_stage_results where season_code::varchar = $season and stage_code = $stage"
    " group by all order by status_code, count_people desc, reason_code",
    "statuses": "select status_code from seeds.statuses order by status_order",
    "publication": "select * from reporting.rpt_publications where season_code::varchar = $season"
    " and stage_code = $stage",
    "acts": "select * from reporting.rpt_publication_acts where season_code::varchar = $season"
    " and stage_code = $stage order by act_no",
    "drift": "select change_code, is_drift_kept, count(*)::integer as count_people from reporting.rpt_drift"
    " where season_code::varchar = $season and stage_code = $stage group by all order by all",
    "exceptions": "select * from reporting.rpt_exceptions where season_code::varchar = $season"
    " and stage_code = $stage order by exception_kind_code, count_cases desc, exception_code,"
    " exception_basis_code",
    "policies": "select p.*, s.parameter_code, s.value from reporting.rpt_stage_policies as p"
    " left join seeds.policy as s on s.season_code = p.season_code and s.policy_code = p.policy_code"
    " where p.season_code::varchar = $season and p.stage_code = $stage"
    " order by try_cast(substr(p.policy_code, 2) as integer), s.parameter_code",
    "proctoring": "select * from reporting.rpt_proctoring_progress where season_code::varchar = $season"
    " and stage_code = $stage",
    "signals": "select * from reporting.rpt_proctoring_signal_types where season_code::varchar = $season"
    " and stage_code = $stage order by count_signals desc, signal_type_code",
    "forms": "select * from reporting.rpt_form_statistics where season_code::varchar = $season"
    " and stage_code = $stage order by form_code, language_code",
    "items": "select count(*)::integer as count_items, count(item_flag_codes)::integer as count_flagged"
    " from reporting.rpt_item_statistics where season_code::varchar = $season and stage_code = $stage",
    "rules": "select rule_code, rule_order, sum(count_asked)::integer as count_asked,"
    " sum(count_failed)::integer as count_failed, sum(count_first_reason)::integer as count_first_reason"
    " from reporting.rpt_eligibility where season_code::varchar = $season"
    " group by all order by rule_order",
    "bodies": "select * from reporting.rpt_vetting_bodies where season_code::varchar = $season"
    " order by body_order",
    "least_shown": "select value from seeds.policy where season_code::varchar = $season"
    " and parameter_code = 'report_min_group'",
    "outreach_events": "select * from reporting.rpt_outreach_events where season_code::varchar = $season"
    " order by kind_code, organiser_code, audience_code, region_code",
    "outreach_days": "select * from reporting.rpt_outreach_days where season_code::varchar = $season"
    " order by activity_on",
    "outreach_days_before": "select * from reporting.rpt_outreach_days where season_code::varchar ="
    " (select max(season_code::varchar) from reporting.rpt_outreach_days"
    " where season_code::varchar < $season)",
    "outreach_regions": "select * from reporting.rpt_outreach_regions where season_code::varchar = $season"
    " order by region_code = 'abroad', region_code",
}  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """One release, open for the questions of reports in one language."""

    settings: Settings
    release: CurrentRelease
    language: str

    @cached_property
    def say(self) -> ReportTexts:
        """The report's texts."""
        return report_texts(self.language)

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.release.file, self.language)

    @cached_property
    def manifest(self) -> Row:
        """What the release says of itself."""
        [row] = self._reading.rows("select * from release.manifest")
        return row

    @property
    def season(self) -> str:
        """The season of the release."""
        return str(self.manifest["season_code"])

    def rows(self, question: str, stage: str = "") -> list[Row]:
        """The answer to a question of this module, about a stage where it asks for one."""
        sql = _QUESTIONS[question]
        known = {"season": self.season, "stage": stage}
        params = {name: value for name, value in known.items() if f"${name}" in sql}
        return self._reading.rows(sql, params)

    def names(self, seed: str) -> Mapping[str, str]:
        """Code and name of each row of a seed in its order, in the report's language."""
        return self._names[seed]

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        found = {}
        for seed, (code, text) in _NAMES.items():
            rows = self._reading.rows(
                f"select {code} as code, {text}_{{language}} as name from seeds.{seed} order by rowid"
            )
            found[seed] = {str(row["code"]): str(row["name"]) for row in rows}
        return found

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Codes of the campaign and of the stages, in their order."""
        return (OUTREACH, *(str(row["stage_code"]) for row in self.rows("stages")))

    def stage_name(self, stage: str) -> str:
        """A stage in words."""
        return self.say("report.outreach") if stage == OUTREACH else self.names("stages")[stage]

    def has_happened(self, stage: str) -> bool:
        """Whether a stage lies behind the clock of the release: its list is due, or the campaign is over."""
        if stage == OUTREACH:
            return all(row["ends_local"] <= self.local_clock for row in self.rows("dates", stage))
        return any(row["is_published"] for row in self.rows("tracks", stage))

    @property
    def local_clock(self) -> datetime:
        """The moment up to which the data are known, in Astana time."""
        return astana(self.release.as_of or self.release.published_at)

    def stage_before(self, stage: str) -> str | None:
        """The stage before in the selection; None for the first one and the campaign."""
        place = self.stages.index(stage)
        return self.stages[place - 1] if place > 1 else None


def open_figures(settings: Settings, release: CurrentRelease, language: str) -> Figures:
    """A release, open for the reports; `OrchestrationError` for one of an older build."""
    figures = Figures(settings, release, language)
    missing = figures._reading.lacks(NEEDED_TABLES)
    if missing:
        raise OrchestrationError("error.release_older", release=release.release_id, tables=", ".join(missing))
    return figures


def chosen_stages(figures: Figures, asked: str) -> tuple[str, ...]:
    """The stages meant: `all`, or one by its code; `UserError` names the known ones."""
    if asked == "all":
        return figures.stages
    if asked not in figures.stages:
        raise UserError("error.stage_unknown", stage=asked, known=", ".join(figures.stages))
    return (asked,)

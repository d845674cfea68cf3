"""What stage reports ask of a release: one question a table, about the whole season at once.

Belongs here: SQL that reads, orders and, at most, counts rows by their codes. Not here: figures that follow a
rule (`dbt_project/models/reporting/`), answers (`figures.py`).
"""

from __future__ import annotations

# Tables that releases of older builds lack.
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

# Seeds of names: the column of the code, how columns of texts begin, whether rows belong to a season.
NAMES = {
    "age_bands": ("age_band_code", "name", False),
    "eligibility_rules": ("rule_code", "name", True),
    "employer_types": ("employer_type_code", "name", False),
    "mark_handlings": ("mark_handling_code", "text", False),
    "proctoring_signal_types": ("signal_type_code", "name", False),
    "reason_codes": ("reason_code", "text", False),
    "regions": ("region_code", "name", False),
    "sexes": ("sex_code", "name", False),
    "stages": ("stage_code", "name", True),
    "stage_criteria": ("criterion_code", "name", True),
    "statuses": ("status_code", "name", False),
    "tracks": ("track_code", "name", True),
    "vetting_bodies": ("body_code", "name", True),
}


def _of_season(table: str, order: str) -> str:
    return f"select * from {table} where season_code::varchar = $season order by {order}"


def _of_season_before(table: str, order: str) -> str:
    """The rows of the latest season before, if the release holds one."""
    before = f"select max(season_code::varchar) from {table} where season_code::varchar < $season"
    return f"select * from {table} where season_code::varchar = ({before}) order by {order}"


QUESTIONS = {
    "stages": _of_season("seeds.stages", "stage_order"),
    "scoring": _of_season("seeds.stage_scoring", "stage_code"),
    "tracks": _of_season("reporting.rpt_stage_tracks", "stage_order, track_order, track_code"),
    "tracks_before": _of_season_before("reporting.rpt_stage_tracks", "stage_order, track_order, track_code"),
    "dates": _of_season("reporting.rpt_stage_dates", "starts_local, event_code"),
    "groups": _of_season("reporting.rpt_stage_groups", "stage_code, group_kind_code, group_code"),
    "scores": _of_season("reporting.rpt_stage_scores", "stage_code, score_points"),
    "publication": _of_season("reporting.rpt_publications", "stage_order"),
    "acts": _of_season("reporting.rpt_publication_acts", "act_no"),
    "exceptions": _of_season(
        "reporting.rpt_exceptions",
        "stage_code, exception_kind_code, count_cases desc, exception_code, exception_basis_code",
    ),
    "proctoring": _of_season("reporting.rpt_proctoring_progress", "stage_code"),
    "signals": _of_season(
        "reporting.rpt_proctoring_signal_types", "stage_code, count_signals desc, signal_type_code"
    ),
    "forms": _of_season("reporting.rpt_form_statistics", "stage_code, form_code, language_code"),
    "bodies": _of_season("reporting.rpt_vetting_bodies", "body_order"),
    "outreach_events": _of_season(
        "reporting.rpt_outreach_events", "kind_code, organiser_code, audience_code, region_code"
    ),
    "outreach_days": _of_season("reporting.rpt_outreach_days", "activity_on"),
    "outreach_days_before": _of_season_before("reporting.rpt_outreach_days", "activity_on"),
    "outreach_regions": _of_season("reporting.rpt_outreach_regions", "region_code = 'abroad', region_code"),
    "statuses": "select status_code from seeds.statuses order by status_order",
    "least_shown": "select value from seeds.policy"
    " where season_code::varchar = $season and parameter_code = 'report_min_group'",
    "outcomes": """
        select stage_code, status_code, reason_code, count(*)::integer as count_people
        from selection.sel_stage_results
        where season_code::varchar = $season
        group by all
        order by stage_code, count_people desc, reason_code
    """,
    "drift": """
        select stage_code, change_code, is_drift_kept, count(*)::integer as count_people
        from reporting.rpt_drift
        where season_code::varchar = $season
        group by all
        order by all
    """,
    "policies": """
        select p.*, s.parameter_code, s.value
        from reporting.rpt_stage_policies as p
        left join seeds.policy as s on s.season_code = p.season_code and s.policy_code = p.policy_code
        where p.season_code::varchar = $season
        order by p.stage_code, try_cast(substr(p.policy_code, 2) as integer), s.parameter_code
    """,
    "items": """
        select stage_code, count(*)::integer as count_items, count(item_flag_codes)::integer as count_flagged
        from reporting.rpt_item_statistics
        where season_code::varchar = $season
        group by stage_code
        order by stage_code
    """,
    "rules": """
        select
            rule_code, rule_order, sum(count_asked)::integer as count_asked,
            sum(count_failed)::integer as count_failed, sum(count_first_reason)::integer as count_first_reason
        from reporting.rpt_eligibility
        where season_code::varchar = $season
        group by rule_code, rule_order
        order by rule_order
    """,
}

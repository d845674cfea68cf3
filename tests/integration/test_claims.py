"""Each claim of the Order about results: silent on a whole season, and made to fire by one mistake in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

from ingestion.sample_season import write_season
from tests.oracle import run_oracle
from tests.oracle.order import STAGES
from tests.support.acts import Acts
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, differences, open_season

CLAIMS = Path(__file__).parents[2] / "dbt_project" / "tests" / "singular"

SOMEBODY = "(select min(candidate_no) from selection.sel_stage_results where {})"
OF_TEXT = "stage_code = 'text_test'"

# claim -> the mistake that must be found
MISTAKES = {
    "assert_no_better_candidate_left_out": (
        f"update selection.sel_stage_results set is_admitted = true where {OF_TEXT} and candidate_no ="
        f" (select candidate_no from selection.sel_stage_results where {OF_TEXT}"
        " and reason_code = 'BELOW_CUTOFF' order by rank desc, candidate_no limit 1)"
    ),
    "assert_nobody_stopped_is_admitted": (
        "update selection.sel_stage_results set is_admitted = true where reason_code = 'EXCLUDED'"
    ),
    "assert_limits_exceeded_only_by_ties": (
        f"update selection.sel_stage_results set is_admitted = true where {OF_TEXT} and is_in_pool"
    ),
    "assert_no_place_left_empty": (
        f"update selection.sel_cutoffs set count_admitted = limit_places - 1 where {OF_TEXT}"
    ),
    "assert_nothing_moves_between_tracks": (
        f"update selection.sel_stage_results set track_code = case track_code when 'agro' then 'digital'"
        f" else 'agro' end where {OF_TEXT} and candidate_no = {SOMEBODY.format(OF_TEXT)}"
    ),
    "assert_admitted_took_part": (
        f"update selection.sel_stage_results set score_denominator = null where {OF_TEXT} and is_admitted"
    ),
    "assert_admitted_was_admitted_before": (
        f"update selection.sel_stage_results set is_admitted = false where {OF_TEXT} and candidate_no ="
        f" {SOMEBODY.format(OF_TEXT + ' and is_admitted')}"
    ),
    "assert_every_account_is_accounted_for": (
        f"delete from selection.sel_stage_results where candidate_no = {SOMEBODY.format('stage_order = 1')}"
    ),
    "assert_one_candidacy_a_person": (
        "update intermediate.int_accounts__counted set person_key = 'one person'"
    ),
    "assert_shortfall_admits_everyone": (
        "update selection.sel_cutoffs set is_shortfall = true where count_admitted < count_pool"
    ),
    "assert_late_result_displaces_nobody": "update selection.sel_stage_results set rank = 1 where is_late",
    "assert_unpublished_stage_admits_nobody": (
        f"update selection.sel_cutoffs set is_published = false where {OF_TEXT}"
    ),
    "assert_enrolled_within_places": (
        "update intermediate.int_places__in_force set places = 0 where stage_code = 'national_commission'"
    ),
    "assert_revised_places_within_total": (
        "update intermediate.int_places__in_force set places = 10"
        " where stage_code = 'national_commission' and track_code = 'economy'"
    ),
    "assert_national_commission_takes_only_proposed": (
        "update intermediate.int_national_decisions__latest set candidate_no ="
        f" {SOMEBODY.format(OF_TEXT + ' and not is_admitted')} where candidate_no = (select min(candidate_no)"
        " from intermediate.int_national_decisions__latest where decision_code = 'enrol')"
    ),
    "assert_overrides_say_who_and_why": (
        "update selection.sel_stage_results set reason_code = 'ENROLLED_BY_OVERRIDE'"
        " where reason_code = 'ENROLLED' and candidate_no ="
        " (select min(candidate_no) from selection.sel_stage_results where reason_code = 'ENROLLED')"
    ),
    "assert_national_commission_sat_in_time": (
        "update intermediate.int_national_decisions__latest set decided_at = timestamp '2025-10-24 19:00:00'"
    ),
    "assert_funnel_adds_up": "update reporting.rpt_funnel set count_entered = count_entered + 1",
    "assert_funnel_days_end_as_the_funnel_stands": (
        f"update reporting.rpt_funnel_days set count_entered = count_entered + 1 where {OF_TEXT}"
    ),
    "assert_reports_show_no_few": (
        "update reporting.rpt_stage_groups set count_entered = 1 where group_kind_code = 'sex'"
    ),
    "assert_no_expert_marks_in_conflict": (
        "insert into core.fct_expert_conflicts"
        " select season_code, rater_code, candidate_no, 'declared', null from core.fct_rater_marks"
        " where stage_code = 'situational' limit 1"
    ),
    "assert_cases_are_of_the_track": (
        "update core.dim_cases set track_code = case track_code when 'agro' then 'digital' else 'agro' end"
    ),
    "assert_bookings_fit_their_slots": "update core.dim_slots set capacity = 0",
    "assert_one_assessment_day_a_person": (
        "update core.fct_places set slot_on = date '2025-09-23'"
        " where stage_code in ('assessment_centre', 'interview')"
    ),
    "assert_works_belong_to_their_sittings": (
        "update core.fct_solutions set candidate_no = 'R25-000000' where work_no ="
        " (select min(work_no) from core.fct_solutions)"
    ),
    "assert_only_the_panel_marks": (
        "update core.fct_panel_raters set is_outsider = true where stage_code = 'situational' and is_whole"
    ),
    "assert_cases_are_those_drawn": (
        "insert into core.fct_case_draws values"
        " ('2025', 'situational', 'R25-000000', 'CASE-SOC-1', 'CASE-SOC-2', null, 'given_another')"
    ),
    "assert_every_missing_mark_is_owed": "delete from core.fct_marks_owed",
    "assert_every_no_has_its_finding": (
        "update core.fct_eligibility_findings set rule_code = 'CITIZENSHIP' where rule_code = 'AGE'"
    ),
    "assert_zone_data_are_current": (
        "update intermediate.int_calendar__moments set ends_at = ends_at - interval 1 hour"
        " where event_code = 'intake'"
    ),
    "assert_checks_name_documents_of_their_candidates": (
        "update core.fct_document_checks set document_id = 'D-NOBODYS' where check_no ="
        " (select min(check_no) from core.fct_document_checks)"
    ),
    "assert_policy_values_are_known": (
        "update seeds.policy set value = 'flor' where parameter_code = 'share_rounding'"
    ),
    "assert_locked_marks_stand": (
        "update core.fct_rater_marks set points = case points when 5 then 4 else 5 end"
        " where stage_code = 'situational' and candidate_no ="
        " (select min(candidate_no) from core.fct_rater_marks where stage_code = 'situational')"
    ),
    "assert_published_lists_stand": (
        "update reporting.rpt_publications set count_drift = 1, is_drift_kept = false"
        " where stage_code = 'registration'"
    ),
    "assert_a_published_list_is_shown_as_published": (
        "update selection.sel_stage_results set rank = 7 where stage_code = 'registration' and candidate_no ="
        f" {SOMEBODY.format('stage_order = 1')}"
    ),
    "assert_acts_follow_one_another": (
        "delete from raw.publication__lists where candidate_no ="
        " (select min(candidate_no) from raw.publication__lists)"
    ),
    "assert_annulled_only_by_a_decision": (
        f"update selection.sel_stage_results set reason_code = 'ANNULLED_PROCTORING', decision_no = null"
        f" where {OF_TEXT} and candidate_no = {SOMEBODY.format(OF_TEXT + ' and not is_admitted')}"
    ),
    "assert_second_reviewer_is_another": (
        "update core.fct_proctoring_reviews set reviewer_code = 'PR-01' where signal_id ="
        " (select min(signal_id) from core.fct_proctoring_signals where signal_state_code = 'confirmed')"
    ),
    "assert_reviews_count_with_their_signal": (
        "delete from core.fct_proctoring_signals where signal_id ="
        " (select min(signal_id) from core.fct_proctoring_reviews where is_counted)"
    ),
    "assert_no_unseen_sitting_passes": (
        f"update core.fct_proctoring_coverage set recording_state_code = 'inconclusive' where {OF_TEXT}"
        f" and candidate_no = {SOMEBODY.format(OF_TEXT + ' and is_admitted')}"
    ),
    "assert_share_is_reached": f"update selection.sel_cutoffs set count_admitted = 0 where {OF_TEXT}",
    "assert_nobody_passes_vetting_unsettled": (
        "update core.fct_vetting_states set is_settled = false where reply_no ="
        " (select min(reply_no) from core.fct_vetting_states)"
    ),
    "assert_no_reply_is_never_clear": "delete from raw.vetting__replies where list_no = 'MOJ-2025-02'",
    "assert_vetting_board_adds_up": "update reporting.rpt_vetting_board set count_open = count_open + 1",
    "assert_a_reply_counts_once": (
        "update core.fct_vetting_replies set handling_code = 'counted' where handling_code = 'overruled'"
    ),
    "assert_a_reverse_is_not_reversed": (
        "update core.fct_working_group_decisions set reversed_decision_no = decision_no where decision_no ="
        " (select min(decision_no) from core.fct_working_group_decisions where action_code = 'reverse')"
    ),
    "assert_open_requests_have_a_speaker": (
        "update core.fct_vetting_requests set addressee_body_code = 'ACS' where body_code = 'ACS'"
    ),
    "assert_vetting_state_follows_from_the_letters": (
        "update core.fct_vetting_states set state_code = 'clear' where state_code = 'sent'"
    ),
    "assert_at_close_differs_only_by_what_came_later": (
        "update core.fct_vetting_states set state_at_close_code = 'clear' where state_code = 'sent'"
    ),
}


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> TestSeason:
    """A built season with every scenario, its first list published by an act and kept."""
    folder = tmp_path_factory.mktemp("claims")
    landing = folder / "landing"
    write_season(landing, size=400, seed=4)
    opened = open_season(compiled_project, folder / "home", landing)
    opened.land()
    acts, registration = Acts(opened), STAGES[0]
    acts.publish(registration.code, registration.published_at + timedelta(hours=2))
    acts.keep(registration.code, AFTER_THE_SEASON - timedelta(minutes=2))
    opened.build()
    return opened


@pytest.fixture()
def warehouse(season: TestSeason) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its warehouse in a transaction that is rolled back."""
    with duckdb.connect(str(season.config.warehouse)) as connection:
        connection.begin()
        yield connection
        connection.rollback()


def failures(connection: duckdb.DuckDBPyConnection, claim: str) -> list[tuple[Any, ...]]:
    """Rows that a claim finds wrong."""
    relations = dict(
        connection.execute("""
            select table_name, schema_name || '.' || table_name from duckdb_tables()
            union all
            select view_name, schema_name || '.' || view_name from duckdb_views() where not internal
        """).fetchall()
    )
    template = jinja2.Environment().from_string((CLAIMS / f"{claim}.sql").read_text())
    sql = template.render(
        ref=relations.__getitem__,
        config=lambda **_: "",
        local_date=lambda moment: f"cast({moment} + interval 5 hour as date)",
        utc_at=lambda moment: f"timezone('UTC', timezone('Asia/Almaty', {moment}))",
    )
    return connection.execute(sql).fetchall()


@pytest.mark.parametrize("claim", MISTAKES)
def test_a_claim_holds_and_notices_a_mistake(warehouse: duckdb.DuckDBPyConnection, claim: str) -> None:
    assert failures(warehouse, claim) == []
    changed = warehouse.execute(MISTAKES[claim]).fetchall()[0][0]
    assert changed, "the mistake should touch somebody"
    assert failures(warehouse, claim) != []


def test_a_decision_between_the_planned_and_the_real_publication_counts(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """A31: the list of vetting may come out later than planned, and rests on what was decided until then."""
    claim = "assert_no_reply_is_never_clear"
    planned = STAGES[1].published_at.astimezone(UTC).replace(tzinfo=None)
    warehouse.execute(
        "update raw.agency__working_group_decisions set decided_at = ?"
        " where action_code = 'admit_conditionally' and candidate_no in (select candidate_no"
        " from selection.sel_stage_results"
        " where stage_code = 'vetting' and reason_code = 'VETTING_BY_DECISION')",
        [planned + timedelta(hours=1)],
    )
    assert failures(warehouse, claim) != []
    warehouse.execute(
        "update core.dim_stages set published_at = ? where stage_code = 'vetting'",
        [planned + timedelta(hours=2)],
    )
    assert failures(warehouse, claim) == []


def test_every_claim_about_results_has_its_mistake() -> None:
    elsewhere = {  # shown in tests/unit/dbt_project/
        "assert_age_bands_cover_every_age_once",
        "assert_calendar_follows_the_stages",
        "assert_grounds_hold_once",
        "assert_places_are_multiples_of_the_final_quota",
        "assert_places_sum_to_the_limit_of_the_stage",
        "assert_records_belong_to_known_candidates",
    }
    assert {file.stem for file in CLAIMS.glob("*.sql")} == MISTAKES.keys() | elsewhere


def test_the_comparison_with_the_oracle_notices_one_person_and_one_cut(season: TestSeason) -> None:
    oracle = run_oracle(season.config.landing_dir, AFTER_THE_SEASON)
    assert differences(season, oracle) == []
    key = min(key for key, result in oracle.results.items() if result.rank == 2)
    cut = min(key for key, held in oracle.cutoffs.items() if held.cutoff is not None)
    del oracle.results[key]
    del oracle.cutoffs[cut]
    found = differences(season, oracle)
    assert len(found) == 2
    assert key[1] in found[0]
    assert cut[1] in found[1]

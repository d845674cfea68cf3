"""Every scenario alone produces the case that it describes, by an independent reading of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.sample_season import SCENARIOS, SeasonSummary, write_season
from tests.oracle import OracleSeason, OracleVetting, run_oracle, run_vetting_oracle
from tests.oracle.reading import read_landing
from tests.oracle.slots import places_of

AFTER_THE_SEASON = datetime(2025, 11, 10, tzinfo=UTC)
SIZE = 150


@dataclass(frozen=True)
class Played:
    """A season with one scenario, and what the rules make of it."""

    landing: Path
    summary: SeasonSummary
    oracle: OracleSeason
    name: str

    def numbers(self, case: str) -> list[str]:
        """Candidate numbers of a case."""
        return [number for label, number in self.summary.cases[self.name] if label == case]

    def reason(self, case: str, stage: str) -> str | None:
        """Reason of the first candidate of a case at a stage."""
        result = self.oracle.results.get((stage, self.numbers(case)[0]))
        return None if result is None else result.reason

    def reasons(self, stage: str) -> Counter[str]:
        """How often each reason occurs at a stage."""
        return Counter(r.reason for (s, _), r in self.oracle.results.items() if s == stage)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[str], Played]:
    def run(name: str) -> Played:
        summary = write_season(tmp_path, size=SIZE, seed=21, scenarios=(name,))
        return Played(tmp_path, summary, run_oracle(tmp_path, AFTER_THE_SEASON), name)

    return run


# Scenario, stage, and the reason of each case there; None: the account does not exist for the rules.
EXPECTED: list[tuple[str, str, dict[str, str | None]]] = [
    (
        "duplicate_accounts",
        "registration",
        {
            "both_first": "ACCOUNT_SUPERSEDED",
            "both_second": "ELIGIBLE",
            "complete_first": "ELIGIBLE",
            "incomplete_second": "ACCOUNT_SUPERSEDED",
            "draft_first": "REG_NOT_SUBMITTED",
            "sent_second": "ELIGIBLE",
            "three_b": "ACCOUNT_SUPERSEDED",
            "three_c": "ELIGIBLE",
            "unsent_b": "REG_NOT_SUBMITTED",
            "incomplete_a": "ACCOUNT_SUPERSEDED",
        },
    ),
    (
        "wrong_iin",
        "registration",
        {
            "bad_check_digit": None,
            "eleven_digits": None,
            "century_digit_9": None,
            "never_issued": None,
            "swapped_digits": None,
            "corrected_later": "ELIGIBLE",
            "other_birth_date": "ELIGIBLE",
            "year_2000_old_century": "ELIGIBLE",
            "year_2000_new_century": "ELIGIBLE",
        },
    ),
    (
        "late_track_change",
        "registration",
        {"only_after_closing": "REG_NOT_SUBMITTED", "last_second": "ELIGIBLE"},
    ),
    (
        "weak_certificate",
        "registration",
        {
            "level_a2": "LANGUAGE",
            "level_c2": "ELIGIBLE",
            "expired_day_before": "LANGUAGE",
            "valid_last_day": "ELIGIBLE",
            "issued_after_filing": "LANGUAGE",
            "kaztest_undated_two_years": "ELIGIBLE",
            "kaztest_undated_too_old": "LANGUAGE",
            "qrt_undated": "LANGUAGE",
            "qrt_dated": "ELIGIBLE",
            "second_is_good": "ELIGIBLE",
            "uploaded_after_filing": "DOCUMENTS",
        },
    ),
    (
        "certificate_checked_by_hand",
        "registration",
        {
            "confirmed_with_day": "ELIGIBLE",
            "confirmed_after_closing": "ELIGIBLE",
            "confirmed_for_filing_day": "ELIGIBLE",
            "confirmed_for_day_before": "LANGUAGE",
            "confirmed_without_day": "LANGUAGE",
            "unclear": "LANGUAGE",
            "rejected": "LANGUAGE",
            "day_of_unclear_check": "LANGUAGE",
            "unchecked": "LANGUAGE",
            "unclear_then_confirmed": "ELIGIBLE",
            "confirmed_then_unclear": "LANGUAGE",
            "confirmed_then_rejected": "LANGUAGE",
            "confirmed_after_close": "LANGUAGE",
            "confirmation_came_after_close": "LANGUAGE",
            "confirmed_of_another": "LANGUAGE",
            "confirmed_then_confirmed_without_day": "LANGUAGE",
            "other_day_read_later": "LANGUAGE",
            "two_days_read_at_once": "ELIGIBLE",
            "check_corrected": "ELIGIBLE",
            "kaztest_ended_by_register": "LANGUAGE",
            "printed_day_stands": "ELIGIBLE",
        },
    ),
    (
        "turns_36",
        "registration",
        dict.fromkeys(
            ("day_after_filing", "before_the_text_test", "last_day_of_selection", "day_after_selection"),
            "ELIGIBLE",
        ),
    ),
    (
        "certificate_runs_out",
        "registration",
        dict.fromkeys(
            ("expires_in_august", "assumed_until_august", "expires_on_last_day", "expires_the_day_before"),
            "ELIGIBLE",
        ),
    ),
    (
        "several_rules_failed",
        "registration",
        {
            "all_but_papers": "CITIZENSHIP",
            "jobs_and_certificate": "EXPERIENCE",
            "age_and_stop_list": "AGE",
            "two_certificates_neither_good": "LANGUAGE",
        },
    ),
    (
        "past_term",
        "registration",
        {
            "reserve_term_over": "STOP_LIST",
            "removed_from_reserve": "STOP_LIST",
            "corps_a_term_over": "ELIGIBLE",
        },
    ),
    (
        "excluded_under_another_number",
        "registration",
        {"first": "ACCOUNT_SUPERSEDED", "second": "ELIGIBLE"},
    ),
    ("excluded_under_another_number", "vetting", {"second": "EXCLUDED"}),
    (
        "late_track_request",
        "registration",
        {"asked_in_vain": "ELIGIBLE", "asked_and_corrected": "ELIGIBLE"},
    ),
    (
        "overlapping_jobs",
        "registration",
        {
            "sum_long_union_short": "EXPERIENCE",
            "union_long_enough": "ELIGIBLE",
            "exactly_five_years": "ELIGIBLE",
            "one_day_short": "EXPERIENCE",
            "with_gap_exact": "ELIGIBLE",
            "with_gap_one_short": "EXPERIENCE",
            "end_in_future": "EXPERIENCE",
            "shared_day_one_short": "EXPERIENCE",
            "inside_another": "EXPERIENCE",
            "two_at_once_then_one": "ELIGIBLE",
        },
    ),
    (
        "late_vetting_reply",
        "vetting",
        {
            "after_window": "VETTING_HOLD",
            "on_last_day": "VETTING_CLEARED",
            "overdue_in_window": "VETTING_CLEARED",
            "dated_in_time_received_late": "VETTING_HOLD",
            "adverse_in_time_received_late": "VETTING_CLEARED",
        },
    ),
    (
        "missing_vetting_reply",
        "vetting",
        {
            "never": "VETTING_HOLD",
            "admitted_conditionally": "VETTING_BY_DECISION",
            "decided_too_late": "VETTING_HOLD",
            "two_missing": "VETTING_HOLD",
        },
    ),
    (
        "contradictory_vetting_reply",
        "vetting",
        {
            "turns_adverse": "VETTING_ADVERSE",
            "turns_clear": "VETTING_CLEARED",
            "same_day_clear_came_last": "VETTING_ADVERSE",
            "clear_copied_after_adverse": "VETTING_ADVERSE",
            "at_once_in_one_file": "VETTING_ADVERSE",
            "at_once_in_two": "VETTING_ADVERSE",
            "adverse_kept": "VETTING_BY_DECISION",
            "unclear_then_clear": "VETTING_CLEARED",
            "adverse_and_unclear": "VETTING_ADVERSE",
        },
    ),
    (
        "dissolved_body",
        "vetting",
        {
            "old_letterhead_only": "VETTING_HOLD",
            "old_letterhead_adverse": "VETTING_CLEARED",
            "successor_too_early": "VETTING_HOLD",
            "successor_adverse": "VETTING_ADVERSE",
            "one_letter_for_two_lists": "VETTING_ADVERSE",
        },
    ),
    ("late_adverse_reply", "assessment_centre", {"excluded_between_lists": "EXCLUDED"}),
    (
        "late_adverse_reply",
        "vetting",
        {"kept": "VETTING_CLEARED", "undecided": "VETTING_CLEARED", "turns_unclear": "VETTING_CLEARED"},
    ),
    (
        "repeated_vetting_reply",
        "vetting",
        {
            "clear_again": "VETTING_CLEARED",
            "adverse_again": "VETTING_ADVERSE",
            "adverse_between": "VETTING_CLEARED",
        },
    ),
    (
        "stray_vetting_reply",
        "vetting",
        {
            "unknown_number": "VETTING_HOLD",
            "list_never_sent": "VETTING_HOLD",
            "of_another_week": "VETTING_HOLD",
            "adverse_of_another_week": "VETTING_CLEARED",
            "of_another_body": "VETTING_CLEARED",
        },
    ),
    (
        "corrected_vetting_reply",
        "vetting",
        {
            "turns_adverse": "VETTING_ADVERSE",
            "turns_clear": "VETTING_CLEARED",
            "turns_adverse_after_close": "VETTING_CLEARED",
            "turns_clear_after_close": "VETTING_ADVERSE",
            "sent_again": "VETTING_CLEARED",
            "moved_to_its_list": "VETTING_CLEARED",
        },
    ),
    (
        "misdated_vetting_reply",
        "vetting",
        {
            "before_its_list": "VETTING_HOLD",
            "on_the_day_of_its_list": "VETTING_CLEARED",
            "clear_ahead_adverse_between": "VETTING_ADVERSE",
            "adverse_ahead": "VETTING_CLEARED",
            "ahead_then_corrected": "VETTING_CLEARED",
        },
    ),
    (
        "odd_grounds",
        "vetting",
        dict.fromkeys(("expired", "unknown_code", "no_code", "no_day"), "VETTING_ADVERSE"),
    ),
    (
        "names_corrected",
        "vetting",
        {
            "answered_again": "VETTING_CLEARED",
            "turns_adverse": "VETTING_ADVERSE",
            "silent": "VETTING_HOLD",
            "silent_admitted": "VETTING_BY_DECISION",
        },
    ),
    (
        "decisions_on_vetting",
        "vetting",
        {
            "admitted_then_adverse": "VETTING_ADVERSE",
            "admitted_then_adverse_and_kept": "VETTING_BY_DECISION",
            "kept_before_the_reply": "VETTING_ADVERSE",
            "kept_on_the_day": "VETTING_BY_DECISION",
            "kept_before_it_came": "VETTING_ADVERSE",
            "keep_reversed": "VETTING_ADVERSE",
            "kept_again": "VETTING_BY_DECISION",
            "admission_reversed_after_list": "VETTING_BY_DECISION",
            "unclear_admitted": "VETTING_BY_DECISION",
            "adverse_admitted_only": "VETTING_ADVERSE",
            "exclusion_reversed": "VETTING_CLEARED",
            "one_kept_one_missing": "VETTING_HOLD",
            "one_kept_one_admitted": "VETTING_BY_DECISION",
        },
    ),
    (
        "power_cut_resit",
        "text_test",
        {
            "text_test_late_reaches": "SUPERNUMERARY",
            "text_test_late_below": "LATE_BELOW_CUTOFF",
            "text_test_pending": "PENDING_RESIT",
            "text_test_internet": "BELOW_CUTOFF",
            "text_test_late_claim": "BELOW_CUTOFF",
            "text_test_refused": "BELOW_CUTOFF",
            "text_test_no_certificate": "BELOW_CUTOFF",
        },
    ),
    ("power_cut_resit", "situational", {"situational_late_reaches": "SUPERNUMERARY"}),
    (
        "missing_expert_mark",
        "situational",
        {"never": "MARK_MISSING", "incomplete_set": "MARK_MISSING", "late_reaches": "SUPERNUMERARY"},
    ),
    (
        "recusals_and_quorum",
        "expert_commission",
        {"expert_commission_below_quorum": "NO_QUORUM", "expert_commission_mark_owed": "MARK_MISSING"},
    ),
    (
        "recusals_and_quorum",
        "interview",
        {"interview_below_quorum": "NO_QUORUM", "interview_mark_owed": "MARK_MISSING"},
    ),
    ("proctoring_violations", "text_test", {"text_test_excluded": "ANNULLED_PROCTORING"}),
    ("proctoring_violations", "situational", {"situational_excluded": "ANNULLED_PROCTORING"}),
    (
        "blind_sittings",
        "text_test",
        {"text_test_undecided": "RECORDING_UNSEEN", "text_test_not_gone_through": "RECORDING_UNSEEN"},
    ),
    ("blind_sittings", "numeric_test", {"numeric_test_undecided": "RECORDING_UNSEEN"}),
    (
        "blind_sittings",
        "situational",
        {"situational_undecided": "RECORDING_UNSEEN", "situational_not_gone_through": "RECORDING_UNSEEN"},
    ),
    ("withdrawals", "vetting", {"during_vetting": "WITHDRAWN"}),
    (
        "withdrawals",
        "interview",
        {"interview_before_list": "WITHDRAWN", "assessment_centre_after_list": "WITHDRAWN"},
    ),
    ("absences", "expert_commission", {"expert_commission": "ABSENT"}),
    ("broken_rows", "registration", {"certificate_in_broken_row": "DOCUMENTS"}),
    ("corrected_file", "registration", {"registration": "ELIGIBLE"}),
]


@pytest.mark.parametrize("name", sorted({name for name, _, _ in EXPECTED}))
def test_cases_end_as_the_rules_say(play: Callable[[str], Played], name: str) -> None:
    played = play(name)
    for scenario, stage, cases in EXPECTED:
        if scenario == name:
            assert {case: played.reason(case, stage) for case in cases} == cases, stage


def test_tracks_change_until_the_last_second_only(play: Callable[[str], Played]) -> None:
    played = play("late_track_change")
    tracks = {
        case: played.oracle.results[("registration", played.numbers(case)[0])].track
        for case in ("last_evening", "last_second", "at_closing", "after_closing")
    }
    assert tracks == {"last_evening": "digital", "last_second": "digital", "at_closing": "social",
                      "after_closing": "social"}  # fmt: skip


def test_a_decision_corrects_a_track_up_to_the_list_of_vetting(play: Callable[[str], Played]) -> None:
    played = play("track_corrected_by_decision")
    tracks = {
        case: played.oracle.results[("vetting", played.numbers(case)[0])].track
        for case in ("platform_error", "corrected_twice", "correction_reversed", "corrected_too_late")
    }
    assert tracks == {"platform_error": "digital", "corrected_twice": "agro",
                      "correction_reversed": "social", "corrected_too_late": "social"}  # fmt: skip


def _vetting(played: Played) -> OracleVetting:
    return run_vetting_oracle(played.landing, AFTER_THE_SEASON)


def test_stray_letters_say_why_they_answer_nothing(play: Callable[[str], Played]) -> None:
    played = play("stray_vetting_reply")
    handlings = Counter(line["handling_code"] for line in _vetting(played).replies)
    assert handlings["unknown_candidate"] == handlings["unknown_list"] == handlings["wrong_sender"] == 1
    assert handlings["not_on_list"] == 2


def test_misdated_letters_answer_nothing(play: Callable[[str], Played]) -> None:
    replies = _vetting(play("misdated_vetting_reply")).replies
    handlings = Counter(line["handling_code"] for line in replies)
    assert (handlings["dated_before_list"], handlings["dated_ahead"]) == (1, 2)


def test_alerts_of_late_letters(play: Callable[[str], Played]) -> None:
    played = play("late_adverse_reply")
    alerts = {line["candidate_no"]: line for line in _vetting(played).alerts}
    assert {
        case: (alerts[played.numbers(case)[0]]["alert_code"], alerts[played.numbers(case)[0]]["is_open"])
        for case in ("excluded_between_lists", "kept", "undecided", "turns_unclear")
    } == {
        "excluded_between_lists": ("ADVERSE_AFTER_PASS", False),
        "kept": ("ADVERSE_AFTER_PASS", False),
        "undecided": ("ADVERSE_AFTER_PASS", True),
        "turns_unclear": ("UNCLEAR_AFTER_PASS", True),
    }


def test_who_is_clear_after_the_close_raises_an_alert(play: Callable[[str], Played]) -> None:
    played = play("late_vetting_reply")
    alerts = {line["candidate_no"]: line["alert_code"] for line in _vetting(played).alerts}
    cases = ("after_window", "dated_in_time_received_late")
    expected = {played.numbers(case)[0]: "CLEAR_AFTER_CLOSE" for case in cases}
    expected[played.numbers("adverse_in_time_received_late")[0]] = "ADVERSE_AFTER_PASS"
    assert alerts == expected


def test_one_list_is_never_answered(play: Callable[[str], Played]) -> None:
    lists = [line for line in _vetting(play("names_corrected")).board if not line["count_answered"]]
    assert [(line["list_no"], line["count_open"]) for line in lists] == [("FMA-2025-07", 2)]


def test_a_track_asked_for_too_late_moves_by_decision_only(play: Callable[[str], Played]) -> None:
    played = play("late_track_request")
    tracks = {
        case: played.oracle.results[("registration", played.numbers(case)[0])].track
        for case in ("asked_in_vain", "asked_and_corrected")
    }
    assert tracks == {"asked_in_vain": "social", "asked_and_corrected": "digital"}


def test_ties_straddle_the_last_place_in_every_stage(play: Callable[[str], Played]) -> None:
    cutoffs = play("cutoff_ties").oracle.cutoffs
    stages = (
        "text_test",
        "numeric_test",
        "situational",
        "assessment_centre",
        "interview",
        "expert_commission",
    )
    for stage in stages:
        assert cutoffs[(stage, "economy")].admitted > cutoffs[(stage, "economy")].limit, stage


def test_a_small_track_has_fewer_candidates_than_places(play: Callable[[str], Played]) -> None:
    assert play("small_track").oracle.cutoffs[("numeric_test", "foreign")].is_shortfall


def test_a_corrected_key_comes_after_the_list(play: Callable[[str], Played]) -> None:
    played = play("wrong_answer_key")
    before = run_oracle(played.landing, datetime(2025, 8, 8, 12, tzinfo=UTC))
    after = run_oracle(played.landing, datetime(2025, 8, 9, 12, tzinfo=UTC))
    scores = [
        {number: r.score for (stage, number), r in season.results.items() if stage == "text_test"}
        for season in (before, after)
    ]
    assert scores[0] != scores[1]


def test_reversed_exclusions_count_only_while_in_force(play: Callable[[str], Played]) -> None:
    played = play("proctoring_violations")
    assert played.reason("text_test_reversed_before_list", "text_test") != "ANNULLED_PROCTORING"
    back = played.reason("text_test_reversed_after_list", "text_test")
    assert back in ("SUPERNUMERARY", "LATE_BELOW_CUTOFF"), "a result that comes back is late"
    assert played.reason("text_test_confirmed_undecided", "text_test") != "ANNULLED_PROCTORING"


def test_what_nobody_saw_counts_by_decision_or_once_it_is_found(play: Callable[[str], Played]) -> None:
    played = play("blind_sittings")
    late = ("SUPERNUMERARY", "LATE_BELOW_CUTOFF")
    assert played.reason("text_test_accepted", "text_test") in ("WITHIN_LIMIT", "BY_TIE", "BELOW_CUTOFF")
    assert played.reason("text_test_accepted_late", "text_test") in late
    assert played.reason("text_test_seen_later", "text_test") in late


def test_signals_in_judgement_change_no_result(play: Callable[[str], Played]) -> None:
    played = play("signals_in_judgement")
    assert {case for case, _ in played.summary.cases[played.name]} >= {
        "text_test_disagreed",
        "text_test_found_no_violation",
        "text_test_second_awaited",
        "text_test_not_reviewed",
        "text_test_run_again",
        "numeric_test_disagreed",
    }
    assert not {"ANNULLED_PROCTORING", "EXCLUDED", "RECORDING_UNSEEN"} & set(played.reasons("text_test"))


def test_the_first_three_whole_marks_count(play: Callable[[str], Played]) -> None:
    played = play("fourth_expert_mark")
    marks = sorted(played.landing.rglob("platform__expert_marks*.csv"))
    text = "".join(path.read_text(encoding="utf-8") for path in marks)
    assert "EX-ZZZ-99" in text
    assert "EX-AAA-01" in text
    assert not played.reasons("situational")["MARK_MISSING"]


def test_the_commission_moves_places_and_keeps_to_them(play: Callable[[str], Played]) -> None:
    played = play("quota_revision")
    limits = {
        track: c.limit
        for (stage, track), c in played.oracle.cutoffs.items()
        if stage == "national_commission"
    }
    assert limits == {"social": 10, "infrastructure": 8, "economy": 7, "digital": 9, "agro": 9, "foreign": 7}
    for (stage, track), cutoff in played.oracle.cutoffs.items():
        if stage == "national_commission":
            assert cutoff.admitted <= limits[track]


def test_unreadable_files_precede_the_whole_ones(play: Callable[[str], Played]) -> None:
    played = play("unreadable_file")
    assert len(list(played.landing.rglob("*__cut_short.*"))) == 2
    assert len(list(played.landing.rglob("outreach__events__without_columns.csv"))) == 1


def test_a_file_sent_twice_has_the_same_bytes(play: Callable[[str], Played]) -> None:
    played = play("file_sent_twice")
    again = list(played.landing.rglob("*again.*"))
    assert len(again) == 4
    contents = Counter(path.read_bytes() for path in played.landing.rglob("*") if path.is_file())
    assert all(contents[path.read_bytes()] == 2 for path in again)


def test_corrections_come_as_later_files(play: Callable[[str], Played]) -> None:
    played = play("corrected_file")
    names = {path.name for path in played.landing.rglob("*correction*")}
    assert {name.split("__correction")[0] for name in names} == {
        "platform__sittings__text_test",
        "platform__expert_marks",
        "academy__interview_marks",
    }


# What becomes of the first booking of each case of `slot_bookings`.
BOOKINGS = {
    "text_test_no_place": {"slot_full", "held"},
    "text_test_before_the_move": {"slot_full", "held"},
    "text_test_after_the_move": {"moved", "held"},
    "text_test_cancelled_after": {"cancelled", "held"},
    "text_test_cancelled_before": {"slot_cancelled", "held"},
    "text_test_twice": {"moved", "already_held", "held"},
    "text_test_unknown": {"unknown_slot", "held"},
    "text_test_without_claim": {"no_resit", "held"},
    "numeric_test_too_early": {"before_window", "held"},
    "numeric_test_by_platform": {"no_placement", "held"},
    "numeric_test_other_language": {"other_language", "held"},
    "expert_commission_other_track": {"other_track", "held"},
    "expert_commission_begun": {"after_window", "held"},
}


def test_bookings_that_come_to_nothing(play: Callable[[str], Played]) -> None:
    played = play("slot_bookings")
    tables = read_landing(played.landing, AFTER_THE_SEASON, AFTER_THE_SEASON)
    found = places_of(tables, AFTER_THE_SEASON, played.oracle)
    of: dict[tuple[str, str], set[str]] = {}
    for row in tables.rows("platform__bookings"):
        key = (row["candidate_no"], row["stage_code"])
        of.setdefault(key, set()).add(found.outcomes[f"booking/{row['booking_id']}"])
    for case, outcomes in BOOKINGS.items():
        [number] = played.numbers(case)
        stage = next(
            stage for stage in ("text_test", "numeric_test", "expert_commission") if case.startswith(stage)
        )
        assert of[number, stage] == outcomes, case
    tied = [of[number, "text_test"] for number in played.numbers("text_test_tied")]
    assert sorted(map(sorted, tied)) == [["held", "moved"], ["held", "slot_full"]]
    [mover] = played.numbers("text_test_moves")
    assert of[mover, "text_test"] == {"moved", "held"}


def test_no_scenario_is_left_untested() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{name}"' in source for name in SCENARIOS)

"""The season as the generator reads it from the seeds, and its small calendar arithmetic."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from ingestion.sample_season.rules import load_rules
from ingestion.sample_season.timetable import (
    delivery_of,
    intake_deliveries,
    mark_deliveries,
    next_delivery,
    stage_deliveries,
    vetting_list_days,
)

RULES = load_rules()


def test_limits_are_half_rounded_up_or_the_seeds_places() -> None:
    assert RULES.limit("text_test", "agro", 7) == 4
    assert RULES.limit("situational", "economy", 1000) == 42


@pytest.mark.parametrize("sat_on", [date(2025, 8, 2), date(2025, 8, 3)])
def test_a_claim_is_in_time_until_the_end_of_the_next_working_day(sat_on: date) -> None:
    assert RULES.claim_deadline(sat_on) == datetime(2025, 8, 4, 23, 59, 59)


def test_days_roll_over_weekends_and_holidays() -> None:
    assert RULES.roll(date(2025, 7, 5)) == date(2025, 7, 8)
    assert RULES.roll(date(2025, 6, 6)) == date(2025, 6, 9)


def test_lists_go_out_weekly_and_once_after_closing() -> None:
    days = vetting_list_days(RULES)
    assert days == [
        date(2025, 6, 9),
        date(2025, 6, 16),
        date(2025, 6, 23),
        date(2025, 6, 30),
        date(2025, 7, 1),
    ]


def test_the_intake_is_exported_on_the_last_evening_too() -> None:
    exports = intake_deliveries(RULES)
    assert datetime(2025, 6, 30, 21) in exports
    assert exports == sorted(exports)


@pytest.mark.parametrize("stage", ["situational", "assessment_centre", "interview", "expert_commission"])
def test_results_arrive_before_the_list(stage: str) -> None:
    published = RULES.published(stage)
    assert max(mark_deliveries(RULES, stage)) < published
    assert max(stage_deliveries(RULES, stage)) < published


def test_the_next_delivery_is_not_before_the_moment() -> None:
    moments = [datetime(2025, 6, 1), datetime(2025, 6, 8)]
    assert next_delivery(moments, datetime(2025, 6, 1)) == moments[0]
    assert next_delivery(moments, datetime(2025, 6, 2)) == moments[1]
    assert next_delivery(moments, datetime(2025, 6, 9)) == datetime(2025, 6, 9, 1)
    at = np.array(["2025-06-02", "2025-06-30"], dtype="datetime64[s]")
    assert delivery_of(moments, at).tolist() == [moments[1], moments[1]]

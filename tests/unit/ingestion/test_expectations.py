"""Rules of the contracts and their evaluation."""

from __future__ import annotations

import os

import pandas as pd
import pyarrow as pa
import pytest

from ingestion import expectations
from ingestion.contracts import load_contract
from ingestion.errors import RezervError
from ingestion.expectations import failing_rows, rules_of, verdicts


def test_rules_follow_the_contract() -> None:
    rules = [(rule.check_name, rule.column_name) for rule in rules_of(load_contract("registers__stop_list"))]
    assert rules == [
        ("not_null", "iin"),
        ("matches_pattern", "iin"),
        ("iin_valid", "iin"),
        ("not_null", "stop_list_code"),
        ("in_set", "stop_list_code"),
        ("not_null", "valid_from"),
        ("in_order", "valid_to"),
    ]


@pytest.mark.parametrize(
    "value", ["R25-000001\n", "R25-00000١", "xR25-000001", "R25-0000011", "r25-000001", ""]
)
def test_forms_are_matched_whole_and_in_ascii(value: str) -> None:
    column = load_contract("platform__sittings").column("candidate_no")
    assert verdicts(column, pa.array([value, "R25-000001", None]))["_matches_pattern_candidate_no"] == [
        False,
        True,
        None,
    ]


def test_an_iin_without_its_form_is_left_to_the_form() -> None:
    column = load_contract("registers__stop_list").column("iin")
    judged = verdicts(column, pa.array(["920615400001", "920615400002", "61211600012", None]))
    assert judged["_iin_valid_iin"] == [True, False, None, None]


def test_no_rows_fail_nothing() -> None:
    contract = load_contract("agency__quota_revisions")
    assert all(not failing for failing in failing_rows(contract, pd.DataFrame()).values())


def test_each_file_is_judged_by_itself() -> None:
    contract = load_contract("platform__withdrawals")

    def frame(number: str | None) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "withdrawal_id": pd.array([number], dtype="string"),
                "candidate_no": pd.array(["R25-000001"], dtype="string"),
                "withdrawn_at": pd.to_datetime(["2025-08-01"]),
                "_matches_pattern_candidate_no": pd.array([True], dtype="boolean"),
                "_row_number": [7],
            }
        )

    for number, expected in ((None, {7}), ("1", set()), (None, {7})):
        failing = failing_rows(contract, frame(number))
        assert {row for rows in failing.values() for row in rows} == expected


def test_a_rule_that_cannot_be_evaluated_stops_the_file() -> None:
    with pytest.raises(RezervError) as caught:
        failing_rows(load_contract("platform__withdrawals"), pd.DataFrame({"_row_number": [1]}))
    assert caught.value.message_key == "check_failed_to_run"


def test_the_library_reports_to_nobody() -> None:
    _, whole_frame = expectations._great_expectations()
    context = whole_frame.data_asset.datasource.data_context
    assert context.config.analytics_enabled is False
    assert os.environ["GX_ANALYTICS_ENABLED"] == "False"

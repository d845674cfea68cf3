"""Exclusions that are reversed after a list (`docs/rules.md`, "Stops", *Lifted*)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.oracle.cuts import OracleResult
from tests.oracle.order import STAGE
from tests.oracle.policy import Policy
from tests.unit.oracle.builders import decision
from tests.unit.oracle.seasons import Ledger, candidate, play, who

LISTED = STAGE["text_test"].published_at
HOUR = timedelta(hours=1)
# 50 % of four: two go on, with 20 and 15 right.
FOUR = [candidate(number, right) for number, right in ((1, 20), (2, 15), (3, 10), (4, 5))]


def _excluded(number: int, reversed_after: timedelta | None = HOUR) -> dict[str, list[dict[str, Any]]]:
    excluded = decision(f"X{number}", who(number), "exclude", decided_at=LISTED - HOUR)
    rows = [excluded | {"stage_code": "text_test"}]
    if reversed_after is not None:
        at = LISTED + reversed_after
        given = {"decided_at": at, "reversed_decision_no": f"X{number}", "_received": at}
        rows.append(decision(f"R{number}", who(number), "reverse") | given)
    return {"agency__working_group_decisions": rows}


@pytest.mark.parametrize(("right", "status"), ((20, "supernumerary"), (12, "not_admitted")))
def test_who_comes_back_is_late_and_displaces_nobody(right: int, status: str) -> None:
    season = play(*FOUR, candidate(5, right), _excluded(5))
    found = season.at("text_test")
    assert (found[who(5)].status, found[who(5)].rank, found[who(5)].decision_no) == (status, None, "R5")
    assert {number for number in (1, 2, 3, 4) if found[who(number)].status == "admitted"} == {1, 2}
    assert season.cutoffs["text_test", "digital"].pool == 4
    is_next = ("numeric_test", who(5)) in season.results
    assert is_next == (status == "supernumerary")


def test_reversed_at_the_list_is_no_return() -> None:
    season = play(*FOUR, candidate(5, 20), _excluded(5, timedelta(0)))
    assert season.at("text_test")[who(5)].status == "admitted", "not in force when the list was made"
    season = play(*FOUR, candidate(5, 20), _excluded(5, None))
    assert season.at("text_test")[who(5)].status == "excluded"


def test_another_stop_that_holds() -> None:
    held = {"agency__working_group_decisions": [decision("X6", who(5), "exclude", decided_at=LISTED)]}
    season = play(*FOUR, candidate(5, 20), _excluded(5), held)
    assert season.at("text_test")[who(5)] == OracleResult("excluded", "EXCLUDED", "digital", decision_no="X6")


def test_policies() -> None:
    kept = play(*FOUR, candidate(5, 20), _excluded(5), policy=Policy(exclusion_before_list="vacancy"))
    assert (kept.at("text_test")[who(5)].status, kept.at("text_test")[who(5)].rank) == ("admitted", 1)
    ranked = play(*FOUR, candidate(5, 20), _excluded(5), policy=Policy(late_result="rerank"))
    assert (ranked.at("text_test")[who(5)].status, ranked.at("text_test")[who(5)].rank) == ("admitted", 1)


def test_only_late_brings_back_at_a_published_list() -> None:
    ledger = Ledger(*FOUR, candidate(5, 20), _excluded(5, 100 * HOUR))
    ledger.publish_up_to("text_test")
    season = ledger.season()
    assert season.at("text_test")[who(5)].status == "excluded"
    assert season.drift["text_test", who(5)] == "status"
    ledger.publish("text_test", LISTED + 101 * HOUR, "only_late")
    season = ledger.season()
    assert season.at("text_test")[who(5)].status == "supernumerary"
    assert ("text_test", who(5)) not in season.drift
    assert season.at("numeric_test")[who(5)].status == "absent", "who comes back has still to sit it"


def test_only_late_brings_back_through_a_stage_that_does_not_rank() -> None:
    vetting = STAGE["vetting"].published_at
    rows = [
        decision("X5", who(5), "exclude", decided_at=vetting - HOUR),
        decision("R5", who(5), "reverse", decided_at=vetting + 30 * HOUR, reversed_decision_no="X5")
        | {"_received": vetting + 30 * HOUR},
    ]
    ledger = Ledger(*FOUR, candidate(5, 20), {"agency__working_group_decisions": rows})
    ledger.publish_up_to("vetting")
    (back,) = [
        row
        for row in ledger.publish("vetting", vetting + 31 * HOUR, "only_late")
        if row["candidate_no"] == who(5)
    ]
    assert (back["status_code"], back["reason_code"], back["decision_no"]) == (
        "admitted",
        "VETTING_CLEARED",
        "R5",
    )
    assert ledger.season().at("vetting")[who(5)].status == "admitted"

"""Exclusions, reversals and withdrawals (Order §4.2, §4.5, §5.1, A41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.order import local
from tests.oracle.people import accounts_of
from tests.oracle.stops import Stop, Stops
from tests.unit.oracle.builders import OTHER_IIN, decision, registration, tables

WHO = "R25-000001"
EXCLUDED = local(2025, 7, 10)
SECOND = timedelta(seconds=1)


def _withdrawal(withdrawn_at: datetime) -> dict[str, Any]:
    return {"withdrawal_id": "W1", "candidate_no": WHO, "withdrawn_at": withdrawn_at}


def _deciding(
    moment: datetime, decisions: Iterable[Mapping[str, Any]], withdrawals: Iterable[Mapping[str, Any]] = ()
) -> Stop | None:
    given = tables({"agency__working_group_decisions": decisions, "platform__withdrawals": withdrawals})
    return Stops(given, {}).deciding(WHO, moment)


def _reverse(decided_at: datetime, **changes: Any) -> dict[str, Any]:
    given = decision("WG-2", WHO, "reverse", decided_at=decided_at, reversed_decision_no="WG-1")
    return given | changes


def test_in_force_from_its_moment() -> None:
    exclusion = decision("WG-1", WHO, "exclude")
    assert _deciding(EXCLUDED - SECOND, [exclusion]) is None
    stop = _deciding(EXCLUDED, [exclusion])
    assert stop is not None
    assert (stop.decision_no, stop.shown_at("text_test")) == ("WG-1", ("excluded", "EXCLUDED"))


def test_in_force_until_reversed() -> None:
    reversed_at = local(2025, 7, 20)
    both = [decision("WG-1", WHO, "exclude"), _reverse(reversed_at)]
    assert _deciding(reversed_at - SECOND, both) is not None
    assert _deciding(reversed_at, both) is None


def test_other_reversals_do_not_end_it() -> None:
    exclusion, later = decision("WG-1", WHO, "exclude"), local(2025, 9, 1)
    assert _deciding(later, [exclusion, _reverse(EXCLUDED - SECOND)]) is not None, "before the exclusion"
    assert _deciding(later, [exclusion, _reverse(EXCLUDED, candidate_no="R25-000002")]) is not None
    assert _deciding(later, [exclusion, _reverse(EXCLUDED, reversed_decision_no="WG-9")]) is not None
    assert _deciding(later, [exclusion, _reverse(EXCLUDED)]) is None, "at the same moment: never in force"


def test_the_earliest_start_decides() -> None:
    first, second = (
        decision("WG-1", WHO, "exclude"),
        decision("WG-0", WHO, "exclude", decided_at=local(2025, 7, 11)),
    )
    stop = _deciding(local(2025, 8, 1), [second, first], [_withdrawal(local(2025, 7, 12))])
    assert stop is not None and stop.decision_no == "WG-1"
    again = first | {"decision_no": "WG-0"}
    stop = _deciding(local(2025, 8, 1), [first, again])
    assert stop is not None and stop.decision_no == "WG-0"


def test_withdrawal_before_exclusion_of_the_same_moment() -> None:
    stop = _deciding(EXCLUDED, [decision("WG-1", WHO, "exclude")], [_withdrawal(EXCLUDED)])
    assert stop is not None
    assert (stop.decision_no, stop.shown_at("vetting")) == (None, ("withdrawn", "WITHDRAWN"))


def test_withdrawal_shows_when_an_earlier_exclusion_was_reversed() -> None:
    both = [decision("WG-1", WHO, "exclude"), _reverse(local(2025, 7, 20))]
    stop = _deciding(local(2025, 8, 1), both, [_withdrawal(local(2025, 7, 15))])
    assert stop is not None and stop.is_withdrawal


def test_a_stop_of_one_account_holds_for_the_person() -> None:
    other, stranger = "R25-000002", "R25-000003"
    people = [registration(WHO), registration(other), registration(stranger, iin=OTHER_IIN)]
    exclusion = decision("WG-1", other, "exclude")
    rows = {"platform__registrations": people, "agency__working_group_decisions": [exclusion]}
    given = tables(rows)
    stops = Stops(given, accounts_of(given, EXCLUDED))
    for number in (WHO, other):
        stop = stops.deciding(number, EXCLUDED)
        assert stop is not None and stop.decision_no == "WG-1"
        assert [found.number for found in stops.exclusions(number, EXCLUDED)] == ["WG-1"]
        assert stops.deciding(number, EXCLUDED - SECOND) is None
    assert stops.deciding(stranger, EXCLUDED) is None
    given = tables({"platform__registrations": people, "platform__withdrawals": [_withdrawal(EXCLUDED)]})
    stop = Stops(given, accounts_of(given, EXCLUDED)).deciding(other, EXCLUDED)
    assert stop is not None and stop.is_withdrawal


def test_annulled_at_the_stage_of_the_violation_only() -> None:
    violation = decision("WG-1", WHO, "exclude", basis_code="proctoring_violation", stage_code="text_test")
    stop = _deciding(EXCLUDED, [violation])
    assert stop is not None
    assert stop.shown_at("text_test") == ("annulled", "ANNULLED_PROCTORING")
    assert stop.shown_at("numeric_test") == ("excluded", "EXCLUDED")
    breach = _deciding(EXCLUDED, [violation | {"basis_code": "procedure_breach"}])
    assert breach is not None and breach.shown_at("text_test") == ("excluded", "EXCLUDED")

"""Needs, and whose work they are (Order §2.6, §4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.oracle import documents as needed
from tests.oracle.office import Office
from tests.oracle.order import local
from tests.unit.oracle.builders import decision, documents, job, registration, tables

WHO = "R25-000001"
SECOND = timedelta(seconds=1)
EDUCATION, PROOF, CERTIFICATE = documents(WHO)


def _check(document_id: str, result: str, **changes: Any) -> dict[str, Any]:
    return {
        "check_no": f"DC-{document_id}-{result}",
        "document_id": document_id,
        "candidate_no": WHO,
        "checker_code": "CH-01",
        "checked_at": local(2025, 6, 20),
        "result_code": result,
        **changes,
    }


def _office(
    papers: Iterable[Mapping[str, Any]],
    checks: Iterable[Mapping[str, Any]] = (),
    as_of: datetime = local(2025, 6, 25),
    decisions: Iterable[Mapping[str, Any]] = (),
    **changes: Any,
) -> Office:
    given = {
        "platform__registrations": [registration(WHO, **changes)],
        "platform__documents": papers,
        "platform__employment_periods": [job(WHO)],
        "agency__document_checks": checks,
        "agency__working_group_decisions": decisions,
    }
    return Office(tables(given), as_of, {})


def _states(*args: Any, **changes: Any) -> list[str]:
    return [line["need_state_code"] for line in needed.needs(_office(*args, **changes))]


def test_states_of_needs() -> None:
    assert _states([]) == ["missing", "missing", "missing"]
    bare = EDUCATION | {"has_annex": None}
    assert _states([bare, PROOF]) == ["no_annex", "unchecked", "missing"]
    checks = [
        _check(f"{WHO}-e", "confirmed"),
        _check(f"{WHO}-w", "rejected"),
        _check(f"{WHO}-l", "unclear"),
    ]
    assert _states([EDUCATION, PROOF, CERTIFICATE], checks) == ["confirmed", "rejected", "unclear"]
    assert _states([bare, PROOF, CERTIFICATE], checks) == ["no_annex", "rejected", "unclear"]


def test_the_latest_check_counts_and_the_best_document() -> None:
    first = _check(f"{WHO}-e", "rejected", check_no="B")
    second = _check(f"{WHO}-e", "confirmed", check_no="A")
    papers = [EDUCATION, PROOF, CERTIFICATE]
    assert _states(papers, [first, second])[0] == "rejected", "of one moment the greater number"
    assert _states(papers, [first, second | {"checked_at": local(2025, 6, 21)}])[0] == "confirmed"
    two = [EDUCATION, EDUCATION | {"document_id": "second"}, PROOF, CERTIFICATE]
    assert _states(two, [first])[0] == "unchecked", "the second is still to be looked at"
    assert _states(two, [first, _check("second", "unclear")])[0] == "unclear"


def test_documents_after_the_submission_do_not_count() -> None:
    late = EDUCATION | {"uploaded_at": local(2025, 6, 10, 12) + SECOND}
    assert _states([late, PROOF, CERTIFICATE])[0] == "missing"
    assert _states([late, PROOF, CERTIFICATE], submission_no=0, submitted_at=None)[0] == "unchecked"


def _work(*args: Any, **changes: Any) -> list[tuple[str, str, bool]]:
    return [
        (line["document_type_code"], line["work_code"], line["is_about_to_close"])
        for line in needed.work(_office(*args, **changes))
    ]


LAST_DAYS = local(2025, 6, 28)


@pytest.mark.parametrize(
    ("as_of", "work"),
    (
        (LAST_DAYS - SECOND, [("employment_proof", "candidate_must_upload", False)]),
        (LAST_DAYS, [("employment_proof", "candidate_must_upload", True)]),
        (local(2025, 7, 1) - SECOND, [("employment_proof", "candidate_must_upload", True)]),
        (local(2025, 7, 1), []),
    ),
)
def test_what_is_missing_is_the_candidates_work(as_of: datetime, work: list[tuple[str, str, bool]]) -> None:
    assert _work([EDUCATION, CERTIFICATE], as_of=as_of) == work


def test_what_is_there_is_the_agencys_work() -> None:
    papers = [EDUCATION, PROOF, CERTIFICATE]
    checks = [_check(f"{WHO}-e", "confirmed"), _check(f"{WHO}-w", "rejected")]
    for as_of, is_about_to_close in (
        (local(2025, 6, 25), False),
        (local(2025, 7, 29) - SECOND, False),
        (local(2025, 7, 29), True),
        (local(2025, 8, 1) - SECOND, True),
    ):
        assert _work(papers, checks, as_of=as_of) == [
            ("employment_proof", "working_group_must_decide", is_about_to_close),
            ("language_certificate", "checker_must_check", is_about_to_close),
        ]
    stop = decision("WG-1", WHO, "exclude", decided_at=local(2025, 6, 20))
    assert _work(papers, checks, decisions=[stop]) == []


def test_what_was_rejected_stays_work_after_the_close() -> None:
    papers, closed = [EDUCATION, PROOF, CERTIFICATE], local(2025, 8, 1)
    checks = [_check(f"{WHO}-e", "unclear"), _check(f"{WHO}-w", "rejected")]
    left = [("employment_proof", "working_group_must_decide", False)]
    assert _work(papers, checks, as_of=closed) == left
    before = decision("WG-1", WHO, "keep", decided_at=local(2025, 6, 20))
    kept = before | {"decided_at": local(2025, 6, 20) + SECOND}
    assert _work(papers, checks, as_of=closed, decisions=[before]) == left
    assert _work(papers, checks, as_of=closed, decisions=[kept]) == []
    back = decision("WG-2", WHO, "reverse", reversed_decision_no="WG-1", decided_at=closed)
    assert _work(papers, checks, as_of=closed, decisions=[kept, back]) == left
    assert _work(papers, checks, as_of=closed, citizenship_code="UZ") == []


def test_a_check_of_anothers_document_says_nothing() -> None:
    papers = [EDUCATION, PROOF, CERTIFICATE]
    astray = _check(f"{WHO}-e", "confirmed", candidate_no="R25-000002")
    assert _states(papers, [astray])[0] == "unchecked"


def test_documents_that_carry_the_rule_count_alone() -> None:
    college = EDUCATION | {"document_id": "college", "education_level_code": "secondary_vocational"}
    checks = [_check("college", "confirmed"), _check(f"{WHO}-e", "unclear")]
    assert _states([EDUCATION, college, PROOF, CERTIFICATE], checks)[0] == "unclear"
    assert _states([college, PROOF, CERTIFICATE], checks)[0] == "confirmed", "where none carries it, all"
    expired = CERTIFICATE | {"document_id": "old", "valid_until": datetime(2025, 6, 9).date()}
    checks = [_check("old", "confirmed"), _check(f"{WHO}-l", "rejected")]
    assert _states([EDUCATION, PROOF, CERTIFICATE, expired], checks)[2] == "rejected"
    draft = {"submission_no": 0, "submitted_at": None}
    assert _states([EDUCATION, college, PROOF], [_check("college", "confirmed")], **draft)[0] == "confirmed"


def test_nobody_checks_the_papers_of_who_is_not_eligible() -> None:
    assert _work([EDUCATION, PROOF, CERTIFICATE], citizenship_code="UZ") == []


def test_a_term_that_nobody_knows_is_to_be_read() -> None:
    """All else is met: whether the person is eligible hangs on the day that the register knows."""
    unprinted = CERTIFICATE | {"issuer_code": "QRT", "valid_until": None}
    papers = [EDUCATION, PROOF, unprinted]
    to_check = [("language_certificate", "checker_must_check", False)]
    confirmed = _check(f"{WHO}-l", "confirmed")
    assert _work(papers) == _work(papers, [confirmed]) == to_check, "confirmed, but the day is not said"
    rejected = [_check(f"{WHO}-l", "rejected")]
    assert _work(papers, rejected) == [("language_certificate", "working_group_must_decide", False)]
    assert _work(papers, citizenship_code="UZ") == []
    others = ("education", "employment_proof")
    read = [confirmed | {"valid_until": datetime(2026, 1, 1).date()}]
    assert _work(papers, read) == [(kind, "checker_must_check", False) for kind in others]


def test_a_void_account_has_no_work() -> None:
    other = registration("R25-000002", submitted_at=local(2025, 6, 20))
    given = {
        "platform__registrations": [registration(WHO), other],
        "platform__documents": [EDUCATION, PROOF],
    }
    lines = needed.work(Office(tables(given), local(2025, 6, 25), {}))
    assert {line["candidate_no"] for line in lines} == {"R25-000002"}


def test_hours_left() -> None:
    (line,) = needed.work(_office([EDUCATION, CERTIFICATE], as_of=local(2025, 6, 30, 21, 30)))
    assert (line["hours_left"], line["closes_at"]) == (2, datetime(2025, 6, 30, 19))

"""The requirements at their boundaries, the rows behind each "no", and warnings (Order §2, A35–A39)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle import order
from tests.oracle.calendar import add_years
from tests.oracle.eligibility import (
    Eligibility,
    certificate_finding,
    days_worked,
    has_experience,
    is_young_enough,
)
from tests.oracle.order import local
from tests.oracle.people import accounts_of
from tests.unit.oracle.builders import IIN, documents, job, registration, tables

SECOND = timedelta(seconds=1)
LAST_SECOND = local(2025, 7, 1) - SECOND
AFTERWARDS = local(2026, 1, 1)
WHO = "R25-000001"


def _reason(
    changes: dict[str, Any] | None = None,
    docs: list[dict[str, Any]] | None = None,
    jobs: list[dict[str, Any]] | None = None,
    stop_list: list[dict[str, Any]] | None = None,
) -> str:
    given = tables(
        {
            "platform__registrations": [registration(**(changes or {}))],
            "platform__documents": documents() if docs is None else docs,
            "platform__employment_periods": [job()] if jobs is None else jobs,
            "registers__stop_list": stop_list or [],
        }
    )
    account = accounts_of(given, AFTERWARDS)["R25-000001"]
    return Eligibility(given).reason(account, False)


def test_everything_met() -> None:
    assert _reason() == "ELIGIBLE"


@pytest.mark.parametrize(
    ("changes", "reason"),
    (
        ({"submission_no": 0, "submitted_at": None}, "REG_NOT_SUBMITTED"),
        ({"submission_no": 0}, "REG_NOT_SUBMITTED"),
        ({"submitted_at": local(2025, 6, 1) - timedelta(seconds=1)}, "REG_NOT_SUBMITTED"),
        ({"submitted_at": local(2025, 7, 1)}, "REG_NOT_SUBMITTED"),
        ({"submitted_at": LAST_SECOND}, "ELIGIBLE"),
        ({"consents_personal_data": False, "citizenship_code": "UZ"}, "CONSENTS"),
        ({"citizenship_code": "UZ"}, "CITIZENSHIP"),
        ({"birth_on": date(1989, 6, 10)}, "AGE"),
        ({"birth_on": date(1989, 6, 11)}, "ELIGIBLE"),
    ),
)
def test_submission_window_consents_citizenship_age(changes: dict[str, Any], reason: str) -> None:
    assert _reason(changes) == reason


def test_birthday_is_judged_on_the_local_day() -> None:
    assert _reason({"submitted_at": local(2025, 6, 11), "birth_on": date(1989, 6, 11)}) == "AGE"
    last = local(2025, 6, 11) - timedelta(seconds=1)
    assert _reason({"submitted_at": last, "birth_on": date(1989, 6, 11)}) == "ELIGIBLE"


def test_leap_day_birthday() -> None:
    assert is_young_enough(date(1992, 2, 29), date(2028, 2, 28))
    assert not is_young_enough(date(1992, 2, 29), date(2028, 2, 29))
    assert add_years(date(2024, 2, 29), 5) == date(2029, 2, 28)


def test_documents_count_up_to_the_second_of_submission() -> None:
    assert _reason(docs=documents(uploaded_at=local(2025, 6, 10, 12))) == "ELIGIBLE"
    assert _reason(docs=documents(uploaded_at=local(2025, 6, 10, 12) + timedelta(seconds=1))) == "DOCUMENTS"
    for missing in range(3):
        assert (
            _reason(docs=[doc for number, doc in enumerate(documents()) if number != missing]) == "DOCUMENTS"
        )


def test_annex_and_level_may_come_from_different_diplomas() -> None:
    college, proof, certificate = documents()
    college = college | {"education_level_code": "secondary_vocational"}
    assert _reason(docs=[college, proof, certificate]) == "EDUCATION"
    bachelor = college | {"document_id": "second", "education_level_code": "bachelor", "has_annex": None}
    assert _reason(docs=[college, bachelor, proof, certificate]) == "ELIGIBLE"
    assert _reason(docs=[bachelor, proof, certificate]) == "DOCUMENTS"


def test_days_worked_is_a_union() -> None:
    day = date(2025, 6, 10)
    assert days_worked([], day) == 0
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 1))], day) == 1
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 5)), (date(2025, 6, 3), date(2025, 6, 7))], day) == 7
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 9)), (date(2025, 6, 3), date(2025, 6, 4))], day) == 9
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 2)), (date(2025, 6, 3), date(2025, 6, 4))], day) == 4
    assert days_worked([(date(2025, 6, 9), None)], day) == 2, "an open end is the day itself"
    assert days_worked([(date(2025, 6, 9), date(2026, 1, 1)), (date(2025, 6, 11), None)], day) == 2


def test_exactly_five_years() -> None:
    day = date(2025, 6, 10)
    assert has_experience([(date(2020, 6, 11), None)], day), "11 June 2020 to 10 June 2025 are five years"
    assert not has_experience([(date(2020, 6, 12), None)], day)
    assert not has_experience([], day)


def test_five_years_with_a_gap_closed_up() -> None:
    day = date(2025, 6, 10)
    ten_days_gap = [(date(2020, 6, 1), date(2022, 1, 31)), (date(2022, 2, 11), None)]
    assert days_worked(ten_days_gap, day) == days_worked([(date(2020, 6, 11), None)], day)
    assert has_experience(ten_days_gap, day)
    assert not has_experience([(date(2020, 6, 2), date(2022, 1, 31)), (date(2022, 2, 11), None)], day)


def test_overlapping_jobs_do_not_count_twice() -> None:
    half = [job() | {"started_on": date(2022, 6, 10)}, job(period_no=2) | {"started_on": date(2022, 6, 10)}]
    assert _reason(jobs=half) == "EXPERIENCE"


@pytest.mark.parametrize(
    ("changes", "counts"),
    (
        ({}, True),
        ({"level_code": "A2"}, False),
        ({"level_code": "C2"}, True),
        ({"level_code": None}, False),
        ({"valid_until": date(2025, 6, 10)}, True),
        ({"valid_until": date(2025, 6, 9)}, False),
        ({"issued_on": date(2025, 6, 10)}, True),
        ({"issued_on": date(2025, 6, 11)}, False),
        ({"issued_on": None}, False),
        ({"valid_until": None, "issued_on": date(2023, 6, 10)}, True),
        ({"valid_until": None, "issued_on": date(2023, 6, 9)}, False),
        ({"valid_until": None, "issued_on": date(2025, 1, 1), "issuer_code": "QRT"}, False),
        ({"valid_until": None, "issued_on": date(2025, 1, 1), "issuer_code": None}, False),
        ({"issuer_code": "QRT"}, True),
    ),
)
def test_certificate_on_the_day(changes: dict[str, Any], counts: bool) -> None:
    given = tables({"platform__documents": [documents()[2] | changes]})
    (row,) = given.rows("platform__documents")
    assert (certificate_finding(row, date(2025, 6, 10)) is None) is counts


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "reason"),
    (
        (date(2025, 6, 10), None, "STOP_LIST"),
        (date(2025, 6, 11), None, "ELIGIBLE"),
        (date(2020, 1, 1), date(2025, 6, 10), "STOP_LIST"),
        (date(2020, 1, 1), date(2025, 6, 9), "ELIGIBLE"),
    ),
)
def test_stop_list(valid_from: date, valid_to: date | None, reason: str) -> None:
    entry = {"iin": IIN, "stop_list_code": "political", "valid_from": valid_from, "valid_to": valid_to}
    assert _reason(stop_list=[entry]) == reason


# --- findings and warnings ---


def _asked(
    changes: dict[str, Any] | None = None, is_void: bool = False, **feeds: list[dict[str, Any]]
) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    """Findings by rule and warnings of one account; feeds by the last part of their name."""
    rows = {
        "platform__registrations": feeds.pop("registrations", [registration(**(changes or {}))]),
        "platform__documents": feeds.pop("documents", documents()),
        "platform__employment_periods": feeds.pop("periods", [job()]),
        "registers__stop_list": feeds.pop("stop_list", []),
        "agency__document_checks": feeds.pop("checks", []),
    }
    given = tables(rows)
    account, eligibility = accounts_of(given, AFTERWARDS)[WHO], Eligibility(given)
    checks = eligibility.checks(account, is_void)
    findings = {
        check.rule: [(finding.code, finding.input_id) for finding in check.findings]
        for check in checks
        if not check.is_met
    }
    return findings, [(warning.code, warning.input_id) for warning in eligibility.warnings(account, is_void)]


def _findings(*args: Any, **feeds: Any) -> dict[str, list[tuple[str, str]]]:
    return _asked(*args, **feeds)[0]


def _warnings(*args: Any, **feeds: Any) -> list[tuple[str, str]]:
    return _asked(*args, **feeds)[1]


def test_nothing_found() -> None:
    assert _asked() == ({}, [])


def test_what_was_not_submitted_in_time() -> None:
    draft = registration(submission_no=0, submitted_at=None)
    assert _findings(registrations=[draft]) == {"SUBMITTED": [("NOTHING_SUBMITTED", "submission 0")]}
    late = registration(submission_no=2, submitted_at=local(2025, 7, 1))
    early = registration(submission_no=1, submitted_at=local(2025, 6, 1) - SECOND)
    found, warned = _asked(registrations=[draft, early, late])
    outside = "SUBMITTED_OUTSIDE_WINDOW"
    assert found == {"SUBMITTED": [(outside, "submission 1"), (outside, "submission 2")]}
    assert warned == [("LATE_SUBMISSION", "submission 2")]


def test_a_void_account_is_asked_no_more() -> None:
    found, warned = _asked({"citizenship_code": "UZ", "birth_on": date(1989, 7, 1)}, True)
    assert found == {"COUNTED": [("OTHER_ACCOUNT_COUNTS", "submission 1")]}
    assert not warned


def test_every_rule_names_what_it_looked_at() -> None:
    found = _findings(
        {
            "confirms_equipment": False,
            "accepts_non_disclosure": False,
            "citizenship_code": "UZ",
            "birth_on": date(1980, 1, 1),
        },
        documents=[],
        periods=[],
        stop_list=[{"iin": IIN, "stop_list_code": "corps_a", "valid_from": date(2020, 1, 2)}],
    )
    row = "submission 1"
    assert found == {
        "CONSENTS": [("NO_EQUIPMENT", row), ("NO_NON_DISCLOSURE", row)],
        "DOCUMENTS": [("NO_EDUCATION", row), ("NO_EMPLOYMENT_PROOF", row), ("NO_CERTIFICATE", row)],
        "CITIZENSHIP": [("NOT_CITIZEN", row)],
        "AGE": [("TOO_OLD", row)],
        "EDUCATION": [("NO_EDUCATION", row)],
        "EXPERIENCE": [("NO_EMPLOYMENT", row)],
        "LANGUAGE": [("NO_CERTIFICATE", row)],
        "STOP_LIST": [("ON_STOP_LIST", "corps_a 2020-01-02")],
    }


def test_documents_late_or_without_annex() -> None:
    education, proof, certificate = documents()
    later = {"uploaded_at": local(2025, 6, 10, 12) + SECOND}
    found = _findings(documents=[education | later, proof, certificate])
    assert found["DOCUMENTS"] == [("NO_EDUCATION", "submission 1"), ("UPLOADED_LATE", f"{WHO}-e")]
    bare = education | {"has_annex": None}
    second = education | {"has_annex": False, "document_id": "second"}
    found = _findings(
        documents=[bare, second, education | {"document_id": "late"} | later, proof, certificate]
    )
    assert found == {"DOCUMENTS": [("NO_ANNEX", f"{WHO}-e"), ("NO_ANNEX", "second")]}


def test_documents_and_periods_that_do_not_suffice() -> None:
    education, proof, certificate = documents()
    college = education | {"education_level_code": "secondary_vocational"}
    assert _findings(documents=[college, proof, certificate]) == {"EDUCATION": [("NOT_HIGHER", f"{WHO}-e")]}
    short = job() | {"started_on": date(2024, 1, 1)}
    to_come = job(period_no=2) | {"started_on": date(2025, 6, 11)}
    assert _findings(periods=[short, to_come]) == {"EXPERIENCE": [("TOO_SHORT", "period 1")]}
    assert _findings(periods=[to_come]) == {"EXPERIENCE": [("NO_EMPLOYMENT", "submission 1")]}


@pytest.mark.parametrize(
    ("changes", "code"),
    (
        ({"level_code": "A2", "issued_on": None}, "LEVEL_TOO_LOW"),
        ({"level_code": None}, "LEVEL_TOO_LOW"),
        ({"issued_on": date(2025, 6, 11), "valid_until": date(2025, 6, 1)}, "ISSUED_LATER"),
        ({"issued_on": None}, "ISSUED_LATER"),
        ({"issuer_code": "QRT", "valid_until": None}, "TERM_UNKNOWN"),
        ({"valid_until": date(2025, 6, 9)}, "EXPIRED"),
    ),
)
def test_the_first_flaw_of_a_certificate_is_named(changes: dict[str, Any], code: str) -> None:
    education, proof, certificate = documents()
    second = certificate | {"document_id": "second", "level_code": "A1"}
    found = _findings(documents=[education, proof, certificate | changes, second])
    assert found == {"LANGUAGE": [(code, f"{WHO}-l"), ("LEVEL_TOO_LOW", "second")]}


def _check(number: str, valid_until: date | None, **changes: Any) -> dict[str, Any]:
    return {
        "check_no": number,
        "document_id": f"{WHO}-l",
        "candidate_no": WHO,
        "checker_code": "CH-01",
        "checked_at": local(2025, 7, 1),
        "result_code": "confirmed",
        "valid_until": valid_until,
        **changes,
    }


def _with_checks(*checks: dict[str, Any], **changes: Any) -> tuple[Any, Any]:
    education, proof, certificate = documents()
    unprinted = certificate | {"valid_until": None, "issuer_code": "QRT", **changes}
    return _asked(documents=[education, proof, unprinted], checks=list(checks))


def test_a_checker_reads_the_day_that_is_not_printed() -> None:
    read = _check("1", date(2026, 1, 1))
    assert _with_checks(read) == ({}, [("TERM_CHECKED", f"{WHO}-l")])
    assert "LANGUAGE" in _with_checks(read | {"result_code": "unclear"})[0]
    assert "LANGUAGE" in _with_checks(read | {"document_id": "another"})[0]
    too_old = _check("2", date(2025, 6, 9))
    assert _with_checks(read, too_old)[0] == {"LANGUAGE": [("EXPIRED", f"{WHO}-l")]}, "of a moment the number"
    assert not _with_checks(read | {"checked_at": local(2025, 7, 2)}, too_old)[0]
    unknown = {"LANGUAGE": [("TERM_UNKNOWN", f"{WHO}-l")]}
    for result in ("rejected", "unclear", "confirmed"):
        assert _with_checks(read, _check("3", None, result_code=result))[0] == unknown, "the latest only"
    kaztest = _with_checks(too_old, issuer_code="KAZTEST")
    assert kaztest[0] == {"LANGUAGE": [("EXPIRED", f"{WHO}-l")]}, "the checker's day before the assumed one"


def test_checks_count_when_made_and_received_before_the_close() -> None:
    closing, read = local(2025, 8, 1), _check("1", date(2026, 1, 1))
    unknown = {"LANGUAGE": [("TERM_UNKNOWN", f"{WHO}-l")]}
    for changes, found in (
        ({"checked_at": closing - SECOND, "_received": closing - SECOND}, {}),
        ({"checked_at": closing, "_received": closing - SECOND}, unknown),
        ({"checked_at": closing - SECOND, "_received": closing}, unknown),
        ({"_received": closing, "_first": closing - SECOND}, {}),
        ({"candidate_no": "R25-000002"}, unknown),
    ):
        assert _with_checks(read | changes)[0] == found
    after = _check("2", None, result_code="rejected", checked_at=closing)
    assert not _with_checks(read, after)[0], "what is found after the close changes no list"


@pytest.mark.parametrize(
    ("code", "valid_to", "bars"),
    (
        ("reserve_member", date(2024, 5, 3), True),
        ("reserve_removed", date(2024, 5, 3), True),
        ("corps_a", date(2025, 6, 9), False),
        ("corps_a", date(2025, 6, 10), True),
    ),
)
def test_terms_of_the_reserve_bar_for_good(code: str, valid_to: date, bars: bool) -> None:
    entry = {"iin": IIN, "stop_list_code": code, "valid_from": date(2021, 5, 4), "valid_to": valid_to}
    assert _reason(stop_list=[entry]) == ("STOP_LIST" if bars else "ELIGIBLE")
    assert _reason(stop_list=[entry | {"valid_from": date(2025, 6, 11)}]) == "ELIGIBLE", "not yet"


def test_rules_are_asked_while_they_are_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission of 10 June; one rule ends the day before it, one on it, one begins the day after."""
    since, day = date(2025, 1, 1), date(2025, 6, 10)
    terms = {
        "AGE": (since, date(2025, 6, 9)),
        "CITIZENSHIP": (since, day),
        "STOP_LIST": (date(2025, 6, 11), None),
    }
    rules = [(code, *terms.get(code, (since, None))) for code, _, _ in order.RULES]
    monkeypatch.setattr(order, "RULES", tuple(rules))
    entry = {"iin": IIN, "stop_list_code": "corps_a", "valid_from": since}
    found = _findings({"citizenship_code": "UZ", "birth_on": date(1980, 1, 1)}, stop_list=[entry])
    assert found == {"CITIZENSHIP": [("NOT_CITIZEN", "submission 1")]}
    draft = registration(submission_no=0, submitted_at=None, registered_at=local(2024, 12, 31))
    assert _findings(registrations=[draft]) == {}, "judged on the day of registration"


def test_warnings_of_certificates() -> None:
    education, proof, certificate = documents()

    def warned(**changes: Any) -> list[str]:
        return [code for code, _ in _warnings(documents=[education, proof, certificate | changes])]

    assert warned(valid_until=date(2025, 10, 24)) == []
    assert warned(valid_until=date(2025, 10, 23)) == ["EXPIRES_DURING_SELECTION"]
    assert warned(valid_until=None) == ["TERM_ASSUMED"]
    assert warned(valid_until=None, issued_on=date(2023, 7, 1)) == [
        "TERM_ASSUMED",
        "EXPIRES_DURING_SELECTION",
    ]
    assert warned(valid_until=date(2025, 6, 9)) == [], "it does not count"


def test_who_turns_36_before_the_selection_ends() -> None:
    assert _warnings({"birth_on": date(1989, 10, 24)}) == [("TURNS_36", "submission 1")]
    assert _warnings({"birth_on": date(1989, 10, 25)}) == []
    assert _warnings({"birth_on": date(1989, 6, 10)}) == [], "too old already"


def test_a_late_submission_is_seen() -> None:
    late = registration(submission_no=2, submitted_at=local(2025, 7, 1))
    found, warned = _asked(registrations=[registration(), late])
    assert (found, warned) == ({}, [("LATE_SUBMISSION", "submission 2")])

"""Each rule of stage 1 at its boundaries, from files through the real door: who passes, and why who does not.

Here: one small delivery with an account for each case, and what docs/rules.md says of it. Not here: whole
seasons (`test_oracle.py`), and what is computed of a birthday (`tests/unit/ingestion/test_derivation.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.clock import local_to_utc
from orchestration.eligibility_reports import read_explanation
from orchestration.release_reading import OpenRelease
from orchestration.releases import CurrentRelease
from orchestration.vetting_reports import Reading
from tests.support.filing import (
    DOCUMENTS,
    FILED_ON,
    PERIODS,
    REGISTRATIONS,
    STOP_LIST,
    Account,
    Filed,
    certificate,
    check,
    decision,
    draft,
    education,
    entry,
    period,
    proof,
    registration,
    write_accounts,
)
from tests.support.season import CompiledProject, TestSeason, open_season

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CLOSES = datetime(2025, 7, 1)
VETTING_ENDS = datetime(2025, 8, 1)
VETTED = datetime(2025, 8, 1, 9)  # the list of vetting is published
SUBMISSION = (REGISTRATIONS, "submission 1")

# rule -> finding -> rows looked at (feed, row)
Findings = Mapping[str, Mapping[str, set[tuple[str, str]]]]


@dataclass(frozen=True)
class Case:
    """An account, and what has to come of it.

    A document is written by its number in the account.
    """

    account: Account
    findings: Findings = field(default_factory=dict)
    warnings: Mapping[str, date | None] = field(default_factory=dict)
    track: str = "social"
    effects: tuple[tuple[str, str, str, str], ...] = ()


def submission(rule: str, *findings: str, row: str = "submission 1") -> dict[str, dict[str, Any]]:
    """Findings of a rule that look at the registration row."""
    return {rule: {finding: {(REGISTRATIONS, row)} for finding in findings}}


def papers(rule: str, finding: str, *documents: int) -> dict[str, dict[str, Any]]:
    """A finding of a rule that looks at documents."""
    return {rule: {finding: {(DOCUMENTS, f"document {number}") for number in documents}}}


def born(name: str, day: date, *, at: datetime = datetime(2025, 6, 20, 12), **expected: Any) -> Case:
    """Somebody's birthday against the day of their submission, and that of the end of the selection."""
    return Case(Account(name, [registration(birth_on=day, submitted_at=at)]), **expected)


TOO_OLD = submission("AGE", "TOO_OLD")
AGES = [
    born("36 tomorrow", date(1989, 6, 21), warnings={"TURNS_36": None}),
    born("36 today", date(1989, 6, 20), findings=TOO_OLD),
    born("36 yesterday", date(1989, 6, 19), findings=TOO_OLD),
    # local midnight is 19:00 of the day before in UTC
    born("36 since half an hour", date(1989, 6, 20), at=datetime(2025, 6, 20, 0, 30), findings=TOO_OLD),
    born(
        "36 in a second", date(1989, 6, 20), at=datetime(2025, 6, 19, 23, 59, 59), warnings={"TURNS_36": None}
    ),
    born("36 on the last day of the selection", date(1989, 10, 24), warnings={"TURNS_36": None}),
    born("36 on the day after", date(1989, 10, 25)),
    born("born on 29 February", date(1992, 2, 29)),
    born("born on 29 February, too old", date(1988, 2, 29), findings=TOO_OLD),
]


def employed(
    name: str, *jobs: tuple[str, str | None], short: tuple[int, ...] = (), none: bool = False
) -> Case:
    """Jobs against the day of submission, 20 June 2025; `short`: the periods that a finding names."""
    findings: Findings = {}
    if short:
        findings = {"EXPERIENCE": {"TOO_SHORT": {(PERIODS, f"period {number}") for number in short}}}
    if none:
        findings = submission("EXPERIENCE", "NO_EMPLOYMENT")
    return Case(Account(name, periods=[period(*job) for job in jobs]), findings)


# Five years to 20 June 2025 have 1,826 days, of which one is a 29 February.
EXPERIENCE = [
    employed("1,826 days, open", ("2020-06-21", None)),
    employed("1,825 days, open", ("2020-06-22", None), short=(1,)),
    employed("1,826 days, ends on the day", ("2020-06-21", "2025-06-20")),
    employed("1,825 days, ends the day before", ("2020-06-21", "2025-06-19"), short=(1,)),
    # long ago: as many days count, however many leap days were in them
    employed("1,826 days long ago, one leap day", ("2017-01-01", "2021-12-31")),
    employed("1,825 days long ago, no leap day lost", ("2017-01-02", "2021-12-31"), short=(1,)),
    employed("1,826 days long ago, two leap days", ("2016-01-01", "2020-12-30")),
    employed("1,825 days long ago, two leap days", ("2016-01-01", "2020-12-29"), short=(1,)),
    employed("overlap counts once", ("2021-06-21", None), ("2022-06-21", "2024-06-20"), short=(1, 2)),
    employed("overlap is long enough", ("2020-06-21", "2023-01-01"), ("2022-01-01", None)),
    employed("one inside another", ("2020-06-22", None), ("2021-01-01", "2021-12-31"), short=(1, 2)),
    employed("one inside another, exact", ("2020-06-21", None), ("2021-01-01", "2021-12-31")),
    employed("the same twice", ("2022-12-20", None), ("2022-12-20", None), short=(1, 2)),
    employed("touching, day after day", ("2020-06-21", "2022-12-31"), ("2023-01-01", None)),
    employed("touching, the day shared", ("2020-06-22", "2023-01-01"), ("2023-01-01", None), short=(1, 2)),
    employed("gap made up for", ("2015-01-01", "2015-01-10"), ("2020-07-01", None)),
    employed("gap of a day too many", ("2015-01-01", "2015-01-09"), ("2020-07-01", None), short=(1, 2)),
    employed("an end in the future adds nothing", ("2020-06-22", "2027-01-01"), short=(1,)),
    employed("one begins on the day", ("2020-06-21", "2025-06-19"), ("2025-06-20", None)),
    employed("one begins the day after", ("2020-06-21", "2025-06-19"), ("2025-06-21", None), short=(1,)),
    employed("short, one begins on the day", ("2021-06-21", None), ("2025-06-20", None), short=(1, 2)),
    employed("all in the future", ("2025-06-21", None), none=True),
    employed("none", none=True),
]


def certified(
    name: str,
    *documents: Mapping[str, Any],
    checks: tuple[Any, ...] = (),
    bad: str = "",
    **warnings: date | None,
) -> Case:
    """Certificates against the day of submission; the first stands third among the documents."""
    held = [education(), proof(), *(certificate(**changes) for changes in documents)]
    rows = range(3, 3 + len(documents))
    findings = papers("LANGUAGE", bad, *rows) if bad else {}
    return Case(Account(name, documents=held, checks=checks), findings, warnings)


UNDATED = {"valid_until": None}
QRT = {"issuer_code": "QRT", "issued_on": date(2025, 3, 1), **UNDATED}
TWO_YEARS_AGO = date(2023, 6, 20)
CHECKED_AT = datetime(2025, 6, 25, 10)
# The last day of the selection is 24 October.
CERTIFICATES = [
    certified("expires on the day", {"valid_until": FILED_ON}, EXPIRES_DURING_SELECTION=FILED_ON),
    certified("expired the day before", {"valid_until": FILED_ON - DAY}, bad="EXPIRED"),
    certified("expires on the last day of the selection", {"valid_until": date(2025, 10, 24)}),
    certified(
        "expires the day before it",
        {"valid_until": date(2025, 10, 23)},
        EXPIRES_DURING_SELECTION=date(2025, 10, 23),
    ),
    certified("issued on the day", {"issued_on": FILED_ON}),
    certified("issued the day after", {"issued_on": FILED_ON + DAY}, bad="ISSUED_LATER"),
    certified("issued nobody knows when", {"issued_on": None}, bad="ISSUED_LATER"),
    certified("B1", {"level_code": "B1"}),
    certified("A2", {"level_code": "A2"}, bad="LEVEL_TOO_LOW"),
    certified("C2", {"level_code": "C2"}),
    certified("of no level", {"level_code": None}, bad="LEVEL_TOO_LOW"),
    certified(
        "A2 and expired, one finding",
        {"level_code": "A2", "valid_until": FILED_ON - DAY},
        bad="LEVEL_TOO_LOW",
    ),
    certified(
        "KAZTEST of two years ago to the day",
        {**UNDATED, "issued_on": TWO_YEARS_AGO},
        TERM_ASSUMED=FILED_ON,
        EXPIRES_DURING_SELECTION=FILED_ON,
    ),
    certified(
        "KAZTEST of two years and a day ago", {**UNDATED, "issued_on": TWO_YEARS_AGO - DAY}, bad="EXPIRED"
    ),
    certified("QRT, nobody looked", QRT, bad="TERM_UNKNOWN"),
    certified("of no issuer, nobody looked", {**UNDATED, "issuer_code": None}, bad="TERM_UNKNOWN"),
    certified("QRT, printed", {**QRT, "valid_until": date(2026, 3, 1)}),
    certified(
        "QRT, a checker read that it holds",
        QRT,
        checks=(check(CHECKED_AT, "confirmed", date(2026, 3, 1)),),
        TERM_CHECKED=date(2026, 3, 1),
    ),
    certified(
        "QRT, a checker read the day of submission",
        QRT,
        checks=(check(CHECKED_AT, "confirmed", FILED_ON),),
        TERM_CHECKED=FILED_ON,
        EXPIRES_DURING_SELECTION=FILED_ON,
    ),
    certified(
        "QRT, a checker read the day before",
        QRT,
        checks=(check(CHECKED_AT, "confirmed", FILED_ON - DAY),),
        bad="EXPIRED",
    ),
    certified(
        "QRT, the later check counts",
        QRT,
        checks=(
            check(CHECKED_AT, "confirmed", FILED_ON - DAY),
            check(CHECKED_AT + SECOND, "confirmed", date(2026, 3, 1)),
        ),
        TERM_CHECKED=date(2026, 3, 1),
    ),
    certified(
        "QRT, of two checks at once the later number counts",
        QRT,
        checks=(
            check(CHECKED_AT, "confirmed", date(2026, 3, 1)),
            check(CHECKED_AT, "confirmed", FILED_ON - DAY),
        ),
        bad="EXPIRED",
    ),
    certified(
        "QRT, the latest check states no day",
        QRT,
        checks=(check(CHECKED_AT, "confirmed", date(2026, 3, 1)), check(CHECKED_AT + SECOND, "confirmed")),
        bad="TERM_UNKNOWN",
    ),
    certified(
        "QRT, the latest check takes it back",
        QRT,
        checks=(
            check(CHECKED_AT, "confirmed", date(2026, 3, 1)),
            check(CHECKED_AT + SECOND, "unclear", date(2026, 3, 1)),
        ),
        bad="TERM_UNKNOWN",
    ),
    certified(
        "QRT, checked in the last second of vetting",
        QRT,
        checks=(check(VETTING_ENDS - SECOND, "confirmed", date(2026, 3, 1)),),
        TERM_CHECKED=date(2026, 3, 1),
    ),
    certified(
        "QRT, checked when vetting was over",
        QRT,
        checks=(check(VETTING_ENDS, "confirmed", date(2026, 3, 1)),),
        bad="TERM_UNKNOWN",
    ),
    certified(
        "QRT, a day of a rejected check is none",
        QRT,
        checks=(
            check(CHECKED_AT, "rejected", date(2026, 3, 1)),
            check(CHECKED_AT, "unclear", date(2026, 3, 1)),
        ),
        bad="TERM_UNKNOWN",
    ),
    certified(
        "KAZTEST, a checker knows better than two years",
        {**UNDATED, "issued_on": date(2025, 1, 15)},
        checks=(check(CHECKED_AT, "confirmed", FILED_ON - DAY),),
        bad="EXPIRED",
    ),
    certified(
        "what is printed counts, not what a checker read",
        {"valid_until": FILED_ON - DAY},
        checks=(check(CHECKED_AT, "confirmed", date(2026, 3, 1)),),
        bad="EXPIRED",
    ),
    certified(
        "two bad ones", {"valid_until": FILED_ON - DAY}, {"valid_until": FILED_ON - DAY}, bad="EXPIRED"
    ),
    certified("one bad and one good", {"level_code": "A1"}, {"level_code": "B2"}),
]


def sent(name: str, at: datetime, findings: Findings | None = None, **warnings: date | None) -> Case:
    """The moment of the submission; its documents were there long before."""
    documents = [one(uploaded_at=datetime(2025, 5, 20)) for one in (education, proof, certificate)]
    rows = [registration(submitted_at=at, registered_at=datetime(2025, 5, 20))]
    return Case(Account(name, rows, documents), findings or {}, warnings)


OUTSIDE = submission("SUBMITTED", "SUBMITTED_OUTSIDE_WINDOW")
MOMENTS = [
    sent("last second", CLOSES - SECOND),
    sent("at closing", CLOSES, OUTSIDE, LATE_SUBMISSION=date(2025, 7, 1)),
    sent("first second", datetime(2025, 6, 1)),
    sent("a second before the intake", datetime(2025, 6, 1) - SECOND, OUTSIDE),
    Case(Account("draft", [draft()]), submission("SUBMITTED", "NOTHING_SUBMITTED", row="submission 0")),
    Case(
        Account("draft, then twice too late", [
            draft(),
            registration(submission_no=1, submitted_at=CLOSES),
            registration(submission_no=2, submitted_at=CLOSES + DAY),
        ]),
        {"SUBMITTED": {
            "SUBMITTED_OUTSIDE_WINDOW": {(REGISTRATIONS, "submission 1"), (REGISTRATIONS, "submission 2")}
        }},
        {"LATE_SUBMISSION": date(2025, 7, 2)},
    ),
    Case(
        Account(
            "in time, then too late",
            [registration(), registration(submission_no=2, submitted_at=CLOSES)],
        ),
        warnings={"LATE_SUBMISSION": date(2025, 7, 1)},
    ),
    # the contract of the feed does not forbid it; nothing was submitted
    Case(
        Account("a submission without a moment", [registration(submitted_at=None)]),
        submission("SUBMITTED", "NOTHING_SUBMITTED"),
    ),
]  # fmt: skip

CONSENTS = {
    "accepts_user_agreement": "NO_USER_AGREEMENT",
    "consents_personal_data": "NO_DATA_CONSENT",
    "confirms_equipment": "NO_EQUIPMENT",
    "accepts_exclusion_terms": "NO_EXCLUSION_TERMS",
    "accepts_non_disclosure": "NO_NON_DISCLOSURE",
}
REGISTERED = [
    *(
        Case(Account(f"without {name}", [registration(**{name: False})]), submission("CONSENTS", finding))
        for name, finding in CONSENTS.items()
    ),
    Case(
        Account("without any consent", [registration(**dict.fromkeys(CONSENTS, False))]),
        submission("CONSENTS", *CONSENTS.values()),
    ),
    Case(
        Account("of another country", [registration(citizenship_code="UZ")]),
        submission("CITIZENSHIP", "NOT_CITIZEN"),
    ),
]


def filed(name: str, *documents: Any, **findings: Any) -> Case:
    """Documents against the moment of submission; findings by rule."""
    return Case(Account(name, documents=documents), findings)


AT_SUBMISSION = {"uploaded_at": datetime(2025, 6, 20, 12)}
A_SECOND_LATER = {"uploaded_at": datetime(2025, 6, 20, 12) + SECOND}
NO_EDUCATION = submission("EDUCATION", "NO_EDUCATION")
UPLOADS = [
    filed(
        "uploaded at the second of submission",
        *(one(**AT_SUBMISSION) for one in (education, proof, certificate)),
    ),
    filed(
        "education a second later", education(**A_SECOND_LATER), proof(), certificate(),
        DOCUMENTS={
            **submission("DOCUMENTS", "NO_EDUCATION")["DOCUMENTS"],
            **papers("DOCUMENTS", "UPLOADED_LATE", 1)["DOCUMENTS"],
        },
        **NO_EDUCATION,
    ),
    filed(
        "proof a second later", education(), proof(**A_SECOND_LATER), certificate(),
        DOCUMENTS={
            **submission("DOCUMENTS", "NO_EMPLOYMENT_PROOF")["DOCUMENTS"],
            **papers("DOCUMENTS", "UPLOADED_LATE", 2)["DOCUMENTS"],
        },
    ),
    filed(
        "certificate a second later", education(), proof(), certificate(**A_SECOND_LATER),
        DOCUMENTS={
            **submission("DOCUMENTS", "NO_CERTIFICATE")["DOCUMENTS"],
            **papers("DOCUMENTS", "UPLOADED_LATE", 3)["DOCUMENTS"],
        },
        **submission("LANGUAGE", "NO_CERTIFICATE"),
    ),
    filed("another certificate later", education(), proof(), certificate(), certificate(**A_SECOND_LATER)),
    filed("no proof", education(), certificate(), **submission("DOCUMENTS", "NO_EMPLOYMENT_PROOF")),
    filed(
        "no education", proof(), certificate(), **submission("DOCUMENTS", "NO_EDUCATION"), **NO_EDUCATION
    ),
    filed(
        "no papers",
        **submission("DOCUMENTS", "NO_EDUCATION", "NO_EMPLOYMENT_PROOF", "NO_CERTIFICATE"),
        **NO_EDUCATION,
        **submission("LANGUAGE", "NO_CERTIFICATE"),
    ),
    filed(
        "no annex", education(has_annex=False), proof(), certificate(), **papers("DOCUMENTS", "NO_ANNEX", 1)
    ),
    filed(
        "annex unsaid", education(has_annex=None), proof(), certificate(),
        **papers("DOCUMENTS", "NO_ANNEX", 1),
    ),
    filed(
        "two without annex", education(has_annex=False), education(has_annex=False), proof(), certificate(),
        **papers("DOCUMENTS", "NO_ANNEX", 1, 2),
    ),
    filed("one of two with annex", education(has_annex=False), education(), proof(), certificate()),
    filed(
        "annex only a second later",
        education(has_annex=False), education(**A_SECOND_LATER), proof(), certificate(),
        **papers("DOCUMENTS", "NO_ANNEX", 1),
    ),
    filed(
        "a college", education(education_level_code="secondary_vocational"), proof(), certificate(),
        **papers("EDUCATION", "NOT_HIGHER", 1),
    ),
    filed(
        "of no level of education", education(education_level_code=None), proof(), certificate(),
        **papers("EDUCATION", "NOT_HIGHER", 1),
    ),
    filed(
        "a college and a bachelor", education(education_level_code="secondary_vocational"),
        education(education_level_code="bachelor"), proof(), certificate(),
    ),
]  # fmt: skip


def listed(name: str, *entries: Any, rows: tuple[str, ...] = ()) -> Case:
    """Entries of stop lists against the day of submission."""
    findings: Findings = {}
    if rows:
        findings = {"STOP_LIST": {"ON_STOP_LIST": {(STOP_LIST, row) for row in rows}}}
    return Case(Account(name, entries=entries), findings)


STOPS = [
    listed("listed from the day", entry(FILED_ON), rows=("political 2025-06-20",)),
    listed("listed from the day after", entry(FILED_ON + DAY)),
    listed("listed to the day", entry(date(2024, 1, 1), FILED_ON), rows=("political 2024-01-01",)),
    listed("listed to the day before", entry(date(2024, 1, 1), FILED_ON - DAY)),
    # who was a member of the Reserve stays barred; not who will be one
    listed(
        "a past member of the Reserve",
        entry(date(2019, 1, 1), date(2022, 1, 1), code="reserve_member"),
        rows=("reserve_member 2019-01-01",),
    ),
    listed(
        "removed from the Reserve long ago",
        entry(date(2019, 1, 1), date(2019, 1, 1), code="reserve_removed"),
        rows=("reserve_removed 2019-01-01",),
    ),
    listed("a member of the Reserve from the day after", entry(FILED_ON + DAY, code="reserve_member")),
    listed(
        "on two lists and off a third",
        entry(date(2020, 2, 3)),
        entry(date(2021, 2, 3), code="reserve_removed"),
        entry(date(2010, 2, 3), date(2011, 2, 3), code="corps_a"),
        rows=("political 2020-02-03", "reserve_removed 2021-02-03"),
    ),
    listed(
        "twice on one list",
        entry(date(2020, 2, 3)),
        entry(date(2023, 2, 3)),
        rows=("political 2020-02-03", "political 2023-02-03"),
    ),
]

OTHER_COUNTS = submission("COUNTED", "OTHER_ACCOUNT_COUNTS")
LATER = [registration(submitted_at=datetime(2025, 6, 21))]
ACCOUNTS = [
    Case(Account("first of two", person="two"), OTHER_COUNTS),
    Case(Account("second of two", LATER, person="two")),
    Case(Account("complete, then incomplete", person="incomplete later")),
    Case(Account("incomplete later", LATER, documents=[proof()], person="incomplete later"), OTHER_COUNTS),
    Case(Account("sent beside a draft", person="draft beside")),
    Case(
        Account("draft beside it", [draft()], person="draft beside"),
        submission("SUBMITTED", "NOTHING_SUBMITTED", row="submission 0"),
    ),
    # at the same moment the greater number counts, here that of the second
    Case(Account("same moment, lesser number", person="same moment"), OTHER_COUNTS),
    Case(Account("same moment, greater number", person="same moment")),
    # a void account is asked for nothing else, whatever is wrong with it
    Case(
        Account("void and too old", [registration(birth_on=date(1980, 1, 1))], person="void"), OTHER_COUNTS
    ),
    Case(Account("counts for the void one", LATER, person="void")),
    Case(
        Account(
            "fails whatever it can",
            [
                registration(
                    **dict.fromkeys(CONSENTS, False), citizenship_code="UZ", birth_on=date(1980, 1, 1)
                )
            ],
            documents=[education(education_level_code="secondary_vocational", has_annex=False),
                       certificate(level_code="A1")],
            periods=[period("2024-01-01")],
            entries=[entry(date(2020, 2, 3))],
        ),
        {
            **submission("CONSENTS", *CONSENTS.values()),
            "DOCUMENTS": {
                **submission("DOCUMENTS", "NO_EMPLOYMENT_PROOF")["DOCUMENTS"],
                **papers("DOCUMENTS", "NO_ANNEX", 1)["DOCUMENTS"],
            },
            **submission("CITIZENSHIP", "NOT_CITIZEN"),
            **TOO_OLD,
            **papers("EDUCATION", "NOT_HIGHER", 1),
            "EXPERIENCE": {"TOO_SHORT": {(PERIODS, "period 1")}},
            **papers("LANGUAGE", "LEVEL_TOO_LOW", 2),
            "STOP_LIST": {"ON_STOP_LIST": {(STOP_LIST, "political 2020-02-03")}},
        },
    ),
]  # fmt: skip


def moved(name: str, *decisions: Any, track: str, effects: tuple[Any, ...], **more: Any) -> Case:
    """Decisions that correct the track of an account, and what became of each change."""
    return Case(Account(name, decisions=decisions, **more), track=track, effects=effects)


def corrects(number: str, at: datetime, track: str = "agro") -> dict[str, Any]:
    """A decision that corrects the track."""
    return decision(number, at, "correct_track", track_code=track)


def reverses(number: str, at: datetime, of: str) -> dict[str, Any]:
    """A decision that reverses another."""
    return decision(number, at, "reverse", "error_found", reversed_decision_no=of)


JULY = datetime(2025, 7, 10, 15)
SOCIAL, DIGITAL = (
    registration(submission_no=1, submitted_at=datetime(2025, 6, 19, 11), track_code="social"),
    registration(submission_no=2, track_code="digital"),
)
# (from, to, source, effect)
TRACKS = [
    moved(
        "corrected", corrects("T1", JULY),
        track="agro", effects=(("social", "agro", "decision", "counted"),),
    ),
    moved(
        "corrected, reversed before the list", corrects("T1", JULY), reverses("T2", VETTED, "T1"),
        track="social", effects=(("social", "agro", "decision", "reversed"),),
    ),
    moved(
        "corrected, reversed after the list", corrects("T1", JULY), reverses("T2", VETTED + SECOND, "T1"),
        track="agro", effects=(("social", "agro", "decision", "counted"),),
    ),
    moved(
        "reversed by a decision dated before it", corrects("T1", JULY), reverses("T2", JULY - SECOND, "T1"),
        track="agro", effects=(("social", "agro", "decision", "counted"),),
    ),
    moved(
        "corrected at the second of the list", corrects("T1", VETTED),
        track="agro", effects=(("social", "agro", "decision", "counted"),),
    ),
    moved(
        "corrected a second after the list", corrects("T1", VETTED + SECOND),
        track="social", effects=(("social", "agro", "decision", "too_late"),),
    ),
    moved(
        "corrected twice", corrects("T1", JULY), corrects("T2", JULY + DAY, "economy"), track="economy",
        effects=(("social", "agro", "decision", "superseded"), ("agro", "economy", "decision", "counted")),
    ),
    moved(
        "the later correction reversed",
        corrects("T1", JULY), corrects("T2", JULY + DAY, "economy"), reverses("T3", JULY + 2 * DAY, "T2"),
        track="agro",
        effects=(("social", "agro", "decision", "counted"), ("agro", "economy", "decision", "reversed")),
    ),
    moved(
        "overtaken by a submission", corrects("T1", datetime(2025, 6, 20, 11, 59, 59)), track="social",
        effects=(("social", "agro", "decision", "superseded"),),
    ),
    moved(
        "corrected at the second of the submission", corrects("T1", datetime(2025, 6, 20, 12)), track="agro",
        effects=(("social", "agro", "decision", "counted"),),
    ),
    moved(
        "overtaken, then corrected anew",
        corrects("T1", datetime(2025, 6, 20, 11)), corrects("T2", JULY, "economy"), track="economy",
        effects=(
            ("social", "agro", "decision", "superseded"), ("social", "economy", "decision", "counted")
        ),
    ),
    moved(
        "reversed, then corrected anew",
        corrects("T1", JULY), reverses("T2", JULY + DAY, "T1"), corrects("T3", JULY + 2 * DAY, "economy"),
        track="economy",
        effects=(("social", "agro", "decision", "reversed"), ("social", "economy", "decision", "counted")),
    ),
    moved(
        "of two at once the greater number",
        corrects("T2", JULY), corrects("T1", JULY, "economy"), track="agro",
        effects=(("social", "economy", "decision", "superseded"), ("economy", "agro", "decision", "counted")),
    ),
    moved(
        "changed in time, then corrected", corrects("T1", JULY), submissions=[SOCIAL, DIGITAL], track="agro",
        effects=(
            ("social", "digital", "submission", "superseded"), ("digital", "agro", "decision", "counted")
        ),
    ),
    moved(
        "changed in time", submissions=[SOCIAL, DIGITAL], track="digital",
        effects=(("social", "digital", "submission", "counted"),),
    ),
    moved(
        "changed there and back",
        submissions=[SOCIAL, DIGITAL, registration(submission_no=3, submitted_at=CLOSES - SECOND)],
        track="social",
        effects=(
            ("social", "digital", "submission", "superseded"), ("digital", "social", "submission", "counted")
        ),
    ),
    moved(
        "sent again with the same track",
        submissions=[SOCIAL, DIGITAL, registration(submission_no=3, submitted_at=CLOSES - SECOND,
                                                   track_code="digital")],
        track="digital", effects=(("social", "digital", "submission", "counted"),),
    ),
    replace(
        moved(
            "asked for too late",
            submissions=[SOCIAL, {**DIGITAL, "submitted_at": CLOSES}], track="social",
            effects=(("social", "digital", "submission", "after_window"),),
        ),
        warnings={"LATE_SUBMISSION": date(2025, 7, 1)},
    ),
    replace(
        moved(
            "asked for too late, then corrected", corrects("T1", JULY, "digital"),
            submissions=[SOCIAL, {**DIGITAL, "submitted_at": CLOSES}], track="digital",
            effects=(
                ("social", "digital", "submission", "after_window"),
                ("social", "digital", "decision", "counted"),
            ),
        ),
        warnings={"LATE_SUBMISSION": date(2025, 7, 1)},
    ),
    Case(
        Account("a draft cannot be corrected", [draft()], decisions=[corrects("T1", JULY)]),
        submission("SUBMITTED", "NOTHING_SUBMITTED", row="submission 0"),
        effects=(("social", "agro", "decision", "no_submission"),),
    ),
]  # fmt: skip

GROUPS = (AGES, EXPERIENCE, CERTIFICATES, MOMENTS, REGISTERED, UPLOADS, STOPS, ACCOUNTS, TRACKS)
CASES = {case.account.name: case for group in GROUPS for case in group}
NOW = datetime(2025, 12, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Judged:
    """What the warehouse says of the accounts."""

    season: TestSeason
    filed: Filed

    def findings(self, name: str) -> dict[str, dict[str, set[tuple[str, str]]]]:
        """Findings of an account, as a case writes them."""
        number = self.filed.numbers[name]
        found: dict[str, dict[str, set[tuple[str, str]]]] = {}
        rows = self.season.query(
            "select rule_code, finding_code, input_feed, input_id from core.fct_eligibility_findings"
            f" where candidate_no = '{number}'"
        )
        for rule, finding, feed, row in rows:
            place = row.replace(f"D-{number}-", "document ") if feed == DOCUMENTS else row
            found.setdefault(rule, {}).setdefault(finding, set()).add((feed, place))
        return found

    def warnings(self, name: str) -> dict[str, date | None]:
        """Warnings of an account with their days, the last of each kind."""
        rows = self.season.query(
            "select warning_code, warns_on from core.fct_eligibility_warnings"
            f" where candidate_no = '{self.filed.numbers[name]}' order by warns_on"
        )
        return dict(rows)

    def unmet(self, name: str) -> set[str]:
        """Rules that an account does not meet."""
        rows = self.season.query(
            "select rule_code from core.fct_eligibility_checks"
            f" where not is_met and candidate_no = '{self.filed.numbers[name]}'"
        )
        return {rule for (rule,) in rows}

    def asked(self, name: str) -> set[str]:
        """Rules that were asked of an account."""
        number = self.filed.numbers[name]
        query = f"select rule_code from core.fct_eligibility_checks where candidate_no = '{number}'"
        return {rule for (rule,) in self.season.query(query)}


@pytest.fixture(scope="module")
def judged(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """All cases in one delivery, after the season."""
    folder = tmp_path_factory.mktemp("eligibility")
    filed = write_accounts(folder / "landing", [case.account for case in CASES.values()])
    season = open_season(compiled_project, folder / "home", folder / "landing")
    season.land()
    season.build(NOW)
    return Judged(season, filed)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len(CASES) == sum(len(group) for group in GROUPS)


def test_everything_got_through_the_door(judged: Judged) -> None:
    assert judged.season.query("select count(*) from raw._quarantine") == [(0,)]


@pytest.mark.parametrize("name", CASES)
def test_findings_name_what_is_wrong_and_nothing_else(judged: Judged, name: str) -> None:
    assert judged.findings(name) == CASES[name].findings
    assert judged.unmet(name) == set(CASES[name].findings)


@pytest.mark.parametrize("name", CASES)
def test_warnings_and_tracks(judged: Judged, name: str) -> None:
    case = CASES[name]
    assert judged.warnings(name) == case.warnings
    number = judged.filed.numbers[name]
    tracks = judged.season.query(
        f"select track_code from core.dim_candidates where candidate_no = '{number}'"
    )
    assert tracks == [(case.track,)]
    changes = judged.season.query(
        "select from_track_code, to_track_code, source_code, effect_code from core.fct_track_changes"
        f" where candidate_no = '{number}' order by change_no"
    )
    assert tuple(changes) == case.effects


def test_the_first_rule_that_fails_is_the_reason_shown(judged: Judged) -> None:
    orders = dict(judged.season.query("select rule_code, rule_order from seeds.eligibility_rules"))
    reasons = dict(judged.season.query("select rule_code, reason_code from seeds.eligibility_rules"))
    shown = dict(
        judged.season.query(
            "select candidate_no, reason_code from selection.sel_stage_results"
            " where stage_code = 'registration'"
        )
    )
    for name, case in CASES.items():
        first = min(case.findings, key=orders.__getitem__, default=None)
        assert shown[judged.filed.numbers[name]] == (reasons[first] if first else "ELIGIBLE"), name


KEYS = {
    REGISTRATIONS: "'submission ' || submission_no",
    DOCUMENTS: "document_id",
    PERIODS: "'period ' || period_no",
    STOP_LIST: "stop_list_code || ' ' || valid_from",
}


@pytest.mark.parametrize("feed", KEYS)
def test_a_finding_leads_to_its_row_in_its_file(judged: Judged, feed: str) -> None:
    of_candidate = "true" if feed == STOP_LIST else "r.candidate_no = f.candidate_no"
    ((count, found),) = judged.season.query(f"""
        select count(*), count(r._batch_id) from core.fct_eligibility_findings as f
        left join raw.{feed} as r
            on r._batch_id = f._batch_id and r._row_number = f._row_number and {KEYS[feed]} = f.input_id
            and {of_candidate}
        where f.input_feed = '{feed}'
    """)
    assert count == found > 0


def with_rules(judged: Judged, folder: Path, change: str, as_of: datetime = NOW) -> Judged:
    """The same accounts under other seeds, or at another moment."""
    home = folder / "home"
    home.mkdir()
    shutil.copy(judged.season.config.warehouse, home / "warehouse.duckdb")
    config = replace(judged.season.config, warehouse=home / "warehouse.duckdb")
    with duckdb.connect(str(config.warehouse)) as connection:
        connection.execute(change)
    season = TestSeason(config, judged.season.project)
    season.build(as_of)
    return Judged(season, judged.filed)


@pytest.mark.parametrize(
    ("bounds", "is_asked"),
    [
        ("valid_to = date '2025-06-20'", True),
        ("valid_to = date '2025-06-19'", False),
        ("valid_from = date '2025-06-20'", True),
        ("valid_from = date '2025-06-21'", False),
    ],
)
def test_a_rule_is_asked_while_it_is_in_force(
    judged: Judged, tmp_path: Path, bounds: str, is_asked: bool
) -> None:
    """Both ends included, on the local day of the submission; two submit at its first and last half hour."""
    change = f"update seeds.eligibility_rules set {bounds} where rule_code in ('AGE', 'CITIZENSHIP')"
    other = with_rules(judged, tmp_path, change)
    assert ("CITIZENSHIP" in other.asked("of another country")) is is_asked
    assert other.findings("of another country") == (
        submission("CITIZENSHIP", "NOT_CITIZEN") if is_asked else {}
    )
    assert ("AGE" in other.asked("36 since half an hour")) is is_asked
    assert ("AGE" in other.asked("36 in a second")) is ("from" not in bounds)
    assert ("TURNS_36" in other.warnings("36 tomorrow")) is is_asked


def test_nobody_passes_because_no_rule_is_in_force(judged: Judged, tmp_path: Path) -> None:
    other = with_rules(judged, tmp_path, "update seeds.eligibility_rules set valid_to = date '2025-01-02'")
    shown = dict(
        other.season.query(
            "select candidate_no, reason_code from selection.sel_stage_results"
            " where stage_code = 'registration'"
        )
    )
    assert shown[judged.filed.numbers["draft"]] == "REG_NOT_SUBMITTED"
    assert shown[judged.filed.numbers["first of two"]] == "ACCOUNT_SUPERSEDED"
    assert other.findings("draft") == CASES["draft"].findings


def test_no_decision_moves_a_track_before_the_intake_closes(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    """One of 25 June changes nothing on the 30th; from closing on it counts."""
    early = Account("early", decisions=[corrects("T1", datetime(2025, 6, 25))])
    filed = write_accounts(tmp_path / "landing", [early], "2025-06-26T090000")
    season = open_season(compiled_project, tmp_path / "home", tmp_path / "landing")
    season.land()
    found = []
    for moment in (CLOSES - SECOND, CLOSES):
        season.build(local_to_utc(moment).replace(tzinfo=UTC))
        found += season.query("""
            select track_code, effect_code from core.dim_candidates inner join core.fct_track_changes
            using (candidate_no)
        """)
    assert found == [("social", "pending"), ("agro", "counted")]
    assert filed.name("R25-000001") == "early"


def test_a_stop_list_has_versions(compiled_project: CompiledProject, tmp_path: Path) -> None:
    """A person who leaves a list leaves it in its next version; the version of before is still told apart."""
    listed = Account("listed", entries=[entry(date(2020, 2, 3)), entry(date(2025, 6, 10), code="corps_a")])
    write_accounts(tmp_path / "landing", [listed], "2025-06-05T090000")
    left = replace(listed, entries=[entry(date(2020, 2, 3), date(2025, 6, 1)), listed.entries[1]])
    write_accounts(tmp_path / "landing", [left], "2025-06-12T090000")
    season = open_season(compiled_project, tmp_path / "home", tmp_path / "landing")
    season.land()
    season.build(NOW)
    versions = season.query(
        "select stop_list_code, received_at, count_entries, count_in_force from core.fct_stop_list_versions"
        " order by all"
    )
    first, second = datetime(2025, 6, 5, 4), datetime(2025, 6, 12, 4)
    assert versions == [
        ("corps_a", first, 1, 0),
        ("corps_a", second, 1, 1),
        ("political", first, 1, 1),
        ("political", second, 1, 0),
    ]
    findings = season.query("select input_id from core.fct_eligibility_findings")
    assert findings == [("corps_a 2025-06-10",)]


def test_the_report_counts_what_the_cases_say(judged: Judged) -> None:
    rows = judged.season.query("""
        select rule_code, sum(count_asked), sum(count_failed), sum(count_first_reason)
        from reporting.rpt_eligibility group by rule_code
    """)
    counts = {rule: numbers for rule, *numbers in rows}
    orders = dict(judged.season.query("select rule_code, rule_order from seeds.eligibility_rules"))
    assert counts["SUBMITTED"][0] == len(CASES)
    for rule, (_, failed, first) in counts.items():
        assert failed == sum(rule in case.findings for case in CASES.values()), rule
        is_first = [min(case.findings, key=orders.__getitem__) for case in CASES.values() if case.findings]
        assert first == is_first.count(rule), rule
    assert sum(first for _, _, first in counts.values()) == sum(bool(c.findings) for c in CASES.values())


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_command_can_tell_every_case(judged: Judged, language: str) -> None:
    """Every finding, warning and change has its text and its file, in every language."""
    release = OpenRelease(
        CurrentRelease("r", Path("r"), NOW, None), Reading(judged.season.config.warehouse, language)
    )
    told_of: set[str] = set()
    for name, case in CASES.items():
        alike = repr((case.findings, case.warnings, case.effects))
        if alike in told_of:
            continue
        told_of.add(alike)
        told = read_explanation(release, judged.filed.numbers[name])
        assert {rule["rule_code"] for rule in told.rules if rule["is_met"] is False} == set(case.findings)
        assert {row["rule_code"] for row in told.findings} == set(case.findings)
        assert all(row["text"] and row["source_file"] for row in [*told.findings, *told.warnings]), name
        assert len(told.changes) == len(case.effects)
        assert all(row["from_name"] and row["effect_name"] for row in told.changes)


def test_no_finding_tells_a_birthday(judged: Judged) -> None:
    """Neither `TOO_OLD` nor `TURNS_36` says a day; nothing of the facts holds a key of a person."""
    columns = judged.season.query(
        "select column_name from duckdb_columns() where schema_name in ('core', 'reporting')"
    )
    assert not {"birth_on", "person_key", "identity_key", "age_years_on_close"} & {
        name for (name,) in columns
    }
    turning = judged.season.query(
        "select distinct warns_on from core.fct_eligibility_warnings where warning_code = 'TURNS_36'"
    )
    assert turning == [(None,)]

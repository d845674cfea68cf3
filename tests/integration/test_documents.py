"""Document checking in a whole season: every need, its work and every checker, computed a second time.

Here: an independent reading of docs/rules.md (Documents) over the accepted rows, in plain Python. Who is
eligible, and why not, is taken from the warehouse: that is compared elsewhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion.sample_season import write_season
from orchestration.checks.vetting import QUESTIONS, answers
from orchestration.settings import load_settings
from tests.support.season import CompiledProject, TestSeason, open_season

TYPES = ("education", "employment_proof", "language_certificate")
BEST_FIRST = ("confirmed", "unchecked", "unclear", "rejected", "no_annex", "missing")
INTAKE_ENDS = datetime(2025, 6, 30, 19)
VETTING_ENDS = datetime(2025, 7, 31, 19)
REMINDER = timedelta(days=3)
SECOND = timedelta(seconds=1)
MOMENTS = {
    "early": datetime(2025, 6, 16, 12),
    "a second before the last days": INTAKE_ENDS - REMINDER - SECOND,
    "the last days begin": INTAKE_ENDS - REMINDER,
    "the last second of the intake": INTAKE_ENDS - SECOND,
    "the intake is over": INTAKE_ENDS,
    "in July": datetime(2025, 7, 18, 15),
    "the last days of vetting": VETTING_ENDS - REMINDER,
    "the last second of vetting": VETTING_ENDS - SECOND,
    "vetting is over": VETTING_ENDS,
    "after the season": datetime(2025, 12, 1),
}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> TestSeason:
    """A landed season with every scenario."""
    folder = tmp_path_factory.mktemp("documents")
    write_season(folder / "landing", size=300, seed=6)
    opened = open_season(compiled_project, folder / "home", folder / "landing")
    opened.land()
    return opened


@dataclass(frozen=True)
class Reading:
    """The rows of one moment, and what follows from them."""

    now: datetime
    documents: list[Row]
    checks: list[Row]
    accounts: dict[str, Row]
    unmet: dict[str, set[str]]
    term_unknown: set[str]
    stopped: set[str]
    accepted: set[str]
    higher: set[str]
    kept: dict[str, datetime]

    def latest(self) -> dict[tuple[str, str], Row]:
        """The latest check of each document of the candidate that the check names."""
        found: dict[tuple[str, str], Row] = {}
        for check in sorted(self.checks, key=lambda row: (row["checked_at"], row["check_no"])):
            found[check["document_id"], check["candidate_no"]] = check
        return found

    def considered(self) -> list[Row]:
        """Until the account submits all; then those in time, of them those that meet their rule if any do."""
        found = []
        in_time: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for document in self.documents:
            account = self.accounts.get(document["candidate_no"])
            if account is None:
                continue
            if not account["is_submitted"]:
                found.append(document)
            elif document["uploaded_at"] <= account["submitted_at"]:
                in_time[document["candidate_no"], document["document_type_code"]].append(document)
        for own in in_time.values():
            found += [document for document in own if self.meets(document)] or own
        return found

    def meets(self, document: Row) -> bool:
        """Whether a document meets the rule that it is for."""
        if document["document_type_code"] == "education":
            return document["education_level_code"] in self.higher
        if document["document_type_code"] == "language_certificate":
            return document["document_id"] in self.accepted
        return True

    def needs(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        """State and document by account and type."""
        latest = self.latest()
        best: dict[tuple[str, str], tuple[Any, ...]] = {}
        for document in self.considered():
            check = latest.get((document["document_id"], document["candidate_no"]))
            state = "unchecked" if check is None else check["result_code"]
            if document["document_type_code"] == "education" and not document["has_annex"]:
                state = "no_annex"
            key = (document["candidate_no"], document["document_type_code"])
            value = (-BEST_FIRST.index(state), document["uploaded_at"], document["document_id"])
            best[key] = max(best.get(key, value), value)
        found = {}
        for number in self.accounts:
            for kind in TYPES:
                rating, _, document_id = best.get((number, kind), (-BEST_FIRST.index("missing"), None, None))
                found[number, kind] = (BEST_FIRST[-rating], document_id)
        return found

    def work(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """(who must act, until when, whole hours left, about to close) by account and type."""
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        latest = self.latest()
        for (number, kind), (state, document_id) in self.needs().items():
            account = self.accounts[number]
            if account["is_void"] or number in self.stopped:
                continue
            closes, who = VETTING_ENDS, None
            if state in ("missing", "no_annex") and self.now < INTAKE_ENDS:
                closes, who = INTAKE_ENDS, "candidate_must_upload"
            elif self.now < VETTING_ENDS and account["is_counted"]:
                unmet = self.unmet.get(number, set())
                waits = (
                    kind == "language_certificate" and unmet == {"LANGUAGE"} and number in self.term_unknown
                )
                if waits or (not unmet and state != "confirmed"):
                    is_final = state in ("missing", "no_annex", "rejected")
                    who = "working_group_must_decide" if is_final else "checker_must_check"
            elif account["is_counted"] and state == "rejected" and not self.unmet.get(number, set()):
                looked = latest[document_id or "", number]["checked_at"]
                if not (number in self.kept and self.kept[number] > looked):
                    found[number, kind] = ("working_group_must_decide", None, None, False)
            if who:
                hours = (closes - self.now) // timedelta(hours=1)
                found[number, kind] = (who, closes, hours, self.now >= closes - REMINDER)
        return found

    def checkers(self) -> dict[str, tuple[int, ...]]:
        """Checked, confirmed, rejected, unclear, overturned, of known accounts."""
        latest = self.latest()
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for check in self.checks:
            if check["candidate_no"] in self.accounts:
                last = latest[check["document_id"], check["candidate_no"]]
                counts[check["checker_code"]][check["result_code"]] += 1
                counts[check["checker_code"]]["overturned"] += last["result_code"] != check["result_code"]
        names = ("confirmed", "rejected", "unclear")
        return {
            code: (sum(own[name] for name in names), *(own[name] for name in names), own["overturned"])
            for code, own in counts.items()
        }


def rows(season: TestSeason, table: str, *names: str) -> list[Row]:
    return [
        dict(zip(names, row, strict=True)) for row in season.query(f"select {', '.join(names)} from {table}")
    ]


def read(season: TestSeason, now: datetime) -> Reading:
    """What the reading starts from: the latest accepted versions as of the moment."""
    unmet: dict[str, set[str]] = defaultdict(set)
    for number, rule in season.query(
        "select candidate_no, rule_code from core.fct_eligibility_checks where not is_met"
    ):
        unmet[number].add(rule)
    unknown = season.query(
        "select candidate_no from core.fct_eligibility_findings where finding_code = 'TERM_UNKNOWN'"
    )
    clock = f"timestamp '{now}'"
    stopped = season.query(
        f"select candidate_no from intermediate.int_stops__effective where starts_at <= {clock}"
        f" and coalesce(ends_at > {clock}, true)"
    )
    kept = season.query(
        "select candidate_no, max(decided_at) from intermediate.int_decisions__in_force"
        f" where action_code = 'keep' and decided_at <= {clock} and coalesce(ends_at > {clock}, true)"
        " group by candidate_no"
    )
    accepted = season.query(
        "select document_id from intermediate.int_certificates__judged where finding_code is null"
    )
    accounts = rows(
        season, "intermediate.int_accounts__counted", "candidate_no", "is_submitted", "is_counted", "is_void",
        "submitted_at",
    )  # fmt: skip
    return Reading(
        now=now,
        documents=rows(
            season, "staging.stg_platform__documents", "document_id", "candidate_no", "document_type_code",
            "uploaded_at", "has_annex", "education_level_code",
        ),
        checks=rows(
            season, "staging.stg_agency__document_checks", "check_no", "document_id", "candidate_no",
            "checker_code", "checked_at", "result_code",
        ),
        accounts={row["candidate_no"]: row for row in accounts},
        unmet=unmet,
        term_unknown={number for (number,) in unknown},
        stopped={number for (number,) in stopped},
        accepted={document_id for (document_id,) in accepted},
        higher={"bachelor", "specialist", "master", "doctoral"},
        kept=dict(kept),
    )  # fmt: skip


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_needs_work_and_checkers_are_those_of_the_rules(season: TestSeason, now: datetime) -> None:
    season.build(now.replace(tzinfo=UTC))
    reading = read(season, now)
    needs = season.query(
        "select candidate_no, document_type_code, need_state_code, document_id from core.fct_document_needs"
    )
    assert {(row[0], row[1]): (row[2], row[3]) for row in needs} == reading.needs()
    work = season.query(
        "select candidate_no, document_type_code, work_code, closes_at, hours_left, is_about_to_close"
        " from reporting.rpt_document_work"
    )
    assert {(row[0], row[1]): row[2:] for row in work} == reading.work()
    assert len(work) == len(reading.work())
    checkers = season.query(
        "select checker_code, count_checked, count_confirmed, count_rejected, count_unclear, count_overturned"
        " from reporting.rpt_document_checkers"
    )
    assert {row[0]: row[1:] for row in checkers} == reading.checkers()


def test_each_state_and_each_kind_of_work_occurs(season: TestSeason) -> None:
    """Else the comparison above would prove little."""
    season.build(datetime(2025, 6, 28, tzinfo=UTC))
    states = {state for (state,) in season.query("select need_state_code from core.fct_document_needs")}
    assert states == set(BEST_FIRST)
    kinds = season.query("select work_code, need_state_code from reporting.rpt_document_work")
    assert {work for work, _ in kinds} == {
        "candidate_must_upload", "checker_must_check", "working_group_must_decide",
    }  # fmt: skip
    assert ("checker_must_check", "confirmed") in kinds, "confirmed, but its last day was not read"


def test_the_standing_checks_ask_a_real_warehouse(season: TestSeason) -> None:
    """Each question finds the tables and columns that it needs."""
    season.build()
    home = season.config.warehouse.parent
    settings = load_settings(
        {"REZERV_HOME": str(home), "REZERV_WAREHOUSE": str(season.config.warehouse),
         "REZERV_AS_OF": "2025-12-01"},
        env_file=home / "no.env",
    )  # fmt: skip
    results = {str(one.check_name): one for one in answers(settings, list(QUESTIONS))}
    assert not [name for name, one in results.items() if "note" in (one.metadata or {})]
    failing = {name for name, one in results.items() if not one.passed}
    assert failing >= {"hold_list_is_empty", "documents_are_checked", "vetting_can_close"}
    assert "calendar_is_consistent" not in failing

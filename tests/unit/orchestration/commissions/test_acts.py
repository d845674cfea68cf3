"""Decisions of the National Commission as acts: what is refused, and that an act counts once."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.assignment.books import BOOK_NAME, read_book
from orchestration.commissions import national_acts, quota_acts
from orchestration.commissions.national_acts import NationalRequest, decide_candidates, national_folder
from orchestration.commissions.quota_acts import QuotaRequest, decide_quotas, quotas_folder
from orchestration.delivery import deliver_books
from orchestration.errors import OrchestrationError, UserError
from orchestration.settings import Settings
from tests.support.commission_release import Person, Season, write_commission_release

AT = datetime(2025, 10, 24, 7)
SECRETARY, CHAIR = "A. Secretary", "B. Chair"


def proposed(number: int, score: int, track: str = "economy", **more: Any) -> Person:
    return Person(f"R25-{number:06d}", track, {"expert_commission": Fraction(score)}, **more)


# Ten proposed in economy, which has seven places; one of them has withdrawn, and one more was not proposed.
PEOPLE = [
    *(proposed(number, 20 - number) for number in range(1, 10)),
    proposed(10, 5, now="withdrawn"),
    proposed(11, 1, goes_on=False),
    proposed(21, 9, track="foreign"),
]


@pytest.fixture
def home(settings: Settings) -> Settings:
    write_commission_release(settings, PEOPLE)
    return settings


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def revise(settings: Settings, places: str = "economy=8,foreign=7", **more: Any) -> quota_acts.QuotaAct:
    request = {"decision_no": "NC-1", "places": places, "by": SECRETARY, "decided_at": AT, **more}
    return decide_quotas(settings, QuotaRequest(**request))


def decide(settings: Settings, *enrol: str, **more: Any) -> national_acts.NationalAct:
    request = {"decision_no": "NC-7", "decline": (), "by": SECRETARY, "decided_at": AT, **more}
    return decide_candidates(settings, NationalRequest(enrol=enrol, **request))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(OrchestrationError) as caught:
        act()
    return caught.value.message_key


# --- quotas ---


def test_a_revision_is_a_line_of_the_book_and_a_file_of_its_feed(home: Settings) -> None:
    act = revise(home)
    [line] = read_book(quotas_folder(home))
    assert act.is_new
    assert line["places"] == {"economy": 8, "foreign": 7}
    assert (line["made_by"], line["release"]) == (SECRETARY, "2025-r1")
    [file] = act.files
    assert file.name == "agency__quota_revisions__acts__0001.csv"
    assert rows_of(file) == [
        {"season_code": "2025", "decision_no": "NC-1", "track_code": track, "places": places,
         "decided_at": "2025-10-24T07:00:00Z", "limit_total": ""}
        for track, places in (("economy", "8"), ("foreign", "7"))
    ]  # fmt: skip


def test_the_same_revision_again_changes_nothing(home: Settings) -> None:
    revise(home)
    before = (quotas_folder(home) / BOOK_NAME).read_bytes()
    again = revise(home, by="Somebody else")
    assert (again.is_new, again.files) == (False, ())
    assert (quotas_folder(home) / BOOK_NAME).read_bytes() == before
    assert refusal(lambda: revise(home, "economy=8,foreign=6")) == "error.act_known"
    assert refusal(lambda: revise(home, decided_at=datetime(2025, 10, 23))) == "error.act_known"
    assert (quotas_folder(home) / BOOK_NAME).read_bytes() == before


def test_an_act_that_was_killed_before_its_delivery_is_delivered_by_the_next_run(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for module, act in ((national_acts, lambda s: decide(s, "R25-000001")), (quota_acts, revise)):
        with monkeypatch.context() as patched:
            patched.setattr(module, "deliver_book", killed)
            with pytest.raises(KeyboardInterrupt):
                act(home)
    assert not list(home.landing_dir.iterdir())
    names = [path.name for path in deliver_books(home)]
    assert names == ["agency__quota_revisions__acts__0001.csv", "agency__national_decisions__acts__0001.csv"]
    assert deliver_books(home) == []


def test_a_line_that_was_torn_counts_for_nothing(home: Settings) -> None:
    folder = quotas_folder(home)
    folder.mkdir(parents=True)
    (folder / BOOK_NAME).write_bytes(b'{"act_no":1,"decision_no":"NC-1"')
    assert revise(home).line["act_no"] == 1
    assert len(read_book(folder)) == 1


def test_a_changed_book_is_refused(home: Settings) -> None:
    revise(home)
    book = quotas_folder(home) / BOOK_NAME
    book.write_bytes(book.read_bytes().replace(b'"economy":8', b'"economy":9'))
    assert refusal(lambda: revise(home, decision_no="NC-2")) == "error.book_broken"


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"places": "economy=8"}, "error.quotas_total"),
        ({"places": "economy=7"}, "error.quotas_same"),
        ({"places": "law=7"}, "error.shortlist_track"),
        ({"places": "economy"}, "error.quotas_places"),
        ({"places": "economy=8", "limit_total": 51}, "error.quotas_approval"),
        ({"places": "economy=8", "limit_total": 51, "approved_by": SECRETARY}, "error.quotas_approval"),
        ({"places": "economy=9", "limit_total": 51, "approved_by": CHAIR}, "error.quotas_total"),
        ({"decision_no": " "}, "error.act_number"),
        ({"decision_no": "920615400001"}, "error.act_number"),
        ({"by": " "}, "error.book_by_missing"),
        ({"approved_by": "920615400001"}, "error.book_by_unfit"),
        ({"decided_at": datetime(2999, 1, 1)}, "error.act_ahead"),
    ],
)
def test_a_revision_that_cannot_be_is_refused_and_leaves_nothing(
    home: Settings, more: dict[str, Any], key: str
) -> None:
    assert refusal(lambda: revise(home, **more)) == key
    assert read_book(quotas_folder(home)) == []
    assert not list(home.landing_dir.iterdir())


def test_a_decision_may_allow_more_than_the_order_if_somebody_else_confirms_it(home: Settings) -> None:
    act = revise(home, "economy=8", limit_total=51, approved_by=CHAIR)
    assert (act.line["limit_total"], act.line["approved_by"]) == (51, CHAIR)
    assert [row["limit_total"] for row in rows_of(act.files[0])] == ["51"]


def test_a_second_revision_waits_for_the_first_to_be_in_the_release(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE)
    revise(settings)
    assert refusal(lambda: revise(settings, "agro=8", decision_no="NC-2")) == "error.act_waits"
    write_commission_release(settings, PEOPLE, Season({"economy": 8, "foreign": 7}, "NC-1"), "2025-r2")
    later = revise(settings, "agro=8,social=10", decision_no="NC-2")
    assert later.line["act_no"] == 2


def test_a_revision_older_than_the_one_in_force_or_under_its_number_is_refused(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE, Season({"economy": 8, "foreign": 7}, "NC-0"))
    assert refusal(lambda: revise(settings, "economy=7", decision_no="NC-0")) == "error.act_known"
    older = datetime(2025, 10, 18, 5)
    assert refusal(lambda: revise(settings, "economy=7", decided_at=older)) == "error.quotas_earlier"
    assert revise(settings, "economy=7").is_new


# --- candidates ---


def test_decisions_land_as_rows_and_overrides_stand_beside_those_who_need_them(home: Settings) -> None:
    act = decide(
        home, "R25-000001", "R25-000011", decline=("R25-000002",), override_by=CHAIR, override_reason="item 4"
    )
    assert act.line["outside"] == ["R25-000011"]
    said = {row["candidate_no"]: row for row in rows_of(act.files[0])}
    assert {number: row["decision_code"] for number, row in said.items()} == {
        "R25-000001": "enrol", "R25-000002": "decline", "R25-000011": "enrol",
    }  # fmt: skip
    assert (said["R25-000011"]["override_by"], said["R25-000011"]["override_reason"]) == (CHAIR, "item 4")
    assert (said["R25-000001"]["override_by"], said["R25-000001"]["override_reason"]) == ("", "")


def test_passing_over_somebody_better_is_recorded_as_given_and_said(home: Settings) -> None:
    act = decide(home, "R25-000001", "R25-000004")
    assert act.passed_over == {"R25-000004": 2}


@pytest.mark.parametrize(
    ("enrol", "more", "key"),
    [
        ((), {}, "error.national_nobody"),
        (("R25-1",), {}, "error.national_number"),
        (("R25-000001",), {"decline": ("R25-000001",)}, "error.national_twice"),
        (("R25-000099",), {}, "error.national_unknown"),
        (("R25-000010",), {}, "error.national_stopped"),
        (("R25-000011",), {}, "error.national_outside"),
        (("R25-000011",), {"override_by": CHAIR}, "error.national_override"),
        (("R25-000011",), {"override_reason": "item 4"}, "error.national_override"),
        (("R25-000011",), {"override_by": SECRETARY, "override_reason": "item 4"}, "error.national_override"),
        (("R25-000001",), {"override_by": CHAIR, "override_reason": "x"}, "error.national_override_idle"),
        (tuple(f"R25-{n:06d}" for n in range(1, 9)), {}, "error.national_places"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_leaves_nothing(
    home: Settings, enrol: tuple[str, ...], more: dict[str, Any], key: str
) -> None:
    assert refusal(lambda: decide(home, *enrol, **more)) == key
    assert read_book(national_folder(home)) == []
    assert not list(home.landing_dir.iterdir())


def test_as_many_as_places_are_enrolled_those_known_before_included(settings: Settings) -> None:
    file = write_commission_release(settings, PEOPLE)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into core.fct_national_decisions select '2025', 'NC-6', candidate_no,"
            " timestamp '2025-10-23 07:00:00', 'enrol' from core.dim_candidates"
            " where candidate_no between 'R25-000001' and 'R25-000006'"
        )
    assert refusal(lambda: decide(settings, "R25-000007", "R25-000008")) == "error.national_places"
    act = decide(settings, "R25-000007", "R25-000008", decline=("R25-000006",))
    assert act.passed_over == {"R25-000007": 1, "R25-000008": 1}


def test_an_older_word_on_somebody_is_refused(settings: Settings) -> None:
    file = write_commission_release(settings, PEOPLE)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into core.fct_national_decisions values"
            " ('2025', 'NC-6', 'R25-000001', timestamp '2025-10-24 07:00:00', 'enrol')"
        )
    assert refusal(lambda: decide(settings, decline=("R25-000001",))) == "error.national_earlier"
    assert refusal(lambda: decide(settings, "R25-000002", decision_no="NC-6")) == "error.act_known"


def test_the_same_decision_again_changes_nothing(home: Settings) -> None:
    decide(home, "R25-000001")
    again = decide(home, "R25-000001")
    assert (again.is_new, again.files) == (False, ())
    assert refusal(lambda: decide(home, "R25-000002")) == "error.act_known"
    assert refusal(lambda: decide(home, "R25-000001", decided_at=datetime(2025, 10, 23))) == "error.act_known"
    assert refusal(lambda: decide(home, "R25-000002", decision_no="NC-8")) == "error.act_waits"


def test_nobody_is_enrolled_while_a_revision_of_the_places_waits(home: Settings) -> None:
    revise(home)
    assert refusal(lambda: decide(home, "R25-000001")) == "error.act_waits"
    assert decide(home, decline=("R25-000001",)).is_new


def test_what_a_user_can_mend_is_a_wrong_question(home: Settings) -> None:
    with pytest.raises(UserError):
        decide(home, "R25-000011")
    with pytest.raises(UserError):
        revise(home, "economy=8")

"""Random late corrections to a season's landing folder: what no scenario thought of.

What belongs here: for every feed that decides something, the kinds of change that its rows may see; new rows
that the generator never writes; faults within a file; the moments around which rules turn; and a season
gathered into few files. What does not: a season itself (`ingestion/sample_season/`), hand-computed cases
(`tests/unit/oracle/`), and comparing (`season.py`). All people are synthetic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from tests.oracle import order
from tests.oracle.feeds import FEEDS, TEXT, Feed
from tests.oracle.reading import Tables, accepted_rows, landed_files, read_landing
from tests.unit.oracle.builders import csv_of, land

Values = dict[str, Any]
Files = Iterator[tuple[str, list[Values]]]

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
JUST_ABOUT = (-SECOND, 0 * SECOND, SECOND)
#: When every delivery of the season has been received.
AFTERWARDS = order.local(2026, 1, 1)
BLANKS = ("", " ", "   ", "\u00a0")
#: Days on which vetting turns: the window (§4), and the last day of a body with a successor (A34).
VETTING_DAYS = tuple(
    date.fromisoformat(day)
    for day in ("2025-05-31", "2025-06-01", "2025-07-13", "2025-07-14", "2025-07-31", "2025-08-01")
)
#: Moments at which vetting turns: the end of the intake, the close, and the list.
VETTING_MOMENTS = (order.INTAKE_ENDS_AT, order.VETTING_CLOSES_AT, order.STAGE["vetting"].published_at)


@dataclass(frozen=True)
class Draw:
    """A source of chance that knows the season: its rows, its people, and the moments that matter."""

    random: Random
    tables: Tables

    def one_of(self, *options: Any) -> Any:
        """One of the options."""
        return self.random.choice(options)

    def some(self, feed: str, share: float) -> list[Values]:
        """A share of a feed's rows, at least one if there are any."""
        rows = self.tables.rows(feed)
        count = min(len(rows), max(1, int(len(rows) * share)))
        return [dict(row.values) for row in self.random.sample(rows, count)]

    def happens(self, chance: float) -> bool:
        """Whether something of this probability happens."""
        return self.random.random() < chance

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def at_publication(self) -> datetime:
        """A publication, or one second before or after it."""
        return self.one_of(*order.STAGES).published_at + self.one_of(*JUST_ABOUT)

    def moment(self) -> datetime:
        """A moment of the season: every second time just about a publication, else days around one."""
        near = self.at_publication()
        return near if self.happens(0.5) else near + self.number(-20 * 86400, 5 * 86400) * SECOND

    def in_vetting(self) -> datetime:
        """A moment of July, or one about which vetting turns."""
        near = self.one_of(*VETTING_MOMENTS) + self.one_of(*JUST_ABOUT)
        return near if self.happens(0.5) else order.local(2025, 7, 1) + self.number(0, 31 * 24) * HOUR

    def day(self) -> date:
        """A day from the end of May to the beginning of September."""
        return date(2025, 5, 25) + self.number(0, 100) * DAY

    def person(self) -> str:
        """A candidate number; four times of five of somebody who sat a test."""
        return self.one_of(*(self._active if self.happens(0.8) else self._candidates))

    def submitted_at(self, candidate_no: str) -> datetime:
        """When a candidate last submitted; any moment for one who did not."""
        return self._submitted.get(candidate_no) or self.moment()

    def submitted_on(self, candidate_no: str) -> date:
        """The local day of that."""
        return self.submitted_at(candidate_no).astimezone(order.LOCAL).date()

    @cached_property
    def _candidates(self) -> tuple[str, ...]:
        return tuple(row["candidate_no"] for row in self.tables.rows("platform__registrations"))

    @cached_property
    def _active(self) -> tuple[str, ...]:
        sat = {row["candidate_no"]: None for row in self.tables.rows("platform__sittings")}
        return tuple(sat) or self._candidates

    @cached_property
    def _submitted(self) -> dict[str, datetime]:
        rows = self.tables.rows("platform__registrations")
        rows.sort(key=lambda row: row["submission_no"])
        return {row["candidate_no"]: row["submitted_at"] for row in rows}


# --- changes to rows that are there: each function names what may happen to a row of its feed ---


def change_registration(draw: Draw, row: Values) -> Values:
    """Another choice, a moment about the window's ends, a birthday about the limit, another's IIN."""
    edge = draw.one_of(order.INTAKE_STARTS_AT, order.INTAKE_ENDS_AT) + draw.one_of(*JUST_ABOUT)
    birthday = draw.submitted_on(row["candidate_no"])
    midnight = order.local(birthday.year, birthday.month, birthday.day)
    return draw.one_of(
        {"track_code": draw.one_of(*order.TRACKS)},
        {"submitted_at": draw.one_of(edge, draw.moment()), "submission_no": draw.number(0, 4)},
        {"submission_no": row["submission_no"] + 1},
        {"birth_on": date(1989, 6, draw.number(1, 30))},
        {
            "birth_on": birthday.replace(year=birthday.year - order.AGE_LIMIT_YEARS),
            "submitted_at": midnight + draw.one_of(*JUST_ABOUT, HOUR / 2),
        },
        {"citizenship_code": draw.one_of("KZ", "KG")},
        {draw.one_of(*order.CONSENTS): False},
        {"iin": draw.some("platform__registrations", 0)[0]["iin"]},
    )


def change_document(draw: Draw, row: Values) -> Values:
    """Uploaded about the moment of submission, valid to about its day, of another level."""
    day = draw.submitted_on(row["candidate_no"])
    return draw.one_of(
        {"uploaded_at": draw.submitted_at(row["candidate_no"]) + draw.one_of(*JUST_ABOUT)},
        {"has_annex": draw.one_of(None, False)},
        {"valid_until": day + draw.number(-1, 1) * DAY},
        {"valid_until": None, "issued_on": day.replace(year=2023) + draw.number(-1, 1) * DAY},
        {"issued_on": day + draw.number(-1, 1) * DAY},
        {"issuer_code": draw.one_of("QRT", None), "valid_until": draw.one_of(None, day)},
        {"level_code": draw.one_of("A2", "B1", None)},
        {"education_level_code": draw.one_of("secondary_vocational", "bachelor", None)},
    )


def change_employment(draw: Draw, row: Values) -> Values:
    """Begun about five years before the submission, ended, or one more interval."""
    begun = draw.submitted_on(row["candidate_no"]).replace(year=2020) + draw.number(-2, 2) * DAY
    return draw.one_of(
        {"started_on": begun, "ended_on": None},
        {"ended_on": draw.day()},
        {"started_on": draw.day()},
        {"period_no": row["period_no"] + 1, "started_on": begun, "ended_on": draw.one_of(None, draw.day())},
    )


def change_stop_list(draw: Draw, row: Values) -> Values:
    """An entry that ends, or that begins on another day."""
    return draw.one_of({"valid_to": draw.day()}, {"valid_from": draw.day(), "valid_to": None})


def change_request(draw: Draw, row: Values) -> Values:
    """A list that went to another body, one more list of an earlier or a later day, a key."""
    body, number = draw.one_of(*order.BODIES).code, draw.number(0, 3)
    sent_on = (date(2025, 6, 5), date(2025, 7, 9), date(2025, 7, 31), date(2025, 8, 1))[number]
    further = {"list_no": f"{body}-2025-9{number}", "body_code": body, "sent_on": sent_on}
    return draw.one_of(
        {"body_code": body},
        further,
        {**further, "list_no": f"{row['body_code']}-2025-9{number}", "body_code": row["body_code"]},
        {"identity_key": draw.one_of("0", "f") * 32},
    )


def change_reply(draw: Draw, row: Values) -> Values:
    """Another result, day, sender or list, under the same number or a new one of the same day."""
    result = draw.one_of("adverse", "unclear", "clear")
    return draw.one_of(
        {"result_code": result},
        {"result_code": result, "replied_on": draw.day()},
        {"list_no": f"{row['list_no'][:-2]}{draw.one_of('01', '02', '03', '90', '91', '77')}"},
        {"reply_no": f"Z-{draw.number(1, 3)}", "candidate_no": draw.one_of(draw.person(), "R25-000000")},
        {"replied_on": draw.one_of(*VETTING_DAYS)},
        {"replied_on": draw.one_of(*VETTING_DAYS), "body_code": draw.one_of("ACS", "NSC", row["body_code"])},
        {"reply_no": f"Z-{draw.number(1, 3)}", "result_code": result},
        {"body_code": draw.one_of(*order.BODIES).code},
    )


def change_decision(draw: Draw, row: Values) -> Values:
    """A working group's decision of another moment, stage, basis or kind."""
    return draw.one_of(
        {"decided_at": draw.moment()},
        {"stage_code": draw.one_of(None, *order.STAGE)},
        {"basis_code": draw.one_of("false_data", "proctoring_violation")},
        {
            "action_code": draw.one_of(
                "exclude", "keep", "admit_conditionally", "allow_resit", "accept_recording"
            )
        },
        {"action_code": "correct_track", "track_code": draw.one_of(None, *order.TRACKS)},
    )


def change_check(draw: Draw, row: Values) -> Values:
    """Another result, document or day read from the register, or one more check of the same moment."""
    day = draw.submitted_on(row["candidate_no"]) + draw.number(-1, 1) * DAY
    result = draw.one_of("confirmed", "rejected", "unclear")
    return draw.one_of(
        {"result_code": result},
        {"result_code": "confirmed", "valid_until": day},
        {"check_no": f"{row['check_no']}-x", "result_code": result, "valid_until": draw.one_of(None, day)},
        {"checked_at": row["checked_at"] + draw.number(-5, 5) * DAY},
        {"document_id": draw.some("platform__documents", 0)[0]["document_id"]},
    )


def change_withdrawal(draw: Draw, row: Values) -> Values:
    """Withdrawn at another moment."""
    return {"withdrawn_at": draw.moment()}


def change_claim(draw: Draw, row: Values) -> Values:
    """Decided otherwise, or without a certificate."""
    return draw.one_of(
        {"decision_code": draw.one_of("granted", "refused", "pending")},
        {"cause_code": draw.one_of("power_cut", "internet")},
        {"has_certificate": draw.one_of(True, False)},
        {"claimed_at": deadline(draw, row["claimed_at"])},
    )


def change_sitting(draw: Draw, row: Values) -> Values:
    """Another attempt number or start, no form, or a second sitting beside it."""
    return draw.one_of(
        {"attempt_no": draw.number(1, 3)},
        {"sitting_id": f"{row['sitting_id']}-x", "attempt_no": row["attempt_no"] + 1},
        {"form_code": draw.one_of(None, "ZZ", *BLANKS)},
        {"started_at": row["started_at"] - DAY},
        {"candidate_no": draw.person()},
    )


def change_answer(draw: Draw, row: Values) -> Values:
    """Another option, none, or an answer to an item without a key."""
    return draw.one_of(
        {"chosen_option_code": draw.one_of(None, "", " ", *"ABCDE")},
        {"item_no": draw.number(1, 200)},
        {"sitting_id": draw.some("platform__sittings", 0)[0]["sitting_id"]},
    )


def change_key(draw: Draw, row: Values) -> Values:
    """Another right option, or the key of another form or item."""
    return draw.one_of(
        {"correct_option_code": draw.one_of(*"ABCDE")},
        {"form_code": "ZZ"},
        {"item_no": draw.number(1, 60)},
    )


def change_solution(draw: Draw, row: Values) -> Values:
    """A work for no sitting, of another moment, or one more work of the sitting with or without a tie."""
    return draw.one_of(
        {"sitting_id": "none"},
        {"submitted_at": row["submitted_at"] + draw.number(-1, 1) * HOUR},
        {"work_no": f"{row['work_no']}-x", "submitted_at": row["submitted_at"] + draw.number(-1, 1) * HOUR},
    )


def change_expert_mark(draw: Draw, row: Values) -> Values:
    """Other points or moment, a further expert, a criterion of another stage."""
    return draw.one_of(
        {"points": draw.number(1, 5)},
        {"marked_at": row["marked_at"] + draw.number(-1, 1) * DAY},
        {"expert_code": draw.one_of("A-0", "Z-9")},
        {"criterion_code": draw.one_of(*sorted(order.CRITERION_CODES))},
    )


def change_assessor_mark(draw: Draw, row: Values) -> Values:
    """See `_change_competency_mark`."""
    return _change_competency_mark(draw, "assessor_code")


def change_interview_mark(draw: Draw, row: Values) -> Values:
    """See `_change_competency_mark`."""
    return _change_competency_mark(draw, "interviewer_code")


def _change_competency_mark(draw: Draw, rater_column: str) -> Values:
    """Other points, none, a recusal, a further rater, a criterion of another stage."""
    stray = {"competency_code": draw.one_of(*sorted(order.CRITERION_CODES))}
    return draw.one_of(
        {"points": draw.number(1, 5)},
        {"points": None},
        {"is_recused": True, "points": draw.one_of(None, 3)},
        {rater_column: "Z-9"},
        stray,
        {**stray, "points": None},
    )


def change_commission_mark(draw: Draw, row: Values) -> Values:
    """Other points, none, a recusal, an observer, a further member."""
    return draw.one_of(
        {"points": draw.number(1, 10)},
        {"points": None},
        {"is_recused": True},
        {"role_code": draw.one_of("observer", "permanent", "track")},
        {"member_code": "Z-9"},
    )


def change_national_decision(draw: Draw, row: Values) -> Values:
    """Decided otherwise, by the same decision or a further one of the same or another moment."""
    code = draw.one_of("enrol", "decline")
    return draw.one_of(
        {"decision_code": code},
        {"decision_no": draw.one_of("A-0", "Z-9"), "decision_code": code},
        {"decision_no": "Z-9", "decision_code": code, "decided_at": draw.moment()},
        {
            "candidate_no": draw.person(),
            "override_by": draw.one_of("Chair", None),
            "override_reason": "resolved",
        },
    )


def change_review(draw: Draw, row: Values) -> Values:
    """A reviewer's verdict: it excludes nobody."""
    return {"verdict_code": draw.one_of("confirmed", "dismissed")}


def change_coverage(draw: Draw, row: Values) -> Values:
    """Another run of a sitting: it sees what the first did not, or the other way round."""
    return {"is_inconclusive": draw.one_of(True, False), "run_id": "again"}


@dataclass(frozen=True)
class Correction:
    """How a feed is corrected: what happens to a row, and to which share of the rows in one wave."""

    feed: str
    share: float
    change: Callable[[Draw, Values], Values]


CORRECTIONS: tuple[Correction, ...] = (
    Correction("platform__registrations", 0.10, change_registration),
    Correction("platform__documents", 0.10, change_document),
    Correction("platform__employment_periods", 0.10, change_employment),
    Correction("registers__stop_list", 0.10, change_stop_list),
    Correction("agency__document_checks", 0.10, change_check),
    Correction("agency__vetting_requests", 0.02, change_request),
    Correction("vetting__replies", 0.05, change_reply),
    Correction("agency__working_group_decisions", 0.20, change_decision),
    Correction("platform__withdrawals", 0.20, change_withdrawal),
    Correction("platform__resit_claims", 0.30, change_claim),
    Correction("platform__sittings", 0.05, change_sitting),
    Correction("platform__answers", 0.02, change_answer),
    Correction("academy__answer_keys", 0.05, change_key),
    Correction("platform__solutions", 0.08, change_solution),
    Correction("platform__expert_marks", 0.05, change_expert_mark),
    Correction("academy__assessor_marks", 0.02, change_assessor_mark),
    Correction("academy__interview_marks", 0.02, change_interview_mark),
    Correction("agency__commission_marks", 0.03, change_commission_mark),
    Correction("agency__national_decisions", 0.20, change_national_decision),
    Correction("proctoring__reviews", 0.20, change_review),
    Correction("proctoring__coverage", 0.05, change_coverage),
)

#: Feeds that corrections touch; the others (bookings, outreach, …) decide nothing.
DECIDING = frozenset({correction.feed for correction in CORRECTIONS} | {"agency__quota_revisions"})


# --- new rows, of one feed or of several that belong together ---


def new_exclusions(draw: Draw) -> Files:
    """Exclusions, each with two reversals that name it, most of them of the same person."""
    rows = []
    for number in range(12):
        person, excluded_at = draw.person(), draw.moment()
        name = f"Z-{draw.number(1, 6)}"
        stage = {"decided_at": excluded_at, "stage_code": draw.one_of(None, *order.STAGE)}
        rows.append(decision(draw, name, person, "exclude") | stage)
        for again in "ab":
            whose = draw.one_of(person, person, draw.person())
            reversed_at = draw.one_of(excluded_at, excluded_at - SECOND, excluded_at + DAY, draw.moment())
            reversal = {"decided_at": reversed_at, "reversed_decision_no": name}
            rows.append(decision(draw, f"Z-{again}{number}", whose, "reverse") | reversal)
    yield "agency__working_group_decisions", rows


def new_rulings(draw: Draw) -> Files:
    """Decisions on vetting and on tracks, every second one reversed, about the moments when they count."""
    rows = []
    for number in range(24):
        person, name = draw.person(), f"Z-R{number}"
        action = draw.one_of("keep", "keep", "admit_conditionally", "correct_track")
        rows.append(decision(draw, name, person, action) | {"decided_at": draw.in_vetting()})
        if action == "correct_track":
            rows[-1]["track_code"] = draw.one_of(*order.TRACKS)
        if draw.happens(0.5):
            reversal = {"decided_at": draw.in_vetting(), "reversed_decision_no": name}
            rows.append(decision(draw, f"Z-RR{number}", person, "reverse") | reversal)
    yield "agency__working_group_decisions", rows


def new_letters(draw: Draw) -> Files:
    """Letters about one request of one day, the same or not, and some about what turns after the close."""
    replies = []
    for row in draw.some("vetting__replies", 0.01):
        day = draw.one_of(row["replied_on"], row["replied_on"], draw.day())
        replies += [
            row
            | {"reply_no": f"Z-{name}", "replied_on": day}
            | {"result_code": draw.one_of("clear", "unclear", "adverse")}
            for name in "AB"[: draw.number(1, 2)]
        ]
    yield "vetting__replies", replies


def new_permissions(draw: Draw) -> Files:
    """Decisions that let somebody through vetting, to a resit, or past a missing mark."""
    kinds = ("keep", "admit_conditionally", "accept_two_marks", "allow_resit", "accept_recording")
    stages = ("text_test", "numeric_test", "situational")
    yield (
        "agency__working_group_decisions",
        [
            decision(draw, f"Z-P{draw.number(1, 9)}", draw.person(), draw.one_of(*kinds))
            | {"stage_code": draw.one_of(None, *stages)}
            for _ in range(12)
        ],
    )


def decision(draw: Draw, decision_no: str, candidate_no: str, action_code: str) -> Values:
    """A working group's decision; keeping and letting in turn on the publication of vetting."""
    vetting = order.STAGE["vetting"].published_at + draw.one_of(*JUST_ABOUT)
    turns_on_vetting = action_code in ("keep", "admit_conditionally")
    return {
        "decision_no": decision_no,
        "candidate_no": candidate_no,
        "decided_at": vetting if turns_on_vetting else draw.moment(),
        "action_code": action_code,
        "basis_code": draw.one_of("false_data", "proctoring_violation", "late_claim"),
    }


def new_withdrawals(draw: Draw) -> Files:
    """Withdrawals, some of them by people who are excluded at the same moment."""
    rows: list[Values] = [
        {"withdrawal_id": f"Z-{draw.number(0, 20)}", "candidate_no": draw.person()}
        | {"withdrawn_at": draw.moment()}
        for _ in range(5)
    ]
    both = [
        decision(draw, f"Z-W{number}", row["candidate_no"], "exclude") | {"decided_at": row["withdrawn_at"]}
        for number, row in enumerate(rows[:3])
    ]
    yield "platform__withdrawals", rows
    yield "agency__working_group_decisions", both


def deadline(draw: Draw, moment: datetime) -> datetime:
    """A local midnight after a moment, or a second beside it: where claims become late."""
    midnight = moment.astimezone(order.LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + draw.number(1, 4) * DAY + draw.one_of(*JUST_ABOUT)


def new_claims_and_resits(draw: Draw) -> Files:
    """Claims about their deadline; for every second one a further sitting with the answers or the work."""
    claims, resits, answers, works = [], [], [], []
    for sitting in draw.some("platform__sittings", 0.04):
        name, resit = sitting["sitting_id"], f"{sitting['sitting_id']}-r"
        claims.append(_claim(draw, sitting))
        if draw.happens(0.5):
            further = draw.one_of(1, 1, 1, 0)
            resits.append(sitting | {"sitting_id": resit, "attempt_no": sitting["attempt_no"] + further})
            answers += [row | {"sitting_id": resit} for row in _of(draw, "platform__answers", name)]
            works += [
                row | {"sitting_id": resit, "work_no": f"{row['work_no']}-r"}
                for row in _of(draw, "platform__solutions", name)
            ]
    yield "platform__resit_claims", claims
    yield "platform__sittings", resits
    yield "platform__answers", answers
    yield "platform__solutions", works
    yield "platform__expert_marks", [mark for work in works for mark in _marks(draw, work["work_no"], "-r")]


def _claim(draw: Draw, sitting: Values) -> Values:
    return {
        "claim_id": f"Z-{sitting['sitting_id']}",
        "candidate_no": sitting["candidate_no"] if draw.happens(0.95) else draw.person(),
        "stage_code": sitting["stage_code"],
        "sitting_id": sitting["sitting_id"],
        "claimed_at": draw.one_of(sitting["started_at"] + HOUR, deadline(draw, sitting["started_at"])),
        "cause_code": draw.one_of("power_cut", "power_cut", "internet"),
        "has_certificate": draw.happens(0.8),
        "decision_code": draw.one_of("granted", "granted", "granted", "pending", "refused"),
    }


def new_works(draw: Draw) -> Files:
    """Further works of a sitting, before, with or after the first, with some of its experts' marks."""
    works, marks = [], []
    for work in draw.some("platform__solutions", 0.15):
        again = f"{work['work_no']}{draw.one_of('-a', '-b')}"
        submitted_at = work["submitted_at"] + draw.number(-1, 1) * HOUR
        works.append(work | {"work_no": again, "submitted_at": submitted_at})
        if draw.happens(0.7):
            marks += _marks(draw, again, again[-2:])
    yield "platform__solutions", works
    yield "platform__expert_marks", marks


def _marks(draw: Draw, work_no: str, suffix: str) -> list[Values]:
    """The marks of the work from which another one was copied, a few of them lost, other points."""
    first = work_no.removesuffix(suffix)
    rows = [dict(row.values) for row in draw.tables.rows("platform__expert_marks") if row["work_no"] == first]
    is_lossy = draw.happens(0.3)
    return [
        row | {"work_no": work_no, "points": draw.number(1, 5)}
        for row in rows
        if not (is_lossy and draw.happens(0.1))
    ]


def _of(draw: Draw, feed: str, sitting_id: str) -> list[Values]:
    return [dict(row.values) for row in draw.tables.rows(feed) if row["sitting_id"] == sitting_id]


def new_experts(draw: Draw) -> Files:
    """A further whole set of marks of a work, given before, with or after the others."""
    marks = []
    for work in draw.some("platform__solutions", 0.2):
        marked_at = work["submitted_at"] + draw.number(0, 72) * HOUR
        expert = {"expert_code": draw.one_of("A-0", "Z-9"), "marked_at": marked_at}
        own = [row for row in draw.tables.rows("platform__expert_marks") if row["work_no"] == work["work_no"]]
        if own:
            tied = draw.one_of({}, {}, {"marked_at": own[0]["marked_at"]})
            marks += [
                {"work_no": work["work_no"], "criterion_code": criterion, "points": draw.number(1, 5)}
                | expert
                | tied
                for criterion in order.CRITERIA["situational"]
            ]
    yield "platform__expert_marks", marks


def new_mark_records(draw: Draw) -> Files:
    """Decisions that record the correction of a mark, about the lock, every third one reversed."""
    rows = []
    received = [row.received_at for row in draw.tables.rows("platform__expert_marks")]
    for number, work in enumerate(draw.some("platform__solutions", 0.3)):
        at = draw.one_of(*received) + draw.one_of(*JUST_ABOUT) if received else draw.moment()
        name, person = f"Z-K{number}", work["candidate_no"]
        stage = {"stage_code": draw.one_of("situational", "situational", "situational", "interview", None)}
        rows.append(decision(draw, name, person, "correct_mark") | stage | {"decided_at": at})
        if draw.happens(0.3):
            reversal = {"decided_at": at + draw.number(0, 3) * DAY, "reversed_decision_no": name}
            rows.append(decision(draw, f"Z-KR{number}", person, "reverse") | reversal)
    yield "agency__working_group_decisions", rows


def new_changed_marks(draw: Draw) -> Files:
    """Marks sent again, changed or as they were."""
    rows = draw.some("platform__expert_marks", 0.15)
    yield (
        "platform__expert_marks",
        [
            row | draw.one_of({"points": draw.number(1, 5)}, {"marked_at": row["marked_at"] + HOUR}, {})
            for row in rows
        ],
    )


def new_stray_marks(draw: Draw) -> Files:
    """Marks for criteria of other stages beside a rater's own ones."""
    for feed, column in (
        ("platform__expert_marks", "criterion_code"),
        ("academy__assessor_marks", "competency_code"),
        ("academy__interview_marks", "competency_code"),
    ):
        codes = sorted(order.CRITERION_CODES)
        yield feed, [row | {column: draw.one_of(*codes), "points": 1} for row in draw.some(feed, 0.03)]


def new_quota_revisions(draw: Draw) -> Files:
    """Revised places, several of one moment."""
    decided_at = draw.moment()
    yield (
        "agency__quota_revisions",
        [
            {"season_code": order.SEASON, "decision_no": f"Z-{number}"}
            | {"track_code": draw.one_of(*order.TRACKS), "places": draw.number(0, 12)}
            | {"decided_at": draw.one_of(decided_at, draw.moment())}
            for number in range(4)
        ],
    )


def new_stop_list_entries(draw: Draw) -> Files:
    """Entries that begin or end about the day of submission."""
    rows = []
    for row in draw.some("platform__registrations", 0.02):
        day = draw.submitted_on(row["candidate_no"]) + draw.number(-1, 1) * DAY
        held = draw.one_of({"valid_from": day}, {"valid_from": date(2020, 1, 1), "valid_to": day})
        rows.append({"iin": row["iin"], "stop_list_code": "political"} | held)
    yield "registers__stop_list", rows


ADDITIONS: tuple[Callable[[Draw], Files], ...] = (
    new_exclusions,
    new_rulings,
    new_letters,
    new_permissions,
    new_withdrawals,
    new_claims_and_resits,
    new_works,
    new_experts,
    new_mark_records,
    new_changed_marks,
    new_stray_marks,
    new_quota_revisions,
    new_stop_list_entries,
)


# --- faults within one file: what the door has to judge ---


def repeat(draw: Draw, feed: Feed, row: Values) -> Values:
    """The same row again, its moments written with another offset: the first stays."""
    return {
        name: value.astimezone(order.LOCAL) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def contradict(draw: Draw, feed: Feed, row: Values) -> Values:
    """A row of the same key as an existing one of the feed says: unless they agree, both are bad."""
    key = {name: row.get(name) for name in feed.key}
    return draw.some(feed.name, 0)[0] | key if draw.tables.rows(feed.name) else row


def blank(draw: Draw, feed: Feed, row: Values) -> Values:
    """Blanks in a required text: the row is bad, and the good one beside it is not repeated."""
    return row | {draw.one_of(*_required_texts(feed)): draw.one_of(*BLANKS)}


def pad(draw: Draw, feed: Feed, row: Values) -> Values:
    """Blanks around a required text: no code, and another key than the bare one."""
    name = draw.one_of(*_required_texts(feed))
    return row | {name: draw.one_of(f" {row[name]}", f"{row[name]} ")}


def _required_texts(feed: Feed) -> list[str]:
    return [column.name for column in feed.columns if column.required and column.kind == TEXT]


FAULTS: tuple[Callable[[Draw, Feed, Values], Values], ...] = (repeat, contradict, blank, pad)


def with_faults(draw: Draw, feed: Feed, rows: Sequence[Values]) -> list[Values]:
    """The rows of a file, a few of them repeated with a fault, in any order."""
    faulty = [draw.one_of(*FAULTS)(draw, feed, row) for row in rows if draw.happens(0.08)]
    mixed = [*rows, *faulty]
    draw.random.shuffle(mixed)
    return mixed


# --- all of it ---


def wave(draw: Draw) -> dict[str, list[Values]]:
    """Rows by feed: corrections to every feed of the table, and new rows."""
    rows: dict[str, list[Values]] = {}
    for correction in CORRECTIONS:
        found = draw.some(correction.feed, correction.share)
        rows[correction.feed] = [row | correction.change(draw, row) for row in found]
    for addition in ADDITIONS:
        for feed, added in addition(draw):
            rows.setdefault(feed, []).extend(added)
    return {feed: given for feed, given in rows.items() if given}


def write_corrections(landing: Path, seed: int, waves: int = 2) -> None:
    """Add files of random corrections to a landing folder, each delivered at a moment of its own.

    A few files arrive twice, byte for byte. The same seed and folder give the same files.
    """
    draw = Draw(Random(seed), read_landing(landing, AFTERWARDS, AFTERWARDS))
    for number in range(waves):
        for feed, rows in wave(draw).items():
            content = csv_of(feed, with_faults(draw, FEEDS[feed], rows))
            for copy in range(2 if draw.happens(0.1) else 1):
                land(landing, stamp(draw.moment()), f"{feed}__correction_{number}_{copy}.csv", content)


def stamp(moment: datetime) -> str:
    """The name of the folder of what was received at a moment."""
    return moment.astimezone(order.LOCAL).strftime("%Y-%m-%dT%H%M%S")


def gather(landing: Path, gathered: Path) -> None:
    """Write a season once more in few files: of each deciding feed one between two publications of lists.

    What was known at each publication, and at the close of vetting, stays as it was; every file costs the
    door much the same, however few rows it has. Rows that the door refuses are left out: `with_faults` brings
    others.
    """
    publications = sorted([order.VETTING_CLOSES_AT, *(stage.published_at for stage in order.STAGES)])
    deliveries: dict[tuple[str, int], dict[tuple[Any, ...], Values]] = {}
    received: dict[tuple[str, int], datetime] = {}
    for file in landed_files(landing, AFTERWARDS):
        if file.feed not in DECIDING:
            continue
        delivery = (file.feed, bisect_left(publications, file.received_at))
        received[delivery] = file.received_at
        for row in accepted_rows(file.name, file.path.read_bytes(), FEEDS[file.feed]):
            key = tuple(row[column] for column in FEEDS[file.feed].key)
            deliveries.setdefault(delivery, {})[key] = row
    for (feed, period), rows in deliveries.items():
        land(gathered, stamp(received[feed, period]), f"{feed}.csv", csv_of(feed, rows.values()))

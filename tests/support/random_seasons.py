"""Small random seasons: what each of them has of its own, and the rows that its feeds bring.

Belongs here: places, shares, criteria, moments, policies and bodies drawn for one season; its people,
results, stops and late corrections as rows of the feeds, each with its receipt. Not here: acts of publication
and the warehouse (`played_seasons.py`), the season with every scenario (`ingestion/sample_season/`), faults
of files (`corrections.py`). The number of a season is the seed of its chance. All people are synthetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from tests.oracle import order
from tests.oracle.feeds import FEEDS
from tests.oracle.policy import VALUES, Policy

Values = dict[str, Any]

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
#: Hours between the moment of the Order's calendar and the one of a season: its own for each stage.
SHIFTS = (0, 1, 2)
#: The rules of registration that need no papers.
RULES = ("SUBMITTED", "COUNTED", "CONSENTS", "CITIZENSHIP")
TESTS = ("text_test", "numeric_test")
PANELS: Mapping[str, tuple[str, str, str | None, str]] = {
    "assessment_centre": ("academy__assessor_marks", "assessor_code", "competency_code", "observed_on"),
    "interview": ("academy__interview_marks", "interviewer_code", "competency_code", "observed_on"),
    "expert_commission": ("agency__commission_marks", "member_code", None, "session_on"),
}
SAT = ("text_test", "numeric_test", "situational", *PANELS)
QUORUM = 2
FORMS = ("F1", "F2")
DECISIONS = "agency__working_group_decisions"


@dataclass(frozen=True)
class Received:
    """A row of a feed with its receipt (aware); `values` names every column of the feed."""

    received_at: datetime
    feed: str
    values: Values


@dataclass(frozen=True)
class Rules:
    """What a season has of its own; the Order's numbers of 2025 stand for what is not here."""

    code: str
    tracks: tuple[str, ...]
    stages: tuple[order.Stage, ...]
    shares: Mapping[str, tuple[int, int]]
    places: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    criteria: Mapping[str, tuple[str, ...]]
    sittings: Mapping[str, datetime]
    bodies: tuple[order.Body, ...]
    policy: Policy
    freeze_hours: int

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """The oracle computes this season."""
        with patch.multiple(
            order,
            STAGES=self.stages,
            STAGE={stage.code: stage for stage in self.stages},
            TRACKS=self.tracks,
            SHARE=self.shares,
            PLACES=self.places,
            TOTALS=self.totals,
            CRITERIA=self.criteria,
            QUORUM=dict.fromkeys(PANELS, QUORUM),
            SITTING_STARTS_AT=self.sittings,
            BODIES=self.bodies,
            RULES=tuple(rule for rule in order.RULES if rule[0] in RULES),
        ):
            yield

    def planned(self, stage_code: str) -> datetime:
        """The planned moment of a stage's list."""
        return next(stage.published_at for stage in self.stages if stage.code == stage_code)


@dataclass(frozen=True)
class RandomSeason:
    """One season: its number, its rules, and its rows in order of receipt."""

    number: int
    rules: Rules
    rows: tuple[Received, ...]


def random_season(number: int) -> RandomSeason:
    """The season of that number, always the same; its people are its own among a thousand neighbours."""
    random = Random(f"season {number}")
    rules = _rules(number, random)
    rows = _Season(number, rules, random).rows()
    return RandomSeason(number, rules, tuple(sorted(rows, key=lambda row: row.received_at)))


# --- what a season has of its own ---


def _rules(number: int, random: Random) -> Rules:
    tracks = tuple(sorted(random.sample(order.TRACKS, random.choice((1, 2, 2, 3))), key=order.TRACKS.index))
    shares = {"text_test": random.choice(((1, 2), (2, 3), (3, 4)))}
    if random.random() < 0.3:
        shares["numeric_test"] = random.choice(((1, 2), (2, 3)))
    stages = tuple(
        replace(
            stage,
            published_at=stage.published_at + random.choice(SHIFTS) * HOUR,
            admits_by="share" if stage.code in shares else stage.admits_by,
        )
        for stage in order.STAGES
    )
    places = {
        code: {track: max(random.randint(low, high), 0) for track in tracks}
        for code, low, high in (
            ("numeric_test", 1, 8),
            ("situational", 1, 6),
            ("assessment_centre", 0, 5),
            ("interview", 1, 4),
            ("expert_commission", 1, 4),
            ("national_commission", 0, 2),
        )
        if code not in shares
    }
    totals = {
        code: max(sum(own.values()) - random.choice((0, 0, 1, 2)), 1)
        for code, own in places.items()
        if code != "national_commission"
    }
    return Rules(
        code=str(3000 + number),
        tracks=tracks,
        stages=stages,
        shares=shares,
        places=places,
        totals=totals,
        criteria={
            code: tuple(sorted(random.sample(own, min(len(own), random.choice((1, 2, 3))))))
            for code, own in order.CRITERIA.items()
        },
        sittings={
            stage.code: before.published_at.replace(hour=0) + random.randint(1, 40) * DAY
            for before, stage in zip(stages[1:], stages[2:], strict=False)
        },
        bodies=tuple(random.sample((order.BODY["GPO"], order.BODY["MIA"]), random.choice((1, 2)))),
        policy=_policy(random),
        freeze_hours=random.choice((0, 24, 24, 72)),
    )


def _policy(random: Random) -> Policy:
    """The defaults, or any mixture."""
    share = random.choice((0.0, 0.0, 0.2, 0.5))
    return Policy(
        **{name: random.choice(values[1:]) for name, values in VALUES.items() if random.random() < share}
    )


# --- its people and what they did ---


class _Season:
    """Draws the rows of one season."""

    def __init__(self, number: int, rules: Rules, random: Random) -> None:
        self._number, self._rules, self._random = number, rules, random
        self._rows: list[Received] = []
        self._people: list[str] = []
        # a season without coverage is asked nothing about it
        self._is_watched = random.random() < 0.7

    def rows(self) -> list[Received]:
        """The rows as first sent, then corrections of some of them."""
        for place in range(self._random.randint(12, 36)):
            self._register(place)
        self._keys()
        for candidate_no in self._people:
            self._vet(candidate_no)
            for stage in SAT:
                if self._happens(0.92):
                    self._sit(candidate_no, stage)
            self._decide_at_last(candidate_no)
        self._stop_some()
        self._permit_some()
        self._revise_places()
        for _ in range(self._random.randint(0, 25)):
            self._correct()
        return self._rows

    # chance

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance

    def _one_of(self, *options: Any) -> Any:
        return self._random.choice(options)

    def _moment(self) -> datetime:
        """A moment about a list, planned or not."""
        near = self._one_of(*self._rules.stages).published_at
        return near + self._one_of(-SECOND, 0 * SECOND, SECOND, -3 * HOUR, HOUR, 3 * HOUR, -2 * DAY, 3 * DAY)

    def _late(self, stage: str, chance: float = 0.06) -> datetime:
        """When something of a stage is received: mostly in time, sometimes about its list or after it."""
        planned = self._rules.planned(stage)
        if not self._happens(chance):
            return planned - self._one_of(4, 6, 20) * HOUR
        return planned + self._one_of(-SECOND, 0 * SECOND, SECOND, HOUR, 4 * HOUR, 2 * DAY, 6 * DAY, 30 * DAY)

    # rows

    def _add(self, received_at: datetime, feed: str, **given: Any) -> None:
        values = dict.fromkeys((column.name for column in FEEDS[feed].columns), None) | given
        self._rows.append(Received(received_at, feed, values))

    def _register(self, place: int) -> None:
        candidate_no = f"R25-{self._number % 1000:03}{place:03}"
        # the same people in every season: a stop of one season is none of another
        person = place if not self._people or self._happens(0.95) else self._random.randrange(place)
        is_submitted = self._happens(0.96)
        self._people.append(candidate_no)
        self._add(
            order.local(2025, 6, 20),
            "platform__registrations",
            season_code=self._rules.code,
            candidate_no=candidate_no,
            submission_no=1 if is_submitted else 0,
            registered_at=order.local(2025, 6, 1, 9),
            submitted_at=order.local(2025, 6, 5) + place * HOUR if is_submitted else None,
            iin=f"P{person}",
            birth_on=date(1992, 6, 15),
            track_code=self._one_of(*self._rules.tracks),
            citizenship_code="KZ" if self._happens(0.98) else "KG",
            **{consent: self._happens(0.99) for consent in order.CONSENTS},
        )

    def _vet(self, candidate_no: str) -> None:
        for body in self._rules.bodies:
            list_no = f"{body.code}-{self._rules.code}-01"
            if not self._happens(0.99):
                continue
            self._add(
                order.local(2025, 6, 26), "agency__vetting_requests",
                list_no=list_no, body_code=body.code, candidate_no=candidate_no, sent_on=date(2025, 6, 26),
            )  # fmt: skip
            if self._happens(0.97):
                about_close = order.VETTING_CLOSES_AT + self._one_of(-SECOND, 0 * SECOND)
                self._add(
                    about_close if self._happens(0.05) else order.local(2025, 7, 5), "vetting__replies",
                    reply_no=f"L-{candidate_no}", list_no=list_no, body_code=body.code,
                    candidate_no=candidate_no, replied_on=date(2025, 7, 2),
                    result_code="clear" if self._happens(0.96) else self._one_of("adverse", "unclear"),
                )  # fmt: skip

    def _keys(self) -> None:
        for stage in TESTS:
            for form in FORMS:
                for item in range(1, self._one_of(3, 4, 5) + 1):
                    self._add(
                        order.local(2025, 8, 1), "academy__answer_keys",
                        season_code=self._rules.code, stage_code=stage, form_code=form, item_no=item,
                        correct_option_code=self._one_of("A", "A", "B"),
                    )  # fmt: skip

    def _sit(self, candidate_no: str, stage: str) -> None:
        first = f"{candidate_no}-{stage}-1"
        started_at = self._rules.planned(stage).replace(hour=10) - 3 * DAY
        received_at = self._late(stage)
        self._sitting(first, candidate_no, stage, 1, started_at, received_at)
        if stage in PANELS:
            self._panel(candidate_no, stage)
        else:
            self._perform(first, candidate_no, stage, started_at, received_at)
            self._watch(first, stage)
        if not self._happens(0.07):
            return
        claimed_at = started_at + self._one_of(HOUR, DAY, DAY, 2 * DAY, 4 * DAY)
        self._add(
            self._late(stage, 0.2), "platform__resit_claims",
            claim_id=f"C-{first}", candidate_no=candidate_no, stage_code=stage, sitting_id=first,
            claimed_at=claimed_at, cause_code=self._one_of("power_cut", "power_cut", "internet"),
            has_certificate=self._happens(0.9), decision_code=self._one_of("granted", "granted", "pending"),
        )  # fmt: skip
        if self._happens(0.7):
            again, late = f"{candidate_no}-{stage}-2", self._late(stage, 0.7)
            self._sitting(again, candidate_no, stage, 2, started_at + DAY, late)
            if stage not in PANELS:
                self._perform(again, candidate_no, stage, started_at + DAY, late)
                self._watch(again, stage)

    def _sitting(
        self, sitting_id: str, candidate_no: str, stage: str, attempt: int, at: datetime, received: datetime
    ) -> None:
        self._add(
            received, "platform__sittings",
            sitting_id=sitting_id, candidate_no=candidate_no, stage_code=stage, attempt_no=attempt,
            form_code=self._one_of(*FORMS), started_at=at, finished_at=at + HOUR / 2, ended_code="completed",
        )  # fmt: skip

    def _perform(
        self, sitting_id: str, candidate_no: str, stage: str, started_at: datetime, received_at: datetime
    ) -> None:
        """Answers, or a work with its experts' marks."""
        if stage in TESTS:
            for item in range(1, 5 if self._happens(0.98) else 1):
                received = self._late(stage) if self._happens(0.02) else received_at
                self._add(
                    received, "platform__answers",
                    sitting_id=sitting_id, item_no=item, chosen_option_code=self._one_of("A", "A", "B", None),
                )  # fmt: skip
            return
        work_no = f"W-{sitting_id}"
        self._add(
            received_at, "platform__solutions",
            work_no=work_no, candidate_no=candidate_no, sitting_id=sitting_id, submitted_at=started_at + HOUR,
        )  # fmt: skip
        for expert in range(self._one_of(3, 3, 3, 3, 4, 2)):
            marked_at, received = started_at + self._one_of(20, 30, 40) * HOUR, self._late(stage, 0.02)
            for criterion in self._rules.criteria[stage]:
                self._add(
                    received, "platform__expert_marks",
                    work_no=work_no, expert_code=f"E-{expert}", criterion_code=criterion,
                    points=self._random.randint(2, 5), marked_at=marked_at,
                )  # fmt: skip

    def _watch(self, sitting_id: str, stage: str) -> None:
        """Coverage of most sittings, some of it inconclusive."""
        if self._is_watched and self._happens(0.95):
            self._add(
                self._late(stage), "proctoring__coverage",
                sitting_id=sitting_id, is_inconclusive=self._happens(0.06), run_id="first",
            )  # fmt: skip

    def _panel(self, candidate_no: str, stage: str) -> None:
        feed, rater_column, criterion_column, day_column = PANELS[stage]
        for rater in range(self._one_of(2, 2, 3, 3, 1) if self._happens(0.3) else QUORUM):
            received, is_recused = self._late(stage, 0.03), self._happens(0.01)
            for criterion in self._rules.criteria[stage]:
                given = {rater_column: f"M-{rater}", day_column: self._rules.planned(stage).date()}
                if criterion_column is None:
                    given["role_code"] = "permanent"
                else:
                    given[criterion_column] = criterion
                self._add(
                    received, feed, candidate_no=candidate_no, is_recused=is_recused,
                    points=self._random.randint(1, 4), **given,
                )  # fmt: skip

    def _decide_at_last(self, candidate_no: str) -> None:
        if self._happens(0.9):
            at = self._late("national_commission", 0.1)
            self._add(
                at, "agency__national_decisions",
                decision_no=f"NC-{self._number}-{self._random.randint(1, 2)}", candidate_no=candidate_no,
                decided_at=at - DAY, decision_code=self._one_of("enrol", "decline"),
            )  # fmt: skip

    def _decision(
        self, candidate_no: str, action: str, decided_at: datetime, received_at: datetime, **given: Any
    ) -> str:
        decision_no = f"WG-{self._number}-{len(self._rows)}"
        self._add(
            received_at, DECISIONS,
            decision_no=decision_no, candidate_no=candidate_no, action_code=action, decided_at=decided_at,
            **{"basis_code": "false_data"} | given,
        )  # fmt: skip
        return decision_no

    def _told(self, moment: datetime) -> datetime:
        """When somebody hears of what happened at a moment: at once, or too late for a list."""
        return moment + self._one_of(0, 0, 0, 1, 5, 40) * HOUR

    def _stop_some(self) -> None:
        for _ in range(self._random.randint(0, 6)):
            who, at = self._one_of(*self._people), self._moment()
            if self._happens(0.3):
                self._add(
                    self._told(at), "platform__withdrawals",
                    withdrawal_id=f"X-{self._number}-{len(self._rows)}", candidate_no=who, withdrawn_at=at,
                )  # fmt: skip
                continue
            basis = self._one_of("false_data", "proctoring_violation")
            stage = self._one_of(*self._rules.stages).code
            name = self._decision(who, "exclude", at, self._told(at), basis_code=basis, stage_code=stage)
            if self._happens(0.3):
                then = self._moment()
                self._decision(who, "reverse", then, self._told(then), reversed_decision_no=name)

    def _permit_some(self) -> None:
        vetting = self._rules.planned("vetting")
        for _ in range(self._random.randint(0, 8)):
            who = self._one_of(*self._people)
            action = self._one_of(
                "keep", "admit_conditionally", "accept_two_marks", "allow_resit", "correct_track"
            )
            at = vetting + self._one_of(-DAY, -SECOND, 0 * SECOND, SECOND)
            self._decision(
                who, action, at, self._told(at), stage_code=self._one_of(*SAT),
                track_code=self._one_of(*self._rules.tracks) if action == "correct_track" else None,
            )  # fmt: skip
        for _ in range(self._random.randint(0, 6)):
            who, at = self._one_of(*self._people), self._moment()
            stage_code = self._one_of(*TESTS, "situational")
            name = self._decision(who, "accept_recording", at, self._told(at), stage_code=stage_code)
            if self._happens(0.2):
                then = self._moment()
                self._decision(who, "reverse", then, self._told(then), reversed_decision_no=name)

    def _revise_places(self) -> None:
        for place in range(self._one_of(0, 0, 1, 2)):
            at = self._moment()
            self._add(
                self._told(at), "agency__quota_revisions",
                season_code=self._rules.code, decision_no=f"Q-{self._number}-{place}", decided_at=at,
                track_code=self._one_of(*self._rules.tracks), places=self._random.randint(0, 3),
            )  # fmt: skip

    # corrections

    def _correct(self) -> None:
        """One row sent again with another value, about a list or after it."""
        feed = self._one_of(*CHANGES)
        own = [row for row in self._rows if row.feed == feed]
        if not own:
            return
        row = self._random.choice(own)
        changed = row.values | CHANGES[feed](self, row.values)
        self._rows.append(Received(max(self._moment(), row.received_at), feed, changed))

    def _of_registration(self, row: Values) -> Values:
        return self._one_of(
            {"track_code": self._one_of(*self._rules.tracks)},
            {"consents_personal_data": self._one_of(True, False)},
        )

    def _of_reply(self, row: Values) -> Values:
        return {"result_code": self._one_of("clear", "clear", "adverse", "unclear")}

    def _of_key(self, row: Values) -> Values:
        return {"correct_option_code": self._one_of("A", "B")}

    def _of_answer(self, row: Values) -> Values:
        return {"chosen_option_code": self._one_of("A", "B", None)}

    def _of_sitting(self, row: Values) -> Values:
        return self._one_of(
            {"form_code": self._one_of(*FORMS, "F9")}, {"attempt_no": self._random.randint(1, 3)}
        )

    def _of_claim(self, row: Values) -> Values:
        return {"decision_code": self._one_of("granted", "refused", "pending")}

    def _of_coverage(self, row: Values) -> Values:
        return {"is_inconclusive": self._one_of(True, False, not row["is_inconclusive"]), "run_id": "again"}

    def _of_work(self, row: Values) -> Values:
        return {"sitting_id": self._one_of("none", row["sitting_id"])}

    def _of_expert_mark(self, row: Values) -> Values:
        return self._one_of(
            {"points": self._random.randint(1, 5)},
            {"marked_at": row["marked_at"] + self._random.randint(-1, 1) * DAY},
            {"expert_code": "E-9"},
        )

    def _of_panel_mark(self, row: Values) -> Values:
        return self._one_of(
            {"points": self._random.randint(1, 5)},
            {"points": self._random.randint(1, 5)},
            {"points": None},
            {"is_recused": True},
        )

    def _of_commission_mark(self, row: Values) -> Values:
        return self._one_of(
            {"points": self._random.randint(1, 10)}, {"role_code": "observer"}, {"is_recused": True}
        )

    def _of_stop(self, row: Values) -> Values:
        return {"decided_at": self._moment()}

    def _of_withdrawal(self, row: Values) -> Values:
        return {"withdrawn_at": self._moment()}

    def _of_national_decision(self, row: Values) -> Values:
        return {"decision_code": self._one_of("enrol", "decline")}


CHANGES = {
    "platform__registrations": _Season._of_registration,
    "vetting__replies": _Season._of_reply,
    "academy__answer_keys": _Season._of_key,
    "platform__answers": _Season._of_answer,
    "platform__sittings": _Season._of_sitting,
    "platform__resit_claims": _Season._of_claim,
    "platform__solutions": _Season._of_work,
    "proctoring__coverage": _Season._of_coverage,
    "platform__expert_marks": _Season._of_expert_mark,
    "academy__assessor_marks": _Season._of_panel_mark,
    "academy__interview_marks": _Season._of_panel_mark,
    "agency__commission_marks": _Season._of_commission_mark,
    DECISIONS: _Season._of_stop,
    "platform__withdrawals": _Season._of_withdrawal,
    "agency__national_decisions": _Season._of_national_decision,
}

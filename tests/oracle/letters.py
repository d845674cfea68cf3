"""Lists and letters: which reply answers which request, and what each body says (`docs/rules.md`, "Stage 2").

What belongs here: requests, how each reply is handled, the state of a candidate at a body, now and at close.
What does not: whether that passes (`vetting.py`), and reports (`board.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle import order
from tests.oracle.calendar import due_on, local_date
from tests.oracle.reading import Row, Tables

_BEST_LAST = {"adverse": 2, "unclear": 1, "clear": 0}
RequestKey = tuple[str, str]
ReplyKey = tuple[str, str, str]
#: The identity key of a counted submission by candidate number; who is not in it is not compared.
Identities = Mapping[str, str | None]


@dataclass(frozen=True)
class Request:
    """One candidate on one list."""

    list_no: str
    candidate_no: str
    body: order.Body
    sent_on: date
    identity_key: str | None
    first_received_at: datetime

    @property
    def key(self) -> RequestKey:
        """List and candidate."""
        return self.list_no, self.candidate_no

    @property
    def due_on(self) -> date:
        """The day by which the body replies (§4.4, A32)."""
        return due_on(self.sent_on)


@dataclass(frozen=True)
class State:
    """What a body says of a candidate: clear, adverse, unclear, sent or not_sent; no reply is never clear."""

    code: str
    request: Request | None = None
    reply: Row | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True)
class Letter:
    """A reply as handled: `request` is what it names, known or not; `body_code` that of its list."""

    row: Row
    handling: str
    request: Request | None
    body_code: str | None

    @property
    def is_valid(self) -> bool:
        """Whether it answers its request."""
        return self.handling in ("counted", "repeated", "overruled")

    @property
    def is_late(self) -> bool:
        """A valid reply after the due day."""
        return self.is_valid and self.request is not None and self.row["replied_on"] > self.request.due_on


class Register:
    """The lists that were sent."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self.requests: dict[RequestKey, Request] = {request.key: request for request in requests}
        self.body_of_list: dict[str, str] = {}
        self._of: dict[tuple[str, str], list[Request]] = defaultdict(list)
        self.of_candidate: dict[str, list[Request]] = defaultdict(list)
        for request in self.requests.values():
            known = self.body_of_list.get(request.list_no, request.body.code)
            self.body_of_list[request.list_no] = min(known, request.body.code)
            self._of[request.candidate_no, request.body.code].append(request)
            self.of_candidate[request.candidate_no].append(request)

    def latest(self, candidate_no: str, body_code: str) -> Request | None:
        """The candidate's latest request to a body, by (`sent_on`, `list_no`)."""
        own = self._of.get((candidate_no, body_code), ())
        return max(own, key=lambda request: (request.sent_on, request.list_no), default=None)

    def is_replaced(self, request: Request) -> bool:
        """Whether the candidate was sent to the same body again later."""
        return self.latest(request.candidate_no, request.body.code) != request


class Reading:
    """The replies of one moment against a register: handlings, answers, states.

    Of each reply the versions that there were at that moment are given, in landing order; the last counts.
    """

    def __init__(
        self,
        register: Register,
        replies: Iterable[Sequence[Row]],
        accounts: set[str],
        identities: Identities,
        last_day: date | None = None,
    ) -> None:
        self.register = register
        self.answers: dict[RequestKey, Row] = {}
        self.letters: dict[ReplyKey, Letter] = {}
        self._identities = identities
        self._heard: dict[ReplyKey, datetime] = {}
        valid: dict[RequestKey, list[Row]] = defaultdict(list)
        for versions in replies:
            row = versions[-1]
            self._heard[reply_key(row)] = heard_at(versions)
            flaw = _flaw(row, register, accounts)
            if flaw is not None:
                self._keep(row, flaw)
            elif last_day is None or row["replied_on"] <= last_day:
                valid[row["list_no"], row["candidate_no"]].append(row)
        for key, rows in valid.items():
            self.answers[key] = counted = max(rows, key=_counting_order)
            for row in rows:
                said_the_same = row["result_code"] == counted["result_code"]
                other = "repeated" if said_the_same else "overruled"
                self._keep(row, "counted" if row is counted else other)

    def _keep(self, row: Row, handling: str) -> None:
        request = self.register.requests.get((row["list_no"], row["candidate_no"]))
        body_code = self.register.body_of_list.get(row["list_no"])
        if request is not None:
            body_code = request.body.code
        self.letters[reply_key(row)] = Letter(row, handling, request, body_code)

    def answer(self, request: Request) -> Row | None:
        """The counted reply of a request."""
        return self.answers.get(request.key)

    def answered(self, request: Request) -> State:
        """State of a request, whoever the person is by now."""
        reply = self.answer(request)
        if reply is None:
            return State("sent", request)
        return State(str(reply["result_code"]), request, reply, self._heard[reply_key(reply)])

    def state(self, candidate_no: str, body: order.Body) -> State:
        """What the body says of the candidate, by its latest request, if that was about the same person."""
        request = self.register.latest(candidate_no, body.code)
        if request is None:
            return State("not_sent")
        if self._is_about_another(request):
            return State("not_sent", request)
        return self.answered(request)

    def of_candidate(self, candidate_no: str) -> list[State]:
        """States of all requests of a candidate, those replaced included."""
        return [self.answered(request) for request in self.register.of_candidate.get(candidate_no, ())]

    def _is_about_another(self, request: Request) -> bool:
        """Whether the list named the person otherwise than the counted submission does."""
        if request.identity_key is None or request.candidate_no not in self._identities:
            return False
        return request.identity_key != self._identities[request.candidate_no]


def reply_key(row: Row) -> ReplyKey:
    """One candidate of one list in one letter."""
    return row["reply_no"], row["list_no"], row["candidate_no"]


def heard_at(versions: Sequence[Row]) -> datetime:
    """When first was said what the last version says: a copy sent again is not news."""
    moment = versions[-1].received_at
    for row in reversed(versions):
        if row.values != versions[-1].values:
            break
        moment = row.received_at
    return moment


def _flaw(row: Row, register: Register, accounts: set[str]) -> str | None:
    """Why a reply answers nothing: the first of these that holds."""
    request = register.requests.get((row["list_no"], row["candidate_no"]))
    if row["candidate_no"] not in accounts:
        return "unknown_candidate"
    if row["list_no"] not in register.body_of_list:
        return "unknown_list"
    if request is None:
        return "not_on_list"
    if row["body_code"] != request.body.speaker(row["replied_on"]):
        return "wrong_sender"
    if row["replied_on"] < request.sent_on:
        return "dated_before_list"
    if row["replied_on"] > local_date(row.received_at):
        return "dated_ahead"
    return None


def _counting_order(row: Row) -> tuple[object, ...]:
    """A33: the latest day, then the worst, then the greatest number: nobody is cleared by a tie."""
    return row["replied_on"], _BEST_LAST[row["result_code"]], row["reply_no"]


def requests_of(tables: Tables) -> list[Request]:
    """All requests of the register."""
    return [
        Request(
            row["list_no"],
            row["candidate_no"],
            order.BODY[row["body_code"]],
            row["sent_on"],
            row["identity_key"],
            row.first_received_at,
        )
        for row in tables.rows("agency__vetting_requests")
    ]


def now(tables: Tables, identities: Identities | None = None) -> Reading:
    """What the bodies have said by now."""
    replies = tables.versions("vetting__replies").values()
    return Reading(Register(requests_of(tables)), replies, _accounts(tables), identities or {})


def at_close(tables: Tables, identities: Identities | None = None) -> Reading:
    """What the bodies had said when vetting closed: to requests and by versions received before then.

    `identities` are those that were known then.
    """
    received = [
        [row for row in versions if row.received_at < order.VETTING_CLOSES_AT]
        for versions in tables.versions("vetting__replies").values()
    ]
    sent = [
        request
        for request in requests_of(tables)
        if request.sent_on <= order.VETTING_LAST_DAY and request.first_received_at < order.VETTING_CLOSES_AT
    ]
    return Reading(
        Register(sent), filter(None, received), _accounts(tables), identities or {}, order.VETTING_LAST_DAY
    )


def _accounts(tables: Tables) -> set[str]:
    return {row["candidate_no"] for row in tables.rows("platform__registrations")}

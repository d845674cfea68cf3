"""The vetting officers' desk: everything that their reports ask, as of one moment.

What belongs here: who is to be vetted, whose outcome is asked, the local day. What does not: the rows of the
reports (`board.py`, `alerts.py`, `documents.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tests.oracle import order
from tests.oracle.calendar import local_date
from tests.oracle.eligibility import Eligibility
from tests.oracle.people import Account, accounts_of, superseded
from tests.oracle.publication import published_at
from tests.oracle.reading import Tables
from tests.oracle.stops import Stops
from tests.oracle.vetting import Outcome, Vetting

#: A row of a report by the names of its columns.
Line = dict[str, Any]


class Office:
    """The season's rows as of a moment, with the rules of the sections put to them."""

    def __init__(self, tables: Tables, as_of: datetime, identity_keys: Mapping[str, str]) -> None:
        self.tables = tables
        self.as_of = as_of
        self.today: date = local_date(as_of)
        self.accounts: dict[str, Account] = accounts_of(tables, as_of)
        self.void = superseded(self.accounts.values())
        self.eligibility = Eligibility(tables)
        self.stops = Stops(tables, self.accounts)
        self.vetting = Vetting(tables, as_of, self.accounts, identity_keys)
        self.identity_keys = identity_keys
        self._eligible = {
            account.candidate_no
            for account in self.accounts.values()
            if self.eligibility.reason(account, self.is_void(account)) == "ELIGIBLE"
        }

    def is_void(self, account: Account) -> bool:
        """Whether another account of the person counts (A40)."""
        return account.candidate_no in self.void

    def counted(self) -> list[Account]:
        """The accounts whose submission counts."""
        return [
            account
            for account in self.accounts.values()
            if account.submission is not None and not self.is_void(account)
        ]

    def is_eligible(self, account: Account) -> bool:
        """Whether every rule of stage 1 is met."""
        return account.candidate_no in self._eligible

    def is_stopped(self, account: Account, moment: datetime) -> bool:
        """Whether an exclusion or a withdrawal is in force at a moment and still is."""
        return self.stops.deciding(account.candidate_no, moment, self.as_of) is not None

    def to_be_vetted(self) -> list[Account]:
        """Who meets every requirement and is not stopped now (§4.3)."""
        return [
            account
            for account in self.counted()
            if self.is_eligible(account) and not self.is_stopped(account, self.as_of)
        ]

    def entrants(self) -> list[Account]:
        """Who entered vetting and is not stopped at it: the people of its list, published or to come."""
        lists = (published_at(self.tables, stage, self.as_of) for stage in ("registration", "vetting"))
        moments = [min(self.as_of, published) for published in lists]
        return [
            account
            for account in self.counted()
            if self.is_eligible(account) and not any(self.is_stopped(account, moment) for moment in moments)
        ]

    def outcome(self, account: Account) -> Outcome:
        """Whether the account passes vetting; before its end: would, if it ended now."""
        return self.vetting.outcome(account.candidate_no, account.submitted_on)

    def addressee(self, body: order.Body) -> str | None:
        """To whom the lists of a body go today (A34)."""
        return body.speaker(self.today)

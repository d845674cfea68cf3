"""Who reads the dashboards and in which role: identification, grants, and the release file of a role.

Belongs here: the signed-in person, the roles granted to them, which audience a role reads. Does not belong
here: which pages a role has (dashboards/pages.py), what a file of an audience holds (the seed
`audience_tables`, written by orchestration/), recording what was opened (dashboards/access_log.py).

People are identified by OpenID Connect through `st.login`; the address that their provider has verified is
looked up in the book of grants `<access>/grants/book.jsonl`, which `rezerv access` writes. In the local mode
(`rezerv dash --local`) nobody is identified and every role can be tried; each page says so.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANALYST = "analyst"
VETTING_OFFICER = "vetting_officer"
PROCTORING_REVIEWER = "proctoring_reviewer"
COMMISSION_MEMBER = "commission_member"
PUBLISHER = "publisher"
ENGINEER = "engineer"
ROLES: tuple[str, ...] = (
    ANALYST,
    VETTING_OFFICER,
    PROCTORING_REVIEWER,
    COMMISSION_MEMBER,
    PUBLISHER,
    ENGINEER,
)

#: Whom the local mode acts for.
LOCAL_IDENTITY = "local"
LOCAL_MODE = "REZERV_DASH_LOCAL"
GRANTS_NAME = "grants/book.jsonl"

_log = logging.getLogger(__name__)


class GrantsBroken(Exception):
    """The book of grants cannot be read: nobody gets a role by it."""


@dataclass(frozen=True, order=True)
class Grant:
    """A role; of a member of a commission also the stage and the track whose list they read."""

    role: str
    stage: str | None = None
    track: str | None = None

    @property
    def code(self) -> str:
        """How the role stands in an address and names its audience: `commission_member.interview.agro`."""
        return ".".join(part for part in (self.role, self.stage, self.track) if part)

    @property
    def audience(self) -> str:
        """The audience whose release file is read in this role; empty for the whole release (engineers)."""
        return "" if self.role == ENGINEER else self.code


@dataclass(frozen=True)
class Person:
    """Who is there: `identity` is what the provider has verified (an address), grants in a fixed order."""

    identity: str
    grants: tuple[Grant, ...]
    is_local: bool = False


def access_dir() -> Path:
    """Return the folder of grants and of the access log: REZERV_ACCESS_DIR, else `access` of the home."""
    named = os.environ.get("REZERV_ACCESS_DIR", "").strip()
    return Path(named) if named else Path(os.environ.get("REZERV_HOME", "").strip() or "data") / "access"


def is_local_mode() -> bool:
    """Whether the app was started by `rezerv dash --local`."""
    return os.environ.get(LOCAL_MODE, "").strip() == "1"


def identity_of(user: Mapping[str, Any]) -> str | None:
    """Return the address of a signed-in user in small letters; None where it is not verified."""
    address = user.get("email")
    if not user.get("is_logged_in") or not isinstance(address, str) or user.get("email_verified") is not True:
        return None
    return address.strip().lower() or None


def granted(identity: str, folder: Path | None = None) -> tuple[Grant, ...]:
    """Return the roles that `identity` has by the book of grants, each line of it a grant or its end.

    Raises GrantsBroken where a line cannot be read: a lost end of a grant must not leave the role.
    """
    book = (folder or access_dir()) / GRANTS_NAME
    try:
        lines = book.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise GrantsBroken(str(error)) from error
    held: set[Grant] = set()
    for number, line in enumerate(lines, start=1):
        try:
            act = json.loads(line)
            grant = Grant(act["role"], act.get("stage_code"), act.get("track_code"))
            is_of_person, is_granted = act["identity"].lower() == identity.lower(), act["is_granted"] is True
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.error("line %d of %s cannot be read", number, book)
            raise GrantsBroken(f"{book.name}:{number}") from error
        if is_of_person:
            (held.add if is_granted else held.discard)(grant)
    return in_order(held)


def in_order(grants: set[Grant]) -> tuple[Grant, ...]:
    """Return grants in the order of the roles, then by stage and track; unknown roles are left out."""
    known = [grant for grant in grants if grant.role in ROLES]
    return tuple(
        sorted(known, key=lambda grant: (ROLES.index(grant.role), grant.stage or "", grant.track or ""))
    )


def chosen(person: Person, asked: str | None) -> Grant:
    """Return the role that an address asks for if the person has it, else their first.

    Raises LookupError for a person without any role.
    """
    if not person.grants:
        raise LookupError(person.identity)
    return next((grant for grant in person.grants if grant.code == asked), person.grants[0])


def local_person(commissions: Sequence[tuple[str, str]]) -> Person:
    """Return whom the local mode acts for: every role, each list of `commissions` (stage, track), and
    the list of all tracks of each of their stages.
    """
    grants = {Grant(role) for role in ROLES if role != COMMISSION_MEMBER}
    grants |= {Grant(COMMISSION_MEMBER, stage, track) for stage, track in commissions}
    grants |= {Grant(COMMISSION_MEMBER, stage) for stage, _ in commissions}
    return Person(LOCAL_IDENTITY, in_order(grants), is_local=True)

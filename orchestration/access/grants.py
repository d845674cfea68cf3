"""The book of grants: who may read the dashboards in which role, and who said so.

Belongs here: checking and appending a grant or its end, and who holds what. Not here: the book itself
(`assignment/books.py`), its reader (`dashboards/access.py`, which takes the lines in order as this module
does), the commands (`cli.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.assignment.books import append, read_book, shown_moment
from orchestration.audiences import COMMISSION_MEMBER, ROLES
from orchestration.errors import UserError
from orchestration.ledger import ledger_lock

if TYPE_CHECKING:
    from orchestration.settings import Settings

FOLDER_NAME = "grants"
ENGINEER = "engineer"
GRANTED_ROLES = (*ROLES, ENGINEER)
BUSY = "error.acts_locked"

# identity, role, stage or None, track or None
Held = tuple[str, str, str | None, str | None]


@dataclass(frozen=True)
class Change:
    """A grant, or the end of one.

    identity: the address that the provider of identities verifies. stage_code and track_code: of a member of
    a commission whose list it is; without a track all of the stage's.
    """

    identity: str
    role: str
    by: str
    reason: str
    stage_code: str | None = None
    track_code: str | None = None
    is_granted: bool = True


def grants_folder(settings: Settings) -> Path:
    """Where the book is."""
    return settings.access_dir / FOLDER_NAME


def record(settings: Settings, change: Change) -> Mapping[str, Any] | None:
    """Append a change and return its line; None where it changes nothing.

    `UserError`: an address that is none, an unknown role, stage or track, a commission without its stage, a
    stage for another role, no name or no reason, the end of a grant that is not held.
    """
    from orchestration.commissions.act_books import act_text

    identity = _identity(change.identity)
    by, reason = act_text(change.by), act_text(change.reason)
    if not by or not reason:
        raise UserError("error.access_by")
    stage, track = _list_of(settings, change)
    held: Held = (identity, change.role, stage, track)
    folder = grants_folder(settings)
    with ledger_lock(folder, BUSY):
        is_held = held in holders(read_book(folder))
        if not change.is_granted and not is_held:
            raise UserError("error.access_not_held", identity=identity, role=change.role)
        if change.is_granted and is_held:
            return None
        return append(
            folder,
            {
                "identity": identity,
                "role": change.role,
                "stage_code": stage,
                "track_code": track,
                "is_granted": change.is_granted,
                "by": by,
                "reason": reason,
                "at": shown_moment(utc_now()),
            },
        )


def holders(lines: Sequence[Mapping[str, Any]]) -> dict[Held, Mapping[str, Any]]:
    """Who holds which role after all lines, with the line that granted it, in the order of granting."""
    held: dict[Held, Mapping[str, Any]] = {}
    for line in lines:
        key = (line["identity"], line["role"], line["stage_code"], line["track_code"])
        held.pop(key, None)
        if line["is_granted"]:
            held[key] = line
    return held


def _identity(text: str) -> str:
    address = text.strip().lower()
    name, at, host = address.partition("@")
    if not (name and at and host) or not address.isprintable() or any(sign.isspace() for sign in address):
        raise UserError("error.access_identity", identity=text)
    return address


def _list_of(settings: Settings, change: Change) -> tuple[str | None, str | None]:
    """The stage and track of a grant, known to the release; neither for a role that is of no commission."""
    if change.role not in GRANTED_ROLES:
        raise UserError("error.access_role", role=change.role, roles=", ".join(GRANTED_ROLES))
    if change.role != COMMISSION_MEMBER:
        if change.stage_code or change.track_code:
            raise UserError("error.access_no_list", role=change.role)
        return None, None
    stages, tracks = _lists(settings)
    if change.stage_code not in stages:
        raise UserError("error.access_stage", stages=", ".join(stages))
    if change.track_code is not None and change.track_code not in tracks:
        raise UserError("error.access_track", track=change.track_code, tracks=", ".join(tracks))
    return change.stage_code, change.track_code


def _lists(settings: Settings) -> tuple[list[str], list[str]]:
    """Stages whose list a commission reads, and tracks, of the release in force."""
    import duckdb

    from orchestration.audiences import audiences
    from orchestration.releases import current_release

    release = current_release(settings.releases_dir)
    if release is None:
        raise UserError("error.no_release", folder=settings.releases_dir)
    with duckdb.connect() as connection:
        connection.execute("attach ? as source (read_only)".replace("?", f"'{release.file}'"))
        found = [one for one in audiences(connection) if one.role == COMMISSION_MEMBER]
    stages = list(dict.fromkeys(one.stage for one in found if one.stage))
    return stages, list(dict.fromkeys(one.track for one in found if one.track))

"""Revisions of the tracks' quotas by the National Commission, recorded as acts (Order §9.2, A43).

Belongs here: the act, its book below `<home>/quotas`, when it is refused, and its file for the landing
folder. An act counts when its line stands in the book. Not here: which places then hold
(`fct_reserve_places`), scenarios (`quotas.py`), enrolments (`national_acts.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.assignment.books import (
    append,
    make_owners_folder,
    person,
    read_book,
    read_moment,
    shown_moment,
)
from orchestration.assignment.dealing import list_bytes
from orchestration.commissions.act_books import (
    BUSY,
    act_text,
    decision_moment,
    decision_number,
    recorded,
    require_nothing_waits,
)
from orchestration.commissions.figures import open_figures
from orchestration.commissions.quotas import read_places, read_quotas, require_within_limit
from orchestration.delivery import BookFile, deliver_book, source_file
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import ledger_lock

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.commissions.quotas import Quotas
    from orchestration.settings import Settings

FEED, NAME_OF_FILES = "agency__quota_revisions", "agency__quota_revisions__acts"
COLUMNS = ("season_code", "decision_no", "track_code", "places", "decided_at", "limit_total")

_REVISIONS = """
select decision_no, track_code, places, decided_at from core.fct_quota_revisions
where season_code::varchar = $season
"""


@dataclass(frozen=True)
class QuotaRequest:
    """A revision to record.

    places: `track=n,…`. by: who records it. approved_by: who confirms it; needed with limit_total.
    decided_at: naive UTC, default now. limit_total: places in all that the decision itself allows (A43).
    """

    decision_no: str
    places: str
    by: str
    approved_by: str = ""
    decided_at: datetime | None = None
    limit_total: int | None = None


@dataclass(frozen=True)
class QuotaAct:
    """A recorded revision: its line, the files delivered now, and whether it is new."""

    line: Mapping[str, Any]
    files: tuple[Path, ...]
    is_new: bool


def quotas_folder(settings: Settings) -> Path:
    """Where the book of revisions is kept."""
    return settings.home / "quotas"


def decide_quotas(settings: Settings, request: QuotaRequest) -> QuotaAct:
    """Record a revision and deliver it into the landing folder; the same one again changes nothing.

    `UserError` above the limit in all that the decision does not lift (A43), for places that no track has, a
    revision that changes nothing or is older than the one in force; `OrchestrationError` for a number that is
    taken, or while an earlier act is not in the release.
    """
    name, number = person(request.by), decision_number(request.decision_no)
    approved_by = act_text(request.approved_by)
    if request.limit_total is not None and approved_by in ("", name):
        raise UserError("error.quotas_approval")
    figures = open_figures(settings)
    quotas = read_quotas(figures)
    places = read_places(quotas, request.places)
    named = {part.partition("=")[0].strip() for part in request.places.split(",")}
    content = {
        "approved_by": approved_by or None,
        "decision_no": number,
        "limit_total": request.limit_total,
        "places": {track: places[track] for track in sorted(named)},
        "season": figures.season,
    }
    folder = quotas_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        lines = read_book(folder)
        line = recorded(lines, content, request.decided_at)
        is_new = line is None
        if line is None:
            moment = decision_moment(request.decided_at)
            _refuse(figures, quotas, places, content, moment, lines)
            line = append(
                folder,
                {
                    **content,
                    "act_no": len(lines) + 1,
                    "decided_at": shown_moment(moment),
                    "made_at": shown_moment(utc_now()),
                    "made_by": name,
                    "release": figures.release.release_id,
                },
            )
    return QuotaAct(line, tuple(deliver_quota_acts(settings)), is_new)


def _refuse(
    figures: Figures,
    quotas: Quotas,
    places: Mapping[str, int],
    content: Mapping[str, Any],
    moment: datetime,
    lines: list[dict[str, Any]],
) -> None:
    revisions = figures.rows(_REVISIONS)
    if content["decision_no"] in {row["decision_no"] for row in revisions}:
        raise OrchestrationError("error.act_known", decision=content["decision_no"])
    require_no_revision_waits(figures, lines)
    if places == quotas.in_force and content["limit_total"] in (None, quotas.limit_total):
        raise UserError("error.quotas_same")
    for row in revisions:
        if row["track_code"] in content["places"] and row["decided_at"] >= moment:
            raise UserError("error.quotas_earlier", track=row["track_code"], decision=row["decision_no"])
    require_within_limit(quotas, places, content["limit_total"])


def require_no_revision_waits(figures: Figures, lines: Sequence[Mapping[str, Any]] | None = None) -> None:
    """`OrchestrationError` while the release lacks a revision of the book: other places hold by then."""
    book = read_book(quotas_folder(figures.settings)) if lines is None else lines
    known = {row["decision_no"] for row in figures.rows(_REVISIONS)}
    require_nothing_waits(book, figures.season, known)


def deliver_quota_acts(settings: Settings) -> list[Path]:
    """Deliver the revisions that the warehouse lacks into the landing folder; returns the new files."""
    return deliver_book(settings, quotas_folder(settings), FEED, _files)


def _files(settings: Settings) -> Iterator[BookFile]:
    for line in read_book(quotas_folder(settings)):
        name = source_file(read_moment(line["made_at"]), NAME_OF_FILES, line["act_no"], "csv")
        yield name, partial(_content, line)


def _content(line: Mapping[str, Any]) -> bytes:
    limit = "" if line["limit_total"] is None else str(line["limit_total"])
    return list_bytes(
        COLUMNS,
        [
            (line["season"], line["decision_no"], track, str(places), line["decided_at"], limit)
            for track, places in line["places"].items()
        ],
    )

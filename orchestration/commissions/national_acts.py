"""Decisions of the National Commission on candidates, recorded as acts (Order §9.1, A5, A44).

Belongs here: the act, its book below `<home>/national`, when it is refused, and its file for the landing
folder. An act counts when its line stands in the book. What the Commission decides within its power, passing
over the order too, is recorded as given. Not here: what a decision means for the list (`dbt_project/`),
quotas (`quota_acts.py`). A whole session may as well land as the secretary's file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
from orchestration.commissions.quota_acts import require_no_revision_waits
from orchestration.commissions.quotas import read_quotas
from orchestration.delivery import BookFile, deliver_book, source_file
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import ledger_lock

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.commissions.quotas import Quotas
    from orchestration.settings import Settings

FEED, NAME_OF_FILES = "agency__national_decisions", "agency__national_decisions__acts"
COLUMNS = ("decision_no", "candidate_no", "decided_at", "decision_code", "override_by", "override_reason")
ENROL, DECLINE = "enrol", "decline"
# Out by now: the place stays empty (A11).
STOPPED = ("annulled", "excluded", "withdrawn")
_NUMBER = re.compile(r"R\d{2}-\d{6}")

_CANDIDATES = """
select c.candidate_no, c.track_code, r.status_code
from core.dim_candidates as c
left join seeds.stages as s on s.season_code::varchar = c.season_code and s.admits_by_code = 'decision'
left join selection.sel_stage_results as r
    on r.season_code = c.season_code and r.candidate_no = c.candidate_no and r.stage_code = s.stage_code
where c.season_code::varchar = $season
"""
_DECISIONS = """
select candidate_no, decision_no, decision_code, decided_at from core.fct_national_decisions
where season_code::varchar = $season order by decided_at, decision_no
"""


@dataclass(frozen=True)
class NationalRequest:
    """Decisions to record under one number: candidate numbers to enrol and to decline.

    by: who records it. override_by, override_reason: who else confirms that somebody outside the Expert
    Commission's list is meant, and why (A44). decided_at: naive UTC, default now.
    """

    decision_no: str
    enrol: tuple[str, ...]
    decline: tuple[str, ...]
    by: str
    override_by: str = ""
    override_reason: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True)
class NationalAct:
    """A recorded decision: its line, the files delivered now, whether it is new.

    passed_over: of those enrolled, how many of their track with a better result are not enrolled (A44).
    """

    line: Mapping[str, Any]
    files: tuple[Path, ...]
    is_new: bool
    passed_over: Mapping[str, int]


@dataclass(frozen=True)
class _Known:
    """What the release says: track and status at the Commission's stage by number, and the latest word."""

    tracks: Mapping[str, str]
    statuses: Mapping[str, str | None]
    decided: Mapping[str, Mapping[str, Any]]
    numbers: frozenset[str]


def national_folder(settings: Settings) -> Path:
    """Where the book of the Commission's decisions is kept."""
    return settings.home / "national"


def decide_candidates(settings: Settings, request: NationalRequest) -> NationalAct:
    """Record decisions and deliver them into the landing folder; the same ones again change nothing.

    `UserError` for somebody unknown or stopped, outside the list without an override (A44), more than the
    places of a track (A43) or an older decision than the one known; `OrchestrationError` for a number that is
    taken, or while an earlier act is not in the release.
    """
    name, number = person(request.by), decision_number(request.decision_no)
    words = _words(request)
    override_by, override_reason = act_text(request.override_by), act_text(request.override_reason)
    if bool(override_by) != bool(override_reason) or (override_by and override_by == name):
        raise UserError("error.national_override")
    figures = open_figures(settings)
    quotas, known = read_quotas(figures), _known(figures)
    content = {
        "decision_no": number,
        "decisions": words,
        "override_by": override_by or None,
        "override_reason": override_reason or None,
        "season": figures.season,
    }
    folder = national_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        lines = read_book(folder)
        line = recorded(lines, content, request.decided_at)
        is_new = line is None
        if line is None:
            moment = decision_moment(request.decided_at)
            if number in known.numbers:
                raise OrchestrationError("error.act_known", decision=number)
            require_nothing_waits(lines, figures.season, known.numbers)
            if ENROL in words.values():
                require_no_revision_waits(figures)
            outside = _refuse(quotas, known, words, moment, has_override=bool(override_by))
            line = append(
                folder,
                {
                    **content,
                    "act_no": len(lines) + 1,
                    "decided_at": shown_moment(moment),
                    "made_at": shown_moment(utc_now()),
                    "made_by": name,
                    "outside": outside,
                    "release": figures.release.release_id,
                },
            )
    files = tuple(deliver_national_acts(settings))
    return NationalAct(line, files, is_new, _passed_over(quotas, known, words))


def _words(request: NationalRequest) -> dict[str, str]:
    """Decision by candidate number; `UserError` for none, a wrong number, or one that is said twice."""
    said = [(one.strip(), ENROL) for one in request.enrol]
    said += [(one.strip(), DECLINE) for one in request.decline]
    if not said:
        raise UserError("error.national_nobody")
    wrong = [one for one, _ in said if not _NUMBER.fullmatch(one)]
    if wrong:
        raise UserError("error.national_number", count=len(wrong))
    twice = sorted(one for one, times in Counter(one for one, _ in said).items() if times > 1)
    if twice:
        raise UserError("error.national_twice", candidates=", ".join(twice))
    return dict(sorted(said))


def _known(figures: Figures) -> _Known:
    rows = figures.rows(_CANDIDATES)
    decisions = figures.rows(_DECISIONS)
    return _Known(
        {row["candidate_no"]: row["track_code"] for row in rows},
        {row["candidate_no"]: row["status_code"] for row in rows},
        {row["candidate_no"]: row for row in decisions},
        frozenset(row["decision_no"] for row in decisions),
    )


def _proposed(quotas: Quotas) -> set[str]:
    return {one.candidate_no for found in quotas.standings.values() for one in found}


def _refuse(
    quotas: Quotas, known: _Known, words: Mapping[str, str], moment: datetime, *, has_override: bool
) -> list[str]:
    """Whom the decision enrols from outside the list, which the override confirms."""
    _refuse_any("error.national_unknown", [one for one in words if one not in known.tracks])
    enrolled = [one for one, word in words.items() if word == ENROL]
    _refuse_any("error.national_stopped", [one for one in enrolled if known.statuses[one] in STOPPED])
    later = [one for one in words if one in known.decided and known.decided[one]["decided_at"] >= moment]
    _refuse_any("error.national_earlier", later)
    outside = sorted(set(enrolled) - _proposed(quotas))
    if not has_override:
        _refuse_any("error.national_outside", outside)
    elif not outside:
        raise UserError("error.national_override_idle")
    counts = Counter(known.tracks[one] for one in _enrolled_after(known, words))
    for track in quotas.tracks:
        count = counts[track.track_code]
        touched = any(known.tracks[one] == track.track_code for one in enrolled)
        if touched and count > track.places:
            raise UserError(
                "error.national_places", track=track.track_name, places=track.places, people=count
            )
    return outside


def _refuse_any(key: str, numbers: Iterable[str]) -> None:
    found = sorted(numbers)
    if found:
        raise UserError(key, candidates=", ".join(found))


def _enrolled_after(known: _Known, words: Mapping[str, str]) -> set[str]:
    """Everybody whom the latest word enrols, this act's included."""
    latest = {one: str(row["decision_code"]) for one, row in known.decided.items()} | dict(words)
    return {one for one, word in latest.items() if word == ENROL and known.statuses.get(one) not in STOPPED}


def _passed_over(quotas: Quotas, known: _Known, words: Mapping[str, str]) -> dict[str, int]:
    """Of each one enrolled by this act, how many better ones of the track are not enrolled."""
    enrolled = _enrolled_after(known, words)
    found = {}
    for track in quotas.tracks:
        order = quotas.standing(track.track_code, track.places)
        for one in order:
            if words.get(one.candidate_no) == ENROL:
                better = [each for each in order if each.best_place < one.best_place]
                found[one.candidate_no] = sum(each.candidate_no not in enrolled for each in better)
    return {one: count for one, count in found.items() if count}


def deliver_national_acts(settings: Settings) -> list[Path]:
    """Deliver the decisions that the warehouse lacks into the landing folder; returns the new files."""
    return deliver_book(settings, national_folder(settings), FEED, _files)


def _files(settings: Settings) -> Iterator[BookFile]:
    for line in read_book(national_folder(settings)):
        name = source_file(read_moment(line["made_at"]), NAME_OF_FILES, line["act_no"], "csv")
        yield name, partial(_content, line)


def _content(line: Mapping[str, Any]) -> bytes:
    """One row a candidate; the override stands beside those who need it and nobody else."""
    rows = []
    for number, word in line["decisions"].items():
        override = (line["override_by"], line["override_reason"]) if number in line["outside"] else ("", "")
        rows.append((line["decision_no"], number, line["decided_at"], word, *override))
    return list_bytes(COLUMNS, rows)

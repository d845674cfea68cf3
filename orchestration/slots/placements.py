"""The acts of placing and their book below `<home>/slots` (Order §5.7, §7.1; docs/decisions/0029).

Belongs here: committing to a seed, placing who is owed a place, giving one by a person's word, the files of
an act, and when an act is refused. An act counts when its line stands in the book, whole or not at all; it
lands as a feed afterwards (`delivery.py`). Not here: the algorithm (`placing.py`), what an act rests on
(`desk.py`).
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.assignment.books import (
    BUSY,
    OWNER_ONLY,
    READ_ONLY,
    append,
    make_owners_folder,
    person,
    read_book,
    shown_moment,
    write_beside,
)
from orchestration.assignment.dealing import sha256
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import ledger_lock
from orchestration.slots.desk import Desk, act_moment, booking_closes_at, read_desk
from orchestration.slots.placing import (
    PLACE_COLUMNS,
    Person,
    free_bytes,
    people_bytes,
    place,
    place_bytes,
    read_rows,
)

if TYPE_CHECKING:
    from orchestration.settings import Settings

COMMITTED, PLACED, DECIDED = "committed", "placed", "decided"
SEED_BYTES = 32
MOST_REASON = 500


class PlacesLackError(OrchestrationError):
    """Not everybody can be placed, so nobody was; `lacks` counts people by (is for a resit, track).

    tracks: names of the tracks by code and language (kk, ru, en).
    """

    def __init__(
        self, stage: str, lacks: Mapping[tuple[bool, str], int], tracks: Mapping[str, Mapping[str, str]]
    ) -> None:
        super().__init__("error.slots_lack", stage=stage, places=sum(lacks.values()))
        self.lacks, self.tracks = dict(lacks), tracks

    def message(self, language: str) -> str:
        """How many places are lacking in all, then a line for each track."""
        from orchestration.texts import texts_of

        say, lines = texts_of(language), [super().message(language)]
        for (is_resit, track), count in sorted(self.lacks.items()):
            key = "slots.lack_resits" if is_resit else "slots.lack"
            lines.append(say(key, track=self.tracks[track][language], places=count))
        return "\n".join(lines)


@dataclass(frozen=True)
class Act:
    """An act of the book and the places that it gave: slot by candidate number.

    is_new: whether this run made it.
    """

    line: Mapping[str, Any]
    slots: Mapping[str, str]
    is_new: bool

    @property
    def act_no(self) -> int:
        """Number of the act."""
        return int(self.line["act_no"])


def slots_folder(settings: Settings) -> Path:
    """Where the book of slots is kept, with its lists and seeds."""
    return settings.home / "slots"


def list_file(folder: Path, act_no: int, what: str) -> Path:
    """File of an act's `people`, `free` or `places`."""
    return folder / "lists" / f"{act_no:04d}-{what}.csv"


def seed_file(folder: Path, act_no: int) -> Path:
    """File of a committed seed, for its owner alone."""
    return folder / "seeds" / f"{act_no:04d}.seed"


def read_lines_of(settings: Settings, stage: str, *kinds: str) -> list[dict[str, Any]]:
    """The book's lines of a stage of the season of some kinds, in order."""
    return [
        line
        for line in read_book(slots_folder(settings))
        if (line["season"], line["stage"]) == (settings.season, stage) and line["kind"] in kinds
    ]


def stages_committed(settings: Settings) -> list[str]:
    """Stages of the season whose seed is committed, in order of the commitments."""
    return [
        line["stage"]
        for line in read_book(slots_folder(settings))
        if line["season"] == settings.season and line["kind"] == COMMITTED
    ]


def read_places(folder: Path, line: Mapping[str, Any]) -> dict[str, str]:
    """What an act gave; `OrchestrationError` unless its list is the one that the act wrote."""
    file = list_file(folder, line["act_no"], "places")
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != line["places_hash"]:
        raise OrchestrationError("error.slots_list_changed", act=line["act_no"], file=file)
    return {row[0]: row[1] for row in read_rows(PLACE_COLUMNS, content)}


def commit(settings: Settings, stage: str, by: str) -> Mapping[str, Any]:
    """Make the seed of a stage, once, and commit to it; `OrchestrationError` if that was done before."""
    name = person(by)
    read_desk(settings, stage, {})
    folder = slots_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        if read_lines_of(settings, stage, COMMITTED):
            raise OrchestrationError("error.slots_committed", stage=stage)
        act_no = len(read_book(folder)) + 1
        seed = secrets.token_hex(SEED_BYTES)
        write_beside(seed_file(folder, act_no), seed.encode(), OWNER_ONLY)
        return append(
            folder,
            {
                "act_no": act_no, "kind": COMMITTED, "made_at": shown_moment(act_moment(settings)),
                "made_by": name, "season": settings.season, "seed_hash": sha256(seed.encode()),
                "stage": stage,
            },
        )  # fmt: skip


def place_owed(settings: Settings, stage: str, by: str) -> Act | None:
    """Place everybody who is owed a place at the stage, or a resit; who has a place keeps it.

    Where nobody is owed one, the latest act again, None before the first. `UserError` before the commitment,
    `OrchestrationError` while booking is open, `PlacesLackError` where places do not suffice: nothing is
    written then.
    """
    name = person(by)
    folder = slots_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        desk = _read(settings, stage)
        people = _to_place(settings, desk)
        if not people:
            return latest_act(settings, stage)
        commits = read_lines_of(settings, stage, COMMITTED)
        if not commits:
            raise UserError("error.slots_not_committed", stage=stage)
        seed = _read_seed(folder, commits[0])
        placed = place(seed, people, desk.free)
        if placed.without:
            lacks = Counter((one.is_resit, one.track) for one in placed.without)
            raise PlacesLackError(stage, lacks, desk.tracks)
        return _append(
            settings, folder, desk, PLACED, placed.slots, by=name, people=people,
            more={"commit_act_no": commits[0]["act_no"], "seed": seed},
        )  # fmt: skip


def give(settings: Settings, stage: str, candidate_no: str, slot_no: str, by: str, reason: str) -> Act:
    """Give one candidate one place by a person's word (§5.7: support sets the time of a resit).

    It may move them, and fill a slot beyond its capacity never. `UserError` for a slot that is not free.
    """
    name, why = person(by), _reason(reason)
    folder = slots_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        desk = _read(settings, stage)
        free = {slot.slot_no: slot for slot in desk.free}
        if slot_no not in desk.slots:
            raise UserError("error.slots_no_such_slot", slot=slot_no, stage=stage)
        if slot_no not in free:
            raise UserError("error.slots_not_free", slot=slot_no)
        who = _somebody(settings, desk, candidate_no, free[slot_no].is_resit)
        if not free[slot_no].takes(who):
            raise UserError("error.slots_not_open", slot=slot_no, candidate=candidate_no)
        return _append(
            settings,
            folder,
            desk,
            DECIDED,
            {candidate_no: slot_no},
            by=name,
            people=[who],
            more={"reason": why},
        )


_CANDIDATE = """
select c.candidate_no, c.track_code, c.test_language_code from core.dim_candidates as c
inner join selection.sel_stage_results as r using (candidate_no)
where c.season_code::varchar = $season and r.stage_code = $stage and c.candidate_no = $who
    and r.status_code not in ('annulled', 'excluded', 'withdrawn')
"""


def _somebody(settings: Settings, desk: Desk, candidate_no: str, is_resit: bool) -> Person:
    """A candidate who enters the stage and is not out; a resit is only for who is owed one."""
    for one in desk.people:
        if (one.candidate_no, one.is_resit) == (candidate_no, is_resit):
            return one
    rows = desk.source.reading.rows(
        _CANDIDATE, {"season": settings.season, "stage": desk.stage, "who": candidate_no}
    )
    if not rows or is_resit:
        raise UserError("error.slots_not_owed", candidate=candidate_no, stage=desk.stage)
    track, language = rows[0]["track_code"], rows[0]["test_language_code"]
    return Person(candidate_no, track, language, is_resit, desk.barred(candidate_no, is_resit))


def latest_act(settings: Settings, stage: str) -> Act | None:
    """The latest act of the stage that gave places; None before the first."""
    lines = read_lines_of(settings, stage, PLACED, DECIDED)
    return Act(lines[-1], read_places(slots_folder(settings), lines[-1]), is_new=False) if lines else None


def _read(settings: Settings, stage: str) -> Desk:
    folder = slots_folder(settings)
    lines = read_lines_of(settings, stage, PLACED, DECIDED)
    return read_desk(settings, stage, {line["act_no"]: read_places(folder, line) for line in lines})


def _to_place(settings: Settings, desk: Desk) -> list[Person]:
    """Who is owed a place now: while booking is open they may still choose, so only resits are placed."""
    people = list(desk.people)
    closes_at = booking_closes_at(settings, desk.stage)
    if closes_at is not None and desk.at < closes_at and any(not one.is_resit for one in people):
        raise OrchestrationError("error.slots_booking_open", stage=desk.stage)
    return people


def _reason(reason: str) -> str:
    from ingestion.iin import holds_iin

    text = reason.strip()
    if not text or len(text) > MOST_REASON or not text.isprintable() or holds_iin(text):
        raise UserError("error.slots_reason", most=MOST_REASON)
    return text


def _read_seed(folder: Path, line: Mapping[str, Any]) -> str:
    file = seed_file(folder, line["act_no"])
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != line["seed_hash"]:
        raise OrchestrationError("error.slots_seed_lost", file=file)
    return content.decode()


def _append(
    settings: Settings, folder: Path, desk: Desk, kind: str, slots: Mapping[str, str], *, by: str,
    people: Sequence[Person], more: Mapping[str, Any],
) -> Act:  # fmt: skip
    """Write the lists, then the line: from then on the act counts."""
    act_no = len(read_book(folder)) + 1
    contents = {"people": people_bytes(people), "free": free_bytes(desk.free), "places": place_bytes(slots)}
    for what, content in contents.items():
        write_beside(list_file(folder, act_no, what), content, READ_ONLY)
    line = append(
        folder,
        {
            "act_no": act_no,
            "count_places": len(slots),
            "kind": kind,
            "made_at": shown_moment(desk.at),
            "made_by": by,
            "read_until": shown_moment(desk.read_until),
            "release": desk.source.release.release_id,
            "season": settings.season,
            "stage": desk.stage,
            **{f"{what}_hash": sha256(content) for what, content in contents.items()},
            **more,
        },
    )
    return Act(line, slots, is_new=True)

"""What `rezerv slots …` prints.

Belongs here: tables and sentences about slots, in the language of the catalogue; candidates by number, and
those only where they were asked for. Not here: acts (`placements.py`), questions (`reports.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.assignment.books import BOOK_NAME, read_moment
from orchestration.console import shown_path
from orchestration.console_values import cell, day, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.slots.placements import Act
    from orchestration.slots.reports import Row, StageShown, Timetable
    from orchestration.slots.verification import Verified

_COUNTS = ("capacity", "count_booked", "count_placed", "count_free", "count_over")


def show_commit(screen: Screen, line: Mapping[str, Any], folder: Path) -> None:
    """The hash that is to be published."""
    screen.say("slots.committed", stage=line["stage"], hash=line["seed_hash"])
    screen.say("slots.publish", book=shown_path(folder / BOOK_NAME), stage=line["stage"])


def show_act(screen: Screen, act: Act | None, stage: str, files: Sequence[Path]) -> None:
    """What an act gave and what comes next; that nobody was owed a place."""
    if act is None or not act.is_new:
        screen.say("slots.nothing_owed", stage=stage)
    else:
        key = "slots.given" if act.line["kind"] == "decided" else "slots.placed"
        screen.say(key, act=act.act_no, stage=stage, places=number(act.line["count_places"]))
    for file in files:
        screen.say("slots.delivered", file=shown_path(file))
        screen.say("slots.next", stage=stage)


def show_stages(screen: Screen, rows: Sequence[Row]) -> None:
    """The capacity picture of the season."""
    if not rows:
        screen.say("slots.none")
        return
    table = screen.table(
        [("slots.stage", "left"), ("slots.slots", "right"), *((f"slots.{name}", "right") for name in _COUNTS),
         ("slots.without", "right")]
    )  # fmt: skip
    for row in rows:
        name = screen.texts("slots.resits_of", stage=row["name"]) if row["is_resit"] else row["name"]
        table.add_row(
            cell(name), number(row["count_slots"]), *(number(row[name]) for name in _COUNTS),
            number(row["count_without"]),
        )  # fmt: skip
    screen.console.print(table)


def show_stage(screen: Screen, shown: StageShown, lines: Sequence[Mapping[str, Any]], numbers: bool) -> None:
    """One stage: acts, slots, refusals by reason, and how many have no place (which, where asked)."""
    for line in lines:
        screen.say(
            f"slots.act_{line['kind']}", act=line["act_no"], at=local(read_moment(line["made_at"])),
            by=line["made_by"], places=number(line.get("count_places", 0)),
        )  # fmt: skip
    table = screen.table(
        [("slots.slot", "left"), ("slots.starts", "left"), ("slots.room", "left"), ("slots.track", "left"),
         *((f"slots.{name}", "right") for name in _COUNTS), ("slots.note", "left")]
    )  # fmt: skip
    for slot in shown.slots:
        notes = [screen.texts(f"slots.is_{name}") for name in ("resit", "cancelled") if slot[f"is_{name}"]]
        table.add_row(
            cell(slot["slot_no"]), local(slot["starts_at"]), cell(slot["room_code"]),
            cell(slot["track_code"] or ""), *(number(slot[name]) for name in _COUNTS), ", ".join(notes),
        )  # fmt: skip
    screen.console.print(table)
    for row in shown.refused:
        screen.say("slots.refused", count=number(row["count"]), text=row["text"])
    owed = Counter(row["owed_code"] for row in shown.owed)
    for code, count in sorted(owed.items()):
        screen.say(f"slots.owed_{code}", count=number(count))
        if numbers:
            screen.say(
                "slots.numbers",
                numbers=", ".join(r["candidate_no"] for r in shown.owed if r["owed_code"] == code),
            )
    if not owed:
        screen.say("slots.everybody", stage=shown.stage)


def show_timetable(screen: Screen, timetable: Timetable, numbers: bool) -> None:
    """Sessions with their preparation and members; turns where candidates were asked for."""
    if not timetable.sessions:
        screen.say("slots.no_sessions")
        return
    for session in timetable.sessions:
        screen.say(
            "slots.session", day=day(session["slot_on"]), track=session["track"], room=session["room_code"],
            starts=local(session["starts_at"]), ends=local(session["ends_at"]),
            candidates=number(session["count_candidates"]),
        )  # fmt: skip
        seats = timetable.seats_of(session)
        for role in ("permanent", "track", "observer"):
            codes = [seat["member_code"] for seat in seats if seat["role_code"] == role]
            if codes:
                screen.say(f"slots.members_{role}", codes=", ".join(codes))
        recused = [seat["member_code"] for seat in seats if seat["count_recused"]]
        if recused:
            screen.say("slots.members_recused", codes=", ".join(recused))
        if session["is_below_quorum"]:
            screen.say("slots.below_quorum", members=session["count_members"], quorum=session["quorum"])
        screen.say("slots.preparation", day=day(session["preparation_on"]))
        if session["is_before_list"]:
            screen.say("slots.before_list", day=day(session["week_before_on"]))
        if any(turn["is_too_short"] for turn in timetable.turns_of(session)):
            screen.say("slots.too_short")
        if numbers:
            _show_turns(screen, timetable.turns_of(session))


def _show_turns(screen: Screen, turns: Sequence[Row]) -> None:
    table = screen.table(
        [("slots.starts", "left"), ("slots.questions", "left"), ("slots.ends", "left"),
         ("slots.candidate", "left"), ("slots.recused", "left")]
    )  # fmt: skip
    for turn in turns:
        table.add_row(
            local(turn["starts_at"]), local(turn["questions_at"]), local(turn["ends_at"]),
            cell(turn["candidate_no"]), cell((turn["recused_member_codes"] or "").replace("|", ", ")),
        )  # fmt: skip
    screen.console.print(table)


def show_verification(screen: Screen, found: Verified) -> None:
    """That all of it holds, or the first thing that does not."""
    if found.finding is None:
        screen.say("slots.holds", acts=found.count_acts, places=number(found.count_places))
        return
    code, params = found.finding
    screen.say("slots.broken")
    screen.say(f"slots.finding_{code}", **params)

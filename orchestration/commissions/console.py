"""What `rezerv quotas …` and `rezerv national …` print.

Belongs here: tables and sentences about quotas and acts, in the language of the catalogue. People are shown
by candidate number. Not here: what they say (`quotas.py`, `quota_acts.py`, `national_acts.py`), papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.assignment.books import read_moment
from orchestration.commissions.quotas import AT_EDGE, WITHIN, Quotas, Scenario
from orchestration.console import shown_path
from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.commissions.national_acts import NationalAct
    from orchestration.commissions.quota_acts import QuotaAct
    from orchestration.console import Screen


def show_quotas(screen: Screen, quotas: Quotas) -> None:
    """Places in force by track with their source, and how many of the proposed stand where."""
    table = screen.table(
        [("quota.track", "left"), ("quota.by_order", "right"), ("quota.places", "right"),
         ("quota.source", "left"), ("quota.proposed", "right"), ("quota.within", "right"),
         ("quota.at_edge", "right"), ("quota.empty", "right")]
    )  # fmt: skip
    for track in quotas.tracks:
        code, places = track.track_code, track.places
        source = (
            screen.texts("quota.decision", decision=track.decision_no, moment=local(track.decided_at))
            if track.decision_no
            else screen.texts("quota.the_order")
        )
        table.add_row(
            cell(code), number(track.by_order), number(places), cell(source),
            number(len(quotas.standing(code, places))), number(quotas.count(code, places, WITHIN)),
            number(quotas.count(code, places, AT_EDGE)), number(quotas.empty(code, places)),
        )  # fmt: skip
    screen.console.print(table)
    total = sum(quotas.in_force.values())
    screen.say("quota.total", total=number(total), limit=number(quotas.limit_total))
    if quotas.count_decided:
        screen.say("quota.decided")


def show_scenarios(screen: Screen, scenarios: Sequence[Scenario]) -> None:
    """One line a scenario: who would enter, who would not any more, ties at the edge (A5)."""
    table = screen.table(
        [("quota.change", "left"), ("quota.enters", "left"), ("quota.leaves", "left"),
         ("quota.remark", "left")]
    )  # fmt: skip
    for one in scenarios:
        table.add_row(
            cell(_change(one)),
            cell(", ".join(each.after.candidate_no for each in one.entering) or None),
            cell(", ".join(each.after.candidate_no for each in one.leaving) or None),
            cell(_remark(screen, one) or None),
        )
    screen.console.print(table)
    screen.say("quota.order_note")


def _change(one: Scenario) -> str:
    if one.moves:
        return "; ".join(f"{source} → {target}: {count}" for source, target, count in one.moves)
    return "; ".join(f"{track} = {places}" for track, places in one.places.items())


def _remark(screen: Screen, one: Scenario) -> str:
    ties = [
        screen.texts("quota.tie", track=tie.track_code, people=len(tie.candidates), free=tie.free)
        for tie in one.ties
    ]
    empty = [
        screen.texts("quota.empty_places", track=track, count=count) for track, count in one.empty.items()
    ]
    return "; ".join(ties + empty)


def show_quota_act(screen: Screen, act: QuotaAct) -> None:
    """The recorded revision, where it was delivered, and what comes next."""
    line = act.line
    screen.say(
        "quota.recorded" if act.is_new else "quota.recorded_before",
        decision=line["decision_no"],
        places=", ".join(f"{track} = {places}" for track, places in line["places"].items()),
        moment=local(read_moment(line["decided_at"])),
        hash=line["line_hash"],
    )
    _show_files(screen, act.files)


def show_national_act(screen: Screen, act: NationalAct) -> None:
    """The recorded decisions, whom they pass over, where they were delivered, and what comes next."""
    line = act.line
    words = list(line["decisions"].values())
    screen.say(
        "quota.national_recorded" if act.is_new else "quota.national_recorded_before",
        decision=line["decision_no"],
        enrolled=words.count("enrol"),
        declined=words.count("decline"),
        moment=local(read_moment(line["decided_at"])),
        hash=line["line_hash"],
    )
    if line["outside"]:
        screen.say("quota.national_outside", candidates=", ".join(line["outside"]))
    for candidate, count in act.passed_over.items():
        screen.say("quota.passed_over", candidate=candidate, count=count)
    _show_files(screen, act.files)


def _show_files(screen: Screen, files: Sequence[object]) -> None:
    for path in files:
        screen.say("quota.delivered", file=shown_path(path))  # type: ignore[arg-type]
    screen.say("quota.next")

"""What `rezerv publish`, `publications`, `verify` and `export-results` draw, and how a release differs.

Belongs here: tables and sentences about acts, in the language of the catalogue; counts and numbers only. Not
here: the act (`publication.py`), questions (`publication_reports.py`, `ledger_verification.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.console import shown_path
from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.ledger import Act, Recovered
    from orchestration.ledger_verification import Verification
    from orchestration.publication import Made
    from orchestration.publication_lists import StagePublication
    from orchestration.publication_reports import DriftCause
    from orchestration.releases import CurrentRelease

SHORT_HASH = 12
CAUSES_SHOWN = 12


def show_recovered(screen: Screen, recovered: Recovered) -> None:
    """What an act that was killed before it counted had left."""
    if recovered.unfinished is not None:
        screen.say("publish.unfinished", file=shown_path(recovered.unfinished))
    if recovered.removed:
        screen.say("publish.removed", files=", ".join(recovered.removed))


def show_act(screen: Screen, made: Made) -> None:
    """The act that counts from now on."""
    act = made.act
    screen.say(
        f"publish.{act.kind}", act=act.act_no, stage=act.stage, version=act.version, at=local(act.moment)
    )
    if act.list_name is not None:
        screen.say("publish.list", rows=number(act.count_rows), going_on=number(sum(made.going_on.values())))
        table = screen.table([("column.track", "left"), ("publish.column_going_on", "right")])
        for track, count in made.going_on.items():
            table.add_row(track, number(count))
        screen.console.print(table)
    screen.say("publish.hash", hash=act.act_hash)
    screen.say("publish.files", files=", ".join(shown_path(file) for file in made.files) or "–")


def show_export(screen: Screen, file: Path) -> None:
    """Where the results for the accounts are."""
    screen.say("publish.exported", file=shown_path(file.absolute()))


def show_publications(
    screen: Screen, acts: Sequence[Act], stages: tuple[CurrentRelease, list[StagePublication]] | None
) -> None:
    """Every act of the ledger; then how each stage stands by the release."""
    if not acts:
        screen.say("publish.no_acts")
    else:
        _show_acts(screen, acts)
    if stages is None:
        screen.say("publish.no_release")
        return
    release, rows = stages
    screen.say("publish.stages_title", release=release.release_id, as_of=local(release.as_of))
    table = screen.table(
        [("column.stage", "left"), ("publish.column_planned", "left"), ("publish.column_state", "left")]
    )
    for row in rows:
        table.add_row(row.stage_code, local(row.planned_at), _state(screen, row))
    screen.console.print(table)


def _show_acts(screen: Screen, acts: Sequence[Act]) -> None:
    table = screen.table(
        [
            ("publish.column_act", "right"), ("column.stage", "left"), ("publish.column_version", "right"),
            ("publish.column_kind", "left"), ("publish.column_at", "left"), ("column.by", "left"),
            ("publish.column_decision", "left"), ("column.rows", "right"), ("publish.column_hash", "left"),
        ]
    )  # fmt: skip
    for act in acts:
        table.add_row(
            number(act.act_no), act.stage, number(act.version), screen.texts(f"publish.kind_{act.kind}"),
            local(act.moment), cell(act.approved_by), cell(act.decision_no),
            number(act.count_rows) if act.list_name else "–", act.act_hash[:SHORT_HASH],
        )  # fmt: skip
    screen.console.print(table)


def _state(screen: Screen, row: StagePublication) -> str:
    if not row.is_published_by_act:
        key = "publish.state_provisional" if row.is_provisional else "publish.state_unpublished"
        return screen.texts(key)
    if not row.count_drift:
        return screen.texts("publish.state_published", version=row.version)
    key = "publish.state_kept" if row.is_drift_kept else "publish.state_drift"
    return screen.texts(key, version=row.version, count=row.count_drift)


def show_release_drift(
    screen: Screen, stages: Sequence[StagePublication], causes: Sequence[DriftCause]
) -> None:
    """By what a release differs from the published lists: people by stage, kind of change and cause (A49).

    Nothing before the first list is published by an act; one line where nobody has to answer.
    """
    published = [stage for stage in stages if stage.is_published_by_act]
    if not published:
        return
    screen.gap()
    if not any(stage.has_open_drift for stage in published):
        kept = sum(stage.count_drift > 0 for stage in published)
        screen.say("drift.none", count=len(published), kept=kept)
        return
    count = sum(stage.count_drift for stage in published if stage.has_open_drift)
    screen.say("drift.title", count=number(count))
    table = screen.table(
        [
            ("column.stage", "left"), ("publish.column_version", "right"), ("column.change", "left"),
            ("column.people", "right"), ("drift.column_on", "right"), ("drift.column_off", "right"),
            ("drift.column_cause", "left"),
        ]
    )  # fmt: skip
    for one in causes[:CAUSES_SHOWN]:
        table.add_row(
            one.stage_code, number(one.version), screen.texts(f"change.{one.change_code}"),
            number(one.count), number(one.count_on), number(one.count_off),
            cell(one.causes) if one.causes else screen.texts("drift.no_file"),
        )  # fmt: skip
    if causes:
        screen.console.print(table)
    if len(causes) > CAUSES_SHOWN:
        screen.say("drift.more", count=len(causes) - CAUSES_SHOWN)
    screen.say("drift.next")


def show_verification(screen: Screen, found: Verification) -> None:
    """The first thing that does not hold, or that everything does."""
    if found.finding is not None:
        screen.say("verify.failed", finding=found.finding.text(screen.texts))
        return
    screen.say("verify.holds", count=len(found.acts), hash=found.last_hash)
    if found.count_waiting:
        screen.say("verify.waiting", count=found.count_waiting)

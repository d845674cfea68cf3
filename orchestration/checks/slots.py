"""Standing checks of slots: whoever is owed a place has one, no slot is over, no session is too small.

Belongs here: the questions to the warehouse; how they are asked is `checks/vetting.py`'s. Not here: what a
place or a debt is (`dbt_project/`). All of severity WARN: they remind, a person decides.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.checks.vetting import Books, Counts, Question, answers
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings

_OWED, _LOADS = "core.fct_places_owed", "core.fct_slot_loads"
_SESSIONS, _TURNS = "core.fct_commission_sessions", "core.fct_commission_turns"


def _everybody_has_a_place(books: Books) -> tuple[bool, Counts]:
    rows = books.rows(
        f"select stage_code || ' ' || owed_code, count(*) from {_OWED}"
        " where season_code::varchar = $1 and owed_code <> 'to_choose' group by 1 order by 1"
    )
    return not rows, {
        "count_without": sum(count for _, count in rows),
        "by_stage": ", ".join(f"{stage} {count}" for stage, count in rows),
    }


def _no_slot_is_over(books: Books) -> tuple[bool, Counts]:
    count = books.number(f"select count(*) from {_LOADS} where season_code::varchar = $1 and count_over > 0")
    return not count, {"count_slots": count}


def _sessions_can_sit(books: Books) -> tuple[bool, Counts]:
    small = books.number(
        f"select count(*) from {_SESSIONS} where season_code::varchar = $1 and is_below_quorum"
    )
    short = books.number(f"select count(*) from {_TURNS} where season_code::varchar = $1 and is_too_short")
    return not small and not short, {"count_below_quorum": small, "count_turns_too_short": short}


QUESTIONS = (
    Question(
        "everybody_owed_has_a_place",
        dg.AssetKey(_OWED.split(".")),
        "Nobody who is to be placed, or is owed a resit, is without a slot (Order §5.7, §7.1).",
        (_OWED,),
        _everybody_has_a_place,
    ),
    Question(
        "no_slot_is_over",
        dg.AssetKey(_LOADS.split(".")),
        "No slot holds more than the catalogue says that it takes.",
        (_LOADS,),
        _no_slot_is_over,
    ),
    Question(
        "sessions_can_sit",
        dg.AssetKey(_SESSIONS.split(".")),
        "Every session of the Expert Commission has its quorum, and every turn leaves time for questions"
        " (Order §8.2, §8.3).",
        (_SESSIONS, _TURNS),
        _sessions_can_sit,
    ),
)


def slot_checks() -> list[dg.AssetChecksDefinition]:
    """The checks as Dagster definitions."""
    specs = [dg.AssetCheckSpec(one.name, asset=one.key, description=one.description) for one in QUESTIONS]

    @dg.multi_asset_check(name="slot_standing", specs=specs, can_subset=True, pool=WRITER_POOL)
    def slot_standing(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[Any]:
        asked = {key.name for key in context.selected_asset_check_keys}
        yield from answers(settings, [one for one in QUESTIONS if one.name in asked])

    return [slot_standing]

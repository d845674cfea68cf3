"""What each policy choice would change: how many people, by stage.

Belongs here: the parameters that have other values (seed `policy`), one recomputation for each on a single
copy, and the texts of parameters and values. Not here: what a value means (`dbt_project/`, docs/rules.md,
"Policy of the cuts"), computing (`scratch.py`), drawing (`corrections_console.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.corrections import keep_state, season_clock
from orchestration.errors import UserError
from orchestration.progress import COMPUTING, Progress
from orchestration.scratch import compute, require_build, scratch_home, set_policy

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.texts import Texts

# The model that reads the seed; everything that a parameter reaches depends on it.
POLICY_MODEL = "int_policy__by_season"

_CHOICES = """
select policy_code, parameter_code, value, trim(alternative) as alternative
from (
    select policy_code, parameter_code, value::varchar as value,
        unnest(string_split(alternatives::varchar, '|')) as alternative
    from seeds.policy where season_code::varchar = $season and alternatives is not null
)
where trim(alternative) not in ('', value)
order by try_cast(regexp_extract(policy_code, '[0-9]+') as integer), parameter_code, alternative
"""
_EFFECTS = """
with paired as (
    select
        coalesce(a.stage_order, b.stage_order) as stage_order,
        coalesce(a.stage_code, b.stage_code) as stage_code,
        coalesce(b.is_admitted, false) as went_on, coalesce(a.is_admitted, false) as goes_on,
        (a.status_code, a.reason_code) is distinct from (b.status_code, b.reason_code) as is_other
    from selection.sel_stage_results as a
    full join was.selection.sel_stage_results as b
        on a.season_code = b.season_code and a.stage_code = b.stage_code and a.candidate_no = b.candidate_no
)

select
    stage_code, count(*) filter (where goes_on and not went_on),
    count(*) filter (where went_on and not goes_on),
    count(*) filter (where goes_on = went_on and is_other)
from paired
where $stage in ('', stage_code)
group by stage_order, stage_code
having count(*) filter (where goes_on <> went_on or is_other) > 0
order by stage_order
"""


@dataclass(frozen=True)
class Effect:
    """People at one stage whom another choice changes.

    count_on: would go on and do not. count_off: do and would not. count_otherwise: another status or reason,
    or on the stage's list at all, without changing who goes on.
    """

    stage_code: str
    count_on: int
    count_off: int
    count_otherwise: int


@dataclass(frozen=True)
class Choice:
    """One other value of one parameter of the policy, with what it would change; stages in their order."""

    policy_code: str
    parameter_code: str
    value: str
    alternative: str
    effects: tuple[Effect, ...]


def sensitivity(
    settings: Settings, progress: Progress, *, stage: str = "", as_of: datetime | None = None
) -> tuple[datetime, list[Choice]]:
    """Every other choice of the season's policy with its effects, and the season clock (UTC).

    Raises `UserError` before the first build and for an unknown stage.
    """
    moment = season_clock(settings, as_of)
    require_build(settings.warehouse)
    with scratch_home(settings) as scratch:
        choices = _choices(scratch.warehouse, settings.season, stage)
        progress.start(COMPUTING, len(choices) + 1)
        compute(settings, scratch.warehouse, as_of=moment)
        before = keep_state(scratch.warehouse, scratch.home / "before.duckdb")
        progress.advance(COMPUTING)
        found = []
        for policy, parameter, value, alternative in choices:
            changed = {parameter: alternative}
            compute(settings, scratch.warehouse, as_of=moment, policy=changed, only=[POLICY_MODEL])
            effects = _effects(settings, scratch.warehouse, before, stage, {parameter: value})
            found.append(Choice(policy, parameter, value, alternative, effects))
            progress.advance(COMPUTING, parameter)
    return moment, found


def _choices(warehouse: Path, season: str, stage: str) -> list[tuple[str, str, str, str]]:
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        known = [row[0] for row in connection.execute("select stage_code from seeds.stages").fetchall()]
        if stage and stage not in known:
            raise UserError("error.stage_unknown", stage=stage, known=", ".join(sorted(set(known))))
        rows: list[Any] = connection.execute(_CHOICES, {"season": season}).fetchall()
    return rows


def _effects(
    settings: Settings, warehouse: Path, before: Path, stage: str, restored: dict[str, str]
) -> tuple[Effect, ...]:
    """Compare with the state before, then give the parameters their value back.

    Only the seed is put right: what depends on it is computed anew for the next choice.
    """
    import duckdb

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{before}' as was (read_only)")
        rows = connection.execute(_EFFECTS, {"stage": stage}).fetchall()
        for parameter, value in restored.items():
            set_policy(connection, settings.season, parameter, value)
    return tuple(Effect(*row) for row in rows)


def parameter_text(say: Texts, parameter: str) -> str:
    """A parameter in words."""
    return say(f"policy.{parameter}")


def value_text(say: Texts, parameter: str, value: str) -> str:
    """A value in words; a number, a day or a code of the Order stands for itself."""
    key = f"policy_value.{parameter}_{value}"
    return say(key) if say.has(key) else value


def write_choices(path: Path, choices: Sequence[Choice], say: Texts) -> None:
    """Write all choices with their effects as a workbook; one that is there is replaced."""
    from ingestion.clock import utc_now
    from ingestion.sheets import Book, write_whole

    headings = (
        "sensitivity.policy", "sensitivity.parameter", "sensitivity.value", "sensitivity.alternative",
        "column.stage", "corrections.would_go_on", "corrections.would_not", "sensitivity.otherwise",
    )  # fmt: skip
    book = Book(say("sensitivity.sheet"), say("corrections.page", page="&P", pages="&N"), utc_now())
    sheet = book.listing(
        say("sensitivity.sheet"), [say(key) for key in headings], (9, 44, 30, 44, 22, 12, 12, 12)
    )
    for choice in choices:
        parts = (
            choice.policy_code,
            parameter_text(say, choice.parameter_code),
            value_text(say, choice.parameter_code, choice.value),
            value_text(say, choice.parameter_code, choice.alternative),
        )
        for effect in choice.effects or (Effect(say("sensitivity.nobody"), 0, 0, 0),):
            counts = (effect.count_on, effect.count_off, effect.count_otherwise)
            sheet.line((*parts, effect.stage_code, *counts), ruled=True)
    sheet.filtered()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, book.content())

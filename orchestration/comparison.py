"""Two states of a season against each other, as SQL: one place for what counts as a change.

Belongs here: when a standing is another one, fractions compared exactly, points with two decimals. Not here:
which states are compared and what is made of it (`releases.py`, `corrections.py`).
"""

from __future__ import annotations

from collections.abc import Sequence


def points(table: str, name: str) -> str:
    """The fraction `<name>_numerator` over `<name>_denominator` of a table with two decimals, half up (A22).

    In whole numbers; points are never negative.
    """
    numerator, denominator = f"{table}.{name}_numerator::hugeint", f"{table}.{name}_denominator"
    cents = f"(200 * {numerator} + {denominator}) // (2 * {denominator})"
    return f"(({cents})::decimal(18, 0) * 0.01)::decimal(9, 2)"


def is_same_fraction(one: str, other: str, name: str) -> str:
    """Whether two tables hold the same fraction, however it is written; true also where both hold none."""
    return (
        f"({one}.{name}_numerator is null) = ({other}.{name}_numerator is null)"
        f" and coalesce({one}.{name}_numerator::hugeint * {other}.{name}_denominator"
        f" = {other}.{name}_numerator::hugeint * {one}.{name}_denominator, true)"
    )


def changed_standings(before: str, after: str, status: Sequence[str] = ("status_code",)) -> str:
    """A query: one row per season, stage and candidate whose standing differs between two relations.

    before, after: queries (`from …`) of the shape of `selection.sel_stage_results`. status: the columns by
    which a status is another one. `change_code` is the first that holds of entered, left, status, score
    (exact), rank.
    """
    was, now = (", ".join(f"{table}.{column}" for column in status) for table in ("b", "a"))
    return f"""
select * from (
select
    coalesce(a.season_code, b.season_code) as season_code,
    coalesce(a.stage_order, b.stage_order) as stage_order,
    coalesce(a.stage_code, b.stage_code) as stage_code,
    coalesce(a.track_code, b.track_code) as track_code,
    coalesce(a.candidate_no, b.candidate_no) as candidate_no,
    case
        when b.candidate_no is null then 'entered'
        when a.candidate_no is null then 'left'
        when row({now}) is distinct from row({was}) then 'status'
        when not ({is_same_fraction("a", "b", "score")}) then 'score'
        when a.rank is distinct from b.rank then 'rank'
    end as change_code,
    b.status_code as status_before, a.status_code as status_after,
    b.reason_code as reason_before, a.reason_code as reason_after,
    {points("b", "score")} as points_before, {points("a", "score")} as points_after,
    b.rank as rank_before, a.rank as rank_after,
    coalesce(b.is_admitted, false) as went_on, coalesce(a.is_admitted, false) as goes_on
from ({after}) as a
full join ({before}) as b
    on a.season_code = b.season_code and a.stage_code = b.stage_code and a.candidate_no = b.candidate_no
)
where change_code is not null
"""

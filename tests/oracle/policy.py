"""The policy of the cuts: what the Order leaves open, as one value each (`docs/rules.md`, "Policy of the
cuts").

What belongs here: the parameters, their defaults and the values that are known. What does not: what a value
does (`cuts.py`, `season.py`, `scores.py`, `sittings.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

#: The values of each parameter, the default first.
VALUES: dict[str, tuple[str | int, ...]] = {
    "share_base": ("valid_results", "entrants"),
    "share_rounding": ("ceiling", "floor"),
    "ties_at_cut": ("extend", "leave_out"),
    "ties_at_late_cut": ("extend", "leave_out"),
    "tie_breaker": ("none", "previous_stage"),
    "total_cap": ("track_caps", "total"),
    "shortfall": ("fewer", "best_of_others"),
    "carry_over": ("none", "add_previous"),
    "exclusion_before_list": ("removed", "vacancy"),
    "exclusion_after_list": ("vacancy", "promote_next"),
    "late_result": ("supernumerary", "rerank"),
    "pending_resit": ("outside", "counted"),
    "claim_working_days": (1, 2),
    "no_show": ("outside", "counted"),
    "missing_mark": ("not_publishable", "mean_of_two"),
    "counted_marks": ("first_three", "last_three"),
    "mark_changes": ("locked", "latest"),
    "missing_video": ("decision", "counts"),
    "rounding": ("exact", "two_decimals"),
}


@dataclass(frozen=True)
class Policy:
    """One value of each parameter; an unknown one is an error. The defaults are the rules' own text."""

    share_base: str = "valid_results"
    share_rounding: str = "ceiling"
    ties_at_cut: str = "extend"
    ties_at_late_cut: str = "extend"
    tie_breaker: str = "none"
    total_cap: str = "track_caps"
    shortfall: str = "fewer"
    carry_over: str = "none"
    exclusion_before_list: str = "removed"
    exclusion_after_list: str = "vacancy"
    late_result: str = "supernumerary"
    pending_resit: str = "outside"
    claim_working_days: int = 1
    no_show: str = "outside"
    missing_mark: str = "not_publishable"
    counted_marks: str = "first_three"
    mark_changes: str = "locked"
    missing_video: str = "decision"
    rounding: str = "exact"

    def __post_init__(self) -> None:
        for one in fields(self):
            if getattr(self, one.name) not in VALUES[one.name]:
                raise ValueError(f"{one.name} has no such value: {getattr(self, one.name)}")


#: The rules as the page states them.
DEFAULT = Policy()

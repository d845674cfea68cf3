"""The tables that `rezerv measurement …` shows: which rows, which columns, and how a value is written.

Belongs here: pure choice and writing of values, the same for the terminal and a workbook. Not here: drawing
(`measurement_console.py`), reading (`measurement_reports.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.console_values import NOTHING

if TYPE_CHECKING:
    from orchestration.measurement.methods import Rows
    from orchestration.texts import Texts

LEAST_SHOWN = 0.0001

_PLACE = ("stage_code", "form_code", "language_code")
FORMS = (
    *_PLACE, "count_takers", "count_items", "mean_points", "deviation_points", "reliability_kr20",
    "error_points", "count_near_cutoff", "not_computable_code",
)  # fmt: skip
ITEMS = (
    *_PLACE, "item_no", "count_takers", "difficulty", "item_rest_correlation", "discrimination",
    "count_unanswered", "item_flag_codes", "not_computable_code",
)  # fmt: skip
OPTIONS = (
    *_PLACE, "item_no", "option_code", "is_key", "count_chosen", "share_chosen", "count_upper",
    "count_lower", "mean_rest_points", "option_flag_code",
)  # fmt: skip
DIF = (
    "stage_code", "kind_code", "form_code", "item_no", "reference_code", "focal_code", "count_reference",
    "count_focal", "count_outside", "delta", "delta_error", "chi_square", "p_value", "class_code",
    "favours_code", "not_computable_code",
)  # fmt: skip
DRIFT = (
    *_PLACE, "item_no", "count_takers", "share_early", "share_late", "slope_per_hour", "chi_square",
    "p_value", "p_adjusted", "flag_code", "not_computable_code",
)  # fmt: skip
PAIRS = (
    *_PLACE, "first_candidate_no", "second_candidate_no", "count_items", "count_equal", "expected_equal",
    "count_equal_wrong", "p_answers", "time_correlation", "p_times",
)  # fmt: skip
PAIR_FORMS = (*_PLACE, "count_takers", "count_pairs", "count_flagged", "not_computable_code")
AGREEMENT = (
    "stage_code", "criterion_code", "count_works", "count_raters", "count_marks", "icc_single",
    "icc_average", "alpha", "alpha_low", "alpha_high", "not_computable_code",
)  # fmt: skip
RATERS = (
    "stage_code", "network_no", "rater_code", "count_works", "severity_logits", "severity_error", "infit",
    "outfit", "centrality", "halo", "flag_codes", "not_computable_code",
)  # fmt: skip
MODELS = ("stage_code", "network_no", "count_works", "count_raters", "not_computable_code")
SHADOW = (
    "stage_code", "track_code", "count_works", "count_places", "count_would_enter", "count_would_leave",
    "count_moved", "largest_move",
)  # fmt: skip
P_VALUES = frozenset({"p_value", "p_adjusted", "p_answers", "p_times"})
# Columns whose codes have texts in the catalogue, several of them in a cell too.
CODES = frozenset(
    {
        "item_flag_codes", "option_flag_code", "flag_code", "flag_codes", "not_computable_code", "kind_code",
        "reference_code", "focal_code", "favours_code", "language_code",
    }
)  # fmt: skip

# What only a workbook has room for.
ONLY_IN_WORKBOOK = frozenset({"count_outside", "chi_square", "delta_error"})
# Columns of words, which give way where a terminal is narrow.
WRAPPED = frozenset({"item_flag_codes", "option_flag_code", "flag_codes", "not_computable_code"})


@dataclass(frozen=True)
class Section:
    """One table: its name in the catalogue, columns, rows of the terminal and rows of a workbook."""

    name: str
    columns: tuple[str, ...]
    shown: Rows
    every: Rows

    @property
    def count_left_out(self) -> int:
        """Rows that only a workbook or `--all` shows."""
        return len(self.every) - len(self.shown)


def section(name: str, columns: tuple[str, ...], rows: Rows, *flags: str, everything: bool = True) -> Section:
    """A table of all rows, or on the terminal of those in which a column of `flags` holds something."""
    shown = rows if everything else [row for row in rows if any(row[flag] for flag in flags)]
    return Section(name, columns, shown, rows)


def written(say: Texts, column: str, value: Any) -> str | int | float:
    """A value as a person reads it: codes in words, a small p-value as less than the least shown."""
    if value is None:
        return say("measurement.whole_form") if column == "item_no" else NOTHING
    if isinstance(value, bool):
        return say("measurement.yes" if value else "measurement.no")
    if column in CODES:
        return ", ".join(_word(say, code) for code in str(value).split(", "))
    if column in P_VALUES:
        return f"< {LEAST_SHOWN}" if value < LEAST_SHOWN else f"{value:.4f}"
    return value if isinstance(value, int | str) else float(value)


def _word(say: Texts, code: str) -> str:
    key = f"measurement.code_{code.lower()}"
    return say(key) if say.has(key) else code

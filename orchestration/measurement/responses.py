"""Answers of one form as matrices, people by items: what all methods on answers work with.

Belongs here: turning a long frame into matrices, always in the same order. Not here: reading a release
(`frames.py`), statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Responses:
    """The answers of one group of people to the same items, people in the order of their numbers.

    candidates: candidate numbers, (n,). items: item numbers, (k,). right: whether answered right, (n, k) of
    bool. chosen: option chosen, "" for none, (n, k) of str. seconds: time on the item, not a number where it
    is not known, (n, k). people: one row a person with what else the frame says of them.
    """

    candidates: np.ndarray[Any, Any]
    items: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]
    chosen: np.ndarray[Any, Any]
    seconds: np.ndarray[Any, Any]
    people: pd.DataFrame

    @property
    def scores(self) -> np.ndarray[Any, Any]:
        """Right answers of each person, (n,)."""
        return self.right.sum(axis=1)


PERSON_COLUMNS = ("form_code", "language_code", "sex_code", "started_at", "is_valid")


def responses(frame: pd.DataFrame) -> Responses:
    """The rows of a frame, one row a person and item, as matrices; what a person lacks is not answered."""
    import numpy as np

    candidates = np.unique(frame["candidate_no"].to_numpy(dtype=str))
    items = np.unique(frame["item_no"].to_numpy())
    row = np.searchsorted(candidates, frame["candidate_no"].to_numpy(dtype=str))
    column = np.searchsorted(items, frame["item_no"].to_numpy())
    shape = (len(candidates), len(items))
    right = np.zeros(shape, dtype=bool)
    right[row, column] = frame["is_right"].to_numpy(dtype=bool)
    chosen = np.full(shape, "", dtype="<U8")
    chosen[row, column] = frame["chosen_option_code"].fillna("").to_numpy(dtype=str)
    seconds = np.full(shape, np.nan)
    seconds[row, column] = frame["response_seconds"].to_numpy(dtype=float, na_value=np.nan)
    people = frame.drop_duplicates("candidate_no").sort_values("candidate_no")[list(PERSON_COLUMNS)]
    return Responses(candidates, items, right, chosen, seconds, people.reset_index(drop=True))


def by_group(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[dict[str, Any], Responses]]:
    """The responses of each combination of columns, in their order; rows without one of them are left out."""
    kept = frame.dropna(subset=list(columns))
    for values, rows in kept.groupby(list(columns), sort=True):
        yield dict(zip(columns, values, strict=True)), responses(rows)
